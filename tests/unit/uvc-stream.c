/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A UVC stream: what starts and stops it, which frames are in it, and the
 * header of each payload.
 */

#include <string.h>

#include <gst/check/gsttestclock.h>

#include "function/uvc/gstffsuvcheader.h"
#include "uvcfixture.h"

#define YUY2_640 "video/x-raw(ANY),format=YUY2,width=640,height=480," \
    "framerate=30/1"
#define YUY2_320 "video/x-raw(ANY),format=YUY2,width=320,height=240," \
    "framerate=15/1"
#define MJPEG "image/jpeg,width=64,height=64,framerate=25/1"
#define H264 "video/x-h264,width=64,height=64,framerate=25/1," \
    "stream-format=byte-stream,alignment=au"
#define OFFER YUY2_640 ";" YUY2_320 ";" MJPEG ";" H264

#define SIZE_640 (640 * 480 * 2)
#define SIZE_320 (320 * 240 * 2)

GST_DEBUG_CATEGORY_EXTERN (gst_ffs_function_debug);

static UvcFixture f;

static void
set_up (void)
{
  uvc_fixture_start (&f, OFFER);
}

static void
tear_down (void)
{
  uvc_fixture_end (&f);
}

static gboolean
wrap_full (gsize size, guint64 number, GstBufferFlags flags,
    GstClockTime pts, GstFfsFraming * w)
{
  GstBuffer *buf = gst_buffer_new ();
  gboolean ok;
  guint i;

  GST_BUFFER_FLAG_SET (buf, flags);
  GST_BUFFER_PTS (buf) = pts;
  ok = gst_ffs_profile_get_framing (f.profile, buf, size, number, w);
  for (i = 0; i < GST_FFS_MAX_PARTS_BEFORE; i++)
    fail_unless (w->before[i].buffer == NULL);
  fail_unless (w->after.buffer == NULL);
  gst_buffer_unref (buf);
  return ok;
}

static gboolean
wrap (gsize size, guint64 number, GstBufferFlags flags)
{
  GstFfsFraming w;

  return wrap_full (size, number, flags, GST_CLOCK_TIME_NONE, &w);
}

/* Returns bmHeaderInfo. */
static guint8
info_of_unsent (gsize size, guint64 number, GstBufferFlags flags)
{
  GstFfsFraming w;

  fail_unless (wrap_full (size, number, flags, GST_CLOCK_TIME_NONE, &w));
  fail_unless_equals_int (w.header[0], w.header_size);
  return w.header[1];
}

static guint8
info_of (gsize size, guint64 number, GstBufferFlags flags)
{
  guint8 info = info_of_unsent (size, number, flags);

  gst_ffs_profile_sent (f.profile, number);
  return info;
}

GST_START_TEST (header_bytes_match_the_class)
{
  GstFfsUvcHeader header = { FALSE, FALSE, 1000 * 0x01020304ull + 999,
    (2048 * 77 + 0x123) * GST_MSECOND + 456789, FALSE
  };
  guint32 stc = (2048 * 77 + 0x123) * 1000 + 456;
  guint8 out[12];

  fail_unless_equals_int (gst_ffs_uvc_header_write (&header, 1000, out), 12);
  fail_unless (memcmp (out, "\x0c\x8e\x04\x03\x02\x01", 6) == 0);
  fail_unless_equals_int (gst_ffs_get_u32 (out + 6), stc);
  fail_unless_equals_int (gst_ffs_get_u16 (out + 10), 0x123);

  header.toggle = TRUE;
  gst_ffs_uvc_header_write (&header, 1000, out);
  fail_unless_equals_int_hex (out[1], 0x8f);
  header.error = TRUE;
  gst_ffs_uvc_header_write (&header, 1000, out);
  fail_unless_equals_int_hex (out[1], 0xcf);
  header.still = TRUE;
  gst_ffs_uvc_header_write (&header, 1000, out);
  fail_unless_equals_int_hex (out[1], 0xef);

  /* Times wrap around. */
  header.pts = (G_GUINT64_CONSTANT (0x100000000) + 5) * 1000;
  gst_ffs_uvc_header_write (&header, 1000, out);
  fail_unless_equals_int (gst_ffs_get_u32 (out + 2), 5);
}

GST_END_TEST;

/* Hosts allocate buffers of this size: a whole frame, or 128 KiB units up
 * to a number of payloads. */
GST_START_TEST (payload_sizes_are_units_or_frames)
{
  const guint32 unit = 128 * 1024;
  guint32 frame, max, size;

  fail_unless_equals_int (gst_ffs_uvc_payload_size (1000, 0), 1012);
  fail_unless_equals_int (gst_ffs_uvc_payload_size (1000, 1012), 1012);
  fail_unless_equals_int (gst_ffs_uvc_payload_size (1000, 1011), 1012);
  fail_unless_equals_int (gst_ffs_uvc_payload_size (SIZE_640, unit), unit);
  fail_unless_equals_int (gst_ffs_uvc_payload_size (SIZE_640, 1), unit);
  fail_unless_equals_int (gst_ffs_uvc_payload_size (SIZE_640, 3 * unit - 1),
      2 * unit);
  fail_unless_equals_int (gst_ffs_uvc_payload_size (SIZE_640, 5 * unit),
      SIZE_640 + 12);
  fail_unless_equals_int (gst_ffs_uvc_payload_size (18000000, unit), 13 * unit);
  for (frame = 100; frame < 130000000; frame += frame / 3 + 1) {
    for (max = 1; max < 130000000; max += max / 2 + 1) {
      size = gst_ffs_uvc_payload_size (frame, max);
      fail_unless (size == frame + 12 || size % unit == 0);
      fail_unless (size <= frame + 12);
      fail_unless ((frame + size - 13) / (size - 12) <= GST_FFS_MAX_PAYLOADS);
    }
  }
}

GST_END_TEST;

/* The host reads the size of a payload, and only the last header has the
 * end of frame bit. */
GST_START_TEST (last_payload_header_ends_the_frame)
{
  const guint32 unit = 128 * 1024;
  GstFfsFraming w;
  guint8 probe[34];

  gst_ffs_uvc_profile_set_max_payload (f.profile, unit);
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  fail_unless (uvc_get_probe (&f, GET_CUR, COMMIT, probe));
  fail_unless_equals_int (gst_ffs_get_u32 (probe + 18), SIZE_640);
  fail_unless_equals_int (gst_ffs_get_u32 (probe + 22), unit);
  profile_set_caps (f.profile, YUY2_640, TRUE);
  fail_unless (wrap_full (SIZE_640, 1, 0, GST_CLOCK_TIME_NONE, &w));
  fail_unless_equals_int (w.payload_size, unit);
  fail_unless_equals_int (w.inner_size, 12);
  fail_unless_equals_int (w.header_size, 24);
  fail_unless_equals_int (w.header[0], 12);
  fail_unless_equals_int (w.header[12], 12);
  fail_unless_equals_int_hex (w.header[1], 0x8c | (w.header[13] & 1));
  fail_unless_equals_int_hex (w.header[13] & ~1, 0x8e);
  fail_unless (memcmp (w.header + 2, w.header + 14, 10) == 0);

  /* The number of payloads follows the size of each frame. */
  fail_unless (wrap_full (unit, 2, 0, GST_CLOCK_TIME_NONE, &w));
  fail_unless_equals_int (w.payload_size, unit);
  fail_unless_equals_int_hex (w.header[13] & 0x42, 0x42);
  fail_unless_equals_int_hex (w.header[1] & 0x42, 0x40);
  fail_unless (wrap_full (unit - 12, 3, 0, GST_CLOCK_TIME_NONE, &w));
  fail_unless_equals_int (w.payload_size, 0);
  /* With this length the host would not see the end of the last payload, so
   * its header is short. */
  fail_unless (wrap_full (unit - 12 + 64 * 9 - 12, 4, 0, GST_CLOCK_TIME_NONE,
          &w));
  fail_unless_equals_int (w.header_size, 18);
  fail_unless_equals_int (w.header[12], 6);
}

GST_END_TEST;

/* A payload ends with a short packet at each speed. */
GST_START_TEST (header_size_avoids_full_packets)
{
  GstFfsUvcHeader header = { TRUE, FALSE, 7000, 8000, FALSE };
  gsize size, n_short = 0;

  for (size = 1; size < 5000; size++) {
    guint8 out[12] = { 0, };
    gsize room = gst_ffs_uvc_header_write (&header, size, out);

    fail_unless_equals_int (out[0], room);
    fail_unless ((size + room) % 64 != 0 && (size + room) % 512 != 0);
    fail_unless_equals_int (gst_ffs_get_u32 (out + 2), 7);
    if (room == 12)
      continue;
    n_short++;
    fail_unless_equals_int (room, 6);
    fail_unless_equals_int (size % 64, 52);
    fail_unless_equals_int_hex (out[1], 0x87);
    fail_unless (memcmp (out + 6, "\0\0\0\0\0\0", 6) == 0);
  }
  fail_unless_equals_int (n_short, 78);
}

GST_END_TEST;

/* A host reads as soon as its COMMIT is acknowledged, that is when its data
 * stage is read. No frame of the old stream may be in flight then. */
GST_START_TEST (commit_cancels_the_old_stream)
{
  GstFfsSetup setup = { 0x21, 0x01, PROBE << 8, 1, 34 };

  fail_unless (uvc_set_probe (&f, COMMIT, 1, 2, 666667));
  fail_unless (gst_ffs_profile_accept (f.profile, &setup));
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
  setup.value = COMMIT << 8;
  fail_unless (gst_ffs_profile_accept (f.profile, &setup));
  fail_if (gst_ffs_profile_is_streaming (f.profile));
  fail_unless_equals_int (f.n_stopped, 1);
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 2, 666667));
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
  fail_unless_equals_int (f.n_stopped, 1);
}

GST_END_TEST;

GST_START_TEST (commit_starts_a_stream)
{
  /* The default, before a host has selected caps. */
  profile_assert_caps (f.profile, YUY2_640);
  fail_unless (uvc_set_probe (&f, PROBE, 1, 2, 666667));
  profile_assert_caps (f.profile, YUY2_640);
  fail_unless_equals_int (f.n_started, 0);

  fail_unless (uvc_set_probe (&f, COMMIT, 1, 2, 666667));
  fail_unless_equals_int (f.n_started, 1);
  fail_unless_equals_int (f.n_stopped, 0);
  profile_assert_caps (f.profile, YUY2_320);

  /* A host may probe while it streams. */
  fail_unless (uvc_set_probe (&f, PROBE, 2, 1, 0));
  profile_assert_caps (f.profile, YUY2_320);
  fail_unless_equals_int (f.n_stopped, 0);

  /* Every COMMIT starts a new stream, since a bulk host does not say when
   * the old one ends. */
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 2, 666667));
  fail_unless_equals_int (f.n_started, 2);
  fail_unless_equals_int (f.n_stopped, 1);
  fail_unless (uvc_set_probe (&f, COMMIT, 2, 1, 0));
  fail_unless_equals_int (f.n_started, 3);
  fail_unless_equals_int (f.n_stopped, 2);
  /* The old stream stops before the selection changes. */
  fail_unless (strstr (f.caps_at_stop, "width=(int)320") != NULL);
  profile_assert_caps (f.profile, MJPEG);
  /* A COMMIT that is refused stops the stream and starts none. */
  fail_if (uvc_set_probe (&f, COMMIT, 9, 1, 0));
  fail_unless_equals_int (f.n_started, 3);
  fail_unless_equals_int (f.n_stopped, 3);
  profile_assert_caps (f.profile, MJPEG);
  fail_unless (uvc_set_probe (&f, COMMIT, 3, 1, 0));
  profile_assert_caps (f.profile, H264);

  gst_ffs_profile_set_enabled (f.profile, FALSE);
  fail_unless_equals_int (f.n_stopped, 4);
  fail_if (gst_ffs_profile_is_streaming (f.profile));
  /* Without a host no stream starts. */
  fail_if (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  uvc_assert_error (&f, 2);
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  fail_unless_equals_int (f.n_started, 4);
  fail_unless_equals_int (f.n_stopped, 4);
}

GST_END_TEST;

/* SET_INTERFACE with the current alternate setting. */
GST_START_TEST (set_interface_restarts_the_stream)
{
  gst_ffs_profile_restart (f.profile);
  fail_if (gst_ffs_profile_is_streaming (f.profile));
  fail_unless_equals_int (f.n_started, 0);

  fail_unless (uvc_set_probe (&f, COMMIT, 1, 2, 666667));
  profile_assert_caps (f.profile, YUY2_320);
  gst_ffs_profile_restart (f.profile);
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
  fail_unless_equals_int (f.n_stopped, 1);
  fail_unless_equals_int (f.n_started, 2);
  profile_assert_caps (f.profile, YUY2_320);
}

GST_END_TEST;

GST_START_TEST (unread_stream_is_stopped)
{
  f.waiting = 3 * GST_SECOND;
  gst_ffs_profile_tick (f.profile);
  fail_unless_equals_int (f.n_stopped, 0);

  f.waiting = 0;
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  gst_ffs_profile_tick (f.profile);
  /* The time limit is 2 s and the time of a frame at 500 kB/s. */
  f.waiting = 2 * GST_SECOND + SIZE_640 * (GST_SECOND / 500000);
  gst_ffs_profile_tick (f.profile);
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
  f.waiting++;
  gst_ffs_profile_tick (f.profile);
  fail_unless_equals_int (f.n_stopped, 1);
  fail_if (gst_ffs_profile_is_streaming (f.profile));
  gst_ffs_profile_tick (f.profile);
  fail_unless_equals_int (f.n_stopped, 1);

  /* The host has cleared the endpoint's halt. */
  f.waiting = 0;
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  f.waiting = GST_CLOCK_TIME_NONE;
  gst_ffs_profile_tick (f.profile);
  fail_if (gst_ffs_profile_is_streaming (f.profile));

  /* The limit depends on the selection. */
  f.waiting = 2 * GST_SECOND + SIZE_320 * (GST_SECOND / 500000) + 1;
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  gst_ffs_profile_tick (f.profile);
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 2, 0));
  gst_ffs_profile_tick (f.profile);
  fail_if (gst_ffs_profile_is_streaming (f.profile));
}

GST_END_TEST;

GST_START_TEST (frames_of_other_caps_are_refused)
{
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 2, 666667));
  profile_set_caps (f.profile, "video/x-raw,format=YUY2,width=640,height=480,"
      "framerate=30/1", FALSE);
  fail_if (wrap (SIZE_640, 0, 0));
  fail_if (wrap (SIZE_320, 0, 0));
  profile_set_caps (f.profile, "video/x-raw,format=UYVY,width=320,height=240,"
      "framerate=15/1", FALSE);
  profile_set_caps (f.profile,
      "video/x-raw(memory:DMABuf),format=YUY2,width=320,"
      "height=240,framerate=15/1,colorimetry=bt601", TRUE);
  fail_unless (wrap (SIZE_320, 0, 0));

  /* Frames from before the new selection are refused ... */
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  fail_if (wrap (SIZE_320, 1, 0));
  profile_set_caps (f.profile, "video/x-raw,format=YUY2,width=320,height=240,"
      "framerate=15/1", FALSE);
  fail_if (wrap (SIZE_320, 2, 0));
  profile_set_caps (f.profile, YUY2_640, TRUE);
  fail_unless (wrap (SIZE_640, 3, 0));
  /* ... even if only the format differs. */
  fail_unless (uvc_set_probe (&f, COMMIT, 2, 1, 0));
  fail_if (wrap (SIZE_640, 4, 0));

  fail_unless (uvc_set_probe (&f, COMMIT, 3, 1, 0));
  profile_set_caps (f.profile, "video/x-h264,width=64,height=64,framerate=25/1,"
      "stream-format=avc,alignment=au", FALSE);
  profile_set_caps (f.profile, H264 ",profile=main", TRUE);
}

GST_END_TEST;

GST_START_TEST (header_toggles_once_a_frame)
{
  GstFfsFraming w;

  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  profile_set_caps (f.profile, YUY2_640, TRUE);
  fail_if (gst_ffs_profile_get_framing (f.profile, NULL, 0, 1, &w));

  /* The toggle changes with each frame, but not if one is sent again. */
  fail_unless_equals_int_hex (info_of (SIZE_640, 10, 0), 0x8f);
  fail_unless_equals_int_hex (info_of (SIZE_640, 11, 0), 0x8e);
  fail_unless_equals_int_hex (info_of (SIZE_640, 11, 0), 0x8e);
  fail_unless_equals_int_hex (info_of (SIZE_640, 15, 0), 0x8f);
  /* A frame that was not sent does not toggle. */
  fail_unless_equals_int_hex (info_of_unsent (SIZE_640, 16, 0), 0x8e);
  fail_unless_equals_int_hex (info_of_unsent (SIZE_640, 17, 0), 0x8e);
  fail_unless_equals_int_hex (info_of_unsent (SIZE_640, 17, 0), 0x8e);
  /* A frame that is refused does not toggle. */
  fail_if (wrap (SIZE_640 + 1, 16, 0));
  fail_if (wrap (0, 17, 0));
  /* The error bit is set. */
  fail_unless_equals_int_hex (info_of (SIZE_640, 18,
          GST_BUFFER_FLAG_CORRUPTED), 0xce);
  fail_unless_equals_int_hex (info_of (SIZE_640 - 2, 19, 0), 0xcf);
  /* The toggle continues across streams, whatever the numbers of frames. */
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  profile_set_caps (f.profile, YUY2_640, TRUE);
  fail_unless_equals_int_hex (info_of (SIZE_640, 19, 0), 0x8e);

  /* An encoded frame may be as large as the host's buffer. */
  fail_unless (uvc_set_probe (&f, COMMIT, 2, 1, 0));
  profile_set_caps (f.profile, MJPEG, TRUE);
  fail_unless_equals_int_hex (info_of (1, 20, 0), 0x8f);
  fail_unless_equals_int_hex (info_of (65536, 21, 0), 0x8e);
  fail_unless_equals_int_hex (info_of (52, 22, 0), 0x87);
  fail_if (wrap (65537, 23, 0));
}

GST_END_TEST;

static void
assert_stream_error (guint8 error)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();

  fail_unless (uvc_request (&f, 0xa1, GET_CUR, STREAM_ERROR << 8, 1, NULL, 1,
          reply));
  fail_unless_equals_int (reply->len, 1);
  fail_unless_equals_int (reply->data[0], error);
  uvc_assert_error (&f, 0);
}

/* A host that sees the error bit reads the reason. */
GST_START_TEST (stream_error_names_the_bad_frame)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();

  fail_unless (uvc_request (&f, 0xa1, GET_INFO, STREAM_ERROR << 8, 1, NULL, 1,
          reply));
  fail_unless_equals_int (reply->len, 1);
  fail_unless_equals_int (reply->data[0], 1);
  assert_stream_error (0);

  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  profile_set_caps (f.profile, YUY2_640, TRUE);
  fail_unless (wrap (SIZE_640, 1, 0));
  assert_stream_error (0);
  fail_unless (wrap (SIZE_640, 2, GST_BUFFER_FLAG_CORRUPTED));
  assert_stream_error (3);
  fail_unless (wrap (SIZE_640 - 2, 3, 0));
  fail_unless (wrap (SIZE_640, 4, 0));
  assert_stream_error (2);

  /* A new stream has no error ... */
  fail_unless (uvc_set_probe (&f, PROBE, 2, 1, 0));
  assert_stream_error (2);
  fail_unless (uvc_set_probe (&f, COMMIT, 2, 1, 0));
  assert_stream_error (0);
  profile_set_caps (f.profile, MJPEG, TRUE);
  fail_unless (wrap (100, 5, 0));
  assert_stream_error (0);
  fail_unless (wrap (100, 6, GST_BUFFER_FLAG_CORRUPTED));
  assert_stream_error (3);
  /* ... nor has a new host. */
  gst_ffs_profile_set_enabled (f.profile, FALSE);
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  assert_stream_error (0);
}

GST_END_TEST;

static void
count_warnings (GstDebugCategory * category, GstDebugLevel level,
    const gchar * file G_GNUC_UNUSED, const gchar * function G_GNUC_UNUSED,
    gint line G_GNUC_UNUSED, GObject * object G_GNUC_UNUSED,
    GstDebugMessage * message, gpointer user_data)
{
  guint *n = user_data;

  if (category != gst_ffs_function_debug || level != GST_LEVEL_WARNING)
    return;
  fail_unless (strstr (gst_debug_message_get (message), "65537") != NULL);
  (*n)++;
}

/* A bit rate that is too high is logged once a stream. */
GST_START_TEST (oversized_frame_is_logged_once)
{
  guint n = 0;

  GST_DEBUG_CATEGORY_INIT (gst_ffs_function_debug, "ffsfunction", 0, "");
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (count_warnings, &n, NULL);
  gst_debug_set_threshold_for_name ("ffsfunction", GST_LEVEL_WARNING);

  fail_unless (uvc_set_probe (&f, COMMIT, 2, 1, 0));
  profile_set_caps (f.profile, MJPEG, TRUE);
  fail_unless (wrap (65536, 1, 0));
  fail_unless_equals_int (n, 0);
  fail_if (wrap (65537, 2, 0));
  fail_unless_equals_int (n, 1);
  fail_if (wrap (65537, 3, 0));
  fail_unless_equals_int (n, 1);
  fail_unless (uvc_set_probe (&f, COMMIT, 2, 1, 0));
  fail_if (wrap (65537, 4, 0));
  fail_unless_equals_int (n, 2);
  gst_debug_remove_log_function (count_warnings);
}

GST_END_TEST;

GST_START_TEST (stream_starts_with_a_key_frame)
{
  guint i;

  fail_unless (uvc_set_probe (&f, COMMIT, 3, 1, 0));
  profile_set_caps (f.profile, H264, TRUE);
  fail_if (wrap (100, 1, GST_BUFFER_FLAG_DELTA_UNIT));
  fail_if (wrap (100, 2, GST_BUFFER_FLAG_DELTA_UNIT));
  fail_unless (wrap (100, 3, 0));
  fail_unless (wrap (100, 4, GST_BUFFER_FLAG_DELTA_UNIT));

  /* Each stream waits for a key frame, but not for ever. */
  fail_unless (uvc_set_probe (&f, COMMIT, 3, 1, 0));
  profile_set_caps (f.profile, H264, TRUE);
  for (i = 0; !wrap (100, 5 + i, GST_BUFFER_FLAG_DELTA_UNIT); i++)
    fail_unless (i < 1000);
  fail_unless (i >= 100);

  /* In formats without key frames the flag means nothing: v4l2src sets it
   * on Bayer. */
  fail_unless (uvc_set_probe (&f, COMMIT, 2, 1, 0));
  profile_set_caps (f.profile, MJPEG, TRUE);
  fail_unless (wrap (100, 2000, GST_BUFFER_FLAG_DELTA_UNIT));
}

GST_END_TEST;

static void
store_event (GstEvent * event)
{
  fail_unless_equals_int (gst_pad_store_sticky_event (f.sinkpad, event),
      GST_FLOW_OK);
  gst_event_unref (event);
}

GST_START_TEST (header_times_are_pipeline_times)
{
  GstClock *clock = gst_test_clock_new_with_start_time (50 * GST_SECOND);
  GstFfsFraming w;
  GstSegment segment;

  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  profile_set_caps (f.profile, YUY2_640, TRUE);
  /* Without a clock or a segment the time is now. */
  fail_unless (wrap_full (SIZE_640, 1, 0, GST_SECOND, &w));
  fail_unless_equals_int (w.header_size, 12);
  fail_unless (memcmp (w.header + 2, w.header + 6, 4) == 0);

  fail_unless (gst_element_set_clock (f.sink, clock));
  gst_element_set_base_time (f.sink, 40 * GST_SECOND);
  fail_unless (wrap_full (SIZE_640, 2, 0, GST_CLOCK_TIME_NONE, &w));
  fail_unless_equals_int (gst_ffs_get_u32 (w.header + 2), 50000000);

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 100 * GST_SECOND;
  store_event (gst_event_new_stream_start ("test"));
  store_event (gst_event_new_segment (&segment));
  fail_unless (wrap_full (SIZE_640, 3, 0, 109 * GST_SECOND, &w));
  fail_unless_equals_int (gst_ffs_get_u32 (w.header + 2), 49000000);
  fail_unless_equals_int (gst_ffs_get_u32 (w.header + 6), 50000000);
  fail_unless_equals_int (gst_ffs_get_u16 (w.header + 10), 50000 & 0x7ff);
  /* A timestamp outside the segment. */
  fail_unless (wrap_full (SIZE_640, 4, 0, 9 * GST_SECOND, &w));
  fail_unless_equals_int (gst_ffs_get_u32 (w.header + 2), 50000000);
  gst_object_unref (clock);
}

GST_END_TEST;

static Suite *
uvc_stream_suite (void)
{
  Suite *s = suite_create ("uvc-stream");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, header_bytes_match_the_class);
  tcase_add_test (tc, header_size_avoids_full_packets);
  tcase_add_test (tc, payload_sizes_are_units_or_frames);
  tcase_add_test (tc, last_payload_header_ends_the_frame);
  tcase_add_test (tc, commit_cancels_the_old_stream);
  tcase_add_test (tc, commit_starts_a_stream);
  tcase_add_test (tc, set_interface_restarts_the_stream);
  tcase_add_test (tc, unread_stream_is_stopped);
  tcase_add_test (tc, frames_of_other_caps_are_refused);
  tcase_add_test (tc, header_toggles_once_a_frame);
  tcase_add_test (tc, stream_error_names_the_bad_frame);
  tcase_add_test (tc, oversized_frame_is_logged_once);
  tcase_add_test (tc, stream_starts_with_a_key_frame);
  tcase_add_test (tc, header_times_are_pipeline_times);
  return s;
}

GST_CHECK_MAIN (uvc_stream);
