/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsInFlight: the transfers that the controller has, and the one thread
 * that waits for their fences.
 *
 * Ownership: one entry for each segment of a transfer, each with a reference
 * of its own on a buffer (the same buffer may be sent twice) and the use of
 * one attachment.  Both are given up when the transfer's fence has signalled,
 * whatever its status, and in no other case.  The fence thread holds a
 * reference on this object: when a controller does not let go at shutdown, the
 * object, its buffers and the thread stay until it does, after the element is
 * long gone.
 *
 * No status of a TRANSFER is read once attachments were cancelled: the
 * sync_files are closed first, under the lock (see gstffsfence.c).
 *
 * Locking: the lock protects the FIFO, counter and flags.  Lock order: this
 * one, then the attachments'.  No buffer is unreffed and no callback is made
 * under it.  One thread pushes (the streaming thread); any may wait.
 */

#include <errno.h>
#include <unistd.h>

#include "gstffsdebug.h"
#include "gstffserror.h"
#include "gstffsfence.h"
#include "gstffsinflight.h"

struct _GstFfsInFlight
{
  GstFfsEndpoint *ep;
  GstFfsAttachments *attachments;
  gpointer user_data;
  GThread *thread;

  GMutex lock;
  GCond more;                   /* for the fence thread */
  GCond changed;                /* for all others */
  gboolean awaited;             /* by one of these that was not woken yet */
  gboolean slots_awaited;       /* the same, for slots only */
  gboolean idle;                /* the fence thread waits */
  GstQueueArray *transfers;
  GstFfsFrameDoneFunc done;
  guint max;
  gboolean full;
  gboolean flushing;
  gint cancelled;               /* atomic: what is in the FIFO was */
  gboolean stop;
  gboolean in_done;
  GstFfsTransferCounter counter;
};

static void
in_flight_free (GstFfsInFlight * self)
{
  gst_queue_array_free (self->transfers);
  gst_ffs_transfer_counter_clear (&self->counter);
  gst_ffs_attachments_unref (self->attachments);
  gst_ffs_endpoint_unref (self->ep);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->more);
  g_cond_clear (&self->changed);
}

static void
in_flight_unref (GstFfsInFlight * self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) in_flight_free);
}

/* The status of the transfer as an errno, 0 for success.  The sync_file of a
 * TRANSFER may be closed by whoever cancels, so it is asked with the lock; that
 * of SUBMIT belongs to the fence thread alone, and two system calls are too
 * long for a lock that the streaming thread wants meanwhile. */
static gint
take_status (GstFfsInFlight * self, GstFfsTransfer * transfer)
{
  gint status = 1;

  if (transfer->sync_file < 0)
    return g_atomic_int_get (&self->cancelled) ? ECANCELED : 0;
  if (gst_ffs_fence_status (transfer->sync_file, &status) != 0)
    status = 1;
  close (transfer->sync_file);
  transfer->sync_file = -1;

  /* It was set before anything was cancelled, and stays until the last of it
   * has left the FIFO. */
  if (status < 0 && g_atomic_int_get (&self->cancelled))
    return ECANCELED;
  return status < 0 ? -status : 0;
}

/* With the lock.  Once all slots are taken, a quarter of them has to be free
 * before there are any again: with many small frames in flight nobody need be
 * woken for each. */
static void
update_full (GstFfsInFlight * self)
{
  guint in_flight = self->counter.stats.in_flight;

  if (in_flight >= self->max)
    self->full = TRUE;
  else if (in_flight + MAX (1, self->max / 4) <= self->max)
    self->full = FALSE;
}

/* With the lock.  Waits for something to change; @deadline may be 0 for none.
 * FALSE if it has passed. */
static gboolean
wait_change (GstFfsInFlight * self, gint64 deadline)
{
  self->awaited = TRUE;
  if (deadline != 0)
    return g_cond_wait_until (&self->changed, &self->lock, deadline);
  g_cond_wait (&self->changed, &self->lock);
  return TRUE;
}

static gint
take_head_status (GstFfsInFlight * self)
{
  gint err;

  g_mutex_lock (&self->lock);
  err = take_status (self, gst_queue_array_peek_head_struct (self->transfers));
  g_mutex_unlock (&self->lock);
  return err;
}

/* With the lock.  The transfer at the head is over. */
static void
pop (GstFfsInFlight * self, gint err)
{
  GstFfsTransfer *head = gst_queue_array_pop_head_struct (self->transfers);
  GstFfsFrameDoneFunc done = self->done;
  guint64 frame = head->frame;
  gint frame_err;

  if (!head->joined)
    gst_ffs_transfer_counter_add_end (&self->counter, head->length, err);
  if (gst_queue_array_is_empty (self->transfers) && !self->stop)
    g_atomic_int_set (&self->cancelled, FALSE);
  if (!head->last)
    return;

  frame_err = gst_ffs_transfer_counter_end_frame (&self->counter);
  if (done == NULL)
    return;
  self->in_done = TRUE;
  g_mutex_unlock (&self->lock);
  done (frame, frame_err, self->user_data);
  g_mutex_lock (&self->lock);
  self->in_done = FALSE;
}

/* Lets go of the transfer at the head, whose fence has signalled. */
static void
finish (GstFfsInFlight * self, GstFfsTransfer transfer)
{
  gboolean wake;
  gint err = 0;

  /* Once the buffer is gone its dmabuf may be detached, and with TRANSFER the
   * status with it. */
  if (!transfer.own_fence && !transfer.joined)
    err = take_head_status (self);
  /* Before the buffer: its memory's end wants to find the dmabuf idle. */
  gst_ffs_attachments_release (self->attachments, &transfer.att, 1);
  gst_buffer_unref (transfer.buffer);
  if (transfer.own_fence)
    err = take_status (self, &transfer);

  GST_LOG ("frame %" G_GUINT64_FORMAT ": %" G_GSIZE_FORMAT " bytes %s",
      transfer.frame, transfer.length, err ? g_strerror (err) : "sent");
  if (gst_ffs_meaning (GST_FFS_CALL_FENCE, err) == GST_FFS_GONE)
    gst_ffs_endpoint_set_disabled (self->ep);

  /* To wake somebody is a system call, and a change of threads if the lock is
   * still held, so nobody is woken who does not wait. */
  g_mutex_lock (&self->lock);
  pop (self, err);
  update_full (self);
  wake = self->awaited || (self->slots_awaited && !self->full);
  if (wake)
    self->awaited = self->slots_awaited = FALSE;
  g_mutex_unlock (&self->lock);
  if (wake)
    g_cond_broadcast (&self->changed);
}

static gpointer
fence_thread (gpointer data)
{
  GstFfsInFlight *self = data;

  g_mutex_lock (&self->lock);
  while (TRUE) {
    GstFfsTransfer *head = gst_queue_array_peek_head_struct (self->transfers);
    GstFfsTransfer transfer;

    if (head == NULL) {
      if (self->stop)
        break;
      self->idle = TRUE;
      g_cond_wait (&self->more, &self->lock);
      self->idle = FALSE;
      continue;
    }

    transfer = *head;
    g_mutex_unlock (&self->lock);
    if (transfer.own_fence)
      gst_ffs_fence_wait (transfer.sync_file, TRUE);
    else if (!transfer.joined)
      gst_ffs_fence_wait (gst_ffs_attachment_get_fd (transfer.att), FALSE);
    finish (self, transfer);
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);

  in_flight_unref (self);
  return NULL;
}

/**
 * gst_ffs_in_flight_new:
 * @ep: the endpoint
 * @attachments: (transfer full): its attachments
 * @done: called for each frame after its release
 * @user_data: for @done
 *
 * Returns: the object, to be ended by gst_ffs_in_flight_shutdown()
 */
GstFfsInFlight *
gst_ffs_in_flight_new (GstFfsEndpoint * ep, GstFfsAttachments * attachments,
    GstFfsFrameDoneFunc done, gpointer user_data)
{
  GstFfsInFlight *self = g_atomic_rc_box_new0 (GstFfsInFlight);

  self->ep = gst_ffs_endpoint_ref (ep);
  self->attachments = attachments;
  self->done = done;
  self->user_data = user_data;
  self->max = 1;
  self->transfers = gst_queue_array_new_for_struct (sizeof (GstFfsTransfer), 8);
  gst_ffs_transfer_counter_init (&self->counter);
  g_mutex_init (&self->lock);
  g_cond_init (&self->more);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("ffs-fence", fence_thread,
      g_atomic_rc_box_acquire (self));

  return self;
}

/* With the lock; until the deadline. */
static gboolean
wait_empty (GstFfsInFlight * self, gint64 deadline)
{
  while (!gst_queue_array_is_empty (self->transfers)) {
    if (!wait_change (self, deadline))
      return FALSE;
  }
  return TRUE;
}

/* With the lock. */
static void
set_cancelled (GstFfsInFlight * self)
{
  guint i, n = gst_queue_array_get_length (self->transfers);

  g_atomic_int_set (&self->cancelled, TRUE);
  for (i = 0; i < n; i++) {
    GstFfsTransfer *transfer =
        gst_queue_array_peek_nth_struct (self->transfers, i);

    if (transfer->own_fence || transfer->sync_file < 0)
      continue;
    close (transfer->sync_file);
    transfer->sync_file = -1;
  }
}

/**
 * gst_ffs_in_flight_cancel:
 * @self: the transfers
 * @timeout: how long to wait for the controller to let go, ns
 *
 * Cancels what is in flight.  To be called by the thread that pushes, or
 * when there is none.
 *
 * Returns: 0, or ETIMEDOUT
 */
gint
gst_ffs_in_flight_cancel (GstFfsInFlight * self, GstClockTime timeout)
{
  gint64 deadline = g_get_monotonic_time () + GST_TIME_AS_USECONDS (timeout);
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = gst_queue_array_is_empty (self->transfers);
  if (!empty) {
    GST_DEBUG ("cancelling %u transfers",
        gst_queue_array_get_length (self->transfers));
    set_cancelled (self);
  }
  g_mutex_unlock (&self->lock);
  if (empty)
    return 0;

  gst_ffs_attachments_cancel (self->attachments);
  g_mutex_lock (&self->lock);
  empty = wait_empty (self, deadline);
  g_mutex_unlock (&self->lock);
  return empty ? 0 : ETIMEDOUT;
}

/**
 * gst_ffs_in_flight_shutdown:
 * @self: (transfer full): the transfers
 * @timeout: how long to wait for the controller to let go, ns
 * @stats: (out): the last counters
 *
 * Cancels what is in flight and closes the endpoint.  Buffers that the
 * controller holds beyond @timeout are released by the fence thread when it
 * lets go.  The callback is not called after this returned.
 *
 * Returns: %FALSE if buffers were left to the fence thread
 */
gboolean
gst_ffs_in_flight_shutdown (GstFfsInFlight * self, GstClockTime timeout,
    GstFfsTransferStats * stats)
{
  gint64 now = g_get_monotonic_time ();
  gboolean empty;

  g_mutex_lock (&self->lock);
  self->stop = TRUE;
  g_cond_signal (&self->more);
  g_mutex_unlock (&self->lock);

  gst_ffs_in_flight_cancel (self, timeout / 2);
  /* The last resort; it also makes the kernel forget what is attached. */
  gst_ffs_attachments_close (self->attachments);

  g_mutex_lock (&self->lock);
  empty = wait_empty (self, now + GST_TIME_AS_USECONDS (timeout));
  self->done = NULL;
  while (self->in_done)
    wait_change (self, 0);
  *stats = self->counter.stats;
  g_mutex_unlock (&self->lock);

  if (empty)
    g_thread_join (self->thread);
  else
    g_thread_unref (self->thread);
  in_flight_unref (self);

  return empty;
}

void
gst_ffs_in_flight_set_max (GstFfsInFlight * self, guint max)
{
  g_mutex_lock (&self->lock);
  self->max = max;
  update_full (self);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_in_flight_set_flushing:
 * @self: the transfers
 * @flushing: whether waits are to end with EINTR
 */
void
gst_ffs_in_flight_set_flushing (GstFfsInFlight * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_in_flight_push:
 * @self: the transfers
 * @segments: of one that the kernel has accepted; their references are taken
 * over
 * @n_segments: how many
 */
void
gst_ffs_in_flight_push (GstFfsInFlight * self, const GstFfsTransfer * segments,
    guint n_segments)
{
  GstClockTime now = gst_util_get_timestamp ();
  gboolean wake;
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < n_segments; i++)
    gst_queue_array_push_tail_struct (self->transfers,
        (gpointer) & segments[i]);
  gst_ffs_transfer_counter_add_begin (&self->counter, segments->first, now);
  update_full (self);
  wake = self->idle;
  g_mutex_unlock (&self->lock);
  if (wake)
    g_cond_signal (&self->more);
}

/**
 * gst_ffs_in_flight_end_frame:
 * @self: the transfers
 * @frame: the last frame, of which the last transfer will not come
 */
void
gst_ffs_in_flight_end_frame (GstFfsInFlight * self, guint64 frame)
{
  GstFfsTransfer *tail;

  g_mutex_lock (&self->lock);
  tail = gst_queue_array_peek_tail_struct (self->transfers);
  if (tail && tail->frame == frame)
    tail->last = TRUE;
  else
    gst_ffs_transfer_counter_end_frame (&self->counter);
  update_full (self);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_in_flight_wait_slot:
 * @self: the transfers
 *
 * Waits until another frame may be put in flight.
 *
 * Returns: 0, or EINTR if flushing
 */
gint
gst_ffs_in_flight_wait_slot (GstFfsInFlight * self)
{
  gint err = 0;

  g_mutex_lock (&self->lock);
  while (self->full && !self->flushing) {
    self->slots_awaited = TRUE;
    g_cond_wait (&self->changed, &self->lock);
  }
  if (self->full)
    err = EINTR;
  g_mutex_unlock (&self->lock);

  return err;
}

/**
 * gst_ffs_in_flight_wait_idle:
 * @self: the transfers
 * @mem: a dmabuf memory
 *
 * Waits until the dmabuf of @mem is not in flight.
 *
 * Returns: 0, or EINTR if flushing
 */
gint
gst_ffs_in_flight_wait_idle (GstFfsInFlight * self, GstMemory * mem)
{
  gint err = 0;

  g_mutex_lock (&self->lock);
  while (err == 0 && gst_ffs_attachments_is_busy (self->attachments, mem)) {
    if (self->flushing)
      err = EINTR;
    else
      wait_change (self, 0);
  }
  g_mutex_unlock (&self->lock);

  return err;
}

/**
 * gst_ffs_in_flight_drain:
 * @self: the transfers
 * @timeout: how long to wait without a frame's release, ns, or
 * %GST_CLOCK_TIME_NONE
 *
 * Waits until nothing is in flight and all buffers are released.
 *
 * Returns: 0, EINTR if flushing, ETIMEDOUT
 */
gint
gst_ffs_in_flight_drain (GstFfsInFlight * self, GstClockTime timeout)
{
  gint64 deadline = 0;
  guint64 frames = 0;
  gint err = 0;

  g_mutex_lock (&self->lock);
  while (err == 0 && !gst_queue_array_is_empty (self->transfers)) {
    if (deadline == 0 || frames != self->counter.stats.frames) {
      frames = self->counter.stats.frames;
      deadline = timeout == GST_CLOCK_TIME_NONE ? G_MAXINT64 :
          g_get_monotonic_time () + (gint64) GST_TIME_AS_USECONDS (timeout);
    }
    if (self->flushing)
      err = EINTR;
    else if (!wait_change (self, deadline))
      err = ETIMEDOUT;
  }
  g_mutex_unlock (&self->lock);

  return err;
}

/* Returns: for how long the host has read nothing of what is in flight, ns */
GstClockTime
gst_ffs_in_flight_get_waiting (GstFfsInFlight * self)
{
  GstClockTime waiting;

  g_mutex_lock (&self->lock);
  waiting = gst_ffs_transfer_counter_get_waiting (&self->counter);
  g_mutex_unlock (&self->lock);
  return waiting;
}

void
gst_ffs_in_flight_get_stats (GstFfsInFlight * self, GstFfsTransferStats * stats)
{
  g_mutex_lock (&self->lock);
  *stats = self->counter.stats;
  g_mutex_unlock (&self->lock);
}
