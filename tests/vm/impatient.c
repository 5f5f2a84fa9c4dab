/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * To be preloaded into programs that use Aravis 0.8: when it stops an
 * asynchronous stream it reads a counter without a lock and then waits for a
 * condition, which may be signalled in between. It hangs in one of ten runs.
 * GLib's documentation allows spurious wake-ups, so each wait ends after a
 * while here.
 */

#include <glib.h>

void
g_cond_wait (GCond * cond, GMutex * mutex)
{
  g_cond_wait_until (cond, mutex,
      g_get_monotonic_time () + G_TIME_SPAN_SECOND / 5);
}
