/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_TIMELINE_H__
#define __GST_FFS_TIMELINE_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsTimeline:
 * @anchored: whether @host and @here are valid
 * @host: a timestamp of the host
 * @here: the running time of @host
 * @last: the last result
 *
 * Offset between two clocks.
 */
typedef struct
{
  gboolean anchored;
  GstClockTime host;
  GstClockTime here;
  GstClockTime last;
} GstFfsTimeline;

void gst_ffs_timeline_reset (GstFfsTimeline * self);
GstClockTime gst_ffs_timeline_map (GstFfsTimeline * self, GstClockTime host,
    GstClockTime now, gboolean * jump);

G_END_DECLS

#endif /* __GST_FFS_TIMELINE_H__ */
