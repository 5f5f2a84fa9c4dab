/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_TRANSFER_QUEUE_H__
#define __GST_FFS_TRANSFER_QUEUE_H__

#include <gst/gst.h>

#include "gstffsattachments.h"
#include "gstffsendpoint.h"
#include "gstffserror.h"
#include "gstffsinflight.h"
#include "gstffssubmitter.h"

G_BEGIN_DECLS

typedef struct _GstFfsTransferQueue GstFfsTransferQueue;

GstFfsTransferQueue *gst_ffs_transfer_queue_new (GstFfsEndpoint * ep,
    guint max_attachments, GstFfsFrameDoneFunc done, gpointer user_data);
gboolean gst_ffs_transfer_queue_shutdown (GstFfsTransferQueue * self,
    GstClockTime timeout, GstFfsTransferStats * transfers,
    GstFfsAttachmentsStats * attachments);

void gst_ffs_transfer_queue_set_max_in_flight (GstFfsTransferQueue * self,
    guint max_in_flight);
void gst_ffs_transfer_queue_set_flushing (GstFfsTransferQueue * self,
    gboolean flushing);

gboolean gst_ffs_transfer_queue_can_gather (GstFfsTransferQueue * self);
gint gst_ffs_transfer_queue_wait_slot (GstFfsTransferQueue * self);
gint gst_ffs_transfer_queue_wait_idle (GstFfsTransferQueue * self,
    GstMemory * memory);
gint gst_ffs_transfer_queue_submit (GstFfsTransferQueue * self, guint64 frame,
    const GstFfsSegment * segments, guint n_segments,
    GstFfsCall * failed_call);
void gst_ffs_transfer_queue_abandon (GstFfsTransferQueue * self);
gint gst_ffs_transfer_queue_drain (GstFfsTransferQueue * self,
    GstClockTime timeout);
gint gst_ffs_transfer_queue_cancel (GstFfsTransferQueue * self,
    GstClockTime timeout);
gint gst_ffs_transfer_queue_drop_attachments (GstFfsTransferQueue * self);

GstClockTime gst_ffs_transfer_queue_get_waiting (GstFfsTransferQueue * self);
void gst_ffs_transfer_queue_get_stats (GstFfsTransferQueue * self,
    GstFfsTransferStats * transfers, GstFfsAttachmentsStats * attachments);

G_END_DECLS

#endif /* __GST_FFS_TRANSFER_QUEUE_H__ */
