/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsStream: how frames get onto an open endpoint: in place through the
 * transfer queue, copied into a dmabuf of ours where a part of the frame
 * cannot be sent in place, or written where the kernel or the controller
 * takes no dmabufs at all.
 *
 * Ownership: owns the endpoint, the transfer queue, the copier and the
 * writer. While a frame is half submitted (its submission was interrupted)
 * its segments and the copies among them are kept here.
 *
 * Locking: the lock protects the counters and, against readers in other
 * threads, the pointers to queue and writer; it is taken before theirs. send(),
 * abandon(), cancel() and give_back() belong to the streaming thread, close()
 * to the state change after that has ended.
 */

#include <errno.h>

#include "gstffscopier.h"
#include "gstffsstream.h"
#include "transport/gstffswriter.h"

#define MAX_ATTACHMENTS 64
#define NO_FRAME G_MAXUINT64

struct _GstFfsStream
{
  GstFfsEndpoint *ep;
  GstFfsTransferQueue *queue;   /* NULL once closed */
  GstFfsCopier *copier;         /* NULL if there are no dmabufs to copy into */
  GstFfsCopier *packer;         /* the same for the writer */

  /* Why dmabufs cannot be sent, once known. */
  gint blocked;                 /* GstFfsCopyReason */

  guint64 frame;                /* being sent, or NO_FRAME */
  GstFfsSegment segments[GST_FFS_MAX_SEGMENTS];
  GstBuffer *copies[GST_FFS_MAX_SEGMENTS];
  guint n_segments;
  GstFfsCopyReason reason;
  gsize copied;

  GMutex lock;
  GstFfsWriter *writer;
  gboolean flushing;
  guint64 n_zero_copy;
  guint64 n_copied;
  guint64 n_copied_for[GST_FFS_N_COPY_REASONS];
  guint64 bytes_copied;
  guint64 bytes_written;
  GstFfsTransferStats last_transfers;   /* once closed */
  GstFfsAttachmentsStats last_attachments;
};

/**
 * gst_ffs_stream_new:
 * @ep: (transfer full): the endpoint
 * @allocator: (nullable): where dmabufs for copies come from
 * @done: called for each frame after its release
 * @user_data: for @done
 */
GstFfsStream *
gst_ffs_stream_new (GstFfsEndpoint * ep, GstAllocator * allocator,
    GstFfsFrameDoneFunc done, gpointer user_data)
{
  GstFfsStream *self = g_new0 (GstFfsStream, 1);

  self->ep = ep;
  self->queue = gst_ffs_transfer_queue_new (ep, MAX_ATTACHMENTS, done,
      user_data);
  if (allocator)
    self->copier = gst_ffs_copier_new (allocator);
  self->packer = gst_ffs_copier_new (NULL);
  self->frame = NO_FRAME;
  g_mutex_init (&self->lock);

  return self;
}

static void
clear_frame (GstFfsStream * self)
{
  guint i;

  for (i = 0; i < self->n_segments; i++)
    gst_clear_buffer (&self->copies[i]);
  self->n_segments = 0;
  self->frame = NO_FRAME;
}

/**
 * gst_ffs_stream_close:
 * @self: the stream, not used by a streaming thread any more
 * @timeout: how long to wait for the controller to let go, ns
 *
 * Cancels what is in flight and closes the endpoint. Only statistics are
 * left.
 *
 * Returns: %FALSE if the controller still holds buffers, which are released
 * when it lets go
 */
gboolean
gst_ffs_stream_close (GstFfsStream * self, GstClockTime timeout)
{
  GstFfsTransferQueue *queue = self->queue;
  GstFfsAttachmentsStats attachments;
  GstFfsTransferStats transfers;
  GstFfsWriter *writer;
  gboolean empty;

  g_mutex_lock (&self->lock);
  writer = self->writer;
  self->writer = NULL;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&writer, gst_ffs_writer_free);

  /* A reader of the statistics may be in the queue: it is there under the
   * lock, which is why the pointer goes first. */
  g_mutex_lock (&self->lock);
  gst_ffs_transfer_queue_get_stats (queue, &self->last_transfers,
      &self->last_attachments);
  self->queue = NULL;
  g_mutex_unlock (&self->lock);

  empty = gst_ffs_transfer_queue_shutdown (queue, timeout, &transfers,
      &attachments);
  clear_frame (self);
  g_clear_pointer (&self->copier, gst_ffs_copier_free);

  g_mutex_lock (&self->lock);
  self->last_transfers = transfers;
  self->last_attachments = attachments;
  g_mutex_unlock (&self->lock);
  return empty;
}

void
gst_ffs_stream_free (GstFfsStream * self)
{
  gst_ffs_copier_free (self->packer);
  gst_ffs_endpoint_unref (self->ep);
  g_mutex_clear (&self->lock);
  g_free (self);
}

const gchar *
gst_ffs_stream_get_name (GstFfsStream * self)
{
  return gst_ffs_endpoint_get_name (self->ep);
}

/**
 * gst_ffs_stream_probe:
 * @self: the stream
 *
 * Returns: 0 if a host has configured us, as far as is known, else an errno
 */
gint
gst_ffs_stream_probe (GstFfsStream * self)
{
  return gst_ffs_endpoint_is_enabled (self->ep) ? 0 :
      gst_ffs_endpoint_probe (self->ep);
}

/**
 * gst_ffs_stream_is_zero_copy:
 * @self: the stream
 *
 * Returns: %FALSE if kernel or controller are known to take no dmabufs
 */
gboolean
gst_ffs_stream_is_zero_copy (GstFfsStream * self)
{
  return g_atomic_int_get (&self->blocked) == GST_FFS_COPY_REASON_NONE;
}

void
gst_ffs_stream_set_max_in_flight (GstFfsStream * self, guint max)
{
  gst_ffs_transfer_queue_set_max_in_flight (self->queue, max);
}

void
gst_ffs_stream_set_flushing (GstFfsStream * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (self->writer)
    gst_ffs_writer_set_flushing (self->writer, flushing);
  /* A flush that comes while we are being closed finds none. */
  if (self->queue)
    gst_ffs_transfer_queue_set_flushing (self->queue, flushing);
  g_mutex_unlock (&self->lock);
}

gint
gst_ffs_stream_wait_slot (GstFfsStream * self)
{
  return gst_ffs_transfer_queue_wait_slot (self->queue);
}

static void
add_segment (GstFfsStream * self, GstBuffer * owner, guint memory,
    gsize length, gboolean is_copy)
{
  GstFfsSegment *segment = &self->segments[self->n_segments];

  segment->memory = gst_buffer_peek_memory (owner, memory);
  segment->length = length;
  segment->owner = owner;
  self->copies[self->n_segments++] = is_copy ? owner : NULL;
  if (is_copy)
    self->copied += length;
}

/* Makes the segments of a frame.  FALSE if it has to be written instead, or
 * refused. */
static gboolean
prepare (GstFfsStream * self, GstBuffer * buffer,
    const GstFfsStreamPolicy * policy)
{
  gboolean may_copy = policy->copy_mode != GST_FFS_COPY_NEVER && self->copier;
  GstFfsRun runs[GST_FFS_MAX_SEGMENTS];
  GstBuffer *copy;
  guint i, n;

  self->n_segments = 0;
  self->copied = 0;

  if (policy->tight && policy->info
      && gst_ffs_frame_is_padded (buffer, policy->info)) {
    self->reason = GST_FFS_COPY_REASON_PADDING;
    copy = may_copy ?
        gst_ffs_copier_pack (self->copier, buffer, policy->info) : NULL;
    if (copy == NULL)
      return FALSE;
    add_segment (self, copy, 0, GST_VIDEO_INFO_SIZE (policy->info), TRUE);
    return TRUE;
  }

  self->reason = GST_FFS_COPY_REASON_NONE;
  n = gst_ffs_frame_parse (buffer, runs);
  for (i = 0; i < n; i++) {
    if (runs[i].reason == GST_FFS_COPY_REASON_NONE) {
      add_segment (self, buffer, runs[i].first, runs[i].length, FALSE);
      continue;
    }

    if (self->reason == GST_FFS_COPY_REASON_NONE)
      self->reason = runs[i].reason;
    copy = may_copy ? gst_ffs_copier_copy (self->copier, buffer, &runs[i]) :
        NULL;
    if (copy == NULL) {
      clear_frame (self);
      return FALSE;
    }
    add_segment (self, copy, 0, runs[i].length, TRUE);
  }
  return TRUE;
}

static GstFfsWriter *
get_writer (GstFfsStream * self, gint * err)
{
  GstFfsWriter *writer = self->writer;

  if (writer)
    return writer;
  writer = gst_ffs_writer_new (self->ep, err);
  if (writer == NULL)
    return NULL;

  g_mutex_lock (&self->lock);
  gst_ffs_writer_set_flushing (writer, self->flushing);
  self->writer = writer;
  g_mutex_unlock (&self->lock);
  return writer;
}

/* Returns an errno. */
static gint
write_frame (GstFfsStream * self, GstBuffer * buffer,
    const GstFfsStreamPolicy * policy)
{
  GstBuffer *packed = NULL;
  GstFfsWriter *writer;
  GstMapInfo map;
  gsize size;
  gint err;

  writer = get_writer (self, &err);
  if (writer == NULL)
    return err;

  if (policy->tight && policy->info
      && gst_ffs_frame_is_padded (buffer, policy->info)) {
    packed = gst_ffs_copier_pack (self->packer, buffer, policy->info);
    if (packed == NULL)
      return EFAULT;
    buffer = packed;
  }

  err = EFAULT;
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    size = packed ? GST_VIDEO_INFO_SIZE (policy->info) : map.size;
    /* FunctionFS has copied what was submitted when an interruption comes;
     * the rest is mapped again. */
    err = gst_ffs_writer_write (writer, map.data, size);
    gst_buffer_unmap (buffer, &map);
    if (err == 0) {
      g_mutex_lock (&self->lock);
      self->bytes_written += size;
      g_mutex_unlock (&self->lock);
    }
  }
  gst_clear_buffer (&packed);
  return err;
}

static void
count_frame (GstFfsStream * self, gsize copied)
{
  g_mutex_lock (&self->lock);
  if (self->reason == GST_FFS_COPY_REASON_NONE)
    self->n_zero_copy++;
  else
    self->n_copied++;
  self->n_copied_for[self->reason]++;
  self->bytes_copied += copied;
  g_mutex_unlock (&self->lock);
}

/* TRUE if that was all, FALSE if it has to be written. */
static gboolean
submit (GstFfsStream * self, guint64 frame, GstFfsCopyMode mode,
    GstFfsStreamResult * result)
{
  result->err = gst_ffs_transfer_queue_submit (self->queue, frame,
      self->segments, self->n_segments, &result->call);
  result->meaning = gst_ffs_meaning (result->call, result->err);
  result->reason = self->reason;

  if (result->meaning == GST_FFS_INTERRUPTED)
    return TRUE;
  if (result->meaning == GST_FFS_OK)
    count_frame (self, self->copied);
  clear_frame (self);

  if (result->meaning == GST_FFS_NO_SG)
    self->reason = GST_FFS_COPY_REASON_NO_SG;
  else if (result->meaning == GST_FFS_NO_IOCTL)
    self->reason = GST_FFS_COPY_REASON_NO_IOCTL;
  else
    return TRUE;
  if (mode == GST_FFS_COPY_NEVER)
    return TRUE;
  g_atomic_int_set (&self->blocked, self->reason);
  return FALSE;
}

/**
 * gst_ffs_stream_send:
 * @self: the stream of an endpoint that is enabled
 * @buffer: a frame
 * @frame: its number, different from the last one's
 * @policy: how to send it
 * @result: (out): what became of it
 *
 * Sends a frame. After %GST_FFS_INTERRUPTED the caller either calls again
 * with the same frame, which goes on where it was, or abandons it. If it was
 * refused because copying is not wanted, the meaning is %GST_FFS_FATAL and
 * the errno 0.
 */
void
gst_ffs_stream_send (GstFfsStream * self, GstBuffer * buffer, guint64 frame,
    const GstFfsStreamPolicy * policy, GstFfsStreamResult * result)
{
  GstFfsCopyReason blocked = g_atomic_int_get (&self->blocked);
  gboolean resume = self->frame == frame;

  memset (result, 0, sizeof (*result));
  self->frame = frame;

  if (policy->copy_mode == GST_FFS_COPY_ALWAYS) {
    self->reason = GST_FFS_COPY_REASON_MODE;
  } else if (blocked && policy->copy_mode != GST_FFS_COPY_NEVER) {
    self->reason = blocked;
  } else if ((resume && self->n_segments > 0)
      || prepare (self, buffer, policy)) {
    if (submit (self, frame, policy->copy_mode, result))
      return;
  } else if (policy->copy_mode == GST_FFS_COPY_NEVER) {
    result->meaning = GST_FFS_FATAL;
    result->reason = self->reason;
    self->frame = NO_FRAME;
    return;
  }

  result->call = GST_FFS_CALL_WRITE;
  result->reason = self->reason;
  result->err = write_frame (self, buffer, policy);
  result->meaning = gst_ffs_meaning (result->call, result->err);
  if (result->meaning == GST_FFS_GONE || result->meaning == GST_FFS_NOT_ENABLED)
    gst_ffs_endpoint_set_disabled (self->ep);
  if (result->meaning == GST_FFS_OK)
    count_frame (self, gst_buffer_get_size (buffer));
  if (result->meaning != GST_FFS_INTERRUPTED)
    self->frame = NO_FRAME;
}

/**
 * gst_ffs_stream_abandon:
 * @self: the stream
 *
 * Gives up the rest of a frame whose sending was interrupted.
 */
void
gst_ffs_stream_abandon (GstFfsStream * self)
{
  gst_ffs_transfer_queue_abandon (self->queue);
  if (self->writer)
    gst_ffs_writer_cancel (self->writer);
  clear_frame (self);
}

/* Returns 0, EINTR if flushing, ETIMEDOUT without progress. */
gint
gst_ffs_stream_drain (GstFfsStream * self, GstClockTime timeout)
{
  return gst_ffs_transfer_queue_drain (self->queue, timeout);
}

/* Returns 0, or ETIMEDOUT if the controller does not let go. */
gint
gst_ffs_stream_cancel (GstFfsStream * self, GstClockTime timeout)
{
  return gst_ffs_transfer_queue_cancel (self->queue, timeout);
}

/**
 * gst_ffs_stream_give_back:
 * @self: the stream
 * @timeout: how long the host may take to read what is in flight, ns
 *
 * Upstream wants its buffers back, to free them or change their format. What
 * the host does not read in time is cancelled: an upstream that waits for
 * its buffers would otherwise wait for the host.
 *
 * Returns: 0, EINTR if flushing, or another errno
 */
gint
gst_ffs_stream_give_back (GstFfsStream * self, GstClockTime timeout)
{
  gint err = gst_ffs_transfer_queue_drain (self->queue, timeout);

  if (err == ETIMEDOUT)
    err = gst_ffs_transfer_queue_cancel (self->queue, timeout);
  if (err == 0)
    err = gst_ffs_transfer_queue_drop_attachments (self->queue);
  return err;
}

void
gst_ffs_stream_add_stats (GstFfsStream * self, GstStructure * s)
{
  GstFfsAttachmentsStats att;
  GstFfsTransferStats t;
  guint i;

  g_mutex_lock (&self->lock);
  if (self->queue) {
    gst_ffs_transfer_queue_get_stats (self->queue, &t, &att);
  } else {
    t = self->last_transfers;
    att = self->last_attachments;
  }
  gst_structure_set (s,
      "frames-zero-copy", G_TYPE_UINT64, self->n_zero_copy,
      "frames-copied", G_TYPE_UINT64, self->n_copied, NULL);
  for (i = 1; i < GST_FFS_N_COPY_REASONS; i++) {
    g_autofree gchar *name = g_strconcat ("copied-",
        gst_ffs_copy_reason_name (i), NULL);

    gst_structure_set (s, name, G_TYPE_UINT64, self->n_copied_for[i], NULL);
  }
  gst_structure_set (s,
      "bytes", G_TYPE_UINT64, t.bytes + self->bytes_written,
      "bytes-copied", G_TYPE_UINT64, self->bytes_copied,
      "transfers-queued", G_TYPE_UINT64, t.queued,
      "transfers-completed", G_TYPE_UINT64, t.completed,
      "transfers-failed", G_TYPE_UINT64, t.failed,
      "transfers-cancelled", G_TYPE_UINT64, t.cancelled,
      "in-flight", G_TYPE_UINT, t.in_flight,
      "in-flight-max", G_TYPE_UINT, t.in_flight_max,
      "attachments", G_TYPE_UINT, att.now,
      "attachments-made", G_TYPE_UINT64, att.made,
      "attachments-dropped", G_TYPE_UINT64, att.dropped,
      "latency-last", G_TYPE_UINT64, t.latency_last,
      "latency-avg", G_TYPE_UINT64, t.frames ? t.latency_sum / t.frames : 0,
      "latency-max", G_TYPE_UINT64, t.latency_max, NULL);
  g_mutex_unlock (&self->lock);
}
