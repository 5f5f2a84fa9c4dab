// SPDX-License-Identifier: GPL-2.0-only
/*
 * hammer [SECONDS]: all operations at once, from many threads, for a while.
 *
 * Threads attach, detach, transfer, query fences, open and close; processes are
 * killed meanwhile; another thread binds, unbinds and disconnects the
 * controller; the host reads, writes, stalls and resets.  The test checks that
 * every result is a documented one, the host never receives foreign memory,
 * every fence signals in the end, and transfers work afterwards.  The checkers
 * of the kernel detect the rest.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ffs_test.h"

#define BUFS		8	/* the first half is used for IN only */
#define WORKERS		5
#define SLEEPERS	2
#define VICTIMS		1
#define RING		64

/* Valid bytes for the host: never 0x6b, 0x5a or another poison value. */
#define SENT(i)		(0xa0 + (i))
#define RECEIVED	0x55

enum op {
	ATTACH, DETACH, TRANSFER, SUBMITS, REPORTS, REAP, KICK, EXPORT, ASK,
	MERGE, POLL, OPEN, CLOSE, KILL,
	BIND, UNBIND, UNPLUG, HOST_OPEN, HOST_READ, HOST_WRITE, HOST_HALT,
	HOST_RESET, OPS,
};

static const char * const op_name[OPS] = {
	"attach", "detach", "transfer", "submit", "report", "reap", "kick",
	"export", "ask", "merge", "poll", "open", "close", "kill", "bind",
	"unbind", "unplug", "host-open", "host-read", "host-write", "host-halt",
	"host-reset",
};

static atomic_long done[OPS], refused[OPS], bytes_in, bytes_out;
static atomic_long ended_well, ended_reset, ended_shutdown, ended_overflow;
static atomic_int ended_else;
static atomic_int stop, wrong;
static atomic_int ring[RING];
static struct dbuf buf[BUFS];
static struct gadget g;
static bool have_submit, have_reap;
static atomic_long segments;

static long allowed(enum op op, int ret)
{
	switch (op) {
	case ATTACH:
		/* EBUSY on stock kernels: another task holds the
		 * reservation. */
		return ret == -EPERM || ret == -EBUSY || ret == -EINTR ||
		       ret == -ESHUTDOWN;
	case DETACH:
		return ret == -EPERM;
	case SUBMITS:
	case REPORTS:
		/* Too many entries in a packet, for some controllers. */
		if (ret == -EOPNOTSUPP)
			return gadget_per_packet(&g);
		__attribute__((fallthrough));
	case TRANSFER:
		return ret == -EPERM || ret == -EAGAIN || ret == -EBUSY ||
		       ret == -ESHUTDOWN || ret == -EINTR;
	case REAP:
	case KICK:
		return 0;
	default:
		return 1;
	}
}

static int count(enum op op, int ret)
{
	if (ret >= 0) {
		atomic_fetch_add(&done[op], 1);
	} else {
		atomic_fetch_add(&refused[op], 1);
		if (!allowed(op, ret)) {
			note("%s: unexpected %s", op_name[op], value_name(ret));
			atomic_store(&wrong, 1);
		}
	}
	return ret;
}

static void pause_ms(unsigned int *seed, int max)
{
	poll(NULL, 0, rand_r(seed) % max);
}

static void note_status(int status)
{
	if (status == 1)
		atomic_fetch_add(&ended_well, 1);
	else if (status == -ECONNRESET)
		atomic_fetch_add(&ended_reset, 1);
	else if (status == -ESHUTDOWN)
		atomic_fetch_add(&ended_shutdown, 1);
	else if (status == -EOVERFLOW)
		/* The host sent more than the size of the transfer. */
		atomic_fetch_add(&ended_overflow, 1);
	else
		atomic_store(&ended_else, status);
}

static void ring_put(unsigned int *seed, int fd)
{
	int old = atomic_exchange(&ring[rand_r(seed) % RING], fd);
	int status;

	if (old < 0)
		return;
	status = sync_status(old);
	if (status)
		note_status(status);
	close(old);
}

static void ask(unsigned int *seed, bool merge)
{
	struct sync_merge_data m = { .name = "hammer" };
	unsigned int i = rand_r(seed) % RING, j = rand_r(seed) % RING;
	int a = atomic_exchange(&ring[i], -1), b = -1, old;
	char driver[40], timeline[40];

	if (a < 0)
		return;
	if (merge)
		b = atomic_exchange(&ring[j], -1);
	if (b >= 0) {
		m.fd2 = b;
		if (count(MERGE, ioctl(a, SYNC_IOC_MERGE, &m)) >= 0)
			ring_put(seed, m.fence);
	} else {
		count(ASK, sync_names(a, driver, sizeof(driver), timeline,
				      sizeof(timeline)));
		if (rand_r(seed) % 4 == 0) {
			struct pollfd p = { .fd = a, .events = POLLIN };

			poll(&p, 1, rand_r(seed) % 20);
		}
	}
	old = atomic_exchange(&ring[i], a);
	if (old >= 0)
		close(old);
	if (b >= 0) {
		old = atomic_exchange(&ring[j], b);
		if (old >= 0)
			close(old);
	}
}

/* A buffer for IN only never goes to an OUT endpoint. */
static int pick_ep(unsigned int *seed, unsigned int b)
{
	if (b < BUFS / 2)
		return rand_r(seed) % 2 ? EP_IN : EP_IN2;
	return rand_r(seed) % EP_COUNT;
}

static size_t pick_len(unsigned int *seed, unsigned int b)
{
	switch (rand_r(seed) % 4) {
	case 0:
		return 1 + rand_r(seed) % 64;
	case 1:
		return buf[b].size;
	default:
		return 1 + rand_r(seed) % buf[b].size;
	}
}

/*
 * Submits segments of several dmabufs that this file has attached.  Now and
 * then one is not attached: then the others must not change.
 */
static int submit(unsigned int *seed, int fd, int ep, const int *live)
{
	struct usb_ffs_dmabuf_segment seg[8];
	unsigned int n = 1 + rand_r(seed) % ARRAY_SIZE(seg), i, tries, pick;
	unsigned int b = BUFS - 1;
	int ret;

	for (i = 0; i < n; i++) {
		for (tries = 0; tries < 16; tries++) {
			pick = rand_r(seed) % BUFS;
			/* Buffers for IN only are not used for OUT. */
			if (!ep_is_in(ep) && pick < BUFS / 2)
				continue;
			if (live[pick] || rand_r(seed) % 256 == 0) {
				b = pick;
				break;
			}
		}
		seg[i] = SEG(&buf[b], rand_r(seed) % buf[b].size, 0);
		if (rand_r(seed) % 2)
			seg[i].offset &= 63;
		seg[i].length = 1 + rand_r(seed) %
				(buf[b].size - seg[i].offset);
		if (rand_r(seed) % 2)
			seg[i].length = 1 + seg[i].length % 12;
		if (seg[i].offset + seg[i].length > buf[b].size)
			seg[i].length = 1;
	}
	ret = ffs_submit_flags(fd, seg, n,
			       ep_is_in(ep) && rand_r(seed) % 4 == 0 ?
			       USB_FFS_DMABUF_SUBMIT_ZLP : 0);
	if (ret >= 0)
		atomic_fetch_add(&segments, n);
	return ret;
}

static void open_ep(unsigned int *seed, int *fd, int ep, bool block)
{
	(void)seed;
	*fd = gadget_open_ep(&g, ep, block ? 0 : O_NONBLOCK);
	count(OPEN, *fd);
}

/*
 * CONFIG_DMA_API_DEBUG warns about more than seven mappings of a page.  This
 * counts the attachments of open files, detached or not; those of the victims
 * come in addition.
 */
#define ATTACHED	4
static atomic_int attached[BUFS];

static bool may_attach(unsigned int b)
{
	if (atomic_fetch_add(&attached[b], 1) < ATTACHED)
		return true;
	atomic_fetch_sub(&attached[b], 1);
	return false;
}

static void *worker(void *arg)
{
	unsigned int seed = (uintptr_t)arg, b, i;
	int mine[EP_COUNT][BUFS] = { };
	int live[EP_COUNT][BUFS] = { };	/* as far as known here */
	int fd[EP_COUNT] = { -1, -1, -1, -1 }, ep, sync;
	struct pollfd p;

	while (!atomic_load(&stop)) {
		b = rand_r(&seed) % BUFS;
		ep = pick_ep(&seed, b);
		if (fd[ep] < 0)
			open_ep(&seed, &fd[ep], ep, false);
		if (fd[ep] < 0)
			continue;
		switch (rand_r(&seed) % 32) {
		case 0 ... 6:
			if (may_attach(b)) {
				mine[ep][b]++;
				if (!count(ATTACH,
					   ffs_attach(fd[ep], buf[b].fd)))
					live[ep][b] = 1;
				break;
			}
			__attribute__((fallthrough));
		case 7 ... 10:
			count(DETACH, ffs_detach(fd[ep], buf[b].fd));
			live[ep][b] = 0;
			break;
		case 11 ... 16:
			if (!have_submit)
				break;
			sync = count(SUBMITS,
				     submit(&seed, fd[ep], ep, live[ep]));
			if (sync >= 0)
				ring_put(&seed, sync);
			/* Another thread has detached or unbound it. */
			else if (sync == -EPERM)
				memset(live[ep], 0, sizeof(live[ep]));
			break;
		case 17 ... 22:
			if (count(TRANSFER,
				  ffs_transfer(fd[ep], buf[b].fd,
					       pick_len(&seed, b))))
				break;
			sync = sync_export(buf[b].fd, SYNC_RW);
			if (count(EXPORT, sync) >= 0)
				ring_put(&seed, sync);
			break;
		case 23 ... 26:
			ask(&seed, false);
			break;
		case 27:
			ask(&seed, true);
			break;
		case 28 ... 29:
			p = (struct pollfd){
				.fd = buf[b].fd, .events = POLLIN | POLLOUT,
			};
			count(POLL, poll(&p, 1, rand_r(&seed) % 5));
			break;
		case 30:
			count(CLOSE, close(fd[ep]));
			fd[ep] = -1;
			for (i = 0; i < BUFS; i++)
				atomic_fetch_sub(&attached[i], mine[ep][i]);
			memset(mine[ep], 0, sizeof(mine[ep]));
			memset(live[ep], 0, sizeof(live[ep]));
			break;
		default:
			pause_ms(&seed, 10);
			break;
		}
	}
	for (ep = 0; ep < EP_COUNT; ep++) {
		if (fd[ep] >= 0)
			close(fd[ep]);
	}
	return NULL;
}

/* Blocking TRANSFERs that main() interrupts by signals. */
static void *sleeper(void *arg)
{
	unsigned int seed = (uintptr_t)arg, b, other;
	int mine[BUFS], fd, ep, sync;

	while (!atomic_load(&stop)) {
		b = rand_r(&seed) % BUFS;
		ep = pick_ep(&seed, b);
		open_ep(&seed, &fd, ep, true);
		if (fd < 0)
			continue;
		if (!may_attach(b)) {
			count(CLOSE, close(fd));
			continue;
		}
		count(ATTACH, ffs_attach(fd, buf[b].fd));
		count(TRANSFER, ffs_transfer(fd, buf[b].fd, 100));
		count(TRANSFER, ffs_transfer(fd, buf[b].fd,
					     pick_len(&seed, b)));
		/* Waits for the locks of several reservations. */
		other = rand_r(&seed) % (BUFS / 2) + (ep_is_in(ep) ? 0 :
						      BUFS / 2);
		if (have_submit && other != b && may_attach(other)) {
			memset(mine, 0, sizeof(mine));
			mine[b] = 1;
			mine[other] = 1;
			count(ATTACH, ffs_attach(fd, buf[other].fd));
			sync = count(SUBMITS, submit(&seed, fd, ep, mine));
			if (sync >= 0)
				ring_put(&seed, sync);
			sync = count(SUBMITS, submit(&seed, fd, ep, mine));
			if (sync >= 0)
				ring_put(&seed, sync);
			count(CLOSE, close(fd));
			atomic_fetch_sub(&attached[other], 1);
			atomic_fetch_sub(&attached[b], 1);
			continue;
		}
		if (rand_r(&seed) % 2)
			count(DETACH, ffs_detach(fd, buf[b].fd));
		count(CLOSE, close(fd));
		atomic_fetch_sub(&attached[b], 1);
	}
	return NULL;
}

struct reaper {
	pthread_t thread;
	int fd;
	unsigned int seed;
	atomic_bool quit;
};

static void *reaper_main(void *arg)
{
	struct usb_ffs_dmabuf_done d[8];
	struct reaper *r = arg;
	__u32 kicks = 0;
	int i, n;

	while (!atomic_load(&r->quit)) {
		n = count(REAP, ffs_reap(r->fd, d, 1 + rand_r(&r->seed) % 8,
					 &kicks, rand_r(&r->seed) % 4 ? -1 :
					 rand_r(&r->seed) % 2000000));
		for (i = 0; i < n; i++)
			note_status(d[i].status ? d[i].status : 1);
	}
	return NULL;
}

/*
 * Starts transfers on a file that two other threads reap, and closes it with
 * some of them in flight or not reaped.
 */
static void *streamer(void *arg)
{
	unsigned int seed = (uintptr_t)arg, b, i, n;
	struct usb_ffs_dmabuf_segment seg;
	struct reaper r[2];
	int ep, ret;

	while (!atomic_load(&stop)) {
		b = rand_r(&seed) % BUFS;
		ep = pick_ep(&seed, b);
		open_ep(&seed, &r[0].fd, ep, false);
		if (r[0].fd < 0)
			continue;
		if (!may_attach(b)) {
			count(CLOSE, close(r[0].fd));
			continue;
		}
		count(ATTACH, ffs_attach(r[0].fd, buf[b].fd));
		for (i = 0; i < 2; i++) {
			r[i] = (struct reaper) { .fd = r[0].fd, .seed = seed + i };
			if (pthread_create(&r[i].thread, NULL, reaper_main,
					   &r[i]))
				abort();
		}
		for (n = rand_r(&seed) % 200; n && !atomic_load(&stop); n--) {
			seg = SEG(&buf[b], 0, pick_len(&seed, b));
			ret = ffs_submit_report(r[0].fd, &seg, 1, 0, n);
			count(REPORTS, ret);
			if (ret)
				pause_ms(&seed, 5);
			if (rand_r(&seed) % 64 == 0)
				count(DETACH, ffs_detach(r[0].fd, buf[b].fd));
			if (ret == -EPERM)
				break;
		}
		for (i = 0; i < 2; i++)
			atomic_store(&r[i].quit, true);
		count(KICK, ffs_kick(r[0].fd));
		for (i = 0; i < 2; i++)
			pthread_join(r[i].thread, NULL);
		count(CLOSE, close(r[0].fd));
		atomic_fetch_sub(&attached[b], 1);
	}
	return NULL;
}

static void victim_main(unsigned int seed)
{
	int mine[BUFS], fd, ep, sync;
	unsigned int b;

	for (;;) {
		b = rand_r(&seed) % BUFS;
		ep = pick_ep(&seed, b);
		fd = gadget_open_ep(&g, ep, O_NONBLOCK);
		if (fd < 0)
			continue;
		ffs_attach(fd, buf[b].fd);
		ffs_transfer(fd, buf[b].fd, pick_len(&seed, b));
		if (!have_submit) {
			ffs_transfer(fd, buf[b].fd, pick_len(&seed, b));
		} else {
			memset(mine, 0, sizeof(mine));
			mine[b] = 1;
			sync = submit(&seed, fd, ep, mine);
			/* Killed with the file open, or closed before. */
			if (sync >= 0 && rand_r(&seed) % 4)
				close(sync);
		}
		if (rand_r(&seed) % 2)
			close(fd);
	}
}

static void *killer(void *arg)
{
	unsigned int seed = (uintptr_t)arg;
	pid_t pid;

	while (!atomic_load(&stop)) {
		pid = fork();
		if (!pid)
			victim_main(rand_r(&seed));
		if (pid < 0)
			break;
		pause_ms(&seed, 200);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		count(KILL, 0);
	}
	return NULL;
}

/*
 * Waits a random time: sometimes until before the host has seen the gadget,
 * sometimes until it has read for a while, on machines of any speed.
 */
static void let_work(unsigned int *seed)
{
	long want = atomic_load(&done[HOST_READ]) +
		    atomic_load(&done[HOST_WRITE]);
	int i;

	if (rand_r(seed) % 4 == 0) {
		pause_ms(seed, 300);
		return;
	}
	want += 1 + rand_r(seed) % 15;
	for (i = 0; i < 300 && !atomic_load(&stop); i++) {
		if (atomic_load(&done[HOST_READ]) +
		    atomic_load(&done[HOST_WRITE]) >= want)
			break;
		poll(NULL, 0, 10);
	}
}

static void *binder(void *arg)
{
	unsigned int seed = (uintptr_t)arg;
	char port[128];

	while (!atomic_load(&stop)) {
		let_work(&seed);
		switch (rand_r(&seed) % 4) {
		case 0:
			if (host_find_port(&g, port, sizeof(port)))
				break;
			count(UNPLUG, host_switch(port, false));
			pause_ms(&seed, 100);
			host_switch(port, true);
			break;
		default:
			count(UNBIND, gadget_unbind(&g));
			if (rand_r(&seed) % 2)
				pause_ms(&seed, 100);
			count(BIND, gadget_bind(&g));
			break;
		}
	}
	return NULL;
}

static void check_bytes(const unsigned char *p, long n)
{
	long i;

	for (i = 0; i < n; i++) {
		if ((p[i] >= SENT(0) && p[i] < SENT(BUFS)) ||
		    p[i] == RECEIVED)
			continue;
		note("the host got a byte %#x that was not sent", p[i]);
		atomic_store(&wrong, 1);
		return;
	}
}

static void *host(void *arg)
{
	unsigned int seed = (uintptr_t)arg;
	unsigned char *mem = malloc(262144);
	struct host h = { .fd = -1 };
	size_t len;
	long n = 0;
	int ep;

	while (!atomic_load(&stop)) {
		if (h.fd < 0) {
			n = host_open(&h, &g);
			if (n < 0) {
				poll(NULL, 0, 10);
				continue;
			}
			count(HOST_OPEN, 0);
		}
		ep = rand_r(&seed) % EP_COUNT;
		len = 1 + rand_r(&seed) % 262144;
		switch (rand_r(&seed) % 64) {
		case 0:
			n = host_reset(&h);
			count(HOST_RESET, n);
			break;
		case 1:
			n = host_set_halt(&h, ep);
			count(HOST_HALT, n);
			if (!n)
				pause_ms(&seed, 30);
			host_clear_halt(&h, ep);
			break;
		case 2:
			host_close(&h);
			continue;
		default:
			/* Short timeouts: often there is no device. */
			if (ep_is_in(ep)) {
				n = host_xfer_timeout(&h, ep, mem, len, 20);
				count(HOST_READ, n < 0 ? -1 : 0);
				check_bytes(mem, n);
				if (n > 0)
					atomic_fetch_add(&bytes_in, n);
			} else {
				memset(mem, RECEIVED, len);
				n = host_xfer_timeout(&h, ep, mem, len, 20);
				count(HOST_WRITE, n < 0 ? -1 : 0);
				if (n > 0)
					atomic_fetch_add(&bytes_out, n);
			}
			break;
		}
		if (n == -ENODEV || n == -ESHUTDOWN || n == -ENOENT)
			host_close(&h);
		else if (n == -EPIPE)
			host_clear_halt(&h, ep);
	}
	host_close(&h);
	free(mem);
	return NULL;
}

static void interrupted(int sig)
{
	(void)sig;
}

static int make_buffers(void)
{
	static const size_t size[] = { 4096, 65536, 262144, 20480 };
	int i, ret, p = 0;

	for (i = 0; i < BUFS; i++) {
		do {
			p = (p + 1) % MEM_COUNT;
		} while (!mem_available(p));
		ret = dbuf_new(&buf[i], p, size[i % ARRAY_SIZE(size)]);
		if (ret)
			return ret;
		memset(buf[i].map, SENT(i), buf[i].size);
	}
	return 0;
}

/* All buffers in one transfer. */
static int submit_afterwards(struct host *h, int ep)
{
	struct usb_ffs_dmabuf_segment seg[BUFS];
	char *mem = malloc(BUFS * 4000);
	int i, sync;
	long n;

	for (i = 0; i < BUFS; i++)
		seg[i] = SEG(&buf[i], 8 * i, 4000);
	sync = ffs_submit(ep, seg, BUFS);
	if (sync < 0) {
		note("submit afterwards: %s", value_name(sync));
		return -1;
	}
	n = host_xfer(h, EP_IN, mem, BUFS * 4000);
	for (i = 0; i < BUFS; i++) {
		if (n == BUFS * 4000 &&
		    !memcmp(mem + 4000 * i, buf[i].map + 8 * i, 4000))
			continue;
		note("segment %d arrives wrong afterwards (%ld)", i, n);
		return -1;
	}
	n = sync_wait(sync);
	close(sync);
	free(mem);
	return n != 1;
}

/* All files are closed: no fence may be pending, and transfers must work. */
static int aftermath(void)
{
	struct host h = { .fd = -1 };
	int i, fd, ep, ret, status;
	long n;

	for (i = 0; i < RING; i++) {
		fd = atomic_exchange(&ring[i], -1);
		if (fd < 0)
			continue;
		status = sync_wait(fd);
		if (status == -ETIMEDOUT || !status) {
			note("a fence stays pending");
			return -1;
		}
		note_status(status);
		close(fd);
	}
	for (i = 0; i < BUFS; i++) {
		struct pollfd p = { .fd = buf[i].fd, .events = POLLOUT };

		if (poll(&p, 1, 60000) != 1) {
			note("buffer %d stays busy", i);
			return -1;
		}
	}
	/* ep0 may not have reported the last unbind yet; the host knows. */
	gadget_unbind_wait(&g);
	ret = gadget_bind_wait(&g);
	for (i = 0; i < 600 && !ret; i++) {
		ret = host_open(&h, &g);
		if (ret != -ENODEV && ret != -ENOENT)
			break;
		ret = 0;
		poll(NULL, 0, 100);
	}
	if (!ret && h.fd < 0)
		ret = -ENODEV;
	if (ret) {
		note("no connection afterwards: %s", value_name(ret));
		return -1;
	}
	ep = gadget_open_ep(&g, EP_IN, O_NONBLOCK);
	for (i = 0; i < BUFS; i++) {
		dbuf_fill(&buf[i], buf[i].size, i);
		ret = ffs_attach(ep, buf[i].fd);
		if (!ret)
			ret = ffs_transfer(ep, buf[i].fd, buf[i].size);
		if (ret) {
			note("transfer afterwards: %s", value_name(ret));
			return -1;
		}
	}
	for (i = 0; i < BUFS; i++) {
		char *mem = malloc(buf[i].size);

		n = host_xfer(&h, EP_IN, mem, buf[i].size);
		if (n != (long)buf[i].size ||
		    pattern_check(mem, 0, n, i) != -1) {
			note("buffer %d arrives wrong afterwards (%ld)", i, n);
			return -1;
		}
		free(mem);
	}
	ret = have_submit ? submit_afterwards(&h, ep) : 0;
	close(ep);
	host_close(&h);
	return ret;
}

static void print_counts(void)
{
	int i;

	for (i = 0; i < OPS; i++)
		note("%-10s %8ld done %8ld rejected", op_name[i],
		     atomic_load(&done[i]), atomic_load(&refused[i]));
	note("fences: %ld done, %ld cancelled, %ld shut down, %ld overflows",
	     atomic_load(&ended_well), atomic_load(&ended_reset),
	     atomic_load(&ended_shutdown), atomic_load(&ended_overflow));
	if (have_submit)
		note("segments: %ld", atomic_load(&segments));
	else
		note(LACKS_SUBMIT ": not in the mix");
	note("bytes: %ld to the host, %ld from it", atomic_load(&bytes_in),
	     atomic_load(&bytes_out));
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 10, ret, n = 0, i;
	struct sigaction sa = { .sa_handler = interrupted };
	const char *env = getenv("FFS_SEED");
	unsigned int seed = env ? strtoul(env, NULL, 0) :
					 (unsigned long)time(NULL);
	pthread_t t[WORKERS + SLEEPERS + VICTIMS + 5], sleeping[SLEEPERS];
	__u64 features = 0;
	struct timespec now, end;

	if (argc > 1 && !strcmp(argv[1], "-l")) {
		puts("hammer");
		return 0;
	}
	printf("TAP version 13\n1..1\n");
	fflush(stdout);
	sigaction(SIGUSR1, &sa, NULL);
	for (i = 0; i < RING; i++)
		atomic_store(&ring[i], -1);
	ret = gadget_create(&g, "h", DESCS_ALL);
	if (ret == -ENODEV) {
		printf("ok 1 hammer # SKIP no virtual UDC\n");
		return 0;
	}
	if (!ret)
		ret = gadget_start_ep0(&g);
	if (!ret && gadget_ability(&g) == ABILITY_NONE) {
		printf("ok 1 hammer # SKIP this kernel lacks FUNCTIONFS_DMABUF_ATTACH\n");
		gadget_destroy(&g);
		return 0;
	}
	if (!ret)
		ret = gadget_bind_wait(&g);
	if (!ret && gadget_ability(&g) == ABILITY_NO_SG) {
		printf("ok 1 hammer # SKIP %s has no scatter-gather\n", g.udc);
		gadget_destroy(&g);
		return 0;
	}
	have_submit = !ret && gadget_has_submit(&g);
	have_reap = have_submit && !ffs_features(g.ep0, &features) &&
		    (features & USB_FFS_FEATURE_DMABUF_REAP);
	if (!ret)
		ret = make_buffers();
	if (ret) {
		note("cannot prepare: %s", value_name(ret));
		printf("not ok 1 hammer\n");
		return 1;
	}
	note("%d s, seed %u (FFS_SEED sets it)", seconds, seed);

#define SPAWN(fn)							\
	do {								\
		if (pthread_create(&t[n], NULL, fn,			\
				   (void *)(uintptr_t)(seed + n)))	\
			abort();					\
		n++;							\
	} while (0)

	for (i = 0; i < SLEEPERS; i++) {
		SPAWN(sleeper);
		sleeping[i] = t[n - 1];
	}
	for (i = 0; i < WORKERS; i++)
		SPAWN(worker);
	for (i = 0; i < VICTIMS; i++)
		SPAWN(killer);
	if (have_reap)
		SPAWN(streamer);
	SPAWN(binder);
	SPAWN(host);
	SPAWN(host);

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	do {
		poll(NULL, 0, 100);
		for (i = 0; i < SLEEPERS; i++)
			pthread_kill(sleeping[i], SIGUSR1);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec && !atomic_load(&wrong));
	atomic_store(&stop, 1);
	for (i = 0; i < n; i++) {
		struct timespec ts;

		/* A sleeper may need one more signal. */
		do {
			for (ret = 0; i < SLEEPERS && ret < SLEEPERS; ret++)
				if (ret >= i)
					pthread_kill(sleeping[ret], SIGUSR1);
			clock_gettime(CLOCK_REALTIME, &ts);
			ts.tv_sec++;
		} while (pthread_timedjoin_np(t[i], NULL, &ts));
	}
	ret = aftermath();
	print_counts();
	for (i = 0; i < BUFS; i++)
		dbuf_free(&buf[i]);
	gadget_destroy(&g);
	if (atomic_load(&ended_else)) {
		note("a fence ended with %s",
		     value_name(atomic_load(&ended_else)));
		ret = -1;
	}
	ret = ret || atomic_load(&wrong);
	printf("%s 1 hammer\n", ret ? "not ok" : "ok");
	return ret;
}
