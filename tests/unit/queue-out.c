/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The queue of an OUT endpoint by itself: in which order, and until when, it
 * passes on received buffers.
 */

#include <errno.h>

#include "queuefixture.h"

#define LENGTH 4096

static struct
{
  GstFfsEndpoint *ep;
  GstFfsQueue *queue;
  guint64 frame;

  GMutex lock;
  GCond cond;
  gboolean hold;                /* blocks the report of the first transfer */
  guint n_told;
  guint order[8];
  gint errs[8];
  gsize actual[8];
} t;

static void
received (GstBuffer * buffer, const GstFfsFrameTag * tag, gint err,
    gsize actual, gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&t.lock);
  t.order[t.n_told] = tag->kind;
  t.errs[t.n_told] = err;
  t.actual[t.n_told++] = actual;
  g_cond_broadcast (&t.cond);
  while (t.hold && tag->kind == 0)
    g_cond_wait (&t.cond, &t.lock);
  g_mutex_unlock (&t.lock);
  gst_buffer_unref (buffer);
}

static void
setup (void)
{
  gint err = 0;

  memset (&t, 0, sizeof (t));
  fake_endpoint_start ();
  fake_endpoint_set_out (TRUE);
  fake_endpoint_set_can_reap (TRUE);
  t.ep = gst_ffs_endpoint_open_for (GST_FFS_DIRECTION_OUT,
      fake_endpoint_path (), -1, "src", &err);
  fail_unless (t.ep != NULL);
  fail_unless_equals_int (gst_ffs_endpoint_probe (t.ep), 0);
  t.queue = gst_ffs_queue_new (t.ep, 8, NULL, NULL);
  gst_ffs_queue_set_max_in_flight (t.queue, 8);
  gst_ffs_queue_set_received_func (t.queue, received);
}

static void
teardown (void)
{
  gst_ffs_endpoint_unref (t.ep);
  fake_endpoint_end ();
}

static void
submit (gint * released)
{
  GstBuffer *buffer = dmabuf_buffer (LENGTH, released);
  const GstFfsFrameTag tag = { t.frame, 0 };
  const GstFfsPiece piece = queue_piece (buffer);
  GstFfsCall call;

  fail_unless_equals_int (gst_ffs_queue_submit (t.queue, t.frame++, &tag,
          &piece, 1, &call), 0);
  gst_buffer_unref (buffer);
}

static void
wait_told (guint n)
{
  g_mutex_lock (&t.lock);
  while (t.n_told < n)
    g_cond_wait (&t.cond, &t.lock);
  g_mutex_unlock (&t.lock);
}

static gpointer
wait_ended (gpointer ended)
{
  return GINT_TO_POINTER (gst_ffs_queue_wait_ended (t.queue,
          GPOINTER_TO_UINT (ended)));
}

/* ---- tests ---- */

/* Two threads find ended transfers at the same time, and the first takes
 * long to report. */
GST_START_TEST (received_buffers_arrive_in_order)
{
  gint64 end = g_get_monotonic_time () + BLOCKED_FOR;
  gint a, b;
  GThread *thread;

  submit (&a);
  submit (&b);
  t.hold = TRUE;
  thread = g_thread_new ("wait", wait_ended, GUINT_TO_POINTER (1));
  fake_endpoint_signal (0, 1);
  wait_told (1);
  fake_endpoint_signal (1, 1);
  while (g_get_monotonic_time () < end) {
    g_mutex_lock (&t.lock);
    fail_unless_equals_int (t.n_told, 1);
    g_mutex_unlock (&t.lock);
    g_thread_yield ();
  }
  g_mutex_lock (&t.lock);
  t.hold = FALSE;
  g_cond_broadcast (&t.cond);
  g_mutex_unlock (&t.lock);
  fail_unless_equals_int (GPOINTER_TO_INT (g_thread_join (thread)), 0);
  wait_told (2);
  fail_unless_equals_int (t.order[0], 0);
  fail_unless_equals_int (t.order[1], 1);
  fail_unless_equals_uint64 (gst_ffs_queue_get_ended (t.queue), 2);
  fail_unless (queue_shut_down (t.queue, GST_SECOND));
}

GST_END_TEST;

/* A transfer that ends after the shutdown is not reported. */
GST_START_TEST (transfer_after_shutdown_is_released_silently)
{
  gint released;

  submit (&released);
  fake_endpoint_set_stubborn (TRUE);
  fail_if (queue_shut_down (t.queue, 0));
  fail_if (is_released (&released));
  fake_endpoint_signal (0, 1);
  wait_released (&released);
  fail_unless_equals_int (t.n_told, 0);
}

GST_END_TEST;

/* A cancelled transfer is no loss; one with an error is. */
GST_START_TEST (cancelled_and_failed_transfers_are_told_apart)
{
  gint a, b;

  submit (&a);
  fake_endpoint_signal (0, -EIO);
  wait_told (1);
  fail_unless_equals_int (t.errs[0], EIO);
  submit (&b);
  fail_unless_equals_int (gst_ffs_queue_cancel (t.queue, GST_SECOND), 0);
  wait_told (2);
  fail_unless_equals_int (t.errs[1], ECANCELED);
  fail_unless (is_released (&a) && is_released (&b));
  fail_unless (queue_shut_down (t.queue, GST_SECOND));
}

GST_END_TEST;

static gpointer
flush (gpointer data G_GNUC_UNUSED)
{
  gst_ffs_queue_set_flushing (t.queue, TRUE);
  return NULL;
}

GST_START_TEST (flush_ends_the_wait_for_a_transfer)
{
  GThread *thread;
  gint released;

  submit (&released);
  thread = g_thread_new ("flush", flush, NULL);
  fail_unless_equals_int (gst_ffs_queue_wait_ended (t.queue, 0), EINTR);
  g_thread_join (thread);
  fail_if (is_released (&released));
  fail_unless (queue_shut_down (t.queue, GST_SECOND));
  fail_unless (is_released (&released));
}

GST_END_TEST;

static gpointer
halt (gpointer data G_GNUC_UNUSED)
{
  gst_ffs_queue_halt (t.queue);
  gst_ffs_queue_cancel (t.queue, 0);
  gst_ffs_queue_unclaim (t.queue);
  return NULL;
}

/* Also if the controller does not complete what is cancelled: the streaming
 * thread has to see that the host has stopped. */
GST_START_TEST (halt_ends_wait)
{
  GThread *thread;
  gint released;

  fake_endpoint_set_stubborn (TRUE);
  submit (&released);
  thread = g_thread_new ("halt", halt, NULL);
  fail_unless_equals_int (gst_ffs_queue_wait_ended (t.queue, 0), EINTR);
  g_thread_join (thread);
  fail_unless_equals_int (gst_ffs_queue_begin (t.queue), ESHUTDOWN);
  fail_if (is_released (&released));

  gst_ffs_queue_resume (t.queue);
  fail_unless_equals_int (gst_ffs_queue_begin (t.queue), 0);
  gst_ffs_queue_unclaim (t.queue);
  fake_endpoint_signal (0, -ECONNRESET);
  fail_unless_equals_int (gst_ffs_queue_wait_ended (t.queue, 0), 0);
  fail_unless (queue_shut_down (t.queue, GST_SECOND));
  fail_unless (is_released (&released));
}

GST_END_TEST;

static Suite *
queue_out_suite (void)
{
  Suite *s = suite_create ("queue-out");
  TCase *tc = tcase_create ("queue-out");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, received_buffers_arrive_in_order);
  tcase_add_test (tc, transfer_after_shutdown_is_released_silently);
  tcase_add_test (tc, cancelled_and_failed_transfers_are_told_apart);
  tcase_add_test (tc, flush_ends_the_wait_for_a_transfer);
  tcase_add_test (tc, halt_ends_wait);
  return s;
}

GST_CHECK_MAIN (queue_out);
