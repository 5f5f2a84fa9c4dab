/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Controls of a V4L2 device without a property in its source element, such as
 * exposure and gain. The source's device-fd is used, since controls are not
 * bound to a file.
 *
 * Ownership: the source owns the file. It is queried for each access, since it
 * changes when the source is stopped.
 *
 * Locking: none; the kernel serializes.
 */

#include <errno.h>
#include <sys/ioctl.h>

#include <linux/videodev2.h>

#include "gstffsdevicecontrols.h"
#include "gstffsfunctiondebug.h"

static int
call_ioctl (int fd, unsigned long request, void *argument)
{
  return ioctl (fd, request, argument);
}

GstFfsDeviceCalls gst_ffs_device_calls = { call_ioctl };

/* The first supported control of a feature is used. */
static const struct
{
  guint32 id;
  const gchar *name;
  gint factor;
} known[] = {
  {V4L2_CID_EXPOSURE_ABSOLUTE, "ExposureTime", 100},
  {V4L2_CID_EXPOSURE_AUTO, "ExposureAuto", 1},
  {V4L2_CID_ANALOGUE_GAIN, "Gain", 1},
  {V4L2_CID_GAIN, "Gain", 1},
  {V4L2_CID_AUTOGAIN, "GainAuto", 1},
  {V4L2_CID_SHARPNESS, "Sharpness", 1},
  {V4L2_CID_GAMMA, "Gamma", 1},
  {V4L2_CID_WHITE_BALANCE_TEMPERATURE, "WhiteBalanceTemperature", 1},
  {V4L2_CID_AUTO_WHITE_BALANCE, "BalanceWhiteAuto", 1},
  {V4L2_CID_BACKLIGHT_COMPENSATION, "BacklightCompensation", 1},
  {V4L2_CID_POWER_LINE_FREQUENCY, "PowerLineFrequency", 1},
  {V4L2_CID_FOCUS_ABSOLUTE, "Focus", 1},
  {V4L2_CID_FOCUS_AUTO, "FocusAuto", 1},
  {V4L2_CID_ZOOM_ABSOLUTE, "Zoom", 1},
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

/* The supported items of a menu, which drivers may leave out. */
static guint32
find_choices (GstElement * source, const struct v4l2_queryctrl *query,
    const GstFfsFeature * feature)
{
  guint32 choices = 0;
  guint i;

  for (i = 0; i < feature->n_choices; i++) {
    gint value = feature->choices[i].value;
    struct v4l2_querymenu menu = {.id = query->id,.index = value };

    if (value >= query->minimum && value <= query->maximum
        && call (source, VIDIOC_QUERYMENU, &menu) == 0)
      choices |= 1u << value;
  }
  return choices;
}

/* Whether the control is of a type that fits the feature. */
static gboolean
check_type (GstElement * source, const struct v4l2_queryctrl *query,
    const GstFfsFeature * feature, guint32 * choices)
{
  *choices = 0;
  if (feature->n_choices == 0)
    return query->type == V4L2_CTRL_TYPE_INTEGER;
  if (query->type == V4L2_CTRL_TYPE_BOOLEAN)
    *choices = gst_ffs_feature_get_booleans (feature);
  else if (query->type == V4L2_CTRL_TYPE_MENU)
    *choices = find_choices (source, query, feature);
  return *choices != 0;
}

/**
 * gst_ffs_device_control_find:
 * @source: the source
 * @i: index of the control, from 0
 * @control: (out): the control
 *
 * Returns: whether the device of @source has it and it can be set
 */
gboolean
gst_ffs_device_control_find (GstElement * source, guint i,
    GstFfsDeviceControl * control)
{
  struct v4l2_queryctrl query = {.id = known[i].id };

  control->feature = gst_ffs_feature_from_name (known[i].name);
  if (call (source, VIDIOC_QUERYCTRL, &query) != 0
      || (query.flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_READ_ONLY))
      || query.minimum >= query.maximum
      || !check_type (source, &query, control->feature, &control->choices))
    return FALSE;
  control->id = known[i].id;
  control->factor = known[i].factor;
  control->min = (gint64) query.minimum * control->factor;
  control->max = (gint64) query.maximum * control->factor;
  control->first = (gint64) query.default_value * control->factor;
  return TRUE;
}

/* The controls behind v4l2src's colour balance channels, which have no
 * default. */
static const struct
{
  guint32 id;
  const gchar *name;
} balance[] = {
  {V4L2_CID_BRIGHTNESS, "Brightness"},
  {V4L2_CID_CONTRAST, "Contrast"},
  {V4L2_CID_SATURATION, "Saturation"},
  {V4L2_CID_HUE, "Hue"},
  {V4L2_CID_GAIN, "Gain"},
  {V4L2_CID_GAMMA, "Gamma"},
  {V4L2_CID_EXPOSURE, "ExposureTime"},
};

/**
 * gst_ffs_device_control_find_default:
 * @feature: a feature with a colour balance channel
 * @first: (out): the driver's default
 *
 * Returns: %FALSE if the source has no device, or the device lacks the control
 */
gboolean
gst_ffs_device_control_find_default (GstElement * source,
    const GstFfsFeature * feature, gint64 * first)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (balance); i++) {
    struct v4l2_queryctrl query = {.id = balance[i].id };

    if (!g_str_equal (balance[i].name, feature->name)
        || call (source, VIDIOC_QUERYCTRL, &query) != 0
        || query.type != V4L2_CTRL_TYPE_INTEGER)
      continue;
    *first = query.default_value;
    return TRUE;
  }
  return FALSE;
}

/**
 * gst_ffs_device_control_get:
 *
 * Returns: the current value, or the minimum if the device does not return one
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
 * @value: a value in its range
 *
 * The device rounds the value.
 *
 * Returns: %FALSE if the device rejects it
 */
gboolean
gst_ffs_device_control_set (GstElement * source,
    const GstFfsDeviceControl * control, gint64 value)
{
  struct v4l2_control set = {.id = control->id };
  gint err;

  set.value = value / control->factor;
  err = call (source, VIDIOC_S_CTRL, &set);
  if (err != 0)
    GST_DEBUG_OBJECT (source, "%s cannot be %d: %s", control->feature->name,
        set.value, g_strerror (err));
  return err == 0;
}
