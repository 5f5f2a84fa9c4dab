/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measures an interval: CPU time of this process and of kernel workers (in
 * which FunctionFS frees transfers), interrupts separately; context switches;
 * elapsed time.
 *
 * BENCH_CALLS=1 in the environment also counts system calls, which increases
 * all times. BENCH_PERF_FD=N uses perf (record --control fd:N) instead.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "meter.h"
#include "trace.h"

static uint64_t
read_clock (clockid_t id)
{
  struct timespec t;

  clock_gettime (id, &t);
  return t.tv_sec * UINT64_C (1000000000) + t.tv_nsec;
}

uint64_t
meter_now (void)
{
  return read_clock (CLOCK_MONOTONIC);
}

static int perf_fd = -1;

static void
tell_perf (const char *command)
{
  if (write (perf_fd, command, strlen (command)) < 0)
    perror ("bench: perf");
}

void
meter_open (void)
{
  const char *calls = getenv ("BENCH_CALLS");
  const char *perf = getenv ("BENCH_PERF_FD");

  if (perf) {
    perf_fd = atoi (perf);
    return;
  }
  if (!trace_open (calls && calls[0] == '1')) {
    fputs ("bench: this kernel has no tracer\n", stderr);
    exit (1);
  }
}

void
meter_begin (Meter * meter)
{
  memset (meter, 0, sizeof (*meter));
  if (perf_fd >= 0)
    tell_perf ("enable\n");
  else
    trace_begin ();
  meter->wall_ns = meter_now ();
  meter->clock_ns = read_clock (CLOCK_PROCESS_CPUTIME_ID);
}

void
meter_end (Meter * meter, uint64_t frames)
{
  TraceSums sums = { 0 };

  meter->clock_ns = read_clock (CLOCK_PROCESS_CPUTIME_ID) - meter->clock_ns;
  meter->wall_ns = meter_now () - meter->wall_ns;
  if (perf_fd >= 0)
    tell_perf ("disable\n");
  else
    trace_end (&sums);
  meter->frames = frames;
  meter->cpu_ns = sums.runtime[TRACE_US];
  meter->worker_ns = sums.runtime[TRACE_WORKERS];
  meter->driver_ns = sums.runtime[TRACE_DRIVER];
  meter->interrupt_ns = sums.interrupts[TRACE_US]
      + sums.interrupts[TRACE_WORKERS];
  meter->switches = sums.switches;
  meter->calls = sums.calls;
}

/* Sleeps until @interval_ns after the last time, @next. */
void
meter_pace (uint64_t * next, uint64_t interval_ns)
{
  struct timespec t;

  *next = (*next ? *next : meter_now ()) + interval_ns;
  t.tv_sec = *next / 1000000000;
  t.tv_nsec = *next % 1000000000;
  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR);
}

unsigned int
meter_count_fds (void)
{
  DIR *dir = opendir ("/proc/self/fd");
  unsigned int n = 0;

  while (dir && readdir (dir) != NULL)
    n++;
  if (dir)
    closedir (dir);
  /* ".", ".." and the folder's own */
  return n > 3 ? n - 3 : 0;
}

uint64_t
meter_resident_kib (void)
{
  FILE *file = fopen ("/proc/self/statm", "re");
  unsigned long size, resident = 0;

  if (file) {
    if (fscanf (file, "%lu %lu", &size, &resident) != 2)
      resident = 0;
    fclose (file);
  }
  return (uint64_t) resident *sysconf (_SC_PAGESIZE) / 1024;
}
