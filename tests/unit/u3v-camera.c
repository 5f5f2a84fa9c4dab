/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The camera that a host sees: its address space, what can be selected, when
 * that is locked, and what flows when.
 */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "function/gstffsbytes.h"
#include "function/u3v/gstffsu3vcamera.h"
#include "function/u3v/gstffsu3vmap.h"
#include "function/u3v/gstffsu3vregisters.h"

#define GRAY "video/x-raw, format=GRAY8, width={320, 640}, height=240, " \
    "framerate={30/1, 15/1}; "
#define OFFER "video/x-raw, format=YUY2, width=640, height=480, " \
    "framerate=[5/1, 60/1]; " GRAY \
    "video/x-bayer, format={rggb, nothing}, width=[2, 64, 2], height=[1, 9]; " \
    "video/x-raw, format=NV12, width=800, height=600, framerate=25/1; " \
    "video/x-raw(memory:EGLImage), format=RGB, width=4, height=4; " \
    "image/jpeg, width=1024, height=768"

#define GRAY8 0x01080001
#define YUY2 0x02100032
#define RGGB 0x01080009

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

static GstFfsU3vCamera *camera;
static GstFfsU3vEffect effect;

static void
set_up (void)
{
  GstCaps *caps = gst_caps_from_string (OFFER);
  GstFfsU3vOffer *offer = gst_ffs_u3v_offer_new (caps);

  fail_unless (offer != NULL);
  camera = gst_ffs_u3v_camera_new (&identity, offer, controls,
      G_N_ELEMENTS (controls));
  gst_caps_unref (caps);
}

static void
tear_down (void)
{
  g_clear_pointer (&camera, gst_ffs_u3v_camera_free);
}

static guint16
read_at (guint64 address, gpointer data, guint length)
{
  return gst_ffs_u3v_camera_read (camera, address, data, length, &effect);
}

static guint64
get (guint64 address, guint length)
{
  guint8 data[8] = { 0 };

  fail_unless_equals_int_hex (read_at (address, data, length), U3V_SUCCESS);
  return gst_ffs_get_u64 (data);
}

static guint16
set (guint64 address, guint length, guint64 value)
{
  guint8 data[8];

  gst_ffs_put_u64 (data, value);
  return gst_ffs_u3v_camera_write (camera, address, data, length, &effect);
}

static guint16
set_double (guint64 address, gdouble value)
{
  guint8 data[8];

  GST_WRITE_DOUBLE_LE (data, value);
  return gst_ffs_u3v_camera_write (camera, address, data, 8, &effect);
}

#define expect_set(status, ...) \
    fail_unless_equals_int_hex (set (__VA_ARGS__), status)

static void
expect_caps (const gchar * text)
{
  GstCaps *caps = gst_ffs_u3v_camera_get_caps (camera);
  GstCaps *wanted = gst_caps_from_string (text);

  fail_unless (gst_caps_is_equal (caps, wanted), "%" GST_PTR_FORMAT, caps);
  gst_caps_unref (caps);
  gst_caps_unref (wanted);
}

static void
set_transfers (guint32 size, guint32 count, guint32 final1, guint32 final2)
{
  expect_set (U3V_SUCCESS, SIRM + SI_MAX_LEADER, 4, 1024);
  expect_set (U3V_SUCCESS, SIRM + SI_MAX_TRAILER, 4, 1024);
  expect_set (U3V_SUCCESS, SIRM + SI_PAYLOAD_SIZE, 4, size);
  expect_set (U3V_SUCCESS, SIRM + SI_PAYLOAD_COUNT, 4, count);
  expect_set (U3V_SUCCESS, SIRM + SI_FINAL1_SIZE, 4, final1);
  expect_set (U3V_SUCCESS, SIRM + SI_FINAL2_SIZE, 4, final2);
}

static void
start (void)
{
  expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  fail_if (effect.start || effect.stop);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_ACQUISITION_START, 4, 1);
  fail_unless (effect.start && !effect.stop);
}

/* From the first register to the description, as a host goes. */
GST_START_TEST (test_bootstrap)
{
  guint64 sbrm = get (ABRM + ABRM_SBRM, 8), sirm, manifest, address, size;
  gchar text[ABRM_STRING_LENGTH];
  gchar *xml, *sha1;
  guint8 sum[20];
  guint i;

  fail_unless_equals_int (read_at (0x04, text, 64), U3V_SUCCESS);
  fail_unless_equals_string (text, "Maker & Söhne");
  fail_unless_equals_int (read_at (0x44, text, 64), U3V_SUCCESS);
  fail_unless_equals_string (text, "Camera <1>");
  fail_unless_equals_int (read_at (0x144, text, 64), U3V_SUCCESS);
  fail_unless_equals_string (text, "4711");

  sirm = get (sbrm + SBRM_SIRM, 8);
  fail_unless_equals_int (get (sbrm + SBRM_MAX_COMMAND, 4), U3V_MAX_COMMAND);
  fail_unless_equals_int (get (sbrm + SBRM_MAX_ANSWER, 4), U3V_MAX_ANSWER);
  fail_unless_equals_int (1 << (get (sirm + SI_INFO, 4) >> 24), 1024);
  fail_unless_equals_int (get (sirm + SI_REQUIRED_LEADER, 4), 52);
  fail_unless_equals_int (get (sirm + SI_REQUIRED_TRAILER, 4), 32);
  fail_unless_equals_int (get (sirm + SI_REQUIRED_PAYLOAD, 8), 640 * 480 * 2);

  manifest = get (ABRM + ABRM_MANIFEST, 8);
  fail_unless_equals_int (get (manifest, 8), 1);
  address = get (manifest + 16, 8);
  size = get (manifest + 24, 8);
  fail_unless_equals_int (read_at (manifest + 32, sum, 20), U3V_SUCCESS);
  xml = g_malloc0 (size + 1);
  fail_unless_equals_int (read_at (address, xml, size), U3V_SUCCESS);
  fail_unless (g_str_has_suffix (xml, "</RegisterDescription>\n"));
  sha1 = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (guchar *) xml, size);
  for (i = 0; i < 20; i++)
    fail_unless_equals_int (sum[i], strtoul ((gchar[]) {
            sha1[2 * i], sha1[2 * i + 1], 0}
          , NULL, 16));
  g_free (sha1);
  g_free (xml);
}

GST_END_TEST;

GST_START_TEST (test_addresses)
{
  const struct
  {
    guint64 address;
    guint length;
  } blocks[] = {
    {ABRM, ABRM_LENGTH}, {SBRM, SBRM_LENGTH}, {SIRM, SIRM_LENGTH},
    {MANIFEST, MANIFEST_LENGTH}, {CONTROLS, 4 * CONTROL_LENGTH}
  };
  guint8 data[1024];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (blocks); i++) {
    guint64 a = blocks[i].address;
    guint n = blocks[i].length;

    fail_unless_equals_int_hex (read_at (a, data, n), U3V_SUCCESS);
    fail_unless_equals_int_hex (read_at (a + n - 1, data, 1), U3V_SUCCESS);
    fail_unless_equals_int_hex (read_at (a, data, n + 1), U3V_INVALID_ADDRESS);
    fail_unless_equals_int_hex (read_at (a + n - 1, data, 2),
        U3V_INVALID_ADDRESS);
    fail_unless_equals_int_hex (read_at (a + n, data, 1), U3V_INVALID_ADDRESS);
    if (a > 0)
      fail_unless_equals_int_hex (read_at (a - 1, data, 2),
          U3V_INVALID_ADDRESS);
  }
  /* Round the end of all addresses. */
  for (i = 1; i < 1024; i++) {
    fail_unless_equals_int_hex (read_at (0 - (guint64) i, data, 1024),
        U3V_INVALID_ADDRESS);
    fail_unless_equals_int_hex (gst_ffs_u3v_camera_write (camera,
            0 - (guint64) i, data, 1024, &effect), U3V_INVALID_ADDRESS);
  }
}

GST_END_TEST;

GST_START_TEST (test_access)
{
  guint8 data[16] = { 0 };

  /* Text is written in parts, numbers are not. */
  fail_unless_equals_int_hex (gst_ffs_u3v_camera_write (camera,
          ABRM + ABRM_USER_NAME + 1, (guint8 *) "left", 5, &effect),
      U3V_SUCCESS);
  expect_set (U3V_BAD_ALIGNMENT, FEATURES + FEATURE_WIDTH, 2, 320);
  expect_set (U3V_BAD_ALIGNMENT, FEATURES + FEATURE_WIDTH + 2, 2, 0);
  expect_set (U3V_BAD_ALIGNMENT, FEATURES + FEATURE_WIDTH, 5, 320);
  expect_set (U3V_WRITE_PROTECT, ABRM + ABRM_MODEL, 4, 0);
  expect_set (U3V_WRITE_PROTECT, FEATURES + FEATURE_PAYLOAD_SIZE, 8, 1);
  expect_set (U3V_WRITE_PROTECT, MANIFEST, 8, 1);
  expect_set (U3V_WRITE_PROTECT, XML, 8, 1);
  /* Nothing of it is done if any of it is forbidden. */
  expect_set (U3V_WRITE_PROTECT, SIRM + SI_CONTROL, 8, 1);
  fail_unless_equals_int (get (SIRM + SI_CONTROL, 4), 0);
  fail_unless_equals_int_hex (read_at (FEATURES + FEATURE_ACQUISITION_START,
          data, 4), U3V_ACCESS_DENIED);
  fail_unless_equals_int_hex (read_at (FEATURES, data, 16 + 1),
      U3V_ACCESS_DENIED);
  fail_unless_equals_int_hex (read_at (FEATURES, data, 16), U3V_SUCCESS);
  /* Two neighbours at once. */
  expect_set (U3V_SUCCESS, FEATURES, 8, G_GUINT64_CONSTANT (240) << 32 | 320);
  fail_unless_equals_int (get (FEATURES + FEATURE_WIDTH, 4), 320);
  fail_unless_equals_int (get (FEATURES + FEATURE_HEIGHT, 4), 240);
}

GST_END_TEST;

GST_START_TEST (test_select)
{
  guint64 caps;

  expect_caps ("video/x-raw(ANY), format=YUY2, width=640, height=480, "
      "framerate=30/1");
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_WIDTH, 4, 641);
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_WIDTH, 4, 0);
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_WIDTH, 4, 800);
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_WIDTH, 4, 0xffffffff);
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_PIXEL_FORMAT, 4,
      0x02180014);
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_OFFSET_X, 4, 1);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_OFFSET_X, 4, 0);
  fail_unless_equals_int (get (FEATURES + FEATURE_WIDTH, 4), 640);
  fail_unless_equals_int (get (FEATURES + FEATURE_WIDTH_MAX, 4), 640);

  /* Bayer has no picture of that size, which is checked at the start. */
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_WIDTH, 4, 320);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_PIXEL_FORMAT, 4, RGGB);
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_ACQUISITION_START, 4,
      1);
  expect_set (U3V_INVALID_PARAMETER, SIRM + SI_CONTROL, 4, 1);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_HEIGHT, 4, 240);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_PIXEL_FORMAT, 4, GRAY8);
  fail_unless_equals_int (get (FEATURES + FEATURE_PAYLOAD_SIZE, 8), 320 * 240);
  fail_unless_equals_int (get (SIRM + SI_REQUIRED_PAYLOAD, 8), 320 * 240);
  fail_unless_equals_int (set_double (FEATURES + FEATURE_FRAME_RATE, 14), 0);
  caps = get (FEATURES + FEATURE_FRAME_RATE, 8);
  fail_unless (gst_ffs_u3v_read_double ((guint8 *) & caps) == 15);
  expect_caps ("video/x-raw(ANY), format=GRAY8, width=320, height=240, "
      "framerate=15/1");
  fail_unless_equals_int (set_double (FEATURES + FEATURE_FRAME_RATE, 600),
      U3V_INVALID_PARAMETER);
  fail_unless_equals_int (set_double (FEATURES + FEATURE_FRAME_RATE,
          0.0 / 0.0), U3V_INVALID_PARAMETER);

  /* Even for the caps, but a row of Bayer is a multiple of four. */
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_PIXEL_FORMAT, 4, RGGB);
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_WIDTH, 4, 62);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_WIDTH, 4, 64);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_HEIGHT, 4, 9);
  expect_caps ("video/x-bayer(ANY), format=rggb, width=64, height=9");
}

GST_END_TEST;

#define FEATURE(name) FEATURES + FEATURE_##name, 4

/* A size that upstream does not have, or with an offset, is a region of its largest
 * picture. A value that fits into no picture is rejected at once. */
GST_START_TEST (test_region)
{
  GstFfsU3vSelection caps = {
    gst_ffs_u3v_format_from_code (YUY2), 640, 480, 30, 1, 0, 0
  };
  GstFfsU3vArrival arrival = { 200 * 100 * 2, 1, 1, FALSE, 400, 200 };
  GstFfsU3vSelection region;
  GstFfsU3vFrame frame;

  fail_unless (!gst_ffs_u3v_camera_get_region (camera, &caps, &region));
  fail_unless_equals_int (get (FEATURE (OFFSET_X_LIMIT)), 0);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_X), 4);
  expect_set (U3V_SUCCESS, FEATURE (WIDTH), 200);
  expect_set (U3V_SUCCESS, FEATURE (HEIGHT), 100);
  fail_unless_equals_int (get (FEATURE (OFFSET_X_LIMIT)), 440);
  fail_unless_equals_int (get (FEATURE (OFFSET_Y_LIMIT)), 380);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_X), 444);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_X), 2);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_X), 0xfffffffc);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_Y), 382);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_Y), 1);
  expect_set (U3V_SUCCESS, FEATURE (OFFSET_X), 400);
  expect_set (U3V_SUCCESS, FEATURE (OFFSET_Y), 200);
  fail_unless_equals_int (get (FEATURE (WIDTH_LIMIT)), 240);
  fail_unless_equals_int (get (FEATURE (HEIGHT_LIMIT)), 280);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (WIDTH), 244);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (WIDTH), 202);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (HEIGHT), 480);
  fail_unless_equals_int (get (FEATURE (WIDTH)), 200);
  fail_unless_equals_int (get (FEATURES + FEATURE_PAYLOAD_SIZE, 8), 40000);
  expect_caps ("video/x-raw(ANY), format=YUY2, width=640, height=480, "
      "framerate=30/1");
  fail_unless (gst_ffs_u3v_camera_wants (camera, &caps));
  fail_unless (gst_ffs_u3v_camera_get_region (camera, &caps, &region));
  fail_unless_equals_int (region.x, 400);
  fail_unless_equals_int (region.y, 200);
  fail_unless_equals_int (region.width, 200);
  fail_unless_equals_int (region.height, 100);

  set_transfers (1024 * 1024, 0, 40 * 1024, 0);
  start ();
  expect_set (U3V_ACCESS_DENIED, FEATURE (OFFSET_X), 0);
  fail_unless (gst_ffs_u3v_camera_take_frame (camera, &caps, &arrival, &frame));
  fail_unless_equals_int (frame.selection.x, 400);
  fail_unless_equals_int (frame.selection.height, 100);
  /* A frame whose region was read before the host moved it. */
  arrival.number++;
  arrival.x = 0;
  fail_if (gst_ffs_u3v_camera_take_frame (camera, &caps, &arrival, &frame));

  /* A size that upstream has is upstream's own picture. */
  gst_ffs_u3v_camera_reset (camera, &effect);
  expect_set (U3V_SUCCESS, FEATURE (OFFSET_X), 0);
  expect_set (U3V_SUCCESS, FEATURE (OFFSET_Y), 0);
  expect_set (U3V_SUCCESS, FEATURE (PIXEL_FORMAT), GRAY8);
  expect_set (U3V_SUCCESS, FEATURE (WIDTH), 320);
  expect_set (U3V_SUCCESS, FEATURE (HEIGHT), 240);
  expect_caps ("video/x-raw(ANY), format=GRAY8, width=320, height=240, "
      "framerate=30/1");
  expect_set (U3V_SUCCESS, FEATURE (OFFSET_X), 4);
  expect_caps ("video/x-raw(ANY), format=GRAY8, width=640, height=240, "
      "framerate=30/1");
  expect_set (U3V_SUCCESS, FEATURE (USER_SET_LOAD), 1);
  fail_unless_equals_int (get (FEATURE (OFFSET_X)), 0);
}

GST_END_TEST;

/* A sensor that bins in both directions only: setting one factor sets both. The
 * region is one of the binned picture. */
GST_START_TEST (test_binning)
{
  GstCaps *caps = gst_caps_from_string ("video/x-raw, format=YUY2, "
      "width=1920, height=1080, framerate=30/1; "
      "video/x-raw, format=YUY2, width=960, height=540, framerate=30/1; "
      "video/x-raw, format=YUY2, width=800, height={540, 600}, "
      "framerate=30/1; "
      "video/x-raw, format=GRAY8, width=1920, height=1080, framerate=30/1");

  /* No size is a multiple of another one. */
  expect_set (U3V_SUCCESS, FEATURE (BINNING_X), 1);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (BINNING_X), 3);
  tear_down ();
  camera = gst_ffs_u3v_camera_new (&identity, gst_ffs_u3v_offer_new (caps),
      controls, G_N_ELEMENTS (controls));
  gst_caps_unref (caps);

  expect_set (U3V_SUCCESS, FEATURE (WIDTH), 1920);
  expect_set (U3V_SUCCESS, FEATURE (HEIGHT), 1080);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (BINNING_X), 0);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (BINNING_X), 3);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (BINNING_Y), 0x80000002);
  expect_set (U3V_SUCCESS, FEATURE (BINNING_X), 2);
  fail_unless_equals_int (get (FEATURE (BINNING_Y)), 2);
  fail_unless_equals_int (get (FEATURE (WIDTH)), 960);
  fail_unless_equals_int (get (FEATURE (HEIGHT_MAX)), 540);
  expect_caps ("video/x-raw(ANY), format=YUY2, width=960, height=540, "
      "framerate=30/1");
  /* Upstream has 800x600, but the binned picture is smaller. */
  expect_set (U3V_INVALID_PARAMETER, FEATURE (HEIGHT), 600);
  /* Upstream has 800x540 too, but binning selects a region. */
  expect_set (U3V_SUCCESS, FEATURE (WIDTH), 800);
  expect_caps ("video/x-raw(ANY), format=YUY2, width=960, height=540, "
      "framerate=30/1");
  expect_set (U3V_SUCCESS, FEATURE (OFFSET_X), 160);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_X), 164);
  expect_caps ("video/x-raw(ANY), format=YUY2, width=960, height=540, "
      "framerate=30/1");
  /* Setting the same binning keeps the region. */
  expect_set (U3V_SUCCESS, FEATURE (BINNING_Y), 2);
  fail_unless_equals_int (get (FEATURE (WIDTH)), 800);
  expect_set (U3V_SUCCESS, FEATURE (PIXEL_FORMAT), GRAY8);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (ACQUISITION_START), 1);
  expect_set (U3V_SUCCESS, FEATURE (BINNING_Y), 1);
  fail_unless_equals_int (get (FEATURE (WIDTH)), 1920);
  fail_unless_equals_int (get (FEATURE (OFFSET_X)), 0);
  expect_set (U3V_SUCCESS, FEATURE (ACQUISITION_START), 1);
  expect_set (U3V_ACCESS_DENIED, FEATURE (BINNING_X), 1);
}

GST_END_TEST;

/* Factors are apart where upstream has the pictures. */
GST_START_TEST (test_binning_apart)
{
  GstCaps *caps = gst_caps_from_string ("video/x-raw, format=YUY2, "
      "width={1920, 960}, height={1080, 540}, framerate=30/1; "
      "video/x-raw, format=YUY2, width=480, height=270, framerate=30/1");

  tear_down ();
  camera = gst_ffs_u3v_camera_new (&identity, gst_ffs_u3v_offer_new (caps),
      controls, G_N_ELEMENTS (controls));
  gst_caps_unref (caps);

  expect_set (U3V_SUCCESS, FEATURE (BINNING_Y), 2);
  fail_unless_equals_int (get (FEATURE (BINNING_X)), 1);
  expect_caps ("video/x-raw(ANY), format=YUY2, width=1920, height=540, "
      "framerate=30/1");
  expect_set (U3V_SUCCESS, FEATURE (OFFSET_X), 0);
  expect_set (U3V_SUCCESS, FEATURE (BINNING_X), 2);
  fail_unless_equals_int (get (FEATURE (BINNING_Y)), 2);
  expect_caps ("video/x-raw(ANY), format=YUY2, width=960, height=540, "
      "framerate=30/1");
  expect_set (U3V_SUCCESS, FEATURE (BINNING_Y), 1);
  fail_unless_equals_int (get (FEATURE (BINNING_X)), 2);
  fail_unless_equals_int (get (FEATURE (HEIGHT)), 1080);
  expect_caps ("video/x-raw(ANY), format=YUY2, width=960, height=1080, "
      "framerate=30/1");

  /* 4 is there in both directions only, and the way back is by both too. */
  expect_set (U3V_SUCCESS, FEATURE (BINNING_X), 4);
  fail_unless_equals_int (get (FEATURE (BINNING_Y)), 4);
  expect_set (U3V_SUCCESS, FEATURE (BINNING_X), 2);
  fail_unless_equals_int (get (FEATURE (BINNING_Y)), 2);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (BINNING_X), 3);
  fail_unless_equals_int (get (FEATURE (BINNING_X)), 2);
  expect_set (U3V_SUCCESS, FEATURE (USER_SET_LOAD), 1);
  fail_unless_equals_int (get (FEATURE (BINNING_X)), 1);
  fail_unless_equals_int (get (FEATURE (BINNING_Y)), 1);
}

GST_END_TEST;

GST_START_TEST (test_locked)
{
  set_transfers (1024 * 1024, 0, 640 * 480 * 2, 0);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_PARAMS_LOCKED, 4, 1);
  expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_WIDTH, 4, 640);
  expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_PIXEL_FORMAT, 4, YUY2);
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_PARAMS_LOCKED, 4, 2);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_PARAMS_LOCKED, 4, 0);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_WIDTH, 4, 640);

  expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_WIDTH, 4, 640);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_ACQUISITION_MODE, 4, 1);
  fail_unless_equals_int (set_double (FEATURES + FEATURE_FRAME_RATE, 20), 0);
  start ();
  expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_ACQUISITION_MODE, 4, 0);
  fail_unless_equals_int_hex (set_double (FEATURES + FEATURE_FRAME_RATE, 20),
      U3V_ACCESS_DENIED);
  fail_unless_equals_int (get (FEATURES + FEATURE_PARAMS_LOCKED, 4), 1);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_PARAMS_LOCKED, 4, 0);
  expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_WIDTH, 4, 640);
  expect_set (U3V_ACCESS_DENIED, SIRM + SI_PAYLOAD_SIZE, 4, 1024);
  fail_unless_equals_int (get (FEATURES + FEATURE_PARAMS_LOCKED, 4), 1);
  /* Features that can be set while streaming. */
  expect_set (U3V_SUCCESS, CONTROLS, 8, 5);

  expect_set (U3V_SUCCESS, FEATURES + FEATURE_ACQUISITION_STOP, 4, 1);
  fail_unless (effect.stop && !effect.start);
  expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_WIDTH, 4, 640);
  expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 0);
  fail_if (effect.stop);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_WIDTH, 4, 640);
}

GST_END_TEST;

GST_START_TEST (test_flow)
{
  guint8 data[MANIFEST_LENGTH];

  /* Nothing said about transfers yet. */
  expect_set (U3V_SI_INCONSISTENT, SIRM + SI_CONTROL, 4, 1);
  fail_unless_equals_int (get (SIRM + SI_CONTROL, 4), 0);
  expect_set (U3V_SI_NOT_ALIGNED, SIRM + SI_PAYLOAD_SIZE, 4, 1000);
  expect_set (U3V_SI_NOT_ALIGNED, SIRM + SI_FINAL1_SIZE, 4, 1);
  expect_set (U3V_SI_NOT_ALIGNED, SIRM + SI_MAX_LEADER, 4, 52);
  set_transfers (65536, 9, 23 * 1024, 0);
  expect_set (U3V_SI_INCONSISTENT, SIRM + SI_CONTROL, 4, 1);
  set_transfers (65536, 9, 24 * 1024, 0);
  expect_set (U3V_SUCCESS, SIRM + SI_MAX_LEADER, 4, 0);
  expect_set (U3V_SI_INCONSISTENT, SIRM + SI_CONTROL, 4, 1);
  set_transfers (65536, 9, 23 * 1024, 1024);
  expect_set (U3V_INVALID_PARAMETER, SIRM + SI_CONTROL, 4, 2);
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_ACQUISITION_START, 4,
      0);

  /* As Aravis has it: all in one. */
  expect_set (U3V_SUCCESS, FEATURES, 8, G_GUINT64_CONSTANT (9) << 32 | 4);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_PIXEL_FORMAT, 4, RGGB);
  set_transfers (36, 1, 0, 0);
  expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  expect_set (U3V_ACCESS_DENIED, SIRM + SI_PAYLOAD_SIZE, 4, 36);
  expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 0);
  expect_set (U3V_SI_NOT_ALIGNED, SIRM + SI_PAYLOAD_SIZE, 4, 35);
  expect_set (U3V_SUCCESS, FEATURES, 8, G_GUINT64_CONSTANT (480) << 32 | 640);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_PIXEL_FORMAT, 4, YUY2);
  set_transfers (65536, 9, 23 * 1024, 1024);

  start ();
  fail_unless_equals_int (get (SIRM + SI_CONTROL, 4), 1);
  /* A repeated start does not restart. */
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_ACQUISITION_START, 4, 1);
  fail_if (effect.start || effect.stop);
  expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  fail_if (effect.start || effect.stop);
  expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 0);
  fail_unless (effect.stop && !effect.start);
  /* The other order. */
  expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  fail_unless (effect.start && !effect.stop);
  fail_unless (gst_ffs_u3v_camera_is_slow (camera, SIRM + SI_CONTROL, 4, TRUE));
  fail_if (gst_ffs_u3v_camera_is_slow (camera, SIRM + SI_CONTROL, 4, FALSE));

  /* The host is gone: once, and then all is as it was. */
  gst_ffs_u3v_camera_reset (camera, &effect);
  fail_unless (effect.stop && !effect.start);
  gst_ffs_u3v_camera_reset (camera, &effect);
  fail_if (effect.stop || effect.start);
  fail_unless_equals_int (get (FEATURES + FEATURE_PARAMS_LOCKED, 4), 0);
  fail_unless_equals_int (get (SIRM + SI_CONTROL, 4), 0);

  /* Nobody saw it go, but here is the next one. */
  start ();
  fail_unless (gst_ffs_u3v_camera_is_slow (camera, MANIFEST, 8, FALSE));
  fail_unless_equals_int (read_at (MANIFEST, data, 8), U3V_SUCCESS);
  fail_unless (effect.stop && !effect.start);
  fail_unless_equals_int (read_at (MANIFEST, data, MANIFEST_LENGTH), 0);
  fail_if (effect.stop || effect.start);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_WIDTH, 4, 640);
}

GST_END_TEST;

static gboolean
take (const GstFfsU3vSelection * caps, guint64 size, guint64 number,
    gboolean corrupted, GstFfsU3vFrame * frame)
{
  const GstFfsU3vArrival arrival = {
    size, number, number, corrupted, 0, 0
  };

  return gst_ffs_u3v_camera_take_frame (camera, caps, &arrival, frame);
}

GST_START_TEST (test_frames)
{
  GstFfsU3vSelection caps = {
    gst_ffs_u3v_format_from_code (YUY2), 640, 480, 30, 1, 0, 0
  };
  const guint64 size = 640 * 480 * 2;
  GstFfsU3vFrame frame;

  set_transfers (65536, 9, 24 * 1024, 0);
  fail_if (take (&caps, size, 0, FALSE, &frame));
  start ();
  fail_unless (take (&caps, size, 100, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 0);
  fail_unless_equals_int (frame.status, U3V_SUCCESS);
  /* It could not be sent at once. */
  fail_unless (take (&caps, size, 100, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 0);
  fail_unless (take (&caps, size, 101, TRUE, &frame));
  fail_unless_equals_uint64 (frame.number, 1);
  fail_unless_equals_int (frame.status, U3V_DATA_DISCARDED);
  /* In the host's last transfer; in the one before; in none. */
  fail_unless (take (&caps, size - 1, 102, FALSE, &frame));
  fail_unless_equals_int (frame.status, U3V_DATA_DISCARDED);
  fail_if (take (&caps, 9 * 65536, 103, FALSE, &frame));
  fail_if (take (&caps, size + 1, 103, FALSE, &frame));
  caps.width = 320;
  fail_unless (!gst_ffs_u3v_camera_wants (camera, &caps));
  fail_if (take (&caps, size, 104, FALSE, &frame));
  caps.width = 640;
  fail_unless (gst_ffs_u3v_camera_wants (camera, &caps));

  gst_ffs_u3v_camera_reset (camera, &effect);
  expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_ACQUISITION_MODE, 4, 3);
  expect_set (U3V_SUCCESS, FEATURES + FEATURE_ACQUISITION_MODE, 4,
      MODE_SINGLE_FRAME);
  start ();
  fail_unless (take (&caps, size, 105, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 0);
  fail_if (take (&caps, size, 106, FALSE, &frame));
}

GST_END_TEST;

/* Several, and an acquisition that has ended by itself begins anew without
 * being stopped. */
GST_START_TEST (test_multi_frame)
{
  GstFfsU3vSelection caps = {
    gst_ffs_u3v_format_from_code (YUY2), 640, 480, 30, 1, 0, 0
  };
  const guint64 size = 640 * 480 * 2;
  GstFfsU3vFrame frame;

  set_transfers (65536, 9, 24 * 1024, 0);
  fail_unless_equals_int (get (FEATURE (FRAME_COUNT)), 1);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (FRAME_COUNT), 0);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (FRAME_COUNT), 0x80000000);
  expect_set (U3V_SUCCESS, FEATURE (FRAME_COUNT), 2);
  expect_set (U3V_SUCCESS, FEATURE (ACQUISITION_MODE), MODE_MULTI_FRAME);
  start ();
  expect_set (U3V_ACCESS_DENIED, FEATURE (FRAME_COUNT), 3);
  fail_unless_equals_int (get (FEATURE (FRAME_COUNT)), 2);

  fail_unless (take (&caps, size, 10, FALSE, &frame));
  fail_unless (take (&caps, size, 11, FALSE, &frame));
  /* The last one again, which could not be sent at once. */
  fail_unless (take (&caps, size, 11, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 1);
  fail_if (take (&caps, size, 12, FALSE, &frame));

  expect_set (U3V_SUCCESS, FEATURE (ACQUISITION_START), 1);
  fail_if (effect.start || effect.stop);
  fail_unless (take (&caps, size, 13, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 2);
  /* It has not ended, so this is the same one. */
  expect_set (U3V_SUCCESS, FEATURE (ACQUISITION_START), 1);
  fail_unless (take (&caps, size, 14, FALSE, &frame));
  fail_if (take (&caps, size, 15, FALSE, &frame));
}

GST_END_TEST;

/* Frames have their numbers for timestamps here. */
GST_START_TEST (test_trigger)
{
  GstFfsU3vSelection caps = {
    gst_ffs_u3v_format_from_code (YUY2), 640, 480, 30, 1, 0, 0
  };
  const guint64 size = 640 * 480 * 2;
  GstFfsU3vFrame frame;
  guint i;

  set_transfers (65536, 9, 24 * 1024, 0);
  fail_unless_equals_int (get (FEATURE (TRIGGER_MODE)), 0);
  expect_set (U3V_INVALID_PARAMETER, FEATURE (TRIGGER_MODE), 2);
  /* There is nothing to trigger. */
  expect_set (U3V_WRONG_CONFIG, FEATURE (TRIGGER_SOFTWARE), 1);
  expect_set (U3V_SUCCESS, FEATURE (TRIGGER_MODE), 1);
  fail_unless_equals_int (get (FEATURE (TRIGGER_MODE)), 1);
  expect_set (U3V_WRONG_CONFIG, FEATURE (TRIGGER_SOFTWARE), 1);
  fail_if (effect.trigger);
  start ();
  fail_if (take (&caps, size, 10, FALSE, &frame));

  expect_set (U3V_INVALID_PARAMETER, FEATURE (TRIGGER_SOFTWARE), 0);
  expect_set (U3V_SUCCESS, FEATURE (TRIGGER_SOFTWARE), 1);
  fail_unless (effect.trigger);
  gst_ffs_u3v_camera_trigger (camera, 13);
  /* Captured before the trigger, and after; one for one. */
  fail_if (take (&caps, size, 12, FALSE, &frame));
  fail_unless (take (&caps, size, 13, FALSE, &frame));
  fail_unless (take (&caps, size, 13, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 0);
  fail_if (take (&caps, size, 14, FALSE, &frame));

  /* A second one while the first waits has no effect, on its time neither. */
  gst_ffs_u3v_camera_trigger (camera, 20);
  gst_ffs_u3v_camera_trigger (camera, 30);
  fail_unless (take (&caps, size, 20, FALSE, &frame));
  fail_if (take (&caps, size, 40, FALSE, &frame));

  /* Without a clock the next one; with timestamps of another clock one of the
   * next ones. */
  gst_ffs_u3v_camera_trigger (camera, GST_CLOCK_TIME_NONE);
  fail_unless (take (&caps, size, 41, FALSE, &frame));
  gst_ffs_u3v_camera_trigger (camera, GST_SECOND);
  for (i = 0; i < 1000 && !take (&caps, size, 50 + i, FALSE, &frame); i++);
  fail_unless (i > 100 && i < 1000);

  /* A wait is left by switching triggers off, and nothing of it is left. */
  gst_ffs_u3v_camera_trigger (camera, 0);
  expect_set (U3V_SUCCESS, FEATURE (TRIGGER_MODE), 0);
  fail_unless (take (&caps, size, 2000, FALSE, &frame));
  expect_set (U3V_SUCCESS, FEATURE (TRIGGER_MODE), 1);
  fail_if (take (&caps, size, 2001, FALSE, &frame));
  /* Nor in the next stream. */
  gst_ffs_u3v_camera_trigger (camera, 0);
  expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 0);
  expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  fail_if (take (&caps, size, 3000, FALSE, &frame));
}

GST_END_TEST;

GST_START_TEST (test_timestamp)
{
  expect_set (U3V_WRITE_PROTECT, ABRM + ABRM_TIMESTAMP, 8, 1);
  expect_set (U3V_INVALID_PARAMETER, ABRM + ABRM_TIMESTAMP_LATCH, 4, 0);
  fail_if (effect.latch);
  expect_set (U3V_SUCCESS, ABRM + ABRM_TIMESTAMP_LATCH, 4, 1);
  fail_unless (effect.latch);
  fail_unless_equals_int (get (ABRM + ABRM_TIMESTAMP_LATCH, 4), 0);
  gst_ffs_u3v_camera_store_time (camera, 123 * GST_SECOND);
  fail_unless_equals_uint64 (get (ABRM + ABRM_TIMESTAMP, 8), 123 * GST_SECOND);
  fail_unless_equals_uint64 (get (ABRM + ABRM_TIMESTAMP_INCREMENT, 8), 1);
  gst_ffs_u3v_camera_store_time (camera, GST_CLOCK_TIME_NONE);
  fail_unless_equals_uint64 (get (ABRM + ABRM_TIMESTAMP, 8), 0);
}

GST_END_TEST;

static void
expect_defaults (void)
{
  fail_unless (effect.defaults);
  expect_caps ("video/x-raw(ANY), format=YUY2, width=640, height=480, "
      "framerate=30/1");
  fail_unless_equals_int (get (FEATURE (WIDTH)), 640);
  fail_unless_equals_int (get (FEATURE (ACQUISITION_MODE)), MODE_CONTINUOUS);
  fail_unless_equals_int (get (FEATURE (FRAME_COUNT)), 1);
  fail_unless_equals_int (get (FEATURE (TRIGGER_MODE)), 0);
}

static void
change_all (void)
{
  expect_set (U3V_SUCCESS, FEATURE (WIDTH), 320);
  expect_set (U3V_SUCCESS, FEATURE (HEIGHT), 240);
  expect_set (U3V_SUCCESS, FEATURE (PIXEL_FORMAT), GRAY8);
  fail_unless_equals_int (set_double (FEATURES + FEATURE_FRAME_RATE, 15), 0);
  expect_set (U3V_SUCCESS, FEATURE (ACQUISITION_MODE), MODE_MULTI_FRAME);
  expect_set (U3V_SUCCESS, FEATURE (FRAME_COUNT), 7);
  expect_set (U3V_SUCCESS, FEATURE (TRIGGER_MODE), 1);
}

GST_START_TEST (test_defaults)
{
  change_all ();
  expect_set (U3V_INVALID_PARAMETER, FEATURE (USER_SET_LOAD), 0);
  expect_set (U3V_SUCCESS, FEATURE (PARAMS_LOCKED), 1);
  expect_set (U3V_ACCESS_DENIED, FEATURE (USER_SET_LOAD), 1);
  fail_if (effect.defaults);
  fail_unless_equals_int (get (FEATURE (WIDTH)), 320);
  expect_set (U3V_SUCCESS, FEATURE (PARAMS_LOCKED), 0);
  expect_set (U3V_SUCCESS, FEATURE (USER_SET_LOAD), 1);
  expect_defaults ();

  /* A reset is for a camera that does anything. */
  change_all ();
  set_transfers (65536, 9, 24 * 1024, 0);
  start ();
  expect_set (U3V_INVALID_PARAMETER, FEATURE (DEVICE_RESET), 0);
  fail_unless (gst_ffs_u3v_camera_is_slow (camera, FEATURE (DEVICE_RESET),
          TRUE));
  expect_set (U3V_SUCCESS, FEATURE (DEVICE_RESET), 1);
  fail_unless (effect.stop && !effect.start);
  expect_defaults ();
  fail_unless_equals_int (get (FEATURE (PARAMS_LOCKED)), 0);
  fail_unless_equals_int (get (SIRM + SI_CONTROL, 4), 0);
  fail_unless_equals_int (get (SIRM + SI_PAYLOAD_SIZE, 4), 0);

  /* Features with one choice. */
  expect_set (U3V_INVALID_PARAMETER, FEATURE (ONLY_CHOICE), 1);
  expect_set (U3V_SUCCESS, FEATURE (ONLY_CHOICE), 0);
}

GST_END_TEST;

GST_START_TEST (test_controls)
{
  guint64 bits;

  expect_set (U3V_SUCCESS, CONTROLS, 8, 5);
  fail_unless_equals_int (effect.control, 0);
  fail_unless (effect.value == 5);
  expect_set (U3V_INVALID_PARAMETER, CONTROLS, 8, 4);
  fail_unless_equals_int (effect.control, -1);
  fail_unless_equals_int (set_double (CONTROLS + 8, 2.25), U3V_SUCCESS);
  fail_unless_equals_int (effect.control, 1);
  fail_unless (effect.value == 2.25);
  fail_unless_equals_int (set_double (CONTROLS + 8, 1 / 0.0),
      U3V_INVALID_PARAMETER);
  fail_unless_equals_int (set_double (CONTROLS + 8, -1.6),
      U3V_INVALID_PARAMETER);
  expect_set (U3V_SUCCESS, CONTROLS + 16, 8, (guint64) - 10);
  fail_unless (effect.value == -10);
  expect_set (U3V_INVALID_PARAMETER, CONTROLS + 16, 8, (guint64) - 11);
  expect_set (U3V_INVALID_PARAMETER, CONTROLS + 16, 8, G_MAXINT64);
  expect_set (U3V_INVALID_ADDRESS, CONTROLS + 32, 8, 0);

  fail_unless_equals_int (gst_ffs_u3v_camera_next_control (camera,
          CONTROLS + 7, 2, -1), 0);
  fail_unless_equals_int (gst_ffs_u3v_camera_next_control (camera,
          CONTROLS + 7, 2, 0), 1);
  fail_unless_equals_int (gst_ffs_u3v_camera_next_control (camera,
          CONTROLS + 7, 2, 1), -1);
  gst_ffs_u3v_camera_store_control (camera, 1, -0.5);
  bits = get (CONTROLS + 8, 8);
  fail_unless (gst_ffs_u3v_read_double ((guint8 *) & bits) == -0.5);
  gst_ffs_u3v_camera_store_control (camera, 2, -3);
  fail_unless_equals_int64 ((gint64) get (CONTROLS + 16, 8), -3);
}

GST_END_TEST;

/* A host takes an exposure time for a float, though the source counts in whole
 * ones. */
GST_START_TEST (test_float_of_whole)
{
  const guint64 address = CONTROLS + 24;
  guint64 bits;

  fail_unless_equals_int (set_double (address, 1234.4), U3V_SUCCESS);
  fail_unless_equals_int (effect.control, 3);
  fail_unless (effect.value == 1234);
  /* It computed with what it read, and has lost a little. */
  fail_unless_equals_int (set_double (address, 33300.0001), U3V_SUCCESS);
  fail_unless (effect.value == 33300);
  fail_unless_equals_int (set_double (address, 33301), U3V_INVALID_PARAMETER);
  fail_unless_equals_int (set_double (address, 0.0 / 0.0),
      U3V_INVALID_PARAMETER);
  fail_unless_equals_int (effect.control, -1);
  gst_ffs_u3v_camera_store_control (camera, 3, 2000);
  bits = get (address, 8);
  fail_unless (gst_ffs_u3v_read_double ((guint8 *) & bits) == 2000);
}

GST_END_TEST;

static Suite *
u3v_camera_suite (void)
{
  Suite *s = suite_create ("u3v-camera");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, test_bootstrap);
  tcase_add_test (tc, test_addresses);
  tcase_add_test (tc, test_access);
  tcase_add_test (tc, test_select);
  tcase_add_test (tc, test_region);
  tcase_add_test (tc, test_binning);
  tcase_add_test (tc, test_binning_apart);
  tcase_add_test (tc, test_locked);
  tcase_add_test (tc, test_flow);
  tcase_add_test (tc, test_frames);
  tcase_add_test (tc, test_multi_frame);
  tcase_add_test (tc, test_trigger);
  tcase_add_test (tc, test_timestamp);
  tcase_add_test (tc, test_defaults);
  tcase_add_test (tc, test_controls);
  tcase_add_test (tc, test_float_of_whole);
  return s;
}

GST_CHECK_MAIN (u3v_camera);
