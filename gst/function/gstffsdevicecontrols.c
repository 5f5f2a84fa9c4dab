/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Controls of a V4L2 device that its source element has no properties for,
 * which is what cameras need most: exposure and gain.  Sources say which file
 * is their device's, and controls are not bound to who opened it.
 *
 * Ownership: the file is the source's, and asked for anew each time, since it
 * is another one when the source was stopped meanwhile.
 *
 * Locking: none; the kernel's.
 */

#include <errno.h>
#include <sys/ioctl.h>

#include <linux/videodev2.h>

#include "gstffsdevicecontrols.h"
#include "transport/gstffsdebug.h"

static int
call_ioctl (int fd, unsigned long request, void *argument)
{
  return ioctl (fd, request, argument);
}

GstFfsDeviceCalls gst_ffs_device_calls = { call_ioctl };

/* Of several for a thing the first one that the device has. */
static const GstFfsDeviceControl known[] = {
  {V4L2_CID_EXPOSURE_ABSOLUTE, "ExposureTime", "us", 100, 0, 0},
  {V4L2_CID_ANALOGUE_GAIN, "Gain", NULL, 1, 0, 0},
  {V4L2_CID_GAIN, "Gain", NULL, 1, 0, 0},
  {V4L2_CID_SHARPNESS, "Sharpness", NULL, 1, 0, 0},
  {V4L2_CID_GAMMA, "Gamma", NULL, 1, 0, 0},
};

static gint
get_fd (GstElement * source)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS
      (source), "device-fd");
  gint fd = -1;

  if (pspec && G_IS_PARAM_SPEC_INT (pspec)
      && (pspec->flags & G_PARAM_READABLE))
    g_object_get (source, "device-fd", &fd, NULL);
  return fd;
}

static gint
call (GstElement * source, unsigned long request, void *argument)
{
  gint fd = get_fd (source);
  gint ret;

  if (fd < 0)
    return EBADF;
  do {
    ret = gst_ffs_device_calls.ioctl (fd, request, argument);
  } while (ret < 0 && errno == EINTR);
  return ret < 0 ? errno : 0;
}

guint
gst_ffs_device_controls_get_n (void)
{
  return G_N_ELEMENTS (known);
}

/**
 * gst_ffs_device_control_find:
 * @source: where frames come from
 * @i: which one of those that there can be
 * @control: (out): what it is
 *
 * Returns: whether the device of @source has it and it can be set
 */
gboolean
gst_ffs_device_control_find (GstElement * source, guint i,
    GstFfsDeviceControl * control)
{
  struct v4l2_queryctrl query = {.id = known[i].id };

  if (call (source, VIDIOC_QUERYCTRL, &query) != 0
      || query.type != V4L2_CTRL_TYPE_INTEGER
      || (query.flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_READ_ONLY))
      || query.minimum >= query.maximum)
    return FALSE;
  *control = known[i];
  control->min = (gint64) query.minimum * control->factor;
  control->max = (gint64) query.maximum * control->factor;
  return TRUE;
}

/**
 * gst_ffs_device_control_get:
 *
 * Returns: the value now, or the lowest one if the device does not say
 */
gint64
gst_ffs_device_control_get (GstElement * source,
    const GstFfsDeviceControl * control)
{
  struct v4l2_control value = {.id = control->id };

  if (call (source, VIDIOC_G_CTRL, &value) != 0)
    return control->min;
  return (gint64) value.value * control->factor;
}

/**
 * gst_ffs_device_control_set:
 * @value: one of its range
 *
 * The device rounds it to what it has.
 */
void
gst_ffs_device_control_set (GstElement * source,
    const GstFfsDeviceControl * control, gint64 value)
{
  struct v4l2_control set = {.id = control->id };
  gint err;

  set.value = value / control->factor;
  err = call (source, VIDIOC_S_CTRL, &set);
  if (err != 0)
    GST_DEBUG_OBJECT (source, "%s cannot be %d: %s", control->name, set.value,
        g_strerror (err));
}
