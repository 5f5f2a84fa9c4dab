/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signals, error messages and exit statuses.
 *
 * Locking: none; the signal handler only writes caught_signal.
 */

#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static volatile sig_atomic_t caught_signal;

void
run_stop (Run * run, gint status)
{
  if (run->going) {
    run->going = FALSE;
    run->status = status;
  }
}

static void
on_signal (int number)
{
  caught_signal = number;
}

void
catch_signals (void)
{
  struct sigaction action;

  memset (&action, 0, sizeof (action));
  action.sa_handler = on_signal;
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
}

gboolean
interrupted (void)
{
  return caught_signal != 0;
}

void
complain (const gchar * format, ...)
{
  va_list args;

  fputs ("ffs-host: ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
}

void
complain_file (const gchar * path)
{
  complain ("%s: %s", path, g_strerror (errno));
}
