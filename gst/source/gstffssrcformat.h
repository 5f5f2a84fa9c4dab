/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SRC_FORMAT_H__
#define __GST_FFS_SRC_FORMAT_H__

#include <gst/gst.h>
#include <gst/video/video.h>

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

/**
 * GstFfsSrcFormat:
 * @have_info: whether @info is valid
 * @info: raw video
 * @add_meta: whether buffers need a GstVideoMeta: dmabuf caps do not tell the
 * layout
 * @layout: memory layout of frames, size 0 for none
 *
 * Format of the frames.
 */
typedef struct
{
  gboolean have_info;
  GstVideoInfo info;
  gboolean add_meta;
  GstFfsFrameLayout layout;
} GstFfsSrcFormat;

void gst_ffs_src_format_reset (GstFfsSrcFormat * self);
void gst_ffs_src_format_set_caps (GstFfsSrcFormat * self, GstCaps * caps);
GstStructure *gst_ffs_src_format_describe_layout (const GstFfsSrcFormat * self);
GstClockTime gst_ffs_src_format_get_duration (const GstFfsSrcFormat * self);
void gst_ffs_src_format_add_meta (const GstFfsSrcFormat * self,
    GstBuffer * buffer);

G_END_DECLS

#endif /* __GST_FFS_SRC_FORMAT_H__ */
