# SPDX-License-Identifier: LGPL-2.1-or-later
"""plots.py JSON DIRECTORY [BEFORE-JSON]: SVG and PNG by gnuplot."""

import os
import subprocess
import sys

from results import FULL_HD, NAMES, SIZES, VGA, read_json

# Dark on white, distinguishable by markers without colour.
STYLES = {
    'source': ("'#616161'", 4, 2),
    'transfer': ("'#1b5e20'", 7, 2.5),
    'floor': ("'#1b5e20'", 6, 2),
    'ffsdmabufsink': ("'#0d47a1'", 5, 4),
    'copy-mode=always': ("'#6a1b9a'", 9, 2),
    'fdsink': ("'#b71c1c'", 13, 2),
    'write': ("'#bf360c'", 2, 2),
    'aio': ("'#5d4037'", 1, 2),
}
HEAD = '''
set terminal {terminal} size {size} enhanced font "{font}" background rgb "white"
set output "{output}"
set border 3 lc rgb "#222222"
set tics nomirror textcolor rgb "#222222"
set grid ytics lc rgb "#dddddd" lt 1
set key textcolor rgb "#222222"
set title textcolor rgb "#222222"
'''


class Plot:
    """A plot; its data is embedded as gnuplot here-documents."""

    def __init__(self, directory, name, width=880, height=520):
        self.directory, self.name = directory, name
        self.size = (width, height)
        self.data, self.body = '', ''

    def add_data(self, rows):
        """Returns the name of the data block."""
        name = f'$d{self.data.count("EOD") // 2}'
        lines = '\n'.join(' '.join(str(cell) for cell in row) for row in rows)
        self.data += f'{name} << EOD\n{lines}\nEOD\n'
        return name

    def draw(self):
        for terminal, suffix, font in (('svg', 'svg', 'sans-serif,15'),
                                       ('pngcairo', 'png', 'Sans,11')):
            output = os.path.join(self.directory, f'{self.name}.{suffix}')
            head = HEAD.format(terminal=terminal, font=font, output=output,
                               size=','.join(map(str, self.size)))
            subprocess.run(['gnuplot', '-'], check=True, text=True,
                           input=head + self.data + self.body)


def line(data, key, title, style='linespoints'):
    color, point, width = STYLES[key]
    dash = ' dt 2' if key == 'floor' else ''
    return (f'{data} using 1:2 with {style} lc rgb {color} pt {point} '
            f'lw {width} ps 1.1{dash} title "{title}"')


def plot_cpu(results, directory):
    plot = Plot(directory, 'cpu')
    lines = []
    contenders = [name for name in ('copy-mode=always', 'write', 'fdsink', 'aio',
                                    'ffsdmabufsink') if name in STYLES]
    for name in contenders:
        rows = [(row['size'], row['cpu_ns'] / 1000)
                for row in results.all('cpu', name=name)]
        if rows:
            lines.append(line(plot.add_data(rows), name, NAMES[name]))
    rows = [(size, results.floor('cpu', size=size) / 1000)
            for size in results.distinct('size', 'cpu')
            if results.floor('cpu', size=size)]
    lines.append(line(plot.add_data(rows), 'floor',
                      'the floor: bare poll + TRANSFER, and fakesink'))
    tics = ', '.join(f'"{text.replace(" ", chr(92) + "n")}" {size}'
                     for size, text in SIZES.items()
                     if results.one('cpu', size=size))
    plot.body = f'''
set title "CPU time for a frame: copies grow with it, dmabufs do not"
set logscale xy
set xtics ({tics})
set ylabel "us per frame (all threads of the gadget side)"
set yrange [2:]
set xrange [800:80000000]
set key top left reverse Left
set bmargin 4
plot {", ".join(lines)}
'''
    plot.draw()


def plot_throughput(results, directory):
    sizes = results.distinct('size', 'throughput')
    plot = Plot(directory, 'throughput', width=1000, height=480)
    body = '''
set multiplot layout 1,3 title "Throughput by max-in-flight (MB/s)"
set xlabel "transfers in flight" offset 0,0.5
set xrange [0.5:8.5]
set yrange [0:*]
set key below vertical maxrows 3 Left reverse noenhanced
'''
    for size in sizes:
        lines = []
        for name in ('source', 'transfer', 'ffsdmabufsink'):
            rows = [(row['in_flight'], size * 1000 / row['wall_ns'])
                    for row in results.all('throughput', name=name, size=size)]
            if rows:
                lines.append(line(plot.add_data(rows), name, NAMES[name]))
        body += f'set title "{SIZES[size]}"\nplot {", ".join(lines)}\n'
    plot.body = body + 'unset multiplot\n'
    plot.draw()


def plot_latency(results, directory):
    rows = []
    for test, text in (('latency', 'full speed'), ('latency-paced', 'paced')):
        for name, field, words in (
                ('transfer', 'poll_wake', 'bare poll()'),
                ('ffsdmabufsink', 'to_pool', 'buffer in its pool')):
            delays = results.value(field, test, name=name, size=VGA)
            if delays:
                rows.append((f'"{words}\\n({text})"',) + tuple(
                    delays[p] / 1000 for p in ('p50', 'p99', 'max')))
    delays = results.value('to_transfer', 'latency', name='ffsdmabufsink',
                           size=VGA)
    if delays:
        rows.append(('"entry ->\\nTRANSFER"',) + tuple(
            delays[p] / 1000 for p in ('p50', 'p99', 'max')))
    plot = Plot(directory, 'latency')
    data = plot.add_data(rows)
    plot.body = f'''
set title "From the end of a transfer to its buffer's return, VGA"
set style data histogram
set style histogram clustered gap 1.5
set style fill solid 0.9 noborder
set ylabel "us"
set logscale y
set yrange [1:*]
set xtics scale 0
set bmargin 3.5
set key top right
plot {data} using 2:xtic(1) lc rgb "#90a4ae" title "p50", \\
  {data} using 3 lc rgb "#0d47a1" title "p99", \\
  {data} using 4 lc rgb "#b71c1c" title "max"
'''
    plot.draw()


def plot_small(results, directory):
    rows = []
    for row in results.all('small'):
        name = NAMES[row['name']].replace(' copy-mode', '\\ncopy-mode').replace(
            ' + ', '\\n+ ')
        rows.append((f'"{name}\\n({row["in_flight"] or 1} in flight)"',
                     1e9 / row['wall_ns']))
    plot = Plot(directory, 'small', width=1000)
    data = plot.add_data(rows)
    plot.body = f'''
set title "Frames of 1 KiB per second"
set style fill solid 0.9 noborder
set boxwidth 0.6
set yrange [0:*]
set ylabel "frames/s"
set xtics scale 0 font ",10"
set bmargin 4.5
unset key
plot {data} using 0:2:xtic(1) with boxes lc rgb "#0d47a1", \\
  {data} using 0:2:(sprintf("%.0f", $2)) with labels offset 0,0.7
'''
    plot.draw()


GROUPS = (
    ('TRANSFER or SUBMIT', ('ioctl TRANSFER', 'ioctl SUBMIT'), '#1b5e20'),
    ('poll', ('poll', 'ppoll'), '#7cb342'),
    ('outside the kernel', ('user',), '#90a4ae'),
    ('fence status', ('ioctl EXPORT_SYNC_FILE', 'ioctl FILE_INFO', 'close'),
     '#f9a825'),
    ('threads waking each other', ('futex',), '#b71c1c'),
)


def breakdown(row):
    calls = row['calls_by_name']
    parts = [sum(calls.get(name, [0, 0])[1] for name in names) / 1000
             for _, names, _ in GROUPS]
    return parts + [sum(ns for _, ns in calls.values()) / 1000 - sum(parts)]


def plot_profile(results, before, directory):
    rows = []
    for source, name, text in ((results, 'transfer', 'bare loop'),
                               (results, 'fakesink', 'fakesink'),
                               (before, 'ffsdmabufsink',
                                'our sink\\nbefore'),
                               (results, 'ffsdmabufsink',
                                'our sink\\nnow')):
        row = source and source.one('calls', name=name, size=VGA)
        if row:
            rows.append([f'"{text}"'] + breakdown(row))
    plot = Plot(directory, 'profile')
    data = plot.add_data(rows)
    columns = [f'{data} using {i + 2}{":xtic(1)" if i == 0 else ""} '
               f'lc rgb "{color}" title "{title}"'
               for i, (title, _, color) in enumerate(
                   GROUPS + (('the rest', (), '#424242'),))]
    plot.body = f'''
set title "Where the time of a VGA frame goes (with tracing, 0.5 us a call)"
set style data histogram
set style histogram rowstacked
set style fill solid 0.95 border lc rgb "white"
set boxwidth 0.6
set ylabel "us on the processor"
set yrange [0:*]
set xtics scale 0
set bmargin 3.5
set key outside right top reverse Left invert
plot {", ".join(columns)}
'''
    plot.draw()


def main():
    results, directory = read_json(sys.argv[1]), sys.argv[2]
    before = read_json(sys.argv[3]) if len(sys.argv) > 3 else None
    if results.all('cpu', size=FULL_HD):
        plot_cpu(results, directory)
    if results.all('throughput'):
        plot_throughput(results, directory)
    if results.all('latency'):
        plot_latency(results, directory)
    if results.all('small'):
        plot_small(results, directory)
    if results.all('calls'):
        plot_profile(results, before, directory)


if __name__ == '__main__':
    main()
