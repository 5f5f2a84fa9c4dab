/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_DESCRIPTORS_H__
#define __GST_FFS_DESCRIPTORS_H__

#include "gstffsprofile.h"

G_BEGIN_DECLS

/* Encoding of the OS descriptors' version: as Microsoft specifies it, or
 * byte-swapped for older kernels (6.1). */
#define GST_FFS_OS_DESC_VERSION 0x0100
#define GST_FFS_OS_DESC_VERSION_OLD 0x0001

GBytes *gst_ffs_descriptors_build (const GstFfsFunctionDesc * desc,
    guint16 os_version);
GBytes *gst_ffs_strings_build (const GstFfsFunctionDesc * desc);

G_END_DECLS

#endif /* __GST_FFS_DESCRIPTORS_H__ */
