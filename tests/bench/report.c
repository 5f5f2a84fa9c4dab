/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints results as one JSON object a line. All names are known and need no
 * escapes.
 */

#include <stdio.h>
#include <stdlib.h>

#include "report.h"
#include "trace.h"

void
report_begin (const Setup * setup)
{
  printf ("{\"test\": \"%s\", \"name\": \"%s\", \"memory\": \"%s\", "
      "\"size\": %zu, \"in_flight\": %u, \"buffers\": %u, \"sinks\": %u",
      setup->test, setup->name, setup->memory, setup->size, setup->in_flight,
      setup->buffers, setup->sinks);
}

void
report_number (const char *name, double value)
{
  printf (", \"%s\": %.6g", name, value);
}

void
report_meter (const Meter * meter)
{
  double n = meter->frames;

  printf (", \"frames\": %.0f, \"cpu_ns\": %.1f, \"worker_ns\": %.1f, "
      "\"driver_ns\": %.1f, \"interrupt_ns\": %.1f, \"clock_ns\": %.1f, "
      "\"wall_ns\": %.1f, \"switches\": %.3f", n, meter->cpu_ns / n,
      meter->worker_ns / n, meter->driver_ns / n, meter->interrupt_ns / n,
      meter->clock_ns / n, meter->wall_ns / n, meter->switches / n);
  if (meter->calls == 0)
    return;
  printf (", \"calls\": %.3f, \"calls_by_name\": {", meter->calls / n);
  trace_print_calls (meter->frames);
  putchar ('}');
}

static int
compare (const void *a, const void *b)
{
  const uint64_t *x = a, *y = b;

  return *x < *y ? -1 : *x > *y ? 1 : 0;
}

/* Sorts them. */
void
report_delays (const char *name, Delays * delays)
{
  if (delays->n == 0)
    return;
  qsort (delays->ns, delays->n, sizeof (delays->ns[0]), compare);
  printf (", \"%s\": {\"n\": %zu, \"p50\": %llu, \"p99\": %llu, "
      "\"max\": %llu}", name, delays->n,
      (unsigned long long) delays->ns[delays->n / 2],
      (unsigned long long) delays->ns[delays->n * 99 / 100],
      (unsigned long long) delays->ns[delays->n - 1]);
}

void
report_end (void)
{
  puts ("}");
  fflush (stdout);
}

void
delays_init (Delays * delays, size_t room)
{
  delays->ns = calloc (room, sizeof (delays->ns[0]));
  delays->n = 0;
  delays->room = delays->ns ? room : 0;
}

/* Drops further values when full. */
void
delays_add (Delays * delays, uint64_t ns)
{
  if (delays->n < delays->room)
    delays->ns[delays->n++] = ns;
}

void
delays_clear (Delays * delays)
{
  free (delays->ns);
  delays->ns = NULL;
  delays->n = delays->room = 0;
}
