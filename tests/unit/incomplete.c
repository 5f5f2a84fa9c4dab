/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Raw frames whose buffers lack some of their lines, while padding is to be
 * removed: they are sent unchanged, and no byte beyond their end is read.
 */

#include <string.h>
#include <unistd.h>

#include "streamfixture.h"

/* YUY2 of 32x16 */
#define ROW 64
#define ROWS 16
#define SIZE (ROW * ROWS)
#define STRIDE 80

/* What a frame's GstVideoMeta says of its lines. */
typedef enum
{
  NO_META,
  TIGHT_META,
  PADDED_META,
  N_METAS
} Meta;

typedef struct
{
  StreamFixture f;
  GstVideoInfo info;
} Fixture;

static void
start (Fixture * f, gboolean with_profile, GstFfsCopyMode mode)
{
  stream_fixture_start_joined (&f->f, TRUE);
  f->f.policy.remove_padding = TRUE;
  f->f.policy.copy_mode = mode;
  gst_video_info_set_format (&f->info, GST_VIDEO_FORMAT_YUY2, ROW / 2, ROWS);
  f->f.policy.info = &f->info;
  if (!with_profile)
    f->f.policy.profile = NULL;
}

static void
add_meta (GstBuffer * buf, gsize offset, gint stride)
{
  gsize offsets[GST_VIDEO_MAX_PLANES] = { offset, };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride, };

  gst_buffer_add_video_meta_full (buf, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_YUY2, ROW / 2, ROWS, 1, offsets, strides);
}

static GstBuffer *
frame (gsize size, Meta meta)
{
  GstBuffer *buf = buffer_of (fake_dmabuf_new_data (size, 1), NULL);

  if (meta != NO_META)
    add_meta (buf, 0, meta == TIGHT_META ? ROW : STRIDE);
  return buf;
}

/* What was written to the endpoint's file, or sent by transfers. */
static GBytes *
take_sent (Fixture * f)
{
  gchar *data;
  gsize size;

  if (f->f.policy.copy_mode != GST_FFS_COPY_ALWAYS)
    return fake_endpoint_take_wire ();
  fail_unless (g_file_get_contents (fake_endpoint_path (), &data, &size, NULL));
  fail_unless_equals_int (truncate (fake_endpoint_path (), 0), 0);
  return g_bytes_new_take (data, size);
}

/* @stride: of the lines that are sent; 0: the buffer's bytes unchanged */
static void
assert_sent (Fixture * f, GstBuffer * buf, gsize size, gsize stride)
{
  gsize header = f->f.policy.profile ? strlen (JOINED) : 0;
  GBytes *sent;
  const guint8 *data;
  GstMapInfo map;
  gsize i;

  fail_unless_equals_int (stream_fixture_send (&f->f, gst_buffer_ref (buf)),
      GST_FFS_OK);
  stream_fixture_drain (&f->f);
  sent = take_sent (f);
  data = g_bytes_get_data (sent, NULL);
  fail_unless_equals_uint64 (g_bytes_get_size (sent), header + size);
  fail_unless (memcmp (data, JOINED, header) == 0);
  fail_unless (gst_buffer_map (buf, &map, GST_MAP_READ));
  for (i = 0; i < size; i++) {
    gsize from = stride == 0 ? i : i / ROW * stride + i % ROW;

    fail_unless_equals_int (data[header + i], map.data[from]);
  }
  gst_buffer_unmap (buf, &map);
  g_bytes_unref (sent);
  if (header > 0)
    fail_unless_equals_uint64 (f->f.profile->size, size);
  gst_buffer_unref (buf);
}

/* All ways to send a frame. */
static const struct
{
  gboolean with_profile;
  GstFfsCopyMode mode;
} ways[] = {
  {FALSE, GST_FFS_COPY_AUTO},
  {FALSE, GST_FFS_COPY_NEVER},
  {TRUE, GST_FFS_COPY_AUTO},
  {TRUE, GST_FFS_COPY_NEVER},
#ifdef HAVE_AIO
  {FALSE, GST_FFS_COPY_ALWAYS},
  {TRUE, GST_FFS_COPY_ALWAYS},
#endif
};

GST_START_TEST (short_frames_are_sent_unchanged)
{
  static const gsize sizes[] = { 1, ROW, 1000, SIZE - 1 };
  Fixture f;
  guint i;
  Meta meta;

  start (&f, ways[__i__].with_profile, ways[__i__].mode);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    for (meta = NO_META; meta < N_METAS; meta++)
      assert_sent (&f, frame (sizes[i], meta), sizes[i], 0);
  }
  stream_fixture_end (&f.f);
}

GST_END_TEST;

/* The memory behind the frame would end long before its last line. */
GST_START_TEST (missing_lines_are_not_read)
{
  GstBuffer *buf;
  Fixture f;

  start (&f, ways[__i__].with_profile, ways[__i__].mode);
  gst_video_info_set_format (&f.info, GST_VIDEO_FORMAT_YUY2, 3200, 2400);
  buf = buffer_of (fake_dmabuf_new_data (1000, 1), NULL);
  gst_buffer_add_video_meta (buf, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_YUY2, 3200, 2400);
  assert_sent (&f, buf, 1000, 0);
  stream_fixture_end (&f.f);
}

GST_END_TEST;

GST_START_TEST (last_line_needs_no_padding)
{
  Fixture f;

  if (ways[__i__].mode == GST_FFS_COPY_NEVER)
    return;
  start (&f, ways[__i__].with_profile, ways[__i__].mode);
  assert_sent (&f, frame (STRIDE * ROWS, PADDED_META), SIZE, STRIDE);
  assert_sent (&f, frame (STRIDE * (ROWS - 1) + ROW, PADDED_META), SIZE,
      STRIDE);
  stream_fixture_end (&f.f);
}

GST_END_TEST;

/* With a profile the host expects a whole frame, so a broken one is
 * cancelled. */
GST_START_TEST (invalid_layouts_are_cancelled_or_sent_unchanged)
{
  static const struct
  {
    gsize size;
    gsize offset;
    gint stride;
  } cases[] = {
    {STRIDE * (ROWS - 1) + ROW - 1, 0, STRIDE},
    {SIZE, 0, STRIDE},
    {SIZE, 1, ROW},
    {SIZE, G_MAXSIZE, ROW},
    {SIZE, G_MAXSIZE - SIZE + 1, ROW},
    {SIZE, 0, G_MAXINT},
    {SIZE, SIZE - ROW, -ROW},
    {SIZE, 0, ROW - 2},
  };
  Fixture f;
  guint i;

  start (&f, ways[__i__].with_profile, ways[__i__].mode);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstBuffer *buf = frame (cases[i].size, NO_META);

    add_meta (buf, cases[i].offset, cases[i].stride);
    if (ways[__i__].with_profile) {
      fail_unless_equals_int (stream_fixture_send (&f.f, buf),
          GST_FFS_CANCELLED);
    } else {
      assert_sent (&f, buf, cases[i].size, 0);
    }
  }
  stream_fixture_end (&f.f);
}

GST_END_TEST;

GST_START_TEST (other_formats_than_the_caps_are_sent_unchanged)
{
  static const struct
  {
    GstVideoFormat format;
    guint width;
    guint height;
  } cases[] = {
    {GST_VIDEO_FORMAT_UYVY, ROW / 2, ROWS},
    {GST_VIDEO_FORMAT_YUY2, ROW / 2 - 2, ROWS},
    {GST_VIDEO_FORMAT_YUY2, ROW / 2, ROWS - 1},
  };
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, };
  gint stride[GST_VIDEO_MAX_PLANES] = { STRIDE, };
  Fixture f;
  guint i;

  start (&f, FALSE, ways[__i__].mode);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstBuffer *buf = frame (STRIDE * ROWS, NO_META);

    gst_buffer_add_video_meta_full (buf, GST_VIDEO_FRAME_FLAG_NONE,
        cases[i].format, cases[i].width, cases[i].height, 1, offset, stride);
    assert_sent (&f, buf, STRIDE * ROWS, 0);
  }
  stream_fixture_end (&f.f);
}

GST_END_TEST;

/* The plane begins in one memory and ends in another. */
GST_START_TEST (padding_is_removed_across_memories)
{
  GstBuffer *buf;
  Fixture f;

  if (ways[__i__].mode == GST_FFS_COPY_NEVER)
    return;
  start (&f, ways[__i__].with_profile, ways[__i__].mode);
  buf = buffer_of (fake_dmabuf_new_data (100, 1),
      fake_dmabuf_new_data (STRIDE * ROWS - 100, 7));
  add_meta (buf, 0, STRIDE);
  assert_sent (&f, buf, SIZE, STRIDE);
  stream_fixture_end (&f.f);
}

GST_END_TEST;

/* Formats whose planes are not just lines of pixels. */
GST_START_TEST (plane_sizes_match_the_format)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12, 8, 6);
  fail_unless_equals_uint64 (gst_ffs_layout_plane_size (&info, 0, 10), 58);
  fail_unless_equals_uint64 (gst_ffs_layout_plane_size (&info, 1, 10), 28);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_v210, 48, 2);
  fail_unless_equals_uint64 (gst_ffs_layout_plane_size (&info, 0, 256), 384);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB8P, 8, 2);
  fail_unless_equals_uint64 (gst_ffs_layout_plane_size (&info, 0, 16), 24);
  fail_unless_equals_uint64 (gst_ffs_layout_plane_size (&info, 1, 4), 1024);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12_64Z32, 128, 64);
  fail_unless_equals_uint64 (gst_ffs_layout_plane_size (&info, 0,
          GST_VIDEO_INFO_PLANE_STRIDE (&info, 0)), 8192);
  fail_unless_equals_uint64 (gst_ffs_layout_plane_size (&info, 1,
          GST_VIDEO_INFO_PLANE_STRIDE (&info, 1)), 4096);
  fail_unless_equals_uint64 (gst_ffs_layout_plane_size (&info, 0, 128),
      G_MAXSIZE);
}

GST_END_TEST;

static Suite *
incomplete_suite (void)
{
  const gint n = G_N_ELEMENTS (ways);
  Suite *s = suite_create ("incomplete");
  TCase *tc = tcase_create ("incomplete");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, short_frames_are_sent_unchanged, 0, n);
  tcase_add_loop_test (tc, missing_lines_are_not_read, 0, n);
  tcase_add_loop_test (tc, last_line_needs_no_padding, 0, n);
  tcase_add_loop_test (tc, invalid_layouts_are_cancelled_or_sent_unchanged, 0,
      n);
  tcase_add_loop_test (tc, other_formats_than_the_caps_are_sent_unchanged, 0,
      n);
  tcase_add_loop_test (tc, padding_is_removed_across_memories, 0, n);
  tcase_add_test (tc, plane_sizes_match_the_format);
  return s;
}

GST_CHECK_MAIN (incomplete);
