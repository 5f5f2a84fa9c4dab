/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsQueue, completion: learns that transfers have ended and releases their
 * references. See gstffsqueue.c for ownership and locking.
 *
 * The kernel determines how:
 *
 * - REAP: one call waits for transfers and returns their status. The streaming
 *   thread calls it when it waits for a slot. The queue's thread is always
 *   blocked in it, but gets results only while the streaming thread is
 *   upstream, since the kernel wakes the last waiter.
 * - Fences: the queue's thread polls the fence of the oldest transfer. SUBMIT
 *   without REAP returns a sync_file of the transfer. With TRANSFER, the
 *   thread polls the dmabuf for POLLOUT, and a sync_file exported right after
 *   TRANSFER has the status. Polling that sync_file would add a callback to
 *   the fence, which closing the sync_file removes under a lock that unpatched
 *   kernels free with the attachment; after kill -9 the order of the two is
 *   undefined. For the same reason the status must not be read after DETACH:
 *   cancel() closes the sync_files first.
 */

#include "gstffsqueueprivate.h"

#include <errno.h>
#include <unistd.h>

#include "gstffsdebug.h"

/* Batch size of releases under one lock. */
#define BATCH 16
#define BATCH_PIECES 64

typedef struct
{
  GstFfsAttachment *atts[BATCH_PIECES];
  GstBuffer *buffers[BATCH_PIECES];
  guint n;
} Held;

/* ---- waits and wakes; all with the lock ---- */

/* Waits for a change. A @deadline of 0 is infinite. Returns FALSE on
 * timeout. */
gboolean
gst_ffs_queue_wait_change (GstFfsQueue * self, gint64 deadline)
{
  gboolean in_time = TRUE;

  self->n_waiting++;
  if (deadline != 0)
    in_time = g_cond_wait_until (&self->changed, &self->lock, deadline);
  else
    g_cond_wait (&self->changed, &self->lock);
  self->n_waiting--;
  return in_time;
}

/* Wakes all threads blocked in REAP. */
static void
kick (GstFfsQueue * self)
{
  g_mutex_unlock (&self->lock);
  gst_ffs_endpoint_kick (self->ep);
  g_mutex_lock (&self->lock);
}

/* Drops the lock while it signals: a thread woken while the lock is held would
 * block on it and be woken twice. */
static void
broadcast (GstFfsQueue * self)
{
  g_mutex_unlock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_lock (&self->lock);
}

/* Wakes the threads that wait for a slot, in REAP or on the condition. */
void
gst_ffs_queue_wake_slot (GstFfsQueue * self)
{
  if (self->n_waiting_slot > 0)
    broadcast (self);
  if (self->n_reaping_slot > 0)
    kick (self);
}

/* Wakes the queue's thread, unless already woken. */
void
gst_ffs_queue_wake_idle (GstFfsQueue * self)
{
  if (!self->idle)
    return;
  self->idle = FALSE;
  g_mutex_unlock (&self->lock);
  g_cond_signal (&self->more);
  g_mutex_lock (&self->lock);
}

/* Hysteresis: once all slots are taken, a quarter of them must be free before
 * the queue is no longer full, so that many small frames do not cause a
 * wake-up each. */
void
gst_ffs_queue_update_full (GstFfsQueue * self)
{
  guint in_flight = self->stats.in_flight;

  if (in_flight >= self->max)
    self->full = TRUE;
  else if (in_flight + MAX (1, self->max / 4) <= self->max)
    self->full = FALSE;
}

/* Wake only threads that wait: a wake-up is a system call. */
void
gst_ffs_queue_wake (GstFfsQueue * self)
{
  gboolean slot;

  gst_ffs_queue_update_full (self);
  /* A queue of received buffers has waiters even without a free slot. */
  slot = !self->full || self->received;
  if (self->n_waiting > 0 || (slot && self->n_waiting_slot > 0))
    broadcast (self);
  if (slot && self->n_reaping_slot > 0)
    kick (self);
}

gboolean
gst_ffs_queue_is_empty (GstFfsQueue * self)
{
  return gst_ffs_ring_length (&self->transfers) == 0 && self->releasing == 0;
}

/* ---- the end of transfers ---- */

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

/* Call with the lock held. Returns whether to call the callback: for a frame
 * that did not arrive, and for the next one that does. */
static gboolean
is_news (GstFfsQueue * self, const GstFfsQueueFrame * frame)
{
  guint before = self->arrived;

  self->arrived = frame->err ? 0 : gst_ffs_endpoint_get_connection (self->ep);
  return self->arrived != before || before == 0;
}

/* Call with the lock held; dropped during callbacks. Completes frames without
 * transfers in flight, in order. */
void
gst_ffs_queue_end_frames (GstFfsQueue * self)
{
  GstFfsQueueFrame *head;

  while ((head = gst_ffs_ring_head (&self->frames)) != NULL && head->complete
      && head->n_under_way == 0) {
    GstFfsFrameDoneFunc done = self->done;
    GstFfsQueueStats *stats = &self->stats;
    GstFfsQueueFrame frame = *head;
    GstClockTime end;

    self->frames.first++;
    self->last_end = end = gst_util_get_timestamp ();
    if (done && is_news (self, &frame)) {
      g_mutex_unlock (&self->lock);
      done (frame.number, &frame.tag, frame.err, self->user_data);
      g_mutex_lock (&self->lock);
    }
    /* Decrement after the callback, so that a thread which sees nothing in
     * flight also sees the result. */
    stats->in_flight--;
    stats->frames++;
    stats->lost += is_lost (frame.err);
    stats->latency_last = end - frame.start;
    stats->latency_max = MAX (stats->latency_max, stats->latency_last);
    stats->latency_sum += stats->latency_last;
  }
}

/* Call with the lock held. Reports ECANCELED for transfers cancelled by the
 * queue, whatever status the controller gave. */
static void
account (GstFfsQueue * self, const GstFfsQueueTransfer * t)
{
  GstFfsQueueFrame *frame = gst_ffs_ring_at (&self->frames, t->frame);
  gint err = MAX (-t->status, 0);

  if (err != 0 && self->cancelled)
    err = ECANCELED;
  if (err == 0) {
    self->stats.completed += t->n_transfers;
    self->stats.bytes += t->actual == GST_FFS_LENGTH_UNKNOWN ? t->length :
        t->actual;
  } else if (is_lost (err)) {
    self->stats.failed += t->n_transfers;
  } else {
    self->stats.cancelled += t->n_transfers;
  }
  if (frame->err == 0)
    frame->err = err;
  frame->n_under_way--;
  GST_LOG_ID (gst_ffs_endpoint_get_owner (self->ep),
      "frame %" G_GUINT64_FORMAT ": %" G_GSIZE_FORMAT " bytes %s",
      frame->number, t->length, err ? g_strerror (err) :
      self->received ? "or less received" : "sent");
  if (gst_ffs_meaning (GST_FFS_CALL_FENCE, err) == GST_FFS_GONE)
    gst_ffs_endpoint_set_disabled (self->ep);
}

/* Also closes the sync_file. */
static void
take_status (GstFfsQueueTransfer * t)
{
  if (t->sync_file < 0)
    return;
  if (gst_ffs_fence_status (t->sync_file, &t->status) != 0)
    t->status = 0;
  close (t->sync_file);
  t->sync_file = -1;
}

/* Call with the lock held. Takes completed transfers from the head of the
 * FIFO, with their references. */
static guint
take_over (GstFfsQueue * self, GstFfsQueueTransfer * over, Held * held)
{
  GstFfsQueueTransfer *head;
  guint n = 0;

  held->n = 0;
  while (n < BATCH && (head = gst_ffs_ring_head (&self->transfers)) != NULL
      && head->over && held->n + head->n_pieces <= BATCH_PIECES) {
    const guint64 end = self->held.first + head->n_pieces;

    over[n++] = *head;
    self->transfers.first++;
    for (; self->held.first < end; self->held.first++) {
      const GstFfsQueueHeld *piece =
          gst_ffs_ring_at (&self->held, self->held.first);

      held->atts[held->n] = piece->att;
      held->buffers[held->n++] = piece->buffer;
    }
  }
  return n;
}

/* Call without the lock.  Passes on the received buffers, with one reference
 * for all pieces of a transfer. */
static void
pass_on (GstFfsQueue * self, GstFfsReceivedFunc received, gboolean cancelled,
    GstFfsQueueTransfer * over, const GstFfsFrameTag * tags, guint n,
    const Held * held)
{
  guint i, j, at = 0;

  for (i = 0; i < n; i++) {
    gint err;

    take_status (&over[i]);
    err = MAX (-over[i].status, 0);
    for (j = 1; j < over[i].n_pieces; j++)
      gst_buffer_unref (held->buffers[at + j]);
    received (held->buffers[at], &tags[i], err != 0 && cancelled ? ECANCELED :
        err, over[i].actual, self->user_data);
    at += over[i].n_pieces;
  }
}

/* Call with the lock held. Received transfers must be reported in order, so
 * only one thread at a time reports them; it checks again for those that
 * another thread completed meanwhile. */
static gboolean
may_release (GstFfsQueue * self)
{
  return self->received == NULL || self->releasing == 0;
}

/* Call with the lock held; dropped meanwhile. Releases completed transfers at
 * the head. */
static void
release_ended (GstFfsQueue * self)
{
  GstFfsQueueTransfer over[BATCH];
  GstFfsFrameTag tags[BATCH];
  Held held;
  guint i, n;

  while (may_release (self) && (n = take_over (self, over, &held)) > 0) {
    GstFfsReceivedFunc received = self->received;
    gboolean cancelled = self->cancelled;

    for (i = 0; received && i < n; i++)
      tags[i] = ((GstFfsQueueFrame *) gst_ffs_ring_at (&self->frames,
              over[i].frame))->tag;
    self->releasing++;
    g_mutex_unlock (&self->lock);

    /* Release attachments first: the weak notify of a memory expects an idle
     * dmabuf. */
    gst_ffs_attachments_release (self->attachments, held.atts, held.n);
    if (received)
      pass_on (self, received, cancelled, over, tags, n, &held);
    for (i = 0; !received && i < held.n; i++)
      gst_buffer_unref (held.buffers[i]);
    /* Only sync_files of SUBMIT remain; each costs two system calls. */
    for (i = 0; i < n; i++)
      take_status (&over[i]);

    g_mutex_lock (&self->lock);
    self->n_ended += n;
    for (i = 0; i < n; i++)
      account (self, &over[i]);
    gst_ffs_queue_end_frames (self);
    self->releasing--;
    if (gst_ffs_queue_is_empty (self) && !self->stop)
      self->cancelled = FALSE;
    gst_ffs_queue_wake (self);
  }
}

/* ---- by REAP; with the lock ---- */

static void
mark_over (GstFfsQueue * self, const struct usb_ffs_dmabuf_done *record)
{
  GstFfsQueueTransfer *t;

  if (record->cookie - self->transfers.first >=
      gst_ffs_ring_length (&self->transfers)) {
    GST_ERROR_ID (gst_ffs_endpoint_get_owner (self->ep),
        "%s: the kernel reported an unknown transfer",
        gst_ffs_endpoint_get_name (self->ep));
    return;
  }
  t = gst_ffs_ring_at (&self->transfers, record->cookie);
  t->over = TRUE;
  t->status = record->status;
  t->actual = record->actual;
  /* A short transfer: the controller has lost the rest. One that says it has
   * received more than there was room for is not to be believed either. */
  if (t->status == 0 && (self->received ? t->actual > t->length :
          t->actual != (guint32) t->length))
    t->status = -EIO;
}

/* Drops the lock while it blocks; a timeout of 0 does not block. @for_slot:
 * whether the caller waits for a slot.
 * Returns: the number of completed transfers */
gint
gst_ffs_queue_reap (GstFfsQueue * self, gint64 timeout_ns, gboolean for_slot)
{
  struct usb_ffs_dmabuf_done records[BATCH];
  guint32 kicks = self->kicks;
  gint i, n, err;

  self->n_reaping++;
  self->n_reaping_slot += for_slot;
  g_mutex_unlock (&self->lock);
  n = gst_ffs_endpoint_reap (self->ep, records, BATCH, &kicks, timeout_ns);
  err = errno;
  g_mutex_lock (&self->lock);
  self->n_reaping--;
  self->n_reaping_slot -= for_slot;

  if (n < 0 && err != EINTR) {
    GST_ERROR_ID (gst_ffs_endpoint_get_owner (self->ep),
        "%s: REAP: %s", gst_ffs_endpoint_get_name (self->ep), g_strerror (err));
    self->reap = FALSE;
  }
  if (n >= 0 && (gint32) (kicks - self->kicks) > 0)
    self->kicks = kicks;
  for (i = 0; i < n; i++)
    mark_over (self, &records[i]);
  if (n > 0)
    release_ended (self);
  if (self->parked && self->n_reaping == 0)
    g_cond_broadcast (&self->changed);
  return MAX (n, 0);
}

/* Parks all threads: none may use the endpoint's file when it is closed. */
void
gst_ffs_queue_park (GstFfsQueue * self)
{
  self->parked = TRUE;
  if (self->n_reaping > 0)
    kick (self);
  while (self->n_reaping > 0)
    gst_ffs_queue_wait_change (self, 0);
}

void
gst_ffs_queue_unpark (GstFfsQueue * self)
{
  self->parked = FALSE;
  /* A new file restarts the kick counter. */
  self->kicks = 0;
  g_cond_signal (&self->more);
  gst_ffs_queue_wake (self);
}

/* ---- by fences; queue's thread ---- */

/* Call with the lock held; dropped meanwhile. */
static void
wait_for_head (GstFfsQueue * self, GstFfsQueueTransfer * head)
{
  gint fds[GST_FFS_MAX_PIECES];
  gboolean own_fence = head->own_fence;
  guint i, n = own_fence ? 1 : head->n_pieces;

  for (i = 0; i < n; i++) {
    GstFfsQueueHeld *held = gst_ffs_ring_at (&self->held, self->held.first + i);

    fds[i] = own_fence ? head->sync_file :
        gst_ffs_attachment_get_fd (held->att);
  }
  g_mutex_unlock (&self->lock);
  for (i = 0; i < n; i++)
    gst_ffs_fence_wait (fds[i], own_fence);
  g_mutex_lock (&self->lock);

  /* The FIFO may have been reallocated. */
  head = gst_ffs_ring_head (&self->transfers);
  head->over = TRUE;
  /* With TRANSFER the status belongs to the attachment. Without a sync_file
   * the transfer was cancelled, or its status is unknown. */
  if (!own_fence && head->sync_file < 0)
    head->status = self->cancelled ? -ECANCELED : 0;
  else if (!own_fence)
    take_status (head);
  release_ended (self);
}

gpointer
gst_ffs_queue_thread (gpointer data)
{
  GstFfsQueue *self = data;

  g_mutex_lock (&self->lock);
  while (TRUE) {
    GstFfsQueueTransfer *head = gst_ffs_ring_head (&self->transfers);

    if (head == NULL && self->stop)
      break;
    if (self->reap && !self->parked) {
      gst_ffs_queue_reap (self, -1, FALSE);
    } else if (head == NULL || self->parked
        || self->unsure == self->transfers.first) {
      self->idle = TRUE;
      g_cond_wait (&self->more, &self->lock);
      self->idle = FALSE;
    } else {
      wait_for_head (self, head);
    }
  }
  g_mutex_unlock (&self->lock);

  gst_ffs_queue_unref (self);
  return NULL;
}
