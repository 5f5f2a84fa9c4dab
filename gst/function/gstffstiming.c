/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clock, base time and segment of a pad, for profiles that report times to the
 * host.
 *
 * No state, no locks.
 */

#include "gstffstiming.h"

/**
 * gst_ffs_timing_init:
 * @pad: (nullable): a pad
 */
void
gst_ffs_timing_init (GstFfsTiming * self, GstPad * pad)
{
  GstElement *element = pad ? gst_pad_get_parent_element (pad) : NULL;
  GstClock *clock = element ? gst_element_get_clock (element) : NULL;
  GstEvent *event = pad ? gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0) :
      NULL;
  const GstSegment *segment;

  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  self->now = clock ? gst_clock_get_time (clock) : GST_CLOCK_TIME_NONE;
  self->base_time = element ? gst_element_get_base_time (element) : 0;
  if (event) {
    gst_event_parse_segment (event, &segment);
    if (segment->format == GST_FORMAT_TIME)
      gst_segment_copy_into (segment, &self->segment);
  }
  gst_clear_event (&event);
  gst_clear_object (&clock);
  gst_clear_object (&element);
}

/* Returns: whether there are a clock and a segment */
gboolean
gst_ffs_timing_is_usable (const GstFfsTiming * self)
{
  return GST_CLOCK_TIME_IS_VALID (self->now)
      && self->segment.format == GST_FORMAT_TIME;
}
