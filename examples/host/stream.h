/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The transfers in flight.
 *
 * Ownership: a Stream owns its transfers and their memory; between submitting
 * and completion a transfer is libusb's, and stream_free () leaves those alone.
 * It borrows the Device, which must outlive it, the Frames that take the data,
 * the Options and the Run. Completions run inside stream_step (), in the one
 * thread there is: no locking.
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

  /* Bytes of a transfer, whole packets. */
  gint64 chunk;
  Slot *slots;
  gint in_flight;
  guint64 expected_in_flight;
  /* Submitting goes round the slots, and the kernel completes in order, so
   * this one is the oldest idle slot. */
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
/* Asks for as much as is wanted and as there are transfers for. */
void stream_submit (Stream * stream);
/* Takes back what is in flight; it still has to complete. */
void stream_cancel (Stream * stream);
/* Waits for completions, a tick at most, and does what they ask for. FALSE:
 * libusb has failed, and what is in flight will never complete. */
gboolean stream_step (Stream * stream);
void stream_free (Stream * stream);

#endif
