/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_COPIER_H__
#define __GST_FFS_COPIER_H__

#include <gst/video/video.h>

#include "function/gstffsprofile.h"
#include "transport/gstffsqueue.h"

G_BEGIN_DECLS

typedef struct _GstFfsCopier GstFfsCopier;

GstFfsCopier *gst_ffs_copier_new (GstAllocator * allocator);
void gst_ffs_copier_free (GstFfsCopier * self);

GstBuffer *gst_ffs_copier_fill (GstFfsCopier * self, gconstpointer data,
    gsize size);
GstBuffer *gst_ffs_copier_header (GstFfsCopier * self,
    const GstFfsFraming * framing, GstMemory * frame);
GstBuffer *gst_ffs_copier_copy (GstFfsCopier * self,
    const GstFfsFraming * framing, GstBuffer * buffer,
    const GstFfsPiece * piece);
GstBuffer *gst_ffs_copier_pack (GstFfsCopier * self,
    const GstFfsFraming * framing, GstBuffer * buffer,
    const GstVideoInfo * info);

G_END_DECLS

#endif /* __GST_FFS_COPIER_H__ */
