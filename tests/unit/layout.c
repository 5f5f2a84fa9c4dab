/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Raw frames with padding around or between their planes, or of which a region
 * is to be sent: in place if the lines are whole, else packed.
 */

#include <string.h>

#include "streamfixture.h"

/* NV12 of 8x4. A GstVideoMeta says where the planes are and how many lines
 * they have. */
#define WIDTH 8
#define HEIGHT 4
#define SIZE (WIDTH * HEIGHT * 3 / 2)

typedef struct
{
  StreamFixture f;
  GstVideoInfo info;
} Fixture;

static void
start (Fixture * f, gboolean can_submit, gboolean with_profile)
{
  stream_fixture_start_joined (&f->f, can_submit);
  f->f.policy.remove_padding = TRUE;
  gst_video_info_set_format (&f->info, GST_VIDEO_FORMAT_NV12, WIDTH, HEIGHT);
  f->f.policy.info = &f->info;
  if (!with_profile)
    f->f.policy.profile = NULL;
}

static void
end (Fixture * f)
{
  stream_fixture_end (&f->f);
}

/* The first plane begins at @offset and has @lines lines, @stride apart;
 * the second plane follows. */
static void
add_meta (GstBuffer * buf, guint width, guint lines, gint stride, gsize offset)
{
  gsize offsets[GST_VIDEO_MAX_PLANES] = { offset, offset + lines * stride };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride, stride };

  gst_buffer_add_video_meta_full (buf, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_NV12, width, lines, 2, offsets, strides);
}

static GstBuffer *
frame (gsize size, guint width, guint lines, gint stride, gsize offset)
{
  GstBuffer *buf = buffer_of (fake_dmabuf_new_data (size, 0), NULL);

  add_meta (buf, width, lines, stride, offset);
  return buf;
}

static void
crop (GstBuffer * buf, guint x, guint y, guint width, guint height)
{
  GstVideoCropMeta *meta = gst_buffer_add_video_crop_meta (buf);

  meta->x = x;
  meta->y = y;
  meta->width = width;
  meta->height = height;
}

/* Sends the frame and compares it with one whose planes begin at these
 * bytes; each byte of the buffer is its own offset. */
static void
assert_picture (Fixture * f, GstBuffer * buf, gsize first, gsize second,
    gsize stride, GstFfsCopyReason reason)
{
  gsize header = f->f.policy.profile ? strlen (JOINED) : 0;
  guint8 wanted[SIZE + 6];
  guint x, y;

  memcpy (wanted, JOINED, header);
  for (y = 0; y < HEIGHT * 3 / 2; y++) {
    for (x = 0; x < WIDTH; x++)
      wanted[header + y * WIDTH + x] = (y < HEIGHT ? first + y * stride :
          second + (y - HEIGHT) * stride) + x;
  }
  fail_unless_equals_int (stream_fixture_send (&f->f, buf), GST_FFS_OK);
  stream_fixture_drain (&f->f);
  assert_wire (wanted, header + SIZE);
  fail_unless_equals_int (f->f.result.reason, reason);
}

/* With SUBMIT, with a header and without. */
GST_START_TEST (gaps_between_planes_are_skipped_in_place)
{
  GstBuffer *buf;
  Fixture f;

  start (&f, TRUE, __i__);
  assert_picture (&f, frame (100, WIDTH, 6, WIDTH, 0), 0, 48, WIDTH,
      GST_FFS_COPY_REASON_NONE);
  assert_picture (&f, frame (100, WIDTH, 6, WIDTH, 3), 3, 51, WIDTH,
      GST_FFS_COPY_REASON_NONE);
  /* Padding after the frame only, without a GstVideoMeta. */
  assert_picture (&f, buffer_of (fake_dmabuf_new_data (100, 0), NULL), 0,
      WIDTH * HEIGHT, WIDTH, GST_FFS_COPY_REASON_NONE);
  /* A plane in several memories, one of them empty. */
  buf = buffer_of (fake_dmabuf_new_data (5, 0), NULL);
  gst_buffer_append_memory (buf, gst_memory_share (gst_buffer_peek_memory (buf,
              0), 0, 0));
  gst_buffer_append_memory (buf, fake_dmabuf_new_data (60, 5));
  gst_buffer_append_memory (buf, fake_dmabuf_new_data (50, 65));
  add_meta (buf, WIDTH, 6, WIDTH, 0);
  assert_picture (&f, buf, 0, 48, WIDTH, GST_FFS_COPY_REASON_NONE);
  fail_unless_equals_uint64 (stream_fixture_stat (&f.f, "bytes-copied"), 0);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 4);
  end (&f);
}

GST_END_TEST;

/* Padded lines, system memory, and layouts that the kernel cannot gather
 * are copied. */
GST_START_TEST (padded_lines_are_packed)
{
  GstBuffer *buf;
  Fixture f;

  start (&f, TRUE, __i__);
  assert_picture (&f, frame (100, WIDTH, HEIGHT, 10, 0), 0, 40, 10,
      GST_FFS_COPY_REASON_PADDING);
  buf = frame (60, WIDTH, 6, WIDTH, 0);
  gst_buffer_append_memory (buf, gst_memory_new_wrapped
      (GST_MEMORY_FLAG_READONLY, (gpointer) "<=>?@ABCDEFGHIJKL", 17, 0, 17,
          NULL, NULL));
  assert_picture (&f, buf, 0, 48, WIDTH, GST_FFS_COPY_REASON_PADDING);
  end (&f);

  start (&f, FALSE, __i__);
  assert_picture (&f, frame (100, WIDTH, 6, WIDTH, 0), 0, 48, WIDTH,
      GST_FFS_COPY_REASON_PADDING);
  /* TRANSFER leaves out padding after the frame. */
  buf = buffer_of (fake_dmabuf_new_data (100, 0), NULL);
  assert_picture (&f, buf, 0, WIDTH * HEIGHT, WIDTH, __i__ ?
      GST_FFS_COPY_REASON_PADDING : GST_FFS_COPY_REASON_NONE);
  end (&f);
}

GST_END_TEST;

/* A crop is applied even if padding is sent. */
GST_START_TEST (whole_cropped_lines_are_sent_in_place)
{
  GstBuffer *buf;
  Fixture f;

  start (&f, TRUE, __i__);
  f.f.policy.remove_padding = FALSE;
  /* Whole lines; chroma lines belong to pairs of luma lines. */
  buf = frame (100, WIDTH, 8, WIDTH, 0);
  crop (buf, 0, 3, WIDTH, HEIGHT);
  assert_picture (&f, buf, 16, 64 + 8, WIDTH, GST_FFS_COPY_REASON_NONE);
  /* Parts of lines. */
  buf = frame (200, 16, 8, 16, 0);
  crop (buf, 5, 4, WIDTH, HEIGHT);
  assert_picture (&f, buf, 64 + 4, 128 + 32 + 4, 16,
      GST_FFS_COPY_REASON_PADDING);
  end (&f);
}

GST_END_TEST;

/* The same for a region of the profile, with a format that GStreamer knows and
 * one that it does not, such as Bayer. Each case is a region of 4 rows of WIDTH
 * bytes. */
GST_START_TEST (whole_lines_of_a_region_are_sent_in_place)
{
  const struct
  {
    gsize size, x, y, stride;
    gboolean can_submit;
    GstFfsCopyReason reason;
  } cases[] = {
    {100, 0, 0, WIDTH, TRUE, GST_FFS_COPY_REASON_NONE},
    {100, 0, 3, WIDTH, TRUE, GST_FFS_COPY_REASON_NONE},
    {56, 0, 3, WIDTH, TRUE, GST_FFS_COPY_REASON_NONE},
    {100, 0, 3, WIDTH, FALSE, GST_FFS_COPY_REASON_REGION},
    {160, 4, 2, 20, TRUE, GST_FFS_COPY_REASON_REGION},
    {112, 4, 2, 20, TRUE, GST_FFS_COPY_REASON_REGION},
  };
  guint8 wanted[6 + 4 * WIDTH];
  GstBuffer *buf;
  guint i, x, y;
  Fixture f;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    start (&f, cases[i].can_submit, TRUE);
    f.f.policy.info = NULL;
    f.f.profile->region = (GstFfsRegion) {
    cases[i].x, cases[i].y, WIDTH, 4, cases[i].stride};
    if (__i__ == 1) {
      gsize offset[GST_VIDEO_MAX_PLANES] = { 0, };
      gint stride[GST_VIDEO_MAX_PLANES] = { cases[i].stride, };

      /* GstVideoMeta overrides the stride of the profile. */
      f.f.profile->region.stride = 1000;
      gst_video_info_set_format (&f.info, GST_VIDEO_FORMAT_GRAY8,
          cases[i].x + WIDTH, 4 + cases[i].y);
      f.f.policy.info = &f.info;
      buf = buffer_of (fake_dmabuf_new_data (cases[i].size, 0), NULL);
      gst_buffer_add_video_meta_full (buf, GST_VIDEO_FRAME_FLAG_NONE,
          GST_VIDEO_FORMAT_GRAY8, cases[i].x + WIDTH, 4 + cases[i].y, 1,
          offset, stride);
    } else {
      buf = buffer_of (fake_dmabuf_new_data (cases[i].size, 0), NULL);
    }
    memcpy (wanted, JOINED, strlen (JOINED));
    for (y = 0; y < 4; y++) {
      for (x = 0; x < WIDTH; x++)
        wanted[strlen (JOINED) + y * WIDTH + x] =
            (cases[i].y + y) * cases[i].stride + cases[i].x + x;
    }
    fail_unless_equals_int (stream_fixture_send (&f.f, buf), GST_FFS_OK);
    fail_unless_equals_int (gst_ffs_stream_drain (f.f.stream, GST_SECOND), 0);
    assert_wire (wanted, strlen (JOINED) + 4 * WIDTH);
    fail_unless_equals_int (f.f.result.reason, cases[i].reason);
    fail_unless_equals_uint64 (f.f.profile->size, 4 * WIDTH);
    end (&f);
  }
}

GST_END_TEST;

/* Rows that are missing or shorter than the region. */
GST_START_TEST (region_outside_the_frame_is_not_sent)
{
  const GstFfsRegion regions[] = {
    {0, 3, WIDTH, 4, WIDTH},
    {1, 0, WIDTH, 4, WIDTH},
    {0, 0, WIDTH, 4, WIDTH - 1},
    {0, G_MAXSIZE / 4, WIDTH, 4, WIDTH},
    {0, 0, WIDTH, G_MAXSIZE / 4, WIDTH},
    {0, G_MAXSIZE / WIDTH, WIDTH, 2, WIDTH},
  };
  Fixture f;
  guint i;

  start (&f, TRUE, TRUE);
  f.f.policy.info = NULL;
  for (i = 0; i < G_N_ELEMENTS (regions); i++) {
    f.f.profile->region = regions[i];
    stream_fixture_send (&f.f, buffer_of (fake_dmabuf_new_data (55, 0), NULL));
    fail_unless_equals_int (f.f.profile->n_wrapped, 0);
  }
  end (&f);
}

GST_END_TEST;

/* The buffer is sent unchanged. */
GST_START_TEST (invalid_crop_is_ignored)
{
  static const struct
  {
    guint x, y, width, height;
  } cases[] = {
    {0, 0, WIDTH, HEIGHT - 2},
    {1, 0, WIDTH, HEIGHT},
    {0, G_MAXUINT, WIDTH, HEIGHT},
    {0, 0, G_MAXUINT, G_MAXUINT},
  };
  GstBuffer *buf;
  Fixture f;
  guint i;

  start (&f, TRUE, FALSE);
  f.f.policy.remove_padding = FALSE;
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    buf = frame (SIZE, WIDTH, HEIGHT, WIDTH, 0);
    crop (buf, cases[i].x, cases[i].y, cases[i].width, cases[i].height);
    assert_picture (&f, buf, 0, WIDTH * HEIGHT, WIDTH,
        GST_FFS_COPY_REASON_NONE);
  }
  /* The caps and the crop meta disagree about the size. */
  f.f.policy.remove_padding = TRUE;
  buf = frame (100, WIDTH, 8, WIDTH, 0);
  crop (buf, 0, 2, WIDTH, HEIGHT / 2);
  assert_picture (&f, buf, 0, 64, WIDTH, GST_FFS_COPY_REASON_NONE);
  end (&f);
}

GST_END_TEST;

/* As many memories as a buffer can have, or one less with padding between
 * planes. */
GST_START_TEST (sixteen_memories_are_one_transfer)
{
  GstBuffer *buf = gst_buffer_new ();
  Fixture f;
  guint i;

  start (&f, TRUE, __i__);
  for (i = 0; i < 16; i++)
    gst_buffer_append_memory (buf, fake_dmabuf_new_data (3, 3 * i));
  fail_unless_equals_int (gst_buffer_n_memory (buf), 16);
  assert_picture (&f, buf, 0, 32, WIDTH, GST_FFS_COPY_REASON_NONE);

  buf = gst_buffer_new ();
  for (i = 0; i < 15; i++)
    gst_buffer_append_memory (buf, fake_dmabuf_new_data (5, 5 * i));
  add_meta (buf, WIDTH, 6, WIDTH, 0);
  assert_picture (&f, buf, 0, 48, WIDTH, GST_FFS_COPY_REASON_NONE);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 2);
  end (&f);
}

GST_END_TEST;

static GstFfsLayoutKind
kind_of (GstVideoFormat format, guint width, guint height, gsize size,
    const gsize * offset, const gint * stride)
{
  GstBuffer *buf = gst_buffer_new_allocate (NULL, size, NULL);
  GstFfsLayout layout;
  GstVideoInfo info;
  gsize offsets[GST_VIDEO_MAX_PLANES];
  gint strides[GST_VIDEO_MAX_PLANES];
  guint i;

  gst_video_info_set_format (&info, format, width, height);
  for (i = 0; i < GST_VIDEO_MAX_PLANES; i++) {
    offsets[i] = offset ? offset[i] : info.offset[i];
    strides[i] = stride ? stride[i] : info.stride[i];
  }
  gst_buffer_add_video_meta_full (buf, GST_VIDEO_FRAME_FLAG_NONE, format,
      width, height, GST_VIDEO_INFO_N_PLANES (&info), offsets, strides);
  gst_ffs_layout_find (&layout, buf, &info);
  gst_buffer_unref (buf);
  return layout.kind;
}

GST_START_TEST (layout_kinds_are_recognised)
{
  const gsize apart[] = { 0, 64, 80, 0 }, close[] = { 0, 32, 0, 0 };
  const gsize far[] = { 0, G_MAXSIZE - 4, 0, 0 };
  const gint wide[] = { 12, 12, 0, 0 };

  fail_unless_equals_int (kind_of (GST_VIDEO_FORMAT_NV12, 8, 8, 96, NULL, NULL),
      GST_FFS_LAYOUT_TIGHT);
  fail_unless_equals_int (kind_of (GST_VIDEO_FORMAT_NV12, 8, 8, 96, close,
          NULL), GST_FFS_LAYOUT_RANGES);
  fail_unless_equals_int (kind_of (GST_VIDEO_FORMAT_NV12, 8, 8, 200, NULL,
          wide), GST_FFS_LAYOUT_PADDED);
  fail_unless_equals_int (kind_of (GST_VIDEO_FORMAT_NV12, 8, 8, 95, NULL, NULL),
      GST_FFS_LAYOUT_INCOMPLETE);
  fail_unless_equals_int (kind_of (GST_VIDEO_FORMAT_NV12, 8, 8, 96, far, NULL),
      GST_FFS_LAYOUT_INCOMPLETE);
  fail_unless_equals_int (kind_of (GST_VIDEO_FORMAT_I420, 8, 8, 100, apart,
          NULL), GST_FFS_LAYOUT_RANGES);
  /* The format has one more line of chroma than the buffer. */
  fail_unless_equals_int (kind_of (GST_VIDEO_FORMAT_I420, 8, 7, 100, apart,
          NULL), GST_FFS_LAYOUT_PADDED);
  fail_unless_equals_int (kind_of (GST_VIDEO_FORMAT_NV12_64Z32, 128, 64, 20000,
          NULL, NULL), GST_FFS_LAYOUT_RANGES);
}

GST_END_TEST;

static Suite *
layout_suite (void)
{
  Suite *s = suite_create ("layout");
  TCase *tc = tcase_create ("layout");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, gaps_between_planes_are_skipped_in_place, 0, 2);
  tcase_add_loop_test (tc, padded_lines_are_packed, 0, 2);
  tcase_add_loop_test (tc, whole_cropped_lines_are_sent_in_place, 0, 2);
  tcase_add_loop_test (tc, whole_lines_of_a_region_are_sent_in_place, 0, 2);
  tcase_add_test (tc, region_outside_the_frame_is_not_sent);
  tcase_add_test (tc, invalid_crop_is_ignored);
  tcase_add_loop_test (tc, sixteen_memories_are_one_transfer, 0, 2);
  tcase_add_test (tc, layout_kinds_are_recognised);
  return s;
}

GST_CHECK_MAIN (layout);
