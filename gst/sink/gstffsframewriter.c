/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsFrameWriter: sends frames by write(), for kernels and controllers
 * that take no dmabufs.
 *
 * Ownership: owns the writer, made when first needed, and remembers how much
 * of a frame was written when it is interrupted.  It refers to no frame
 * between two calls: FunctionFS has copied what was submitted.
 *
 * Locking: the lock protects the pointer to the writer, whether it is
 * flushing and the counter; it is taken before the writer's own.  write() and
 * abandon() are called by one thread at a time.
 */

#include <errno.h>

#include "gstffscopier.h"
#include "gstffsframewriter.h"
#include "transport/gstffswriter.h"

struct _GstFfsFrameWriter
{
  GstFfsEndpoint *ep;
  GstFfsCopier *packer;
  guint n_written;              /* pieces of the frame */

  GMutex lock;
  GstFfsWriter *writer;
  gboolean flushing;
  guint64 bytes;
  GstClockTime began;           /* to write a piece, or NONE */
};

GstFfsFrameWriter *
gst_ffs_frame_writer_new (GstFfsEndpoint * ep)
{
  GstFfsFrameWriter *self = g_new0 (GstFfsFrameWriter, 1);

  self->ep = gst_ffs_endpoint_ref (ep);
  self->packer = gst_ffs_copier_new (NULL);
  self->began = GST_CLOCK_TIME_NONE;
  g_mutex_init (&self->lock);
  return self;
}

/* Only the counter is left. */
void
gst_ffs_frame_writer_close (GstFfsFrameWriter * self)
{
  GstFfsWriter *writer;

  g_mutex_lock (&self->lock);
  writer = self->writer;
  self->writer = NULL;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&writer, gst_ffs_writer_free);
}

void
gst_ffs_frame_writer_free (GstFfsFrameWriter * self)
{
  gst_ffs_frame_writer_close (self);
  gst_ffs_copier_free (self->packer);
  gst_ffs_endpoint_unref (self->ep);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_ffs_frame_writer_set_flushing (GstFfsFrameWriter * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (self->writer)
    gst_ffs_writer_set_flushing (self->writer, flushing);
  g_mutex_unlock (&self->lock);
}

static GstFfsWriter *
get_writer (GstFfsFrameWriter * self, gint * err)
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

static void
set_began (GstFfsFrameWriter * self, GstClockTime began)
{
  g_mutex_lock (&self->lock);
  self->began = began;
  g_mutex_unlock (&self->lock);
}

/* One piece of a frame, unless it was written before an interruption.
 * Returns an errno. */
static gint
write_piece (GstFfsFrameWriter * self, guint piece, GstBuffer * buffer,
    gsize size)
{
  GstMapInfo map;
  gint err = EFAULT;

  if (piece < self->n_written || buffer == NULL)
    return 0;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return err;

  set_began (self, gst_util_get_timestamp ());
  err = gst_ffs_writer_write (self->writer, map.data, size);
  set_began (self, GST_CLOCK_TIME_NONE);
  gst_buffer_unmap (buffer, &map);
  if (err != 0)
    return err;

  self->n_written = piece + 1;
  g_mutex_lock (&self->lock);
  self->bytes += size;
  g_mutex_unlock (&self->lock);
  return 0;
}

/* Puts the headers in front of the payloads, instead of all of them in front of
 * the frame.  Takes @packed. */
static GstBuffer *
split (GstBuffer * packed, const GstFfsWrapping * wrapping, gsize * size)
{
  const gsize data = wrapping->payload_size - wrapping->inner_size;
  gsize left = *size - wrapping->header_size;
  gsize n = (left + data - 1) / data;
  gsize total = left + n * wrapping->inner_size + wrapping->header_size
      - 2 * wrapping->inner_size;
  GstBuffer *out = gst_buffer_new_allocate (NULL, total, NULL);
  const guint8 *header, *at;
  GstMapInfo from, to;
  guint8 *put;

  if (!gst_buffer_map (packed, &from, GST_MAP_READ)) {
    gst_clear_buffer (&out);
    gst_buffer_unref (packed);
    return NULL;
  }
  gst_buffer_map (out, &to, GST_MAP_WRITE);
  header = from.data;
  at = header + wrapping->header_size;
  put = to.data;
  for (; n > 0; n--) {
    gsize before = n > 1 ? wrapping->inner_size :
        wrapping->header_size - wrapping->inner_size;
    gsize part = MIN (left, data);

    memcpy (put, n > 1 ? header : header + wrapping->inner_size, before);
    memcpy (put + before, at, part);
    put += before + part;
    at += part;
    left -= part;
  }
  gst_buffer_unmap (out, &to);
  gst_buffer_unmap (packed, &from);
  gst_buffer_unref (packed);
  *size = total;
  return out;
}

/**
 * gst_ffs_frame_writer_write:
 * @self: a writer
 * @frame: a frame
 * @wrapping: what goes around it
 * @policy: how to send it
 *
 * Returns when the host has read the frame. After EINTR (flushing) the caller
 * either calls again with the same frame, which goes on where it was, or
 * abandons it.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_frame_writer_write (GstFfsFrameWriter * self, GstBuffer * frame,
    const GstFfsWrapping * wrapping, const GstFfsStreamPolicy * policy)
{
  gsize size = gst_buffer_get_size (frame);
  gboolean pack = gst_ffs_segments_must_pack (frame, policy);
  GstBuffer *packed = NULL;
  gint err = 0;
  guint i;

  if (get_writer (self, &err) == NULL)
    return err;

  if (pack) {
    packed = gst_ffs_copier_pack (self->packer, wrapping, frame, policy->info);
    size = GST_VIDEO_INFO_SIZE (policy->info);
  } else if (wrapping->header_size > 0) {
    GstFfsRun all;

    gst_ffs_frame_all (frame, GST_FFS_COPY_REASON_HEADER, &all);
    packed = gst_ffs_copier_copy (self->packer, wrapping, frame, &all);
  }
  if (pack || wrapping->header_size > 0) {
    if (packed == NULL)
      return EFAULT;
    size += wrapping->header_size;
    if (wrapping->payload_size > 0)
      packed = split (packed, wrapping, &size);
    if (packed == NULL)
      return EFAULT;
    frame = packed;
  }

  for (i = 0; err == 0 && i < GST_FFS_MAX_PARTS_BEFORE; i++)
    err = write_piece (self, i, wrapping->before[i].buffer,
        wrapping->before[i].length);
  if (err == 0)
    err = write_piece (self, i, frame, size);
  if (err == 0)
    err = write_piece (self, i + 1, wrapping->after.buffer,
        wrapping->after.length);
  gst_clear_buffer (&packed);
  if (err != EINTR)
    self->n_written = 0;
  return err;
}

/* Gives up the rest of a frame whose writing was interrupted. */
void
gst_ffs_frame_writer_abandon (GstFfsFrameWriter * self)
{
  if (self->writer)
    gst_ffs_writer_cancel (self->writer);
  self->n_written = 0;
}

/* Returns: for how long the host has not read a piece of a frame, ns, or 0 */
GstClockTime
gst_ffs_frame_writer_get_waiting (GstFfsFrameWriter * self)
{
  GstClockTime began;

  g_mutex_lock (&self->lock);
  began = self->began;
  g_mutex_unlock (&self->lock);
  return began == GST_CLOCK_TIME_NONE ? 0 : gst_util_get_timestamp () - began;
}

/* Returns: bytes that the host has read */
guint64
gst_ffs_frame_writer_get_bytes (GstFfsFrameWriter * self)
{
  guint64 bytes;

  g_mutex_lock (&self->lock);
  bytes = self->bytes;
  g_mutex_unlock (&self->lock);
  return bytes;
}
