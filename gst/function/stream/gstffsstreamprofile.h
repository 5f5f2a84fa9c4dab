/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_STREAM_PROFILE_H__
#define __GST_FFS_STREAM_PROFILE_H__

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

GstFfsProfile *gst_ffs_stream_profile_new (void);

G_END_DECLS

#endif /* __GST_FFS_STREAM_PROFILE_H__ */
