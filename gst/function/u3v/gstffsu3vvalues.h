/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_VALUES_H__
#define __GST_FFS_U3V_VALUES_H__

#include <gst/gst.h>

G_BEGIN_DECLS

typedef void (*GstFfsU3vRangeFunc) (gint min, gint max, gint step,
    gpointer data);
typedef void (*GstFfsU3vRateFunc) (gint n, gint d, gpointer data);

void gst_ffs_u3v_each_range (const GValue * value, GstFfsU3vRangeFunc func,
    gpointer data);
void gst_ffs_u3v_each_rate (const GValue * value, gdouble wanted,
    GstFfsU3vRateFunc func, gpointer data);

G_END_DECLS

#endif /* __GST_FFS_U3V_VALUES_H__ */
