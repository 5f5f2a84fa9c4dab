/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_FRAME_H__
#define __GST_FFS_FRAME_H__

#include <gst/gst.h>

#include "transport/gstffstransferqueue.h"

G_BEGIN_DECLS

gboolean gst_ffs_frame_parse (GstBuffer * buffer, GstFfsSegment * segments,
    guint * n_segments, const gchar ** reason);

G_END_DECLS

#endif /* __GST_FFS_FRAME_H__ */
