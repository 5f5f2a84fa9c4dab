/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ffsdmabufsrc over the fake endpoint of a kernel with REAP, unless a test
 * says otherwise: bytes from the host become whole frames.
 */

#include <errno.h>
#include <gst/allocators/gstdmabuf.h>

#include "sourcefixture.h"

#define SIZE 3000
#define RAW "video/x-raw,format=GRAY8,width=100,height=30,framerate=25/1"

static SourceFixture t;

static guint64
stat_of (const gchar * field)
{
  return element_stat (t.src, field);
}

static void
wait_stat (const gchar * field, guint64 value)
{
  while (stat_of (field) != value)
    g_thread_yield ();
}

static void
wait_pending (guint n)
{
  while (fake_endpoint_n_pending () != n)
    g_thread_yield ();
}

static void
assert_frame (GstBuffer * buffer, gsize size, guint8 seed)
{
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer), size);
  source_assert_frame (buffer, size, seed);
  fail_unless (gst_is_dmabuf_memory (gst_buffer_peek_memory (buffer, 0)));
}

static void
pull_frame (gsize size, guint8 seed)
{
  GstBuffer *buffer = harness_pull (t.h);

  fail_unless (buffer != NULL);
  assert_frame (buffer, size, seed);
  gst_buffer_unref (buffer);
}

static void
assert_error (GQuark domain, gint code, const gchar * text)
{
  bus_assert_message (t.bus, GST_MESSAGE_ERROR, domain, code, text);
}

/* ---- whole frames ---- */

static const gsize sizes[] = {
  1, 95, 96, 1000, 1023, 1024, 1025, 2048, 4095, 4096, 4097, 65536, 100001
};

GST_START_TEST (frames_of_any_size_arrive_whole)
{
  const gsize size = sizes[__i__];
  guint i;

  source_fixture_start (&t, "application/x-test", "frame-size", (guint) size,
      NULL);
  gst_harness_play (t.h);
  for (i = 0; i < 5; i++) {
    source_send_frame (size, i);
    pull_frame (size, i);
  }
  wait_pending (3);
  fail_unless_equals_uint64 (stat_of ("frames"), 5);
  fail_unless_equals_uint64 (stat_of ("bytes"), 5 * size);
  source_fixture_end (&t);
}

GST_END_TEST;

static gpointer
send_many (gpointer data G_GNUC_UNUSED)
{
  guint i;

  for (i = 0; i < 300; i++)
    source_send_frame (SIZE, i);
  return NULL;
}

/* Several threads may find that transfers have ended. */
GST_START_TEST (frames_arrive_in_order)
{
  GThread *thread;
  guint i;

  source_fixture_start (&t, RAW, NULL, NULL);
  gst_harness_play (t.h);
  thread = g_thread_new ("host", send_many, NULL);
  for (i = 0; i < 300; i++)
    pull_frame (SIZE, i);
  g_thread_join (thread);
  source_fixture_end (&t);
}

GST_END_TEST;

/* Downstream has no caps, and the frames have none. */
GST_START_TEST (frames_arrive_without_caps)
{
  source_fixture_start (&t, NULL, "frame-size", SIZE, NULL);
  gst_harness_play (t.h);
  source_send_frame (SIZE, 1);
  pull_frame (SIZE, 1);
  fail_if (gst_pad_has_current_caps (t.h->sinkpad));
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (frames_have_caps_and_timestamps)
{
  GstBuffer *buffer;
  GstCaps *caps, *wanted = gst_caps_from_string (RAW);

  source_fixture_start (&t, NULL, "caps", wanted, NULL);
  gst_harness_play (t.h);
  source_send_frame (SIZE, 1);
  buffer = harness_pull (t.h);
  caps = gst_pad_get_current_caps (t.h->sinkpad);
  fail_unless (gst_caps_is_equal (caps, wanted));
  fail_unless (GST_BUFFER_PTS_IS_VALID (buffer));
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), 40 * GST_MSECOND);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), 0);
  fail_unless (gst_buffer_has_flags (buffer, GST_BUFFER_FLAG_DISCONT));
  gst_buffer_unref (buffer);
  source_send_frame (SIZE, 2);
  buffer = harness_pull (t.h);
  fail_if (gst_buffer_has_flags (buffer, GST_BUFFER_FLAG_DISCONT));
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
  gst_caps_unref (wanted);
  source_fixture_end (&t);
}

GST_END_TEST;

/* The fence says that the transfer has ended, but not how much arrived. */
GST_START_TEST (frames_arrive_without_reap)
{
  fake_endpoint_set_can_reap (FALSE);
  fake_endpoint_set_can_submit (TRUE);
  source_fixture_start (&t, RAW, NULL, NULL);
  gst_harness_play (t.h);
  source_send_frame (SIZE, 1);
  pull_frame (SIZE, 1);
  source_send_frame (SIZE, 2);
  pull_frame (SIZE, 2);
  source_fixture_end (&t);
}

GST_END_TEST;

/* ---- what is no frame ---- */

GST_START_TEST (short_and_long_frames_are_dropped)
{
  GstBuffer *buffer;

  source_fixture_start (&t, RAW, NULL, NULL);
  gst_harness_play (t.h);
  source_send_frame (SIZE, 1);
  pull_frame (SIZE, 1);

  source_send_frame (SIZE - 1, 2);
  wait_stat ("frames-short", 1);
  /* Two transfers: a full buffer, and the rest. */
  source_send_frame (SIZE + 1, 3);
  wait_stat ("frames-long", 1);
  source_send_frame (4096, 4);
  wait_stat ("frames-long", 2);
  fake_endpoint_send (NULL, 0, TRUE);
  wait_stat ("frames-short", 2);
  /* A zero-length packet is no frame. */
  fake_endpoint_send (NULL, 0, TRUE);
  wait_stat ("transfers-empty", 1);

  source_send_frame (SIZE, 5);
  buffer = harness_pull (t.h);
  assert_frame (buffer, SIZE, 5);
  fail_unless (gst_buffer_has_flags (buffer, GST_BUFFER_FLAG_DISCONT));
  gst_buffer_unref (buffer);
  fail_unless_equals_uint64 (stat_of ("frames"), 2);
  wait_pending (3);
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (failed_transfer_is_a_lost_frame)
{
  source_fixture_start (&t, RAW, NULL, NULL);
  gst_harness_play (t.h);
  wait_pending (3);
  fake_endpoint_signal (0, -EIO);
  wait_stat ("frames-lost", 1);
  source_send_frame (SIZE, 1);
  pull_frame (SIZE, 1);
  fail_unless_equals_uint64 (stat_of ("frames"), 1);
  source_fixture_end (&t);
}

GST_END_TEST;

/* ---- flow control, flush, states, host ---- */

GST_START_TEST (host_waits_while_downstream_holds_all_buffers)
{
  g_autofree guint8 *data = source_make_frame (SIZE, 9);
  GstBuffer *kept[16];
  guint i, n = 0;

  source_fixture_start (&t, RAW, "max-in-flight", 2, NULL);
  gst_harness_play (t.h);
  wait_pending (2);
  while (fake_endpoint_n_pending () > 0) {
    source_send_frame (SIZE, n);
    kept[n] = harness_pull (t.h);
    fail_unless (++n < G_N_ELEMENTS (kept));
    for (i = 0; i < 1000 && fake_endpoint_n_pending () < 2; i++)
      g_thread_yield ();
  }
  fail_unless_equals_uint64 (fake_endpoint_send_some (data, SIZE, FALSE), 0);
  for (i = 0; i < n; i++) {
    assert_frame (kept[i], SIZE, i);
    gst_buffer_unref (kept[i]);
  }
  source_send_frame (SIZE, 9);
  pull_frame (SIZE, 9);
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (stop_cancels_and_play_restarts)
{
  source_fixture_start (&t, RAW, NULL, NULL);
  gst_harness_play (t.h);
  wait_pending (3);
  gst_element_set_state (t.src, GST_STATE_READY);
  fail_unless_equals_int (fake_endpoint_n_pending (), 0);
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  fail_unless_equals_uint64 (stat_of ("transfers-cancelled"), 3);
  fail_unless_equals_uint64 (stat_of ("frames-lost"), 0);
  gst_element_set_state (t.src, GST_STATE_PLAYING);
  source_send_frame (SIZE, 1);
  pull_frame (SIZE, 1);
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (frame_sent_in_paused_arrives_in_playing)
{
  source_fixture_start (&t, RAW, NULL, NULL);
  gst_harness_play (t.h);
  source_send_frame (SIZE, 1);
  pull_frame (SIZE, 1);
  gst_element_set_state (t.src, GST_STATE_PAUSED);
  source_send_frame (SIZE, 2);
  gst_element_set_state (t.src, GST_STATE_PLAYING);
  pull_frame (SIZE, 2);
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (eos_ends_the_wait_for_a_frame)
{
  GstEvent *event;

  source_fixture_start (&t, RAW, NULL, NULL);
  gst_harness_play (t.h);
  wait_pending (3);
  gst_element_send_event (t.src, gst_event_new_eos ());
  while ((event = gst_harness_pull_event (t.h)) != NULL
      && GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    gst_event_unref (event);
  fail_unless (event != NULL);
  gst_event_unref (event);
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (partial_frame_of_a_gone_host_is_dropped)
{
  g_autofree guint8 *data = source_make_frame (SIZE, 7);
  gboolean connected;
  guint i;

  source_fixture_start (&t, RAW, NULL, NULL);
  gst_harness_play (t.h);
  for (i = 0; i < 5; i++) {
    source_send_frame (SIZE, i);
    pull_frame (SIZE, i);
    wait_pending (3);
    fake_endpoint_send (data, 1024, FALSE);
    fake_endpoint_set_enabled (FALSE);
    do {
      g_thread_yield ();
      g_object_get (t.src, "connected", &connected, NULL);
    } while (connected);
    fake_endpoint_set_enabled (TRUE);
  }
  source_send_frame (SIZE, 8);
  pull_frame (SIZE, 8);
  fail_unless_equals_uint64 (stat_of ("connections"), 6);
  fail_unless_equals_uint64 (stat_of ("frames"), 6);
  fail_unless_equals_uint64 (stat_of ("frames-lost"), 0);
  source_fixture_end (&t);
}

GST_END_TEST;

/* ---- settings ---- */

GST_START_TEST (attach_errors_are_explained)
{
  static const struct
  {
    gint err;
    gulong request;
    gint code;
    const gchar *text;
  } faults[] = {
    {ENOTTY, FUNCTIONFS_DMABUF_ATTACH, GST_RESOURCE_ERROR_SETTINGS,
        "This kernel's FunctionFS cannot receive"},
    {EPERM, FUNCTIONFS_DMABUF_ATTACH, GST_RESOURCE_ERROR_SETTINGS,
        "no scatter-gather"},
  };

  source_fixture_start (&t, RAW, NULL, NULL);
  fake_endpoint_fail (faults[__i__].request, faults[__i__].err, 100);
  gst_harness_play (t.h);
  assert_error (GST_RESOURCE_ERROR, faults[__i__].code, faults[__i__].text);
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (in_endpoint_is_refused)
{
  fake_endpoint_set_out (FALSE);
  source_fixture_start (&t, RAW, NULL, NULL);
  fail_unless_equals_int (gst_element_set_state (t.src, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  assert_error (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "This is an IN endpoint");
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (missing_frame_size_is_an_error)
{
  source_fixture_start (&t, NULL, NULL, NULL);
  gst_harness_play (t.h);
  assert_error (GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "\"frame-size\"");
  source_fixture_end (&t);
  source_fixture_start (&t, "video/x-raw", NULL, NULL);
  gst_harness_play (t.h);
  assert_error (GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "Set \"caps\"");
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (missing_heap_is_an_error)
{
  fake_endpoint_set_heap (FALSE);
  source_fixture_start (&t, RAW, NULL, NULL);
  gst_harness_play (t.h);
  assert_error (GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "no dmabufs");
  source_fixture_end (&t);
}

GST_END_TEST;

static Suite *
source_suite (void)
{
  Suite *s = suite_create ("source");
  TCase *tc = tcase_create ("source");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, source_fixture_endpoint_start,
      source_fixture_endpoint_end);
  tcase_add_loop_test (tc, frames_of_any_size_arrive_whole, 0,
      G_N_ELEMENTS (sizes));
  tcase_add_test (tc, frames_arrive_in_order);
  tcase_add_test (tc, frames_arrive_without_caps);
  tcase_add_test (tc, frames_have_caps_and_timestamps);
  tcase_add_test (tc, frames_arrive_without_reap);
  tcase_add_test (tc, short_and_long_frames_are_dropped);
  tcase_add_test (tc, failed_transfer_is_a_lost_frame);
  tcase_add_test (tc, host_waits_while_downstream_holds_all_buffers);
  tcase_add_test (tc, stop_cancels_and_play_restarts);
  tcase_add_test (tc, frame_sent_in_paused_arrives_in_playing);
  tcase_add_test (tc, eos_ends_the_wait_for_a_frame);
  tcase_add_test (tc, partial_frame_of_a_gone_host_is_dropped);
  tcase_add_loop_test (tc, attach_errors_are_explained, 0, 2);
  tcase_add_test (tc, in_endpoint_is_refused);
  tcase_add_test (tc, missing_frame_size_is_an_error);
  tcase_add_test (tc, missing_heap_is_an_error);
  return s;
}

GST_CHECK_MAIN (source);
