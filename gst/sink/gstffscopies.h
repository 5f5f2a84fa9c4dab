/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_COPIES_H__
#define __GST_FFS_COPIES_H__

#include <gst/video/video.h>

#include "function/gstffsprofile.h"
#include "gstffslayout.h"
#include "transport/gstffsqueue.h"

G_BEGIN_DECLS

typedef struct _GstFfsCopies GstFfsCopies;

GstFfsCopies *gst_ffs_copies_new (GstAllocator * allocator);
void gst_ffs_copies_free (GstFfsCopies * self);

GstBuffer *gst_ffs_copies_fill (GstFfsCopies * self, gconstpointer data,
    gsize size);
GstBuffer *gst_ffs_copies_header (GstFfsCopies * self,
    const GstFfsFraming * framing, GstMemory * frame);
GstBuffer *gst_ffs_copies_copy (GstFfsCopies * self,
    const GstFfsFraming * framing, GstBuffer * buffer,
    const GstFfsPiece * piece);
GstBuffer *gst_ffs_copies_pack (GstFfsCopies * self,
    const GstFfsFraming * framing, GstBuffer * buffer,
    const GstVideoInfo * info, const GstFfsLayout * layout);

G_END_DECLS

#endif /* __GST_FFS_COPIES_H__ */
