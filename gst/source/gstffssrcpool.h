/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SRC_POOL_H__
#define __GST_FFS_SRC_POOL_H__

#include <gst/gst.h>
#include <gst/video/video.h>

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

/**
 * GstFfsSrcPoolWish:
 * @info: (nullable): of raw video
 * @frame_size: bytes of a frame, or 0
 * @allow_padding: whether frames may lie otherwise than @info says
 * @n_buffers: how many are held here at most
 * @can_gather: whether a transfer may have several pieces
 * @allocator: (nullable): our own dmabufs
 *
 * What buffers are needed for.
 */
typedef struct
{
  const GstVideoInfo *info;
  gsize frame_size;
  gboolean allow_padding;
  guint n_buffers;
  gboolean can_gather;
  GstAllocator *allocator;
} GstFfsSrcPoolWish;

GstCaps *gst_ffs_src_pool_with_dmabufs (GstCaps * caps);
gboolean gst_ffs_src_pool_decide (GstElement * element, GstQuery * query,
    const GstFfsSrcPoolWish * wish, GstFfsFrameLayout * layout,
    gboolean * downstreams);

G_END_DECLS

#endif /* __GST_FFS_SRC_POOL_H__ */
