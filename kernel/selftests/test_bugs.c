// SPDX-License-Identifier: GPL-2.0-only
/*
 * One reproducer for each bug that the interface had when it was merged.  On
 * an unfixed kernel several of them crash or lock up the machine: run one at a
 * time, each in its own virtual machine.  test_modules has the two that remove
 * modules.
 */
#define _GNU_SOURCE
#include <linux/udmabuf.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ffs_test.h"

/*
 * 4. Without a controller: before the first bind here, after an unbind below.
 * These two come first, while the function has never been bound.
 */
TEST(bug04_detach_before_bind, T_UNBOUND)
{
	struct dbuf b;

	need_buf(&b, 4096);
	EQ(ffs_detach(need_ep(c, EP_IN), b.fd), -EPERM);
}

TEST(bug04_transfer_before_bind, T_UNBOUND)
{
	struct dbuf b;

	need_buf(&b, 4096);
	EQ(ffs_transfer(need_ep(c, EP_IN), b.fd, 4096), -EPERM);
}

/*
 * 1. The reservation dropped the first fence for the second one.  Its memory is
 * then free, or that of the third fence, which signals too early.
 */
TEST(bug01_in_twice, T_BOUND)
{
	enum { N = 8 };
	int ep = need_ep(c, EP_IN), sync, i;
	struct dbuf b;

	need_buf(&b, 4096);
	dbuf_fill(&b, 4096, 1);
	OK(ffs_attach(ep, b.fd));
	for (i = 0; i < N; i++)
		OK(ffs_transfer(ep, b.fd, 512 + i));
	sync = FD(sync_export(b.fd, SYNC_RW));
	for (i = 0; i < N; i++) {
		OK(sync_status(sync));
		host_expect(c, EP_IN, 512 + i, 1);
	}
	EQ(sync_wait(sync), 1);
	close(sync);
	OK(ffs_detach(ep, b.fd));
}

/*
 * 2. The lock of the fence was in the attachment, which is freed a moment
 * after DETACH.  Other data is in its place then.
 */
TEST(bug02_status_after_detach, T_BOUND)
{
	enum { N = 8 };
	int ep = need_ep(c, EP_IN), sync[N], i, round;
	struct dbuf b[N];

	for (i = 0; i < N; i++) {
		need_buf(&b[i], 4096);
		OK(ffs_attach(ep, b[i].fd));
		OK(ffs_transfer(ep, b[i].fd, 512));
		sync[i] = FD(sync_export(b[i].fd, SYNC_RW));
	}
	for (i = 0; i < N; i++)
		OK(ffs_detach(ep, b[i].fd));
	/* dwc3 needs a while to cancel started transfers. */
	for (i = 0; i < N; i++)
		EQ(sync_wait(sync[i]), -ECONNRESET);
	for (round = 0; round < 300; round++) {
		for (i = 0; i < N; i++)
			EQ(sync_status(sync[i]), -ECONNRESET);
		sched_yield();
	}
	for (i = 0; i < N; i++)
		close(sync[i]);
}

TEST(bug04_detach_after_unbind, T_BOUND)
{
	struct dbuf b;

	need_buf(&b, 4096);
	OK(ffs_attach(need_ep(c, EP_IN), b.fd));
	OK(gadget_unbind_wait(c->g));
	EQ(ffs_detach(need_ep(c, EP_IN), b.fd), -EPERM);
}

TEST(bug04_transfer_after_unbind, T_BOUND)
{
	struct dbuf b;

	need_buf(&b, 4096);
	OK(ffs_attach(need_ep(c, EP_IN), b.fd));
	OK(gadget_unbind_wait(c->g));
	EQ(ffs_transfer(need_ep(c, EP_IN), b.fd, 4096), -EPERM);
}

/* 6. Only the newest transfer was cancelled; the older one was sent later. */
TEST(bug06_detach_cancels_all, T_BOUND)
{
	enum { N = 4 };
	int ep = need_ep(c, EP_IN), sync[N], i;
	struct dbuf b, marker;
	struct pollfd p;

	need_host(c);
	need_buf(&b, 4096);
	need_buf(&marker, 4096);
	dbuf_fill(&b, 4096, 1);
	dbuf_fill(&marker, 4096, 2);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_attach(ep, marker.fd));
	for (i = 0; i < N; i++) {
		OK(ffs_transfer(ep, b.fd, 1000));
		sync[i] = FD(sync_export(b.fd, SYNC_RW));
	}
	OK(ffs_detach(ep, b.fd));
	p = (struct pollfd){ .fd = b.fd, .events = POLLOUT };
	EQ(poll(&p, 1, -1), 1);
	/* Other users see an idle dmabuf, so no transfer may be in flight. */
	for (i = 0; i < N; i++)
		if (!sync_status(sync[i]))
			FAIL("the dmabuf is idle, transfer %d of %d under way",
			     i + 1, N);
	dbuf_fill(&b, 4096, 3);
	OK(ffs_transfer(ep, marker.fd, 1000));
	host_expect(c, EP_IN, 1000, 2);
	for (i = 0; i < N; i++)
		EQ(sync_status(sync[i]), -ECONNRESET);
	OK(ffs_detach(ep, marker.fd));
}

/*
 * 7. Entries were counted by their CPU lengths, which an importer must not use.
 * Shows where they differ from DMA lengths: with CONFIG_DMABUF_DEBUG or an
 * IOMMU. dummy_hcd tolerates a wrong count, other controllers do not.  So read
 * the count that the controller got from its tracepoint, if it has one.
 */
#define TRACE	"/sys/kernel/tracing/instances/ffs-selftest"

static bool trace_start(void)
{
	if (mkdir(TRACE, 0755) && errno != EEXIST)
		return false;
	return !write_file(TRACE "/events/gadget/usb_ep_queue/enable", "1");
}

/* Returns the entries of the queued request of this length, 0 if not found. */
static int trace_entries(unsigned int len)
{
	char line[512], want[32], *p;
	int mapped, n = 0;
	FILE *f;

	snprintf(want, sizeof(want), " length 0/%u sgs ", len);
	f = fopen(TRACE "/trace", "r");
	while (f && fgets(line, sizeof(line), f)) {
		p = strstr(line, want);
		if (p && sscanf(p + strlen(want), "%d/%d", &mapped, &n) != 2)
			n = 0;
	}
	if (f)
		fclose(f);
	return n;
}

TEST(bug07_dma_lengths, T_BOUND)
{
	static const enum mem_provider from[] = {
		MEM_UDMABUF_LIST, MEM_HEAP, MEM_V4L2,
	};
	const unsigned int page = sysconf(_SC_PAGESIZE);
	const unsigned int size = 300000, pages = (size + page - 1) / page;
	bool traced = trace_start();
	unsigned int i, len;
	struct dbuf b;
	int n;

	for (i = 0; i < ARRAY_SIZE(from); i++) {
		if (!mem_available(from[i]))
			continue;
		len = size - 7 - i;
		OK(dbuf_new(&b, from[i], size));
		dbuf_fill(&b, size, i);
		OK(ffs_attach(need_ep(c, EP_IN), b.fd));
		OK(ffs_transfer(need_ep(c, EP_IN), b.fd, len));
		host_expect(c, EP_IN, len, i);
		OK(ffs_detach(need_ep(c, EP_IN), b.fd));
		dbuf_free(&b);
		if (!traced)
			continue;
		n = trace_entries(len);
		if (n < 1 || n > (int)pages)
			FAIL("%s: %d entries for %u pages", mem_name(from[i]),
			     n, pages);
	}
	if (!traced)
		note("no tracepoint: only the data was checked");
	rmdir(TRACE);
}

/* The same memfd many times: more than 4 GiB from 16 MiB of memory. */
static int huge_udmabuf(__u64 size)
{
	static const char limit[] =
		"/sys/module/udmabuf/parameters/size_limit_mb";
	enum { PIECE = 16 << 20 };
	struct udmabuf_create_list *l;
	int dev, mem, fd;
	unsigned int n = (size + PIECE - 1) / PIECE, i;
	char mb[16];

	dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		return -errno;
	snprintf(mb, sizeof(mb), "%u", n * (PIECE >> 20) + 1);
	if (write_file(limit, mb))
		return -ENOTSUP;
	mem = memfd_create("selftest", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	if (mem < 0 || ftruncate(mem, PIECE) ||
	    fcntl(mem, F_ADD_SEALS, F_SEAL_SHRINK))
		return -errno;
	l = calloc(1, sizeof(*l) + n * sizeof(l->list[0]));
	if (!l)
		return -ENOMEM;
	l->flags = UDMABUF_FLAGS_CLOEXEC;
	l->count = n;
	for (i = 0; i < n; i++) {
		l->list[i].memfd = mem;
		l->list[i].size = PIECE;
	}
	fd = ioctl(dev, UDMABUF_CREATE_LIST, l);
	if (fd < 0)
		fd = -errno;
	free(l);
	close(mem);
	close(dev);
	return fd;
}

/* 8. The length was silently truncated to 32 bits. */
TEST(bug08_more_than_4_gib, T_BOUND | T_LONG)
{
	static const __u64 len[] = {
		1ull << 32, (1ull << 32) + 1, (1ull << 32) + 4096,
	};
	int ep = need_ep(c, EP_IN), fd;
	unsigned int i;

	if (!mem_available(MEM_UDMABUF))
		SKIP("no udmabuf, no dmabuf of 4 GiB");
	fd = huge_udmabuf((1ull << 32) + 65536);
	if (fd == -ENOMEM || fd == -ENOTSUP || fd == -EINVAL)
		SKIP("cannot make a dmabuf of 4 GiB: %s", value_name(fd));
	FD(fd);
	OK(ffs_attach(ep, fd));
	for (i = 0; i < ARRAY_SIZE(len); i++)
		EQ(ffs_transfer(ep, fd, len[i]), -EINVAL);
	OK(ffs_detach(ep, fd));
}

/* 9. Closing any file of an endpoint detached the buffers of all files. */
TEST(bug09_other_opener_closes, T_BOUND)
{
	int a = FD(gadget_open_ep(c->g, EP_IN, O_NONBLOCK));
	int b = FD(gadget_open_ep(c->g, EP_IN, O_NONBLOCK));
	struct dbuf mine, other;
	int sync;

	need_buf(&mine, 4096);
	need_buf(&other, 4096);
	dbuf_fill(&mine, 4096, 1);
	OK(ffs_attach(a, mine.fd));
	OK(ffs_attach(b, other.fd));
	OK(ffs_transfer(a, mine.fd, 700));
	sync = FD(sync_export(mine.fd, SYNC_RW));
	close(b);
	OK(sync_status(sync));
	host_expect(c, EP_IN, 700, 1);
	EQ(sync_wait(sync), 1);
	close(sync);
	OK(ffs_transfer(a, mine.fd, 300));
	host_expect(c, EP_IN, 300, 1);
	EQ(ffs_transfer(a, other.fd, 300), -EPERM);
	OK(ffs_detach(a, mine.fd));
	close(a);
}

/*
 * 10. A TRANSFER that waited for a fence held the reservation lock.  poll()
 * needs that lock; it must return while TRANSFER still waits.
 */
TEST(bug10_waits_with_lock, T_BOUND)
{
	int ep = FD(gadget_open_ep(c->g, EP_IN, 0));
	struct foreign f;
	struct pollfd p;
	struct waiter w;
	struct dbuf b;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	OK(foreign_new(&f, c->g, need_host(c), false));
	OK(sync_import(b.fd, SYNC_WRITE, f.sync_fd));
	OK(waiter_start(&w, ep, b.fd, 4096));
	EQ(waiter_asleep(&w), 0);
	p = (struct pollfd){ .fd = b.fd, .events = POLLIN | POLLOUT };
	EQ(poll(&p, 1, 0), 0);
	if (atomic_load(&w.done))
		FAIL("poll() came back after TRANSFER only");
	/* Nor may a non-blocking call fail for another reason. */
	OK(sync_import(b.fd, SYNC_READ, f.sync_fd));
	CHECK(!atomic_load(&w.done));
	OK(foreign_signal(&f));
	OK(waiter_join(&w));
	foreign_free(&f);
	close(ep);
}

/*
 * 11. A read of ep0 slept with the mutex that unbinding needs.  Needs its own
 * gadget, because the usual one never blocks in read().  Two readers: the event
 * of the unbind wakes the first.  The second one gets the mutex next, before
 * the unbind, and has nothing to read.
 */
struct reader {
	pthread_t thread;
	struct gadget *g;
	atomic_int tid;
};

static atomic_int stop_reading;

static void *blocking_reader(void *arg)
{
	struct usb_functionfs_event ev;
	struct reader *r = arg;

	atomic_store(&r->tid, gettid());
	while (!atomic_load(&stop_reading)) {
		if (read(r->g->ep0, &ev, sizeof(ev)) != sizeof(ev))
			continue;
		if (ev.type == FUNCTIONFS_ENABLE)
			atomic_store(&r->g->state->enabled, 1);
		else if (ev.type == FUNCTIONFS_UNBIND)
			atomic_fetch_add(&r->g->state->unbinds, 1);
	}
	return NULL;
}

static void interrupted(int sig)
{
	(void)sig;
}

TEST(bug11_unbind_during_ep0_read, T_PRIVATE)
{
	struct sigaction sa = { .sa_handler = interrupted };
	struct reader r[2];
	struct timespec ts;
	struct gadget g;
	unsigned int i;

	sigaction(SIGUSR1, &sa, NULL);
	OK(gadget_create(&g, "b", DESCS_ALL));
	OK(fcntl(g.ep0, F_SETFL, 0));
	for (i = 0; i < ARRAY_SIZE(r); i++) {
		r[i].g = &g;
		atomic_store(&r[i].tid, 0);
		OK(pthread_create(&r[i].thread, NULL, blocking_reader, &r[i]));
	}
	OK(gadget_bind(&g));
	while (!atomic_load(&g.state->enabled))
		sched_yield();
	for (i = 0; i < ARRAY_SIZE(r); i++) {
		while (!atomic_load(&r[i].tid) ||
		       task_asleep(atomic_load(&r[i].tid),
				   SYS_read) != 1)
			sched_yield();
	}
	OK(gadget_unbind(&g));
	while (!atomic_load(&g.state->unbinds))
		sched_yield();
	atomic_store(&stop_reading, 1);
	for (i = 0; i < ARRAY_SIZE(r); i++) {
		do {
			pthread_kill(r[i].thread, SIGUSR1);
			clock_gettime(CLOCK_REALTIME, &ts);
			ts.tv_sec++;
		} while (pthread_timedjoin_np(r[i].thread, NULL, &ts));
	}
	EQ(atomic_load(&g.state->unbinds), 1);
	gadget_destroy(&g);
}

/* 12. Descriptors for the higher speeds only made the bind oops. */
TEST(bug12_no_full_speed, T_PRIVATE)
{
	struct gadget g;
	struct dbuf b;
	int ep, ret;

	ret = gadget_create(&g, "b", DESCS_NO_FS);
	if (ret == -EINVAL) {
		gadget_destroy(&g);
		return;	/* EINVAL is valid as well */
	}
	OK(ret);
	OK(gadget_start_ep0(&g));
	ret = gadget_bind_wait(&g);
	if (ret) {
		note("bind: %s", value_name(ret));
		gadget_destroy(&g);
		return;
	}
	c->g = &g;
	if (gadget_ability(&g) == ABILITY_FULL) {
		need_buf(&b, 4096);
		dbuf_fill(&b, 4096, 1);
		ep = FD(gadget_open_ep(&g, EP_IN, O_NONBLOCK));
		OK(ffs_attach(ep, b.fd));
		OK(ffs_transfer(ep, b.fd, 4096));
		host_expect(c, EP_IN, 4096, 1);
		close(ep);
	}
	gadget_destroy(&g);
}

struct ep0_write {
	int ep0;
	void *page;
};

static void *write_page(void *arg)
{
	struct ep0_write *w = arg;

	/* Not descriptors; it only has to sleep in the call. */
	(void)!write(w->ep0, w->page, 4096);
	return NULL;
}

/*
 * 13. poll() of a non-blocking ep0 tried to lock the function's mutex and
 * reported no events while another task held it.  Here a write() holds it and
 * waits for the page of its buffer.
 */
TEST(bug13_poll_overlooks, T_PRIVATE)
{
	struct uffdio_zeropage zero = { };
	struct uffdio_register reg = { };
	struct uffdio_api api = { .api = UFFD_API };
	long page = sysconf(_SC_PAGESIZE);
	char dir[96], fn[128], mnt[64];
	struct ep0_write w;
	struct uffd_msg msg;
	struct pollfd p;
	pthread_t thread;
	int uffd, before, meanwhile;

	uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		SKIP("no userfaultfd in this kernel");
	snprintf(dir, sizeof(dir), "/sys/kernel/config/usb_gadget/poll%d",
		 getpid());
	snprintf(fn, sizeof(fn), "%s/functions/ffs.poll%d", dir, getpid());
	snprintf(mnt, sizeof(mnt), "/tmp/ffs-poll%d", getpid());
	OK(mkdir(dir, 0755));
	OK(mkdir(fn, 0755));
	OK(mkdir(mnt, 0755));
	OK(mount(strrchr(fn, '.') + 1, mnt, "functionfs", 0, NULL));
	strcat(mnt, "/ep0");
	w.ep0 = FD(open(mnt, O_RDWR | O_NONBLOCK | O_CLOEXEC));
	*strrchr(mnt, '/') = 0;

	w.page = mmap(NULL, page, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(w.page != MAP_FAILED);
	reg.range.start = (uintptr_t)w.page;
	reg.range.len = page;
	reg.mode = UFFDIO_REGISTER_MODE_MISSING;
	OK(ioctl(uffd, UFFDIO_REGISTER, &reg));

	p = (struct pollfd){ .fd = w.ep0, .events = POLLOUT };
	before = poll(&p, 1, 0);
	OK(pthread_create(&thread, NULL, write_page, &w));
	EQ(read(uffd, &msg, sizeof(msg)), (int)sizeof(msg));
	meanwhile = poll(&p, 1, 0);
	zero.range = reg.range;
	OK(ioctl(uffd, UFFDIO_ZEROPAGE, &zero));
	pthread_join(thread, NULL);

	close(w.ep0);
	umount(mnt);
	rmdir(mnt);
	rmdir(fn);
	rmdir(dir);
	EQ(before, 1);
	EQ(meanwhile, 1);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
