/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long a dmabuf stays attached when its GstMemory goes: applications and
 * sockets make a new GstMemory for each frame.
 */

#include <errno.h>
#include <gst/allocators/gstdmabuf.h>
#include <gst/check/gsttestclock.h>
#include <unistd.h>

#include "harness.h"

#define N_DMABUFS 4

typedef struct
{
  SinkHarness sh;
  GstTestClock *clock;
  GstAllocator *allocator;
  GstMemory *mems[N_DMABUFS];
  guint n_sent;
} Fixture;

static void
start (Fixture * f, gboolean can_submit)
{
  guint i;

  memset (f, 0, sizeof (*f));
  f->clock = GST_TEST_CLOCK (gst_test_clock_new ());
  gst_system_clock_set_default (GST_CLOCK (f->clock));
  f->allocator = gst_dmabuf_allocator_new ();
  sink_harness_start (&f->sh, NULL);
  gst_element_set_state (f->sh.sink, GST_STATE_READY);
  fake_endpoint_set_can_submit (can_submit);
  gst_harness_play (f->sh.h);
  for (i = 0; i < N_DMABUFS; i++)
    f->mems[i] = fake_dmabuf_new (100);
}

static void
end (Fixture * f)
{
  guint i;

  for (i = 0; i < N_DMABUFS; i++)
    gst_memory_unref (f->mems[i]);
  sink_harness_end (&f->sh);
  gst_object_unref (f->allocator);
  gst_system_clock_set_default (NULL);
  gst_object_unref (f->clock);
}

/* The transfer has ended when this returns. */
static void
send_memory (Fixture * f, GstMemory * mem)
{
  GstBuffer *buf;
  gint released;

  buf = counted_buffer (gst_buffer_new (), &released);
  gst_buffer_append_memory (buf, mem);
  fail_unless_equals_int (gst_harness_push (f->sh.h, buf), GST_FLOW_OK);
  fake_endpoint_signal (f->n_sent++, 1);
  wait_released (&released);
  sink_harness_wait_stat (&f->sh, "in-flight", 0);
}

/* Sends a new memory with a new fd of one of the dmabufs. */
static void
send_new (Fixture * f, guint i)
{
  gint fd = dup (gst_dmabuf_memory_get_fd (f->mems[i]));

  send_memory (f, gst_dmabuf_allocator_alloc (f->allocator, fd, 100));
}

/* Advances the clock and lets the timer expire. FALSE: no timer runs */
static gboolean
pass (Fixture * f, GstClockTime time)
{
  gst_test_clock_advance_time (f->clock, time);
  if (gst_test_clock_peek_id_count (f->clock) == 0)
    return FALSE;
  return gst_test_clock_crank (f->clock);
}

GST_START_TEST (recurring_dmabuf_is_attached_once)
{
  Fixture f;
  guint i;

  start (&f, __i__);
  for (i = 0; i < 20; i++)
    send_new (&f, i % N_DMABUFS);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH),
      N_DMABUFS);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_DETACH), 0);
  end (&f);
}

GST_END_TEST;

/* The timer also expires while no frames come. */
GST_START_TEST (unused_attachment_is_dropped_after_a_second)
{
  Fixture f;

  start (&f, __i__);
  send_new (&f, 0);
  gst_test_clock_advance_time (f.clock, GST_SECOND / 2);
  send_new (&f, 1);
  fail_unless_equals_int (fake_endpoint_n_attached (), 2);
  /* The second attachment was used half a second later. */
  fail_unless (pass (&f, 0));
  fail_unless_equals_int (fake_endpoint_n_attached (), 1);
  fail_unless (pass (&f, 0));
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  fail_if (pass (&f, GST_SECOND));
  fail_unless_equals_uint64 (sink_harness_stat (&f.sh, "attachments-dropped"),
      2);

  /* Attachments that are in use or used again are kept. */
  send_memory (&f, gst_memory_ref (f.mems[2]));
  fail_if (pass (&f, GST_SECOND));
  send_new (&f, 3);
  gst_test_clock_advance_time (f.clock, GST_SECOND / 2);
  send_new (&f, 3);
  fail_unless (pass (&f, 0));
  fail_unless_equals_int (fake_endpoint_n_attached (), 2);
  end (&f);
}

GST_END_TEST;

/* On kernels without the patches, DETACH without a host crashes. */
GST_START_TEST (old_kernels_detach_only_with_a_host)
{
  Fixture f;

  start (&f, __i__);
  send_new (&f, 0);
  fake_endpoint_set_enabled (FALSE);
  fail_unless (pass (&f, 0));
  fail_unless_equals_int (fake_endpoint_n_attached (), !__i__);
  if (!__i__) {
    fail_unless (pass (&f, 0));
    fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_DETACH),
        0);
    fake_endpoint_set_enabled (TRUE);
    send_new (&f, 1);
    fail_unless (pass (&f, GST_SECOND));
    fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  }
  end (&f);
}

GST_END_TEST;

/* Upstream wants all buffers back. */
GST_START_TEST (drain_and_new_caps_drop_attachments)
{
  Fixture f;

  start (&f, __i__);
  send_new (&f, 0);
  send_new (&f, 1);
  sink_harness_drain (&f.sh);
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  /* The timer that was started before finds nothing. */
  pass (&f, GST_SECOND);
  send_new (&f, 2);
  gst_harness_set_src_caps_str (f.sh.h, "application/x-other");
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  send_new (&f, 2);
  end (&f);
}

GST_END_TEST;

GST_START_TEST (stop_leaves_no_timer)
{
  Fixture f;

  start (&f, __i__);
  send_new (&f, 0);
  gst_element_set_state (f.sh.sink, GST_STATE_READY);
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  fail_unless_equals_int (gst_test_clock_peek_id_count (f.clock), 0);
  end (&f);
}

GST_END_TEST;

/* Attachments of memory that is never used again must not pile up. */
GST_START_TEST (attachments_of_dead_memory_are_bounded)
{
  Fixture f;
  guint i;

  start (&f, __i__);
  for (i = 0; i < 40; i++)
    send_memory (&f, fake_dmabuf_new (100));
  fail_unless_equals_int (fake_endpoint_n_attached (), 16);
  end (&f);

  start (&f, __i__);
  for (i = 0; i < 40; i++) {
    send_memory (&f, fake_dmabuf_new (100));
    send_new (&f, i % N_DMABUFS);
  }
  fail_unless_equals_int (fake_endpoint_n_attached (), 40 + N_DMABUFS);
  end (&f);
}

GST_END_TEST;

GST_START_TEST (idle_attachments_make_room_for_new_ones)
{
  const gint errs[] = { ENOMEM, ENOSPC };
  gint gone;
  Fixture f;
  guint i;

  start (&f, __i__);
  for (i = 0; i < G_N_ELEMENTS (errs); i++) {
    send_new (&f, 0);
    send_memory (&f, gst_memory_ref (f.mems[1]));
    fake_endpoint_fail (FUNCTIONFS_DMABUF_ATTACH, errs[i], 1);
    send_new (&f, 2);
    fail_unless_equals_int (fake_endpoint_n_attached (), 1);
    send_memory (&f, gst_memory_ref (f.mems[1]));
    sink_harness_drain (&f.sh);
  }
  sink_harness_assert_no_message (&f.sh, GST_MESSAGE_ERROR);

  /* No idle attachment is left, so the error is final. */
  fake_endpoint_fail (FUNCTIONFS_DMABUF_ATTACH, ENOMEM, 2);
  fail_unless_equals_int (gst_harness_push (f.sh.h, dmabuf_buffer (10, &gone)),
      GST_FLOW_ERROR);
  sink_harness_assert_message (&f.sh, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "Out of memory");
  end (&f);
}

GST_END_TEST;

static Suite *
attachments_suite (void)
{
  Suite *s = suite_create ("attachments");
  TCase *tc = tcase_create ("attachments");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, recurring_dmabuf_is_attached_once, 0, 2);
  tcase_add_loop_test (tc, unused_attachment_is_dropped_after_a_second, 0, 2);
  tcase_add_loop_test (tc, old_kernels_detach_only_with_a_host, 0, 2);
  tcase_add_loop_test (tc, drain_and_new_caps_drop_attachments, 0, 2);
  tcase_add_loop_test (tc, stop_leaves_no_timer, 0, 2);
  tcase_add_loop_test (tc, attachments_of_dead_memory_are_bounded, 0, 2);
  tcase_add_loop_test (tc, idle_attachments_make_room_for_new_ones, 0, 2);
  return s;
}

GST_CHECK_MAIN (attachments);
