/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef BENCH_METER_H
#define BENCH_METER_H

#include <stdint.h>

/**
 * Meter:
 * @frames: frames between begin and end
 * @cpu_ns: CPU time of all threads of this process, user and system, without
 *     interrupts
 * @worker_ns: CPU time of the kernel's worker threads, without interrupts
 * @driver_ns: CPU time of the controller driver's interrupt thread; 0 for
 *     dummy_hcd, which works in interrupts
 * @interrupt_ns: time of interrupts during these threads
 * @clock_ns: CPU time of this process by the kernel's clock, for comparison
 * @wall_ns: elapsed time
 * @switches: context switches of all threads
 * @calls: system calls of all threads; 0 unless counted
 */
typedef struct
{
  uint64_t frames;
  uint64_t cpu_ns;
  uint64_t worker_ns;
  uint64_t driver_ns;
  uint64_t interrupt_ns;
  uint64_t clock_ns;
  uint64_t wall_ns;
  uint64_t switches;
  uint64_t calls;
} Meter;

void meter_open (void);
void meter_begin (Meter * meter);
void meter_end (Meter * meter, uint64_t frames);

void meter_pace (uint64_t * next, uint64_t interval_ns);
uint64_t meter_now (void);
unsigned int meter_count_fds (void);
uint64_t meter_resident_kib (void);

#endif /* BENCH_METER_H */
