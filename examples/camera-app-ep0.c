/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Serves ep0 for camera-app --ep0: one vendor class interface with one bulk IN
 * endpoint and one pair of control requests.
 *
 * Events are dispatched by the main loop. On kernels without the patches in
 * kernel/, poll() of a non-blocking ep0 misses an event while another task
 * holds the function's mutex, so ep0 is also read periodically.
 */

#include "camera-app.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <linux/usb/functionfs.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define LOOK_INTERVAL_MS 200

/* The same requests as in profile=stream, so that hosts can share code. */
#define GET_CONTROL 0x10
#define SET_CONTROL 0x11
#define TYPE_IN 0xc1
#define TYPE_OUT 0x41

struct _Ep0
{
  int fd;
  guint watch, timer;
  Ep0Callbacks callbacks;
  gpointer user_data;
};

struct descriptors
{
  struct usb_functionfs_descs_head_v2 head;
  uint32_t counts[3];
  struct
  {
    struct usb_interface_descriptor interface;
    struct usb_endpoint_descriptor_no_audio endpoint;
  } __attribute__((packed)) speed[3];
  struct usb_ss_ep_comp_descriptor companion;
} __attribute__((packed));

struct strings
{
  struct usb_functionfs_strings_head head;
  uint16_t language;
  char name[sizeof "camera"];
}
__attribute__((packed));

/* Full, high and super speed; some kernels crash without full speed
 * descriptors. */
static void
fill (struct descriptors *d)
{
  static const uint16_t packet[3] = { 64, 512, 1024 };
  int i;

  memset (d, 0, sizeof (*d));
  d->head.magic = htole32 (FUNCTIONFS_DESCRIPTORS_MAGIC_V2);
  d->head.length = htole32 (sizeof (*d));
  d->head.flags = htole32 (FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC |
      FUNCTIONFS_HAS_SS_DESC);
  for (i = 0; i < 3; i++) {
    struct usb_interface_descriptor *interface = &d->speed[i].interface;
    struct usb_endpoint_descriptor_no_audio *ep = &d->speed[i].endpoint;

    d->counts[i] = htole32 (i == 2 ? 3 : 2);
    interface->bLength = sizeof (*interface);
    interface->bDescriptorType = USB_DT_INTERFACE;
    interface->bNumEndpoints = 1;
    interface->bInterfaceClass = USB_CLASS_VENDOR_SPEC;
    interface->iInterface = 1;
    ep->bLength = sizeof (*ep);
    ep->bDescriptorType = USB_DT_ENDPOINT;
    ep->bEndpointAddress = USB_DIR_IN | 1;
    ep->bmAttributes = USB_ENDPOINT_XFER_BULK;
    ep->wMaxPacketSize = htole16 (packet[i]);
  }
  d->companion.bLength = sizeof (d->companion);
  d->companion.bDescriptorType = USB_DT_SS_ENDPOINT_COMP;
  d->companion.bMaxBurst = 15;
}

static void
fill_strings (struct strings *s)
{
  s->head.magic = htole32 (FUNCTIONFS_STRINGS_MAGIC);
  s->head.length = htole32 (sizeof (*s));
  s->head.str_count = htole32 (1);
  s->head.lang_count = htole32 (1);
  s->language = htole16 (0x0409);
  strcpy (s->name, "camera");
}

/* To stall a request, FunctionFS expects an access in the wrong direction. A
 * data stage blocks until the host completes or aborts it (EIDRM). */
static void
stall (Ep0 * ep0, const struct usb_ctrlrequest *request)
{
  ssize_t done = request->bRequestType & USB_DIR_IN ?
      read (ep0->fd, NULL, 0) : write (ep0->fd, NULL, 0);

  if (done >= 0 || errno != EL2HLT)
    g_printerr ("camera-app: a request could not be stalled\n");
}

static void
handle_setup (Ep0 * ep0, const struct usb_ctrlrequest *request)
{
  guint id = le16toh (request->wValue);
  uint32_t data;
  gint value;

  if (le16toh (request->wLength) != sizeof (data)) {
    stall (ep0, request);
  } else if (request->bRequestType == TYPE_IN
      && request->bRequest == GET_CONTROL
      && ep0->callbacks.get_control (id, &value, ep0->user_data)) {
    data = htole32 ((uint32_t) value);
    if (write (ep0->fd, &data, sizeof (data)) < 0)
      g_printerr ("camera-app: answer: %s\n", g_strerror (errno));
  } else if (request->bRequestType == TYPE_OUT
      && request->bRequest == SET_CONTROL
      && ep0->callbacks.get_control (id, &value, ep0->user_data)) {
    if (read (ep0->fd, &data, sizeof (data)) == sizeof (data))
      ep0->callbacks.set_control (id, (gint) le32toh (data), ep0->user_data);
  } else {
    stall (ep0, request);
  }
}

/* Handle one event at a time: a later event cancels the pending request. */
static gboolean
on_event (gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
  Ep0 *ep0 = user_data;
  struct usb_functionfs_event event;

  if (read (fd, &event, sizeof (event)) != sizeof (event))
    return G_SOURCE_CONTINUE;
  switch (event.type) {
    case FUNCTIONFS_ENABLE:
      ep0->callbacks.enabled (TRUE, ep0->user_data);
      break;
    case FUNCTIONFS_DISABLE:
    case FUNCTIONFS_UNBIND:
      ep0->callbacks.enabled (FALSE, ep0->user_data);
      break;
    case FUNCTIONFS_SETUP:
      handle_setup (ep0, &event.u.setup);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_timer (gpointer user_data)
{
  return on_event (((Ep0 *) user_data)->fd, 0, user_data);
}

/* Returns NULL after reporting the error. */
Ep0 *
ep0_new (const gchar * directory, const Ep0Callbacks * callbacks,
    gpointer user_data)
{
  g_autofree gchar *path = g_build_filename (directory, "ep0", NULL);
  Ep0 *ep0 = g_new0 (Ep0, 1);
  struct descriptors descriptors;
  struct strings strings;

  fill (&descriptors);
  fill_strings (&strings);
  ep0->callbacks = *callbacks;
  ep0->user_data = user_data;
  ep0->fd = open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (ep0->fd < 0
      || write (ep0->fd, &descriptors, sizeof (descriptors)) < 0
      || write (ep0->fd, &strings, sizeof (strings)) < 0) {
    g_printerr ("camera-app: %s: %s\n", path, g_strerror (errno));
    ep0_free (ep0);
    return NULL;
  }
  ep0->watch = g_unix_fd_add (ep0->fd, G_IO_IN, on_event, ep0);
  ep0->timer = g_timeout_add (LOOK_INTERVAL_MS, on_timer, ep0);
  return ep0;
}

void
ep0_free (Ep0 * ep0)
{
  if (ep0->watch)
    g_source_remove (ep0->watch);
  if (ep0->timer)
    g_source_remove (ep0->timer);
  if (ep0->fd >= 0)
    close (ep0->fd);
  g_free (ep0);
}
