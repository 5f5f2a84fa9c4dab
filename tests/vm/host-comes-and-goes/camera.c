/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A camera that changes its format again and again: with this sink it must not
 * lose more resources than with a sink that keeps nothing.
 *
 * Locking: the lock protects the counts of the probes; the camera is blocked,
 * not stopped, during measurements.
 */

#include "test.h"

#include <gst/video/video.h>
#include <string.h>

/* Number of buffers that the sink reports to hold, by default. */
#define HELD 3

static GstPadProbeReturn
on_camera_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Test *test = user_data;
  GstMapInfo map;

  (void) pad;
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    g_mutex_lock (&test->lock);
    g_checksum_update (test->sent_sum, map.data, map.size);
    test->sent += map.size;
    test->sent_frames++;
    g_cond_broadcast (&test->changed);
    g_mutex_unlock (&test->lock);
    gst_buffer_unmap (buffer, &map);
  }
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_blocked (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Test *test = user_data;

  (void) pad;
  (void) info;
  g_mutex_lock (&test->lock);
  test->pushing = FALSE;
  g_cond_broadcast (&test->changed);
  g_mutex_unlock (&test->lock);
  return GST_PAD_PROBE_OK;
}

/* Makes fakesink answer the allocation query like the sink, because the camera
 * keeps the answer in its pool and leaks it with the pool. */
static GstPadProbeReturn
on_query (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  GstAllocator *allocator;

  (void) pad;
  (void) user_data;
  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;

  allocator = gst_allocator_find (NULL);
  gst_query_add_allocation_param (query, allocator, NULL);
  gst_query_add_allocation_pool (query, NULL, 1, HELD, 0);
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  gst_object_unref (allocator);
  return GST_PAD_PROBE_HANDLED;
}

static gboolean
same_sum (Test * test)
{
  GChecksum *a = g_checksum_copy (test->sent_sum);
  GChecksum *b = g_checksum_copy (test->received_sum);
  gboolean same = strcmp (g_checksum_get_string (a),
      g_checksum_get_string (b)) == 0;

  g_checksum_free (a);
  g_checksum_free (b);
  return same;
}

/* Lets some frames pass, then blocks, and waits until the host has them all. */
static gulong
block_camera (Test * test, GstPad * pad, guint64 frames, gboolean ours)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  gboolean ok = TRUE;
  gulong id;

  g_mutex_lock (&test->lock);
  while (test->sent_frames < frames && ok)
    ok = g_cond_wait_until (&test->changed, &test->lock, deadline);
  test->pushing = TRUE;
  g_mutex_unlock (&test->lock);
  id = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK |
      GST_PAD_PROBE_TYPE_BUFFER, on_blocked, test, NULL);
  g_mutex_lock (&test->lock);
  while ((test->pushing || (ours && test->received < test->sent)) && ok)
    ok = g_cond_wait_until (&test->changed, &test->lock, deadline);
  if (!ours)
    test->received = test->sent;
  else if (test->sent != test->received || !same_sum (test))
    test->wrong_bytes++;
  g_mutex_unlock (&test->lock);
  if (!ok)
    give_up (test, "the camera: %" G_GUINT64_FORMAT " frames, %"
        G_GUINT64_FORMAT " bytes sent, %" G_GUINT64_FORMAT " received",
        test->sent_frames, test->sent, test->received);
  return id;
}

/* Sends to @sink.  Returns the usage after the first rounds and after the
 * last. */
static void
run_camera (Test * test, const gchar * name, const gchar * sink, gint rounds,
    Usage * settled, Usage * now, Usage * most)
{
  gint round, settle = settling_rounds (rounds);
  gboolean ours = g_str_has_prefix (sink, "ffsdmabufsink");
  GstElement *pipeline, *filter;
  GError *error = NULL;
  gchar *text;
  GstPad *pad;

  text = g_strdup_printf ("v4l2src name=src io-mode=dmabuf device=%s "
      "! capsfilter name=filter ! %s name=sink", test->camera, sink);
  pipeline = gst_parse_launch (text, &error);
  if (error != NULL)
    give_up (test, "%s", error->message);
  g_free (text);
  test->sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  filter = gst_bin_get_by_name (GST_BIN (pipeline), "filter");
  pad = gst_element_get_static_pad (test->sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_camera_buffer, test,
      NULL);
  if (!ours)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM |
        GST_PAD_PROBE_TYPE_PUSH, on_query, NULL, NULL);
  gst_object_unref (pad);
  pad = gst_element_get_static_pad (filter, "sink");

  memset (most, 0, sizeof (*most));
  test->sent_sum = g_checksum_new (G_CHECKSUM_MD5);
  test->received_sum = g_checksum_new (G_CHECKSUM_MD5);
  test->sent = test->received = test->sent_frames = 0;
  test->count_only = TRUE;
  if (ours)
    connect_host (test);
  for (round = 1; round <= rounds; round++) {
    guint64 frames;
    gulong id;

    /* Not multiples of a packet, so that each frame ends a transfer. */
    gst_util_set_object_arg (G_OBJECT (filter), "caps", round % 2 ?
        "video/x-raw,format=YUY2,width=320,height=180" :
        "video/x-raw,format=NV12,width=320,height=180");
    if (round == 1)
      gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_mutex_lock (&test->lock);
    frames = test->sent_frames + SOME;
    g_mutex_unlock (&test->lock);
    id = block_camera (test, pad, frames, ours);
    check_pipeline (test, pipeline, name);
    measure (test, now);
    if (round == settle)
      *settled = *now;
    most->attachments = MAX (most->attachments, now->attachments);
    most->attached = MAX (most->attached, now->attached);
    gst_pad_remove_probe (pad, id);
  }
  usb_host_close (test->host);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pad);
  gst_object_unref (filter);
  gst_object_unref (test->sink);
  gst_object_unref (pipeline);
  g_checksum_free (test->sent_sum);
  g_checksum_free (test->received_sum);
}

/* v4l2src of GStreamer 1.22 leaks a buffer pool each time: its five files and
 * some memory, including the sink's answer, but no buffers. The test looks for
 * leaks in addition to that. */
void
test_camera (Test * test)
{
  static const gchar name[] = "camera renegotiates";
  gchar *sink = g_strdup_printf ("ffsdmabufsink copy-mode=never endpoint=%s",
      test->endpoint);
  gint64 start, fds, heap, lost_fds, lost_heap;
  gint rounds = test->rounds, n = rounds - settling_rounds (rounds);
  Usage settled, now, before, most;
  GstElement *own_sink = test->sink;

  usb_host_close (test->host);
  stop_pipeline (test, GST_STATE_NULL);
  count_dmabufs (&before);

  begin_kind (test);
  run_camera (test, name, "fakesink sync=false", rounds, &settled, &now, &most);
  lost_fds = (gint64) now.fds - settled.fds;
  lost_heap = (gint64) now.heap - (gint64) settled.heap;
  g_print ("# with fakesink: %" G_GINT64_FORMAT " files and %" G_GINT64_FORMAT
      " bytes in %d rounds\n", lost_fds, lost_heap, n);

  begin_kind (test);
  start = g_get_monotonic_time ();
  run_camera (test, name, sink, rounds, &settled, &now, &most);
  fds = (gint64) now.fds - settled.fds;
  heap = (gint64) now.heap - (gint64) settled.heap;
  g_print ("# with ffsdmabufsink: %" G_GINT64_FORMAT " files and %"
      G_GINT64_FORMAT " bytes in %d rounds\n", fds, heap, n);
  /* v4l2src may just open or close the files of a few buffers. */
  check (test, fds <= lost_fds + N_SLOTS, "%s: no more files are "
      "lost than with fakesink", name);
  check (test, heap <= lost_heap + HEAP_SLACK, "%s: no more "
      "memory is lost than with fakesink", name);
  test->sink = own_sink;
  wait_dmabufs (test, before.dmabufs);
  check (test, TRUE, "%s: no buffer and no attachment is left in the kernel",
      name);
  end_kind (test, name, rounds, start, &settled, &now, most.attachments,
      most.attached);
  g_free (sink);
}
