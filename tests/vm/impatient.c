/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preload this into programs that use Aravis 0.8.  When Aravis releases an
 * asynchronous stream, it reads a counter without a lock and then waits for a
 * condition.  If the signal comes in between, it hangs, in one of ten runs.
 * GLib permits spurious wake-ups, so here every wait ends after a while.
 */

#include <glib.h>

void
g_cond_wait (GCond * cond, GMutex * mutex)
{
  g_cond_wait_until (cond, mutex,
      g_get_monotonic_time () + G_TIME_SPAN_SECOND / 5);
}
