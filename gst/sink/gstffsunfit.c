/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUnfit: what to do about frames that are not what the host has chosen.
 *
 * Upstream needs a few frames to change what it makes, and what it has in
 * queues may come as fast as it can: nobody waits for less.  One that does not
 * change is told of, and must not keep a processor busy.
 *
 * Locking: none; belongs to the streaming thread.
 */

#include "gstffsunfit.h"

#define TIME GST_SECOND

/* Nor is a source of few frames a second, or a slow machine, told of before it
 * has had its chance. */
#define MIN_FRAMES 30

/* More than a queue holds by default. */
#define FRAMES 256

/* One has come that fits, or the host has chosen anew. */
void
gst_ffs_unfit_reset (GstFfsUnfit * self)
{
  self->n = 0;
  self->told = FALSE;
}

/**
 * gst_ffs_unfit_add:
 * @self: the frames
 * @tell: (out): whether it is time to tell a person, once until the next reset
 *
 * Another one has come.
 *
 * Returns: whether to pause before the next one
 */
gboolean
gst_ffs_unfit_add (GstFfsUnfit * self, gboolean * tell)
{
  GstClockTime now = gst_util_get_timestamp ();
  gboolean late;

  if (self->n++ == 0)
    self->since = now;
  late = now - self->since >= TIME;
  *tell = late && self->n > MIN_FRAMES && !self->told;
  self->told |= *tell;
  return late || self->n > FRAMES;
}
