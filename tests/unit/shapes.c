/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every shape of memory that a frame can have: the bytes on the wire, the
 * number of transfers, and what is copied.
 */

#include <gst/allocators/gstdmabuf.h>
#include <gst/video/video.h>

#include "harness.h"

static void
start (SinkHarness * sh)
{
  sink_harness_start (sh, NULL);
  fake_endpoint_set_heap (TRUE);
  gst_element_set_state (sh->sink, GST_STATE_NULL);
  gst_harness_play (sh->h);
  gst_element_set_state (sh->sink, GST_STATE_PLAYING);
}

static GstMemory *
system_memory (gsize size, guint8 seed)
{
  GstMemory *mem = gst_allocator_alloc (NULL, size, NULL);
  GstMapInfo map;

  gst_memory_map (mem, &map, GST_MAP_WRITE);
  memset (map.data, seed, size);
  gst_memory_unmap (mem, &map);
  return mem;
}

/* @memories: (transfer full), NULL at the end. */
static GstBuffer *
buffer_of (GstMemory * first, ...)
{
  GstBuffer *buf = gst_buffer_new ();
  GstMemory *mem;
  va_list args;

  va_start (args, first);
  for (mem = first; mem; mem = va_arg (args, GstMemory *))
    gst_buffer_append_memory (buf, mem);
  va_end (args);
  return buf;
}

/* Sends @buf (transfer full) and compares the wire with its bytes. */
static void
send_and_compare (SinkHarness * sh, GstBuffer * buf, guint n_transfers)
{
  guint before = fake_endpoint_n_transfers ();
  GstMapInfo map;
  GBytes *wire;

  fail_unless_equals_int (gst_harness_push (sh->h, gst_buffer_ref (buf)),
      GST_FLOW_OK);
  sink_harness_wait_stat (sh, "in-flight", 0);
  fail_unless_equals_int (fake_endpoint_n_transfers () - before, n_transfers);

  wire = fake_endpoint_take_wire ();
  gst_buffer_map (buf, &map, GST_MAP_READ);
  fail_unless_equals_uint64 (g_bytes_get_size (wire), map.size);
  fail_unless (map.size == 0
      || memcmp (g_bytes_get_data (wire, NULL), map.data, map.size) == 0);
  gst_buffer_unmap (buf, &map);
  g_bytes_unref (wire);
  gst_buffer_unref (buf);
}

static void
expect (SinkHarness * sh, guint zero_copy, guint copied, guint64 bytes,
    const gchar * reason)
{
  fail_unless_equals_uint64 (sink_harness_stat (sh, "frames-zero-copy"),
      zero_copy);
  fail_unless_equals_uint64 (sink_harness_stat (sh, "frames-copied"), copied);
  fail_unless_equals_uint64 (sink_harness_stat (sh, "bytes-copied"), bytes);
  if (reason)
    fail_unless_equals_uint64 (sink_harness_stat (sh, reason), copied);
}

GST_START_TEST (dmabufs_are_sent_in_place)
{
  SinkHarness sh;
  GstMemory *mem;
  GstBuffer *buf;

  start (&sh);
  send_and_compare (&sh, buffer_of (fake_dmabuf_new_data (5000, 1), NULL), 1);
  expect (&sh, 1, 0, 0, NULL);

  /* The beginning of a dmabuf. */
  mem = fake_dmabuf_new_data (5000, 2);
  send_and_compare (&sh, buffer_of (gst_memory_share (mem, 0, 77), NULL), 1);
  expect (&sh, 2, 0, 0, NULL);

  /* Two halves of one dmabuf. */
  send_and_compare (&sh, buffer_of (gst_memory_share (mem, 0, 2000),
          gst_memory_share (mem, 2000, 3000), NULL), 1);
  expect (&sh, 3, 0, 0, NULL);

  /* The same dmabuf three times. */
  send_and_compare (&sh, buffer_of (gst_memory_ref (mem),
          gst_memory_ref (mem), gst_memory_ref (mem), NULL), 3);
  expect (&sh, 4, 0, 0, NULL);
  gst_memory_unref (mem);

  /* Planes in dmabufs of their own. */
  send_and_compare (&sh, buffer_of (fake_dmabuf_new_data (4096, 3),
          fake_dmabuf_new_data (1024, 4), fake_dmabuf_new_data (1, 5), NULL),
      3);
  expect (&sh, 5, 0, 0, NULL);

  /* No bytes at all. */
  send_and_compare (&sh, gst_buffer_new (), 0);
  fail_unless (gst_harness_push_event (sh.h, gst_event_new_gap (0,
              GST_SECOND)));
  /* The content of a gap does not matter, but it is a frame. */
  buf = buffer_of (fake_dmabuf_new_data (50, 3), NULL);
  GST_BUFFER_FLAG_SET (buf, GST_BUFFER_FLAG_GAP | GST_BUFFER_FLAG_DROPPABLE);
  send_and_compare (&sh, buf, 1);
  /* Both fields of an interlaced frame are in one buffer. */
  gst_harness_set_src_caps_str (sh.h, "video/x-raw,format=GRAY8,width=4,"
      "height=10,framerate=30/1,interlace-mode=interleaved");
  send_and_compare (&sh, buffer_of (fake_dmabuf_new_data (40, 3), NULL), 1);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (max_memories_are_sent_in_place)
{
  GstBuffer *buf = gst_buffer_new ();
  SinkHarness sh;
  guint i;

  start (&sh);
  for (i = 0; i < gst_buffer_get_max_memory (); i++)
    gst_buffer_append_memory (buf, fake_dmabuf_new_data (100 + i, i));
  send_and_compare (&sh, buf, gst_buffer_get_max_memory ());
  expect (&sh, 1, 0, 0, NULL);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (system_memory_is_copied)
{
  SinkHarness sh;

  start (&sh);
  send_and_compare (&sh, buffer_of (system_memory (777, 1), NULL), 1);
  expect (&sh, 0, 1, 777, "copied-memory");
  sink_harness_assert_message (&sh, GST_MESSAGE_WARNING, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "it is not in dmabuf memory");
  send_and_compare (&sh, buffer_of (system_memory (777, 2),
          system_memory (1, 3), NULL), 1);
  expect (&sh, 0, 2, 2 * 777 + 1, "copied-memory");
  /* The warning is posted once. */
  sink_harness_assert_no_message (&sh, GST_MESSAGE_WARNING);

  /* Larger than the copies so far, then smaller. */
  send_and_compare (&sh, buffer_of (system_memory (70000, 4), NULL), 1);
  send_and_compare (&sh, buffer_of (system_memory (200000, 5), NULL), 1);
  send_and_compare (&sh, buffer_of (system_memory (6000, 6), NULL), 1);
  expect (&sh, 0, 5, 2 * 777 + 1 + 70000 + 200000 + 6000, "copied-memory");
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (offset_memory_is_copied)
{
  SinkHarness sh;
  GstMemory *mem;

  start (&sh);
  mem = fake_dmabuf_new_data (9000, 1);
  send_and_compare (&sh, buffer_of (gst_memory_share (mem, 16, 8000), NULL), 1);
  expect (&sh, 0, 1, 8000, "copied-offset");

  /* In order, but with a gap. */
  send_and_compare (&sh, buffer_of (gst_memory_share (mem, 0, 1000),
          gst_memory_share (mem, 1001, 50), NULL), 2);
  expect (&sh, 0, 2, 8050, "copied-offset");

  /* Back to back, in the wrong order. */
  send_and_compare (&sh, buffer_of (gst_memory_share (mem, 1000, 10),
          gst_memory_share (mem, 0, 1000), NULL), 2);
  expect (&sh, 0, 3, 8060, "copied-offset");
  gst_memory_unref (mem);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* Like a frame of gdppay, whose header is in system memory. */
GST_START_TEST (only_unsendable_parts_are_copied)
{
  SinkHarness sh;
  GstMemory *mem;

  start (&sh);
  send_and_compare (&sh, buffer_of (system_memory (12, 1),
          fake_dmabuf_new_data (8192, 2), NULL), 2);
  expect (&sh, 0, 1, 12, "copied-memory");

  mem = fake_dmabuf_new_data (3000, 3);
  send_and_compare (&sh, buffer_of (system_memory (12, 4),
          system_memory (0, 4), gst_memory_share (mem, 0, 1000),
          gst_memory_share (mem, 1000, 0), gst_memory_share (mem, 1000, 2000),
          system_memory (5, 5), gst_memory_share (mem, 7, 7),
          system_memory (5, 6), NULL), 3);
  expect (&sh, 0, 2, 12 + 12 + 5 + 7 + 5, "copied-memory");
  gst_memory_unref (mem);
  sink_harness_end (&sh);
}

GST_END_TEST;

static GstBuffer *
padded_frame (void)
{
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, };
  gint stride[GST_VIDEO_MAX_PLANES] = { 64, };
  GstBuffer *buf = buffer_of (fake_dmabuf_new_data (64 * 10, 9), NULL);

  gst_buffer_add_video_meta_full (buf, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY8, 50, 10, 1, offset, stride);
  return buf;
}

GST_START_TEST (padding_is_removed_on_request)
{
  gboolean remove_padding;
  SinkHarness sh;
  GstBuffer *buf;
  GstMapInfo map;
  GBytes *wire;
  guint i;

  start (&sh);
  gst_harness_set_src_caps_str (sh.h,
      "video/x-raw,format=GRAY8,width=50,height=10,framerate=30/1");

  /* Padding is sent by default. */
  send_and_compare (&sh, padded_frame (), 1);
  expect (&sh, 1, 0, 0, NULL);

  /* The former name "tight" is the same property. */
  g_object_set (sh.sink, "tight", TRUE, NULL);
  g_object_get (sh.sink, "remove-padding", &remove_padding, NULL);
  fail_unless (remove_padding);
  g_object_set (sh.sink, "remove-padding", FALSE, NULL);
  g_object_get (sh.sink, "tight", &remove_padding, NULL);
  fail_if (remove_padding);
  g_object_set (sh.sink, "remove-padding", TRUE, NULL);
  buf = padded_frame ();
  gst_harness_push (sh.h, gst_buffer_ref (buf));
  sink_harness_wait_stat (&sh, "in-flight", 0);
  wire = fake_endpoint_take_wire ();
  /* GStreamer's own layout of GRAY8 rounds lines up to four bytes. */
  fail_unless_equals_uint64 (g_bytes_get_size (wire), 52 * 10);
  gst_buffer_map (buf, &map, GST_MAP_READ);
  for (i = 0; i < 10; i++)
    fail_unless (memcmp ((guint8 *) g_bytes_get_data (wire, NULL) + 52 * i,
            map.data + 64 * i, 50) == 0);
  gst_buffer_unmap (buf, &map);
  gst_buffer_unref (buf);
  g_bytes_unref (wire);
  expect (&sh, 1, 1, 52 * 10, "copied-padding");

  /* No padding to remove. */
  send_and_compare (&sh, buffer_of (fake_dmabuf_new_data (52 * 10, 1), NULL),
      1);
  expect (&sh, 2, 1, 52 * 10, NULL);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (copy_mode_never_rejects_copies)
{
  static const struct
  {
    gboolean offset;
    const gchar *text;
  } cases[] = {
    {FALSE, "it is not in dmabuf memory"},
    {TRUE, "it does not start at the beginning of its dmabuf"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    SinkHarness sh;
    GstMemory *mem;

    start (&sh);
    g_object_set (sh.sink, "copy-mode", GST_FFS_COPY_NEVER, NULL);
    mem = cases[i].offset ? fake_dmabuf_new_data (100, 0) :
        system_memory (100, 0);
    if (cases[i].offset)
      gst_memory_resize (mem, 10, 20);
    fail_unless_equals_int (gst_harness_push (sh.h, buffer_of (mem, NULL)),
        GST_FLOW_ERROR);
    sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_STREAM_ERROR,
        GST_STREAM_ERROR_FORMAT, cases[i].text);
    /* Later frames fail too, if upstream ignores the error. */
    fail_unless_equals_int (gst_harness_push (sh.h,
            buffer_of (fake_dmabuf_new_data (10, 0), NULL)), GST_FLOW_ERROR);
    fail_unless_equals_int (fake_endpoint_n_transfers (), 0);
    sink_harness_end (&sh);
  }
}

GST_END_TEST;

static void
compare_file (const gchar * data, gsize size)
{
  gchar *contents;
  gsize length;

  fail_unless (g_file_get_contents (fake_endpoint_path (), &contents, &length,
          NULL));
  fail_unless_equals_uint64 (length, size);
  fail_unless (memcmp (contents, data, size) == 0);
  g_free (contents);
}

/* The frame is larger than a chunk of asynchronous I/O. */
GST_START_TEST (frames_are_written_without_a_heap)
{
  gsize size = 1234567;
  gchar *data = g_malloc (size);
  SinkHarness sh;
  guint i;

  for (i = 0; i < size; i++)
    data[i] = i * 7 + i / 1000;
  sink_harness_start (&sh, NULL);
  fail_unless_equals_int (gst_harness_push (sh.h,
          gst_buffer_new_memdup (data, size)), GST_FLOW_OK);
  compare_file (data, size);
  expect (&sh, 0, 1, size, "copied-memory");
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "bytes"), size);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 0);
  g_free (data);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (copy_mode_always_writes_dmabufs)
{
  SinkHarness sh;
  GstBuffer *buf;
  GstMapInfo map;

  start (&sh);
  g_object_set (sh.sink, "copy-mode", GST_FFS_COPY_ALWAYS, NULL);
  buf = buffer_of (fake_dmabuf_new_data (5000, 1), NULL);
  gst_harness_push (sh.h, gst_buffer_ref (buf));
  gst_buffer_map (buf, &map, GST_MAP_READ);
  compare_file ((gchar *) map.data, map.size);
  gst_buffer_unmap (buf, &map);
  gst_buffer_unref (buf);
  expect (&sh, 0, 1, 5000, "copied-mode");
  sink_harness_assert_no_message (&sh, GST_MESSAGE_WARNING);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* One pool entry, with only the number of buffers that the sink holds. */
static void
assert_number_only (GstQuery * query, guint number)
{
  GstBufferPool *pool;
  guint size, min, max;

  fail_unless_equals_int (gst_query_get_n_allocation_pools (query), 1);
  gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
  fail_unless (pool == NULL);
  fail_unless_equals_int (min, number);
}

/* Upstream gets a pool with dmabufs of the sink. */
GST_START_TEST (sink_pool_frames_are_sent_in_place)
{
  GstCaps *caps = gst_caps_from_string
      ("video/x-raw,format=GRAY8,width=64,height=10,framerate=30/1");
  GstBufferPool *pool = NULL;
  guint size, min, max;
  GstBuffer *buf;
  GstQuery *query;
  SinkHarness sh;

  start (&sh);
  g_object_set (sh.sink, "max-in-flight", 5, NULL);
  gst_harness_set_src_caps (sh.h, gst_caps_ref (caps));
  query = gst_query_new_allocation (caps, TRUE);
  fail_unless (gst_pad_peer_query (sh.h->srcpad, query));
  fail_unless_equals_int (gst_query_get_n_allocation_pools (query), 1);
  gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
  fail_unless (pool != NULL);
  fail_unless_equals_int (size, 640);
  fail_unless_equals_int (min, 5);
  fail_unless_equals_int (max, 0);
  fail_unless (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE,
          NULL));
  gst_query_unref (query);

  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buf, NULL),
      GST_FLOW_OK);
  fail_unless (gst_is_dmabuf_memory (gst_buffer_peek_memory (buf, 0)));
  send_and_compare (&sh, buf, 1);
  expect (&sh, 1, 0, 0, NULL);
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);

  /* An upstream with its own pool learns how many buffers the sink holds. */
  query = gst_query_new_allocation (caps, FALSE);
  gst_pad_peer_query (sh.h->srcpad, query);
  assert_number_only (query, 5);
  gst_query_unref (query);
  gst_caps_unref (caps);
  sink_harness_end (&sh);
}

GST_END_TEST;

static gboolean
was_asked (SinkHarness * sh)
{
  GstEvent *event;
  gboolean asked = FALSE;

  while ((event = gst_harness_try_pull_upstream_event (sh->h)) != NULL) {
    asked |= GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE;
    gst_event_unref (event);
  }
  return asked;
}

/* Upstream has to reconfigure when the number or origin of buffers changes.
 * The last sample of GstBaseSink counts as one. */
GST_START_TEST (changed_buffer_count_reconfigures_upstream)
{
  GstCaps *caps = gst_caps_from_string
      ("video/x-raw,format=GRAY8,width=64,height=10,framerate=30/1");
  GstQuery *query;
  SinkHarness sh;

  start (&sh);
  was_asked (&sh);
  g_object_set (sh.sink, "max-in-flight", 5, NULL);
  fail_unless (was_asked (&sh));
  g_object_set (sh.sink, "copy-mode", GST_FFS_COPY_NEVER, NULL);
  fail_unless (was_asked (&sh));
  g_object_set (sh.sink, "eos-timeout", G_GUINT64_CONSTANT (5), NULL);
  fail_if (was_asked (&sh));
  gst_element_set_state (sh.sink, GST_STATE_READY);
  g_object_set (sh.sink, "max-in-flight", 4, NULL);
  fail_if (was_asked (&sh));
  gst_element_set_state (sh.sink, GST_STATE_PLAYING);

  g_object_set (sh.sink, "enable-last-sample", TRUE, NULL);
  query = gst_query_new_allocation (caps, FALSE);
  gst_pad_peer_query (sh.h->srcpad, query);
  assert_number_only (query, 5);
  gst_query_unref (query);
  gst_caps_unref (caps);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* With a pool entry without a size, filesrc would read into buffers of no
 * size. */
GST_START_TEST (caps_without_size_get_no_pool)
{
  static const struct
  {
    const gchar *caps;
    guint n;
  } cases[] = {
    {NULL, 0},
    {"ANY", 0},
    {"application/x-test", 0},
    {"audio/x-raw,format=S16LE,rate=8000,channels=1", 0},
    {"image/jpeg", 0},
    {"image/jpeg,framerate=30/1", 1},
    {"video/x-h264,framerate=30/1", 1},
    {"video/x-raw,format=NV12,width=4,height=4,framerate=30/1", 1},
  };
  SinkHarness sh;
  guint i;

  start (&sh);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstCaps *caps = cases[i].caps ? gst_caps_from_string (cases[i].caps) : NULL;
    GstQuery *query = gst_query_new_allocation (caps, TRUE);

    fail_unless (gst_pad_peer_query (sh.h->srcpad, query));
    fail_unless_equals_int (gst_query_get_n_allocation_pools (query),
        cases[i].n);
    /* Encoders may write into dmabufs of the sink too. */
    fail_unless_equals_int (gst_query_get_n_allocation_params (query), 1);
    gst_query_unref (query);
    if (caps)
      gst_caps_unref (caps);
  }
  sink_harness_end (&sh);
}

GST_END_TEST;

/* GstVideoBufferPool takes such caps, but its buffers would have no planes. */
GST_START_TEST (dma_drm_caps_get_no_pool)
{
  GstCaps *caps = gst_caps_from_string ("video/x-raw(memory:DMABuf),"
      "format=DMA_DRM,drm-format=NV12,width=64,height=10,framerate=30/1");
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  SinkHarness sh;

  start (&sh);
  g_object_set (sh.sink, "max-in-flight", 5, NULL);
  fail_unless (gst_pad_peer_query (sh.h->srcpad, query));
  assert_number_only (query, 5);
  gst_query_unref (query);
  gst_caps_unref (caps);
  sink_harness_end (&sh);
}

GST_END_TEST;

static Suite *
shapes_suite (void)
{
  Suite *s = suite_create ("shapes");
  TCase *tc = tcase_create ("shapes");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, dmabufs_are_sent_in_place);
  tcase_add_test (tc, max_memories_are_sent_in_place);
  tcase_add_test (tc, system_memory_is_copied);
  tcase_add_test (tc, offset_memory_is_copied);
  tcase_add_test (tc, only_unsendable_parts_are_copied);
  tcase_add_test (tc, padding_is_removed_on_request);
  tcase_add_test (tc, copy_mode_never_rejects_copies);
  add_written_test (tc, frames_are_written_without_a_heap);
  add_written_test (tc, copy_mode_always_writes_dmabufs);
  tcase_add_test (tc, sink_pool_frames_are_sent_in_place);
  tcase_add_test (tc, changed_buffer_count_reconfigures_upstream);
  tcase_add_test (tc, caps_without_size_get_no_pool);
  tcase_add_test (tc, dma_drm_caps_get_no_pool);
  return s;
}

GST_CHECK_MAIN (shapes);
