/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host is offered: which of upstream's caps become formats, sizes and
 * intervals, and the bytes of the descriptors that say so.
 */

#include <string.h>

#include "bytereader.h"
#include "function/gstffsdescriptors.h"
#include "function/uvc/gstffsuvcdescriptors.h"
#include "uvcfixture.h"

#define OFFER "video/x-raw, format=YUY2, width=640, height=480, " \
    "framerate={15/1, 30/1}; " \
    "image/jpeg, width=1280, height=720, framerate=25/1; " \
    "video/x-h264, width=320, height=240, stream-format={avc, byte-stream}, " \
    "alignment=au"

static void
want_begin (ByteReader * r, guint length, guint subtype)
{
  want (r, 1, length);
  want (r, 1, 0x24);
  want (r, 1, subtype);
}

static void
want_control (ByteReader * r, guint camera, guint processing)
{
  want_begin (r, 13, 0x01);
  want (r, 2, 0x0110);
  want (r, 2, 13 + 18 + 12 + 9);
  want (r, 4, 1000000);
  want (r, 1, 1);
  want (r, 1, 1);

  want_begin (r, 18, 0x02);
  want (r, 1, 1);
  want (r, 2, 0x0201);
  want_bytes (r, "\0\0\0\0\0\0\0\0", 8);
  want (r, 1, 3);
  want (r, 3, camera);

  want_begin (r, 12, 0x05);
  want (r, 1, 2);
  want (r, 1, 1);
  want (r, 2, 0);
  want (r, 1, 2);
  want (r, 2, processing);
  want (r, 1, 0);
  want (r, 1, 0);

  want_begin (r, 9, 0x03);
  want (r, 1, 3);
  want (r, 2, 0x0101);
  want (r, 1, 0);
  want (r, 1, 2);
  want (r, 1, 0);
}

static void
want_colors (ByteReader * r)
{
  want_begin (r, 6, 0x0d);
  want_bytes (r, "\1\1\4", 3);
}

static void
want_frame (ByteReader * r, guint subtype, guint width, guint height,
    guint size, guint slow, guint fast, guint first)
{
  guint n = slow == fast ? 1 : 2;

  want_begin (r, 26 + 4 * n, subtype);
  want (r, 1, 1);
  want (r, 1, 0);
  want (r, 2, width);
  want (r, 2, height);
  want (r, 4, (guint64) size * 8 * 10000000 / slow);
  want (r, 4, (guint64) size * 8 * 10000000 / fast);
  if (subtype != 0x11)
    want (r, 4, size);
  want (r, 4, first);
  want (r, 1, n);
  if (subtype == 0x11)
    want (r, 4, 0);
  want (r, 4, fast);
  if (n > 1)
    want (r, 4, slow);
}

#define STREAMING_SIZE (16 + (27 + 34 + 6) + (11 + 30 + 6) + (28 + 30 + 6))

static void
want_streaming (ByteReader * r)
{
  want_begin (r, 16, 0x01);
  want (r, 1, 3);
  want (r, 2, STREAMING_SIZE);
  want (r, 1, 0x81);
  want (r, 1, 0);
  want (r, 1, 3);
  want_bytes (r, "\0\0\0", 3);
  want (r, 1, 1);
  want_bytes (r, "\0\0\0", 3);

  want_begin (r, 27, 0x04);
  want (r, 1, 1);
  want (r, 1, 1);
  want_bytes (r, "YUY2\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 16);
  want (r, 1, 16);
  want (r, 1, 1);
  want (r, 4, 0);
  want_frame (r, 0x05, 640, 480, 640 * 480 * 2, 666667, 333333, 333333);
  want_colors (r);

  want_begin (r, 11, 0x06);
  want (r, 1, 2);
  want (r, 1, 1);
  want (r, 1, 0);
  want (r, 1, 1);
  want (r, 4, 0);
  want_frame (r, 0x07, 1280, 720, 1280 * 720 * 2, 400000, 400000, 400000);
  want_colors (r);

  want_begin (r, 28, 0x10);
  want (r, 1, 3);
  want (r, 1, 1);
  want_bytes (r, "H264\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 16);
  want (r, 1, 16);
  want (r, 1, 1);
  want (r, 4, 0);
  want (r, 1, 1);
  want_frame (r, 0x11, 320, 240, 320 * 240 * 2, 333333, 333333, 333333);
  want_colors (r);
}

static void
want_interface (ByteReader * r, guint number, guint n_endpoints, guint subclass)
{
  want (r, 1, 9);
  want (r, 1, 0x04);
  want (r, 1, number);
  want (r, 1, 0);
  want (r, 1, n_endpoints);
  want (r, 1, 0x0e);
  want (r, 1, subclass);
  want (r, 1, 0);
  want (r, 1, number + 1);
}

/* All that ep0 gets, by the kernel's rules: it counts each descriptor. */
GST_START_TEST (test_bytes)
{
  const guint packets[] = { 64, 512, 1024 };
  const GstFfsFunctionDesc *desc;
  GBytes *blob;
  UvcFixture f;
  ByteReader r;
  guint i;

  uvc_fixture_start (&f, OFFER);
  desc = gst_ffs_profile_describe (f.profile);
  fail_unless (memcmp (desc->device_class, "\xef\x02\x01", 3) == 0);
  fail_unless_equals_int (desc->stream_endpoint, 1);
  fail_unless_equals_uint64 (desc->headroom, 12);
  fail_unless (desc->tight);

  blob = gst_ffs_descriptors_build (desc, 0x0100);
  r.data = g_bytes_get_data (blob, &r.size);
  want (&r, 4, 3);
  want (&r, 4, g_bytes_get_size (blob));
  want (&r, 4, 7);
  want (&r, 4, 4 + 4 + 10);
  want (&r, 4, 4 + 4 + 10);
  want (&r, 4, 5 + 4 + 10);
  for (i = 0; i < 3; i++) {
    want_bytes (&r, "\x08\x0b\x00\x02\x0e\x03\x00\x01", 8);
    want_interface (&r, 0, 0, 1);
    /* Exposure time; brightness to saturation, and gain. */
    want_control (&r, 0x08, 0x020f);
    want_interface (&r, 1, 1, 2);
    want_streaming (&r);
    want_bytes (&r, "\x07\x05\x81\x02", 4);
    want (&r, 2, packets[i]);
    want (&r, 1, 0);
    if (i == 2)
      want_bytes (&r, "\x06\x30\x0f\x00\x00\x00", 6);
  }
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);
  uvc_fixture_end (&f);
}

GST_END_TEST;

/* A source without controls has the units nevertheless. */
GST_START_TEST (test_no_controls)
{
  GstFfsProfile *profile = gst_ffs_uvc_profile_new (NULL);
  GstCaps *caps = gst_caps_from_string (OFFER);
  const GstFfsFunctionDesc *desc;
  ByteReader r;

  fail_unless (gst_ffs_profile_set_offer (profile, caps));
  gst_caps_unref (caps);
  desc = gst_ffs_profile_describe (profile);
  r.data = desc->interfaces[0].extra;
  r.size = desc->interfaces[0].extra_size;
  want_control (&r, 0, 0);
  fail_unless_equals_int (r.size, 0);
  gst_object_unref (profile);
}

GST_END_TEST;

/* ---- the offer ---- */

static gchar *
choice_to_string (const GstFfsUvcChoice * choice)
{
  GString *text = g_string_new (choice->format->fourcc);
  guint i, j;

  for (i = 0; i < choice->n_frames; i++) {
    const GstFfsUvcFrame *frame = &choice->frames[i];

    g_string_append_printf (text, " %s%ux%u", i == choice->frame ? "*" : "",
        frame->width, frame->height);
    for (j = 0; j < frame->n_rates; j++)
      g_string_append_printf (text, "%c%s%d/%d", j ? ',' : '@',
          j == frame->rate ? "*" : "", frame->rates[j].n, frame->rates[j].d);
  }
  return g_string_free (text, FALSE);
}

static void
check_offer (const gchar * text, const gchar * wanted)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstFfsUvcOffer *offer = gst_ffs_uvc_offer_new (caps);
  GString *got = g_string_new (NULL);
  guint i;

  for (i = 0; offer && i < offer->n_choices; i++) {
    g_autofree gchar *choice = choice_to_string (&offer->choices[i]);

    g_string_append_printf (got, "%s%s", i ? "; " : "", choice);
  }
  fail_unless_equals_string (got->str, wanted);
  g_string_free (got, TRUE);
  g_clear_pointer (&offer, gst_ffs_uvc_offer_free);
  gst_caps_unref (caps);
}

#define FIXED "width=320,height=240,framerate=25/1"

GST_START_TEST (test_offer)
{
  /* Nothing for this class. */
  check_offer ("ANY", "");
  check_offer ("EMPTY", "");
  check_offer ("video/x-raw,format=RGB," FIXED, "");
  check_offer ("video/x-raw," FIXED, "");
  check_offer ("video/x-raw(memory:EGLImage),format=NV12," FIXED, "");
  check_offer ("video/x-h264,stream-format=avc," FIXED, "");
  check_offer ("video/x-h264,alignment=nal," FIXED, "");
  check_offer ("video/x-raw,format=YUY2,width=321,height=240", "");
  check_offer ("video/x-raw,format=NV12,width=320,height=241", "");
  check_offer ("image/jpeg,width=8193,height=2", "");

  /* Formats in upstream's order, in whatever memory, each once. */
  check_offer ("image/jpeg," FIXED ";video/x-raw(memory:DMABuf),"
      "format={RGB,NV12,YUY2}," FIXED ";video/x-raw,format=NV12," FIXED
      ";video/x-h264," FIXED,
      "MJPG *320x240@*25/1; YUY2 *320x240@*25/1; NV12 *320x240@*25/1; "
      "H264 *320x240@*25/1");

  /* Lists as they are; 640x480 and 30/s to begin with. */
  check_offer ("image/jpeg,width={320,640},height={240,480},"
      "framerate={5/1,15/2,30/1,60/1}",
      "MJPG 320x240@60/1,*30/1,15/2,5/1 320x480@60/1,*30/1,15/2,5/1 "
      "640x240@60/1,*30/1,15/2,5/1 *640x480@60/1,*30/1,15/2,5/1");

  /* The rates of several structures for a size are all of them. */
  check_offer ("image/jpeg,width=320,height=240,framerate=25/1;"
      "image/jpeg,width=320,height=240,framerate={50/1,25/1,0/1}",
      "MJPG *320x240@50/1,*25/1");

  /* No rate known: 30, and nothing said about it upstream. */
  check_offer ("image/jpeg,width=320,height=240", "MJPG *320x240@*0/0");
  check_offer ("image/jpeg,width=320,height=240,framerate=0/1",
      "MJPG *320x240@*0/0");
}

GST_END_TEST;

GST_START_TEST (test_offer_of_ranges)
{
  /* A sensor: its full size first, then what is usual. */
  check_offer ("video/x-raw,format=YUY2,width=[16,800,4],height=[16,600],"
      "framerate=[1/1,20/1]",
      "YUY2 800x600@*20/1,15/1,10/1,5/1 *640x480@*20/1,15/1,10/1,5/1 "
      "320x240@*20/1,15/1,10/1,5/1 640x360@*20/1,15/1,10/1,5/1 "
      "320x180@*20/1,15/1,10/1,5/1 160x120@*20/1,15/1,10/1,5/1");

  /* Anything: what a camera has, up to 1080p and 60/s. */
  check_offer ("video/x-raw,format=YUY2,width=[1,2147483647],"
      "height=[1,2147483647],framerate=[24/1,2147483647/1]",
      "YUY2 *640x480@60/1,50/1,*30/1,25/1 1280x720@60/1,50/1,*30/1,25/1 "
      "1920x1080@60/1,50/1,*30/1,25/1 320x240@60/1,50/1,*30/1,25/1 "
      "640x360@60/1,50/1,*30/1,25/1 800x600@60/1,50/1,*30/1,25/1 "
      "1024x768@60/1,50/1,*30/1,25/1 320x180@60/1,50/1,*30/1,25/1 "
      "160x120@60/1,50/1,*30/1,25/1 960x540@60/1,50/1,*30/1,25/1");
  /* Caps that say nothing of sizes mean the same. */
  check_offer ("image/jpeg,height=540", "MJPG *960x540@*0/0");

  /* Nothing usual in it. */
  check_offer ("video/x-raw,format=YUY2,width=[30,33],height=7,"
      "framerate=[9/2,19/4]", "YUY2 *32x7@*19/4");
  check_offer ("video/x-raw,format=NV12,width=[3,12,3],height=8",
      "NV12 *12x8@*0/0");
  check_offer ("video/x-raw,format=NV12,width=[3,9,3],height=8", "");
  check_offer ("video/x-raw,format=NV12,width=322,height=240", "");
  check_offer ("image/jpeg,width=[14,9800,7],height=[3,9],"
      "framerate=[121/1,2147483647/1]", "MJPG *637x9@*121/1");
}

GST_END_TEST;

/* However much upstream has, the descriptors fit into a configuration. */
GST_START_TEST (test_offer_is_bounded)
{
  GString *text = g_string_new (NULL);
  GstFfsUvcOffer *offer;
  GByteArray *bytes;
  GstCaps *caps;
  guint i, j;

  for (i = 0; i < 40; i++) {
    for (j = 1; j < 40; j++) {
      guint rate = j * 7 % 40;

      g_string_append_printf (text, "video/x-raw,format={YUY2,NV12},width=%u,"
          "height=%u,framerate=%u/1;image/jpeg,width=%u,height=%u,"
          "framerate=%u/1;video/x-h264,width=%u,height=%u,framerate=%u/1;",
          4 + 4 * i, 4 + 4 * i, rate, 1 + i, 1 + i, rate, 1 + i, 1 + i, rate);
    }
  }
  caps = gst_caps_from_string (text->str);
  offer = gst_ffs_uvc_offer_new (caps);
  fail_unless_equals_int (offer->n_choices, 4);
  bytes = gst_ffs_uvc_descriptors_streaming (offer);
  fail_unless (bytes->len <= 3500, "%u bytes", bytes->len);
  for (i = 0; i < 4; i++) {
    fail_unless_equals_int (offer->choices[i].n_frames, 12);
    /* The first ones. */
    fail_unless_equals_int (offer->choices[i].frames[11].height,
        i < 2 ? 48 : 12);
    for (j = 0; j < 12; j++) {
      fail_unless_equals_int (offer->choices[i].frames[j].n_rates, 10);
      /* The fastest are kept. */
      fail_unless_equals_int (offer->choices[i].frames[j].rates[0].n, 39);
      fail_unless_equals_int (offer->choices[i].frames[j].rates[9].n, 30);
    }
  }
  g_byte_array_unref (bytes);
  gst_ffs_uvc_offer_free (offer);
  gst_caps_unref (caps);
  g_string_free (text, TRUE);
}

GST_END_TEST;

static Suite *
uvc_descriptors_suite (void)
{
  Suite *s = suite_create ("uvc-descriptors");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_bytes);
  tcase_add_test (tc, test_no_controls);
  tcase_add_test (tc, test_offer);
  tcase_add_test (tc, test_offer_of_ranges);
  tcase_add_test (tc, test_offer_is_bounded);
  return s;
}

GST_CHECK_MAIN (uvc_descriptors);
