/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UNFIT_H__
#define __GST_FFS_UNFIT_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsUnfit:
 * @n: number of consecutive frames
 * @since: arrival of the first one
 * @told: whether a warning was posted
 *
 * Frames that do not fit the host's selection.
 */
typedef struct
{
  guint n;
  GstClockTime since;
  gboolean told;
} GstFfsUnfit;

void gst_ffs_unfit_reset (GstFfsUnfit * self);
gboolean gst_ffs_unfit_add (GstFfsUnfit * self, GstClockTime now,
    gboolean * tell);

G_END_DECLS

#endif /* __GST_FFS_UNFIT_H__ */
