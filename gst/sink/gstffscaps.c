/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Negotiation. The endpoint carries bytes, so all caps but audio are accepted,
 * except memory without usable bytes: dmabufs with a GPU layout, and
 * memory:NVMM, memory:VAMemory and similar, which map to structures with
 * pointers.
 *
 * Since GStreamer 1.24 dmabuf video is negotiated as format=DMA_DRM with a
 * drm-format "FOURCC" or "FOURCC:0xMODIFIER". Modifier 0 (DRM_FORMAT_MOD_
 * LINEAR in drm_fourcc.h) or none is linear. The fields are read as strings,
 * so that a build with 1.22 works with any version.
 *
 * No state, no locks.
 */

#include <string.h>

#include "gstffscaps.h"

#define DMABUF_FEATURE "memory:DMABuf"

static gboolean
is_linear (const gchar * drm_format)
{
  const gchar *modifier = strchr (drm_format, ':');

  return modifier == NULL || g_ascii_strtoull (modifier + 1, NULL, 16) == 0;
}

/* With the feature memory:DMABuf, or without it from elements that drop it. */
static gboolean
is_dma_drm (GstCaps * caps, guint i)
{
  GstStructure *s = gst_caps_get_structure (caps, i);

  return gst_structure_has_name (s, "video/x-raw")
      && gst_structure_has_field (s, "drm-format");
}

/* Keeps the linear formats of a string or list. Returns FALSE if there is
 * none. */
static gboolean
keep_linear (GstStructure * s)
{
  const GValue *formats = gst_structure_get_value (s, "drm-format");
  GValue linear = G_VALUE_INIT;
  guint i;

  if (G_VALUE_HOLDS_STRING (formats))
    return is_linear (g_value_get_string (formats));
  if (!GST_VALUE_HOLDS_LIST (formats))
    return TRUE;

  g_value_init (&linear, GST_TYPE_LIST);
  for (i = 0; i < gst_value_list_get_size (formats); i++) {
    const GValue *format = gst_value_list_get_value (formats, i);

    if (G_VALUE_HOLDS_STRING (format)
        && is_linear (g_value_get_string (format)))
      gst_value_list_append_value (&linear, format);
  }
  i = gst_value_list_get_size (&linear);
  gst_structure_take_value (s, "drm-format", &linear);
  return i > 0;
}

static gboolean
is_sound (GstCaps * caps, guint i)
{
  return g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps,
              i)), "audio/");
}

static gboolean
is_dmabuf (GstCapsFeatures * features)
{
  return gst_caps_features_get_size (features) == 1
      && gst_caps_features_contains (features, DMABUF_FEATURE);
}

/* Whether the memory contains the bytes of a complete frame: fields
 * (format:Interlaced) and overlays to be composed are features too. */
static gboolean
is_readable (GstCapsFeatures * features)
{
  return features == NULL || gst_caps_features_is_any (features)
      || gst_caps_features_is_equal (features,
      GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY) || is_dmabuf (features);
}

/**
 * gst_ffs_caps_filter:
 * @caps: (transfer full): the peer's caps
 *
 * Returns: (transfer full): the accepted ones, dmabufs first, otherwise in the
 * same order
 */
GstCaps *
gst_ffs_caps_filter (GstCaps * caps)
{
  GstCaps *dmabufs, *others;
  guint i;

  if (gst_caps_is_any (caps))
    return caps;
  dmabufs = gst_caps_new_empty ();
  others = gst_caps_new_empty ();
  for (i = 0; i < gst_caps_get_size (caps); i++) {
    GstCapsFeatures *features = gst_caps_get_features (caps, i);
    GstCaps *one;

    if (is_sound (caps, i) || !is_readable (features))
      continue;
    one = gst_caps_copy_nth (caps, i);
    if (is_dma_drm (one, 0) && !keep_linear (gst_caps_get_structure (one, 0)))
      gst_caps_unref (one);
    else
      gst_caps_append (is_dmabuf (features) ? dmabufs : others, one);
  }
  gst_caps_unref (caps);
  gst_caps_append (dmabufs, others);
  return dmabufs;
}

/**
 * gst_ffs_caps_find_fault:
 * @caps: fixed caps
 *
 * Returns: (transfer full) (nullable): an error text, %NULL if a host can read
 * such frames
 */
gchar *
gst_ffs_caps_find_fault (GstCaps * caps)
{
  GstCapsFeatures *features;
  const gchar *drm_format;

  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return NULL;
  if (is_sound (caps, 0))
    return g_strdup ("This element sends video, and upstream sends sound.");

  features = gst_caps_get_features (caps, 0);
  if (!is_readable (features)) {
    g_autofree gchar *text = gst_caps_features_to_string (features);

    return g_strdup_printf ("A USB device controller cannot read frames with "
        "the caps feature \"%s\". Have upstream convert them to "
        "memory:DMABuf or ordinary memory.", text);
  }

  if (!is_dma_drm (caps, 0))
    return NULL;
  drm_format =
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "drm-format");
  if (drm_format == NULL || is_linear (drm_format))
    return NULL;
  return g_strdup_printf ("A USB host cannot read video in the layout \"%s\"; "
      "it must be linear (a drm-format without a modifier).", drm_format);
}

/**
 * gst_ffs_caps_is_same_layout:
 * @a: first video info
 * @b: second video info
 *
 * Returns: whether buffers of both have the same layout, for example if only
 * the rate differs
 */
gboolean
gst_ffs_caps_is_same_layout (const GstVideoInfo * a, const GstVideoInfo * b)
{
  return GST_VIDEO_INFO_FORMAT (a) == GST_VIDEO_INFO_FORMAT (b)
      && GST_VIDEO_INFO_WIDTH (a) == GST_VIDEO_INFO_WIDTH (b)
      && GST_VIDEO_INFO_HEIGHT (a) == GST_VIDEO_INFO_HEIGHT (b)
      && GST_VIDEO_INFO_INTERLACE_MODE (a) == GST_VIDEO_INFO_INTERLACE_MODE (b)
      && GST_VIDEO_INFO_SIZE (a) == GST_VIDEO_INFO_SIZE (b);
}

/**
 * gst_ffs_caps_get_info:
 * @caps: fixed caps
 * @info: (out): the default layout
 *
 * Returns: whether this is raw video with a layout known to GStreamer
 */
gboolean
gst_ffs_caps_get_info (GstCaps * caps, GstVideoInfo * info)
{
  GstStructure *s;

  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return FALSE;
  s = gst_caps_get_structure (caps, 0);
  if (!gst_structure_has_name (s, "video/x-raw"))
    return FALSE;

#if GST_CHECK_VERSION (1, 24, 0)
  if (gst_video_is_dma_drm_caps (caps)) {
    GstVideoInfoDmaDrm drm;

    return gst_video_info_dma_drm_from_caps (&drm, caps)
        && gst_video_info_dma_drm_to_video_info (&drm, info);
  }
#endif
  return gst_video_info_from_caps (info, caps)
      && GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_ENCODED
      && GST_VIDEO_INFO_SIZE (info) > 0;
}

/* A pool of video frames with headroom. GstAllocationParams.prefix applies
 * only to the allocation: GstBufferPool resets a returned buffer to the start
 * of its memory (default_reset_buffer() in gstbufferpool.c). The headroom only
 * changes while the pool is inactive. */
#define GST_TYPE_FFS_HEADROOM_POOL (gst_ffs_headroom_pool_get_type ())
G_DECLARE_FINAL_TYPE (GstFfsHeadroomPool, gst_ffs_headroom_pool, GST,
    FFS_HEADROOM_POOL, GstVideoBufferPool)
     struct _GstFfsHeadroomPool
     {
       GstVideoBufferPool parent;

       gsize headroom;
     };

G_DEFINE_FINAL_TYPE (GstFfsHeadroomPool, gst_ffs_headroom_pool,
    GST_TYPE_VIDEO_BUFFER_POOL);

     static gboolean
         set_pool_config (GstBufferPool * pool, GstStructure * config)
{
  GstAllocationParams params;

  if (gst_buffer_pool_config_get_allocator (config, NULL, &params))
    GST_FFS_HEADROOM_POOL (pool)->headroom = params.prefix;
  return GST_BUFFER_POOL_CLASS (gst_ffs_headroom_pool_parent_class)->set_config
      (pool, config);
}

static void
reset_buffer (GstBufferPool * pool, GstBuffer * buffer)
{
  gsize headroom = GST_FFS_HEADROOM_POOL (pool)->headroom, offset, size;

  GST_BUFFER_POOL_CLASS (gst_ffs_headroom_pool_parent_class)->reset_buffer
      (pool, buffer);
  size = gst_buffer_get_sizes (buffer, &offset, NULL);
  if (offset != headroom)
    gst_buffer_resize (buffer, (gssize) headroom - (gssize) offset, size);
}

static void
gst_ffs_headroom_pool_init (GstFfsHeadroomPool * self G_GNUC_UNUSED)
{
}

static void
gst_ffs_headroom_pool_class_init (GstFfsHeadroomPoolClass * klass)
{
  GST_BUFFER_POOL_CLASS (klass)->set_config = set_pool_config;
  GST_BUFFER_POOL_CLASS (klass)->reset_buffer = reset_buffer;
}

/* Returns: (transfer full): an unconfigured pool */
GstBufferPool *
gst_ffs_caps_new_headroom_pool (void)
{
  return gst_object_ref_sink (g_object_new (GST_TYPE_FFS_HEADROOM_POOL, NULL));
}

static void
propose_pool (GstQuery * query, GstCaps * caps, GstAllocator * allocator,
    const GstAllocationParams * params, guint size, guint min)
{
  GstBufferPool *pool =
      params->prefix >
      0 ? gst_ffs_caps_new_headroom_pool () : gst_video_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, caps, size, min, 0);
  gst_buffer_pool_config_set_allocator (config, allocator, params);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (gst_buffer_pool_set_config (pool, config))
    gst_query_add_allocation_pool (query, pool, size, min, 0);
  gst_object_unref (pool);
}

/* Encoded video from a camera. Encoded video from a file has no framerate:
 * GstBaseSrc must not create its pool from our entry, since its buffers would
 * have the entry's size. */
static gboolean
is_camera (GstCaps * caps)
{
  GstStructure *s;
  const gchar *name;

  if (caps == NULL || gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return FALSE;
  s = gst_caps_get_structure (caps, 0);
  name = gst_structure_get_name (s);
  return (g_str_has_prefix (name, "video/") || g_str_has_prefix (name,
          "image/")) && gst_structure_has_field (s, "framerate");
}

/**
 * gst_ffs_caps_propose_allocation:
 * @query: an allocation query
 * @allocator: (nullable): allocator of dmabufs to propose
 * @min: maximum number of buffers that the sink holds
 * @headroom: bytes to leave free in front of each frame
 *
 * Proposes a pool of dmabufs for raw video, the allocator for all caps, so
 * that encoders write into dmabufs too, and for cameras the number of buffers
 * that they need in addition to their own.
 */
void
gst_ffs_caps_propose_allocation (GstQuery * query, GstAllocator * allocator,
    guint min, gsize headroom)
{
  GstAllocationParams params;
  gboolean need_pool, raw;
  GstVideoInfo info;
  guint size = 0;
  GstCaps *caps;

  gst_allocation_params_init (&params);
  params.prefix = headroom;
  gst_query_parse_allocation (query, &caps, &need_pool);
  raw = caps && gst_ffs_caps_get_info (caps, &info);
  if (raw)
    size = GST_VIDEO_INFO_SIZE (&info);

  if (allocator)
    gst_query_add_allocation_param (query, allocator, &params);
  /* Don't offer a pool for DMA_DRM caps: upstream has to bring one that knows
   * the modifier's layout. */
  if (allocator && raw && need_pool && !is_dma_drm (caps, 0))
    propose_pool (query, caps, allocator, &params, size, min);
  /* Without any entry v4l2src copies to system memory when it runs low. */
  if (gst_query_get_n_allocation_pools (query) == 0
      && (raw || is_camera (caps)))
    gst_query_add_allocation_pool (query, NULL, size, min, 0);
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  gst_query_add_allocation_meta (query, GST_VIDEO_CROP_META_API_TYPE, NULL);
}
