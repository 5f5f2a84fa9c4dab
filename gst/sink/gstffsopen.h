/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_OPEN_H__
#define __GST_FFS_OPEN_H__

#include <gst/gst.h>

#include "transport/gstffsendpoint.h"

G_BEGIN_DECLS

GstFfsEndpoint *gst_ffs_open_endpoint (GstElement * element,
    const gchar * path, gint fd);
gboolean gst_ffs_open_heap (GstElement * element, const gchar * heap,
    GstAllocator ** allocator);

G_END_DECLS

#endif /* __GST_FFS_OPEN_H__ */
