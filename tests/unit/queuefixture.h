/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Helpers for tests of the queue by itself.
 */

#ifndef __QUEUE_FIXTURE_H__
#define __QUEUE_FIXTURE_H__

#include "harness.h"
#include "transport/gstffsqueue.h"

/* Long enough to see that a thread is blocked. */
#define BLOCKED_FOR (200 * G_TIME_SPAN_MILLISECOND)

/* The first memory of a buffer as a segment. */
static inline GstFfsPiece
queue_piece (GstBuffer * buffer)
{
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);
  GstFfsPiece piece = {.memory = memory,.length = memory->size,.owner = buffer
  };

  return piece;
}

/* FALSE: a transfer has not ended in time */
static inline gboolean
queue_shut_down (GstFfsQueue * queue, GstClockTime timeout)
{
  GstFfsAttachmentsStats attachments;
  GstFfsQueueStats stats;

  return gst_ffs_queue_shutdown (queue, timeout, &stats, &attachments);
}

#endif /* __QUEUE_FIXTURE_H__ */
