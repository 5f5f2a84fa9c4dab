/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_CAMERA_BIN_H__
#define __GST_FFS_CAMERA_BIN_H__

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_FFS_CAMERA_BIN (gst_ffs_camera_bin_get_type ())
G_DECLARE_FINAL_TYPE (GstFfsCameraBin, gst_ffs_camera_bin, GST, FFS_CAMERA_BIN,
    GstBin)

GST_ELEMENT_REGISTER_DECLARE (ffscamerabin)

G_END_DECLS

#endif /* __GST_FFS_CAMERA_BIN_H__ */
