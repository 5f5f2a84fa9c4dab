#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""introspect.py SOURCES OUT - writes OUT/NAME.md for each element of the plugin.

Properties, signals, pads and their values come from the loaded plugin
(GST_PLUGIN_PATH), the text from the gtk-doc comments of SOURCES.  Exits with 1
if the two disagree: a property, signal or element without a comment, a comment
without "Since:" or for nothing that exists.
"""

import pathlib
import re
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GObject, Gst  # noqa: E402

PLUGIN = 'ffsdmabuf'
problems = []


def complain(text):
    problems.append(text)
    print('introspect.py: ' + text, file=sys.stderr)


def read_comments(folder):
    """Returns {symbol: text} for all gtk-doc comments of the folder."""
    comments = {}
    for path in sorted(pathlib.Path(folder).rglob('*.c')):
        for body in re.findall(r'/\*\*\n(.*?)\*/', path.read_text(), re.S):
            lines = [re.sub(r'^\s*\* ?', '', line).rstrip()
                     for line in body.rstrip().split('\n')]
            symbol = re.sub(r'^SECTION:', '', lines[0]).rstrip(':')
            comments[symbol] = '\n'.join(lines[1:]).strip('\n')
    return comments


def convert(text):
    """gtk-doc to Markdown.  Returns the text, {parameter: text}, version."""
    since = re.search(r'^Since: *(\S+)', text, re.M)
    text = re.sub(r'^(Since|Deprecated): *\S+$', '', text, flags=re.M)
    parameters = {}

    def keep(match):
        parameters[match[1]] = ' '.join(match[2].split())
        return ''
    text = re.sub(r'\|\[\n(.*?)\]\|', lambda m: '```sh\n' + m[1] + '```', text,
                  flags=re.S)
    text = re.sub(r'#\w+::?([\w-]+)', r'`\1`', text)
    text = re.sub(r'[#%](Gst\w+|[A-Z_]+)', r'`\1`', text)
    text = re.sub(r'^@(\w+):((?:.+\n?)+?)(?=^@|^\s*$|\Z)', keep, text,
                  flags=re.M)
    text = re.sub(r'(?<!`)@(\w+)', r'`\1`', text)
    text = re.sub(r'\n{3,}', '\n\n', text)
    return text.strip(), parameters, since and since[1]


def of(comments, symbol):
    if symbol not in comments:
        complain('no comment for ' + symbol)
        return '', {}, '?'
    text, parameters, since = convert(comments.pop(symbol))
    if not since:
        complain('no "Since:" in the comment of ' + symbol)
    return text, parameters, since or '?'


def name_of(gtype):
    return {'gchararray': 'string', 'gboolean': 'boolean', 'gint': 'int',
            'guint': 'uint', 'guint64': 'uint64',
            'gdouble': 'double'}.get(gtype.name, gtype.name)


def default_value_of(pspec):
    """By the function from PyGObject 3.50 on, as not all have the field."""
    if hasattr(pspec, 'get_default_value'):
        return pspec.get_default_value()
    return pspec.default_value


def values_of(pspec):
    """Returns the range or the values of a property."""
    if pspec.value_type.is_a(GObject.TYPE_ENUM):
        return ', '.join(
            '`%s`' % v.value_nick for v in
            type(default_value_of(pspec)).__enum_values__.values())
    if hasattr(pspec, 'minimum') and pspec.value_type != GObject.TYPE_BOOLEAN:
        return '%s to %s' % (pspec.minimum, pspec.maximum)
    return ''


def default_of(pspec):
    value = default_value_of(pspec)
    if not pspec.flags & GObject.ParamFlags.WRITABLE:
        return 'read-only'
    if value is None:
        return 'NULL'
    if pspec.value_type == GObject.TYPE_BOOLEAN:
        return 'true' if value else 'false'
    if pspec.value_type.is_a(GObject.TYPE_ENUM):
        return '`%s`' % value.value_nick
    return str(value) if value != '' else '""'


def mutable_of(pspec):
    flags = int(pspec.flags)
    if not pspec.flags & GObject.ParamFlags.WRITABLE:
        return ''
    if flags & Gst.PARAM_MUTABLE_PLAYING:
        return 'in any state'
    if flags & Gst.PARAM_MUTABLE_PAUSED:
        return 'up to PAUSED'
    return 'up to READY'


def properties(element, comments, out):
    own = sorted((p for p in element.list_properties()
                  if p.owner_type == element.__gtype__), key=lambda p: p.name)
    if not own:
        return
    out += ['## Properties', '',
            '| property | type | default | can be set |', '|---|---|---|---|']
    for p in own:
        out.append('| [`%s`](#%s) | %s | %s | %s |' % (
            p.name, p.name, name_of(p.value_type), default_of(p),
            mutable_of(p)))
    for p in own:
        text, _, since = of(comments, '%s:%s' % (p.owner_type.name, p.name))
        out += ['', '### ' + p.name, '', p.blurb + '.', '']
        if values_of(p):
            out += ['Values: %s.' % values_of(p), '']
        out += [text, '', 'Since: %s%s' % (
            since, '. Deprecated.'
            if p.flags & GObject.ParamFlags.DEPRECATED else '')]


def signals(gtype, comments, out):
    ids = GObject.signal_list_ids(gtype)
    if not ids:
        return
    out += ['', '## Signals']
    for query in map(GObject.signal_query, ids):
        text, parameters, since = of(comments, '%s::%s' % (
            gtype.name, query.signal_name))
        names = list(parameters)
        types = [gtype.name] + [name_of(t) for t in query.param_types]
        out += ['', '### ' + query.signal_name, '', '```c', '%s (%s)' % (
            name_of(query.return_type),
            ', '.join(' '.join(pair) for pair in zip(types, names))), '```', '']
        out += ['- `%s`: %s' % pair for pair in parameters.items()]
        out += ['', text, '', 'Since: ' + since]


def element_page(factory, comments):
    name = factory.get_name()
    gtype = factory.load().get_element_type()
    element = gtype.pytype if gtype.pytype else type(factory.create())
    text, parameters, since = of(comments, 'element-' + name)
    out = ['# ' + name, '', '*%s*' % factory.get_metadata('description'), '',
           text, '', '| | |', '|---|---|',
           '| Class | %s |' % factory.get_metadata('klass'),
           '| Rank | %d |' % factory.get_rank(), '| Since | %s |' % since]
    for template in factory.get_static_pad_templates():
        out.append('| Pad `%s` | %s, %s: `%s` |' % (
            template.name_template, template.direction.value_nick,
            template.presence.value_nick,
            template.get_caps().to_string().replace('|', '\\|')))
    out.append('')
    properties(element, comments, out)
    signals(gtype, comments, out)
    return '\n'.join(out) + '\n'


def main():
    sources, out = sys.argv[1:]
    Gst.init(None)
    registry = Gst.Registry.get()
    comments = read_comments(sources)
    features = [f for f in registry.get_feature_list_by_plugin(PLUGIN)
                if isinstance(f, Gst.ElementFactory)]
    if not features:
        sys.exit('introspect.py: no plugin %s in GST_PLUGIN_PATH' % PLUGIN)
    types = []
    for factory in sorted(features, key=lambda f: f.get_name()):
        page = element_page(factory, comments)
        types.append(factory.load().get_element_type().name)
        pathlib.Path(out, factory.get_name() + '.md').write_text(page)
    for symbol in comments:
        if symbol.startswith('element-') or re.match(
                r'(%s)::?[a-z]' % '|'.join(types), symbol):
            complain('a comment for %s, which does not exist' % symbol)
    sys.exit(bool(problems))


main()
