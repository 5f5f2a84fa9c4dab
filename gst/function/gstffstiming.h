/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_TIMING_H__
#define __GST_FFS_TIMING_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsTiming:
 * @now: current time of the element's clock; %GST_CLOCK_TIME_NONE without one
 * @base_time: base time of the element
 * @segment: segment of the pad; its format is %GST_FORMAT_UNDEFINED unless the
 *   pad has one in time
 *
 * Relates the timestamps of a pad's buffers to the clock of its element.
 */
typedef struct
{
  GstClockTime now;
  GstClockTime base_time;
  GstSegment segment;
} GstFfsTiming;

void gst_ffs_timing_init (GstFfsTiming * self, GstPad * pad);
gboolean gst_ffs_timing_is_usable (const GstFfsTiming * self);

G_END_DECLS

#endif /* __GST_FFS_TIMING_H__ */
