/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_BUFFER_POOL_H__
#define __GST_FFS_BUFFER_POOL_H__

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstFfsBufferPool GstFfsBufferPool;

GstFfsBufferPool *gst_ffs_buffer_pool_new (GstAllocator * allocator);
void gst_ffs_buffer_pool_free (GstFfsBufferPool * self);

GstBuffer *gst_ffs_buffer_pool_acquire (GstFfsBufferPool * self, gsize size);
GstBuffer *gst_ffs_buffer_pool_fill (GstFfsBufferPool * self,
    gconstpointer data, gsize size);

G_END_DECLS

#endif /* __GST_FFS_BUFFER_POOL_H__ */
