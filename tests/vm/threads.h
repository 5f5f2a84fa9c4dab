/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __TEST_THREADS_H__
#define __TEST_THREADS_H__

#include <glib.h>

G_BEGIN_DECLS

/* At the start of a program that counts: GLib keeps no idle threads. */
void test_keep_no_threads (void);

/* Threads that are not joined take a moment to end. Returns: their number,
 * as soon as there are no more than @wanted, or after ten seconds */
guint test_count_threads (guint wanted);

/* Open files, one that this needs itself included. */
guint test_count_files (void);

G_END_DECLS

#endif /* __TEST_THREADS_H__ */
