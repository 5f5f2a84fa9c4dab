/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many threads this process has of its own, for tests that none is left.
 *
 * No state, no locks.
 */

#include "threads.h"

#include <stdio.h>
#include <string.h>

/* PF_EXITING of the kernel's linux/sched.h, as shown in /proc/PID/stat. */
#define EXITING 0x4

/* Of the line "ID (NAME) STATE PARENT GROUP SESSION TTY TTY-GROUP FLAGS ...":
 * whoever is joined is on the way out, but the kernel lists it until it is.
 * GLib keeps threads for a while for whoever may need one. */
static gboolean
is_a_thread_of_ours (const gchar * stat)
{
  const gchar *name = strchr (stat, '(');
  const gchar *rest = strrchr (stat, ')');
  guint flags;

  if (name == NULL || rest == NULL
      || sscanf (rest, ") %*c %*d %*d %*d %*d %*d %u", &flags) != 1)
    return TRUE;
  return !g_str_has_prefix (name + 1, "pool-") && (flags & EXITING) == 0;
}

guint
test_count_threads (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  const gchar *id;
  guint n = 0;

  while ((id = g_dir_read_name (dir)) != NULL) {
    gchar *path = g_strdup_printf ("/proc/self/task/%s/stat", id);
    gchar *stat = NULL;

    if (g_file_get_contents (path, &stat, NULL, NULL)
        && is_a_thread_of_ours (stat))
      n++;
    g_free (stat);
    g_free (path);
  }
  g_dir_close (dir);
  return n;
}
