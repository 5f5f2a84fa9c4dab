/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Splits the byte stream into frames.
 *
 * A frame is --frame-size bytes, counted from the first byte received, across
 * packets and transfers. With --short-is-frame a short packet ends a frame
 * too: a frame that ends early is counted and dropped, and the next byte
 * starts a new one. A zero length packet after a complete frame is ignored.
 * With --short-is-frame and no --frame-size, short packets separate the
 * frames.
 *
 * Ownership: a Frames owns its buffer and its files and is the only writer of
 * its counters. It borrows the Options and the Run. One thread, no locking.
 */

#ifndef FRAMES_H
#define FRAMES_H

#include <glib.h>
#include <stdio.h>

#include "options.h"
#include "run.h"

typedef struct
{
  const Options *options;
  Run *run;

  /* The frame being received. Buffered until complete, since incomplete frames
   * are not written. */
  guint64 fill;
  guint8 *buffer;
  gsize room;
  GChecksum *checksum;
  FILE *checksum_file;
  FILE *output;

  /* Results */
  guint64 bytes;
  guint64 count;
  guint64 counted_bytes;
  guint64 n_short;
  guint64 n_incomplete;
  guint64 short_packets;
  gint64 first_us;
  gint64 last_us;
  gint64 longest_gap_us;
  /* 0 before the first byte. */
  gint64 last_data_us;
} Frames;

gboolean frames_open (Frames * frames, const Options * options, Run * run);
/* Takes the data of a transfer. May end the run. */
void frames_receive (Frames * frames, const guint8 * data, gsize size,
    gboolean is_short);
/* Drops the frame being received: the rest of it is lost. */
void frames_give_up (Frames * frames);
/* Returns FALSE if data may not have reached the file. */
gboolean frames_close (Frames * frames);

#endif
