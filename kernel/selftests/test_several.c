// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several USB transfers by one SUBMIT: each ends after its segments, they have
 * one fence and one report, and an error or a cancel of one affects all.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ffs_test.h"

#define ROOM	16384

static int set_up(struct ctx *c, int ep_nr, struct dbuf *b, int n)
{
	int ep = need_ep(c, ep_nr), i;
	__u64 features = 0;

	if (ffs_features(c->g->ep0, &features) ||
	    !(features & USB_FFS_FEATURE_DMABUF_END))
		SKIP("this kernel lacks FUNCTIONFS_DMABUF_SUBMIT of several");
	need_host(c);
	for (i = 0; i < n; i++) {
		need_buf(&b[i], ROOM);
		dbuf_fill(&b[i], ROOM, i);
		OK(ffs_attach(ep, b[i].fd));
	}
	return ep;
}

/* The host asks for more than one USB transfer and gets exactly one. */
static void host_gets(struct ctx *c, const struct dbuf *b, size_t off,
		      size_t len)
{
	unsigned char *got = malloc(2 * ROOM);

	CHECK(got);
	EQ(host_xfer(&c->host, EP_IN, got, ROOM), (long)len);
	EQ(memcmp(got, b->map + off, len), 0);
	free(got);
}

/* The host sends @len bytes, of which @arrive arrive. */
static void host_send_some(struct ctx *c, size_t len, size_t arrive)
{
	unsigned char data[1024] = { 0 };

	EQ(host_xfer(&c->host, EP_OUT, data, len), (long)arrive);
}

static void idle(struct dbuf *b, int n)
{
	int i;

	for (i = 0; i < n; i++)
		EQ(polled(b[i].fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
}

static void reaped(int ep, __u64 cookie, int status, unsigned int actual)
{
	struct usb_ffs_dmabuf_done d;

	EQ(ffs_reap(ep, &d, 1, NULL, -1), 1);
	EQ(d.cookie, (long)cookie);
	EQ(d.status, status);
	EQ(d.actual, (long)actual);
	EQ(ffs_reap(ep, &d, 1, NULL, 0), 0);
}

/*
 * Cancelled after the host has read the first one. The driver of dwc3 may not
 * have completed it yet, and then cancels all with a length of 0.
 */
static void cancelled(struct ctx *c, int ep, __u64 cookie, int status,
		      unsigned int actual)
{
	struct usb_ffs_dmabuf_done d;

	EQ(ffs_reap(ep, &d, 1, NULL, -1), 1);
	EQ(d.cookie, (long)cookie);
	EQ(d.status, status);
	if (d.actual || gadget_cancels(c->g) == CANCELS_ONE)
		EQ(d.actual, (long)actual);
}

/* Leader, payload, trailer, as a camera sends them. */
TEST(three_in, T_BOUND | T_SUBMIT)
{
	struct dbuf b[3];
	int ep = set_up(c, EP_IN, b, 3), sync, i;

	for (i = 0; i < 3; i++) {
		sync = FD(SUBMIT(ep, END(&b[0], 0, 52), END(&b[1], 7, 9999),
				 SEG(&b[2], 100, 32)));
		host_gets(c, &b[0], 0, 52);
		OK(sync_status(sync));
		EQ(polled(b[0].fd, POLLOUT), 0);
		host_gets(c, &b[1], 7, 9999);
		OK(sync_status(sync));
		host_gets(c, &b[2], 100, 32);
		EQ(sync_wait(sync), 1);
		idle(b, 3);
		close(sync);
	}
}

/* The flag on the last segment has no effect. */
TEST(last_has_it, T_BOUND | T_SUBMIT)
{
	struct dbuf b[2];
	int ep = set_up(c, EP_IN, b, 2), sync;

	sync = FD(SUBMIT(ep, END(&b[0], 0, 10), END(&b[1], 0, 20)));
	host_gets(c, &b[0], 0, 10);
	host_gets(c, &b[1], 0, 20);
	EQ(sync_wait(sync), 1);
	idle(b, 2);
}

/* Several segments in each transfer, several times in a row. */
TEST(gathered, T_BOUND | T_SUBMIT)
{
	unsigned char *got = malloc(ROOM);
	struct dbuf b[2];
	int ep = set_up(c, EP_IN, b, 2), sync[2], i;

	CHECK(got);
	for (i = 0; i < 2; i++)
		sync[i] = FD(SUBMIT(ep, SEG(&b[0], 0, 12),
				    END(&b[1], 0, 5000), SEG(&b[0], 100, 12),
				    SEG(&b[1], 5000, 1012)));
	for (i = 0; i < 2; i++) {
		EQ(host_xfer(&c->host, EP_IN, got, ROOM), 5012);
		EQ(memcmp(got, b[0].map, 12), 0);
		EQ(memcmp(got + 12, b[1].map, 5000), 0);
		/* Full packets: the host has to know the length. */
		EQ(host_xfer(&c->host, EP_IN, got, 1024), 1024);
		EQ(memcmp(got, b[0].map + 100, 12), 0);
		EQ(memcmp(got + 12, b[1].map + 5000, 1012), 0);
		EQ(sync_wait(sync[i]), 1);
	}
	idle(b, 2);
	free(got);
}

/* A cached scatterlist of the same segments with other ends is not used. */
TEST(ends_differ, T_BOUND | T_SUBMIT)
{
	struct dbuf b[1];
	int ep = set_up(c, EP_IN, b, 1), sync, i;

	for (i = 0; i < 3; i++) {
		sync = FD(SUBMIT(ep, SEG(&b[0], 0, 52), SEG(&b[0], 52, 30),
				 SEG(&b[0], 82, 7)));
		host_gets(c, &b[0], 0, 89);
		EQ(sync_wait(sync), 1);
		close(sync);
		sync = FD(SUBMIT(ep, END(&b[0], 0, 52), SEG(&b[0], 52, 30),
				 SEG(&b[0], 82, 7)));
		host_gets(c, &b[0], 0, 52);
		host_gets(c, &b[0], 52, 37);
		EQ(sync_wait(sync), 1);
		close(sync);
		sync = FD(SUBMIT(ep, SEG(&b[0], 0, 52), END(&b[0], 52, 30),
				 SEG(&b[0], 82, 7)));
		host_gets(c, &b[0], 0, 82);
		host_gets(c, &b[0], 82, 7);
		EQ(sync_wait(sync), 1);
		close(sync);
	}
	idle(b, 1);
}

/* One after each transfer. */
TEST(zlp, T_BOUND | T_SUBMIT)
{
	struct dbuf b[2];
	int ep = set_up(c, EP_IN, b, 2), sync;

	sync = FD(SUBMIT_FLAGS(ep, USB_FFS_DMABUF_SUBMIT_ZLP,
			       END(&b[0], 0, 2048), SEG(&b[1], 0, 1024)));
	host_gets(c, &b[0], 0, 2048);
	host_gets(c, &b[1], 0, 1024);
	EQ(sync_wait(sync), 1);
	idle(b, 2);
}

TEST(report, T_BOUND | T_SUBMIT)
{
	struct dbuf b[3];
	int ep = set_up(c, EP_IN, b, 3), i;

	for (i = 0; i < 3; i++) {
		OK(REPORT(ep, i, END(&b[0], 0, 52), END(&b[1], 0, 3000),
			  SEG(&b[2], 0, 32)));
		host_gets(c, &b[0], 0, 52);
		host_gets(c, &b[1], 0, 3000);
		host_gets(c, &b[2], 0, 32);
		reaped(ep, i, 0, 52 + 3000 + 32);
	}
}

TEST(out, T_BOUND | T_SUBMIT)
{
	struct dbuf b[2];
	int ep = set_up(c, EP_OUT, b, 2);

	OK(REPORT(ep, 5, END(&b[0], 0, 8192), SEG(&b[1], 0, 8192)));
	host_send(c, EP_OUT, 700, 7);
	EQ(polled(b[0].fd, POLLIN), 0);
	host_send(c, EP_OUT, 8192, 8);
	reaped(ep, 5, 0, 700 + 8192);
	EQ(dbuf_check(&b[0], 0, 700, 7), -1);
	EQ(dbuf_check(&b[1], 0, 8192, 8), -1);
	idle(b, 2);
}

/*
 * The first error of any transfer is the status of all. dummy_hcd returns
 * EOVERFLOW when the host sends more than the size of the transfer.
 */
TEST(first_error, T_BOUND | T_SUBMIT)
{
	struct dbuf b[2];
	int ep, i;

	if (strncmp(c->g->udc, "dummy_udc", 9))
		SKIP("%s has other ways to fail", c->g->udc);
	ep = set_up(c, EP_OUT, b, 2);
	for (i = 0; i < 2; i++) {
		OK(REPORT(ep, i, END(&b[0], 0, 100), END(&b[1], 0, 100),
			  SEG(&b[1], 200, 100)));
		host_send_some(c, i ? 100 : 1000, 100);
		host_send_some(c, i ? 1000 : 100, 100);
		host_send_some(c, 50, 50);
		reaped(ep, i, -EOVERFLOW, 250);
	}
	idle(b, 2);
}

/* DETACH after a part of it has been sent. */
TEST(detach_half_way, T_BOUND | T_SUBMIT)
{
	struct dbuf b[3];
	int ep = set_up(c, EP_IN, b, 3), i;

	for (i = 0; i < 3; i++) {
		OK(REPORT(ep, i, END(&b[0], 0, 52), END(&b[1], 0, 3000),
			  SEG(&b[2], 0, 32)));
		host_gets(c, &b[0], 0, 52);
		/* DETACH of any buffer ends it, sent or not. */
		OK(ffs_detach(ep, b[i].fd));
		cancelled(c, ep, i, -ECONNRESET, 52);
		idle(b, 3);
		OK(ffs_attach(ep, b[i].fd));
	}
	OK(REPORT(ep, 9, END(&b[0], 0, 5), SEG(&b[0], 8, 6)));
	host_gets(c, &b[0], 0, 5);
	host_gets(c, &b[0], 8, 6);
	reaped(ep, 9, 0, 11);
}

TEST(unbind_half_way, T_BOUND | T_SUBMIT)
{
	struct dbuf b[2];
	int ep = set_up(c, EP_IN, b, 2);

	OK(REPORT(ep, 1, END(&b[0], 0, 52), SEG(&b[1], 0, 3000)));
	host_gets(c, &b[0], 0, 52);
	OK(gadget_unbind_wait(c->g));
	cancelled(c, ep, 1, -ESHUTDOWN, 52);
	idle(b, 2);
}

/* Each counts towards the limit, and SUBMIT takes all or none. */
TEST(too_many, T_BOUND | T_SUBMIT | T_LONG)
{
	enum { MAX = USB_FFS_DMABUF_MAX_TRANSFERS };
	struct usb_ffs_dmabuf_segment seg[64];
	struct dbuf b[2];
	int ep = set_up(c, EP_IN, b, 2), i, k;

	for (k = 0; k < 64; k++)
		seg[k] = END(&b[0], 0, 10);
	for (i = 0; i < MAX / 64 - 1; i++)
		OK(ffs_submit_report(ep, seg, 64, 0, i));
	OK(ffs_transfer(ep, b[0].fd, 11));
	EQ(ffs_submit_report(ep, seg, 64, 0, i), -ENOBUFS);
	OK(ffs_submit_report(ep, seg, 63, 0, i));
	EQ(REPORT(ep, 1, SEG(&b[1], 0, 1)), -ENOBUFS);
	EQ(polled(b[1].fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	for (i = 0; i < MAX / 64 - 1; i++) {
		struct usb_ffs_dmabuf_done d;

		for (k = 0; k < 64; k++)
			host_gets(c, &b[0], 0, 10);
		EQ(ffs_reap(ep, &d, 1, NULL, -1), 1);
		EQ(d.cookie, i);
		EQ(d.actual, 640);
	}
	host_gets(c, &b[0], 0, 11);
	for (k = 0; k < 63; k++)
		host_gets(c, &b[0], 0, 10);
	reaped(ep, i, 0, 630);
	idle(b, 2);
}

/*
 * The controller accepts the first and rejects the second. The call fails
 * without a report, the third is not queued although the controller would
 * accept it, and the fence signals when the first has ended.
 */
TEST(refused_half_way, T_BOUND | T_SUBMIT)
{
	const char *param = "/sys/module/dummy_hcd/parameters/sg_max_entry";
	struct dbuf b[2];
	int ep, sync, i;

	if (strncmp(c->g->udc, "dummy_udc", 9) || access(param, W_OK))
		SKIP("%s cannot be told to refuse", c->g->udc);
	ep = set_up(c, EP_IN, b, 2);
	for (i = 0; i < 3; i++) {
		struct usb_ffs_dmabuf_segment seg[] = {
			END(&b[0], 0, 100), END(&b[1], 0, 4000),
			SEG(&b[0], 200, 50),
		};
		struct usb_ffs_dmabuf_done d;

		/* Drop the cached scatterlist, which is not checked again. */
		OK(ffs_detach(ep, b[1].fd));
		OK(ffs_attach(ep, b[1].fd));
		OK(write_file(param, "0"));
		sync = FD(ffs_submit(ep, seg, 3));
		host_gets(c, &b[0], 0, 100);
		host_gets(c, &b[1], 0, 4000);
		host_gets(c, &b[0], 200, 50);
		EQ(sync_wait(sync), 1);
		close(sync);
		OK(write_file(param, "1024"));
		if (i % 2)
			EQ(ffs_submit(ep, seg, 3), -EINVAL);
		else
			EQ(ffs_submit_report(ep, seg, 3, 0, 1), -EINVAL);
		OK(write_file(param, "0"));
		EQ(ffs_reap(ep, &d, 1, NULL, 0), 0);
		idle(b, 2);
		sync = FD(SUBMIT(ep, SEG(&b[0], 3, 30)));
		host_gets(c, &b[0], 3, 30);
		EQ(sync_wait(sync), 1);
		close(sync);
	}
}

/* Rejected transfers do not count towards the limit. */
TEST(refused_leaves_room, T_BOUND | T_SUBMIT | T_LONG)
{
	enum { MAX = USB_FFS_DMABUF_MAX_TRANSFERS };
	const char *param = "/sys/module/dummy_hcd/parameters/sg_max_entry";
	struct usb_ffs_dmabuf_segment seg[64];
	struct dbuf b[2];
	int ep, i, k;

	if (strncmp(c->g->udc, "dummy_udc", 9) || access(param, W_OK))
		SKIP("%s cannot be told to refuse", c->g->udc);
	ep = set_up(c, EP_IN, b, 2);
	/* Gather it before the limit is set. */
	OK(REPORT(ep, 1, END(&b[0], 0, 10), SEG(&b[1], 0, 4000)));
	host_gets(c, &b[0], 0, 10);
	host_gets(c, &b[1], 0, 4000);
	reaped(ep, 1, 0, 4010);
	OK(write_file(param, "1024"));
	for (i = 0; i < 3; i++)
		EQ(REPORT(ep, 1, END(&b[0], 0, 10), SEG(&b[1], 0, 4000)),
		   -EINVAL);
	OK(write_file(param, "0"));
	idle(b, 2);
	for (k = 0; k < 64; k++)
		seg[k] = END(&b[0], 0, 10);
	for (i = 0; i < MAX / 64; i++)
		OK(ffs_submit_report(ep, seg, 64, 0, i));
	EQ(REPORT(ep, 1, SEG(&b[1], 0, 1)), -ENOBUFS);
	OK(ffs_detach(ep, b[0].fd));
	OK(ffs_detach(ep, b[1].fd));
}

int main(int argc, char **argv)
{
	int ret = tests_main(argc, argv);

	write_file("/sys/module/dummy_hcd/parameters/sg_max_entry", "0");
	return ret;
}
