/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a pipeline asks of the sink: preroll, EOS, DRAIN, caps and states, also
 * while its host does not read.
 */

#include <errno.h>

#include "harness.h"

GST_START_TEST (preroll_frame_is_sent_once_in_playing)
{
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, NULL);
  gst_element_set_state (sh.sink, GST_STATE_PAUSED);
  sink_harness_push_async (&sh, dmabuf_buffer (10, &a));
  fail_unless_equals_int (gst_element_get_state (sh.sink, NULL, NULL,
          GST_CLOCK_TIME_NONE), GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 0);
  gst_element_set_state (sh.sink, GST_STATE_PLAYING);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (eos_timeout_warns_and_ends)
{
  GstMessage *msg;
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, "eos-timeout", GST_MSECOND, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  sink_harness_push_eos_async (&sh);
  sink_harness_assert_message (&sh, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, "stopped reading");
  msg = gst_bus_timed_pop_filtered (sh.bus, 10 * GST_SECOND, GST_MESSAGE_EOS);
  fail_unless (msg != NULL);
  gst_message_unref (msg);
  sink_harness_join (&sh);
  fail_unless (is_released (&a));
  sink_harness_end (&sh);
}

GST_END_TEST;

/* An EOS that an application sends reaches the element before the event
 * does, which waits behind the frame. */
GST_START_TEST (sent_eos_ends_the_wait_for_a_host)
{
  GstMessage *msg;
  SinkHarness sh;
  gint a;

  sink_harness_start_waiting (&sh, &a);
  gst_element_send_event (sh.sink, gst_event_new_eos ());
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  fail_unless (is_released (&a));
  sink_harness_push_eos_async (&sh);
  msg = gst_bus_timed_pop_filtered (sh.bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS);
  gst_message_unref (msg);
  sink_harness_join (&sh);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-without-host"), 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The host does not read. Another stream can follow. */
GST_START_TEST (sent_eos_ends_the_wait_for_a_slot)
{
  GstSegment segment;
  GstMessage *msg;
  SinkHarness sh;
  gint a, b;

  sink_harness_start (&sh, "max-in-flight", 1, "eos-timeout", GST_MSECOND,
      NULL);
  sink_harness_push_async (&sh, dmabuf_buffer (10, &a));
  fake_endpoint_wait_transfers (1);
  sink_harness_assert_blocked (&sh);
  gst_element_send_event (sh.sink, gst_event_new_eos ());
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  sink_harness_push_eos_async (&sh);
  sink_harness_assert_message (&sh, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, "stopped reading");
  fail_unless (is_released (&a));
  msg = gst_bus_timed_pop_filtered (sh.bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS);
  gst_message_unref (msg);
  sink_harness_join (&sh);

  gst_harness_push_event (sh.h, gst_event_new_flush_start ());
  gst_harness_push_event (sh.h, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (sh.h, gst_event_new_segment (&segment));
  sink_harness_push_async (&sh, dmabuf_buffer (10, &b));
  fake_endpoint_wait_transfers (2);
  fake_endpoint_signal (1, 1);
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  wait_released (&b);
  sink_harness_end (&sh);
}

GST_END_TEST;

#ifdef HAVE_AIO

/* The frame is written by asynchronous I/O. */
GST_START_TEST (sent_eos_ends_the_wait_for_a_write)
{
  SinkHarness sh;

  sink_harness_start (&sh, "copy-mode", GST_FFS_COPY_ALWAYS, "eos-timeout",
      GST_MSECOND, NULL);
  fake_endpoint_set_aio_stuck (TRUE);
  sink_harness_push_async (&sh, gst_buffer_new_memdup ("0123456789", 10));
  fake_endpoint_wait_aio_submitted ();
  gst_element_send_event (sh.sink, gst_event_new_eos ());
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_OK);
  sink_harness_assert_message (&sh, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, "stopped reading");
  fake_endpoint_set_aio_stuck (FALSE);
  sink_harness_end (&sh);
}

GST_END_TEST;

#endif

GST_START_TEST (drain_cancels_what_the_host_does_not_read)
{
  SinkHarness sh;
  gint a, b;

  sink_harness_start (&sh, "max-in-flight", 4, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  sink_harness_drain (&sh);
  fail_unless (is_released (&a));
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-cancelled"), 1);

  /* The stream goes on, and each fence has its own status. */
  gst_harness_push (sh.h, dmabuf_buffer (10, &b));
  fake_endpoint_signal (1, 1);
  wait_released (&b);
  sink_harness_wait_stat (&sh, "transfers-completed", 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

#define CAPS_AT(rate) \
    "video/x-raw,format=GRAY8,width=5,height=2,framerate=" rate

GST_START_TEST (caps_cancel_only_if_the_layout_changes)
{
  SinkHarness sh;
  gint a, b;

  sink_harness_start (&sh, "max-in-flight", 4, NULL);
  gst_harness_set_src_caps_str (sh.h, CAPS_AT ("30/1"));
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  gst_harness_set_src_caps_str (sh.h, CAPS_AT ("25/1"));
  fail_if (is_released (&a));
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-cancelled"), 0);

  gst_harness_push (sh.h, dmabuf_buffer (10, &b));
  gst_harness_set_src_caps_str (sh.h, "video/x-raw,format=GRAY8,width=10,"
      "height=1,framerate=25/1");
  fail_unless (is_released (&b));
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-cancelled"), 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (caps_are_accepted_or_explained)
{
  static const struct
  {
    const gchar *caps, *accepted;
  } cases[] = {
    {"video/x-raw,format=NV12", "video/x-raw,format=NV12"},
    {"image/jpeg;video/x-h264", "image/jpeg;video/x-h264"},
    {"video/x-raw(memory:DMABuf),format=NV12",
        "video/x-raw(memory:DMABuf),format=NV12"},
    {"video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=NV12",
        "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=NV12"},
    {"video/x-raw(memory:DMABuf),format=DMA_DRM,"
          "drm-format=NV12:0x0000000000000000",
        "video/x-raw(memory:DMABuf),format=DMA_DRM,"
          "drm-format=NV12:0x0000000000000000"},
    {"video/x-raw(memory:DMABuf),format=DMA_DRM,"
          "drm-format=NV12:0x0100000000000002", "EMPTY"},
    {"video/x-raw(memory:DMABuf),format=DMA_DRM,"
          "drm-format={(string)NV12:0x0100000000000002, (string)YUYV}",
        "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format={YUYV}"},
    {"video/x-raw(memory:DMABuf),format=DMA_DRM,"
          "drm-format=AR24:0x0200000000000001;image/jpeg", "image/jpeg"},
    {"video/x-raw,format=DMA_DRM,drm-format=NV12:0x0100000000000002", "EMPTY"},
    {"ANY", "ANY"},
    /* Structures with dmabufs come first. */
    {"video/x-raw,format=NV12;video/x-raw(memory:DMABuf),format=NV12;image/jpeg",
        "video/x-raw(memory:DMABuf),format=NV12;video/x-raw,format=NV12;"
          "image/jpeg"},
    /* Memory without a dmabuf, separate fields, and overlays to be
     * composed. */
    {"video/x-raw(memory:NVMM),format=NV12", "EMPTY"},
    {"video/x-raw(memory:VAMemory),format=NV12;image/jpeg", "image/jpeg"},
    {"video/x-raw(memory:DMABuf,meta:GstVideoOverlayComposition)", "EMPTY"},
    {"video/x-raw(format:Interlaced),interlace-mode=alternate", "EMPTY"},
    {"audio/x-raw;video/x-raw,format=NV12", "video/x-raw,format=NV12"},
  };
  static const struct
  {
    const gchar *caps, *text;
  } faults[] = {
    {"video/x-raw(memory:DMABuf),format=DMA_DRM,"
          "width=4,height=4,framerate=1/1,drm-format=NV12:0x0100000000000002",
        "\"NV12:0x0100000000000002\""},
    {"video/x-raw(memory:NVMM),format=NV12,width=4,height=4,framerate=1/1",
        "\"memory:NVMM\""},
    {"audio/x-raw,format=S16LE,rate=8000,channels=1", "sends sound"},
  };
  SinkHarness sh;
  GstCaps *caps;
  guint i;

  sink_harness_start (&sh, NULL);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstCaps *filter = gst_caps_from_string (cases[i].caps);
    GstCaps *want = gst_caps_from_string (cases[i].accepted);
    GstCaps *got = gst_pad_peer_query_caps (sh.h->srcpad, filter);

    fail_unless (gst_caps_is_strictly_equal (got, want), "%s: %" GST_PTR_FORMAT,
        cases[i].caps, got);
    gst_caps_unref (filter);
    gst_caps_unref (want);
    gst_caps_unref (got);
  }

  sink_harness_end (&sh);

  for (i = 0; i < G_N_ELEMENTS (faults); i++) {
    sink_harness_start (&sh, NULL);
    caps = gst_caps_from_string (faults[i].caps);
    gst_harness_push_event (sh.h, gst_event_new_caps (caps));
    gst_caps_unref (caps);
    sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_STREAM_ERROR,
        GST_STREAM_ERROR_FORMAT, faults[i].text);
    sink_harness_end (&sh);
  }
}

GST_END_TEST;

GST_START_TEST (state_cycles_release_all_buffers)
{
  SinkHarness sh;
  guint i;
  gint a;

  sink_harness_start (&sh, NULL);
  for (i = 0; i < 100; i++) {
    gst_element_set_state (sh.sink, GST_STATE_PLAYING);
    gst_harness_push (sh.h, dmabuf_buffer (10, &a));
    gst_element_set_state (sh.sink, i % 2 ? GST_STATE_NULL : GST_STATE_READY);
    fail_unless (is_released (&a));
    fail_unless_equals_int (fake_endpoint_n_attached (), 0);
    gst_harness_play (sh.h);
  }
  sink_harness_end (&sh);
}

GST_END_TEST;

static Suite *
pipeline_suite (void)
{
  Suite *s = suite_create ("pipeline");
  TCase *tc = tcase_create ("pipeline");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, preroll_frame_is_sent_once_in_playing);
  tcase_add_test (tc, eos_timeout_warns_and_ends);
  tcase_add_test (tc, sent_eos_ends_the_wait_for_a_host);
  tcase_add_test (tc, sent_eos_ends_the_wait_for_a_slot);
#ifdef HAVE_AIO
  tcase_add_test (tc, sent_eos_ends_the_wait_for_a_write);
#endif
  tcase_add_test (tc, drain_cancels_what_the_host_does_not_read);
  tcase_add_test (tc, caps_cancel_only_if_the_layout_changes);
  tcase_add_test (tc, caps_are_accepted_or_explained);
  tcase_add_test (tc, state_cycles_release_all_buffers);
  return s;
}

GST_CHECK_MAIN (pipeline);
