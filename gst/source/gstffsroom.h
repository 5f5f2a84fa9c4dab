/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_ROOM_H__
#define __GST_FFS_ROOM_H__

#include <gst/gst.h>
#include <gst/video/video.h>

#include "function/gstffsprofile.h"
#include "transport/gstffsqueue.h"

G_BEGIN_DECLS

gboolean gst_ffs_room_get_layout (GstBuffer * buffer, const GstVideoInfo * info,
    gsize frame_size, GstFfsFrameLayout * layout);
gboolean gst_ffs_room_is_packed (const GstFfsFrameLayout * layout,
    const GstVideoInfo * info);
guint gst_ffs_room_get_pieces (GstBuffer * buffer, gsize size, gsize before,
    guint packet, gboolean can_gather, GstFfsPiece * pieces);

G_END_DECLS

#endif /* __GST_FFS_ROOM_H__ */
