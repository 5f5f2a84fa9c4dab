/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __TEST_THREADS_H__
#define __TEST_THREADS_H__

#include <glib.h>

G_BEGIN_DECLS

guint test_count_threads (void);

G_END_DECLS

#endif /* __TEST_THREADS_H__ */
