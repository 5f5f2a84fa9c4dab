/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Frames out of the byte stream.
 *
 * A frame is --frame-size bytes, counted from the first byte received; where
 * packets or transfers end does not matter. With --short-is-frame a short
 * packet ends a frame as well: one that comes too early makes a short frame,
 * which is counted and dropped, and the next byte starts a new frame; a zero
 * length packet after a whole frame means nothing. With --short-is-frame and no
 * --frame-size frames are whatever lies between short packets.
 *
 * Ownership: a Frames owns its buffer and its files, and it alone writes its
 * counters, which everybody may read. It borrows the Options and the Run. One
 * thread, no locking.
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

  /* The frame that is being received: kept whole until its end is here, for
   * the output has no broken frames. */
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
/* What a transfer has brought. It may end the run. */
void frames_receive (Frames * frames, const guint8 * data, gsize size,
    gboolean is_short);
/* The rest of the frame that is being received will not come. */
void frames_give_up (Frames * frames);
/* FALSE: not all that was written may have arrived in its file. */
gboolean frames_close (Frames * frames);

#endif
