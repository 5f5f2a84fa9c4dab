/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When buffers are released: by their fence, however the stream continues or
 * ends.
 */

#include <errno.h>

#include "harness.h"

#define N 3
#define N_DEEP 8

GST_START_TEST (buffers_are_released_by_their_fence)
{
  SinkHarness sh;
  gint released[N];
  guint i;

  sink_harness_start (&sh, "max-in-flight", N + 1, NULL);
  for (i = 0; i < N; i++)
    fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (4096,
                &released[i])), GST_FLOW_OK);
  fail_unless_equals_int (fake_endpoint_n_transfers (), N);
  for (i = 0; i < N; i++)
    fail_if (is_released (&released[i]));

  for (i = 0; i < N; i++) {
    fake_endpoint_signal (i, 1);
    wait_released (&released[i]);
    fail_if (i + 1 < N && is_released (&released[i + 1]));
  }
  sink_harness_wait_stat (&sh, "in-flight", 0);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-completed"), N);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "bytes"), N * 4096);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The thread waits for the first fence; the second one has signalled
 * before. */
GST_START_TEST (fences_may_signal_out_of_order)
{
  SinkHarness sh;
  gint a, b;

  sink_harness_start (&sh, "max-in-flight", 4, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  gst_harness_push (sh.h, dmabuf_buffer (10, &b));
  fake_endpoint_signal (1, 1);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  wait_released (&b);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (max_in_flight_blocks_upstream)
{
  SinkHarness sh;
  gint a, b, c;

  sink_harness_start (&sh, "max-in-flight", 2, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  sink_harness_push_async (&sh, dmabuf_buffer (10, &b));
  fake_endpoint_wait_transfers (2);
  /* Upstream's thread is blocked while two buffers are in flight. */
  sink_harness_wait_stat (&sh, "in-flight", 2);
  fake_endpoint_signal (0, 1);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fail_unless (is_released (&a));

  sink_harness_push_async (&sh, dmabuf_buffer (10, &c));
  fake_endpoint_wait_transfers (3);
  fake_endpoint_signal (1, 1);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "in-flight-max"), 2);
  fake_endpoint_signal (2, 1);
  wait_released (&c);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* A thread that found all slots taken is not woken before a quarter is
 * free. */
GST_START_TEST (blocked_thread_wakes_for_a_quarter_of_the_slots)
{
  SinkHarness sh;
  gint released[N_DEEP];
  guint i;

  sink_harness_start (&sh, "max-in-flight", N_DEEP, NULL);
  for (i = 0; i + 1 < N_DEEP; i++)
    gst_harness_push (sh.h, dmabuf_buffer (10, &released[i]));
  sink_harness_push_async (&sh, dmabuf_buffer (10, &released[i]));
  sink_harness_wait_stat (&sh, "in-flight", N_DEEP);

  fake_endpoint_signal (0, 1);
  sink_harness_wait_stat (&sh, "in-flight", N_DEEP - 1);
  sink_harness_assert_blocked (&sh);
  fake_endpoint_signal (1, 1);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "in-flight"), N_DEEP - 2);

  for (i = 2; i < N_DEEP; i++)
    fake_endpoint_signal (i, 1);
  wait_released (&released[N_DEEP - 1]);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (eos_waits_for_all_transfers)
{
  SinkHarness sh;
  GstMessage *msg;
  gint a, b;

  sink_harness_start (&sh, "max-in-flight", 4, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  gst_harness_push (sh.h, dmabuf_buffer (10, &b));
  sink_harness_push_eos_async (&sh);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_wait_stat (&sh, "in-flight", 1);
  sink_harness_assert_no_message (&sh, GST_MESSAGE_EOS);

  fake_endpoint_signal (1, 1);
  msg = gst_bus_timed_pop_filtered (sh.bus, 10 * GST_SECOND, GST_MESSAGE_EOS);
  fail_unless (msg != NULL);
  gst_message_unref (msg);
  fail_unless (is_released (&b));
  sink_harness_join (&sh);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (flush_keeps_transfers_in_flight)
{
  SinkHarness sh;
  gint a, b;

  sink_harness_start (&sh, "max-in-flight", 1, NULL);
  sink_harness_push_async (&sh, dmabuf_buffer (10, &a));
  fake_endpoint_wait_transfers (1);
  gst_harness_push_event (sh.h, gst_event_new_flush_start ());
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_FLUSHING);
  fail_if (is_released (&a));
  gst_harness_push_event (sh.h, gst_event_new_flush_stop (TRUE));

  /* A flush does not free the slot. */
  {
    GstSegment segment;

    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (sh.h, gst_event_new_segment (&segment));
  }
  sink_harness_push_async (&sh, dmabuf_buffer (10, &b));
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  fake_endpoint_wait_transfers (2);
  fake_endpoint_signal (1, 1);
  wait_released (&b);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* No status is read after the transfers were cancelled. */
GST_START_TEST (stop_cancels_and_detaches)
{
  SinkHarness sh;
  gint a, b;

  sink_harness_start (&sh, "max-in-flight", 4, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  gst_harness_push (sh.h, dmabuf_buffer (10, &b));
  gst_element_set_state (sh.sink, GST_STATE_NULL);
  fail_unless (is_released (&a) && is_released (&b));
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-cancelled"), 2);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "attachments"), 0);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The buffer belongs to the controller until the fence signals, even if the
 * element is gone by then. */
GST_START_TEST (stuck_transfer_keeps_its_buffer_past_the_element)
{
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, "max-in-flight", 4, NULL);
  fake_endpoint_set_stubborn (TRUE);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  gst_element_set_state (sh.sink, GST_STATE_NULL);
  sink_harness_assert_message (&sh, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_BUSY, "does not complete");
  fail_if (is_released (&a));

  gst_harness_teardown (sh.h);
  gst_element_set_bus (sh.sink, NULL);
  gst_bus_set_flushing (sh.bus, TRUE);
  fail_unless_equals_int (GST_OBJECT_REFCOUNT_VALUE (sh.sink), 1);
  gst_object_unref (sh.sink);
  fail_if (is_released (&a));

  fake_endpoint_signal (0, -ECONNRESET);
  wait_released (&a);
  fake_endpoint_end ();
  sink_harness_assert_fds (&sh);
  gst_object_unref (sh.bus);
}

GST_END_TEST;

#ifdef HAVE_AIO

GST_START_TEST (stop_ends_the_wait_for_a_stuck_write)
{
  SinkHarness sh;

  sink_harness_start (&sh, "copy-mode", GST_FFS_COPY_ALWAYS, NULL);
  fake_endpoint_set_aio_stuck (TRUE);
  sink_harness_push_async (&sh, gst_buffer_new_memdup ("0123456789", 10));
  fake_endpoint_wait_aio_submitted ();
  gst_element_set_state (sh.sink, GST_STATE_NULL);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_FLUSHING);
  fake_endpoint_set_aio_stuck (FALSE);
  fake_endpoint_wait_aio_destroyed ();
  sink_harness_end (&sh);
}

GST_END_TEST;

#endif

/* videorate and tee push a buffer twice. The kernel must not get the dmabuf
 * a second time while it is in flight. */
GST_START_TEST (same_dmabuf_is_not_in_flight_twice)
{
  SinkHarness sh;
  GstBuffer *buf;
  gint a;

  sink_harness_start (&sh, "max-in-flight", 4, NULL);
  buf = dmabuf_buffer (10, &a);
  gst_harness_push (sh.h, gst_buffer_ref (buf));
  sink_harness_push_async (&sh, buf);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);
  fake_endpoint_signal (0, 1);
  fake_endpoint_wait_transfers (2);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fail_if (is_released (&a));
  fake_endpoint_signal (1, 1);
  wait_released (&a);
  sink_harness_wait_stat (&sh, "in-flight", 0);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH), 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The dmabuf is attached once, and not much longer than its memory lives. */
GST_START_TEST (attachment_ends_with_its_memory)
{
  SinkHarness sh;
  GstMemory *mem;
  GstBuffer *buf;
  gint a;
  guint i;

  sink_harness_start (&sh, NULL);
  mem = fake_dmabuf_new (10);
  for (i = 0; i < 5; i++) {
    buf = memory_buffer (mem, &a);
    gst_harness_push (sh.h, buf);
    fake_endpoint_signal (i, 1);
    wait_released (&a);
  }
  sink_harness_wait_stat (&sh, "in-flight", 0);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH), 1);
  fail_unless_equals_int (fake_endpoint_n_attached (), 1);
  gst_memory_unref (mem);
  fake_endpoint_wait_n_calls (FUNCTIONFS_DMABUF_DETACH, 1);
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  sink_harness_wait_stat (&sh, "attachments-dropped", 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The number of attachments is limited. */
GST_START_TEST (oldest_idle_attachment_is_replaced)
{
  SinkHarness sh;
  GstMemory *mems[70];
  gint a;
  guint i;

  sink_harness_start (&sh, NULL);
  for (i = 0; i < G_N_ELEMENTS (mems); i++) {
    GstBuffer *buf = counted_buffer (gst_buffer_new (), &a);

    mems[i] = fake_dmabuf_new (10);
    gst_buffer_append_memory (buf, gst_memory_ref (mems[i]));
    gst_harness_push (sh.h, buf);
    fake_endpoint_signal (i, 1);
    wait_released (&a);
  }
  fail_unless_equals_int (fake_endpoint_n_attached (), 64);

  /* The first one was detached, and is attached again. */
  {
    GstBuffer *buf = counted_buffer (gst_buffer_new (), &a);

    gst_buffer_append_memory (buf, gst_memory_ref (mems[0]));
    gst_harness_push (sh.h, buf);
    fake_endpoint_signal (G_N_ELEMENTS (mems), 1);
    wait_released (&a);
  }
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH),
      G_N_ELEMENTS (mems) + 1);
  sink_harness_wait_stat (&sh, "in-flight", 0);
  for (i = 0; i < G_N_ELEMENTS (mems); i++)
    gst_memory_unref (mems[i]);
  sink_harness_drain (&sh);
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* Upstream cannot change the format before it has its buffers back. */
GST_START_TEST (drain_query_releases_and_detaches)
{
  SinkHarness sh;
  GstMemory *mem;
  GstBuffer *buf;
  gint a;

  sink_harness_start (&sh, NULL);
  mem = fake_dmabuf_new (10);
  buf = memory_buffer (mem, &a);
  gst_harness_push (sh.h, buf);
  fake_endpoint_signal (0, 1);

  sink_harness_drain (&sh);
  fail_unless (is_released (&a));
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  gst_memory_unref (mem);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* A poll() that fails says nothing of the fence. */
GST_START_TEST (failed_poll_releases_nothing)
{
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, NULL);
  fake_endpoint_set_poll_fails (TRUE);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  while (fake_endpoint_n_failed_polls () < 2 && !is_released (&a))
    g_thread_yield ();
  fail_if (is_released (&a));

  fake_endpoint_set_poll_fails (FALSE);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_end (&sh);
}

GST_END_TEST;

static Suite *
release_suite (void)
{
  Suite *s = suite_create ("release");
  TCase *tc = tcase_create ("release");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, buffers_are_released_by_their_fence);
  if (!fake_endpoint_reaps ())
    tcase_add_test (tc, failed_poll_releases_nothing);
  tcase_add_test (tc, fences_may_signal_out_of_order);
  tcase_add_test (tc, max_in_flight_blocks_upstream);
  tcase_add_test (tc, blocked_thread_wakes_for_a_quarter_of_the_slots);
  tcase_add_test (tc, eos_waits_for_all_transfers);
  tcase_add_test (tc, flush_keeps_transfers_in_flight);
  tcase_add_test (tc, stop_cancels_and_detaches);
  tcase_add_test (tc, stuck_transfer_keeps_its_buffer_past_the_element);
#ifdef HAVE_AIO
  tcase_add_test (tc, stop_ends_the_wait_for_a_stuck_write);
#endif
  tcase_add_test (tc, same_dmabuf_is_not_in_flight_twice);
  tcase_add_test (tc, attachment_ends_with_its_memory);
  tcase_add_test (tc, oldest_idle_attachment_is_replaced);
  tcase_add_test (tc, drain_query_releases_and_detaches);
  return s;
}

GST_CHECK_MAIN (release);
