/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_CAMERA_H__
#define __GST_FFS_CAMERA_H__

#include "function/gstffsprofile.h"
#include "gstffshoststate.h"
#include "gstffssettings.h"
#include "transport/gstffsendpoint.h"

G_BEGIN_DECLS

typedef struct _GstFfsCamera GstFfsCamera;

void gst_ffs_camera_install (GObjectClass * klass);
gboolean gst_ffs_camera_set_control (const gchar * name, gdouble value,
    gpointer element);

GstFfsCamera *gst_ffs_camera_open (GstElement * element, GstPad * sinkpad,
    const GstFfsSettings * settings, GstAllocator * allocator,
    GstFfsHost * host);
gboolean gst_ffs_camera_set_caps (GstFfsCamera * self, GstCaps * caps);
gboolean gst_ffs_camera_waits (GstFfsCamera * self);
void gst_ffs_camera_close (GstFfsCamera * self);

gchar *gst_ffs_camera_get_endpoint (GstFfsCamera * self);
GstFfsProfile *gst_ffs_camera_get_profile (GstFfsCamera * self);

gboolean gst_ffs_camera_bind (GstFfsCamera * self);
void gst_ffs_camera_unbind (GstFfsCamera * self);

/**
 * GstFfsOpened:
 * @allocator: (nullable): makes dmabufs
 * @camera: (nullable): with an ep0 of our own
 * @profile: (nullable): what the camera is
 * @endpoint: (nullable): where frames go; the stream takes it. %NULL until the
 * caps of the first frames have come, where the camera depends on them
 *
 * What the element needs from the system; all of it is owned.
 */
typedef struct
{
  GstAllocator *allocator;
  GstFfsCamera *camera;
  GstFfsProfile *profile;
  GstFfsEndpoint *endpoint;
} GstFfsOpened;

gboolean gst_ffs_open (GstElement * element, GstPad * sinkpad,
    const GstFfsSettings * settings, GstFfsHost * host,
    GstFfsOpened * opened);
gboolean gst_ffs_open_for_caps (GstElement * element, GstFfsOpened * opened,
    GstCaps * caps);

void gst_ffs_close (GstFfsOpened * opened);

G_END_DECLS

#endif /* __GST_FFS_CAMERA_H__ */
