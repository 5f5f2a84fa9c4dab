/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who had the processor, as the kernel's tracer saw it, to the nanosecond:
 * threads from switch to switch, without the interrupts between; and system
 * calls if wanted.
 *
 * The kernel's own CPU clocks do not do here. A packaged kernel charges an
 * interrupt to the thread that it struck (no IRQ_TIME_ACCOUNTING), and one
 * that is woken in an interrupt with what is left of it; on this machine the
 * controller's and the host's work is done in interrupts.
 *
 * One instance of the tracer, one thread that begins and ends.
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
#include <x86intrin.h>

#include "trace.h"

#define TRACING "/sys/kernel/tracing/"
#define MAX_NAMES 32
#define MAX_THREADS 64

typedef struct
{
  char name[32];
  uint64_t count;
} Count;

static Count counts[MAX_NAMES];
static unsigned int n_counts;

static int threads[MAX_THREADS];
static unsigned int n_threads;

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

/* Returns: false if there is no tracer */
bool
trace_open (bool calls)
{
  static const char *const events[] = {
    "irq_vectors/local_timer_entry", "irq_vectors/local_timer_exit",
    "irq/irq_handler_entry", "irq/irq_handler_exit",
    "irq/softirq_entry", "irq/softirq_exit", "sched/sched_switch",
  };
  char path[128];
  size_t i;

  set ("tracing_on", "0");
  /* The only one that is printed finer than a microsecond. */
  if (!set ("trace_clock", "x86-tsc") || !set ("buffer_size_kb", "16384"))
    return false;
  for (i = 0; i < sizeof (events) / sizeof (events[0]); i++) {
    snprintf (path, sizeof (path), "events/%s/enable", events[i]);
    if (!set (path, "1"))
      return false;
  }
  return set ("events/raw_syscalls/sys_enter/enable", calls ? "1" : "0");
}

void
trace_begin (void)
{
  n_counts = 0;
  set ("trace", "\n");
  set ("tracing_on", "1");
  begin_ticks = __rdtsc ();
  begin_ns = monotonic_ns ();
}

static void
count_call (const char *name)
{
  unsigned int i;

  for (i = 0; i < n_counts && strcmp (counts[i].name, name) != 0; i++);
  if (i == MAX_NAMES)
    return;
  if (i == n_counts) {
    snprintf (counts[i].name, sizeof (counts[i].name), "%s", name);
    counts[i].count = 0;
    n_counts++;
  }
  counts[i].count++;
}

/* "NR 16 (7, 40106785, ...)": ioctls by what they ask for. */
static void
add_call (const char *args)
{
  static const struct
  {
    long number;
    const char *name;
  } names[] = {
    {SYS_poll, "poll"}, {SYS_ppoll, "ppoll"}, {SYS_futex, "futex"},
    {SYS_close, "close"}, {SYS_read, "read"}, {SYS_write, "write"},
    {SYS_writev, "writev"}, {SYS_fstat, "fstat"}, {SYS_mmap, "mmap"},
    {SYS_munmap, "munmap"}, {SYS_newfstatat, "newfstatat"},
    {SYS_lseek, "lseek"}, {SYS_io_submit, "io_submit"},
    {SYS_io_getevents, "io_getevents"}, {SYS_madvise, "madvise"},
    {SYS_sched_yield, "sched_yield"}, {SYS_select, "select"},
  };
  static const struct
  {
    unsigned long request;
    const char *name;
  } ioctls[] = {
    {0x40106785, "ioctl TRANSFER"}, {0xc0206787, "ioctl SUBMIT"},
    {0xc0086202, "ioctl EXPORT_SYNC_FILE"}, {0xc0383e04, "ioctl FILE_INFO"},
    {0x40086200, "ioctl DMA_BUF_SYNC"}, {0x80096782, "ioctl ENDPOINT_DESC"},
    {0x40046783, "ioctl ATTACH"}, {0x40046784, "ioctl DETACH"},
  };
  long number = strtol (args, NULL, 10);
  char text[32];
  size_t i;

  if (number == SYS_ioctl) {
    const char *comma = strchr (args, ',');
    unsigned long request = comma ? strtoul (comma + 1, NULL, 16) : 0;

    for (i = 0; i < sizeof (ioctls) / sizeof (ioctls[0]); i++) {
      if (ioctls[i].request == request) {
        count_call (ioctls[i].name);
        return;
      }
    }
    snprintf (text, sizeof (text), "ioctl %#lx", request);
    count_call (text);
    return;
  }
  for (i = 0; i < sizeof (names) / sizeof (names[0]); i++) {
    if (names[i].number == number) {
      count_call (names[i].name);
      return;
    }
  }
  snprintf (text, sizeof (text), "call %ld", number);
  count_call (text);
}

static void
list_threads (void)
{
  DIR *dir = opendir ("/proc/self/task");
  struct dirent *entry;

  n_threads = 0;
  while (dir && (entry = readdir (dir)) != NULL && n_threads < MAX_THREADS) {
    if (isdigit ((unsigned char) entry->d_name[0]))
      threads[n_threads++] = atoi (entry->d_name);
  }
  if (dir)
    closedir (dir);
}

static TraceWho
find_who (const char *comm, int pid)
{
  unsigned int i;

  for (i = 0; i < n_threads; i++) {
    if (threads[i] == pid)
      return TRACE_US;
  }
  return strncmp (comm, "kworker", 7) == 0 ? TRACE_WORKERS : TRACE_OTHERS;
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
  *time = strtoull (s, &s, 10);
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
  uint64_t switched;            /* when the thread got the processor */
  uint64_t struck;              /* when the interrupt came */
  uint64_t lost;                /* to interrupts since switched */
  int depth;                    /* of interrupts */
} Timeline;

static void
end_span (Timeline * line, TraceWho who, uint64_t time)
{
  line->sums->runtime[who] += time - line->switched - line->lost;
  line->sums->interrupts[who] += line->lost;
  line->switched = time;
  line->lost = 0;
}

static void
add_event (Timeline * line, TraceWho who, uint64_t time, const char *event,
    const char *args)
{
  TraceSums *sums = line->sums;

  if (strcmp (event, "sys_enter") == 0) {
    if (who == TRACE_US) {
      sums->calls++;
      add_call (args + strlen ("NR "));
    }
  } else if (strcmp (event, "sched_switch") == 0) {
    end_span (line, who, time);
    if (who == TRACE_US)
      sums->switches++;
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
  uint64_t end_ticks = __rdtsc (), ns = monotonic_ns () - begin_ns;
  Timeline timeline = { sums, begin_ticks, 0, 0, 0 };
  char line[512], *event, *args;
  const char *comm;
  uint64_t time;
  double scale;
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
      add_event (&timeline, find_who (comm, pid), time, event, args);
  }
  if (file)
    fclose (file);
  end_span (&timeline, TRACE_US, end_ticks);

  scale = end_ticks > begin_ticks ? (double) ns / (end_ticks - begin_ticks) : 1;
  for (i = 0; i < TRACE_N; i++) {
    sums->runtime[i] *= scale;
    sums->interrupts[i] *= scale;
  }
}

static int
compare_counts (const void *a, const void *b)
{
  const Count *x = a, *y = b;

  return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

/* As the members of a JSON object: calls of each kind, a frame. */
void
trace_print_calls (uint64_t frames)
{
  unsigned int i;

  qsort (counts, n_counts, sizeof (counts[0]), compare_counts);
  for (i = 0; i < n_counts; i++)
    printf ("%s\"%s\": %.3f", i > 0 ? ", " : "", counts[i].name,
        (double) counts[i].count / frames);
}
