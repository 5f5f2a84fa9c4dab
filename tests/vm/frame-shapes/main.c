/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sends frames of every shape through the real kernel and compares the host's
 * data with them, byte by byte.  The program is both ends of the cable, so it
 * knows where frames of any length end.
 *
 * frame-shapes --endpoint FILE --serial TEXT ROW...
 *
 * A ROW is "LABEL|FORMAT|WANTED|DESCRIPTION".  WANTED is how the frames must be
 * sent (zero-copy, copied, part: only a part of each is copied).  DESCRIPTION
 * is a pipeline without its sink, or "shape:NAME" for buffers made here, or
 * "sweep" for a run with each raw video format.  Rows that are not zero-copy
 * are repeated with copy-mode=never, which must reject the frames.
 *
 * Prints TAP, and the rows as a table in its comments.
 */

#include "test.h"

#include <gst/allocators/gstdmabuf.h>
#include <gst/video/video.h>
#include <stdio.h>
#include <string.h>

#define REFUSED "The frame cannot be sent without a copy because "

typedef struct
{
  const gchar *label;
  const gchar *format;
  const gchar *wanted;
  const gchar *description;
} Row;

static void
check (Test * test, gboolean ok, const Row * row, const gchar * text)
{
  test->n_checks++;
  if (!ok)
    test->n_failed++;
  g_print ("%sok %u - %s, %s: %s\n", ok ? "" : "not ", test->n_checks,
      row->label, row->format, text);
}

/* Returns: how the frames were sent, NULL after a failure */
static gchar *
send (Test * test, const Row * row, const gchar * description)
{
  gboolean ended, same;
  gchar *how;
  Run run;

  begin (test);
  run_pipeline (test, description, "auto", &run);
  ended = run.error == NULL;
  if (!ended)
    g_print ("# %s\n", run.error->message);
  same = take_all (test) && ended;
  how = outcome (test, &run);
  test->transfers = run_stat (&run, "transfers-queued");
  if (ended && (run_stat (&run, "attachments") != 0
          || run_stat (&run, "in-flight") != 0
          || run_stat (&run, "bytes") != test->sent
          || run.n_warnings != (strcmp (how, "zero-copy") != 0
              && strstr (how, "padding") == NULL))) {
    gchar *text = gst_structure_to_string (run.stats);

    check (test, FALSE, row, "statistics and warnings");
    g_print ("# %s: %u warnings, %s\n", description, run.n_warnings, text);
    g_free (text);
  }
  clear_run (&run);
  if (ended && same)
    return how;

  check (test, FALSE, row, ended ? "the host has the same bytes" :
      "gets to the end");
  g_print ("# %s\n", description);
  g_free (how);
  return NULL;
}

static void
refuse (Test * test, const Row * row)
{
  Run run;

  begin (test);
  run_pipeline (test, row->description, "never", &run);
  take_all (test);
  check (test, run.error != NULL
      && g_str_has_prefix (run.error->message, REFUSED),
      row, "copy-mode=never refuses it and says why");
  g_print ("# %s\n", run.error != NULL ? run.error->message : "no error");
  check (test, test->surplus == 0, row, "of which the host sees nothing");
  clear_run (&run);
}

static void
add_line (Test * test, const Row * row, const gchar * how, gboolean refused,
    guint64 frames, guint64 transfers, guint64 bytes)
{
  g_string_append_printf (test->table, "# | %s | %s | %s%s | %" G_GUINT64_FORMAT
      " | %" G_GUINT64_FORMAT " | %" G_GUINT64_FORMAT " |\n", row->label,
      row->format, how, refused ? "; refused with copy-mode=never" : "", frames,
      transfers, bytes);
}

static void
test_row (Test * test, const Row * row)
{
  gchar *how = send (test, row, row->description);
  gboolean zero_copy;

  if (how == NULL) {
    add_line (test, row, "FAILED", FALSE, test->frames, test->transfers,
        test->received);
    return;
  }
  check (test, test->frames > 0, row, "the host has the same bytes");
  check (test, g_str_has_prefix (how, row->wanted), row, row->wanted);
  if (!g_str_has_prefix (how, row->wanted))
    g_print ("# %s\n", how);
  zero_copy = strcmp (how, "zero-copy") == 0;
  add_line (test, row, how, !zero_copy, test->frames, test->transfers,
      test->received);
  if (!zero_copy)
    refuse (test, row);
  g_free (how);
}

/* A width with line padding in all formats that have any.  Not an odd width:
 * GStreamer 1.22 then writes NV12_10LE40 and similar formats beyond the end of
 * the buffer, which crashes with a dmabuf. */
static void
sweep (Test * test, const Row * row)
{
  GstCaps *caps = gst_caps_from_string ("video/x-raw,format="
      GST_VIDEO_FORMATS_ALL);
  const GValue *formats = gst_structure_get_value
      (gst_caps_get_structure (caps, 0), "format");
  guint64 frames = 0, transfers = 0, bytes = 0;
  gboolean all = TRUE;
  guint i, n = gst_value_list_get_size (formats);

  for (i = 0; i < n; i++) {
    const gchar *format =
        g_value_get_string (gst_value_list_get_value (formats, i));
    gchar *description = g_strdup_printf ("videotestsrc num-buffers=2 "
        "! video/x-raw,format=%s,width=52,height=36", format);
    gchar *how = send (test, row, description);

    if (g_strcmp0 (how, row->wanted) != 0) {
      g_print ("# %s: %s\n", format, how ? how : "failed");
      all = FALSE;
    }
    frames += test->frames;
    transfers += test->transfers;
    bytes += test->received;
    g_free (description);
    g_free (how);
  }
  check (test, all && n > 50, row, row->wanted);
  g_print ("# %u formats\n", n);
  add_line (test, row, all ? row->wanted : "FAILED", FALSE, frames, transfers,
      bytes);
  gst_caps_unref (caps);
}

int
main (int argc, char **argv)
{
  gchar *endpoint = NULL, *serial = NULL;
  GOptionEntry entries[] = {
    {"endpoint", 0, 0, G_OPTION_ARG_FILENAME, &endpoint, "path", "FILE"},
    {"serial", 0, 0, G_OPTION_ARG_STRING, &serial, "of the gadget", "TEXT"},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };
  GOptionContext *context = g_option_context_new ("ROW...");
  Test test = { NULL, };
  GError *error = NULL;
  gint i;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || endpoint == NULL || serial == NULL) {
    g_printerr ("frame-shapes: %s\n",
        error != NULL ? error->message : "--endpoint and --serial");
    return 2;
  }
  g_option_context_free (context);
  setvbuf (stdout, NULL, _IOLBF, 0);

  test.endpoint = endpoint;
  test.allocator = gst_dmabuf_allocator_new ();
  test.table = g_string_new (NULL);
  g_mutex_init (&test.lock);
  g_queue_init (&test.expected);
  test.host = usb_host_new (serial, 65536, 8, on_data, &test);
  if (!usb_host_open (test.host) || !usb_host_start (test.host))
    return 1;

  for (i = 1; i < argc; i++) {
    gchar **fields = g_strsplit (argv[i], "|", 4);

    if (g_strv_length (fields) != 4) {
      g_printerr ("frame-shapes: not a row: %s\n", argv[i]);
      return 2;
    } else {
      const Row row = { fields[0], fields[1], fields[2], fields[3] };

      if (strcmp (row.description, "sweep") == 0)
        sweep (&test, &row);
      else
        test_row (&test, &row);
    }
    g_strfreev (fields);
  }

  check (&test, !usb_host_is_gone (test.host), &(const Row) {
        "host", "all", NULL, NULL
      }, "never disturbed");
  usb_host_free (test.host);
  g_print ("# | shape | format | result | frames | transfers | bytes |\n"
      "# |---|---|---|---|---|---|\n%s1..%u\n", test.table->str, test.n_checks);
  begin (&test);
  g_string_free (test.table, TRUE);
  gst_object_unref (test.allocator);
  return test.n_failed == 0 ? 0 : 1;
}
