/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_DESCRIPTORS_H__
#define __GST_FFS_UVC_DESCRIPTORS_H__

#include "gstffsuvcoffer.h"

G_BEGIN_DECLS

GByteArray *gst_ffs_uvc_descriptors_control (guint32 camera_controls,
    guint16 processing_controls, guint8 extension_controls);
GByteArray *gst_ffs_uvc_descriptors_display (void);
GByteArray *gst_ffs_uvc_descriptors_streaming (const GstFfsUvcOffer * offer,
    const GstFfsUvcOffer * stills, guint address);
GByteArray *gst_ffs_uvc_descriptors_fit (GstFfsUvcOffer * offer,
    const GstFfsUvcOffer * stills, guint address);

G_END_DECLS

#endif /* __GST_FFS_UVC_DESCRIPTORS_H__ */
