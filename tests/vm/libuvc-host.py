#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A webcam host that uses libuvc, like programs on Android and ROS.

usage: libuvc-host.py VENDOR FRAMES WIDTHxHEIGHT@RATE...

VENDOR is the device's idVendor (hexadecimal). Selects each size and rate (whole
frames per second, as in libuvc) and fails if the camera does not offer it.
Receives FRAMES frames of each and prints "WIDTHxHEIGHT@RATE SHA1" for each frame.
"""

import ctypes
import hashlib
import queue
import sys

ANY_FORMAT = 0
TIMEOUT_S = 60

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


def stream(handle, control, frames):
    got = queue.Queue()

    @Callback
    def take(frame, _):
        data = ctypes.string_at(frame.contents.data, frame.contents.size)
        got.put(hashlib.sha1(data).hexdigest())

    call("uvc_start_streaming", handle, control, take, None, 0)
    for _ in range(frames):
        try:
            print(mode, got.get(timeout=TIMEOUT_S), flush=True)
        except queue.Empty:
            sys.exit(f"{mode}: no frame")
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
        size, rate = mode.split("@")
        width, height = (int(n) for n in size.split("x"))
        control = ctypes.create_string_buffer(256)
        call("uvc_get_stream_ctrl_format_size", handle, control, ANY_FORMAT,
             width, height, int(rate))
        if int(sys.argv[2]) > 0:
            stream(handle, control, int(sys.argv[2]))
    uvc.uvc_close(handle)
    uvc.uvc_exit(context)


main()
