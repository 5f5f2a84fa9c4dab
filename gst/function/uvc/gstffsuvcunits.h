/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_UNITS_H__
#define __GST_FFS_UVC_UNITS_H__

#include "function/gstffscontrols.h"
#include "gstffsuvcrequest.h"

G_BEGIN_DECLS

typedef struct _GstFfsUvcUnits GstFfsUvcUnits;

GstFfsUvcUnits *gst_ffs_uvc_units_new (GstFfsControls * controls);
void gst_ffs_uvc_units_free (GstFfsUvcUnits * self);

guint32 gst_ffs_uvc_units_get_controls (GstFfsUvcUnits * self, guint unit);

void gst_ffs_uvc_units_set_updates (GstFfsUvcUnits * self, gboolean updates);
gsize gst_ffs_uvc_units_next_change (GstFfsUvcUnits * self, guint8 * data);

GstFfsUvcError gst_ffs_uvc_units_check (GstFfsUvcUnits * self,
    const GstFfsSetup * setup);
GstFfsUvcError gst_ffs_uvc_units_get (GstFfsUvcUnits * self,
    const GstFfsSetup * setup, GByteArray * reply);
GstFfsUvcError gst_ffs_uvc_units_set (GstFfsUvcUnits * self,
    const GstFfsSetup * setup, const guint8 * data);

G_END_DECLS

#endif /* __GST_FFS_UVC_UNITS_H__ */
