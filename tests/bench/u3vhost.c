/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A USB3 Vision host: starts the stream with the camera's current settings and
 * reads frames until killed. Fails if a request fails, or if the data is not
 * leader, payload, trailer.
 *
 * Finds the registers as hosts do. Feature registers are described by the
 * GenICam description, which needs an interpreter; here they come from the
 * camera's header file.
 *
 * Ownership: the program's end releases everything.
 *
 * Locking: on_data() runs in the reading thread, everything else in the main
 * thread; shared data is constant once the thread runs.
 */

#include <errno.h>
#include <linux/usb/ch9.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "function/gstffsbytes.h"
#include "function/u3v/gstffsu3vmap.h"
#include "usbhost.h"

/* Four frames of three transfers. */
#define N_URBS 12
#define CONTROL_TIMEOUT_MS 60000

#define CLASS 0xef
#define SUBCLASS 0x05
#define PROTOCOL_CONTROL 0x00
#define PROTOCOL_STREAM 0x02

#define GENCP_PREFIX "U3VC"
#define GENCP_HEADER 12
#define WANTS_ANSWER 0x4000
#define READ_MEMORY 0x0800
#define WRITE_MEMORY 0x0802
#define PENDING 0x0805
/* Difference between the numbers of a command and its answer. */
#define ANSWER 1

typedef struct
{
  gint fd;
  guint control_interface, stream_interface;
  guint8 in, out, stream;
  guint16 n_commands;
  gsize payload_size;
  guint n_transfers;
} Camera;

#define fail(format, ...) \
  (fprintf (stderr, "u3vhost: " format "\n", ##__VA_ARGS__), exit (1))

/* ---- endpoints ---- */

static void
take_endpoint (Camera * camera,
    const struct usb_interface_descriptor *interface, guint8 address)
{
  if (interface->bInterfaceClass != CLASS
      || interface->bInterfaceSubClass != SUBCLASS)
    return;
  if (interface->bInterfaceProtocol == PROTOCOL_STREAM) {
    camera->stream_interface = interface->bInterfaceNumber;
    camera->stream = address;
  } else if (interface->bInterfaceProtocol == PROTOCOL_CONTROL) {
    camera->control_interface = interface->bInterfaceNumber;
    if (address & USB_DIR_IN)
      camera->in = address;
    else
      camera->out = address;
  }
}

/* usbfs returns the descriptors of the device and its configuration. */
static void
find_endpoints (Camera * camera)
{
  struct usb_interface_descriptor interface = { 0 };
  guint8 data[4096];
  gssize size = read (camera->fd, data, sizeof (data)), i;

  for (i = 0; i + 2 < size && data[i] > 2 && i + data[i] <= size; i += data[i]) {
    if (data[i + 1] == USB_DT_INTERFACE && data[i] >= USB_DT_INTERFACE_SIZE)
      memcpy (&interface, data + i, USB_DT_INTERFACE_SIZE);
    else if (data[i + 1] == USB_DT_ENDPOINT)
      take_endpoint (camera, &interface, data[i + 2]);
  }
  if (camera->in == 0 || camera->out == 0 || camera->stream == 0)
    fail ("not a USB3 Vision camera: no control or stream interface");
}

/* ---- registers ---- */

static guint
bulk (Camera * camera, guint8 endpoint, guint8 * data, guint size)
{
  struct usbdevfs_bulktransfer transfer = {
    .ep = endpoint,.len = size,.timeout = CONTROL_TIMEOUT_MS,.data = data
  };
  gint done = ioctl (camera->fd, USBDEVFS_BULK, &transfer);

  if (done < 0)
    fail ("control endpoint 0x%02x: %s", endpoint, g_strerror (errno));
  return done;
}

/* Payload of the packet, request and answer. */
static void
command (Camera * camera, guint16 code, guint64 address, guint8 * packet,
    guint size, guint answer_size)
{
  guint16 number = camera->n_commands++, answer, status;
  guint done;

  memcpy (packet, GENCP_PREFIX, 4);
  gst_ffs_put_u16 (packet + 4, WANTS_ANSWER);
  gst_ffs_put_u16 (packet + 6, code);
  gst_ffs_put_u16 (packet + 8, size);
  gst_ffs_put_u16 (packet + 10, number);
  gst_ffs_put_u64 (packet + GENCP_HEADER, address);
  bulk (camera, camera->out, packet, GENCP_HEADER + size);

  do {
    done = bulk (camera, camera->in, packet, U3V_MAX_ANSWER);
    if (done < GENCP_HEADER || memcmp (packet, GENCP_PREFIX, 4) != 0
        || gst_ffs_get_u16 (packet + 10) != number)
      fail ("invalid answer to command %u", number);
    status = gst_ffs_get_u16 (packet + 4);
    answer = gst_ffs_get_u16 (packet + 6);
  } while (answer == PENDING);

  if (status != U3V_SUCCESS)
    fail ("%s 0x%" G_GINT64_MODIFIER "x: status 0x%04x",
        code == READ_MEMORY ? "reading" : "writing", address, status);
  if (answer != code + ANSWER || done != GENCP_HEADER + answer_size)
    fail ("answer 0x%04x of %u bytes to command 0x%04x", answer, done, code);
}

static guint64
read_register (Camera * camera, guint64 address, guint size)
{
  guint8 packet[U3V_MAX_ANSWER] = { 0 };

  gst_ffs_put_u16 (packet + GENCP_HEADER + 10, size);
  command (camera, READ_MEMORY, address, packet, 12, size);
  return size == 8 ? gst_ffs_get_u64 (packet + GENCP_HEADER)
      : gst_ffs_get_u32 (packet + GENCP_HEADER);
}

static void
write_register (Camera * camera, guint64 address, guint32 value)
{
  guint8 packet[U3V_MAX_ANSWER] = { 0 };

  gst_ffs_put_u32 (packet + GENCP_HEADER + 8, value);
  command (camera, WRITE_MEMORY, address, packet, 12, 4);
}

/* One transfer takes the whole payload, as with Aravis, so that all transfers
 * may have the same size: leader and trailer end theirs early.
 * Returns: the address of the registers of the stream */
static guint64
set_transfers (Camera * camera)
{
  guint64 sbrm = read_register (camera, ABRM + ABRM_SBRM, 8);
  guint64 sirm = read_register (camera, sbrm + SBRM_SIRM, 8);
  guint32 alignment = 1u << (read_register (camera, sirm + SI_INFO, 4) >> 24);

  /* Stop the stream of an earlier host. */
  write_register (camera, sirm + SI_CONTROL, 0);
  camera->payload_size = read_register (camera, sirm + SI_REQUIRED_PAYLOAD, 8);
  if (camera->payload_size < alignment)
    fail ("frames of %zu bytes", camera->payload_size);
  write_register (camera, sirm + SI_MAX_LEADER, alignment);
  write_register (camera, sirm + SI_PAYLOAD_SIZE, camera->payload_size);
  write_register (camera, sirm + SI_PAYLOAD_COUNT, 1);
  write_register (camera, sirm + SI_FINAL1_SIZE, 0);
  write_register (camera, sirm + SI_FINAL2_SIZE, 0);
  write_register (camera, sirm + SI_MAX_TRAILER, alignment);
  return sirm;
}

/* ---- frames ---- */

static void
on_data (const guint8 * data, gsize size, gpointer user_data)
{
  static const char *const names[] = { "leader", "payload", "trailer" };
  Camera *camera = user_data;
  guint part = camera->n_transfers++ % G_N_ELEMENTS (names);
  gboolean good = size == camera->payload_size;

  if (part == 0)
    good = size == LEADER_LENGTH && memcmp (data, "U3VL", 4) == 0;
  else if (part == 2)
    good = size == TRAILER_LENGTH && memcmp (data, "U3VT", 4) == 0
        && gst_ffs_get_u16 (data + 16) == U3V_SUCCESS;
  if (!good)
    fail ("transfer %u of %zu bytes is not a %s", camera->n_transfers - 1,
        size, names[part]);
}

int
main (int argc, char **argv)
{
  static Camera camera;
  UsbHost *finder, *reader;
  guint64 sirm;

  if (argc != 2) {
    fputs ("usage: u3vhost SERIAL\n", stderr);
    return 2;
  }
  /* The size of transfers is known when the camera has reported it. */
  finder = usb_host_new (argv[1], 0, 0, NULL, NULL);
  if (!usb_host_wait_device (finder))
    return 1;
  camera.fd = usb_host_open_node (finder);
  if (camera.fd < 0)
    fail ("the device's file: %s", g_strerror (errno));
  find_endpoints (&camera);
  if (ioctl (camera.fd, USBDEVFS_CLAIMINTERFACE, &camera.control_interface) < 0)
    fail ("claiming the control interface: %s", g_strerror (errno));

  sirm = set_transfers (&camera);
  reader = usb_host_new (argv[1], camera.payload_size, N_URBS, on_data,
      &camera);
  usb_host_set_endpoint (reader, camera.stream_interface, camera.stream);
  if (!usb_host_open (reader))
    return 1;
  write_register (&camera, sirm + SI_CONTROL, SI_CONTROL_ENABLE);
  if (!usb_host_start (reader))
    return 1;
  write_register (&camera, FEATURES + FEATURE_ACQUISITION_START, 1);
  puts ("reading");
  fflush (stdout);
  while (TRUE)
    pause ();
}
