#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""accelerator-host.py SERIAL FILE SIZE: sends frames of SIZE bytes from FILE to
examples/accelerator and writes the H.264 that comes back to the standard output,
until there is an access unit for each frame.
"""

import sys
import threading
import time

import usb.core
import usb.util

# x264enc starts each frame with an access unit delimiter.
DELIMITER = b"\0\0\0\1\x09"


def find(serial):
    while True:
        for device in usb.core.find(find_all=True, idVendor=0x1209):
            if usb.util.get_string(device, device.iSerialNumber) == serial:
                return device
        time.sleep(0.1)


def main():
    serial, path, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(path, "rb") as file:
        data = file.read()
    frames = [data[i:i + size] for i in range(0, len(data), size)]
    device = find(serial)
    interface = device.get_active_configuration()[0, 0]
    usb.util.claim_interface(device, interface)
    out, back = (next(e for e in interface if bool(
        e.bEndpointAddress & 0x80) == way) for way in (False, True))

    def send():
        for frame in frames:
            out.write(frame, 0)

    thread = threading.Thread(target=send)
    thread.start()
    stream = b""
    while stream.count(DELIMITER) < len(frames):
        stream += back.read(65536, 20000).tobytes()
    thread.join()
    sys.stdout.buffer.write(stream)


main()
