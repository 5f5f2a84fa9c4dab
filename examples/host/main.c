/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ffs-host: receives frames from a bulk IN endpoint with several transfers in
 * flight, writes them or their checksums, and prints a report.
 *
 * Ownership: main () owns everything, on its stack; the parts borrow each
 * other in the order options, run, frames, device, stream, report, and are
 * freed in reverse order, except the frames: closing their files decides the
 * exit status. One thread, no locking.
 */

#include "device.h"
#include "frames.h"
#include "options.h"
#include "report.h"
#include "run.h"
#include "stream.h"

static void
receive_frames (const Options * options, Run * run, Frames * frames,
    Stream * stream, Report * report)
{
  gint64 start = g_get_monotonic_time ();
  gint64 idle_us = options->idle_timeout * G_USEC_PER_SEC;

  run->going = TRUE;
  stream_submit (stream);
  while (run->going || stream->in_flight > 0) {
    if (run->going) {
      if (interrupted ())
        run_stop (run, STATUS_INTERRUPTED);
      else if (idle_us > 0 && g_get_monotonic_time ()
          - MAX (start, frames->last_data_us) > idle_us)
        run_stop (run, STATUS_IDLE);
      else if (options->progress)
        report_progress (report);
    }
    if (!run->going)
      stream_cancel (stream);
    if (!stream_step (stream))
      return;
  }
  frames_give_up (frames);
}

int
main (int argc, char **argv)
{
  Options options = { 0 };
  Run run = { FALSE, STATUS_ERROR };
  Frames frames = { 0 };
  Device device = { 0 };
  Stream stream = { 0 };
  Report report = { &options, &run, &device, &frames, &stream, 0 };

  if (!options_parse (&options, &argc, &argv)) {
    options_clear (&options);
    return STATUS_USAGE;
  }
  catch_signals ();

  if (frames_open (&frames, &options, &run)) {
    run.status = device_open (&device, &options);
    if (run.status == STATUS_OK)
      run.status = device_claim (&device, &options);
    if (run.status == STATUS_OK) {
      stream_init (&stream, &options, &device, &frames, &run);
      if (options.progress)
        report_device (&report);
      if (stream_allocate (&stream))
        receive_frames (&options, &run, &frames, &stream, &report);
      else
        run.status = STATUS_ERROR;
      report_print (&report);
    }
  }
  stream_free (&stream);
  device_close (&device);

  if (!frames_close (&frames)
      || (options.json_path != NULL && !report_write_json (&report)))
    run.status = STATUS_ERROR;
  options_clear (&options);
  return run.status;
}
