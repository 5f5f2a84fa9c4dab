/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parts of the transport and of frames by themselves: a sink in a pipeline
 * would hide their mistakes.
 */

#include <errno.h>

#include "queuefixture.h"
#include "sink/gstffsframe.h"
#include "transport/gstffsattachments.h"
#include "transport/gstffserror.h"

GST_START_TEST (errno_meaning_depends_on_the_call)
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
    {GST_FFS_CALL_SUBMIT, ENOLCK, GST_FFS_BUSY},
    {GST_FFS_CALL_SUBMIT, ENOBUFS, GST_FFS_BUSY},
    {GST_FFS_CALL_ATTACH, ENOLCK, GST_FFS_BUSY},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    fail_unless_equals_int (gst_ffs_meaning (cases[i].call, cases[i].err),
        cases[i].meaning);
}

GST_END_TEST;

typedef struct
{
  gint errs[2];
  guint n;
} Ends;

static void
frame_done (guint64 frame, const GstFfsFrameTag * tag, gint err,
    gpointer user_data)
{
  Ends *ends = user_data;

  fail_unless_equals_uint64 (frame, ends->n);
  fail_unless_equals_int (tag->kind, 40 + ends->n);
  ends->errs[ends->n++] = err;
}

static void
submit (GstFfsQueue * queue, guint64 frame, GstBuffer ** bufs, guint n)
{
  const GstFfsFrameTag tag = { 40 + frame, 0 };
  GstFfsPiece pieces[2] = { 0, };
  GstFfsCall call;
  guint i;

  for (i = 0; i < n; i++)
    pieces[i] = queue_piece (bufs[i]);
  fail_unless_equals_int (gst_ffs_queue_submit (queue, frame, &tag, pieces, n,
          &call), 0);
}

GST_START_TEST (queue_counts_frames_and_latencies)
{
  GstFfsAttachmentsStats attachments;
  GstBuffer *bufs[3];
  GstFfsEndpoint *ep;
  GstFfsQueueStats s;
  GstFfsQueue *queue;
  Ends ends = { 0, };
  gint err, released[3];
  guint i;

  fake_endpoint_start ();
  for (i = 0; i < 3; i++)
    bufs[i] = dmabuf_buffer (i == 2 ? 7 : 10, &released[i]);
  ep = gst_ffs_endpoint_open (fake_endpoint_path (), -1, "test", &err);
  fail_unless_equals_int (gst_ffs_endpoint_probe (ep), 0);
  queue = gst_ffs_queue_new (ep, 8, frame_done, &ends);
  gst_ffs_queue_set_max_in_flight (queue, 8);

  submit (queue, 0, bufs, 2);
  fake_time_pass (10 * GST_SECOND);
  submit (queue, 1, bufs + 2, 1);
  gst_ffs_queue_get_stats (queue, &s, &attachments);
  fail_unless_equals_int (s.in_flight, 2);
  fail_unless (gst_ffs_queue_get_waiting (queue) >= 10 * GST_SECOND);
  for (i = 0; i < 3; i++)
    gst_buffer_unref (bufs[i]);

  /* The frame reports its first error, and no other frame does. */
  fake_endpoint_signal (0, -EIO);
  fake_endpoint_signal (1, -EOVERFLOW);
  fake_endpoint_signal (2, 1);
  fail_unless_equals_int (gst_ffs_queue_drain (queue, GST_CLOCK_TIME_NONE), 0);
  fail_unless_equals_int (ends.n, 2);
  fail_unless_equals_int (ends.errs[0], EIO);
  fail_unless_equals_int (ends.errs[1], 0);
  fail_unless_equals_uint64 (gst_ffs_queue_get_waiting (queue), 0);

  fail_unless (gst_ffs_queue_shutdown (queue, GST_SECOND, &s, &attachments));
  fail_unless (s.latency_max >= 10 * GST_SECOND);
  fail_unless (s.latency_last < s.latency_max);
  fail_unless_equals_uint64 (s.latency_sum, s.latency_last + s.latency_max);
  fail_unless_equals_uint64 (s.queued, 3);
  fail_unless_equals_uint64 (s.bytes, 7);
  fail_unless_equals_uint64 (s.failed, 2);
  fail_unless_equals_uint64 (s.lost, 1);
  fail_unless_equals_int (s.in_flight, 0);
  fail_unless_equals_int (s.in_flight_max, 2);
  gst_ffs_endpoint_unref (ep);
  fake_endpoint_end ();
}

GST_END_TEST;

/* A share of a share has the key of the whole memory. */
GST_START_TEST (shared_memory_has_its_parents_key)
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

/* A memory without bytes is part of the segment around it. */
GST_START_TEST (empty_memory_joins_its_neighbours)
{
  GstBuffer *buf = gst_buffer_new ();
  GstFfsPiece pieces[GST_FFS_MAX_PIECES];

  gst_buffer_append_memory (buf, gst_allocator_alloc (NULL, 5, NULL));
  gst_buffer_append_memory (buf, empty ());
  gst_buffer_append_memory (buf, gst_allocator_alloc (NULL, 6, NULL));
  fail_unless_equals_int (gst_ffs_frame_parse (buf, FALSE, pieces), 1);
  fail_unless_equals_int (pieces[0].n_memories, 3);
  fail_unless_equals_int (pieces[0].length, 11);
  gst_buffer_unref (buf);
}

GST_END_TEST;

static Suite *
parts_suite (void)
{
  Suite *s = suite_create ("parts");
  TCase *tc = tcase_create ("parts");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, errno_meaning_depends_on_the_call);
  tcase_add_test (tc, queue_counts_frames_and_latencies);
  tcase_add_test (tc, shared_memory_has_its_parents_key);
  tcase_add_test (tc, empty_memory_joins_its_neighbours);
  return s;
}

GST_CHECK_MAIN (parts);
