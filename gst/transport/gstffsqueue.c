/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsQueue: puts frames in flight, and lets their buffers go when the
 * controller has done with them.
 *
 * How the end of a transfer is learnt depends on the kernel; all else is the
 * same:
 *
 * - REAP: one call waits for and returns the status of whatever has ended.  The
 *   streaming thread makes it when it waits for a slot; the queue's thread sits
 *   in it all the time, and gets something only while the streaming thread is
 *   upstream, since the kernel wakes the thread that came last.
 * - Fences: the queue's thread polls that of the oldest transfer.  SUBMIT
 *   without REAP gives a sync_file of the transfer itself.  With TRANSFER,
 *   waiting is done by polling the dmabuf for POLLOUT; the status comes from a
 *   sync_file that is exported right after TRANSFER.  Polling the sync_file
 *   would leave a callback in the fence that closing the sync_file has to
 *   remove, under a lock that unpatched kernels free with the attachment; after
 *   kill -9 the order of the two is a matter of luck.  For the same reason a
 *   status must not be read after the dmabuf was detached: cancel() closes the
 *   sync_files first.
 *
 * Ownership: for each piece of a transfer the queue has a reference on its
 * buffer (the same buffer may be sent twice) and the use of one attachment.
 * Both are given up when the transfer has ended, whatever its status, and in no
 * other case; what an OUT endpoint has received is handed on then instead of
 * unreffed.  The queue's thread holds a reference on the queue: when a
 * controller does not let go at shutdown, the queue, its buffers and the thread
 * stay until it does, after the element is long gone.
 *
 * Locking: the lock protects everything but the streaming thread's own fields.
 * Lock order: this one, then the attachments'.  No buffer is unreffed and no
 * callback is made under it.  submit(), abandon() and wait() belong to the
 * streaming thread, or to one that has made sure that it is not there; the rest
 * may be called from any.
 */

#include "gstffsqueueprivate.h"

#include <errno.h>
#include <unistd.h>

#include "gstffsdebug.h"

/* For how long a flush waits for the rest of a frame. */
#define FINISH_TIMEOUT (G_TIME_SPAN_SECOND / 2)

/* What is let go at a time, under one lock. */
#define BATCH 16
#define BATCH_PIECES 64

typedef struct
{
  GstFfsAttachment *atts[BATCH_PIECES];
  GstBuffer *buffers[BATCH_PIECES];
  guint n;
} Held;

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

static void
queue_unref (GstFfsQueue * self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) queue_free);
}

/* ---- waits and wakes; all with the lock ---- */

/* Until something changes; @deadline may be 0 for none.  FALSE if it has
 * passed. */
static gboolean
wait_change (GstFfsQueue * self, gint64 deadline)
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

/* Has everybody that is in REAP look at what has changed. */
static void
kick (GstFfsQueue * self)
{
  g_mutex_unlock (&self->lock);
  gst_ffs_endpoint_kick (self->ep);
  g_mutex_lock (&self->lock);
}

/* Whoever waits for a slot, in whatever way. */
static void
wake_slot (GstFfsQueue * self)
{
  if (self->n_waiting_slot > 0)
    g_cond_broadcast (&self->changed);
  if (self->n_reaping_slot > 0)
    kick (self);
}

/* Once all slots are taken, a quarter of them has to be free before there are
 * any again: with many small frames in flight nobody need be woken for each. */
void
gst_ffs_queue_update_full (GstFfsQueue * self)
{
  guint in_flight = self->stats.in_flight;

  if (in_flight >= self->max)
    self->full = TRUE;
  else if (in_flight + MAX (1, self->max / 4) <= self->max)
    self->full = FALSE;
}

/* Nobody is woken who does not wait: it is a system call. */
void
gst_ffs_queue_wake (GstFfsQueue * self)
{
  gst_ffs_queue_update_full (self);
  if (self->n_waiting > 0)
    g_cond_broadcast (&self->changed);
  if (!self->full)
    wake_slot (self);
}

static gboolean
is_empty (GstFfsQueue * self)
{
  return gst_ffs_ring_length (&self->transfers) == 0 && self->letting_go == 0;
}

/* Until the deadline. */
static gboolean
wait_empty (GstFfsQueue * self, gint64 deadline)
{
  while (!is_empty (self)) {
    if (!wait_change (self, deadline))
      return FALSE;
  }
  return TRUE;
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

/* With the lock.  Whether the caller does not expect it.  What did not arrive
 * leaves no connection, so it is one itself, and so is the next that does. */
static gboolean
is_news (GstFfsQueue * self, const GstFfsQueueFrame * frame)
{
  guint before = self->arrived;

  self->arrived = frame->err ? 0 : gst_ffs_endpoint_get_connection (self->ep);
  return self->arrived != before || before == 0;
}

/* With the lock, given up for the callbacks: frames that have nothing under way
 * any more, in their order. */
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
    /* Whoever sees that nothing is in flight sees what became of it. */
    stats->in_flight--;
    stats->frames++;
    stats->lost += is_lost (frame.err);
    stats->latency_last = end - frame.start;
    stats->latency_max = MAX (stats->latency_max, stats->latency_last);
    stats->latency_sum += stats->latency_last;
  }
}

/* With the lock.  What we have cancelled is nobody else's doing. */
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

/* Closes the sync_file as well. */
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

/* With the lock.  Takes transfers that are over from the head of the FIFO, and
 * what they hold. */
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

/* Without the lock.  Gives on what was received: one reference for all pieces
 * of a transfer. */
static void
hand_on (GstFfsQueue * self, GstFfsReceivedFunc received, gboolean cancelled,
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

/* With the lock.  Transfers from the host are told in their order if there is
 * one thread at a time; what another one has found to be over it sees when it
 * looks again. */
static gboolean
may_let_go (GstFfsQueue * self)
{
  return self->received == NULL || self->letting_go == 0;
}

/* With the lock, given up meanwhile.  Lets go of what is over at the head. */
static void
let_go (GstFfsQueue * self)
{
  GstFfsQueueTransfer over[BATCH];
  GstFfsFrameTag tags[BATCH];
  Held held;
  guint i, n;

  while (may_let_go (self) && (n = take_over (self, over, &held)) > 0) {
    GstFfsReceivedFunc received = self->received;
    gboolean cancelled = self->cancelled;

    for (i = 0; received && i < n; i++)
      tags[i] = ((GstFfsQueueFrame *) gst_ffs_ring_at (&self->frames,
              over[i].frame))->tag;
    self->letting_go++;
    g_mutex_unlock (&self->lock);

    /* Before the buffers: a memory's end wants to find the dmabuf idle. */
    gst_ffs_attachments_release (self->attachments, held.atts, held.n);
    if (received)
      hand_on (self, received, cancelled, over, tags, n, &held);
    for (i = 0; !received && i < held.n; i++)
      gst_buffer_unref (held.buffers[i]);
    /* Only SUBMIT's own sync_files are left, and two system calls for each. */
    for (i = 0; i < n; i++)
      take_status (&over[i]);

    g_mutex_lock (&self->lock);
    self->n_ended += n;
    for (i = 0; i < n; i++)
      account (self, &over[i]);
    gst_ffs_queue_end_frames (self);
    self->letting_go--;
    if (is_empty (self) && !self->stop)
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
        "%s: the kernel tells of a transfer that there is not",
        gst_ffs_endpoint_get_name (self->ep));
    return;
  }
  t = gst_ffs_ring_at (&self->transfers, record->cookie);
  t->over = TRUE;
  t->status = record->status;
  t->actual = record->actual;
  /* A controller that says it has sent less has lost the rest.  One that says it
   * has received more than there was room for is not to be believed either. */
  if (t->status == 0 && (self->received ? t->actual > t->length :
          t->actual != (guint32) t->length))
    t->status = -EIO;
}

/* Gives the lock up while it waits; 0 does not.  @for_slot: for a slot.
 * Returns: how much has ended */
static gint
reap (GstFfsQueue * self, gint64 timeout_ns, gboolean for_slot)
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
    let_go (self);
  if (self->parked && self->n_reaping == 0)
    g_cond_broadcast (&self->changed);
  return MAX (n, 0);
}

/* The endpoint's file is about to be closed: nobody may be in a call on it. */
static void
park (GstFfsQueue * self)
{
  self->parked = TRUE;
  if (self->n_reaping > 0)
    kick (self);
  while (self->n_reaping > 0)
    wait_change (self, 0);
}

static void
unpark (GstFfsQueue * self)
{
  self->parked = FALSE;
  /* A new file begins to count anew. */
  self->kicks = 0;
  g_cond_signal (&self->more);
  gst_ffs_queue_wake (self);
}

/* ---- by fences; queue's thread ---- */

/* With the lock, given up meanwhile. */
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

  /* The FIFO may have grown, and moved. */
  head = gst_ffs_ring_head (&self->transfers);
  head->over = TRUE;
  /* The status of a TRANSFER is that of the attachment.  Without a sync_file it
   * was cancelled, or its end is all that is known. */
  if (!own_fence && head->sync_file < 0)
    head->status = self->cancelled ? -ECANCELED : 0;
  else if (!own_fence)
    take_status (head);
  let_go (self);
}

static gpointer
queue_thread (gpointer data)
{
  GstFfsQueue *self = data;

  g_mutex_lock (&self->lock);
  while (TRUE) {
    GstFfsQueueTransfer *head = gst_ffs_ring_head (&self->transfers);

    if (head == NULL && self->stop)
      break;
    if (self->reap && !self->parked) {
      reap (self, -1, FALSE);
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

  queue_unref (self);
  return NULL;
}

/* ---- life ---- */

/**
 * gst_ffs_queue_new:
 * @ep: the endpoint
 * @max_attachments: dmabufs that may be attached at a time
 * @done: called for frames after their release
 * @user_data: for @done
 *
 * Returns: the queue, to be ended by gst_ffs_queue_shutdown()
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
  self->thread = g_thread_new (name, queue_thread,
      g_atomic_rc_box_acquire (self));

  return self;
}

/* With the lock.  The last resort; it also makes the kernel forget what is
 * attached.  What has not ended is learnt from the dmabufs from now on. */
static void
close_endpoint (GstFfsQueue * self)
{
  park (self);
  while (self->reap && reap (self, 0, FALSE) > 0);
  self->reap = FALSE;
  g_mutex_unlock (&self->lock);
  gst_ffs_attachments_close (self->attachments);
  g_mutex_lock (&self->lock);
  unpark (self);
}

/**
 * gst_ffs_queue_shutdown:
 * @self: (transfer full): the queue
 * @timeout: how long to wait for the controller to let go, ns
 * @stats: (out): the last counters
 * @attachments: (out): the last counters
 *
 * Cancels what is in flight, closes the endpoint and frees the queue.  Buffers
 * that the controller holds beyond @timeout are released by the queue's thread
 * when it lets go.  The callback is not called after this returned.
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
  /* Nobody queues any more. */
  self->unsure = GST_FFS_QUEUE_NONE;
  g_cond_signal (&self->more);
  g_mutex_unlock (&self->lock);

  gst_ffs_queue_cancel (self, timeout / 2);

  g_mutex_lock (&self->lock);
  close_endpoint (self);
  empty = wait_empty (self, now + GST_TIME_AS_USECONDS (timeout));
  self->done = NULL;
  self->received = NULL;
  while (self->letting_go > 0)
    wait_change (self, 0);
  *stats = self->stats;
  g_mutex_unlock (&self->lock);
  gst_ffs_attachments_get_stats (self->attachments, attachments);

  if (empty)
    g_thread_join (self->thread);
  else
    g_thread_unref (self->thread);
  queue_unref (self);

  return empty;
}

/**
 * gst_ffs_queue_set_received_func:
 * @self: the queue of an OUT endpoint, into which nothing was put yet
 * @received: takes what has come; with the user_data of gst_ffs_queue_new()
 *
 * Makes it a queue of transfers from the host: buffers are handed on when
 * their transfer has ended, whatever became of it.  Each frame has one
 * transfer, and the queue is never full: whoever fills it sees to that.  After shutdown() has returned they are unreffed instead.
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
  wake_slot (self);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_queue_set_flushing:
 * @self: the queue
 * @flushing: whether waits are to end with EINTR
 */
void
gst_ffs_queue_set_flushing (GstFfsQueue * self, gboolean flushing)
{
  gst_poll_set_flushing (self->foreign, flushing);
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->changed);
  wake_slot (self);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_queue_cancel:
 * @self: the queue
 * @timeout: how long to wait for the controller to let go, ns
 *
 * Cancels what is in flight.
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
 * @timeout: how long to wait without a frame's release, ns, or
 * %GST_CLOCK_TIME_NONE
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
  while (err == 0 && !is_empty (self)) {
    if (deadline == 0 || frames != self->stats.frames) {
      frames = self->stats.frames;
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
  park (self);
  g_mutex_unlock (&self->lock);
  err = gst_ffs_attachments_clear (self->attachments);
  g_mutex_lock (&self->lock);
  unpark (self);
  g_mutex_unlock (&self->lock);
  return err;
}

/* Returns: for how long no frame has ended though there are some, ns, or 0 */
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

/**
 * gst_ffs_queue_wait:
 * @self: the queue
 *
 * Waits until another frame may be put in flight.  To be called without a
 * lock: buffers may be let go in here.
 *
 * Returns: 0, or EINTR if flushing
 */
gint
gst_ffs_queue_wait (GstFfsQueue * self)
{
  gint err;

  g_mutex_lock (&self->lock);
  self->unsure = GST_FFS_QUEUE_NONE;
  if (self->idle && !self->reap)
    g_cond_signal (&self->more);
  while (self->full && !self->flushing) {
    if (self->reap && !self->parked) {
      reap (self, -1, TRUE);
      continue;
    }
    self->n_waiting_slot++;
    g_cond_wait (&self->changed, &self->lock);
    self->n_waiting_slot--;
  }
  err = self->full ? EINTR : 0;
  g_mutex_unlock (&self->lock);

  return err;
}

/**
 * gst_ffs_queue_wait_ended:
 * @self: the queue of an OUT endpoint
 * @ended: how many transfers the caller knows to have ended
 *
 * Waits until the end of more than these was told.  To be called without a lock:
 * it may be told from here.
 *
 * Returns: 0, or EINTR if flushing
 */
gint
gst_ffs_queue_wait_ended (GstFfsQueue * self, guint64 ended)
{
  gint err;

  g_mutex_lock (&self->lock);
  self->unsure = GST_FFS_QUEUE_NONE;
  if (self->idle && !self->reap)
    g_cond_signal (&self->more);
  while (self->n_ended <= ended && !self->flushing) {
    if (self->reap && !self->parked) {
      reap (self, -1, TRUE);
      continue;
    }
    self->n_waiting_slot++;
    g_cond_wait (&self->changed, &self->lock);
    self->n_waiting_slot--;
  }
  err = self->n_ended > ended ? 0 : EINTR;
  g_mutex_unlock (&self->lock);

  return err;
}

/* Returns: how many transfers have ended and been told */
guint64
gst_ffs_queue_get_ended (GstFfsQueue * self)
{
  guint64 ended;

  g_mutex_lock (&self->lock);
  ended = self->n_ended;
  g_mutex_unlock (&self->lock);
  return ended;
}

/* While flushing.  Whether to go on all the same, until finish_by: the host gets
 * the beginning of the frame. */
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
 * @memory: memory of a dmabuf
 *
 * Waits until the dmabuf is not in flight, so that something may be written
 * to it.
 *
 * Returns: 0, or EINTR if flushing
 */
gint
gst_ffs_queue_wait_idle (GstFfsQueue * self, GstMemory * memory)
{
  gint err = 0;

  g_mutex_lock (&self->lock);
  while (err == 0 && gst_ffs_attachments_is_busy (self->attachments, memory)) {
    if (!self->flushing)
      wait_change (self, 0);
    else if (gst_ffs_queue_may_finish (self))
      wait_change (self, self->finish_by);
    else
      err = EINTR;
  }
  g_mutex_unlock (&self->lock);

  return err;
}
