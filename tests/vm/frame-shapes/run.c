/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a pipeline to the end of the stream and evaluates the sink's statistics.
 *
 * Locking: none; a probe in the streaming thread copies the buffers. A tee
 * would hide the sink's pool from the source, and gst_buffer_map() would merge
 * several memories.
 */

#include "test.h"

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <string.h>

#define HANG_US (120 * G_USEC_PER_SEC)
#define FRAMES 4

static GstPadProbeReturn
on_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GByteArray *bytes = g_byte_array_new ();
  guint i;

  (void) pad;
  for (i = 0; i < gst_buffer_n_memory (buffer); i++) {
    GstMemory *mem = gst_buffer_peek_memory (buffer, i);
    GstMapInfo map;

    if (mem->size > 0 && gst_memory_map (mem, &map, GST_MAP_READ)) {
      g_byte_array_append (bytes, map.data, map.size);
      gst_memory_unmap (mem, &map);
    }
  }
  expect (user_data, bytes->data, bytes->len);
  g_byte_array_unref (bytes);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_padded_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  GByteArray *bytes = g_byte_array_new ();
  GstMapInfo map;
  guint y;

  (void) pad;
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    for (y = 0; y < meta->height; y++)
      g_byte_array_append (bytes, map.data + y * meta->stride[0], meta->width);
    gst_buffer_unmap (buffer, &map);
  }
  expect (user_data, bytes->data, bytes->len);
  g_byte_array_unref (bytes);
  return GST_PAD_PROBE_OK;
}

void
clear_run (Run * run)
{
  g_clear_error (&run->error);
  g_clear_pointer (&run->stats, gst_structure_free);
}

static void
push_shape (Test * test, GstElement * pipeline, guint shape)
{
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  guint i, n;

  if (shapes[shape].caps != NULL)
    gst_util_set_object_arg (G_OBJECT (src), "caps", shapes[shape].caps);
  for (i = 0; i < FRAMES; i++) {
    GstBuffer *buffer = shapes[shape].make (test, i);

    for (n = 0; n < shapes[shape].times; n++)
      gst_app_src_push_buffer (GST_APP_SRC (src), gst_buffer_ref (buffer));
    gst_buffer_unref (buffer);
  }
  gst_app_src_end_of_stream (GST_APP_SRC (src));
  gst_object_unref (src);
}

static void
wait_end (GstElement * pipeline, Run * run)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean ended = FALSE;

  while (!ended) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus,
        HANG_US * GST_USECOND,
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);

    if (message == NULL) {
      g_set_error (&run->error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
          "the pipeline hangs");
      break;
    }
    switch (GST_MESSAGE_TYPE (message)) {
      case GST_MESSAGE_WARNING:
        run->n_warnings++;
        break;
      case GST_MESSAGE_ERROR:
        gst_message_parse_error (message, &run->error, NULL);
        ended = TRUE;
        break;
      default:
        ended = TRUE;
        break;
    }
    gst_message_unref (message);
  }
  gst_object_unref (bus);
}

void
run_pipeline (Test * test, const gchar * description, const gchar * copy_mode,
    Run * run)
{
  GstPadProbeCallback probe = on_buffer;
  gint shape = -1;
  GstElement *pipeline, *sink;
  const gchar *properties = "";
  gchar *text;
  GstPad *pad;
  guint i;

  memset (run, 0, sizeof (*run));
  for (i = 0; i < n_shapes; i++) {
    if (g_str_has_prefix (description, "shape:")
        && strcmp (description + strlen ("shape:"), shapes[i].name) == 0)
      shape = i;
  }
  if (shape >= 0) {
    properties = shapes[shape].properties;
    description = "appsrc name=src format=time";
    if (strcmp (properties, "") != 0)
      probe = on_padded_buffer;
  }

  text = g_strdup_printf ("%s ! ffsdmabufsink name=sink endpoint=%s "
      "copy-mode=%s eos-timeout=-1 %s", description, test->endpoint, copy_mode,
      properties);
  pipeline = gst_parse_launch (text, &run->error);
  g_free (text);
  if (run->error != NULL) {
    gst_clear_object (&pipeline);
    return;
  }

  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  /* Rejected frames are not sent. */
  if (strcmp (copy_mode, "never") != 0) {
    pad = gst_element_get_static_pad (sink, "sink");
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, probe, test, NULL);
    gst_object_unref (pad);
  }

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  if (shape >= 0)
    push_shape (test, pipeline, shape);
  wait_end (pipeline, run);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_object_get (sink, "stats", &run->stats, NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

guint64
run_stat (const Run * run, const gchar * field)
{
  guint64 value = G_MAXUINT64;
  guint small;

  if (run->stats == NULL)
    return value;
  if (!gst_structure_get_uint64 (run->stats, field, &value)
      && gst_structure_get_uint (run->stats, field, &small))
    value = small;
  return value;
}

/* Returns: how the frames were sent, as text */
gchar *
outcome (Test * test, const Run * run)
{
  static const gchar *const reasons[] = { "memory", "offset", "padding",
    "no-sg", "no-ioctl", "mode"
  };
  guint64 zero = run_stat (run, "frames-zero-copy");
  guint64 copied = run_stat (run, "frames-copied");
  guint64 bytes = run_stat (run, "bytes-copied");
  GString *text = g_string_new (NULL);
  guint i;

  if (copied == 0 && zero == test->frames) {
    g_string_append (text, "zero-copy");
  } else if (zero == 0 && copied == test->frames) {
    g_string_append (text, bytes < test->sent ? "part" : "copied");
  } else {
    g_string_append_printf (text, "%" G_GUINT64_FORMAT " zero-copy, %"
        G_GUINT64_FORMAT " copied", zero, copied);
  }
  for (i = 0; i < G_N_ELEMENTS (reasons); i++) {
    gchar *field = g_strconcat ("copied-", reasons[i], NULL);

    if (run_stat (run, field) > 0)
      g_string_append_printf (text, " (%s)", reasons[i]);
    g_free (field);
  }
  return g_string_free (text, FALSE);
}
