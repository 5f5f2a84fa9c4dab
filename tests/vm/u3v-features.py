#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Uses the features of a USB3 Vision camera like applications, with Aravis.

usage: u3v-features.py CAMERA CHECK[=ARGUMENT]...

Each CHECK is a function of this file whose name begins with "check_". Prints its
results, and fails with a message if applications expect another one.
"""

import contextlib
import sys

import gi

gi.require_version("Aravis", "0.8")
from gi.repository import Aravis, GLib  # noqa: E402


# With four, Aravis lost frames of an acquisition of four on a busy machine.
N_BUFFERS = 8
TIMEOUT_US = 30 * 1000 * 1000
QUIET_US = 500 * 1000


def fail(text):
    sys.exit(f"{check}: {text}")


def want(what, wanted, got):
    if wanted != got:
        fail(f"{what} is {got}, not {wanted}")


def features(device, category="Root"):
    """Returns the names of all features, by category."""
    for name in device.get_feature(category).get_features():
        node = device.get_feature(name)
        if node is None:
            fail(f"{category} has {name}, which there is not")
        if isinstance(node, Aravis.GcCategory):
            yield from features(device, name)
        else:
            yield name


def check_all(camera, refused):
    """Reads every feature and writes its value back if it is writable. Only the
    feature named here is rejected."""
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
                if name == refused:
                    fail(f"{name} is not refused")
            except GLib.Error as error:
                if name == refused:
                    continue
                fail(f"{name} cannot be {value}, which it is: {error.message}")
            want(name, value, node.get_value_as_string())
    print(f"{len(names)} features, {n_read} read, {n_written} written")


def check_gain(camera, value):
    """Sets it like arv-viewer's slider and aravissrc's property."""
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


def open_stream(camera):
    payload = camera.get_payload()
    stream = camera.create_stream(None, None)
    for _ in range(N_BUFFERS):
        stream.push_buffer(Aravis.Buffer.new_allocate(payload))
    return stream


def next_frame(stream):
    """Returns a complete frame; fails if none arrives."""
    buf = stream.timeout_pop_buffer(TIMEOUT_US)
    if buf is None:
        fail("no frame; complete, failed, without a buffer: {}, {}, {}".format(
            *stream.get_statistics()))
    if buf.get_status() != Aravis.BufferStatus.SUCCESS:
        fail(f"a frame of {buf.get_status()}")
    stream.push_buffer(buf)
    return buf.get_frame_id(), buf.get_timestamp()


def no_frame(stream):
    """Waits for the time of several frames; fails if one arrives."""
    if stream.timeout_pop_buffer(QUIET_US) is not None:
        fail("a frame that was not asked for")


@contextlib.contextmanager
def leaves_nothing(camera, undo, *arguments):
    """Undoes what a failed check has set, for the next check."""
    try:
        yield
    except BaseException:
        camera.stop_acquisition()
        undo(*arguments)
        raise


def check_trigger(camera, _):
    """One frame arrives for each trigger, and none without. The source must be
    live by the clock, here and in check_timestamp(): videotestsrc never skips a
    frame, so its timestamps lag on a busy machine."""
    with leaves_nothing(camera, camera.clear_triggers):
        camera.set_trigger("Software")
        want("TriggerMode", "On", camera.get_string("TriggerMode"))
        stream = open_stream(camera)
        camera.start_acquisition()
        times = []
        for n in range(3):
            no_frame(stream)
            camera.execute_command("TimestampLatch")
            before = camera.get_integer("TimestampLatchValue")
            camera.software_trigger()
            number, time = next_frame(stream)
            want("the number of the frame", n, number)
            if time < before:
                fail(f"a frame of {time} for a trigger of {before}")
            times.append(time - before)
        no_frame(stream)
        camera.clear_triggers()
        next_frame(stream)
        camera.stop_acquisition()
    print("frames", ", ".join(f"{t / 1e6:.0f}" for t in times),
          "ms after the trigger")


def check_multi(camera, count):
    """The requested number of frames arrives, twice."""
    with leaves_nothing(camera, camera.set_acquisition_mode,
                        Aravis.AcquisitionMode.CONTINUOUS):
        camera.set_acquisition_mode(Aravis.AcquisitionMode.MULTI_FRAME)
        camera.set_frame_count(int(count))
        want("the count", int(count), camera.get_frame_count())
        stream = open_stream(camera)
        for _ in range(2):
            camera.start_acquisition()
            for _ in range(int(count)):
                next_frame(stream)
            no_frame(stream)
            camera.stop_acquisition()
        camera.set_acquisition_mode(Aravis.AcquisitionMode.CONTINUOUS)


def check_timestamp(camera, _):
    """The timestamp latch uses the clock of the frames."""
    stream = open_stream(camera)
    camera.start_acquisition()
    next_frame(stream)
    camera.execute_command("TimestampLatch")
    latched = camera.get_integer("TimestampLatchValue")
    want("the latched one, again", latched,
         camera.get_integer("TimestampLatchValue"))
    # Frames captured before the trigger are in the host's buffers.
    while True:
        _, time = next_frame(stream)
        if time >= latched:
            break
    camera.execute_command("TimestampLatch")
    later = camera.get_integer("TimestampLatchValue")
    if later <= latched:
        fail(f"{later} after {latched}")
    if time > later:
        fail(f"a frame of {time} at {later}")
    camera.stop_acquisition()


CHANGED = {"Width": "320", "Height": "240", "PixelFormat": "RGB8",
           "AcquisitionMode": "MultiFrame", "AcquisitionFrameCount": "5",
           "TriggerMode": "On", "TestPattern": "Ball"}


def check_defaults(camera, command):
    """UserSetLoad or DeviceReset restore the initial state."""
    device = camera.get_device()
    nodes = {name: device.get_feature(name) for name in CHANGED}
    camera.execute_command("UserSetLoad")
    before = {name: node.get_value_as_string() for name, node in nodes.items()}
    for name, node in nodes.items():
        node.set_value_from_string(CHANGED[name])
        want(name, CHANGED[name], node.get_value_as_string())
        if before[name] == CHANGED[name]:
            fail(f"{name} was {before[name]} before")
    camera.execute_command(command)
    for name, node in nodes.items():
        want(name, before[name], node.get_value_as_string())


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
