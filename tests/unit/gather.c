/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames that are one transfer of several segments, by SUBMIT where the kernel
 * has it, else with a copy.
 */

#include <errno.h>

#include "sink/gstffscopies.h"
#include "streamfixture.h"

/* The frame begins at any offset of its dmabuf. */
GST_START_TEST (header_and_frame_are_one_transfer)
{
  StreamFixture f;

  stream_fixture_start_joined (&f, TRUE);
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (part_of (fake_dmabuf_new_data (9, 1), 3, 4), NULL)),
      GST_FFS_OK);
  stream_fixture_drain (&f);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);
  assert_wire ("header\4\5\6\7", 10);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_NONE);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "frames-gathered"), 1);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "frames-zero-copy"), 1);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "transfers-completed"),
      1);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "bytes"), 10);
  fail_unless_equals_int (fake_endpoint_n_calls
      (DMA_BUF_IOCTL_EXPORT_SYNC_FILE), 0);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* Two planes of one dmabuf with a gap between them, a third plane in
 * another dmabuf. */
GST_START_TEST (planes_are_one_transfer)
{
  GstMemory *both;
  StreamFixture f;
  GstBuffer *buf;
  guint i;

  stream_fixture_start (&f, TRUE, TRUE);
  f.policy.profile = NULL;
  both = fake_dmabuf_new_data (20, 0);
  for (i = 1; i <= 2; i++) {
    buf = buffer_of (gst_memory_share (both, 1, 2),
        gst_memory_share (both, 10, 3));
    gst_buffer_append_memory (buf, fake_dmabuf_new_data (2, 'a'));
    fail_unless_equals_int (stream_fixture_send (&f, buf), GST_FFS_OK);
    stream_fixture_drain (&f);
    fail_unless_equals_int (fake_endpoint_n_transfers (), i);
    assert_wire ("\1\2\12\13\14ab", 7);
  }
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_NONE);
  gst_memory_unref (both);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* The copy is in the same transfer. */
GST_START_TEST (only_system_memory_is_copied)
{
  StreamFixture f;

  stream_fixture_start_joined (&f, TRUE);
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY,
                  (gpointer) "abc", 3, 0, 3, NULL, NULL),
              fake_dmabuf_new_data (2, 'x'))), GST_FFS_OK);
  stream_fixture_drain (&f);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);
  assert_wire ("headerabcxy", 11);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_MEMORY);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "bytes-copied"), 3);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* The kernel knows the pair of header and frame by the header's dmabuf.
 * Shares of the memory count as the memory. */
GST_START_TEST (recurring_memory_keeps_its_header_dmabuf)
{
  GstMemory *frames[2], *other;
  guint64 ids[4];
  StreamFixture f;
  gint released;
  guint i;

  stream_fixture_start_joined (&f, TRUE);
  frames[0] = fake_dmabuf_new (100);
  frames[1] = fake_dmabuf_new (100);
  other = fake_dmabuf_new (100);
  for (i = 0; i < 4; i++) {
    fail_unless_equals_int (stream_fixture_send (&f,
            buffer_of (gst_memory_share (frames[i % 2], 0, 50), NULL)),
        GST_FFS_OK);
    ids[i] = fake_endpoint_transfer_id (i);
    fake_endpoint_signal (i, 1);
    stream_fixture_drain (&f);
  }
  fail_unless_equals_uint64 (ids[0], ids[2]);
  fail_unless_equals_uint64 (ids[1], ids[3]);
  fail_if (ids[0] == ids[1]);

  /* No header is written to while it is in flight. */
  fail_unless_equals_int (stream_fixture_send (&f,
          memory_buffer (frames[0], &released)), GST_FFS_OK);
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (gst_memory_ref (other), NULL)), GST_FFS_OK);
  fail_unless_equals_uint64 (fake_endpoint_transfer_id (4), ids[0]);
  fail_if (fake_endpoint_transfer_id (5) == ids[0]);
  fake_endpoint_signal (4, 1);
  fake_endpoint_signal (5, 1);
  stream_fixture_drain (&f);

  gst_memory_unref (frames[0]);
  gst_memory_unref (frames[1]);
  gst_memory_unref (other);
  stream_fixture_end (&f);
}

GST_END_TEST;

static GstBuffer *
get_header (GstFfsCopies * copies, GstMemory * frame, const gchar * text)
{
  GstFfsFraming framing = {.header_size = 3 };

  memcpy (framing.header, text, 3);
  return gst_ffs_copies_header (copies, &framing, frame);
}

/* A frame that is sent again while it is in flight gets another header. */
GST_START_TEST (header_in_flight_is_not_rewritten)
{
  GstFfsCopies *copies = gst_ffs_copies_new (NULL);
  GstMemory *frame = gst_allocator_alloc (NULL, 10, NULL);
  GstBuffer *one = get_header (copies, frame, "one");
  GstBuffer *two = get_header (copies, frame, "two");
  GstBuffer *again;

  fail_if (one == two);
  fail_unless_equals_int (gst_buffer_memcmp (one, 0, "one", 3), 0);
  fail_unless_equals_int (gst_buffer_memcmp (two, 0, "two", 3), 0);
  gst_buffer_unref (one);
  again = get_header (copies, frame, "six");
  fail_unless (again == one);
  fail_unless_equals_int (gst_buffer_memcmp (again, 0, "six", 3), 0);

  gst_buffer_unref (two);
  gst_buffer_unref (again);
  gst_memory_unref (frame);
  gst_ffs_copies_free (copies);
}

GST_END_TEST;

/* ---- payloads ---- */

/* Payloads of five bytes: "he" and three bytes of the frame; the last one
 * begins with "ader" instead. */
static void
start_payloads (StreamFixture * f, gboolean can_submit)
{
  stream_fixture_start_joined (f, can_submit);
  f->profile->payload_size = 5;
  f->profile->inner_size = 2;
}

static GstMemory *
text_memory (const gchar * text)
{
  return fake_dmabuf_new_data (strlen (text), text[0]);
}

static void
assert_written (const gchar * text, gsize size)
{
  gchar *written;
  gsize n;

  fail_unless (g_file_get_contents (fake_endpoint_path (), &written, &n, NULL));
  fail_unless_equals_uint64 (n, size);
  fail_unless (memcmp (written, text, n) == 0);
  g_free (written);
}

GST_START_TEST (payloads_are_one_transfer_in_place)
{
  StreamFixture f;

  start_payloads (&f, TRUE);
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (text_memory ("abcdefgh"), NULL)), GST_FFS_OK);
  stream_fixture_drain (&f);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);
  assert_wire ("heabchedefadergh", 16);
  /* A frame that fills its last payload, and one of two payloads. */
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (text_memory ("abcdef"), NULL)), GST_FFS_OK);
  stream_fixture_drain (&f);
  assert_wire ("heabcaderdef", 12);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_NONE);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "frames-gathered"), 2);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "bytes-copied"), 0);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* Planes that end in the middle and at the end of payloads, and system
 * memory. */
GST_START_TEST (payloads_span_planes_and_system_memory)
{
  gint released;
  StreamFixture f;
  GstBuffer *buf;

  start_payloads (&f, TRUE);
  buf = buffer_of (text_memory ("abcd"), gst_memory_new_wrapped
      (GST_MEMORY_FLAG_READONLY, (gpointer) "12", 2, 0, 2, NULL, NULL));
  gst_buffer_append_memory (buf, text_memory ("xyz{|"));
  fail_unless_equals_int (stream_fixture_send (&f, counted_buffer (buf,
              &released)), GST_FFS_OK);
  stream_fixture_drain (&f);
  wait_released (&released);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);
  assert_wire ("heabched12hexyzader{|", 21);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "bytes-copied"), 2);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* The same bytes are written without SUBMIT, by a controller that cannot
 * gather, and with more segments than a transfer has. */
GST_START_TEST (payloads_are_written_without_submit)
{
  gchar text[GST_FFS_MAX_PIECES * 3 + 1];
  StreamFixture f;
  guint i;

  for (i = 0; i < 2; i++) {
    start_payloads (&f, i > 0);
    if (i > 0)
      fake_endpoint_fail (FUNCTIONFS_DMABUF_SUBMIT, EOPNOTSUPP, 1);
    fail_unless_equals_int (stream_fixture_send (&f,
            buffer_of (text_memory ("abcdefgh"), NULL)), GST_FFS_OK);
    stream_fixture_drain (&f);
    assert_written ("heabchedefadergh", 16);
    fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_HEADER);
    stream_fixture_end (&f);
  }

  start_payloads (&f, TRUE);
  f.policy.copy_mode = GST_FFS_COPY_NEVER;
  memset (text, 'a', sizeof (text));
  text[sizeof (text) - 1] = 0;
  fail_if (stream_fixture_send (&f, buffer_of (text_memory (text), NULL)) ==
      GST_FFS_OK);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 0);
  stream_fixture_end (&f);
}

GST_END_TEST;

GST_START_TEST (frames_beyond_the_header_pool_have_headers)
{
  StreamFixture f;
  guint i;

  stream_fixture_start_joined (&f, TRUE);
  for (i = 0; i < 50; i++) {
    fail_unless_equals_int (stream_fixture_send (&f,
            buffer_of (fake_dmabuf_new_data (1, i), NULL)), GST_FFS_OK);
    fail_unless_equals_int (fake_endpoint_transfer_length (i), 7);
    fake_endpoint_signal (i, 1);
    stream_fixture_drain (&f);
  }
  stream_fixture_end (&f);
}

GST_END_TEST;

/* The controller is asked once, and no frame is lost. */
GST_START_TEST (controller_without_gather_gets_copies)
{
  StreamFixture f;
  guint i;

  stream_fixture_start_joined (&f, TRUE);
  fake_endpoint_fail (FUNCTIONFS_DMABUF_SUBMIT, EOPNOTSUPP, 1);
  for (i = 1; i <= 2; i++) {
    fail_unless_equals_int (stream_fixture_send (&f,
            buffer_of (fake_dmabuf_new_data (4, 1), NULL)), GST_FFS_OK);
    stream_fixture_drain (&f);
    fail_unless_equals_int (fake_endpoint_n_transfers (), i);
    assert_wire ("header\1\2\3\4", 10);
    fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_HEADER);
  }
  /* The refused call, and one for each copy. */
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_SUBMIT), 3);
  fail_unless (gst_ffs_stream_needs_headroom (f.stream));
  stream_fixture_end (&f);
}

GST_END_TEST;

GST_START_TEST (fence_releases_all_buffers_of_its_transfer)
{
  gint one, two;
  StreamFixture f;

  stream_fixture_start_joined (&f, TRUE);
  fail_unless_equals_int (stream_fixture_send (&f, counted_buffer (buffer_of
              (fake_dmabuf_new (10), fake_dmabuf_new (10)), &one)), GST_FFS_OK);
  fail_unless_equals_int (stream_fixture_send (&f, dmabuf_buffer (10,
              &two)), GST_FFS_OK);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 2);
  fail_if (is_released (&one));
  fake_endpoint_signal (0, 1);
  wait_released (&one);
  fail_if (is_released (&two));
  fake_endpoint_signal (1, -EIO);
  wait_released (&two);
  stream_fixture_drain (&f);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "transfers-failed"), 1);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* The host stays connected. */
GST_START_TEST (halt_leaves_nothing_in_flight)
{
  guint n_probes;
  gint released;
  StreamFixture f;

  stream_fixture_start_joined (&f, TRUE);
  fail_unless_equals_int (stream_fixture_send (&f, dmabuf_buffer (10,
              &released)), GST_FFS_OK);
  gst_ffs_stream_halt (f.stream, GST_SECOND);
  wait_released (&released);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "transfers-cancelled"),
      1);
  n_probes = fake_endpoint_n_calls (FUNCTIONFS_ENDPOINT_DESC);
  fail_unless_equals_int (gst_ffs_stream_probe (f.stream), 0);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_ENDPOINT_DESC),
      n_probes);
  gst_ffs_stream_resume (f.stream);
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (fake_dmabuf_new_data (2, 'x'), NULL)), GST_FFS_OK);
  stream_fixture_drain (&f);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* Another device also uses the second dmabuf for a while. */
GST_START_TEST (forgotten_and_busy_dmabufs_are_sent_again)
{
  GstMemory *a, *b;
  StreamFixture f;

  stream_fixture_start_joined (&f, TRUE);
  a = fake_dmabuf_new_data (2, 'a');
  b = fake_dmabuf_new_data (2, 'x');
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (gst_memory_ref (a), gst_memory_ref (b))), GST_FFS_OK);
  stream_fixture_drain (&f);
  fake_endpoint_forget_attachments ();
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (gst_memory_ref (a), gst_memory_ref (b))), GST_FFS_OK);
  stream_fixture_drain (&f);
  fake_endpoint_fail (FUNCTIONFS_DMABUF_SUBMIT, EBUSY, 2);
  fail_unless_equals_int (stream_fixture_send (&f, buffer_of (a, b)),
      GST_FFS_OK);
  stream_fixture_drain (&f);
  assert_wire ("headerabxyheaderabxyheaderabxy", 30);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* The kernel has forgotten some of a transfer's dmabufs. The fake endpoint
 * aborts if a dmabuf is attached twice, or if one that is in the transfer
 * twice is. */
GST_START_TEST (no_dmabuf_is_attached_twice)
{
  GstMemory *old;
  StreamFixture f;

  stream_fixture_start_joined (&f, TRUE);
  old = fake_dmabuf_new_data (4, 'a');
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (gst_memory_ref (old), NULL)), GST_FFS_OK);
  stream_fixture_drain (&f);
  fake_endpoint_forget_attachments ();
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (gst_memory_ref (old), fake_dmabuf_new_data (2, 'x'))),
      GST_FFS_OK);
  stream_fixture_drain (&f);
  fake_endpoint_forget_attachments ();
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (gst_memory_share (old, 0, 1),
              gst_memory_share (old, 2, 2))), GST_FFS_OK);
  stream_fixture_drain (&f);
  assert_wire ("headerabcdheaderabcdxyheaderacd", 31);
  gst_memory_unref (old);
  fail_unless_equals_int (gst_ffs_stream_give_back (f.stream, GST_SECOND), 0);
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  stream_fixture_end (&f);
}

GST_END_TEST;

GST_START_TEST (refused_submit_leaves_nothing_behind)
{
  gint released;
  StreamFixture f;

  stream_fixture_start_joined (&f, TRUE);
  fake_endpoint_fail (FUNCTIONFS_DMABUF_SUBMIT, EINVAL, 1);
  fail_unless_equals_int (stream_fixture_send (&f, dmabuf_buffer (10,
              &released)), GST_FFS_FATAL);
  wait_released (&released);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 0);
  fail_unless_equals_string (gst_ffs_call_name (f.result.call),
      "FUNCTIONFS_DMABUF_SUBMIT");
  stream_fixture_end (&f);
}

GST_END_TEST;

GST_START_TEST (header_and_frame_are_one_write)
{
  StreamFixture f;
  gchar *wire;
  gsize size;

  stream_fixture_start (&f, FALSE, FALSE);
  f.profile->joined = JOINED;
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (fake_dmabuf_new_data (5, 'a'), NULL)), GST_FFS_OK);
  fail_unless (g_file_get_contents (fake_endpoint_path (), &wire, &size, NULL));
  fail_unless_equals_uint64 (size, 11);
  fail_unless_equals_string (wire, "headerabcde");
  fail_unless_equals_int (f.profile->n_sent, 1);
  g_free (wire);
  stream_fixture_end (&f);
}

GST_END_TEST;

static Suite *
gather_suite (void)
{
  Suite *s = suite_create ("gather");
  TCase *tc = tcase_create ("gather");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, header_and_frame_are_one_transfer);
  tcase_add_test (tc, planes_are_one_transfer);
  tcase_add_test (tc, only_system_memory_is_copied);
  tcase_add_test (tc, recurring_memory_keeps_its_header_dmabuf);
  tcase_add_test (tc, header_in_flight_is_not_rewritten);
  tcase_add_test (tc, frames_beyond_the_header_pool_have_headers);
  tcase_add_test (tc, controller_without_gather_gets_copies);
  tcase_add_test (tc, fence_releases_all_buffers_of_its_transfer);
  tcase_add_test (tc, halt_leaves_nothing_in_flight);
  tcase_add_test (tc, forgotten_and_busy_dmabufs_are_sent_again);
  tcase_add_test (tc, no_dmabuf_is_attached_twice);
  tcase_add_test (tc, refused_submit_leaves_nothing_behind);
  add_written_test (tc, header_and_frame_are_one_write);
  tcase_add_test (tc, payloads_are_one_transfer_in_place);
  tcase_add_test (tc, payloads_span_planes_and_system_memory);
  add_written_test (tc, payloads_are_written_without_submit);
  return s;
}

GST_CHECK_MAIN (gather);
