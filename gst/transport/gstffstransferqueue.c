/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsTransferQueue: puts frames in flight, transfer by transfer.
 *
 * Ownership: owns the attachments and what is in flight.  A segment's buffer
 * is referenced once the kernel has accepted its transfer and from then on
 * belongs to GstFfsInFlight.
 *
 * Locking: none of its own.  submit(), abandon(), cancel() and
 * drop_attachments() belong to the streaming thread; the rest may be called
 * from any.
 */

#include <errno.h>

#include "gstffsdebug.h"
#include "gstffstransferqueue.h"

#define NO_FRAME G_MAXUINT64

struct _GstFfsTransferQueue
{
  GstFfsEndpoint *ep;
  GstFfsAttachments *attachments;
  GstFfsInFlight *in_flight;
  GstFfsSubmitter *submitter;

  /* How much of which frame was submitted, and to which connection. */
  guint64 open_frame;
  guint open_segments;
  guint open_connection;
};

/**
 * gst_ffs_transfer_queue_new:
 * @ep: the endpoint
 * @max_attachments: dmabufs that may be attached at a time
 * @done: called for each frame after its release
 * @user_data: for @done
 *
 * Returns: the queue, to be ended by gst_ffs_transfer_queue_shutdown()
 */
GstFfsTransferQueue *
gst_ffs_transfer_queue_new (GstFfsEndpoint * ep, guint max_attachments,
    GstFfsFrameDoneFunc done, gpointer user_data)
{
  GstFfsTransferQueue *self = g_new0 (GstFfsTransferQueue, 1);

  self->ep = gst_ffs_endpoint_ref (ep);
  self->attachments = gst_ffs_attachments_new (ep, max_attachments);
  self->in_flight = gst_ffs_in_flight_new (ep,
      gst_ffs_attachments_ref (self->attachments), done, user_data);
  self->submitter = gst_ffs_submitter_new (ep, self->attachments);
  self->open_frame = NO_FRAME;

  return self;
}

/**
 * gst_ffs_transfer_queue_shutdown:
 * @self: (transfer full): the queue
 * @timeout: how long to wait for the controller to let go, ns
 * @transfers: (out): the last counters
 * @attachments: (out): the last counters
 *
 * Cancels what is in flight, closes the endpoint and frees the queue.
 *
 * Returns: %FALSE if the controller still holds buffers, which are released
 * when it lets go
 */
gboolean
gst_ffs_transfer_queue_shutdown (GstFfsTransferQueue * self,
    GstClockTime timeout, GstFfsTransferStats * transfers,
    GstFfsAttachmentsStats * attachments)
{
  gboolean empty;

  gst_ffs_transfer_queue_abandon (self);
  empty = gst_ffs_in_flight_shutdown (self->in_flight, timeout, transfers);
  gst_ffs_attachments_get_stats (self->attachments, attachments);
  gst_ffs_attachments_unref (self->attachments);
  gst_ffs_endpoint_unref (self->ep);
  gst_ffs_submitter_free (self->submitter);
  g_free (self);

  return empty;
}

void
gst_ffs_transfer_queue_set_max_in_flight (GstFfsTransferQueue * self,
    guint max_in_flight)
{
  gst_ffs_in_flight_set_max (self->in_flight, max_in_flight);
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
  gst_ffs_in_flight_set_flushing (self->in_flight, flushing);
  gst_ffs_submitter_set_flushing (self->submitter, flushing);
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
  return gst_ffs_in_flight_wait_slot (self->in_flight);
}

/* Returns: whether several segments, anywhere in their dmabufs, can be one
 * transfer */
gboolean
gst_ffs_transfer_queue_can_gather (GstFfsTransferQueue * self)
{
  return gst_ffs_endpoint_can_gather (self->ep);
}

/**
 * gst_ffs_transfer_queue_wait_idle:
 * @self: the queue
 * @memory: memory of a dmabuf
 *
 * Waits until the dmabuf is not in flight, so that something may be written
 * to it.
 *
 * Returns: 0, or EINTR if flushing
 */
gint
gst_ffs_transfer_queue_wait_idle (GstFfsTransferQueue * self,
    GstMemory * memory)
{
  return gst_ffs_in_flight_wait_idle (self->in_flight, memory);
}

static void
push (GstFfsTransferQueue * self, const GstFfsSegment * segments,
    GstFfsTransfer * entries, guint n, gboolean last)
{
  gsize length = 0;
  guint i;

  for (i = 0; i < n; i++) {
    entries[i].buffer = gst_buffer_ref (segments[i].owner);
    entries[i].frame = self->open_frame;
    entries[i].first = i == 0 && self->open_segments == 0;
    entries[i].last = last && i + 1 == n;
    entries[i].joined = i > 0;
    length += segments[i].length;
  }
  entries->length = length;
  GST_LOG ("frame %" G_GUINT64_FORMAT ": segments %u to %u, %" G_GSIZE_FORMAT
      " bytes queued", self->open_frame, self->open_segments,
      self->open_segments + n - 1, length);
  gst_ffs_in_flight_push (self->in_flight, entries, n);
}

/* One transfer of @n segments. */
static gint
submit_transfer (GstFfsTransferQueue * self, const GstFfsSegment * segments,
    guint n, gboolean last, GstFfsCall * call)
{
  GstFfsTransfer entries[GST_FFS_MAX_SEGMENTS];
  gint err = 0;
  guint i;

  *call = GST_FFS_CALL_TRANSFER;
  for (i = 0; i < n; i++) {
    err = gst_ffs_in_flight_wait_idle (self->in_flight, segments[i].memory);
    if (err != 0)
      return err;
  }

  /* The rest of a frame whose beginning went to a host that left must not be
   * the first that the next host sees. */
  if (self->open_segments == 0)
    self->open_connection = gst_ffs_endpoint_get_connection (self->ep);
  else if (self->open_connection != gst_ffs_endpoint_get_connection (self->ep))
    return ESHUTDOWN;

  err = gst_ffs_submitter_queue (self->submitter, segments, entries, n, call);
  if (err != 0)
    return err;

  push (self, segments, entries, n, last);
  self->open_segments += n;
  return 0;
}

/**
 * gst_ffs_transfer_queue_submit:
 * @self: the queue of an endpoint that is enabled
 * @frame: the frame's number, different from the last one's
 * @segments: what to send
 * @n_segments: how many
 * @failed_call: (out): the call that an error is about
 *
 * Puts a frame in flight.  After EINTR (flushing) the caller either calls
 * again with the same arguments, which goes on where it was, or abandons the
 * frame.  After any other error nothing more of the frame is sent.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_transfer_queue_submit (GstFfsTransferQueue * self, guint64 frame,
    const GstFfsSegment * segments, guint n_segments, GstFfsCall * failed_call)
{
  if (self->open_frame != frame) {
    self->open_frame = frame;
    self->open_segments = 0;
  }

  while (self->open_segments < n_segments) {
    const GstFfsSegment *first = &segments[self->open_segments];
    GstFfsMeaning meaning;
    guint n = 1;
    gint err;

    while (first[n - 1].more)
      n++;
    err = submit_transfer (self, first, n,
        self->open_segments + n == n_segments, failed_call);
    meaning = gst_ffs_meaning (*failed_call, err);

    if (meaning == GST_FFS_GONE || meaning == GST_FFS_NOT_ENABLED)
      gst_ffs_endpoint_set_disabled (self->ep);
    if (err != 0 && meaning != GST_FFS_INTERRUPTED)
      gst_ffs_transfer_queue_abandon (self);
    if (err != 0)
      return err;
  }
  self->open_frame = NO_FRAME;

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
  if (self->open_frame != NO_FRAME && self->open_segments > 0)
    gst_ffs_in_flight_end_frame (self->in_flight, self->open_frame);
  self->open_frame = NO_FRAME;
}

/**
 * gst_ffs_transfer_queue_drain:
 * @self: the queue
 * @timeout: how long to wait without progress, ns, or %GST_CLOCK_TIME_NONE
 *
 * Waits until nothing is in flight and all buffers are released.
 *
 * Returns: 0, EINTR if flushing, ETIMEDOUT
 */
gint
gst_ffs_transfer_queue_drain (GstFfsTransferQueue * self, GstClockTime timeout)
{
  return gst_ffs_in_flight_drain (self->in_flight, timeout);
}

/**
 * gst_ffs_transfer_queue_cancel:
 * @self: the queue
 * @timeout: how long to wait for the controller to let go, ns
 *
 * Returns: 0, or ETIMEDOUT
 */
gint
gst_ffs_transfer_queue_cancel (GstFfsTransferQueue * self, GstClockTime timeout)
{
  gst_ffs_transfer_queue_abandon (self);
  return gst_ffs_in_flight_cancel (self->in_flight, timeout);
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

GstClockTime
gst_ffs_transfer_queue_get_waiting (GstFfsTransferQueue * self)
{
  return gst_ffs_in_flight_get_waiting (self->in_flight);
}

void
gst_ffs_transfer_queue_get_stats (GstFfsTransferQueue * self,
    GstFfsTransferStats * transfers, GstFfsAttachmentsStats * attachments)
{
  gst_ffs_in_flight_get_stats (self->in_flight, transfers);
  gst_ffs_attachments_get_stats (self->attachments, attachments);
}
