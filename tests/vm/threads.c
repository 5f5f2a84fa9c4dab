/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counts the threads and files of this process, for tests that none is left.
 *
 * GStreamer takes its streaming threads from a GLib pool, which keeps idle
 * threads for later use.  Their number depends on timing, so the pool is set to
 * keep none.
 *
 * No state, no locks.
 */

#include "threads.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE (10 * G_TIME_SPAN_SECOND)
#define LOOK_AGAIN_US 1000

/* PF_EXITING of the kernel's linux/sched.h, as shown in /proc/PID/stat. */
#define EXITING 0x4

/* Of the line "ID (NAME) STATE PARENT GROUP SESSION TTY TTY-GROUP FLAGS ...":
 * a joined thread is exiting, but the kernel lists it for a moment.  GLib has a
 * permanent thread that starts others.  A thread without a name runs a short
 * job of GLib or GStreamer. */
static gboolean
is_own_thread (const gchar * stat)
{
  const gchar *name = strchr (stat, '(');
  const gchar *rest = strrchr (stat, ')');
  guint flags;

  if (name == NULL || rest == NULL
      || sscanf (rest, ") %*c %*d %*d %*d %*d %*d %u", &flags) != 1)
    return TRUE;
  return !g_str_has_prefix (name + 1, "pool-") && (flags & EXITING) == 0;
}

void
test_keep_no_threads (void)
{
  g_thread_pool_set_max_unused_threads (0);
}

static guint
count_threads (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  const gchar *id;
  guint n = 0;

  while ((id = g_dir_read_name (dir)) != NULL) {
    gchar *path = g_strdup_printf ("/proc/self/task/%s/stat", id);
    gchar *stat = NULL;

    if (g_file_get_contents (path, &stat, NULL, NULL)
        && is_own_thread (stat))
      n++;
    g_free (stat);
    g_free (path);
  }
  g_dir_close (dir);
  return n;
}

guint
test_count_threads (guint wanted)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  guint n;

  while ((n = count_threads ()) > wanted && g_get_monotonic_time () < deadline)
    g_usleep (LOOK_AGAIN_US);
  return n;
}

guint
test_count_files (guint * n_dmabufs)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const gchar *fd;
  guint n = 0;

  if (n_dmabufs)
    *n_dmabufs = 0;
  while ((fd = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_strdup_printf ("/proc/self/fd/%s", fd);
    g_autofree gchar *target = g_file_read_link (path, NULL);

    n++;
    if (n_dmabufs && target && g_str_has_prefix (target, "/dmabuf:"))
      ++ * n_dmabufs;
  }
  g_dir_close (dir);
  return n;
}
