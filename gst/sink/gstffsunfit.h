/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UNFIT_H__
#define __GST_FFS_UNFIT_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsUnfit:
 * @n: frames, one behind the other
 * @since: when the first of them came
 * @told: whether a person knows
 *
 * Frames that are not what the host has chosen.
 */
typedef struct
{
  guint n;
  GstClockTime since;
  gboolean told;
} GstFfsUnfit;

void gst_ffs_unfit_reset (GstFfsUnfit * self);
gboolean gst_ffs_unfit_add (GstFfsUnfit * self, gboolean * tell);

G_END_DECLS

#endif /* __GST_FFS_UNFIT_H__ */
