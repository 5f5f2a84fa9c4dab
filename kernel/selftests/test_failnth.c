// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of every ioctl fails once, the first, the second and so on.
 * A failure must have no side effect: the same call works right after it.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ffs_test.h"

#define NTH_MAX	400

static int nth_fd;
static int injected;

static void nth_setup(void)
{
	static const char * const dirs[] = {
		"/sys/kernel/debug/failslab",
		"/sys/kernel/debug/fail_page_alloc",
	};
	char path[96];
	unsigned int i;

	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR);
	if (nth_fd < 0)
		SKIP("no fault injection in this kernel");
	if (access(dirs[0], F_OK))
		SKIP("no failslab in this kernel");
	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		/* The ioctls allocate with GFP_KERNEL. */
		snprintf(path, sizeof(path), "%s/ignore-gfp-wait", dirs[i]);
		write_file(path, "N");
		snprintf(path, sizeof(path), "%s/verbose", dirs[i]);
		write_file(path, "0");
	}
}

static void nth_set(int n)
{
	char buf[16];

	snprintf(buf, sizeof(buf), "%d", n);
	EQ(pwrite(nth_fd, buf, strlen(buf), 0), (long)strlen(buf));
}

/* Returns whether a call since nth_set() met the failure. */
static bool nth_hit(void)
{
	char buf[16] = "";

	CHECK(pread(nth_fd, buf, sizeof(buf) - 1, 0) > 0);
	if (atoi(buf)) {
		nth_set(0);
		return false;
	}
	injected++;
	return true;
}

static bool idle(struct dbuf *b)
{
	struct pollfd p = { .fd = b->fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 1;
}

static void attach(struct ctx *c, enum mem_provider p, int ep_nr)
{
	int ep = need_ep(c, ep_nr), n, ret;
	struct dbuf b;

	if (!mem_available(p))
		SKIP("no %s here", mem_name(p));
	nth_setup();
	OK(dbuf_new(&b, p, 65536));
	for (n = 1; n < NTH_MAX; n++) {
		nth_set(n);
		ret = ffs_attach(ep, b.fd);
		if (!nth_hit())
			break;
		if (ret)
			EQ(ret, -ENOMEM);
		EQ(ffs_detach(ep, b.fd), ret ? -EPERM : 0);
	}
	OK(ret);
	CHECK(n < NTH_MAX);
	OK(ffs_detach(ep, b.fd));
	note("%d failures", injected);
	CHECK(injected);
}

TEST(attach_udmabuf_in, T_BOUND | T_LONG)
{
	attach(c, MEM_UDMABUF, EP_IN);
}

TEST(attach_heap_out, T_BOUND | T_LONG)
{
	attach(c, MEM_HEAP, EP_OUT);
}

TEST(attach_v4l2_in, T_BOUND | T_LONG)
{
	attach(c, MEM_V4L2, EP_IN);
}

/* With other transfers in flight, whose fences must not change. */
static void transfer(struct ctx *c, int ep_nr, bool others)
{
	int ep = need_ep(c, ep_nr), n, ret, sync[2] = { -1, -1 };
	struct dbuf b, before, after;
	size_t len;

	nth_setup();
	need_host(c);
	need_buf(&b, 65536);
	need_buf(&before, 4096);
	need_buf(&after, 4096);
	dbuf_fill(&b, 65536, 5);
	dbuf_fill(&before, 4096, 6);
	dbuf_fill(&after, 4096, 7);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_attach(ep, before.fd));
	OK(ffs_attach(ep, after.fd));
	for (n = 1; n < NTH_MAX; n++) {
		/* Another length each time, so that nothing is cached. */
		len = 65536 - 512 * (n % 64) - n;
		if (others) {
			OK(ffs_transfer(ep, before.fd, 100));
			sync[0] = FD(sync_export(before.fd, SYNC_RW));
		}
		nth_set(n);
		ret = ffs_transfer(ep, b.fd, len);
		if (!nth_hit()) {
			OK(ret);
			n = NTH_MAX + 1;
		} else if (ret) {
			EQ(ret, -ENOMEM);
			CHECK(idle(&b));
			OK(ffs_transfer(ep, b.fd, len));
		}
		sync[1] = FD(sync_export(b.fd, SYNC_RW));
		if (others) {
			OK(ffs_transfer(ep, after.fd, 200));
			OK(sync_status(sync[0]));
			if (ep_is_in(ep_nr))
				host_expect(c, ep_nr, 100, 6);
			else
				host_send(c, ep_nr, 100, 6);
			EQ(sync_wait(sync[0]), 1);
			close(sync[0]);
		}
		OK(sync_status(sync[1]));
		if (ep_is_in(ep_nr))
			host_expect(c, ep_nr, len, 5);
		else
			host_send(c, ep_nr, len, 5);
		EQ(sync_wait(sync[1]), 1);
		close(sync[1]);
		if (others && ep_is_in(ep_nr))
			host_expect(c, ep_nr, 200, 7);
		else if (others)
			host_send(c, ep_nr, 200, 7);
		EQ(dbuf_check(&b, 0, len, 5), -1);
	}
	CHECK(n > NTH_MAX);
	OK(ffs_detach(ep, b.fd));
	OK(ffs_detach(ep, before.fd));
	OK(ffs_detach(ep, after.fd));
	note("%d failures", injected);
	CHECK(injected);
}

TEST(transfer_in, T_BOUND | T_LONG)
{
	transfer(c, EP_IN, false);
}

TEST(transfer_out, T_BOUND | T_LONG)
{
	transfer(c, EP_OUT, false);
}

TEST(transfer_in_between, T_BOUND | T_LONG)
{
	transfer(c, EP_IN, true);
}

TEST(transfer_out_between, T_BOUND | T_LONG)
{
	transfer(c, EP_OUT, true);
}

/*
 * Several dmabufs at a time: a failure halfway must revert the changes to the
 * first ones.  An earlier transfer keeps one of them busy, so that the test
 * notices a change of its fence.
 */
static void submit(struct ctx *c, int ep_nr, bool others)
{
	int ep = need_ep(c, ep_nr), n, i, ret, fds, next, before = -1;
	struct dbuf b[3], other;
	char *buf = malloc(65536);
	size_t len, total;

	CHECK(buf);
	nth_setup();
	need_host(c);
	need_buf(&other, 4096);
	dbuf_fill(&other, 4096, 6);
	OK(ffs_attach(ep, other.fd));
	for (i = 0; i < 3; i++) {
		need_buf(&b[i], 16384);
		dbuf_fill(&b[i], 16384, i);
		OK(ffs_attach(ep, b[i].fd));
	}
	fds = open_fds();
	next = next_fd();
	for (n = 1; n < NTH_MAX; n++) {
		len = 16000 - 100 * (n % 64) - n;
		total = 12 + len + 77 + 100;
		if (others)
			before = FD(SUBMIT(ep, SEG(&other, 0, 100),
					   SEG(&b[2], 16000, 20)));
		nth_set(n);
		ret = SUBMIT(ep, SEG(&b[0], 1, 12), SEG(&b[1], 0, len),
			     SEG(&b[2], 4090, 77), SEG(&b[0], 200, 100));
		if (!nth_hit()) {
			FD(ret);
			n = NTH_MAX + 1;
		} else if (ret < 0) {
			EQ(ret, -ENOMEM);
			EQ(open_fds(), fds + (before >= 0));
			for (i = 0; i < 3; i++)
				EQ(idle(&b[i]), i != 2 || !others);
			ret = FD(SUBMIT(ep, SEG(&b[0], 1, 12),
					SEG(&b[1], 0, len),
					SEG(&b[2], 4090, 77),
					SEG(&b[0], 200, 100)));
		}
		if (others) {
			OK(sync_status(before));
			EQ(host_xfer(&c->host, ep_nr, buf, 120), 120);
			EQ(sync_wait(before), 1);
			close(before);
			before = -1;
		}
		OK(sync_status(ret));
		for (i = 0; i < 3; i++)
			EQ(idle(&b[i]), 0);
		if (!ep_is_in(ep_nr)) {
			memset(buf, 0, total);
			EQ(host_xfer(&c->host, ep_nr, buf, total),
			   (long)total);
		} else {
			EQ(host_xfer(&c->host, ep_nr, buf, total),
			   (long)total);
			CHECK(!memcmp(buf, b[0].map + 1, 12));
			CHECK(!memcmp(buf + 12, b[1].map, len));
			CHECK(!memcmp(buf + 12 + len, b[2].map + 4090, 77));
			CHECK(!memcmp(buf + 89 + len, b[0].map + 200, 100));
		}
		EQ(sync_wait(ret), 1);
		close(ret);
		EQ(open_fds(), fds);
		EQ(next_fd(), next);
		for (i = 0; i < 3; i++)
			CHECK(idle(&b[i]));
	}
	CHECK(n > NTH_MAX);
	for (i = 0; i < 3; i++)
		OK(ffs_detach(ep, b[i].fd));
	OK(ffs_detach(ep, other.fd));
	note("%d failures", injected);
	CHECK(injected);
}

TEST(submit_in, T_BOUND | T_LONG | T_SUBMIT)
{
	submit(c, EP_IN, false);
}

TEST(submit_out, T_BOUND | T_LONG | T_SUBMIT)
{
	submit(c, EP_OUT, false);
}

TEST(submit_in_between, T_BOUND | T_LONG | T_SUBMIT)
{
	submit(c, EP_IN, true);
}

/* DETACH and close() cannot fail for lack of memory. */
TEST(detach, T_BOUND | T_LONG)
{
	int ep = need_ep(c, EP_IN), n, sync;
	struct dbuf b;

	nth_setup();
	need_buf(&b, 65536);
	for (n = 1; n < NTH_MAX; n++) {
		OK(ffs_attach(ep, b.fd));
		OK(ffs_transfer(ep, b.fd, 65536));
		sync = FD(sync_export(b.fd, SYNC_RW));
		nth_set(n);
		OK(ffs_detach(ep, b.fd));
		if (!nth_hit())
			n = NTH_MAX;
		EQ(sync_wait(sync), -ECONNRESET);
		close(sync);
	}
	CHECK(n > NTH_MAX);
	note("%d failures", injected);
}

TEST(detach_of_two, T_BOUND | T_LONG | T_SUBMIT)
{
	int ep = need_ep(c, EP_IN), n, sync;
	struct dbuf a, b;

	nth_setup();
	need_buf(&a, 4096);
	need_buf(&b, 65536);
	OK(ffs_attach(ep, a.fd));
	for (n = 1; n < NTH_MAX; n++) {
		OK(ffs_attach(ep, b.fd));
		sync = FD(SUBMIT(ep, SEG(&a, 0, 12), SEG(&b, 0, 65536)));
		nth_set(n);
		OK(ffs_detach(ep, b.fd));
		if (!nth_hit())
			n = NTH_MAX;
		EQ(sync_wait(sync), -ECONNRESET);
		CHECK(idle(&a));
		close(sync);
	}
	CHECK(n > NTH_MAX);
	note("%d failures", injected);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
