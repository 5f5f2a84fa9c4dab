/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * source-frames ENDPOINT SERIAL ROUNDS FRAMES: both ends of the cable. A host
 * sends to ffsdmabufsrc, and the program checks the frames of that element.
 * Prints TAP.
 *
 * The main thread is the host; the streaming thread checks the frames.
 *
 * Locking: one lock for the shared data of the two.
 */

#include <errno.h>
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "threads.h"
#include "usbhost.h"

/* Timeout for hangs, also on a slow machine. */
#define HANG (60 * G_TIME_SPAN_SECOND)
#define WRITE_MS 20000

/* Timeout of the host if the element does not receive. */
#define REFUSED_MS 300

/* Maximum number of buffers in the element's pool. */
#define POOL 8

#define MAX_SIZE (1u << 20)
#define ODD 3001
#define WHOLE 4096

static struct
{
  GMutex lock;
  GCond cond;
  gsize size;
  guint8 next;                  /* seed of the next frame */
  guint n_good;
  guint n_bad;
} seen;

static const gchar *endpoint;
static UsbHost *host;
static GstElement *pipeline, *src;
static guint8 *data;

static guint8
byte_at (gsize i, guint8 seed)
{
  return seed + i + i / 251;
}

static void
on_frame (GstElement * sink G_GNUC_UNUSED, GstBuffer * buffer,
    GstPad * pad G_GNUC_UNUSED, gpointer user_data G_GNUC_UNUSED)
{
  gboolean good;
  GstMapInfo map;
  gsize i;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  g_mutex_lock (&seen.lock);
  good = map.size == seen.size;
  for (i = 0; good && i < map.size; i++)
    good = map.data[i] == byte_at (i, seen.next);
  seen.next++;
  if (!good)
    printf ("# frame of %" G_GSIZE_FORMAT " bytes, seed %u for %u\n",
        map.size, map.size ? map.data[0] : 0, (guint) (guint8) (seen.next - 1));
  seen.n_good += good;
  seen.n_bad += !good;
  g_cond_broadcast (&seen.cond);
  g_mutex_unlock (&seen.lock);
  gst_buffer_unmap (buffer, &map);
}

static gboolean
wait_good (guint n)
{
  gint64 end = g_get_monotonic_time () + HANG;
  gboolean ok = TRUE;

  g_mutex_lock (&seen.lock);
  while (ok && seen.n_good < n && seen.n_bad == 0)
    ok = g_cond_wait_until (&seen.cond, &seen.lock, end);
  ok = seen.n_good == n && seen.n_bad == 0;
  g_mutex_unlock (&seen.lock);
  return ok;
}

static void
play (gsize size)
{
  g_autofree gchar *line = g_strdup_printf ("ffsdmabufsrc name=src "
      "endpoint=%s frame-size=%" G_GSIZE_FORMAT " ! fakesink name=sink "
      "sync=false signal-handoffs=true", endpoint, size);
  GstElement *sink;

  pipeline = gst_parse_launch (line, NULL);
  src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), NULL);
  gst_object_unref (sink);
  g_mutex_lock (&seen.lock);
  seen.size = size;
  seen.next = 0;
  seen.n_good = seen.n_bad = 0;
  g_mutex_unlock (&seen.lock);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
}

static void
stop (void)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (src);
  gst_object_unref (pipeline);
}

static guint64
stat_of (const gchar * field)
{
  GstStructure *stats;
  guint64 value = G_MAXUINT64;

  g_object_get (src, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, field, &value);
  gst_structure_free (stats);
  return value;
}

static gboolean
wait_stat (const gchar * field, guint64 value)
{
  gint64 end = g_get_monotonic_time () + HANG;

  while (stat_of (field) != value) {
    if (g_get_monotonic_time () > end) {
      printf ("# %s is %" G_GUINT64_FORMAT "\n", field, stat_of (field));
      return FALSE;
    }
    g_usleep (1000);
  }
  return TRUE;
}

static gssize
send_bytes (gsize size, guint8 seed)
{
  gsize i;

  for (i = 0; i < size; i++)
    data[i] = byte_at (i, seed);
  return usb_host_write (host, data, size, WRITE_MS);
}

static gboolean
send_frames (gsize size, guint first, guint n)
{
  guint i;

  for (i = first; i < first + n; i++) {
    if (send_bytes (size, i) != (gssize) size)
      return FALSE;
  }
  return TRUE;
}

static gboolean
connect_host (void)
{
  return usb_host_open (host) && usb_host_find_out (host);
}

/* ---- tests ---- */

static void
frames_of_each_size_arrive (void)
{
  static const gsize sizes[] = {
    1, 512, 513, 1023, 1024, 1025, 4096, 4097, 16385, 65535, 460800, 460801
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gboolean sent;

    play (sizes[i]);
    sent = send_frames (sizes[i], 0, 8);
    tap_check (sent
        && wait_good (8),
        "8 frames of %" G_GSIZE_FORMAT " bytes: byte "
        "for byte as the host sent them", sizes[i]);
    if (stat_of ("frames") != 8 || stat_of ("frames-short") != 0
        || stat_of ("frames-long") != 0)
      tap_check (FALSE, "no other frame arrives");
    stop ();
  }
}

static void
faulty_frames_are_counted (void)
{
  play (ODD);
  send_frames (ODD, 0, 1);
  tap_check (wait_good (1), "a whole frame");
  send_bytes (ODD - 1, 9);
  tap_check (wait_stat ("frames-short", 1), "a short frame is counted");
  send_bytes (ODD + 1, 9);
  tap_check (wait_stat ("frames-long", 1), "a long frame is counted");
  send_bytes (10 * ODD, 9);
  tap_check (wait_stat ("frames-short", 2), "a flood is one short frame");
  send_frames (ODD, 1, 2);
  tap_check (wait_good (3), "only the whole frames after them arrive");
  stop ();
}

/* While downstream takes no frames, the host waits and no frame is lost. */
static void
host_waits_for_the_pipeline (void)
{
  guint n = 0;

  play (ODD);
  send_frames (ODD, 0, 1);
  tap_check (wait_good (1), "a frame arrives");
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  while (n < 100) {
    gsize i;

    for (i = 0; i < ODD; i++)
      data[i] = byte_at (i, n + 1);
    if (usb_host_write (host, data, ODD, REFUSED_MS) != ODD)
      break;
    n++;
  }
  tap_check (n < 20, "the host waits for a pipeline in PAUSED, after %u frames",
      n);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  tap_check (wait_good (1 + n), "frames that it has sent arrive in PLAYING");
  stop ();
}

/* The driver of a real controller detects a disconnect after a while; the host
 * can open the device until then. */
static gboolean
wait_gone (void)
{
  gint64 end = g_get_monotonic_time () + HANG;
  gchar *serial;

  while ((serial = usb_host_read_attr (host, "serial")) != NULL) {
    g_free (serial);
    if (g_get_monotonic_time () > end)
      return FALSE;
    g_usleep (1000);
  }
  return TRUE;
}

/* Details for the log of a failed run. */
static void
tell (const gchar * what, guint round)
{
  GstStructure *stats;
  gchar *text;

  g_object_get (src, "stats", &stats, NULL);
  text = gst_structure_to_string (stats);
  g_mutex_lock (&seen.lock);
  printf ("# round %u: %s: %u good, %u bad; %s\n", round, what, seen.n_good,
      seen.n_bad, text);
  g_mutex_unlock (&seen.lock);
  g_free (text);
  gst_structure_free (stats);
}

/* Open files but dmabufs, whose number depends on when the pool allocates. */
static guint
count_other_files (void)
{
  guint n_dmabufs, n = test_count_files (&n_dmabufs);

  return n - n_dmabufs;
}

static guint
count_dmabufs (void)
{
  guint n_dmabufs;

  test_count_files (&n_dmabufs);
  return n_dmabufs;
}

static void
unplugged_hosts_leave_no_part_of_a_frame (guint rounds)
{
  guint i, fds = 0, good = 0;
  gboolean ok = TRUE;

  play (ODD);
  for (i = 0; ok && i < rounds; i++) {
    ok = connect_host ();
    if (!ok)
      tell ("no device", i);
    if (ok && !send_frames (ODD, 2 * i, 2)) {
      ok = FALSE;
      tell (g_strerror (errno), i);
    }
    good += 2 * ok;
    if (ok && !wait_good (good)) {
      ok = FALSE;
      tell ("not what was sent", i);
    }
    /* Every second time within a frame. */
    if (ok && i % 2)
      usb_host_write (host, data, 1024, WRITE_MS);
    ok = ok && usb_host_set_port (host, FALSE);
    usb_host_close (host);
    ok = ok && wait_gone () && usb_host_set_port (host, TRUE);
    if (i == 2)
      fds = count_other_files ();
  }
  tap_check (ok
      && good == 2 * rounds,
      "unplugged %u of %u times: the next host's "
      "frames arrive, and no part of one before", i, rounds);
  tap_check (connect_host () && send_frames (ODD, 2 * rounds, 1)
      && wait_good (good + 1), "the last host's frame arrives");
  usb_host_close (host);
  tap_check (count_other_files () <= fds, "files but dmabufs: %u, then %u", fds,
      count_other_files ());
  tap_check (count_dmabufs () <= 2 * POOL, "files of dmabufs: %u",
      count_dmabufs ());
  tap_check (stat_of ("frames-lost") == 0, "no frame counts as lost");
  stop ();
  connect_host ();
}

static void
many_frames_need_no_more_dmabufs (guint frames)
{
  guint fds, i;
  gboolean ok = TRUE;
  guint64 attached;

  play (WHOLE);
  ok = send_frames (WHOLE, 0, 10) && wait_good (10);
  fds = count_other_files ();
  attached = stat_of ("attach-calls");
  for (i = 10; ok && i < frames; i++)
    ok = send_bytes (WHOLE, i) == WHOLE;
  tap_check (ok && wait_good (frames), "%u frames", frames);
  tap_check (count_other_files () <= fds, "files but dmabufs: %u, then %u", fds,
      count_other_files ());
  /* Two descriptors of each dmabuf. */
  tap_check (count_dmabufs () <= 2 * POOL, "files of dmabufs: %u",
      count_dmabufs ());
  tap_check (stat_of ("attach-calls") <= attached + POOL, "no more dmabufs are "
      "attached: %" G_GUINT64_FORMAT, stat_of ("attach-calls"));
  stop ();
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc != 5)
    return 2;
  endpoint = argv[1];
  data = g_malloc (MAX_SIZE);
  host = usb_host_new (argv[2], 1024, 1, NULL, NULL);
  tap_check (connect_host (), "the device has a bulk OUT endpoint");

  frames_of_each_size_arrive ();
  faulty_frames_are_counted ();
  host_waits_for_the_pipeline ();
  many_frames_need_no_more_dmabufs (atoi (argv[4]));
  unplugged_hosts_leave_no_part_of_a_frame (atoi (argv[3]));

  usb_host_free (host);
  g_free (data);
  return tap_end ();
}
