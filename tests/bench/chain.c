/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measures a complete pipeline between two buffers at the pad of the element
 * "sink".
 */

#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

typedef struct
{
  guint warm_up, frames, seen;
  Meter meter;
  GMainLoop *loop;
} Chain;

static GstPadProbeReturn
on_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Chain *chain = data;

  (void) pad;
  (void) info;
  if (chain->seen == chain->warm_up)
    meter_begin (&chain->meter);
  if (chain->seen == chain->warm_up + chain->frames) {
    meter_end (&chain->meter, chain->frames);
    g_main_loop_quit (chain->loop);
    return GST_PAD_PROBE_REMOVE;
  }
  chain->seen++;
  return GST_PAD_PROBE_OK;
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Chain *chain = data;
  GError *error = NULL;

  (void) bus;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    fprintf (stderr, "chain: %s\n", error->message);
    g_clear_error (&error);
    g_main_loop_quit (chain->loop);
  }
  return TRUE;
}

int
main (int argc, char **argv)
{
  Setup setup = { "", "", "", 0, 0, 0, 1 };
  Chain chain = { 0 };
  GError *error = NULL;
  GstElement *pipeline, *sink;
  GstPad *pad;
  GstBus *bus;

  gst_init (&argc, &argv);
  if (argc != 8) {
    fputs ("usage: chain TEST NAME MEMORY SIZE WARM-UP FRAMES PIPELINE\n",
        stderr);
    return 2;
  }
  setup.test = argv[1];
  setup.name = argv[2];
  setup.memory = argv[3];
  setup.size = atoi (argv[4]);
  chain.warm_up = atoi (argv[5]);
  chain.frames = atoi (argv[6]);
  meter_open ();

  pipeline = gst_parse_launch (argv[7], &error);
  if (pipeline == NULL) {
    fprintf (stderr, "chain: %s\n", error->message);
    return 1;
  }
  chain.loop = g_main_loop_new (NULL, FALSE);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_watch (bus, on_message, &chain);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, &chain, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (chain.loop);

  if (chain.meter.frames > 0) {
    report_begin (&setup);
    report_meter (&chain.meter);
    report_end ();
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_bus_remove_watch (bus);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  g_main_loop_unref (chain.loop);
  return chain.meter.frames > 0 ? 0 : 1;
}
