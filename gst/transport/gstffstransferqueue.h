/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_TRANSFER_QUEUE_H__
#define __GST_FFS_TRANSFER_QUEUE_H__

#include <gst/gst.h>

#include "gstffsattachments.h"
#include "gstffsendpoint.h"
#include "gstffserror.h"

G_BEGIN_DECLS

typedef struct _GstFfsTransferQueue GstFfsTransferQueue;

/* GStreamer's own limit of memories in a buffer, and a header and trailer. */
#define GST_FFS_MAX_SEGMENTS 18

/**
 * GstFfsSegment:
 * @memory: (unowned): memory of a dmabuf, kept alive by the frame's buffer
 * @length: bytes to send, from the start of the dmabuf
 *
 * What one TRANSFER sends.
 */
typedef struct
{
  GstMemory *memory;
  gsize length;
} GstFfsSegment;

/**
 * GstFfsTransferStats:
 * @queued: transfers handed to the kernel
 * @completed: transfers whose fence signalled without an error
 * @failed: transfers whose fence signalled with an error of the wire
 * @cancelled: transfers that ended because the host went or we stopped
 * @bytes: bytes of completed transfers
 * @in_flight: frames in flight now
 * @in_flight_max: most frames that were in flight at a time
 * @frames: frames released
 * @latency_last: from the first TRANSFER to the release of the last frame, ns
 * @latency_max: the longest of these
 * @latency_sum: all of these
 */
typedef struct
{
  guint64 queued;
  guint64 completed;
  guint64 failed;
  guint64 cancelled;
  guint64 bytes;
  guint in_flight;
  guint in_flight_max;
  guint64 frames;
  GstClockTime latency_last;
  GstClockTime latency_max;
  GstClockTime latency_sum;
} GstFfsTransferStats;

/**
 * GstFfsFrameDoneFunc:
 * @frame: the frame's number
 * @err: 0, or the errno of the first of its transfers that failed
 * @user_data: as given
 *
 * Called from the fence thread after the frame's buffer was released, with
 * no lock held.
 */
typedef void (*GstFfsFrameDoneFunc) (guint64 frame, gint err,
    gpointer user_data);

GstFfsTransferQueue *gst_ffs_transfer_queue_new (GstFfsEndpoint * ep,
    guint max_in_flight, guint max_attachments, GstFfsFrameDoneFunc done,
    gpointer user_data);
gboolean gst_ffs_transfer_queue_shutdown (GstFfsTransferQueue * self,
    GstClockTime timeout, GstFfsTransferStats * transfers,
    GstFfsAttachmentsStats * attachments);

void gst_ffs_transfer_queue_set_max_in_flight (GstFfsTransferQueue * self,
    guint max_in_flight);
void gst_ffs_transfer_queue_set_flushing (GstFfsTransferQueue * self,
    gboolean flushing);

gint gst_ffs_transfer_queue_wait_slot (GstFfsTransferQueue * self);
gint gst_ffs_transfer_queue_submit (GstFfsTransferQueue * self,
    GstBuffer * buffer, guint64 frame, const GstFfsSegment * segments,
    guint n_segments, GstFfsCall * failed_call);
void gst_ffs_transfer_queue_abandon (GstFfsTransferQueue * self);
gint gst_ffs_transfer_queue_drain (GstFfsTransferQueue * self,
    GstClockTime timeout);
gint gst_ffs_transfer_queue_drop_attachments (GstFfsTransferQueue * self);

void gst_ffs_transfer_queue_get_stats (GstFfsTransferQueue * self,
    GstFfsTransferStats * transfers, GstFfsAttachmentsStats * attachments);

G_END_DECLS

#endif /* __GST_FFS_TRANSFER_QUEUE_H__ */
