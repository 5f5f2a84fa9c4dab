/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_DISPLAY_H__
#define __GST_FFS_UVC_DISPLAY_H__

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

GstFfsProfile *gst_ffs_uvc_display_new (const gchar * product);

G_END_DECLS

#endif /* __GST_FFS_UVC_DISPLAY_H__ */
