// SPDX-License-Identifier: GPL-2.0-only
/* The status of a transfer's fence, its time, and its lifetime. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ffs_test.h"

/* The controller reads the memory: other readers do not wait, writers do. */
TEST(in_reads, T_BOUND)
{
	int ep = need_ep(c, EP_IN), sync;
	struct dbuf b;

	need_buf(&b, 4096);
	dbuf_fill(&b, 64, 1);
	OK(ffs_attach(ep, b.fd));
	EQ(export_status(b.fd, SYNC_RW), 1);
	EQ(polled(b.fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	OK(ffs_transfer(ep, b.fd, 64));
	EQ(export_status(b.fd, SYNC_READ), 1);
	EQ(export_status(b.fd, SYNC_WRITE), 0);
	EQ(export_status(b.fd, SYNC_RW), 0);
	EQ(polled(b.fd, POLLIN), POLLIN);
	EQ(polled(b.fd, POLLOUT), 0);
	sync = FD(sync_export(b.fd, SYNC_RW));
	host_expect(c, EP_IN, 64, 1);
	/* The host may have the data before the controller's interrupt. */
	EQ(sync_wait(sync), 1);
	close(sync);
	EQ(export_status(b.fd, SYNC_RW), 1);
	EQ(polled(b.fd, POLLOUT), POLLOUT);
	OK(ffs_detach(ep, b.fd));
}

/* The controller writes: all other users wait. */
TEST(out_writes, T_BOUND)
{
	int ep = need_ep(c, EP_OUT), sync;
	struct dbuf b;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, 64));
	EQ(export_status(b.fd, SYNC_READ), 0);
	EQ(export_status(b.fd, SYNC_WRITE), 0);
	EQ(export_status(b.fd, SYNC_RW), 0);
	EQ(polled(b.fd, POLLIN), 0);
	EQ(polled(b.fd, POLLOUT), 0);
	sync = FD(sync_export(b.fd, SYNC_RW));
	host_send(c, EP_OUT, 64, 1);
	EQ(sync_wait(sync), 1);
	close(sync);
	EQ(export_status(b.fd, SYNC_READ), 1);
	EQ(export_status(b.fd, SYNC_RW), 1);
	EQ(polled(b.fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	OK(ffs_detach(ep, b.fd));
}

/* The fence wakes a waiter. */
TEST(poll_wakes, T_BOUND)
{
	int ep = need_ep(c, EP_IN), sync, status, i;
	struct pollfd p[2];
	struct dbuf b;

	need_buf(&b, 4096);
	dbuf_fill(&b, 4096, 1);
	OK(ffs_attach(ep, b.fd));
	need_host(c);
	for (i = 0; i < 5; i++) {
		OK(ffs_transfer(ep, b.fd, 4096));
		sync = FD(sync_export(b.fd, SYNC_RW));
		if (!fork()) {
			host_expect(c, EP_IN, 4096, 1);
			_exit(0);
		}
		p[0] = (struct pollfd){ .fd = sync, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = b.fd, .events = POLLOUT };
		EQ(poll(&p[0], 1, -1), 1);
		EQ(poll(&p[1], 1, -1), 1);
		EQ(sync_status(sync), 1);
		close(sync);
		/* It shares the host's file, which the next test opens anew. */
		EQ(wait(&status) > 0 && !status, 1);
	}
	OK(ffs_detach(ep, b.fd));
}

static void order(struct ctx *c, int ep_nr)
{
	enum { N = 6 };
	int ep = need_ep(c, ep_nr), sync[N], i, j;
	struct dbuf b[N];

	for (i = 0; i < N; i++) {
		need_buf(&b[i], 4096);
		dbuf_fill(&b[i], 4096, i);
		OK(ffs_attach(ep, b[i].fd));
		OK(ffs_transfer(ep, b[i].fd, 4096 - i));
		sync[i] = FD(sync_export(b[i].fd, SYNC_RW));
	}
	for (i = 0; i < N; i++) {
		for (j = i; j < N; j++)
			OK(sync_status(sync[j]));
		if (ep_is_in(ep_nr))
			host_expect(c, ep_nr, 4096 - i, i);
		else
			host_send(c, ep_nr, 4096 - i, i);
		EQ(sync_wait(sync[i]), 1);
	}
	for (i = 0; i < N; i++) {
		close(sync[i]);
		OK(ffs_detach(ep, b[i].fd));
	}
}

TEST(order_in, T_BOUND)
{
	order(c, EP_IN);
}

TEST(order_out, T_BOUND)
{
	order(c, EP_OUT);
}

/*
 * Of two merged fences of one context the later one stands for both. So each
 * fence needs its own context, or sequence numbers must increase.
 */
TEST(merge_same_buffer, T_BOUND)
{
	int ep = need_ep(c, EP_IN), s[3], m, i;
	struct dbuf b;

	need_buf(&b, 4096);
	dbuf_fill(&b, 100, 1);
	OK(ffs_attach(ep, b.fd));
	for (i = 0; i < 3; i++) {
		OK(ffs_transfer(ep, b.fd, 100));
		s[i] = FD(sync_export(b.fd, SYNC_RW));
	}
	/* In either order of the arguments. */
	m = FD(sync_merge(s[0], s[2]));
	close(s[1]);
	s[1] = FD(sync_merge(s[2], s[0]));
	for (i = 0; i < 3; i++) {
		OK(sync_status(m));
		OK(sync_status(s[1]));
		host_expect(c, EP_IN, 100, 1);
	}
	EQ(sync_wait(m), 1);
	EQ(sync_wait(s[1]), 1);
	for (i = 0; i < 3; i++)
		close(s[i]);
	close(m);
	OK(ffs_detach(ep, b.fd));
}

TEST(merge_two_buffers, T_BOUND)
{
	int ep = need_ep(c, EP_IN), s[2], m[2], i;
	struct dbuf b[2];

	for (i = 0; i < 2; i++) {
		need_buf(&b[i], 4096);
		dbuf_fill(&b[i], 100, i);
		OK(ffs_attach(ep, b[i].fd));
		OK(ffs_transfer(ep, b[i].fd, 100));
		s[i] = FD(sync_export(b[i].fd, SYNC_RW));
	}
	m[0] = FD(sync_merge(s[0], s[1]));
	m[1] = FD(sync_merge(s[1], s[0]));
	host_expect(c, EP_IN, 100, 0);
	EQ(sync_wait(s[0]), 1);
	OK(sync_status(m[0]));
	OK(sync_status(m[1]));
	host_expect(c, EP_IN, 100, 1);
	EQ(sync_wait(m[0]), 1);
	EQ(sync_wait(m[1]), 1);
	for (i = 0; i < 2; i++) {
		close(s[i]);
		close(m[i]);
		OK(ffs_detach(ep, b[i].fd));
	}
}

/* A fence on IN and one on OUT, for each way to end early. */
struct pair {
	struct dbuf b[2];
	int sync[2];
};

static void pair_start(struct ctx *c, struct pair *p)
{
	int i;

	for (i = 0; i < 2; i++) {
		need_buf(&p->b[i], 20000);
		OK(ffs_attach(need_ep(c, i), p->b[i].fd));
		OK(ffs_transfer(need_ep(c, i), p->b[i].fd, 20000));
		p->sync[i] = FD(sync_export(p->b[i].fd, SYNC_RW));
		OK(sync_status(p->sync[i]));
	}
}

static void pair_ended(struct pair *p, int status)
{
	int i;

	for (i = 0; i < 2; i++) {
		EQ(sync_wait(p->sync[i]), status);
		/* The memory is free again: no fence is pending. */
		EQ(export_status(p->b[i].fd, SYNC_RW) != 0, 1);
		EQ(polled(p->b[i].fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	}
}

TEST(detach_status, T_BOUND)
{
	struct pair p;
	int i;

	pair_start(c, &p);
	for (i = 0; i < 2; i++)
		OK(ffs_detach(need_ep(c, i), p.b[i].fd));
	pair_ended(&p, -ECONNRESET);
}

TEST(close_status, T_BOUND)
{
	struct pair p;
	int i;

	pair_start(c, &p);
	for (i = 0; i < 2; i++)
		close(need_ep(c, i));
	pair_ended(&p, -ECONNRESET);
}

TEST(unbind_status, T_BOUND)
{
	struct pair p;

	pair_start(c, &p);
	OK(gadget_unbind_wait(c->g));
	pair_ended(&p, -ESHUTDOWN);
}

TEST(unplug_status, T_BOUND)
{
	char port[128];
	struct pair p;
	int ret;

	pair_start(c, &p);
	ret = host_unplug(c->g, port, sizeof(port));
	if (ret == -ENOTSUP)
		SKIP("the port cannot be switched off");
	OK(ret);
	pair_ended(&p, -ESHUTDOWN);
	OK(host_replug(c->g, port));
}

TEST(reset_status, T_BOUND)
{
	struct pair p;

	need_host(c);
	pair_start(c, &p);
	OK(host_reset(&c->host));
	pair_ended(&p, -ESHUTDOWN);
}

/* Attachments belong to the controller, not to the connection. */
TEST(attached_across_unplug, T_BOUND)
{
	char port[128];
	struct pair p;
	int ret;

	pair_start(c, &p);
	ret = host_unplug(c->g, port, sizeof(port));
	if (ret == -ENOTSUP)
		SKIP("the port cannot be switched off");
	OK(ret);
	pair_ended(&p, -ESHUTDOWN);
	OK(host_replug(c->g, port));
	dbuf_fill(&p.b[0], 3333, 7);
	OK(ffs_transfer(need_ep(c, EP_IN), p.b[0].fd, 3333));
	host_expect(c, EP_IN, 3333, 7);
	OK(ffs_transfer(need_ep(c, EP_OUT), p.b[1].fd, 3333));
	host_send(c, EP_OUT, 3333, 8);
	EQ(export_status(p.b[1].fd, SYNC_RW), 1);
	EQ(dbuf_check(&p.b[1], 0, 3333, 8), -1);
	OK(ffs_detach(need_ep(c, EP_IN), p.b[0].fd));
	OK(ffs_detach(need_ep(c, EP_OUT), p.b[1].fd));
}

/* A stall does not end the transfer: it waits until the host clears it. */
TEST(halt_keeps, T_BOUND)
{
	int ep = need_ep(c, EP_IN), sync;
	struct dbuf b;
	char byte;

	need_host(c);
	need_buf(&b, 4096);
	dbuf_fill(&b, 1000, 5);
	OK(ffs_attach(ep, b.fd));
	OK(host_set_halt(&c->host, EP_IN));
	OK(ffs_transfer(ep, b.fd, 1000));
	sync = FD(sync_export(b.fd, SYNC_RW));
	EQ(host_xfer(&c->host, EP_IN, &byte, 1), -EPIPE);
	OK(sync_status(sync));
	OK(host_clear_halt(&c->host, EP_IN));
	host_expect(c, EP_IN, 1000, 5);
	EQ(sync_wait(sync), 1);
	close(sync);
	OK(ffs_detach(ep, b.fd));
}

static void ask_all(int sync)
{
	char driver[40], timeline[40];
	int i;

	for (i = 0; i < 3; i++) {
		CHECK(sync_status(sync) != 0);
		EQ(sync_names(sync, driver, sizeof(driver), timeline,
			      sizeof(timeline)), 1);
		EQ(polled(sync, POLLIN), POLLIN);
	}
}

/* The fence outlives the transfer, and its status is available at any time. */
TEST(outlives_detach, T_BOUND)
{
	int ep = need_ep(c, EP_IN), sync[2], i;
	struct dbuf b;

	need_buf(&b, 4096);
	dbuf_fill(&b, 10, 1);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, 10));
	sync[0] = FD(sync_export(b.fd, SYNC_RW));
	host_expect(c, EP_IN, 10, 1);
	EQ(sync_wait(sync[0]), 1);
	OK(ffs_transfer(ep, b.fd, 10));
	sync[1] = FD(sync_export(b.fd, SYNC_RW));
	OK(ffs_detach(ep, b.fd));
	dbuf_free(&b);
	/* A controller may end its transfers after DETACH has returned. */
	EQ(sync_wait(sync[1]), -ECONNRESET);
	for (i = 0; i < 2; i++)
		ask_all(sync[i]);
	EQ(sync_status(sync[0]), 1);
	EQ(sync_status(sync[1]), -ECONNRESET);
}

TEST(outlives_endpoint, T_BOUND)
{
	struct pair p;
	int i;

	pair_start(c, &p);
	for (i = 0; i < 2; i++) {
		close(need_ep(c, i));
		dbuf_free(&p.b[i]);
	}
	for (i = 0; i < 2; i++) {
		EQ(sync_wait(p.sync[i]), -ECONNRESET);
		ask_all(p.sync[i]);
	}
}

TEST(outlives_function, T_PRIVATE)
{
	struct gadget g;
	struct pair p;

	OK(gadget_create(&g, "b", DESCS_ALL));
	OK(gadget_start_ep0(&g));
	OK(gadget_bind_wait(&g));
	if (gadget_ability(&g) != ABILITY_FULL)
		SKIP("%s has no scatter-gather", g.udc);
	c->g = &g;
	pair_start(c, &p);
	OK(gadget_unbind_wait(&g));
	close(c->ep[EP_IN]);
	close(c->ep[EP_OUT]);
	gadget_destroy(&g);
	EQ(sync_wait(p.sync[0]), -ESHUTDOWN);
	EQ(sync_wait(p.sync[1]), -ESHUTDOWN);
	ask_all(p.sync[0]);
	ask_all(p.sync[1]);
}

/* Status and info queries from many threads during transfers. */
static atomic_int stop_asking;
static atomic_int asked_fd;

static void *asker(void *arg)
{
	long *n = arg;

	while (!atomic_load(&stop_asking)) {
		sync_status(atomic_load(&asked_fd));
		(*n)++;
	}
	return NULL;
}

TEST(asked_while_ending, T_BOUND)
{
	int ep = need_ep(c, EP_IN), i, sync, status, old = -1;
	pthread_t t[2];
	long n[2] = { 0 };
	struct dbuf b;

	need_buf(&b, 4096);
	dbuf_fill(&b, 10, 1);
	atomic_store(&asked_fd, -1);
	for (i = 0; i < 2; i++)
		OK(pthread_create(&t[i], NULL, asker, &n[i]));
	for (i = 0; i < 60; i++) {
		OK(ffs_attach(ep, b.fd));
		OK(ffs_transfer(ep, b.fd, 10));
		sync = FD(sync_export(b.fd, SYNC_RW));
		atomic_store(&asked_fd, sync);
		if (i % 2)
			host_expect(c, EP_IN, 10, 1);
		OK(ffs_detach(ep, b.fd));
		/*
		 * If a thread handles the controller's interrupt, DETACH can
		 * come between the host's last byte and the interrupt.
		 */
		status = sync_wait(sync);
		if (i % 2 && gadget_cancels(c->g) == CANCELS_STARTED)
			CHECK(status == 1 || status == -ECONNRESET);
		else
			EQ(status, i % 2 ? 1 : -ECONNRESET);
		if (old >= 0)
			close(old);
		old = sync;
	}
	atomic_store(&stop_asking, 1);
	for (i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	CHECK(n[0] > 0 && n[1] > 0);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
