/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef BENCH_FENCE_H
#define BENCH_FENCE_H

#include <stdbool.h>
#include <stdint.h>

int fence_export (int dmabuf);
uint64_t fence_time (int sync_file);
bool fence_is_pending (int dmabuf);

#endif /* BENCH_FENCE_H */
