#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that uses a control of a webcam's extension unit.

usage: extension-unit.py NODE UNIT SELECTOR VALUE

Prints size, minimum, maximum and value of the control, sets it to VALUE and prints
the new value. Uses UVCIOC_CTRL_QUERY.
"""

import ctypes
import fcntl
import os
import struct
import sys

CTRL_QUERY = 0xC0107521
SET_CUR, GET_CUR, GET_MIN, GET_MAX, GET_LEN = 0x01, 0x81, 0x82, 0x83, 0x85


def query(node, unit, selector, request, data):
    buf = ctypes.create_string_buffer(data, len(data))
    fcntl.ioctl(node, CTRL_QUERY, struct.pack(
        "BBBxHxxP", unit, selector, request, len(data), ctypes.addressof(buf)))
    return buf.raw


def main():
    node = os.open(sys.argv[1], os.O_RDWR)
    unit, selector, value = (int(text) for text in sys.argv[2:])
    size, = struct.unpack("<H", query(node, unit, selector, GET_LEN, bytes(2)))

    def get(request):
        return int.from_bytes(query(node, unit, selector, request, bytes(size)),
                              "little", signed=True)

    numbers = [size, get(GET_MIN), get(GET_MAX), get(GET_CUR)]
    query(node, unit, selector, SET_CUR,
          value.to_bytes(size, "little", signed=True))
    numbers.append(get(GET_CUR))
    print(*numbers)


main()
