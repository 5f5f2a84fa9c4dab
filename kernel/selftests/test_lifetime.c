// SPDX-License-Identifier: GPL-2.0-only
/* Files, processes, memory, host and controller disappear in any order. */
#define _GNU_SOURCE
#include <linux/videodev2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ffs_test.h"

/* After a cancel, the host may receive only this transfer. */
static void fresh_transfer(struct ctx *c, int ep_nr, unsigned int seed)
{
	int ep = FD(gadget_open_ep(c->g, ep_nr, O_NONBLOCK)), sync;
	struct dbuf b;

	need_buf(&b, 8192);
	dbuf_fill(&b, 8192, ep_is_in(ep_nr) ? seed : ~seed);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, 5000));
	sync = FD(sync_export(b.fd, SYNC_RW));
	if (ep_is_in(ep_nr))
		host_expect(c, ep_nr, 5000, seed);
	else
		host_send(c, ep_nr, 5000, seed);
	EQ(sync_wait(sync), 1);
	EQ(dbuf_check(&b, 0, 5000, seed), -1);
	close(sync);
	OK(ffs_detach(ep, b.fd));
	dbuf_free(&b);
	close(ep);
}

static void join_child(pid_t pid)
{
	int status;

	EQ(waitpid(pid, &status, 0), pid);
	if (status)
		FAIL("the other process failed (status %#x)", status);
}

#define IN_FLIGHT	6

static void close_in_flight(struct ctx *c, int ep_nr)
{
	int ep = need_ep(c, ep_nr), sync[IN_FLIGHT], i;
	struct dbuf b[IN_FLIGHT];

	for (i = 0; i < IN_FLIGHT; i++) {
		need_buf(&b[i], 65536);
		dbuf_fill(&b[i], 65536, 11);
		OK(ffs_attach(ep, b[i].fd));
		OK(ffs_transfer(ep, b[i].fd, 65536 - i));
		sync[i] = FD(sync_export(b[i].fd, SYNC_RW));
	}
	close(ep);
	for (i = 0; i < IN_FLIGHT; i++)
		EQ(sync_wait(sync[i]), -ECONNRESET);
	/* The controller must not write to the memory any more. */
	for (i = 0; i < IN_FLIGHT; i++)
		dbuf_fill(&b[i], 65536, 12);
	fresh_transfer(c, ep_nr, 13);
	for (i = 0; i < IN_FLIGHT; i++)
		EQ(dbuf_check(&b[i], 0, 65536, 12), -1);
}

TEST(close_in_flight_in, T_BOUND)
{
	close_in_flight(c, EP_IN);
}

TEST(close_in_flight_out, T_BOUND)
{
	close_in_flight(c, EP_OUT);
}

/* The kernel keeps the memory as long as it sends from it. */
TEST(free_in_flight, T_BOUND)
{
	int ep = need_ep(c, EP_IN), i;
	struct dbuf b;

	need_buf(&b, 100000);
	dbuf_fill(&b, 100000, 3);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, 100000));
	dbuf_free(&b);
	/* These allocations would get the pages if they had been freed. */
	for (i = 0; i < 8; i++) {
		need_buf(&b, 100000);
		dbuf_fill(&b, 100000, 4);
	}
	host_expect(c, EP_IN, 100000, 3);
}

TEST(exporter_closed, T_BOUND)
{
	int ep = need_ep(c, EP_IN), fd;
	pid_t pid;
	struct dbuf b;
	int pair[2];
	char byte = 0;
	struct iovec io = { &byte, 1 };
	union {
		struct cmsghdr head;
		char buf[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr m = {
		.msg_iov = &io, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *h;

	if (!mem_available(MEM_V4L2))
		SKIP("no v4l2 here");
	/* Another process owns the capture queue and exits. */
	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = fork();
	if (!pid) {
		OK(dbuf_new(&b, MEM_V4L2, 200000));
		dbuf_fill(&b, 200000, 9);
		h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(h), &b.fd, sizeof(int));
		_exit(sendmsg(pair[1], &m, 0) != 1);
	}
	EQ(recvmsg(pair[0], &m, MSG_CMSG_CLOEXEC), 1);
	h = CMSG_FIRSTHDR(&m);
	CHECK(h);
	memcpy(&fd, CMSG_DATA(h), sizeof(int));
	join_child(pid);
	OK(ffs_attach(ep, fd));
	OK(ffs_transfer(ep, fd, 200000));
	host_expect(c, EP_IN, 200000, 9);
	OK(ffs_detach(ep, fd));
}

/* A fork shares the open file: only the last close releases it. */
TEST(fork_shares, T_BOUND)
{
	int ep = need_ep(c, EP_IN), sync;
	struct dbuf a, b;
	pid_t pid;

	need_buf(&a, 4096);
	need_buf(&b, 4096);
	dbuf_fill(&a, 4096, 1);
	dbuf_fill(&b, 4096, 2);
	OK(ffs_attach(ep, a.fd));
	pid = fork();
	if (!pid) {
		OK(ffs_transfer(ep, a.fd, 1234));
		OK(ffs_attach(ep, b.fd));
		OK(ffs_transfer(ep, b.fd, 2345));
		_exit(0);
	}
	join_child(pid);
	sync = FD(sync_export(b.fd, SYNC_RW));
	OK(sync_status(sync));
	host_expect(c, EP_IN, 1234, 1);
	host_expect(c, EP_IN, 2345, 2);
	EQ(sync_wait(sync), 1);
	close(sync);
	OK(ffs_transfer(ep, b.fd, 99));
	host_expect(c, EP_IN, 99, 2);
	OK(ffs_detach(ep, a.fd));
	OK(ffs_detach(ep, b.fd));
}

TEST(fork_outlives_parent_close, T_BOUND)
{
	int ep = need_ep(c, EP_IN), go[2];
	struct dbuf a;
	char byte;
	pid_t pid;

	need_buf(&a, 4096);
	dbuf_fill(&a, 4096, 1);
	OK(ffs_attach(ep, a.fd));
	OK(pipe(go));
	pid = fork();
	if (!pid) {
		EQ(read(go[0], &byte, 1), 1);
		OK(ffs_transfer(ep, a.fd, 1000));
		host_expect(c, EP_IN, 1000, 1);
		OK(ffs_detach(ep, a.fd));
		_exit(0);
	}
	close(ep);
	EQ(write(go[1], "", 1), 1);
	join_child(pid);
}

static void send_fds(int sock, const int *fds, unsigned int n)
{
	char byte = 0, control[CMSG_SPACE(4 * sizeof(int))] = { 0 };
	struct iovec io = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)),
	};
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(h), fds, n * sizeof(int));
	EQ(sendmsg(sock, &m, 0), 1);
}

static void receive_fds(int sock, int *fds, unsigned int n)
{
	char byte, control[CMSG_SPACE(4 * sizeof(int))];
	struct iovec io = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *h;

	EQ(recvmsg(sock, &m, 0), 1);
	h = CMSG_FIRSTHDR(&m);
	CHECK(h && h->cmsg_len == CMSG_LEN(n * sizeof(int)));
	memcpy(fds, CMSG_DATA(h), n * sizeof(int));
}

/* Another process takes over endpoint and memory with a transfer in flight. */
TEST(passed_on, T_BOUND)
{
	int pair[2], fds[2], sync;
	struct dbuf b;
	pid_t pid;

	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = fork();
	if (!pid) {
		need_buf(&b, 30000);
		dbuf_fill(&b, 30000, 8);
		fds[0] = need_ep(c, EP_IN);
		fds[1] = b.fd;
		OK(ffs_attach(fds[0], b.fd));
		OK(ffs_transfer(fds[0], b.fd, 30000));
		send_fds(pair[1], fds, 2);
		_exit(0);
	}
	receive_fds(pair[0], fds, 2);
	join_child(pid);
	sync = FD(sync_export(fds[1], SYNC_RW));
	OK(sync_status(sync));
	host_expect(c, EP_IN, 30000, 8);
	EQ(sync_wait(sync), 1);
	OK(ffs_transfer(fds[0], fds[1], 20000));
	host_expect(c, EP_IN, 20000, 8);
	OK(ffs_detach(fds[0], fds[1]));
}

/* Only the socket's queue references the file. */
TEST(closed_in_socket, T_BOUND)
{
	int pair[2], sync, fds[1];
	struct dbuf b;

	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	need_buf(&b, 4096);
	fds[0] = need_ep(c, EP_IN);
	OK(ffs_attach(fds[0], b.fd));
	OK(ffs_transfer(fds[0], b.fd, 4096));
	sync = FD(sync_export(b.fd, SYNC_RW));
	send_fds(pair[1], fds, 1);
	close(fds[0]);
	OK(sync_status(sync));
	close(pair[0]);
	close(pair[1]);
	EQ(sync_wait(sync), -ECONNRESET);
	fresh_transfer(c, EP_IN, 1);
}

TEST(killed_in_flight, T_BOUND)
{
	int ready[2], sync, status;
	struct dbuf b;
	char byte;
	pid_t pid;

	need_buf(&b, 50000);
	OK(pipe(ready));
	pid = fork();
	if (!pid) {
		OK(ffs_attach(need_ep(c, EP_OUT), b.fd));
		OK(ffs_transfer(need_ep(c, EP_OUT), b.fd, 50000));
		EQ(write(ready[1], "", 1), 1);
		pause();
	}
	EQ(read(ready[0], &byte, 1), 1);
	sync = FD(sync_export(b.fd, SYNC_RW));
	OK(sync_status(sync));
	OK(kill(pid, SIGKILL));
	EQ(waitpid(pid, &status, 0), pid);
	EQ(sync_wait(sync), -ECONNRESET);
	fresh_transfer(c, EP_OUT, 5);
}

/* The process is killed in TRANSFER, waiting for a pending fence. */
TEST(killed_waiting, T_BOUND)
{
	struct foreign f;
	int ready[2], status;
	struct dbuf b;
	char byte;
	pid_t pid;

	need_buf(&b, 4096);
	OK(foreign_new(&f, c->g, need_host(c), false));
	OK(pipe(ready));
	pid = fork();
	if (!pid) {
		int ep = FD(gadget_open_ep(c->g, EP_OUT, 0));
		struct waiter w;

		OK(ffs_attach(ep, b.fd));
		OK(sync_import(b.fd, SYNC_READ, f.sync_fd));
		OK(waiter_start(&w, ep, b.fd, 4096));
		EQ(waiter_asleep(&w), 0);
		EQ(write(ready[1], "", 1), 1);
		pause();
	}
	EQ(read(ready[0], &byte, 1), 1);
	OK(kill(pid, SIGKILL));
	EQ(waitpid(pid, &status, 0), pid);
	OK(sync_status(f.sync_fd));
	OK(foreign_signal(&f));
	foreign_free(&f);
	fresh_transfer(c, EP_OUT, 5);
}

/* DETACH does not wait for a waiting TRANSFER, which must then fail. */
TEST(detach_while_waiting, T_BOUND)
{
	int ep = FD(gadget_open_ep(c->g, EP_IN, 0));
	struct foreign f;
	struct waiter w;
	struct dbuf b;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	OK(foreign_new(&f, c->g, need_host(c), false));
	OK(sync_import(b.fd, SYNC_WRITE, f.sync_fd));
	OK(waiter_start(&w, ep, b.fd, 4096));
	EQ(waiter_asleep(&w), 0);
	OK(ffs_detach(ep, b.fd));
	OK(sync_status(f.sync_fd));
	OK(foreign_signal(&f));
	EQ(waiter_join(&w), -EPERM);
	foreign_free(&f);
	fresh_transfer(c, EP_IN, 5);
}

TEST(unbind_while_waiting, T_BOUND)
{
	int ep = FD(gadget_open_ep(c->g, EP_IN, 0)), ret;
	struct foreign f;
	struct waiter w;
	struct dbuf b;

	need_buf(&b, 4096);
	OK(ffs_attach(ep, b.fd));
	OK(foreign_new(&f, c->g, need_host(c), false));
	OK(sync_import(b.fd, SYNC_WRITE, f.sync_fd));
	OK(waiter_start(&w, ep, b.fd, 4096));
	EQ(waiter_asleep(&w), 0);
	OK(gadget_unbind_wait(c->g));
	ret = waiter_join(&w);
	if (ret != -EPERM)
		EQ(ret, -ESHUTDOWN);
	foreign_free(&f);
	close(ep);
	OK(gadget_bind_wait(c->g));
	host_close(&c->host);
	fresh_transfer(c, EP_IN, 5);
}

/* Also when it waits for a host that never comes. */
TEST(unbind_while_disabled, T_BOUND)
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
	OK(waiter_start(&w, ep, b.fd, 4096));
	EQ(waiter_asleep(&w), 0);
	OK(gadget_unbind_wait(c->g));
	OK(host_switch(port, true));
	/* It still waits for a host and then finds the memory detached. */
	EQ(waiter_asleep(&w), 0);
	OK(gadget_bind_wait(c->g));
	EQ(waiter_join(&w), -EPERM);
	close(ep);
	fresh_transfer(c, EP_IN, 5);
}

/* An attachment belongs to a controller: it ends at unbind. */
TEST(attached_across_unbind, T_BOUND)
{
	struct dbuf b;
	int ep;

	need_buf(&b, 8192);
	for (ep = 0; ep < EP_COUNT; ep++)
		OK(ffs_attach(need_ep(c, ep), b.fd));
	OK(gadget_unbind_wait(c->g));
	for (ep = 0; ep < EP_COUNT; ep++) {
		EQ(ffs_attach(need_ep(c, ep), b.fd), -EPERM);
		EQ(ffs_transfer(need_ep(c, ep), b.fd, 1), -EPERM);
		EQ(ffs_detach(need_ep(c, ep), b.fd), -EPERM);
	}
	OK(gadget_bind_wait(c->g));
	for (ep = 0; ep < EP_COUNT; ep++) {
		EQ(ffs_transfer(need_ep(c, ep), b.fd, 1), -EPERM);
		OK(ffs_attach(need_ep(c, ep), b.fd));
	}
	dbuf_fill(&b, 8192, 6);
	OK(ffs_transfer(need_ep(c, EP_IN), b.fd, 8192));
	host_expect(c, EP_IN, 8192, 6);
	for (ep = 0; ep < EP_COUNT; ep++)
		OK(ffs_detach(need_ep(c, ep), b.fd));
}

TEST(unbind_in_flight, T_BOUND)
{
	struct dbuf b[IN_FLIGHT];
	int sync[IN_FLIGHT], i, round;

	for (i = 0; i < IN_FLIGHT; i++)
		need_buf(&b[i], 20000);
	for (round = 0; round < 4; round++) {
		for (i = 0; i < IN_FLIGHT; i++) {
			int ep = need_ep(c, i % EP_COUNT);

			OK(ffs_attach(ep, b[i].fd));
			OK(ffs_transfer(ep, b[i].fd, 20000));
			sync[i] = FD(sync_export(b[i].fd, SYNC_RW));
		}
		OK(gadget_unbind_wait(c->g));
		for (i = 0; i < IN_FLIGHT; i++) {
			EQ(sync_wait(sync[i]), -ESHUTDOWN);
			close(sync[i]);
		}
		OK(gadget_bind_wait(c->g));
	}
	fresh_transfer(c, EP_IN, round);
	fresh_transfer(c, EP_OUT, round);
}

/* Disconnect in the middle of a long transfer. */
TEST(unplug_half_way, T_BOUND)
{
	int ep = need_ep(c, EP_IN), sync, ret;
	char *buf = malloc(65536), port[128];
	struct dbuf b;

	CHECK(buf);
	need_host(c);
	need_buf(&b, 1 << 20);
	dbuf_fill(&b, 1 << 20, 2);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, 1 << 20));
	sync = FD(sync_export(b.fd, SYNC_RW));
	EQ(host_xfer(&c->host, EP_IN, buf, 65536), 65536);
	EQ(pattern_check(buf, 0, 65536, 2), -1);
	OK(sync_status(sync));
	ret = host_unplug(c->g, port, sizeof(port));
	if (ret == -ENOTSUP)
		SKIP("the port cannot be switched off");
	OK(ret);
	EQ(sync_wait(sync), -ESHUTDOWN);
	OK(host_replug(c->g, port));
	host_close(&c->host);
	/* The next transfer starts at its first byte. */
	OK(ffs_transfer(ep, b.fd, 100000));
	host_expect(c, EP_IN, 100000, 2);
	OK(ffs_detach(ep, b.fd));
	fresh_transfer(c, EP_IN, 3);
}

TEST(detach_half_way, T_BOUND)
{
	int ep = need_ep(c, EP_IN), sync;
	char *buf = malloc(65536);
	struct dbuf b;

	CHECK(buf);
	need_host(c);
	need_buf(&b, 1 << 20);
	dbuf_fill(&b, 1 << 20, 2);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, 1 << 20));
	sync = FD(sync_export(b.fd, SYNC_RW));
	EQ(host_xfer(&c->host, EP_IN, buf, 65536), 65536);
	OK(ffs_detach(ep, b.fd));
	EQ(sync_wait(sync), -ECONNRESET);
	fresh_transfer(c, EP_IN, 3);
}

/*
 * The function lives until its last file is closed.  Here that is the file of
 * the endpoint, so one call cancels, detaches and unbinds.
 */
TEST(ep0_closed_in_flight, T_PRIVATE)
{
	struct gadget g;
	struct dbuf b;
	int ep, sync;

	OK(gadget_create(&g, "b", DESCS_ALL));
	OK(gadget_start_ep0(&g));
	OK(gadget_bind_wait(&g));
	if (gadget_ability(&g) != ABILITY_FULL)
		SKIP("%s has no scatter-gather", g.udc);
	c->g = &g;
	need_buf(&b, 4096);
	dbuf_fill(&b, 4096, 8);
	ep = FD(gadget_open_ep(&g, EP_IN, O_NONBLOCK));
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, 4096));
	gadget_stop_ep0(&g);
	close(g.ep0);
	g.ep0 = -1;
	host_expect(c, EP_IN, 4096, 8);
	OK(ffs_transfer(ep, b.fd, 4096));
	sync = FD(sync_export(b.fd, SYNC_RW));
	OK(sync_status(sync));
	close(ep);
	EQ(sync_wait(sync), -ECONNRESET);
	gadget_destroy(&g);
}

/* Mount and gadget are removed while a file of the endpoint is open. */
TEST(endpoint_outlives_mount, T_PRIVATE)
{
	struct gadget g;
	struct dbuf b;
	int ep, sync;

	OK(gadget_create(&g, "b", DESCS_ALL));
	OK(gadget_start_ep0(&g));
	OK(gadget_bind_wait(&g));
	if (gadget_ability(&g) != ABILITY_FULL)
		SKIP("%s has no scatter-gather", g.udc);
	need_buf(&b, 4096);
	ep = FD(gadget_open_ep(&g, EP_IN, O_NONBLOCK));
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, 4096));
	sync = FD(sync_export(b.fd, SYNC_RW));
	gadget_destroy(&g);
	EQ(sync_wait(sync), -ESHUTDOWN);
	CHECK(ffs_transfer(ep, b.fd, 4096) < 0);
	CHECK(ffs_detach(ep, b.fd) < 0);
	CHECK(ffs_attach(ep, b.fd) < 0);
	close(ep);
}

/* Each attachment is released once, whichever thread is first. */
struct racer {
	pthread_barrier_t *barrier;
	int ep;
	int fd;
	int ret;
};

static void *detach_racer(void *arg)
{
	struct racer *r = arg;

	pthread_barrier_wait(r->barrier);
	r->ret = ffs_detach(r->ep, r->fd);
	return NULL;
}

TEST(detach_at_the_same_time, T_BOUND)
{
	enum { THREADS = 4, ROUNDS = 60 };
	int ep = need_ep(c, EP_IN), round, i, won;
	struct racer r[THREADS];
	pthread_barrier_t barrier;
	pthread_t t[THREADS];
	struct dbuf b;

	need_buf(&b, 4096);
	OK(pthread_barrier_init(&barrier, NULL, THREADS));
	for (round = 0; round < ROUNDS; round++) {
		OK(ffs_attach(ep, b.fd));
		OK(ffs_transfer(ep, b.fd, 4096));
		for (i = 0; i < THREADS; i++) {
			r[i] = (struct racer){ &barrier, ep, b.fd, 1 };
			OK(pthread_create(&t[i], NULL, detach_racer, &r[i]));
		}
		for (won = 0, i = 0; i < THREADS; i++) {
			pthread_join(t[i], NULL);
			if (r[i].ret == 0)
				won++;
			else
				EQ(r[i].ret, -EPERM);
		}
		EQ(won, 1);
	}
	fresh_transfer(c, EP_IN, 4);
}

/* One thread closes a file while another one is in an ioctl on it. */
static void *close_racer(void *arg)
{
	struct racer *r = arg;

	pthread_barrier_wait(r->barrier);
	r->ret = close(r->ep);
	return NULL;
}

static void *transfer_racer(void *arg)
{
	struct racer *r = arg;

	pthread_barrier_wait(r->barrier);
	r->ret = ffs_transfer(r->ep, r->fd, 4096);
	return NULL;
}

TEST(close_at_the_same_time, T_BOUND)
{
	static void *(* const fn[])(void *) = {
		transfer_racer, close_racer, detach_racer,
	};
	struct racer r[ARRAY_SIZE(fn)];
	pthread_t t[ARRAY_SIZE(fn)];
	pthread_barrier_t barrier;
	unsigned int i, round;
	struct dbuf b;
	int ep, sync;

	need_buf(&b, 4096);
	OK(pthread_barrier_init(&barrier, NULL, ARRAY_SIZE(fn)));
	for (round = 0; round < 60; round++) {
		ep = FD(gadget_open_ep(c->g, EP_IN, O_NONBLOCK));
		OK(ffs_attach(ep, b.fd));
		for (i = 0; i < ARRAY_SIZE(fn); i++) {
			r[i] = (struct racer){ &barrier, ep, b.fd, 1 };
			OK(pthread_create(&t[i], NULL, fn[i], &r[i]));
		}
		for (i = 0; i < ARRAY_SIZE(fn); i++)
			pthread_join(t[i], NULL);
		OK(r[1].ret);
		if (r[0].ret && r[0].ret != -EBADF && r[0].ret != -EBUSY)
			EQ(r[0].ret, -EPERM);
		if (r[2].ret && r[2].ret != -EBADF)
			EQ(r[2].ret, -EPERM);
		sync = FD(sync_export(b.fd, SYNC_RW));
		CHECK(sync_wait(sync) != -ETIMEDOUT);
		close(sync);
	}
	fresh_transfer(c, EP_IN, 4);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
