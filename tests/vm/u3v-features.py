#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What applications do with the features of a USB3 Vision camera, by Aravis.

usage: u3v-features.py CAMERA CHECK[=ARGUMENT]...

Each CHECK is a function of this file whose name begins with "check_". Says what
it has found, and fails with a sentence if that is not what applications
expect.
"""

import sys

import gi

gi.require_version("Aravis", "0.8")
from gi.repository import Aravis, GLib  # noqa: E402


def fail(text):
    sys.exit(f"{check}: {text}")


def want(what, wanted, got):
    if wanted != got:
        fail(f"{what} is {got}, not {wanted}")


def features(device, category="Root"):
    """The names of all features, by the categories that they are in."""
    for name in device.get_feature(category).get_features():
        node = device.get_feature(name)
        if node is None:
            fail(f"{category} has {name}, which there is not")
        if isinstance(node, Aravis.GcCategory):
            yield from features(device, name)
        else:
            yield name


def check_all(camera, _):
    """Every feature is read, and what can be written gets the same again."""
    device = camera.get_device()
    names = list(features(device))
    n_read = n_written = 0
    for name in names:
        node = device.get_feature(name)
        mode = node.get_actual_access_mode()
        if isinstance(node, Aravis.GcCommand):
            continue
        try:
            value = node.get_value_as_string()
            n_read += 1
        except GLib.Error as error:
            fail(f"{name} cannot be read: {error.message}")
        if mode == Aravis.GcAccessMode.RW and name not in ("TLParamsLocked",):
            try:
                node.set_value_from_string(value)
                n_written += 1
            except GLib.Error as error:
                fail(f"{name} cannot be {value}, which it is: {error.message}")
            want(name, value, node.get_value_as_string())
    print(f"{len(names)} features, {n_read} read, {n_written} written")


def check_gain(camera, value):
    """As arv-viewer's slider and aravissrc's property do."""
    low, high = camera.get_gain_bounds()
    if not low < high:
        fail(f"from {low} to {high}")
    camera.set_gain(float(value))
    want("the gain", float(value), camera.get_gain())
    print(f"{low} to {high}, now {camera.get_gain()}")


def check_exposure(camera, bounds):
    low, high = camera.get_exposure_time_bounds()
    want("the range", bounds, f"{low:g}-{high:g}")
    value = camera.get_exposure_time()
    if not low <= value <= high:
        fail(f"{value} is not in {bounds}")
    print(f"{low} to {high} us, now {value}")


def main():
    global check

    Aravis.update_device_list()
    camera = Aravis.Camera.new(sys.argv[1])
    for text in sys.argv[2:]:
        check, _, argument = text.partition("=")
        try:
            globals()[f"check_{check}"](camera, argument)
        except GLib.Error as error:
            fail(error.message)
        print(f"{check}: fine", flush=True)


main()
