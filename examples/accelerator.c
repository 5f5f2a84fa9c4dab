/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * accelerator DIR: one function, both directions: a host sends raw frames, the
 * board encodes them and sends H.264 back.
 *
 *   ffs-gadget up acc
 *   accelerator --caps video/x-raw,format=I420,width=640,height=480,framerate=30/1 /dev/ffs-acc &
 *   ffs-gadget bind acc
 *
 * The host writes frames of the size that the caps say to the OUT endpoint, each by
 * a transfer of its own, and reads a byte stream of H.264 from the IN endpoint.
 * With an encoder that imports dmabufs (v4l2h264enc output-io-mode=dmabuf-import)
 * the processor copies neither.
 *
 * Ownership: main() owns the pipeline and ep0; closing ep0 ends the function.
 * Everything but the frames is done by the main loop, so nothing is locked.
 */

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <linux/usb/functionfs.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define NAME "accelerator"

/* Kernels without the patches in kernel/ may not wake poll() for an event. */
#define LOOK_INTERVAL_MS 200

/* Of an OUT endpoint, which becomes ep1, and an IN endpoint, ep2. */
static const uint8_t addresses[2] = { USB_DIR_OUT | 1, USB_DIR_IN | 2 };

typedef struct
{
  struct usb_interface_descriptor interface;
  struct usb_endpoint_descriptor_no_audio endpoints[2];
} __attribute__((packed)) Speed;

typedef struct
{
  struct usb_interface_descriptor interface;
  struct
  {
    struct usb_endpoint_descriptor_no_audio endpoint;
    struct usb_ss_ep_comp_descriptor companion;
  } __attribute__((packed)) endpoints[2];
} __attribute__((packed)) SuperSpeed;

typedef struct
{
  struct usb_functionfs_descs_head_v2 head;
  uint32_t counts[3];
  Speed speeds[2];
  SuperSpeed super;
} __attribute__((packed)) Descriptors;

typedef struct
{
  struct usb_functionfs_strings_head head;
  uint16_t language;
  char name[sizeof NAME];
}
__attribute__((packed)) Strings;

static const gchar *caps = "video/x-raw,format=I420,width=640,height=480,"
    "framerate=30/1";
static const gchar *encoder = "videoconvert ! x264enc tune=zerolatency "
    "speed-preset=ultrafast key-int-max=30";
static GMainLoop *loop;
static gboolean failed;

/* ---- ep0 ---- */

static void
fill_interface (struct usb_interface_descriptor *d)
{
  d->bLength = sizeof (*d);
  d->bDescriptorType = USB_DT_INTERFACE;
  d->bNumEndpoints = 2;
  d->bInterfaceClass = USB_CLASS_VENDOR_SPEC;
  d->iInterface = 1;
}

static void
fill_endpoint (struct usb_endpoint_descriptor_no_audio *d, guint i,
    uint16_t packet)
{
  d->bLength = sizeof (*d);
  d->bDescriptorType = USB_DT_ENDPOINT;
  d->bEndpointAddress = addresses[i];
  d->bmAttributes = USB_ENDPOINT_XFER_BULK;
  d->wMaxPacketSize = htole16 (packet);
}

/* Full speed is part of it: without it some kernels crash. */
static gboolean
describe (gint ep0)
{
  static const uint16_t packets[2] = { 64, 512 };
  Descriptors d;
  Strings s;
  guint i, j;

  memset (&d, 0, sizeof (d));
  d.head.magic = htole32 (FUNCTIONFS_DESCRIPTORS_MAGIC_V2);
  d.head.length = htole32 (sizeof (d));
  d.head.flags = htole32 (FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC |
      FUNCTIONFS_HAS_SS_DESC);
  fill_interface (&d.super.interface);
  for (i = 0; i < 2; i++) {
    d.counts[i] = htole32 (3);
    fill_interface (&d.speeds[i].interface);
    for (j = 0; j < 2; j++)
      fill_endpoint (&d.speeds[i].endpoints[j], j, packets[i]);
    fill_endpoint (&d.super.endpoints[i].endpoint, i, 1024);
    d.super.endpoints[i].companion.bLength = USB_DT_SS_EP_COMP_SIZE;
    d.super.endpoints[i].companion.bDescriptorType = USB_DT_SS_ENDPOINT_COMP;
    d.super.endpoints[i].companion.bMaxBurst = 15;
  }
  d.counts[2] = htole32 (5);

  memset (&s, 0, sizeof (s));
  s.head.magic = htole32 (FUNCTIONFS_STRINGS_MAGIC);
  s.head.length = htole32 (sizeof (s));
  s.head.str_count = s.head.lang_count = htole32 (1);
  s.language = htole16 (0x0409);
  strcpy (s.name, NAME);
  return write (ep0, &d, sizeof (d)) == sizeof (d)
      && write (ep0, &s, sizeof (s)) == sizeof (s);
}

/* Stalls all requests: FunctionFS stalls after access to the data stage in the
 * wrong direction. */
static gboolean
on_event (gint ep0, GIOCondition condition G_GNUC_UNUSED,
    gpointer user_data G_GNUC_UNUSED)
{
  struct usb_functionfs_event event;
  ssize_t done;

  if (read (ep0, &event, sizeof (event)) != sizeof (event)
      || event.type != FUNCTIONFS_SETUP)
    return G_SOURCE_CONTINUE;
  done = event.u.setup.bRequestType & USB_DIR_IN ? read (ep0, NULL, 0) :
      write (ep0, NULL, 0);
  if (done >= 0 || errno != EL2HLT)
    g_printerr (NAME ": a request could not be stalled\n");
  return G_SOURCE_CONTINUE;
}

static gboolean
on_timer (gpointer ep0)
{
  return on_event (GPOINTER_TO_INT (ep0), 0, NULL);
}

static gint
open_ep0 (const gchar * directory)
{
  g_autofree gchar *path = g_build_filename (directory, "ep0", NULL);
  gint ep0 = open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

  if (ep0 >= 0 && describe (ep0))
    return ep0;
  g_printerr (NAME ": %s: %s\n", path, g_strerror (errno));
  if (ep0 >= 0)
    close (ep0);
  return -1;
}

/* ---- the pipeline ---- */

static gboolean
on_message (GstBus * bus G_GNUC_UNUSED, GstMessage * msg,
    gpointer user_data G_GNUC_UNUSED)
{
  GError *error = NULL;

  if (GST_MESSAGE_TYPE (msg) == GST_MESSAGE_EOS) {
    g_main_loop_quit (loop);
  } else if (GST_MESSAGE_TYPE (msg) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (msg, &error, NULL);
    g_printerr (NAME ": %s: %s\n", GST_MESSAGE_SRC_NAME (msg), error->message);
    g_clear_error (&error);
    failed = TRUE;
    g_main_loop_quit (loop);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_signal (gpointer pipeline)
{
  gst_element_send_event (pipeline, gst_event_new_eos ());
  return G_SOURCE_CONTINUE;
}

/* What a host does not read makes the encoder wait, and with it the host that
 * sends. */
static GstElement *
make_pipeline (const gchar * directory, GError ** error)
{
  g_autofree gchar *line = g_strdup_printf ("ffsdmabufsrc endpoint=%s/ep1 "
      "caps=\"%s\" ! %s ! video/x-h264,stream-format=byte-stream,alignment=au "
      "! queue max-size-buffers=4 ! ffsdmabufsink endpoint=%s/ep2 "
      "without-host=wait", directory, caps, encoder, directory);

  return gst_parse_launch (line, error);
}

static gboolean
run (const gchar * directory)
{
  GError *error = NULL;
  GstElement *pipeline = make_pipeline (directory, &error);
  GstBus *bus;

  if (error) {
    g_printerr (NAME ": %s\n", error->message);
    g_clear_error (&error);
    gst_clear_object (&pipeline);
    return FALSE;
  }
  loop = g_main_loop_new (NULL, FALSE);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_watch (bus, on_message, NULL);
  g_unix_signal_add (SIGINT, on_signal, pipeline);
  g_unix_signal_add (SIGTERM, on_signal, pipeline);
  if (gst_element_set_state (pipeline, GST_STATE_PLAYING) !=
      GST_STATE_CHANGE_FAILURE) {
    g_print ("ready\n");
    g_main_loop_run (loop);
  } else {
    failed = TRUE;
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  g_main_loop_unref (loop);
  return !failed;
}

int
main (int argc, char **argv)
{
  static const GOptionEntry entries[] = {
    {"caps", 0, 0, G_OPTION_ARG_STRING, &caps, "what the host sends", "CAPS"},
    {"encoder", 0, 0, G_OPTION_ARG_STRING, &encoder,
        "what makes H.264 of it", "PIPELINE"},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };
  GOptionContext *context = g_option_context_new ("DIR");
  GError *error = NULL;
  gboolean ok;
  gint ep0;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2) {
    g_printerr (NAME ": %s\n", error ? error->message :
        "name the mount point of a FunctionFS");
    return 2;
  }
  g_option_context_free (context);

  ep0 = open_ep0 (argv[1]);
  if (ep0 < 0)
    return 1;
  g_unix_fd_add (ep0, G_IO_IN, on_event, NULL);
  g_timeout_add (LOOK_INTERVAL_MS, on_timer, GINT_TO_POINTER (ep0));
  ok = run (argv[1]);
  close (ep0);
  return ok ? 0 : 1;
}
