/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_STREAM_PROFILE_H__
#define __GST_FFS_STREAM_PROFILE_H__

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

/* A custom upstream event and a custom query on the sink pad, by which a
 * host's controls reach the pipeline: fields "id" (uint) and "value" (int). */
#define GST_FFS_STREAM_CONTROL_STRUCTURE "ffs-control"

GstFfsProfile *gst_ffs_stream_profile_new (GstPad * sinkpad);
GstFfsProfile *gst_ffs_stream_profile_new_receiver (void);

G_END_DECLS

#endif /* __GST_FFS_STREAM_PROFILE_H__ */
