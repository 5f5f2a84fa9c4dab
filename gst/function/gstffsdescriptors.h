/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_DESCRIPTORS_H__
#define __GST_FFS_DESCRIPTORS_H__

#include "gstffsprofile.h"

G_BEGIN_DECLS

GBytes *gst_ffs_descriptors_build (const GstFfsFunctionDesc * desc);
GBytes *gst_ffs_strings_build (const GstFfsFunctionDesc * desc);

G_END_DECLS

#endif /* __GST_FFS_DESCRIPTORS_H__ */
