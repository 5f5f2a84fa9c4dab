// SPDX-License-Identifier: GPL-2.0-only
/* FUNCTIONFS_FEATURES, and invalid calls of FUNCTIONFS_DMABUF_REAP. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/ioctl.h>

#include "ffs_test.h"

#define KICK	USB_FFS_DMABUF_REAP_KICK

static void need_reap(struct ctx *c)
{
	__u64 features = 0;

	if (ffs_features(c->g->ep0, &features) ||
	    !(features & USB_FFS_FEATURE_DMABUF_REAP))
		SKIP("this kernel lacks FUNCTIONFS_DMABUF_REAP");
}

static void features(int fd)
{
	const __u64 all = USB_FFS_FEATURE_CLASS_DESCS |
			  USB_FFS_FEATURE_DMABUF_SUBMIT |
			  USB_FFS_FEATURE_DMABUF_REAP |
			  USB_FFS_FEATURE_DMABUF_END |
			  USB_FFS_FEATURE_DMABUF_DMA_DEVICE;
	__u64 f = 0;

	OK(ffs_features(fd, &f));
	EQ(f & all, (long)all);
	EQ(ffs_features(fd, NULL), -EFAULT);
}

TEST(features_before_bind, T_UNBOUND)
{
	int ep;

	need_reap(c);
	features(c->g->ep0);
	for (ep = 0; ep < EP_COUNT; ep++) {
		features(need_ep(c, ep));
		/* A blocking file does not block either. */
		features(FD(gadget_open_ep(c->g, ep, 0)));
	}
}

TEST(features_bound, T_BOUND)
{
	int ep;

	need_reap(c);
	features(c->g->ep0);
	for (ep = 0; ep < EP_COUNT; ep++)
		features(need_ep(c, ep));
}

/* The call works before there are descriptors. */
TEST(features_first, T_PRIVATE | T_NO_DMABUF_OK)
{
	struct gadget g;

	need_reap(c);
	OK(gadget_open(&g, "f"));
	features(g.ep0);
	gadget_destroy(&g);
}

TEST(reap_number, T_BOUND)
{
	const unsigned int code = FUNCTIONFS_DMABUF_REAP;
	struct usb_ffs_dmabuf_done d;
	struct usb_ffs_dmabuf_reap r = {
		.size = sizeof(r), .done = (uintptr_t)&d, .num = 1,
	};
	int ep = need_ep(c, EP_IN);
	unsigned int i;

	need_reap(c);
	OK(ffs_reap_raw(ep, &r));
	for (i = 0; i < 4; i++) {
		if (i == _IOC_DIR(code))
			continue;
		EQ(ioctl(ep, _IOC(i, 'g', _IOC_NR(code), sizeof(r)), &r), -1);
		EQ(errno, ENOTTY);
	}
	for (i = 0; i < 2048; i += 8) {
		if (i == sizeof(r))
			continue;
		EQ(ioctl(ep, _IOC(_IOC_DIR(code), 'g', _IOC_NR(code), i), &r),
		   -1);
		EQ(errno, EINVAL);
	}
	EQ(ffs_reap_raw(c->g->ep0, &r), -ENOTTY);
}

/* A valid call with one change. */
#define WRONG(ep, want, change)						\
	do {								\
		struct usb_ffs_dmabuf_reap r = {			\
			.size = sizeof(r), .done = (uintptr_t)&d,	\
			.num = 1,					\
		};							\
									\
		change;							\
		EQ(ffs_reap_raw(ep, &r), want);				\
	} while (0)

TEST(reap_errno, T_BOUND)
{
	struct {
		struct usb_ffs_dmabuf_reap r;
		__u64 more;
	} big = { .r.size = sizeof(big), .r.num = 1 };
	unsigned int code = FUNCTIONFS_DMABUF_REAP;
	struct usb_ffs_dmabuf_done d;
	int ep = need_ep(c, EP_IN), i;

	need_reap(c);
	EQ(ffs_reap_raw(ep, NULL), -EFAULT);
	EQ(ffs_reap_raw(ep, (void *)16), -EFAULT);
	WRONG(ep, 0, r.flags = 0);
	WRONG(ep, -EINVAL, r.size = 0);
	WRONG(ep, -EINVAL, r.size -= 8);
	WRONG(ep, -EINVAL, r.size += 8);
	for (i = 1; i < 32; i++)
		WRONG(ep, -EINVAL, r.flags = 1u << i);
	WRONG(ep, -EINVAL, r.num = 0);
	WRONG(ep, -EINVAL, r.flags = KICK);
	WRONG(ep, -EINVAL, r.flags = KICK; r.num = 0);
	WRONG(ep, -EINVAL, r.flags = KICK; r.done = 0);
	WRONG(ep, -EINVAL, r.flags = KICK; r.num = 0; r.done = 0; r.kicks = 1);
	WRONG(ep, -EINVAL,
	      r.flags = KICK; r.num = 0; r.done = 0; r.timeout_ns = 1);
	/* No rejected call has kicked. */
	WRONG(ep, 0, r.timeout_ns = 1; EQ(r.kicks, 0));
	WRONG(ep, 0, r.flags = KICK; r.num = 0; r.done = 0);

	/* A larger structure is valid if its unknown part is 0. */
	code = _IOC(_IOC_DIR(code), 'g', _IOC_NR(code), sizeof(big));
	big.r.done = (uintptr_t)&d;
	EQ(ioctl(ep, code, &big), 0);
	big.more = 1;
	EQ(ioctl(ep, code, &big), -1);
	EQ(errno, E2BIG);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
