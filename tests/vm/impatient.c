/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * To be preloaded into programs that use Aravis 0.8: when it releases an
 * asynchronous stream it looks at a counter without a lock and then waits for
 * a condition, which may have come between the two, and hangs in one of ten
 * runs.  A wait may end without reason, as GLib's documentation says, so here
 * every one does after a while.
 */

#include <glib.h>

void
g_cond_wait (GCond * cond, GMutex * mutex)
{
  g_cond_wait_until (cond, mutex,
      g_get_monotonic_time () + G_TIME_SPAN_SECOND / 5);
}
