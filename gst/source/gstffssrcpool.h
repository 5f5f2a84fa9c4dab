/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SRC_POOL_H__
#define __GST_FFS_SRC_POOL_H__

#include <gst/gst.h>
#include <gst/video/video.h>

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

/**
 * GstFfsSrcPoolWish:
 * @info: (nullable): the caps of raw video
 * @frame_size: bytes of a frame, or 0
 * @before: bytes of a header before the frame in the same transfer
 * @allow_padding: whether the layout may differ from the default one of @info
 * @n_buffers: maximum number of buffers that the element holds
 * @can_gather: whether a transfer may have several segments
 * @allocator: (nullable): the element's allocator of dmabufs
 *
 * Requirements of the buffers.
 */
typedef struct
{
  const GstVideoInfo *info;
  gsize frame_size;
  gsize before;
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
