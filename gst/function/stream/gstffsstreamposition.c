/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Position in a stream: the number of a frame, whether frames before it are
 * missing, whether a caps packet precedes it.
 *
 * Ownership: embedded in the profile.
 *
 * Locking: the caller's.
 */

#include "gstffsstreamposition.h"

/* A decoder cannot use frames before the first key frame. The wait for one is
 * limited. */
#define MAX_WAIT_KEY 600

#define NO_NUMBER G_MAXUINT64

/**
 * gst_ffs_stream_position_begin:
 * @self: zeroed, or the position of an ended stream
 *
 * Starts a new stream.
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
 * @header: (inout): fields known from the frame; gets the others
 * @with_caps: (out): whether a caps packet precedes it
 *
 * May be called again for a frame that is retried, with the same result.
 *
 * Returns: %FALSE if the host cannot use the frame
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

/* The last frame could not be sent. */
void
gst_ffs_stream_position_lose (GstFfsStreamPosition * self)
{
  self->n_dropped++;
  self->caps_sent = FALSE;
}
