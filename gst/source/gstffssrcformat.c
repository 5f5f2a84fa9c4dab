/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsSrcFormat: caps and memory layout of the frames, and what follows from
 * them for a buffer.
 *
 * Ownership: none. Locking: none, streaming thread only.
 */

#include "gstffssrcformat.h"

#include "gstffsroom.h"
#include "sink/gstffscaps.h"

void
gst_ffs_src_format_reset (GstFfsSrcFormat * self)
{
  self->have_info = self->add_meta = FALSE;
  self->layout.size = 0;
}

/**
 * gst_ffs_src_format_set_caps:
 * @self: the format
 * @caps: fixed caps
 */
void
gst_ffs_src_format_set_caps (GstFfsSrcFormat * self, GstCaps * caps)
{
  gst_video_info_init (&self->info);
  self->have_info = gst_ffs_caps_get_info (caps, &self->info);
  self->add_meta = self->have_info
      && gst_caps_features_contains (gst_caps_get_features (caps, 0),
      "memory:DMABuf");
}

/**
 * gst_ffs_src_format_describe_layout:
 * @self: the format
 *
 * Returns: (transfer full): the structure of the element message ffs-layout
 */
GstStructure *
gst_ffs_src_format_describe_layout (const GstFfsSrcFormat * self)
{
  const GstFfsFrameLayout *layout = &self->layout;
  GstStructure *s = gst_structure_new ("ffs-layout",
      "size", G_TYPE_UINT64, (guint64) layout->size,
      "packed", G_TYPE_BOOLEAN, !self->have_info
      || gst_ffs_room_is_packed (layout, &self->info), NULL);
  GValue offsets = G_VALUE_INIT, strides = G_VALUE_INIT, v = G_VALUE_INIT;
  guint i;

  g_value_init (&offsets, GST_TYPE_ARRAY);
  g_value_init (&strides, GST_TYPE_ARRAY);
  for (i = 0; i < layout->n_planes; i++) {
    g_value_init (&v, G_TYPE_INT);
    g_value_set_int (&v, layout->offset[i]);
    gst_value_array_append_and_take_value (&offsets, &v);
    g_value_init (&v, G_TYPE_INT);
    g_value_set_int (&v, layout->stride[i]);
    gst_value_array_append_and_take_value (&strides, &v);
  }
  gst_structure_take_value (s, "offsets", &offsets);
  gst_structure_take_value (s, "strides", &strides);
  return s;
}

/* Returns: the duration of a frame by the caps, or %GST_CLOCK_TIME_NONE */
GstClockTime
gst_ffs_src_format_get_duration (const GstFfsSrcFormat * self)
{
  const gint n = GST_VIDEO_INFO_FPS_N (&self->info);

  if (!self->have_info || n <= 0)
    return GST_CLOCK_TIME_NONE;
  return gst_util_uint64_scale (GST_SECOND, GST_VIDEO_INFO_FPS_D (&self->info),
      n);
}

/**
 * gst_ffs_src_format_add_meta:
 * @self: the format
 * @buffer: a writable buffer with a frame
 *
 * Adds GstVideoMeta where it is needed and the pool has not.
 */
void
gst_ffs_src_format_add_meta (const GstFfsSrcFormat * self, GstBuffer * buffer)
{
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, };
  gint stride[GST_VIDEO_MAX_PLANES] = { 0, };
  guint i;

  if (!self->add_meta || gst_buffer_get_video_meta (buffer))
    return;
  for (i = 0; i < self->layout.n_planes; i++) {
    offset[i] = self->layout.offset[i];
    stride[i] = self->layout.stride[i];
  }
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (&self->info), GST_VIDEO_INFO_WIDTH (&self->info),
      GST_VIDEO_INFO_HEIGHT (&self->info), self->layout.n_planes, offset,
      stride);
}
