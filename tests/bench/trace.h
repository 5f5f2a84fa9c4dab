/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef BENCH_TRACE_H
#define BENCH_TRACE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum
{
  TRACE_US,
  TRACE_WORKERS,
  TRACE_DRIVER,
  TRACE_OTHERS,
  TRACE_N
} TraceWho;

/**
 * TraceSums:
 * @runtime: on the processor, ns, without interrupts
 * @interrupts: interrupts during that time, ns
 * @switches: context switches away from the threads
 * @calls: system calls of the threads, if counted
 */
typedef struct
{
  uint64_t runtime[TRACE_N];
  uint64_t interrupts[TRACE_N];
  uint64_t switches;
  uint64_t calls;
} TraceSums;

bool trace_open (bool with_calls);
void trace_begin (void);
void trace_end (TraceSums * sums);
void trace_print_calls (uint64_t frames);

#endif /* BENCH_TRACE_H */
