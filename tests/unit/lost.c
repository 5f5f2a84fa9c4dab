/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transfers that end with an error while the host is connected, and a
 * controller (dwc3) that cancels all transfers when one is cancelled.
 */

#include <errno.h>

#include "harness.h"

#define N 5                     /* lost frames in a row without a warning */
#define MAX_ATTACHED 64

/* Pushes a frame whose transfer ends with this status. */
static void
push (SinkHarness * sh, gint status)
{
  guint n = fake_endpoint_n_transfers ();
  gint released;

  fail_unless_equals_int (gst_harness_push (sh->h, dmabuf_buffer (10,
              &released)), GST_FLOW_OK);
  fake_endpoint_signal (n, status);
  wait_released (&released);
  sink_harness_wait_stat (sh, "in-flight", 0);
}

static void
push_n (SinkHarness * sh, guint n, gint status)
{
  while (n--)
    push (sh, status);
}

static void
assert_told (SinkHarness * sh)
{
  sink_harness_assert_message (sh, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, "did not reach the connected USB host");
}

/* The errno does not matter. */
GST_START_TEST (six_lost_frames_in_a_row_warn_once)
{
  const gint errs[] = { ECONNRESET, EIO, EOVERFLOW };
  SinkHarness sh;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (errs); i++) {
    sink_harness_start (&sh, NULL);
    push_n (&sh, N, -errs[i]);
    sink_harness_assert_no_message (&sh, GST_MESSAGE_WARNING);
    push (&sh, -errs[i]);
    assert_told (&sh);
    push_n (&sh, N, -errs[i]);
    sink_harness_assert_no_message (&sh, GST_MESSAGE_WARNING);
    fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-lost"),
        2 * N + 1);
    fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-failed"),
        2 * N + 1);
    fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-completed"),
        0);
    fail_unless_equals_uint64 (sink_harness_stat (&sh, "bytes"), 0);
    fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-zero-copy"), 0);
    sink_harness_end (&sh);
  }
}

GST_END_TEST;

/* A frame that arrives in between shows that the connection works. */
GST_START_TEST (one_arrived_frame_prevents_the_warning)
{
  SinkHarness sh;
  guint i;

  sink_harness_start (&sh, NULL);
  for (i = 0; i < 3; i++) {
    push_n (&sh, N - 1, -EIO);
    push (&sh, 1);
  }
  push (&sh, 1);
  sink_harness_assert_no_message (&sh, GST_MESSAGE_WARNING);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-lost"),
      3 * (N - 1));
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-completed"), 4);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The controller reports that it has sent less than it was asked for. */
GST_START_TEST (short_transfer_is_a_lost_frame)
{
  SinkHarness sh;

  sink_harness_start (&sh, NULL);
  gst_element_set_state (sh.sink, GST_STATE_NULL);
  fake_endpoint_set_can_reap (TRUE);
  gst_element_set_state (sh.sink, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (sh.h, "application/x-test");
  push (&sh, 1);
  fake_endpoint_set_short_by (1);
  push (&sh, 1);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-lost"), 1);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-zero-copy"), 1);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "bytes"), 10);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (departed_host_causes_no_warning)
{
  SinkHarness sh;
  gint released[N + 1];
  guint i;

  sink_harness_start (&sh, "max-in-flight", N + 2, "without-host",
      GST_FFS_IDLE_DROP, NULL);
  for (i = 0; i <= N; i++)
    gst_harness_push (sh.h, dmabuf_buffer (10, &released[i]));
  for (i = 0; i <= N; i++)
    fake_endpoint_signal (i, -ECONNRESET);
  sink_harness_wait_stat (&sh, "in-flight", 0);
  fake_endpoint_set_enabled (FALSE);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10,
              &released[0])), GST_FLOW_OK);
  sink_harness_assert_no_message (&sh, GST_MESSAGE_WARNING);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-without-host"), 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The sink itself cancels these. */
GST_START_TEST (cancelled_frames_are_not_lost)
{
  SinkHarness sh;
  gint released[N];
  guint i;

  sink_harness_start (&sh, "max-in-flight", N + 1, NULL);
  fake_endpoint_set_cancels_all (TRUE);
  for (i = 0; i < N; i++)
    gst_harness_push (sh.h, dmabuf_buffer (10, &released[i]));
  sink_harness_drain (&sh);
  for (i = 0; i < N; i++)
    fail_unless (is_released (&released[i]));
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-lost"), 0);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-cancelled"), N);
  push (&sh, 1);
  sink_harness_assert_no_message (&sh, GST_MESSAGE_WARNING);
  /* Later frames were not cancelled. */
  push (&sh, -EIO);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-lost"), 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* On dwc3 the others would lose their transfers. Neither the limit of
 * attachments, nor memory that dies, nor a kernel that has forgotten an
 * attachment makes the sink detach a dmabuf in flight. */
static void
run_never_detaches_busy (gboolean can_submit)
{
  GstMemory *idle[MAX_ATTACHED];
  SinkHarness sh;
  gint busy[2], a;
  guint i;

  sink_harness_start (&sh, "max-in-flight", MAX_ATTACHED, NULL);
  gst_element_set_state (sh.sink, GST_STATE_NULL);
  fake_endpoint_set_can_submit (can_submit);
  fake_endpoint_set_cancels_all (TRUE);
  gst_element_set_state (sh.sink, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (sh.h, "application/x-test");

  for (i = 0; i < MAX_ATTACHED; i++) {
    idle[i] = fake_dmabuf_new (10);
    gst_harness_push (sh.h, memory_buffer (idle[i], &a));
    fake_endpoint_signal (i, 1);
    wait_released (&a);
  }
  sink_harness_wait_stat (&sh, "in-flight", 0);

  /* Each of them needs the place of an idle one. */
  gst_harness_push (sh.h, dmabuf_buffer (10, &busy[0]));
  gst_harness_push (sh.h, dmabuf_buffer (10, &busy[1]));
  fake_dmabuf_forget (idle[MAX_ATTACHED - 1]);
  gst_harness_push (sh.h, memory_buffer (idle[MAX_ATTACHED - 1], &a));
  fail_unless_equals_int (fake_endpoint_n_transfers (), MAX_ATTACHED + 3);
  for (i = 0; i < MAX_ATTACHED; i++)
    gst_memory_unref (idle[i]);
  /* Some idle attachments are kept for a while. */
  fail_unless_equals_int (fake_endpoint_n_attached (), 3 + 16);
  fail_unless_equals_int (fake_endpoint_n_busy_detaches (), 0);
  fail_if (is_released (&busy[0]) || is_released (&busy[1]));

  for (i = 0; i < 3; i++)
    fake_endpoint_signal (MAX_ATTACHED + i, 1);
  wait_released (&a);
  sink_harness_wait_stat (&sh, "in-flight", 0);
  fail_unless_equals_int (fake_endpoint_n_busy_detaches (), 0);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-completed"),
      MAX_ATTACHED + 3);
  sink_harness_end (&sh);
}

GST_START_TEST (busy_dmabuf_is_not_detached)
{
  run_never_detaches_busy (FALSE);
}

GST_END_TEST;

GST_START_TEST (busy_dmabuf_is_not_detached_with_submit)
{
  run_never_detaches_busy (TRUE);
}

GST_END_TEST;

/* More dmabufs are in flight than the sink keeps attached when idle. */
GST_START_TEST (busy_dmabufs_may_exceed_the_attachment_limit)
{
  gint released[MAX_ATTACHED / 2 + 2];
  SinkHarness sh;
  guint i;

  sink_harness_start (&sh, "max-in-flight", MAX_ATTACHED, NULL);
  fake_endpoint_set_cancels_all (TRUE);
  for (i = 0; i < G_N_ELEMENTS (released); i++) {
    GstBuffer *buf = dmabuf_buffer (1024, &released[i]);

    gst_buffer_append_memory (buf, fake_dmabuf_new (10));
    gst_harness_push (sh.h, buf);
  }
  fail_unless_equals_int (fake_endpoint_n_attached (), MAX_ATTACHED + 4);
  fail_unless_equals_int (fake_endpoint_n_busy_detaches (), 0);
  for (i = 0; i < 2 * G_N_ELEMENTS (released); i++)
    fake_endpoint_signal (i, 1);
  sink_harness_wait_stat (&sh, "in-flight", 0);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-completed"),
      2 * G_N_ELEMENTS (released));
  sink_harness_end (&sh);
}

GST_END_TEST;

/* A frame that is abandoned half queued was not sent, even if its first
 * transfer ends without an error. */
GST_START_TEST (half_queued_frame_is_not_counted_as_sent)
{
  gint released, half;
  GstMemory *second;
  GstBuffer *buf;
  SinkHarness sh;

  sink_harness_start (&sh, "max-in-flight", 4, NULL);
  second = fake_dmabuf_new (10);
  gst_harness_push (sh.h, memory_buffer (second, &released));
  /* The second dmabuf of the frame is in flight. */
  buf = dmabuf_buffer (10, &half);
  gst_buffer_append_memory (buf, second);
  sink_harness_push_async (&sh, buf);
  fake_endpoint_wait_transfers (2);
  gst_harness_push_event (sh.h, gst_event_new_flush_start ());
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_FLUSHING);

  fake_endpoint_signal (0, 1);
  fake_endpoint_signal (1, 1);
  wait_released (&half);
  sink_harness_wait_stat (&sh, "in-flight", 0);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-zero-copy"), 1);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-lost"), 0);
  sink_harness_end (&sh);
}

GST_END_TEST;

static Suite *
lost_suite (void)
{
  Suite *s = suite_create ("lost");
  TCase *tc = tcase_create ("lost");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, six_lost_frames_in_a_row_warn_once);
  tcase_add_test (tc, one_arrived_frame_prevents_the_warning);
  tcase_add_test (tc, short_transfer_is_a_lost_frame);
  tcase_add_test (tc, departed_host_causes_no_warning);
  tcase_add_test (tc, cancelled_frames_are_not_lost);
  tcase_add_test (tc, busy_dmabuf_is_not_detached);
  tcase_add_test (tc, busy_dmabuf_is_not_detached_with_submit);
  if (!fake_endpoint_reaps ())
    tcase_add_test (tc, busy_dmabufs_may_exceed_the_attachment_limit);
  if (!fake_endpoint_reaps ())
    tcase_add_test (tc, half_queued_frame_is_not_counted_as_sent);
  return s;
}

GST_CHECK_MAIN (lost);
