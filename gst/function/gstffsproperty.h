/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_PROPERTY_H__
#define __GST_FFS_PROPERTY_H__

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstFfsProperty GstFfsProperty;

GstFfsProperty *gst_ffs_property_new (GstElement * source,
    GParamSpec * pspec);
void gst_ffs_property_free (GstFfsProperty * self);

void gst_ffs_property_set (GstFfsProperty * self, const GValue * value);
void gst_ffs_property_get (GstFfsProperty * self, GValue * value);

G_END_DECLS

#endif /* __GST_FFS_PROPERTY_H__ */
