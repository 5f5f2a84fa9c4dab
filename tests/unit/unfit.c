/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames that do not fit the host's selection: when a warning is posted, and
 * when the sink waits before it drops the next one.
 */

#include "sink/gstffsunfit.h"

#include <gst/check/gstcheck.h>

/* A few frames, such as those in a queue, are dropped at once. */
GST_START_TEST (endless_unfit_frames_are_slowed_down)
{
  GstFfsUnfit unfit = { 0, };
  GstClockTime now = 5 * GST_SECOND;
  gboolean tell, pause;
  guint i, n_paused = 0;

  for (i = 0; i < 1000; i++) {
    pause = gst_ffs_unfit_add (&unfit, now, &tell);
    fail_if (tell);
    fail_if (pause && i < 200);
    n_paused += pause;
  }
  /* Frames without end, such as those of a file, are not read at full
   * speed. */
  fail_unless (n_paused > 500);
}

GST_END_TEST;

/* The camera does not change its caps. */
GST_START_TEST (unfit_camera_is_warned_about_once)
{
  GstFfsUnfit unfit = { 0, };
  GstClockTime now = 5 * GST_SECOND;
  guint i, round, n_told;
  gboolean tell;

  for (round = 0; round < 2; round++) {
    for (n_told = 0, i = 0; i < 90; i++) {
      fail_unless_equals_int (gst_ffs_unfit_add (&unfit, now, &tell), i >= 30);
      fail_unless_equals_int (tell, i == 30);
      n_told += tell;
      now += GST_SECOND / 30 + 1;
    }
    fail_unless_equals_int (n_told, 1);
    gst_ffs_unfit_reset (&unfit);
  }
}

GST_END_TEST;

/* A slow camera gets more time. */
GST_START_TEST (slow_camera_gets_more_time)
{
  GstFfsUnfit unfit = { 0, };
  GstClockTime now = 5 * GST_SECOND;
  gboolean tell;
  guint i;

  for (i = 0; i < 90; i++) {
    fail_unless_equals_int (gst_ffs_unfit_add (&unfit, now, &tell), i >= 5);
    fail_unless_equals_int (tell, i == 30);
    now += GST_SECOND / 5 + 1;
  }
}

GST_END_TEST;

/* The camera changes its caps in time, each time. */
GST_START_TEST (timely_change_causes_no_warning)
{
  GstFfsUnfit unfit = { 0, };
  GstClockTime now = 5 * GST_SECOND;
  gboolean tell;
  guint i;

  for (i = 0; i < 100; i++) {
    fail_if (gst_ffs_unfit_add (&unfit, now, &tell) || tell);
    now += GST_SECOND / 2;
    fail_if (gst_ffs_unfit_add (&unfit, now, &tell) || tell);
    gst_ffs_unfit_reset (&unfit);
    now += GST_SECOND;
  }
}

GST_END_TEST;

static Suite *
unfit_suite (void)
{
  Suite *s = suite_create ("unfit");
  TCase *tc = tcase_create ("unfit");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, endless_unfit_frames_are_slowed_down);
  tcase_add_test (tc, unfit_camera_is_warned_about_once);
  tcase_add_test (tc, slow_camera_gets_more_time);
  tcase_add_test (tc, timely_change_causes_no_warning);
  return s;
}

GST_CHECK_MAIN (unfit);
