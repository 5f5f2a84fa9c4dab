// SPDX-License-Identifier: GPL-2.0-only
/* All bytes arrive and no others: both directions, every exporter. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ffs_test.h"

/* Around the packet sizes of each speed, the page size, and beyond. */
static const size_t small[] = {
	1, 2, 13, 63, 64, 65, 511, 512, 513, 1023, 1024, 1025, 2049, 4095,
	4096,
};

static const size_t medium[] = {
	4097, 8191, 8192, 12345, 65535, 65536, 65537, 262144 + 511,
};

#define BIG	(4 * 1024 * 1024 + 333)

static void need_mem(struct dbuf *b, enum mem_provider p, size_t size)
{
	if (!mem_available(p))
		SKIP("no %s here", mem_name(p));
	OK(dbuf_new(b, p, size));
}

static void in(struct ctx *c, struct dbuf *b, size_t len, unsigned int seed)
{
	int sync;

	dbuf_fill(b, len, seed);
	OK(ffs_transfer(need_ep(c, EP_IN), b->fd, len));
	sync = FD(sync_export(b->fd, SYNC_RW));
	host_expect(c, EP_IN, len, seed);
	EQ(sync_wait(sync), 1);
	close(sync);
}

/* The memory after the transfer must not change. */
static void to_out(struct ctx *c, struct dbuf *b, size_t len, unsigned int seed)
{
	size_t rest = b->size - len;
	long bad;
	int sync;

	if (rest > 8192)
		rest = 8192;
	dbuf_fill(b, len + rest, ~seed);
	OK(ffs_transfer(need_ep(c, EP_OUT), b->fd, len));
	sync = FD(sync_export(b->fd, SYNC_RW));
	host_send(c, EP_OUT, len, seed);
	EQ(sync_wait(sync), 1);
	close(sync);
	bad = dbuf_check(b, 0, len, seed);
	if (bad >= 0)
		FAIL("wrong byte at %ld of %zu", bad, len);
	bad = dbuf_check(b, len, rest, ~seed);
	if (bad >= 0)
		FAIL("byte %ld touched by a transfer of %zu", bad, len);
}

static void run(struct ctx *c, enum mem_provider p, size_t room,
		const size_t *len, unsigned int n, bool is_in)
{
	int ep = need_ep(c, is_in ? EP_IN : EP_OUT);
	struct dbuf b;
	unsigned int i;

	need_mem(&b, p, room);
	OK(ffs_attach(ep, b.fd));
	for (i = 0; i < n; i++) {
		if (is_in)
			in(c, &b, len[i], i + 1);
		else
			to_out(c, &b, len[i], i + 1);
	}
	OK(ffs_detach(ep, b.fd));
	dbuf_free(&b);
}

#define DATA_TESTS(id, p)						\
TEST(id##_in_page, T_BOUND)						\
{									\
	run(c, p, 4096, small, ARRAY_SIZE(small), true);		\
}									\
TEST(id##_out_page, T_BOUND)						\
{									\
	run(c, p, 4096, small, ARRAY_SIZE(small), false);		\
}									\
TEST(id##_in_pages, T_BOUND)						\
{									\
	run(c, p, 300000, medium, ARRAY_SIZE(medium), true);		\
}									\
TEST(id##_out_pages, T_BOUND)						\
{									\
	run(c, p, 300000, medium, ARRAY_SIZE(medium), false);		\
}									\
TEST(id##_in_megabytes, T_BOUND | T_LONG)				\
{									\
	static const size_t len[] = { BIG, BIG - 1 };			\
									\
	run(c, p, BIG, len, ARRAY_SIZE(len), true);			\
}									\
TEST(id##_out_megabytes, T_BOUND | T_LONG)				\
{									\
	static const size_t len[] = { BIG, BIG - 1 };			\
									\
	run(c, p, BIG, len, ARRAY_SIZE(len), false);			\
}

DATA_TESTS(udmabuf, MEM_UDMABUF)
DATA_TESTS(list, MEM_UDMABUF_LIST)
DATA_TESTS(heap, MEM_HEAP)
DATA_TESTS(v4l2, MEM_V4L2)

/* A short packet ends the transfer; the host chooses its length. */
TEST(short_out, T_BOUND)
{
	static const size_t sent[] = { 1, 100, 5000, 8192 + 7 };
	int ep = need_ep(c, EP_OUT), sync;
	struct dbuf b;
	unsigned int i;

	need_buf(&b, 65536);
	OK(ffs_attach(ep, b.fd));
	for (i = 0; i < ARRAY_SIZE(sent); i++) {
		dbuf_fill(&b, b.size, 99);
		OK(ffs_transfer(ep, b.fd, b.size));
		sync = FD(sync_export(b.fd, SYNC_RW));
		host_send(c, EP_OUT, sent[i], i);
		EQ(sync_wait(sync), 1);
		close(sync);
		EQ(dbuf_check(&b, 0, sent[i], i), -1);
		EQ(dbuf_check(&b, sent[i], b.size - sent[i], 99), -1);
	}
	OK(ffs_detach(ep, b.fd));
}

/* Several buffers in flight are sent in the order of the calls. */
TEST(queue_in, T_BOUND)
{
	enum { N = 8, LEN = 10007 };
	int ep = need_ep(c, EP_IN), i;
	struct dbuf b[N];

	for (i = 0; i < N; i++) {
		need_buf(&b[i], LEN);
		dbuf_fill(&b[i], LEN, i);
		OK(ffs_attach(ep, b[i].fd));
		OK(ffs_transfer(ep, b[i].fd, LEN));
	}
	for (i = 0; i < N; i++)
		host_expect(c, EP_IN, LEN, i);
	for (i = 0; i < N; i++)
		OK(ffs_detach(ep, b[i].fd));
}

TEST(queue_out, T_BOUND)
{
	enum { N = 8, LEN = 10007 };
	int ep = need_ep(c, EP_OUT), i, sync;
	struct dbuf b[N];

	for (i = 0; i < N; i++) {
		need_buf(&b[i], LEN);
		OK(ffs_attach(ep, b[i].fd));
		OK(ffs_transfer(ep, b[i].fd, LEN));
	}
	sync = FD(sync_export(b[N - 1].fd, SYNC_RW));
	for (i = 0; i < N; i++)
		host_send(c, EP_OUT, LEN, i);
	EQ(sync_wait(sync), 1);
	for (i = 0; i < N; i++) {
		EQ(dbuf_check(&b[i], 0, LEN, i), -1);
		OK(ffs_detach(ep, b[i].fd));
	}
}

/* write() and TRANSFER share the endpoint and its order. */
TEST(write_between, T_BOUND)
{
	int ep = need_ep(c, EP_IN);
	char *text = malloc(20000);
	struct dbuf a, b;
	int fds[2];
	char byte;

	CHECK(text);
	need_buf(&a, 4096);
	need_buf(&b, 4096);
	dbuf_fill(&a, 3000, 1);
	pattern_fill(text, 20000, 2);
	dbuf_fill(&b, 50, 3);
	OK(ffs_attach(ep, a.fd));
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, a.fd, 3000));
	host_expect(c, EP_IN, 3000, 1);

	/* write() blocks until the host has read, so it needs a process. */
	OK(pipe(fds));
	if (!fork()) {
		int own = gadget_open_ep(c->g, EP_IN, 0);

		byte = write(own, text, 20000) == 20000;
		_exit(write(fds[1], &byte, 1) != 1);
	}
	host_expect(c, EP_IN, 20000, 2);
	EQ(read(fds[0], &byte, 1), 1);
	EQ(byte, 1);
	OK(ffs_transfer(ep, b.fd, 50));
	host_expect(c, EP_IN, 50, 3);
	OK(ffs_detach(ep, a.fd));
	OK(ffs_detach(ep, b.fd));
}

/* Same memory, new contents each time: ATTACH must not cache data. */
TEST(reuse, T_BOUND)
{
	struct dbuf b;
	int i;

	need_buf(&b, 20000);
	OK(ffs_attach(need_ep(c, EP_IN), b.fd));
	OK(ffs_attach(need_ep(c, EP_OUT), b.fd));
	for (i = 0; i < 10; i++) {
		in(c, &b, 20000 - i, 2 * i);
		to_out(c, &b, 10000 + i, 2 * i + 1);
	}
	OK(ffs_detach(need_ep(c, EP_IN), b.fd));
	OK(ffs_detach(need_ep(c, EP_OUT), b.fd));
}

/* Several attachments at a time. */
TEST(many_attached, T_BOUND)
{
	enum { N = 24 };
	int ep = need_ep(c, EP_IN), i;
	struct dbuf b[N];

	for (i = 0; i < N; i++) {
		need_buf(&b[i], 4096);
		OK(ffs_attach(ep, b[i].fd));
	}
	for (i = N - 1; i >= 0; i--)
		in(c, &b[i], 1000 + i, i);
	for (i = 0; i < N; i += 2)
		OK(ffs_detach(ep, b[i].fd));
	for (i = 1; i < N; i += 2)
		in(c, &b[i], 2000 + i, i);
	for (i = 0; i < N; i += 2)
		EQ(ffs_transfer(ep, b[i].fd, 1), -EPERM);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
