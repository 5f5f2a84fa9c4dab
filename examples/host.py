#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host for cameras of profile=stream, as docs/protocol.md describes them.

Finds a camera, selects a format, starts the stream and saves the frames. Starts
again when the camera reconnects. With --send it sends frames to a board. host.c
is the same in C. Needs pyusb (Debian: python3-usb).
"""

import argparse
import collections
import contextlib
import errno
import glob
import signal
import struct
import sys
import time

import usb.backend.libusb1
import usb.core
import usb.util

MAGIC = 0x46534646
HEADER = struct.Struct("<IHHHHIIIQQQQQ")
HEADER_SIZE = 96
STATE = struct.Struct("<IIIIIIQQQI")
MAX_HEADER = 1024
MAX_PAYLOAD = 256 << 20

GET_INFO, GET_STATE, GET_OFFER, SET_CHOICE, START, STOP = 1, 2, 3, 6, 7, 8
GET_LAYOUT = 9
SET_CONTROL = 0x11
CAPS, FRAME, END = 1, 2, 3
OUTCOMES = [
    "done",
    "the camera does not understand it",
    "the camera has no such format (--list shows what it has)",
    "the camera is streaming",
    "the camera has no such control",
]
EXTENSIONS = {
    "video/x-raw": "raw",
    "video/x-h264": "h264",
    "video/x-h265": "h265",
    "image/jpeg": "jpg",
}

# START may wait for the sensor, STOP for the controller.
CONTROL_TIMEOUT = 20000
READ_TIMEOUT = 500
QUIET_READS = 10

Header = collections.namedtuple(
    "Header", "type flags stream caps sequence length pts duration")
State = collections.namedtuple(
    "State", "streaming stream caps offer choice caps_length frames bytes "
    "dropped outcome")


interrupted = False


def interrupt(*_):
    """Only takes note: an exception may come where Python ignores it."""
    global interrupted
    interrupted = True


def check_interrupted():
    if interrupted:
        raise Finished


class Refused(Exception):
    """The camera rejects a request."""


class Finished(Exception):
    """No more frames are wanted."""


def say(text):
    print("host.py:", text, file=sys.stderr, flush=True)


def parse_header(data):
    if len(data) < HEADER_SIZE:
        return None
    (magic, version, size, kind, _, flags, stream, caps, sequence, length, pts,
     _, duration) = HEADER.unpack_from(data)
    if magic != MAGIC or version >> 8 != 1 or size != len(data):
        return None
    if length > MAX_PAYLOAD:
        return None
    return Header(kind, flags, stream, caps, sequence, length, pts, duration)


class Camera:
    """A camera that was found, from being claimed to being closed."""

    def __init__(self, device, interface):
        self.device = device
        self.number = interface.bInterfaceNumber
        self.endpoint = interface[0].bEndpointAddress
        self.packet = interface[0].wMaxPacketSize
        self.stream = None
        usb.util.claim_interface(device, self.number)

    def close(self):
        usb.util.dispose_resources(self.device)

    # Control requests

    def ask(self, request, value, size):
        return bytes(self.device.ctrl_transfer(
            0xc1, request, value, self.number, size, CONTROL_TIMEOUT))

    def tell(self, request, what, data=b"", value=0):
        try:
            self.device.ctrl_transfer(
                0x41, request, value, self.number, data, CONTROL_TIMEOUT)
        except usb.core.USBError as error:
            if error.errno == errno.EPIPE:
                raise Refused(f"{what}: the camera refuses") from error
            raise
        # The camera acknowledges the data of any request; GET_STATE has the
        # outcome.
        outcome = self.state().outcome if data else 0
        if outcome:
            raise Refused(f"{what}: " + (
                OUTCOMES[outcome] if outcome < len(OUTCOMES) else "refused"))

    def state(self):
        data = self.ask(GET_STATE, 0, 56)
        if len(data) < STATE.size:
            raise Refused("the camera's state is cut short")
        return State(*STATE.unpack_from(data))

    def offer(self):
        size = self.state().offer
        text = b""
        while len(text) < size:
            text += self.ask(GET_OFFER, len(text), 4096)
        return text.decode("utf-8", "replace")

    def prepare(self):
        """Ends the stream of an earlier host that may have been killed.

        Clearing the halt resets the data toggles of both sides.
        """
        info = self.ask(GET_INFO, 0, 16)
        if len(info) < 16 or struct.unpack_from("<IBB", info)[::2] != (
                MAGIC, 1):
            raise Refused("this camera speaks another protocol, or another "
                          "version of it")
        self.tell(STOP, "stop")
        self.device.clear_halt(self.endpoint)

    def start(self, options):
        if options.caps:
            self.tell(SET_CHOICE, options.caps, options.caps.encode())
        self.tell(START, "start")
        if options.control:
            number, value = options.control.split("=")
            self.tell(SET_CONTROL, options.control,
                      struct.pack("<i", int(value)), int(number))
        self.stream = self.state().stream

    # Frames

    def read(self, size):
        """One transfer, b"" if nothing comes."""
        check_interrupted()
        try:
            return self.device.read(
                self.endpoint, size, READ_TIMEOUT).tobytes()
        except usb.core.USBTimeoutError:
            return b""

    def read_header(self):
        quiet = 0
        while True:
            data = self.read(MAX_HEADER)
            header = parse_header(data)
            if header and header.stream == self.stream:
                return header
            # Otherwise left over from an older stream or payload.
            quiet = 0 if data else quiet + 1
            if quiet == QUIET_READS:
                say("no frames; is the camera's pipeline running?")

    def read_payload(self, header):
        """Returns (header, payload).

        When the camera gave a frame up in the middle, the last packet is the
        next header: then it is that one, and the payload None.
        """
        parts = []
        left = header.length
        while left > 0:
            # Round up to whole packets to avoid an overflow.
            data = self.read(-(-left // self.packet) * self.packet)
            last = len(data) % self.packet
            if len(data) < left and last > 0:
                following = parse_header(data[-last:])
                if (following and following.stream == header.stream
                        and following.sequence >= header.sequence):
                    return following, None
            parts.append(data)
            left -= len(data)
        return header, b"".join(parts)


class Sender:
    """Sends frames to a board: raw video from files one behind the other, or
    the standard input; of encoded video each file is a frame."""

    def __init__(self, options):
        self.options = options
        self.frames = self.lost = self.connections = 0

    def close(self):
        pass

    @staticmethod
    def layout(camera):
        """How many bytes a frame has, and whether all have that many."""
        for _ in range(200):
            check_interrupted()
            state, _, size, exact = struct.unpack_from(
                "<IIQI", camera.ask(GET_LAYOUT, 0, 64))
            if state == 1:
                return size, bool(exact)
            if state == 2:
                raise Refused("the board cannot receive such frames")
            time.sleep(0.05)
        raise Refused("the board does not get ready")

    def pictures(self, size, exact):
        if not exact:
            for path in self.options.files:
                with open(path, "rb") as file:
                    yield file.read()
            return
        files = (open(path, "rb") for path in self.options.files)
        rest = b""
        for file in files if self.options.files else [sys.stdin.buffer]:
            with file:
                while data := file.read(size - len(rest)):
                    rest += data
                    if len(rest) == size:
                        yield rest
                        rest = b""

    @staticmethod
    def write(camera, data):
        """Sends all of the data, without a timeout."""
        check_interrupted()
        camera.device.write(camera.endpoint, data, 0)

    def send(self, camera, kind, data=b""):
        none = (1 << 64) - 1
        header = HEADER.pack(
            MAGIC, 0x100, HEADER_SIZE, kind, 0, 0, camera.stream, 0,
            self.frames, len(data),
            time.monotonic_ns() if kind == FRAME else none, none, none)
        self.write(camera, header.ljust(HEADER_SIZE, b"\0"))
        if kind == FRAME:
            self.write(camera, data)

    def run(self, camera):
        size, exact = self.layout(camera)
        say(f"frames of {'' if exact else 'up to '}{size} bytes")
        for data in self.pictures(size, exact):
            if not data or len(data) > size:
                raise Refused(f"{len(data)} bytes are no frame for the board")
            self.send(camera, FRAME, data)
            # One that is shorter than it could be ends in a short packet.
            if len(data) < size and len(data) % camera.packet == 0:
                self.write(camera, b"")
            self.frames += 1
            if self.frames == self.options.frames:
                break
        self.send(camera, END)
        raise Finished


class Receiver:
    """Takes frames, over any number of connections."""

    def __init__(self, options):
        self.options = options
        self.caps = ""
        self.file = None
        self.path = None
        self.frames = self.lost = self.connections = self.expected = 0

    def save(self, data):
        extension = EXTENSIONS.get(
            self.caps.split(",")[0].split("(")[0], "bin")
        path = f"{self.options.output}.{extension}"
        if extension == "jpg":
            path = f"{self.options.output}-{self.frames:05}.jpg"
        if path != self.path:
            self.close()
            self.file = open(path, "wb")
            self.path = path
        self.file.write(data)

    def close(self):
        if self.file:
            self.file.close()
        self.file = None

    def take(self, header, data):
        if header.type == END:
            say("the camera has nothing more to send")
            raise Finished
        if header.type == CAPS:
            self.caps = data.decode("utf-8", "replace")
            say("caps: " + self.caps)
        if header.type != FRAME:
            return
        self.lost += max(0, header.sequence - self.expected)
        self.expected = header.sequence + 1
        if self.options.verbose:
            none = (1 << 64) - 1
            pts, duration = (-1 if t == none else t
                             for t in (header.pts, header.duration))
            print(f"frame stream={header.stream} sequence={header.sequence} "
                  f"pts={pts} duration={duration} "
                  f"length={header.length} flags={header.flags:#x}",
                  flush=True)
        if self.options.output:
            self.save(data)
        self.frames += 1
        if self.frames == self.options.frames:
            raise Finished

    def run(self, camera):
        self.expected = 0
        header = camera.read_header()
        while True:
            following, data = camera.read_payload(header)
            if data is None:
                header = following
                continue
            self.take(header, data)
            header = camera.read_header()


backends = []


def rescan(vid, pid):
    """Returns a libusb backend that has the current devices, or None.

    Without udev, libusb on Linux does not notice new devices. A new context
    scans the bus, but pyusb keeps the first context. Old contexts stay until the
    end because objects refer to them, so a new one is created only if a matching
    device exists.
    """
    module = usb.backend.libusb1
    if backends and sys.platform == "linux":
        ids = {(read_id(path, "idVendor"), read_id(path, "idProduct"))
               for path in glob.glob("/sys/bus/usb/devices/*/")}
        if (vid, pid) not in ids:
            return None
        module._lib_object = None
    backend = module.get_backend()
    if backend is None:
        raise Refused("libusb is missing (Debian: libusb-1.0-0)")
    backends.append(backend)
    return backend


def read_id(path, name):
    try:
        with open(path + name, encoding="ascii") as file:
            return int(file.read(), 16)
    except (OSError, ValueError):
        return None


def find(options):
    """Returns a Camera, or None if there is none now."""
    vid, pid = (int(part, 16) for part in options.device.split(":"))
    backend = rescan(vid, pid)
    if backend is None:
        return None
    for device in usb.core.find(find_all=True, backend=backend, idVendor=vid,
                                idProduct=pid):
        try:
            if options.serial and usb.util.get_string(
                    device, device.iSerialNumber) != options.serial:
                continue
            for interface in device.get_active_configuration():
                if (interface.bInterfaceClass, interface.bInterfaceSubClass,
                        interface.bInterfaceProtocol) == (
                            0xff, 0x46, 2 if options.send else 1):
                    return Camera(device, interface)
        except (usb.core.USBError, NotImplementedError, ValueError) as error:
            if getattr(error, "errno", None) == errno.EACCES:
                raise Refused(
                    "no permission for the camera; run this as root, or let "
                    "a udev rule give the device to this user") from error
    return None


def wait_for(options):
    told = False
    while True:
        check_interrupted()
        camera = find(options)
        if camera:
            return camera
        if options.no_wait:
            raise Refused(f"there is no camera {options.device}")
        if not told:
            say(f"waiting for a camera {options.device}")
        told = True
        time.sleep(0.1)


def run(options, receiver):
    while True:
        camera = wait_for(options)
        try:
            receiver.connections += 1
            camera.prepare()
            if options.list:
                print(camera.offer())
                return
            camera.start(options)
            try:
                receiver.run(camera)
            except Finished:
                # After the end packet the camera may already have disconnected.
                with contextlib.suppress(usb.core.USBError):
                    camera.tell(STOP, "stop")
                raise
        except usb.core.USBError as error:
            say(f"the camera is gone ({error})")
            if options.no_wait:
                raise Refused("it does not come back") from error
        finally:
            camera.close()
        time.sleep(0.1)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "-c", "--caps", help="what the camera shall send, e.g. "
        "video/x-raw,format=NV12,width=640,height=480")
    parser.add_argument("-d", "--device", default="1209:0001",
                        metavar="VID:PID")
    parser.add_argument("-l", "--list", action="store_true",
                        help="show what the camera can send")
    parser.add_argument("-n", "--frames", type=int, default=0,
                        help="end after so many")
    parser.add_argument("-o", "--output", metavar="PREFIX",
                        help="save frames: PREFIX.raw, PREFIX.h264, "
                        "PREFIX-00000.jpg ...")
    parser.add_argument("-S", "--send", action="store_true",
                        help="send to a board with ffsdmabufsrc: raw video "
                        "from the files, or the standard input; of encoded "
                        "video each file is a frame")
    parser.add_argument("-s", "--serial",
                        help="the camera with this serial number")
    parser.add_argument("-v", "--verbose", action="store_true",
                        help="a line for each frame")
    parser.add_argument("-w", "--no-wait", action="store_true",
                        help="end when there is no camera (any more)")
    parser.add_argument("-x", "--control", metavar="ID=VALUE",
                        help="set a control of the camera")
    parser.add_argument("files", nargs="*", metavar="FILE",
                        help="with --send")
    return parser.parse_args()


def main():
    options = parse_arguments()
    receiver = Sender(options) if options.send else Receiver(options)
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    status = 0
    try:
        run(options, receiver)
    except Finished:
        pass
    except (Refused, OSError) as error:
        say(error)
        status = 1
    receiver.close()
    if not options.list:
        say(f"frames {receiver.frames}, lost {receiver.lost}, connections "
            f"{receiver.connections}")
    return status


if __name__ == "__main__":
    sys.exit(main())
