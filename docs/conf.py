# SPDX-License-Identifier: LGPL-2.1-or-later
# Sphinx runs on a copy of the pages, made by docs/build.
#
# GStreamer's own site uses hotdoc, which Debian does not package.  Sphinx with
# MyST reads the Markdown that GitHub shows and the reStructuredText of the manual
# pages (rst2man, as in libdrm and Mesa), and docs/introspect.py reads gtk-doc
# comments, so a move to hotdoc needs no change of the sources.
project = 'gst-ffsdmabuf'
author = 'gst-ffsdmabuf maintainers'
copyright = author
root_doc = 'README'
extensions = ['myst_parser']
source_suffix = {'.md': 'markdown', '.rst': 'restructuredtext'}
myst_heading_anchors = 4
html_theme = 'sphinx_rtd_theme'
html_show_copyright = False
html_copy_source = False
# Pages are pasted into shells: no typographic quotes and dashes.
smartquotes = False
# kernel/README.md skips a heading level; GitHub, where it is read, does not mind.
suppress_warnings = ['myst.header']
