/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hosts that come and go, or another device that keeps a buffer: what becomes
 * of the frames, and of a pipeline that flushes, pauses or stops just then.
 */

#include <errno.h>

#include "harness.h"

GST_START_TEST (frames_without_host_are_dropped)
{
  const gint policy[] = { GST_FFS_IDLE_AUTO, GST_FFS_IDLE_DROP };
  SinkHarness sh;
  gint a, b;

  sink_harness_start (&sh, "without-host", policy[__i__], NULL);
  fake_endpoint_set_enabled (FALSE);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &a)),
      GST_FLOW_OK);
  fail_unless (is_released (&a));
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-without-host"), 1);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 0);

  fake_endpoint_set_enabled (TRUE);
  gst_harness_push (sh.h, dmabuf_buffer (10, &b));
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);
  fake_endpoint_signal (0, 1);
  wait_released (&b);
  /* Counted by GstBaseSink. */
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "dropped"), 1);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "rendered"), 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (frame_waits_for_the_host)
{
  SinkHarness sh;
  gint a;

  sink_harness_start_waiting (&sh, &a);
  fail_if (is_released (&a));
  fake_endpoint_set_enabled (TRUE);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (flush_ends_the_wait_for_a_host)
{
  SinkHarness sh;
  gint a;

  sink_harness_start_waiting (&sh, &a);
  gst_harness_push_event (sh.h, gst_event_new_flush_start ());
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_FLUSHING);
  fail_unless (is_released (&a));
  sink_harness_end (&sh);
}

GST_END_TEST;

/* PAUSED interrupts the wait; PLAYING continues with the same frame. */
GST_START_TEST (pause_and_play_keep_the_waiting_frame)
{
  SinkHarness sh;
  gint a;

  sink_harness_start_waiting (&sh, &a);
  gst_element_set_state (sh.sink, GST_STATE_PAUSED);
  gst_element_set_state (sh.sink, GST_STATE_PLAYING);
  fake_endpoint_set_enabled (TRUE);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (stop_ends_the_wait_for_a_host)
{
  SinkHarness sh;
  gint a;

  sink_harness_start_waiting (&sh, &a);
  gst_element_set_state (sh.sink, GST_STATE_NULL);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_FLUSHING);
  fail_unless (is_released (&a));
  sink_harness_end (&sh);
}

GST_END_TEST;

static void
count_notify (GObject * object G_GNUC_UNUSED, GParamSpec * pspec G_GNUC_UNUSED,
    gint * n)
{
  g_atomic_int_inc (n);
}

static gboolean
get_flag (SinkHarness * sh, const gchar * name)
{
  gboolean value;

  g_object_get (sh->sink, name, &value, NULL);
  return value;
}

/* The host goes while frames are in flight: the buffers are released at
 * once, no error is posted, and the next host gets whole frames. */
GST_START_TEST (unplug_releases_and_notifies)
{
  gint a, b, c, connected = 0, streaming = 0;
  SinkHarness sh;

  sink_harness_start (&sh, "max-in-flight", 4, "without-host",
      GST_FFS_IDLE_WAIT, NULL);
  g_signal_connect (sh.sink, "notify::connected", G_CALLBACK (count_notify),
      &connected);
  g_signal_connect (sh.sink, "notify::streaming", G_CALLBACK (count_notify),
      &streaming);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  fail_unless (get_flag (&sh, "connected") && !get_flag (&sh, "streaming"));
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_wait_stat (&sh, "in-flight", 0);
  while (!get_flag (&sh, "streaming"))
    g_thread_yield ();

  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  gst_harness_push (sh.h, dmabuf_buffer (10, &b));
  fake_endpoint_set_enabled (FALSE);
  wait_released (&a);
  wait_released (&b);
  sink_harness_wait_stat (&sh, "transfers-cancelled", 2);

  sink_harness_push_async (&sh, dmabuf_buffer (11, &c));
  fake_endpoint_wait_calls (FUNCTIONFS_ENDPOINT_DESC, 3);
  fail_if (get_flag (&sh, "connected") || get_flag (&sh, "streaming"));
  fake_endpoint_set_enabled (TRUE);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 4);
  fail_unless_equals_uint64 (fake_endpoint_transfer_length (3), 11);
  fake_endpoint_signal (3, 1);
  wait_released (&c);
  sink_harness_assert_no_message (&sh, GST_MESSAGE_ERROR);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "connections"), 2);
  fail_unless_equals_int (g_atomic_int_get (&connected), 3);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The gadget was unbound while no transfer was in flight, by a kernel that
 * then drops the attachments: EPERM does not mean missing scatter-gather
 * here. */
GST_START_TEST (eperm_after_unbind_means_no_host)
{
  SinkHarness sh;
  GstMemory *mem;
  GstBuffer *buf;
  guint i;
  gint a;

  sink_harness_start (&sh, "without-host", GST_FFS_IDLE_DROP, "copy-mode",
      GST_FFS_COPY_NEVER, NULL);
  mem = fake_dmabuf_new (10);
  for (i = 0; i < 3; i++) {
    buf = memory_buffer (mem, &a);
    if (i == 1) {
      fake_endpoint_forget_attachments ();
      fake_endpoint_set_enabled (FALSE);
      fake_endpoint_fail (FUNCTIONFS_DMABUF_TRANSFER, EPERM, 1);
    }
    fail_unless_equals_int (gst_harness_push (sh.h, buf), GST_FLOW_OK);
    if (i == 1)
      fake_endpoint_set_enabled (TRUE);
    else
      fake_endpoint_signal (i / 2, 1);
    wait_released (&a);
    sink_harness_wait_stat (&sh, "in-flight", 0);
  }
  sink_harness_assert_no_message (&sh, GST_MESSAGE_ERROR);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-without-host"), 1);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-zero-copy"), 2);
  gst_memory_unref (mem);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The host goes between two transfers of a frame. */
GST_START_TEST (next_host_gets_the_frame_from_its_start)
{
  GstMemory *first, *second, *held;
  GstBuffer *buf, *other;
  gint a, b;
  SinkHarness sh;

  sink_harness_start (&sh, "max-in-flight", 4, "without-host",
      GST_FFS_IDLE_WAIT, NULL);
  first = fake_dmabuf_new (100);
  second = fake_dmabuf_new (200);
  held = gst_memory_ref (second);

  /* The second dmabuf is in flight already, so queueing stops in mid-frame. */
  other = counted_buffer (gst_buffer_new (), &a);
  gst_buffer_append_memory (other, gst_memory_ref (second));
  gst_harness_push (sh.h, other);
  buf = counted_buffer (gst_buffer_new (), &b);
  gst_buffer_append_memory (buf, first);
  gst_buffer_append_memory (buf, second);
  sink_harness_push_async (&sh, buf);
  fake_endpoint_wait_transfers (2);

  fake_endpoint_set_enabled (FALSE);
  wait_released (&a);
  fake_endpoint_wait_calls (FUNCTIONFS_ENDPOINT_DESC, 3);
  fake_endpoint_set_enabled (TRUE);
  fake_endpoint_wait_transfers (4);
  fail_unless_equals_uint64 (fake_endpoint_transfer_length (2), 100);
  fail_unless_equals_uint64 (fake_endpoint_transfer_length (3), 200);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fake_endpoint_signal (2, 1);
  fail_if (is_released (&b));
  fake_endpoint_signal (3, 1);
  wait_released (&b);
  sink_harness_wait_stat (&sh, "in-flight", 0);
  gst_memory_unref (held);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* Without a host, memory that dies must not be detached one by one: the
 * sink reopens the endpoint when upstream wants its buffers back. */
GST_START_TEST (drain_without_host_reopens_the_endpoint)
{
  SinkHarness sh;
  GstMemory *mem;
  GstBuffer *buf;
  gint a;

  sink_harness_start (&sh, "without-host", GST_FFS_IDLE_DROP, NULL);
  mem = fake_dmabuf_new (10);
  buf = memory_buffer (mem, &a);
  gst_harness_push (sh.h, buf);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_wait_stat (&sh, "in-flight", 0);

  fake_endpoint_set_enabled (FALSE);
  /* The probe ahead of DETACH finds that the host is gone. */
  sink_harness_drain (&sh);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_DETACH), 0);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "attachments"), 0);
  gst_memory_unref (mem);
  sink_harness_end (&sh);
}

GST_END_TEST;

static void
push_and_signal (SinkHarness * sh, GstMemory * mem, guint n)
{
  gint released;

  fail_unless_equals_int (gst_harness_push (sh->h,
          memory_buffer (mem, &released)), GST_FLOW_OK);
  fake_endpoint_wait_transfers (n + 1);
  fake_endpoint_signal (n, 1);
  wait_released (&released);
  sink_harness_wait_stat (sh, "in-flight", 0);
}

/* The endpoint cannot be opened during a data stage of ep0 (EAGAIN,
 * retried) or at all (ENODEV): the sink continues with the open one. */
GST_START_TEST (failed_reopen_keeps_the_endpoint)
{
  static const struct
  {
    gint err;
    guint times;
  } cases[] = { {EAGAIN, 5}, {ENODEV, 1} };
  SinkHarness sh;
  GstMemory *mem;
  guint i;

  fake_endpoint_fail_open (EAGAIN, 3);
  sink_harness_start (&sh, "without-host", GST_FFS_IDLE_DROP, NULL);
  mem = fake_dmabuf_new (10);
  fail_unless_equals_int (fake_endpoint_n_failed_opens (), 3);
  push_and_signal (&sh, mem, 0);

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint before = fake_endpoint_n_failed_opens ();

    fake_endpoint_set_enabled (FALSE);
    fake_endpoint_fail_open (cases[i].err, cases[i].times);
    sink_harness_drain (&sh);
    fail_unless_equals_int (fake_endpoint_n_failed_opens () - before,
        cases[i].times);
    fake_endpoint_set_enabled (TRUE);
    push_and_signal (&sh, mem, i + 1);
  }
  sink_harness_assert_no_message (&sh, GST_MESSAGE_ERROR);
  gst_memory_unref (mem);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* Another device still uses the buffer that is pushed. */
static GstMemory *
push_held (SinkHarness * sh, gint * released)
{
  GstMemory *mem;

  sink_harness_start (sh, NULL);
  mem = fake_dmabuf_new (10);
  fake_dmabuf_hold (mem);
  fake_endpoint_fail (FUNCTIONFS_DMABUF_TRANSFER, EBUSY, 1);
  sink_harness_push_async (sh, memory_buffer (mem, released));
  fake_endpoint_wait_n_calls (FUNCTIONFS_DMABUF_TRANSFER, 1);
  return mem;
}

GST_START_TEST (transfer_waits_for_a_foreign_fence)
{
  SinkHarness sh;
  GstMemory *mem;
  gint a;

  mem = push_held (&sh, &a);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 0);
  fake_dmabuf_unhold (mem);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  gst_memory_unref (mem);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (flush_ends_the_wait_for_a_foreign_fence)
{
  SinkHarness sh;
  GstMemory *mem;
  gint a;

  mem = push_held (&sh, &a);
  gst_harness_push_event (sh.h, gst_event_new_flush_start ());
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_FLUSHING);
  fail_unless (is_released (&a));
  fake_dmabuf_unhold (mem);
  gst_memory_unref (mem);
  sink_harness_end (&sh);
}

GST_END_TEST;

static Suite *
connection_suite (void)
{
  Suite *s = suite_create ("connection");
  TCase *tc = tcase_create ("connection");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, frames_without_host_are_dropped, 0, 2);
  tcase_add_test (tc, frame_waits_for_the_host);
  tcase_add_test (tc, flush_ends_the_wait_for_a_host);
  tcase_add_test (tc, pause_and_play_keep_the_waiting_frame);
  tcase_add_test (tc, stop_ends_the_wait_for_a_host);
  tcase_add_test (tc, unplug_releases_and_notifies);
  tcase_add_test (tc, eperm_after_unbind_means_no_host);
  tcase_add_test (tc, drain_without_host_reopens_the_endpoint);
  tcase_add_test (tc, failed_reopen_keeps_the_endpoint);
  /* These are about TRANSFER, which takes one dmabuf a call. */
  if (!fake_endpoint_reaps ()) {
    tcase_add_test (tc, next_host_gets_the_frame_from_its_start);
    tcase_add_test (tc, transfer_waits_for_a_foreign_fence);
    tcase_add_test (tc, flush_ends_the_wait_for_a_foreign_fence);
  }
  return s;
}

GST_CHECK_MAIN (connection);
