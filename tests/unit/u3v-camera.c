/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registers of the camera that a host sees: its address space, what can be
 * selected, and when that is locked.
 */

#include <string.h>

#include "u3vfixture.h"

/* A host follows the registers from the first one to the description. */
GST_START_TEST (registers_lead_to_the_description)
{
  guint64 sbrm = u3v_get (ABRM + ABRM_SBRM, 8), sirm, manifest, address, size;
  gchar text[ABRM_STRING_LENGTH];
  gchar *xml, *sha1;
  guint8 sum[20];
  guint i;

  fail_unless_equals_int (u3v_read (0x04, text, 64), U3V_SUCCESS);
  fail_unless_equals_string (text, "Maker & Söhne");
  fail_unless_equals_int (u3v_read (0x44, text, 64), U3V_SUCCESS);
  fail_unless_equals_string (text, "Camera <1>");
  fail_unless_equals_int (u3v_read (0x144, text, 64), U3V_SUCCESS);
  fail_unless_equals_string (text, "4711");

  sirm = u3v_get (sbrm + SBRM_SIRM, 8);
  fail_unless_equals_int (u3v_get (sbrm + SBRM_MAX_COMMAND, 4),
      U3V_MAX_COMMAND);
  fail_unless_equals_int (u3v_get (sbrm + SBRM_MAX_ANSWER, 4), U3V_MAX_ANSWER);
  fail_unless_equals_int (1 << (u3v_get (sirm + SI_INFO, 4) >> 24), 1024);
  fail_unless_equals_int (u3v_get (sirm + SI_REQUIRED_LEADER, 4), 52);
  fail_unless_equals_int (u3v_get (sirm + SI_REQUIRED_TRAILER, 4), 32);
  fail_unless_equals_int (u3v_get (sirm + SI_REQUIRED_PAYLOAD, 8),
      640 * 480 * 2);

  manifest = u3v_get (ABRM + ABRM_MANIFEST, 8);
  fail_unless_equals_int (u3v_get (manifest, 8), 1);
  address = u3v_get (manifest + 16, 8);
  size = u3v_get (manifest + 24, 8);
  fail_unless_equals_int (u3v_read (manifest + 32, sum, 20), U3V_SUCCESS);
  xml = g_malloc0 (size + 1);
  fail_unless_equals_int (u3v_read (address, xml, size), U3V_SUCCESS);
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

GST_START_TEST (addresses_outside_blocks_are_invalid)
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

    fail_unless_equals_int_hex (u3v_read (a, data, n), U3V_SUCCESS);
    fail_unless_equals_int_hex (u3v_read (a + n - 1, data, 1), U3V_SUCCESS);
    fail_unless_equals_int_hex (u3v_read (a, data, n + 1), U3V_INVALID_ADDRESS);
    fail_unless_equals_int_hex (u3v_read (a + n - 1, data, 2),
        U3V_INVALID_ADDRESS);
    fail_unless_equals_int_hex (u3v_read (a + n, data, 1), U3V_INVALID_ADDRESS);
    if (a > 0)
      fail_unless_equals_int_hex (u3v_read (a - 1, data, 2),
          U3V_INVALID_ADDRESS);
  }
  /* Lengths that wrap around the end of the address space. */
  for (i = 1; i < 1024; i++) {
    fail_unless_equals_int_hex (u3v_read (0 - (guint64) i, data, 1024),
        U3V_INVALID_ADDRESS);
    fail_unless_equals_int_hex (gst_ffs_u3v_camera_write (camera,
            0 - (guint64) i, data, 1024, &effect), U3V_INVALID_ADDRESS);
  }
}

GST_END_TEST;

GST_START_TEST (partial_and_protected_writes_are_refused)
{
  guint8 data[16] = { 0 };

  /* Strings can be written in parts, numbers cannot. */
  fail_unless_equals_int_hex (gst_ffs_u3v_camera_write (camera,
          ABRM + ABRM_USER_NAME + 1, (guint8 *) "left", 5, &effect),
      U3V_SUCCESS);
  u3v_expect_set (U3V_BAD_ALIGNMENT, FEATURES + FEATURE_WIDTH, 2, 320);
  u3v_expect_set (U3V_BAD_ALIGNMENT, FEATURES + FEATURE_WIDTH + 2, 2, 0);
  u3v_expect_set (U3V_BAD_ALIGNMENT, FEATURES + FEATURE_WIDTH, 5, 320);
  u3v_expect_set (U3V_WRITE_PROTECT, ABRM + ABRM_MODEL, 4, 0);
  u3v_expect_set (U3V_WRITE_PROTECT, FEATURES + FEATURE_PAYLOAD_SIZE, 8, 1);
  u3v_expect_set (U3V_WRITE_PROTECT, MANIFEST, 8, 1);
  u3v_expect_set (U3V_WRITE_PROTECT, XML, 8, 1);
  /* A write that is partly forbidden changes nothing. */
  u3v_expect_set (U3V_WRITE_PROTECT, SIRM + SI_CONTROL, 8, 1);
  fail_unless_equals_int (u3v_get (SIRM + SI_CONTROL, 4), 0);
  fail_unless_equals_int_hex (u3v_read (FEATURES + FEATURE_ACQUISITION_START,
          data, 4), U3V_ACCESS_DENIED);
  fail_unless_equals_int_hex (u3v_read (FEATURES, data, 16 + 1),
      U3V_ACCESS_DENIED);
  fail_unless_equals_int_hex (u3v_read (FEATURES, data, 16), U3V_SUCCESS);
  /* Two registers in one write. */
  u3v_expect_set (U3V_SUCCESS, FEATURES, 8,
      G_GUINT64_CONSTANT (240) << 32 | 320);
  fail_unless_equals_int (u3v_get (FEATURES + FEATURE_WIDTH, 4), 320);
  fail_unless_equals_int (u3v_get (FEATURES + FEATURE_HEIGHT, 4), 240);
}

GST_END_TEST;

GST_START_TEST (only_offered_pictures_are_selected)
{
  guint64 caps;

  u3v_expect_caps ("video/x-raw(ANY), format=YUY2, width=640, height=480, "
      "framerate=30/1");
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_WIDTH, 4, 641);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_WIDTH, 4, 0);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_WIDTH, 4, 800);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_WIDTH, 4,
      0xffffffff);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_PIXEL_FORMAT, 4,
      0x02180014);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_OFFSET_X, 4, 1);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_OFFSET_X, 4, 0);
  fail_unless_equals_int (u3v_get (FEATURES + FEATURE_WIDTH, 4), 640);
  fail_unless_equals_int (u3v_get (FEATURES + FEATURE_WIDTH_MAX, 4), 640);

  /* Bayer has no frame of that size, which only the start checks. */
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_WIDTH, 4, 320);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_PIXEL_FORMAT, 4, RGGB);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_ACQUISITION_START,
      4, 1);
  u3v_expect_set (U3V_INVALID_PARAMETER, SIRM + SI_CONTROL, 4, 1);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_HEIGHT, 4, 240);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_PIXEL_FORMAT, 4, GRAY8);
  fail_unless_equals_int (u3v_get (FEATURES + FEATURE_PAYLOAD_SIZE, 8),
      320 * 240);
  fail_unless_equals_int (u3v_get (SIRM + SI_REQUIRED_PAYLOAD, 8), 320 * 240);
  fail_unless_equals_int (u3v_set_double (FEATURES + FEATURE_FRAME_RATE, 14),
      0);
  caps = u3v_get (FEATURES + FEATURE_FRAME_RATE, 8);
  fail_unless (gst_ffs_u3v_read_double ((guint8 *) & caps) == 15);
  u3v_expect_caps ("video/x-raw(ANY), format=GRAY8, width=320, height=240, "
      "framerate=15/1");
  fail_unless_equals_int (u3v_set_double (FEATURES + FEATURE_FRAME_RATE, 600),
      U3V_INVALID_PARAMETER);
  fail_unless_equals_int (u3v_set_double (FEATURES + FEATURE_FRAME_RATE,
          0.0 / 0.0), U3V_INVALID_PARAMETER);

  /* An even width is in the caps, but a row of Bayer is a multiple of four. */
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_PIXEL_FORMAT, 4, RGGB);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_WIDTH, 4, 62);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_WIDTH, 4, 64);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_HEIGHT, 4, 9);
  u3v_expect_caps ("video/x-bayer(ANY), format=rggb, width=64, height=9");
}

GST_END_TEST;

/* A size that upstream does not offer, or one with an offset, is a region
 * of its largest size. Values that fit no size are refused at once. */
GST_START_TEST (smaller_sizes_are_regions)
{
  GstFfsU3vSelection caps = {
    gst_ffs_u3v_format_from_code (YUY2), 640, 480, 30, 1, 0, 0
  };
  GstFfsU3vArrival arrival = { 200 * 100 * 2, 1, 1, FALSE, 400, 200 };
  GstFfsU3vSelection region;
  GstFfsU3vFrame frame;

  fail_unless (!gst_ffs_u3v_camera_get_region (camera, &caps, &region));
  fail_unless_equals_int (u3v_get (FEATURE (OFFSET_X_LIMIT)), 0);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_X), 4);
  u3v_expect_set (U3V_SUCCESS, FEATURE (WIDTH), 200);
  u3v_expect_set (U3V_SUCCESS, FEATURE (HEIGHT), 100);
  fail_unless_equals_int (u3v_get (FEATURE (OFFSET_X_LIMIT)), 440);
  fail_unless_equals_int (u3v_get (FEATURE (OFFSET_Y_LIMIT)), 380);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_X), 444);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_X), 2);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_X), 0xfffffffc);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_Y), 382);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_Y), 1);
  u3v_expect_set (U3V_SUCCESS, FEATURE (OFFSET_X), 400);
  u3v_expect_set (U3V_SUCCESS, FEATURE (OFFSET_Y), 200);
  fail_unless_equals_int (u3v_get (FEATURE (WIDTH_LIMIT)), 240);
  fail_unless_equals_int (u3v_get (FEATURE (HEIGHT_LIMIT)), 280);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (WIDTH), 244);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (WIDTH), 202);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (HEIGHT), 480);
  fail_unless_equals_int (u3v_get (FEATURE (WIDTH)), 200);
  fail_unless_equals_int (u3v_get (FEATURES + FEATURE_PAYLOAD_SIZE, 8), 40000);
  u3v_expect_caps ("video/x-raw(ANY), format=YUY2, width=640, height=480, "
      "framerate=30/1");
  fail_unless (gst_ffs_u3v_camera_wants (camera, &caps));
  fail_unless (gst_ffs_u3v_camera_get_region (camera, &caps, &region));
  fail_unless_equals_int (region.x, 400);
  fail_unless_equals_int (region.y, 200);
  fail_unless_equals_int (region.width, 200);
  fail_unless_equals_int (region.height, 100);

  u3v_set_transfers (1024 * 1024, 0, 40 * 1024, 0);
  u3v_start ();
  u3v_expect_set (U3V_ACCESS_DENIED, FEATURE (OFFSET_X), 0);
  fail_unless (gst_ffs_u3v_camera_take_frame (camera, &caps, &arrival, &frame));
  fail_unless_equals_int (frame.selection.x, 400);
  fail_unless_equals_int (frame.selection.height, 100);
  /* A frame whose region was read before the host moved it is dropped. */
  arrival.number++;
  arrival.x = 0;
  fail_if (gst_ffs_u3v_camera_take_frame (camera, &caps, &arrival, &frame));

  /* A size that upstream offers is no region. */
  gst_ffs_u3v_camera_reset (camera, &effect);
  u3v_expect_set (U3V_SUCCESS, FEATURE (OFFSET_X), 0);
  u3v_expect_set (U3V_SUCCESS, FEATURE (OFFSET_Y), 0);
  u3v_expect_set (U3V_SUCCESS, FEATURE (PIXEL_FORMAT), GRAY8);
  u3v_expect_set (U3V_SUCCESS, FEATURE (WIDTH), 320);
  u3v_expect_set (U3V_SUCCESS, FEATURE (HEIGHT), 240);
  u3v_expect_caps ("video/x-raw(ANY), format=GRAY8, width=320, height=240, "
      "framerate=30/1");
  u3v_expect_set (U3V_SUCCESS, FEATURE (OFFSET_X), 4);
  u3v_expect_caps ("video/x-raw(ANY), format=GRAY8, width=640, height=240, "
      "framerate=30/1");
  u3v_expect_set (U3V_SUCCESS, FEATURE (USER_SET_LOAD), 1);
  fail_unless_equals_int (u3v_get (FEATURE (OFFSET_X)), 0);
}

GST_END_TEST;

/* A sensor that bins in both directions only: setting one factor sets both.
 * Regions refer to the binned size. */
GST_START_TEST (binning_selects_a_smaller_picture)
{
  /* No size is a multiple of another one. */
  u3v_expect_set (U3V_SUCCESS, FEATURE (BINNING_X), 1);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (BINNING_X), 3);
  u3v_tear_down ();
  u3v_set_up_with ("video/x-raw, format=YUY2, "
      "width=1920, height=1080, framerate=30/1; "
      "video/x-raw, format=YUY2, width=960, height=540, framerate=30/1; "
      "video/x-raw, format=YUY2, width=800, height={540, 600}, "
      "framerate=30/1; "
      "video/x-raw, format=GRAY8, width=1920, height=1080, framerate=30/1");

  u3v_expect_set (U3V_SUCCESS, FEATURE (WIDTH), 1920);
  u3v_expect_set (U3V_SUCCESS, FEATURE (HEIGHT), 1080);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (BINNING_X), 0);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (BINNING_X), 3);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (BINNING_Y), 0x80000002);
  u3v_expect_set (U3V_SUCCESS, FEATURE (BINNING_X), 2);
  fail_unless_equals_int (u3v_get (FEATURE (BINNING_Y)), 2);
  fail_unless_equals_int (u3v_get (FEATURE (WIDTH)), 960);
  fail_unless_equals_int (u3v_get (FEATURE (HEIGHT_MAX)), 540);
  u3v_expect_caps ("video/x-raw(ANY), format=YUY2, width=960, height=540, "
      "framerate=30/1");
  /* Upstream offers 800x600, but the binned size is smaller. */
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (HEIGHT), 600);
  /* Upstream offers 800x540 too, but with binning it is a region. */
  u3v_expect_set (U3V_SUCCESS, FEATURE (WIDTH), 800);
  u3v_expect_caps ("video/x-raw(ANY), format=YUY2, width=960, height=540, "
      "framerate=30/1");
  u3v_expect_set (U3V_SUCCESS, FEATURE (OFFSET_X), 160);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (OFFSET_X), 164);
  u3v_expect_caps ("video/x-raw(ANY), format=YUY2, width=960, height=540, "
      "framerate=30/1");
  /* Setting the same binning keeps the region. */
  u3v_expect_set (U3V_SUCCESS, FEATURE (BINNING_Y), 2);
  fail_unless_equals_int (u3v_get (FEATURE (WIDTH)), 800);
  u3v_expect_set (U3V_SUCCESS, FEATURE (PIXEL_FORMAT), GRAY8);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (ACQUISITION_START), 1);
  u3v_expect_set (U3V_SUCCESS, FEATURE (BINNING_Y), 1);
  fail_unless_equals_int (u3v_get (FEATURE (WIDTH)), 1920);
  fail_unless_equals_int (u3v_get (FEATURE (OFFSET_X)), 0);
  u3v_expect_set (U3V_SUCCESS, FEATURE (ACQUISITION_START), 1);
  u3v_expect_set (U3V_ACCESS_DENIED, FEATURE (BINNING_X), 1);
}

GST_END_TEST;

/* Upstream has pictures that are smaller in one direction. */
GST_START_TEST (binning_of_one_direction_is_kept)
{
  u3v_tear_down ();
  u3v_set_up_with ("video/x-raw, format=YUY2, "
      "width={1920, 960}, height={1080, 540}, framerate=30/1; "
      "video/x-raw, format=YUY2, width=480, height=270, framerate=30/1");

  u3v_expect_set (U3V_SUCCESS, FEATURE (BINNING_Y), 2);
  fail_unless_equals_int (u3v_get (FEATURE (BINNING_X)), 1);
  u3v_expect_caps ("video/x-raw(ANY), format=YUY2, width=1920, height=540, "
      "framerate=30/1");
  u3v_expect_set (U3V_SUCCESS, FEATURE (OFFSET_X), 0);
  u3v_expect_set (U3V_SUCCESS, FEATURE (BINNING_X), 2);
  fail_unless_equals_int (u3v_get (FEATURE (BINNING_Y)), 2);
  u3v_expect_caps ("video/x-raw(ANY), format=YUY2, width=960, height=540, "
      "framerate=30/1");
  u3v_expect_set (U3V_SUCCESS, FEATURE (BINNING_Y), 1);
  fail_unless_equals_int (u3v_get (FEATURE (BINNING_X)), 2);
  fail_unless_equals_int (u3v_get (FEATURE (HEIGHT)), 1080);
  u3v_expect_caps ("video/x-raw(ANY), format=YUY2, width=960, height=1080, "
      "framerate=30/1");

  /* 4 is there in both directions only, and the way back is by both too. */
  u3v_expect_set (U3V_SUCCESS, FEATURE (BINNING_X), 4);
  fail_unless_equals_int (u3v_get (FEATURE (BINNING_Y)), 4);
  u3v_expect_set (U3V_SUCCESS, FEATURE (BINNING_X), 2);
  fail_unless_equals_int (u3v_get (FEATURE (BINNING_Y)), 2);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (BINNING_X), 3);
  fail_unless_equals_int (u3v_get (FEATURE (BINNING_X)), 2);
  u3v_expect_set (U3V_SUCCESS, FEATURE (USER_SET_LOAD), 1);
  fail_unless_equals_int (u3v_get (FEATURE (BINNING_X)), 1);
  fail_unless_equals_int (u3v_get (FEATURE (BINNING_Y)), 1);
}

GST_END_TEST;

GST_START_TEST (features_are_locked_while_streaming)
{
  u3v_set_transfers (1024 * 1024, 0, 640 * 480 * 2, 0);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_PARAMS_LOCKED, 4, 1);
  u3v_expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_WIDTH, 4, 640);
  u3v_expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_PIXEL_FORMAT, 4, YUY2);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_PARAMS_LOCKED, 4,
      2);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_PARAMS_LOCKED, 4, 0);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_WIDTH, 4, 640);

  u3v_expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  u3v_expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_WIDTH, 4, 640);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_ACQUISITION_MODE, 4, 1);
  fail_unless_equals_int (u3v_set_double (FEATURES + FEATURE_FRAME_RATE, 20),
      0);
  u3v_start ();
  u3v_expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_ACQUISITION_MODE, 4, 0);
  fail_unless_equals_int_hex (u3v_set_double (FEATURES + FEATURE_FRAME_RATE,
          20), U3V_ACCESS_DENIED);
  fail_unless_equals_int (u3v_get (FEATURES + FEATURE_PARAMS_LOCKED, 4), 1);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_PARAMS_LOCKED, 4, 0);
  u3v_expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_WIDTH, 4, 640);
  u3v_expect_set (U3V_ACCESS_DENIED, SIRM + SI_PAYLOAD_SIZE, 4, 1024);
  fail_unless_equals_int (u3v_get (FEATURES + FEATURE_PARAMS_LOCKED, 4), 1);
  /* Features that can be set while streaming. */
  u3v_expect_set (U3V_SUCCESS, CONTROLS, 8, 5);

  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_ACQUISITION_STOP, 4, 1);
  fail_unless (effect.stop && !effect.start);
  u3v_expect_set (U3V_ACCESS_DENIED, FEATURES + FEATURE_WIDTH, 4, 640);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 0);
  fail_if (effect.stop);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_WIDTH, 4, 640);
}

GST_END_TEST;

GST_START_TEST (timestamp_is_latched)
{
  u3v_expect_set (U3V_WRITE_PROTECT, ABRM + ABRM_TIMESTAMP, 8, 1);
  u3v_expect_set (U3V_INVALID_PARAMETER, ABRM + ABRM_TIMESTAMP_LATCH, 4, 0);
  fail_if (effect.latch);
  u3v_expect_set (U3V_SUCCESS, ABRM + ABRM_TIMESTAMP_LATCH, 4, 1);
  fail_unless (effect.latch);
  fail_unless_equals_int (u3v_get (ABRM + ABRM_TIMESTAMP_LATCH, 4), 0);
  gst_ffs_u3v_camera_store_time (camera, 123 * GST_SECOND);
  fail_unless_equals_uint64 (u3v_get (ABRM + ABRM_TIMESTAMP, 8),
      123 * GST_SECOND);
  fail_unless_equals_uint64 (u3v_get (ABRM + ABRM_TIMESTAMP_INCREMENT, 8), 1);
  gst_ffs_u3v_camera_store_time (camera, GST_CLOCK_TIME_NONE);
  fail_unless_equals_uint64 (u3v_get (ABRM + ABRM_TIMESTAMP, 8), 0);
}

GST_END_TEST;

GST_START_TEST (control_registers_check_ranges)
{
  guint64 bits;

  u3v_expect_set (U3V_SUCCESS, CONTROLS, 8, 5);
  fail_unless_equals_int (effect.control, 0);
  fail_unless (effect.value == 5);
  u3v_expect_set (U3V_INVALID_PARAMETER, CONTROLS, 8, 4);
  fail_unless_equals_int (effect.control, -1);
  fail_unless_equals_int (u3v_set_double (CONTROLS + 8, 2.25), U3V_SUCCESS);
  fail_unless_equals_int (effect.control, 1);
  fail_unless (effect.value == 2.25);
  fail_unless_equals_int (u3v_set_double (CONTROLS + 8, 1 / 0.0),
      U3V_INVALID_PARAMETER);
  fail_unless_equals_int (u3v_set_double (CONTROLS + 8, -1.6),
      U3V_INVALID_PARAMETER);
  u3v_expect_set (U3V_SUCCESS, CONTROLS + 16, 8, (guint64) - 10);
  fail_unless (effect.value == -10);
  u3v_expect_set (U3V_INVALID_PARAMETER, CONTROLS + 16, 8, (guint64) - 11);
  u3v_expect_set (U3V_INVALID_PARAMETER, CONTROLS + 16, 8, G_MAXINT64);
  u3v_expect_set (U3V_INVALID_ADDRESS, CONTROLS + 32, 8, 0);

  fail_unless_equals_int (gst_ffs_u3v_camera_next_control (camera,
          CONTROLS + 7, 2, -1), 0);
  fail_unless_equals_int (gst_ffs_u3v_camera_next_control (camera,
          CONTROLS + 7, 2, 0), 1);
  fail_unless_equals_int (gst_ffs_u3v_camera_next_control (camera,
          CONTROLS + 7, 2, 1), -1);
  gst_ffs_u3v_camera_store_control (camera, 1, -0.5);
  bits = u3v_get (CONTROLS + 8, 8);
  fail_unless (gst_ffs_u3v_read_double ((guint8 *) & bits) == -0.5);
  gst_ffs_u3v_camera_store_control (camera, 2, -3);
  fail_unless_equals_int64 ((gint64) u3v_get (CONTROLS + 16, 8), -3);
}

GST_END_TEST;

/* Hosts expect an exposure time to be a float, though the source has an
 * integer. */
GST_START_TEST (float_of_integer_control_is_rounded)
{
  const guint64 address = CONTROLS + 24;
  guint64 bits;

  fail_unless_equals_int (u3v_set_double (address, 1234.4), U3V_SUCCESS);
  fail_unless_equals_int (effect.control, 3);
  fail_unless (effect.value == 1234);
  /* The host computed with the value and lost some precision. */
  fail_unless_equals_int (u3v_set_double (address, 33300.0001), U3V_SUCCESS);
  fail_unless (effect.value == 33300);
  fail_unless_equals_int (u3v_set_double (address, 33301),
      U3V_INVALID_PARAMETER);
  fail_unless_equals_int (u3v_set_double (address, 0.0 / 0.0),
      U3V_INVALID_PARAMETER);
  fail_unless_equals_int (effect.control, -1);
  gst_ffs_u3v_camera_store_control (camera, 3, 2000);
  bits = u3v_get (address, 8);
  fail_unless (gst_ffs_u3v_read_double ((guint8 *) & bits) == 2000);
}

GST_END_TEST;

static Suite *
u3v_camera_suite (void)
{
  Suite *s = suite_create ("u3v-camera");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, u3v_set_up, u3v_tear_down);
  tcase_add_test (tc, registers_lead_to_the_description);
  tcase_add_test (tc, addresses_outside_blocks_are_invalid);
  tcase_add_test (tc, partial_and_protected_writes_are_refused);
  tcase_add_test (tc, only_offered_pictures_are_selected);
  tcase_add_test (tc, smaller_sizes_are_regions);
  tcase_add_test (tc, binning_selects_a_smaller_picture);
  tcase_add_test (tc, binning_of_one_direction_is_kept);
  tcase_add_test (tc, features_are_locked_while_streaming);
  tcase_add_test (tc, timestamp_is_latched);
  tcase_add_test (tc, control_registers_check_ranges);
  tcase_add_test (tc, float_of_integer_control_is_rounded);
  return s;
}

GST_CHECK_MAIN (u3v_camera);
