/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints the results of checks, and ends the program after a hang.
 *
 * Locking: give_up() reads its values without the lock, because the thread that
 * hangs may hold it.
 */

#include "test.h"

#include <unistd.h>

void
check (Test * test, gboolean ok, const gchar * format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  test->n_checks++;
  if (!ok)
    test->n_failed++;
  g_print ("%sok %u - %s\n", ok ? "" : "not ", test->n_checks, text);
  g_free (text);
}

void
give_up (Test * test, const gchar * format, ...)
{
  GstStructure *stats = NULL;
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_print ("Bail out! %s\n", text);
  g_print ("# next %u, returned %u, pushing %d, last %u, frames %"
      G_GUINT64_FORMAT ", %" G_GSIZE_FORMAT " bytes more, gone %d\n",
      test->next, test->returned, test->pushing, test->last, test->frames,
      test->fill, usb_host_is_gone (test->host));
  if (test->sink != NULL) {
    g_object_get (test->sink, "stats", &stats, NULL);
    text = gst_structure_to_string (stats);
    g_print ("# %s\n", text);
  }
  _exit (1);
}

/* Checks the pipeline's messages, except those about states, and its state. */
void
check_pipeline (Test * test, GstElement * pipeline, const gchar * kind)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GstState state;

  while ((message = gst_bus_pop (bus)) != NULL) {
    if (GST_MESSAGE_TYPE (message) & (GST_MESSAGE_ERROR | GST_MESSAGE_WARNING
            | GST_MESSAGE_EOS)) {
      gchar *text = gst_structure_get_name (gst_message_get_structure
          (message)) ? gst_structure_to_string (gst_message_get_structure
          (message)) : NULL;

      g_print ("# %s\n", text);
      g_free (text);
      check (test, FALSE, "%s: no error and no warning", kind);
    }
    gst_message_unref (message);
  }
  gst_object_unref (bus);
  if (gst_element_get_state (pipeline, &state, NULL,
          HANG_US * GST_USECOND) != GST_STATE_CHANGE_SUCCESS
      || state != GST_STATE_PLAYING)
    give_up (test, "%s: the pipeline is in %s", kind,
        gst_element_state_get_name (state));
}
