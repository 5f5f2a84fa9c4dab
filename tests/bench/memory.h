/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stddef.h>

int memory_new (const char *source, size_t size, int *fds, unsigned int n);

#endif /* BENCH_MEMORY_H */
