/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Feeds GStreamer sinks: the same buffers from the same pool for each
 * contender, measured from idle to idle. Several sinks run in one thread each.
 *
 * --latency adds the delays of watch.c. With --growth: memory and file
 * descriptors at every tenth of the run.
 */

#include <errno.h>
#include <gst/allocators/gstdmabuf.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "report.h"
#include "sinkfeed.h"
#include "watch.h"

#define MAX_SINKS 4

typedef struct
{
  SinkFeed sink;
  GstBufferPool *pool;
  guint frames;
  guint64 interval_ns;
  gboolean latency;
  gboolean failed;
} Lane;

typedef struct
{
  gint interval;                /* microseconds */
  gboolean latency;
  gboolean growth;
} Wishes;

static gint
get_fd (GstBuffer * buffer)
{
  return gst_dmabuf_memory_get_fd (gst_buffer_peek_memory (buffer, 0));
}

static void
on_release (GstBuffer * buffer, gpointer data)
{
  (void) data;
  watch_release (get_fd (buffer));
}

/* Pushes the frames and waits until all are released. */
static gpointer
run (gpointer data)
{
  Lane *lane = data;
  uint64_t next = 0;
  guint i;

  for (i = 0; i < lane->frames && !lane->failed; i++) {
    GstBuffer *buffer = bench_pool_take (BENCH_POOL (lane->pool));

    if (lane->interval_ns > 0)
      meter_pace (&next, lane->interval_ns);
    if (lane->latency)
      watch_enter (get_fd (buffer));
    lane->failed = gst_pad_push (lane->sink.pad, buffer) != GST_FLOW_OK;
  }
  bench_pool_wait_all (BENCH_POOL (lane->pool));
  return NULL;
}

static gboolean
run_all (Lane * lanes, guint n, guint frames)
{
  GThread *threads[MAX_SINKS];
  gboolean ok = TRUE;
  guint i;

  for (i = 0; i < n; i++) {
    lanes[i].frames = frames;
    if (i > 0)
      threads[i] = g_thread_new ("lane", run, &lanes[i]);
  }
  run (&lanes[0]);
  for (i = 1; i < n; i++)
    g_thread_join (threads[i]);
  for (i = 0; i < n; i++)
    ok = ok && !lanes[i].failed;
  return ok;
}

static gboolean
open_lane (Lane * lane, const Setup * setup, const gchar * description)
{
  GError *error = NULL;

  lane->pool = bench_pool_new (setup->memory, setup->size, setup->buffers);
  if (lane->pool == NULL) {
    fprintf (stderr, "feed: memory: %s\n", g_strerror (errno));
    return FALSE;
  }
  if (!sink_feed_start (&lane->sink, description, &error)) {
    fprintf (stderr, "feed: %s\n", error->message);
    return FALSE;
  }
  return TRUE;
}

static void
close_lane (Lane * lane)
{
  sink_feed_clear (&lane->sink);
  if (lane->pool) {
    gst_buffer_pool_set_active (lane->pool, FALSE);
    gst_object_unref (lane->pool);
  }
  memset (lane, 0, sizeof (*lane));
}

static gulong
kernel_slab_kib (void)
{
  FILE *file = fopen ("/proc/meminfo", "re");
  gchar line[128];
  gulong kib = 0;

  while (file && fgets (line, sizeof (line), file)) {
    if (sscanf (line, "SUnreclaim: %lu", &kib) == 1)
      break;
  }
  if (file)
    fclose (file);
  return kib;
}

static gboolean
grow (Lane * lanes, Setup * setup, guint frames)
{
  guint i;

  for (i = 0; i <= 10; i++) {
    struct mallinfo2 info;

    if (i > 0 && !run_all (lanes, 1, frames / 10))
      return FALSE;
    info = mallinfo2 ();
    report_begin (setup);
    report_number ("after", (gdouble) frames / 10 * i);
    report_number ("heap_bytes", info.uordblks + info.hblkhd);
    report_number ("resident_kib", meter_resident_kib ());
    report_number ("fds", meter_count_fds ());
    report_number ("slab_kib", kernel_slab_kib ());
    report_end ();
  }
  return TRUE;
}

static gboolean
measure (Lane * lanes, Setup * setup, guint frames, const Wishes * wishes)
{
  guint64 allocations, total = frames * (guint64) setup->sinks;
  gboolean ok;
  Meter meter;

  lanes[0].interval_ns = wishes->interval * G_GUINT64_CONSTANT (1000);
  if (wishes->latency) {
    watch_start (frames);
    bench_pool_set_func (BENCH_POOL (lanes[0].pool), on_release, NULL);
    lanes[0].latency = TRUE;
  }
  meter_begin (&meter);
  allocations = watch_allocations ();
  ok = run_all (lanes, setup->sinks, frames);
  allocations = watch_allocations () - allocations;
  meter_end (&meter, total);

  report_begin (setup);
  report_meter (&meter);
  report_number ("allocations", (gdouble) allocations / total);
  if (wishes->latency)
    watch_report ();
  report_end ();
  return ok;
}

static gboolean
run_size (Setup * setup, gchar ** sinks, guint frames, const Wishes * wishes)
{
  Lane lanes[MAX_SINKS] = { 0 };
  gboolean ok = TRUE;
  guint i;

  for (i = 0; i < setup->sinks && ok; i++)
    ok = open_lane (&lanes[i], setup, sinks[i]);
  /* Warm up with two rounds, so that all buffers are attached or mapped. */
  ok = ok && run_all (lanes, setup->sinks, 2 * setup->buffers);
  if (ok && wishes->growth)
    ok = grow (lanes, setup, frames);
  else if (ok)
    ok = measure (lanes, setup, frames, wishes);
  if (!ok) {
    GstMessage *message = lanes[0].sink.pipeline == NULL ? NULL :
        sink_feed_wait (&lanes[0].sink, GST_MESSAGE_ERROR, 0);
    GError *error = NULL;

    if (message != NULL) {
      gst_message_parse_error (message, &error, NULL);
      fprintf (stderr, "feed: %s\n", error->message);
      g_clear_error (&error);
      gst_message_unref (message);
    }
  }
  for (i = 0; i < setup->sinks; i++)
    close_lane (&lanes[i]);
  return ok;
}

int
main (int argc, char **argv)
{
  Setup setup = { "cpu", "", "heap", 0, 3, 6, 1 };
  gchar *test = NULL, *name = NULL, *memory = NULL, **sinks = NULL;
  gchar **sizes = NULL;
  gint buffers = 6, in_flight = 0;
  Wishes wishes = { 0 };
  gboolean stock = FALSE, ok = TRUE;
  GOptionEntry entries[] = {
    {"test", 0, 0, G_OPTION_ARG_STRING, &test, "Name of the test", "NAME"},
    {"name", 0, 0, G_OPTION_ARG_STRING, &name, "The contender", "NAME"},
    {"memory", 0, 0, G_OPTION_ARG_STRING, &memory, "heap, udmabuf, camera",
        "SOURCE"},
    {"buffers", 0, 0, G_OPTION_ARG_INT, &buffers, "In rotation", "N"},
    {"in-flight", 0, 0, G_OPTION_ARG_INT, &in_flight, "To report", "N"},
    {"sink", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sinks,
        "A sink, more than once for several", "DESCRIPTION"},
    {"interval", 0, 0, G_OPTION_ARG_INT, &wishes.interval,
        "Interval between frames (us)", "N"},
    {"latency", 0, 0, G_OPTION_ARG_NONE, &wishes.latency, "Watch delays", NULL},
    {"stock", 0, 0, G_OPTION_ARG_NONE, &stock,
        "Hide the ioctls that mainline lacks", NULL},
    {"growth", 0, 0, G_OPTION_ARG_NONE, &wishes.growth, "Watch memory", NULL},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &sizes, NULL,
        "SIZE:FRAMES..."},
    {NULL}
  };
  GOptionContext *context = g_option_context_new (NULL);
  GError *error = NULL;
  guint i;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || sinks == NULL || sizes == NULL || g_strv_length (sinks) > MAX_SINKS) {
    fprintf (stderr, "feed: %s\n", error ? error->message : "see --help");
    return 2;
  }
  g_option_context_free (context);
  setup.test = test ? test : "cpu";
  setup.name = name ? name : sinks[0];
  setup.memory = memory ? memory : "heap";
  setup.buffers = buffers;
  setup.in_flight = in_flight;
  setup.sinks = g_strv_length (sinks);

  if (stock)
    watch_hide_patches ();
  meter_open ();
  for (i = 0; sizes[i] && ok; i++) {
    gchar *frames;

    setup.size = g_ascii_strtoull (sizes[i], &frames, 10);
    ok = *frames == ':' && run_size (&setup, sinks, atoi (frames + 1), &wishes);
  }
  g_strfreev (sizes);
  g_strfreev (sinks);
  g_free (test);
  g_free (name);
  g_free (memory);
  return ok ? 0 : 1;
}
