/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_FENCE_H__
#define __GST_FFS_FENCE_H__

#include <glib.h>

G_BEGIN_DECLS

gint gst_ffs_fence_export (gint dmabuf, gint * sync_file);
void gst_ffs_fence_wait (gint fd, gboolean is_sync_file);
gint gst_ffs_fence_status (gint sync_file, gint * status);

G_END_DECLS

#endif /* __GST_FFS_FENCE_H__ */
