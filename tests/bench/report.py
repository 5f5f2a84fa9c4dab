# SPDX-License-Identifier: LGPL-2.1-or-later
"""report.py LINES JSON: prints the tables and the targets."""

import json
import sys

from results import (FULL_HD, NAMES, RECEIVING_FLOOR, SIZES, UHD, UHD8K, VGA,
                     read_lines)


def number(value):
    """Formats a number with three significant digits."""
    if value is None:
        return '-'
    if value >= 100:
        return f'{value:.0f}'
    return f'{value:.1f}' if value >= 10 else f'{value:.2f}'


def table(title, head, rows):
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [head] + rows)
              for i in range(len(head))]

    def line(row):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        return '  '.join(cells).rstrip()

    print(f'\n{title}\n')
    print(line(head))
    print('  '.join('-' * width for width in widths))
    for row in rows:
        print(line(row))


def us(ns):
    return number(None if ns is None else ns / 1000)


# ---- tables ----

def cpu_table(results):
    sizes = results.distinct('size', 'cpu')
    if not sizes:
        return
    head = ['CPU per frame, us'] + [SIZES[size] for size in sizes]
    rows = [[NAMES[name]] + [us(results.value('cpu_ns', 'cpu', name=name,
                                              size=size)) for size in sizes]
            for name in results.distinct('name', 'cpu')]
    rows.insert(2, ['floor: sum of the two above'] + [
        us(results.floor('cpu', size=size)) for size in sizes])
    table('Gadget-side CPU per frame: all threads of the process, user and '
          'system', head, rows)

    rows = []
    for field, text in (('worker_ns', 'kernel workers'),
                        ('interrupt_ns', 'interrupts meanwhile')):
        rows += [[f'{NAMES[name]}: {text}'] + [
            us(results.value(field, 'cpu', name=name, size=size))
            for size in sizes]
            for name in ('transfer', 'ffsdmabufsink', 'copy-mode=always',
                         'fdsink', 'aio')]
    table('Not included above', head, rows)

    rows = [[NAMES[name]] + [number(results.value('switches', 'cpu', name=name,
                                                  size=size))
                             for size in sizes]
            for name in results.distinct('name', 'cpu')]
    table('Context switches per frame', [''] + head[1:], rows)


def receive_table(results):
    sizes = results.distinct('size', 'receive')
    if not sizes:
        return
    rows = [[NAMES[name]] + [us(results.value('cpu_ns', 'receive', name=name,
                                              size=size)) for size in sizes]
            for name in results.distinct('name', 'receive')]
    rows.append(['floor: SUBMIT + REAP, and fakesrc'] + [
        us(results.floor('receive', RECEIVING_FLOOR, size=size))
        for size in sizes])
    rows += [[f'ffsdmabufsrc: {text}'] + [
        show(results.value(field, 'receive', name='ffsdmabufsrc', size=size))
        for size in sizes]
        for field, text, show in (('worker_ns', 'kernel workers', us),
                                  ('switches', 'context switches', number))]
    table('Receiving: gadget-side CPU per frame',
          ['CPU per frame, us'] + [SIZES[size] for size in sizes], rows)


def paced_table(results):
    rows = [[NAMES[row['name']], us(row['cpu_ns']), us(row['worker_ns']),
             number(row['switches'])] for row in results.all('paced')]
    if rows:
        table('A frame of 1080p every 20 ms: the wire is idle between frames',
              ['', 'CPU, us', 'kernel workers, us', 'switches'], rows)


def memory_table(results):
    sizes = sorted(results.distinct('size', 'memory'))
    if sizes:
        rows = [[f'{memory}: {NAMES[name]}'] + [
            us(results.value('cpu_ns', 'memory', name=name, memory=memory,
                             size=size)) for size in sizes]
            for memory in results.distinct('memory', 'memory')
            for name in ('transfer', 'ffsdmabufsink')]
        table('By source of the memory (heap: chunks of up to 1 MiB; udmabuf '
              'and camera-pages: 4 KiB each)',
              ['CPU per frame, us'] + [SIZES[size] for size in sizes], rows)
    rows = [[f'{row["memory"]}: v4l2src ! {row["name"]}', us(row['cpu_ns']),
             number(row['switches'])] for row in results.all('v4l2src')]
    if rows:
        table('The same with v4l2src (VGA YUY2)',
              ['', 'CPU, us', 'switches'], rows)


def controller_table(results):
    sizes = sorted(results.distinct('size', 'controller'))
    rows = []
    for controller in results.distinct('controller', 'controller'):
        for memory in results.distinct('memory', 'controller'):
            for name in ('transfer', 'ffsdmabufsink', 'copy-mode=always'):
                cells = [results.one('controller', controller=controller,
                                     memory=memory, name=name, size=size)
                         for size in sizes]
                if any(cells):
                    rows.append([f'{controller}, {memory}: {NAMES[name]}'] + [
                        '-' if row is None else
                        f'{us(row["cpu_ns"])} + {us(row["driver_ns"])}'
                        for row in cells])
    if rows:
        table("By controller: the process + the controller driver's interrupt "
              'thread (dummy_hcd works in interrupts)',
              ['CPU per frame, us'] + [SIZES[size] for size in sizes], rows)


def throughput_table(results):
    rows = []
    depths = sorted(results.distinct('in_flight', 'throughput'))
    for size in results.distinct('size', 'throughput'):
        for name in ('source', 'transfer', 'ffsdmabufsink'):
            rows.append([f'{SIZES[size]}: {NAMES[name]}'] + [
                number(None if ns is None else size * 1000 / ns)
                for ns in (results.value('wall_ns', 'throughput', name=name,
                                         size=size, in_flight=depth)
                           for depth in depths)])
    if rows:
        table('Throughput by max-in-flight',
              ['MB/s'] + [str(depth) for depth in depths], rows)


def small_table(results):
    rows = [[NAMES[row['name']], row['in_flight'] or 1,
             number(1e9 / row['wall_ns']), us(row['cpu_ns'])]
            for row in results.all('small')]
    if rows:
        table('Small frames (1 KiB)',
              ['', 'in flight', 'frames/s', 'CPU, us'], rows)


def submit_table(results):
    sizes = results.distinct('size', 'submit')
    rows = [[NAMES[name]] + [us(results.value('cpu_ns', 'submit', name=name,
                                              size=size)) for size in sizes]
            for name in results.distinct('name', 'submit')]
    if rows:
        table('Status of a transfer, by bare loops',
              ['CPU per frame, us'] + [SIZES[size] for size in sizes], rows)


CAMERAS = {
    'fakesink': 'fakesink',
    'endpoint': "an application's endpoint",
    'stream': 'profile=stream',
    'u3v': 'profile=u3v',
    'uvc': 'profile=uvc, by SUBMIT',
    'uvc-room': 'profile=uvc, header in the headroom',
    'uvc-copy': 'profile=uvc, copied',
}


def profiles_table(results):
    sources = {'camera': 'v4l2src', 'drawn': 'videotestsrc'}
    rows = [[f'{sources[row["memory"]]} ! {CAMERAS[row["name"]]}',
             us(row['cpu_ns']), number(row['switches'])]
            for row in results.all('profiles')]
    if rows:
        table('By profile (VGA YUY2, the whole pipeline)',
              ['', 'CPU, us', 'switches'], rows)


DELAYS = (('poll_wake', 'fence signalled -> poll() returns'),
          ('to_pool', 'fence signalled -> buffer in its pool'),
          ('to_transfer', 'buffer pushed -> TRANSFER'))
LATENCIES = (('latency', 1024, '1 KiB, full speed'),
             ('latency', VGA, 'VGA, full speed'),
             ('latency-paced', VGA, 'VGA, every 5 ms'))


def latency_table(results):
    rows = []
    for test, size, text in LATENCIES:
        for row in results.all(test, size=size):
            for field, words in DELAYS:
                if field in row:
                    d = row[field]
                    rows.append([f'{text}: {NAMES[row["name"]]}: {words}',
                                 d['n'], us(d['p50']), us(d['p99']),
                                 us(d['max'])])
    if rows:
        table('Latency, us', ['', 'n', 'p50', 'p99', 'max'], rows)


def scale_table(results):
    rows = [[f'{row["buffers"]} buffers in rotation: {NAMES[row["name"]]}',
             us(row['cpu_ns']), us(row['wall_ns'])]
            for row in results.all('buffers')]
    rows += [[f'{row["sinks"]} sinks at once', us(row['cpu_ns']),
              us(row['wall_ns'])] for row in results.all('sinks')]
    if rows:
        table('Scale (VGA)', ['', 'CPU per frame, us', 'clock per frame, us'],
              rows)
    rows = [[number(row['after']), row['heap_bytes'], row['resident_kib'],
             row['slab_kib'], row['fds']] for row in results.all('growth')]
    if rows:
        table('Growth', ['frames', 'malloc, bytes', 'resident, KiB',
                         'kernel slab, KiB', 'fds'],
              rows)


def calls_table(results):
    for size in results.distinct('size', 'calls'):
        rows = []
        for row in results.all('calls', size=size):
            calls = {name: call for name, call in row['calls_by_name'].items()
                     if call[0] >= 0.05 or name == 'user'}
            text = ', '.join(
                f'{name} {us(ns)}' + (f' ({count:.2f}x)' if count else '')
                for name, (count, ns) in calls.items())
            rows.append([NAMES[row['name']], number(row['calls']),
                         number(row.get('allocations', 0)),
                         number(row['switches']), us(row['cpu_ns'])])
            rows.append([f'    {text}', '', '', '', ''])
        table(f'A frame of {SIZES[size]} by system call, us on the processor '
              '(with tracing, which costs about 0.5 us per call)',
              ['', 'calls', 'allocations', 'switches', 'CPU, us'],
              [row for row in rows if row[1]])
        print()
        for row in rows:
            print(row[0])


def functions_table(results):
    rows = [row for row in results.all('functions')
            if not row['object'].startswith('[')]
    rows.sort(key=lambda row: -row['samples'])
    total = sum(row['samples'] for row in rows)
    if not total:
        return
    objects = {}
    for row in rows:
        objects[row['object']] = objects.get(row['object'], 0) + row['samples']
    table('ffsdmabufsink at VGA outside the kernel, by object (perf; '
          f'{total} samples)', ['', 'percent'],
          [[name, number(100 * count / total)] for name, count in
           sorted(objects.items(), key=lambda item: -item[1])])
    table('... and by function', ['', 'percent'],
          [[f'{row["object"]} {row["function"]}',
            number(100 * row['samples'] / total)] for row in rows[:20]])


# ---- targets ----

def ratio(a, b):
    return None if a is None or not b else a / b


def targets(results):
    """Yields text, value, limit, and whether the limit is a maximum."""
    sink = {size: results.value('cpu_ns', 'cpu', name='ffsdmabufsink',
                                size=size) for size in SIZES}
    for size in (VGA, FULL_HD, UHD, UHD8K):
        yield (f'CPU at {SIZES[size]}: sink over bare loop + fakesink chain',
               ratio(sink[size], results.floor('cpu', size=size)), 1.25, True)
    yield ('CPU at 1080p: fdsink over sink',
           ratio(results.value('cpu_ns', 'cpu', name='fdsink', size=FULL_HD),
                 sink[FULL_HD]), 50, False)
    yield ('CPU flat in size, large chunks: 8K over VGA',
           ratio(sink[UHD8K], sink[VGA]), 1.2, True)

    received = {size: results.value('cpu_ns', 'receive', name='ffsdmabufsrc',
                                    size=size) for size in SIZES}
    for size in (VGA, FULL_HD, UHD):
        yield (f'Receiving at {SIZES[size]}: over bare loop + fakesrc',
               ratio(received[size],
                     results.floor('receive', RECEIVING_FLOOR, size=size)),
               1.25, True)
    yield ('Receiving at 1080p: fdsrc over ours',
           ratio(results.value('cpu_ns', 'receive', name='fdsrc', size=FULL_HD),
                 received[FULL_HD]), 50, False)
    yield ('Receiving: flat in size: 4K over VGA',
           ratio(received[UHD], received[VGA]), 1.2, True)

    def growth(name):
        return ratio(*(results.value('cpu_ns', 'memory', memory='udmabuf',
                                     name=name, size=size)
                       for size in (UHD8K, VGA)))

    yield ('CPU by size, pages: growth 8K over VGA, sink over bare',
           ratio(growth('ffsdmabufsink'), growth('transfer')), 1.25, True)
    for size in results.distinct('size', 'throughput'):
        ratios = [ratio(*(results.value('wall_ns', 'throughput', name=name,
                                        size=size, in_flight=depth)
                          for name in ('transfer', 'ffsdmabufsink')))
                  for depth in results.distinct('in_flight', 'throughput')
                  if depth >= 2]
        yield (f'Throughput at {SIZES[size]}: worst of sink over bare, 2..8 in '
               'flight', min(filter(None, ratios), default=None), 0.99, False)
    starved = results.one('latency', name='ffsdmabufsink', size=VGA)
    if starved:
        yield ('Frames at VGA that found the endpoint without a transfer',
               starved['starved'] / starved['frames'], 0, True)
    for test, size, text in LATENCIES:
        wake, back = (results.value(field, test, name=name, size=size)
                      for field, name in (('poll_wake', 'transfer'),
                                          ('to_pool', 'ffsdmabufsink')))
        if wake and back:
            yield (f'Fence to pool, p99 over a bare poll() wake: {text}',
                   back['p99'] / wake['p99'], 1.5, True)
    yield ('Small frames: frames/s, sink over bare loop',
           ratio(results.value('wall_ns', 'small', name='transfer'),
                 results.value('wall_ns', 'small', name='ffsdmabufsink')),
           0.8, False)
    grown = results.all('growth')
    if len(grown) > 2:
        yield ('Growth after the first tenth: file descriptors',
               grown[-1]['fds'] - grown[1]['fds'], 0, True)
        yield ('Growth after the first tenth: bytes of malloc per 1000 frames',
               (grown[-1]['heap_bytes'] - grown[1]['heap_bytes']) * 1000
               / (grown[-1]['after'] - grown[1]['after']), 1, True)


def target_table(results):
    """Prints the table of targets and returns them as objects."""
    found = []
    for text, value, limit, at_most in targets(results):
        if value is None:
            continue
        good = value <= limit if at_most else value >= limit
        found.append({'target': text, 'value': value, 'limit': limit,
                      'at_most': at_most, 'reached': good})
    if found:
        table('Targets', ['', 'measured', 'wanted', ''],
              [[t['target'], number(t['value']) if t['value'] else '0',
                f'{"<=" if t["at_most"] else ">="} {t["limit"]}',
                'reached' if t['reached'] else 'MISSED'] for t in found])
    return found


def main():
    results = read_lines(sys.argv[1])
    versions = results.one('versions')
    if versions:
        print(f'Linux {versions["kernel"]}, GStreamer {versions["gstreamer"]}; '
              'one instruction is one nanosecond')
    for print_table in (cpu_table, receive_table, paced_table, memory_table,
                        controller_table, throughput_table, small_table,
                        latency_table, scale_table, submit_table,
                        profiles_table, calls_table, functions_table):
        print_table(results)
    found = target_table(results)
    with open(sys.argv[2], 'w', encoding='utf-8') as file:
        json.dump({'results': results.rows, 'targets': found}, file, indent=1)
        file.write('\n')


if __name__ == '__main__':
    main()
