/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The queue by itself, where the test controls what happens in between: a host
 * that goes and another that comes within a frame, a flush within a frame, and
 * a shutdown during the callback.
 */

#include <errno.h>

#include "queuefixture.h"

#define LENGTH 4096

static struct
{
  GstFfsEndpoint *ep;
  GstFfsQueue *queue;

  /* for the thread that submits */
  GstFfsPiece pieces[2];
  guint64 frame;
  GstFfsCall call;

  GMutex lock;
  GCond cond;
  gboolean hold;                /* blocks the thread that completes a frame */
  gboolean held;
  guint n_done;
  gint returned;
} t;

/* ---- what the queue calls ---- */

static void
done (guint64 frame G_GNUC_UNUSED, const GstFfsFrameTag * tag G_GNUC_UNUSED,
    gint err G_GNUC_UNUSED, gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&t.lock);
  t.n_done++;
  t.held = TRUE;
  g_cond_broadcast (&t.cond);
  while (t.hold)
    g_cond_wait (&t.cond, &t.lock);
  t.held = FALSE;
  g_mutex_unlock (&t.lock);
}

static void
setup (void)
{
  gint err = 0;

  memset (&t, 0, sizeof (t));
  fake_endpoint_start ();
  t.ep = gst_ffs_endpoint_open (fake_endpoint_path (), -1, "cam", &err);
  fail_unless (t.ep != NULL);
  fail_unless_equals_int (gst_ffs_endpoint_probe (t.ep), 0);
  t.queue = gst_ffs_queue_new (t.ep, 8, done, NULL);
  gst_ffs_queue_set_max_in_flight (t.queue, 4);
}

static void
teardown (void)
{
  gst_ffs_endpoint_unref (t.ep);
  fake_endpoint_end ();
}

static gint
submit (guint n)
{
  const GstFfsFrameTag tag = { 0, 0 };

  return gst_ffs_queue_submit (t.queue, t.frame++, &tag, t.pieces, n, &t.call);
}

static gpointer
submit_two (gpointer data G_GNUC_UNUSED)
{
  return GINT_TO_POINTER (submit (2));
}

/* Leaves the first half of a frame attached, and the second not. */
static void
prepare_halves (GstBuffer * a, GstBuffer * b)
{
  t.pieces[0] = queue_piece (a);
  t.pieces[1] = queue_piece (b);
  fail_unless_equals_int (submit (1), 0);
  fake_endpoint_signal (0, 1);
  fail_unless_equals_int (gst_ffs_queue_drain (t.queue, GST_CLOCK_TIME_NONE),
      0);
}

/* ---- tests ---- */

/* The second half of a frame waits for another device. Meanwhile the host
 * that has the first half goes and another one comes, which must not see
 * the second half. */
GST_START_TEST (next_host_gets_no_second_half)
{
  gint a_released, b_released;
  GstBuffer *a, *b;
  guint n_attach;
  GThread *thread;

  a = dmabuf_buffer (LENGTH, &a_released);
  b = dmabuf_buffer (LENGTH, &b_released);
  prepare_halves (a, b);

  n_attach = fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH);
  fake_dmabuf_hold (gst_buffer_peek_memory (b, 0));
  fake_endpoint_fail (FUNCTIONFS_DMABUF_ATTACH, EBUSY, 1);
  thread = g_thread_new ("submit", submit_two, NULL);
  fake_endpoint_wait_transfers (2);
  fake_endpoint_wait_n_calls (FUNCTIONFS_DMABUF_ATTACH, n_attach + 1);

  fake_endpoint_set_enabled (FALSE);
  while (gst_ffs_endpoint_is_enabled (t.ep))
    g_thread_yield ();
  fake_endpoint_set_enabled (TRUE);
  fail_unless_equals_int (gst_ffs_endpoint_probe (t.ep), 0);
  fake_dmabuf_unhold (gst_buffer_peek_memory (b, 0));

  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)), ESHUTDOWN);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 2);
  fail_unless (gst_ffs_queue_abandon (t.queue));

  fail_unless (queue_shut_down (t.queue, 10 * GST_SECOND));
  gst_buffer_unref (a);
  gst_buffer_unref (b);
  fail_unless (is_released (&a_released));
  fail_unless (is_released (&b_released));
}

GST_END_TEST;

/* The first half of a frame is in flight, and the second half waits for
 * another device. The host gets the second half unless that takes too long. */
GST_START_TEST (flush_in_mid_frame_sends_the_rest_or_gives_up)
{
  gint a_released, b_released;
  GstBuffer *a, *b;
  GThread *thread;

  a = dmabuf_buffer (LENGTH, &a_released);
  b = dmabuf_buffer (LENGTH, &b_released);
  prepare_halves (a, b);

  fake_dmabuf_hold (gst_buffer_peek_memory (b, 0));
  fake_endpoint_fail (FUNCTIONFS_DMABUF_ATTACH, EBUSY, 1);
  thread = g_thread_new ("submit", submit_two, NULL);
  fake_endpoint_wait_transfers (2);
  gst_ffs_queue_set_flushing (t.queue, TRUE);
  if (__i__ == 0)
    fake_dmabuf_unhold (gst_buffer_peek_memory (b, 0));
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)),
      __i__ == 0 ? 0 : EINTR);
  fail_unless_equals_int (fake_endpoint_n_transfers (), __i__ == 0 ? 3 : 2);
  fail_unless_equals_int (gst_ffs_queue_abandon (t.queue), __i__ == 1);

  fake_endpoint_signal (1, 1);
  if (__i__ == 0)
    fake_endpoint_signal (2, 1);
  else
    fake_dmabuf_unhold (gst_buffer_peek_memory (b, 0));
  gst_buffer_unref (a);
  gst_buffer_unref (b);
  wait_released (&a_released);
  wait_released (&b_released);
  fail_unless (queue_shut_down (t.queue, 10 * GST_SECOND));
}

GST_END_TEST;

static gpointer
submit_claimed (gpointer data G_GNUC_UNUSED)
{
  gint err = gst_ffs_queue_begin (t.queue);

  fail_unless_equals_int (err, 0);
  err = submit (1);
  g_atomic_int_set (&t.returned, TRUE);
  gst_ffs_queue_unclaim (t.queue);
  return GINT_TO_POINTER (err);
}

/* The halt returns with the queue claimed: no frame is queued until it is
 * resumed. */
GST_START_TEST (halt_ends_the_wait_for_another_device)
{
  gint released;
  GstBuffer *buffer = dmabuf_buffer (LENGTH, &released);
  GThread *thread;

  t.pieces[0] = queue_piece (buffer);
  fake_dmabuf_hold (gst_buffer_peek_memory (buffer, 0));
  fake_endpoint_fail (FUNCTIONFS_DMABUF_ATTACH, EBUSY, 1);
  thread = g_thread_new ("submit", submit_claimed, NULL);
  fake_endpoint_wait_n_calls (FUNCTIONFS_DMABUF_ATTACH, 1);
  gst_ffs_queue_halt (t.queue);
  fail_unless (g_atomic_int_get (&t.returned));
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)), EINTR);
  fake_dmabuf_unhold (gst_buffer_peek_memory (buffer, 0));
  gst_ffs_queue_abandon (t.queue);
  gst_ffs_queue_unclaim (t.queue);

  fail_unless_equals_int (gst_ffs_queue_begin (t.queue), ESHUTDOWN);
  gst_ffs_queue_resume (t.queue);
  fail_unless_equals_int (gst_ffs_queue_begin (t.queue), 0);
  fail_unless_equals_int (submit (1), 0);
  gst_ffs_queue_unclaim (t.queue);
  fake_endpoint_signal (0, 1);
  gst_buffer_unref (buffer);
  wait_released (&released);
  fail_unless (queue_shut_down (t.queue, 10 * GST_SECOND));
}

GST_END_TEST;

/* The end of the first transfer says that the host is gone, but the second
 * one is in flight. */
GST_START_TEST (transfer_queued_before_gone_is_cancelled)
{
  gint a_released, b_released;
  GstBuffer *a, *b;

  a = dmabuf_buffer (LENGTH, &a_released);
  b = dmabuf_buffer (LENGTH, &b_released);
  t.pieces[0] = queue_piece (a);
  fail_unless_equals_int (submit (1), 0);
  t.pieces[0] = queue_piece (b);
  fail_unless_equals_int (submit (1), 0);
  gst_buffer_unref (a);
  gst_buffer_unref (b);
  fake_endpoint_signal (0, -EPIPE);
  wait_released (&a_released);
  while (gst_ffs_endpoint_is_enabled (t.ep))
    g_thread_yield ();

  fail_unless_equals_int (gst_ffs_queue_cancel (t.queue, GST_SECOND), 0);
  fail_unless (is_released (&b_released));
  fail_unless (queue_shut_down (t.queue, 10 * GST_SECOND));
}

GST_END_TEST;

/* Sends a frame that arrives. */
static void
arrive (GstBuffer * buffer)
{
  t.pieces[0] = queue_piece (buffer);
  fail_unless_equals_int (submit (1), 0);
  fake_endpoint_signal (fake_endpoint_n_transfers () - 1, 1);
  fail_unless_equals_int (gst_ffs_queue_drain (t.queue, GST_CLOCK_TIME_NONE),
      0);
}

/* Frames that arrive like the one before are not reported. */
GST_START_TEST (only_changes_of_outcome_are_reported)
{
  gint released;
  GstBuffer *a = dmabuf_buffer (LENGTH, &released);

  arrive (a);
  fail_unless_equals_int (t.n_done, 1);
  arrive (a);
  fail_unless_equals_int (t.n_done, 1);

  /* A frame that fails is reported, and so is the next one that arrives. */
  fail_unless_equals_int (submit (1), 0);
  fake_endpoint_signal (fake_endpoint_n_transfers () - 1, -EIO);
  fail_unless_equals_int (gst_ffs_queue_drain (t.queue, GST_CLOCK_TIME_NONE),
      0);
  fail_unless_equals_int (t.n_done, 2);
  arrive (a);
  fail_unless_equals_int (t.n_done, 3);
  arrive (a);
  fail_unless_equals_int (t.n_done, 3);

  /* The first frame of another stream is reported ... */
  fail_unless_equals_int (gst_ffs_queue_cancel (t.queue, GST_SECOND), 0);
  arrive (a);
  fail_unless_equals_int (t.n_done, 4);

  /* ... and of another host. */
  gst_ffs_endpoint_set_disabled (t.ep);
  fail_unless_equals_int (gst_ffs_endpoint_probe (t.ep), 0);
  arrive (a);
  fail_unless_equals_int (t.n_done, 5);

  fail_unless (queue_shut_down (t.queue, 10 * GST_SECOND));
  gst_buffer_unref (a);
}

GST_END_TEST;

GST_START_TEST (dropped_attachment_is_attached_again)
{
  gint released;
  GstBuffer *a = dmabuf_buffer (LENGTH, &released);

  arrive (a);
  arrive (a);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH), 1);
  fail_unless_equals_int (gst_ffs_queue_drop_attachments (t.queue), 0);
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  arrive (a);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH), 2);

  fail_unless (queue_shut_down (t.queue, 10 * GST_SECOND));
  gst_buffer_unref (a);
}

GST_END_TEST;

static gpointer
shut_down_now (gpointer data G_GNUC_UNUSED)
{
  gboolean empty = queue_shut_down (t.queue, 0);

  g_atomic_int_set (&t.returned, TRUE);
  return GINT_TO_POINTER (empty);
}

/* The caller of the shutdown may free what the callback uses, so the
 * callback is waited for even without a timeout. */
GST_START_TEST (shutdown_waits_for_the_callback)
{
  GstBuffer *a;
  gint released;
  GThread *thread;
  gint64 end;

  a = dmabuf_buffer (LENGTH, &released);
  t.pieces[0] = queue_piece (a);
  t.hold = TRUE;
  fail_unless_equals_int (submit (1), 0);
  gst_buffer_unref (a);
  fake_endpoint_signal (0, 1);
  g_mutex_lock (&t.lock);
  while (!t.held)
    g_cond_wait (&t.cond, &t.lock);
  g_mutex_unlock (&t.lock);
  fail_unless (is_released (&released));

  thread = g_thread_new ("shutdown", shut_down_now, NULL);
  end = g_get_monotonic_time () + BLOCKED_FOR;
  while (g_get_monotonic_time () < end) {
    fail_if (g_atomic_int_get (&t.returned));
    g_thread_yield ();
  }
  g_mutex_lock (&t.lock);
  t.hold = FALSE;
  g_cond_broadcast (&t.cond);
  g_mutex_unlock (&t.lock);

  /* The time was up, so the queue is left to its thread. */
  fail_if (GPOINTER_TO_INT (g_thread_join (thread)));
  fail_if (t.held);
  fail_unless_equals_int (t.n_done, 1);
}

GST_END_TEST;

static Suite *
queue_suite (void)
{
  Suite *s = suite_create ("queue");
  TCase *tc = tcase_create ("queue");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  /* With SUBMIT of several transfers a frame has no second half. */
  if (!fake_endpoint_reaps ()) {
    tcase_add_test (tc, next_host_gets_no_second_half);
    tcase_add_loop_test (tc, flush_in_mid_frame_sends_the_rest_or_gives_up, 0,
        2);
  }
  tcase_add_test (tc, halt_ends_the_wait_for_another_device);
  tcase_add_test (tc, transfer_queued_before_gone_is_cancelled);
  tcase_add_test (tc, shutdown_waits_for_the_callback);
  tcase_add_test (tc, only_changes_of_outcome_are_reported);
  tcase_add_test (tc, dropped_attachment_is_attached_again);
  return s;
}

GST_CHECK_MAIN (queue);
