/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Control requests of a UVC host: the controls of the source, and the error
 * code of a request that failed.
 */

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

/* GET_INFO of all controls: get, set and, with the status endpoint,
 * AUTO_UPDATE. */
#ifdef HAVE_AIO
#define INFO 11
#else
#define INFO 3
#endif

static void
check_range (guint unit, guint selector, guint size, guint32 min, guint32 max,
    guint32 now)
{
  guint32 number;

  fail_unless (uvc_get (&f, GET_LEN, unit, selector, 2, &number));
  fail_unless_equals_int (number, size);
  fail_unless (uvc_get (&f, GET_INFO, unit, selector, 1, &number));
  fail_unless_equals_int (number, INFO);
  fail_unless (uvc_get (&f, GET_MIN, unit, selector, size, &number));
  fail_unless_equals_int_hex (number, min);
  fail_unless (uvc_get (&f, GET_MAX, unit, selector, size, &number));
  fail_unless_equals_int_hex (number, max);
  fail_unless (uvc_get (&f, GET_RES, unit, selector, size, &number));
  fail_unless_equals_int (number, 1);
  fail_unless (uvc_get (&f, GET_DEF, unit, selector, size, &number));
  fail_unless_equals_int_hex (number, now);
  fail_unless (uvc_get (&f, GET_CUR, unit, selector, size, &number));
  fail_unless_equals_int_hex (number, now);
}

GST_START_TEST (ranges_are_mapped_to_the_class)
{
  /* Unchanged; shifted; scaled down; fractions; units of 100 us. */
  check_range (2, 0x02, 2, 0xffc0, 0x0040, 10);
  check_range (2, 0x07, 2, 0, 255, 127);
  check_range (2, 0x03, 2, 0, 65535, 32768);
  check_range (2, 0x06, 2, (guint16) - 500, 500, 0);
  check_range (2, 0x04, 2, 0, 1000, 0);
  check_range (1, 0x04, 4, 1, 100000, 200);
}

GST_END_TEST;

static void
check_set (guint unit, guint selector, guint size, guint32 number)
{
  guint32 again;

  fail_unless (uvc_set (&f, unit, selector, size, number));
  uvc_assert_error (&f, 0);
  fail_unless (uvc_get (&f, GET_CUR, unit, selector, size, &again));
  fail_unless_equals_int_hex (number, again);
}

GST_START_TEST (values_are_mapped_both_ways)
{
  UvcSource *source = f.source;
  guint i;

  check_set (2, 0x02, 2, (guint16) - 64);
  fail_unless_equals_int (source->brightness, -64);
  check_set (2, 0x02, 2, 64);
  fail_unless_equals_int (source->brightness, 64);
  check_set (2, 0x07, 2, 0);
  fail_unless_equals_int (source->saturation, -128);
  check_set (2, 0x07, 2, 255);
  fail_unless_equals_int (source->saturation, 127);
  check_set (2, 0x06, 2, (guint16) - 500);
  fail_unless_equals_float (source->hue, -1);
  check_set (2, 0x06, 2, 500);
  fail_unless_equals_float (source->hue, 1);
  check_set (2, 0x04, 2, 1000);
  fail_unless_equals_float (source->gain, 16);
  check_set (1, 0x04, 4, 333);
  fail_unless_equals_int (source->exposure, 33300);
  /* A scaled control returns each number that it was set to. */
  for (i = 0; i < 65536; i += 21)
    check_set (2, 0x03, 2, i);
  check_set (2, 0x03, 2, 65535);
  fail_unless_equals_int (source->contrast, 200000);

  /* The source changes its value by itself, out of the range. */
  source->exposure = -7;
  fail_unless (uvc_get (&f, GET_CUR, 1, 0x04, 4, &i));
  fail_unless_equals_int (i, 1);
  source->exposure = G_MAXINT;
  fail_unless (uvc_get (&f, GET_CUR, 1, 0x04, 4, &i));
  fail_unless_equals_int (i, 100000);
}

GST_END_TEST;

/* A signed control with a range outside 16 bits. */
GST_START_TEST (wide_range_is_scaled_to_16_bits)
{
  uvc_fixture_end (&f);
  uvc_fixture_start_wide (&f, UVC_OFFER);
  check_range (2, 0x06, 2, 0x8000, 0x7fff, 0x8000);
  check_set (2, 0x06, 2, 0x7fff);
  fail_unless_equals_float (f.source->hue, 240000);
  check_set (2, 0x06, 2, 0);
  fail_unless_equals_float (f.source->hue, 140002);
  check_set (2, 0x06, 2, 0x8000);
  fail_unless_equals_float (f.source->hue, 40000);
}

GST_END_TEST;

/* Camera terminal and processing unit follow the header of 13 bytes. */
GST_START_TEST (descriptors_list_the_controls)
{
  const guint8 *extra;

  extra = gst_ffs_profile_describe (f.profile)->interfaces[0].extra[0].data;
  fail_unless_equals_int_hex (gst_ffs_get_u16 (extra + 13 + 15), 1 << 3);
  fail_unless_equals_int_hex (extra[13 + 17], 0);
  fail_unless_equals_int_hex (gst_ffs_get_u16 (extra + 13 + 18 + 8),
      1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 9);

  uvc_fixture_end (&f);
  uvc_fixture_start_auto (&f, UVC_OFFER);
  extra = gst_ffs_profile_describe (f.profile)->interfaces[0].extra[0].data;
  fail_unless_equals_int_hex (gst_ffs_get_u16 (extra + 13 + 15),
      1 << 1 | 1 << 3 | 1 << 5 | 1 << 9);
  fail_unless_equals_int_hex (extra[13 + 17], 1 << (17 - 16));
  fail_unless_equals_int_hex (gst_ffs_get_u16 (extra + 13 + 18 + 8),
      1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 8 | 1 << 9 | 1 << 10
      | 1 << 12);
}

GST_END_TEST;

GST_START_TEST (integer_controls_keep_their_ranges)
{
  AutoSource *source;

  uvc_fixture_end (&f);
  uvc_fixture_start_auto (&f, UVC_OFFER);
  source = (AutoSource *) f.source;
  check_range (1, 0x06, 2, 0, 1023, 17);
  check_range (1, 0x0b, 2, 100, 500, 100);
  check_range (2, 0x0a, 2, 2800, 6500, 5000);
  check_range (2, 0x01, 2, 0, 2, 1);
  check_set (1, 0x06, 2, 1023);
  fail_unless_equals_int (source->focus, 1023);
  check_set (1, 0x0b, 2, 300);
  fail_unless_equals_int (source->zoom, 300);
  check_set (2, 0x0a, 2, 6500);
  fail_unless_equals_int (source->temperature, 6500);
  check_set (2, 0x01, 2, 0);
  fail_unless_equals_int (source->backlight, 0);
}

GST_END_TEST;

/* A control of a byte without a range. @resolution: its value, or -1 if it
 * has none */
static void
check_choice (guint unit, guint selector, gint resolution, guint now)
{
  guint32 number;

  fail_unless (uvc_get (&f, GET_LEN, unit, selector, 2, &number));
  fail_unless_equals_int (number, 1);
  fail_unless (uvc_get (&f, GET_INFO, unit, selector, 1, &number));
  fail_unless_equals_int (number, INFO);
  fail_unless (uvc_get (&f, GET_DEF, unit, selector, 1, &number));
  fail_unless_equals_int (number, now);
  fail_unless (uvc_get (&f, GET_CUR, unit, selector, 1, &number));
  fail_unless_equals_int (number, now);
  fail_if (uvc_get (&f, GET_MIN, unit, selector, 1, &number));
  uvc_assert_error (&f, 7);
  fail_if (uvc_get (&f, GET_MAX, unit, selector, 1, &number));
  uvc_assert_error (&f, 7);
  fail_unless_equals_int (uvc_get (&f, GET_RES, unit, selector, 1, &number),
      resolution >= 0);
  uvc_assert_error (&f, resolution >= 0 ? 0 : 7);
  if (resolution >= 0)
    fail_unless_equals_int (number, resolution);
  fail_if (uvc_set (&f, unit, selector, 2, now));
  uvc_assert_error (&f, 7);
}

/* Sets all numbers of a byte. @good: bits of those that must be accepted */
static void
check_numbers (guint unit, guint selector, guint32 good)
{
  guint32 before, now;
  guint i;

  for (i = 0; i < 256; i++) {
    gboolean ok = i < 32 && (good & 1u << i);

    fail_unless (uvc_get (&f, GET_CUR, unit, selector, 1, &before));
    fail_unless_equals_int (uvc_set (&f, unit, selector, 1, i), ok);
    uvc_assert_error (&f, ok ? 0 : 4);
    fail_unless (uvc_get (&f, GET_CUR, unit, selector, 1, &now));
    fail_unless_equals_int (now, ok ? i : before);
  }
}

GST_START_TEST (choices_are_mapped_to_bits)
{
  AutoSource *source;
  guint32 number;

  uvc_fixture_end (&f);
  uvc_fixture_start_auto (&f, UVC_OFFER);
  source = (AutoSource *) f.source;

  check_choice (1, 0x08, -1, 0);
  check_choice (2, 0x0b, -1, 1);
  check_choice (2, 0x05, -1, 2);
  check_choice (1, 0x02, 2 | 1 | 8, 8);
  check_numbers (1, 0x08, 1 << 0 | 1 << 1);
  fail_unless_equals_int (source->auto_focus, TRUE);
  check_numbers (2, 0x0b, 1 << 0 | 1 << 1);
  check_numbers (2, 0x05, 1 << 1 | 1 << 2);
  check_numbers (1, 0x02, 1 << 1 | 1 << 2 | 1 << 8);

  /* A bit for the host is a value of an enumeration for the source. */
  check_set (2, 0x0b, 1, 0);
  fail_unless_equals_int (source->auto_white, FALSE);
  check_set (2, 0x05, 1, 1);
  fail_unless_equals_int (source->frequency, 1);
  check_set (1, 0x02, 1, 1);
  fail_unless_equals_int (source->auto_exposure, 1);
  check_set (1, 0x02, 1, 2);
  fail_unless_equals_int (source->auto_exposure, 0);
  check_set (1, 0x02, 1, 8);
  fail_unless_equals_int (source->auto_exposure, 3);

  /* The class has no number for this value of the source. */
  source->frequency = 3;
  fail_unless (uvc_get (&f, GET_CUR, 2, 0x05, 1, &number));
  fail_unless_equals_int (number, 1);
  /* Nor for this mode. */
  source->auto_exposure = 2;
  fail_unless (uvc_get (&f, GET_CUR, 1, 0x02, 1, &number));
  fail_unless_equals_int (number, 1);
}

GST_END_TEST;

GST_START_TEST (error_code_names_the_last_failure)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  guint8 bytes[4] = { 0, };
  guint32 number;

  uvc_assert_error (&f, 0);
  /* Out of range: FunctionFS cannot stall the request any more, but it has
   * no effect. */
  fail_if (uvc_set (&f, 2, 0x02, 2, 65));
  uvc_assert_error (&f, 4);
  fail_unless_equals_int (f.source->brightness, 10);
  fail_if (uvc_set (&f, 1, 0x04, 4, 0));
  fail_if (uvc_set (&f, 1, 0x04, 4, 0xffffffff));
  uvc_assert_error (&f, 4);
  /* Reading the error does not clear it, a successful request does. */
  uvc_assert_error (&f, 4);
  fail_unless (uvc_get (&f, GET_CUR, 2, 0x02, 2, &number));
  uvc_assert_error (&f, 0);

  /* No such unit (5). */
  fail_if (uvc_get (&f, GET_CUR, 4, 0x02, 2, &number));
  uvc_assert_error (&f, 5);
  /* No such control (6): of a terminal without controls, of a type that the
   * class does not have, and of the interface. */
  fail_if (uvc_get (&f, GET_CUR, 3, 0x02, 2, &number));
  uvc_assert_error (&f, 6);
  fail_if (uvc_get (&f, GET_CUR, 2, 0x08, 2, &number));
  uvc_assert_error (&f, 6);
  fail_if (uvc_get (&f, GET_CUR, 2, 0x09, 2, &number));
  uvc_assert_error (&f, 6);
  fail_if (uvc_get (&f, GET_CUR, 0, 0x01, 1, &number));
  uvc_assert_error (&f, 6);
  fail_if (uvc_get (&f, GET_CUR, 1, 0x02, 1, &number));
  uvc_assert_error (&f, 6);
  /* No such request, or one of another length (7). */
  fail_if (uvc_get (&f, 0x88, 2, 0x02, 2, &number));
  uvc_assert_error (&f, 7);
  fail_if (uvc_set (&f, 2, 0x02, 1, 0));
  uvc_assert_error (&f, 7);
  fail_if (uvc_set (&f, 2, 0x02, 4, 0));
  uvc_assert_error (&f, 7);
  fail_if (uvc_set (&f, 0, 0x02, 1, 0));
  uvc_assert_error (&f, 7);
  fail_if (uvc_request (&f, 0xa1, SET_CUR, 0x0200, 0x0200, NULL, 2, reply));
  uvc_assert_error (&f, 7);
  fail_if (uvc_request (&f, 0x21, GET_CUR, 0x0200, 0x0200, bytes, 2, reply));
  uvc_assert_error (&f, 7);
  fail_if (uvc_request (&f, 0x21, SET_CUR, 0x0200, 0x0200, NULL, 0, reply));
  uvc_assert_error (&f, 7);

  /* Requests to the error code control itself. */
  fail_unless (uvc_get (&f, GET_INFO, 0, 0x02, 1, &number));
  fail_unless_equals_int (number, 1);
  fail_unless (uvc_get (&f, GET_LEN, 0, 0x02, 2, &number));
  fail_unless_equals_int (number, 1);
  fail_if (uvc_get (&f, GET_MAX, 0, 0x02, 1, &number));
  uvc_assert_error (&f, 7);

  /* Other types of requests, and another interface. */
  fail_if (uvc_request (&f, 0xc1, GET_CUR, 0x0200, 0x0200, NULL, 2, reply));
  fail_if (uvc_request (&f, 0xa2, GET_CUR, 0x0200, 0x0200, NULL, 2, reply));
  fail_if (uvc_request (&f, 0xa1, GET_CUR, 0x0200, 0x0202, NULL, 2, reply));
  fail_if (uvc_request (&f, 0x41, SET_CUR, 0x0200, 0x0200, bytes, 2, reply));

  /* A new host reads no error. */
  gst_ffs_profile_set_enabled (f.profile, FALSE);
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  uvc_assert_error (&f, 0);
}

GST_END_TEST;

static Suite *
uvc_control_suite (void)
{
  Suite *s = suite_create ("uvc-control");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, ranges_are_mapped_to_the_class);
  tcase_add_test (tc, values_are_mapped_both_ways);
  tcase_add_test (tc, wide_range_is_scaled_to_16_bits);
  tcase_add_test (tc, descriptors_list_the_controls);
  tcase_add_test (tc, integer_controls_keep_their_ranges);
  tcase_add_test (tc, choices_are_mapped_to_bits);
  tcase_add_test (tc, error_code_names_the_last_failure);
  return s;
}

GST_CHECK_MAIN (uvc_control);
