// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of SUBMIT have no side effect: nothing is queued, no dmabuf has a
 * fence, and no descriptor is left open.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ffs_test.h"

#define MAX_SEG		USB_FFS_DMABUF_SUBMIT_MAX_SEGMENTS
#define KNOWN		sizeof(struct usb_ffs_dmabuf_submit)

/* Two attached dmabufs on one endpoint, and a valid call to modify. */
struct scene {
	struct ctx *c;
	int ep_nr;
	int ep;
	struct dbuf a, b;
	struct usb_ffs_dmabuf_segment seg[MAX_SEG + 1];
	struct usb_ffs_dmabuf_submit s;
	int fds;
	int next_fd;
};

static void correct(struct scene *s)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(s->seg); i++)
		s->seg[i] = SEG(i % 2 ? &s->b : &s->a, 10 * i, 7);
	s->s = (struct usb_ffs_dmabuf_submit) {
		.size = KNOWN,
		.num_segments = 3,
		.fence_fd = -1,
		.segments = (uintptr_t)s->seg,
	};
}

static void count_fds(struct scene *s)
{
	s->fds = open_fds();
	s->next_fd = next_fd();
}

static void scene_set(struct scene *s, struct ctx *c, int ep_nr, int ep)
{
	s->c = c;
	s->ep_nr = ep_nr;
	s->ep = ep;
	need_host(c);
	need_buf(&s->a, 8192);
	need_buf(&s->b, 8192);
	dbuf_fill(&s->a, 8192, 1);
	dbuf_fill(&s->b, 8192, 2);
	OK(ffs_attach(ep, s->a.fd));
	OK(ffs_attach(ep, s->b.fd));
	correct(s);
	count_fds(s);
}

static void left_nothing(struct scene *s)
{
	EQ(open_fds(), s->fds);
	EQ(next_fd(), s->next_fd);
	EQ(polled(s->a.fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	EQ(polled(s->b.fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
}

/* The next transfer is the first one that the host sees. */
static void nothing_queued(struct scene *s)
{
	unsigned int seed = 30;
	int sync;

	left_nothing(s);
	dbuf_fill(&s->a, 100, ep_is_in(s->ep_nr) ? seed : ~seed);
	sync = FD(SUBMIT(s->ep, SEG(&s->a, 0, 77)));
	if (ep_is_in(s->ep_nr))
		host_expect(s->c, s->ep_nr, 77, seed);
	else
		host_send(s->c, s->ep_nr, 77, seed);
	EQ(sync_wait(sync), 1);
	close(sync);
	EQ(dbuf_check(&s->a, 0, 77, seed), -1);
	left_nothing(s);
}

static void scene_end(struct scene *s)
{
	nothing_queued(s);
	OK(ffs_detach(s->ep, s->a.fd));
	OK(ffs_detach(s->ep, s->b.fd));
}

/* Makes one invalid call, then restores the valid one. */
#define REFUSED(sc, want)						\
	do {								\
		struct scene *sc_ = (sc);				\
									\
		EQ(ffs_submit_raw(sc_->ep, &sc_->s), want);		\
		left_nothing(sc_);					\
		correct(sc_);						\
	} while (0)

static void no_segments(int ep)
{
	struct usb_ffs_dmabuf_submit s = { .size = KNOWN };

	EQ(ffs_submit_raw(ep, &s), -EINVAL);
}

/*
 * Programs detect SUBMIT by a call without segments and all else 0, which fails
 * at once in every state.  Before the first bind: must stay the first test.
 */
TEST(detect_before_bind, T_UNBOUND | T_SUBMIT)
{
	int ep;

	for (ep = 0; ep < EP_COUNT; ep++) {
		no_segments(need_ep(c, ep));
		no_segments(FD(gadget_open_ep(c->g, ep, 0)));
	}
}

/* A valid call needs a controller, as for the other ioctls. */
TEST(before_bind, T_UNBOUND | T_SUBMIT)
{
	struct dbuf b;

	need_buf(&b, 4096);
	EQ(SUBMIT(need_ep(c, EP_IN), SEG(&b, 0, 16)), -EPERM);
	EQ(SUBMIT(need_ep(c, EP_OUT), SEG(&b, 0, 16)), -EPERM);
}

TEST(detect, T_BOUND | T_SUBMIT)
{
	int ep;

	for (ep = 0; ep < EP_COUNT; ep++) {
		no_segments(need_ep(c, ep));
		no_segments(FD(gadget_open_ep(c->g, ep, 0)));
	}
}

TEST(detect_disabled, T_BOUND | T_SUBMIT)
{
	char port[128];
	int ep, ret;

	ret = host_unplug(c->g, port, sizeof(port));
	if (ret == -ENOTSUP)
		SKIP("the port cannot be switched off");
	OK(ret);
	for (ep = 0; ep < EP_COUNT; ep++) {
		no_segments(need_ep(c, ep));
		/* A blocking file does not block either. */
		no_segments(FD(gadget_open_ep(c->g, ep, 0)));
	}
	OK(host_replug(c->g, port));
}

TEST(detect_after_unbind, T_BOUND | T_SUBMIT)
{
	int ep;

	for (ep = 0; ep < EP_COUNT; ep++)
		need_ep(c, ep);
	OK(gadget_unbind_wait(c->g));
	for (ep = 0; ep < EP_COUNT; ep++) {
		no_segments(need_ep(c, ep));
		no_segments(FD(gadget_open_ep(c->g, ep, 0)));
	}
}

TEST(ep0, T_BOUND | T_SUBMIT)
{
	struct usb_ffs_dmabuf_segment seg;
	struct usb_ffs_dmabuf_submit s = {
		.size = KNOWN, .num_segments = 1, .segments = (uintptr_t)&seg,
	};
	struct dbuf b;

	need_buf(&b, 4096);
	seg = SEG(&b, 0, 1);
	EQ(ffs_submit_raw(c->g->ep0, &s), -ENOTTY);
	s.num_segments = 0;
	EQ(ffs_submit_raw(c->g->ep0, &s), -ENOTTY);
}

TEST(size_too_small, T_BOUND | T_SUBMIT)
{
	static const __u32 size[] = {
		0, 1, 4, 8, 16, 20, USB_FFS_DMABUF_SUBMIT_SIZE_VER0 - 1,
	};
	struct scene s;
	unsigned int i;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	for (i = 0; i < ARRAY_SIZE(size); i++) {
		s.s.size = size[i];
		EQ(ffs_submit_sized(s.ep, &s.s, size[i]), -EINVAL);
		REFUSED(&s, -EINVAL);
	}
	scene_end(&s);
}

/* The size of the structure before it had a cookie. */
TEST(size_first, T_BOUND | T_SUBMIT)
{
	const unsigned int first = USB_FFS_DMABUF_SUBMIT_SIZE_VER0;
	struct scene s;
	char got[21];

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	s.s.size = first;
	/* The kernel must not read beyond the size. */
	s.s.cookie = ~0ULL;
	EQ(ffs_submit_sized(s.ep, &s.s, first), 0);
	EQ(host_xfer(&c->host, EP_IN, got, 21), 21);
	EQ(sync_wait(s.s.fence_fd), 1);
	close(s.s.fence_fd);
	scene_end(&s);
}

/* The kernel also checks type, direction and size of the number. */
TEST(number, T_BOUND | T_SUBMIT)
{
	const unsigned int code = FUNCTIONFS_DMABUF_SUBMIT;
	struct scene s;
	unsigned int i;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	for (i = 0; i < 4; i++) {
		if (i == _IOC_DIR(code))
			continue;
		EQ(ioctl(s.ep, _IOC(i, 'g', _IOC_NR(code), KNOWN), &s.s), -1);
		EQ(errno, ENOTTY);
	}
	EQ(ioctl(s.ep, _IOC(_IOC_DIR(code), 'f', _IOC_NR(code), KNOWN), &s.s),
	   -1);
	EQ(errno, ENOTTY);
	for (i = 0; i < 2048; i += 8) {
		if (i == KNOWN)
			continue;
		EQ(ffs_submit_sized(s.ep, &s.s, i), -EINVAL);
		left_nothing(&s);
	}
	scene_end(&s);
}

/* A later version of the structure is valid if its unknown part is 0. */
TEST(size_larger, T_BOUND | T_SUBMIT)
{
	struct usb_ffs_dmabuf_submit *big = calloc(1, 1024);
	unsigned char *bytes = (unsigned char *)big;
	struct scene s;
	unsigned int i;
	char got[21];

	CHECK(big);
	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	for (i = KNOWN + 1; i <= 1024; i += i < KNOWN + 40 ? 1 : 97) {
		*big = s.s;
		big->size = i;
		EQ(ffs_submit_sized(s.ep, big, i), 0);
		EQ(host_xfer(&c->host, EP_IN, got, 21), 21);
		EQ(sync_wait(big->fence_fd), 1);
		close(big->fence_fd);
		left_nothing(&s);
		bytes[i - 1] = 1;
		EQ(ffs_submit_sized(s.ep, big, i), -E2BIG);
		left_nothing(&s);
		bytes[i - 1] = 0;
		/* The kernel must not read beyond the size. */
		if (i < 1024) {
			bytes[i] = 1;
			EQ(ffs_submit_sized(s.ep, big, i), 0);
			bytes[i] = 0;
			EQ(host_xfer(&c->host, EP_IN, got, 21), 21);
			EQ(sync_wait(big->fence_fd), 1);
			close(big->fence_fd);
		}
	}
	scene_end(&s);
}

TEST(size_absurd, T_BOUND | T_SUBMIT)
{
	static const __u32 size[] = {
		1u << 20, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	struct scene s;
	unsigned int i;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	for (i = 0; i < ARRAY_SIZE(size); i++) {
		s.s.size = size[i];
		REFUSED(&s, -EINVAL);
	}
	s.s.size = 8192;
	EQ(ffs_submit_sized(s.ep, &s.s, 8192), -E2BIG);
	left_nothing(&s);
	scene_end(&s);
}

TEST(flags, T_BOUND | T_SUBMIT)
{
	struct scene s;
	int i;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	for (i = 2; i < 32; i++) {
		s.s.flags = 1u << i;
		REFUSED(&s, -EINVAL);
		s.s.flags = 1u << i | USB_FFS_DMABUF_SUBMIT_ZLP;
		REFUSED(&s, -EINVAL);
	}
	scene_end(&s);
}

TEST(zlp_on_out, T_BOUND | T_SUBMIT)
{
	struct scene s;

	scene_set(&s, c, EP_OUT, need_ep(c, EP_OUT));
	s.s.flags = USB_FFS_DMABUF_SUBMIT_ZLP;
	REFUSED(&s, -EINVAL);
	scene_end(&s);
}

TEST(segment_flags, T_BOUND | T_SUBMIT)
{
	struct scene s;
	int i;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	for (i = 1; i < 32; i++) {
		s.seg[i % 3].flags = 1u << i;
		REFUSED(&s, -EINVAL);
	}
	scene_end(&s);
}

TEST(number_of_segments, T_BOUND | T_SUBMIT)
{
	static const __u32 n[] = {
		0, MAX_SEG + 1, 256, 65536, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	struct scene s;
	unsigned int i;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	for (i = 0; i < ARRAY_SIZE(n); i++) {
		s.s.num_segments = n[i];
		REFUSED(&s, -EINVAL);
	}
	scene_end(&s);
}

static void lengths(struct ctx *c, int ep_nr)
{
	struct scene s;
	unsigned int i, k;
	__u64 n;

	scene_set(&s, c, ep_nr, need_ep(c, ep_nr));
	/* Some exporters round the size up. */
	n = s.a.size;
	CHECK(s.b.size == n);

	const struct {
		__u64 off, len;
	} wrong[] = {
		{ 0, 0 }, { n, 0 }, { 0, n + 1 }, { n, 1 }, { n - 1, 2 },
		{ 1, n }, { n + 900, 1 }, { 0, 1ull << 31 }, { 0, 1ull << 32 },
		{ 0, (1ull << 32) + 1 }, { 1ull << 32, 1 },
		{ (1ull << 32) - 1, 2 }, { 0, 1ull << 63 }, { 1ull << 63, 1 },
		{ 1ull << 63, 1ull << 63 }, { 0, ~0ull }, { ~0ull, 1 },
		{ ~0ull, 2 }, { ~0ull, ~0ull }, { 100, ~0ull - 50 },
		{ ~0ull - 4095, 4096 }, { ~0ull - 4095, 8192 },
	};

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		for (k = 0; k < 3; k++) {
			s.seg[k].offset = wrong[i].off;
			s.seg[k].length = wrong[i].len;
			REFUSED(&s, -EINVAL);
		}
	}
	scene_end(&s);
}

TEST(lengths_in, T_BOUND | T_SUBMIT)
{
	lengths(c, EP_IN);
}

TEST(lengths_out, T_BOUND | T_SUBMIT)
{
	lengths(c, EP_OUT);
}

/* Each length is valid, the sum exceeds the length of a request. */
TEST(sum_of_lengths, T_BOUND | T_SUBMIT | T_LONG)
{
	enum { PART = 64 << 20 };
	int ep = need_ep(c, EP_IN), i;
	struct usb_ffs_dmabuf_segment seg[MAX_SEG];
	struct dbuf big;

	if (!mem_available(MEM_UDMABUF))
		SKIP("no udmabuf, no large dmabuf");
	OK(dbuf_new(&big, MEM_UDMABUF, PART));
	OK(ffs_attach(ep, big.fd));
	for (i = 0; i < MAX_SEG; i++)
		seg[i] = SEG(&big, 0, PART);
	EQ(ffs_submit(ep, seg, MAX_SEG), -EINVAL);
	EQ(polled(big.fd, POLLOUT), POLLOUT);
	dbuf_fill(&big, 99, 3);
	FD(SUBMIT(ep, SEG(&big, 0, 99)));
	host_expect(c, EP_IN, 99, 3);
	OK(ffs_detach(ep, big.fd));
}

/* Many pages in one transfer: it works or returns an error. */
TEST(many_pages, T_BOUND | T_SUBMIT | T_LONG)
{
	enum { PART = 4 << 20 };
	int ep = need_ep(c, EP_IN), i, sync;
	struct usb_ffs_dmabuf_segment seg[MAX_SEG];
	struct dbuf big;

	need_host(c);
	need_buf(&big, PART);
	OK(ffs_attach(ep, big.fd));
	for (i = 0; i < MAX_SEG; i++)
		seg[i] = SEG(&big, 0, PART);
	sync = ffs_submit(ep, seg, MAX_SEG);
	note("256 MiB in pages: %s", value_name(sync));
	if (sync >= 0)
		OK(sync_status(sync));
	else if (sync != -EINVAL)
		EQ(sync, -ENOMEM);
	OK(ffs_detach(ep, big.fd));
	if (sync >= 0)
		EQ(sync_wait(sync), -ECONNRESET);
	EQ(polled(big.fd, POLLOUT), POLLOUT);
	OK(ffs_attach(ep, big.fd));
	dbuf_fill(&big, 99, 3);
	FD(SUBMIT(ep, SEG(&big, 0, 99)));
	host_expect(c, EP_IN, 99, 3);
	OK(ffs_detach(ep, big.fd));
}

/* Two pages, of which only the first is accessible. */
static char *half_forbidden(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	OK(mprotect(p + page, page, PROT_NONE));
	return p + page;
}

TEST(bad_pointer, T_BOUND | T_SUBMIT)
{
	struct scene s;
	char *end = half_forbidden();
	size_t have;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	EQ(ffs_submit_raw(s.ep, NULL), -EFAULT);
	EQ(ffs_submit_raw(s.ep, (void *)16), -EFAULT);
	EQ(ffs_submit_raw(s.ep, end), -EFAULT);
	left_nothing(&s);
	for (have = 4; have < KNOWN; have += 4) {
		memcpy(end - have, &s.s, have);
		EQ(ffs_submit_raw(s.ep, end - have), -EFAULT);
		left_nothing(&s);
	}
	/* The unknown part cannot be read. */
	s.s.size = KNOWN + 8;
	memcpy(end - KNOWN, &s.s, KNOWN);
	EQ(ffs_submit_sized(s.ep, end - KNOWN, KNOWN + 8), -EFAULT);
	left_nothing(&s);
	scene_end(&s);
}

TEST(bad_segments_pointer, T_BOUND | T_SUBMIT)
{
	static const __u64 bad[] = {
		0, 8, 0xffff800000000000ull, ~0ull, ~0ull - 100,
	};
	const size_t one = sizeof(struct usb_ffs_dmabuf_segment);
	char *end = half_forbidden();
	struct scene s;
	unsigned int i;
	size_t have;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		s.s.segments = bad[i];
		REFUSED(&s, -EFAULT);
	}
	for (have = 0; have < 3 * one; have += 4) {
		memcpy(end - have, s.seg, have);
		s.s.segments = (uintptr_t)end - have;
		REFUSED(&s, -EFAULT);
	}
	scene_end(&s);
}

/* The structure is readable, but the result cannot be written. */
TEST(fence_cannot_be_told, T_BOUND | T_SUBMIT)
{
	struct usb_ffs_dmabuf_submit *ro;
	struct scene s;
	int i, ep_nr;

	for (ep_nr = EP_IN; ep_nr <= EP_OUT; ep_nr++) {
		scene_set(&s, c, ep_nr, need_ep(c, ep_nr));
		ro = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CHECK(ro != MAP_FAILED);
		*ro = s.s;
		OK(mprotect(ro, 4096, PROT_READ));
		count_fds(&s);
		for (i = 0; i < 10; i++) {
			EQ(ffs_submit_raw(s.ep, ro), -EFAULT);
			left_nothing(&s);
		}
		nothing_queued(&s);
		scene_end(&s);
	}
}

/* The segments are only read. */
TEST(segments_read_only, T_BOUND | T_SUBMIT)
{
	struct usb_ffs_dmabuf_segment *ro;
	struct scene s;
	char got[21];

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	ro = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(ro != MAP_FAILED);
	memcpy(ro, s.seg, sizeof(s.seg));
	OK(mprotect(ro, 4096, PROT_READ));
	s.s.segments = (uintptr_t)ro;
	OK(ffs_submit_raw(s.ep, &s.s));
	EQ(host_xfer(&c->host, EP_IN, got, 21), 21);
	EQ(sync_wait(s.s.fence_fd), 1);
	close(s.s.fence_fd);
	correct(&s);
	scene_end(&s);
}

TEST(bad_fd, T_BOUND | T_SUBMIT)
{
	struct scene s;
	int k, closed;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	closed = FD(dup(s.a.fd));
	close(closed);
	for (k = 0; k < 3; k++) {
		s.seg[k].fd = -1;
		REFUSED(&s, -EBADF);
		s.seg[k].fd = 1 << 20;
		REFUSED(&s, -EBADF);
		s.seg[k].fd = closed;
		REFUSED(&s, -EBADF);
	}
	scene_end(&s);
}

TEST(no_dmabuf, T_BOUND | T_SUBMIT)
{
	struct scene s;
	int fds[3], i, k;

	fds[0] = FD(open("/dev/null", O_RDWR));
	fds[1] = FD(memfd_create("selftest", 0));
	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	fds[2] = s.ep;
	for (i = 0; i < 3; i++) {
		for (k = 0; k < 3; k++) {
			s.seg[k].fd = fds[i];
			REFUSED(&s, -EINVAL);
		}
	}
	scene_end(&s);
}

TEST(not_attached, T_BOUND | T_SUBMIT)
{
	struct dbuf other;
	struct scene s;
	int k;

	need_buf(&other, 8192);
	need_ep(c, EP_IN2);
	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	for (k = 0; k < 3; k++) {
		s.seg[k].fd = other.fd;
		REFUSED(&s, -EPERM);
	}
	/* An attachment to another endpoint does not count. */
	OK(ffs_attach(need_ep(c, EP_IN2), other.fd));
	for (k = 0; k < 3; k++) {
		s.seg[k].fd = other.fd;
		REFUSED(&s, -EPERM);
	}
	OK(ffs_detach(need_ep(c, EP_IN2), other.fd));
	EQ(polled(other.fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	OK(ffs_detach(s.ep, s.b.fd));
	REFUSED(&s, -EPERM);
	OK(ffs_attach(s.ep, s.b.fd));
	scene_end(&s);
}

TEST(after_unbind, T_BOUND | T_SUBMIT)
{
	struct scene s;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	OK(gadget_unbind_wait(c->g));
	REFUSED(&s, -EPERM);
	OK(gadget_bind_wait(c->g));
	/* Attachments end with the unbind from their controller. */
	REFUSED(&s, -EPERM);
	host_close(&c->host);
	need_host(c);
	OK(ffs_attach(s.ep, s.a.fd));
	OK(ffs_attach(s.ep, s.b.fd));
	scene_end(&s);
}

/* A connection without a host. */
static void disabled(struct ctx *c, int ep_nr)
{
	struct scene s;
	char port[128];
	int ret;

	scene_set(&s, c, ep_nr, need_ep(c, ep_nr));
	ret = host_find_port(c->g, port, sizeof(port));
	if (ret == -ENOTSUP)
		SKIP("the port cannot be switched off");
	host_close(&c->host);
	OK(host_unplug(c->g, port, sizeof(port)));
	count_fds(&s);
	REFUSED(&s, -EAGAIN);
	OK(host_replug(c->g, port));
	need_host(c);
	count_fds(&s);
	scene_end(&s);
}

TEST(disabled_in, T_BOUND | T_SUBMIT)
{
	disabled(c, EP_IN);
}

TEST(disabled_out, T_BOUND | T_SUBMIT)
{
	disabled(c, EP_OUT);
}

/* Disconnects, or skips the test. */
static void unplug(struct ctx *c, char *port, size_t size)
{
	int ret;

	host_close(&c->host);
	ret = host_unplug(c->g, port, size);
	if (ret == -ENOTSUP)
		SKIP("the port cannot be switched off");
	OK(ret);
}

TEST(disabled_waits, T_BOUND | T_SUBMIT)
{
	struct scene s;
	struct waiter w;
	char port[128], got[21];
	int ret;

	scene_set(&s, c, EP_IN, FD(gadget_open_ep(c->g, EP_IN, 0)));
	unplug(c, port, sizeof(port));
	OK(waiter_start_submit(&w, s.ep, s.seg, 3));
	EQ(waiter_asleep(&w), 0);
	OK(host_replug(c->g, port));
	ret = FD(waiter_join(&w));
	EQ(host_xfer(need_host(c), EP_IN, got, 21), 21);
	EQ(sync_wait(ret), 1);
	close(ret);
	count_fds(&s);
	scene_end(&s);
}

TEST(disabled_interrupted, T_BOUND | T_SUBMIT)
{
	struct scene s;
	struct waiter w;
	char port[128];

	scene_set(&s, c, EP_IN, FD(gadget_open_ep(c->g, EP_IN, 0)));
	unplug(c, port, sizeof(port));
	count_fds(&s);
	OK(waiter_start_submit(&w, s.ep, s.seg, 3));
	EQ(waiter_asleep(&w), 0);
	EQ(waiter_interrupt(&w), -EINTR);
	left_nothing(&s);
	OK(host_replug(c->g, port));
	need_host(c);
	count_fds(&s);
	scene_end(&s);
}

/*
 * Another user writes to one of the dmabufs, the first or another one: the
 * free ones must not change.
 */
static void conflict(struct ctx *c, int ep_nr, unsigned int usage, bool busy)
{
	struct foreign f;
	struct scene s;
	char got[21] = { 0 };
	int k;

	for (k = 0; k < 2; k++) {
		scene_set(&s, c, ep_nr, need_ep(c, ep_nr));
		OK(foreign_new(&f, c->g, need_host(c), false));
		count_fds(&s);
		OK(sync_import(k ? s.b.fd : s.a.fd, usage, f.sync_fd));
		if (busy) {
			EQ(ffs_submit(s.ep, s.seg, 3), -EBUSY);
			EQ(polled(k ? s.a.fd : s.b.fd, POLLIN | POLLOUT),
			   POLLIN | POLLOUT);
			EQ(open_fds(), s.fds);
			OK(foreign_signal(&f));
			EQ(sync_wait(f.sync_fd), 1);
			left_nothing(&s);
		}
		s.s.fence_fd = FD(ffs_submit(s.ep, s.seg, 3));
		EQ(host_xfer(&c->host, ep_nr, got, 21), 21);
		if (!busy) {
			/* The out-fence excludes the foreign fence. */
			EQ(sync_wait(s.s.fence_fd), 1);
			OK(sync_status(f.sync_fd));
			OK(foreign_signal(&f));
			EQ(sync_wait(f.sync_fd), 1);
		}
		EQ(sync_wait(s.s.fence_fd), 1);
		close(s.s.fence_fd);
		scene_end(&s);
		foreign_free(&f);
		dbuf_free(&s.a);
		dbuf_free(&s.b);
	}
}

TEST(conflict_in_after_write, T_BOUND | T_SUBMIT)
{
	conflict(c, EP_IN, SYNC_WRITE, true);
}

TEST(conflict_in_after_read, T_BOUND | T_SUBMIT)
{
	conflict(c, EP_IN, SYNC_READ, false);
}

TEST(conflict_out_after_write, T_BOUND | T_SUBMIT)
{
	conflict(c, EP_OUT, SYNC_WRITE, true);
}

TEST(conflict_out_after_read, T_BOUND | T_SUBMIT)
{
	conflict(c, EP_OUT, SYNC_READ, true);
}

/* OUT after its own OUT, which shares one of two dmabufs. */
TEST(conflict_own, T_BOUND | T_SUBMIT)
{
	struct scene s;
	int first;

	scene_set(&s, c, EP_OUT, need_ep(c, EP_OUT));
	first = FD(SUBMIT(s.ep, SEG(&s.b, 0, 100)));
	EQ(SUBMIT(s.ep, SEG(&s.a, 0, 10), SEG(&s.b, 200, 10)),
	   -EBUSY);
	EQ(polled(s.a.fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	host_send(c, EP_OUT, 100, 4);
	EQ(sync_wait(first), 1);
	EQ(dbuf_check(&s.b, 0, 100, 4), -1);
	close(first);
	scene_end(&s);
}

TEST(conflict_waits, T_BOUND | T_SUBMIT)
{
	struct foreign f[2];
	struct scene s;
	struct waiter w;
	char got[21];
	int i, ret;

	scene_set(&s, c, EP_IN, FD(gadget_open_ep(c->g, EP_IN, 0)));
	for (i = 0; i < 2; i++) {
		OK(foreign_new(&f[i], c->g, &c->host, false));
		OK(sync_import(i ? s.b.fd : s.a.fd, SYNC_WRITE, f[i].sync_fd));
	}
	OK(waiter_start_submit(&w, s.ep, s.seg, 3));
	EQ(waiter_asleep(&w), 0);
	/* It holds no reservation meanwhile: poll() would block. */
	EQ(polled(s.a.fd, POLLIN | POLLOUT), 0);
	EQ(polled(s.b.fd, POLLIN | POLLOUT), 0);
	EQ(atomic_load(&w.done), 0);
	OK(foreign_signal(&f[0]));
	EQ(sync_wait(f[0].sync_fd), 1);
	/* Now it waits for the other fence. */
	EQ(waiter_asleep(&w), 0);
	OK(foreign_signal(&f[1]));
	ret = FD(waiter_join(&w));
	EQ(host_xfer(&c->host, EP_IN, got, 21), 21);
	EQ(sync_wait(ret), 1);
	close(ret);
	for (i = 0; i < 2; i++)
		foreign_free(&f[i]);
	count_fds(&s);
	scene_end(&s);
}

TEST(conflict_interrupted, T_BOUND | T_SUBMIT)
{
	struct foreign f;
	struct scene s;
	struct waiter w;

	scene_set(&s, c, EP_IN, FD(gadget_open_ep(c->g, EP_IN, 0)));
	OK(foreign_new(&f, c->g, &c->host, false));
	count_fds(&s);
	OK(sync_import(s.b.fd, SYNC_WRITE, f.sync_fd));
	OK(waiter_start_submit(&w, s.ep, s.seg, 3));
	EQ(waiter_asleep(&w), 0);
	EQ(waiter_interrupt(&w), -EINTR);
	EQ(polled(s.a.fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	OK(foreign_signal(&f));
	EQ(sync_wait(f.sync_fd), 1);
	scene_end(&s);
	foreign_free(&f);
}

/* The ioctl returns EBUSY after five seconds, as TRANSFER does. */
TEST(conflict_gives_up, T_BOUND | T_SUBMIT)
{
	struct foreign f;
	struct scene s;

	scene_set(&s, c, EP_IN, FD(gadget_open_ep(c->g, EP_IN, 0)));
	OK(foreign_new(&f, c->g, &c->host, false));
	count_fds(&s);
	OK(sync_import(s.b.fd, SYNC_WRITE, f.sync_fd));
	EQ(ffs_submit(s.ep, s.seg, 3), -EBUSY);
	EQ(polled(s.a.fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	OK(sync_status(f.sync_fd));
	OK(foreign_signal(&f));
	EQ(sync_wait(f.sync_fd), 1);
	scene_end(&s);
	foreign_free(&f);
}

/* The fence that it waits for signals because of a disconnect. */
TEST(changed_meanwhile, T_BOUND | T_SUBMIT)
{
	struct foreign f;
	char port[128];
	struct scene s;
	struct waiter w;

	scene_set(&s, c, EP_IN, FD(gadget_open_ep(c->g, EP_IN, 0)));
	OK(host_find_port(c->g, port, sizeof(port)));
	OK(foreign_new(&f, c->g, &c->host, false));
	OK(sync_import(s.b.fd, SYNC_WRITE, f.sync_fd));
	OK(waiter_start_submit(&w, s.ep, s.seg, 3));
	EQ(waiter_asleep(&w), 0);
	host_close(&c->host);
	count_fds(&s);
	OK(host_unplug(c->g, port, sizeof(port)));
	EQ(waiter_join(&w), -ESHUTDOWN);
	left_nothing(&s);
	foreign_free(&f);
	OK(host_replug(c->g, port));
	need_host(c);
	count_fds(&s);
	scene_end(&s);
}

/* Detached while it waits for a foreign fence on the other one. */
TEST(detached_meanwhile, T_BOUND | T_SUBMIT)
{
	struct foreign f;
	struct scene s;
	struct waiter w;

	scene_set(&s, c, EP_IN, FD(gadget_open_ep(c->g, EP_IN, 0)));
	OK(foreign_new(&f, c->g, &c->host, false));
	count_fds(&s);
	OK(sync_import(s.b.fd, SYNC_WRITE, f.sync_fd));
	OK(waiter_start_submit(&w, s.ep, s.seg, 3));
	EQ(waiter_asleep(&w), 0);
	OK(ffs_detach(s.ep, s.a.fd));
	OK(foreign_signal(&f));
	EQ(waiter_join(&w), -EPERM);
	left_nothing(&s);
	OK(ffs_attach(s.ep, s.a.fd));
	scene_end(&s);
	foreign_free(&f);
}

/* No free descriptor for the out-fence. */
TEST(no_more_descriptors, T_BOUND | T_SUBMIT)
{
	struct rlimit old, few;
	struct scene s;
	int top, i, ret;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	OK(getrlimit(RLIMIT_NOFILE, &old));
	top = FD(dup(0));
	close(top);
	few = old;
	few.rlim_cur = top;
	OK(setrlimit(RLIMIT_NOFILE, &few));
	for (i = 0; i < 10; i++) {
		ret = ffs_submit_raw(s.ep, &s.s);
		EQ(ret, -EMFILE);
	}
	OK(setrlimit(RLIMIT_NOFILE, &old));
	left_nothing(&s);
	scene_end(&s);
}

/* exec() closes it, and it is a sync_file when the ioctl returns. */
TEST(out_fence_flags, T_BOUND | T_SUBMIT)
{
	struct scene s;
	int sync;

	scene_set(&s, c, EP_IN, need_ep(c, EP_IN));
	s.s.fence_fd = 12345;
	OK(ffs_submit_raw(s.ep, &s.s));
	sync = s.s.fence_fd;
	EQ(fcntl(sync, F_GETFD), FD_CLOEXEC);
	EQ(open_fds(), s.fds + 1);
	EQ(sync_names(sync, NULL, 0, NULL, 0), 1);
	OK(sync_status(sync));
	/* Only the result was changed. */
	s.s.fence_fd = -1;
	EQ(s.s.size, (long)KNOWN);
	EQ(s.s.flags, 0);
	EQ(s.s.num_segments, 3);
	CHECK(s.s.segments == (uintptr_t)s.seg);
	OK(ffs_detach(s.ep, s.a.fd));
	EQ(sync_wait(sync), -ECONNRESET);
	close(sync);
	OK(ffs_attach(s.ep, s.a.fd));
	scene_end(&s);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
