/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds a profile=stream camera and makes its control requests. For ownership
 * see host-camera.h.
 */

#include "host-camera.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STATE_SIZE 56
#define LAYOUT_SIZE 64
#define MAX_TEXT 65536

/* START may wait for the sensor, STOP for the controller. */
#define CONTROL_TIMEOUT 20000
#define RESCAN_US 100000

enum request
{
  GET_INFO = 1, GET_STATE = 2, GET_OFFER = 3, SET_CHOICE = 6, START = 7,
  STOP = 8, GET_LAYOUT = 9, SET_CONTROL = 0x11
};

Options options = {.vid = 0x1209,.pid = 0x0001,.wait = true };

volatile sig_atomic_t stopped;

void
say (const char *format, ...)
{
  va_list args;

  fputs ("host: ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
}

uint16_t
u16 (const uint8_t * p)
{
  return p[0] | p[1] << 8;
}

uint32_t
u32 (const uint8_t * p)
{
  return u16 (p) | (uint32_t) u16 (p + 2) << 16;
}

uint64_t
u64 (const uint8_t * p)
{
  return u32 (p) | (uint64_t) u32 (p + 4) << 32;
}

/* ---- control requests ---- */

/* Returns the number of bytes received, or a libusb error. */
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

Result
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

/* The camera acknowledges the data of any request; GET_STATE has the
 * outcome. */
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

/* Another host may have been killed while streaming. Clearing the halt resets
 * the data toggles of both sides. */
Result
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

/* Of a board that receives, once it is started. */
Result
camera_get_layout (Camera * camera, Layout * layout)
{
  uint8_t data[LAYOUT_SIZE];
  int size = ask (camera, GET_LAYOUT, 0, data, sizeof (data)), i;

  if (size >= 0 && size < LAYOUT_SIZE) {
    say ("the layout is cut short");
    return FAILED;
  }
  if (size < 0)
    return judge (size, "asking for the layout");
  layout->state = u32 (data);
  layout->size = u64 (data + 8);
  layout->exact = u32 (data + 16) != 0;
  layout->n_planes = u32 (data + 20) > 4 ? 0 : u32 (data + 20);
  for (i = 0; i < layout->n_planes; i++) {
    layout->offset[i] = u32 (data + 32 + 8 * i);
    layout->stride[i] = (int32_t) u32 (data + 36 + 8 * i);
  }
  return OK;
}

void
camera_stop (Camera * camera)
{
  tell (camera, STOP, 0, NULL, 0);
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
        || d->bInterfaceProtocol != (options.send ? 2 : 1)
        || d->bNumEndpoints != 1)
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

void
camera_close (Camera * camera)
{
  if (camera->handle)
    libusb_close (camera->handle);
  if (camera->usb)
    libusb_exit (camera->usb);
  memset (camera, 0, sizeof (*camera));
}

/* Create a new context to rescan the bus: without udev libusb has no hotplug
 * events. */
Result
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
