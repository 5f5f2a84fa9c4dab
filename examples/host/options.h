/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the command line asks for.
 *
 * Ownership: main () owns the one Options and its strings. Nothing changes it
 * after options_parse (): what turns out later (the interface, the endpoint,
 * the rounded size of a transfer) is kept by who found it out.
 */

#ifndef OPTIONS_H
#define OPTIONS_H

#include <glib.h>

typedef struct
{
  guint vid;
  guint pid;
  gchar *serial;
  /* Negative: the first that fits. */
  gint interface;
  gint endpoint;
  /* 0: frames are what lies between short packets. */
  gint64 frame_size;
  /* 0: no end. */
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

/* FALSE: it made no sense, which has been said. */
gboolean options_parse (Options * options, int *argc, char ***argv);
void options_clear (Options * options);

#endif
