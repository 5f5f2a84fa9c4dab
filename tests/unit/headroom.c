/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Without SUBMIT the header is written into the headroom: bytes that the
 * sink's pool leaves in front of the frame.
 */

#include "sink/gstffscaps.h"
#include "streamfixture.h"

#define HEADER_SIZE 6           /* of JOINED */

static GstBuffer *
alloc_with_room (StreamFixture * f, const gchar * text, gsize room)
{
  GstAllocationParams params;
  GstBuffer *buf;

  gst_allocation_params_init (&params);
  params.prefix = room;
  buf = gst_buffer_new_allocate (f->allocator, strlen (text), &params);
  gst_buffer_fill (buf, 0, text, strlen (text));
  return buf;
}

GST_START_TEST (headroom_takes_the_header)
{
  StreamFixture f;
  GstBuffer *buf;
  guint i;

  stream_fixture_start_joined (&f, FALSE);
  fail_unless (gst_ffs_stream_needs_headroom (f.stream));
  buf = alloc_with_room (&f, "frame", HEADER_SIZE);
  for (i = 1; i <= 3; i++) {
    fail_unless_equals_int (stream_fixture_send (&f, gst_buffer_ref (buf)),
        GST_FFS_OK);
    fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_NONE);
  }
  stream_fixture_drain (&f);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 3);
  assert_wire ("headerframeheaderframeheaderframe", 33);
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "frames-in-room"), 3);
  gst_buffer_unref (buf);
  stream_fixture_end (&f);
}

GST_END_TEST;

GST_START_TEST (headroom_in_flight_is_not_written)
{
  StreamFixture f;
  GstBuffer *buf;
  GstMapInfo map;

  stream_fixture_start_joined (&f, FALSE);
  buf = alloc_with_room (&f, "frame", HEADER_SIZE);
  fake_endpoint_set_poll_fails (TRUE);
  fail_unless_equals_int (stream_fixture_send (&f, gst_buffer_ref (buf)),
      GST_FFS_OK);
  gst_ffs_stream_set_flushing (f.stream, TRUE);
  f.profile->joined = "HEADER";
  fail_unless_equals_int (stream_fixture_send (&f, gst_buffer_ref (buf)),
      GST_FFS_INTERRUPTED);
  fail_unless (gst_buffer_map (buf, &map, GST_MAP_READ));
  fail_unless (memcmp (map.data - HEADER_SIZE, JOINED, HEADER_SIZE) == 0);
  gst_buffer_unmap (buf, &map);
  fail_unless_equals_int (f.profile->n_sent, 1);
  gst_ffs_stream_set_flushing (f.stream, FALSE);
  fake_endpoint_set_poll_fails (FALSE);
  f.n--;
  fail_unless_equals_int (stream_fixture_send (&f, buf), GST_FFS_OK);
  stream_fixture_drain (&f);
  assert_wire ("headerframeHEADERframe", 22);
  fail_unless_equals_int (f.profile->n_sent, 2);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* The headroom is still there when the pool returns the buffer a second
 * time. */
GST_START_TEST (pool_restores_the_headroom)
{
  GstBufferPool *pool = gst_ffs_caps_new_headroom_pool ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstAllocationParams params;
  GstBuffer *buf;
  StreamFixture f;
  GstCaps *caps;
  guint i;

  stream_fixture_start_joined (&f, FALSE);
  gst_allocation_params_init (&params);
  params.prefix = HEADER_SIZE;
  caps = gst_caps_from_string ("video/x-raw,format=GRAY8,width=4,height=2");
  gst_buffer_pool_config_set_params (config, caps, 8, 1, 1);
  gst_buffer_pool_config_set_allocator (config, f.allocator, &params);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  for (i = 0; i < 3; i++) {
    fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buf, NULL),
        GST_FLOW_OK);
    fail_unless_equals_uint64 (gst_buffer_get_size (buf), 8);
    gst_buffer_fill (buf, 0, "frame...", 8);
    fail_unless_equals_int (stream_fixture_send (&f, buf), GST_FFS_OK);
    stream_fixture_drain (&f);
    assert_wire ("headerframe...", 14);
  }
  fail_unless_equals_uint64 (stream_fixture_stat (&f, "frames-in-room"), 3);
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
  gst_caps_unref (caps);
  stream_fixture_end (&f);
}

GST_END_TEST;

/* Headroom of another size, memory of another allocator, and memory in two
 * buffers: the bytes in front of the frame may be in use. */
GST_START_TEST (unknown_headroom_means_a_copy)
{
  GstBuffer *buf, *other;
  StreamFixture f;
  GstMemory *mem;

  stream_fixture_start_joined (&f, FALSE);
  mem = fake_dmabuf_new_data (11, 'a');
  gst_memory_resize (mem, HEADER_SIZE, 5);
  fail_unless_equals_int (stream_fixture_send (&f, buffer_of (mem, NULL)),
      GST_FFS_OK);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_HEADER);

  fail_unless_equals_int (stream_fixture_send (&f, alloc_with_room (&f,
              "frame", HEADER_SIZE + 2)), GST_FFS_OK);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_HEADER);

  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (part_of (fake_dmabuf_new_data (12, 'a'), HEADER_SIZE, 5),
              NULL)), GST_FFS_OK);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_HEADER);

  buf = alloc_with_room (&f, "frame", HEADER_SIZE);
  other = gst_buffer_copy (buf);
  fail_unless_equals_int (stream_fixture_send (&f, buf), GST_FFS_OK);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_HEADER);
  gst_buffer_unref (other);

  stream_fixture_drain (&f);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 4);
  assert_wire ("headerghijkheaderframeheaderghijkheaderframe", 44);

  f.policy.copy_mode = GST_FFS_COPY_NEVER;
  fail_unless_equals_int (stream_fixture_send (&f,
          buffer_of (fake_dmabuf_new_data (5, 'a'), NULL)), GST_FFS_FATAL);
  fail_unless_equals_int (f.result.reason, GST_FFS_COPY_REASON_HEADER);
  stream_fixture_end (&f);
}

GST_END_TEST;

static Suite *
headroom_suite (void)
{
  Suite *s = suite_create ("headroom");
  TCase *tc = tcase_create ("headroom");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, headroom_takes_the_header);
  tcase_add_test (tc, headroom_in_flight_is_not_written);
  tcase_add_test (tc, pool_restores_the_headroom);
  tcase_add_test (tc, unknown_headroom_means_a_copy);
  return s;
}

GST_CHECK_MAIN (headroom);
