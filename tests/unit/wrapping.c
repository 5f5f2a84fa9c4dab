/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames with header and trailer, and a stream that the host starts and stops:
 * the bytes of each transfer, and that nothing of an old stream is sent.
 */

#include "streamfixture.h"

GST_START_TEST (header_frame_and_trailer_are_three_transfers)
{
  static const guint8 wire[] = "head\1\2\3\4\5trailer";
  StreamFixture f;
  guint i;

  stream_fixture_start (&f, TRUE, fake_endpoint_reaps ());
  for (i = 1; i <= 3; i++) {
    fail_unless_equals_int (stream_fixture_send (&f,
            buffer_of (fake_dmabuf_new_data (5, 1), NULL)), GST_FFS_OK);
    stream_fixture_drain (&f);
    fail_unless_equals_int (fake_endpoint_n_transfers (), 3 * i);
    /* With REAP three transfers are one call. */
    if (fake_endpoint_reaps ())
      fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_SUBMIT),
          i);
    assert_wire (wire, sizeof (wire) - 1);
    fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_NONE);
    fail_unless_equals_uint64 (f.profile->size, 5);
  }
  stream_fixture_end (&f);
}

GST_END_TEST;

GST_START_TEST (end_packet_is_not_a_frame)
{
  StreamFixture f;

  stream_fixture_start (&f, TRUE, fake_endpoint_reaps ());
  gst_ffs_stream_send (f.stream, NULL, 0, &f.policy, &f.result);
  fail_unless_equals_int (f.result.meaning, GST_FFS_OK);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_NONE);
  stream_fixture_drain (&f);
  assert_wire ((const guint8 *) "headtrailer", 11);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "frames-zero-copy"), 0);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* A write would wait for the host, which may never read again. The end of a
 * stream must not. */
GST_START_TEST (end_packet_is_not_written)
{
  StreamFixture f;

  stream_fixture_start (&f, FALSE, FALSE);
  gst_ffs_stream_send (f.stream, NULL, 0, &f.policy, &f.result);
  fail_unless_equals_int (f.result.meaning, GST_FFS_CANCELLED);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "bytes"), 0);
  stream_fixture_end (&f);

  stream_fixture_start (&f, TRUE, FALSE);
  f.policy.copy_mode = GST_FFS_COPY_ALWAYS;
  gst_ffs_stream_send (f.stream, NULL, 0, &f.policy, &f.result);
  fail_unless_equals_int (f.result.meaning, GST_FFS_CANCELLED);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* A dmabuf that ends in mid-packet would end the frame for the host. */
GST_START_TEST (dmabuf_that_ends_in_mid_packet_is_copied)
{
  StreamFixture f;

  stream_fixture_start (&f, TRUE, FALSE);
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (fake_dmabuf_new_data (2048, 1), fake_dmabuf_new_data (5,
                  1))), GST_FFS_OK);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_NONE);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 4);

  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (fake_dmabuf_new_data (2047, 1), fake_dmabuf_new_data (5,
                  1))), GST_FFS_OK);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_PACKET);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 7);
  fail_unless_equals_uint64 (fake_endpoint_transfer_length (5), 2052);

  /* Without a profile packets do not matter. */
  f.policy.profile = NULL;
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (fake_dmabuf_new_data (2047, 1), fake_dmabuf_new_data (5,
                  1))), GST_FFS_OK);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_NONE);
  stream_fixture_end (&f);
}

GST_END_TEST;

GST_START_TEST (refused_frame_is_not_sent)
{
  StreamFixture f;

  stream_fixture_start (&f, TRUE, FALSE);
  f.profile->refuse = TRUE;
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (fake_dmabuf_new_data (5, 1), NULL)), GST_FFS_CANCELLED);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 0);
  fail_unless_equals_int (f.profile->n_sent, 0);
  f.profile->refuse = FALSE;
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (fake_dmabuf_new_data (5, 1), NULL)), GST_FFS_OK);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* TRANSFER needs dmabufs for headers. */
GST_START_TEST (frame_is_written_without_header_dmabufs)
{
  StreamFixture f;

  stream_fixture_start (&f, FALSE, FALSE);
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (fake_dmabuf_new_data (5, 1), NULL)), GST_FFS_OK);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_MEMORY);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 0);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "bytes"), 4 + 5 + 7);
  stream_fixture_end (&f);
}

GST_END_TEST;

static gpointer
send_thread (gpointer data)
{
  StreamFixture *f = data;

  stream_fixture_send (f, f->buffer);
  return NULL;
}

/* The host stops reading, then stops the stream. */
GST_START_TEST (halt_while_full_sends_nothing_more)
{
  GThread *thread;
  gint released;
  StreamFixture f;

  stream_fixture_start (&f, TRUE, FALSE);
  f.policy.profile = NULL;
  gst_ffs_stream_set_max_in_flight (f.stream, 1);
  fail_unless_equals_int (stream_fixture_send (&f, dmabuf_buffer (10,
              &released)), GST_FFS_OK);
  f.buffer = buffer_of (fake_dmabuf_new_data (5, 1), NULL);
  thread = g_thread_new ("send", send_thread, &f);
  gst_ffs_stream_halt (f.stream, GST_SECOND);
  wait_released (&released);
  g_thread_join (thread);
  fail_unless_equals_int (f.result.meaning, GST_FFS_NOT_ENABLED);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);

  fail_unless_equals_int (stream_fixture_send (&f, dmabuf_buffer (10,
              &released)), GST_FFS_NOT_ENABLED);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);

  gst_ffs_stream_resume (f.stream);
  fail_unless_equals_int (stream_fixture_send (&f, dmabuf_buffer (10,
              &released)), GST_FFS_OK);
  fake_endpoint_signal (1, 1);
  stream_fixture_drain (&f);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* A frame that was half sent when the stream was halted is sent again, with
 * header and trailer, or not at all. */
GST_START_TEST (halted_frame_is_sent_whole_after_resume)
{
  GstMemory *mem;
  GThread *thread;
  StreamFixture f;

  stream_fixture_start (&f, TRUE, FALSE);
  mem = fake_dmabuf_new (10);
  f.policy.profile = NULL;
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (gst_memory_ref (mem), NULL)), GST_FFS_OK);

  /* The dmabuf is in flight, so this waits after its header. */
  f.policy.profile = GST_FFS_PROFILE (f.profile);
  f.buffer = buffer_of (gst_memory_ref (mem), NULL);
  gst_buffer_ref (f.buffer);
  thread = g_thread_new ("send", send_thread, &f);
  fake_endpoint_wait_transfers (2);
  gst_ffs_stream_halt (f.stream, GST_SECOND);
  g_thread_join (thread);
  fail_unless_equals_int (f.result.meaning, GST_FFS_NOT_ENABLED);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 2);

  gst_ffs_stream_resume (f.stream);
  f.n--;
  fail_unless_equals_int (stream_fixture_send (&f, f.buffer), GST_FFS_OK);
  fail_unless_equals_int (f.profile->n_wrapped, 2);
  fail_unless_equals_int (f.profile->n_sent, 1);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 5);
  fail_unless_equals_uint64 (fake_endpoint_transfer_length (2),
      strlen (HEADER));
  fake_endpoint_signal (3, 1);
  stream_fixture_drain (&f);
  gst_memory_unref (mem);
  stream_fixture_end (&f);
}

GST_END_TEST;

static void
count_streaming (gboolean streaming, gpointer user_data)
{
  TestProfile *self = user_data;

  if (streaming)
    self->n_started++;
  else
    self->n_stopped++;
}

GST_START_TEST (second_start_restarts_and_second_stop_is_ignored)
{
  GstFfsProfile *profile = g_object_new (test_profile_get_type (), NULL);
  TestProfile *test = (TestProfile *) profile;

  gst_object_ref_sink (profile);
  test->pool = gst_ffs_buffer_pool_new (NULL);
  gst_ffs_profile_set_funcs (profile, count_streaming, NULL, NULL, profile);
  gst_ffs_profile_set_streaming (profile, FALSE);
  fail_unless_equals_int (test->n_stopped, 0);
  gst_ffs_profile_set_streaming (profile, TRUE);
  fail_unless (gst_ffs_profile_is_streaming (profile));
  gst_ffs_profile_set_streaming (profile, TRUE);
  fail_unless_equals_int (test->n_started, 2);
  fail_unless_equals_int (test->n_stopped, 1);
  gst_ffs_profile_set_streaming (profile, FALSE);
  gst_ffs_profile_set_streaming (profile, FALSE);
  fail_unless_equals_int (test->n_stopped, 2);
  fail_if (gst_ffs_profile_is_streaming (profile));
  gst_object_unref (profile);
}

GST_END_TEST;

static Suite *
wrapping_suite (void)
{
  Suite *s = suite_create ("wrapping");
  TCase *tc = tcase_create ("wrapping");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, header_frame_and_trailer_are_three_transfers);
  tcase_add_test (tc, end_packet_is_not_a_frame);
  tcase_add_test (tc, end_packet_is_not_written);
  tcase_add_test (tc, dmabuf_that_ends_in_mid_packet_is_copied);
  tcase_add_test (tc, refused_frame_is_not_sent);
  add_written_test (tc, frame_is_written_without_header_dmabufs);
  tcase_add_test (tc, halt_while_full_sends_nothing_more);
  tcase_add_test (tc, halted_frame_is_sent_whole_after_resume);
  tcase_add_test (tc, second_start_restarts_and_second_stop_is_ignored);
  return s;
}

GST_CHECK_MAIN (wrapping);
