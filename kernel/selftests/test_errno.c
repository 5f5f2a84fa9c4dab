// SPDX-License-Identifier: GPL-2.0-only
/* The results of the three ioctls in every state: one test per state and
 * ioctl. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ffs_test.h"

static const unsigned long codes[] = {
	FUNCTIONFS_DMABUF_ATTACH,
	FUNCTIONFS_DMABUF_DETACH,
	FUNCTIONFS_DMABUF_TRANSFER,
};

/* Before the first bind: must stay the first test. */
TEST(attach_before_bind, T_UNBOUND)
{
	struct dbuf b;

	need_buf(&b, 4096);
	EQ(ffs_attach(need_ep(c, EP_IN), b.fd), -EPERM);
	EQ(ffs_attach(need_ep(c, EP_OUT), b.fd), -EPERM);
}

TEST(attach_without_sg, T_NO_SG_OK)
{
	struct dbuf b;

	if (gadget_ability(c->g) == ABILITY_FULL)
		SKIP("%s has scatter-gather", c->g->udc);
	need_buf(&b, 4096);
	EQ(ffs_attach(need_ep(c, EP_IN), b.fd), -EPERM);
}

TEST(bad_pointer, T_BOUND)
{
	void *bad[3];
	unsigned int i, j;

	bad[0] = NULL;
	bad[1] = (void *)16;
	/* An unreadable page right after a readable one. */
	bad[2] = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	CHECK(bad[2] != MAP_FAILED);
	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		for (j = 0; j < ARRAY_SIZE(bad); j++) {
			errno = 0;
			EQ(ioctl(need_ep(c, EP_IN), codes[i], bad[j]), -1);
			EQ(errno, EFAULT);
		}
	}
}

/* The structure has 16 bytes; only the first 8 are readable here. */
TEST(half_a_pointer, T_BOUND)
{
	long page = sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	OK(mprotect(p + page, page, PROT_NONE));
	EQ(ioctl(need_ep(c, EP_IN), FUNCTIONFS_DMABUF_TRANSFER, p + page - 8),
	   -1);
	EQ(errno, EFAULT);
}

TEST(ep0, T_BOUND)
{
	struct usb_ffs_dmabuf_transfer_req req = { .length = 1 };
	struct dbuf b;
	unsigned int i;

	need_buf(&b, 4096);
	req.fd = b.fd;
	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		errno = 0;
		EQ(ioctl(c->g->ep0, codes[i], &req), -1);
		EQ(errno, ENOTTY);
	}
}

TEST(bad_fd, T_BOUND)
{
	int ep = need_ep(c, EP_IN);

	EQ(ffs_attach(ep, -1), -EBADF);
	EQ(ffs_detach(ep, -1), -EBADF);
	EQ(ffs_transfer(ep, -1, 1), -EBADF);
	EQ(ffs_attach(ep, 1 << 20), -EBADF);
	EQ(ffs_detach(ep, 1 << 20), -EBADF);
	EQ(ffs_transfer(ep, 1 << 20, 1), -EBADF);
}

TEST(no_dmabuf, T_BOUND)
{
	int ep = need_ep(c, EP_IN);
	int fds[3];
	unsigned int i;

	fds[0] = FD(open("/dev/null", O_RDWR));
	fds[1] = FD(memfd_create("selftest", 0));
	fds[2] = ep;
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		EQ(ffs_attach(ep, fds[i]), -EINVAL);
		EQ(ffs_detach(ep, fds[i]), -EINVAL);
		EQ(ffs_transfer(ep, fds[i], 1), -EINVAL);
	}
}

/*
 * Attaching twice needs detaching twice: an application and a library that
 * share an endpoint must not detach each other's buffers.
 */
TEST(attach_twice, T_BOUND)
{
	int ep = need_ep(c, EP_IN);
	struct dbuf b;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_attach(ep, b.fd));
	OK(ffs_detach(ep, b.fd));
	dbuf_fill(&b, 100, 1);
	OK(ffs_transfer(ep, b.fd, 100));
	host_expect(c, EP_IN, 100, 1);
	OK(ffs_detach(ep, b.fd));
	EQ(ffs_detach(ep, b.fd), -EPERM);
	EQ(ffs_transfer(ep, b.fd, 100), -EPERM);
}

TEST(not_attached, T_BOUND)
{
	struct dbuf a, b;
	int ep;

	need_buf(&a, 4096);
	need_buf(&b, 4096);
	for (ep = 0; ep < EP_COUNT; ep++) {
		EQ(ffs_detach(need_ep(c, ep), b.fd), -EPERM);
		EQ(ffs_transfer(need_ep(c, ep), b.fd, 1), -EPERM);
	}
	/* Another buffer or another endpoint does not count. */
	OK(ffs_attach(need_ep(c, EP_IN), a.fd));
	EQ(ffs_detach(need_ep(c, EP_IN), b.fd), -EPERM);
	EQ(ffs_transfer(need_ep(c, EP_IN), b.fd, 1), -EPERM);
	EQ(ffs_detach(need_ep(c, EP_IN2), a.fd), -EPERM);
	EQ(ffs_transfer(need_ep(c, EP_IN2), a.fd, 1), -EPERM);
	OK(ffs_detach(need_ep(c, EP_IN), a.fd));
}

TEST(detach_twice, T_BOUND)
{
	struct dbuf b;
	int ep;

	need_buf(&b, 4096);
	for (ep = 0; ep < EP_COUNT; ep++) {
		OK(ffs_attach(need_ep(c, ep), b.fd));
		OK(ffs_detach(need_ep(c, ep), b.fd));
		EQ(ffs_detach(need_ep(c, ep), b.fd), -EPERM);
		EQ(ffs_transfer(need_ep(c, ep), b.fd, 1), -EPERM);
	}
}

/* It is the dmabuf that is attached, not the number of its descriptor. */
TEST(other_descriptor, T_BOUND)
{
	int ep = need_ep(c, EP_IN), other;
	struct dbuf b;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	other = FD(dup(b.fd));
	close(b.fd);
	b.fd = other;
	dbuf_fill(&b, 10, 3);
	OK(ffs_transfer(ep, other, 10));
	host_expect(c, EP_IN, 10, 3);
	OK(ffs_detach(ep, other));
}

TEST(flags, T_BOUND)
{
	int ep = need_ep(c, EP_IN);
	struct dbuf b;
	int i;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	for (i = 0; i < 32; i++)
		EQ(ffs_transfer_flags(ep, b.fd, 16, 1u << i), -EINVAL);
	EQ(ffs_transfer_flags(ep, b.fd, 16, ~0u), -EINVAL);
	OK(ffs_detach(ep, b.fd));
}

TEST(length, T_BOUND)
{
	static const __u64 wrong[] = {
		0, 1ull << 31, 1ull << 32, (1ull << 32) + 1, (1ull << 32) +
		4096, 1ull << 63, ~0ull,
	};
	struct dbuf b;
	unsigned int i;
	int ep;

	need_buf(&b, 4096);
	for (ep = EP_IN; ep <= EP_OUT; ep++) {
		OK(ffs_attach(need_ep(c, ep), b.fd));
		for (i = 0; i < ARRAY_SIZE(wrong); i++)
			EQ(ffs_transfer(need_ep(c, ep), b.fd, wrong[i]),
			   -EINVAL);
		EQ(ffs_transfer(need_ep(c, ep), b.fd, b.size + 1), -EINVAL);
		OK(ffs_detach(need_ep(c, ep), b.fd));
	}
}

/* A connection without a host. */
TEST(disabled_nonblock, T_BOUND)
{
	char port[128];
	struct dbuf b;
	int ret;

	need_buf(&b, 4096);
	OK(ffs_attach(need_ep(c, EP_IN), b.fd));
	ret = host_unplug(c->g, port, sizeof(port));
	if (ret == -ENOTSUP)
		SKIP("the port cannot be switched off");
	OK(ret);
	EQ(ffs_transfer(need_ep(c, EP_IN), b.fd, 16), -EAGAIN);
	/* Attaching needs a controller, not a host. */
	OK(ffs_attach(need_ep(c, EP_OUT), b.fd));
	EQ(ffs_transfer(need_ep(c, EP_OUT), b.fd, 16), -EAGAIN);
	OK(ffs_detach(need_ep(c, EP_OUT), b.fd));
	OK(ffs_detach(need_ep(c, EP_IN), b.fd));
	OK(host_replug(c->g, port));
}

TEST(disabled_waits, T_BOUND)
{
	int ep = FD(gadget_open_ep(c->g, EP_IN, 0));
	char port[128];
	struct waiter w;
	struct dbuf b;
	int ret;

	need_buf(&b, 4096);
	dbuf_fill(&b, 77, 9);
	OK(ffs_attach(ep, b.fd));
	ret = host_unplug(c->g, port, sizeof(port));
	if (ret == -ENOTSUP)
		SKIP("the port cannot be switched off");
	OK(ret);
	OK(waiter_start(&w, ep, b.fd, 77));
	EQ(waiter_asleep(&w), 0);
	OK(host_replug(c->g, port));
	OK(waiter_join(&w));
	host_expect(c, EP_IN, 77, 9);
	OK(ffs_detach(ep, b.fd));
}

TEST(disabled_interrupted, T_BOUND)
{
	int ep = FD(gadget_open_ep(c->g, EP_IN, 0));
	char port[128];
	struct waiter w;
	struct dbuf b;
	int ret;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	ret = host_unplug(c->g, port, sizeof(port));
	if (ret == -ENOTSUP)
		SKIP("the port cannot be switched off");
	OK(ret);
	OK(waiter_start(&w, ep, b.fd, 16));
	EQ(waiter_asleep(&w), 0);
	EQ(waiter_interrupt(&w), -EINTR);
	OK(ffs_detach(ep, b.fd));
	OK(host_replug(c->g, port));
}

TEST(conflict_nonblock, T_BOUND)
{
	struct foreign f;
	struct dbuf b;

	need_buf(&b, 4096);
	OK(ffs_attach(need_ep(c, EP_IN), b.fd));
	OK(foreign_new(&f, c->g, need_host(c), false));
	OK(sync_import(b.fd, SYNC_WRITE, f.sync_fd));
	EQ(ffs_transfer(need_ep(c, EP_IN), b.fd, 16), -EBUSY);
	OK(foreign_signal(&f));
	EQ(sync_wait(f.sync_fd), 1);
	OK(ffs_transfer(need_ep(c, EP_IN), b.fd, 16));
	host_xfer(need_host(c), EP_IN, b.map, 16);
	OK(ffs_detach(need_ep(c, EP_IN), b.fd));
	foreign_free(&f);
}

/* The ioctl returns EBUSY after five seconds. */
TEST(conflict_gives_up, T_BOUND)
{
	int ep = FD(gadget_open_ep(c->g, EP_IN, 0));
	struct foreign f;
	struct dbuf b;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	OK(foreign_new(&f, c->g, need_host(c), false));
	OK(sync_import(b.fd, SYNC_WRITE, f.sync_fd));
	EQ(ffs_transfer(ep, b.fd, 16), -EBUSY);
	EQ(sync_status(f.sync_fd), 0);
	OK(foreign_signal(&f));
	OK(ffs_detach(ep, b.fd));
	foreign_free(&f);
}

TEST(conflict_interrupted, T_BOUND)
{
	int ep = FD(gadget_open_ep(c->g, EP_IN, 0));
	struct foreign f;
	struct waiter w;
	struct dbuf b;
	int ret;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	OK(foreign_new(&f, c->g, need_host(c), false));
	OK(sync_import(b.fd, SYNC_WRITE, f.sync_fd));
	OK(waiter_start(&w, ep, b.fd, 16));
	EQ(waiter_asleep(&w), 0);
	ret = waiter_interrupt(&w);
	/* ERESTARTSYS without SA_RESTART is the same to user space. */
	EQ(ret, -EINTR);
	EQ(sync_status(f.sync_fd), 0);
	OK(foreign_signal(&f));
	OK(ffs_detach(ep, b.fd));
	foreign_free(&f);
}

/*
 * The transfer waits for a fence that signals because of a disconnect.  Its
 * endpoint is disabled then.
 */
TEST(changed_meanwhile, T_BOUND)
{
	int ep = FD(gadget_open_ep(c->g, EP_IN, 0));
	struct foreign f;
	char port[128];
	struct waiter w;
	struct dbuf b;
	int ret;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	OK(host_find_port(c->g, port, sizeof(port)));
	OK(foreign_new(&f, c->g, need_host(c), false));
	OK(sync_import(b.fd, SYNC_WRITE, f.sync_fd));
	OK(waiter_start(&w, ep, b.fd, 16));
	EQ(waiter_asleep(&w), 0);
	host_close(&c->host);
	ret = host_unplug(c->g, port, sizeof(port));
	OK(ret);
	EQ(waiter_join(&w), -ESHUTDOWN);
	EQ(sync_status(f.sync_fd), -ESHUTDOWN);
	foreign_free(&f);
	close(ep);
	OK(host_replug(c->g, port));
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
