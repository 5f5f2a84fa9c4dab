/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The buffer pool: downstream's, if the controller can write to its buffers,
 * else one with dmabufs of the element's allocator. The memory of a pool is only
 * known from a buffer, so one is acquired and checked.
 *
 * Ownership: the query holds the pool.
 *
 * No state, no locks.
 */

#include "gstffssrcpool.h"

#include "gstffsroom.h"
#include "transport/gstffsdebug.h"

#define DMABUF_FEATURE "memory:DMABuf"

/* Whole packets of any speed. */
#define PACKET 1024

/* The same format as DMA_DRM caps of GStreamer 1.24 and later, linear. */
static void
append_drm (GstCaps * all G_GNUC_UNUSED, GstCaps * one G_GNUC_UNUSED)
{
#if GST_CHECK_VERSION (1, 24, 0)
  GstStructure *s = gst_caps_get_structure (one, 0);
  const gchar *name = gst_structure_get_string (s, "format");
  g_autofree gchar *drm = NULL;
  guint32 fourcc;

  if (name == NULL || g_str_equal (name, "DMA_DRM"))
    return;
  fourcc = gst_video_dma_drm_fourcc_from_format
      (gst_video_format_from_string (name));
  if (fourcc == 0)
    return;
  drm = gst_video_dma_drm_fourcc_to_string (fourcc, 0);
  one = gst_caps_copy (one);
  gst_caps_set_simple (one, "format", G_TYPE_STRING, "DMA_DRM", "drm-format",
      G_TYPE_STRING, drm, NULL);
  gst_caps_append (all, one);
#endif
}

/**
 * gst_ffs_src_pool_with_dmabufs:
 * @caps: (transfer full): the host's formats
 *
 * Returns: (transfer full): the same, then with memory:DMABuf. System memory caps
 * come first, since all elements accept them, and those that import dmabufs look
 * at the memory
 */
GstCaps *
gst_ffs_src_pool_with_dmabufs (GstCaps * caps)
{
  guint i, n = gst_caps_is_any (caps) ? 0 : gst_caps_get_size (caps);

  for (i = 0; i < n; i++) {
    GstCapsFeatures *features = gst_caps_get_features (caps, i);
    GstCaps *one;

    if (!gst_structure_has_name (gst_caps_get_structure (caps, i),
            "video/x-raw") || !gst_caps_features_is_equal (features,
            GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY))
      continue;
    one = gst_caps_copy_nth (caps, i);
    gst_caps_set_features (one, 0, gst_caps_features_new (DMABUF_FEATURE,
            NULL));
    caps = gst_caps_make_writable (caps);
    gst_caps_append (caps, gst_caps_copy (one));
    append_drm (caps, one);
    gst_caps_unref (one);
  }
  return caps;
}

/* Whether frames can be received into such buffers, and in which layout. */
static gboolean
is_usable (GstElement * element, GstBuffer * buffer,
    const GstFfsSrcPoolWish * wish, GstFfsFrameLayout * layout)
{
  GstFfsPiece pieces[GST_FFS_MAX_PIECES];

  if (!gst_ffs_room_get_layout (buffer, wish->info, wish->frame_size, layout)) {
    GST_INFO_OBJECT (element, "no room for a frame in %" GST_PTR_FORMAT,
        buffer);
    return FALSE;
  }
  if (!wish->allow_padding && !gst_ffs_room_is_packed (layout, wish->info)) {
    GST_INFO_OBJECT (element, "padding in %" GST_PTR_FORMAT, buffer);
    return FALSE;
  }
  if (gst_ffs_room_get_pieces (buffer, layout->size, wish->before, PACKET,
          wish->can_gather, pieces) == 0) {
    GST_INFO_OBJECT (element, "not for the controller: %" GST_PTR_FORMAT,
        buffer);
    return FALSE;
  }
  return TRUE;
}

static gboolean
configure (GstBufferPool * pool, GstCaps * caps, GstAllocator * allocator,
    guint size, guint min, guint max)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, caps, size, min, max);
  if (allocator)
    gst_buffer_pool_config_set_allocator (config, allocator, NULL);
  if (gst_buffer_pool_has_option (pool, GST_BUFFER_POOL_OPTION_VIDEO_META))
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (gst_buffer_pool_set_config (pool, config))
    return TRUE;
  /* The pool has changed the configuration: accept it if the sizes are. */
  config = gst_buffer_pool_get_config (pool);
  if (gst_buffer_pool_config_validate_params (config, caps, size, min, max))
    return gst_buffer_pool_set_config (pool, config);
  gst_structure_free (config);
  return FALSE;
}

static gboolean
try_pool (GstElement * element, GstBufferPool * pool,
    const GstFfsSrcPoolWish * wish, GstFfsFrameLayout * layout)
{
  GstBufferPoolAcquireParams params = {
    .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT
  };
  GstBuffer *buffer = NULL;
  gboolean usable;

  if (!gst_buffer_pool_set_active (pool, TRUE)
      || gst_buffer_pool_acquire_buffer (pool, &buffer, &params) != GST_FLOW_OK)
    return FALSE;
  usable = is_usable (element, buffer, wish, layout);
  gst_buffer_unref (buffer);
  return usable;
}

static gboolean
try_downstream (GstElement * element, GstQuery * query, GstCaps * caps,
    const GstFfsSrcPoolWish * wish, GstFfsFrameLayout * layout)
{
  GstBufferPool *pool = NULL;
  guint size, min, max;
  gboolean usable;

  if (gst_query_get_n_allocation_pools (query) == 0)
    return FALSE;
  gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
  if (pool == NULL)
    return FALSE;
  min += wish->n_buffers;
  if (max > 0)
    min = MIN (min, max);
  if (wish->info)
    size = MAX (size, GST_VIDEO_INFO_SIZE (wish->info));
  size = MAX (size, wish->frame_size);
  usable = configure (pool, caps, NULL, size, min, max)
      && try_pool (element, pool, wish, layout);
  if (usable)
    gst_query_set_nth_allocation_pool (query, 0, pool, size, min, max);
  else
    gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
  return usable;
}

static gboolean
try_own (GstElement * element, GstQuery * query, GstCaps * caps,
    const GstFfsSrcPoolWish * wish, GstFfsFrameLayout * layout)
{
  gsize size = wish->info ? GST_VIDEO_INFO_SIZE (wish->info) : wish->frame_size;
  GstBufferPool *pool;
  guint min = 0, max = 0;
  gboolean usable;

  if (wish->allocator == NULL || size == 0)
    return FALSE;
  /* Downstream holds as many buffers of another pool. */
  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, NULL, NULL, &min, NULL);
  min += wish->n_buffers;
  /* A limit, since a fast host would fill all memory. */
  max = min + wish->n_buffers;
  size = GST_ROUND_UP_N (wish->before + size, (gsize) PACKET);
  pool = gst_buffer_pool_new ();
  usable = configure (pool, caps, wish->allocator, size, min, max)
      && try_pool (element, pool, wish, layout);
  if (!usable)
    gst_buffer_pool_set_active (pool, FALSE);
  else if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_set_nth_allocation_pool (query, 0, pool, size, min, max);
  else
    gst_query_add_allocation_pool (query, pool, size, min, max);
  gst_object_unref (pool);
  return usable;
}

/**
 * gst_ffs_src_pool_decide:
 * @element: for log lines
 * @query: the answered ALLOCATION query
 * @wish: requirements of the buffers
 * @layout: (out): memory layout of frames
 * @downstreams: (out): whether the pool is downstream's
 *
 * Puts the pool first in the query and activates it.
 *
 * Returns: %FALSE if the controller can write to no buffers
 */
gboolean
gst_ffs_src_pool_decide (GstElement * element, GstQuery * query,
    const GstFfsSrcPoolWish * wish, GstFfsFrameLayout * layout,
    gboolean * downstreams)
{
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  *downstreams = try_downstream (element, query, caps, wish, layout);
  return *downstreams || try_own (element, query, caps, wish, layout);
}
