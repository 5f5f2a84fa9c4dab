/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsTimeline: maps the host's timestamps to running time.
 *
 * The host has another clock, so only the intervals of its timestamps are used.
 * The first frame has its time of arrival. A frame whose result is too far from
 * its arrival, by drift, a pause or invalid timestamps, restarts the timeline.
 *
 * Ownership: none. Locking: none, streaming thread only.
 */

#include "gstffstimeline.h"

/* Maximum difference between the result and the time of arrival. */
#define TOLERANCE (500 * GST_MSECOND)

void
gst_ffs_timeline_reset (GstFfsTimeline * self)
{
  self->anchored = FALSE;
  self->host = self->here = self->last = GST_CLOCK_TIME_NONE;
}

/* FALSE if the timestamp is invalid, or too far from the arrival. */
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
 * @self: the timeline
 * @host: the host's timestamp of a frame, or %GST_CLOCK_TIME_NONE
 * @now: running time of its arrival
 * @jump: (out): whether the timeline restarts
 *
 * Returns: the running time of the frame, not less than that of the one before
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
