/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host for cameras of profile=stream, as docs/protocol.md describes them:
 * finds one, chooses a format, starts it, saves what it sends, and begins
 * again when the camera went away and came back.  host.py is the same in
 * Python.
 *
 * Ownership: one Camera at a time; camera_close() gives back whatever
 * camera_open() got.  One thread, no locking.
 */

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <libusb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC 0x46534646u
#define HEADER_SIZE 96
#define STATE_SIZE 56
#define MAX_HEADER 1024
#define MAX_PAYLOAD (256u << 20)
#define MAX_TEXT 65536

/* Starting may wait for a sensor, stopping for the controller. */
#define CONTROL_TIMEOUT 20000
/* How long to read before looking at signals. */
#define READ_TIMEOUT 500
#define QUIET_READS 10
#define RESCAN_US 100000

enum request
{
  GET_INFO = 1, GET_STATE = 2, GET_OFFER = 3, SET_CHOICE = 6, START = 7,
  STOP = 8, SET_CONTROL = 0x11
};

enum type
{
  CAPS = 1, FRAME = 2, END = 3
};

typedef enum
{
  OK, GONE, FAILED, FINISHED
} Result;

typedef struct
{
  uint16_t vid, pid;
  const char *serial, *caps, *output, *control;
  bool list, wait, verbose;
  long max_frames;
} Options;

typedef struct
{
  libusb_context *usb;
  libusb_device_handle *handle;
  int interface;
  uint8_t endpoint;
  int packet;                   /* wMaxPacketSize */
  uint32_t stream;
} Camera;

typedef struct
{
  unsigned type, header_size;
  uint32_t flags, stream, caps;
  uint64_t sequence, length, pts, duration;
} Header;

static Options options = { 0x1209, 0x0001, NULL, NULL, NULL, NULL, false, true,
  false, 0
};

static volatile sig_atomic_t stopped;
static unsigned long frames, lost, connections;
static char caps[MAX_TEXT];
static FILE *file;

static void __attribute__((format (printf, 1, 2)))
    say (const char *format, ...)
{
  va_list args;

  fputs ("host: ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
}

static void
on_signal (int number)
{
  stopped = number;
}

static uint16_t
u16 (const uint8_t * p)
{
  return p[0] | p[1] << 8;
}

static uint32_t
u32 (const uint8_t * p)
{
  return u16 (p) | (uint32_t) u16 (p + 2) << 16;
}

static uint64_t
u64 (const uint8_t * p)
{
  return u32 (p) | (uint64_t) u32 (p + 4) << 32;
}

/* ---- control requests ---- */

/* Returns the bytes that came, or a libusb error. */
static int
ask (Camera * camera, enum request request, uint16_t value, void *data,
    uint16_t size)
{
  return libusb_control_transfer (camera->handle, LIBUSB_ENDPOINT_IN |
      LIBUSB_REQUEST_TYPE_VENDOR | LIBUSB_RECIPIENT_INTERFACE, request, value,
      camera->interface, data, size, CONTROL_TIMEOUT);
}

static int
tell (Camera * camera, enum request request, uint16_t value, const void *data,
    uint16_t size)
{
  return libusb_control_transfer (camera->handle, LIBUSB_ENDPOINT_OUT |
      LIBUSB_REQUEST_TYPE_VENDOR | LIBUSB_RECIPIENT_INTERFACE, request, value,
      camera->interface, (unsigned char *) data, size, CONTROL_TIMEOUT);
}

/* A stall is an answer; anything else that fails is a camera that went. */
static Result
judge (int result, const char *what)
{
  if (result >= 0)
    return OK;
  say ("%s: %s", what, result == LIBUSB_ERROR_PIPE ? "the camera refuses" :
      libusb_strerror (result));
  return result == LIBUSB_ERROR_PIPE ? FAILED : GONE;
}

static Result
get_state (Camera * camera, uint8_t * state)
{
  int size = ask (camera, GET_STATE, 0, state, STATE_SIZE);

  if (size >= 0 && size < STATE_SIZE) {
    say ("the camera's state is cut short");
    return FAILED;
  }
  return judge (size, "asking for the state");
}

static Result
print_offer (Camera * camera)
{
  static uint8_t text[MAX_TEXT];
  unsigned have = 0, size;
  uint8_t state[STATE_SIZE];
  Result result = get_state (camera, state);

  if (result != OK)
    return result;
  size = u32 (state + 12);
  while (have < size && have < sizeof (text)) {
    unsigned part = sizeof (text) - have < 4096 ? sizeof (text) - have : 4096;
    int got = ask (camera, GET_OFFER, have, text + have, part);

    if (got <= 0)
      return judge (got ? got : LIBUSB_ERROR_IO, "asking for the offer");
    have += got;
  }
  printf ("%.*s\n", (int) have, text);
  return OK;
}

/* The camera takes the data of any request; what it made of it is in its
 * state. */
static Result
send_data (Camera * camera, enum request request, uint16_t value,
    const void *data, size_t size, const char *what)
{
  static const char *const outcomes[] = {
    "done", "the camera does not understand it", "the camera has no such format"
        " (--list shows what it has)", "the camera is streaming",
    "the camera has no such control"
  };
  uint8_t state[STATE_SIZE];
  Result result = judge (tell (camera, request, value, data, size), what);

  if (result == OK)
    result = get_state (camera, state);
  if (result != OK || u32 (state + 48) == 0)
    return result;
  say ("%s: %s", what, u32 (state + 48) < sizeof (outcomes) / sizeof (*outcomes)
      ? outcomes[u32 (state + 48)] : "refused");
  return FAILED;
}

static Result
send_control (Camera * camera)
{
  unsigned id;
  uint8_t data[4];
  int value, i;

  if (sscanf (options.control, "%u=%d", &id, &value) != 2)
    return FAILED;
  for (i = 0; i < 4; i++)
    data[i] = (uint32_t) value >> (8 * i);
  return send_data (camera, SET_CONTROL, id, data, 4, options.control);
}

/* Another host may have been killed in the middle of a stream. Clearing the
 * endpoint makes both sides agree again where packets begin. */
static Result
camera_start (Camera * camera)
{
  uint8_t info[16], state[STATE_SIZE];
  int size = ask (camera, GET_INFO, 0, info, sizeof (info));
  Result result = judge (size, "asking who it is");

  if (result == OK && (size < 16 || u32 (info) != MAGIC || info[5] != 1)) {
    say ("this camera speaks another protocol, or another version of it");
    return FAILED;
  }
  if (result == OK)
    result = judge (tell (camera, STOP, 0, NULL, 0), "stop");
  if (result == OK)
    result = judge (libusb_clear_halt (camera->handle, camera->endpoint),
        "clearing the endpoint");
  if (result == OK && options.list)
    result = print_offer (camera) == OK ? FINISHED : FAILED;
  if (result == OK && options.caps)
    result = send_data (camera, SET_CHOICE, 0, options.caps,
        strlen (options.caps), options.caps);
  if (result == OK)
    result = judge (tell (camera, START, 0, NULL, 0), "start");
  if (result == OK && options.control)
    result = send_control (camera);
  if (result == OK)
    result = get_state (camera, state);
  if (result == OK)
    camera->stream = u32 (state + 4);
  return result;
}

/* ---- finding it ---- */

static bool
find_endpoint (Camera * camera, libusb_device * device)
{
  struct libusb_config_descriptor *config;
  int i;

  if (libusb_get_active_config_descriptor (device, &config) < 0)
    return false;
  camera->packet = 0;
  for (i = 0; i < config->bNumInterfaces; i++) {
    const struct libusb_interface_descriptor *d =
        config->interface[i].altsetting;

    if (d->bInterfaceClass != 0xff || d->bInterfaceSubClass != 0x46
        || d->bInterfaceProtocol != 1 || d->bNumEndpoints != 1)
      continue;
    camera->interface = d->bInterfaceNumber;
    camera->endpoint = d->endpoint[0].bEndpointAddress;
    camera->packet = d->endpoint[0].wMaxPacketSize;
  }
  libusb_free_config_descriptor (config);
  return camera->packet > 0;
}

static bool
try_open (Camera * camera, libusb_device * device, bool *denied)
{
  struct libusb_device_descriptor desc;
  unsigned char serial[256] = "";
  int result;

  if (libusb_get_device_descriptor (device, &desc) < 0
      || desc.idVendor != options.vid || desc.idProduct != options.pid
      || !find_endpoint (camera, device))
    return false;
  result = libusb_open (device, &camera->handle);
  *denied = *denied || result == LIBUSB_ERROR_ACCESS;
  if (result < 0)
    return false;
  if (options.serial)
    libusb_get_string_descriptor_ascii (camera->handle, desc.iSerialNumber,
        serial, sizeof (serial));
  if ((!options.serial || strcmp (options.serial, (char *) serial) == 0)
      && libusb_claim_interface (camera->handle, camera->interface) == 0)
    return true;
  libusb_close (camera->handle);
  camera->handle = NULL;
  return false;
}

static void
camera_close (Camera * camera)
{
  if (camera->handle)
    libusb_close (camera->handle);
  if (camera->usb)
    libusb_exit (camera->usb);
  memset (camera, 0, sizeof (*camera));
}

/* A new context looks at the bus anew: without udev libusb is not told of
 * devices that come. */
static Result
camera_open (Camera * camera)
{
  bool told = false, denied = false;

  while (!stopped) {
    libusb_device **list;
    ssize_t i, n;

    memset (camera, 0, sizeof (*camera));
    if (libusb_init (&camera->usb) < 0) {
      say ("libusb cannot be used");
      return FAILED;
    }
    n = libusb_get_device_list (camera->usb, &list);
    for (i = 0; i < n && !camera->handle; i++)
      try_open (camera, list[i], &denied);
    if (n >= 0)
      libusb_free_device_list (list, 1);
    if (camera->handle)
      return OK;
    camera_close (camera);
    if (denied) {
      say ("no permission for the camera; run this as root, or let a udev rule "
          "give the device to this user");
      return FAILED;
    }
    if (!options.wait) {
      say ("there is no camera %04x:%04x", options.vid, options.pid);
      return FAILED;
    }
    if (!told)
      say ("waiting for a camera %04x:%04x", options.vid, options.pid);
    told = true;
    usleep (RESCAN_US);
  }
  return FINISHED;
}

/* ---- frames ---- */

/* One transfer. What came is of use also when the time was over; *got tells
 * how much. */
static Result
read_some (Camera * camera, uint8_t * data, size_t size, int *got)
{
  int result = libusb_bulk_transfer (camera->handle, camera->endpoint, data,
      size, got, READ_TIMEOUT);

  if (result == 0 || result == LIBUSB_ERROR_TIMEOUT
      || result == LIBUSB_ERROR_INTERRUPTED)
    return OK;
  return judge (result, "reading") == OK ? OK : GONE;
}

static bool
parse_header (const uint8_t * data, int size, Header * header)
{
  if (size < HEADER_SIZE || u32 (data) != MAGIC || data[5] != 1
      || u16 (data + 6) != size)
    return false;
  header->type = u16 (data + 8);
  header->flags = u32 (data + 12);
  header->stream = u32 (data + 16);
  header->caps = u32 (data + 20);
  header->sequence = u64 (data + 24);
  header->length = u64 (data + 32);
  header->pts = u64 (data + 40);
  header->duration = u64 (data + 56);
  header->header_size = size;
  return header->length <= MAX_PAYLOAD;
}

static Result
read_header (Camera * camera, Header * header)
{
  uint8_t data[MAX_HEADER];
  int got, quiet = 0;
  Result result;

  while (!stopped) {
    result = read_some (camera, data, sizeof (data), &got);
    if (result != OK)
      return result;
    if (got == 0) {
      if (++quiet == QUIET_READS)
        say ("no frames; is the camera's pipeline running?");
      continue;
    }
    if (parse_header (data, got, header) && header->stream == camera->stream)
      return OK;
    /* Of an older stream, or the rest of a payload: up to the next header. */
  }
  return FINISHED;
}

/* Reads a payload into *data. When the camera gave a frame up in the middle,
 * the last packet is the next header: then *header becomes that one, and
 * *cut true. */
static Result
read_payload (Camera * camera, Header * header, uint8_t * data, bool *cut)
{
  uint64_t have = 0;
  Header next;
  Result result;
  int got, last;

  *cut = false;
  while (have < header->length && !stopped) {
    uint64_t left = header->length - have;
    /* Whole packets, or a longer one than the rest would be an error. */
    size_t size = (left + camera->packet - 1) / camera->packet * camera->packet;

    result = read_some (camera, data + have, size, &got);
    if (result != OK)
      return result;
    have += got;
    last = got % camera->packet;
    if ((uint64_t) got < left && last > 0
        && parse_header (data + have - last, last, &next)
        && next.stream == header->stream && next.sequence >= header->sequence) {
      *header = next;
      *cut = true;
      return OK;
    }
  }
  return stopped ? FINISHED : OK;
}

static void
close_file (void)
{
  if (file && fclose (file) != 0)
    say ("writing: %s", strerror (errno));
  file = NULL;
}

static bool
is (const char *media_type)
{
  return strncmp (caps, media_type, strlen (media_type)) == 0;
}

static bool
save (const uint8_t * data, size_t size)
{
  const char *extension = is ("video/x-raw") ? "raw" : is ("video/x-h264") ?
      "h264" : is ("video/x-h265") ? "h265" : is ("image/jpeg") ? "jpg" : "bin";
  char path[4096];

  if (!options.output)
    return true;
  if (is ("image/jpeg"))
    close_file ();
  if (!file) {
    if (is ("image/jpeg"))
      snprintf (path, sizeof (path), "%s-%05lu.jpg", options.output, frames);
    else
      snprintf (path, sizeof (path), "%s.%s", options.output, extension);
    file = fopen (path, connections > 1 ? "ab" : "wb");
  }
  if (file && fwrite (data, 1, size, file) == size)
    return true;
  say ("writing %s: %s", options.output, strerror (errno));
  return false;
}

static void
print_frame (const Header * header)
{
  printf ("frame stream=%" PRIu32 " sequence=%" PRIu64 " pts=%" PRId64
      " duration=%" PRId64 " length=%" PRIu64 " flags=0x%" PRIx32 "\n",
      header->stream, header->sequence, (int64_t) header->pts,
      (int64_t) header->duration, header->length, header->flags);
  fflush (stdout);
}

static Result
take_payload (const Header * header, const uint8_t * data, uint64_t * expected)
{
  if (header->type == CAPS) {
    if (header->length >= sizeof (caps))
      return FAILED;
    memcpy (caps, data, header->length);
    caps[header->length] = '\0';
    say ("caps: %s", caps);
    return OK;
  }
  if (header->type != FRAME)
    return OK;
  if (header->sequence > *expected)
    lost += header->sequence - *expected;
  *expected = header->sequence + 1;
  if (options.verbose)
    print_frame (header);
  if (!save (data, header->length))
    return FAILED;
  frames++;
  return options.max_frames && frames >= (unsigned long) options.max_frames ?
      FINISHED : OK;
}

static Result
receive (Camera * camera)
{
  uint8_t *data = NULL;
  size_t room = 0;
  uint64_t expected = 0;
  bool cut = false;
  Header header;
  Result result = OK;

  while (result == OK) {
    if (!cut)
      result = read_header (camera, &header);
    cut = false;
    if (result == OK && header.type == END) {
      say ("the camera has nothing more to send");
      result = FINISHED;
    }
    if (result == OK && header.length + camera->packet > room) {
      free (data);
      room = header.length + camera->packet;
      data = malloc (room);
      if (!data) {
        say ("no memory for %" PRIu64 " bytes", header.length);
        result = FAILED;
      }
    }
    if (result == OK)
      result = read_payload (camera, &header, data, &cut);
    if (result == OK && !cut)
      result = take_payload (&header, data, &expected);
  }
  free (data);
  return result;
}

/* ---- all of it ---- */

static Result
run (void)
{
  Camera camera;
  Result result;

  while ((result = camera_open (&camera)) == OK) {
    connections++;
    result = camera_start (&camera);
    if (result == OK)
      result = receive (&camera);
    if (result != GONE && camera.stream)
      tell (&camera, STOP, 0, NULL, 0);
    camera_close (&camera);
    if (result != GONE || !options.wait)
      break;
    say ("the camera is gone");
    usleep (RESCAN_US);
  }
  return result;
}

static int
usage (FILE * out)
{
  fputs ("usage: ffs-camera-host [options]\n\n"
      "  -c, --caps CAPS      what the camera shall send, e.g.\n"
      "                       video/x-raw,format=NV12,width=640,height=480\n"
      "  -d, --device VID:PID instead of 1209:0001\n"
      "  -l, --list           show what the camera can send\n"
      "  -n, --frames N       end after N frames\n"
      "  -o, --output PREFIX  save frames: PREFIX.raw, PREFIX.h264,\n"
      "                       PREFIX-00000.jpg ...\n"
      "  -s, --serial TEXT    the camera with this serial number\n"
      "  -v, --verbose        a line for each frame\n"
      "  -w, --no-wait        end when there is no camera (any more)\n"
      "  -x, --control ID=VALUE  set a control of the camera\n", out);
  return out == stdout ? 0 : 2;
}

static bool
parse_options (int argc, char **argv, int *status)
{
  static const struct option table[] = {
    {"caps", 1, NULL, 'c'}, {"device", 1, NULL, 'd'}, {"help", 0, NULL, 'h'},
    {"list", 0, NULL, 'l'}, {"frames", 1, NULL, 'n'},
    {"output", 1, NULL, 'o'}, {"serial", 1, NULL, 's'},
    {"verbose", 0, NULL, 'v'}, {"no-wait", 0, NULL, 'w'},
    {"control", 1, NULL, 'x'}, {NULL, 0, NULL, 0}
  };
  int option;

  *status = 2;
  while ((option = getopt_long (argc, argv, "c:d:hln:o:s:vwx:", table, NULL))
      != -1) {
    switch (option) {
      case 'c':
        options.caps = optarg;
        break;
      case 'd':
        if (sscanf (optarg, "%hx:%hx", &options.vid, &options.pid) != 2)
          return usage (stderr) == 0;
        break;
      case 'l':
        options.list = true;
        break;
      case 'n':
        options.max_frames = atol (optarg);
        break;
      case 'o':
        options.output = optarg;
        break;
      case 's':
        options.serial = optarg;
        break;
      case 'v':
        options.verbose = true;
        break;
      case 'w':
        options.wait = false;
        break;
      case 'x':
        options.control = optarg;
        break;
      default:
        *status = usage (option == 'h' ? stdout : stderr);
        return false;
    }
  }
  return optind == argc || usage (stderr) == 0;
}

int
main (int argc, char **argv)
{
  struct sigaction action = {.sa_handler = on_signal };
  Result result;
  int status;

  if (!parse_options (argc, argv, &status))
    return status;
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);

  result = run ();
  close_file ();
  if (!options.list)
    say ("frames %lu, lost %lu, connections %lu", frames, lost, connections);
  return result == FINISHED ? EXIT_SUCCESS : EXIT_FAILURE;
}
