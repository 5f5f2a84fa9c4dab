/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stddef.h>

#include "meter.h"

/**
 * Setup:
 * @test: name of the test
 * @name: the contender
 * @memory: memory of the frames
 * @size: of a frame, bytes
 * @in_flight: frames in flight, 0 if not selectable
 * @buffers: in rotation
 * @sinks: at once
 *
 * Parameters of a line of results.
 */
typedef struct
{
  const char *test;
  const char *name;
  const char *memory;
  size_t size;
  unsigned int in_flight;
  unsigned int buffers;
  unsigned int sinks;
} Setup;

/**
 * Delays:
 * @ns: the delays; the array belongs to its user
 * @n: number of delays
 * @room: size of the array
 */
typedef struct
{
  uint64_t *ns;
  size_t n;
  size_t room;
} Delays;

void report_begin (const Setup * setup);
void report_meter (const Meter * meter);
void report_number (const char *name, double value);
void report_delays (const char *name, Delays * delays);
void report_end (void);

void delays_init (Delays * delays, size_t room);
void delays_add (Delays * delays, uint64_t ns);
void delays_clear (Delays * delays);

#endif /* BENCH_REPORT_H */
