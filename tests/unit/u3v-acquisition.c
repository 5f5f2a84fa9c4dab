/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The acquisition: when a stream of USB3 Vision runs, and which frames are in
 * it.
 */

#include "u3vfixture.h"

#define SIZE (640 * 480 * 2)

GST_START_TEST (stream_runs_while_enabled_and_acquiring)
{
  guint8 data[MANIFEST_LENGTH];

  /* The host has not set any transfer sizes yet. */
  u3v_expect_set (U3V_SI_INCONSISTENT, SIRM + SI_CONTROL, 4, 1);
  fail_unless_equals_int (u3v_get (SIRM + SI_CONTROL, 4), 0);
  u3v_expect_set (U3V_SI_NOT_ALIGNED, SIRM + SI_PAYLOAD_SIZE, 4, 1000);
  u3v_expect_set (U3V_SI_NOT_ALIGNED, SIRM + SI_FINAL1_SIZE, 4, 1);
  u3v_expect_set (U3V_SI_NOT_ALIGNED, SIRM + SI_MAX_LEADER, 4, 52);
  u3v_set_transfers (65536, 9, 23 * 1024, 0);
  u3v_expect_set (U3V_SI_INCONSISTENT, SIRM + SI_CONTROL, 4, 1);
  u3v_set_transfers (65536, 9, 24 * 1024, 0);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_MAX_LEADER, 4, 0);
  u3v_expect_set (U3V_SI_INCONSISTENT, SIRM + SI_CONTROL, 4, 1);
  u3v_set_transfers (65536, 9, 23 * 1024, 1024);
  u3v_expect_set (U3V_INVALID_PARAMETER, SIRM + SI_CONTROL, 4, 2);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_ACQUISITION_START,
      4, 0);

  /* Aravis uses one transfer for all. */
  u3v_expect_set (U3V_SUCCESS, FEATURES, 8, G_GUINT64_CONSTANT (9) << 32 | 4);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_PIXEL_FORMAT, 4, RGGB);
  u3v_set_transfers (36, 1, 0, 0);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  u3v_expect_set (U3V_ACCESS_DENIED, SIRM + SI_PAYLOAD_SIZE, 4, 36);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 0);
  u3v_expect_set (U3V_SI_NOT_ALIGNED, SIRM + SI_PAYLOAD_SIZE, 4, 35);
  u3v_expect_set (U3V_SUCCESS, FEATURES, 8,
      G_GUINT64_CONSTANT (480) << 32 | 640);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_PIXEL_FORMAT, 4, YUY2);
  u3v_set_transfers (65536, 9, 23 * 1024, 1024);

  u3v_start ();
  fail_unless_equals_int (u3v_get (SIRM + SI_CONTROL, 4), 1);
  /* A repeated start does not restart. */
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_ACQUISITION_START, 4, 1);
  fail_if (effect.start || effect.stop);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  fail_if (effect.start || effect.stop);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 0);
  fail_unless (effect.stop && !effect.start);
  /* In the other order. */
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  fail_unless (effect.start && !effect.stop);
  fail_unless (gst_ffs_u3v_camera_is_slow (camera, SIRM + SI_CONTROL, 4, TRUE));
  fail_if (gst_ffs_u3v_camera_is_slow (camera, SIRM + SI_CONTROL, 4, FALSE));

  /* The host is gone: the stream stops once, and the camera is as at first. */
  gst_ffs_u3v_camera_reset (camera, &effect);
  fail_unless (effect.stop && !effect.start);
  gst_ffs_u3v_camera_reset (camera, &effect);
  fail_if (effect.stop || effect.start);
  fail_unless_equals_int (u3v_get (FEATURES + FEATURE_PARAMS_LOCKED, 4), 0);
  fail_unless_equals_int (u3v_get (SIRM + SI_CONTROL, 4), 0);

  /* The next host comes before the profile has noticed that the last one
   * went. */
  u3v_start ();
  fail_unless (gst_ffs_u3v_camera_is_slow (camera, MANIFEST, 8, FALSE));
  fail_unless_equals_int (u3v_read (MANIFEST, data, 8), U3V_SUCCESS);
  fail_unless (effect.stop && !effect.start);
  fail_unless_equals_int (u3v_read (MANIFEST, data, MANIFEST_LENGTH), 0);
  fail_if (effect.stop || effect.start);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_WIDTH, 4, 640);
}

GST_END_TEST;

/* The selection when the host has changed nothing. */
static GstFfsU3vSelection
get_default (void)
{
  const GstFfsU3vSelection selection = {
    gst_ffs_u3v_format_from_code (YUY2), 640, 480, 30, 1, 0, 0
  };

  return selection;
}

static gboolean
take (const GstFfsU3vSelection * caps, guint64 size, guint64 number,
    gboolean corrupted, GstFfsU3vFrame * frame)
{
  const GstFfsU3vArrival arrival = {
    size, number, number, corrupted, 0, 0
  };

  return gst_ffs_u3v_camera_take_frame (camera, caps, &arrival, frame);
}

GST_START_TEST (frames_are_numbered_and_checked)
{
  GstFfsU3vSelection caps = get_default ();
  GstFfsU3vFrame frame;

  u3v_set_transfers (65536, 9, 24 * 1024, 0);
  fail_if (take (&caps, SIZE, 0, FALSE, &frame));
  u3v_start ();
  fail_unless (take (&caps, SIZE, 100, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 0);
  fail_unless_equals_int (frame.status, U3V_SUCCESS);
  /* The same frame again, since it could not be sent. */
  fail_unless (take (&caps, SIZE, 100, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 0);
  fail_unless (take (&caps, SIZE, 101, TRUE, &frame));
  fail_unless_equals_uint64 (frame.number, 1);
  fail_unless_equals_int (frame.status, U3V_DATA_DISCARDED);
  /* A short frame in the host's last transfer, in the one before, and a
   * long one. */
  fail_unless (take (&caps, SIZE - 1, 102, FALSE, &frame));
  fail_unless_equals_int (frame.status, U3V_DATA_DISCARDED);
  fail_if (take (&caps, 9 * 65536, 103, FALSE, &frame));
  fail_if (take (&caps, SIZE + 1, 103, FALSE, &frame));
  caps.width = 320;
  fail_unless (!gst_ffs_u3v_camera_wants (camera, &caps));
  fail_if (take (&caps, SIZE, 104, FALSE, &frame));
  caps.width = 640;
  fail_unless (gst_ffs_u3v_camera_wants (camera, &caps));

  gst_ffs_u3v_camera_reset (camera, &effect);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURES + FEATURE_ACQUISITION_MODE, 4,
      3);
  u3v_expect_set (U3V_SUCCESS, FEATURES + FEATURE_ACQUISITION_MODE, 4,
      MODE_SINGLE_FRAME);
  u3v_start ();
  fail_unless (take (&caps, SIZE, 105, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 0);
  fail_if (take (&caps, SIZE, 106, FALSE, &frame));
}

GST_END_TEST;

/* An acquisition that has ended by itself starts again without a stop. */
GST_START_TEST (multi_frame_ends_after_its_count)
{
  GstFfsU3vSelection caps = get_default ();
  GstFfsU3vFrame frame;

  u3v_set_transfers (65536, 9, 24 * 1024, 0);
  fail_unless_equals_int (u3v_get (FEATURE (FRAME_COUNT)), 1);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (FRAME_COUNT), 0);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (FRAME_COUNT), 0x80000000);
  u3v_expect_set (U3V_SUCCESS, FEATURE (FRAME_COUNT), 2);
  u3v_expect_set (U3V_SUCCESS, FEATURE (ACQUISITION_MODE), MODE_MULTI_FRAME);
  u3v_start ();
  u3v_expect_set (U3V_ACCESS_DENIED, FEATURE (FRAME_COUNT), 3);
  fail_unless_equals_int (u3v_get (FEATURE (FRAME_COUNT)), 2);

  fail_unless (take (&caps, SIZE, 10, FALSE, &frame));
  fail_unless (take (&caps, SIZE, 11, FALSE, &frame));
  /* The last frame again, since it could not be sent. */
  fail_unless (take (&caps, SIZE, 11, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 1);
  fail_if (take (&caps, SIZE, 12, FALSE, &frame));

  u3v_expect_set (U3V_SUCCESS, FEATURE (ACQUISITION_START), 1);
  fail_if (effect.start || effect.stop);
  fail_unless (take (&caps, SIZE, 13, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 2);
  /* The acquisition has not ended, so this starts none. */
  u3v_expect_set (U3V_SUCCESS, FEATURE (ACQUISITION_START), 1);
  fail_unless (take (&caps, SIZE, 14, FALSE, &frame));
  fail_if (take (&caps, SIZE, 15, FALSE, &frame));
}

GST_END_TEST;

/* Frames have their numbers as timestamps here. */
GST_START_TEST (each_trigger_takes_one_frame)
{
  GstFfsU3vSelection caps = get_default ();
  GstFfsU3vFrame frame;
  guint i;

  u3v_set_transfers (65536, 9, 24 * 1024, 0);
  fail_unless_equals_int (u3v_get (FEATURE (TRIGGER_MODE)), 0);
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (TRIGGER_MODE), 2);
  /* The trigger mode is off. */
  u3v_expect_set (U3V_WRONG_CONFIG, FEATURE (TRIGGER_SOFTWARE), 1);
  u3v_expect_set (U3V_SUCCESS, FEATURE (TRIGGER_MODE), 1);
  fail_unless_equals_int (u3v_get (FEATURE (TRIGGER_MODE)), 1);
  u3v_expect_set (U3V_WRONG_CONFIG, FEATURE (TRIGGER_SOFTWARE), 1);
  fail_if (effect.trigger);
  u3v_start ();
  fail_if (take (&caps, SIZE, 10, FALSE, &frame));

  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (TRIGGER_SOFTWARE), 0);
  u3v_expect_set (U3V_SUCCESS, FEATURE (TRIGGER_SOFTWARE), 1);
  fail_unless (effect.trigger);
  gst_ffs_u3v_camera_trigger (camera, 13);
  /* Frames from before the trigger, and from after it. */
  fail_if (take (&caps, SIZE, 12, FALSE, &frame));
  fail_unless (take (&caps, SIZE, 13, FALSE, &frame));
  fail_unless (take (&caps, SIZE, 13, FALSE, &frame));
  fail_unless_equals_uint64 (frame.number, 0);
  fail_if (take (&caps, SIZE, 14, FALSE, &frame));

  /* A second trigger is ignored while the first one waits. */
  gst_ffs_u3v_camera_trigger (camera, 20);
  gst_ffs_u3v_camera_trigger (camera, 30);
  fail_unless (take (&caps, SIZE, 20, FALSE, &frame));
  fail_if (take (&caps, SIZE, 40, FALSE, &frame));

  /* Without a clock the next frame is taken. With timestamps of another
   * clock one of the next frames is. */
  gst_ffs_u3v_camera_trigger (camera, GST_CLOCK_TIME_NONE);
  fail_unless (take (&caps, SIZE, 41, FALSE, &frame));
  gst_ffs_u3v_camera_trigger (camera, GST_SECOND);
  for (i = 0; i < 1000 && !take (&caps, SIZE, 50 + i, FALSE, &frame); i++);
  fail_unless (i > 100 && i < 1000);

  /* The wait ends when trigger mode is switched off, and the trigger is
   * dropped. */
  gst_ffs_u3v_camera_trigger (camera, 0);
  u3v_expect_set (U3V_SUCCESS, FEATURE (TRIGGER_MODE), 0);
  fail_unless (take (&caps, SIZE, 2000, FALSE, &frame));
  u3v_expect_set (U3V_SUCCESS, FEATURE (TRIGGER_MODE), 1);
  fail_if (take (&caps, SIZE, 2001, FALSE, &frame));
  /* It is also dropped with the stream. */
  gst_ffs_u3v_camera_trigger (camera, 0);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 0);
  u3v_expect_set (U3V_SUCCESS, SIRM + SI_CONTROL, 4, 1);
  fail_if (take (&caps, SIZE, 3000, FALSE, &frame));
}

GST_END_TEST;

static void
expect_defaults (void)
{
  fail_unless (effect.defaults);
  u3v_expect_caps ("video/x-raw(ANY), format=YUY2, width=640, height=480, "
      "framerate=30/1");
  fail_unless_equals_int (u3v_get (FEATURE (WIDTH)), 640);
  fail_unless_equals_int (u3v_get (FEATURE (ACQUISITION_MODE)),
      MODE_CONTINUOUS);
  fail_unless_equals_int (u3v_get (FEATURE (FRAME_COUNT)), 1);
  fail_unless_equals_int (u3v_get (FEATURE (TRIGGER_MODE)), 0);
}

static void
change_all (void)
{
  u3v_expect_set (U3V_SUCCESS, FEATURE (WIDTH), 320);
  u3v_expect_set (U3V_SUCCESS, FEATURE (HEIGHT), 240);
  u3v_expect_set (U3V_SUCCESS, FEATURE (PIXEL_FORMAT), GRAY8);
  fail_unless_equals_int (u3v_set_double (FEATURES + FEATURE_FRAME_RATE, 15),
      0);
  u3v_expect_set (U3V_SUCCESS, FEATURE (ACQUISITION_MODE), MODE_MULTI_FRAME);
  u3v_expect_set (U3V_SUCCESS, FEATURE (FRAME_COUNT), 7);
  u3v_expect_set (U3V_SUCCESS, FEATURE (TRIGGER_MODE), 1);
}

GST_START_TEST (user_set_and_reset_restore_defaults)
{
  change_all ();
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (USER_SET_LOAD), 0);
  u3v_expect_set (U3V_SUCCESS, FEATURE (PARAMS_LOCKED), 1);
  u3v_expect_set (U3V_ACCESS_DENIED, FEATURE (USER_SET_LOAD), 1);
  fail_if (effect.defaults);
  fail_unless_equals_int (u3v_get (FEATURE (WIDTH)), 320);
  u3v_expect_set (U3V_SUCCESS, FEATURE (PARAMS_LOCKED), 0);
  u3v_expect_set (U3V_SUCCESS, FEATURE (USER_SET_LOAD), 1);
  expect_defaults ();

  /* A reset works in any state. */
  change_all ();
  u3v_set_transfers (65536, 9, 24 * 1024, 0);
  u3v_start ();
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (DEVICE_RESET), 0);
  fail_unless (gst_ffs_u3v_camera_is_slow (camera, FEATURE (DEVICE_RESET),
          TRUE));
  u3v_expect_set (U3V_SUCCESS, FEATURE (DEVICE_RESET), 1);
  fail_unless (effect.stop && !effect.start);
  expect_defaults ();
  fail_unless_equals_int (u3v_get (FEATURE (PARAMS_LOCKED)), 0);
  fail_unless_equals_int (u3v_get (SIRM + SI_CONTROL, 4), 0);
  fail_unless_equals_int (u3v_get (SIRM + SI_PAYLOAD_SIZE, 4), 0);

  /* Features with a single choice. */
  u3v_expect_set (U3V_INVALID_PARAMETER, FEATURE (ONLY_CHOICE), 1);
  u3v_expect_set (U3V_SUCCESS, FEATURE (ONLY_CHOICE), 0);
}

GST_END_TEST;

static Suite *
u3v_acquisition_suite (void)
{
  Suite *s = suite_create ("u3v-acquisition");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, u3v_set_up, u3v_tear_down);
  tcase_add_test (tc, stream_runs_while_enabled_and_acquiring);
  tcase_add_test (tc, frames_are_numbered_and_checked);
  tcase_add_test (tc, multi_frame_ends_after_its_count);
  tcase_add_test (tc, each_trigger_takes_one_frame);
  tcase_add_test (tc, user_set_and_reset_restore_defaults);
  return s;
}

GST_CHECK_MAIN (u3v_acquisition);
