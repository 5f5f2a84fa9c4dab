#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host of profile=stream that sets control 1 all the time while it receives.

control-host.py ROUNDS [options of examples/host.py]
"""

import pathlib
import struct
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "examples"))
import host  # noqa: E402  pylint: disable=wrong-import-position

GET_CONTROL = 0x10


class Counter(host.Receiver):
    """Receives frames until self.ended is set."""

    ended = False

    def take(self, header, data):
        super().take(header, data)
        if self.ended:
            raise host.Finished

    def run(self, camera):
        try:
            super().run(camera)
        except host.Finished:
            pass


def main():
    rounds = int(sys.argv.pop(1))
    options = host.parse_arguments()
    camera = host.wait_for(options)
    camera.prepare()
    camera.start(options)
    counter = Counter(options)
    thread = threading.Thread(target=counter.run, args=(camera,), daemon=True)
    thread.start()
    for value in range(rounds):
        camera.tell(host.SET_CONTROL, "the control",
                    struct.pack("<i", value % 20), 1)
    counter.ended = True
    thread.join()
    camera.tell(host.STOP, "stop")
    value, = struct.unpack("<i", camera.ask(GET_CONTROL, 1, 4))
    print(f"{'frames' if counter.frames else 'no frames'}, control is {value}")
    camera.close()


main()
