#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""source-hostile.py SERIAL CAPS PICTURE [ROUNDS]: a host that violates the
protocol of ffsdmabufsrc profile=stream: wrong lengths, invalid headers, floods,
stops within a frame. In the end it sends the picture correctly.
"""

import argparse
import contextlib
import importlib.util
import pathlib
import random
import sys

import usb.core

path = pathlib.Path(__file__).parents[2] / "examples/host.py"
spec = importlib.util.spec_from_file_location("host", path)
host = importlib.util.module_from_spec(spec)
spec.loader.exec_module(host)

WAIT = 200


def header(camera, length, **changes):
    fields = {"magic": host.MAGIC, "version": 0x100, "size": 96, "kind": 2,
              "planes": 0, "flags": 0, "stream": camera.stream, "caps": 1,
              "sequence": 0, "length": length, "pts": 0, "dts": 0,
              "duration": 0} | changes
    return host.HEADER.pack(*fields.values()).ljust(96, b"\0")


def write(camera, data):
    """Sends data and ignores a timeout."""
    try:
        camera.device.write(camera.endpoint, data, WAIT)
    except usb.core.USBTimeoutError:
        pass


def misbehave(camera, size, rng):
    noise = rng.randbytes
    kind = rng.randrange(9)
    if kind == 0:
        write(camera, noise(rng.randrange(1, 2000)))
    elif kind == 1:
        write(camera, header(camera, size, magic=rng.getrandbits(32)))
        write(camera, noise(size))
    elif kind == 2:
        write(camera, header(camera, rng.getrandbits(64)))
        write(camera, noise(rng.randrange(1, 2 * size)))
    elif kind == 3:
        write(camera, header(camera, size))
        write(camera, noise(rng.randrange(1, size)))
    elif kind == 4:
        write(camera, header(camera, size))
        write(camera, noise(size + rng.randrange(1, 5000)))
    elif kind == 5:
        write(camera, header(camera, size, stream=camera.stream + 1))
        write(camera, noise(size))
    elif kind == 6:
        write(camera, header(camera, size, planes=rng.getrandbits(16),
                             kind=rng.getrandbits(16)))
        write(camera, noise(size))
    elif kind == 7:
        for _ in range(20):
            write(camera, b"")
    else:
        for _ in range(20):
            try:
                camera.ask(rng.getrandbits(8), rng.getrandbits(16),
                           rng.getrandbits(12))
            except usb.core.USBError:
                pass


def main():
    serial, caps, picture = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 40
    rng = random.Random(19)
    options = argparse.Namespace(
        device="1209:0001", serial=serial, send=True, no_wait=False, caps=caps,
        control=None, files=[picture], frames=0)
    camera = host.wait_for(options)
    camera.prepare()
    for number in range(rounds):
        camera.start(options)
        size, _ = host.Sender.layout(camera)
        for _ in range(rng.randrange(1, 6)):
            misbehave(camera, size, rng)
        # Or START again without it.
        if number % 3:
            camera.tell(host.STOP, "stop")
        else:
            options.caps = None
            continue
        options.caps = caps
    camera.tell(host.STOP, "stop")
    camera.device.clear_halt(camera.endpoint)
    options.caps = caps
    camera.start(options)
    try:
        host.Sender(options).run(camera)
    except host.Finished:
        # The device may be gone after the end of the stream.
        with contextlib.suppress(usb.core.USBError):
            camera.tell(host.STOP, "stop")


main()
