// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fence of a SUBMIT belongs to exactly this transfer, is on each of its
 * dmabufs, and has its status, even if files or processes end first.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ffs_test.h"

#define BUFS	3

/* Three dmabufs attached to an endpoint. */
struct trio {
	struct ctx *c;
	int ep_nr;
	int ep;
	struct dbuf b[BUFS];
};

#define A(t)	(&(t)->b[0])
#define B(t)	(&(t)->b[1])
#define C(t)	(&(t)->b[2])

static void trio_attach(struct trio *t)
{
	int i;

	for (i = 0; i < BUFS; i++)
		OK(ffs_attach(t->ep, t->b[i].fd));
}

static void trio_detach(struct trio *t)
{
	int i;

	for (i = 0; i < BUFS; i++)
		OK(ffs_detach(t->ep, t->b[i].fd));
}

static void trio_set(struct trio *t, struct ctx *c, int ep_nr)
{
	int i;

	t->c = c;
	t->ep_nr = ep_nr;
	t->ep = need_ep(c, ep_nr);
	need_host(c);
	for (i = 0; i < BUFS; i++) {
		need_buf(&t->b[i], 16384);
		dbuf_fill(&t->b[i], 16384, i);
	}
	trio_attach(t);
}

/* The host reads or writes one transfer. */
static void host_moves(struct trio *t, size_t len)
{
	char *buf = calloc(1, len);

	CHECK(buf);
	EQ(host_xfer(&t->c->host, t->ep_nr, buf, len), (long)len);
	free(buf);
}

static int busy(struct dbuf *b)
{
	return polled(b->fd, POLLOUT) != POLLOUT;
}

static void all_free(struct trio *t)
{
	int i;

	for (i = 0; i < BUFS; i++) {
		EQ(polled(t->b[i].fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
		EQ(export_status(t->b[i].fd, SYNC_RW) != 0, 1);
	}
}

/* Only a transfer queued now reaches the other side. */
static void still_works(struct trio *t)
{
	int sync;

	dbuf_fill(A(t), 400, ep_is_in(t->ep_nr) ? 77 : ~77);
	sync = FD(SUBMIT(t->ep, SEG(A(t), 0, 400)));
	if (ep_is_in(t->ep_nr))
		host_expect(t->c, t->ep_nr, 400, 77);
	else
		host_send(t->c, t->ep_nr, 400, 77);
	EQ(sync_wait(sync), 1);
	EQ(dbuf_check(A(t), 0, 400, 77), -1);
	close(sync);
	all_free(t);
}

/*
 * For a transfer queued before or after a cancelled one. Returns whether it
 * continues, which depends on the controller.
 */
static bool goes_on(struct trio *t, int sync)
{
	switch (gadget_cancels(t->c->g)) {
	case CANCELS_STARTED:
		EQ(sync_wait(sync), -ECONNRESET);
		return false;
	case CANCELS_ONE:
		break;
	}
	OK(sync_status(sync));
	return true;
}

/* Each dmabuf has the fence, as with TRANSFER. */
TEST(every_dmabuf_in, T_BOUND | T_SUBMIT)
{
	struct trio t;
	int sync, i;

	trio_set(&t, c, EP_IN);
	sync = FD(SUBMIT(t.ep, SEG(A(&t), 0, 12), SEG(B(&t), 1, 900),
			 SEG(C(&t), 4095, 5000), SEG(B(&t), 2000, 88)));
	OK(sync_status(sync));
	EQ(polled(sync, POLLIN), 0);
	for (i = 0; i < BUFS; i++) {
		EQ(export_status(t.b[i].fd, SYNC_READ), 1);
		EQ(export_status(t.b[i].fd, SYNC_WRITE), 0);
		EQ(export_status(t.b[i].fd, SYNC_RW), 0);
		EQ(polled(t.b[i].fd, POLLIN), POLLIN);
		EQ(polled(t.b[i].fd, POLLOUT), 0);
	}
	host_moves(&t, 6000);
	EQ(sync_wait(sync), 1);
	all_free(&t);
	trio_detach(&t);
}

TEST(every_dmabuf_out, T_BOUND | T_SUBMIT)
{
	struct trio t;
	int sync, i;

	trio_set(&t, c, EP_OUT);
	sync = FD(SUBMIT(t.ep, SEG(A(&t), 0, 12), SEG(B(&t), 1, 900),
			 SEG(C(&t), 4095, 5000), SEG(B(&t), 2000, 88)));
	OK(sync_status(sync));
	for (i = 0; i < BUFS; i++) {
		EQ(export_status(t.b[i].fd, SYNC_READ), 0);
		EQ(export_status(t.b[i].fd, SYNC_WRITE), 0);
		EQ(polled(t.b[i].fd, POLLIN), 0);
		EQ(polled(t.b[i].fd, POLLOUT), 0);
	}
	host_moves(&t, 6000);
	EQ(sync_wait(sync), 1);
	all_free(&t);
	trio_detach(&t);
}

/* A dmabuf of many segments gets one fence. */
TEST(one_fence, T_BOUND | T_SUBMIT)
{
	struct usb_ffs_dmabuf_segment seg[64];
	struct trio t;
	int sync, all, i;

	trio_set(&t, c, EP_IN);
	for (i = 0; i < 64; i++)
		seg[i] = SEG(&t.b[i % BUFS], i, 512);
	sync = FD(ffs_submit(t.ep, seg, 64));
	EQ(sync_names(sync, NULL, 0, NULL, 0), 1);
	for (i = 0; i < BUFS; i++) {
		all = FD(sync_export(t.b[i].fd, SYNC_RW));
		EQ(sync_names(all, NULL, 0, NULL, 0), 1);
		OK(sync_status(all));
		close(all);
	}
	host_moves(&t, 64 * 512);
	EQ(sync_wait(sync), 1);
	all_free(&t);
	trio_detach(&t);
}

/* Several of the same dmabufs: each out-fence signals with its own transfer. */
static void in_turn(struct ctx *c, int ep_nr)
{
	enum { N = 6 };
	int sync[N], i, j;
	struct trio t;

	trio_set(&t, c, ep_nr);
	for (i = 0; i < N; i++)
		sync[i] = FD(SUBMIT(t.ep, SEG(&t.b[i % 3], 0, 10 + i),
				    SEG(&t.b[(i + 1) % 3], 7, 500)));
	for (i = 0; i < N; i++) {
		for (j = i; j < N; j++)
			OK(sync_status(sync[j]));
		host_moves(&t, 510 + i);
		EQ(sync_wait(sync[i]), 1);
		/* A dmabuf with a pending last transfer is busy. */
		EQ(busy(&t.b[i % 3]), i + 2 < N);
		close(sync[i]);
	}
	all_free(&t);
	trio_detach(&t);
}

TEST(in_turn_in, T_BOUND | T_SUBMIT)
{
	in_turn(c, EP_IN);
}

/* OUT into busy memory is rejected, so there is one at a time. */
TEST(in_turn_out, T_BOUND | T_SUBMIT)
{
	int sync[BUFS], i, j;
	struct trio t;

	trio_set(&t, c, EP_OUT);
	for (i = 0; i < BUFS; i++)
		sync[i] = FD(SUBMIT(t.ep, SEG(&t.b[i], 9, 300),
				    SEG(&t.b[i], 900, 300)));
	for (i = 0; i < BUFS; i++) {
		for (j = i; j < BUFS; j++) {
			OK(sync_status(sync[j]));
			EQ(busy(&t.b[j]), 1);
		}
		host_moves(&t, 600);
		EQ(sync_wait(sync[i]), 1);
		EQ(busy(&t.b[i]), 0);
	}
	all_free(&t);
	trio_detach(&t);
}

/* Mixed with TRANSFERs of the same dmabufs. */
TEST(with_transfers, T_BOUND | T_SUBMIT)
{
	int first, sync, last;
	struct trio t;

	trio_set(&t, c, EP_IN);
	OK(ffs_transfer(t.ep, A(&t)->fd, 100));
	first = FD(sync_export(A(&t)->fd, SYNC_RW));
	sync = FD(SUBMIT(t.ep, SEG(A(&t), 5, 50), SEG(B(&t), 5, 70)));
	OK(ffs_transfer(t.ep, B(&t)->fd, 200));
	last = FD(sync_export(B(&t)->fd, SYNC_RW));
	host_moves(&t, 100);
	EQ(sync_wait(first), 1);
	OK(sync_status(sync));
	EQ(busy(A(&t)), 1);
	host_moves(&t, 120);
	EQ(sync_wait(sync), 1);
	EQ(busy(A(&t)), 0);
	EQ(busy(B(&t)), 1);
	OK(sync_status(last));
	host_moves(&t, 200);
	EQ(sync_wait(last), 1);
	all_free(&t);
	trio_detach(&t);
}

/*
 * Of merged fences of one context the latest stands for all. Transfers that
 * share buffers need separate contexts, because each can be cancelled alone.
 */
TEST(merged, T_BOUND | T_SUBMIT)
{
	enum { N = 4 };
	int s[N], m[3], i, k;
	struct trio t;

	trio_set(&t, c, EP_IN);
	s[0] = FD(SUBMIT(t.ep, SEG(A(&t), 0, 100), SEG(B(&t), 0, 20)));
	s[1] = FD(SUBMIT(t.ep, SEG(B(&t), 0, 100), SEG(A(&t), 0, 20)));
	s[2] = FD(SUBMIT(t.ep, SEG(C(&t), 0, 120)));
	s[3] = FD(SUBMIT(t.ep, SEG(C(&t), 0, 100), SEG(A(&t), 0, 20)));
	m[0] = FD(sync_merge(s[0], s[3]));
	m[1] = FD(sync_merge(s[3], s[1]));
	m[2] = FD(sync_merge(s[2], s[3]));
	for (i = 0; i < N; i++) {
		for (k = 0; k < 3; k++)
			OK(sync_status(m[k]));
		host_moves(&t, 120);
		EQ(sync_wait(s[i]), 1);
	}
	for (k = 0; k < 3; k++)
		EQ(sync_wait(m[k]), 1);
	trio_detach(&t);
}

/* The fence wakes a waiter. */
TEST(poll_wakes, T_BOUND | T_SUBMIT)
{
	struct trio t;
	struct pollfd p;
	int i, status;

	trio_set(&t, c, EP_IN);
	for (i = 0; i < 4; i++) {
		p = (struct pollfd){ .events = POLLIN };
		p.fd = FD(SUBMIT(t.ep, SEG(A(&t), 0, 12), SEG(B(&t), 0, 4000)));
		if (!fork()) {
			host_moves(&t, 4012);
			_exit(0);
		}
		EQ(poll(&p, 1, -1), 1);
		EQ(sync_status(p.fd), 1);
		close(p.fd);
		EQ(wait(&status) > 0 && !status, 1);
	}
	trio_detach(&t);
}

/* DETACH of any of its dmabufs ends the transfer; the others stay attached. */
static void detach_each(struct ctx *c, int ep_nr)
{
	struct trio t;
	int sync, i;

	trio_set(&t, c, ep_nr);
	for (i = 0; i < BUFS; i++) {
		sync = FD(SUBMIT(t.ep, SEG(A(&t), 0, 12), SEG(B(&t), 0, 4000),
				 SEG(C(&t), 100, 9000),
				 SEG(A(&t), 2000, 3000)));
		OK(ffs_detach(t.ep, t.b[i].fd));
		EQ(sync_wait(sync), -ECONNRESET);
		close(sync);
		all_free(&t);
		EQ(SUBMIT(t.ep, SEG(A(&t), 0, 1), SEG(B(&t), 0, 1),
			  SEG(C(&t), 0, 1)), -EPERM);
		OK(ffs_attach(t.ep, t.b[i].fd));
		still_works(&t);
	}
	trio_detach(&t);
}

TEST(detach_each_in, T_BOUND | T_SUBMIT)
{
	detach_each(c, EP_IN);
}

TEST(detach_each_out, T_BOUND | T_SUBMIT)
{
	detach_each(c, EP_OUT);
}

/* Cancels all transfers of the dmabuf and no others. */
TEST(detach_cancels_all, T_BOUND | T_SUBMIT)
{
	int s[4], i;
	struct trio t;

	trio_set(&t, c, EP_IN);
	s[0] = FD(SUBMIT(t.ep, SEG(A(&t), 0, 50), SEG(B(&t), 0, 60)));
	s[1] = FD(SUBMIT(t.ep, SEG(A(&t), 0, 70), SEG(C(&t), 0, 80)));
	s[2] = FD(SUBMIT(t.ep, SEG(B(&t), 0, 90), SEG(C(&t), 0, 11)));
	s[3] = FD(SUBMIT(t.ep, SEG(C(&t), 5, 1000)));
	OK(ffs_transfer(t.ep, B(&t)->fd, 30));
	OK(ffs_detach(t.ep, B(&t)->fd));
	EQ(sync_wait(s[0]), -ECONNRESET);
	EQ(sync_wait(s[2]), -ECONNRESET);
	EQ(busy(B(&t)), 0);
	if (goes_on(&t, s[1])) {
		OK(sync_status(s[3]));
		/* Busy by the remaining transfers, or free. */
		EQ(busy(A(&t)), 1);
		EQ(busy(C(&t)), 1);
		host_moves(&t, 150);
		EQ(sync_wait(s[1]), 1);
		EQ(busy(A(&t)), 0);
		EQ(busy(C(&t)), 1);
		host_moves(&t, 1000);
		EQ(sync_wait(s[3]), 1);
	} else {
		EQ(sync_wait(s[3]), -ECONNRESET);
		all_free(&t);
	}
	OK(ffs_attach(t.ep, B(&t)->fd));
	for (i = 0; i < 4; i++)
		close(s[i]);
	still_works(&t);
	trio_detach(&t);
}

/*
 * A newer transfer is cancelled while an older one of the same dmabuf
 * continues: its fence must not have replaced the older one on that dmabuf.
 */
static void keeps_older(struct ctx *c, bool by_transfer)
{
	int older, younger;
	struct trio t;

	trio_set(&t, c, EP_IN);
	if (by_transfer) {
		OK(ffs_transfer(t.ep, A(&t)->fd, 500));
		older = FD(sync_export(A(&t)->fd, SYNC_RW));
	} else {
		older = FD(SUBMIT(t.ep, SEG(A(&t), 0, 500)));
	}
	younger = FD(SUBMIT(t.ep, SEG(A(&t), 0, 30), SEG(B(&t), 0, 40)));
	OK(ffs_detach(t.ep, B(&t)->fd));
	EQ(sync_wait(younger), -ECONNRESET);
	if (goes_on(&t, older)) {
		EQ(export_status(A(&t)->fd, SYNC_RW), 0);
		EQ(busy(A(&t)), 1);
		host_expect(c, EP_IN, 500, 0);
		EQ(sync_wait(older), 1);
	}
	OK(ffs_attach(t.ep, B(&t)->fd));
	still_works(&t);
	trio_detach(&t);
}

TEST(detach_keeps_older_submit, T_BOUND | T_SUBMIT)
{
	keeps_older(c, false);
}

TEST(detach_keeps_older_transfer, T_BOUND | T_SUBMIT)
{
	keeps_older(c, true);
}

/* The reverse: the older one is cancelled. */
TEST(detach_keeps_younger, T_BOUND | T_SUBMIT)
{
	int older, younger, merged;
	struct trio t;

	trio_set(&t, c, EP_IN);
	older = FD(SUBMIT(t.ep, SEG(B(&t), 0, 30), SEG(A(&t), 0, 40)));
	younger = FD(SUBMIT(t.ep, SEG(A(&t), 0, 500)));
	merged = FD(sync_merge(older, younger));
	OK(ffs_detach(t.ep, B(&t)->fd));
	EQ(sync_wait(older), -ECONNRESET);
	if (goes_on(&t, younger)) {
		OK(sync_status(merged));
		EQ(busy(A(&t)), 1);
		host_expect(c, EP_IN, 500, 0);
		EQ(sync_wait(younger), 1);
	}
	CHECK(sync_wait(merged) != -ETIMEDOUT);
	OK(ffs_attach(t.ep, B(&t)->fd));
	still_works(&t);
	trio_detach(&t);
}

/* Two attachments of one dmabuf, and two detaches. */
TEST(attached_twice, T_BOUND | T_SUBMIT)
{
	struct trio t;
	int sync;

	trio_set(&t, c, EP_IN);
	OK(ffs_attach(t.ep, B(&t)->fd));
	sync = FD(SUBMIT(t.ep, SEG(A(&t), 0, 12), SEG(B(&t), 0, 40),
			 SEG(B(&t), 10, 40)));
	OK(ffs_detach(t.ep, B(&t)->fd));
	OK(ffs_detach(t.ep, B(&t)->fd));
	EQ(sync_wait(sync), -ECONNRESET);
	all_free(&t);
	EQ(ffs_detach(t.ep, B(&t)->fd), -EPERM);
	OK(ffs_attach(t.ep, B(&t)->fd));
	still_works(&t);
	trio_detach(&t);
}

/*
 * Two files of the endpoint have attached one dmabuf each.  A transfer may use
 * both, and ends when either file is closed.
 */
TEST(other_opener_closes, T_BOUND | T_SUBMIT)
{
	int other, s[2], i;
	struct trio t;

	trio_set(&t, c, EP_IN);
	OK(ffs_detach(t.ep, B(&t)->fd));
	for (i = 0; i < 3; i++) {
		other = FD(gadget_open_ep(c->g, EP_IN, O_NONBLOCK));
		OK(ffs_attach(other, B(&t)->fd));
		s[0] = FD(SUBMIT(t.ep, SEG(A(&t), 0, 12), SEG(B(&t), 0, 400)));
		s[1] = FD(SUBMIT(t.ep, SEG(A(&t), 5, 12), SEG(C(&t), 5, 40)));
		close(other);
		EQ(sync_wait(s[0]), -ECONNRESET);
		EQ(busy(B(&t)), 0);
		if (goes_on(&t, s[1])) {
			EQ(busy(A(&t)), 1);
			host_moves(&t, 52);
			EQ(sync_wait(s[1]), 1);
		}
		all_free(&t);
		close(s[0]);
		close(s[1]);
	}
	OK(ffs_attach(t.ep, B(&t)->fd));
	still_works(&t);
	trio_detach(&t);
}

/* Two transfers on IN and one on OUT, for each way to end early. */
struct flight {
	struct trio in, out;
	int sync[3];
};

static void take_off(struct ctx *c, struct flight *f)
{
	trio_set(&f->in, c, EP_IN);
	trio_set(&f->out, c, EP_OUT);
	f->sync[0] = FD(SUBMIT(f->in.ep, SEG(A(&f->in), 1, 12),
			       SEG(B(&f->in), 0, 16384)));
	f->sync[1] = FD(SUBMIT(f->in.ep, SEG(B(&f->in), 1, 999),
			       SEG(C(&f->in), 0, 1000), SEG(A(&f->in), 7, 77)));
	f->sync[2] = FD(SUBMIT(f->out.ep, SEG(A(&f->out), 1, 12),
			       SEG(C(&f->out), 5, 999), SEG(B(&f->out), 0, 9)));
}

static void landed(struct flight *f, int status)
{
	char driver[40], timeline[40];
	int i;

	for (i = 0; i < 3; i++) {
		EQ(sync_wait(f->sync[i]), status);
		EQ(sync_names(f->sync[i], driver, sizeof(driver), timeline,
			      sizeof(timeline)), 1);
	}
	all_free(&f->in);
	all_free(&f->out);
}

TEST(close_status, T_BOUND | T_SUBMIT)
{
	struct flight f;

	take_off(c, &f);
	close(f.in.ep);
	close(f.out.ep);
	landed(&f, -ECONNRESET);
}

TEST(unbind_status, T_BOUND | T_SUBMIT)
{
	struct flight f;
	int i;

	for (i = 0; i < 3; i++) {
		take_off(c, &f);
		OK(gadget_unbind_wait(c->g));
		landed(&f, -ESHUTDOWN);
		host_close(&c->host);
		OK(gadget_bind_wait(c->g));
	}
	trio_set(&f.in, c, EP_IN);
	still_works(&f.in);
}

TEST(unplug_status, T_BOUND | T_SUBMIT)
{
	struct flight f;
	char port[128];
	int ret;

	take_off(c, &f);
	host_close(&c->host);
	ret = host_unplug(c->g, port, sizeof(port));
	if (ret == -ENOTSUP)
		SKIP("the port cannot be switched off");
	OK(ret);
	landed(&f, -ESHUTDOWN);
	OK(host_replug(c->g, port));
	need_host(c);
	still_works(&f.in);
	still_works(&f.out);
}

TEST(reset_status, T_BOUND | T_SUBMIT)
{
	struct flight f;

	take_off(c, &f);
	OK(host_reset(&c->host));
	landed(&f, -ESHUTDOWN);
}

/* A stall does not end the transfers. */
TEST(halt_keeps, T_BOUND | T_SUBMIT)
{
	struct trio t;
	char byte;
	int sync;

	trio_set(&t, c, EP_IN);
	OK(host_set_halt(&c->host, EP_IN));
	sync = FD(SUBMIT(t.ep, SEG(A(&t), 0, 12), SEG(B(&t), 0, 99)));
	EQ(host_xfer(&c->host, EP_IN, &byte, 1), -EPIPE);
	OK(sync_status(sync));
	OK(host_clear_halt(&c->host, EP_IN));
	host_moves(&t, 111);
	EQ(sync_wait(sync), 1);
	trio_detach(&t);
}

/* DETACH after half of it has been sent. */
TEST(detach_half_way, T_BOUND | T_SUBMIT)
{
	int ep = need_ep(c, EP_IN), sync, i;
	struct dbuf h, big;
	struct trio t;
	char *buf = malloc(65536);

	CHECK(buf);
	trio_set(&t, c, EP_IN);
	need_buf(&h, 4096);
	need_buf(&big, 1 << 20);
	for (i = 0; i < 2; i++) {
		OK(ffs_attach(ep, h.fd));
		OK(ffs_attach(ep, big.fd));
		sync = FD(SUBMIT(ep, SEG(&h, 0, 12), SEG(&big, 0, 1 << 20)));
		EQ(host_xfer(&c->host, EP_IN, buf, 65536), 65536);
		OK(sync_status(sync));
		OK(ffs_detach(ep, i ? h.fd : big.fd));
		EQ(sync_wait(sync), -ECONNRESET);
		OK(ffs_detach(ep, i ? big.fd : h.fd));
		close(sync);
		still_works(&t);
	}
	trio_detach(&t);
}

/* Only the out-fence is left. */
TEST(outlives_everything, T_PRIVATE | T_SUBMIT)
{
	struct gadget g;
	struct flight f;
	int done, i, k;

	OK(gadget_create(&g, "b", DESCS_ALL));
	OK(gadget_start_ep0(&g));
	OK(gadget_bind_wait(&g));
	if (gadget_ability(&g) != ABILITY_FULL)
		SKIP("%s has no scatter-gather", g.udc);
	c->g = &g;
	trio_set(&f.in, c, EP_IN);
	done = FD(SUBMIT(f.in.ep, SEG(A(&f.in), 0, 10), SEG(B(&f.in), 0, 10)));
	host_moves(&f.in, 20);
	EQ(sync_wait(done), 1);
	trio_detach(&f.in);
	close(c->ep[EP_IN]);
	c->ep[EP_IN] = -1;
	for (i = 0; i < BUFS; i++)
		dbuf_free(&f.in.b[i]);
	take_off(c, &f);
	host_close(&c->host);
	OK(gadget_unbind_wait(&g));
	close(c->ep[EP_IN]);
	close(c->ep[EP_OUT]);
	for (i = 0; i < BUFS; i++) {
		dbuf_free(&f.in.b[i]);
		dbuf_free(&f.out.b[i]);
	}
	gadget_destroy(&g);
	for (k = 0; k < 3; k++) {
		EQ(sync_status(done), 1);
		EQ(sync_names(done, NULL, 0, NULL, 0), 1);
		for (i = 0; i < 3; i++) {
			EQ(sync_wait(f.sync[i]), -ESHUTDOWN);
			EQ(sync_names(f.sync[i], NULL, 0, NULL, 0), 1);
		}
	}
}

/* The kernel keeps the memory as long as it sends from it. */
TEST(free_in_flight, T_BOUND | T_SUBMIT)
{
	int ep = need_ep(c, EP_IN), i, sync;
	struct dbuf a, b;
	char *buf = malloc(65012);

	CHECK(buf);
	need_host(c);
	need_buf(&a, 4096);
	need_buf(&b, 65536);
	dbuf_fill(&a, 4096, 3);
	dbuf_fill(&b, 65536, 4);
	OK(ffs_attach(ep, a.fd));
	OK(ffs_attach(ep, b.fd));
	sync = FD(SUBMIT(ep, SEG(&a, 0, 12), SEG(&b, 0, 65000)));
	dbuf_free(&a);
	dbuf_free(&b);
	for (i = 0; i < 8; i++) {
		need_buf(&a, 65536);
		dbuf_fill(&a, 65536, 5);
	}
	EQ(host_xfer(&c->host, EP_IN, buf, 65012), 65012);
	EQ(pattern_check(buf, 0, 12, 3), -1);
	memmove(buf, buf + 12, 65000);
	EQ(pattern_check(buf, 0, 65000, 4), -1);
	EQ(sync_wait(sync), 1);
}

TEST(fork_shares, T_BOUND | T_SUBMIT)
{
	int fds[2], sync, status;
	struct trio t;
	pid_t pid;

	trio_set(&t, c, EP_IN);
	OK(pipe(fds));
	pid = fork();
	if (!pid) {
		/* Its exit closes no files of the parent. */
		sync = FD(SUBMIT(t.ep, SEG(A(&t), 0, 12), SEG(B(&t), 0, 500)));
		OK(sync_status(sync));
		_exit(0);
	}
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	EQ(busy(A(&t)), 1);
	sync = FD(SUBMIT(t.ep, SEG(B(&t), 0, 12), SEG(C(&t), 0, 5)));
	host_moves(&t, 512);
	OK(sync_status(sync));
	host_moves(&t, 17);
	EQ(sync_wait(sync), 1);
	all_free(&t);
	trio_detach(&t);
}

/* The process is killed with transfers in flight, many times. */
static void killed(struct ctx *c, int ep_nr)
{
	int ready[2], sync[2], round, status, i;
	struct dbuf b[2];
	struct trio t;
	char byte;
	pid_t pid;

	for (i = 0; i < 2; i++)
		need_buf(&b[i], 20000);
	for (round = 0; round < 10; round++) {
		OK(pipe(ready));
		pid = fork();
		if (!pid) {
			int ep = need_ep(c, ep_nr);

			OK(ffs_attach(ep, b[0].fd));
			OK(ffs_attach(ep, b[1].fd));
			FD(SUBMIT(ep, SEG(&b[0], 0, 12), SEG(&b[1], 0, 19000)));
			if (ep_is_in(ep_nr))
				FD(SUBMIT(ep, SEG(&b[1], 0, 12),
					  SEG(&b[0], 0, 19000)));
			EQ(write(ready[1], "", 1), 1);
			for (;;)
				pause();
		}
		EQ(read(ready[0], &byte, 1), 1);
		for (i = 0; i < 2; i++) {
			sync[i] = FD(sync_export(b[i].fd, SYNC_RW));
			OK(sync_status(sync[i]));
		}
		OK(kill(pid, SIGKILL));
		EQ(waitpid(pid, &status, 0), pid);
		for (i = 0; i < 2; i++) {
			EQ(sync_wait(sync[i]), -ECONNRESET);
			EQ(busy(&b[i]), 0);
			close(sync[i]);
		}
		close(ready[0]);
		close(ready[1]);
	}
	trio_set(&t, c, ep_nr);
	still_works(&t);
	trio_detach(&t);
}

TEST(killed_in_flight_in, T_BOUND | T_SUBMIT)
{
	killed(c, EP_IN);
}

TEST(killed_in_flight_out, T_BOUND | T_SUBMIT)
{
	killed(c, EP_OUT);
}

/* The process is killed while it waits for a fence on its second dmabuf. */
TEST(killed_waiting, T_BOUND | T_SUBMIT)
{
	struct usb_ffs_dmabuf_segment seg[2];
	struct foreign f;
	int ready[2], status;
	struct dbuf b[2];
	struct trio t;
	char byte;
	pid_t pid;

	need_buf(&b[0], 4096);
	need_buf(&b[1], 4096);
	OK(foreign_new(&f, c->g, need_host(c), false));
	OK(sync_import(b[1].fd, SYNC_WRITE, f.sync_fd));
	OK(pipe(ready));
	pid = fork();
	if (!pid) {
		int ep = FD(gadget_open_ep(c->g, EP_IN, 0));
		struct waiter w;

		OK(ffs_attach(ep, b[0].fd));
		OK(ffs_attach(ep, b[1].fd));
		seg[0] = SEG(&b[0], 0, 100);
		seg[1] = SEG(&b[1], 0, 100);
		OK(waiter_start_submit(&w, ep, seg, 2));
		EQ(waiter_asleep(&w), 0);
		EQ(write(ready[1], "", 1), 1);
		for (;;)
			pause();
	}
	EQ(read(ready[0], &byte, 1), 1);
	OK(kill(pid, SIGKILL));
	EQ(waitpid(pid, &status, 0), pid);
	EQ(busy(&b[0]), 0);
	OK(sync_status(f.sync_fd));
	OK(foreign_signal(&f));
	EQ(sync_wait(f.sync_fd), 1);
	trio_set(&t, c, EP_IN);
	still_works(&t);
	trio_detach(&t);
	foreign_free(&f);
}

/* Two threads query the status while transfers end either way. */
static atomic_int stop_asking;
static atomic_int asked_fd;

static void *asker(void *arg)
{
	char driver[40], timeline[40];
	int fd;

	while (!atomic_load(&stop_asking)) {
		fd = atomic_load(&asked_fd);
		sync_status(fd);
		sync_names(fd, driver, sizeof(driver), timeline,
			   sizeof(timeline));
	}
	return arg;
}

TEST(asked_while_ending, T_BOUND | T_SUBMIT)
{
	int i, sync, status, old = -1;
	pthread_t th[2];
	struct trio t;

	trio_set(&t, c, EP_IN);
	atomic_store(&asked_fd, -1);
	for (i = 0; i < 2; i++)
		OK(pthread_create(&th[i], NULL, asker, NULL));
	for (i = 0; i < 60; i++) {
		sync = FD(SUBMIT(t.ep, SEG(A(&t), 0, 12), SEG(B(&t), 0, 10)));
		atomic_store(&asked_fd, sync);
		if (i % 2)
			host_moves(&t, 22);
		OK(ffs_detach(t.ep, t.b[i / 2 % 2].fd));
		/* As in test_fence.c: a thread may signal it after DETACH. */
		status = sync_wait(sync);
		if (i % 2 && gadget_cancels(c->g) == CANCELS_STARTED)
			CHECK(status == 1 || status == -ECONNRESET);
		else
			EQ(status, i % 2 ? 1 : -ECONNRESET);
		OK(ffs_attach(t.ep, t.b[i / 2 % 2].fd));
		if (old >= 0)
			close(old);
		old = sync;
	}
	atomic_store(&stop_asking, 1);
	for (i = 0; i < 2; i++)
		pthread_join(th[i], NULL);
	still_works(&t);
}

/*
 * SUBMIT and DETACH of its dmabufs at the same moment: the transfer is queued
 * and cancelled, or rejected, and nothing is left.
 */
struct racer {
	pthread_barrier_t *barrier;
	struct trio *t;
	int which;
	int ret;
};

static void *submit_racer(void *arg)
{
	struct racer *r = arg;
	struct trio *t = r->t;

	pthread_barrier_wait(r->barrier);
	r->ret = SUBMIT(t->ep, SEG(A(t), 0, 12), SEG(B(t), 0, 9000),
			SEG(C(t), 0, 9));
	return NULL;
}

static void *detach_racer(void *arg)
{
	struct racer *r = arg;

	pthread_barrier_wait(r->barrier);
	r->ret = ffs_detach(r->t->ep, r->t->b[r->which].fd);
	return NULL;
}

TEST(detach_at_the_same_time, T_BOUND | T_SUBMIT)
{
	static void *(* const fn[])(void *) = {
		detach_racer, detach_racer, submit_racer,
	};
	pthread_barrier_t barrier;
	pthread_t th[3];
	struct racer r[3];
	struct trio t;
	int round, i, queued = 0;

	trio_set(&t, c, EP_IN);
	OK(pthread_barrier_init(&barrier, NULL, 3));
	for (round = 0; round < 100; round++) {
		for (i = 0; i < 3; i++) {
			r[i] = (struct racer){
				&barrier, &t, (round + i) % BUFS, 0,
			};
			OK(pthread_create(&th[i], NULL, fn[i], &r[i]));
		}
		for (i = 0; i < 3; i++)
			pthread_join(th[i], NULL);
		OK(r[0].ret);
		OK(r[1].ret);
		if (r[2].ret >= 0) {
			EQ(sync_wait(r[2].ret), -ECONNRESET);
			close(r[2].ret);
			queued++;
		} else if (r[2].ret != -EBUSY) {
			EQ(r[2].ret, -EPERM);
		}
		for (i = 0; i < BUFS; i++) {
			struct pollfd p = {
				.fd = t.b[i].fd, .events = POLLOUT,
			};

			EQ(poll(&p, 1, 10000), 1);
		}
		for (i = 0; i < 2; i++)
			OK(ffs_attach(t.ep, t.b[r[i].which].fd));
	}
	note("%d of %d were queued before", queued, round);
	still_works(&t);
	trio_detach(&t);
}

/*
 * Two threads submit two dmabufs in opposite order on two endpoints and may
 * sleep for the reservations.  Other threads transfer one of them, query the
 * fences, and detach.
 */
struct storm {
	struct gadget *g;
	struct dbuf b[3];
	atomic_int stop;
	atomic_int submitters;
	atomic_long submits, others, refused;
	atomic_int wrong;
};

struct storm_thread {
	struct storm *s;
	pthread_t thread;
	int ep_nr;
	int first;
	int rounds;
};

static void storm_ok(struct storm *s, const char *what, int ret)
{
	/* EPERM and EBUSY: another thread detached it, or a wait timed out. */
	if (ret == -EPERM || ret == -EBUSY || ret == -EINTR)
		atomic_fetch_add(&s->refused, 1);
	else if (ret < 0 && !atomic_exchange(&s->wrong, ret))
		note("%s: %s", what, value_name(ret));
}

static void *storm_submit(void *arg)
{
	struct storm_thread *me = arg;
	struct storm *s = me->s;
	struct dbuf *a = &s->b[me->first], *b = &s->b[!me->first];
	int ep = gadget_open_ep(s->g, me->ep_nr, 0), i, ret, last = -1;

	ffs_attach(ep, a->fd);
	ffs_attach(ep, b->fd);
	ffs_attach(ep, s->b[2].fd);
	for (i = 0; i < me->rounds && !atomic_load(&s->wrong); i++) {
		if (i % 3)
			ret = SUBMIT(ep, SEG(a, 0, 12), SEG(b, 0, 100));
		else
			ret = SUBMIT(ep, SEG(a, 0, 12), SEG(&s->b[2], 0, 1),
				     SEG(b, 0, 100), SEG(a, 3, 8));
		storm_ok(s, "submit", ret);
		if (ret < 0)
			continue;
		atomic_fetch_add(&s->submits, 1);
		/* Limit the number in flight. */
		if (i % 8 == 7 && sync_wait(ret) == -ETIMEDOUT)
			storm_ok(s, "fence", -ETIMEDOUT);
		if (last >= 0)
			close(last);
		last = ret;
	}
	if (last >= 0 && sync_wait(last) == -ETIMEDOUT)
		storm_ok(s, "last fence", -ETIMEDOUT);
	close(last);
	close(ep);
	if (atomic_fetch_sub(&s->submitters, 1) == 1)
		atomic_store(&s->stop, 1);
	return NULL;
}

static void *storm_transfer(void *arg)
{
	struct storm_thread *me = arg;
	struct storm *s = me->s;
	int ep = gadget_open_ep(s->g, me->ep_nr, 0), i, sync;

	ffs_attach(ep, s->b[0].fd);
	ffs_attach(ep, s->b[1].fd);
	for (i = 0; !atomic_load(&s->stop); i++) {
		storm_ok(s, "transfer",
			 ffs_transfer(ep, s->b[i % 2].fd, 100));
		sync = sync_export(s->b[i % 2].fd, SYNC_RW);
		storm_ok(s, "export", sync);
		if (sync >= 0 && i % 4 == 0)
			sync_wait(sync);
		if (sync >= 0)
			close(sync);
		atomic_fetch_add(&s->others, 1);
	}
	close(ep);
	return NULL;
}

static void *storm_export(void *arg)
{
	struct storm_thread *me = arg;
	struct storm *s = me->s;
	int i, sync;

	for (i = 0; !atomic_load(&s->stop); i++) {
		sync = sync_export(s->b[i % 3].fd, i % 2 ? SYNC_RW : SYNC_READ);
		storm_ok(s, "export", sync);
		if (sync >= 0) {
			storm_ok(s, "import",
				 sync_import(s->b[(i + 1) % 3].fd, SYNC_READ,
					     sync));
			close(sync);
		}
		polled(s->b[i % 3].fd, POLLIN | POLLOUT);
		atomic_fetch_add(&s->others, 1);
	}
	return NULL;
}

/* Uses its own file, because DETACH prefers attachments of its file. */
static void *storm_detach(void *arg)
{
	struct storm_thread *me = arg;
	struct storm *s = me->s;
	int ep = gadget_open_ep(s->g, me->ep_nr, 0), i, sync;
	struct dbuf *a, *b;

	for (i = 0; !atomic_load(&s->stop); i++) {
		a = &s->b[i % 3];
		b = &s->b[(i + 1) % 3];
		storm_ok(s, "attach", ffs_attach(ep, a->fd));
		storm_ok(s, "attach", ffs_attach(ep, b->fd));
		sync = SUBMIT(ep, SEG(b, 0, 100), SEG(a, 0, 12));
		storm_ok(s, "submit", sync);
		storm_ok(s, "detach", ffs_detach(ep, b->fd));
		storm_ok(s, "detach", ffs_detach(ep, a->fd));
		if (sync >= 0) {
			if (sync_wait(sync) == -ETIMEDOUT)
				storm_ok(s, "fence", -ETIMEDOUT);
			close(sync);
		}
		atomic_fetch_add(&s->others, 1);
	}
	close(ep);
	return NULL;
}

struct drain {
	struct storm *s;
	struct host *h;
	pthread_t thread;
	int ep_nr;
	atomic_int stop;
};

/* A host that reads everything. */
static void *drain_main(void *arg)
{
	struct drain *d = arg;
	char buf[1024];

	while (!atomic_load(&d->stop))
		host_xfer_timeout(d->h, d->ep_nr, buf, sizeof(buf), 20);
	return NULL;
}

static void storm(struct ctx *c, bool sides, int rounds)
{
	struct storm s = { .g = c->g };
	struct storm_thread t[6] = {
		{ &s, 0, EP_IN, 0, rounds },
		{ &s, 0, EP_IN2, 1, rounds },
		{ &s, 0, EP_IN, 0, 0 },
		{ &s, 0, EP_IN2, 0, 0 },
		{ &s, 0, EP_IN, 0, 0 },
		{ &s, 0, EP_IN2, 0, 0 },
	};
	static void *(* const fn[])(void *) = {
		storm_submit, storm_submit, storm_transfer, storm_transfer,
		storm_export, storm_detach,
	};
	struct drain d[2] = {
		{ &s, need_host(c), 0, EP_IN, 0 },
		{ &s, need_host(c), 0, EP_IN2, 0 },
	};
	int i, n = sides ? 6 : 2;
	struct trio trio;

	for (i = 0; i < 3; i++) {
		need_buf(&s.b[i], 4096);
		dbuf_fill(&s.b[i], 4096, i);
	}
	atomic_store(&s.submitters, 2);
	for (i = 0; i < 2; i++)
		OK(pthread_create(&d[i].thread, NULL, drain_main, &d[i]));
	for (i = 0; i < n; i++)
		OK(pthread_create(&t[i].thread, NULL, fn[i], &t[i]));
	for (i = 0; i < n; i++)
		pthread_join(t[i].thread, NULL);
	for (i = 0; i < 3; i++) {
		struct pollfd p = { .fd = s.b[i].fd, .events = POLLOUT };

		EQ(poll(&p, 1, 60000), 1);
	}
	for (i = 0; i < 2; i++) {
		atomic_store(&d[i].stop, 1);
		pthread_join(d[i].thread, NULL);
	}
	note("%ld submits, %ld others, %ld rejected", atomic_load(&s.submits),
	     atomic_load(&s.others), atomic_load(&s.refused));
	EQ(atomic_load(&s.wrong), 0);
	if (sides)
		CHECK(atomic_load(&s.submits) > 0);
	else
		EQ(atomic_load(&s.submits), 2 * rounds);
	trio_set(&trio, c, EP_IN);
	still_works(&trio);
}

TEST(either_order, T_BOUND | T_SUBMIT | T_LONG)
{
	storm(c, false, 2000);
}

TEST(either_order_and_others, T_BOUND | T_SUBMIT | T_LONG)
{
	storm(c, true, 1000);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
