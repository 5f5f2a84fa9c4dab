/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a stream is: what number a frame has for the host, whether frames are
 * missing ahead of it, whether the caps have to go first.
 *
 * Ownership: a part of the profile.
 *
 * Locking: the caller's.
 */

#include "gstffsstreamposition.h"

/* A decoder can do nothing with frames ahead of the first whole one.  An
 * encoder that makes none any more is not waited for without end. */
#define MAX_WAIT_KEY 600

#define NO_NUMBER G_MAXUINT64

/**
 * gst_ffs_stream_position_begin:
 * @self: zeroed, or of a stream that has ended
 *
 * A new stream begins.
 */
void
gst_ffs_stream_position_begin (GstFfsStreamPosition * self)
{
  self->stream++;
  self->n_frames = self->n_bytes = self->n_dropped = 0;
  self->caps_sent = FALSE;
  self->caps_sent_with = NO_NUMBER;
  self->wait_key = TRUE;
  self->discont = TRUE;
  self->first = NO_NUMBER;
  self->next = NO_NUMBER;
}

void
gst_ffs_stream_position_new_caps (GstFfsStreamPosition * self)
{
  self->caps++;
  self->caps_sent = FALSE;
}

/**
 * gst_ffs_stream_position_take:
 * @self: the position
 * @frame: (nullable): the next frame, %NULL at the end of the stream
 * @number: its number on the device
 * @header: (inout): what the frame knows itself; gets what it does not
 * @with_caps: (out): whether caps go ahead of it
 *
 * A frame may be asked for again when it could not be sent at once, and is
 * then to look the same.
 *
 * Returns: %FALSE if the frame is of no use for the host
 */
gboolean
gst_ffs_stream_position_take (GstFfsStreamPosition * self, GstBuffer * frame,
    guint64 number, GstFfsStreamHeader * header, gboolean * with_caps)
{
  gboolean again = frame && self->next == number + 1;

  *with_caps = FALSE;
  if (frame && self->wait_key && self->n_dropped < MAX_WAIT_KEY
      && GST_BUFFER_FLAG_IS_SET (frame, GST_BUFFER_FLAG_DELTA_UNIT)) {
    self->n_dropped++;
    return FALSE;
  }

  if (self->first == NO_NUMBER)
    self->first = number;
  if (again)
    header->flags = self->flags;
  else if (self->discont || self->next != number)
    header->flags |= GST_FFS_STREAM_FLAG_DISCONT;
  header->stream = self->stream;
  header->caps = self->caps;
  header->sequence = number - self->first;
  if (frame == NULL)
    return TRUE;

  if (!self->caps_sent || self->caps_sent_with == number) {
    *with_caps = TRUE;
    self->caps_sent = TRUE;
    self->caps_sent_with = number;
  }
  if (!again) {
    self->wait_key = FALSE;
    self->discont = FALSE;
    self->flags = header->flags;
    self->next = number + 1;
    self->n_frames++;
    self->n_bytes += header->length;
  }
  return TRUE;
}

/* What was taken last could not be sent after all. */
void
gst_ffs_stream_position_lose (GstFfsStreamPosition * self)
{
  self->n_dropped++;
  self->caps_sent = FALSE;
}
