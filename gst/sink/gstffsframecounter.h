/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_FRAME_COUNTER_H__
#define __GST_FFS_FRAME_COUNTER_H__

#include "gstffsframe.h"
#include "transport/gstffsqueue.h"

G_BEGIN_DECLS

/**
 * GstFfsFrameCounter:
 * @zero_copy: frames sent in place
 * @gathered: frames that went as one transfer of several pieces
 * @in_headroom: frames with their header in the room in front of them
 * @copied: frames of which something was copied
 * @copied_for: the same by the first reason
 * @bytes_copied: bytes that went through the CPU
 */
typedef struct
{
  guint64 zero_copy;
  guint64 gathered;
  guint64 in_headroom;
  guint64 copied;
  guint64 copied_for[GST_FFS_N_COPY_REASONS];
  guint64 bytes_copied;
} GstFfsFrameCounter;

void gst_ffs_frame_counter_add (GstFfsFrameCounter * self,
    GstFfsCopyReason reason, gssize copied,
    gint change);
void gst_ffs_frame_counter_to_structure (const GstFfsFrameCounter * self,
    const GstFfsQueueStats * transfers,
    const GstFfsAttachmentsStats * attachments, guint64 bytes_written,
    GstStructure * s);

G_END_DECLS

#endif /* __GST_FFS_FRAME_COUNTER_H__ */
