#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A USB3 Vision camera whose exposure time is its application's.

usage: exposed-camera.py SOURCE...

SOURCE is what is in front of the sink, as for gst-launch-1.0. Prints each control
that a host sets, "NAME VALUE" a line, until SIGINT.
"""

import signal
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402


def on_set_control(_, name, value):
    print(name, f"{value:g}", flush=True)
    return True


def on_error(_, message, loop):
    print(*message.parse_error(), file=sys.stderr)
    loop.quit()


Gst.init(None)
pipeline = Gst.parse_launch(
    " ".join(sys.argv[1:]) + " ! ffsdmabufsink name=s gadget=cam profile=u3v "
    "manufacturer=Maker product=Camera serial=cam "
    'controls="controls,exposure-time=(int)[100,33300],'
    'exposure-time-default=2000"')
pipeline.get_by_name("s").connect("set-control", on_set_control)
loop = GLib.MainLoop()
bus = pipeline.get_bus()
bus.add_signal_watch()
bus.connect("message::error", on_error, loop)
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
pipeline.set_state(Gst.State.PLAYING)
loop.run()
pipeline.set_state(Gst.State.NULL)
