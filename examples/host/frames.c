/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Assembling frames, their checksums and the output.
 *
 * Ownership: the buffer grows to the largest frame and is used for all of them;
 * no pointer into it leaves this file. One thread, no locking.
 */

#include "frames.h"

#include <string.h>

static gboolean
make_room (Frames * frames, guint64 size)
{
  guint8 *buffer;

  if (size <= frames->room)
    return TRUE;
  /* The size may exceed the memory, or gsize. */
  buffer = size == (gsize) size ? g_try_realloc (frames->buffer, size) : NULL;
  if (buffer == NULL) {
    complain ("no memory for a frame of %" G_GUINT64_FORMAT " bytes", size);
    return FALSE;
  }
  frames->buffer = buffer;
  frames->room = size;
  return TRUE;
}

gboolean
frames_open (Frames * frames, const Options * options, Run * run)
{
  frames->options = options;
  frames->run = run;
  if (options->checksum_path != NULL) {
    frames->checksum_file = fopen (options->checksum_path, "we");
    if (frames->checksum_file == NULL) {
      complain_file (options->checksum_path);
      return FALSE;
    }
    /* Flush, so that readers see each frame at once. */
    setvbuf (frames->checksum_file, NULL, _IOLBF, 0);
    frames->checksum = g_checksum_new (options->checksum_type);
  }
  if (options->output_path != NULL) {
    frames->output = strcmp (options->output_path, "-") == 0 ? stdout :
        fopen (options->output_path, "we");
    if (frames->output == NULL) {
      complain_file (options->output_path);
      return FALSE;
    }
    return make_room (frames, options->frame_size);
  }
  return TRUE;
}

static void
start_frame (Frames * frames)
{
  frames->fill = 0;
  if (frames->checksum != NULL)
    g_checksum_reset (frames->checksum);
}

static void
finish_frame (Frames * frames)
{
  const Options *options = frames->options;
  gint64 now = g_get_monotonic_time ();

  if (frames->checksum != NULL
      && fprintf (frames->checksum_file, "%s\n",
          g_checksum_get_string (frames->checksum)) < 0) {
    complain_file (options->checksum_path);
    run_stop (frames->run, STATUS_ERROR);
  }
  if (frames->output != NULL
      && fwrite (frames->buffer, 1, frames->fill, frames->output)
      != frames->fill) {
    complain_file (options->output_path);
    run_stop (frames->run, STATUS_ERROR);
  }

  if (frames->count == 0)
    frames->first_us = now;
  else
    frames->longest_gap_us = MAX (frames->longest_gap_us,
        now - frames->last_us);
  frames->last_us = now;
  frames->count++;
  frames->counted_bytes += frames->fill;
  start_frame (frames);

  if (options->max_frames > 0 && frames->count == (guint64) options->max_frames)
    run_stop (frames->run, STATUS_OK);
}

static void
add_bytes (Frames * frames, const guint8 * data, gsize size)
{
  guint64 fill = frames->fill + size;

  if (frames->checksum != NULL)
    g_checksum_update (frames->checksum, data, size);
  if (frames->output != NULL) {
    /* Only frames of unknown size outgrow the buffer; doubling limits the
     * copying. */
    if (fill > frames->room
        && !make_room (frames, MAX (fill, (guint64) frames->room * 2))) {
      run_stop (frames->run, STATUS_ERROR);
      return;
    }
    memcpy (frames->buffer + frames->fill, data, size);
  }
  frames->fill = fill;
}

void
frames_receive (Frames * frames, const guint8 * data, gsize size,
    gboolean is_short)
{
  guint64 frame_size = frames->options->frame_size;
  gsize part;

  if (size > 0) {
    frames->last_data_us = g_get_monotonic_time ();
    frames->bytes += size;
  }
  if (is_short)
    frames->short_packets++;
  while (size > 0 && frames->run->going) {
    part = size;
    if (frame_size > 0)
      part = MIN (part, frame_size - frames->fill);
    add_bytes (frames, data, part);
    data += part;
    size -= part;
    if (frame_size > 0 && frames->fill == frame_size)
      finish_frame (frames);
  }
  if (!is_short || !frames->run->going || !frames->options->short_is_frame
      || frames->fill == 0)
    return;
  if (frame_size == 0) {
    finish_frame (frames);
  } else {
    frames->n_short++;
    start_frame (frames);
  }
}

void
frames_give_up (Frames * frames)
{
  if (frames->fill > 0) {
    frames->n_incomplete++;
    start_frame (frames);
  }
}

static gboolean
close_file (FILE * file, const gchar * path)
{
  if (file == NULL || fclose (file) == 0)
    return TRUE;
  complain_file (path);
  return FALSE;
}

gboolean
frames_close (Frames * frames)
{
  gboolean ok;

  ok = close_file (frames->checksum_file, frames->options->checksum_path);
  ok &= close_file (frames->output, frames->options->output_path);
  g_clear_pointer (&frames->checksum, g_checksum_free);
  g_clear_pointer (&frames->buffer, g_free);
  return ok;
}
