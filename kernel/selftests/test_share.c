// SPDX-License-Identifier: GPL-2.0-only
/* One dmabuf and several users: endpoints, transfers, other drivers. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ffs_test.h"

TEST(two_in_endpoints, T_BOUND)
{
	int a = need_ep(c, EP_IN), b = need_ep(c, EP_IN2), both, one;
	struct dbuf d;

	need_buf(&d, 8192);
	dbuf_fill(&d, 5000, 3);
	OK(ffs_attach(a, d.fd));
	OK(ffs_attach(b, d.fd));
	OK(ffs_transfer(a, d.fd, 5000));
	one = FD(sync_export(d.fd, SYNC_RW));
	/* Readers do not exclude each other. */
	OK(ffs_transfer(b, d.fd, 4000));
	both = FD(sync_export(d.fd, SYNC_RW));
	host_expect(c, EP_IN2, 4000, 3);
	OK(sync_status(one));
	OK(sync_status(both));
	host_expect(c, EP_IN, 5000, 3);
	EQ(sync_wait(one), 1);
	EQ(sync_wait(both), 1);
	close(one);
	close(both);
	OK(ffs_detach(a, d.fd));
	OK(ffs_detach(b, d.fd));
}

static void conflict(struct ctx *c, int first, int second)
{
	int a = need_ep(c, first), b = need_ep(c, second);
	struct dbuf d;
	int sync;

	need_buf(&d, 4096);
	dbuf_fill(&d, 200, 1);
	OK(ffs_attach(a, d.fd));
	if (first != second)
		OK(ffs_attach(b, d.fd));
	OK(ffs_transfer(a, d.fd, 200));
	EQ(ffs_transfer(b, d.fd, 200), -EBUSY);
	/* A rejected call has no side effect. */
	sync = FD(sync_export(d.fd, SYNC_RW));
	if (ep_is_in(first))
		host_expect(c, first, 200, 1);
	else
		host_send(c, first, 200, 1);
	EQ(sync_wait(sync), 1);
	close(sync);
	OK(ffs_transfer(b, d.fd, 200));
	sync = FD(sync_export(d.fd, SYNC_RW));
	if (ep_is_in(second))
		host_expect(c, second, 200, 1);
	else
		host_send(c, second, 200, 2);
	EQ(sync_wait(sync), 1);
	close(sync);
	EQ(dbuf_check(&d, 0, 200, ep_is_in(second) ? 1 : 2), -1);
	OK(ffs_detach(a, d.fd));
	if (first != second)
		OK(ffs_detach(b, d.fd));
}

TEST(out_after_in, T_BOUND)
{
	conflict(c, EP_IN, EP_OUT);
}

TEST(in_after_out, T_BOUND)
{
	conflict(c, EP_OUT, EP_IN);
}

TEST(out_after_out, T_BOUND)
{
	conflict(c, EP_OUT, EP_OUT2);
}

TEST(out_twice, T_BOUND)
{
	conflict(c, EP_OUT, EP_OUT);
}

/* On a blocking file OUT waits for IN by itself. */
TEST(out_waits_for_in, T_BOUND)
{
	int out = FD(gadget_open_ep(c->g, EP_OUT, 0));
	struct waiter w;
	struct dbuf d;
	int sync;

	need_buf(&d, 4096);
	dbuf_fill(&d, 300, 1);
	OK(ffs_attach(need_ep(c, EP_IN), d.fd));
	OK(ffs_attach(out, d.fd));
	OK(ffs_transfer(need_ep(c, EP_IN), d.fd, 300));
	OK(waiter_start(&w, out, d.fd, 300));
	EQ(waiter_asleep(&w), 0);
	host_expect(c, EP_IN, 300, 1);
	OK(waiter_join(&w));
	sync = FD(sync_export(d.fd, SYNC_RW));
	host_send(c, EP_OUT, 300, 2);
	EQ(sync_wait(sync), 1);
	close(sync);
	EQ(dbuf_check(&d, 0, 300, 2), -1);
	OK(ffs_detach(need_ep(c, EP_IN), d.fd));
	OK(ffs_detach(out, d.fd));
}

/* A frame is sent again, for example because the source has no new one. */
TEST(in_twice, T_BOUND)
{
	int ep = need_ep(c, EP_IN), sync[2];
	struct dbuf d;

	need_buf(&d, 8192);
	dbuf_fill(&d, 8192, 4);
	OK(ffs_attach(ep, d.fd));
	OK(ffs_transfer(ep, d.fd, 8000));
	sync[0] = FD(sync_export(d.fd, SYNC_RW));
	OK(ffs_transfer(ep, d.fd, 500));
	sync[1] = FD(sync_export(d.fd, SYNC_RW));
	host_expect(c, EP_IN, 8000, 4);
	EQ(sync_wait(sync[0]), 1);
	OK(sync_status(sync[1]));
	host_expect(c, EP_IN, 500, 4);
	EQ(sync_wait(sync[1]), 1);
	close(sync[0]);
	close(sync[1]);
	OK(ffs_detach(ep, d.fd));
}

TEST(in_many_times, T_BOUND)
{
	enum { N = 32 };
	int ep = need_ep(c, EP_IN), sync, i;
	struct dbuf d;

	need_buf(&d, 4096);
	dbuf_fill(&d, 4096, 4);
	OK(ffs_attach(ep, d.fd));
	for (i = 0; i < N; i++)
		OK(ffs_transfer(ep, d.fd, 1000 + i));
	/* Only of the last one: no file keeps the others alive. */
	sync = FD(sync_export(d.fd, SYNC_RW));
	for (i = 0; i < N; i++) {
		OK(sync_status(sync));
		host_expect(c, EP_IN, 1000 + i, 4);
	}
	EQ(sync_wait(sync), 1);
	close(sync);
	OK(ffs_detach(ep, d.fd));
}

TEST(detach_one_endpoint, T_BOUND)
{
	struct dbuf d;
	int ep, i;

	need_buf(&d, 4096);
	for (ep = 0; ep < EP_COUNT; ep++)
		OK(ffs_attach(need_ep(c, ep), d.fd));
	dbuf_fill(&d, 900, 1);
	for (ep = 0; ep < EP_COUNT; ep++) {
		OK(ffs_detach(need_ep(c, ep), d.fd));
		for (i = 0; i <= ep; i++)
			EQ(ffs_transfer(need_ep(c, i), d.fd, 900), -EPERM);
		if (ep < EP_IN2) {
			OK(ffs_transfer(need_ep(c, EP_IN2), d.fd, 900));
			host_expect(c, EP_IN2, 900, 1);
		}
	}
}

/* DETACH on one endpoint must not cancel transfers of another one. */
TEST(detach_beside_transfer, T_BOUND)
{
	int a = need_ep(c, EP_IN), b = need_ep(c, EP_IN2), sync;
	struct dbuf d;

	need_buf(&d, 4096);
	dbuf_fill(&d, 900, 1);
	OK(ffs_attach(a, d.fd));
	OK(ffs_attach(b, d.fd));
	OK(ffs_transfer(a, d.fd, 900));
	OK(ffs_transfer(b, d.fd, 900));
	sync = FD(sync_export(d.fd, SYNC_RW));
	OK(ffs_detach(b, d.fd));
	OK(sync_status(sync));
	host_expect(c, EP_IN, 900, 1);
	/* Two fences in one file: the status is that of the failed one. */
	EQ(sync_wait(sync), -ECONNRESET);
	close(sync);
	OK(ffs_detach(a, d.fd));
}

/*
 * Implicit synchronisation with another driver.  IN reads the memory, so it
 * has to wait for writers; OUT writes, so it has to wait for all users.
 */
static void foreign(struct ctx *c, struct foreign *f, bool sw)
{
	if (sw && !foreign_sw_available())
		SKIP("no sw_sync in this kernel");
	OK(foreign_new(f, c->g, need_host(c), sw));
}

static void foreign_nonblock(struct ctx *c, bool sw, int ep_nr,
			     unsigned int usage, bool busy)
{
	int ep = need_ep(c, ep_nr), sync;
	struct foreign f;
	struct dbuf d;

	foreign(c, &f, sw);
	need_buf(&d, 4096);
	dbuf_fill(&d, 700, 6);
	OK(ffs_attach(ep, d.fd));
	OK(sync_import(d.fd, usage, f.sync_fd));
	if (busy) {
		EQ(ffs_transfer(ep, d.fd, 700), -EBUSY);
		OK(foreign_signal(&f));
		EQ(sync_wait(f.sync_fd), 1);
	}
	OK(ffs_transfer(ep, d.fd, 700));
	sync = FD(sync_export(d.fd, SYNC_RW));
	if (ep_is_in(ep_nr))
		host_expect(c, ep_nr, 700, 6);
	else
		host_send(c, ep_nr, 700, 6);
	if (!busy) {
		/* The transfer is done, the foreign fence is pending. */
		OK(sync_status(sync));
		OK(sync_status(f.sync_fd));
		OK(foreign_signal(&f));
	}
	EQ(sync_wait(sync), 1);
	close(sync);
	OK(ffs_detach(ep, d.fd));
	foreign_free(&f);
}

static void foreign_block(struct ctx *c, bool sw, int ep_nr,
			  unsigned int usage)
{
	int ep = FD(gadget_open_ep(c->g, ep_nr, 0)), sync;
	struct foreign f;
	struct waiter w;
	struct dbuf d;

	foreign(c, &f, sw);
	need_buf(&d, 4096);
	dbuf_fill(&d, 700, 6);
	OK(ffs_attach(ep, d.fd));
	OK(sync_import(d.fd, usage, f.sync_fd));
	OK(waiter_start(&w, ep, d.fd, 700));
	EQ(waiter_asleep(&w), 0);
	OK(foreign_signal(&f));
	OK(waiter_join(&w));
	EQ(sync_status(f.sync_fd), 1);
	sync = FD(sync_export(d.fd, SYNC_RW));
	if (ep_is_in(ep_nr))
		host_expect(c, ep_nr, 700, 6);
	else
		host_send(c, ep_nr, 700, 6);
	EQ(sync_wait(sync), 1);
	close(sync);
	OK(ffs_detach(ep, d.fd));
	foreign_free(&f);
}

#define FOREIGN_TESTS(id, sw)						\
TEST(id##_in_after_read, T_BOUND)					\
{									\
	foreign_nonblock(c, sw, EP_IN, SYNC_READ, false);		\
}									\
TEST(id##_in_after_write, T_BOUND)					\
{									\
	foreign_nonblock(c, sw, EP_IN, SYNC_WRITE, true);		\
}									\
TEST(id##_out_after_read, T_BOUND)					\
{									\
	foreign_nonblock(c, sw, EP_OUT, SYNC_READ, true);		\
}									\
TEST(id##_out_after_write, T_BOUND)					\
{									\
	foreign_nonblock(c, sw, EP_OUT, SYNC_WRITE, true);		\
}									\
TEST(id##_in_waits_for_write, T_BOUND)					\
{									\
	foreign_block(c, sw, EP_IN, SYNC_WRITE);			\
}									\
TEST(id##_out_waits_for_read, T_BOUND)					\
{									\
	foreign_block(c, sw, EP_OUT, SYNC_READ);			\
}

/* A fence of FunctionFS itself, of another buffer: every kernel has that. */
FOREIGN_TESTS(ffs, false)
FOREIGN_TESTS(sw_sync, true)

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
