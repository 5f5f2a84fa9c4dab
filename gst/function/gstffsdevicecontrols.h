/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_DEVICE_CONTROLS_H__
#define __GST_FFS_DEVICE_CONTROLS_H__

#include "gstffsfeatures.h"

G_BEGIN_DECLS

/**
 * GstFfsDeviceControl:
 * @id: V4L2's number of it; 0 if it is none
 * @feature: what of a camera it is
 * @factor: how many of its unit one step of the device is
 * @min: in its unit
 * @max: in its unit
 * @first: what the driver begins with, in its unit
 * @choices: those that the device has, a bit each; 0 for a quantity
 *
 * A control of a V4L2 device.
 */
typedef struct
{
  guint32 id;
  const GstFfsFeature *feature;
  gint factor;
  gint64 min;
  gint64 max;
  gint64 first;
  guint32 choices;
} GstFfsDeviceControl;

/* Unit tests put a fake device here. */
typedef struct
{
  int (*ioctl) (int fd, unsigned long request, void *argument);
} GstFfsDeviceCalls;

extern GstFfsDeviceCalls gst_ffs_device_calls;

gboolean gst_ffs_device_control_find (GstElement * source, guint i,
    GstFfsDeviceControl * control);
guint gst_ffs_device_controls_get_n (void);
gboolean gst_ffs_device_control_find_default (GstElement * source,
    const GstFfsFeature * feature, gint64 * first);
gint64 gst_ffs_device_control_get (GstElement * source,
    const GstFfsDeviceControl * control);
gboolean gst_ffs_device_control_set (GstElement * source,
    const GstFfsDeviceControl * control, gint64 value);

G_END_DECLS

#endif /* __GST_FFS_DEVICE_CONTROLS_H__ */
