/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Example application: the sensor runs only while a host streams, and the host
 * can set one of its properties.
 *
 * Two ways to be the camera:
 *   --gadget NAME, --function DIR   the element does it all (own mode):
 *                                   profile=stream, hosts as in host.c
 *   --ep0 DIR                       this program holds ep0 (foreign mode): the
 *                                   frames go out one behind the other, for
 *                                   hosts like ffs-host; another process binds the
 *                                   gadget (ffs-gadget up, bind)
 *
 * All work is done in the main loop's thread; callbacks from other threads
 * defer to it. The sensor's state is locked, so it does not follow the
 * pipeline, which stays in PLAYING.
 */

#include "camera-app.h"

#include <glib-unix.h>
#include <gst/gst.h>
#include <stdio.h>

#define CONTROL_ID 1
#define CONTROL_STRUCTURE "ffs-control"

typedef struct
{
  GMainLoop *loop;
  GstElement *pipeline;
  GstElement *sensor;
  GstElement *sink;
  Ep0 *ep0;
  gboolean watched;
  gboolean failed;

  /* The control's value and whether it is pending, both atomic. */
  gint value;
  gint changed;                 /* not set on the sensor yet */
} App;

static const gchar *source = "videotestsrc is-live=true";
static const gchar *filter = "video/x-raw";
static const gchar *property = "pattern";
static gchar *gadget, *function, *ep0_directory, *serial;

static const GOptionEntry entries[] = {
  {"gadget", 'g', 0, G_OPTION_ARG_STRING, &gadget,
      "Serve ep0 by the element, create the gadget", "NAME"},
  {"function", 'f', 0, G_OPTION_ARG_FILENAME, &function,
      "Serve ep0 by the element, FunctionFS is mounted", "DIR"},
  {"ep0", 'e', 0, G_OPTION_ARG_FILENAME, &ep0_directory,
      "Serve ep0 by this program", "DIR"},
  {"source", 's', 0, G_OPTION_ARG_STRING, &source,
      "The sensor (videotestsrc is-live=true)", "ELEMENT"},
  {"caps", 'c', 0, G_OPTION_ARG_STRING, &filter,
      "Caps to offer (video/x-raw)", "CAPS"},
  {"property", 'p', 0, G_OPTION_ARG_STRING, &property,
        "Its property that control 1 sets (pattern; v4l2src: brightness)",
      "NAME"},
  {"serial", 'n', 0, G_OPTION_ARG_STRING, &serial, "Serial number", "TEXT"},
  {NULL, 0, 0, 0, NULL, NULL, NULL}
};

/* ---- the sensor ---- */

static void
adjust (App * app)
{
  if (g_atomic_int_compare_and_exchange (&app->changed, TRUE, FALSE))
    g_object_set (app->sensor, property, g_atomic_int_get (&app->value), NULL);
}

/* Runs in the sensor's streaming thread, between two frames: not every element
 * supports a property change during one (videotestsrc of GStreamer 1.22
 * crashes). */
static GstPadProbeReturn
on_frame (GstPad * pad G_GNUC_UNUSED, GstPadProbeInfo * info G_GNUC_UNUSED,
    gpointer user_data)
{
  adjust (user_data);
  return GST_PAD_PROBE_OK;
}

/* Use READY instead of NULL while idle: the caps query needs an open device. */
static void
set_watched (App * app, gboolean watched)
{
  if (app->watched == watched)
    return;
  app->watched = watched;
  g_print (watched ? "host streams\n" : "idle\n");
  if (watched) {
    adjust (app);
    gst_element_set_base_time (app->sensor,
        gst_element_get_base_time (app->pipeline));
    if (gst_element_set_state (app->sensor, GST_STATE_PLAYING)
        == GST_STATE_CHANGE_FAILURE)
      g_printerr ("camera-app: cannot start the sensor\n");
  } else {
    gst_element_set_state (app->sensor, GST_STATE_READY);
  }
}

static gboolean
update (gpointer user_data)
{
  App *app = user_data;
  gboolean streaming;

  g_object_get (app->sink, "streaming", &streaming, NULL);
  set_watched (app, streaming);
  return G_SOURCE_REMOVE;
}

/* Called from the ep0 thread, which must not change states: the host's request
 * is pending until this returns. */
static void
on_streaming (GObject * sink G_GNUC_UNUSED, GParamSpec * pspec G_GNUC_UNUSED,
    gpointer user_data)
{
  g_idle_add (update, user_data);
}

/* With an ep0 of the application there is no START request: a host that
 * configures the device gets the stream. */
static void
on_enabled (gboolean enabled, gpointer user_data)
{
  set_watched (user_data, enabled);
}

/* ---- the control ---- */

static gboolean
has_control (App * app, guint id)
{
  GParamSpec *pspec =
      g_object_class_find_property (G_OBJECT_GET_CLASS (app->sensor), property);

  return id == CONTROL_ID && pspec && (G_IS_PARAM_SPEC_INT (pspec)
      || G_IS_PARAM_SPEC_UINT (pspec) || G_IS_PARAM_SPEC_ENUM (pspec));
}

static gboolean
set_control (guint id, gint value, gpointer user_data)
{
  App *app = user_data;

  if (!has_control (app, id))
    return FALSE;
  g_atomic_int_set (&app->value, value);
  g_atomic_int_set (&app->changed, TRUE);
  g_print ("%s = %d\n", property, value);
  return TRUE;
}

static gboolean
get_control (guint id, gint * value, gpointer user_data)
{
  App *app = user_data;

  if (!has_control (app, id))
    return FALSE;
  *value = g_atomic_int_get (&app->value);
  return TRUE;
}

/* When the element serves ep0, control requests arrive at its sink pad. */
static GstPadProbeReturn
on_request (GstPad * pad G_GNUC_UNUSED, GstPadProbeInfo * info,
    gpointer user_data)
{
  gboolean is_query = (info->type & GST_PAD_PROBE_TYPE_QUERY_BOTH) != 0;
  const GstStructure *request = is_query ?
      gst_query_get_structure (GST_PAD_PROBE_INFO_QUERY (info)) :
      gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));
  guint id;
  gint value;

  if (!request || !gst_structure_has_name (request, CONTROL_STRUCTURE)
      || !gst_structure_get_uint (request, "id", &id))
    return GST_PAD_PROBE_OK;

  if (is_query) {
    if (!get_control (id, &value, user_data))
      return GST_PAD_PROBE_DROP;
    gst_structure_set (gst_query_writable_structure (GST_PAD_PROBE_INFO_QUERY
            (info)), "value", G_TYPE_INT, value, NULL);
    return GST_PAD_PROBE_HANDLED;
  }
  if (!gst_structure_get_int (request, "value", &value)
      || !set_control (id, value, user_data))
    return GST_PAD_PROBE_DROP;
  gst_event_unref (GST_PAD_PROBE_INFO_EVENT (info));
  return GST_PAD_PROBE_HANDLED;
}

static void
watch_control (App * app)
{
  GstPad *pad = gst_element_get_static_pad (app->sensor, "src");

  if (has_control (app, CONTROL_ID))
    g_object_get (app->sensor, property, &app->value, NULL);
  if (pad) {
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, app, NULL);
    gst_object_unref (pad);
  }
}

/* ---- the pipeline ---- */

static gboolean
on_message (GstBus * bus G_GNUC_UNUSED, GstMessage * msg, gpointer user_data)
{
  App *app = user_data;
  GError *error = NULL;

  if (GST_MESSAGE_TYPE (msg) == GST_MESSAGE_WARNING) {
    gst_message_parse_warning (msg, &error, NULL);
  } else if (GST_MESSAGE_TYPE (msg) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (msg, &error, NULL);
    app->failed = TRUE;
    g_main_loop_quit (app->loop);
  }
  if (error)
    g_printerr ("camera-app: %s\n", error->message);
  g_clear_error (&error);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (((App *) user_data)->loop);
  return G_SOURCE_CONTINUE;
}

/* async=false: without a host there is no frame to preroll with.
 * without-host=drop: a waiting frame would block the sensor's state change. */
static gboolean
make_pipeline (App * app)
{
  g_autofree gchar *text = g_strdup_printf ("%s name=sensor ! %s "
      "! ffsdmabufsink name=sink async=false without-host=drop", source,
      filter);
  g_autofree gchar *endpoint = NULL;
  GError *error = NULL;
  GstBus *bus;
  GstPad *pad;

  app->pipeline = gst_parse_launch (text, &error);
  if (error) {
    g_printerr ("camera-app: %s\n", error->message);
    g_error_free (error);
    return FALSE;
  }
  app->sensor = gst_bin_get_by_name (GST_BIN (app->pipeline), "sensor");
  app->sink = gst_bin_get_by_name (GST_BIN (app->pipeline), "sink");
  watch_control (app);
  if (ep0_directory) {
    endpoint = g_build_filename (ep0_directory, "ep1", NULL);
    g_object_set (app->sink, "endpoint", endpoint, NULL);
  } else {
    g_object_set (app->sink, "gadget", gadget, "function", function, "serial",
        serial, NULL);
    g_signal_connect (app->sink, "notify::streaming",
        G_CALLBACK (on_streaming), app);
    pad = gst_element_get_static_pad (app->sink, "sink");
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM |
        GST_PAD_PROBE_TYPE_QUERY_UPSTREAM | GST_PAD_PROBE_TYPE_PUSH,
        on_request, app, NULL);
    gst_object_unref (pad);
  }

  bus = gst_element_get_bus (app->pipeline);
  gst_bus_add_watch (bus, on_message, app);
  gst_object_unref (bus);
  gst_element_set_locked_state (app->sensor, TRUE);
  return TRUE;
}

static gboolean
start (App * app)
{
  static const Ep0Callbacks callbacks =
      { on_enabled, get_control, set_control };

  if (!make_pipeline (app))
    return FALSE;
  if (ep0_directory) {
    app->ep0 = ep0_new (ep0_directory, &callbacks, app);
    if (app->ep0 == NULL)
      return FALSE;
  }
  if (gst_element_set_state (app->sensor, GST_STATE_READY)
      == GST_STATE_CHANGE_FAILURE
      || gst_element_set_state (app->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    while (g_main_context_iteration (NULL, FALSE));
    return FALSE;
  }
  return TRUE;
}

/* Stop the sink first, so that it cannot block the sensor's streaming
 * thread. */
static void
stop (App * app)
{
  if (app->pipeline) {
    gst_element_set_state (app->pipeline, GST_STATE_NULL);
    gst_element_set_state (app->sensor, GST_STATE_NULL);
    gst_object_unref (app->sensor);
    gst_object_unref (app->sink);
    gst_object_unref (app->pipeline);
  }
  if (app->ep0)
    ep0_free (app->ep0);
}

int
main (int argc, char **argv)
{
  GOptionContext *context = g_option_context_new ("- a camera");
  GError *error = NULL;
  App app = { 0, };

  setvbuf (stdout, NULL, _IOLBF, 0);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || (!gadget && !function && !ep0_directory)) {
    g_printerr ("camera-app: %s\n", error ? error->message :
        "one of --gadget, --function and --ep0 is needed");
    return 2;
  }
  g_option_context_free (context);

  app.loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGINT, on_signal, &app);
  g_unix_signal_add (SIGTERM, on_signal, &app);
  if (start (&app)) {
    g_print ("ready\n");
    g_main_loop_run (app.loop);
  } else {
    app.failed = TRUE;
  }
  stop (&app);
  g_main_loop_unref (app.loop);
  return app.failed ? 1 : 0;
}
