/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPU time from the kernel's trace, with nanoseconds: threads between context
 * switches, without interrupts; and optionally system calls.
 *
 * The kernel's CPU clocks are not usable here: a packaged kernel charges an
 * interrupt to the interrupted thread (no IRQ_TIME_ACCOUNTING), and the rest
 * of it to a thread woken in it. In the VM controller and host work in
 * interrupts.
 *
 * One tracer instance, started and stopped by one thread.
 */

#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#ifdef __x86_64__
#include <x86intrin.h>
#endif

#include "trace.h"
#include "transport/gstffsuapi.h"

#define TRACING "/sys/kernel/tracing/"
#ifdef __x86_64__
/* The only clock that the tracer prints finer than a microsecond. */
#define TRACE_CLOCK "x86-tsc"
#else
#define TRACE_CLOCK "mono_raw"
#endif
#define MAX_NAMES 32
#define MAX_THREADS 64

/* CPU time without interrupts. */
typedef struct
{
  char name[32];
  uint64_t count;
  uint64_t ticks;
} Call;

typedef struct
{
  int pid;
  unsigned int call;            /* current call, or USER */
} Thread;

/* The first is user space. */
#define USER 0
static Call calls[MAX_NAMES] = { {"user", 0, 0} };

static unsigned int n_calls;

static Thread threads[MAX_THREADS];
static unsigned int n_threads;
static double ns_per_tick;

static uint64_t begin_ticks, begin_ns;

static bool
set (const char *file, const char *value)
{
  char path[128];
  bool ok;
  int fd;

  snprintf (path, sizeof (path), TRACING "%s", file);
  fd = open (path, O_WRONLY | O_TRUNC);
  ok = fd >= 0 && write (fd, value, strlen (value)) > 0;
  if (fd >= 0)
    close (fd);
  return ok;
}

static uint64_t
monotonic_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec * UINT64_C (1000000000) + t.tv_nsec;
}

/* On the tracer's clock */
static uint64_t
now_ticks (void)
{
#ifdef __x86_64__
  return __rdtsc ();
#else
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC_RAW, &t);
  return t.tv_sec * UINT64_C (1000000000) + t.tv_nsec;
#endif
}

/* "TICKS:" or "SECONDS.MICROSECONDS:", by the kind of clock */
static uint64_t
parse_time (char *s, char **end)
{
  uint64_t time = strtoull (s, end, 10);

  if (**end == '.')
    time = time * UINT64_C (1000000000)
        + strtoull (*end + 1, end, 10) * 1000;
  return time;
}

/* Returns: false if there is no tracer */
bool
trace_open (bool with_calls)
{
  static const char *const events[] = {
#ifdef __x86_64__
    /* On other architectures the timer interrupt is an ordinary one. */
    "irq_vectors/local_timer_entry", "irq_vectors/local_timer_exit",
#endif
    "irq/irq_handler_entry", "irq/irq_handler_exit",
    "irq/softirq_entry", "irq/softirq_exit", "sched/sched_switch",
  };
  char path[128];
  size_t i;

  set ("tracing_on", "0");
  if (!set ("trace_clock", TRACE_CLOCK) || !set ("buffer_size_kb", "16384"))
    return false;
  for (i = 0; i < sizeof (events) / sizeof (events[0]); i++) {
    snprintf (path, sizeof (path), "events/%s/enable", events[i]);
    if (!set (path, "1"))
      return false;
  }
  return set ("events/raw_syscalls/enable", with_calls ? "1" : "0");
}

void
trace_begin (void)
{
  memset (&calls[1], 0, sizeof (calls) - sizeof (calls[0]));
  calls[USER].ticks = 0;
  n_calls = 1;
  set ("trace", "\n");
  set ("tracing_on", "1");
  begin_ticks = now_ticks ();
  begin_ns = monotonic_ns ();
}

static unsigned int
find_call (const char *name)
{
  unsigned int i;

  for (i = 0; i < n_calls && strcmp (calls[i].name, name) != 0; i++);
  if (i == MAX_NAMES)
    return USER;
  if (i == n_calls)
    snprintf (calls[n_calls++].name, sizeof (calls[i].name), "%s", name);
  return i;
}

/* Parses "NR 16 (7, 40106785, ...)"; ioctls are counted by request. */
static unsigned int
parse_call (const char *args)
{
  static const struct
  {
    long number;
    const char *name;
  } names[] = {
    /* Not on all architectures */
#ifdef SYS_poll
    {SYS_poll, "poll"},
#endif
#ifdef SYS_select
    {SYS_select, "select"},
#endif
#ifdef SYS_newfstatat
    {SYS_newfstatat, "newfstatat"},
#endif
#ifdef SYS_mmap
    {SYS_mmap, "mmap"},
#endif
    {SYS_ppoll, "ppoll"}, {SYS_futex, "futex"}, {SYS_close, "close"},
    {SYS_read, "read"}, {SYS_write, "write"}, {SYS_writev, "writev"},
    {SYS_fstat, "fstat"}, {SYS_munmap, "munmap"}, {SYS_lseek, "lseek"},
    {SYS_io_submit, "io_submit"}, {SYS_io_getevents, "io_getevents"},
    {SYS_madvise, "madvise"}, {SYS_sched_yield, "sched_yield"},
    {SYS_clock_nanosleep, "clock_nanosleep"},
  };
  static const struct
  {
    unsigned long request;
    const char *name;
  } ioctls[] = {
    {FUNCTIONFS_DMABUF_TRANSFER, "ioctl TRANSFER"},
    {FUNCTIONFS_DMABUF_SUBMIT, "ioctl SUBMIT"},
    {FUNCTIONFS_DMABUF_REAP, "ioctl REAP"},
    {FUNCTIONFS_DMABUF_ATTACH, "ioctl ATTACH"},
    {FUNCTIONFS_DMABUF_DETACH, "ioctl DETACH"},
    {FUNCTIONFS_ENDPOINT_DESC, "ioctl ENDPOINT_DESC"},
    {DMA_BUF_IOCTL_EXPORT_SYNC_FILE, "ioctl EXPORT_SYNC_FILE"},
    {DMA_BUF_IOCTL_SYNC, "ioctl DMA_BUF_SYNC"},
    {SYNC_IOC_FILE_INFO, "ioctl FILE_INFO"},
  };
  long number = strtol (args, NULL, 10);
  char text[32];
  size_t i;

  if (number == SYS_ioctl) {
    const char *comma = strchr (args, ',');
    unsigned long request = comma ? strtoul (comma + 1, NULL, 16) : 0;

    for (i = 0; i < sizeof (ioctls) / sizeof (ioctls[0]); i++) {
      if (ioctls[i].request == request)
        return find_call (ioctls[i].name);
    }
    snprintf (text, sizeof (text), "ioctl %#lx", request);
    return find_call (text);
  }
  for (i = 0; i < sizeof (names) / sizeof (names[0]); i++) {
    if (names[i].number == number)
      return find_call (names[i].name);
  }
  snprintf (text, sizeof (text), "call %ld", number);
  return find_call (text);
}

static void
list_threads (void)
{
  DIR *dir = opendir ("/proc/self/task");
  struct dirent *entry;

  n_threads = 0;
  while (dir && (entry = readdir (dir)) != NULL && n_threads < MAX_THREADS) {
    if (isdigit ((unsigned char) entry->d_name[0]))
      threads[n_threads++] = (Thread) {
      atoi (entry->d_name), USER};
  }
  if (dir)
    closedir (dir);
}

/* Returns: NULL for another process's thread */
static Thread *
find_thread (int pid)
{
  unsigned int i;

  for (i = 0; i < n_threads; i++) {
    if (threads[i].pid == pid)
      return &threads[i];
  }
  return NULL;
}

/* "comm-PID [000] flags TIME: event: args"; false for other lines */
static bool
split (char *line, const char **comm, int *pid, uint64_t * time,
    char **event, char **args)
{
  char *cpu = strstr (line, " [000] "), *s;

  if (cpu == NULL)
    return false;
  *cpu = '\0';
  s = strrchr (line, '-');
  if (s == NULL)
    return false;
  *pid = atoi (s + 1);
  for (*comm = line; **comm == ' '; (*comm)++);

  s = cpu + 7;
  s += strspn (s, " ");
  s += strcspn (s, " ");
  *time = parse_time (s, &s);
  if (*s != ':')
    return false;
  *event = s + 2;
  s = strchr (*event, ':');
  if (s == NULL)
    return false;
  *s = '\0';
  *args = s + 2;
  return true;
}

typedef struct
{
  TraceSums *sums;
  uint64_t seen;                /* time accounted so far */
  uint64_t struck;              /* start of the interrupt */
  uint64_t lost;                /* interrupts seen since */
  int depth;                    /* of interrupts */
} Timeline;

/* Charges the time until now to this thread. */
static void
give (Timeline * line, const char *comm, Thread * thread, uint64_t now)
{
  TraceWho who = thread ? TRACE_US : strncmp (comm, "kworker", 7) == 0 ?
      TRACE_WORKERS : strncmp (comm, "irq/", 4) == 0 && strstr (comm, "dwc3") ?
      TRACE_DRIVER : TRACE_OTHERS;
  uint64_t time = now - line->seen - line->lost;

  line->sums->runtime[who] += time;
  line->sums->interrupts[who] += line->lost;
  if (thread)
    calls[thread->call].ticks += time;
  line->seen = now;
  line->lost = 0;
}

static void
add_event (Timeline * line, const char *comm, int pid, uint64_t time,
    const char *event, const char *args)
{
  Thread *thread = find_thread (pid);
  TraceSums *sums = line->sums;

  if (strcmp (event, "sched_switch") == 0) {
    give (line, comm, thread, time);
    if (thread)
      sums->switches++;
  } else if (strcmp (event, "sys_enter") == 0) {
    give (line, comm, thread, time);
    if (thread) {
      sums->calls++;
      thread->call = parse_call (args + strlen ("NR "));
      calls[thread->call].count++;
    }
  } else if (strcmp (event, "sys_exit") == 0) {
    give (line, comm, thread, time);
    if (thread)
      thread->call = USER;
  } else if (strstr (event, "_entry")) {
    if (line->depth++ == 0)
      line->struck = time;
  } else if (strstr (event, "_exit") && line->depth > 0) {
    if (--line->depth == 0)
      line->lost += time - line->struck;
  }
}

void
trace_end (TraceSums * sums)
{
  uint64_t end_ticks = now_ticks (), ns = monotonic_ns () - begin_ns;
  Timeline timeline = { sums, begin_ticks, 0, 0, 0 };
  char line[512], *event, *args;
  const char *comm;
  uint64_t time;
  FILE *file;
  int pid, i;

  set ("tracing_on", "0");
  memset (sums, 0, sizeof (*sums));
  list_threads ();

  file = fopen (TRACING "trace", "re");
  while (file && fgets (line, sizeof (line), file)) {
    if (strstr (line, "LOST") != NULL)
      fputs ("bench: the tracer lost events\n", stderr);
    if (split (line, &comm, &pid, &time, &event, &args)
        && time >= begin_ticks && time <= end_ticks)
      add_event (&timeline, comm, pid, time, event, args);
  }
  if (file)
    fclose (file);
  give (&timeline, "", find_thread (getpid ()), end_ticks);

  ns_per_tick = end_ticks > begin_ticks ?
      (double) ns / (end_ticks - begin_ticks) : 1;
  for (i = 0; i < TRACE_N; i++) {
    sums->runtime[i] *= ns_per_tick;
    sums->interrupts[i] *= ns_per_tick;
  }
}

static int
compare_calls (const void *a, const void *b)
{
  const Call *x = a, *y = b;

  return x->ticks < y->ticks ? 1 : x->ticks > y->ticks ? -1 : 0;
}

/* Prints the members of a JSON object: calls per frame of each kind and their
 * time in nanoseconds. */
void
trace_print_calls (uint64_t frames)
{
  Call sorted[MAX_NAMES];
  unsigned int i;

  memcpy (sorted, calls, sizeof (sorted));
  qsort (sorted, n_calls, sizeof (sorted[0]), compare_calls);
  for (i = 0; i < n_calls; i++)
    printf ("%s\"%s\": [%.3f, %.1f]", i > 0 ? ", " : "", sorted[i].name,
        (double) sorted[i].count / frames,
        sorted[i].ticks * ns_per_tick / frames);
}
