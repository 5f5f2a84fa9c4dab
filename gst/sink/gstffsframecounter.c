/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsFrameCounter: how frames were sent, and all that the element's stats
 * tell of a stream.
 *
 * Locking: none; the stream's lock protects it.
 */

#include "gstffsframecounter.h"

void
gst_ffs_frame_counter_add (GstFfsFrameCounter * self, GstFfsCopyReason reason,
    gssize copied, gint change)
{
  if (reason == GST_FFS_COPY_REASON_NONE)
    self->zero_copy += change;
  else
    self->copied += change;
  self->copied_for[reason] += change;
  self->bytes_copied += copied;
}

/**
 * gst_ffs_frame_counter_to_structure:
 * @self: the counter
 * @transfers: of the same stream
 * @attachments: of the same stream
 * @bytes_written: bytes that went by write()
 * @s: the element's stats, to which all that is added
 */
void
gst_ffs_frame_counter_to_structure (const GstFfsFrameCounter * self,
    const GstFfsQueueStats * transfers,
    const GstFfsAttachmentsStats * attachments, guint64 bytes_written,
    GstStructure * s)
{
  guint i;

  gst_structure_set (s,
      "frames-zero-copy", G_TYPE_UINT64, self->zero_copy,
      "frames-gathered", G_TYPE_UINT64, self->gathered,
      "frames-in-room", G_TYPE_UINT64, self->in_headroom,
      "frames-copied", G_TYPE_UINT64, self->copied, NULL);
  for (i = 1; i < GST_FFS_N_COPY_REASONS; i++) {
    g_autofree gchar *name = g_strconcat ("copied-",
        gst_ffs_copy_reason_name (i), NULL);

    gst_structure_set (s, name, G_TYPE_UINT64, self->copied_for[i], NULL);
  }
  gst_structure_set (s,
      "bytes", G_TYPE_UINT64,
      transfers->bytes + bytes_written,
      "frames-lost", G_TYPE_UINT64, transfers->lost,
      "bytes-copied", G_TYPE_UINT64, self->bytes_copied,
      "transfers-queued", G_TYPE_UINT64, transfers->queued,
      "transfers-completed", G_TYPE_UINT64, transfers->completed,
      "transfers-failed", G_TYPE_UINT64, transfers->failed,
      "transfers-cancelled", G_TYPE_UINT64, transfers->cancelled,
      "in-flight", G_TYPE_UINT, transfers->in_flight,
      "in-flight-max", G_TYPE_UINT, transfers->in_flight_max,
      "attachments", G_TYPE_UINT, attachments->now,
      "attachments-made", G_TYPE_UINT64, attachments->made,
      "attachments-dropped", G_TYPE_UINT64, attachments->dropped,
      "latency-last", G_TYPE_UINT64, transfers->latency_last,
      "latency-avg", G_TYPE_UINT64,
      transfers->frames ? transfers->latency_sum / transfers->frames : 0,
      "latency-max", G_TYPE_UINT64, transfers->latency_max, NULL);
}
