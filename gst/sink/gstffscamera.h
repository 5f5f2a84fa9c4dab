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
 * @allocator: (nullable): allocator of dmabufs
 * @camera: (nullable): if the element serves ep0
 * @profile: (nullable): the profile of the camera
 * @endpoint: (nullable): endpoint for frames, taken by the stream; %NULL while
 * the function waits for caps
 *
 * The system resources of the element, all owned.
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
