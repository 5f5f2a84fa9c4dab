#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host that requests still images of a webcam while it streams (method 2).

usage: uvc-still-host.py VENDOR FRAMES FORMAT:FRAME...

VENDOR is the device's idVendor, hexadecimal. Streams the first size of the first
format, and requests a still image of each FORMAT and FRAME (indices from 1 on)
with FRAMES frames of video before each and after the last. Prints "video SIZE
SHA1" or "still SIZE SHA1" for each frame. Fails if an image is not what was
requested, comes without a request, or if video does not go on.
"""

import hashlib
import struct
import sys

import usb.core
import usb.util

SET_CUR, GET_CUR = 0x01, 0x81
PROBE, COMMIT, STILL_PROBE, STILL_COMMIT, STILL_TRIGGER = range(1, 6)
STREAMING = 1
TIMEOUT_MS = 60000

FID, EOF, STI, ERROR, EOH = 0x01, 0x02, 0x20, 0x40, 0x80


class Camera:
    """Control requests, and frames of the endpoint."""

    def __init__(self, vendor):
        self.device = usb.core.find(idVendor=vendor)
        interface = self.device.get_active_configuration()[STREAMING, 0]
        usb.util.claim_interface(self.device, STREAMING)
        self.endpoint = interface[0]
        self.last_fid = None
        self.max_payload = 0

    def set(self, selector, data):
        self.device.ctrl_transfer(0x21, SET_CUR, selector << 8, STREAMING, data,
                                  TIMEOUT_MS)

    def get(self, selector, size):
        data = self.device.ctrl_transfer(0xa1, GET_CUR, selector << 8,
                                         STREAMING, size, TIMEOUT_MS)
        if len(data) != size:
            sys.exit(f"control {selector} has {len(data)} bytes")
        return data.tobytes()

    def start(self):
        self.set(PROBE, struct.pack("<HBBI26x", 0, 1, 1, 0))
        probe = self.get(PROBE, 34)
        self.set(COMMIT, probe)
        frame_size, payload = struct.unpack_from("<II", probe, 18)
        self.max_payload = max(self.max_payload, payload)
        return frame_size

    def commit_still(self, format_index, frame_index):
        """Returns the size of the image."""
        self.set(STILL_PROBE, struct.pack("<BBB8x", format_index, frame_index,
                                          0))
        probe = self.get(STILL_PROBE, 11)
        if probe[:2] != bytes((format_index, frame_index)):
            sys.exit(f"still image {format_index}:{frame_index}: not offered")
        self.set(STILL_COMMIT, probe)
        size, payload = struct.unpack_from("<II", probe, 3)
        self.max_payload = max(self.max_payload, payload)
        return size

    def read_frame(self):
        """Returns whether it is a still image, and the data."""
        data, flags = b"", 0
        while not flags & EOF:
            payload = self.endpoint.read(self.max_payload, TIMEOUT_MS).tobytes()
            if flags and (payload[1] ^ flags) & (FID | STI):
                sys.exit("a payload of another frame before the end")
            flags = payload[1]
            data += payload[payload[0]:]
        if not flags & EOH or flags & ERROR:
            sys.exit(f"flags {flags:#x}")
        if flags & FID == self.last_fid:
            sys.exit("two frames with the same frame ID")
        self.last_fid = flags & FID
        still = bool(flags & STI)
        print("still" if still else "video", len(data),
              hashlib.sha1(data).hexdigest(), flush=True)
        return still, data

    def read_video(self, frames, size):
        for _ in range(frames):
            still, data = self.read_frame()
            if still or len(data) != size:
                sys.exit("this is no frame of the video")

    def read_still(self, size, frames):
        """Video may be on its way; @frames is how much at most."""
        for _ in range(frames):
            still, data = self.read_frame()
            if still:
                break
        else:
            sys.exit("no still image")
        if len(data) != size:
            sys.exit(f"the still image has {len(data)} bytes, not {size}")


def main():
    frames = int(sys.argv[2])
    camera = Camera(int(sys.argv[1], 16))
    video_size = camera.start()
    for text in sys.argv[3:]:
        still_size = camera.commit_still(*(int(n) for n in text.split(":")))
        camera.read_video(frames, video_size)
        camera.set(STILL_TRIGGER, b"\1")
        camera.read_still(still_size, 100)
    camera.read_video(frames, video_size)
    if camera.get(STILL_TRIGGER, 1) != b"\0":
        sys.exit("the trigger is not reset")
    camera.device.clear_halt(camera.endpoint)


main()
