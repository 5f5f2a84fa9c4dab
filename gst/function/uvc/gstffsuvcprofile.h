/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_PROFILE_H__
#define __GST_FFS_UVC_PROFILE_H__

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

GstFfsProfile *gst_ffs_uvc_profile_new (const GstFfsIdentity * identity,
    GstPad * sinkpad);
void gst_ffs_uvc_profile_set_stills (GstFfsProfile * profile, gboolean stills);
void gst_ffs_uvc_profile_set_max_payload (GstFfsProfile * profile,
    guint32 size);

G_END_DECLS

#endif /* __GST_FFS_UVC_PROFILE_H__ */
