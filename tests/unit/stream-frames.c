/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames of the stream profile: bytes and fields of their headers, and with
 * which frame a stream starts.
 */

#include <string.h>

#include <gst/video/video.h>

#include "streamhost.h"
#include "function/stream/gstffsstreamheader.h"

static void
clear_wrapping (GstFfsFraming * w)
{
  guint i;

  for (i = 0; i < GST_FFS_MAX_PARTS_BEFORE; i++)
    gst_clear_buffer (&w->before[i].buffer);
  gst_clear_buffer (&w->after.buffer);
}

static void
read_part (const GstFfsPart * part, gpointer bytes, gsize size)
{
  fail_unless (part->buffer != NULL);
  fail_unless_equals_uint64 (part->length, size);
  fail_unless_equals_int (gst_buffer_n_memory (part->buffer), 1);
  fail_unless_equals_uint64 (gst_buffer_extract (part->buffer, 0, bytes, size),
      size);
}

/* Frames the buffer; @header gets its header. TRUE: caps come first */
static gboolean
wrap (GstFfsProfile * profile, GstBuffer * frame, guint64 number,
    guint8 * header, gchar ** caps)
{
  gsize size = frame ? gst_buffer_get_size (frame) : 0;
  gboolean with_caps;
  guint8 ahead[96] = { 0, };
  GstFfsFraming w;

  *caps = NULL;
  fail_unless (gst_ffs_profile_get_framing (profile, frame, size, number, &w));
  fail_unless (w.after.buffer == NULL);
  with_caps = w.before[1].buffer != NULL;
  if (with_caps) {
    read_part (&w.before[0], ahead, 96);
    fail_unless_equals_int (gst_ffs_get_u16 (ahead + 8), 1);
    *caps = g_malloc0 (w.before[1].length + 1);
    fail_unless_equals_uint64 (gst_ffs_get_u64 (ahead + 32),
        w.before[1].length);
    read_part (&w.before[1], *caps, w.before[1].length);
  }
  read_part (&w.before[with_caps ? 2 : 0], header, 96);
  if (with_caps) {
    fail_unless (memcmp (ahead + 16, header + 16, 16) == 0);
  } else {
    fail_unless (w.before[1].buffer == NULL);
  }
  clear_wrapping (&w);
  return with_caps;
}

static GstBuffer *
new_frame (gsize size, GstBufferFlags flags)
{
  GstBuffer *frame = gst_buffer_new_allocate (NULL, size, NULL);

  GST_BUFFER_FLAG_SET (frame, flags);
  return frame;
}

GST_START_TEST (header_bytes_match_the_protocol)
{
  static const guint8 wanted[96] = {
    'F', 'F', 'S', 'F', 0x00, 0x01, 96, 0, 2, 0, 2, 0, 0x05, 0, 0, 0,
    0x04, 0x03, 0x02, 0x01, 7, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1,
    0, 0x10, 0, 0, 0, 0, 0, 0, 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0,
    255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0x40, 0, 0, 0, 0, 8, 0, 0, 0xc0, 0xff, 0xff, 0xff,
  };
  GstFfsStreamHeader header = {
    .type = GST_FFS_STREAM_FRAME,
    .flags = GST_FFS_STREAM_FLAG_DISCONT | GST_FFS_STREAM_FLAG_DELTA,
    .stream = 0x01020304,
    .caps = 7,
    .sequence = G_GUINT64_CONSTANT (0x0102030405060708),
    .length = 4096,
    .pts = 1000000,
    .dts = GST_CLOCK_TIME_NONE,
    .duration = 1,
    .n_planes = 2,
    .offset = {0, 2048, 9, 9},
    .stride = {64, -64, 9, 9},
  };
  guint8 bytes[96 + 1];

  memset (bytes, 0xaa, sizeof (bytes));
  gst_ffs_stream_header_write (&header, bytes);
  fail_unless (memcmp (bytes, wanted, sizeof (wanted)) == 0);
  fail_unless_equals_int (bytes[96], 0xaa);
  /* Else a host would not see where the header ends. */
  fail_unless (GST_FFS_STREAM_HEADER_SIZE % 64 != 0);
}

GST_END_TEST;

GST_START_TEST (packed_frame_has_no_planes_in_its_header)
{
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, 640 };
  gint stride[GST_VIDEO_MAX_PLANES] = { 40, 40 };
  GstFfsStreamHeader header = { 0, };
  GstBuffer *frame = new_frame (960, 0);

  gst_buffer_add_video_meta_full (frame, 0, GST_VIDEO_FORMAT_NV12, 32, 16, 2,
      offset, stride);
  gst_ffs_stream_header_take_frame (&header, frame, 960);
  fail_unless_equals_int (header.n_planes, 2);
  fail_unless_equals_int (header.offset[1], 640);
  fail_unless_equals_int (header.stride[1], 40);
  fail_unless_equals_uint64 (header.pts, GST_CLOCK_TIME_NONE);

  memset (&header, 0, sizeof (header));
  gst_ffs_stream_header_take_frame (&header, frame, 32 * 16 * 3 / 2);
  fail_unless_equals_int (header.n_planes, 0);
  gst_buffer_unref (frame);
}

GST_END_TEST;

GST_START_TEST (headers_follow_frames_losses_and_caps)
{
  GstFfsProfile *profile = stream_profile_new (NULL, STREAM_OFFER);
  GstBuffer *frame = new_frame (100, 0);
  g_autofree gchar *sent = NULL;
  guint8 h[96] = { 0, };
  gchar *caps;

  GST_BUFFER_PTS (frame) = 5 * GST_SECOND;
  GST_BUFFER_DURATION (frame) = GST_SECOND;
  profile_set_caps (profile, "video/x-raw,format=NV12,width=16,height=16,"
      "framerate=1/1", TRUE);
  fail_unless (stream_tell (profile, 0x07, NULL));

  fail_unless (wrap (profile, frame, 41, h, &sent));
  fail_unless (g_str_has_prefix (sent, "video/x-raw, "));
  fail_unless_equals_int (gst_ffs_get_u16 (h + 8), 2);
  fail_unless_equals_int (gst_ffs_get_u32 (h + 12), 1);
  fail_unless_equals_int (gst_ffs_get_u32 (h + 16), 1);
  fail_unless_equals_int (gst_ffs_get_u32 (h + 20), 1);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 24), 0);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 32), 100);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 40), 5 * GST_SECOND);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 56), GST_SECOND);

  /* The same frame again, since it could not be sent. */
  fail_unless (wrap (profile, frame, 41, h, &caps));
  fail_unless_equals_string (caps, sent);
  g_free (caps);
  fail_unless_equals_int (gst_ffs_get_u32 (h + 12), 1);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 24), 0);

  fail_if (wrap (profile, frame, 42, h, &caps));
  fail_unless_equals_int (gst_ffs_get_u32 (h + 12), 0);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 24), 1);

  /* Two frames were lost. */
  fail_if (wrap (profile, frame, 45, h, &caps));
  fail_unless_equals_int (gst_ffs_get_u32 (h + 12), 1);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 24), 4);

  /* The same caps are not sent again; others are. */
  profile_set_caps (profile, "video/x-raw,format=NV12,width=16,height=16,"
      "framerate=1/1", TRUE);
  fail_if (wrap (profile, frame, 46, h, &caps));
  profile_set_caps (profile, "video/x-raw,format=YUY2,width=16,height=16,"
      "framerate=1/1", TRUE);
  fail_unless (wrap (profile, frame, 47, h, &caps));
  g_free (caps);
  fail_unless_equals_int (gst_ffs_get_u32 (h + 20), 2);
  fail_unless_equals_int (stream_state (profile, 8), 2);
  fail_unless_equals_int (stream_state (profile, 24), 5);
  fail_unless_equals_int (stream_state (profile, 32), 500);

  fail_if (wrap (profile, NULL, 48, h, &caps));
  fail_unless_equals_int (gst_ffs_get_u16 (h + 8), 3);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 24), 7);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 32), 0);

  /* A new stream starts with the caps and counts from 0. */
  fail_unless (stream_tell (profile, 0x07, NULL));
  fail_unless (wrap (profile, frame, 60, h, &caps));
  g_free (caps);
  fail_unless_equals_int (gst_ffs_get_u32 (h + 16), 2);
  fail_unless_equals_int (gst_ffs_get_u32 (h + 20), 2);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 24), 0);
  gst_buffer_unref (frame);
  profile_end (profile);
}

GST_END_TEST;

GST_START_TEST (stream_starts_with_a_key_frame)
{
  GstFfsProfile *profile = stream_profile_new (NULL, STREAM_OFFER);
  GstBuffer *delta = new_frame (10, GST_BUFFER_FLAG_DELTA_UNIT);
  GstBuffer *key = new_frame (10, GST_BUFFER_FLAG_HEADER |
      GST_BUFFER_FLAG_CORRUPTED | GST_BUFFER_FLAG_DISCONT);
  GstFfsFraming w;
  guint8 h[96] = { 0, };
  gchar *caps;
  guint i;

  profile_set_caps (profile, "video/x-h264,stream-format=avc,width=640,"
      "height=480", TRUE);
  fail_unless (stream_tell (profile, 0x07, NULL));
  for (i = 0; i < 3; i++)
    fail_if (gst_ffs_profile_get_framing (profile, delta, 10, i, &w));
  fail_unless (wrap (profile, key, 3, h, &caps));
  g_free (caps);
  fail_unless_equals_int (gst_ffs_get_u32 (h + 12), 1 | 2 | 8);
  fail_unless_equals_uint64 (gst_ffs_get_u64 (h + 24), 0);
  fail_if (wrap (profile, delta, 4, h, &caps));
  fail_unless_equals_int (gst_ffs_get_u32 (h + 12), 4);
  fail_unless_equals_int (stream_state (profile, 40), 3);

  /* It does not wait for ever. */
  fail_unless (stream_tell (profile, 0x07, NULL));
  for (i = 0; !gst_ffs_profile_get_framing (profile, delta, 10, i, &w); i++)
    fail_unless (i < 1000);
  clear_wrapping (&w);
  profile_end (profile);

  /* In formats without key frames the flag means nothing: v4l2src sets it
   * on Bayer. */
  profile = stream_profile_new (NULL, "ANY");
  profile_set_caps (profile, "video/x-bayer,format=bggr,width=4,height=4",
      TRUE);
  fail_unless (stream_tell (profile, 0x07, NULL));
  fail_unless (gst_ffs_profile_get_framing (profile, delta, 10, 0, &w));
  clear_wrapping (&w);
  gst_buffer_unref (delta);
  gst_buffer_unref (key);
  profile_end (profile);
}

GST_END_TEST;

static Suite *
stream_frames_suite (void)
{
  Suite *s = suite_create ("stream-frames");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, header_bytes_match_the_protocol);
  tcase_add_test (tc, packed_frame_has_no_planes_in_its_header);
  tcase_add_test (tc, headers_follow_frames_losses_and_caps);
  tcase_add_test (tc, stream_starts_with_a_key_frame);
  return s;
}

GST_CHECK_MAIN (stream_frames);
