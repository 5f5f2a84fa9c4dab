/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames that a host sends to an output device of USB Video Class, over the
 * fake endpoint: the descriptors, what COMMIT does, and which transfers become
 * frames.
 */

#include <errno.h>
#include <linux/usb/ch9.h>
#include <linux/usb/video.h>

#include "harness.h"
#include "function/gstffsbytes.h"
#include "function/uvc/gstffsuvcdisplay.h"
#include "source/gstffsreceiver.h"
#include "transport/gstffsallocator.h"

#define WIDTH 40
#define HEIGHT 30
#define SIZE (WIDTH * HEIGHT * 2)
#define OFFER "video/x-raw,format={YUY2,NV12},width=40,height=30," \
    "framerate=30/1; image/jpeg,width=40,height=30,framerate=30/1"
#define HEADER 2
#define EOH UVC_STREAM_EOH

static struct
{
  GstFfsProfile *profile;
  GstFfsReceiver *receiver;
  GstAllocator *allocator;
  GstFfsFrameLayout layout;
  guint n_started;
} t;

static void
on_streaming (gboolean streaming, gpointer user_data G_GNUC_UNUSED)
{
  if (streaming)
    gst_ffs_receiver_resume (t.receiver);
  else
    fail_unless_equals_int (gst_ffs_receiver_halt (t.receiver, GST_SECOND), 0);
  t.n_started += streaming;
}

static gboolean
set_offer (const gchar * text)
{
  GstCaps *offer = gst_caps_from_string (text);
  gboolean ok = gst_ffs_profile_set_offer (t.profile, offer);

  gst_caps_unref (offer);
  return ok;
}

static void
setup (void)
{
  gint err = 0;

  memset (&t, 0, sizeof (t));
  fake_endpoint_start ();
  fake_endpoint_set_out (TRUE);
  fake_endpoint_set_heap (TRUE);
  fake_endpoint_set_can_reap (TRUE);
  t.allocator = gst_ffs_allocator_new (NULL, &err);
  t.profile = gst_ffs_uvc_display_new ("screen");
  gst_ffs_profile_set_funcs (t.profile, on_streaming, NULL, NULL, NULL);
  fail_unless (set_offer (OFFER));
  fail_unless_equals_int (gst_ffs_profile_start (t.profile, NULL, NULL), 0);
  t.receiver = gst_ffs_receiver_new (gst_ffs_endpoint_open_for
      (GST_FFS_DIRECTION_OUT, fake_endpoint_path (), -1, "src", &err),
      t.allocator, t.profile);
  fail_unless_equals_int (gst_ffs_endpoint_probe (gst_ffs_receiver_get_endpoint
          (t.receiver)), 0);
  gst_ffs_profile_set_enabled (t.profile, TRUE);
  t.layout.size = SIZE;
  t.layout.exact = TRUE;
}

static void
teardown (void)
{
  gst_ffs_profile_set_enabled (t.profile, FALSE);
  fail_unless (gst_ffs_receiver_close (t.receiver, GST_SECOND));
  gst_ffs_receiver_free (t.receiver);
  gst_ffs_profile_stop (t.profile);
  ASSERT_OBJECT_REFCOUNT (t.profile, "profile", 1);
  gst_object_unref (t.profile);
  gst_object_unref (t.allocator);
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  fake_endpoint_end ();
}

/* ---- requests ---- */

static gboolean
request (guint8 type, guint8 code, guint8 selector, gconstpointer data,
    GByteArray * reply)
{
  GstFfsSetup setup = { type, code, selector << 8, 1, 34 };

  return (data == NULL || gst_ffs_profile_accept (t.profile, &setup))
      && gst_ffs_profile_control (t.profile, &setup, data, reply);
}

static gboolean
commit (guint8 format)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  guint8 data[34] = { 0, 0, format, 1, };

  return request (0x21, UVC_SET_CUR, UVC_VS_COMMIT_CONTROL, data, reply);
}

/* ---- frames ---- */

static gint
queue_buffer (void)
{
  GstBuffer *buffer = gst_buffer_new_allocate (t.allocator,
      GST_ROUND_UP_N (HEADER + t.layout.size, FAKE_PACKET_SIZE), NULL);
  GstFfsCall call;

  return gst_ffs_receiver_queue (t.receiver, buffer, &t.layout, &call);
}

static void
send_payload (guint8 length, guint8 flags, gsize size, guint8 seed)
{
  g_autofree guint8 *data = g_malloc (HEADER + size);

  data[0] = length;
  data[1] = flags;
  memset (data + HEADER, seed, size);
  fake_endpoint_send (data, HEADER + size, FALSE);
}

static guint64
stat_of (const gchar * field)
{
  GstStructure *stats = gst_structure_new_empty ("stats");
  guint64 value = G_MAXUINT64;

  gst_ffs_receiver_add_stats (t.receiver, stats);
  fail_unless (gst_structure_get_uint64 (stats, field, &value), "no %s", field);
  gst_structure_free (stats);
  return value;
}

static void
wait_stat (const gchar * field, guint64 value)
{
  while (stat_of (field) != value)
    g_thread_yield ();
}

static void
take (GstFfsReceived * item)
{
  GstFfsIntake *intake = gst_ffs_receiver_get_intake (t.receiver);
  guint64 ended;

  do {
    ended = gst_ffs_receiver_get_ended (t.receiver);
    if (gst_ffs_intake_take (intake, item))
      return;
  } while (gst_ffs_receiver_wait (t.receiver, ended) == 0);
  fail ("no frame");
}

static void
take_frame (guint8 seed, gboolean discont)
{
  GstFfsReceived item;
  GstMapInfo map;
  gsize i;

  take (&item);
  fail_unless (item.buffer != NULL);
  fail_unless_equals_int (item.discont, discont);
  fail_unless (gst_buffer_get_parent_buffer_meta (item.buffer) == NULL);
  fail_unless (gst_buffer_map (item.buffer, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, t.layout.size);
  for (i = 0; i < map.size; i++)
    fail_unless_equals_int (map.data[i], seed);
  gst_buffer_unmap (item.buffer, &map);
  gst_buffer_unref (item.buffer);
}

static void
take_nothing (void)
{
  GstFfsReceived item;

  fail_if (gst_ffs_intake_take (gst_ffs_receiver_get_intake (t.receiver),
          &item));
}

/* ---- tests ---- */

/* What uvcvideo reads: an input terminal of type streaming, linked to an output
 * header, makes an output node. */
GST_START_TEST (descriptors_are_those_of_an_output_device)
{
  static const guint8 control[] = {
    13, 0x24, 1, 0x10, 0x01, 30, 0, 0x40, 0x42, 0x0f, 0, 1, 1,
    8, 0x24, 2, 1, 0x01, 0x01, 0, 0,
    9, 0x24, 3, 3, 0x01, 0x03, 0, 1, 0
  };
  static const guint8 header[] = { 11, 0x24, 2, 2 };
  const GstFfsFunctionDesc *desc = gst_ffs_profile_describe (t.profile);
  const GstFfsExtra *extra = &desc->interfaces[0].extra[GST_FFS_SPEED_HIGH];

  fail_unless_equals_int (extra->size, sizeof (control));
  fail_unless (memcmp (extra->data, control, sizeof (control)) == 0);
  fail_unless_equals_string (desc->interfaces[1].endpoints, "o");

  extra = &desc->interfaces[1].extra[GST_FFS_SPEED_SUPER];
  fail_unless (memcmp (extra->data, header, sizeof (header)) == 0);
  fail_unless_equals_int (gst_ffs_get_u16 (extra->data + 4), extra->size);
  fail_unless_equals_int (extra->data[6], 0x01);
  fail_unless_equals_int (extra->data[7], 1);
  fail_unless_equals_int (extra->data[8], 1);
  /* JPEG is not offered. */
  fail_unless_equals_int (extra->data[11 + 2], UVC_VS_FORMAT_UNCOMPRESSED);
  fail_unless_equals_int (extra->size,
      11 + 2 * (27 + 30 + UVC_DT_COLOR_MATCHING_SIZE));
}

GST_END_TEST;

GST_START_TEST (encoded_formats_alone_are_rejected)
{
  fail_if (set_offer ("image/jpeg,width=40,height=30,framerate=30/1"));
  fail_if (set_offer ("video/x-bayer,format=bggr,width=40,height=30,"
          "framerate=30/1"));
  fail_unless (set_offer ("ANY"));
  fail_unless (set_offer (OFFER));
}

GST_END_TEST;

GST_START_TEST (commit_selects_caps_and_starts)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  GstCaps *caps;

  fail_unless_equals_int (queue_buffer (), ECANCELED);
  fail_if (commit (3));
  fail_unless_equals_int (t.n_started, 0);
  fail_unless (commit (2));
  fail_unless_equals_int (t.n_started, 1);
  caps = gst_ffs_profile_get_caps (t.profile);
  fail_unless_equals_string (gst_structure_get_string (gst_caps_get_structure
          (caps, 0), "format"), "NV12");
  gst_caps_unref (caps);
  fail_unless (request (0xa1, UVC_GET_CUR, UVC_VS_COMMIT_CONTROL, NULL, reply));
  fail_unless_equals_int (gst_ffs_get_u32 (reply->data + 18),
      WIDTH * HEIGHT * 3 / 2);
}

GST_END_TEST;

GST_START_TEST (frames_start_where_their_buffers_do)
{
  guint i;

  fail_unless (commit (1));
  for (i = 0; i < 3; i++)
    fail_unless_equals_int (queue_buffer (), 0);
  /* Header, frame and the rest of the packet are one transfer. */
  fail_unless_equals_int (fake_endpoint_n_pending (), 3);
  fail_unless_equals_uint64 (fake_endpoint_transfer_length (0),
      GST_ROUND_UP_N (HEADER + SIZE, FAKE_PACKET_SIZE));
  for (i = 0; i < 3; i++) {
    send_payload (2, EOH | UVC_STREAM_EOF | (i & 1), SIZE, i);
    take_frame (i, i == 0);
  }
  fail_unless_equals_uint64 (stat_of ("frames"), 3);
  fail_unless_equals_uint64 (stat_of ("bytes"), 3 * SIZE);
}

GST_END_TEST;

/* uvcvideo sends these while it has no frame. */
GST_START_TEST (empty_transfers_are_not_faults)
{
  fail_unless (commit (1));
  fail_unless_equals_int (queue_buffer (), 0);
  fail_unless_equals_int (queue_buffer (), 0);
  send_payload (2, EOH, SIZE, 1);
  take_frame (1, TRUE);
  fake_endpoint_send ("", 0, TRUE);
  wait_stat ("transfers-empty", 1);
  take_nothing ();
  fail_unless_equals_int (queue_buffer (), 0);
  send_payload (2, EOH, SIZE, 2);
  take_frame (2, FALSE);
  fail_unless_equals_uint64 (stat_of ("frames-short"), 0);
  fail_unless_equals_uint64 (stat_of ("frames-broken"), 0);
}

GST_END_TEST;

static const struct
{
  const gchar *counted;
  guint8 length;
  guint8 flags;
  gsize size;
} faults[] = {
  {"frames-short", 2, EOH, SIZE - 1},
  {"frames-short", 2, EOH, 0},
  {"frames-long", 2, EOH, SIZE + 1},
  {"frames-broken", 12, EOH, SIZE},
  {"frames-broken", 0, EOH, SIZE},
  {"frames-broken", 2, 0, SIZE},
};

GST_START_TEST (other_payloads_are_dropped)
{
  fail_unless (commit (1));
  fail_unless_equals_int (queue_buffer (), 0);
  fail_unless_equals_int (queue_buffer (), 0);
  send_payload (faults[__i__].length, faults[__i__].flags, faults[__i__].size,
      1);
  wait_stat (faults[__i__].counted, 1);
  take_nothing ();
  send_payload (2, EOH, SIZE, 2);
  take_frame (2, TRUE);
  fail_unless_equals_uint64 (stat_of ("frames"), 1);
}

GST_END_TEST;

GST_START_TEST (half_a_header_is_broken)
{
  fail_unless (commit (1));
  fail_unless_equals_int (queue_buffer (), 0);
  fake_endpoint_send ("\2", 1, FALSE);
  wait_stat ("frames-broken", 1);
  take_nothing ();
}

GST_END_TEST;

GST_START_TEST (error_bit_marks_the_buffer)
{
  GstFfsReceived item;

  fail_unless (commit (1));
  fail_unless_equals_int (queue_buffer (), 0);
  send_payload (2, EOH | UVC_STREAM_ERR, SIZE, 1);
  take (&item);
  fail_unless_equals_int (item.head.flags, GST_BUFFER_FLAG_CORRUPTED);
  gst_buffer_unref (item.buffer);
}

GST_END_TEST;

/* A host that stopped in the middle of a frame, and the next one. */
GST_START_TEST (commit_cancels_half_a_frame)
{
  static const guint8 packet[FAKE_PACKET_SIZE] = { 2, EOH, };

  fail_unless (commit (1));
  fail_unless_equals_int (queue_buffer (), 0);
  fake_endpoint_send (packet, sizeof (packet), FALSE);
  fail_unless (commit (1));
  fail_unless_equals_int (fake_endpoint_n_pending (), 0);
  fail_unless_equals_int (queue_buffer (), 0);
  send_payload (2, EOH, SIZE, 2);
  take_frame (2, TRUE);
  fail_unless_equals_uint64 (stat_of ("frames-lost"), 0);
}

GST_END_TEST;

/* Reading the data of the request acknowledges it, and the host sends. */
GST_START_TEST (commit_cancels_before_its_data_is_read)
{
  const GstFfsSetup setup = { 0x21, UVC_SET_CUR, UVC_VS_COMMIT_CONTROL << 8, 1,
    34
  };

  fail_unless (commit (1));
  fail_unless_equals_int (queue_buffer (), 0);
  fail_unless (gst_ffs_profile_accept (t.profile, &setup));
  fail_unless_equals_int (fake_endpoint_n_pending (), 0);
  fail_unless_equals_int (queue_buffer (), ECANCELED);
}

GST_END_TEST;

/* dwc3, when the host clears the halt of the endpoint: no frame was lost. */
GST_START_TEST (clear_halt_loses_no_frame)
{
  fail_unless (commit (1));
  fail_unless_equals_int (queue_buffer (), 0);
  fake_endpoint_signal (0, -EPIPE);
  wait_stat ("transfers-cancelled", 1);
  fail_unless_equals_uint64 (stat_of ("frames-lost"), 0);
  fail_unless_equals_int (gst_ffs_endpoint_probe (gst_ffs_receiver_get_endpoint
          (t.receiver)), 0);
  fail_unless_equals_int (queue_buffer (), 0);
  send_payload (2, EOH, SIZE, 2);
  take_frame (2, TRUE);
}

GST_END_TEST;

/* No memory behind the frame for the rest of the last packet. */
GST_START_TEST (exact_buffers_are_used)
{
  GstBuffer *buffer = gst_buffer_new_allocate (t.allocator, SIZE, NULL);
  GstFfsCall call;

  fail_unless (commit (1));
  fail_unless_equals_int (gst_ffs_receiver_queue (t.receiver, buffer,
          &t.layout, &call), 0);
  send_payload (2, EOH, SIZE, 3);
  take_frame (3, TRUE);
}

GST_END_TEST;

static Suite *
source_uvc_suite (void)
{
  Suite *s = suite_create ("source-uvc");
  TCase *tc = tcase_create ("source-uvc");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, descriptors_are_those_of_an_output_device);
  tcase_add_test (tc, encoded_formats_alone_are_rejected);
  tcase_add_test (tc, commit_selects_caps_and_starts);
  tcase_add_test (tc, frames_start_where_their_buffers_do);
  tcase_add_test (tc, empty_transfers_are_not_faults);
  tcase_add_loop_test (tc, other_payloads_are_dropped, 0,
      G_N_ELEMENTS (faults));
  tcase_add_test (tc, half_a_header_is_broken);
  tcase_add_test (tc, error_bit_marks_the_buffer);
  tcase_add_test (tc, commit_cancels_half_a_frame);
  tcase_add_test (tc, commit_cancels_before_its_data_is_read);
  tcase_add_test (tc, clear_halt_loses_no_frame);
  tcase_add_test (tc, exact_buffers_are_used);
  return s;
}

GST_CHECK_MAIN (source_uvc);
