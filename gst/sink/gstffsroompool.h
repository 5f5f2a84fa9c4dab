/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_ROOM_POOL_H__
#define __GST_FFS_ROOM_POOL_H__

#include <gst/video/gstvideopool.h>

G_BEGIN_DECLS

#define GST_TYPE_FFS_ROOM_POOL (gst_ffs_room_pool_get_type ())
G_DECLARE_FINAL_TYPE (GstFfsRoomPool, gst_ffs_room_pool, GST, FFS_ROOM_POOL,
    GstVideoBufferPool);

GstBufferPool *gst_ffs_room_pool_new (void);

G_END_DECLS

#endif /* __GST_FFS_ROOM_POOL_H__ */
