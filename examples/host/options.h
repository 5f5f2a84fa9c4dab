/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options of the command line.
 *
 * Ownership: main () owns the one Options and its strings. Constant after
 * options_parse (): values found later (the interface, the endpoint, the
 * rounded size of a transfer) are kept by the part that finds them.
 */

#ifndef OPTIONS_H
#define OPTIONS_H

#include <glib.h>

typedef struct
{
  guint vid;
  guint pid;
  gchar *serial;
  /* Negative: the first match. */
  gint interface;
  gint endpoint;
  /* 0: short packets separate the frames. */
  gint64 frame_size;
  /* 0: unlimited. */
  gint64 max_frames;
  gint n_transfers;
  gint64 chunk;
  gboolean short_is_frame;
  gboolean wait;
  gdouble wait_timeout;
  gdouble idle_timeout;
  gboolean reset;
  gboolean progress;
  gchar *hold_file;
  gint64 hold_after;
  gchar *checksum_path;
  gchar *output_path;
  gchar *json_path;
  GChecksumType checksum_type;
} Options;

/* Returns FALSE after reporting wrong usage. */
gboolean options_parse (Options * options, int *argc, char ***argv);
void options_clear (Options * options);

#endif
