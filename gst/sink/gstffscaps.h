/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_CAPS_H__
#define __GST_FFS_CAPS_H__

#include <gst/video/video.h>

G_BEGIN_DECLS

GstCaps *gst_ffs_caps_filter (GstCaps * caps);
gchar *gst_ffs_caps_find_fault (GstCaps * caps);
gboolean gst_ffs_caps_is_same_layout (const GstVideoInfo * a,
    const GstVideoInfo * b);
gboolean gst_ffs_caps_get_info (GstCaps * caps, GstVideoInfo * info);
GstBufferPool *gst_ffs_caps_new_headroom_pool (void);
void gst_ffs_caps_propose_allocation (GstQuery * query,
    GstAllocator * allocator, guint min, gsize headroom);

G_END_DECLS

#endif /* __GST_FFS_CAPS_H__ */
