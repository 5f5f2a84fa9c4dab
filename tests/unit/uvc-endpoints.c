/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a UVC profile learns from its streaming endpoint, the speed of the bus,
 * and what it sends over its status endpoint.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <linux/usb/functionfs.h>

#include "transport/gstffsendpoint.h"
#include "uvcfixture.h"

#define OFFER "video/x-raw,format=YUY2,width=1920,height=1080," \
    "framerate=30/1;video/x-raw,format=YUY2,width=640,height=480," \
    "framerate=30/1;video/x-raw,format=YUY2,width=160,height=120," \
    "framerate=15/1"

/* With libaio the profile has a status endpoint, which is the first one. */
#ifdef HAVE_AIO
#define STREAM_PATH "/dev/ffs-cam/ep2"
#else
#define STREAM_PATH "/dev/ffs-cam/ep1"
#endif

static UvcFixture f;
static GstFfsIoctlFunc real_ioctl;
static GstFfsOpenFunc real_open;
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

static void
set_up (void)
{
  real_ioctl = gst_ffs_ioctl;
  real_open = gst_ffs_open_file;
  gst_ffs_ioctl = fake_ioctl;
  gst_ffs_open_file = fake_open;
  packet_size = 1024;
  uvc_fixture_start (&f, OFFER);
}

static void
tear_down (void)
{
  uvc_fixture_end (&f);
  gst_ffs_ioctl = real_ioctl;
  gst_ffs_open_file = real_open;
}

/* Checks format 1 and size 1 at this speed, after a host has configured the
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

/* The host selects from the descriptors of its speed. */
GST_START_TEST (offer_follows_the_bus_speed)
{
  const GstFfsFunctionDesc *desc = gst_ffs_profile_describe (f.profile);

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

  /* The selection of the last host refers to another list. */
  packet_size = 512;
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 2, 0));
  profile_assert_caps (f.profile,
      "video/x-raw(ANY),format=YUY2,width=160,height=120," "framerate=15/1");
  packet_size = 64;
  gst_ffs_profile_set_enabled (f.profile, TRUE);
  fail_if (uvc_set_probe (&f, COMMIT, 1, 2, 0));
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 1, 0));
  profile_assert_caps (f.profile,
      "video/x-raw(ANY),format=YUY2,width=160,height=120," "framerate=15/1");
  /* Only the speed tells that this is another host. */
  packet_size = 1024;
  gst_ffs_profile_restart (f.profile);
  fail_if (gst_ffs_profile_is_streaming (f.profile));
  fail_unless (uvc_set_probe (&f, COMMIT, 1, 3, 0));
  gst_ffs_profile_restart (f.profile);
  fail_unless (gst_ffs_profile_is_streaming (f.profile));
}

GST_END_TEST;

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
  UvcSource *source = (UvcSource *) f.source;
  guint32 number;

  fail_unless_equals_int (pipe (status_pipe), 0);
  fail_unless_equals_int (fcntl (status_pipe[0], F_SETFL, O_NONBLOCK), 0);
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
  close (status_pipe[0]);
  close (status_pipe[1]);
  status_pipe[0] = status_pipe[1] = -1;
}

GST_END_TEST;

#endif

static Suite *
uvc_endpoints_suite (void)
{
  Suite *s = suite_create ("uvc-endpoints");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, offer_follows_the_bus_speed);
#ifdef HAVE_AIO
  tcase_add_test (tc, status_interrupts_report_control_changes);
#endif
  return s;
}

GST_CHECK_MAIN (uvc_endpoints);
