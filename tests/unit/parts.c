/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parts of the transport and of frames by themselves, where a sink in a
 * pipeline would hide what they get wrong.
 */

#include <errno.h>
#include <gst/check/gstcheck.h>

#include "sink/gstffsframe.h"
#include "transport/gstffsattachments.h"
#include "transport/gstffserror.h"
#include "transport/gstffstransfercounter.h"

GST_START_TEST (test_meaning)
{
  static const struct
  {
    GstFfsCall call;
    gint err;
    GstFfsMeaning meaning;
  } cases[] = {
    {GST_FFS_CALL_FENCE, 0, GST_FFS_OK},
    {GST_FFS_CALL_FENCE, EPIPE, GST_FFS_GONE},
    {GST_FFS_CALL_FENCE, ECONNRESET, GST_FFS_LOST},
    {GST_FFS_CALL_SUBMIT, ECONNRESET, GST_FFS_GONE},
    {GST_FFS_CALL_FENCE, ECANCELED, GST_FFS_CANCELLED},
    {GST_FFS_CALL_OPEN, ENODEV, GST_FFS_FATAL},
    {GST_FFS_CALL_TRANSFER, ENODEV, GST_FFS_GONE},
    {GST_FFS_CALL_WRITE, ENODEV, GST_FFS_GONE},
    {GST_FFS_CALL_TRANSFER, EBUSY, GST_FFS_BUSY},
    {GST_FFS_CALL_OPEN, EBUSY, GST_FFS_FATAL},
    {GST_FFS_CALL_ATTACH, EPERM, GST_FFS_NO_SG},
    {GST_FFS_CALL_TRANSFER, EPERM, GST_FFS_NOT_ATTACHED},
    {GST_FFS_CALL_SUBMIT, EBUSY, GST_FFS_BUSY},
    {GST_FFS_CALL_SUBMIT, EPERM, GST_FFS_NOT_ATTACHED},
    {GST_FFS_CALL_SUBMIT, ENOTTY, GST_FFS_NO_IOCTL},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    fail_unless_equals_int (gst_ffs_meaning (cases[i].call, cases[i].err),
        cases[i].meaning);
}

GST_END_TEST;

GST_START_TEST (test_counter)
{
  GstFfsTransferCounter c;
  GstClockTime now = gst_util_get_timestamp ();

  gst_ffs_transfer_counter_init (&c);
  gst_ffs_transfer_counter_add_begin (&c, TRUE, now - 10 * GST_SECOND);
  gst_ffs_transfer_counter_add_begin (&c, FALSE, now);
  gst_ffs_transfer_counter_add_begin (&c, TRUE, now);
  fail_unless_equals_int (c.stats.in_flight, 2);

  /* The first error is the frame's. */
  gst_ffs_transfer_counter_add_end (&c, 10, EIO);
  gst_ffs_transfer_counter_add_end (&c, 10, EOVERFLOW);
  fail_unless_equals_int (gst_ffs_transfer_counter_end_frame (&c), EIO);
  fail_unless (c.stats.latency_max >= 10 * GST_SECOND);
  fail_unless_equals_uint64 (c.stats.latency_last, c.stats.latency_max);

  /* And that one's alone. */
  gst_ffs_transfer_counter_add_end (&c, 7, 0);
  fail_unless_equals_int (gst_ffs_transfer_counter_end_frame (&c), 0);
  fail_unless (c.stats.latency_last < c.stats.latency_max);
  fail_unless_equals_uint64 (c.stats.latency_sum,
      c.stats.latency_last + c.stats.latency_max);
  fail_unless_equals_uint64 (c.stats.bytes, 7);
  fail_unless_equals_uint64 (c.stats.failed, 2);
  fail_unless_equals_int (c.stats.in_flight, 0);
  fail_unless_equals_int (c.stats.in_flight_max, 2);
  gst_ffs_transfer_counter_clear (&c);
}

GST_END_TEST;

/* A share of a share is known by what it is of. */
GST_START_TEST (test_key)
{
  GstMemory *mem = gst_allocator_alloc (NULL, 30, NULL);
  GstMemory *part = gst_memory_share (mem, 0, 20);

  fail_unless (gst_ffs_attachments_get_key (mem) == mem);
  fail_unless (gst_ffs_attachments_get_key (part) == mem);
  gst_memory_unref (part);
  gst_memory_unref (mem);
}

GST_END_TEST;

static GstMemory *
empty (void)
{
  static guint8 byte;

  return gst_memory_new_wrapped (0, &byte, 1, 0, 0, NULL, NULL);
}

/* A memory without bytes is part of the run that it is in. */
GST_START_TEST (test_empty_memory)
{
  GstBuffer *buf = gst_buffer_new ();
  GstFfsRun runs[GST_FFS_MAX_RUNS];

  gst_buffer_append_memory (buf, gst_allocator_alloc (NULL, 5, NULL));
  gst_buffer_append_memory (buf, empty ());
  gst_buffer_append_memory (buf, gst_allocator_alloc (NULL, 6, NULL));
  fail_unless_equals_int (gst_ffs_frame_parse (buf, FALSE, runs), 1);
  fail_unless_equals_int (runs[0].n_memories, 3);
  fail_unless_equals_int (runs[0].length, 11);
  gst_buffer_unref (buf);
}

GST_END_TEST;

/* Lines without padding, but planes that lie apart. */
GST_START_TEST (test_plane_offset)
{
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0, 64 };
  gint strides[GST_VIDEO_MAX_PLANES] = { 8, 8 };
  GstVideoInfo info;
  GstBuffer *buf;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12, 8, 8);
  buf = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
  gst_buffer_add_video_meta_full (buf, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_NV12, 8, 8, 2, offsets, strides);
  fail_unless_equals_int (gst_ffs_frame_get_layout (buf, &info),
      GST_FFS_LAYOUT_TIGHT);
  gst_buffer_get_video_meta (buf)->offset[1] = 32;
  fail_unless_equals_int (gst_ffs_frame_get_layout (buf, &info),
      GST_FFS_LAYOUT_PADDED);
  gst_buffer_unref (buf);
}

GST_END_TEST;

static Suite *
parts_suite (void)
{
  Suite *s = suite_create ("parts");
  TCase *tc = tcase_create ("parts");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_meaning);
  tcase_add_test (tc, test_counter);
  tcase_add_test (tc, test_key);
  tcase_add_test (tc, test_empty_memory);
  tcase_add_test (tc, test_plane_offset);
  return s;
}

GST_CHECK_MAIN (parts);
