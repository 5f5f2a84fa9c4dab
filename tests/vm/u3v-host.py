#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A USB3 Vision host that uses Aravis.

usage: u3v-host.py CAMERA OUTPUT RUN...

An empty CAMERA selects the first one. Each RUN is
FORMAT:WIDTHxHEIGHT[+X+Y]:FRAMES:sync|async[:CHOICE], all of them in one session.
Writes a line "FORMAT TIMESTAMP SHA1" to OUTPUT for each complete frame. FRAMES of 0
means unlimited. With each frame the enumeration CHOICE is set to its next entry.
Fails if a frame is incomplete, missing or not of the selected format.
"""

import hashlib
import sys

import gi

gi.require_version("Aravis", "0.8")
from gi.repository import Aravis  # noqa: E402

N_BUFFERS = 8
TIMEOUT_US = 30 * 1000 * 1000


def receive(camera, run, out):
    pixel_format, size, frames, mode, *choice = run.split(":")
    size, x, y = (size.split("+") + ["0", "0"])[:3]
    width, height, x, y = (int(n) for n in size.split("x") + [x, y])
    camera.uv_set_usb_mode(
        Aravis.UvUsbMode.SYNC if mode == "sync" else Aravis.UvUsbMode.ASYNC)
    camera.set_pixel_format_from_string(pixel_format)
    camera.set_region(x, y, width, height)
    if camera.get_region() != (x, y, width, height):
        sys.exit(f"{run}: the region is {camera.get_region()}")
    entries = choice and camera.dup_available_enumerations_as_strings(*choice)
    payload = camera.get_payload()
    code = camera.get_pixel_format()
    stream = camera.create_stream(None, None)
    for _ in range(N_BUFFERS):
        stream.push_buffer(Aravis.Buffer.new_allocate(payload))
    camera.set_acquisition_mode(Aravis.AcquisitionMode.CONTINUOUS)
    camera.start_acquisition()
    n = 0
    while n < int(frames) or frames == "0":
        buf = stream.timeout_pop_buffer(TIMEOUT_US)
        if buf is None:
            sys.exit(f"{run}: no frame {n}")
        if buf.get_status() != Aravis.BufferStatus.SUCCESS:
            sys.exit(f"{run}: frame {n}: {buf.get_status()}")
        if buf.get_frame_id() != n:
            sys.exit(f"{run}: frame {n} has the number {buf.get_frame_id()}")
        if (*buf.get_image_region(), buf.get_image_pixel_format()) != (
                x, y, width, height, code):
            sys.exit(f"{run}: frame {n} is something else")
        digest = hashlib.sha1(buf.get_data()).hexdigest()
        print(pixel_format, buf.get_timestamp(), digest, file=out, flush=True)
        stream.push_buffer(buf)
        if choice:
            entry = entries[n % len(entries)]
            camera.set_string(*choice, entry)
            if camera.get_string(*choice) != entry:
                sys.exit(f"{run}: {entry} was not taken")
        n += 1
    completed, failures, underruns = stream.get_statistics()
    camera.stop_acquisition()
    # A frame may be in flight when the camera is stopped.
    _, stopped, _ = stream.get_statistics()
    print(f"{run}: {completed} complete, {failures} failed, then {stopped}, "
          f"{underruns} underruns")
    if failures or stopped > 1:
        sys.exit(f"{run}: {failures} frames failed")


def main():
    Aravis.update_device_list()
    camera = Aravis.Camera.new(sys.argv[1] or None)
    with open(sys.argv[2], "w") as out:
        for run in sys.argv[3:]:
            receive(camera, run, out)


main()
