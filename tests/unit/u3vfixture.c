/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "u3vfixture.h"

#define GRAY "video/x-raw, format=GRAY8, width={320, 640}, height=240, " \
    "framerate={30/1, 15/1}; "
#define OFFER "video/x-raw, format=YUY2, width=640, height=480, " \
    "framerate=[5/1, 60/1]; " GRAY \
    "video/x-bayer, format={rggb, nothing}, width=[2, 64, 2], height=[1, 9]; " \
    "video/x-raw, format=NV12, width=800, height=600, framerate=25/1; " \
    "video/x-raw(memory:EGLImage), format=RGB, width=4, height=4; " \
    "image/jpeg, width=1024, height=768"

static const GstFfsIdentity identity = {
  .manufacturer = "Maker & Söhne",
  .product = "Camera <1>",
  .serial = "4711",
};

static const GEnumValue entries[] = {
  {0, "GST_ZERO", "zero"}, {5, "GST_FIVE", "five-5"}
};

static const GstFfsControl controls[] = {
  {"TestPattern", NULL, GST_FFS_CONTROL_ENUM, 0, 5, entries, 2},
  {"Gain", "dB", GST_FFS_CONTROL_FLOAT, -1.5, 2.5, NULL, 0},
  {"Brightness", NULL, GST_FFS_CONTROL_INTEGER, -10, 10, NULL, 0},
  {"ExposureTime", "us", GST_FFS_CONTROL_INTEGER, 100, 33300, NULL, 0},
};

GstFfsU3vCamera *camera;
GstFfsU3vEffect effect;

void
u3v_set_up_with (const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstFfsU3vOffer *offer = gst_ffs_u3v_offer_new (caps);

  fail_unless (offer != NULL);
  camera = gst_ffs_u3v_camera_new (&identity, offer, controls,
      G_N_ELEMENTS (controls));
  gst_caps_unref (caps);
}

void
u3v_set_up (void)
{
  u3v_set_up_with (OFFER);
}

void
u3v_tear_down (void)
{
  g_clear_pointer (&camera, gst_ffs_u3v_camera_free);
}

guint16
u3v_read (guint64 address, gpointer data, guint length)
{
  return gst_ffs_u3v_camera_read (camera, address, data, length, &effect);
}

guint64
u3v_get (guint64 address, guint length)
{
  guint8 data[8] = { 0 };

  fail_unless_equals_int_hex (u3v_read (address, data, length), U3V_SUCCESS);
  return gst_ffs_get_u64 (data);
}

guint16
u3v_set (guint64 address, guint length, guint64 value)
{
  guint8 data[8];

  gst_ffs_put_u64 (data, value);
  return gst_ffs_u3v_camera_write (camera, address, data, length, &effect);
}

guint16
u3v_set_double (guint64 address, gdouble value)
{
  guint8 data[8];

  GST_WRITE_DOUBLE_LE (data, value);
  return gst_ffs_u3v_camera_write (camera, address, data, 8, &effect);
}

void
u3v_expect_caps (const gchar * text)
{
  GstCaps *caps = gst_ffs_u3v_camera_get_caps (camera);
  GstCaps *wanted = gst_caps_from_string (text);

  fail_unless (gst_caps_is_equal (caps, wanted), "%" GST_PTR_FORMAT, caps);
  gst_caps_unref (caps);
  gst_caps_unref (wanted);
}

void
u3v_set_transfers (guint32 size, guint32 count, guint32 final1, guint32 final2)
{
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_MAX_LEADER, 4, 1024);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_MAX_TRAILER, 4, 1024);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_PAYLOAD_SIZE, 4, size);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_PAYLOAD_COUNT, 4, count);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_FINAL1_SIZE, 4, final1);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_FINAL2_SIZE, 4, final2);
}

void
u3v_start (void)
{
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  fail_if (effect.start || effect.stop);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_ACQUISITION_START, 4, 1);
  fail_unless (effect.start && !effect.stop);
}
