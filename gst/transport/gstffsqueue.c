/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsQueue: the frames in flight. Releases their buffers when their
 * transfers have ended.
 *
 * gstffsqueuesubmit.c submits a frame, gstffsqueueend.c completes it. This
 * file has the public functions.
 *
 * Ownership: for each segment of a transfer the queue holds a reference on its
 * buffer (a buffer may be sent twice) and one use of an attachment. Both are
 * released only when the transfer has ended, with any status; the buffer of an
 * OUT endpoint is passed on instead of unreffed. The queue's thread holds a
 * reference on the queue: if a controller does not complete transfers at
 * shutdown, the queue, its buffers and the thread outlive the element until it
 * does.
 *
 * Locking: the lock protects everything but the fields of the streaming
 * thread. Lock order: this lock, then the attachments'. No buffer is unreffed
 * and no callback is called with it held.
 *
 * Only the thread with the claim queues or cancels frames. The streaming
 * thread claims the queue for each frame by begin(), another thread by halt(),
 * which ends the waits of the streaming thread within its claim and lets no
 * frame through until resume(). wait_idle(), submit(), abandon(), cancel() and
 * drop_attachments() need the claim, or a streaming thread that has ended; the
 * rest may be called from any thread.
 */

#include "gstffsqueueprivate.h"

#include <errno.h>
#include <unistd.h>

#include "gstffsdebug.h"

/* How long a flush waits for the rest of a frame. */
#define FINISH_TIMEOUT (G_TIME_SPAN_SECOND / 2)

static void
queue_free (GstFfsQueue * self)
{
  gst_ffs_ring_clear (&self->transfers);
  gst_ffs_ring_clear (&self->held);
  gst_ffs_ring_clear (&self->frames);
  gst_poll_free (self->foreign);
  gst_ffs_attachments_unref (self->attachments);
  gst_ffs_endpoint_unref (self->ep);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->more);
  g_cond_clear (&self->changed);
}

void
gst_ffs_queue_unref (GstFfsQueue * self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) queue_free);
}

/* Whether the thread with the claim must give it up. */
static gboolean
is_interrupted (GstFfsQueue * self)
{
  return self->flushing || self->halted;
}

static void
update_interrupted (GstFfsQueue * self)
{
  gst_poll_set_flushing (self->foreign, is_interrupted (self));
  g_cond_broadcast (&self->changed);
}

static void
claim (GstFfsQueue * self)
{
  while (self->claimed)
    gst_ffs_queue_wait_change (self, 0);
  self->claimed = TRUE;
}

static void
unclaim (GstFfsQueue * self)
{
  self->claimed = FALSE;
  if (self->n_waiting > 0)
    g_cond_broadcast (&self->changed);
}

/* Waits until the deadline. */
static gboolean
wait_empty (GstFfsQueue * self, gint64 deadline)
{
  while (!gst_ffs_queue_is_empty (self)) {
    if (!gst_ffs_queue_wait_change (self, deadline))
      return FALSE;
  }
  return TRUE;
}

/* ---- life ---- */

/**
 * gst_ffs_queue_new:
 * @ep: the endpoint
 * @max_attachments: maximum number of attached dmabufs
 * @done: called for frames after their release
 * @user_data: for @done
 *
 * Returns: the queue; free with gst_ffs_queue_shutdown()
 */
GstFfsQueue *
gst_ffs_queue_new (GstFfsEndpoint * ep, guint max_attachments,
    GstFfsFrameDoneFunc done, gpointer user_data)
{
  GstFfsQueue *self = g_atomic_rc_box_new0 (GstFfsQueue);
  g_autofree gchar *name = NULL;

  self->ep = gst_ffs_endpoint_ref (ep);
  self->attachments = gst_ffs_attachments_new (ep, max_attachments);
  self->done = done;
  self->user_data = user_data;
  self->foreign = gst_poll_new (TRUE);
  self->open_frame = GST_FFS_QUEUE_NONE;
  self->unsure = GST_FFS_QUEUE_NONE;
  self->max = 1;
  self->can_submit = gst_ffs_endpoint_can_submit (ep);
  self->can_end = gst_ffs_endpoint_can_end (ep);
  self->reap = gst_ffs_endpoint_can_reap (ep);
  gst_ffs_ring_init (&self->transfers, sizeof (GstFfsQueueTransfer));
  gst_ffs_ring_init (&self->held, sizeof (GstFfsQueueHeld));
  gst_ffs_ring_init (&self->frames, sizeof (GstFfsQueueFrame));
  g_mutex_init (&self->lock);
  g_cond_init (&self->more);
  g_cond_init (&self->changed);
  name = gst_ffs_thread_name ("q", gst_ffs_endpoint_get_owner (ep));
  self->thread = g_thread_new (name, gst_ffs_queue_thread,
      g_atomic_rc_box_acquire (self));

  return self;
}

/* Call with the lock held. Last resort: closes the file, which also drops all
 * attachments. From now on the dmabufs are polled for the remaining
 * transfers. */
static void
close_endpoint (GstFfsQueue * self)
{
  gst_ffs_queue_park (self);
  while (self->reap && gst_ffs_queue_reap (self, 0, FALSE) > 0);
  self->reap = FALSE;
  g_mutex_unlock (&self->lock);
  gst_ffs_attachments_close (self->attachments);
  g_mutex_lock (&self->lock);
  gst_ffs_queue_unpark (self);
}

/**
 * gst_ffs_queue_shutdown:
 * @self: (transfer full): the queue
 * @timeout: how long to wait for the controller, ns
 * @stats: (out): the last counters
 * @attachments: (out): the last counters
 *
 * Cancels the transfers in flight, closes the endpoint and frees the queue.
 * The queue's thread releases buffers that the controller holds beyond
 * @timeout when it completes them. The callback is not called after this
 * returns.
 *
 * Returns: %FALSE if buffers were left to the queue's thread
 */
gboolean
gst_ffs_queue_shutdown (GstFfsQueue * self, GstClockTime timeout,
    GstFfsQueueStats * stats, GstFfsAttachmentsStats * attachments)
{
  gint64 now = g_get_monotonic_time ();
  gboolean empty;

  gst_ffs_queue_abandon (self);
  g_mutex_lock (&self->lock);
  self->stop = TRUE;
  /* No thread queues frames anymore. */
  self->unsure = GST_FFS_QUEUE_NONE;
  g_cond_signal (&self->more);
  g_mutex_unlock (&self->lock);

  gst_ffs_queue_cancel (self, timeout / 2);

  g_mutex_lock (&self->lock);
  close_endpoint (self);
  empty = wait_empty (self, now + GST_TIME_AS_USECONDS (timeout));
  self->done = NULL;
  self->received = NULL;
  while (self->releasing > 0)
    gst_ffs_queue_wait_change (self, 0);
  *stats = self->stats;
  g_mutex_unlock (&self->lock);
  gst_ffs_attachments_get_stats (self->attachments, attachments);

  if (empty)
    g_thread_join (self->thread);
  else
    g_thread_unref (self->thread);
  gst_ffs_queue_unref (self);

  return empty;
}

/**
 * gst_ffs_queue_set_received_func:
 * @self: the unused queue of an OUT endpoint
 * @received: takes the received buffers; called with the user_data of
 *   gst_ffs_queue_new()
 *
 * Makes the queue one of transfers from the host: it passes a buffer to
 * @received when its transfer has ended, with any status.  Each frame has one
 * transfer.  The caller limits the number of frames, so the queue is never
 * full. After shutdown() has returned, the queue unrefs the buffers instead.
 */
void
gst_ffs_queue_set_received_func (GstFfsQueue * self,
    GstFfsReceivedFunc received)
{
  g_mutex_lock (&self->lock);
  self->received = received;
  g_mutex_unlock (&self->lock);
}

void
gst_ffs_queue_set_max_in_flight (GstFfsQueue * self, guint max)
{
  g_mutex_lock (&self->lock);
  self->max = max;
  gst_ffs_queue_update_full (self);
  gst_ffs_queue_wake_slot (self);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_queue_set_flushing:
 * @self: the queue
 * @flushing: whether waits return EINTR
 */
void
gst_ffs_queue_set_flushing (GstFfsQueue * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  update_interrupted (self);
  gst_ffs_queue_wake_slot (self);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_queue_halt:
 * @self: the queue.  Any thread
 *
 * Interrupts the streaming thread's waits within its claim, and those in
 * gst_ffs_queue_wait_ended(), with EINTR, and takes the claim. No frame is queued
 * until gst_ffs_queue_resume().
 */
void
gst_ffs_queue_halt (GstFfsQueue * self)
{
  g_mutex_lock (&self->lock);
  self->halted = TRUE;
  update_interrupted (self);
  if (self->received)
    gst_ffs_queue_wake_slot (self);
  claim (self);
  g_mutex_unlock (&self->lock);
}

/* Allows frames again. Any thread. */
void
gst_ffs_queue_resume (GstFfsQueue * self)
{
  g_mutex_lock (&self->lock);
  self->halted = FALSE;
  update_interrupted (self);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_queue_cancel:
 * @self: the queue
 * @timeout: how long to wait for the controller, ns
 *
 * Cancels the transfers in flight.
 *
 * Returns: 0, or ETIMEDOUT
 */
gint
gst_ffs_queue_cancel (GstFfsQueue * self, GstClockTime timeout)
{
  gint64 deadline = g_get_monotonic_time () + GST_TIME_AS_USECONDS (timeout);
  gboolean empty;
  guint64 place;
  guint n;

  gst_ffs_queue_abandon (self);
  g_mutex_lock (&self->lock);
  self->arrived = 0;
  n = gst_ffs_ring_length (&self->transfers);
  if (n > 0) {
    GST_DEBUG_ID (gst_ffs_endpoint_get_owner (self->ep),
        "cancelling %u transfers", n);
    self->cancelled = TRUE;
  }
  for (place = self->transfers.first; place < self->transfers.end; place++) {
    GstFfsQueueTransfer *t = gst_ffs_ring_at (&self->transfers, place);

    if (t->own_fence || t->sync_file < 0)
      continue;
    close (t->sync_file);
    t->sync_file = -1;
  }
  g_mutex_unlock (&self->lock);

  if (n > 0)
    gst_ffs_attachments_cancel (self->attachments);
  g_mutex_lock (&self->lock);
  empty = wait_empty (self, deadline);
  g_mutex_unlock (&self->lock);
  return empty ? 0 : ETIMEDOUT;
}

/**
 * gst_ffs_queue_drain:
 * @self: the queue
 * @timeout: how long to wait without progress, ns, or %GST_CLOCK_TIME_NONE
 *
 * Waits until nothing is in flight and all buffers are released.
 *
 * Returns: 0, EINTR if flushing, ETIMEDOUT
 */
gint
gst_ffs_queue_drain (GstFfsQueue * self, GstClockTime timeout)
{
  gint64 deadline = 0;
  guint64 frames = 0;
  gint err = 0;

  g_mutex_lock (&self->lock);
  while (err == 0 && !gst_ffs_queue_is_empty (self)) {
    if (deadline == 0 || frames != self->stats.frames) {
      frames = self->stats.frames;
      deadline = timeout == GST_CLOCK_TIME_NONE ? G_MAXINT64 :
          g_get_monotonic_time () + (gint64) GST_TIME_AS_USECONDS (timeout);
    }
    if (self->flushing)
      err = EINTR;
    else if (!gst_ffs_queue_wait_change (self, deadline))
      err = ETIMEDOUT;
  }
  g_mutex_unlock (&self->lock);

  return err;
}

/**
 * gst_ffs_queue_drop_attachments:
 * @self: the queue, with nothing in flight
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_queue_drop_attachments (GstFfsQueue * self)
{
  gint err;

  g_mutex_lock (&self->lock);
  gst_ffs_queue_park (self);
  g_mutex_unlock (&self->lock);
  err = gst_ffs_attachments_clear (self->attachments);
  g_mutex_lock (&self->lock);
  gst_ffs_queue_unpark (self);
  g_mutex_unlock (&self->lock);
  return err;
}

/* Returns: how long no frame has completed while some are in flight, ns, or
 * 0 */
GstClockTime
gst_ffs_queue_get_waiting (GstFfsQueue * self)
{
  GstClockTime waiting = 0;
  GstFfsQueueFrame *head;

  g_mutex_lock (&self->lock);
  head = gst_ffs_ring_head (&self->frames);
  if (head)
    waiting = gst_util_get_timestamp () - MAX (head->start, self->last_end);
  g_mutex_unlock (&self->lock);
  return waiting;
}

void
gst_ffs_queue_get_stats (GstFfsQueue * self, GstFfsQueueStats * stats,
    GstFfsAttachmentsStats * attachments)
{
  g_mutex_lock (&self->lock);
  *stats = self->stats;
  g_mutex_unlock (&self->lock);
  gst_ffs_attachments_get_stats (self->attachments, attachments);
}

/* ---- streaming thread ---- */

/* Call with the lock held; dropped meanwhile. Nothing is being queued. */
static void
begin_wait (GstFfsQueue * self)
{
  self->unsure = GST_FFS_QUEUE_NONE;
  if (!self->reap)
    gst_ffs_queue_wake_idle (self);
}

/* The same. Waits until a transfer ends or another thread requests a check. */
static void
wait_end (GstFfsQueue * self)
{
  if (self->reap && !self->parked) {
    gst_ffs_queue_reap (self, -1, TRUE);
    return;
  }
  self->n_waiting_slot++;
  g_cond_wait (&self->changed, &self->lock);
  self->n_waiting_slot--;
}

static gint
wait_slot (GstFfsQueue * self)
{
  begin_wait (self);
  while (self->full && !self->flushing)
    wait_end (self);
  return self->full ? EINTR : 0;
}

/**
 * gst_ffs_queue_wait:
 * @self: the queue
 *
 * Waits for a slot. Call without locks: this may release buffers.
 *
 * Returns: 0, or EINTR if flushing
 */
gint
gst_ffs_queue_wait (GstFfsQueue * self)
{
  gint err;

  g_mutex_lock (&self->lock);
  err = wait_slot (self);
  g_mutex_unlock (&self->lock);

  return err;
}

/**
 * gst_ffs_queue_begin:
 * @self: the queue
 *
 * Waits as gst_ffs_queue_wait() does, and claims the queue, until
 * gst_ffs_queue_unclaim().
 *
 * Returns: 0, EINTR if flushing, ESHUTDOWN if the queue is halted
 */
gint
gst_ffs_queue_begin (GstFfsQueue * self)
{
  gint err;

  g_mutex_lock (&self->lock);
  err = wait_slot (self);
  if (err == 0) {
    claim (self);
    if (self->halted) {
      unclaim (self);
      err = ESHUTDOWN;
    }
  }
  g_mutex_unlock (&self->lock);

  return err;
}

/* Takes the claim to cancel frames, halted or not. */
void
gst_ffs_queue_claim (GstFfsQueue * self)
{
  g_mutex_lock (&self->lock);
  claim (self);
  g_mutex_unlock (&self->lock);
}

void
gst_ffs_queue_unclaim (GstFfsQueue * self)
{
  g_mutex_lock (&self->lock);
  unclaim (self);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_queue_wait_ended:
 * @self: the queue of an OUT endpoint
 * @ended: how many transfers the caller knows to have ended
 *
 * Waits until more than these have ended.  Call without a lock held: the
 * callback may be called from here.
 *
 * Returns: 0, or EINTR if flushing or halted
 */
gint
gst_ffs_queue_wait_ended (GstFfsQueue * self, guint64 ended)
{
  gint err;

  g_mutex_lock (&self->lock);
  begin_wait (self);
  while (self->n_ended <= ended && !is_interrupted (self))
    wait_end (self);
  err = self->n_ended > ended ? 0 : EINTR;
  g_mutex_unlock (&self->lock);

  return err;
}

/* Returns: how many transfers have ended and been reported */
guint64
gst_ffs_queue_get_ended (GstFfsQueue * self)
{
  guint64 ended;

  g_mutex_lock (&self->lock);
  ended = self->n_ended;
  g_mutex_unlock (&self->lock);
  return ended;
}

/* While interrupted: whether to continue until finish_by, because the host has
 * part of the frame. */
gboolean
gst_ffs_queue_may_finish (GstFfsQueue * self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->open_frame == GST_FFS_QUEUE_NONE || self->open_pieces == 0)
    return FALSE;
  if (self->finish_by == 0)
    self->finish_by = now + FINISH_TIMEOUT;
  return now < self->finish_by;
}

/**
 * gst_ffs_queue_wait_idle:
 * @self: the queue
 * @memory: dmabuf memory
 *
 * Waits until the dmabuf is not in flight and can be written.
 *
 * Returns: 0, or EINTR if flushing or halted
 */
gint
gst_ffs_queue_wait_idle (GstFfsQueue * self, GstMemory * memory)
{
  gint err = 0;

  g_mutex_lock (&self->lock);
  while (err == 0 && gst_ffs_attachments_is_busy (self->attachments, memory)) {
    if (!is_interrupted (self))
      gst_ffs_queue_wait_change (self, 0);
    else if (gst_ffs_queue_may_finish (self))
      gst_ffs_queue_wait_change (self, self->finish_by);
    else
      err = EINTR;
  }
  g_mutex_unlock (&self->lock);

  return err;
}
