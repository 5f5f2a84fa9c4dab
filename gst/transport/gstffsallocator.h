/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_ALLOCATOR_H__
#define __GST_FFS_ALLOCATOR_H__

#include <gst/allocators/gstdmabuf.h>
#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_FFS_ALLOCATOR (gst_ffs_allocator_get_type ())
G_DECLARE_FINAL_TYPE (GstFfsAllocator, gst_ffs_allocator, GST, FFS_ALLOCATOR,
    GstDmaBufAllocator)

GstAllocator *gst_ffs_allocator_new (const gchar * heap, gint * err);

G_END_DECLS

#endif /* __GST_FFS_ALLOCATOR_H__ */
