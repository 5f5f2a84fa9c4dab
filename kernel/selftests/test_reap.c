// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports of the end of transfers: each is returned once, in order, to a thread
 * that waits on the open file, without a descriptor, and close() frees the
 * rest.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ffs_test.h"

#define LEN		3000
#define FOREVER		-1
#define MS		1000000LL

static void need_reap(struct ctx *c)
{
	__u64 features = 0;

	if (ffs_features(c->g->ep0, &features) ||
	    !(features & USB_FFS_FEATURE_DMABUF_REAP))
		SKIP("this kernel lacks FUNCTIONFS_DMABUF_REAP");
}

/* Attached buffers, each with its own bytes. */
struct set {
	struct ctx *c;
	int ep_nr;
	int ep;
	int n;
	struct dbuf b[16];
};

static void set_up(struct set *s, struct ctx *c, int ep_nr, int n)
{
	int i;

	need_reap(c);
	s->c = c;
	s->ep_nr = ep_nr;
	s->ep = need_ep(c, ep_nr);
	s->n = n;
	need_host(c);
	for (i = 0; i < n; i++) {
		need_buf(&s->b[i], 16384);
		dbuf_fill(&s->b[i], 16384, i);
		OK(ffs_attach(s->ep, s->b[i].fd));
	}
}

static void set_down(struct set *s)
{
	int i;

	for (i = 0; i < s->n; i++)
		OK(ffs_detach(s->ep, s->b[i].fd));
}

/* The host side of one transfer of LEN bytes. */
static void host_one(struct set *s, int i)
{
	if (ep_is_in(s->ep_nr))
		host_expect(s->c, s->ep_nr, LEN, i);
	else
		host_send(s->c, s->ep_nr, LEN, i);
}

/* The host may have the data before the controller's driver completes. */
static void settled(struct dbuf *b)
{
	int sync = FD(sync_export(b->fd, SYNC_RW));

	EQ(sync_wait(sync), 1);
	close(sync);
}

static void start(struct set *s, int i, __u64 cookie)
{
	OK(REPORT(s->ep, cookie, SEG(&s->b[i], 0, LEN)));
}

static void expect(int ep, __u64 cookie, int status, unsigned int actual)
{
	struct usb_ffs_dmabuf_done d;

	EQ(ffs_reap(ep, &d, 1, NULL, FOREVER), 1);
	EQ(d.cookie, (long)cookie);
	EQ(d.status, status);
	EQ(d.actual, (long)actual);
}

static void nothing(int ep)
{
	struct usb_ffs_dmabuf_done d;

	EQ(ffs_reap(ep, &d, 1, NULL, 0), 0);
}

/* A REAP in its own thread. */
struct reaper {
	pthread_t thread;
	int ep;
	unsigned int num;
	__u32 kicks;
	__s64 timeout;
	struct usb_ffs_dmabuf_done done[16];
	atomic_int tid;
	atomic_int ended;
	int ret;
};

static void *reaper_main(void *arg)
{
	struct reaper *r = arg;

	atomic_store(&r->tid, syscall(SYS_gettid));
	r->ret = ffs_reap(r->ep, r->done, r->num, &r->kicks, r->timeout);
	atomic_store(&r->ended, 1);
	return NULL;
}

static void interrupted(int sig __maybe_unused)
{
}

static void reaper_start(struct reaper *r, int ep, unsigned int num,
			 __u32 kicks)
{
	struct sigaction sa = { .sa_handler = interrupted };

	*r = (struct reaper) {
		.ep = ep, .num = num, .kicks = kicks, .timeout = FOREVER,
	};
	sigaction(SIGUSR1, &sa, NULL);
	OK(pthread_create(&r->thread, NULL, reaper_main, r));
}

/* Returns when it sleeps. */
static void reaper_asleep(struct reaper *r)
{
	while (!atomic_load(&r->tid))
		sched_yield();
	while (task_asleep(r->tid, SYS_ioctl) != 1) {
		CHECK(!atomic_load(&r->ended));
		sched_yield();
	}
}

static int reaper_join(struct reaper *r)
{
	pthread_join(r->thread, NULL);
	return r->ret;
}

TEST(submit_errno, T_BOUND)
{
	struct usb_ffs_dmabuf_segment seg;
	struct usb_ffs_dmabuf_submit s = {
		.size = sizeof(s), .num_segments = 1, .fence_fd = -1,
	};
	struct set t;

	set_up(&t, c, EP_IN, 1);
	seg = SEG(&t.b[0], 0, LEN);
	s.segments = (uintptr_t)&seg;
	/* A cookie without the flag, a structure too short for a cookie. */
	s.cookie = 1;
	EQ(ffs_submit_raw(t.ep, &s), -EINVAL);
	s.cookie = 0;
	s.flags = USB_FFS_DMABUF_SUBMIT_REPORT;
	s.size = USB_FFS_DMABUF_SUBMIT_SIZE_VER0;
	EQ(ffs_submit_sized(t.ep, &s, s.size), -EINVAL);
	/* A failed call is not reported. */
	EQ(REPORT(t.ep, 1, SEG(&t.b[0], 0, 0)), -EINVAL);
	EQ(REPORT(t.ep, 2, SEG(&t.b[0], 0, 1 << 20)), -EINVAL);
	OK(ffs_detach(t.ep, t.b[0].fd));
	EQ(REPORT(t.ep, 3, SEG(&t.b[0], 0, LEN)), -EPERM);
	OK(ffs_attach(t.ep, t.b[0].fd));
	nothing(t.ep);
	start(&t, 0, 4);
	host_one(&t, 0);
	expect(t.ep, 4, 0, LEN);
	nothing(t.ep);
	set_down(&t);
}

static void one(struct ctx *c, int ep_nr)
{
	static const __u64 cookie[] = { 0, 1, 0x123456789abcdefULL, ~0ULL };
	int fds, next;
	struct set s;
	unsigned int i;

	set_up(&s, c, ep_nr, 1);
	fds = open_fds();
	next = next_fd();
	for (i = 0; i < ARRAY_SIZE(cookie); i++) {
		start(&s, 0, cookie[i]);
		EQ(open_fds(), fds);
		EQ(next_fd(), next);
		/* The dmabuf has a fence, as without a report. */
		EQ(polled(s.b[0].fd, POLLOUT), 0);
		nothing(s.ep);
		host_one(&s, 0);
		expect(s.ep, cookie[i], 0, LEN);
		/* After the report the dmabuf is idle. */
		EQ(polled(s.b[0].fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
		nothing(s.ep);
	}
	set_down(&s);
}

TEST(one_in, T_BOUND)
{
	one(c, EP_IN);
}

TEST(one_out, T_BOUND)
{
	one(c, EP_OUT);
}

/* Only the report has the length of an OUT transfer. */
TEST(actual, T_BOUND)
{
	static const unsigned int sent[] = { 1, 100, 4097, 8192 + 7, 16384 };
	struct set s;
	unsigned int i;

	set_up(&s, c, EP_OUT, 1);
	for (i = 0; i < ARRAY_SIZE(sent); i++) {
		OK(REPORT(s.ep, i, SEG(&s.b[0], 0, 16384)));
		host_send(c, EP_OUT, sent[i], i);
		expect(s.ep, i, 0, sent[i]);
	}
	/* An empty packet ends one, too. */
	OK(REPORT(s.ep, 9, SEG(&s.b[0], 0, 16384)));
	EQ(host_xfer(&c->host, EP_OUT, NULL, 0), 0);
	expect(s.ep, 9, 0, 0);
	set_down(&s);
}

static void in_order(struct ctx *c, int ep_nr)
{
	struct usb_ffs_dmabuf_done d[16];
	struct set s;
	int i, n, got = 0;

	set_up(&s, c, ep_nr, 8);
	for (i = 0; i < 8; i++)
		start(&s, i, 100 + i);
	for (i = 0; i < 8; i++)
		host_one(&s, i);
	/* The last one may not have completed. */
	EQ(sync_wait(FD(sync_export(s.b[7].fd, SYNC_RW))), 1);
	while (got < 8) {
		n = ffs_reap(s.ep, d, 3, NULL, FOREVER);
		CHECK(n >= 1 && n <= 3);
		for (i = 0; i < n; i++, got++) {
			EQ(d[i].cookie, 100L + got);
			EQ(d[i].status, 0);
			EQ(d[i].actual, LEN);
		}
	}
	nothing(s.ep);
	set_down(&s);
}

TEST(order_in, T_BOUND)
{
	in_order(c, EP_IN);
}

TEST(order_out, T_BOUND)
{
	in_order(c, EP_OUT);
}

/* All at once, more than the kernel copies at a time. */
TEST(many_at_once, T_BOUND)
{
	struct usb_ffs_dmabuf_done d[64];
	struct set s;
	int i;

	set_up(&s, c, EP_IN, 1);
	for (i = 0; i < 50; i++)
		start(&s, 0, i);
	OK(ffs_detach(s.ep, s.b[0].fd));
	/* A controller may need a while to cancel. */
	for (i = 0; i < 50;) {
		int n = FD(ffs_reap(s.ep, d + i, 64 - i, NULL, FOREVER));

		CHECK(n > 0);
		i += n;
	}
	EQ(i, 50);
	for (i = 0; i < 50; i++) {
		EQ(d[i].cookie, i);
		EQ(d[i].status, -ECONNRESET);
	}
	nothing(s.ep);
}

static __s64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

TEST(time_limit, T_BOUND)
{
	struct usb_ffs_dmabuf_done d;
	int ep = need_ep(c, EP_IN);
	__s64 begin = now();

	need_reap(c);
	EQ(ffs_reap(ep, &d, 1, NULL, 20 * MS), 0);
	CHECK(now() - begin >= 20 * MS);
	begin = now();
	EQ(ffs_reap(ep, &d, 1, NULL, 1), 0);
	EQ(ffs_reap(ep, &d, 1, NULL, 0), 0);
}

/* O_NONBLOCK has no effect on REAP. */
TEST(waits, T_BOUND)
{
	struct reaper r;
	struct set s;
	int i;

	set_up(&s, c, EP_IN, 1);
	for (i = 0; i < 2; i++) {
		reaper_start(&r, s.ep, 4, 0);
		reaper_asleep(&r);
		start(&s, 0, 5);
		reaper_asleep(&r);
		host_one(&s, 0);
		EQ(reaper_join(&r), 1);
		EQ(r.done[0].cookie, 5);
		OK(fcntl(s.ep, F_SETFL, 0));
	}
	set_down(&s);
}

TEST(signal, T_BOUND)
{
	struct reaper r;
	struct set s;

	set_up(&s, c, EP_IN, 1);
	start(&s, 0, 5);
	reaper_start(&r, s.ep, 1, 0);
	reaper_asleep(&r);
	pthread_kill(r.thread, SIGUSR1);
	EQ(reaper_join(&r), -EINTR);
	host_one(&s, 0);
	expect(s.ep, 5, 0, LEN);
	set_down(&s);
}

TEST(kick, T_BOUND)
{
	struct usb_ffs_dmabuf_done d;
	struct reaper r[3];
	__u32 kicks = 0;
	struct set s;
	int i;

	set_up(&s, c, EP_IN, 1);
	for (i = 0; i < 3; i++)
		reaper_start(&r[i], s.ep, 1, 0);
	for (i = 0; i < 3; i++)
		reaper_asleep(&r[i]);
	EQ(ffs_kick(s.ep), 1);
	for (i = 0; i < 3; i++) {
		EQ(reaper_join(&r[i]), 0);
		EQ(r[i].kicks, 1);
	}

	/* No thread waits: a later one with an old count returns at once. */
	EQ(ffs_kick(s.ep), 2);
	EQ(ffs_kick(s.ep), 3);
	EQ(ffs_reap(s.ep, &d, 1, &kicks, FOREVER), 0);
	EQ(kicks, 3);
	kicks = 2;
	EQ(ffs_reap(s.ep, &d, 1, &kicks, FOREVER), 0);
	EQ(kicks, 3);

	/* One with the current count waits, and still gets reports. */
	start(&s, 0, 8);
	reaper_start(&r[0], s.ep, 1, 3);
	reaper_asleep(&r[0]);
	host_one(&s, 0);
	EQ(reaper_join(&r[0]), 1);
	start(&s, 0, 9);
	host_one(&s, 0);
	EQ(sync_wait(FD(sync_export(s.b[0].fd, SYNC_RW))), 1);
	kicks = 0;
	while (!(i = ffs_reap(s.ep, &d, 1, &kicks, FOREVER)))
		kicks = 3;
	EQ(i, 1);
	EQ(d.cookie, 9);
	EQ(kicks, 3);

	/* Another open file has its own count of kicks. */
	i = FD(gadget_open_ep(c->g, EP_IN, 0));
	EQ(ffs_kick(i), 1);
	set_down(&s);
}

/* One report wakes one thread, the one that came last. */
TEST(last_first, T_BOUND)
{
	struct reaper r[3];
	struct set s;
	int i;

	set_up(&s, c, EP_IN, 1);
	for (i = 0; i < 3; i++) {
		reaper_start(&r[i], s.ep, 4, 0);
		reaper_asleep(&r[i]);
	}
	for (i = 2; i >= 0; i--) {
		start(&s, 0, i);
		host_one(&s, 0);
		EQ(reaper_join(&r[i]), 1);
		EQ(r[i].done[0].cookie, i);
		if (i)
			CHECK(!atomic_load(&r[i - 1].ended));
	}
	set_down(&s);
}

/* A thread that leaves reports wakes the next one. */
TEST(wakes_next, T_BOUND)
{
	struct reaper r[4];
	unsigned int seen = 0;
	struct set s;
	int i;

	set_up(&s, c, EP_IN, 1);
	for (i = 0; i < 4; i++) {
		reaper_start(&r[i], s.ep, 1, 0);
		reaper_asleep(&r[i]);
		start(&s, 0, i);
	}
	OK(ffs_detach(s.ep, s.b[0].fd));
	for (i = 0; i < 4; i++) {
		EQ(reaper_join(&r[i]), 1);
		EQ(r[i].done[0].status, -ECONNRESET);
		seen |= 1u << r[i].done[0].cookie;
	}
	EQ(seen, 15);
}

struct crowd {
	int ep;
	atomic_int *seen;
	atomic_int left;
	atomic_bool stop;
};

static void *crowd_main(void *arg)
{
	struct usb_ffs_dmabuf_done d[3];
	struct crowd *w = arg;
	__u32 kicks = 0;
	int n, i;

	while (!atomic_load(&w->stop)) {
		n = ffs_reap(w->ep, d, 3, &kicks, FOREVER);
		if (n < 0 && n != -EINTR)
			FAIL("REAP returned %s", value_name(n));
		for (i = 0; i < n; i++) {
			atomic_fetch_add(&w->seen[d[i].cookie], 1);
			atomic_fetch_sub(&w->left, 1);
		}
	}
	return NULL;
}

/* Many threads, each report to just one of them. */
TEST(crowd, T_BOUND | T_LONG)
{
	enum { THREADS = 6, TRANSFERS = 400, AHEAD = 8 };
	pthread_t t[THREADS];
	struct crowd w;
	struct set s;
	int i;

	set_up(&s, c, EP_IN, AHEAD);
	w = (struct crowd) {
		.ep = s.ep,
		.seen = calloc(TRANSFERS, sizeof(*w.seen)),
		.left = TRANSFERS,
	};
	CHECK(w.seen);
	for (i = 0; i < THREADS; i++)
		OK(pthread_create(&t[i], NULL, crowd_main, &w));
	for (i = 0; i < TRANSFERS + AHEAD; i++) {
		if (i < TRANSFERS)
			start(&s, i % AHEAD, i);
		if (i >= AHEAD - 1 && i - AHEAD + 1 < TRANSFERS)
			host_one(&s, (i - AHEAD + 1) % AHEAD);
	}
	while (atomic_load(&w.left))
		sched_yield();
	atomic_store(&w.stop, true);
	EQ(ffs_kick(s.ep), 1);
	for (i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	for (i = 0; i < TRANSFERS; i++)
		EQ(w.seen[i], 1);
	nothing(s.ep);
	set_down(&s);
}

TEST(fork_shares, T_BOUND)
{
	struct set s;
	int status;

	set_up(&s, c, EP_IN, 2);
	start(&s, 0, 1);
	if (!fork()) {
		expect(s.ep, 1, 0, LEN);
		start(&s, 1, 2);
		_exit(0);
	}
	host_one(&s, 0);
	host_one(&s, 1);
	EQ(wait(&status) > 0, 1);
	EQ(status, 0);
	expect(s.ep, 2, 0, LEN);
	nothing(s.ep);
	set_down(&s);
}

/* Each open file has its own reports, even for another opener's buffer. */
TEST(other_opener, T_BOUND)
{
	struct set s;
	int other;

	set_up(&s, c, EP_IN, 2);
	other = FD(gadget_open_ep(c->g, EP_IN, O_NONBLOCK));
	OK(REPORT(other, 1, SEG(&s.b[0], 0, LEN)));
	start(&s, 1, 2);
	host_one(&s, 0);
	host_one(&s, 1);
	expect(other, 1, 0, LEN);
	nothing(other);
	expect(s.ep, 2, 0, LEN);
	nothing(s.ep);

	/* Closed with one done and one in flight, which continues. */
	OK(REPORT(other, 3, SEG(&s.b[0], 0, LEN)));
	host_one(&s, 0);
	OK(REPORT(other, 4, SEG(&s.b[1], 0, LEN)));
	close(other);
	host_one(&s, 1);
	EQ(sync_wait(FD(sync_export(s.b[1].fd, SYNC_RW))), 1);
	nothing(s.ep);
	set_down(&s);
}

TEST(close_unreaped, T_BOUND)
{
	struct set s;
	int i, sync;

	set_up(&s, c, EP_IN, 3);
	start(&s, 0, 1);
	start(&s, 1, 2);
	host_one(&s, 0);
	host_one(&s, 1);
	start(&s, 2, 3);
	sync = FD(sync_export(s.b[2].fd, SYNC_RW));
	close(s.ep);
	c->ep[EP_IN] = -1;
	s.ep = need_ep(c, EP_IN);
	nothing(s.ep);
	EQ(sync_wait(sync), -ECONNRESET);
	for (i = 0; i < 3; i++) {
		EQ(polled(s.b[i].fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
		EQ(ffs_detach(s.ep, s.b[i].fd), -EPERM);
		OK(ffs_attach(s.ep, s.b[i].fd));
	}
	start(&s, 2, 4);
	host_one(&s, 2);
	expect(s.ep, 4, 0, LEN);
	set_down(&s);
}

TEST(killed_unreaped, T_BOUND)
{
	struct set s;
	int i, status, ep;

	set_up(&s, c, EP_IN, 2);
	for (i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (!pid) {
			ep = FD(gadget_open_ep(c->g, EP_IN, O_NONBLOCK));
			OK(ffs_attach(ep, s.b[0].fd));
			OK(REPORT(ep, 1, SEG(&s.b[0], 0, LEN)));
			OK(REPORT(ep, 2, SEG(&s.b[0], 0, LEN)));
			kill(getpid(), SIGKILL);
		}
		EQ(waitpid(pid, &status, 0), pid);
		EQ(WTERMSIG(status), SIGKILL);
	}
	start(&s, 1, 7);
	host_one(&s, 1);
	expect(s.ep, 7, 0, LEN);
	set_down(&s);
}

/* Unreaped reports keep no attachment: neither call would return. */
TEST(detach_unreaped, T_BOUND)
{
	struct set s;
	int i;

	set_up(&s, c, EP_IN, 2);
	for (i = 0; i < 3; i++) {
		start(&s, 0, 10 * i);
		host_one(&s, 0);
		settled(&s.b[0]);
		start(&s, 0, 10 * i + 1);
		OK(ffs_detach(s.ep, s.b[0].fd));
		OK(ffs_attach(s.ep, s.b[0].fd));
	}
	for (i = 0; i < 3; i++) {
		expect(s.ep, 10 * i, 0, LEN);
		expect(s.ep, 10 * i + 1, -ECONNRESET, 0);
	}
	nothing(s.ep);
	set_down(&s);
}

TEST(unbind_unreaped, T_BOUND)
{
	struct reaper r;
	struct set s;

	set_up(&s, c, EP_IN, 2);
	start(&s, 0, 1);
	host_one(&s, 0);
	settled(&s.b[0]);
	start(&s, 1, 2);
	OK(gadget_unbind_wait(c->g));
	expect(s.ep, 1, 0, LEN);
	expect(s.ep, 2, -ESHUTDOWN, 0);
	nothing(s.ep);

	/* A waiting thread gets the report. */
	host_close(&c->host);
	OK(gadget_bind_wait(c->g));
	OK(ffs_attach(s.ep, s.b[0].fd));
	start(&s, 0, 3);
	reaper_start(&r, s.ep, 1, 0);
	reaper_asleep(&r);
	OK(gadget_unbind_wait(c->g));
	EQ(reaper_join(&r), 1);
	EQ(r.done[0].cookie, 3);
	EQ(r.done[0].status, -ESHUTDOWN);
}

/* Reports that cannot be written stay, in the same order. */
TEST(cannot_write, T_BOUND)
{
	const unsigned int one = sizeof(struct usb_ffs_dmabuf_done);
	struct usb_ffs_dmabuf_done d[16];
	long page = sysconf(_SC_PAGESIZE);
	struct set s;
	char *p;
	int i;

	p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(p != MAP_FAILED);
	OK(mprotect(p + page, page, PROT_NONE));
	set_up(&s, c, EP_IN, 1);
	for (i = 0; i < 12; i++) {
		start(&s, 0, i);
		host_one(&s, 0);
	}
	EQ(sync_wait(FD(sync_export(s.b[0].fd, SYNC_RW))), 1);
	EQ(ffs_reap(s.ep, NULL, 16, NULL, FOREVER), -EFAULT);
	EQ(ffs_reap(s.ep, (void *)(p + page - one / 2), 16, NULL, FOREVER),
	   -EFAULT);
	i = ffs_reap(s.ep, (void *)(p + page - 10 * one), 16, NULL, FOREVER);
	CHECK(i > 0 && i <= 10);
	memcpy(d, p + page - 10 * one, i * one);
	while (i < 12)
		i += FD(ffs_reap(s.ep, d + i, 16 - i, NULL, FOREVER));
	EQ(i, 12);
	for (i = 0; i < 12; i++)
		EQ(d[i].cookie, i);
	nothing(s.ep);
	set_down(&s);
}

/* Without reaping the number of transfers is limited. */
TEST(too_many_reports, T_BOUND | T_LONG)
{
	enum { MAX = USB_FFS_DMABUF_MAX_TRANSFERS };
	struct usb_ffs_dmabuf_done *d = calloc(MAX + 1, sizeof(*d));
	struct set s;
	int i, n, other;

	CHECK(d);
	set_up(&s, c, EP_IN, 1);
	for (i = 0; i < MAX; i++) {
		start(&s, 0, i);
		if (i % 64 == 63)
			for (n = 0; n < 64; n++)
				host_one(&s, 0);
	}
	EQ(REPORT(s.ep, 1, SEG(&s.b[0], 0, LEN)), -ENOBUFS);
	/* Transfers without a report, and those of other files, do not
	 * count. */
	OK(ffs_transfer(s.ep, s.b[0].fd, LEN));
	other = FD(gadget_open_ep(c->g, EP_IN, O_NONBLOCK));
	OK(REPORT(other, 7, SEG(&s.b[0], 0, LEN)));
	host_one(&s, 0);
	host_one(&s, 0);
	expect(other, 7, 0, LEN);

	expect(s.ep, 0, 0, LEN);
	start(&s, 0, MAX);
	EQ(REPORT(s.ep, 1, SEG(&s.b[0], 0, LEN)), -ENOBUFS);
	host_one(&s, 0);
	for (n = 0; n < MAX;)
		n += FD(ffs_reap(s.ep, d + n, MAX + 1 - n, NULL, FOREVER));
	EQ(n, MAX);
	for (i = 0; i < MAX; i++) {
		EQ(d[i].cookie, i + 1);
		EQ(d[i].status, 0);
	}
	set_down(&s);
}

/* The number in flight is limited without reports as well. */
TEST(too_many_under_way, T_BOUND | T_LONG)
{
	enum { MAX = USB_FFS_DMABUF_MAX_TRANSFERS };
	struct set s;
	int i, sync;

	set_up(&s, c, EP_IN, 2);
	for (i = 0; i < MAX; i++)
		OK(ffs_transfer(s.ep, s.b[0].fd, LEN));
	EQ(ffs_transfer(s.ep, s.b[0].fd, LEN), -ENOBUFS);
	EQ(SUBMIT(s.ep, SEG(&s.b[1], 0, LEN)), -ENOBUFS);
	EQ(REPORT(s.ep, 1, SEG(&s.b[1], 0, LEN)), -ENOBUFS);
	EQ(polled(s.b[1].fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	nothing(s.ep);
	/* The function's other endpoints count as well. */
	OK(ffs_attach(need_ep(c, EP_IN2), s.b[1].fd));
	EQ(ffs_transfer(need_ep(c, EP_IN2), s.b[1].fd, LEN), -ENOBUFS);

	/* The end of one makes room for another. */
	sync = FD(sync_export(s.b[0].fd, SYNC_RW));
	host_one(&s, 0);
	while ((i = REPORT(s.ep, 1, SEG(&s.b[1], 0, LEN))) == -ENOBUFS)
		sched_yield();
	OK(i);
	EQ(ffs_transfer(s.ep, s.b[0].fd, LEN), -ENOBUFS);
	close(sync);
	for (i = 1; i < MAX; i++)
		host_one(&s, 0);
	host_one(&s, 1);
	expect(s.ep, 1, 0, LEN);
	OK(ffs_transfer(s.ep, s.b[0].fd, LEN));
	host_one(&s, 0);
	set_down(&s);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
