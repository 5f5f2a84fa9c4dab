// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls, fences by sync_file, and threads that wait in TRANSFER. */
#define _GNU_SOURCE
#include <ctype.h>
#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ffs_test.h"

#define SW_SYNC_PATH		"/sys/kernel/debug/sync/sw_sync"
#define FENCE_LIMIT_MS		60000

struct sw_sync_create {
	__u32 value;
	char name[32];
	__s32 fence;
};

#define SW_SYNC_CREATE		_IOWR('W', 0, struct sw_sync_create)
#define SW_SYNC_INC		_IOW('W', 1, __u32)

/*
 * With O_NONBLOCK EBUSY may also mean that another task holds the reservation,
 * for example the kernel while it unmaps a buffer after DETACH.  poll() waits
 * for this task.  If poll() then finds no fence that could have caused EBUSY,
 * try again.
 */
static bool try_again(int dmabuf_fd, int *tries)
{
	struct pollfd p = { .fd = dmabuf_fd, .events = POLLIN | POLLOUT };

	if ((*tries)++ == 20 || poll(&p, 1, 0) < 0)
		return false;
	/* Read fences block OUT only, but the direction is unknown here. */
	return p.revents == (POLLIN | POLLOUT) ||
	       (p.revents == POLLIN && *tries < 4);
}

int ffs_attach(int ep_fd, int dmabuf_fd)
{
	int ret, tries = 0;

	do {
		ret = ioctl(ep_fd, FUNCTIONFS_DMABUF_ATTACH, &dmabuf_fd) ?
			-errno : 0;
	} while (ret == -ENOLCK ||
		 (ret == -EBUSY && try_again(dmabuf_fd, &tries)));
	return ret;
}

int ffs_detach(int ep_fd, int dmabuf_fd)
{
	return ioctl(ep_fd, FUNCTIONFS_DMABUF_DETACH, &dmabuf_fd) ? -errno : 0;
}

int ffs_transfer_flags(int ep_fd, int dmabuf_fd, __u64 length, __u32 flags)
{
	struct usb_ffs_dmabuf_transfer_req req = {
		.fd = dmabuf_fd,
		.flags = flags,
		.length = length,
	};
	int ret, tries = 0;

	do {
		ret = ioctl(ep_fd, FUNCTIONFS_DMABUF_TRANSFER, &req) ?
			-errno : 0;
	} while (ret == -ENOLCK ||
		 (ret == -EBUSY && try_again(dmabuf_fd, &tries)));
	return ret;
}

int ffs_transfer(int ep_fd, int dmabuf_fd, __u64 length)
{
	return ffs_transfer_flags(ep_fd, dmabuf_fd, length, 0);
}

int ffs_submit_raw(int ep_fd, void *arg)
{
	return ioctl(ep_fd, FUNCTIONFS_DMABUF_SUBMIT, arg) ? -errno : 0;
}

int ffs_submit_sized(int ep_fd, void *arg, unsigned int size)
{
	unsigned int code = FUNCTIONFS_DMABUF_SUBMIT;

	code = _IOC(_IOC_DIR(code), _IOC_TYPE(code), _IOC_NR(code), size);
	return ioctl(ep_fd, code, arg) ? -errno : 0;
}

int ffs_features(int fd, __u64 *features)
{
	return ioctl(fd, FUNCTIONFS_FEATURES, features) ? -errno : 0;
}

int ffs_reap_raw(int ep_fd, void *arg)
{
	int ret = ioctl(ep_fd, FUNCTIONFS_DMABUF_REAP, arg);

	return ret < 0 ? -errno : ret;
}

int ffs_reap(int ep_fd, struct usb_ffs_dmabuf_done *done, unsigned int num,
	     __u32 *kicks, __s64 timeout_ns)
{
	struct usb_ffs_dmabuf_reap r = {
		.size = sizeof(r),
		.done = (uintptr_t)done,
		.num = num,
		.kicks = kicks ? *kicks : 0,
		.timeout_ns = timeout_ns,
	};
	int ret = ffs_reap_raw(ep_fd, &r);

	if (kicks && ret >= 0)
		*kicks = r.kicks;
	return ret;
}

long ffs_kick(int ep_fd)
{
	struct usb_ffs_dmabuf_reap r = {
		.size = sizeof(r), .flags = USB_FFS_DMABUF_REAP_KICK,
	};
	int ret = ffs_reap_raw(ep_fd, &r);

	return ret ? ret : (long)r.kicks;
}

static int submit(int ep_fd, struct usb_ffs_dmabuf_submit *s)
{
	const struct usb_ffs_dmabuf_segment *seg =
		(const void *)(uintptr_t)s->segments;
	int ret, tries = 0, all;
	unsigned int i;
	bool again;

	do {
		ret = ffs_submit_raw(ep_fd, s);
		again = ret == -ENOLCK;
		if (ret == -EBUSY) {
			again = true;
			for (all = tries, i = 0; i < s->num_segments && again;
			     i++) {
				tries = all;
				again = try_again(seg[i].fd, &tries);
			}
		}
	} while (again);
	return ret;
}

int ffs_submit_report(int ep_fd, const struct usb_ffs_dmabuf_segment *seg,
		      unsigned int n, __u32 flags, __u64 cookie)
{
	struct usb_ffs_dmabuf_submit s = {
		.size = sizeof(s),
		.flags = flags | USB_FFS_DMABUF_SUBMIT_REPORT,
		.num_segments = n,
		.fence_fd = -1,
		.segments = (uintptr_t)seg,
		.cookie = cookie,
	};
	int ret = submit(ep_fd, &s);

	/* There must be no descriptor to close. */
	return s.fence_fd == -1 ? ret : -EBADFD;
}

int ffs_submit_flags(int ep_fd, const struct usb_ffs_dmabuf_segment *seg,
		     unsigned int n, __u32 flags)
{
	struct usb_ffs_dmabuf_submit s = {
		.size = sizeof(s),
		.flags = flags,
		.num_segments = n,
		.fence_fd = -1,
		.segments = (uintptr_t)seg,
	};
	int ret = submit(ep_fd, &s);

	return ret ? ret : s.fence_fd;
}

int ffs_submit(int ep_fd, const struct usb_ffs_dmabuf_segment *seg,
	       unsigned int n)
{
	return ffs_submit_flags(ep_fd, seg, n, 0);
}

int sync_export(int dmabuf_fd, unsigned int flags)
{
	struct dma_buf_export_sync_file e = { .flags = flags, .fd = -1 };

	if (ioctl(dmabuf_fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &e))
		return -errno;
	return e.fd;
}

int sync_import(int dmabuf_fd, unsigned int flags, int sync_fd)
{
	struct dma_buf_import_sync_file i = { .flags = flags, .fd = sync_fd };

	return ioctl(dmabuf_fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &i) ?
		-errno : 0;
}

int sync_status(int sync_fd)
{
	struct sync_file_info info = { 0 };
	struct sync_fence_info *f;
	unsigned int i;
	int status = 1;

	if (ioctl(sync_fd, SYNC_IOC_FILE_INFO, &info))
		return -EIO;
	if (info.num_fences < 2)
		return info.status;

	/* The status of a merged file lacks errors before the first wait. */
	f = calloc(info.num_fences, sizeof(*f));
	if (!f)
		return -ENOMEM;
	info.sync_fence_info = (uintptr_t)f;
	if (ioctl(sync_fd, SYNC_IOC_FILE_INFO, &info)) {
		free(f);
		return -EIO;
	}
	for (i = 0; i < info.num_fences && status; i++)
		if (!f[i].status || status == 1)
			status = f[i].status;
	free(f);
	return status;
}

int sync_names(int sync_fd, char *driver, size_t driver_size, char *timeline,
	       size_t timeline_size)
{
	struct sync_fence_info f[64];
	struct sync_file_info info = {
		.num_fences = ARRAY_SIZE(f),
		.sync_fence_info = (uintptr_t)f,
	};

	memset(f, 0, sizeof(f));
	if (ioctl(sync_fd, SYNC_IOC_FILE_INFO, &info))
		return -errno;
	if (driver)
		snprintf(driver, driver_size, "%.32s", f[0].driver_name);
	if (timeline)
		snprintf(timeline, timeline_size, "%.32s", f[0].obj_name);
	return info.num_fences;
}

int sync_merge(int a, int b)
{
	struct sync_merge_data m = { .name = "selftest", .fd2 = b };

	return ioctl(a, SYNC_IOC_MERGE, &m) ? -errno : m.fence;
}

int polled(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, 0) < 0 ? -errno : p.revents;
}

int export_status(int dmabuf_fd, unsigned int flags)
{
	int sync = sync_export(dmabuf_fd, flags), status;

	if (sync < 0)
		return sync;
	status = sync_status(sync);
	close(sync);
	return status;
}

int sync_wait(int sync_fd)
{
	struct pollfd p = { .fd = sync_fd, .events = POLLIN };

	if (poll(&p, 1, FENCE_LIMIT_MS) != 1)
		return -ETIMEDOUT;
	return sync_status(sync_fd);
}

bool foreign_sw_available(void)
{
	return !access(SW_SYNC_PATH, R_OK | W_OK);
}

/*
 * Without sw_sync, use a transfer that the host has not read: its fence has
 * another context than those of the tested endpoint.
 */
int foreign_new(struct foreign *f, struct gadget *g, struct host *h, bool sw)
{
	struct sw_sync_create c = { .value = 1, .name = "selftest" };
	int ret;

	*f = (struct foreign) {
		.sync_fd = -1, .sw = -1, .g = g, .h = h, .ep_fd = -1,
		.buf.fd = -1,
	};
	if (sw) {
		f->sw = open(SW_SYNC_PATH, O_RDWR | O_CLOEXEC);
		if (f->sw < 0)
			return -errno;
		if (ioctl(f->sw, SW_SYNC_CREATE, &c))
			return -errno;
		f->sync_fd = c.fence;
		return 0;
	}
	ret = dbuf_any(&f->buf, 4096);
	if (ret)
		return ret;
	f->ep_fd = gadget_open_ep(g, EP_IN2, O_NONBLOCK);
	if (f->ep_fd < 0)
		return f->ep_fd;
	ret = ffs_attach(f->ep_fd, f->buf.fd);
	if (ret)
		return ret;
	ret = ffs_transfer(f->ep_fd, f->buf.fd, 1);
	if (ret)
		return ret;
	f->sync_fd = sync_export(f->buf.fd, SYNC_RW);
	return f->sync_fd < 0 ? f->sync_fd : 0;
}

int foreign_signal(struct foreign *f)
{
	__u32 one = 1;
	char byte;
	long ret;

	if (f->sw >= 0)
		return ioctl(f->sw, SW_SYNC_INC, &one) ? -errno : 0;
	ret = host_xfer(f->h, EP_IN2, &byte, 1);
	return ret < 0 ? ret : 0;
}

void foreign_free(struct foreign *f)
{
	if (f->sync_fd >= 0)
		close(f->sync_fd);
	if (f->sw >= 0)
		close(f->sw);
	if (f->ep_fd >= 0)
		close(f->ep_fd);
	dbuf_free(&f->buf);
}

static void interrupted(int sig)
{
	(void)sig;
}

static void *waiter_main(void *arg)
{
	struct waiter *w = arg;

	atomic_store(&w->tid, gettid());
	if (w->seg)
		w->ret = ffs_submit(w->ep_fd, w->seg, w->num_seg);
	else
		w->ret = ffs_transfer(w->ep_fd, w->dmabuf_fd, w->length);
	atomic_store(&w->done, 1);
	return NULL;
}

static int waiter_run(struct waiter *w)
{
	struct sigaction sa = { .sa_handler = interrupted };

	/* Without SA_RESTART, so that the caller sees EINTR. */
	sigaction(SIGUSR1, &sa, NULL);
	return -pthread_create(&w->thread, NULL, waiter_main, w);
}

int waiter_start(struct waiter *w, int ep_fd, int dmabuf_fd, __u64 length)
{
	*w = (struct waiter) {
		.ep_fd = ep_fd, .dmabuf_fd = dmabuf_fd, .length = length,
	};
	return waiter_run(w);
}

/* The segments must stay valid until the thread is joined. */
int waiter_start_submit(struct waiter *w, int ep_fd,
			const struct usb_ffs_dmabuf_segment *seg,
			unsigned int n)
{
	*w = (struct waiter) { .ep_fd = ep_fd, .seg = seg, .num_seg = n };
	return waiter_run(w);
}

/*
 * Returns 1 if the task sleeps in this system call, 0 if not, -errno if it has
 * ended.  Before the call it may also sleep on a page fault.
 */
int task_asleep(int tid, long syscall)
{
	char path[64], stat[256];
	const char *p;
	int ret;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	ret = read_file(path, stat, sizeof(stat));
	if (ret)
		return ret;
	if (!isdigit(stat[0]) || strtol(stat, NULL, 10) != syscall)
		return 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	ret = read_file(path, stat, sizeof(stat));
	if (ret)
		return ret;
	p = strrchr(stat, ')');
	return p && (p[2] == 'S' || p[2] == 'D');
}

int waiter_asleep(struct waiter *w)
{
	for (;;) {
		if (atomic_load(&w->done))
			return 1;
		if (atomic_load(&w->tid) &&
		    task_asleep(atomic_load(&w->tid), SYS_ioctl) == 1)
			return atomic_load(&w->done);
		sched_yield();
	}
}

int waiter_join(struct waiter *w)
{
	pthread_join(w->thread, NULL);
	return w->ret;
}

/* A signal may come just before the sleep, so repeat it until it has an
 * effect. */
int waiter_interrupt(struct waiter *w)
{
	struct timespec ts;

	do {
		pthread_kill(w->thread, SIGUSR1);
		clock_gettime(CLOCK_REALTIME, &ts);
		ts.tv_nsec += 20000000;
		if (ts.tv_nsec >= 1000000000) {
			ts.tv_nsec -= 1000000000;
			ts.tv_sec++;
		}
	} while (pthread_timedjoin_np(w->thread, NULL, &ts));
	return w->ret;
}
