/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connected host that does not read: how the stream reports it, and what the
 * sink does meanwhile.
 */

#include <errno.h>

#include "sink/gstffshoststate.h"
#include "streamfixture.h"

#define CHECK_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

/* Probes first, as the sink does after a transfer that has failed. */
static void
send_one (StreamFixture * f, gint * released)
{
  fail_unless_equals_int (gst_ffs_stream_probe (f->stream), 0);
  fail_unless_equals_int (stream_fixture_send (f, dmabuf_buffer (10,
              released)), GST_FFS_OK);
}

GST_START_TEST (waiting_time_ends_with_the_transfer)
{
  GstClockTime waiting;
  gint released;
  StreamFixture f;

  stream_fixture_start_joined (&f, TRUE);
  fail_unless_equals_uint64 (gst_ffs_stream_get_waiting (f.stream), 0);
  send_one (&f, &released);
  do {
    waiting = gst_ffs_stream_get_waiting (f.stream);
  } while (waiting < GST_MSECOND);
  fake_endpoint_signal (0, 1);
  stream_fixture_drain (&f);
  fail_unless_equals_uint64 (gst_ffs_stream_get_waiting (f.stream), 0);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* CLEAR_FEATURE(ENDPOINT_HALT) ends a stream that the host has read from.
 * The next stream does not remember. */
GST_START_TEST (cleared_halt_ends_a_stream_that_was_read)
{
  gint a, b, c, d;
  StreamFixture f;

  stream_fixture_start_joined (&f, TRUE);

  /* A host that clears the halt before it reads does not end the stream. */
  send_one (&f, &a);
  fake_endpoint_signal (0, -EPIPE);
  stream_fixture_drain (&f);
  fail_unless_equals_uint64 (gst_ffs_stream_get_waiting (f.stream), 0);

  send_one (&f, &b);
  fake_endpoint_signal (1, 1);
  stream_fixture_drain (&f);
  fail_unless_equals_uint64 (gst_ffs_stream_get_waiting (f.stream), 0);
  send_one (&f, &c);
  fake_endpoint_signal (2, -EPIPE);
  stream_fixture_drain (&f);
  fail_unless_equals_uint64 (gst_ffs_stream_get_waiting (f.stream),
      GST_CLOCK_TIME_NONE);

  /* No frame is queued before a probe has found the host. */
  fail_unless_equals_int (stream_fixture_send (&f, dmabuf_buffer (10, &d)),
      GST_FFS_NOT_ENABLED);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 3);
  /* A host that continues to read has not ended the stream. */
  send_one (&f, &d);
  fake_endpoint_signal (3, 1);
  stream_fixture_drain (&f);
  fail_unless_equals_uint64 (gst_ffs_stream_get_waiting (f.stream), 0);
  send_one (&f, &d);
  fake_endpoint_signal (4, -EPIPE);
  stream_fixture_drain (&f);
  fail_unless_equals_uint64 (gst_ffs_stream_get_waiting (f.stream),
      GST_CLOCK_TIME_NONE);

  gst_ffs_stream_halt (f.stream, GST_SECOND);
  gst_ffs_stream_resume (f.stream);
  fail_unless_equals_uint64 (gst_ffs_stream_get_waiting (f.stream), 0);
  send_one (&f, &d);
  fake_endpoint_signal (5, -EPIPE);
  stream_fixture_drain (&f);
  fail_unless_equals_uint64 (gst_ffs_stream_get_waiting (f.stream), 0);

  /* No transfer is in flight between the two streams. */
  send_one (&f, &a);
  fake_endpoint_signal (6, 1);
  stream_fixture_drain (&f);
  gst_ffs_stream_halt (f.stream, GST_SECOND);
  gst_ffs_stream_resume (f.stream);
  send_one (&f, &b);
  fake_endpoint_signal (7, 1);
  stream_fixture_drain (&f);
  send_one (&f, &c);
  fake_endpoint_signal (8, -EPIPE);
  stream_fixture_drain (&f);
  fail_unless_equals_uint64 (gst_ffs_stream_get_waiting (f.stream),
      GST_CLOCK_TIME_NONE);
  fail_unless (is_released (&a) && is_released (&b) && is_released (&c)
      && is_released (&d));
  stream_fixture_end (&f);
}

GST_END_TEST;

static const gint refusals[] = { ESHUTDOWN, EAGAIN, EPIPE };

/* The endpoint is enabled but rejects transfers. */
GST_START_TEST (refused_transfers_are_retried_at_intervals)
{
  gulong request = fake_endpoint_reaps ()? FUNCTIONFS_DMABUF_SUBMIT :
      FUNCTIONFS_DMABUF_TRANSFER;
  gint64 start = g_get_monotonic_time ();
  SinkHarness sh;
  gint a, b;

  sink_harness_start (&sh, "without-host", GST_FFS_IDLE_WAIT, NULL);
  fake_endpoint_fail (request, refusals[__i__], G_MAXUINT);
  sink_harness_push_async (&sh, dmabuf_buffer (10, &a));
  fake_endpoint_wait_n_calls (request, 6);
  /* Only the second try is made at once. */
  fail_unless (g_get_monotonic_time () - start >= 4 * CHECK_INTERVAL);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "connections"), 1);

  fake_endpoint_fail (request, 0, 0);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "connections"), 1);

  fake_endpoint_fail (request, refusals[__i__], G_MAXUINT);
  sink_harness_push_async (&sh, dmabuf_buffer (10, &b));
  fake_endpoint_wait_calls (request, 3);
  gst_element_set_state (sh.sink, GST_STATE_NULL);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_FLUSHING);
  fail_unless (is_released (&b));
  fake_endpoint_fail (request, 0, 0);
  sink_harness_end (&sh);
}

GST_END_TEST;

static Suite *
unread_suite (void)
{
  Suite *s = suite_create ("unread");
  TCase *tc = tcase_create ("unread");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, waiting_time_ends_with_the_transfer);
  tcase_add_test (tc, cleared_halt_ends_a_stream_that_was_read);
  tcase_add_loop_test (tc, refused_transfers_are_retried_at_intervals, 0,
      G_N_ELEMENTS (refusals));

  return s;
}

GST_CHECK_MAIN (unread);
