/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Still images by method 2: how they are announced, requested and sent, and
 * that video goes on.
 */

#include <string.h>

#include <gst/check/gsttestclock.h>

#include "function/uvc/gstffsuvcstill.h"
#include "sink/gstffsdmabufsink.h"
#include "sink/gstffshoststate.h"
#include "uvcfixture.h"

/* At high speed the first is too much for video, but not for a still image. */
#define YUY2_LARGE "video/x-raw(ANY),format=YUY2,width=2592,height=1944," \
    "framerate=15/1"
#define YUY2_SMALL "video/x-raw(ANY),format=YUY2,width=320,height=240," \
    "framerate=15/1"
#define H264 "video/x-h264,width=64,height=64,framerate=25/1," \
    "stream-format=byte-stream,alignment=au"
#define MJPEG "image/jpeg,width=64,height=64,framerate=25/1"
#define OFFER YUY2_SMALL ";" YUY2_LARGE ";" H264 ";" MJPEG

#define STILL_LARGE "video/x-raw(ANY),format=YUY2,width=2592,height=1944"
#define STILL_SMALL "video/x-raw(ANY),format=YUY2,width=320,height=240"
#define STILL_MJPEG "image/jpeg,width=64,height=64"

#define SIZE_SMALL (320 * 240 * 2)
#define SIZE_LARGE (2592 * 1944 * 2)

#define STI 0x20

static UvcFixture f;

static void
set_up (void)
{
  uvc_fixture_start_stills (&f, OFFER);
}

static void
tear_down (void)
{
  uvc_fixture_end (&f);
}

/* ---- requests ---- */

static gboolean
set_still (guint selector, guint format, guint frame)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  guint8 data[GST_FFS_UVC_STILL_SIZE] = { format, frame, 1, };

  return uvc_request (&f, 0x21, SET_CUR, selector << 8, 1, data,
      sizeof (data), reply);
}

static void
assert_still (guint8 request, guint selector, guint format, guint frame,
    guint32 size, guint32 payload)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();

  fail_unless (uvc_request (&f, 0xa1, request, selector << 8, 1, NULL, 64,
          reply));
  fail_unless_equals_int (reply->len, GST_FFS_UVC_STILL_SIZE);
  fail_unless_equals_int (reply->data[0], format);
  fail_unless_equals_int (reply->data[1], frame);
  fail_unless_equals_int (reply->data[2], 0);
  fail_unless_equals_int (gst_ffs_get_u32 (reply->data + 3), size);
  fail_unless_equals_int (gst_ffs_get_u32 (reply->data + 7), payload);
}

static gboolean
trigger (guint8 value)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();

  return uvc_request (&f, 0x21, SET_CUR, STILL_TRIGGER << 8, 1, &value, 1,
      reply);
}

static guint8
get_byte (guint8 request, guint selector)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();

  fail_unless (uvc_request (&f, 0xa1, request, selector << 8, 1, NULL, 2,
          reply));
  return reply->data[0];
}

/* ---- frames ---- */

static gboolean
wrap_full (gsize size, guint64 number, GstBufferFlags flags, GstFfsFraming * w)
{
  GstBuffer *buf = gst_buffer_new ();
  gboolean ok;

  GST_BUFFER_FLAG_SET (buf, flags);
  ok = gst_ffs_profile_get_framing (f.profile, buf, size, number, w);
  gst_buffer_unref (buf);
  return ok;
}

static gboolean
wrap (gsize size, guint64 number, GstBufferFlags flags)
{
  GstFfsFraming w;

  return wrap_full (size, number, flags, &w);
}

/* Returns bmHeaderInfo of a frame that is sent. */
static guint8
info_of (gsize size, guint64 number)
{
  GstFfsFraming w;

  fail_unless (wrap_full (size, number, 0, &w));
  gst_ffs_profile_sent (f.profile, number);
  return w.header[1];
}

/* What the sink does when the host has read the frame. */
static void
assert_changed (void)
{
  guint n = f.n_renegotiated;

  fail_unless (gst_ffs_profile_has_changed (f.profile));
  gst_ffs_profile_renegotiate (f.profile);
  fail_if (gst_ffs_profile_has_changed (f.profile));
  fail_unless_equals_int (f.n_renegotiated, n + 1);
}

static void
start_video (void)
{
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  profile_set_caps (f.profile, YUY2_SMALL, TRUE);
}

/* ---- tests ---- */

/* The sizes behind the frames of each format and before its colours, and the
 * method. */
static void
assert_descriptors (GstFfsSpeed speed, guint n_video, guint n_still)
{
  static const guint8 stills[] = {
    14, 0x24, 3, 0, 2, 0x40, 0x01, 0xf0, 0x00, 0x20, 0x0a, 0x98, 0x07, 0
  };
  const GstFfsFunctionDesc *desc = gst_ffs_profile_describe (f.profile);
  const guint8 *data = desc->interfaces[1].extra[speed].data;
  gsize at, size = desc->interfaces[1].extra[speed].size;
  guint n_frames = 0, found = 0;

  fail_unless_equals_int (data[9], n_still > 0 ? 2 : 0);
  fail_unless_equals_int (data[10], 0);
  for (at = 0; at < size; at += data[at]) {
    if (data[at + 2] == 0x05)
      n_frames++;
    if (data[at + 2] != 0x03)
      continue;
    if (found++ == 0) {
      fail_unless_equals_int (n_frames, n_video);
      fail_unless (memcmp (data + at, stills, sizeof (stills)) == 0);
    }
    fail_unless_equals_int (data[at + data[at] + 2], 0x0d);
  }
  fail_unless_equals_int (found, n_still);
}

GST_START_TEST (descriptors_list_all_sizes)
{
  /* Not for H.264. */
  assert_descriptors (GST_FFS_SPEED_SUPER, 2, 2);
  assert_descriptors (GST_FFS_SPEED_HIGH, 1, 2);
  uvc_fixture_end (&f);
  uvc_fixture_start (&f, OFFER);
  assert_descriptors (GST_FFS_SPEED_SUPER, 2, 0);
  /* And they are not known then. */
  fail_if (set_still (STILL_PROBE, 1, 1));
  uvc_assert_error (&f, 6);
  uvc_fixture_end (&f);
  uvc_fixture_start_stills (&f, H264);
  assert_descriptors (GST_FFS_SPEED_SUPER, 0, 0);
}

GST_END_TEST;

GST_START_TEST (still_is_negotiated_by_index)
{
  const guint32 max = 4 * 1024 * 1024;

  /* The largest by default. */
  assert_still (GET_DEF, STILL_PROBE, 1, 2, SIZE_LARGE, SIZE_LARGE + 12);
  assert_still (GET_CUR, STILL_PROBE, 1, 2, SIZE_LARGE, SIZE_LARGE + 12);
  assert_still (GET_MIN, STILL_PROBE, 1, 1, SIZE_SMALL, SIZE_SMALL + 12);
  assert_still (GET_MAX, STILL_PROBE, 1, 2, SIZE_LARGE, SIZE_LARGE + 12);
  fail_unless (set_still (STILL_PROBE, 1, 1));
  assert_still (GET_CUR, STILL_PROBE, 1, 1, SIZE_SMALL, SIZE_SMALL + 12);
  /* Indices of formats are those of video. */
  fail_unless (set_still (STILL_PROBE, 3, 1));
  assert_still (GET_CUR, STILL_PROBE, 3, 1, 65536, 65536 + 12);
  /* What is not offered becomes something that is. */
  fail_unless (set_still (STILL_PROBE, 2, 1));
  assert_still (GET_CUR, STILL_PROBE, 1, 2, SIZE_LARGE, SIZE_LARGE + 12);
  fail_unless (set_still (STILL_PROBE, 3, 2));
  assert_still (GET_CUR, STILL_PROBE, 3, 1, 65536, 65536 + 12);
  fail_unless (set_still (STILL_PROBE, 0, 0));
  assert_still (GET_CUR, STILL_PROBE, 1, 2, SIZE_LARGE, SIZE_LARGE + 12);

  fail_unless (set_still (STILL_COMMIT, 1, 1));
  assert_still (GET_CUR, STILL_COMMIT, 1, 1, SIZE_SMALL, SIZE_SMALL + 12);
  fail_if (set_still (STILL_COMMIT, 2, 1));
  uvc_assert_error (&f, 4);
  fail_if (set_still (STILL_COMMIT, 1, 3));
  fail_if (set_still (STILL_COMMIT, 4, 1));
  assert_still (GET_CUR, STILL_COMMIT, 1, 1, SIZE_SMALL, SIZE_SMALL + 12);

  gst_ffs_uvc_profile_set_max_payload (f.profile, max);
  assert_still (GET_DEF, STILL_PROBE, 1, 2, SIZE_LARGE, max);
}

GST_END_TEST;

GST_START_TEST (malformed_requests_are_stalled)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  guint8 data[GST_FFS_UVC_STILL_SIZE] = { 1, 1, };
  guint i;

  fail_unless_equals_int (get_byte (GET_LEN, STILL_PROBE), 11);
  fail_unless_equals_int (get_byte (GET_LEN, STILL_COMMIT), 11);
  fail_unless_equals_int (get_byte (GET_LEN, STILL_TRIGGER), 1);
  fail_unless_equals_int (get_byte (GET_INFO, STILL_PROBE), 3);
  fail_unless_equals_int (get_byte (GET_INFO, STILL_TRIGGER), 3);
  /* Too short, of a unit, and what these controls do not have. */
  fail_if (uvc_request (&f, 0x21, SET_CUR, STILL_PROBE << 8, 1, data, 10,
          reply));
  uvc_assert_error (&f, 7);
  fail_if (uvc_request (&f, 0x21, SET_CUR, STILL_PROBE << 8, 0x201, data, 11,
          reply));
  uvc_assert_error (&f, 5);
  for (i = GET_MIN; i <= GET_DEF; i++) {
    gboolean probe = uvc_request (&f, 0xa1, i, STILL_PROBE << 8, 1, NULL, 11,
        reply);
    gboolean commit = uvc_request (&f, 0xa1, i, STILL_COMMIT << 8, 1, NULL, 11,
        reply);

    fail_unless_equals_int (probe, i != GET_RES);
    fail_unless_equals_int (commit, i == GET_LEN || i == GET_INFO);
  }
}

GST_END_TEST;

/* One frame, of that size and with that bit, and then video again. */
GST_START_TEST (one_frame_has_the_still_bit)
{
  start_video ();
  fail_unless_equals_int_hex (info_of (SIZE_SMALL, 1), 0x8f);
  fail_unless (set_still (STILL_COMMIT, 1, 2));
  profile_assert_caps (f.profile, YUY2_SMALL);
  fail_unless_equals_int (f.n_renegotiated, 0);
  fail_unless (trigger (1));
  fail_unless_equals_int (f.n_renegotiated, 1);
  fail_unless_equals_int (get_byte (GET_CUR, STILL_TRIGGER), 1);
  profile_assert_caps (f.profile, STILL_LARGE);

  /* Video pauses until upstream has switched. */
  fail_if (wrap (SIZE_SMALL, 2, 0));
  profile_set_caps (f.profile, YUY2_SMALL, FALSE);
  profile_set_caps (f.profile, "video/x-raw,format=YUY2,width=2592,height=1944,"
      "framerate=5/1", TRUE);
  /* Nor is a bad frame an image. */
  fail_if (wrap (SIZE_LARGE, 3, GST_BUFFER_FLAG_CORRUPTED));
  fail_if (wrap (SIZE_LARGE - 2, 3, 0));
  fail_unless_equals_int (get_byte (GET_CUR, STREAM_ERROR), 0);
  /* A frame that is given up is no image yet. */
  fail_unless (wrap (SIZE_LARGE, 3, 0));
  fail_unless_equals_int (get_byte (GET_CUR, STILL_TRIGGER), 1);
  fail_if (gst_ffs_profile_has_changed (f.profile));
  fail_unless_equals_int_hex (info_of (SIZE_LARGE, 4), 0x8e | STI);
  fail_unless_equals_int (get_byte (GET_CUR, STILL_TRIGGER), 0);
  assert_changed ();

  profile_assert_caps (f.profile, YUY2_SMALL);
  fail_if (wrap (SIZE_LARGE, 5, 0));
  profile_set_caps (f.profile, YUY2_SMALL, TRUE);
  fail_unless_equals_int_hex (info_of (SIZE_SMALL, 6), 0x8f);
  fail_if (gst_ffs_profile_has_changed (f.profile));
  fail_unless_equals_int (f.n_started, 1);
  fail_unless_equals_int (f.n_stopped, 0);
}

GST_END_TEST;

/* Also of the size of the video; frames from before the trigger are none. */
GST_START_TEST (image_of_the_video_size_needs_no_switch)
{
  start_video ();
  fail_unless (set_still (STILL_COMMIT, 1, 1));
  fail_unless (trigger (1));
  profile_assert_caps (f.profile, STILL_SMALL);
  fail_if (wrap (SIZE_SMALL, 1, 0));
  profile_set_caps (f.profile, YUY2_SMALL, TRUE);
  fail_unless_equals_int_hex (info_of (SIZE_SMALL, 2), 0x8f | STI);
  assert_changed ();
  profile_set_caps (f.profile, YUY2_SMALL, TRUE);
  fail_unless_equals_int_hex (info_of (SIZE_SMALL, 3), 0x8e);
}

GST_END_TEST;

/* An image of several payloads, each of which says what it is. */
GST_START_TEST (each_payload_has_the_still_bit)
{
  const guint32 max = 4 * 1024 * 1024;
  GstFfsFraming w;

  gst_ffs_uvc_profile_set_max_payload (f.profile, max);
  start_video ();
  fail_unless (set_still (STILL_COMMIT, 1, 2));
  fail_unless (trigger (1));
  profile_set_caps (f.profile, STILL_LARGE ",framerate=5/1", TRUE);
  fail_unless (wrap_full (SIZE_LARGE, 1, 0, &w));
  fail_unless_equals_int (w.payload_size, max);
  fail_unless_equals_int_hex (w.header[1], 0x8d | STI);
  fail_unless_equals_int_hex (w.header[13], 0x8f | STI);
}

GST_END_TEST;

/* Of another format than the video, which begins with a key frame again. */
GST_START_TEST (image_may_have_another_format)
{
  fail_unless (uvc_set_probe (&f, COMMIT, 2, 1, 0));
  profile_set_caps (f.profile, H264, TRUE);
  fail_unless (wrap (100, 1, 0));
  fail_unless (wrap (100, 2, GST_BUFFER_FLAG_DELTA_UNIT));
  fail_unless (set_still (STILL_COMMIT, 3, 1));
  fail_unless (trigger (1));
  profile_assert_caps (f.profile, STILL_MJPEG);
  profile_set_caps (f.profile, MJPEG, TRUE);
  fail_unless (info_of (100, 3) & STI);
  assert_changed ();
  profile_assert_caps (f.profile, H264);
  profile_set_caps (f.profile, H264, TRUE);
  fail_if (wrap (100, 4, GST_BUFFER_FLAG_DELTA_UNIT));
  fail_unless (wrap (100, 5, 0));
}

GST_END_TEST;

static void
assert_refused (guint8 value, guint error)
{
  guint n = f.n_renegotiated;

  fail_if (trigger (value));
  uvc_assert_error (&f, error);
  fail_unless_equals_int (f.n_renegotiated, n);
}

GST_START_TEST (trigger_needs_a_commit)
{
  /* Without a commit, without a stream, twice. */
  assert_refused (1, 2);
  start_video ();
  assert_refused (1, 2);
  fail_unless (set_still (STILL_COMMIT, 1, 2));
  assert_refused (2, 4);
  assert_refused (4, 4);
  fail_unless (trigger (0));
  fail_unless (trigger (1));
  assert_refused (1, 2);

  gst_ffs_profile_set_enabled (f.profile, FALSE);
  fail_if (set_still (STILL_COMMIT, 1, 2));
  uvc_assert_error (&f, 2);
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  profile_assert_caps (f.profile, YUY2_SMALL);
  start_video ();
  assert_refused (1, 2);
}

GST_END_TEST;

/* The host, or a new stream, ends what was requested. */
GST_START_TEST (abort_and_commit_end_a_request)
{
  fail_unless (set_still (STILL_COMMIT, 1, 2));
  start_video ();
  fail_unless (trigger (1));
  fail_unless (trigger (3));
  fail_unless_equals_int (f.n_renegotiated, 2);
  profile_assert_caps (f.profile, YUY2_SMALL);
  fail_unless_equals_int (get_byte (GET_CUR, STILL_TRIGGER), 0);
  fail_unless_equals_int (get_byte (GET_CUR, STREAM_ERROR), 0);
  profile_set_caps (f.profile, YUY2_SMALL, TRUE);
  fail_if (info_of (SIZE_SMALL, 1) & STI);
  /* There is none to end. */
  fail_unless (trigger (3));
  fail_unless_equals_int (f.n_renegotiated, 2);

  /* It remains committed. */
  fail_unless (trigger (1));
  start_video ();
  profile_assert_caps (f.profile, YUY2_SMALL);
  fail_if (info_of (SIZE_SMALL, 2) & STI);

  fail_unless (trigger (1));
  gst_ffs_profile_restart (f.profile);
  profile_assert_caps (f.profile, YUY2_SMALL);

  fail_unless (trigger (1));
  f.waiting = GST_CLOCK_TIME_NONE;
  gst_ffs_profile_tick (f.profile);
  fail_if (gst_ffs_profile_is_streaming (f.profile));
  profile_assert_caps (f.profile, YUY2_SMALL);
}

GST_END_TEST;

/* A host that suspends the stream before it requests an image has ended it as
 * far as one can see. */
GST_START_TEST (trigger_resumes_a_suspended_stream)
{
  start_video ();
  fail_unless (set_still (STILL_COMMIT, 1, 2));
  f.waiting = GST_CLOCK_TIME_NONE;
  gst_ffs_profile_tick (f.profile);
  fail_if (gst_ffs_profile_is_streaming (f.profile));
  f.waiting = 0;
  fail_unless (trigger (1));
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
  profile_assert_caps (f.profile, STILL_LARGE);
  profile_set_caps (f.profile, STILL_LARGE ",framerate=5/1", TRUE);
  fail_unless (info_of (SIZE_LARGE, 1) & STI);
  assert_changed ();
  profile_assert_caps (f.profile, YUY2_SMALL);
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
}

GST_END_TEST;

/* A source that does not switch costs the image, not the stream. */
GST_START_TEST (missing_image_is_reported)
{
  GstClock *clock = gst_test_clock_new_with_start_time (50 * GST_SECOND);

  fail_unless (gst_element_set_clock (f.sink, clock));
  start_video ();
  fail_unless (set_still (STILL_COMMIT, 1, 2));
  fail_unless (trigger (1));
  gst_test_clock_advance_time (GST_TEST_CLOCK (clock), 5 * GST_SECOND);
  gst_ffs_profile_tick (f.profile);
  profile_assert_caps (f.profile, STILL_LARGE);
  gst_test_clock_advance_time (GST_TEST_CLOCK (clock), 1);
  gst_ffs_profile_tick (f.profile);
  profile_assert_caps (f.profile, YUY2_SMALL);
  fail_unless_equals_int (f.n_renegotiated, 2);
  fail_unless_equals_int (get_byte (GET_CUR, STILL_TRIGGER), 0);
  fail_unless_equals_int (get_byte (GET_CUR, STREAM_ERROR), 7);
  gst_ffs_profile_tick (f.profile);
  fail_unless_equals_int (f.n_renegotiated, 2);
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
  gst_object_unref (clock);
}

GST_END_TEST;

/* A host may take as long for an image as the slowest bus does. */
GST_START_TEST (slow_host_keeps_the_image)
{
  start_video ();
  f.waiting = 2 * GST_SECOND + SIZE_LARGE * (GST_SECOND / 500000);
  fail_unless (set_still (STILL_COMMIT, 1, 2));
  fail_unless (trigger (1));
  profile_set_caps (f.profile, STILL_LARGE ",framerate=5/1", TRUE);
  fail_unless (info_of (SIZE_LARGE, 1) & STI);
  gst_ffs_profile_tick (f.profile);
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
  f.waiting++;
  gst_ffs_profile_tick (f.profile);
  fail_if (gst_ffs_profile_is_streaming (f.profile));
}

GST_END_TEST;

static gint n_reconfigures, n_keys;

static gboolean
count_event (GstPad * pad G_GNUC_UNUSED, GstObject * parent G_GNUC_UNUSED,
    GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE)
    n_reconfigures++;
  else if (gst_event_has_name (event, "GstForceKeyUnit"))
    n_keys++;
  gst_event_unref (event);
  return TRUE;
}

static void
set_pad_caps (GstPad * pad, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstEvent *event = gst_event_new_caps (caps);

  gst_pad_store_sticky_event (pad, event);
  gst_event_unref (event);
  gst_caps_unref (caps);
}

/* What the sink makes of it: upstream renegotiates if its caps do not fit, and
 * the next frame is looked at in any case. */
GST_START_TEST (sink_renegotiates_for_the_image)
{
  GstBaseSink *sink = gst_object_ref_sink (g_object_new
      (GST_TYPE_FFS_DMABUF_SINK, NULL));
  GstPad *srcpad = gst_pad_new ("src", GST_PAD_SRC);
  GstPad *pad = GST_BASE_SINK_PAD (sink);
  GstEvent *event = gst_event_new_stream_start ("test");
  GstFfsHostState state;
  GstFfsHost host;

  n_reconfigures = n_keys = 0;
  gst_pad_set_event_function (srcpad, count_event);
  fail_unless_equals_int (gst_pad_link (srcpad, pad), GST_PAD_LINK_OK);
  gst_pad_set_active (srcpad, TRUE);
  gst_pad_set_active (pad, TRUE);
  gst_pad_store_sticky_event (pad, event);
  gst_event_unref (event);
  memset (&state, 0, sizeof (state));
  memset (&host, 0, sizeof (host));
  gst_ffs_host_state_init (&state, sink);
  gst_ffs_host_init (&host, sink, &state);
  gst_ffs_host_set_profile (&host, f.profile);
  set_pad_caps (pad, "video/x-raw,format=YUY2,width=320,height=240,"
      "framerate=15/1");

  start_video ();
  fail_unless (set_still (STILL_COMMIT, 1, 1));
  fail_unless (trigger (1));
  gst_ffs_host_renegotiate (&host);
  fail_unless_equals_int (n_reconfigures, 0);
  fail_unless (gst_ffs_host_take_check_fit (&host));

  fail_unless (trigger (3));
  fail_unless (set_still (STILL_COMMIT, 1, 2));
  fail_unless (trigger (1));
  gst_ffs_host_renegotiate (&host);
  fail_unless_equals_int (n_reconfigures, 1);
  fail_unless (gst_ffs_host_take_check_fit (&host));

  /* And back; an encoder begins with a key frame. */
  set_pad_caps (pad, "video/x-raw,format=YUY2,width=2592,height=1944,"
      "framerate=15/1");
  fail_unless (gst_ffs_profile_take_caps (f.profile, pad));
  fail_unless (info_of (SIZE_LARGE, 1) & STI);
  gst_ffs_host_renegotiate (&host);
  fail_unless_equals_int (n_reconfigures, 2);
  fail_unless_equals_int (n_keys, 3);

  gst_ffs_host_close (&host);
  gst_ffs_host_clear (&host);
  gst_ffs_host_state_clear (&state);
  gst_pad_set_active (pad, FALSE);
  gst_pad_set_active (srcpad, FALSE);
  gst_pad_unlink (srcpad, pad);
  gst_object_unref (srcpad);
  gst_object_unref (sink);
}

GST_END_TEST;

static Suite *
uvc_still_suite (void)
{
  Suite *s = suite_create ("uvc-still");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, descriptors_list_all_sizes);
  tcase_add_test (tc, still_is_negotiated_by_index);
  tcase_add_test (tc, malformed_requests_are_stalled);
  tcase_add_test (tc, one_frame_has_the_still_bit);
  tcase_add_test (tc, image_of_the_video_size_needs_no_switch);
  tcase_add_test (tc, each_payload_has_the_still_bit);
  tcase_add_test (tc, image_may_have_another_format);
  tcase_add_test (tc, trigger_needs_a_commit);
  tcase_add_test (tc, abort_and_commit_end_a_request);
  tcase_add_test (tc, trigger_resumes_a_suspended_stream);
  tcase_add_test (tc, missing_image_is_reported);
  tcase_add_test (tc, slow_host_keeps_the_image);
  tcase_add_test (tc, sink_renegotiates_for_the_image);
  return s;
}

GST_CHECK_MAIN (uvc_still);
