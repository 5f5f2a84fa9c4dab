/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUnfit: handles frames that do not fit the host's selection.
 *
 * Upstream needs a few frames to renegotiate, and queued ones may arrive at
 * full speed. If it does not renegotiate, a warning is posted, and its frames
 * are delayed so that it does not keep a CPU busy.
 *
 * Locking: none; streaming thread only.
 */

#include "gstffsunfit.h"

#define TIME GST_SECOND

/* Minimum time, for sources with a low framerate and slow machines. */
#define MIN_FRAMES 30

/* More than a queue holds by default. */
#define FRAMES 256

/* A frame has fitted, or the host has changed its selection. */
void
gst_ffs_unfit_reset (GstFfsUnfit * self)
{
  self->n = 0;
  self->told = FALSE;
}

/**
 * gst_ffs_unfit_add:
 * @self: the frames
 * @now: arrival time
 * @tell: (out): whether to post a warning, once until the next reset
 *
 * Counts a frame.
 *
 * Returns: whether to pause before the next one
 */
gboolean
gst_ffs_unfit_add (GstFfsUnfit * self, GstClockTime now, gboolean * tell)
{
  gboolean late;

  if (self->n++ == 0)
    self->since = now;
  late = now - self->since >= TIME;
  *tell = late && self->n > MIN_FRAMES && !self->told;
  self->told |= *tell;
  return late || self->n > FRAMES;
}
