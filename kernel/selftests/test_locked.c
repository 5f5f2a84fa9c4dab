// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another thread holds the reservation lock of a dmabuf. On a non-blocking file
 * that is ENOLCK: nothing is queued, and another try helps. A blocking file
 * waits. EBUSY would mean a fence that can be polled, and there is none that
 * conflicts.
 *
 * The thread imports a sync file of many fences again and again: the kernel
 * adds them one by one with the reservation locked and searches all existing
 * ones for each. This needs a second processor; with one the lock is never seen
 * held.
 */
#define _GNU_SOURCE
#include <linux/aio_abi.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ffs_test.h"

#define FENCES	900	/* the tests use the rest of 1024 */
#define TIMES	5

struct holder {
	pthread_t thread;
	struct dbuf many;
	int sync;
	int dmabuf_fd;
	atomic_int stop;
	atomic_int imports;
	int ret;
};

static void *hold(void *arg)
{
	struct holder *h = arg;

	/* Read fences do not conflict with IN transfers. */
	while (!atomic_load(&h->stop) && !h->ret) {
		h->ret = sync_import(h->dmabuf_fd, SYNC_READ, h->sync);
		atomic_fetch_add(&h->imports, 1);
	}
	return NULL;
}

/* Fences of transfers that the host does not read, on another endpoint. */
static void holder_start(struct ctx *c, struct holder *h, struct dbuf *b)
{
	int ep = need_ep(c, EP_IN2), i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP("one processor: the lock is never seen held");
	need_host(c);
	need_buf(&h->many, 4096);
	OK(ffs_attach(ep, h->many.fd));
	for (i = 0; i < FENCES; i++)
		OK(ffs_transfer(ep, h->many.fd, 1));
	h->sync = FD(sync_export(h->many.fd, SYNC_RW));
	h->dmabuf_fd = b->fd;
	h->ret = 0;
	atomic_store(&h->stop, 0);
	atomic_store(&h->imports, 0);
	OK(pthread_create(&h->thread, NULL, hold, h));
	while (!atomic_load(&h->imports))
		sched_yield();
}

static void holder_end(struct holder *h)
{
	atomic_store(&h->stop, 1);
	pthread_join(h->thread, NULL);
	OK(h->ret);
	close(h->sync);
}

static void new_buf(struct dbuf *b, unsigned int seed)
{
	need_buf(b, 4096);
	dbuf_fill(b, 4096, seed);
}

/* One try each, without the retries of ffs_attach() and the others. */
static int attach(int ep, struct dbuf *b)
{
	return ioctl(ep, FUNCTIONFS_DMABUF_ATTACH, &b->fd) ? -errno : 0;
}

static int transfer(int ep, struct dbuf *b, unsigned int len)
{
	struct usb_ffs_dmabuf_transfer_req req = {
		.fd = b->fd, .length = len,
	};

	return ioctl(ep, FUNCTIONFS_DMABUF_TRANSFER, &req) ? -errno : 0;
}

static int submit(int ep, struct dbuf *a, struct dbuf *b, unsigned int len)
{
	struct usb_ffs_dmabuf_segment seg[] = {
		SEG(a, 0, len), SEG(b, len, len),
	};
	struct usb_ffs_dmabuf_submit s = {
		.size = sizeof(s),
		.flags = USB_FFS_DMABUF_SUBMIT_REPORT,
		.num_segments = 2,
		.segments = (uintptr_t)seg,
		.cookie = len,
	};

	return ffs_submit_raw(ep, &s);
}

/* Returns whether the lock was held; other errors fail the test. */
static bool locked(int ret)
{
	if (ret && ret != -ENOLCK)
		FAIL("%s, expected success or %s", value_name(ret),
		     value_name(-ENOLCK));
	return ret;
}

TEST(attach_nonblock, T_BOUND)
{
	int ep = need_ep(c, EP_IN), seen = 0, done = 0, fd;
	struct holder h;
	struct dbuf b;

	new_buf(&b, 1);
	holder_start(c, &h, &b);
	fd = next_fd();
	while (seen < TIMES || done < TIMES) {
		if (locked(attach(ep, &b))) {
			seen++;
			EQ(ffs_detach(ep, b.fd), -EPERM);
			continue;
		}
		done++;
		OK(ffs_detach(ep, b.fd));
	}
	EQ(next_fd(), fd);
	holder_end(&h);
}

TEST(transfer_nonblock, T_BOUND)
{
	int ep = need_ep(c, EP_IN), seen = 0, done = 0;
	struct holder h;
	struct dbuf b;

	new_buf(&b, 1);
	OK(ffs_attach(ep, b.fd));
	holder_start(c, &h, &b);
	while (seen < TIMES || done < TIMES) {
		if (locked(transfer(ep, &b, 100 + seen % 100))) {
			seen++;
			continue;
		}
		/* Only this one, none of the rejected ones. */
		host_expect(c, EP_IN, 100 + seen % 100, 1);
		done++;
	}
	holder_end(&h);
	OK(ffs_detach(ep, b.fd));
}

/* The second of two is locked; the first one must not stay locked. */
TEST(submit_nonblock, T_BOUND | T_SUBMIT)
{
	int ep = need_ep(c, EP_IN), seen = 0, done = 0;
	struct usb_ffs_dmabuf_done d;
	unsigned char got[1024];
	struct holder h;
	struct dbuf a, b;

	new_buf(&a, 1);
	new_buf(&b, 1);
	OK(ffs_attach(ep, a.fd));
	OK(ffs_attach(ep, b.fd));
	holder_start(c, &h, &b);
	while (seen < TIMES || done < TIMES) {
		if (locked(submit(ep, &a, &b, 50 + done))) {
			seen++;
			EQ(ffs_reap(ep, &d, 1, NULL, 0), 0);
			OK(transfer(ep, &a, 200));
			host_expect(c, EP_IN, 200, 1);
			continue;
		}
		EQ(host_xfer(&c->host, EP_IN, got, sizeof(got)),
		   2 * (50 + done));
		EQ(pattern_check(got, 0, 2 * (50 + done), 1), -1);
		EQ(ffs_reap(ep, &d, 1, NULL, -1), 1);
		EQ(d.cookie, 50 + done);
		done++;
	}
	holder_end(&h);
	OK(ffs_detach(ep, a.fd));
	OK(ffs_detach(ep, b.fd));
}

TEST(blocking, T_BOUND | T_SUBMIT)
{
	int ep = FD(gadget_open_ep(c->g, EP_IN, 0)), i;
	struct usb_ffs_dmabuf_done d;
	unsigned char got[1024];
	struct holder h;
	struct dbuf a, b;

	new_buf(&a, 1);
	new_buf(&b, 1);
	OK(attach(ep, &a));
	holder_start(c, &h, &b);
	for (i = 0; i < TIMES; i++) {
		OK(attach(ep, &b));
		OK(transfer(ep, &b, 100 + i));
		host_expect(c, EP_IN, 100 + i, 1);
		OK(submit(ep, &a, &b, 50 + i));
		EQ(host_xfer(&c->host, EP_IN, got, sizeof(got)),
		   2 * (50 + i));
		EQ(ffs_reap(ep, &d, 1, NULL, -1), 1);
		OK(ffs_detach(ep, b.fd));
	}
	holder_end(&h);
	close(ep);
}

struct aio_read {
	aio_context_t ctx;
	struct iocb cb;
	char buf[1024];
};

static void aio_read_start(struct aio_read *a, int ep)
{
	struct iocb *cb = &a->cb;

	a->cb = (struct iocb) {
		.aio_lio_opcode = IOCB_CMD_PREAD,
		.aio_fildes = ep,
		.aio_buf = (uintptr_t)a->buf,
		.aio_nbytes = sizeof(a->buf),
	};
	EQ(syscall(SYS_io_submit, a->ctx, 1, &cb), 1);
}

/* Returns the number of bytes. */
static long aio_read_end(struct aio_read *a)
{
	struct io_event ev;

	EQ(syscall(SYS_io_getevents, a->ctx, 1, 1, &ev, NULL), 1);
	return ev.res;
}

/* EBUSY on kernels without ENOLCK; no fence conflicts with this call. */
static bool lock_held(int ep, struct dbuf *b)
{
	int ret = transfer(ep, b, 1);

	return ret == -EBUSY || locked(ret);
}

/*
 * The worker unmaps after DETACH with the reservation locked, and waits for the
 * lock. Reads and writes that complete meanwhile do not wait. The proof is an
 * import that holds the lock from before DETACH until after the read returns;
 * on a kernel where reads wait that never happens.
 */
TEST(cleanup_holds_nothing_up, T_BOUND)
{
	int ep = FD(gadget_open_ep(c->g, EP_IN, 0)), probe, out, i, imports;
	bool held, seen = false;
	struct aio_read a = { };
	struct holder h;
	struct dbuf b;

	if (gadget_cancels(c->g) != CANCELS_ONE)
		SKIP("DETACH cancels the transfer that probes the lock");
	probe = need_ep(c, EP_IN);
	out = need_ep(c, EP_OUT);
	new_buf(&b, 1);
	OK(ffs_attach(probe, b.fd));
	OK(syscall(SYS_io_setup, 1, &a.ctx));
	holder_start(c, &h, &b);
	for (i = 0; i < 2000 && !seen; i++) {
		OK(attach(ep, &b));
		OK(transfer(ep, &b, 100));
		aio_read_start(&a, out);
		imports = atomic_load(&h.imports);
		held = lock_held(probe, &b);
		OK(ffs_detach(ep, b.fd));
		host_send(c, EP_OUT, sizeof(a.buf), i);
		EQ(aio_read_end(&a), sizeof(a.buf));
		if (held) {
			held = lock_held(probe, &b);
			seen = held && atomic_load(&h.imports) == imports;
		}
		/* The lock was free, so a transfer is queued. */
		if (!held)
			host_expect(c, EP_IN, 1, 1);
	}
	holder_end(&h);
	OK(ffs_detach(probe, b.fd));
	syscall(SYS_io_destroy, a.ctx);
	close(ep);
	if (!seen)
		FAIL("of %d reads each waited for the lock of a dmabuf", i);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
