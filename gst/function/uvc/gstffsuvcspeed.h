/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_SPEED_H__
#define __GST_FFS_UVC_SPEED_H__

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

guint64 gst_ffs_uvc_speed_get_limit (GstFfsSpeed speed);
GstFfsSpeed gst_ffs_uvc_speed_of_endpoint (gint fd);

G_END_DECLS

#endif /* __GST_FFS_UVC_SPEED_H__ */
