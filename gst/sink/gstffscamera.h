/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_CAMERA_H__
#define __GST_FFS_CAMERA_H__

#include "function/gstffsprofile.h"
#include "gstffshost.h"
#include "gstffssettings.h"

G_BEGIN_DECLS

typedef struct _GstFfsCamera GstFfsCamera;

void gst_ffs_camera_install (GObjectClass * klass);
gboolean gst_ffs_camera_set_control (const gchar * name, gdouble value,
    gpointer element);

GstFfsCamera *gst_ffs_camera_open (GstElement * element, GstPad * sinkpad,
    const GstFfsSettings * settings, GstAllocator * allocator,
    GstFfsHost * host);
void gst_ffs_camera_close (GstFfsCamera * self);

gchar *gst_ffs_camera_get_endpoint (GstFfsCamera * self);
GstFfsProfile *gst_ffs_camera_get_profile (GstFfsCamera * self);

gboolean gst_ffs_camera_bind (GstFfsCamera * self);
void gst_ffs_camera_unbind (GstFfsCamera * self);

G_END_DECLS

#endif /* __GST_FFS_CAMERA_H__ */
