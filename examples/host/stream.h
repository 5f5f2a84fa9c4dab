/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The transfers in flight.
 *
 * Ownership: a Stream owns its transfers and their memory; libusb owns a
 * transfer from submission to completion; stream_free () does not free those.
 * It borrows the Device, which must outlive it, the Frames that take the data,
 * the Options and the Run. Completions run inside stream_step (). One thread,
 * no locking.
 */

#ifndef STREAM_H
#define STREAM_H

#include <glib.h>

#include "device.h"
#include "frames.h"
#include "options.h"
#include "run.h"

typedef struct _Slot Slot;

typedef struct
{
  const Options *options;
  const Device *device;
  Frames *frames;
  Run *run;

  /* Bytes in a transfer, whole packets. */
  gint64 chunk;
  Slot *slots;
  gint in_flight;
  guint64 expected_in_flight;
  /* The oldest idle slot: slots are submitted in turn, and the kernel
   * completes in order. */
  gint next_slot;
  gboolean let_go;
  gboolean halted;
  guint64 bytes_at_recovery;
  gint vain_recoveries;

  /* Results */
  guint64 stalls;
  guint64 errors;
} Stream;

void stream_init (Stream * stream, const Options * options,
    const Device * device, Frames * frames, Run * run);
gboolean stream_allocate (Stream * stream);
/* Submits transfers for the wanted frames, as many as are free. */
void stream_submit (Stream * stream);
/* Cancels the transfers in flight; they still complete. */
void stream_cancel (Stream * stream);
/* Waits for completions for at most a tick and handles them. Returns FALSE if
 * libusb has failed; transfers in flight then never complete. */
gboolean stream_step (Stream * stream);
void stream_free (Stream * stream);

#endif
