/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsQueue, submission: attaches the dmabufs of a frame and queues its
 * segments by SUBMIT or TRANSFER.
 *
 * SUBMIT is used if the kernel has it. A transfer enters the FIFO before the
 * ioctl, since it may complete before the ioctl returns. If the kernel rejects
 * it, it is removed again before any other thread sees it.
 *
 * Ownership and locking: as in gstffsqueue.c. Everything here runs in the
 * thread with the claim.
 */

#include "gstffsqueueprivate.h"

#include <errno.h>
#include <gst/allocators/gstdmabuf.h>
#include <poll.h>

#include "gstffsdebug.h"

/* EBUSY also means that the dmabuf's reservation is locked, which is short and
 * cannot be polled. */
#define RESERVATION_RETRY (100 * GST_USECOND)

/* For a half queued frame, while flushing. */
static gint
wait_foreign_on (GstFfsQueue * self, gint dmabuf)
{
  struct pollfd pfd = { dmabuf, POLLOUT, 0 };
  gint64 left = self->finish_by - g_get_monotonic_time ();

  if (poll (&pfd, 1, MAX (left, 0) / G_TIME_SPAN_MILLISECOND) != 1)
    return EINTR;
  g_usleep (GST_TIME_AS_USECONDS (RESERVATION_RETRY));
  return 0;
}

/* Waits for the fences of other devices on the dmabuf. */
static gint
wait_foreign (GstFfsQueue * self, gint dmabuf)
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
  if (err == 0 && gst_poll_wait (self->foreign, RESERVATION_RETRY) < 0)
    err = errno;

  /* GstPoll returns EBUSY while flushing. */
  if (err != EBUSY)
    return err;
  return gst_ffs_queue_may_finish (self) ? wait_foreign_on (self, dmabuf) :
      EINTR;
}

/* One dmabuf after the other. */
static gint
wait_all_foreign (GstFfsQueue * self, const GstFfsPiece * pieces, guint n)
{
  gint err = 0;
  guint i;

  GST_LOG_ID (gst_ffs_endpoint_get_owner (self->ep),
      "%s: waiting for another device", gst_ffs_endpoint_get_name (self->ep));
  for (i = 0; err == 0 && i < n; i++)
    err = wait_foreign (self, gst_dmabuf_memory_get_fd (pieces[i].memory));
  return err;
}

/* All or none. */
static gint
acquire_all (GstFfsQueue * self, const GstFfsPiece * pieces,
    GstFfsAttachment ** atts, guint n)
{
  gint err;
  guint i = 0;

  self->n_calls++;
  while (i < n) {
    atts[i] = gst_ffs_attachments_acquire (self->attachments,
        pieces[i].memory, self->n_calls, &err);
    if (atts[i]) {
      i++;
      continue;
    }
    if (err == EALREADY)
      err = gst_ffs_queue_wait_idle (self, pieces[i].memory);
    else if (gst_ffs_meaning (GST_FFS_CALL_ATTACH, err) == GST_FFS_BUSY)
      err = wait_foreign (self, gst_dmabuf_memory_get_fd (pieces[i].memory));
    if (err != 0) {
      gst_ffs_attachments_release (self->attachments, atts, i);
      return err;
    }
  }
  return 0;
}

/* Call with the lock held. Adds the frame at its first transfer. */
static void
push_frame (GstFfsQueue * self, const GstFfsFrameTag * tag, GstClockTime now)
{
  GstFfsQueueFrame *frame = gst_ffs_ring_push (&self->frames);

  frame->number = self->open_frame;
  frame->tag = *tag;
  frame->start = now;
  frame->n_under_way = 0;
  frame->err = 0;
  self->last_max = self->stats.in_flight_max;
  self->stats.in_flight++;
  self->stats.in_flight_max = MAX (self->last_max, self->stats.in_flight);
}

/* Before the ioctl: the transfer may complete before the ioctl returns. */
static guint64
push (GstFfsQueue * self, const GstFfsPiece * pieces, GstFfsAttachment ** atts,
    guint n, const GstFfsFrameTag * tag, gboolean last)
{
  GstClockTime now = self->open_pieces == 0 ? gst_util_get_timestamp () : 0;
  GstFfsQueueTransfer *t;
  GstFfsQueueFrame *frame;
  guint64 place;
  guint i;

  g_mutex_lock (&self->lock);
  if (self->open_pieces == 0)
    push_frame (self, tag, now);
  frame = gst_ffs_ring_tail (&self->frames);
  frame->n_under_way++;
  frame->complete = last;

  place = self->transfers.end;
  t = gst_ffs_ring_push (&self->transfers);
  t->frame = self->frames.end - 1;
  t->n_pieces = n;
  t->n_transfers = 0;
  t->length = 0;
  t->sync_file = -1;
  t->own_fence = FALSE;
  t->over = FALSE;
  t->status = 0;
  t->actual = GST_FFS_LENGTH_UNKNOWN;
  for (i = 0; i < n; i++) {
    GstFfsQueueHeld *held = gst_ffs_ring_push (&self->held);

    held->buffer = gst_buffer_ref (pieces[i].owner);
    held->att = atts[i];
    t->length += pieces[i].length;
    t->n_transfers += !pieces[i].more;
  }
  self->unsure = place;
  self->by_reap = self->reap;
  self->stats.queued += t->n_transfers;
  gst_ffs_queue_update_full (self);
  g_mutex_unlock (&self->lock);
  return place;
}

/* The kernel rejected the transfer. */
static void
unpush (GstFfsQueue * self, const GstFfsPiece * pieces, guint n)
{
  GstFfsQueueTransfer *t;
  GstFfsQueueFrame *frame;
  guint i;

  g_mutex_lock (&self->lock);
  t = gst_ffs_ring_tail (&self->transfers);
  self->stats.queued -= t->n_transfers;
  self->transfers.end--;
  self->held.end -= n;
  frame = gst_ffs_ring_tail (&self->frames);
  frame->n_under_way--;
  frame->complete = FALSE;
  if (self->open_pieces == 0) {
    self->frames.end--;
    self->stats.in_flight--;
    self->stats.in_flight_max = self->last_max;
  }
  self->unsure = GST_FFS_QUEUE_NONE;
  gst_ffs_queue_wake (self);
  g_mutex_unlock (&self->lock);
  for (i = 0; i < n; i++)
    gst_buffer_unref (pieces[i].owner);
}

/* The kernel accepted the transfer; its fence reports the end. */
static void
pushed (GstFfsQueue * self, guint64 place, gint sync_file, gint dmabuf)
{
  gboolean own_fence = sync_file >= 0, idle;
  GstFfsQueueTransfer *t;
  gint err;

  if (!own_fence && (err = gst_ffs_fence_export (dmabuf, &sync_file)) != 0)
    GST_WARNING_ID (gst_ffs_endpoint_get_owner (self->ep),
        "%s: no sync_file, errors will not be seen: %s",
        gst_ffs_endpoint_get_name (self->ep), g_strerror (err));

  g_mutex_lock (&self->lock);
  t = gst_ffs_ring_at (&self->transfers, place);
  t->sync_file = sync_file;
  t->own_fence = own_fence;
  self->unsure = GST_FFS_QUEUE_NONE;
  idle = self->idle;
  self->idle = FALSE;
  g_mutex_unlock (&self->lock);
  if (idle)
    g_cond_signal (&self->more);
}

/* One call. */
static gint
call_kernel (GstFfsQueue * self, const GstFfsPiece * pieces,
    GstFfsAttachment ** atts, guint n, guint64 place, gint * sync_file)
{
  struct usb_ffs_dmabuf_segment list[GST_FFS_MAX_PIECES];
  guint i;

  *sync_file = -1;
  if (!self->can_submit) {
    g_assert (n == 1 && pieces->offset == 0);
    return gst_ffs_endpoint_transfer (self->ep,
        gst_ffs_attachment_get_fd (atts[0]), pieces->length);
  }

  for (i = 0; i < n; i++) {
    list[i].fd = gst_ffs_attachment_get_fd (atts[i]);
    list[i].flags = pieces[i].more || i + 1 == n ? 0 :
        USB_FFS_DMABUF_SEGMENT_END;
    list[i].offset = pieces[i].offset;
    list[i].length = pieces[i].length;
  }
  return gst_ffs_endpoint_submit (self->ep, list, n, place,
      self->by_reap ? NULL : sync_file);
}

static gint
renew_all (GstFfsQueue * self, GstFfsAttachment ** atts, guint n)
{
  gint err = 0;
  guint i;

  for (i = 0; err == 0 && i < n; i++)
    err = gst_ffs_attachments_renew (self->attachments, atts[i]);
  return err;
}

/* Retries until the kernel accepts or rejects one call. */
static gint
queue (GstFfsQueue * self, const GstFfsPiece * pieces,
    GstFfsAttachment ** atts, guint n, const GstFfsFrameTag * tag,
    gboolean last, GstFfsCall * call)
{
  gboolean renewed = FALSE;
  gint err, sync_file;
  guint64 place;

  while (TRUE) {
    *call = self->can_submit ? GST_FFS_CALL_SUBMIT : GST_FFS_CALL_TRANSFER;
    place = push (self, pieces, atts, n, tag, last);
    err = call_kernel (self, pieces, atts, n, place, &sync_file);
    if (err == 0) {
      /* With REAP the record has everything. */
      if (!self->by_reap)
        pushed (self, place, sync_file, gst_ffs_attachment_get_fd (atts[0]));
      return 0;
    }
    unpush (self, pieces, n);

    switch (gst_ffs_meaning (*call, err)) {
      case GST_FFS_BUSY:
        err = wait_all_foreign (self, pieces, n);
        break;
      case GST_FFS_NOT_ATTACHED:
        if (renewed)
          return err;
        *call = GST_FFS_CALL_ATTACH;
        err = renew_all (self, atts, n);
        if (gst_ffs_meaning (*call, err) == GST_FFS_BUSY)
          err = wait_all_foreign (self, pieces, n);
        else
          renewed = TRUE;
        break;
      default:
        return err;
    }
    if (err != 0)
      return err;
  }
}

/* Submits @n segments in one call. */
static gint
submit_pieces (GstFfsQueue * self, const GstFfsPiece * pieces, guint n,
    const GstFfsFrameTag * tag, gboolean last, GstFfsCall * call)
{
  GstFfsAttachment *atts[GST_FFS_MAX_PIECES];
  gint err;

  *call = GST_FFS_CALL_ATTACH;
  err = acquire_all (self, pieces, atts, n);
  if (err != 0)
    return err;

  /* Don't send the rest of a frame to another host than its beginning. */
  if (self->open_pieces == 0)
    self->open_connection = gst_ffs_endpoint_get_connection (self->ep);
  else if (self->open_connection != gst_ffs_endpoint_get_connection (self->ep))
    err = ESHUTDOWN;

  if (err == 0)
    err = queue (self, pieces, atts, n, tag, last, call);
  if (err != 0) {
    gst_ffs_attachments_release (self->attachments, atts, n);
    return err;
  }
  GST_LOG_ID (gst_ffs_endpoint_get_owner (self->ep),
      "frame %" G_GUINT64_FORMAT ": pieces %u to %u queued",
      self->open_frame, self->open_pieces, self->open_pieces + n - 1);
  self->open_pieces += n;
  return 0;
}

/**
 * gst_ffs_queue_submit:
 * @self: the queue of an endpoint that is enabled
 * @frame: the frame's number, different from the last one's
 * @tag: for the callback
 * @pieces: the segments
 * @n_pieces: how many
 * @failed_call: (out): the call that failed
 *
 * Submits a frame. A flush does not cut a half queued frame, unless the rest
 * has to wait for more than half a second: a host that knows frames by their
 * size would stay out of step.
 *
 * After EINTR (flushing or halted) the caller either calls again with the same
 * arguments, which continues, or abandons the frame. After any other error
 * nothing more of the frame is sent until the caller has abandoned it.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_queue_submit (GstFfsQueue * self, guint64 frame,
    const GstFfsFrameTag * tag, const GstFfsPiece * pieces, guint n_pieces,
    GstFfsCall * failed_call)
{
  if (self->open_frame != frame) {
    self->open_frame = frame;
    self->open_pieces = 0;
    self->finish_by = 0;
  }

  while (self->open_pieces < n_pieces) {
    const GstFfsPiece *first = &pieces[self->open_pieces];
    guint n = n_pieces - self->open_pieces;
    GstFfsMeaning meaning;
    gint err;

    if (!self->can_end)
      for (n = 1; first[n - 1].more; n++);
    err = submit_pieces (self, first, n, tag,
        self->open_pieces + n == n_pieces, failed_call);
    meaning = gst_ffs_meaning (*failed_call, err);

    if (meaning == GST_FFS_GONE || meaning == GST_FFS_NOT_ENABLED)
      gst_ffs_endpoint_set_disabled (self->ep);
    if (err != 0)
      return err;
  }
  self->open_frame = GST_FFS_QUEUE_NONE;

  return 0;
}

/**
 * gst_ffs_queue_abandon:
 * @self: the queue
 *
 * Abandons the rest of a frame whose submission was interrupted or failed.
 *
 * Returns: whether a part was queued, so that the callback is called, with an
 * error
 */
gboolean
gst_ffs_queue_abandon (GstFfsQueue * self)
{
  gboolean begun = self->open_frame != GST_FFS_QUEUE_NONE
      && self->open_pieces > 0;
  GstFfsQueueFrame *frame;

  self->open_frame = GST_FFS_QUEUE_NONE;
  self->open_pieces = 0;
  if (!begun)
    return FALSE;

  g_mutex_lock (&self->lock);
  frame = gst_ffs_ring_tail (&self->frames);
  frame->complete = TRUE;
  if (frame->err == 0)
    frame->err = ECANCELED;
  gst_ffs_queue_end_frames (self);
  gst_ffs_queue_wake (self);
  g_mutex_unlock (&self->lock);
  return TRUE;
}
