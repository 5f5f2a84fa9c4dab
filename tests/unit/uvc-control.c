/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Requests of a host: the controls of the source, the negotiation of a stream,
 * what it is told about its errors, and what it must not be able to do.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <linux/usb/functionfs.h>

#include "transport/gstffsendpoint.h"
#include "uvcfixture.h"

#define OFFER "video/x-raw, format=YUY2, width={320, 640}, height=480, " \
    "framerate={15/1, 30/1}; " \
    "image/jpeg, width=1280, height=720, framerate=25/1"

static UvcFixture f;

static void
set_up (void)
{
  uvc_fixture_start (&f, OFFER);
}

static void
tear_down (void)
{
  uvc_fixture_end (&f);
}

/* ---- controls of the source ---- */

/* GET_INFO of all controls: get, set and, with the endpoint, AUTO_UPDATE. */
#ifdef HAVE_AIO
#define INFO 11
#define STREAM_PATH "/dev/ffs-cam/ep2"
#else
#define INFO 3
#define STREAM_PATH "/dev/ffs-cam/ep1"
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
  /* Unchanged; shifted; scaled down; fractions; 100 us. */
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
  /* Each number of a scaled control stays what it was set to. */
  for (i = 0; i < 65536; i += 21)
    check_set (2, 0x03, 2, i);
  check_set (2, 0x03, 2, 65535);
  fail_unless_equals_int (source->contrast, 200000);

  /* The source goes where it likes. */
  source->exposure = -7;
  fail_unless (uvc_get (&f, GET_CUR, 1, 0x04, 4, &i));
  fail_unless_equals_int (i, 1);
  source->exposure = G_MAXINT;
  fail_unless (uvc_get (&f, GET_CUR, 1, 0x04, 4, &i));
  fail_unless_equals_int (i, 100000);
}

GST_END_TEST;

/* A number with a sign that is far from any of 16 bits. */
GST_START_TEST (wide_range_is_scaled_to_16_bits)
{
  uvc_fixture_end (&f);
  uvc_fixture_start_wide (&f, OFFER);
  check_range (2, 0x06, 2, 0x8000, 0x7fff, 0x8000);
  check_set (2, 0x06, 2, 0x7fff);
  fail_unless_equals_float (f.source->hue, 240000);
  check_set (2, 0x06, 2, 0);
  fail_unless_equals_float (f.source->hue, 140002);
  check_set (2, 0x06, 2, 0x8000);
  fail_unless_equals_float (f.source->hue, 40000);
}

GST_END_TEST;

/* What descriptors say: camera terminal and processing unit follow the
 * header of 13 bytes. */
GST_START_TEST (descriptors_list_the_controls)
{
  const guint8 *extra;

  extra = gst_ffs_profile_describe (f.profile)->interfaces[0].extra[0].data;
  fail_unless_equals_int_hex (gst_ffs_get_u16 (extra + 13 + 15), 1 << 3);
  fail_unless_equals_int_hex (extra[13 + 17], 0);
  fail_unless_equals_int_hex (gst_ffs_get_u16 (extra + 13 + 18 + 8),
      1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 9);

  uvc_fixture_end (&f);
  uvc_fixture_start_auto (&f, OFFER);
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
  uvc_fixture_start_auto (&f, OFFER);
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

/* A byte each, without a range; resolution is the number wanted of it, or -1
 * if there is none. */
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

/* All numbers of a byte; those are good that have a bit in @good. */
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
  uvc_fixture_start_auto (&f, OFFER);
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

  /* A bit of the host is a number of the source. */
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

  /* The class has no number for what the source does now. */
  source->frequency = 3;
  fail_unless (uvc_get (&f, GET_CUR, 2, 0x05, 1, &number));
  fail_unless_equals_int (number, 1);
  /* Or the source had none. */
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
  /* Out of range: FunctionFS cannot stall it any more, it has no effect. */
  fail_if (uvc_set (&f, 2, 0x02, 2, 65));
  uvc_assert_error (&f, 4);
  fail_unless_equals_int (f.source->brightness, 10);
  fail_if (uvc_set (&f, 1, 0x04, 4, 0));
  fail_if (uvc_set (&f, 1, 0x04, 4, 0xffffffff));
  uvc_assert_error (&f, 4);
  /* That an error was read does not end it, a request that is good does. */
  uvc_assert_error (&f, 4);
  fail_unless (uvc_get (&f, GET_CUR, 2, 0x02, 2, &number));
  uvc_assert_error (&f, 0);

  /* No such unit. */
  fail_if (uvc_get (&f, GET_CUR, 4, 0x02, 2, &number));
  uvc_assert_error (&f, 5);
  /* No such control: of a terminal that has none, of a kind of value that
   * is not for this class, and of the interface. */
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
  /* No such request, or not like this. */
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

  /* Not a class request, not to an interface of the function. */
  fail_if (uvc_request (&f, 0xc1, GET_CUR, 0x0200, 0x0200, NULL, 2, reply));
  fail_if (uvc_request (&f, 0xa2, GET_CUR, 0x0200, 0x0200, NULL, 2, reply));
  fail_if (uvc_request (&f, 0xa1, GET_CUR, 0x0200, 0x0202, NULL, 2, reply));
  fail_if (uvc_request (&f, 0x41, SET_CUR, 0x0200, 0x0200, bytes, 2, reply));

  /* A host that comes knows of no error. */
  gst_ffs_profile_set_enabled (f.profile, FALSE);
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  uvc_assert_error (&f, 0);
}

GST_END_TEST;

/* ---- the negotiation ---- */

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
  /* To try is not to commit. */
  check_probe (GET_CUR, COMMIT, 1, 2, 333333, 640 * 480 * 2);

  fail_unless (uvc_set_probe (&f, PROBE, 2, 1, 1));
  check_probe (GET_CUR, PROBE, 2, 1, 400000, 1280 * 720 * 2);
  /* No interval: the default; far too long a one: the longest. */
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

  /* Hosts of 1.0 and of 1.5, and a hint with unknown bits. */
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

/* A host that announces all of it and sends less. */
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
  /* The stream error code is only to be read. */
  fail_if (uvc_set_probe (&f, 6, 1, 1, 0));
  uvc_assert_error (&f, 7);
  fail_if (uvc_get_probe (&f, GET_MIN, 6, probe));
  uvc_assert_error (&f, 7);

  /* A picture that is not there is not another one. */
  fail_if (uvc_set_probe (&f, COMMIT, 3, 1, 333333));
  uvc_assert_error (&f, 4);
  fail_if (uvc_set_probe (&f, COMMIT, 1, 3, 333333));
  fail_if (uvc_set_probe (&f, COMMIT, 1, 0, 333333));
  fail_if (uvc_set_probe (&f, COMMIT, 0, 1, 333333));
  uvc_assert_error (&f, 4);
  fail_unless_equals_int (f.n_started, 0);
}

GST_END_TEST;

/* Any request at any time, with data of any length. */
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
  uvc_assert_caps (&f, "video/x-raw(ANY),format=YUY2,width=640,height=480,"
      "framerate=30/1");
}

GST_END_TEST;

/* ---- a slow bus ---- */

static guint16 packet_size;
static gint status_pipe[2] = { -1, -1 };

static gint
fake_ioctl (gint fd G_GNUC_UNUSED, gulong request, gpointer arg)
{
  struct usb_endpoint_descriptor *desc = arg;

  fail_unless (request == FUNCTIONFS_ENDPOINT_DESC);
  if (packet_size == 0) {
    errno = EPIPE;
    return -1;
  }
  memset (desc, 0, sizeof (*desc));
  desc->wMaxPacketSize = GUINT16_TO_LE (packet_size);
  return 0;
}

static gint
fake_open (const gchar * path, gint flags)
{
  if (strcmp (path, STREAM_PATH) != 0) {
    fail_unless_equals_string (path, "/dev/ffs-cam/ep1");
    return status_pipe[1] >= 0 ? dup (status_pipe[1]) :
        open ("/dev/null", flags);
  }
  return open ("/dev/null", flags);
}

/* What format 1 and size 1 are at this speed, once a host has configured the
 * function. */
static void
check_speed (guint16 packet, guint n_bytes)
{
  guint8 probe[34];

  packet_size = packet;
  gst_ffs_profile_set_enabled (f.profile, FALSE);
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  fail_unless (uvc_set_probe (&f, PROBE, 1, 1, 0));
  fail_unless (uvc_get_probe (&f, GET_CUR, PROBE, probe));
  fail_unless_equals_int (gst_ffs_get_u32 (probe + 18), n_bytes);
}

/* The descriptors that it has chosen from are those of its speed. */
GST_START_TEST (offer_follows_the_bus_speed)
{
  GstFfsIoctlFunc ioctl_before = gst_ffs_ioctl;
  GstFfsOpenFunc open_before = gst_ffs_open_file;
  const GstFfsFunctionDesc *desc;

  gst_ffs_ioctl = fake_ioctl;
  gst_ffs_open_file = fake_open;
  uvc_fixture_end (&f);
  uvc_fixture_start (&f, "video/x-raw,format=YUY2,width=1920,height=1080,"
      "framerate=30/1;video/x-raw,format=YUY2,width=640,height=480,"
      "framerate=30/1;video/x-raw,format=YUY2,width=160,height=120,"
      "framerate=15/1");
  desc = gst_ffs_profile_describe (f.profile);
  fail_unless (desc->interfaces[1].extra[GST_FFS_SPEED_FULL].size <
      desc->interfaces[1].extra[GST_FFS_SPEED_HIGH].size);
  fail_unless (desc->interfaces[1].extra[GST_FFS_SPEED_HIGH].size <
      desc->interfaces[1].extra[GST_FFS_SPEED_SUPER].size);
  fail_unless_equals_int (gst_ffs_profile_start (f.profile, "/dev/ffs-cam",
          NULL), 0);
  check_speed (1024, 1920 * 1080 * 2);
  check_speed (512, 640 * 480 * 2);
  check_speed (64, 160 * 120 * 2);
  check_speed (1024, 1920 * 1080 * 2);
  check_speed (0, 1920 * 1080 * 2);

  /* The last host's selection refers to another list. */
  packet_size = 512;
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 2, 0));
  uvc_assert_caps (&f, "video/x-raw(ANY),format=YUY2,width=160,height=120,"
      "framerate=15/1");
  packet_size = 64;
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  fail_if (uvc_set_probe (&f, COMMIT, 1, 2, 0));
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  uvc_assert_caps (&f, "video/x-raw(ANY),format=YUY2,width=160,height=120,"
      "framerate=15/1");
  /* Nothing says that it is another host but the speed. */
  packet_size = 1024;
  gst_ffs_profile_restart (f.profile);
  fail_if (gst_ffs_profile_is_streaming (f.profile));
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 3, 0));
  gst_ffs_profile_restart (f.profile);
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
  gst_ffs_ioctl = ioctl_before;
  gst_ffs_open_file = open_before;
}

GST_END_TEST;

/* ---- status endpoint ---- */

#ifdef HAVE_AIO
/* Checks the packet that the host receives after one tick. */
static void
expect_status (const guint8 * wanted, gssize size)
{
  guint8 data[64];

  gst_ffs_profile_tick (f.profile);
  fail_unless_equals_int (read (status_pipe[0], data, sizeof (data)), size);
  if (size > 0)
    fail_unless (memcmp (data, wanted, size) == 0);
}

GST_START_TEST (status_interrupts_report_control_changes)
{
  GstFfsIoctlFunc ioctl_before = gst_ffs_ioctl;
  GstFfsOpenFunc open_before = gst_ffs_open_file;
  UvcSource *source = (UvcSource *) f.source;
  guint32 number;

  fail_unless_equals_int (pipe (status_pipe), 0);
  fail_unless_equals_int (fcntl (status_pipe[0], F_SETFL, O_NONBLOCK), 0);
  gst_ffs_ioctl = fake_ioctl;
  gst_ffs_open_file = fake_open;
  packet_size = 1024;
  fail_unless_equals_int (gst_ffs_profile_start (f.profile, "/dev/ffs-cam",
          NULL), 0);
  source->brightness = 20;
  /* No host has configured the function yet. */
  gst_ffs_profile_set_enabled (f.profile, FALSE);
  expect_status (NULL, -1);
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  expect_status ((const guint8 *) "\1\2\0\2\0\24\0", 7);
  expect_status (NULL, -1);

  /* Values that the host set or read are not reported, unless rejected. */
  fail_unless (uvc_set (&f, 2, 2, 2, 5));
  expect_status (NULL, -1);
  source->brightness = -3;
  fail_unless (uvc_get (&f, GET_CUR, 2, 2, 2, &number));
  expect_status (NULL, -1);
  fail_unless (uvc_set (&f, 2, 2, 2, 5));
  source->brightness = -3;
  expect_status ((const guint8 *) "\1\2\0\2\0\375\377", 7);

  /* A control that always changes does not starve the others. */
  source->exposure = 30000;
  source->brightness = 1;
  expect_status ((const guint8 *) "\1\1\0\4\0\54\1\0\0", 9);
  source->exposure = 10000;
  expect_status ((const guint8 *) "\1\2\0\2\0\1\0", 7);
  expect_status ((const guint8 *) "\1\1\0\4\0\144\0\0\0", 9);
  expect_status (NULL, -1);

  gst_ffs_profile_stop (f.profile);
  gst_ffs_ioctl = ioctl_before;
  gst_ffs_open_file = open_before;
  close (status_pipe[0]);
  close (status_pipe[1]);
  status_pipe[0] = status_pipe[1] = -1;
}

GST_END_TEST;
#endif

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
  tcase_add_test (tc, probe_is_answered_with_offered_values);
  tcase_add_test (tc, probe_of_each_uvc_version_is_accepted);
  tcase_add_test (tc, short_data_stage_has_no_effect);
  tcase_add_test (tc, invalid_streaming_requests_are_stalled);
  tcase_add_test (tc, arbitrary_requests_keep_the_selection);
  tcase_add_test (tc, offer_follows_the_bus_speed);
#ifdef HAVE_AIO
  tcase_add_test (tc, status_interrupts_report_control_changes);
#endif
  return s;
}

GST_CHECK_MAIN (uvc_control);
