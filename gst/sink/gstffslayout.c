/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsLayout: finds the bytes of a raw picture in a buffer, without padding.
 *
 * Decoders and image processors round up the height of a plane;
 * GstVideoCropMeta selects a part of a buffer. As long as the lines have no
 * padding, the picture is a few ranges of bytes.
 *
 * No state, no locks.
 */

#include <string.h>

#include "gstffslayout.h"

/* The second plane of formats with a palette. */
#define PALETTE_SIZE (256 * 4)

/* Returns the number of rows of a plane and the bytes of each row without
 * padding, as in gst_video_frame_copy(). */
static void
get_rows (const GstVideoInfo * info, guint plane, gint stride, gsize * row,
    gsize * n_rows)
{
  *n_rows = GST_VIDEO_INFO_COMP_HEIGHT (info, plane);
  *row = (gsize) GST_VIDEO_INFO_COMP_WIDTH (info, plane)
      * GST_VIDEO_INFO_COMP_PSTRIDE (info, plane);
  if (*row == 0)
    *row = MIN (stride, GST_VIDEO_INFO_PLANE_STRIDE (info, plane));
  if (GST_VIDEO_FORMAT_INFO_HAS_PALETTE (info->finfo) && plane == 1) {
    *n_rows = 1;
    *row = PALETTE_SIZE;
  }
}

/**
 * gst_ffs_layout_plane_size:
 * @info: the format without padding
 * @plane: index of a plane
 * @stride: stride of the plane
 *
 * Returns: the size of the plane, without the padding of the last line;
 * %G_MAXSIZE if the stride is invalid
 */
gsize
gst_ffs_layout_plane_size (const GstVideoInfo * info, guint plane, gint stride)
{
  gsize row, n_rows, before;

  if (GST_VIDEO_FORMAT_INFO_IS_TILED (info->finfo)) {
    gsize end = plane + 1 < GST_VIDEO_INFO_N_PLANES (info) ?
        GST_VIDEO_INFO_PLANE_OFFSET (info, plane + 1) :
        GST_VIDEO_INFO_SIZE (info);

    return stride == GST_VIDEO_INFO_PLANE_STRIDE (info, plane) ?
        end - GST_VIDEO_INFO_PLANE_OFFSET (info, plane) : G_MAXSIZE;
  }

  if (stride < 0)
    return G_MAXSIZE;
  get_rows (info, plane, stride, &row, &n_rows);
  if (n_rows == 0 || (n_rows > 1 && row > (gsize) stride)
      || !g_size_checked_mul (&before, stride, n_rows - 1)
      || !g_size_checked_add (&before, before, row))
    return G_MAXSIZE;
  return before;
}

/* Gets offsets and strides of a buffer's planes. */
typedef struct
{
  gsize offset[GST_VIDEO_MAX_PLANES];
  gint stride[GST_VIDEO_MAX_PLANES];
} Planes;

static void
get_planes (GstBuffer * buffer, const GstVideoInfo * info, Planes * planes)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  guint i;

  for (i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    planes->offset[i] = meta ? meta->offset[i] :
        GST_VIDEO_INFO_PLANE_OFFSET (info, i);
    planes->stride[i] = meta ? meta->stride[i] :
        GST_VIDEO_INFO_PLANE_STRIDE (info, i);
  }
}

static gboolean
is_like (const GstVideoMeta * meta, const GstVideoInfo * info)
{
  return meta->format == GST_VIDEO_INFO_FORMAT (info)
      && meta->n_planes >= GST_VIDEO_INFO_N_PLANES (info)
      && meta->width >= (guint) GST_VIDEO_INFO_WIDTH (info)
      && meta->height >= (guint) GST_VIDEO_INFO_HEIGHT (info);
}

/**
 * gst_ffs_layout_is_cropped:
 * @buffer: a frame of raw video
 * @info: its format without padding
 *
 * Only if the caps have the cropped size. If they have the size of the whole
 * buffer, which the host expects, the meta is only a hint.
 *
 * Returns: whether the picture is a part of the buffer
 */
gboolean
gst_ffs_layout_is_cropped (GstBuffer * buffer, const GstVideoInfo * info)
{
  GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (buffer);
  GstVideoMeta *meta = crop ? gst_buffer_get_video_meta (buffer) : NULL;

  return meta && is_like (meta, info)
      && !GST_VIDEO_FORMAT_INFO_IS_TILED (info->finfo)
      && crop->width == (guint) GST_VIDEO_INFO_WIDTH (info)
      && crop->height == (guint) GST_VIDEO_INFO_HEIGHT (info)
      && crop->x <= meta->width - crop->width
      && crop->y <= meta->height - crop->height
      && (crop->width < meta->width || crop->height < meta->height);
}

/* Finds the first component of a plane. Returns FALSE if the picture cannot
 * start there: some formats pack several pixels in a group of bits. */
static gboolean
skip_plane (const GstVideoInfo * info, guint plane, gint stride, guint x,
    guint y, gsize * skip)
{
  const GstVideoFormatInfo *finfo = info->finfo;
  gint pixel = GST_VIDEO_FORMAT_INFO_PSTRIDE (finfo, plane);

  if (stride < 0 || (x > 0 && pixel == 0))
    return FALSE;
  if (GST_VIDEO_FORMAT_INFO_HAS_PALETTE (finfo) && plane == 1)
    return TRUE;
  *skip = (gsize) (y >> GST_VIDEO_FORMAT_INFO_H_SUB (finfo, plane)) * stride
      + (gsize) (x >> GST_VIDEO_FORMAT_INFO_W_SUB (finfo, plane)) * pixel;
  return TRUE;
}

/* Subsampled chroma: the picture must consist of whole groups of pixels. */
static gboolean
find_skips (const GstVideoCropMeta * crop, const GstVideoInfo * info,
    const Planes * planes, gsize * skip)
{
  guint i, w_sub = 0, h_sub = 0;

  for (i = 0; i < GST_VIDEO_INFO_N_COMPONENTS (info); i++) {
    w_sub = MAX (w_sub, GST_VIDEO_FORMAT_INFO_W_SUB (info->finfo, i));
    h_sub = MAX (h_sub, GST_VIDEO_FORMAT_INFO_H_SUB (info->finfo, i));
  }
  for (i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    if (!skip_plane (info, i, planes->stride[i], crop->x >> w_sub << w_sub,
            crop->y >> h_sub << h_sub, &skip[i]))
      return FALSE;
  }
  return TRUE;
}

/* Whether all lines are inside the buffer. */
static gboolean
is_complete (GstBuffer * buffer, const GstVideoInfo * info,
    const Planes * planes)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  gsize size = gst_buffer_get_size (buffer), end;
  guint i;

  if (meta && !is_like (meta, info))
    return FALSE;
  for (i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    if (!g_size_checked_add (&end, planes->offset[i],
            gst_ffs_layout_plane_size (info, i, planes->stride[i]))
        || end > size)
      return FALSE;
  }
  return TRUE;
}

/* Finds the bytes of a contiguous plane. Returns FALSE if the plane is not
 * contiguous, or if the padding of the last line is incomplete. */
static gboolean
find_range (const GstVideoInfo * info, guint plane, const Planes * planes,
    gsize size, GstFfsRange * range)
{
  gint stride = GST_VIDEO_INFO_PLANE_STRIDE (info, plane);
  gsize end = plane + 1 < GST_VIDEO_INFO_N_PLANES (info) ?
      GST_VIDEO_INFO_PLANE_OFFSET (info,
      plane + 1) : GST_VIDEO_INFO_SIZE (info);
  gsize row, n_rows;

  if (planes->stride[plane] != stride
      || end <= GST_VIDEO_INFO_PLANE_OFFSET (info, plane))
    return FALSE;
  range->offset = planes->offset[plane];
  range->length = end - GST_VIDEO_INFO_PLANE_OFFSET (info, plane);
  if (range->length > size || range->offset > size - range->length)
    return FALSE;
  /* The format itself has padding, with other bytes here. */
  if (!GST_VIDEO_FORMAT_INFO_IS_TILED (info->finfo)) {
    get_rows (info, plane, stride, &row, &n_rows);
    return n_rows * stride == range->length;
  }
  return TRUE;
}

static gboolean
find_ranges (GstFfsLayout * self, GstBuffer * buffer,
    const GstVideoInfo * info, const Planes * planes)
{
  gsize size = gst_buffer_get_size (buffer);
  guint i;

  self->n_ranges = 0;
  for (i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    GstFfsRange *next = &self->ranges[self->n_ranges];

    if (!find_range (info, i, planes, size, next))
      return FALSE;
    if (self->n_ranges > 0 && next[-1].offset + next[-1].length == next->offset)
      next[-1].length += next->length;
    else
      self->n_ranges++;
  }
  return TRUE;
}

static gboolean
is_tight (GstBuffer * buffer, const GstVideoInfo * info, const Planes * planes)
{
  guint i;

  if (gst_buffer_get_size (buffer) != GST_VIDEO_INFO_SIZE (info))
    return FALSE;
  for (i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    if (planes->stride[i] != GST_VIDEO_INFO_PLANE_STRIDE (info, i)
        || planes->offset[i] != GST_VIDEO_INFO_PLANE_OFFSET (info, i))
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_ffs_layout_find:
 * @self: (out): the layout
 * @buffer: a frame of raw video
 * @info: its format without padding
 *
 * The meta of a buffer may be wrong: a source may have lost the end of a
 * frame. This is the only check that all lines are inside the memory.
 */
void
gst_ffs_layout_find (GstFfsLayout * self, GstBuffer * buffer,
    const GstVideoInfo * info)
{
  Planes planes;
  guint i;

  memset (self, 0, sizeof (*self));
  get_planes (buffer, info, &planes);
  if (gst_ffs_layout_is_cropped (buffer, info)) {
    if (!find_skips (gst_buffer_get_video_crop_meta (buffer), info, &planes,
            self->skip))
      memset (self->skip, 0, sizeof (self->skip));
    for (i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++) {
      if (!g_size_checked_add (&planes.offset[i], planes.offset[i],
              self->skip[i]))
        planes.offset[i] = G_MAXSIZE;
    }
  }

  if (is_tight (buffer, info, &planes))
    self->kind = GST_FFS_LAYOUT_TIGHT;
  else if (!is_complete (buffer, info, &planes))
    self->kind = GST_FFS_LAYOUT_INCOMPLETE;
  else if (find_ranges (self, buffer, info, &planes))
    self->kind = GST_FFS_LAYOUT_RANGES;
  else
    self->kind = GST_FFS_LAYOUT_PADDED;
}
