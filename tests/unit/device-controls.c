/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Controls of the source's V4L2 device, with a fake device.
 */

#include <errno.h>

#include <gst/check/gstcheck.h>
#include <linux/videodev2.h>

#include "function/gstffscontrols.h"
#include "function/gstffsdevicecontrols.h"

#define FD 77

/* ---- the device ---- */

static struct
{
  guint32 id;
  gint min;
  gint max;
  guint32 type;
  guint32 flags;
  gint value;
  guint32 items;                /* bits of the menu's items */
} device[] = {
  {V4L2_CID_EXPOSURE_ABSOLUTE, 1, 333, V4L2_CTRL_TYPE_INTEGER, 0, 20, 0},
  {V4L2_CID_GAIN, -5, 40, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_INACTIVE, 3,
      0},
  {V4L2_CID_BRIGHTNESS, 0, 255, V4L2_CTRL_TYPE_INTEGER, 0, 7, 0},
  {V4L2_CID_SHARPNESS, 0, 3, V4L2_CTRL_TYPE_MENU, 0, 0, 0xf},
  {V4L2_CID_GAMMA, 1, 9, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_READ_ONLY, 2,
      0},
  {V4L2_CID_EXPOSURE_AUTO, 0, 3, V4L2_CTRL_TYPE_MENU, 0, 3, 1 << 1 | 1 << 3},
  {V4L2_CID_FOCUS_AUTO, 0, 1, V4L2_CTRL_TYPE_BOOLEAN, 0, 1, 0},
  {V4L2_CID_AUTO_WHITE_BALANCE, 0, 1, V4L2_CTRL_TYPE_INTEGER, 0, 1, 0},
  {V4L2_CID_POWER_LINE_FREQUENCY, 0, 2, V4L2_CTRL_TYPE_MENU, 0, 1, 0xf},
  {V4L2_CID_FOCUS_ABSOLUTE, 0, 250, V4L2_CTRL_TYPE_INTEGER, 0, 30, 0},
  {V4L2_CID_ZOOM_ABSOLUTE, 100, 500, V4L2_CTRL_TYPE_INTEGER, 0, 100, 0},
  {V4L2_CID_WHITE_BALANCE_TEMPERATURE, 2800, 6500, V4L2_CTRL_TYPE_INTEGER, 0,
      4600, 0},
  {V4L2_CID_BACKLIGHT_COMPENSATION, 0, 2, V4L2_CTRL_TYPE_INTEGER, 0, 1, 0},
  {V4L2_CID_AUTOGAIN, 0, 1, V4L2_CTRL_TYPE_BOOLEAN, 0, 1, 0},
};

static gint fd, n_set, interrupted, refused;

static int
fake_ioctl (int file, unsigned long request, void *argument)
{
  struct v4l2_queryctrl *query = argument;
  struct v4l2_control *control = argument;
  struct v4l2_querymenu *menu = argument;
  guint i;

  fail_unless_equals_int (file, fd);
  if (interrupted-- > 0) {
    errno = EINTR;
    return -1;
  }
  /* All arguments begin with the control's id. */
  for (i = 0; i < G_N_ELEMENTS (device); i++) {
    if (device[i].id == query->id)
      break;
  }
  errno = EINVAL;
  if (i == G_N_ELEMENTS (device))
    return -1;
  if (request == VIDIOC_QUERYCTRL) {
    query->type = device[i].type;
    query->flags = device[i].flags;
    query->minimum = device[i].min;
    query->maximum = device[i].max;
    query->default_value = device[i].max - 1;
  } else if (request == VIDIOC_QUERYMENU) {
    fail_unless_equals_int (device[i].type, V4L2_CTRL_TYPE_MENU);
    return device[i].items & 1u << menu->index ? 0 : -1;
  } else if (request == VIDIOC_G_CTRL) {
    control->value = device[i].value;
  } else {
    fail_unless (request == VIDIOC_S_CTRL);
    fail_unless (control->value >= device[i].min
        && control->value <= device[i].max);
    errno = refused;
    if (refused != 0)
      return -1;
    device[i].value = control->value;
    n_set++;
  }
  return 0;
}

/* ---- the source ---- */

typedef struct
{
  GstElement parent;
  gint brightness;
} TestSource;

typedef GstElementClass TestSourceClass;

GType test_source_get_type (void);
G_DEFINE_TYPE (TestSource, test_source, GST_TYPE_ELEMENT);

static void
test_source_set_property (GObject * object, guint id G_GNUC_UNUSED,
    const GValue * value, GParamSpec * pspec G_GNUC_UNUSED)
{
  ((TestSource *) object)->brightness = g_value_get_int (value);
}

static void
test_source_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec G_GNUC_UNUSED)
{
  g_value_set_int (value, id == 1 ? fd : ((TestSource *) object)->brightness);
}

static void
test_source_class_init (TestSourceClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = test_source_set_property;
  object_class->get_property = test_source_get_property;
  g_object_class_install_property (object_class, 1,
      g_param_spec_int ("device-fd", NULL, NULL, -1, G_MAXINT, -1,
          G_PARAM_READABLE));
  g_object_class_install_property (object_class, 2,
      g_param_spec_int ("brightness", NULL, NULL, -1, 1, 0, G_PARAM_READWRITE));
}

static void
test_source_init (TestSource * self)
{
  gst_element_add_pad (GST_ELEMENT (self), gst_pad_new ("src", GST_PAD_SRC));
}

/* ---- */

static GstElement *source;
static GstPad *sinkpad;

static void
set_up (void)
{
  GstPad *srcpad;

  gst_ffs_device_calls.ioctl = fake_ioctl;
  fd = FD;
  interrupted = n_set = refused = 0;
  source = gst_object_ref_sink (g_object_new (test_source_get_type (), NULL));
  sinkpad = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));
  srcpad = gst_element_get_static_pad (source, "src");
  fail_unless_equals_int (gst_pad_link (srcpad, sinkpad), GST_PAD_LINK_OK);
  gst_object_unref (srcpad);
}

static void
tear_down (void)
{
  gst_object_unref (source);
  gst_object_unref (sinkpad);
}

static const GstFfsControl *
find (GstFfsControls * controls, const gchar * name, guint * at)
{
  guint i;

  for (i = 0; i < gst_ffs_controls_get_n (controls); i++) {
    *at = i;
    if (g_str_equal (gst_ffs_controls_get (controls, i)->name, name))
      return gst_ffs_controls_get (controls, i);
  }
  return NULL;
}

GST_START_TEST (v4l2_controls_are_read_and_set)
{
  GstFfsControls *controls = gst_ffs_controls_new (sinkpad, NULL, 32);
  const GstFfsControl *control;
  guint i;

  /* Not listed: a menu for an integer control, an integer for a boolean
   * one, and read-only controls. A property takes precedence. */
  fail_unless_equals_int (gst_ffs_controls_get_n (controls), 11);
  control = find (controls, "Brightness", &i);
  fail_unless_equals_float (control->max, 1);

  control = find (controls, "ExposureTime", &i);
  fail_unless_equals_string (control->unit, "us");
  fail_unless_equals_int (control->kind, GST_FFS_CONTROL_INTEGER);
  fail_unless_equals_float (control->min, 100);
  fail_unless_equals_float (control->max, 33300);
  interrupted = 2;
  fail_unless_equals_float (gst_ffs_controls_get_value (controls, i), 2000);
  gst_ffs_controls_set_value (controls, i, 33300);
  fail_unless_equals_int (device[0].value, 333);
  gst_ffs_controls_set_value (controls, i, 199);
  fail_unless_equals_int (device[0].value, 1);

  control = find (controls, "Gain", &i);
  fail_unless_equals_float (control->min, -5);
  fail_unless_equals_float (control->max, 40);
  gst_ffs_controls_set_value (controls, i, -5);
  fail_unless_equals_int (device[1].value, -5);
  fail_unless_equals_float (gst_ffs_controls_get_value (controls, i), -5);

  /* The source has reopened its device. */
  fd = FD + 1;
  fail_unless_equals_float (gst_ffs_controls_get_value (controls, i), -5);
  /* The device is closed: no ioctl is made. */
  fd = -1;
  n_set = 0;
  fail_unless_equals_float (gst_ffs_controls_get_value (controls, i), -5);
  gst_ffs_controls_set_value (controls, i, 4);
  fail_unless_equals_int (n_set, 0);
  gst_ffs_controls_free (controls);
}

GST_END_TEST;

static void
check_number (GstFfsControls * controls, const gchar * name, gdouble min,
    gdouble max, gdouble value)
{
  const GstFfsControl *control;
  guint i;

  control = find (controls, name, &i);
  fail_unless (control != NULL);
  fail_unless_equals_int (control->kind, GST_FFS_CONTROL_INTEGER);
  fail_unless_equals_float (control->min, min);
  fail_unless_equals_float (control->max, max);
  fail_unless_equals_float (gst_ffs_controls_get_value (controls, i), value);
  fail_unless (gst_ffs_controls_set_value (controls, i, max));
  fail_unless_equals_float (gst_ffs_controls_get_value (controls, i), max);
}

GST_START_TEST (v4l2_integers_are_integer_controls)
{
  GstFfsControls *controls = gst_ffs_controls_new (sinkpad, NULL, 32);

  check_number (controls, "Focus", 0, 250, 30);
  check_number (controls, "Zoom", 100, 500, 100);
  check_number (controls, "WhiteBalanceTemperature", 2800, 6500, 4600);
  check_number (controls, "BacklightCompensation", 0, 2, 1);
  gst_ffs_controls_free (controls);
}

GST_END_TEST;

/* @choices: bits of the values that the control must have */
static void
check_choices (GstFfsControls * controls, const gchar * name, guint choices,
    gdouble value)
{
  const GstFfsControl *control;
  guint i, j, found = 0;

  control = find (controls, name, &i);
  fail_unless (control != NULL);
  fail_unless_equals_int (control->kind, GST_FFS_CONTROL_ENUM);
  for (j = 0; j < control->n_entries; j++)
    found |= 1u << control->entries[j].value;
  fail_unless_equals_int_hex (found, choices);
  fail_unless_equals_float (gst_ffs_controls_get_value (controls, i), value);
  for (j = 0; j < 8; j++) {
    fail_unless_equals_int (gst_ffs_control_accepts (control, j),
        (choices & 1u << j) != 0);
    if (!(choices & 1u << j))
      continue;
    fail_unless (gst_ffs_controls_set_value (controls, i, j));
    fail_unless_equals_float (gst_ffs_controls_get_value (controls, i), j);
  }
}

GST_START_TEST (v4l2_menus_are_enumerations)
{
  GstFfsControls *controls = gst_ffs_controls_new (sinkpad, NULL, 32);
  gchar *name;
  guint i;

  /* Only items within the driver's bounds count. */
  check_choices (controls, "ExposureAuto", 1 << 1 | 1 << 3, 3);
  check_choices (controls, "PowerLineFrequency", 1 << 0 | 1 << 1 | 1 << 2, 1);
  check_choices (controls, "FocusAuto", 1 << 0 | 1 << 1, 1);
  check_choices (controls, "GainAuto", 1 << 0 | 1 << 1, 1);

  /* The names are those of the SFNC. */
  name = gst_ffs_control_entry_name (&find (controls, "ExposureAuto",
          &i)->entries[0]);
  fail_unless_equals_string (name, "Off");
  g_free (name);
  gst_ffs_controls_free (controls);
}

GST_END_TEST;

/* A device may refuse an exposure time while it measures that itself. */
GST_START_TEST (refused_set_keeps_the_value)
{
  GstFfsControls *controls = gst_ffs_controls_new (sinkpad, NULL, 32);
  gdouble before;
  guint i;

  fail_unless (find (controls, "ExposureTime", &i) != NULL);
  before = gst_ffs_controls_get_value (controls, i);
  refused = EACCES;
  fail_if (gst_ffs_controls_set_value (controls, i, 5000));
  fail_unless_equals_float (gst_ffs_controls_get_value (controls, i), before);
  refused = 0;
  fail_unless (gst_ffs_controls_set_value (controls, i, 5000));
  gst_ffs_controls_free (controls);
}

GST_END_TEST;

/* The driver's default does not depend on the current value. A property's
 * default may not be a value of the device. */
GST_START_TEST (driver_defaults_do_not_follow_values)
{
  GstFfsControls *controls = gst_ffs_controls_new (sinkpad, NULL, 32);
  gint64 begin;
  guint i;

  find (controls, "ExposureTime", &i);
  fail_unless_equals_float (gst_ffs_controls_get_default (controls, i), 33200);
  find (controls, "Zoom", &i);
  fail_unless_equals_float (gst_ffs_controls_get_default (controls, i), 499);
  find (controls, "Brightness", &i);
  gst_ffs_controls_set_value (controls, i, 1);
  fail_unless_equals_float (gst_ffs_controls_get_default (controls, i), 1);
  gst_ffs_controls_free (controls);

  /* A colour balance channel of v4l2src has a default. */
  fail_unless (gst_ffs_device_control_find_default (source,
          gst_ffs_feature_from_name ("Brightness"), &begin));
  fail_unless_equals_int64 (begin, 254);
  fail_unless (gst_ffs_device_control_find_default (source,
          gst_ffs_feature_from_name ("Gain"), &begin));
  fail_unless_equals_int64 (begin, 39);
  fail_if (gst_ffs_device_control_find_default (source,
          gst_ffs_feature_from_name ("Hue"), &begin));
  fail_if (gst_ffs_device_control_find_default (source,
          gst_ffs_feature_from_name ("Zoom"), &begin));
}

GST_END_TEST;

GST_START_TEST (controls_are_limited_and_need_an_open_device)
{
  GstFfsControls *controls = gst_ffs_controls_new (sinkpad, NULL, 2);

  fail_unless_equals_int (gst_ffs_controls_get_n (controls), 2);
  gst_ffs_controls_free (controls);

  fd = -1;
  controls = gst_ffs_controls_new (sinkpad, NULL, 8);
  fail_unless_equals_int (gst_ffs_controls_get_n (controls), 1);
  gst_ffs_controls_free (controls);
}

GST_END_TEST;

static Suite *
device_controls_suite (void)
{
  Suite *s = suite_create ("device-controls");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, v4l2_controls_are_read_and_set);
  tcase_add_test (tc, v4l2_integers_are_integer_controls);
  tcase_add_test (tc, v4l2_menus_are_enumerations);
  tcase_add_test (tc, refused_set_keeps_the_value);
  tcase_add_test (tc, driver_defaults_do_not_follow_values);
  tcase_add_test (tc, controls_are_limited_and_need_an_open_device);
  return s;
}

GST_CHECK_MAIN (device_controls);
