/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rates, the text report and the JSON report.
 *
 * Writes to standard error, since the frames may go to standard output. Owns
 * nothing; one thread, no locking.
 */

#include "report.h"

#include <stdio.h>

typedef struct
{
  gint status;
  const gchar *name;
  const gchar *words;
} Ending;

static const Ending *
find_ending (const Report * report)
{
  static const Ending endings[] = {
    {STATUS_ERROR, "error", "an error"},
    {STATUS_OK, "complete", "all frames are here"},
    {STATUS_GONE, "device-gone", "the device went away"},
    {STATUS_IDLE, "idle", "nothing came any more"},
    {STATUS_NO_DEVICE, "no-device", "no device"},
    {STATUS_INTERRUPTED, "interrupted", "interrupted"}
  };
  gsize i;

  for (i = 1; i < G_N_ELEMENTS (endings); i++) {
    if (endings[i].status == report->run->status)
      return &endings[i];
  }
  return &endings[0];
}

/* Exclude the first frame from the rate: its start is unknown. */
static gdouble
frames_per_second (const Frames * frames)
{
  gint64 time = frames->last_us - frames->first_us;

  return frames->count < 2 || time <= 0 ? 0.0 :
      (frames->count - 1) * (gdouble) G_USEC_PER_SEC / time;
}

static gdouble
megabytes_per_second (const Frames * frames)
{
  return frames->count == 0 ? 0.0 :
      frames_per_second (frames) * frames->counted_bytes / frames->count / 1e6;
}

void
report_device (const Report * report)
{
  fprintf (stderr, "host: %04x:%04x at %s, endpoint 0x%02x, packets of %u\n",
      report->options->vid, report->options->pid,
      device_speed_name (report->device), report->device->endpoint,
      report->device->packet_size);
}

void
report_progress (Report * report)
{
  const Frames *frames = report->frames;
  gint64 now = g_get_monotonic_time ();

  if (now - report->last_progress_us < G_USEC_PER_SEC)
    return;
  report->last_progress_us = now;
  if (frames->bytes == 0) {
    fputs ("host: nothing yet\n", stderr);
    return;
  }
  fprintf (stderr, "host: %" G_GUINT64_FORMAT, frames->count);
  if (report->options->max_frames > 0)
    fprintf (stderr, " of %" G_GINT64_FORMAT, report->options->max_frames);
  fprintf (stderr, " frames, %.1f frames/s, %.1f MB/s\n",
      frames_per_second (frames), megabytes_per_second (frames));
}

void
report_print (const Report * report)
{
  const Frames *frames = report->frames;
  const Stream *stream = report->stream;

  fprintf (stderr,
      "host: ended, %s\n"
      "  frames        %" G_GUINT64_FORMAT "\n"
      "  short frames  %" G_GUINT64_FORMAT "\n"
      "  incomplete    %" G_GUINT64_FORMAT "\n"
      "  bytes         %" G_GUINT64_FORMAT "\n"
      "  rate          %.2f frames/s, %.2f MB/s (%s)\n"
      "  longest gap   %.1f ms\n"
      "  stalls        %" G_GUINT64_FORMAT "\n"
      "  errors        %" G_GUINT64_FORMAT "\n",
      find_ending (report)->words, frames->count, frames->n_short,
      frames->n_incomplete, frames->bytes, frames_per_second (frames),
      megabytes_per_second (frames), device_speed_name (report->device),
      frames->longest_gap_us / 1000.0, stream->stalls, stream->errors);
}

gboolean
report_write_json (const Report * report)
{
  const gchar *path = report->options->json_path;
  const Frames *frames = report->frames;
  const Stream *stream = report->stream;
  gchar rate[2][G_ASCII_DTOSTR_BUF_SIZE];
  FILE *file = fopen (path, "w");
  gboolean ok;

  if (file == NULL) {
    complain_file (path);
    return FALSE;
  }
  g_ascii_formatd (rate[0], sizeof (rate[0]), "%.3f",
      frames_per_second (frames));
  g_ascii_formatd (rate[1], sizeof (rate[1]), "%.3f",
      megabytes_per_second (frames));
  ok = fprintf (file, "{\"status\": \"%s\", \"frames\": %" G_GUINT64_FORMAT
      ", \"short_frames\": %" G_GUINT64_FORMAT
      ", \"incomplete_frames\": %" G_GUINT64_FORMAT
      ", \"short_packets\": %" G_GUINT64_FORMAT
      ", \"bytes\": %" G_GUINT64_FORMAT
      ", \"stalls\": %" G_GUINT64_FORMAT
      ", \"errors\": %" G_GUINT64_FORMAT
      ", \"longest_gap_us\": %" G_GINT64_FORMAT
      ", \"fps\": %s, \"mb_per_s\": %s}\n", find_ending (report)->name,
      frames->count, frames->n_short, frames->n_incomplete,
      frames->short_packets, frames->bytes, stream->stalls, stream->errors,
      frames->longest_gap_us, rate[0], rate[1]) > 0;
  if (fclose (file) != 0 || !ok) {
    complain_file (path);
    return FALSE;
  }
  return TRUE;
}
