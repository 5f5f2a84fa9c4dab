/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The offer to a host: which of upstream's caps become formats, sizes and
 * intervals, and the bytes of their descriptors.
 */

#include <string.h>

#include <gst/video/video.h>

#include "bytereader.h"
#include "function/gstffsdescriptors.h"
#include "function/uvc/gstffsuvcdescriptors.h"
#include "uvcfixture.h"

/* Number of descriptors of the status endpoint. */
#ifdef HAVE_AIO
#define N_STATUS 2
#define STREAM_ENDPOINT 2
#else
#define N_STATUS 0
#define STREAM_ENDPOINT 1
#endif

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

#define RAW_SIZE (27 + 34 + 6)
#define ENCODED_SIZE ((11 + 30 + 6) + (28 + 30 + 6))

static void
want_raw (ByteReader * r)
{
  want_begin (r, 27, 0x04);
  want (r, 1, 1);
  want (r, 1, 1);
  want_bytes (r, "YUY2\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 16);
  want (r, 1, 16);
  want (r, 1, 1);
  want (r, 4, 0);
  want_frame (r, 0x05, 640, 480, 640 * 480 * 2, 666666, 333333, 333333);
  want_colors (r);
}

/* @raw: 1 if there are raw frames, 0 if the bus is too slow for them */
static void
want_streaming (ByteReader * r, guint raw)
{
  want_begin (r, 15 + raw, 0x01);
  want (r, 1, 2 + raw);
  want (r, 2, 15 + raw + ENCODED_SIZE + raw * RAW_SIZE);
  want (r, 1, 0x80 | STREAM_ENDPOINT);
  want (r, 1, 0);
  want (r, 1, 3);
  want_bytes (r, "\0\0\0", 3);
  want (r, 1, 1);
  want_bytes (r, "\0\0\0", 2 + raw);

  if (raw)
    want_raw (r);

  want_begin (r, 11, 0x06);
  want (r, 1, 1 + raw);
  want (r, 1, 1);
  want (r, 1, 0);
  want (r, 1, 1);
  want (r, 4, 0);
  want_frame (r, 0x07, 1280, 720, 1280 * 720 * 2, 400000, 400000, 400000);
  want_colors (r);

  want_begin (r, 28, 0x10);
  want (r, 1, 2 + raw);
  want (r, 1, 1);
  want_bytes (r, "H264\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 16);
  want (r, 1, 16);
  want (r, 1, 1);
  want (r, 4, 0);
  want (r, 1, 1);
  want_frame (r, 0x11, 320, 240, 320 * 240 * 2, 333333, 333333, 333333);
  want_colors (r);
}

/* UVC 1.1, 3.8.2: polled every 16 ms, packets of up to 16 bytes. */
static void
want_status (ByteReader * r, guint speed)
{
  want_bytes (r, "\x07\x05\x81\x03\x10\x00", 6);
  want (r, 1, speed == 0 ? 16 : 8);
  if (speed == 2)
    want_bytes (r, "\x06\x30\x00\x00\x10\x00", 6);
  want_bytes (r, "\x05\x25\x03\x10\x00", 5);
}

/* All descriptors as ep0 gets them. The kernel counts each of them. */
GST_START_TEST (descriptor_bytes_match_the_class)
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
  fail_unless_equals_int (desc->stream_endpoint, STREAM_ENDPOINT);
  fail_unless_equals_uint64 (desc->headroom, 12);
  fail_unless (desc->tight);

  blob = gst_ffs_descriptors_build (desc, 0x0100);
  r.data = g_bytes_get_data (blob, &r.size);
  want (&r, 4, 3);
  want (&r, 4, g_bytes_get_size (blob));
  want (&r, 4, 7);
  want (&r, 4, 4 + 4 + 7 + N_STATUS);
  want (&r, 4, 4 + 4 + 10 + N_STATUS);
  want (&r, 4, 5 + 4 + 10 + (N_STATUS ? N_STATUS + 1 : 0));
  for (i = 0; i < 3; i++) {
    want_bytes (&r, "\x08\x0b\x00\x02\x0e\x03\x00\x01", 8);
    want_interface (&r, 0, N_STATUS / 2, 0x0e, 1, 0, 1);
    /* Exposure time; brightness, contrast, hue, saturation and gain. */
    want_control (&r, 0x08, 0x020f);
    if (N_STATUS)
      want_status (&r, i);
    want_interface (&r, 1, 1, 0x0e, 2, 0, 2);
    want_streaming (&r, i > 0);
    want_bytes (&r, "\x07\x05", 2);
    want (&r, 1, 0x80 | STREAM_ENDPOINT);
    want (&r, 1, 2);
    want (&r, 2, packets[i]);
    want (&r, 1, 0);
    if (i == 2)
      want_bytes (&r, "\x06\x30\x0f\x00\x00\x00", 6);
  }
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);

  /* The user's name is that of the association and of the control
   * interface, which have one string in this class. */
  blob = gst_ffs_strings_build (desc);
  r.data = g_bytes_get_data (blob, &r.size);
  want (&r, 4, 2);
  want (&r, 4, g_bytes_get_size (blob));
  want (&r, 4, 2);
  want (&r, 4, 1);
  want (&r, 2, 0x0409);
  want_bytes (&r, "Left eye\0camera stream", 23);
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);
  uvc_fixture_end (&f);
}

GST_END_TEST;

/* The units are there even if the source has no controls. */
GST_START_TEST (no_controls_need_no_status_endpoint)
{
  GstFfsProfile *profile = gst_ffs_uvc_profile_new (&uvc_identity, NULL);
  GstCaps *caps = gst_caps_from_string (OFFER);
  const GstFfsFunctionDesc *desc;
  ByteReader r;

  fail_unless (gst_ffs_profile_set_offer (profile, caps));
  gst_caps_unref (caps);
  desc = gst_ffs_profile_describe (profile);
  r.data = desc->interfaces[0].extra[0].data;
  r.size = desc->interfaces[0].extra[0].size;
  want_control (&r, 0, 0);
  fail_unless_equals_int (r.size, 0);
  fail_unless_equals_string (desc->interfaces[0].endpoints, "");
  fail_unless_equals_int (desc->stream_endpoint, 1);
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
check_text (const GstFfsUvcOffer * offer, const gchar * wanted)
{
  GString *got = g_string_new (NULL);
  guint i;

  for (i = 0; offer && i < offer->n_choices; i++) {
    g_autofree gchar *choice = choice_to_string (&offer->choices[i]);

    g_string_append_printf (got, "%s%s", i ? "; " : "", choice);
  }
  fail_unless_equals_string (got->str, wanted);
  g_string_free (got, TRUE);
}

static void
check_offer (const gchar * text, const gchar * wanted)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstFfsUvcOffer *offer = gst_ffs_uvc_offer_new (caps);

  check_text (offer, wanted);
  g_clear_pointer (&offer, gst_ffs_uvc_offer_free);
  gst_caps_unref (caps);
}

static void
check_limited (const gchar * text, guint64 limit, const gchar * wanted)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstFfsUvcOffer *all = gst_ffs_uvc_offer_new (caps);
  GstFfsUvcOffer *offer = gst_ffs_uvc_offer_new_limited (all, limit);

  check_text (offer, wanted);
  gst_ffs_uvc_offer_free (offer);
  gst_ffs_uvc_offer_free (all);
  gst_caps_unref (caps);
}

/* A raw frame of 640x480 has 614400 bytes, one of 320x240 153600. */
GST_START_TEST (slow_bus_offer_fits_the_bandwidth)
{
  const gchar *offer = "video/x-raw,format=YUY2,width=640,height=480,"
      "framerate={30/1,15/1,5/1};video/x-raw,format=YUY2,width=320,height=240,"
      "framerate={60/1,30/1};image/jpeg,width=1920,height=1080,framerate=60/1";

  check_limited (offer, G_MAXUINT64, "YUY2 *640x480@*30/1,15/1,5/1 "
      "320x240@60/1,*30/1; MJPG *1920x1080@*60/1");
  check_limited (offer, 614400 * 30 + 100, "YUY2 *640x480@*30/1,15/1,5/1 "
      "320x240@60/1,*30/1; MJPG *1920x1080@*60/1");
  check_limited (offer, 614400 * 30 - 1, "YUY2 *640x480@*15/1,5/1 "
      "320x240@60/1,*30/1; MJPG *1920x1080@*60/1");
  check_limited (offer, 153600 * 30 + 100, "YUY2 *640x480@*5/1 320x240@*30/1; "
      "MJPG *1920x1080@*60/1");
  check_limited (offer, 614400 * 5 - 1, "MJPG *1920x1080@*60/1");
  /* An offer without formats would be no camera, so the smallest remains. */
  check_limited ("video/x-raw,format=YUY2,width=640,height=480,"
      "framerate={30/1,5/1};video/x-raw,format=YUY2,width=320,height=240,"
      "framerate={60/1,30/1}", 1000, "YUY2 *320x240@*30/1");
}

GST_END_TEST;

#define FIXED "width=320,height=240,framerate=25/1"

GST_START_TEST (caps_become_formats_sizes_and_intervals)
{
  /* No format of this class. */
  check_offer ("ANY", "");
  check_offer ("EMPTY", "");
  check_offer ("video/x-raw,format=RGB," FIXED, "");
  check_offer ("video/x-raw,format=GRAY8,width=322,height=240", "");
  check_offer ("video/x-raw,format=I420,width=324,height=240", "");
  check_offer ("video/x-bayer,format=rggb,width=320,height=241", "");
  check_offer ("video/x-raw," FIXED, "");
  check_offer ("video/x-raw(memory:EGLImage),format=NV12," FIXED, "");
  check_offer ("video/x-h264,stream-format=avc," FIXED, "");
  check_offer ("video/x-h264,alignment=nal," FIXED, "");
  check_offer ("video/x-raw,format=YUY2,width=321,height=240", "");
  check_offer ("video/x-raw,format=NV12,width=320,height=241", "");
  check_offer ("image/jpeg,width=8193,height=2", "");

  /* Formats in upstream's order, from any memory, each once. */
  check_offer ("image/jpeg," FIXED ";video/x-raw(memory:DMABuf),"
      "format={RGB,NV12,YUY2}," FIXED ";video/x-raw,format=NV12," FIXED
      ";video/x-h264," FIXED,
      "MJPG *320x240@*25/1; YUY2 *320x240@*25/1; NV12 *320x240@*25/1; "
      "H264 *320x240@*25/1");

  /* Lists are kept; the defaults are 640x480 and 30 frames a second. */
  check_offer ("image/jpeg,width={320,640},height={240,480},"
      "framerate={5/1,15/2,30/1,60/1}",
      "MJPG 320x240@60/1,*30/1,15/2,5/1 320x480@60/1,*30/1,15/2,5/1 "
      "640x240@60/1,*30/1,15/2,5/1 *640x480@60/1,*30/1,15/2,5/1");

  /* The rates of a size are those of all its structures. */
  check_offer ("image/jpeg,width=320,height=240,framerate=25/1;"
      "image/jpeg,width=320,height=240,framerate={50/1,25/1,0/1}",
      "MJPG *320x240@50/1,*25/1");

  /* Without a rate the interval is that of 30 frames a second, and
   * upstream's caps get no rate. */
  check_offer ("image/jpeg,width=320,height=240", "MJPG *320x240@*0/0");
  check_offer ("image/jpeg,width=320,height=240,framerate=0/1",
      "MJPG *320x240@*0/0");
}

GST_END_TEST;

GST_START_TEST (ranges_become_common_sizes_and_rates)
{
  /* A sensor: its full size first, then common sizes. */
  check_offer ("video/x-raw,format=YUY2,width=[16,800,4],height=[16,600],"
      "framerate=[1/1,20/1]",
      "YUY2 800x600@*20/1,15/1,10/1,5/1 *640x480@*20/1,15/1,10/1,5/1 "
      "320x240@*20/1,15/1,10/1,5/1 640x360@*20/1,15/1,10/1,5/1 "
      "320x180@*20/1,15/1,10/1,5/1 160x120@*20/1,15/1,10/1,5/1");

  /* Unlimited ranges: common sizes and rates up to 1080p and 60 frames a
   * second. */
  check_offer ("video/x-raw,format=YUY2,width=[1,2147483647],"
      "height=[1,2147483647],framerate=[24/1,2147483647/1]",
      "YUY2 *640x480@60/1,50/1,*30/1,25/1 1280x720@60/1,50/1,*30/1,25/1 "
      "1920x1080@60/1,50/1,*30/1,25/1 320x240@60/1,50/1,*30/1,25/1 "
      "640x360@60/1,50/1,*30/1,25/1 800x600@60/1,50/1,*30/1,25/1 "
      "1024x768@60/1,50/1,*30/1,25/1 320x180@60/1,50/1,*30/1,25/1 "
      "160x120@60/1,50/1,*30/1,25/1 960x540@60/1,50/1,*30/1,25/1");
  /* Caps without sizes are the same. */
  check_offer ("image/jpeg,height=540", "MJPG *960x540@*0/0");

  /* No common size or rate is in the range. */
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

/* Programs ask for a number of frames a second and look for an interval of
 * which that many fit into a second. */
GST_START_TEST (intervals_are_rounded_down)
{
  GstCaps *caps = gst_caps_from_string ("image/jpeg,width=320,height=240,"
      "framerate={60/1,50/1,30/1,25/1,24/1,20/1,15/1,10/1,7/1,5/1};"
      "image/jpeg,width=160,height=120,framerate={30000/1001,15/2}");
  GstFfsUvcOffer *offer = gst_ffs_uvc_offer_new (caps);
  const GstFfsUvcFrame *frame = offer->choices[0].frames;
  guint i;

  fail_unless_equals_int (frame->n_rates, 10);
  for (i = 0; i < frame->n_rates; i++)
    fail_unless_equals_int (10000000 / frame->rates[i].interval,
        frame->rates[i].n);
  fail_unless_equals_int (frame->rates[4].interval, 416666);
  fail_unless_equals_int (frame[1].rates[0].interval, 333666);
  fail_unless_equals_int (frame[1].rates[1].interval, 1333333);
  gst_ffs_uvc_offer_free (offer);
  gst_caps_unref (caps);
}

GST_END_TEST;

/* However much upstream offers, the descriptors fit a configuration. */
GST_START_TEST (huge_offer_fits_a_configuration)
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
  bytes = gst_ffs_uvc_descriptors_streaming (offer, NULL, USB_DIR_IN | 1);
  fail_unless (bytes->len <= GST_FFS_UVC_MAX_DESCRIPTORS, "%u bytes",
      bytes->len);
  for (i = 0; i < 4; i++) {
    fail_unless_equals_int (offer->choices[i].n_frames, 12);
    /* The first sizes are kept. */
    fail_unless_equals_int (offer->choices[i].frames[11].height,
        i < 2 ? 48 : 12);
    for (j = 0; j < 12; j++) {
      fail_unless_equals_int (offer->choices[i].frames[j].n_rates, 10);
      /* The fastest rates are kept. */
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

/* A sensor with all formats in all sizes: each format has descriptors, with
 * its default size. */
GST_START_TEST (every_format_is_offered)
{
  const GstFfsUvcFormat *formats;
  GstCaps *caps = gst_caps_new_empty ();
  const GstFfsFunctionDesc *desc;
  GstFfsProfile *profile = gst_ffs_uvc_profile_new (&uvc_identity, NULL);
  guint8 guids[24][16];
  guint i, j, n, at = 0, found = 0;
  ByteReader r;

  formats = gst_ffs_uvc_formats (&n);
  fail_unless (n > 20);
  for (i = 0; i < n; i++) {
    GstStructure *s = gst_structure_from_string ("x, "
        "width=(int){16,32,64,128,160,320,640}, height=(int){16,32,480}, "
        "framerate=(fraction){60/1,50/1,30/1,25/1,20/1,15/1,10/1,5/1}", NULL);

    gst_structure_set_name (s, formats[i].media);
    if (formats[i].format)
      gst_structure_set (s, "format", G_TYPE_STRING, formats[i].format, NULL);
    gst_caps_append_structure (caps, s);
    gst_ffs_uvc_format_get_guid (&formats[i], guids[i]);
    for (j = 0; j < i; j++)
      fail_if (memcmp (guids[i], guids[j], 16) == 0);
  }
  fail_unless (gst_ffs_profile_set_offer (profile, caps));
  gst_caps_unref (caps);

  desc = gst_ffs_profile_describe (profile);
  r.data = desc->interfaces[1].extra[GST_FFS_SPEED_SUPER].data;
  r.size = desc->interfaces[1].extra[GST_FFS_SPEED_SUPER].size;
  fail_unless (r.size <= GST_FFS_UVC_MAX_DESCRIPTORS);
  fail_unless (r.size > GST_FFS_UVC_MAX_DESCRIPTORS - 100);
  for (; at < r.size; at += r.data[at]) {
    /* Formats are in order, and each has a default size. */
    if (r.data[at + 2] == 0x04 || r.data[at + 2] == 0x10)
      fail_unless (memcmp (r.data + at + 5, guids[found], 16) == 0);
    else if (r.data[at + 2] != 0x06)
      continue;
    found++;
    fail_unless_equals_int (r.data[at + 3], found);
    fail_unless (r.data[at + 4] >= 1);
  }
  fail_unless_equals_int (found, n);
  gst_object_unref (profile);
}

GST_END_TEST;

/* Sizes that GStreamer pads are not offered. */
GST_START_TEST (offered_sizes_have_no_padding)
{
  const GstFfsUvcFormat *formats;
  guint i, n, n_compared = 0;

  formats = gst_ffs_uvc_formats (&n);
  for (i = 0; i < n; i++) {
    const guint width = formats[i].width_step * 5;
    const guint height = formats[i].height_step * 3;
    GstVideoInfo info;

    if (!g_str_equal (formats[i].media, "video/x-raw")
        || gst_video_format_from_string (formats[i].format) ==
        GST_VIDEO_FORMAT_UNKNOWN)
      continue;
    gst_video_info_set_format (&info,
        gst_video_format_from_string (formats[i].format), width, height);
    fail_unless_equals_uint64 (GST_VIDEO_INFO_SIZE (&info),
        gst_ffs_uvc_format_get_max_size (&formats[i], width, height));
    n_compared++;
  }
  fail_unless (n_compared >= 10);
}

GST_END_TEST;

static Suite *
uvc_descriptors_suite (void)
{
  Suite *s = suite_create ("uvc-descriptors");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, descriptor_bytes_match_the_class);
  tcase_add_test (tc, no_controls_need_no_status_endpoint);
  tcase_add_test (tc, caps_become_formats_sizes_and_intervals);
  tcase_add_test (tc, ranges_become_common_sizes_and_rates);
  tcase_add_test (tc, slow_bus_offer_fits_the_bandwidth);
  tcase_add_test (tc, intervals_are_rounded_down);
  tcase_add_test (tc, every_format_is_offered);
  tcase_add_test (tc, offered_sizes_have_no_padding);
  tcase_add_test (tc, huge_offer_fits_a_configuration);
  return s;
}

GST_CHECK_MAIN (uvc_descriptors);
