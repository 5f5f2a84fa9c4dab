/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * TAP on the standard output.
 *
 * Locking: none; one thread of the program checks.
 */

#include "tap.h"

#include <stdio.h>

static gchar *prefix;
static guint n_checks;
static guint n_failed;

void
tap_set_prefix (const gchar * format, ...)
{
  va_list args;

  g_free (prefix);
  va_start (args, format);
  prefix = g_strdup_vprintf (format, args);
  va_end (args);
}

void
tap_check (gboolean ok, const gchar * format, ...)
{
  gchar *text;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  n_checks++;
  if (!ok)
    n_failed++;
  g_print ("%sok %u - %s%s\n", ok ? "" : "not ", n_checks,
      prefix ? prefix : "", text);
  /* The reader waits for each check, and the program may be killed. */
  fflush (stdout);
  g_free (text);
}

gint
tap_end (void)
{
  g_print ("1..%u\n", n_checks);
  fflush (stdout);
  g_clear_pointer (&prefix, g_free);
  return n_failed > 0;
}
