/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which buffers ffsdmabufsrc fills: those of downstream, with their lines and
 * planes as they are, or its own.
 */

#include <gst/allocators/gstdmabuf.h>
#include <gst/video/video.h>

#include "sourcefixture.h"

#define WIDTH 100
#define HEIGHT 30
#define STRIDE 128
#define Y_SIZE (STRIDE * HEIGHT)
#define UV_SIZE (STRIDE * HEIGHT / 2)
#define RAW(format) "video/x-raw,format=" format ",width=100,height=30," \
    "framerate=25/1"

/* ---- a pool of padded frames ---- */

typedef struct
{
  GstBufferPool parent;
  GstVideoFormat format;
  guint n_memories;
  gboolean dmabufs;
  guint n_allocated;
} TestPool;
typedef GstBufferPoolClass TestPoolClass;

GType test_pool_get_type (void);
G_DEFINE_TYPE (TestPool, test_pool, GST_TYPE_BUFFER_POOL);

static GstMemory *
new_memory (TestPool * self, gsize size)
{
  return self->dmabufs ? fake_dmabuf_new_data (size, 0) :
      gst_allocator_alloc (NULL, size, NULL);
}

/* The size of a memory: the frame, and up to the end of the last packet. */
static gsize
get_size (TestPool * self, guint memory)
{
  gsize uv = self->format == GST_VIDEO_FORMAT_NV12 ?
      GST_ROUND_UP_N (UV_SIZE, 1024) : 0;

  if (memory == 1)
    return uv;
  return Y_SIZE + (self->n_memories == 1 ? MAX (uv, 256) : 0);
}

static GstFlowReturn
alloc_buffer (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params G_GNUC_UNUSED)
{
  TestPool *self = (TestPool *) pool;
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, Y_SIZE };
  gint stride[GST_VIDEO_MAX_PLANES] = { STRIDE, STRIDE };
  guint n_planes = self->format == GST_VIDEO_FORMAT_NV12 ? 2 : 1;

  *buffer = gst_buffer_new ();
  gst_buffer_append_memory (*buffer, new_memory (self, get_size (self, 0)));
  if (self->n_memories == 2)
    gst_buffer_append_memory (*buffer, new_memory (self, get_size (self, 1)));
  gst_buffer_add_video_meta_full (*buffer, GST_VIDEO_FRAME_FLAG_NONE,
      self->format, WIDTH, HEIGHT, n_planes, offset, stride);
  self->n_allocated++;
  return GST_FLOW_OK;
}

static void
test_pool_init (TestPool * self G_GNUC_UNUSED)
{
}

static void
test_pool_class_init (TestPoolClass * klass)
{
  klass->alloc_buffer = alloc_buffer;
}

/* ---- downstream ---- */

static SourceFixture t;
static TestPool *downstream_pool;
static guint n_queries;

static GstPadProbeReturn
answer (GstPad * pad G_GNUC_UNUSED, GstPadProbeInfo * info,
    gpointer user_data G_GNUC_UNUSED)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  TestPool *pool = downstream_pool;
  gsize size = get_size (pool, 0);

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  n_queries++;
  if (pool->n_memories == 2)
    size += get_size (pool, 1);
  gst_query_add_allocation_pool (query, GST_BUFFER_POOL (pool), size, 2, 0);
  return GST_PAD_PROBE_HANDLED;
}

/* @wanted: (nullable): the host's format; @caps: downstream's */
static void
start_with (const gchar * wanted, const gchar * caps, gboolean allow_padding)
{
  source_fixture_start (&t, caps, "allow-padding", allow_padding, NULL);
  if (wanted)
    gst_util_set_object_arg (G_OBJECT (t.src), "caps", wanted);
  gst_pad_add_probe (t.h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer,
      NULL, NULL);
  gst_harness_play (t.h);
}

static void
start (const gchar * caps, gboolean allow_padding)
{
  start_with (NULL, caps, allow_padding);
}

static void
setup (void)
{
  source_fixture_endpoint_start ();
  n_queries = 0;
  downstream_pool = g_object_new (test_pool_get_type (), NULL);
  gst_object_ref_sink (downstream_pool);
  downstream_pool->format = GST_VIDEO_FORMAT_GRAY8;
  downstream_pool->n_memories = 1;
  downstream_pool->dmabufs = TRUE;
}

static void
teardown (void)
{
  ASSERT_OBJECT_REFCOUNT (downstream_pool, "pool", 1);
  gst_object_unref (downstream_pool);
  source_fixture_endpoint_end ();
}

/* Pulls a frame and checks where its buffer is from. */
static void
pull_frame (gsize size, guint8 seed, gboolean downstreams)
{
  GstBuffer *buffer = harness_pull (t.h);

  fail_unless (buffer != NULL);
  fail_unless_equals_int (buffer->pool == GST_BUFFER_POOL (downstream_pool),
      downstreams);
  source_assert_frame (buffer, size, seed);
  gst_buffer_unref (buffer);
}

static GstStructure *
pop_layout (void)
{
  GstMessage *msg = gst_bus_timed_pop_filtered (t.bus, 10 * GST_SECOND,
      GST_MESSAGE_ELEMENT);
  GstStructure *s;

  fail_unless (msg != NULL && gst_message_has_name (msg, "ffs-layout"));
  s = gst_structure_copy (gst_message_get_structure (msg));
  gst_message_unref (msg);
  return s;
}

/* ---- tests ---- */

GST_START_TEST (downstream_pool_with_padding_is_used)
{
  GstStructure *layout;
  const GValue *strides;
  guint64 size;
  gboolean packed;

  start (RAW ("GRAY8"), TRUE);
  source_send_frame (Y_SIZE, 1);
  pull_frame (Y_SIZE, 1, TRUE);
  layout = pop_layout ();
  fail_unless (gst_structure_get (layout, "size", G_TYPE_UINT64, &size,
          "packed", G_TYPE_BOOLEAN, &packed, NULL));
  fail_unless_equals_uint64 (size, Y_SIZE);
  fail_if (packed);
  strides = gst_structure_get_value (layout, "strides");
  fail_unless_equals_int (gst_value_array_get_size (strides), 1);
  fail_unless_equals_int (g_value_get_int (gst_value_array_get_value (strides,
              0)), STRIDE);
  gst_structure_free (layout);
  source_fixture_end (&t);
}

GST_END_TEST;

/* A host that knows the caps only does not know of padding. */
GST_START_TEST (padded_pool_is_refused_by_default)
{
  start (RAW ("GRAY8"), FALSE);
  source_send_frame (WIDTH * HEIGHT, 2);
  pull_frame (WIDTH * HEIGHT, 2, FALSE);
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (planes_in_two_dmabufs_are_one_transfer)
{
  guint i;

  downstream_pool->format = GST_VIDEO_FORMAT_NV12;
  downstream_pool->n_memories = 2;
  start (RAW ("NV12"), TRUE);
  for (i = 0; i < 10; i++) {
    source_send_frame (Y_SIZE + UV_SIZE, i);
    pull_frame (Y_SIZE + UV_SIZE, i, TRUE);
  }
  source_fixture_end (&t);
}

GST_END_TEST;

/* TRANSFER takes one dmabuf, from its beginning. */
GST_START_TEST (planes_without_submit_use_own_buffers)
{
  fake_endpoint_set_can_reap (FALSE);
  downstream_pool->format = GST_VIDEO_FORMAT_NV12;
  downstream_pool->n_memories = 2;
  start (RAW ("NV12"), TRUE);
  fake_endpoint_wait_transfers (3);
  fail_unless_equals_uint64 (fake_endpoint_transfer_length (0),
      GST_ROUND_UP_N (WIDTH * HEIGHT * 3 / 2, 1024));
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (pool_without_dmabufs_is_not_used)
{
  downstream_pool->dmabufs = FALSE;
  start (RAW ("GRAY8"), TRUE);
  source_send_frame (WIDTH * HEIGHT, 3);
  pull_frame (WIDTH * HEIGHT, 3, FALSE);
  source_fixture_end (&t);
}

GST_END_TEST;

/* A reconfiguration that changes nothing cancels no frame. */
GST_START_TEST (same_allocation_cancels_nothing)
{
  guint i;

  start (RAW ("GRAY8"), TRUE);
  for (i = 0; i < 4; i++) {
    source_send_frame (Y_SIZE, i);
    pull_frame (Y_SIZE, i, TRUE);
    gst_harness_push_upstream_event (t.h, gst_event_new_reconfigure ());
  }
  fail_unless (n_queries > 1);
  fail_unless_equals_uint64 (element_stat (t.src, "transfers-cancelled"), 0);
  source_fixture_end (&t);
}

GST_END_TEST;

/* Buffers in flight are cancelled before new ones are queued. */
GST_START_TEST (new_caps_replace_the_buffers)
{
  const gsize size = 52 * HEIGHT;
  g_autofree guint8 *data = source_make_frame (size, 3);

  start (RAW ("GRAY8"), FALSE);
  source_send_frame (WIDTH * HEIGHT, 1);
  pull_frame (WIDTH * HEIGHT, 1, FALSE);
  gst_harness_set_sink_caps_str (t.h, "video/x-raw,format=GRAY8,width=50,"
      "height=30,framerate=25/1");
  gst_harness_push_upstream_event (t.h, gst_event_new_reconfigure ());
  /* create() is blocked, and its next frame still has the old size. */
  source_send_frame (WIDTH * HEIGHT, 2);
  pull_frame (WIDTH * HEIGHT, 2, FALSE);
  /* The test does not know when the new buffers are queued. */
  while (gst_harness_buffers_received (t.h) < 3) {
    fake_endpoint_send_some (data, size, FALSE);
    g_thread_yield ();
  }
  pull_frame (size, 3, FALSE);
  source_fixture_end (&t);
}

GST_END_TEST;

#if GST_CHECK_VERSION (1, 24, 0)

#define DRM(format) "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=" \
    format ",width=100,height=30,framerate=25/1"

/* With meta, since these caps do not tell the layout. */
static void
pull_drm_frame (guint8 seed, gboolean downstreams, gint stride)
{
  const gsize size = stride * HEIGHT * 3 / 2;
  GstBuffer *buffer;
  GstVideoMeta *meta;
  GstCaps *caps;

  source_send_frame (size, seed);
  buffer = harness_pull (t.h);
  fail_unless_equals_int (buffer->pool == GST_BUFFER_POOL (downstream_pool),
      downstreams);
  meta = gst_buffer_get_video_meta (buffer);
  fail_unless (meta != NULL);
  fail_unless_equals_int (meta->format, GST_VIDEO_FORMAT_NV12);
  fail_unless_equals_int (meta->stride[0], stride);
  fail_unless_equals_int (meta->offset[1], stride * HEIGHT);
  gst_buffer_unref (buffer);

  caps = gst_pad_get_current_caps (t.h->sinkpad);
  fail_unless_equals_string (gst_structure_get_string (gst_caps_get_structure
          (caps, 0), "drm-format"), "NV12");
  gst_caps_unref (caps);
}

GST_START_TEST (linear_drm_caps_downstreams_buffers)
{
  downstream_pool->format = GST_VIDEO_FORMAT_NV12;
  start_with (RAW ("NV12"), DRM ("{NV12:0x0100000000000002,NV12}"), TRUE);
  pull_drm_frame (1, TRUE, STRIDE);
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (linear_drm_caps_own_buffers)
{
  downstream_pool->dmabufs = FALSE;
  start_with (RAW ("NV12"), DRM ("NV12"), FALSE);
  pull_drm_frame (1, FALSE, WIDTH);
  source_fixture_end (&t);
}

GST_END_TEST;

GST_START_TEST (drm_caps_with_modifier_are_rejected)
{
  GstMessage *msg;

  start_with (RAW ("NV12"), DRM ("NV12:0x0100000000000002"), TRUE);
  msg = gst_bus_timed_pop_filtered (t.bus, 10 * GST_SECOND, GST_MESSAGE_ERROR);
  fail_unless (msg != NULL);
  gst_message_unref (msg);
  source_fixture_end (&t);
}

GST_END_TEST;

#endif

static Suite *
source_pool_suite (void)
{
  Suite *s = suite_create ("source-pool");
  TCase *tc = tcase_create ("source-pool");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, downstream_pool_with_padding_is_used);
  tcase_add_test (tc, padded_pool_is_refused_by_default);
  tcase_add_test (tc, planes_in_two_dmabufs_are_one_transfer);
  tcase_add_test (tc, planes_without_submit_use_own_buffers);
  tcase_add_test (tc, pool_without_dmabufs_is_not_used);
  tcase_add_test (tc, same_allocation_cancels_nothing);
  tcase_add_test (tc, new_caps_replace_the_buffers);
#if GST_CHECK_VERSION (1, 24, 0)
  tcase_add_test (tc, linear_drm_caps_downstreams_buffers);
  tcase_add_test (tc, linear_drm_caps_own_buffers);
  tcase_add_test (tc, drm_caps_with_modifier_are_rejected);
#endif
  return s;
}

GST_CHECK_MAIN (source_pool);
