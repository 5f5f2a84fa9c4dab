/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hosts that come, go, or never read; what happens to frames meanwhile, and
 * to a pipeline that wants to stop, flush or renegotiate just then.
 */

#include <errno.h>

#include "harness.h"
#include "sink/gstffscaps.h"

/* of without-host; for auto GstHarness is a live source */
enum
{ AUTO, DROP, WAIT };

GST_START_TEST (frames_without_host_are_dropped)
{
  const gint policy[] = { AUTO, DROP };
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
  /* Of the base class. */
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "dropped"), 1);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "rendered"), 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (frame_waits_for_the_host)
{
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, "without-host", WAIT, NULL);
  fake_endpoint_set_enabled (FALSE);
  sink_harness_push_async (&sh, dmabuf_buffer (10, &a));
  fake_endpoint_wait_calls (FUNCTIONFS_ENDPOINT_DESC, 3);
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

  sink_harness_start (&sh, "without-host", WAIT, NULL);
  fake_endpoint_set_enabled (FALSE);
  sink_harness_push_async (&sh, dmabuf_buffer (10, &a));
  fake_endpoint_wait_calls (FUNCTIONFS_ENDPOINT_DESC, 3);
  gst_harness_push_event (sh.h, gst_event_new_flush_start ());
  fail_unless_equals_int (sink_harness_join (&sh), GST_FLOW_FLUSHING);
  fail_unless (is_released (&a));
  sink_harness_end (&sh);
}

GST_END_TEST;

/* PAUSED interrupts the wait, PLAYING goes on with the same frame. */
GST_START_TEST (pause_and_play_keep_the_waiting_frame)
{
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, "without-host", WAIT, NULL);
  fake_endpoint_set_enabled (FALSE);
  sink_harness_push_async (&sh, dmabuf_buffer (10, &a));
  fake_endpoint_wait_calls (FUNCTIONFS_ENDPOINT_DESC, 3);
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

  sink_harness_start (&sh, "without-host", WAIT, NULL);
  fake_endpoint_set_enabled (FALSE);
  sink_harness_push_async (&sh, dmabuf_buffer (10, &a));
  fake_endpoint_wait_calls (FUNCTIONFS_ENDPOINT_DESC, 3);
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

/* Unplugged with frames in flight: they come back at once, nothing is an
 * error, and the next host gets whole frames. */
GST_START_TEST (unplug_releases_and_notifies)
{
  gint a, b, c, connected = 0, streaming = 0;
  SinkHarness sh;

  sink_harness_start (&sh, "max-in-flight", 4, "without-host", WAIT, NULL);
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

/* Unbound while nothing was in flight, by a kernel that then drops what is
 * attached: it says EPERM, which is not about scatter-gather. */
GST_START_TEST (eperm_after_unbind_means_no_host)
{
  SinkHarness sh;
  GstMemory *mem;
  GstBuffer *buf;
  guint i;
  gint a;

  sink_harness_start (&sh, "without-host", DROP, "copy-mode", 1, NULL);
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

/* Gone between two transfers of a frame: the next host must see the frame
 * from its start, not the rest of it. */
GST_START_TEST (next_host_gets_the_frame_from_its_start)
{
  GstMemory *first, *second, *held;
  GstBuffer *buf, *other;
  gint a, b;
  SinkHarness sh;

  sink_harness_start (&sh, "max-in-flight", 4, "without-host", WAIT, NULL);
  first = fake_dmabuf_new (100);
  second = fake_dmabuf_new (200);
  held = gst_memory_ref (second);

  /* The second part is in flight already, so the frame stops in the middle. */
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

/* While there is no host, memory that dies must not be detached one by one:
 * the endpoint is reopened when upstream wants its buffers back. */
GST_START_TEST (drain_without_host_reopens_the_endpoint)
{
  SinkHarness sh;
  GstMemory *mem;
  GstBuffer *buf;
  gint a;

  sink_harness_start (&sh, "without-host", DROP, NULL);
  mem = fake_dmabuf_new (10);
  buf = memory_buffer (mem, &a);
  gst_harness_push (sh.h, buf);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_wait_stat (&sh, "in-flight", 0);

  fake_endpoint_set_enabled (FALSE);
  /* The host's absence is found out by the probe that guards DETACH. */
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

/* The endpoint cannot be opened during a data stage of ep0, nor, in the second
 * case, at all: then the one that is open has to do. */
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
  sink_harness_start (&sh, "without-host", DROP, NULL);
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

/* The host does not read, and upstream wants its buffers. */
GST_START_TEST (drain_cancels_what_the_host_does_not_read)
{
  SinkHarness sh;
  gint a, b;

  sink_harness_start (&sh, "max-in-flight", 4, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  sink_harness_drain (&sh);
  fail_unless (is_released (&a));
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "transfers-cancelled"), 1);

  /* And it goes on, with a status for each fence. */
  gst_harness_push (sh.h, dmabuf_buffer (10, &b));
  fake_endpoint_signal (1, 1);
  wait_released (&b);
  sink_harness_wait_stat (&sh, "transfers-completed", 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

#define CAPS_AT(rate) \
    "video/x-raw,format=GRAY8,width=5,height=2,framerate=" rate

/* New caps cancel frames in flight only if the buffer layout changes. */
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

/* Another device still works on the buffer that is pushed. */
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

/* Of an EOS that is sent the element is told, as it comes from upstream behind
 * the frame that waits for a host. */
GST_START_TEST (sent_eos_ends_the_wait_for_a_host)
{
  GstMessage *msg;
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, "without-host", WAIT, NULL);
  fake_endpoint_set_enabled (FALSE);
  sink_harness_push_async (&sh, dmabuf_buffer (10, &a));
  fake_endpoint_wait_calls (FUNCTIONFS_ENDPOINT_DESC, 3);
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

/* And for one that does not read, and another stream can follow. */
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

/* The same for a frame that is written. */
GST_START_TEST (sent_eos_ends_the_wait_for_a_write)
{
  SinkHarness sh;

  sink_harness_start (&sh, "copy-mode", 2, "eos-timeout", GST_MSECOND, NULL);
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

/* The frame of the preroll is sent when it is played, and once. */
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
    /* dmabufs before all others. */
    {"video/x-raw,format=NV12;video/x-raw(memory:DMABuf),format=NV12;image/jpeg",
        "video/x-raw(memory:DMABuf),format=NV12;video/x-raw,format=NV12;"
          "image/jpeg"},
    /* Memory with pointers, fields, and overlays to be composed. */
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
  tcase_add_test (tc, drain_cancels_what_the_host_does_not_read);
  tcase_add_test (tc, caps_cancel_only_if_the_layout_changes);
  tcase_add_test (tc, eos_timeout_warns_and_ends);
  tcase_add_test (tc, sent_eos_ends_the_wait_for_a_host);
  tcase_add_test (tc, sent_eos_ends_the_wait_for_a_slot);
#ifdef HAVE_AIO
  tcase_add_test (tc, sent_eos_ends_the_wait_for_a_write);
#endif
  tcase_add_test (tc, preroll_frame_is_sent_once_in_playing);
  tcase_add_test (tc, state_cycles_release_all_buffers);
  tcase_add_test (tc, caps_are_accepted_or_explained);
  /* These are about TRANSFER. */
  if (!fake_endpoint_reaps ()) {
    tcase_add_test (tc, next_host_gets_the_frame_from_its_start);
    tcase_add_test (tc, transfer_waits_for_a_foreign_fence);
    tcase_add_test (tc, flush_ends_the_wait_for_a_foreign_fence);
  }
  return s;
}

GST_CHECK_MAIN (connection);
