/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsTimeline: maps the host's times to the running time of the pipeline.
 *
 * Only differences of the host's times mean something, and its clock is another
 * one.  The first frame is shown when it has come, and those behind it as far
 * apart as the host says.  A frame that came much later or earlier than that, be
 * it by drift, by a pause or by a host that tells nonsense, begins anew.
 *
 * Ownership: none.  Locking: none, belongs to the streaming thread.
 */

#include "gstffstimeline.h"

/* How far the host's times may be from those of arrival. */
#define TOLERANCE (500 * GST_MSECOND)

void
gst_ffs_timeline_reset (GstFfsTimeline * self)
{
  self->anchored = FALSE;
  self->host = self->here = self->last = GST_CLOCK_TIME_NONE;
}

/* FALSE if that is no time, or too far away from now. */
static gboolean
follow (GstFfsTimeline * self, GstClockTime host, GstClockTime now,
    GstClockTime * time)
{
  GstClockTime passed;

  if (!self->anchored || host < self->host)
    return FALSE;
  passed = host - self->host;
  if (passed > G_MAXINT64 - self->here)
    return FALSE;
  *time = self->here + passed;
  return *time <= now + TOLERANCE && now <= *time + TOLERANCE;
}

/**
 * gst_ffs_timeline_map:
 * @self: the time line
 * @host: the host's time of a frame, or %GST_CLOCK_TIME_NONE
 * @now: the running time at which it has come
 * @jump: (out): whether the times begin anew with it
 *
 * Returns: the running time of the frame, never less than the one before
 */
GstClockTime
gst_ffs_timeline_map (GstFfsTimeline * self, GstClockTime host,
    GstClockTime now, gboolean * jump)
{
  GstClockTime time = now;

  *jump = FALSE;
  if (GST_CLOCK_TIME_IS_VALID (host) && !follow (self, host, now, &time)) {
    *jump = self->anchored;
    self->anchored = TRUE;
    self->host = host;
    self->here = time = now;
  }
  if (GST_CLOCK_TIME_IS_VALID (self->last))
    time = MAX (time, self->last);
  self->last = time;
  return time;
}
