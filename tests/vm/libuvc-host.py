#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A webcam host that uses libuvc, like programs on Android and ROS.

usage: libuvc-host.py VENDOR FRAMES WIDTHxHEIGHT@RATE[+WIDTHxHEIGHT]...

VENDOR is the device's idVendor (hexadecimal). Selects each size and rate (whole
frames per second, as in libuvc) and fails if the camera does not offer it.
Receives FRAMES frames of each and prints "WIDTHxHEIGHT@RATE SHA1" for each frame.

+WIDTHxHEIGHT: then requests a still image of that size, which needs libuvc 0.0.7,
and receives frames up to it and FRAMES more. The name of the image is
"+WIDTHxHEIGHT". libuvc does not tell it from video, so its size must be another: in
bytes if it is raw, else in the header of the JPEG image.
"""

import ctypes
import hashlib
import queue
import struct
import sys

ANY_FORMAT = 0
TIMEOUT_S = 60
# Frames of video between a request and the image, at most.
ON_THEIR_WAY = 100

uvc = ctypes.CDLL("libuvc.so.0")
uvc.uvc_strerror.restype = ctypes.c_char_p


class Frame(ctypes.Structure):
    """The first fields of uvc_frame."""
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("width", ctypes.c_uint32), ("height", ctypes.c_uint32)]


Callback = ctypes.CFUNCTYPE(None, ctypes.POINTER(Frame), ctypes.c_void_p)


def call(name, *arguments):
    result = getattr(uvc, name)(*arguments)
    if result != 0:
        sys.exit(f"{mode}: {name}: {uvc.uvc_strerror(result).decode()}")


class StreamControl(ctypes.Structure):
    """uvc_stream_ctrl."""
    _fields_ = [("hint", ctypes.c_uint16), ("format", ctypes.c_uint8),
                ("frame", ctypes.c_uint8), ("interval", ctypes.c_uint32),
                ("rates_and_qualities", ctypes.c_uint16 * 5),
                ("frame_size", ctypes.c_uint32), ("payload", ctypes.c_uint32),
                ("clock", ctypes.c_uint32), ("flags", ctypes.c_uint8 * 4),
                ("interface", ctypes.c_uint8)]


class StillControl(ctypes.Structure):
    """uvc_still_ctrl."""
    _fields_ = [("format", ctypes.c_uint8), ("frame", ctypes.c_uint8),
                ("compression", ctypes.c_uint8),
                ("frame_size", ctypes.c_uint32), ("payload", ctypes.c_uint32),
                ("interface", ctypes.c_uint8)]


def jpeg_size(data):
    """Width and height of a JPEG image; None if the data is something else."""
    at = 2
    if data[:2] != b"\xff\xd8":
        return None
    while data[at:at + 1] == b"\xff":
        marker, length = struct.unpack_from(">xBH", data, at)
        if 0xc0 <= marker <= 0xc2:
            return struct.unpack_from(">HH", data, at + 5)[::-1]
        at += 2 + length
    return None


def stream(handle, control, frames, still_size):
    got = queue.Queue()

    @Callback
    def take(frame, _):
        got.put(ctypes.string_at(frame.contents.data, frame.contents.size))

    def receive():
        try:
            return got.get(timeout=TIMEOUT_S)
        except queue.Empty:
            sys.exit(f"{mode}: no frame")

    def tell(name, data):
        print(name, hashlib.sha1(data).hexdigest(), flush=True)

    def receive_video():
        for _ in range(frames):
            tell(mode, receive())

    still = StillControl(interface=control.interface)
    if still_size:
        call("uvc_get_still_ctrl_format_size", handle, ctypes.byref(control),
             ctypes.byref(still), *still_size)
    call("uvc_start_streaming", handle, ctypes.byref(control), take, None, 0)
    receive_video()
    if still_size:
        call("uvc_trigger_still", handle, ctypes.byref(still))
        for _ in range(ON_THEIR_WAY):
            data = receive()
            size = jpeg_size(data)
            if size == still_size or not size and len(data) == still.frame_size:
                break
            tell(mode, data)
        else:
            sys.exit(f"{mode}: no still image")
        tell("+{}x{}".format(*still_size), data)
        receive_video()
    uvc.uvc_stop_streaming(handle)


def main():
    global mode

    mode = "opening"
    context, device, handle = (ctypes.c_void_p() for _ in range(3))
    call("uvc_init", ctypes.byref(context), None)
    call("uvc_find_device", context, ctypes.byref(device),
         int(sys.argv[1], 16), 0, None)
    call("uvc_open", device, ctypes.byref(handle))
    for mode in sys.argv[3:]:
        video, _, still = mode.partition("+")
        size, rate = video.split("@")
        width, height = (int(n) for n in size.split("x"))
        control = StreamControl()
        call("uvc_get_stream_ctrl_format_size", handle, ctypes.byref(control),
             ANY_FORMAT, width, height, int(rate))
        if int(sys.argv[2]) > 0:
            stream(handle, control, int(sys.argv[2]),
                   tuple(int(n) for n in still.split("x")) if still else None)
    uvc.uvc_close(handle)
    uvc.uvc_exit(context)


main()
