/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef BENCH_POOL_H
#define BENCH_POOL_H

#include <gst/gst.h>

G_BEGIN_DECLS

#define BENCH_TYPE_POOL (bench_pool_get_type ())
G_DECLARE_FINAL_TYPE (BenchPool, bench_pool, BENCH, POOL, GstBufferPool)

typedef void (*BenchPoolFunc) (GstBuffer * buffer, gpointer user_data);

GstBufferPool *bench_pool_new (const gchar * memory, gsize size, guint n);
GstBuffer *bench_pool_take (BenchPool * self);
void bench_pool_wait_all (BenchPool * self);
void bench_pool_set_func (BenchPool * self, BenchPoolFunc func,
    gpointer user_data);

G_END_DECLS

#endif /* BENCH_POOL_H */
