/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef BENCH_WATCH_H
#define BENCH_WATCH_H

#include <glib.h>

#include "report.h"

G_BEGIN_DECLS

void watch_start (guint frames);
void watch_enter (gint dmabuf);
void watch_release (gint dmabuf);
void watch_report (void);
void watch_hide_patches (void);

guint64 watch_allocations (void);

G_END_DECLS

#endif /* BENCH_WATCH_H */
