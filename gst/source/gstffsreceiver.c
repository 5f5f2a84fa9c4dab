/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsReceiver: queues empty buffers for the host to fill.
 *
 * With a profile two transfers are queued for each frame, one for the header
 * and one for the payload, so that the payload starts where its buffer does. A
 * profile with headroom has the header in the same transfer: it goes into a
 * dmabuf of the receiver, which the frame's buffer refers to until the frame is
 * taken. Without a profile a frame is one transfer of the size that all frames
 * have.
 *
 * Ownership: owns the endpoint, the queue, which owns the buffers in flight,
 * and the intake, which owns the frames received.
 *
 * Locking: head_queued, n_queued and heads belong to the thread with the
 * queue's claim: the streaming thread, or one that halts the receiver. The lock
 * protects the pointer to the queue against close() and the last counters, and
 * is taken before the queue's. The intake has its own lock, taken within the
 * claim. The queue calls received() for one transfer at a time. Call close()
 * after the streaming thread has ended and while no other thread halts or
 * resumes the receiver.
 */

#include "gstffsreceiver.h"

#include <errno.h>
#include <string.h>

#include "gstffsroom.h"
#include "transport/gstffsbufferpool.h"
#include "transport/gstffsdebug.h"
#include "transport/gstffsqueue.h"

/* dmabufs that may be attached at a time: those of a pool, and headers. */
#define MAX_ATTACHMENTS 128

/* Never reached: the element bounds the transfers in flight. */
#define MAX_TRANSFERS 256

enum
{
  TAG_HEAD,
  TAG_FRAME,                    /* of so many bytes, or fewer */
  TAG_EXACT_FRAME,
};

struct _GstFfsReceiver
{
  GstFfsEndpoint *ep;
  GstFfsProfile *profile;       /* nullable */
  gsize before;                 /* bytes of a header in the frame's transfer */

  GstFfsQueue *queue;           /* NULL once closed */

  /* With the claim. */
  GstFfsBufferPool *heads;      /* nullable */
  guint64 n_queued;
  gboolean head_queued;         /* and nothing behind it */

  GMutex lock;
  GstFfsQueueStats last_transfers;
  GstFfsAttachmentsStats last_attachments;

  GstFfsIntake intake;
};

/* (transfer none): The header of a frame in the same transfer. */
static GstBuffer *
get_head (GstBuffer * buffer)
{
  return gst_buffer_get_parent_buffer_meta (buffer)->buffer;
}

/* From the queue. */
static void
received (GstBuffer * buffer, const GstFfsFrameTag * tag, gint err,
    gsize actual, gpointer user_data)
{
  GstFfsReceiver *self = user_data;

  if (tag->kind == TAG_HEAD) {
    gst_ffs_intake_take_head (&self->intake, buffer, err, actual);
    gst_buffer_unref (buffer);
    return;
  }
  if (self->before > 0) {
    gst_ffs_intake_take_head (&self->intake, get_head (buffer), err,
        MIN (actual, self->before));
    if (actual != GST_FFS_LENGTH_UNKNOWN)
      actual -= MIN (actual, self->before);
  }
  gst_ffs_intake_take_frame (&self->intake, buffer,
      tag->kind == TAG_EXACT_FRAME, tag->size, err, actual);
}

/* ---- life ---- */

/**
 * gst_ffs_receiver_new:
 * @ep: (transfer full): an OUT endpoint
 * @allocator: (nullable): of dmabufs, for headers; needed with @profile
 * @profile: (nullable): what understands the headers
 */
GstFfsReceiver *
gst_ffs_receiver_new (GstFfsEndpoint * ep, GstAllocator * allocator,
    GstFfsProfile * profile)
{
  GstFfsReceiver *self = g_new0 (GstFfsReceiver, 1);

  self->ep = ep;
  if (profile) {
    self->profile = gst_object_ref (profile);
    self->before = gst_ffs_profile_describe (profile)->headroom;
    self->heads = gst_ffs_buffer_pool_new (allocator);
  }
  gst_ffs_intake_init (&self->intake, gst_ffs_endpoint_get_owner (ep), profile);
  g_mutex_init (&self->lock);
  self->queue = gst_ffs_queue_new (ep, MAX_ATTACHMENTS, NULL, self);
  gst_ffs_queue_set_max_in_flight (self->queue, MAX_TRANSFERS);
  gst_ffs_queue_set_received_func (self->queue, received);
  /* The host starts the stream. */
  if (profile) {
    gst_ffs_queue_halt (self->queue);
    gst_ffs_queue_unclaim (self->queue);
  }
  return self;
}

/**
 * gst_ffs_receiver_close:
 * @self: the receiver, after the streaming thread has ended
 * @timeout: how long to wait for the controller, ns
 *
 * Cancels the transfers in flight and closes the endpoint. Keeps the
 * statistics.
 *
 * Returns: %FALSE if the controller still holds buffers; they are released
 * when it completes the transfers
 */
gboolean
gst_ffs_receiver_close (GstFfsReceiver * self, GstClockTime timeout)
{
  GstFfsAttachmentsStats attachments;
  GstFfsQueueStats transfers;
  GstFfsQueue *queue;
  gboolean empty;

  /* Clear the pointer first: readers of the statistics use the queue with the
   * lock held. */
  g_mutex_lock (&self->lock);
  queue = g_steal_pointer (&self->queue);
  gst_ffs_queue_get_stats (queue, &self->last_transfers,
      &self->last_attachments);
  g_mutex_unlock (&self->lock);

  /* Without the lock: it unrefs buffers. */
  empty = gst_ffs_queue_shutdown (queue, timeout, &transfers, &attachments);
  g_mutex_lock (&self->lock);
  self->last_transfers = transfers;
  self->last_attachments = attachments;
  g_mutex_unlock (&self->lock);
  gst_ffs_intake_drop (&self->intake);
  g_clear_pointer (&self->heads, gst_ffs_buffer_pool_free);
  return empty;
}

void
gst_ffs_receiver_free (GstFfsReceiver * self)
{
  gst_ffs_intake_clear (&self->intake);
  gst_clear_object (&self->profile);
  gst_ffs_endpoint_unref (self->ep);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Returns: (transfer none): the endpoint */
GstFfsEndpoint *
gst_ffs_receiver_get_endpoint (GstFfsReceiver * self)
{
  return self->ep;
}

/* Whether waits of the streaming thread return EINTR. Any thread. */
void
gst_ffs_receiver_set_flushing (GstFfsReceiver * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  /* NULL if a flush races with close(). */
  if (self->queue)
    gst_ffs_queue_set_flushing (self->queue, flushing);
  g_mutex_unlock (&self->lock);
}

/* Call with the claim, which it gives up. */
static gint
cancel (GstFfsReceiver * self, GstClockTime timeout)
{
  gint err;

  self->head_queued = FALSE;
  err = gst_ffs_queue_cancel (self->queue, timeout);
  gst_ffs_queue_unclaim (self->queue);
  return err;
}

/**
 * gst_ffs_receiver_halt:
 * @self: an open receiver
 * @timeout: how long to wait for the controller, ns
 *
 * Cancels the transfers in flight and queues none until
 * gst_ffs_receiver_resume(). Complete frames remain in the intake. Any thread.
 *
 * Returns: 0, or ETIMEDOUT
 */
gint
gst_ffs_receiver_halt (GstFfsReceiver * self, GstClockTime timeout)
{
  gst_ffs_queue_halt (self->queue);
  return cancel (self, timeout);
}

/* Allows frames to be queued again. Any thread. */
void
gst_ffs_receiver_resume (GstFfsReceiver * self)
{
  gst_ffs_queue_resume (self->queue);
}

/* ---- streaming thread ---- */

/**
 * gst_ffs_receiver_cancel:
 * @self: the receiver
 * @timeout: how long to wait for the controller, ns
 *
 * Cancels the transfers in flight. Does not resume a halted receiver.
 *
 * Returns: 0, or ETIMEDOUT
 */
gint
gst_ffs_receiver_cancel (GstFfsReceiver * self, GstClockTime timeout)
{
  gst_ffs_queue_claim (self->queue);
  return cancel (self, timeout);
}

/* Call with the claim. */
static gint
submit (GstFfsReceiver * self, GstBuffer * buffer, const GstFfsFrameTag * tag,
    gsize size, gsize before, GstFfsCall * call)
{
  gboolean can_gather = gst_ffs_endpoint_can_gather (self->ep);
  GstFfsPiece pieces[GST_FFS_MAX_PIECES];
  GstFfsPiece *first = pieces;
  gint err;
  guint n;

  *call = GST_FFS_CALL_SUBMIT;
  if (before > 0) {
    memset (first, 0, sizeof (*first));
    first->memory = gst_buffer_peek_memory (get_head (buffer), 0);
    first->length = before;
    first->owner = buffer;
    first->more = TRUE;
    first++;
  }
  n = gst_ffs_room_get_pieces (buffer, size, before,
      gst_ffs_endpoint_get_packet_size (self->ep), can_gather, first);
  if (n == 0)
    return EOPNOTSUPP;
  n += before > 0;
  err = gst_ffs_queue_submit (self->queue, self->n_queued++, tag, pieces, n,
      call);
  if (err != 0)
    gst_ffs_queue_abandon (self->queue);
  return err;
}

/* Without REAP the number of bytes received is unknown: what an older header
 * has left in the buffer must not pass for a new one. */
static gboolean
wipe_head (GstFfsReceiver * self, GstBuffer * buffer)
{
  return gst_ffs_endpoint_can_reap (self->ep)
      || gst_buffer_memset (buffer, 0, 0, GST_FFS_HEAD_ROOM) > 0;
}

/* Call with the claim. */
static gint
submit_head (GstFfsReceiver * self, GstFfsCall * call)
{
  const GstFfsFrameTag tag = { TAG_HEAD, GST_FFS_HEAD_ROOM };
  GstBuffer *buffer = gst_ffs_buffer_pool_acquire (self->heads,
      GST_FFS_HEAD_ROOM);
  gint err = ENOMEM;

  *call = GST_FFS_CALL_ATTACH;
  if (buffer == NULL)
    return err;
  if (wipe_head (self, buffer))
    err = submit (self, buffer, &tag, GST_FFS_HEAD_ROOM, 0, call);
  gst_buffer_unref (buffer);
  self->head_queued = err == 0;
  return err;
}

/* Call with the claim. */
static gint
add_head (GstFfsReceiver * self, GstBuffer * buffer, GstFfsCall * call)
{
  GstBuffer *head = gst_ffs_buffer_pool_acquire (self->heads,
      GST_FFS_HEAD_ROOM);

  *call = GST_FFS_CALL_ATTACH;
  if (head == NULL)
    return ENOMEM;
  gst_buffer_add_parent_buffer_meta (buffer, head);
  gst_buffer_unref (head);
  return 0;
}

/**
 * gst_ffs_receiver_queue:
 * @self: the receiver
 * @buffer: (transfer full): an empty buffer, in dmabufs
 * @layout: of the frame that goes into it
 * @call: (out): the call that failed
 *
 * Queues the buffer for the host to fill.
 *
 * Returns: 0, EINTR if flushing or interrupted by a halt, ECANCELED if halted,
 * or another errno
 */
gint
gst_ffs_receiver_queue (GstFfsReceiver * self, GstBuffer * buffer,
    const GstFfsFrameLayout * layout, GstFfsCall * call)
{
  const GstFfsFrameTag tag = { layout->exact ? TAG_EXACT_FRAME : TAG_FRAME,
    layout->size
  };
  gint err = gst_ffs_queue_begin (self->queue);

  *call = GST_FFS_CALL_SUBMIT;
  if (err != 0) {
    gst_buffer_unref (buffer);
    return err == ESHUTDOWN ? ECANCELED : err;
  }
  if (self->before > 0)
    err = add_head (self, buffer, call);
  else if (self->profile && !self->head_queued)
    err = submit_head (self, call);
  if (err == 0) {
    /* The transfer may complete before the call returns. */
    gst_ffs_intake_expect (&self->intake, 1);
    err = submit (self, buffer, &tag, layout->size, self->before, call);
    if (err == 0)
      self->head_queued = FALSE;
    else
      gst_ffs_intake_expect (&self->intake, -1);
  }
  gst_ffs_queue_unclaim (self->queue);
  gst_buffer_unref (buffer);
  return err;
}

guint64
gst_ffs_receiver_get_ended (GstFfsReceiver * self)
{
  return gst_ffs_queue_get_ended (self->queue);
}

/**
 * gst_ffs_receiver_wait:
 * @self: the receiver
 * @ended: of gst_ffs_receiver_get_ended(), from before the intake was empty
 *
 * Waits until a transfer has ended.
 *
 * Returns: 0, or EINTR if flushing or halted
 */
gint
gst_ffs_receiver_wait (GstFfsReceiver * self, guint64 ended)
{
  return gst_ffs_queue_wait_ended (self->queue, ended);
}

/**
 * gst_ffs_receiver_add_stats:
 * @self: the receiver
 * @s: takes the counters. Any thread
 */
void
gst_ffs_receiver_add_stats (GstFfsReceiver * self, GstStructure * s)
{
  GstFfsAttachmentsStats attachments;
  GstFfsQueueStats transfers;

  gst_ffs_intake_add_stats (&self->intake, s);
  g_mutex_lock (&self->lock);
  transfers = self->last_transfers;
  attachments = self->last_attachments;
  if (self->queue)
    gst_ffs_queue_get_stats (self->queue, &transfers, &attachments);
  gst_structure_set (s,
      "transfers-queued", G_TYPE_UINT64, transfers.queued,
      "transfers-completed", G_TYPE_UINT64, transfers.completed,
      "transfers-failed", G_TYPE_UINT64, transfers.failed,
      "transfers-cancelled", G_TYPE_UINT64, transfers.cancelled,
      "dmabufs-attached", G_TYPE_UINT, attachments.now,
      "attach-calls", G_TYPE_UINT64, attachments.made, NULL);
  g_mutex_unlock (&self->lock);
}

/* Returns: (transfer none): the frames received */
GstFfsIntake *
gst_ffs_receiver_get_intake (GstFfsReceiver * self)
{
  return &self->intake;
}
