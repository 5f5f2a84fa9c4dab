/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_LAYOUT_H__
#define __GST_FFS_LAYOUT_H__

#include <gst/video/video.h>

G_BEGIN_DECLS

/**
 * GstFfsLayoutKind:
 * @GST_FFS_LAYOUT_TIGHT: without padding
 * @GST_FFS_LAYOUT_RANGES: with padding only around or between its planes
 * @GST_FFS_LAYOUT_PADDED: with padded lines
 * @GST_FFS_LAYOUT_INCOMPLETE: incomplete
 *
 * Layout of a raw video frame in its buffer.
 */
typedef enum
{
  GST_FFS_LAYOUT_TIGHT,
  GST_FFS_LAYOUT_RANGES,
  GST_FFS_LAYOUT_PADDED,
  GST_FFS_LAYOUT_INCOMPLETE
} GstFfsLayoutKind;

/**
 * GstFfsRange:
 * @offset: in the bytes of the buffer
 * @length: bytes
 */
typedef struct
{
  gsize offset;
  gsize length;
} GstFfsRange;

/**
 * GstFfsLayout:
 * @kind: the kind of layout
 * @ranges: with %GST_FFS_LAYOUT_RANGES, the frame without padding
 * @n_ranges: how many
 * @skip: for each plane, offset of the picture, if cropped
 */
typedef struct
{
  GstFfsLayoutKind kind;
  GstFfsRange ranges[GST_VIDEO_MAX_PLANES];
  guint n_ranges;
  gsize skip[GST_VIDEO_MAX_PLANES];
} GstFfsLayout;

gboolean gst_ffs_layout_is_cropped (GstBuffer * buffer,
    const GstVideoInfo * info);
void gst_ffs_layout_find (GstFfsLayout * self, GstBuffer * buffer,
    const GstVideoInfo * info);
gsize gst_ffs_layout_plane_size (const GstVideoInfo * info, guint plane,
    gint stride);

G_END_DECLS

#endif /* __GST_FFS_LAYOUT_H__ */
