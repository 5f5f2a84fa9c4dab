/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsTransferQueue: what is in flight on an endpoint, and the one thread
 * that waits for the fences.
 *
 * Ownership: one record for each TRANSFER, each with a reference of its own
 * on the frame's buffer (a buffer may be sent twice) and the use of one
 * attachment.  Both are given up when the transfer's fence has signalled,
 * whatever its status, and in no other case.  The fence thread holds a
 * reference on the queue: when a controller does not let go at shutdown, the
 * queue, its buffers and the thread stay until it does, after the element is
 * long gone.
 *
 * Waiting is done by polling the dmabuf for POLLOUT, reading the status from
 * a sync_file that was exported right after TRANSFER.  Polling the sync_file
 * would do for both, but it leaves a callback in the fence that closing the
 * sync_file has to remove, under a lock that unpatched kernels free with the
 * attachment; after kill -9 the order of the two is a matter of luck.  For
 * the same reason no status is read once attachments were cancelled: the
 * sync_files are closed first, under the queue's lock.
 *
 * Locking: the lock protects the records, counters and flags.  Lock order:
 * queue, attachments.  No buffer is unreffed and no callback is made under
 * it.  One thread submits (the streaming thread); any may drain or flush.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <gst/base/gstqueuearray.h>
#include <poll.h>
#include <unistd.h>

#include "gstffsdebug.h"
#include "gstffstransferqueue.h"

typedef struct
{
  GstBuffer *buffer;
  GstFfsAttachment *att;
  gint sync_file;
  gsize length;
  guint64 frame;
  gboolean last;
  GstClockTime queued;
} Record;

struct _GstFfsTransferQueue
{
  GstFfsEndpoint *ep;
  GstFfsAttachments *attachments;
  GstFfsFrameDoneFunc done;
  gpointer user_data;
  GThread *thread;

  /* Streaming thread only: how much of which frame was submitted. */
  guint64 open_frame;
  guint open_segments;
  GstClockTime open_queued;

  GstPoll *foreign;             /* the wait for other devices' fences */

  GMutex lock;
  GCond cond;
  GstQueueArray *records;
  guint max_in_flight;
  gboolean flushing;
  gboolean cancelled;
  gboolean stop;
  gboolean in_done;
  gint frame_err;               /* of the frame at the head */
  GstFfsTransferStats stats;
};

static void
queue_free (GstFfsTransferQueue * self)
{
  gst_queue_array_free (self->records);
  gst_ffs_attachments_unref (self->attachments);
  gst_ffs_endpoint_unref (self->ep);
  gst_poll_free (self->foreign);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static void
queue_unref (GstFfsTransferQueue * self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) queue_free);
}

static void
wait_signalled (gint dmabuf)
{
  struct pollfd p = { dmabuf, POLLOUT, 0 };
  gint ret;

  do {
    ret = poll (&p, 1, -1);
  } while (ret < 0 && errno == EINTR);

  if (ret < 0 || !(p.revents & POLLOUT))
    GST_ERROR ("poll of dmabuf %d: %s, revents 0x%x", dmabuf,
        g_strerror (errno), p.revents);
}

/* With the lock.  The status as an errno, 0 for success. */
static gint
take_status (GstFfsTransferQueue * self, Record * rec)
{
  gint status = 1;

  if (self->cancelled)
    return ECANCELED;
  if (rec->sync_file < 0)
    return 0;
  if (gst_ffs_fence_status (rec->sync_file, &status) != 0)
    status = 1;
  close (rec->sync_file);
  rec->sync_file = -1;

  return status < 0 ? -status : 0;
}

/* With the lock. */
static void
count (GstFfsTransferQueue * self, Record * rec, gint err)
{
  switch (gst_ffs_meaning (GST_FFS_CALL_FENCE, err)) {
    case GST_FFS_OK:
      self->stats.completed++;
      self->stats.bytes += rec->length;
      break;
    case GST_FFS_GONE:
    case GST_FFS_CANCELLED:
      self->stats.cancelled++;
      break;
    default:
      self->stats.failed++;
      break;
  }
  if (err != 0 && self->frame_err == 0)
    self->frame_err = err;
}

/* With the lock.  Returns the errno of the frame. */
static gint
count_frame (GstFfsTransferQueue * self, GstClockTime queued)
{
  GstFfsTransferStats *stats = &self->stats;
  gint err = self->frame_err;

  stats->in_flight--;
  stats->frames++;
  stats->latency_last = gst_util_get_timestamp () - queued;
  stats->latency_max = MAX (stats->latency_max, stats->latency_last);
  stats->latency_sum += stats->latency_last;
  self->frame_err = 0;
  return err;
}

/* Lets go of the record at the head, whose fence has signalled. */
static void
finish (GstFfsTransferQueue * self, Record rec)
{
  GstFfsFrameDoneFunc done = NULL;
  gint err, frame_err = 0;
  Record *head;

  g_mutex_lock (&self->lock);
  head = gst_queue_array_peek_head_struct (self->records);
  err = take_status (self, head);
  g_mutex_unlock (&self->lock);

  GST_LOG ("frame %" G_GUINT64_FORMAT ": %" G_GSIZE_FORMAT " bytes %s",
      rec.frame, rec.length, err ? g_strerror (err) : "sent");
  if (gst_ffs_meaning (GST_FFS_CALL_FENCE, err) == GST_FFS_GONE)
    gst_ffs_endpoint_set_disabled (self->ep);

  /* Before the buffer: its memory's end wants to find the dmabuf idle. */
  gst_ffs_attachments_release (self->attachments, rec.att);
  gst_buffer_unref (rec.buffer);

  g_mutex_lock (&self->lock);
  head = gst_queue_array_pop_head_struct (self->records);
  count (self, &rec, err);
  if (head->last) {
    frame_err = count_frame (self, rec.queued);
    done = self->done;
    self->in_done = done != NULL;
  }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);

  if (done) {
    done (rec.frame, frame_err, self->user_data);
    g_mutex_lock (&self->lock);
    self->in_done = FALSE;
    g_cond_broadcast (&self->cond);
    g_mutex_unlock (&self->lock);
  }
}

static gpointer
fence_thread (gpointer data)
{
  GstFfsTransferQueue *self = data;

  g_mutex_lock (&self->lock);
  while (TRUE) {
    Record *head = gst_queue_array_peek_head_struct (self->records);
    Record rec;

    if (head == NULL) {
      if (self->stop)
        break;
      g_cond_wait (&self->cond, &self->lock);
      continue;
    }

    rec = *head;
    g_mutex_unlock (&self->lock);
    wait_signalled (gst_ffs_attachment_get_fd (rec.att));
    finish (self, rec);
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);

  queue_unref (self);
  return NULL;
}

/**
 * gst_ffs_transfer_queue_new:
 * @ep: the endpoint
 * @max_in_flight: frames that may be in flight at a time
 * @max_attachments: dmabufs that may be attached at a time
 * @done: called for each frame after its release
 * @user_data: for @done
 *
 * Returns: the queue, to be ended by gst_ffs_transfer_queue_shutdown()
 */
GstFfsTransferQueue *
gst_ffs_transfer_queue_new (GstFfsEndpoint * ep, guint max_in_flight,
    guint max_attachments, GstFfsFrameDoneFunc done, gpointer user_data)
{
  GstFfsTransferQueue *self = g_atomic_rc_box_new0 (GstFfsTransferQueue);

  self->ep = gst_ffs_endpoint_ref (ep);
  self->attachments = gst_ffs_attachments_new (ep, max_attachments);
  self->done = done;
  self->user_data = user_data;
  self->max_in_flight = max_in_flight;
  self->open_frame = G_MAXUINT64;
  self->foreign = gst_poll_new (TRUE);
  self->records =
      gst_queue_array_new_for_struct (sizeof (Record), 2 * max_in_flight);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("ffs-fence", fence_thread,
      g_atomic_rc_box_acquire (self));

  return self;
}

/* With the lock; until the deadline. */
static gboolean
wait_empty (GstFfsTransferQueue * self, gint64 deadline)
{
  while (!gst_queue_array_is_empty (self->records)) {
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline))
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_ffs_transfer_queue_shutdown:
 * @self: (transfer full): the queue
 * @timeout: how long to wait for the controller to let go, ns
 * @transfers: (out): the last counters
 * @attachments: (out): the last counters
 *
 * Cancels what is in flight, closes the endpoint and gives up the queue.
 * Buffers that the controller holds beyond @timeout are released by the
 * fence thread when it lets go.  @done is not called after this returned.
 *
 * Returns: %FALSE if buffers were left to the fence thread
 */
gboolean
gst_ffs_transfer_queue_shutdown (GstFfsTransferQueue * self,
    GstClockTime timeout, GstFfsTransferStats * transfers,
    GstFfsAttachmentsStats * attachments)
{
  gint64 now = g_get_monotonic_time ();
  gboolean empty;
  guint i, n;

  g_mutex_lock (&self->lock);
  self->cancelled = TRUE;
  self->stop = TRUE;
  n = gst_queue_array_get_length (self->records);
  for (i = 0; i < n; i++) {
    Record *rec = gst_queue_array_peek_nth_struct (self->records, i);

    if (rec->sync_file >= 0)
      close (rec->sync_file);
    rec->sync_file = -1;
  }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);

  if (n > 0) {
    GST_DEBUG ("cancelling %u transfers", n);
    gst_ffs_attachments_cancel (self->attachments);
    g_mutex_lock (&self->lock);
    wait_empty (self, now + GST_TIME_AS_USECONDS (timeout) / 2);
    g_mutex_unlock (&self->lock);
  }

  gst_ffs_attachments_close (self->attachments);
  g_mutex_lock (&self->lock);
  empty = wait_empty (self, now + GST_TIME_AS_USECONDS (timeout));
  self->done = NULL;
  while (self->in_done)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);

  if (empty)
    g_thread_join (self->thread);
  else
    g_thread_unref (self->thread);
  gst_ffs_transfer_queue_get_stats (self, transfers, attachments);
  queue_unref (self);

  return empty;
}

void
gst_ffs_transfer_queue_set_max_in_flight (GstFfsTransferQueue * self,
    guint max_in_flight)
{
  g_mutex_lock (&self->lock);
  self->max_in_flight = max_in_flight;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_transfer_queue_set_flushing:
 * @self: the queue
 * @flushing: whether waits are to end with EINTR
 */
void
gst_ffs_transfer_queue_set_flushing (GstFfsTransferQueue * self,
    gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_poll_set_flushing (self->foreign, flushing);
}

/**
 * gst_ffs_transfer_queue_wait_slot:
 * @self: the queue
 *
 * Waits until another frame may be put in flight.
 *
 * Returns: 0, or EINTR if flushing
 */
gint
gst_ffs_transfer_queue_wait_slot (GstFfsTransferQueue * self)
{
  gint err = 0;

  g_mutex_lock (&self->lock);
  while (self->stats.in_flight >= self->max_in_flight && !self->flushing)
    g_cond_wait (&self->cond, &self->lock);
  if (self->stats.in_flight >= self->max_in_flight)
    err = EINTR;
  g_mutex_unlock (&self->lock);

  return err;
}

static gint
wait_not_busy (GstFfsTransferQueue * self, GstMemory * mem)
{
  gint err = 0;

  g_mutex_lock (&self->lock);
  while (err == 0 && gst_ffs_attachments_is_busy (self->attachments, mem)) {
    if (self->flushing)
      err = EINTR;
    else
      g_cond_wait (&self->cond, &self->lock);
  }
  g_mutex_unlock (&self->lock);

  return err;
}

/* Until no other device works on the dmabuf. */
static gint
wait_foreign (GstFfsTransferQueue * self, gint dmabuf)
{
  GstPollFD pfd = GST_POLL_FD_INIT;
  gint ret, err;

  pfd.fd = dmabuf;
  gst_poll_add_fd (self->foreign, &pfd);
  gst_poll_fd_ctl_write (self->foreign, &pfd, TRUE);
  do {
    ret = gst_poll_wait (self->foreign, GST_CLOCK_TIME_NONE);
    err = ret < 0 ? errno : 0;
  } while (err == EINTR || err == EAGAIN);
  gst_poll_remove_fd (self->foreign, &pfd);

  /* EBUSY is how GstPoll says that it is flushing. */
  return err == EBUSY ? EINTR : err;
}

static gint
transfer (GstFfsTransferQueue * self, GstFfsAttachment * att, gsize length,
    GstFfsCall * call)
{
  gint fd = gst_ffs_attachment_get_fd (att);
  gboolean renewed = FALSE;
  gint err;

  while (TRUE) {
    *call = GST_FFS_CALL_TRANSFER;
    err = gst_ffs_endpoint_transfer (self->ep, fd, length);
    switch (gst_ffs_meaning (*call, err)) {
      case GST_FFS_BUSY:
        err = wait_foreign (self, fd);
        break;
      case GST_FFS_NOT_ATTACHED:
        if (renewed)
          return err;
        renewed = TRUE;
        *call = GST_FFS_CALL_ATTACH;
        err = gst_ffs_attachments_renew (self->attachments, att);
        break;
      default:
        return err;
    }
    if (err != 0)
      return err;
  }
}

static gint
submit_segment (GstFfsTransferQueue * self, GstBuffer * buffer,
    const GstFfsSegment * segment, gboolean last, GstFfsCall * call)
{
  Record rec = { NULL, };
  gint err;

  *call = GST_FFS_CALL_TRANSFER;
  err = wait_not_busy (self, segment->memory);
  if (err != 0)
    return err;

  *call = GST_FFS_CALL_ATTACH;
  rec.att = gst_ffs_attachments_acquire (self->attachments, segment->memory,
      &err);
  if (rec.att == NULL)
    return err;

  err = transfer (self, rec.att, segment->length, call);
  if (err != 0) {
    gst_ffs_attachments_release (self->attachments, rec.att);
    return err;
  }

  /* Without it the transfer's end is seen but not its status. */
  err = gst_ffs_fence_export (gst_ffs_attachment_get_fd (rec.att),
      &rec.sync_file);
  if (err != 0)
    GST_WARNING ("frame %" G_GUINT64_FORMAT ": no sync_file, its errors will "
        "not be seen: %s", self->open_frame, g_strerror (err));

  rec.buffer = gst_buffer_ref (buffer);
  rec.length = segment->length;
  rec.frame = self->open_frame;
  rec.last = last;
  if (self->open_segments == 0)
    self->open_queued = gst_util_get_timestamp ();
  rec.queued = self->open_queued;

  g_mutex_lock (&self->lock);
  gst_queue_array_push_tail_struct (self->records, &rec);
  self->stats.queued++;
  if (self->open_segments++ == 0) {
    self->stats.in_flight++;
    self->stats.in_flight_max =
        MAX (self->stats.in_flight_max, self->stats.in_flight);
  }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);

  return 0;
}

/**
 * gst_ffs_transfer_queue_submit:
 * @self: the queue
 * @buffer: a frame; a reference is taken for each transfer
 * @frame: its number, different from the last one's
 * @segments: what to send, in memory of @buffer
 * @n_segments: how many
 * @failed_call: (out): the call that an error is about
 *
 * Puts a frame in flight.  After EINTR (flushing) the caller either calls
 * again with the same frame, which goes on where it was, or abandons it.
 * After any other error nothing more of the frame is sent.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_transfer_queue_submit (GstFfsTransferQueue * self, GstBuffer * buffer,
    guint64 frame, const GstFfsSegment * segments, guint n_segments,
    GstFfsCall * failed_call)
{
  gint err;

  if (self->open_frame != frame) {
    self->open_frame = frame;
    self->open_segments = 0;
  }

  while (self->open_segments < n_segments) {
    guint i = self->open_segments;

    err = submit_segment (self, buffer, &segments[i], i + 1 == n_segments,
        failed_call);
    if (err != 0) {
      GstFfsMeaning meaning = gst_ffs_meaning (*failed_call, err);

      if (meaning == GST_FFS_GONE || meaning == GST_FFS_NOT_ENABLED)
        gst_ffs_endpoint_set_disabled (self->ep);
      if (meaning != GST_FFS_INTERRUPTED)
        gst_ffs_transfer_queue_abandon (self);
      return err;
    }
    GST_LOG ("frame %" G_GUINT64_FORMAT ": segment %u, %" G_GSIZE_FORMAT
        " bytes queued", frame, i, segments[i].length);
  }
  self->open_frame = G_MAXUINT64;

  return 0;
}

/**
 * gst_ffs_transfer_queue_abandon:
 * @self: the queue
 *
 * Gives up the rest of a frame whose submission was interrupted.
 */
void
gst_ffs_transfer_queue_abandon (GstFfsTransferQueue * self)
{
  Record *tail;

  if (self->open_frame == G_MAXUINT64)
    return;

  g_mutex_lock (&self->lock);
  tail = gst_queue_array_peek_tail_struct (self->records);
  if (tail && tail->frame == self->open_frame)
    tail->last = TRUE;
  else if (self->open_segments > 0)
    count_frame (self, self->open_queued);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);

  self->open_frame = G_MAXUINT64;
}

/**
 * gst_ffs_transfer_queue_drain:
 * @self: the queue
 * @timeout: how long to wait, ns, or %GST_CLOCK_TIME_NONE
 *
 * Waits until nothing is in flight and all buffers are released.
 *
 * Returns: 0, EINTR if flushing, ETIMEDOUT
 */
gint
gst_ffs_transfer_queue_drain (GstFfsTransferQueue * self, GstClockTime timeout)
{
  gint64 deadline = timeout == GST_CLOCK_TIME_NONE ? G_MAXINT64 :
      g_get_monotonic_time () + (gint64) GST_TIME_AS_USECONDS (timeout);
  gint err = 0;

  g_mutex_lock (&self->lock);
  while (err == 0 && !gst_queue_array_is_empty (self->records)) {
    if (self->flushing)
      err = EINTR;
    else if (!g_cond_wait_until (&self->cond, &self->lock, deadline))
      err = ETIMEDOUT;
  }
  g_mutex_unlock (&self->lock);

  return err;
}

/**
 * gst_ffs_transfer_queue_drop_attachments:
 * @self: the queue, with nothing in flight
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_transfer_queue_drop_attachments (GstFfsTransferQueue * self)
{
  return gst_ffs_attachments_clear (self->attachments);
}

void
gst_ffs_transfer_queue_get_stats (GstFfsTransferQueue * self,
    GstFfsTransferStats * transfers, GstFfsAttachmentsStats * attachments)
{
  g_mutex_lock (&self->lock);
  *transfers = self->stats;
  g_mutex_unlock (&self->lock);
  gst_ffs_attachments_get_stats (self->attachments, attachments);
}
