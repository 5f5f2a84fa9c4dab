/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <dirent.h>

#include "harness.h"
#include "sink/gstffsdmabufsink.h"

/* Longer than a call that does not block takes, even on a very busy
 * machine. */
#define BLOCKED_FOR (50 * G_TIME_SPAN_MILLISECOND)

static GMutex release_lock;
static GCond release_cond;

static gint
count_fds (void)
{
  DIR *dir = opendir ("/proc/self/fd");
  gint n = 0;

  while (readdir (dir))
    n++;
  closedir (dir);
  return n;
}

/* An endpoint whose transfers end late is closed by a thread that no other
 * thread waits for. */
void
sink_harness_assert_fds (SinkHarness * sh)
{
  gint64 end = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (count_fds () != sh->n_fds && g_get_monotonic_time () < end)
    g_usleep (1000);
  fail_unless_equals_int (count_fds (), sh->n_fds);
}

void
sink_harness_start (SinkHarness * sh, const gchar * first, ...)
{
  va_list args;

  memset (sh, 0, sizeof (*sh));
  fake_endpoint_start ();
  sh->bus = gst_bus_new ();
  sh->n_fds = count_fds ();

  sh->sink = g_object_new (GST_TYPE_FFS_DMABUF_SINK, "endpoint",
      fake_endpoint_path (), NULL);
  gst_object_ref_sink (sh->sink);
  gst_element_set_bus (sh->sink, sh->bus);
  va_start (args, first);
  if (first)
    g_object_set_valist (G_OBJECT (sh->sink), first, args);
  va_end (args);

  sh->h = gst_harness_new_with_element (sh->sink, "sink", NULL);
  gst_harness_set_src_caps_str (sh->h, "application/x-test");
}

void
sink_harness_end (SinkHarness * sh)
{
  gst_element_set_state (sh->sink, GST_STATE_NULL);
  gst_harness_teardown (sh->h);
  gst_element_set_bus (sh->sink, NULL);
  gst_bus_set_flushing (sh->bus, TRUE);
  gst_object_unref (sh->sink);
  fail_unless_equals_int (fake_endpoint_n_late_reads (), 0);
  fake_endpoint_end ();
  gst_bus_set_flushing (sh->bus, TRUE);
  sink_harness_assert_fds (sh);
  gst_object_unref (sh->bus);
}

static gpointer
push_thread (gpointer data)
{
  SinkHarness *sh = data;

  sh->flow = gst_harness_push (sh->h, sh->pushed);
  g_atomic_int_set (&sh->returned, TRUE);
  return NULL;
}

void
sink_harness_push_async (SinkHarness * sh, GstBuffer * buf)
{
  sh->pushed = buf;
  g_atomic_int_set (&sh->returned, FALSE);
  sh->thread = g_thread_new ("push", push_thread, sh);
}

void
sink_harness_start_waiting (SinkHarness * sh, gint * released)
{
  sink_harness_start (sh, "without-host", GST_FFS_IDLE_WAIT, NULL);
  fake_endpoint_set_enabled (FALSE);
  sink_harness_push_async (sh, dmabuf_buffer (10, released));
  fake_endpoint_wait_calls (FUNCTIONFS_ENDPOINT_DESC, 3);
}

static gpointer
eos_thread (gpointer data)
{
  SinkHarness *sh = data;

  gst_harness_push_event (sh->h, gst_event_new_eos ());
  return NULL;
}

void
sink_harness_push_eos_async (SinkHarness * sh)
{
  sh->thread = g_thread_new ("eos", eos_thread, sh);
}

GstFlowReturn
sink_harness_join (SinkHarness * sh)
{
  g_thread_join (sh->thread);
  return sh->flow;
}

void
sink_harness_assert_blocked (SinkHarness * sh)
{
  gint64 end = g_get_monotonic_time () + BLOCKED_FOR;

  while (g_get_monotonic_time () < end) {
    fail_if (g_atomic_int_get (&sh->returned));
    g_thread_yield ();
  }
}

void
sink_harness_drain (SinkHarness * sh)
{
  GstQuery *query = gst_query_new_drain ();

  gst_pad_peer_query (sh->h->srcpad, query);
  gst_query_unref (query);
}

guint64
take_stat (GstStructure * stats, const gchar * field)
{
  guint64 value = 0;
  guint small = 0;

  if (!gst_structure_get_uint64 (stats, field, &value)) {
    fail_unless (gst_structure_get_uint (stats, field, &small), "no %s", field);
    value = small;
  }
  gst_structure_free (stats);
  return value;
}

guint64
element_stat (GstElement * element, const gchar * field)
{
  GstStructure *stats;

  g_object_get (element, "stats", &stats, NULL);
  return take_stat (stats, field);
}

guint64
sink_harness_stat (SinkHarness * sh, const gchar * field)
{
  return element_stat (sh->sink, field);
}

void
sink_harness_wait_stat (SinkHarness * sh, const gchar * field, guint64 value)
{
  while (sink_harness_stat (sh, field) != value)
    g_thread_yield ();
}

void
bus_assert_message (GstBus * bus, GstMessageType type, GQuark domain, gint code,
    const gchar * text)
{
  GstMessage *msg = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND, type);
  GError *err = NULL;

  fail_unless (msg != NULL, "no message with \"%s\"", text);
  if (type == GST_MESSAGE_ERROR)
    gst_message_parse_error (msg, &err, NULL);
  else
    gst_message_parse_warning (msg, &err, NULL);
  fail_unless (strstr (err->message, text), "\"%s\" is not in \"%s\"", text,
      err->message);
  fail_unless (err->domain == domain && err->code == code,
      "domain %s code %d", g_quark_to_string (err->domain), err->code);
  g_error_free (err);
  gst_message_unref (msg);
}

void
sink_harness_assert_message (SinkHarness * sh, GstMessageType type,
    GQuark domain, gint code, const gchar * text)
{
  bus_assert_message (sh->bus, type, domain, code, text);
}

void
sink_harness_assert_no_message (SinkHarness * sh, GstMessageType type)
{
  GstMessage *msg = gst_bus_pop_filtered (sh->bus, type);

  fail_unless (msg == NULL, "unexpected %" GST_PTR_FORMAT, msg);
}

static void
buffer_gone (gpointer data, GstMiniObject * obj G_GNUC_UNUSED)
{
  gint *released = data;

  g_mutex_lock (&release_lock);
  (*released)++;
  g_cond_broadcast (&release_cond);
  g_mutex_unlock (&release_lock);
}

GstBuffer *
counted_buffer (GstBuffer * buf, gint * released)
{
  *released = 0;
  gst_mini_object_weak_ref (GST_MINI_OBJECT_CAST (buf), buffer_gone, released);
  return buf;
}

GstBuffer *
memory_buffer (GstMemory * mem, gint * released)
{
  GstBuffer *buf = gst_buffer_new ();

  gst_buffer_append_memory (buf, gst_memory_ref (mem));
  return counted_buffer (buf, released);
}

GstBuffer *
dmabuf_buffer (gsize size, gint * released)
{
  GstMemory *mem = fake_dmabuf_new (size);
  GstBuffer *buf = memory_buffer (mem, released);

  gst_memory_unref (mem);
  return buf;
}

void
wait_released (gint * released)
{
  g_mutex_lock (&release_lock);
  while (*released == 0)
    g_cond_wait (&release_cond, &release_lock);
  g_mutex_unlock (&release_lock);
}

gboolean
is_released (gint * released)
{
  gboolean ret;

  g_mutex_lock (&release_lock);
  ret = *released != 0;
  g_mutex_unlock (&release_lock);
  return ret;
}

static GMutex handover;

static GstPadProbeReturn
on_buffer (GstPad * pad G_GNUC_UNUSED, GstPadProbeInfo * info G_GNUC_UNUSED,
    gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&handover);
  g_mutex_unlock (&handover);
  return GST_PAD_PROBE_OK;
}

void
harness_watch_buffers (GstHarness * h)
{
  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, NULL,
      NULL);
}

GstBuffer *
harness_pull (GstHarness * h)
{
  GstBuffer *buffer = gst_harness_pull (h);

  g_mutex_lock (&handover);
  g_mutex_unlock (&handover);
  return buffer;
}
