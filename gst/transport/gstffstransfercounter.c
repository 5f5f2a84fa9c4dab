/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsTransferCounter: what became of transfers and of the frames they are
 * of, and how long frames took.
 *
 * A frame begins with its first transfer and ends with its last one's fence.
 * Frames end in the order in which they began, so one time for each frame in
 * flight, first in, first out, is all that is kept.
 *
 * Ownership: no buffer and no transfer, numbers only.
 *
 * Locking: none; the owner's lock protects it.
 */

#include "gstffstransfercounter.h"

#include "gstffserror.h"

void
gst_ffs_transfer_counter_init (GstFfsTransferCounter * self)
{
  memset (self, 0, sizeof (*self));
  self->starts = gst_queue_array_new_for_struct (sizeof (GstClockTime), 8);
}

void
gst_ffs_transfer_counter_clear (GstFfsTransferCounter * self)
{
  gst_queue_array_free (self->starts);
}

/* A transfer was accepted by the kernel at @now, the @first of its frame? */
void
gst_ffs_transfer_counter_add_begin (GstFfsTransferCounter * self,
    gboolean first, GstClockTime now)
{
  GstFfsTransferStats *stats = &self->stats;

  stats->queued++;
  if (first) {
    gst_queue_array_push_tail_struct (self->starts, &now);
    stats->in_flight++;
    stats->in_flight_max = MAX (stats->in_flight_max, stats->in_flight);
  }
}

static gboolean
is_lost (gint err)
{
  switch (gst_ffs_meaning (GST_FFS_CALL_FENCE, err)) {
    case GST_FFS_OK:
    case GST_FFS_GONE:
    case GST_FFS_CANCELLED:
      return FALSE;
    default:
      return TRUE;
  }
}

/* The oldest transfer has ended. */
void
gst_ffs_transfer_counter_add_end (GstFfsTransferCounter * self, gsize length,
    gint err)
{
  if (err == 0) {
    self->stats.completed++;
    self->stats.bytes += length;
  } else if (is_lost (err)) {
    self->stats.failed++;
  } else {
    self->stats.cancelled++;
  }
  if (err != 0 && self->frame_err == 0)
    self->frame_err = err;
}

/**
 * gst_ffs_transfer_counter_end_frame:
 * @self: the counter
 *
 * The oldest frame has no transfer any more.
 *
 * Returns: the errno of the first of its transfers that failed, or 0
 */
gint
gst_ffs_transfer_counter_end_frame (GstFfsTransferCounter * self)
{
  GstClockTime *start = gst_queue_array_pop_head_struct (self->starts);
  GstFfsTransferStats *stats = &self->stats;
  gint err = self->frame_err;

  stats->in_flight--;
  stats->frames++;
  stats->lost += is_lost (err);
  self->last_end = gst_util_get_timestamp ();
  stats->latency_last = self->last_end - *start;
  stats->latency_max = MAX (stats->latency_max, stats->latency_last);
  stats->latency_sum += stats->latency_last;
  self->frame_err = 0;
  return err;
}

/**
 * gst_ffs_transfer_counter_get_waiting:
 * @self: the counter
 *
 * Returns: for how long no frame has ended though there are some, ns, or 0
 */
GstClockTime
gst_ffs_transfer_counter_get_waiting (GstFfsTransferCounter * self)
{
  GstClockTime *start = gst_queue_array_peek_head_struct (self->starts);

  return start ? gst_util_get_timestamp () - MAX (*start, self->last_end) : 0;
}
