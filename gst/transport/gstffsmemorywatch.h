/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_MEMORY_WATCH_H__
#define __GST_FFS_MEMORY_WATCH_H__

#include <gst/gst.h>

#include "gstffsattachments.h"

G_BEGIN_DECLS

void gst_ffs_memory_watch (GstMemory * mem, GstFfsAttachments * watcher);
void gst_ffs_memory_unwatch_all (GstFfsAttachments * watcher);

G_END_DECLS

#endif /* __GST_FFS_MEMORY_WATCH_H__ */
