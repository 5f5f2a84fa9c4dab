/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_DEVICE_CONTROLS_H__
#define __GST_FFS_DEVICE_CONTROLS_H__

#include "gstffsfeatures.h"

G_BEGIN_DECLS

/**
 * GstFfsDeviceControl:
 * @id: its V4L2 control ID, or 0
 * @feature: its camera feature
 * @factor: size of the device's step in this unit
 * @min: in its unit
 * @max: in its unit
 * @first: the driver's default, in its unit
 * @choices: bit mask of the supported choices; 0 for a quantity
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

/* Replaced by a fake device in unit tests. */
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
