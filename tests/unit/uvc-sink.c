/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A webcam from the host's requests to the endpoint, with a still image while
 * it streams: the sink over a fake FunctionFS, whose ep0 is a FIFO that events
 * come by.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <linux/usb/functionfs.h>

#include "function/gstffsbytes.h"
#include "function/gstffsep0.h"
#include "function/uvc/gstffsuvcstill.h"
#include "function/uvc/gstffsuvcstreaming.h"
#include "harness.h"
#include "sink/gstffsdmabufsink.h"

#define FUNCTIONFS_MAGIC 0xa647361

#define SMALL "video/x-raw,format=YUY2,width=320,height=240,framerate=15/1"
#define LARGE "video/x-raw,format=YUY2,width=1280,height=960,framerate=5/1"
#define SIZE_SMALL (320 * 240 * 2)
#define SIZE_LARGE (1280 * 960 * 2)

#define SET_CUR 0x01

typedef enum
{ IDLE, SETUP, ANSWERED, STALLED } RequestState;

static struct
{
  GMutex lock;
  GCond cond;
  gchar *directory;
  gint fd;                      /* the host's end of the FIFO */
  GQueue events;
  RequestState state;
  guint8 data[64];              /* that an OUT request brings */
  gsize size;
} k;

typedef struct
{
  GstPad *src;
  GstElement *sink;
  GstBus *bus;
  GstBuffer *pushed;
  gint returned;                /* atomic */
} Fixture;

static gint n_reconfigures;

/* ---- the kernel ---- */

int
statfs (const char *path, struct statfs *buf)
{
  if (g_strcmp0 (path, k.directory) != 0)
    return syscall (SYS_statfs, path, buf);
  memset (buf, 0, sizeof (*buf));
  buf->f_type = FUNCTIONFS_MAGIC;
  return 0;
}

static ssize_t
fake_read (int fd, void *data, size_t size)
{
  struct usb_functionfs_event *event;
  guint8 bytes[4096];
  ssize_t ret = -1;

  g_mutex_lock (&k.lock);
  /* Descriptors, and bytes that only wake the reader. */
  while (k.state != SETUP && read (fd, bytes, sizeof (bytes)) > 0);
  errno = EAGAIN;
  if (k.state == SETUP) {
    ret = MIN (size, k.size);
    if (ret > 0)
      memcpy (data, k.data, ret);
    k.state = size > 0 ? ANSWERED : STALLED;
  } else if ((event = g_queue_pop_head (&k.events)) != NULL) {
    memcpy (data, event, sizeof (*event));
    ret = sizeof (*event);
    if (event->type == FUNCTIONFS_SETUP)
      k.state = SETUP;
    g_free (event);
  }
  g_cond_broadcast (&k.cond);
  g_mutex_unlock (&k.lock);
  return ret;
}

/* Requests of this host are OUT, so this stalls. */
static ssize_t
fake_write (int fd G_GNUC_UNUSED, const void *data G_GNUC_UNUSED,
    size_t size G_GNUC_UNUSED)
{
  g_mutex_lock (&k.lock);
  k.state = STALLED;
  g_cond_broadcast (&k.cond);
  g_mutex_unlock (&k.lock);
  errno = EL2HLT;
  return -1;
}

static void
add_event (const struct usb_functionfs_event *event)
{
  g_mutex_lock (&k.lock);
  g_queue_push_tail (&k.events, g_memdup2 (event, sizeof (*event)));
  g_mutex_unlock (&k.lock);
  fail_unless_equals_int (write (k.fd, "", 1), 1);
}

/* Blocks until it is answered. Returns FALSE if it is stalled. */
static gboolean
set_streaming_control (guint selector, const guint8 * data, gsize size)
{
  struct usb_functionfs_event event = {.type = FUNCTIONFS_SETUP };
  gboolean ok;

  event.u.setup.bRequestType = 0x21;
  event.u.setup.bRequest = SET_CUR;
  event.u.setup.wValue = GUINT16_TO_LE (selector << 8);
  event.u.setup.wIndex = GUINT16_TO_LE (1);
  event.u.setup.wLength = GUINT16_TO_LE (size);
  memcpy (k.data, data, size);
  k.size = size;
  add_event (&event);
  g_mutex_lock (&k.lock);
  while (k.state != ANSWERED && k.state != STALLED)
    g_cond_wait (&k.cond, &k.lock);
  ok = k.state == ANSWERED;
  k.state = IDLE;
  g_mutex_unlock (&k.lock);
  return ok;
}

static void
make_file (const gchar * name, gboolean fifo)
{
  g_autofree gchar *path = g_build_filename (k.directory, name, NULL);

  fail_unless (fifo ? mkfifo (path, 0600) == 0 :
      g_file_set_contents (path, "", 0, NULL));
  if (fifo)
    k.fd = open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static void
remove_file (const gchar * name)
{
  g_autofree gchar *path = g_build_filename (k.directory, name, NULL);

  g_unlink (path);
}

/* ---- the pipeline ---- */

static gboolean
on_event (GstPad * pad G_GNUC_UNUSED, GstObject * parent G_GNUC_UNUSED,
    GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE)
    g_atomic_int_inc (&n_reconfigures);
  gst_event_unref (event);
  return TRUE;
}

static void
send_caps (Fixture * f, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);

  fail_unless (gst_pad_push_event (f->src, gst_event_new_caps (caps)));
  gst_caps_unref (caps);
}

static void
start (Fixture * f)
{
  struct usb_functionfs_event enable = {.type = FUNCTIONFS_ENABLE };
  GstPadTemplate *template;
  GstCaps *offer = gst_caps_from_string (SMALL ";" LARGE);
  GstSegment segment;
  GstPad *pad;

  memset (f, 0, sizeof (*f));
  n_reconfigures = 0;
  fake_endpoint_start ();
  fake_endpoint_set_heap (TRUE);
  fake_endpoint_set_can_submit (TRUE);
  k.directory = g_dir_make_tmp ("ffs-fake-XXXXXX", NULL);
  make_file ("ep0", TRUE);
  make_file ("ep1", FALSE);
  gst_ffs_ep0_calls.read = fake_read;
  gst_ffs_ep0_calls.write = fake_write;

  f->bus = gst_bus_new ();
  f->sink = gst_object_ref_sink (g_object_new (GST_TYPE_FFS_DMABUF_SINK,
          "function", k.directory, "still-images", TRUE, NULL));
  gst_util_set_object_arg (G_OBJECT (f->sink), "profile", "uvc");
  gst_element_set_bus (f->sink, f->bus);
  template = gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, offer);
  gst_caps_unref (offer);
  f->src = gst_pad_new_from_template (template, "src");
  gst_object_unref (template);
  gst_pad_set_event_function (f->src, on_event);
  pad = gst_element_get_static_pad (f->sink, "sink");
  fail_unless_equals_int (gst_pad_link (f->src, pad), GST_PAD_LINK_OK);
  gst_object_unref (pad);
  gst_pad_set_active (f->src, TRUE);

  fail_unless_equals_int (gst_element_set_state (f->sink, GST_STATE_PLAYING),
      GST_STATE_CHANGE_ASYNC);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (f->src, gst_event_new_stream_start ("test"));
  send_caps (f, SMALL);
  gst_pad_push_event (f->src, gst_event_new_segment (&segment));
  add_event (&enable);
}

static void
end (Fixture * f)
{
  gst_element_set_state (f->sink, GST_STATE_NULL);
  fail_unless (gst_bus_pop_filtered (f->bus,
          GST_MESSAGE_ERROR | GST_MESSAGE_WARNING) == NULL);
  gst_element_set_bus (f->sink, NULL);
  gst_bus_set_flushing (f->bus, TRUE);
  gst_object_unref (f->src);
  gst_object_unref (f->sink);
  gst_object_unref (f->bus);
  close (k.fd);
  remove_file ("ep0");
  remove_file ("ep1");
  g_rmdir (k.directory);
  g_clear_pointer (&k.directory, g_free);
  fake_endpoint_end ();
}

static GstBuffer *
new_frame (gsize size)
{
  GstBuffer *buf = gst_buffer_new ();

  gst_buffer_append_memory (buf, fake_dmabuf_new (size));
  return buf;
}

static gpointer
push_thread (gpointer data)
{
  Fixture *f = data;

  fail_unless_equals_int (gst_pad_push (f->src, f->pushed), GST_FLOW_OK);
  g_atomic_int_set (&f->returned, TRUE);
  return NULL;
}

/* ---- the host ---- */

static void
start_video (void)
{
  guint8 data[GST_FFS_UVC_PROBE_SIZE] = { 0, 0, 1, 1, };

  fail_unless (set_streaming_control (2, data, sizeof (data)));
}

static void
request_still (guint8 frame)
{
  guint8 data[GST_FFS_UVC_STILL_SIZE] = { 1, frame, };
  guint8 trigger = 1;

  fail_unless (set_streaming_control (4, data, sizeof (data)));
  fail_unless (set_streaming_control (5, &trigger, 1));
}

static void
wait_reconfigures (gint n)
{
  while (g_atomic_int_get (&n_reconfigures) < n)
    g_usleep (1000);
  fail_unless_equals_int (g_atomic_int_get (&n_reconfigures), n);
}

/* Upstream is asked for the image, and for video again when the host has read the
 * image, not before: its buffers would be taken from the endpoint. */
GST_START_TEST (pipeline_switches_for_a_still_image)
{
  GThread *thread;
  Fixture f;
  gint i;

  start (&f);
  start_video ();
  fail_unless_equals_int (gst_pad_push (f.src, new_frame (SIZE_SMALL)),
      GST_FLOW_OK);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);
  fake_endpoint_signal (0, 1);
  fail_unless_equals_int (g_atomic_int_get (&n_reconfigures), 0);

  request_still (2);
  wait_reconfigures (1);
  fail_unless_equals_int (gst_pad_push (f.src, new_frame (SIZE_SMALL)),
      GST_FLOW_OK);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);

  send_caps (&f, LARGE);
  f.pushed = new_frame (SIZE_LARGE);
  thread = g_thread_new ("push", push_thread, &f);
  fake_endpoint_wait_transfers (2);
  for (i = 0; i < 50; i++) {
    fail_if (g_atomic_int_get (&f.returned));
    fail_unless_equals_int (g_atomic_int_get (&n_reconfigures), 1);
    g_usleep (1000);
  }
  fake_endpoint_signal (1, 1);
  g_thread_join (thread);
  wait_reconfigures (2);
  fail_unless_equals_int (fake_endpoint_transfer_length (1) / 100,
      (SIZE_LARGE + 12) / 100);

  /* Upstream may have one more of these. */
  fail_unless_equals_int (gst_pad_push (f.src, new_frame (SIZE_LARGE)),
      GST_FLOW_OK);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 2);
  send_caps (&f, SMALL);
  fail_unless_equals_int (gst_pad_push (f.src, new_frame (SIZE_SMALL)),
      GST_FLOW_OK);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 3);
  fake_endpoint_signal (2, 1);
  fail_unless_equals_int (g_atomic_int_get (&n_reconfigures), 2);
  end (&f);
}

GST_END_TEST;

static gpointer
push_until_stopped (gpointer data)
{
  Fixture *f = data;

  return GINT_TO_POINTER (gst_pad_push (f->src, f->pushed));
}

/* A pipeline that is stopped does not wait for a host that does not read. */
GST_START_TEST (stop_does_not_wait_for_an_unread_image)
{
  GThread *thread;
  Fixture f;

  start (&f);
  start_video ();
  request_still (2);
  wait_reconfigures (1);
  send_caps (&f, LARGE);
  f.pushed = new_frame (SIZE_LARGE);
  thread = g_thread_new ("push", push_until_stopped, &f);
  fake_endpoint_wait_transfers (1);
  gst_element_set_state (f.sink, GST_STATE_NULL);
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
      GST_FLOW_FLUSHING);
  end (&f);
}

GST_END_TEST;

static Suite *
uvc_sink_suite (void)
{
  Suite *s = suite_create ("uvc-sink");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, pipeline_switches_for_a_still_image);
  tcase_add_test (tc, stop_does_not_wait_for_an_unread_image);
  return s;
}

GST_CHECK_MAIN (uvc_sink);
