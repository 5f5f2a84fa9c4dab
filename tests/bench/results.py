# SPDX-License-Identifier: LGPL-2.1-or-later
"""Results of the benchmark, for report.py and plots.py."""

import json

FLOOR = ('transfer', 'fakesink')
RECEIVING_FLOOR = ('reap', 'fakesrc')
NAMES = {
    'source': 'in-kernel source (f_sourcesink)',
    'transfer': 'bare poll + TRANSFER',
    'fakesink': 'fakesink',
    'ffsdmabufsink': 'ffsdmabufsink',
    'stock': 'ffsdmabufsink by the ioctls of 6.12',
    'copy-mode=always': 'ffsdmabufsink copy-mode=always',
    'fdsink': 'fdsink',
    'filesink': 'filesink',
    'write': 'bare write()',
    'aio': 'bare Linux AIO',
    'status': 'bare TRANSFER, EXPORT_SYNC_FILE, FILE_INFO, close',
    'submit': 'bare SUBMIT, FILE_INFO, close',
    'reap': 'bare SUBMIT + REAP',
    'read': 'bare read()',
    'fakesrc': 'fakesrc',
    'ffsdmabufsrc': 'ffsdmabufsrc',
    'fdsrc': 'fdsrc',
}
SIZES = {
    1024: '1 KiB',
    16384: '16 KiB',
    65536: '64 KiB',
    614400: 'VGA YUY2',
    1382400: '720p NV12',
    1843200: '720p YUY2',
    4147200: '1080p YUY2',
    12441600: '4K NV12',
    49766400: '8K NV12',
}
VGA, FULL_HD, UHD, UHD8K = 614400, 4147200, 12441600, 49766400


class Results:
    def __init__(self, rows):
        self.rows = rows

    def all(self, test, **keys):
        return [row for row in self.rows if row['test'] == test
                and all(row.get(k) == v for k, v in keys.items())]

    def one(self, test, **keys):
        """Returns the first match, or None."""
        return next(iter(self.all(test, **keys)), None)

    def value(self, field, test, **keys):
        row = self.one(test, **keys)
        return None if row is None else row.get(field)

    def distinct(self, field, test, **keys):
        """Returns the values in the order of their first appearance."""
        return list(dict.fromkeys(row[field] for row in self.all(test, **keys)))

    def floor(self, test, names=FLOOR, **keys):
        """Returns the CPU time of a bare loop plus a fakesink chain, ns."""
        parts = [self.value('cpu_ns', test, name=name, **keys)
                 for name in names]
        return None if None in parts else sum(parts)


def read_lines(path):
    with open(path, encoding='utf-8') as file:
        return Results([json.loads(line) for line in file
                        if line.startswith('{')])


def read_json(path):
    with open(path, encoding='utf-8') as file:
        return Results(json.load(file)['results'])
