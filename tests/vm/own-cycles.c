/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * own-cycles N PIPELINE: starts the pipeline N times, waits each time until a
 * host has configured the sink's function, and stops it.  Prints the number of
 * file descriptors and threads of the process after the second and the last
 * time.
 */

#include <stdlib.h>

#include <gst/gst.h>

#include "threads.h"

#define PATIENCE (60 * G_TIME_SPAN_SECOND)

static gboolean
get (GstElement * sink, const gchar * property)
{
  gboolean value;

  g_object_get (sink, property, &value, NULL);
  return value;
}

static gboolean
wait_for_host (GstElement * sink, GstBus * bus)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (!get (sink, "connected")) {
    GstMessage *message =
        gst_bus_timed_pop_filtered (bus, 10 * GST_MSECOND, GST_MESSAGE_ERROR);

    if (message) {
      GError *error = NULL;

      gst_message_parse_error (message, &error, NULL);
      g_printerr ("%s\n", error->message);
      g_error_free (error);
      gst_message_unref (message);
      return FALSE;
    }
    if (g_get_monotonic_time () > end) {
      g_printerr ("no host\n");
      return FALSE;
    }
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  GstElement *pipeline, *sink;
  GstBus *bus;
  guint threads, left;
  gint i, n;
  gboolean ok = TRUE;

  gst_init (&argc, &argv);
  test_keep_no_threads ();
  threads = test_count_threads (G_MAXUINT);
  if (argc != 3)
    return 2;
  n = atoi (argv[1]);
  pipeline = gst_parse_launch (argv[2], NULL);
  if (pipeline == NULL)
    return 2;
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  bus = gst_element_get_bus (pipeline);
  for (i = 1; ok && i <= n; i++) {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    ok = wait_for_host (sink, bus);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_bus_set_flushing (bus, TRUE);
    gst_bus_set_flushing (bus, FALSE);
    if (i == 2 || i == n) {
      left = test_count_threads (threads);
      g_print ("%d cycles: %u fds, %u threads\n", i, test_count_files (NULL),
          left);
    }
  }
  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return ok ? 0 : 1;
}
