/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_STREAM_PROFILE_H__
#define __GST_FFS_STREAM_PROFILE_H__

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

/* Custom upstream event and custom query on the sink pad for a host's
 * controls: fields "id" (uint) and "value" (int). */
#define GST_FFS_STREAM_CONTROL_STRUCTURE "ffs-control"

GstFfsProfile *gst_ffs_stream_profile_new (GstPad * sinkpad);
GstFfsProfile *gst_ffs_stream_profile_new_receiver (void);

G_END_DECLS

#endif /* __GST_FFS_STREAM_PROFILE_H__ */
