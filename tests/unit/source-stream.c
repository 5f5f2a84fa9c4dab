/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames that a host sends by the protocol of profile=stream, over the fake
 * endpoint: what the host can read, what becomes a frame, and what must not.
 */

#include <errno.h>

#include "function/stream/gstffsstreamcontrol.h"
#include "function/stream/gstffsstreamheader.h"
#include "source/gstffsdmabufsrc.h"
#include "source/gstffsreceiver.h"
#include "source/gstffssrchost.h"
#include "source/gstffstimeline.h"
#include "sourcefixture.h"
#include "streamhost.h"
#include "transport/gstffsallocator.h"

#define SIZE 3000
#define OFFER "video/x-raw,format=GRAY8,width=[1,1000],height=30"

static struct
{
  GstFfsProfile *profile;
  GstFfsReceiver *receiver;
  GstAllocator *allocator;
  GstFfsFrameLayout layout;
  guint stream;
} t;

/* ---- what a host asks for ---- */

static guint32
ask (guint8 code, guint offset)
{
  return stream_ask_word (t.profile, code, offset);
}

static void
on_streaming (gboolean streaming, gpointer user_data G_GNUC_UNUSED)
{
  if (t.receiver == NULL)
    return;
  if (streaming)
    gst_ffs_receiver_resume (t.receiver);
  else
    gst_ffs_receiver_halt (t.receiver, GST_SECOND);
}

static void
setup_with (gboolean reap)
{
  gint err = 0;

  memset (&t, 0, sizeof (t));
  source_fixture_endpoint_start ();
  if (!reap) {
    fake_endpoint_set_can_reap (FALSE);
    fake_endpoint_set_can_submit (TRUE);
  }
  t.allocator = gst_ffs_allocator_new (NULL, &err);
  t.profile = gst_ffs_stream_profile_new_receiver ();
  gst_ffs_profile_set_funcs (t.profile, on_streaming, NULL, NULL, NULL);
  profile_start (t.profile, OFFER, NULL);
  gst_ffs_profile_set_enabled (t.profile, TRUE);

  t.receiver = gst_ffs_receiver_new (gst_ffs_endpoint_open_for
      (GST_FFS_DIRECTION_OUT, fake_endpoint_path (), -1, "src", &err),
      t.allocator, t.profile);
  fail_unless_equals_int (gst_ffs_endpoint_probe (gst_ffs_receiver_get_endpoint
          (t.receiver)), 0);
  t.layout.size = SIZE;
  t.layout.exact = TRUE;
}

static void
setup (void)
{
  setup_with (TRUE);
}

static void
teardown (void)
{
  GstFfsReceiver *receiver = g_steal_pointer (&t.receiver);

  fail_unless (gst_ffs_receiver_close (receiver, GST_SECOND));
  gst_ffs_receiver_free (receiver);
  profile_end (t.profile);
  gst_object_unref (t.allocator);
  source_fixture_endpoint_end ();
}

static void
start_stream (void)
{
  fail_unless (stream_tell (t.profile, GST_FFS_STREAM_START, NULL));
  t.stream = ask (GST_FFS_STREAM_GET_STATE, 4);
}

/* ---- what it sends ---- */

static gint
queue_buffer (void)
{
  GstBuffer *buffer = gst_buffer_new_allocate (t.allocator,
      GST_ROUND_UP_N (t.layout.size, FAKE_PACKET_SIZE), NULL);
  GstFfsCall call;

  return gst_ffs_receiver_queue (t.receiver, buffer, &t.layout, &call);
}

static GstFfsStreamHeader
make_header (guint64 length)
{
  GstFfsStreamHeader header = { 0, };

  header.type = GST_FFS_STREAM_FRAME;
  header.stream = t.stream;
  header.length = length;
  header.sequence = 5;
  header.pts = 10 * GST_SECOND;
  header.duration = 40 * GST_MSECOND;
  return header;
}

static void
send_header (const GstFfsStreamHeader * header)
{
  guint8 bytes[GST_FFS_STREAM_HEADER_SIZE];

  gst_ffs_stream_header_write (header, bytes);
  fake_endpoint_send (bytes, sizeof (bytes), FALSE);
}

static void
send_payload (gsize size, guint8 seed)
{
  g_autofree guint8 *data = g_malloc (MAX (size, 1));

  memset (data, seed, size);
  fake_endpoint_send (data, size, size < t.layout.size);
}

static guint64
stat_of (const gchar * field)
{
  GstStructure *stats = gst_structure_new_empty ("stats");

  gst_ffs_receiver_add_stats (t.receiver, stats);
  return take_stat (stats, field);
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
  guint64 ended;

  do {
    ended = gst_ffs_receiver_get_ended (t.receiver);
    if (gst_ffs_intake_take (gst_ffs_receiver_get_intake (t.receiver), item))
      return;
  } while (gst_ffs_receiver_wait (t.receiver, ended) == 0);
  fail ("nothing has come");
}

static void
take_frame (gsize size, guint8 seed)
{
  GstFfsReceived item;
  GstMapInfo map;
  gsize i;

  take (&item);
  fail_unless (item.buffer != NULL);
  fail_unless_equals_uint64 (gst_buffer_get_size (item.buffer), size);
  fail_unless (gst_buffer_map (item.buffer, &map, GST_MAP_READ));
  for (i = 0; i < size; i++)
    fail_unless_equals_int (map.data[i], seed);
  gst_buffer_unmap (item.buffer, &map);
  gst_buffer_unref (item.buffer);
}

static void
send_frame (gsize size, guint8 seed)
{
  const GstFfsStreamHeader header = make_header (size);

  send_header (&header);
  send_payload (size, seed);
}

/* ---- control ---- */

GST_START_TEST (receiver_has_an_out_endpoint)
{
  const GstFfsFunctionDesc *desc = gst_ffs_profile_describe (t.profile);

  fail_unless_equals_string (desc->interfaces[0].endpoints, "o");
  fail_unless_equals_int (desc->interfaces[0].protocol, 2);
}

GST_END_TEST;

GST_START_TEST (host_reads_the_layout)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  GstFfsProfile *camera = gst_ffs_stream_profile_new (NULL), *own = t.profile;

  t.layout.n_planes = 2;
  t.layout.offset[1] = 2000;
  t.layout.stride[0] = 128;
  t.layout.stride[1] = 256;
  start_stream ();
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 0), 0);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 8), 0);
  gst_ffs_profile_set_layout (t.profile, &t.layout);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 0), 1);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 4), t.stream);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 8), SIZE);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 16), 1);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 20), 2);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 36), 128);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 40), 2000);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 44), 256);
  gst_ffs_profile_set_layout (t.profile, NULL);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 0), 2);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 8), 0);
  start_stream ();
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_LAYOUT, 0), 0);

  t.profile = camera;
  fail_if (stream_ask (t.profile, GST_FFS_STREAM_GET_LAYOUT, 0, reply));
  t.profile = own;
  gst_object_unref (camera);
}

GST_END_TEST;

/* ---- frames ---- */

GST_START_TEST (frame_keeps_header_fields)
{
  GstFfsStreamHeader header;
  GstFfsReceived item;

  fail_unless_equals_int (queue_buffer (), ECANCELED);
  start_stream ();
  header = make_header (SIZE);
  header.flags = GST_FFS_STREAM_FLAG_DELTA | GST_FFS_STREAM_FLAG_CORRUPTED;
  fail_unless_equals_int (queue_buffer (), 0);
  fail_unless_equals_int (fake_endpoint_n_pending (), 2);
  send_header (&header);
  send_payload (SIZE, 1);
  take (&item);
  fail_unless (item.buffer != NULL && item.discont);
  fail_unless_equals_uint64 (item.head.pts, 10 * GST_SECOND);
  fail_unless_equals_uint64 (item.head.duration, 40 * GST_MSECOND);
  fail_unless_equals_uint64 (item.head.sequence, 5);
  fail_unless_equals_int (item.head.flags,
      GST_BUFFER_FLAG_DELTA_UNIT | GST_BUFFER_FLAG_CORRUPTED);
  gst_buffer_unref (item.buffer);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_STATE, 24), 1);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_STATE, 32), SIZE);
}

GST_END_TEST;

/* Encoded frames have any length up to the size. */
GST_START_TEST (encoded_frames_have_any_length)
{
  static const gsize lengths[] = { 1, 96, 1000, 1023, 1024, 1025, 2048, 4095,
    4096
  };
  guint i;

  t.layout.size = 4096;
  t.layout.exact = FALSE;
  start_stream ();
  for (i = 0; i < G_N_ELEMENTS (lengths); i++) {
    fail_unless_equals_int (queue_buffer (), 0);
    send_frame (lengths[i], i);
    take_frame (lengths[i], i);
  }
  fail_unless_equals_uint64 (stat_of ("frames"), G_N_ELEMENTS (lengths));

  /* The memory ends with the last packet, but the frame may not be that
   * long. */
  t.layout.size = 4090;
  fail_unless_equals_int (queue_buffer (), 0);
  send_frame (4091, 1);
  wait_stat ("frames-broken", 1);
}

GST_END_TEST;

/* What a host may send in place of a header, or after it. */
static const struct
{
  const gchar *what;
  const gchar *counted;
  guint offset;                 /* of a byte that is changed */
  guint8 change;
  gsize header_size;
  guint64 length;               /* as announced */
  gsize payload;
} faults[] = {
  {"magic", "frames-broken", 0, 1, 96, SIZE, SIZE},
  {"version", "frames-broken", 5, 1, 96, SIZE, SIZE},
  {"length of the header", "frames-broken", 6, 1, 96, SIZE, SIZE},
  {"planes", "frames-broken", 10, 5, 96, SIZE, SIZE},
  {"stream", "frames-broken", 16, 1, 96, SIZE, SIZE},
  {"header too short", "frames-broken", 0, 0, 95, SIZE, SIZE},
  {"header too long", "frames-broken", 0, 0, 97, SIZE, SIZE},
  {"no header", "frames-broken", 0, 0, 1, SIZE, SIZE},
  {"less than a frame", "frames-broken", 0, 0, 96, SIZE - 1, SIZE - 1},
  {"nothing", "frames-broken", 0, 0, 96, 0, 0},
  {"more than there is room for", "frames-broken", 0, 0, 96, G_MAXINT64,
      SIZE},
  /* Which 32 bits would take for a frame. */
  {"4 GiB and a frame", "frames-broken", 0, 0, 96,
      SIZE + (G_GUINT64_CONSTANT (1) << 32), SIZE},
  {"payload too short", "frames-short", 0, 0, 96, SIZE, SIZE - 1},
  {"no payload", "frames-short", 0, 0, 96, SIZE, 0},
  {"payload too long", "frames-long", 0, 0, 96, SIZE, SIZE + 1},
};

GST_START_TEST (faulty_frame_is_dropped_and_the_next_arrives)
{
  GstFfsStreamHeader header;
  guint8 bytes[GST_FFS_STREAM_HEADER_SIZE + 1] = { 0, };
  GstFfsReceived item;

  start_stream ();
  header = make_header (faults[__i__].length);
  gst_ffs_stream_header_write (&header, bytes);
  bytes[faults[__i__].offset] ^= faults[__i__].change;
  fail_unless_equals_int (queue_buffer (), 0);
  fake_endpoint_send (bytes, faults[__i__].header_size, FALSE);
  send_payload (faults[__i__].payload, 7);
  wait_stat (faults[__i__].counted, 1);
  fail_if (gst_ffs_intake_take (gst_ffs_receiver_get_intake (t.receiver),
          &item), "%s", faults[__i__].what);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_STATE, 40), 1);

  /* The next frame is whole. */
  fail_unless_equals_int (queue_buffer (), 0);
  send_frame (SIZE, 8);
  take (&item);
  fail_unless (item.buffer != NULL && item.discont);
  gst_buffer_unref (item.buffer);
  fail_unless_equals_uint64 (stat_of ("frames"), 1);
}

GST_END_TEST;

GST_START_TEST (unknown_packets_are_skipped)
{
  GstFfsStreamHeader header;
  GstFfsReceived item;

  start_stream ();
  header = make_header (100);
  header.type = 77;
  fail_unless_equals_int (queue_buffer (), 0);
  fail_unless_equals_int (queue_buffer (), 0);
  send_header (&header);
  send_payload (100, 1);
  header.type = GST_FFS_STREAM_END;
  header.length = 0;
  send_header (&header);
  take (&item);
  fail_unless (item.buffer == NULL);
  fail_unless_equals_int (item.head.kind, GST_FFS_HEAD_END);
  fail_unless_equals_uint64 (stat_of ("frames-broken"), 0);
  fail_unless_equals_int (ask (GST_FFS_STREAM_GET_STATE, 40), 0);
}

GST_END_TEST;

/* The host is killed in mid-frame, and another one comes. */
GST_START_TEST (halt_keeps_whole_frames_only)
{
  static const guint8 packet[FAKE_PACKET_SIZE];
  GstFfsStreamHeader header;
  GstFfsReceived item;

  start_stream ();
  fail_unless_equals_int (queue_buffer (), 0);
  fail_unless_equals_int (queue_buffer (), 0);
  send_frame (SIZE, 1);
  wait_stat ("frames", 1);
  header = make_header (SIZE);
  send_header (&header);
  fake_endpoint_send (packet, sizeof (packet), FALSE);

  fail_unless (stream_tell (t.profile, GST_FFS_STREAM_STOP, NULL));
  fail_unless_equals_int (fake_endpoint_n_pending (), 0);
  fail_unless_equals_int (queue_buffer (), ECANCELED);
  /* A whole frame is not lost. */
  take_frame (SIZE, 1);
  fail_if (gst_ffs_intake_take (gst_ffs_receiver_get_intake (t.receiver),
          &item));
  start_stream ();
  fail_unless_equals_int (queue_buffer (), 0);
  send_frame (SIZE, 2);
  take_frame (SIZE, 2);
  fail_unless_equals_uint64 (stat_of ("frames-lost"), 0);
}

GST_END_TEST;

/* New buffers for the same stream: not while the host has stopped it. */
GST_START_TEST (cancel_does_not_resume)
{
  start_stream ();
  fail_unless_equals_int (queue_buffer (), 0);
  fail_unless_equals_int (gst_ffs_receiver_cancel (t.receiver, GST_SECOND), 0);
  fail_unless_equals_int (fake_endpoint_n_pending (), 0);
  fail_unless_equals_int (queue_buffer (), 0);
  fail_unless_equals_int (fake_endpoint_n_pending (), 2);

  fail_unless (stream_tell (t.profile, GST_FFS_STREAM_STOP, NULL));
  fail_unless_equals_int (gst_ffs_receiver_cancel (t.receiver, GST_SECOND), 0);
  fail_unless_equals_int (queue_buffer (), ECANCELED);
}

GST_END_TEST;

static gint halting, released_in_halt;

static gpointer
start_again (gpointer host)
{
  gst_ffs_src_host_on_streaming (TRUE, host);
  return NULL;
}

static void
start_in_other_thread (gpointer host, GstMiniObject * buffer G_GNUC_UNUSED)
{
  g_thread_join (g_thread_new ("host", start_again, host));
  g_atomic_int_set (&released_in_halt, g_atomic_int_get (&halting));
}

/* A halt waits for the release of the buffers. With a lock held, a release that
 * needs the host would wait for the halt, until its timeout. */
GST_START_TEST (host_halts_without_a_lock)
{
  GstElement *element = g_object_new (GST_TYPE_FFS_DMABUF_SRC, NULL);
  GstBuffer *buffer;
  GstFfsSrcHost host;
  GstFfsCall call;

  gst_object_ref_sink (element);
  gst_ffs_src_host_init (&host, element);
  gst_ffs_src_host_open (&host, t.receiver, TRUE);
  start_again (&host);
  buffer = gst_buffer_new_allocate (t.allocator, GST_ROUND_UP_N (t.layout.size,
          FAKE_PACKET_SIZE), NULL);
  gst_mini_object_weak_ref (GST_MINI_OBJECT (buffer), start_in_other_thread,
      &host);
  fail_unless_equals_int (gst_ffs_receiver_queue (t.receiver, buffer, &t.layout,
          &call), 0);

  g_atomic_int_set (&halting, TRUE);
  gst_ffs_src_host_on_streaming (FALSE, &host);
  g_atomic_int_set (&halting, FALSE);
  fail_unless (g_atomic_int_get (&released_in_halt));
  fail_unless_equals_int (host.n_started, 2);
  fail_unless_equals_int (fake_endpoint_n_pending (), 0);
  gst_ffs_src_host_close (&host);
  gst_ffs_src_host_clear (&host);
  gst_object_unref (element);
}

GST_END_TEST;

/* The header's buffer is queued when the frame's is refused: the next frame
 * uses it. */
GST_START_TEST (header_without_frame_serves_the_next)
{
  GstBuffer *buffer;
  GstFfsCall call;

  start_stream ();
  buffer = gst_buffer_new_allocate (NULL, SIZE, NULL);
  fail_unless_equals_int (gst_ffs_receiver_queue (t.receiver, buffer,
          &t.layout, &call), EOPNOTSUPP);
  fail_unless_equals_int (fake_endpoint_n_pending (), 1);
  fail_unless_equals_int (gst_ffs_intake_get_in_flight
      (gst_ffs_receiver_get_intake (t.receiver)), 0);
  fail_unless_equals_int (queue_buffer (), 0);
  fail_unless_equals_int (fake_endpoint_n_pending (), 2);
  send_frame (SIZE, 3);
  take_frame (SIZE, 3);

  /* A header that was cancelled is not used again. */
  buffer = gst_buffer_new_allocate (NULL, SIZE, NULL);
  fail_unless_equals_int (gst_ffs_receiver_queue (t.receiver, buffer,
          &t.layout, &call), EOPNOTSUPP);
  start_stream ();
  fail_unless_equals_int (fake_endpoint_n_pending (), 0);
  fail_unless_equals_int (queue_buffer (), 0);
  fail_unless_equals_int (fake_endpoint_n_pending (), 2);
  send_frame (SIZE, 4);
  take_frame (SIZE, 4);
}

GST_END_TEST;

/* Without REAP the length of a short header is unknown, so the bytes of the
 * last header must not pass for it. */
GST_START_TEST (stale_header_is_not_reused)
{
  GstFfsReceived item;

  start_stream ();
  fail_unless_equals_int (queue_buffer (), 0);
  send_frame (SIZE, 1);
  take_frame (SIZE, 1);
  fail_unless_equals_int (queue_buffer (), 0);
  fake_endpoint_send ("F", 1, FALSE);
  send_payload (SIZE, 2);
  wait_stat ("frames-broken", 1);
  fail_if (gst_ffs_intake_take (gst_ffs_receiver_get_intake (t.receiver),
          &item));
}

GST_END_TEST;

/* ---- times ---- */

GST_START_TEST (host_times_map_without_going_back)
{
  const GstClockTime s = GST_SECOND, none = GST_CLOCK_TIME_NONE;
  static GstFfsTimeline line;
  gboolean jump;

  gst_ffs_timeline_reset (&line);
#define map(host, now) gst_ffs_timeline_map (&line, host, now, &jump)
  fail_unless_equals_uint64 (map (100 * s, 5 * s), 5 * s);
  fail_if (jump);
  fail_unless_equals_uint64 (map (101 * s, 6 * s + s / 4), 6 * s);
  fail_if (jump);
  /* The host pauses; later frames continue from there. */
  fail_unless_equals_uint64 (map (102 * s, 9 * s), 9 * s);
  fail_unless (jump);
  fail_unless_equals_uint64 (map (103 * s, 10 * s), 10 * s);
  fail_if (jump);
  /* Values that no host means. */
  fail_unless_equals_uint64 (map (0, 11 * s), 11 * s);
  fail_unless (jump);
  fail_unless_equals_uint64 (map (none - 1, 11 * s + s / 4), 11 * s + s / 4);
  fail_unless (jump);
  fail_unless_equals_uint64 (map (none, 13 * s), 13 * s);
  fail_if (jump);
  /* The timeline never goes back. */
  fail_unless_equals_uint64 (map (50 * s, 13 * s), 13 * s);
  fail_unless_equals_uint64 (map (50 * s - 1, 12 * s), 13 * s);
}

GST_END_TEST;

static void
setup_submit (void)
{
  setup_with (FALSE);
}

static Suite *
source_stream_suite (void)
{
  Suite *s = suite_create ("source-stream");
  TCase *tc = tcase_create ("reap"), *without = tcase_create ("submit");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, receiver_has_an_out_endpoint);
  tcase_add_test (tc, host_reads_the_layout);
  tcase_add_test (tc, frame_keeps_header_fields);
  tcase_add_test (tc, encoded_frames_have_any_length);
  tcase_add_loop_test (tc, faulty_frame_is_dropped_and_the_next_arrives, 0,
      G_N_ELEMENTS (faults));
  tcase_add_test (tc, unknown_packets_are_skipped);
  tcase_add_test (tc, halt_keeps_whole_frames_only);
  tcase_add_test (tc, cancel_does_not_resume);
  tcase_add_test (tc, host_halts_without_a_lock);
  tcase_add_test (tc, header_without_frame_serves_the_next);
  tcase_add_test (tc, host_times_map_without_going_back);

  suite_add_tcase (s, without);
  tcase_add_checked_fixture (without, setup_submit, teardown);
  tcase_add_test (without, frame_keeps_header_fields);
  tcase_add_test (without, halt_keeps_whole_frames_only);
  tcase_add_test (without, stale_header_is_not_reused);
  return s;
}

GST_CHECK_MAIN (source_stream);
