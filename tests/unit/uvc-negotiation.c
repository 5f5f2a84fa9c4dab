/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Streaming requests of a UVC host: probe and commit, of any length and in any
 * order.
 */

#include <string.h>

#include "uvcfixture.h"

static UvcFixture f;

static void
set_up (void)
{
  uvc_fixture_start (&f, UVC_OFFER);
}

static void
tear_down (void)
{
  uvc_fixture_end (&f);
}

static void
check_probe (guint8 request, guint selector, guint format, guint frame,
    guint interval, guint size)
{
  guint8 got[34], wanted[34] = { 0, };

  wanted[2] = format;
  wanted[3] = frame;
  gst_ffs_put_u32 (wanted + 4, interval);
  gst_ffs_put_u32 (wanted + 18, size);
  gst_ffs_put_u32 (wanted + 22, size + 12);
  gst_ffs_put_u32 (wanted + 26, 1000000);
  memcpy (wanted + 30, "\3\1\1\1", 4);
  fail_unless (uvc_get_probe (&f, request, selector, got));
  fail_unless (memcmp (got, wanted, 34) == 0);
}

GST_START_TEST (probe_is_answered_with_offered_values)
{
  guint8 probe[34], zero[34] = { 0, };

  check_probe (GET_DEF, PROBE, 1, 2, 333333, 640 * 480 * 2);
  check_probe (GET_CUR, PROBE, 1, 2, 333333, 640 * 480 * 2);
  check_probe (GET_CUR, COMMIT, 1, 2, 333333, 640 * 480 * 2);

  fail_unless (uvc_set_probe (&f, PROBE, 1, 1, 600000));
  check_probe (GET_CUR, PROBE, 1, 1, 666666, 320 * 480 * 2);
  check_probe (GET_MIN, PROBE, 1, 1, 333333, 320 * 480 * 2);
  check_probe (GET_MAX, PROBE, 1, 1, 666666, 320 * 480 * 2);
  check_probe (GET_DEF, PROBE, 1, 2, 333333, 640 * 480 * 2);
  /* PROBE does not change COMMIT. */
  check_probe (GET_CUR, COMMIT, 1, 2, 333333, 640 * 480 * 2);

  fail_unless (uvc_set_probe (&f, PROBE, 2, 1, 1));
  check_probe (GET_CUR, PROBE, 2, 1, 400000, 1280 * 720 * 2);
  /* Without an interval the default is used; one that is too long becomes
   * the longest. */
  fail_unless (uvc_set_probe (&f, PROBE, 1, 1, 0));
  check_probe (GET_CUR, PROBE, 1, 1, 333333, 320 * 480 * 2);
  fail_unless (uvc_set_probe (&f, PROBE, 1, 1, 0xffffffff));
  check_probe (GET_CUR, PROBE, 1, 1, 666666, 320 * 480 * 2);
  /* Values that are not offered become offered ones. */
  fail_unless (uvc_set_probe (&f, PROBE, 2, 9, 0));
  check_probe (GET_CUR, PROBE, 2, 1, 400000, 1280 * 720 * 2);
  fail_unless (uvc_set_probe (&f, PROBE, 3, 1, 666667));
  check_probe (GET_CUR, PROBE, 1, 2, 666666, 640 * 480 * 2);
  fail_unless (uvc_set_probe (&f, PROBE, 0, 0, 0));
  check_probe (GET_CUR, PROBE, 1, 2, 333333, 640 * 480 * 2);

  zero[2] = zero[3] = 1;
  fail_unless (uvc_get_probe (&f, GET_RES, PROBE, probe));
  fail_unless (memcmp (probe, zero, 34) == 0);
  fail_unless_equals_int (f.n_started, 0);
}

GST_END_TEST;

GST_START_TEST (probe_of_each_uvc_version_is_accepted)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  guint8 probe[48] = { 0x1f, 0xff, 2, 1 };
  guint length;

  fail_unless (uvc_request (&f, 0xa1, GET_LEN, 0x0100, 1, NULL, 2, reply));
  fail_unless_equals_int (reply->len, 2);
  fail_unless_equals_int (gst_ffs_get_u16 (reply->data), 34);
  fail_unless (uvc_request (&f, 0xa1, GET_INFO, 0x0200, 1, NULL, 1, reply));
  fail_unless_equals_int (reply->len, 1);
  fail_unless_equals_int (reply->data[0], 3);

  /* UVC 1.0 and 1.5 differ in length. The hint has unknown bits. */
  for (length = 0; length <= 48; length++) {
    gboolean ok = length >= 26;

    fail_unless (uvc_set_probe (&f, PROBE, 1, 1, 0));
    fail_unless_equals_int (uvc_request (&f, 0x21, SET_CUR, 0x0100, 1, probe,
            length, reply), ok);
    uvc_assert_error (&f, ok ? 0 : 7);
    fail_unless (uvc_request (&f, 0xa1, GET_CUR, 0x0100, 1, NULL, 26, reply));
    fail_unless_equals_int (reply->data[2], ok ? 2 : 1);
    fail_unless_equals_int (gst_ffs_get_u16 (reply->data), ok ? 0x1f : 0);
  }
}

GST_END_TEST;

/* The host announces the whole data stage and sends less. */
GST_START_TEST (short_data_stage_has_no_effect)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  GstFfsSetup commit = { 0x21, SET_CUR, 0x0200, 0x0001, 34 };
  GstFfsSetup brightness = { 0x21, SET_CUR, 0x0200, 0x0200, 2 };
  guint8 *data = g_malloc (1);

  data[0] = 1;
  fail_unless (gst_ffs_profile_accept (f.profile, &commit));
  commit.length = 1;
  fail_if (gst_ffs_profile_control (f.profile, &commit, data, reply));
  uvc_assert_error (&f, 7);
  commit.length = 0;
  fail_if (gst_ffs_profile_control (f.profile, &commit, data, reply));
  fail_unless (gst_ffs_profile_accept (f.profile, &brightness));
  brightness.length = 1;
  fail_if (gst_ffs_profile_control (f.profile, &brightness, data, reply));
  uvc_assert_error (&f, 7);
  fail_unless_equals_int (f.source->brightness, 10);
  fail_unless_equals_int (f.n_started, 0);
  g_free (data);
}

GST_END_TEST;

GST_START_TEST (invalid_streaming_requests_are_stalled)
{
  guint8 probe[34];

  fail_if (uvc_get_probe (&f, GET_MIN, COMMIT, probe));
  uvc_assert_error (&f, 7);
  fail_if (uvc_get_probe (&f, GET_DEF, COMMIT, probe));
  fail_if (uvc_get_probe (&f, 0x42, PROBE, probe));
  uvc_assert_error (&f, 7);
  fail_if (uvc_get_probe (&f, GET_CUR, 0, probe));
  uvc_assert_error (&f, 6);
  fail_if (uvc_get_probe (&f, GET_CUR, 3, probe));
  uvc_assert_error (&f, 6);
  fail_if (uvc_set_probe (&f, 5, 1, 1, 0));
  uvc_assert_error (&f, 6);
  /* The stream error code is read-only. */
  fail_if (uvc_set_probe (&f, 6, 1, 1, 0));
  uvc_assert_error (&f, 7);
  fail_if (uvc_get_probe (&f, GET_MIN, 6, probe));
  uvc_assert_error (&f, 7);

  /* COMMIT of a format or size that is not offered is refused. */
  fail_if (uvc_set_probe (&f, COMMIT, 3, 1, 333333));
  uvc_assert_error (&f, 4);
  fail_if (uvc_set_probe (&f, COMMIT, 1, 3, 333333));
  fail_if (uvc_set_probe (&f, COMMIT, 1, 0, 333333));
  fail_if (uvc_set_probe (&f, COMMIT, 0, 1, 333333));
  uvc_assert_error (&f, 4);
  fail_unless_equals_int (f.n_started, 0);
}

GST_END_TEST;

/* Any request with data of any length. */
GST_START_TEST (arbitrary_requests_keep_the_selection)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  static const guint8 types[] = { 0x21, 0xa1, 0x41, 0xa2 };
  static const guint16 lengths[] = { 0, 2, 4, 34 };
  guint8 data[48];
  guint t, r, selector, index, l, n_ok = 0;

  memset (data, 0xff, sizeof (data));
  for (t = 0; t < G_N_ELEMENTS (types); t++) {
    for (r = 0; r < 256; r++) {
      /* The values in between are equivalent. */
      if ((r & 0x7f) == 0x10)
        r += 0x6f;
      for (selector = 0; selector < 14; selector++) {
        for (index = 0; index < 12; index++) {
          for (l = 0; l < G_N_ELEMENTS (lengths); l++) {
            n_ok += uvc_request (&f, types[t], r, selector << 8,
                (index / 3) << 8 | index % 3, types[t] & 0x80 ? NULL : data,
                lengths[l], reply);
            fail_unless (reply->len <= 34);
          }
        }
      }
    }
  }
  fail_unless (n_ok > 0);
  profile_assert_caps (f.profile,
      "video/x-raw(ANY),format=YUY2,width=640,height=480," "framerate=30/1");
}

GST_END_TEST;

static Suite *
uvc_negotiation_suite (void)
{
  Suite *s = suite_create ("uvc-negotiation");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, probe_is_answered_with_offered_values);
  tcase_add_test (tc, probe_of_each_uvc_version_is_accepted);
  tcase_add_test (tc, short_data_stage_has_no_effect);
  tcase_add_test (tc, invalid_streaming_requests_are_stalled);
  tcase_add_test (tc, arbitrary_requests_keep_the_selection);
  return s;
}

GST_CHECK_MAIN (uvc_negotiation);
