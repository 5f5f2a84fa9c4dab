/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsStream: sends frames on an open endpoint: in place through the
 * transfer queue, copied into a dmabuf where a part cannot be sent in place,
 * or written where the kernel or the controller does not support dmabufs. Used
 * with every profile; profile=stream is in gst/function/stream/.
 *
 * Ownership: owns the endpoint, the transfer queue, the copier and the
 * writer. While a frame is half submitted (its submission was interrupted)
 * its pieces are kept here.
 *
 * Locking: the current frame, copier, writer and packer belong to the thread
 * with the queue's claim: the streaming thread, or one that halts the stream.
 * The lock protects the counters and the pointer to the queue; it is taken
 * before the locks of queue and writer. Call close() in the state change,
 * after the streaming thread has ended.
 */

#include <errno.h>

#include "gstffscopies.h"
#include "function/gstffsdmadevice.h"
#include "gstffsstream.h"
#include "transport/gstffsdebug.h"
#include "transport/gstffswriter.h"

#define MAX_ATTACHMENTS 64
#define NO_FRAME G_MAXUINT64

/* This many consecutive lost frames have a common cause. */
#define MAX_LOST 5

/**
 * GstFfsFrameCounter:
 * @zero_copy: frames sent in place
 * @gathered: frames sent as one transfer of several segments
 * @in_headroom: frames with their header in the headroom
 * @copied: frames copied in whole or in part
 * @copied_for: the same by the first reason
 * @bytes_copied: bytes copied by the CPU
 */
typedef struct
{
  guint64 zero_copy;
  guint64 gathered;
  guint64 in_headroom;
  guint64 copied;
  guint64 copied_for[GST_FFS_N_COPY_REASONS];
  guint64 bytes_copied;
} GstFfsFrameCounter;

struct _GstFfsStream
{
  GstFfsEndpoint *ep;
  GstFfsStreamDoneFunc done;
  gpointer user_data;
  GstFfsQueue *queue;           /* NULL once closed */
  GstFfsCopies *copier;         /* NULL without dmabufs for copies */
  GstAllocator *allocator;      /* the same */
  GstFfsWriter *writer;
  GstFfsCopies *packer;         /* for written frames */

  /* Atomic. */
  gint n_lost;                  /* consecutive lost frames */
  gint arrived;                 /* a frame has arrived since resume() */
  gint halt_cleared;            /* the host has cleared the halt after that */

  gboolean lost_told;           /* streaming thread */

  /* Why dmabufs cannot be sent, once detected. */
  gint blocked;                 /* GstFfsCopyReason */

  /* Call with the claim. */
  guint checked;                /* connection of check_dma_device() */
  guint64 frame;                /* being sent, or NO_FRAME */
  GstFfsFrameTag tag;
  gboolean counted;             /* counted before it is completely queued */
  GstFfsFrame sending;
  gboolean writing;             /* its segments are for the writer */

  GMutex lock;
  gboolean flushing;
  gboolean halting;
  GstFfsFrameCounter counter;
  GstFfsQueueStats last_transfers;      /* once closed */
  GstFfsAttachmentsStats last_attachments;
};

/* Flags in a frame's tag, in addition to the copy reason. */
#define TAG_GATHERED (1u << 8)
#define TAG_IN_HEADROOM (1u << 9)
/* The end packet is not a frame. */
#define TAG_NO_FRAME (1u << 10)

static void
get_tag (const GstFfsFrame * frame, GstBuffer * buffer, GstFfsFrameTag * tag)
{
  guint i;

  tag->kind = frame->reason;
  for (i = 0; i < frame->n_pieces; i++) {
    if (frame->pieces[i].more)
      tag->kind |= TAG_GATHERED;
  }
  if (frame->in_headroom)
    tag->kind |= TAG_IN_HEADROOM;
  if (buffer == NULL)
    tag->kind |= TAG_NO_FRAME;
  tag->size = frame->copied;
}

static void
counter_add (GstFfsFrameCounter * self, GstFfsCopyReason reason,
    gssize copied, gint change)
{
  if (reason == GST_FFS_COPY_REASON_NONE)
    self->zero_copy += change;
  else
    self->copied += change;
  self->copied_for[reason] += change;
  self->bytes_copied += copied;
}

/* Counts a frame, or uncounts one that did not arrive. */
static void
count_frame (GstFfsStream * self, const GstFfsFrameTag * tag, gint change)
{
  if (tag->kind & TAG_NO_FRAME)
    return;
  g_mutex_lock (&self->lock);
  counter_add (&self->counter, tag->kind & 0xff,
      change * (gssize) tag->size, change);
  if (tag->kind & TAG_GATHERED)
    self->counter.gathered += change;
  if (tag->kind & TAG_IN_HEADROOM)
    self->counter.in_headroom += change;
  g_mutex_unlock (&self->lock);
}

/* Some controllers, such as dwc3, end transfers with EPIPE when the host
 * clears the endpoint's halt (dwc3_gadget_ep_set_halt() in Linux). Hosts clear
 * the halt to end a bulk stream, and some also before they start or continue
 * to read. */
static void
note_end (GstFfsStream * self, gint err)
{
  if (err == 0) {
    g_atomic_int_set (&self->arrived, TRUE);
    g_atomic_int_set (&self->halt_cleared, FALSE);
  } else if (err == EPIPE && g_atomic_int_get (&self->arrived)) {
    g_atomic_int_set (&self->halt_cleared, TRUE);
  }
}

/* Callback of the queue. */
static void
frame_done (guint64 frame, const GstFfsFrameTag * tag, gint err,
    gpointer user_data)
{
  GstFfsStream *self = user_data;

  if (err != 0)
    count_frame (self, tag, -1);
  note_end (self, err);
  switch (gst_ffs_meaning (GST_FFS_CALL_FENCE, err)) {
    case GST_FFS_OK:
    case GST_FFS_GONE:
      g_atomic_int_set (&self->n_lost, 0);
      break;
    case GST_FFS_CANCELLED:
      break;
    default:
      g_atomic_int_inc (&self->n_lost);
      break;
  }
  self->done (frame, err, self->user_data);
}

/**
 * gst_ffs_stream_new:
 * @ep: (transfer full): the endpoint
 * @allocator: (nullable): allocator of dmabufs for copies
 * @done: called for frames after their release
 * @user_data: for @done
 */
GstFfsStream *
gst_ffs_stream_new (GstFfsEndpoint * ep, GstAllocator * allocator,
    GstFfsStreamDoneFunc done, gpointer user_data)
{
  GstFfsStream *self = g_new0 (GstFfsStream, 1);

  self->ep = ep;
  self->done = done;
  self->user_data = user_data;
  self->queue = gst_ffs_queue_new (ep, MAX_ATTACHMENTS, frame_done, self);
  if (allocator) {
    self->allocator = gst_object_ref (allocator);
    self->copier = gst_ffs_copies_new (allocator);
  }
  self->writer = gst_ffs_writer_new (ep);
  self->packer = gst_ffs_copies_new (NULL);
  self->frame = NO_FRAME;
  g_mutex_init (&self->lock);

  return self;
}

static void
clear_frame (GstFfsStream * self)
{
  gst_ffs_frame_clear (&self->sending);
  self->writing = FALSE;
  self->frame = NO_FRAME;
}

/* Stops queueing the frame. If no part of it is queued, the queue does not
 * call back. */
static void
give_up (GstFfsStream * self)
{
  if (!gst_ffs_queue_abandon (self->queue) && self->counted)
    count_frame (self, &self->tag, -1);
  self->counted = FALSE;
}

/**
 * gst_ffs_stream_close:
 * @self: the stream, after the streaming thread has ended
 * @timeout: how long to wait for the controller, ns
 *
 * Cancels the frames in flight and closes the endpoint. Keeps the statistics.
 *
 * Returns: %FALSE if the controller still holds buffers; they are released
 * when it completes the transfers
 */
gboolean
gst_ffs_stream_close (GstFfsStream * self, GstClockTime timeout)
{
  GstFfsQueue *queue = self->queue;
  GstFfsAttachmentsStats attachments;
  GstFfsQueueStats transfers;
  gboolean empty;

  gst_ffs_writer_close (self->writer);
  give_up (self);

  /* Clear the pointer first: readers of the statistics use the queue with the
   * lock held. */
  g_mutex_lock (&self->lock);
  gst_ffs_queue_get_stats (queue, &self->last_transfers,
      &self->last_attachments);
  self->queue = NULL;
  g_mutex_unlock (&self->lock);

  empty = gst_ffs_queue_shutdown (queue, timeout, &transfers, &attachments);
  clear_frame (self);
  g_clear_pointer (&self->copier, gst_ffs_copies_free);
  gst_clear_object (&self->allocator);

  g_mutex_lock (&self->lock);
  self->last_transfers = transfers;
  self->last_attachments = attachments;
  g_mutex_unlock (&self->lock);
  return empty;
}

void
gst_ffs_stream_free (GstFfsStream * self)
{
  gst_ffs_writer_free (self->writer);
  gst_ffs_copies_free (self->packer);
  gst_ffs_endpoint_unref (self->ep);
  g_mutex_clear (&self->lock);
  g_free (self);
}

const gchar *
gst_ffs_stream_get_name (GstFfsStream * self)
{
  return gst_ffs_endpoint_get_name (self->ep);
}

/* Returns: whether a host was connected at the last query of the endpoint */
gboolean
gst_ffs_stream_is_enabled (GstFfsStream * self)
{
  return gst_ffs_endpoint_is_enabled (self->ep);
}

/**
 * gst_ffs_stream_probe:
 * @self: the stream
 *
 * Returns: 0 if a host has configured the function, as far as is known, else
 * an errno
 */
gint
gst_ffs_stream_probe (GstFfsStream * self)
{
  return gst_ffs_endpoint_is_enabled (self->ep) ? 0 :
      gst_ffs_endpoint_probe (self->ep);
}

/**
 * gst_ffs_stream_take_lost:
 * @self: the stream
 *
 * Frames in flight at a disconnect may look lost too, on controllers that
 * report it by another errno.
 *
 * Returns: the number of consecutive lost frames, once, if it is worth a
 * warning
 */
guint
gst_ffs_stream_take_lost (GstFfsStream * self)
{
  guint n = g_atomic_int_get (&self->n_lost);

  if (n < MAX_LOST || self->lost_told)
    return 0;
  if (gst_ffs_endpoint_probe (self->ep) != 0) {
    g_atomic_int_set (&self->n_lost, 0);
    return 0;
  }
  self->lost_told = TRUE;
  return n;
}

/* The host has disconnected. */
void
gst_ffs_stream_set_disabled (GstFfsStream * self)
{
  gst_ffs_endpoint_set_disabled (self->ep);
}

/**
 * gst_ffs_stream_is_zero_copy:
 * @self: the stream
 *
 * Returns: %FALSE if kernel or controller do not support any dmabufs, as far
 * as is known
 */
gboolean
gst_ffs_stream_is_zero_copy (GstFfsStream * self)
{
  GstFfsCopyReason blocked = g_atomic_int_get (&self->blocked);

  return blocked == GST_FFS_COPY_REASON_NONE
      || blocked == GST_FFS_COPY_REASON_REFUSED;
}

/**
 * gst_ffs_stream_needs_headroom:
 * @self: the stream
 *
 * Returns: whether a header in the same transfer needs headroom in the frame's
 * memory
 */
gboolean
gst_ffs_stream_needs_headroom (GstFfsStream * self)
{
  return !gst_ffs_endpoint_can_gather (self->ep);
}

/**
 * gst_ffs_stream_get_waiting:
 * @self: the stream. Any thread
 *
 * Returns: how long the host has not read queued data, ns, or 0;
 * %GST_CLOCK_TIME_NONE if it has read frames, then cleared the endpoint's
 * halt, and read none since
 */
GstClockTime
gst_ffs_stream_get_waiting (GstFfsStream * self)
{
  GstClockTime waiting = 0;

  if (g_atomic_int_get (&self->halt_cleared))
    return GST_CLOCK_TIME_NONE;
  g_mutex_lock (&self->lock);
  if (self->queue)
    waiting = MAX (gst_ffs_queue_get_waiting (self->queue),
        gst_ffs_writer_get_waiting (self->writer));
  g_mutex_unlock (&self->lock);
  return waiting;
}

void
gst_ffs_stream_set_max_in_flight (GstFfsStream * self, guint max)
{
  gst_ffs_queue_set_max_in_flight (self->queue, max);
}

static void
set_halting (GstFfsStream * self, gboolean halting)
{
  g_mutex_lock (&self->lock);
  self->halting = halting;
  gst_ffs_writer_set_flushing (self->writer, self->flushing || halting);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_stream_set_flushing:
 * @self: the stream
 * @flushing: whether waits return EINTR. Any thread
 */
void
gst_ffs_stream_set_flushing (GstFfsStream * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  gst_ffs_writer_set_flushing (self->writer, flushing || self->halting);
  /* NULL if a flush races with close(). */
  if (self->queue)
    gst_ffs_queue_set_flushing (self->queue, flushing);
  g_mutex_unlock (&self->lock);
}

/* A frame was interrupted. Returns TRUE when the thread that halted the stream
 * has cancelled it, FALSE if flushing. */
static gboolean
wait_halted (GstFfsStream * self)
{
  gboolean flushing;

  g_mutex_lock (&self->lock);
  flushing = self->flushing;
  g_mutex_unlock (&self->lock);
  if (flushing)
    return FALSE;

  gst_ffs_queue_claim (self->queue);
  gst_ffs_queue_unclaim (self->queue);
  return TRUE;
}

/* With the claim. */
static void
abandon (GstFfsStream * self)
{
  give_up (self);
  gst_ffs_writer_abandon (self->writer);
  clear_frame (self);
}

/**
 * gst_ffs_stream_halt:
 * @self: an open stream
 * @timeout: how long to wait for the controller, ns
 *
 * Cancels the frames on the endpoint and sends no more until
 * gst_ffs_stream_resume(). Any thread.
 */
void
gst_ffs_stream_halt (GstFfsStream * self, GstClockTime timeout)
{
  set_halting (self, TRUE);
  gst_ffs_queue_halt (self->queue);
  abandon (self);
  gst_ffs_queue_cancel (self->queue, timeout);
  set_halting (self, FALSE);
  gst_ffs_queue_unclaim (self->queue);
}

/* Allows frames again, for a new stream. Any thread. */
void
gst_ffs_stream_resume (GstFfsStream * self)
{
  g_atomic_int_set (&self->arrived, FALSE);
  g_atomic_int_set (&self->halt_cleared, FALSE);
  gst_ffs_queue_resume (self->queue);
}

/**
 * gst_ffs_stream_wait_slot:
 * @self: the stream
 *
 * Waits for a slot.
 *
 * Returns: 0, or EINTR if flushing
 */
gint
gst_ffs_stream_wait_slot (GstFfsStream * self)
{
  return gst_ffs_queue_wait (self->queue);
}

static void
tell_sent (GstBuffer * buffer, guint64 frame, const GstFfsStreamPolicy * policy)
{
  if (buffer && policy->profile)
    gst_ffs_profile_sent (policy->profile, frame);
}

/* Returns FALSE if the frame must be written. Counts the frame when it is
 * queued, since it may arrive before this returns; lost frames are
 * uncounted. */
static gboolean
submit (GstFfsStream * self, GstBuffer * buffer, guint64 frame,
    gboolean resume, const GstFfsStreamPolicy * policy,
    GstFfsStreamResult * result)
{
  GstFfsCopyMode mode = policy->copy_mode;

  if (!resume)
    get_tag (&self->sending, buffer, &self->tag);
  if (!resume)
    count_frame (self, &self->tag, 1);
  self->counted = TRUE;
  result->err = gst_ffs_queue_submit (self->queue, frame, &self->tag,
      self->sending.pieces, self->sending.n_pieces, &result->call);
  result->meaning = gst_ffs_meaning (result->call, result->err);
  result->reason = self->sending.reason;

  if (result->meaning == GST_FFS_INTERRUPTED)
    return TRUE;
  if (result->meaning == GST_FFS_OK) {
    self->counted = FALSE;
    tell_sent (buffer, frame, policy);
  } else {
    give_up (self);
  }

  if (result->meaning == GST_FFS_NO_SG)
    self->sending.reason = GST_FFS_COPY_REASON_NO_SG;
  else if (result->meaning == GST_FFS_NO_IOCTL)
    self->sending.reason = GST_FFS_COPY_REASON_NO_IOCTL;
  else if (result->meaning == GST_FFS_UNUSABLE)
    self->sending.reason = GST_FFS_COPY_REASON_REFUSED;
  else
    mode = GST_FFS_COPY_NEVER;
  if (mode == GST_FFS_COPY_NEVER) {
    clear_frame (self);
    return TRUE;
  }
  gst_ffs_frame_clear_pieces (&self->sending);
  g_atomic_int_set (&self->blocked, self->sending.reason);
  return FALSE;
}

/* Makes the segments of a frame after gst_ffs_frame_begin(). Returns 0, EINTR
 * if flushing, ENOTSUP if the frame must be written or rejected. */
static gint
prepare (GstFfsStream * self, GstBuffer * buffer, gboolean resume,
    const GstFfsStreamPolicy * policy)
{
  GstMemory *headroom = NULL;

  if (resume && self->sending.n_pieces > 0)
    return 0;
  if (buffer)
    headroom = gst_ffs_frame_get_headroom (&self->sending, buffer, policy,
        self->allocator);
  /* The memory may be in flight with its last header. */
  if (headroom && gst_ffs_queue_wait_idle (self->queue, headroom) != 0)
    return EINTR;
  return gst_ffs_frame_build (&self->sending, buffer, self->copier, policy,
      headroom) ? 0 : ENOTSUP;
}

/* Call with the claim. Once for each connection, which may be on another
 * controller. Returns 0, or an errno of the endpoint. */
static gint
check_dma_device (GstFfsStream * self)
{
  guint connection = gst_ffs_endpoint_get_connection (self->ep);
  g_autofree gchar *fault = NULL;

  if (connection == 0 || connection == self->checked)
    return 0;
  self->checked = connection;
  if (!(gst_ffs_endpoint_get_features (self->ep)
          & USB_FFS_FEATURE_DMABUF_DMA_DEVICE))
    fault = gst_ffs_dma_device_find_fault (gst_ffs_endpoint_get_fd (self->ep));
  if (fault) {
    GST_INFO_ID (gst_ffs_endpoint_get_owner (self->ep),
        "%s: %s", gst_ffs_endpoint_get_name (self->ep), fault);
    g_atomic_int_set (&self->blocked, GST_FFS_COPY_REASON_DMA_DEVICE);
  } else {
    g_atomic_int_compare_and_exchange (&self->blocked,
        GST_FFS_COPY_REASON_DMA_DEVICE, GST_FFS_COPY_REASON_NONE);
  }
  /* Check again: unpatched kernels dereference a NULL pointer when a transfer
   * is queued on a function that was unbound meanwhile. */
  return gst_ffs_endpoint_probe (self->ep);
}

/* With the claim. */
static void
send_frame (GstFfsStream * self, GstBuffer * buffer, guint64 frame,
    const GstFfsStreamPolicy * policy, GstFfsStreamResult * result)
{
  GstFfsCopyReason blocked = g_atomic_int_get (&self->blocked);
  gboolean resume = self->frame == frame;
  gint err;

  if (!resume && self->frame != NO_FRAME)
    clear_frame (self);
  self->frame = frame;
  if (!resume && !gst_ffs_frame_begin (&self->sending, buffer, frame, policy)) {
    result->meaning = GST_FFS_CANCELLED;
    clear_frame (self);
    return;
  }

  if (resume && self->writing) {
    GST_LOG_ID (gst_ffs_endpoint_get_owner (self->ep),
        "frame %" G_GUINT64_FORMAT ": written on", frame);
  } else if (policy->copy_mode == GST_FFS_COPY_ALWAYS) {
    self->sending.reason = GST_FFS_COPY_REASON_MODE;
  } else if (blocked && policy->copy_mode != GST_FFS_COPY_NEVER) {
    self->sending.reason = blocked;
  } else if (blocked == GST_FFS_COPY_REASON_DMA_DEVICE) {
    result->meaning = GST_FFS_FATAL;
    result->reason = blocked;
    clear_frame (self);
    return;
  } else if ((err = prepare (self, buffer, resume, policy)) == EINTR) {
    result->meaning = GST_FFS_INTERRUPTED;
    return;
  } else if (err == 0) {
    if (submit (self, buffer, frame, resume && self->counted, policy, result))
      return;
  } else if (policy->copy_mode == GST_FFS_COPY_NEVER) {
    result->meaning = GST_FFS_FATAL;
    result->reason = self->sending.reason;
    clear_frame (self);
    return;
  }

  /* A write blocks on the host, beyond eos-timeout. */
  if (buffer == NULL) {
    result->meaning = GST_FFS_CANCELLED;
    clear_frame (self);
    return;
  }

  /* The host may have read a part of an abandoned frame. */
  tell_sent (buffer, frame, policy);
  result->call = GST_FFS_CALL_WRITE;
  result->reason = self->sending.reason;
  if (!self->writing)
    self->writing = gst_ffs_frame_build_written (&self->sending, buffer,
        self->packer, policy);
  result->err = EFAULT;
  if (self->writing)
    result->err = gst_ffs_writer_write (self->writer, self->sending.pieces,
        self->sending.n_pieces);
  result->meaning = gst_ffs_meaning (result->call, result->err);
  note_end (self, result->err);
  if (result->meaning == GST_FFS_GONE || result->meaning == GST_FFS_NOT_ENABLED)
    gst_ffs_endpoint_set_disabled (self->ep);
  if (result->meaning == GST_FFS_OK) {
    const GstFfsFrameTag tag = {
      self->sending.reason, gst_buffer_get_size (buffer)
    };

    count_frame (self, &tag, 1);
  }
  if (result->meaning != GST_FFS_INTERRUPTED)
    clear_frame (self);
}

/**
 * gst_ffs_stream_send:
 * @self: the stream of an endpoint that is enabled
 * @buffer: (nullable): a frame, or %NULL for the end packet
 * @frame: its number, different from the last one's
 * @policy: (inout): how to send it; the gather field is set
 * @result: (out): the result
 *
 * Waits for a slot and sends a frame. After %GST_FFS_INTERRUPTED the caller
 * either calls again with the same frame, which continues it unless the stream
 * was halted meanwhile, or abandons it. If copy-mode forbids a copy, the
 * meaning is %GST_FFS_FATAL and the errno 0. It is %GST_FFS_CANCELLED if the
 * profile does not send such a frame, or the end packet would have to be
 * written, and %GST_FFS_NOT_ENABLED if the stream is halted.
 */
void
gst_ffs_stream_send (GstFfsStream * self, GstBuffer * buffer, guint64 frame,
    GstFfsStreamPolicy * policy, GstFfsStreamResult * result)
{
  gint err = gst_ffs_queue_begin (self->queue);

  memset (result, 0, sizeof (*result));
  policy->gather = gst_ffs_endpoint_can_gather (self->ep);
  if (err != 0) {
    result->meaning = err == EINTR ? GST_FFS_INTERRUPTED : GST_FFS_NOT_ENABLED;
    return;
  }

  /* A completed transfer may have reported a disconnect meanwhile. */
  if (!gst_ffs_endpoint_is_enabled (self->ep) || check_dma_device (self) != 0)
    result->meaning = GST_FFS_NOT_ENABLED;
  else
    send_frame (self, buffer, frame, policy, result);
  /* Fall back to TRANSFER, as on a kernel without SUBMIT. */
  if (result->meaning == GST_FFS_NO_GATHER) {
    policy->gather = FALSE;
    memset (result, 0, sizeof (*result));
    send_frame (self, buffer, frame, policy, result);
  }
  gst_ffs_queue_unclaim (self->queue);

  if (result->meaning == GST_FFS_INTERRUPTED && wait_halted (self))
    result->meaning = GST_FFS_NOT_ENABLED;
}

/**
 * gst_ffs_stream_abandon:
 * @self: the stream
 *
 * Abandons the rest of an interrupted frame.
 */
void
gst_ffs_stream_abandon (GstFfsStream * self)
{
  gst_ffs_queue_claim (self->queue);
  abandon (self);
  gst_ffs_queue_unclaim (self->queue);
}

/* Returns 0, EINTR if flushing, ETIMEDOUT without progress. */
gint
gst_ffs_stream_drain (GstFfsStream * self, GstClockTime timeout)
{
  return gst_ffs_queue_drain (self->queue, timeout);
}

/* Returns 0, or ETIMEDOUT if the controller does not complete. */
gint
gst_ffs_stream_cancel (GstFfsStream * self, GstClockTime timeout)
{
  gint err;

  gst_ffs_queue_claim (self->queue);
  give_up (self);
  err = gst_ffs_queue_cancel (self->queue, timeout);
  gst_ffs_queue_unclaim (self->queue);
  return err;
}

/**
 * gst_ffs_stream_give_back:
 * @self: the stream
 * @timeout: how long the host may take to read the frames in flight, ns
 *
 * Releases upstream's buffers, to be freed or reallocated. Frames that the
 * host does not read in time are cancelled; otherwise upstream would wait for
 * the host.
 *
 * Returns: 0, EINTR if flushing, or another errno
 */
gint
gst_ffs_stream_give_back (GstFfsStream * self, GstClockTime timeout)
{
  gint err = gst_ffs_stream_drain (self, timeout);

  /* The next dmabufs may be others. */
  g_atomic_int_compare_and_exchange (&self->blocked,
      GST_FFS_COPY_REASON_REFUSED, GST_FFS_COPY_REASON_NONE);
  gst_ffs_queue_claim (self->queue);
  if (err == ETIMEDOUT)
    give_up (self);
  if (err == ETIMEDOUT)
    err = gst_ffs_queue_cancel (self->queue, timeout);
  if (err == 0)
    err = gst_ffs_queue_drop_attachments (self->queue);
  gst_ffs_queue_unclaim (self->queue);
  return err;
}

/* Call with the lock held. */
static void
counter_to_structure (const GstFfsFrameCounter * self,
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

void
gst_ffs_stream_add_stats (GstFfsStream * self, GstStructure * s)
{
  GstFfsAttachmentsStats att;
  GstFfsQueueStats t;

  g_mutex_lock (&self->lock);
  if (self->queue) {
    gst_ffs_queue_get_stats (self->queue, &t, &att);
  } else {
    t = self->last_transfers;
    att = self->last_attachments;
  }
  counter_to_structure (&self->counter, &t, &att,
      gst_ffs_writer_get_bytes (self->writer), s);
  g_mutex_unlock (&self->lock);
}
