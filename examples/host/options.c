/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line.
 *
 * Ownership: GOption allocates the strings, options_clear () frees them, also
 * after options_parse () has failed. No locking: one thread.
 */

#include "options.h"

#include "run.h"

#include <string.h>

#define DEFAULT_VID 0x1209
#define DEFAULT_PID 0x0001
#define DEFAULT_TRANSFERS 8
#define DEFAULT_CHUNK (64 * 1024)

static gboolean
parse_id (const gchar * option, const gchar * value, gpointer data,
    GError ** error)
{
  Options *options = data;
  guint64 id;
  gchar *end;

  id = g_ascii_strtoull (value, &end, 16);
  if (end == value || *end != '\0' || id > G_MAXUINT16) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s wants a hexadecimal number of up to four digits, not '%s'",
        option, value);
    return FALSE;
  }
  if (g_str_has_suffix (option, "vid"))
    options->vid = id;
  else
    options->pid = id;
  return TRUE;
}

static gboolean
parse_hash (const gchar * option, const gchar * value, gpointer data,
    GError ** error)
{
  static const struct
  {
    const gchar *name;
    GChecksumType type;
  } hashes[] = {
    {"md5", G_CHECKSUM_MD5}, {"sha1", G_CHECKSUM_SHA1},
    {"sha256", G_CHECKSUM_SHA256}, {"sha512", G_CHECKSUM_SHA512}
  };
  Options *options = data;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (hashes); i++) {
    if (strcmp (value, hashes[i].name) == 0) {
      options->checksum_type = hashes[i].type;
      return TRUE;
    }
  }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "%s is md5, sha1, sha256 or sha512, not '%s'", option, value);
  return FALSE;
}

gboolean
options_parse (Options * options, int *argc, char ***argv)
{
  static const Options defaults = {
    .vid = DEFAULT_VID,
    .pid = DEFAULT_PID,
    .interface = -1,
    .endpoint = -1,
    .n_transfers = DEFAULT_TRANSFERS,
    .chunk = DEFAULT_CHUNK,
    .checksum_type = G_CHECKSUM_SHA1,
  };
  GOptionEntry entries[] = {
    {"vid", 0, 0, G_OPTION_ARG_CALLBACK, parse_id,
        "vendor id in hex (default 1209)", "ID"},
    {"pid", 0, 0, G_OPTION_ARG_CALLBACK, parse_id,
        "product id in hex (default 0001)", "ID"},
    {"serial", 0, 0, G_OPTION_ARG_STRING, &options->serial,
        "take the device with this serial number", "TEXT"},
    {"interface", 0, 0, G_OPTION_ARG_INT, &options->interface,
        "interface number (default: the first with a bulk IN endpoint)", "N"},
    {"endpoint", 0, 0, G_OPTION_ARG_INT, &options->endpoint,
        "endpoint address, such as 0x81 (default: the first bulk IN)", "N"},
    {"frame-size", 0, 0, G_OPTION_ARG_INT64, &options->frame_size,
        "bytes of a frame", "N"},
    {"short-is-frame", 0, 0, G_OPTION_ARG_NONE, &options->short_is_frame,
        "a short packet ends a frame too; without --frame-size nothing else "
          "does", NULL},
    {"frames", 0, 0, G_OPTION_ARG_INT64, &options->max_frames,
        "end after N frames (default 0: never)", "N"},
    {"transfers", 0, 0, G_OPTION_ARG_INT, &options->n_transfers,
        "transfers in flight (default 8)", "N"},
    {"chunk", 0, 0, G_OPTION_ARG_INT64, &options->chunk,
        "bytes of a transfer (default 65536)", "N"},
    {"wait", 0, 0, G_OPTION_ARG_NONE, &options->wait,
        "wait for the device", NULL},
    {"wait-timeout", 0, 0, G_OPTION_ARG_DOUBLE, &options->wait_timeout,
        "wait for the device, no longer than S seconds", "S"},
    {"idle-timeout", 0, 0, G_OPTION_ARG_DOUBLE, &options->idle_timeout,
        "end when nothing comes for S seconds (default 0: never)", "S"},
    {"reset", 0, 0, G_OPTION_ARG_NONE, &options->reset,
        "reset the device first", NULL},
    {"hold-file", 0, 0, G_OPTION_ARG_FILENAME, &options->hold_file,
        "do not read until FILE exists", "FILE"},
    {"hold-after", 0, 0, G_OPTION_ARG_INT64, &options->hold_after,
        "with --hold-file: read N frames before holding", "N"},
    {"checksums", 0, 0, G_OPTION_ARG_FILENAME, &options->checksum_path,
        "write one checksum a frame, one a line", "FILE"},
    {"hash", 0, 0, G_OPTION_ARG_CALLBACK, parse_hash,
        "md5, sha1 (default), sha256 or sha512", "TYPE"},
    {"output", 0, 0, G_OPTION_ARG_FILENAME, &options->output_path,
          "write the frames one behind the other; - is the standard output",
        "FILE"},
    {"json", 0, 0, G_OPTION_ARG_FILENAME, &options->json_path,
        "write the results as one line of JSON", "FILE"},
    {"progress", 0, 0, G_OPTION_ARG_NONE, &options->progress,
        "one line a second", NULL},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };
  GOptionContext *context;
  GOptionGroup *group;
  GError *error = NULL;
  gboolean ok;

  *options = defaults;
  context = g_option_context_new ("- receive frames from a bulk IN endpoint");
  g_option_context_set_description (context,
      "Ends with 0 when all frames came, 1 on an error, 2 on wrong usage, 3 "
      "when the\ndevice went away, 4 when nothing came for --idle-timeout, 5 "
      "without a device,\n130 when interrupted. The report goes to the standard "
      "error output.");
  group = g_option_group_new ("host", NULL, NULL, options, NULL);
  g_option_group_add_entries (group, entries);
  g_option_context_set_main_group (context, group);
  ok = g_option_context_parse (context, argc, argv, &error);
  g_option_context_free (context);
  if (!ok) {
    complain ("%s", error->message);
    g_error_free (error);
    return FALSE;
  }
  if (*argc > 1) {
    complain ("unexpected argument '%s'", (*argv)[1]);
    return FALSE;
  }
  if (options->frame_size < 0
      || (options->frame_size == 0 && !options->short_is_frame)) {
    complain ("--frame-size must be positive, or --short-is-frame be set");
    return FALSE;
  }
  if (options->n_transfers < 1 || options->n_transfers > 256
      || options->chunk < 1 || options->chunk > 16 * 1024 * 1024) {
    complain ("--transfers is 1 to 256, --chunk 1 to 16777216");
    return FALSE;
  }
  if (options->wait_timeout > 0)
    options->wait = TRUE;
  return TRUE;
}

void
options_clear (Options * options)
{
  g_free (options->serial);
  g_free (options->hold_file);
  g_free (options->checksum_path);
  g_free (options->output_path);
  g_free (options->json_path);
}
