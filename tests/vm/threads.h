/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __TEST_THREADS_H__
#define __TEST_THREADS_H__

#include <glib.h>

G_BEGIN_DECLS

/* Call at the start of a program that counts threads: GLib keeps no idle
 * ones. */
void test_keep_no_threads (void);

/* Returns the number of threads as soon as there are at most @wanted, or after
 * ten seconds: threads that are not joined take a moment to end. */
guint test_count_threads (guint wanted);

/* Open files, including the one that this needs itself.
 * @n_dmabufs: (out) (nullable): how many of them are dmabufs */
guint test_count_files (guint * n_dmabufs);

G_END_DECLS

#endif /* __TEST_THREADS_H__ */
