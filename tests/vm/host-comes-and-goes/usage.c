/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Resources that must not grow: files, threads and memory of this process, and
 * the kernel's list of all dmabufs.
 *
 * Locking: none; one thread counts while the others wait.
 */

#include "test.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "../threads.h"

static guint
count_fds (void)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

/* Reads the kernel's list of all dmabufs and their attachments. */
void
count_dmabufs (Usage * usage)
{
  gchar *text = NULL, *at;

  usage->dmabufs = usage->attached = 0;
  if (!g_file_get_contents ("/sys/kernel/debug/dma_buf/bufinfo", &text, NULL,
          NULL))
    return;
  for (at = text; (at = strstr (at, "Total ")) != NULL; at++) {
    guint n;

    if (sscanf (at, "Total %u devices attached", &n) == 1
        && strstr (at, " devices attached") != NULL
        && strcspn (at, "\n") > 20 && strncmp (strchr (at + 6, ' '),
            " devices", 8) == 0)
      usage->attached += n;
    else if (sscanf (at, "Total %u objects", &n) == 1)
      usage->dmabufs = n;
  }
  g_free (text);
}

/* Returns: the number of rounds after which the usage must not grow */
gint
settling_rounds (gint rounds)
{
  return MIN (SETTLED, (rounds + 1) / 2);
}

static guint
get_stat (Test * test, const gchar * field)
{
  GstStructure *stats = NULL;
  guint value = 0;

  g_object_get (test->sink, "stats", &stats, NULL);
  gst_structure_get_uint (stats, field, &value);
  gst_structure_free (stats);
  return value;
}

/* The file of a fence is closed a moment after the release of its buffer. */
static void
wait_in_flight (Test * test)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;

  while (get_stat (test, "in-flight") != 0) {
    if (g_get_monotonic_time () > deadline)
      give_up (test, "frames stay in flight");
    g_usleep (LOOK_AGAIN_US);
  }
}

void
measure (Test * test, Usage * usage)
{
  gchar *text = NULL, *rss;

  wait_in_flight (test);
  usage->attachments = get_stat (test, "attachments");
  count_dmabufs (usage);
  /* Ignore the current number of attached buffers, each of which has a file. */
  usage->fds = count_fds () - usage->attachments;
  usage->threads = test_count_threads (G_MAXUINT);
  if (g_file_get_contents ("/proc/self/status", &text, NULL, NULL)
      && (rss = strstr (text, "VmRSS:")) != NULL)
    usage->rss = g_ascii_strtoull (rss + strlen ("VmRSS:"), NULL, 10);
  g_free (text);
  usage->heap = mallinfo2 ().uordblks;
}

/* Waits until the kernel has cleaned up after a process. */
void
wait_dmabufs (Test * test, guint wanted)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  Usage usage;

  for (count_dmabufs (&usage); usage.dmabufs != wanted || usage.attached != 0;
      count_dmabufs (&usage)) {
    if (g_get_monotonic_time () > deadline)
      give_up (test, "%u dmabufs with %u attachments stay", usage.dmabufs,
          usage.attached);
    g_usleep (LOOK_AGAIN_US);
  }
}
