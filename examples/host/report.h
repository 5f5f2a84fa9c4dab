/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line a second, a report at the end, and the same as JSON.
 *
 * Ownership: a Report only reads counters borrowed from main (). One thread,
 * no locking.
 */

#ifndef REPORT_H
#define REPORT_H

#include <glib.h>

#include "device.h"
#include "frames.h"
#include "options.h"
#include "run.h"
#include "stream.h"

typedef struct
{
  const Options *options;
  const Run *run;
  const Device *device;
  const Frames *frames;
  const Stream *stream;
  gint64 last_progress_us;
} Report;

void report_device (const Report * report);
/* Call often; prints once a second. */
void report_progress (Report * report);
void report_print (const Report * report);
gboolean report_write_json (const Report * report);

#endif
