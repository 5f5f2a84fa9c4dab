/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_TRANSFER_COUNTER_H__
#define __GST_FFS_TRANSFER_COUNTER_H__

#include <gst/base/gstqueuearray.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsTransferStats:
 * @queued: transfers handed to the kernel
 * @completed: transfers whose fence signalled without an error
 * @failed: transfers whose fence signalled with an error though the host was
 * there
 * @cancelled: transfers that ended because the host went or we stopped
 * @bytes: bytes of completed transfers
 * @in_flight: frames in flight now
 * @in_flight_max: most frames that were in flight at a time
 * @frames: frames released
 * @lost: frames among them that the host did not get though it was there
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
  guint64 lost;
  GstClockTime latency_last;
  GstClockTime latency_max;
  GstClockTime latency_sum;
} GstFfsTransferStats;

typedef struct
{
  GstFfsTransferStats stats;
  GstQueueArray *starts;        /* GstClockTime of each frame in flight */
  gint frame_err;               /* of the oldest frame */
  GstClockTime last_end;        /* of a frame */
} GstFfsTransferCounter;

void gst_ffs_transfer_counter_init (GstFfsTransferCounter * self);
void gst_ffs_transfer_counter_clear (GstFfsTransferCounter * self);

void gst_ffs_transfer_counter_add_begin (GstFfsTransferCounter * self,
    gboolean first, GstClockTime now);
void gst_ffs_transfer_counter_add_end (GstFfsTransferCounter * self,
    gsize length, gint err);
gint gst_ffs_transfer_counter_end_frame (GstFfsTransferCounter * self);
GstClockTime gst_ffs_transfer_counter_get_waiting (GstFfsTransferCounter *
    self);

G_END_DECLS

#endif /* __GST_FFS_TRANSFER_COUNTER_H__ */
