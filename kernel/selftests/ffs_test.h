/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Harness and helpers shared by the tests of the FunctionFS dmabuf interface.
 *
 * A test program owns one gadget.  Its parent process answers ep0 and prints
 * TAP.  Every test runs in its own child process, so a test that dies or hangs
 * does not affect the others: the interface under test has to handle the close
 * of the child's files.
 */
#ifndef FFS_TEST_H
#define FFS_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <linux/types.h>
#include <linux/usb/functionfs.h>

#define __packed		__attribute__((packed))
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#define __noreturn	__attribute__((noreturn))
#define __maybe_unused	__attribute__((unused))

/* Headers before 6.9 lack the interface; the numbers are ABI. */
#ifndef FUNCTIONFS_DMABUF_ATTACH
struct usb_ffs_dmabuf_transfer_req {
	int fd;
	__u32 flags;
	__u64 length;
} __packed;

#define FUNCTIONFS_DMABUF_ATTACH	_IOW('g', 131, int)
#define FUNCTIONFS_DMABUF_DETACH	_IOW('g', 132, int)
#define FUNCTIONFS_DMABUF_TRANSFER	_IOW('g', 133, \
					     struct usb_ffs_dmabuf_transfer_req)
#endif

/* From kernel/linux-7.3: no packaged header has it. */
#ifndef FUNCTIONFS_DMABUF_SUBMIT
struct usb_ffs_dmabuf_segment {
	__s32 fd;
	__u32 flags;
	__u64 offset;
	__u64 length;
};

struct usb_ffs_dmabuf_submit {
	__u32 size;
	__u32 flags;
	__u32 num_segments;
	__s32 fence_fd;
	__u64 segments;
	__u64 cookie;
};

struct usb_ffs_dmabuf_done {
	__u64 cookie;
	__s32 status;
	__u32 actual;
};

struct usb_ffs_dmabuf_reap {
	__u32 size;
	__u32 flags;
	__u64 done;
	__u32 num;
	__u32 kicks;
	__s64 timeout_ns;
};

#define USB_FFS_DMABUF_MAX_TRANSFERS		1024
#define USB_FFS_DMABUF_SEGMENT_END		0x1u
#define USB_FFS_DMABUF_SUBMIT_ZLP		0x1u
#define USB_FFS_DMABUF_SUBMIT_REPORT		0x2u
#define USB_FFS_DMABUF_SUBMIT_MAX_SEGMENTS	64
#define USB_FFS_DMABUF_SUBMIT_SIZE_VER0		24
#define USB_FFS_DMABUF_REAP_KICK		0x1u
#define USB_FFS_FEATURE_CLASS_DESCS		(1ULL << 0)
#define USB_FFS_FEATURE_DMABUF_SUBMIT		(1ULL << 1)
#define USB_FFS_FEATURE_DMABUF_REAP		(1ULL << 2)
#define USB_FFS_FEATURE_DMABUF_END		(1ULL << 3)
#define USB_FFS_FEATURE_DMABUF_DMA_DEVICE	(1ULL << 5)
#define FUNCTIONFS_FEATURES		_IOR('g', 192, __u64)
#define FUNCTIONFS_DMABUF_SUBMIT	_IOWR('g', 193, \
					      struct usb_ffs_dmabuf_submit)
#define FUNCTIONFS_DMABUF_REAP		_IOWR('g', 194, \
					      struct usb_ffs_dmabuf_reap)
#endif

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The order of the endpoints in the descriptors. */
enum { EP_IN, EP_OUT, EP_IN2, EP_OUT2, EP_COUNT };

#define ep_is_in(ep)	((ep) == EP_IN || (ep) == EP_IN2)

/*
 * The events of ep0 so far.  Shared between the process that reads ep0 and the
 * one that runs the test; every change increments seq, which is a futex.
 */
struct gadget_state {
	atomic_uint seq;
	atomic_uint bound;
	atomic_uint enabled;
	atomic_uint unbinds;
	atomic_uint enables;
	atomic_uint setups;
	atomic_uint setup_index;	/* wIndex of the last of them */
};

enum gadget_descs {
	DESCS_ALL,		/* full, high and super speed */
	DESCS_NO_FS,		/* high and super speed only */
};

struct gadget {
	char name[32];
	char path[96];		/* configfs directory */
	char mnt[64];		/* FunctionFS mount point */
	char udc[64];
	int ep0;
	int stop[2];		/* a byte here ends the ep0 thread */
	bool linked;
	bool thread_running;
	pthread_t thread;
	struct gadget_state *state;
};

/* gadget.c: all return 0 or -errno unless noted otherwise */
int gadget_create(struct gadget *g, const char *suffix,
		  enum gadget_descs descs);
/* The same in steps: open ep0, write descriptors and strings, link. */
int gadget_open(struct gadget *g, const char *suffix);
int gadget_write_strings(struct gadget *g);
int gadget_link(struct gadget *g);
int gadget_start_ep0(struct gadget *g);
void gadget_stop_ep0(struct gadget *g);
void gadget_destroy(struct gadget *g);
int gadget_bind(struct gadget *g);
int gadget_unbind(struct gadget *g);
int gadget_bind_wait(struct gadget *g);
int gadget_unbind_wait(struct gadget *g);
int gadget_wait_enabled(struct gadget *g, bool enabled);
int gadget_wait_enables(struct gadget *g, unsigned int before);
int gadget_open_ep(struct gadget *g, int ep, int flags);
const char *gadget_find_udc(void);
/* Transfers that the controller cancels when one of an endpoint is
 * cancelled. */
enum cancels {
	CANCELS_ONE,		/* only that one */
	CANCELS_STARTED,	/* all started ones of the endpoint */
};

enum cancels gadget_cancels(const struct gadget *g);
/* Maximum number of scatterlist entries in a packet, 0 for no limit. */
unsigned int gadget_per_packet(const struct gadget *g);
unsigned int gadget_maxpacket(const struct gadget *g);
int write_file(const char *path, const char *text);
int read_file(const char *path, char *buf, size_t size);

enum gadget_ability {
	ABILITY_NONE,		/* the kernel does not have the ioctls */
	ABILITY_NO_SG,		/* it has, but the controller has no sg */
	ABILITY_FULL,
	ABILITY_UNKNOWN,	/* not bound: controller unknown */
};

enum gadget_ability gadget_ability(struct gadget *g);
/* Whether the kernel has FUNCTIONFS_DMABUF_SUBMIT; works in any state. */
bool gadget_has_submit(struct gadget *g);

/* host.c: the other end of the cable, by usbfs */
struct host {
	int fd;
	unsigned char ep[EP_COUNT];	/* addresses */
	char sysname[32];		/* e.g. 2-1 */
};

int host_open(struct host *h, struct gadget *g);
void host_close(struct host *h);
/* Opens a device without looking for the endpoints of these tests. */
int host_open_device(struct host *h, const char *serial);
long host_xfer(struct host *h, int ep, void *buf, size_t len);
long host_xfer_timeout(struct host *h, int ep, void *buf, size_t len,
		       int timeout_ms);
int host_set_halt(struct host *h, int ep);
int host_clear_halt(struct host *h, int ep);
int host_reset(struct host *h);
/* Sends a class request for one byte to an interface. */
int host_class_request(struct host *h, unsigned int intf, unsigned int entity);
int host_set_interface(struct host *h, unsigned int intf, unsigned int alt);
int host_string(struct host *h, unsigned int index, char *text, size_t size);
/* Switch the power of the port that the gadget is connected to. */
int host_find_port(struct gadget *g, char *path, size_t size);
int host_switch(const char *port, bool on);
int host_unplug(struct gadget *g, char *port, size_t size);
int host_replug(struct gadget *g, const char *port);

/* mem.c: exporters of dmabufs */
enum mem_provider {
	MEM_UDMABUF,
	MEM_UDMABUF_LIST,	/* the pages in reverse order */
	MEM_HEAP,
	MEM_V4L2,
	MEM_COUNT,
};

struct dbuf {
	int fd;
	size_t size;
	unsigned char *map;
};

const char *mem_name(enum mem_provider p);
bool mem_available(enum mem_provider p);
int dbuf_new(struct dbuf *b, enum mem_provider p, size_t size);
int dbuf_any(struct dbuf *b, size_t size);
int dbuf_contiguous(struct dbuf *b, size_t size);
void dbuf_free(struct dbuf *b);
void dbuf_fill(struct dbuf *b, size_t len, unsigned int seed);
/* Offset of the first wrong byte of [from, from + len), or -1. */
long dbuf_check(struct dbuf *b, size_t from, size_t len, unsigned int seed);
void pattern_fill(void *buf, size_t len, unsigned int seed);
long pattern_check(const void *buf, size_t from, size_t len,
		   unsigned int seed);

/* sync.c: ioctls of the interface and fences; -errno on failure */
int ffs_attach(int ep_fd, int dmabuf_fd);
int ffs_detach(int ep_fd, int dmabuf_fd);
int ffs_transfer(int ep_fd, int dmabuf_fd, __u64 length);
int ffs_transfer_flags(int ep_fd, int dmabuf_fd, __u64 length,
		       __u32 flags);

/* A segment for SUBMIT. */
#define SEG(b, off, len)						\
	((struct usb_ffs_dmabuf_segment) {				\
		.fd = (b)->fd, .offset = (off), .length = (len),	\
	})
/* A segment that ends a USB transfer. */
#define END(b, off, len)						\
	((struct usb_ffs_dmabuf_segment) {				\
		.fd = (b)->fd, .offset = (off), .length = (len),	\
		.flags = USB_FFS_DMABUF_SEGMENT_END,			\
	})
/* These return the descriptor of the out-fence, or -errno. */
int ffs_submit(int ep_fd, const struct usb_ffs_dmabuf_segment *seg,
	       unsigned int n);
int ffs_submit_flags(int ep_fd, const struct usb_ffs_dmabuf_segment *seg,
		     unsigned int n, __u32 flags);
#define SUBMIT_FLAGS(ep_fd, flags, ...)					\
	ffs_submit_flags(ep_fd,						\
		((struct usb_ffs_dmabuf_segment[]){ __VA_ARGS__ }),	\
		ARRAY_SIZE(((struct usb_ffs_dmabuf_segment[]){		\
			__VA_ARGS__ })), flags)
#define SUBMIT(ep_fd, ...)	SUBMIT_FLAGS(ep_fd, 0, __VA_ARGS__)
/* One call, without retries if O_NONBLOCK returns EBUSY or ENOLCK. */
int ffs_submit_raw(int ep_fd, void *arg);
/* The same with another size in the number of the ioctl. */
int ffs_submit_sized(int ep_fd, void *arg, unsigned int size);
/* ffs_reap() returns the end; 0 or -errno. */
int ffs_submit_report(int ep_fd, const struct usb_ffs_dmabuf_segment *seg,
		      unsigned int n, __u32 flags, __u64 cookie);
#define REPORT(ep_fd, cookie, ...)					\
	ffs_submit_report(ep_fd,					\
		((struct usb_ffs_dmabuf_segment[]){ __VA_ARGS__ }),	\
		ARRAY_SIZE(((struct usb_ffs_dmabuf_segment[]){		\
			__VA_ARGS__ })), 0, cookie)
/* Returns the number of reports, or -errno. kicks may be NULL. */
int ffs_reap(int ep_fd, struct usb_ffs_dmabuf_done *done, unsigned int num,
	     __u32 *kicks, __s64 timeout_ns);
int ffs_reap_raw(int ep_fd, void *arg);
/* Returns the number of kicks, or -errno. */
long ffs_kick(int ep_fd);
int ffs_features(int fd, __u64 *features);

#define SYNC_READ	1
#define SYNC_WRITE	2
#define SYNC_RW		3

int sync_export(int dmabuf_fd, unsigned int flags);
int sync_import(int dmabuf_fd, unsigned int flags, int sync_fd);
int sync_status(int sync_fd);	/* 0 pending, 1 done, < 0 error */
int sync_names(int sync_fd, char *driver, size_t driver_size, char *timeline,
	       size_t timeline_size);
int sync_wait(int sync_fd);	/* waits, then as sync_status() */

struct foreign {
	int sync_fd;
	int sw;			/* sw_sync timeline, or -1 */
	struct gadget *g;
	struct host *h;
	int ep_fd;
	struct dbuf buf;
};

bool foreign_sw_available(void);
/* A fence that only foreign_signal() signals. */
int foreign_new(struct foreign *f, struct gadget *g, struct host *h, bool sw);
int foreign_signal(struct foreign *f);
void foreign_free(struct foreign *f);

/* A blocking TRANSFER, or SUBMIT, in its own thread. */
struct waiter {
	pthread_t thread;
	int ep_fd;
	int dmabuf_fd;
	__u64 length;
	const struct usb_ffs_dmabuf_segment *seg;
	unsigned int num_seg;
	atomic_int tid;
	atomic_int done;
	int ret;
};

int waiter_start(struct waiter *w, int ep_fd, int dmabuf_fd, __u64 length);
int waiter_start_submit(struct waiter *w, int ep_fd,
			const struct usb_ffs_dmabuf_segment *seg,
			unsigned int n);
/* Returns once the thread sleeps in the ioctl (0) or has returned (1). */
int waiter_asleep(struct waiter *w);
int waiter_join(struct waiter *w);
int waiter_interrupt(struct waiter *w);
int task_asleep(int tid, long syscall);

/* harness.c */
#define T_BOUND		0	/* bound, configured by the host */
#define T_UNBOUND	1	/* descriptors written, no controller */
#define T_PRIVATE	2	/* the test creates its own gadget */
#define T_LONG		4	/* three times the usual time limit */
#define T_NO_SG_OK	8	/* meaningful without scatter-gather too */
#define T_ALONE		16	/* FunctionFS must not be in use before */
#define T_SUBMIT	32	/* needs FUNCTIONFS_DMABUF_SUBMIT */
#define T_NO_DMABUF_OK	64	/* does not use dmabufs */

#define LACKS_SUBMIT	"this kernel lacks FUNCTIONFS_DMABUF_SUBMIT"

struct ctx {
	struct gadget *g;
	struct host host;
	int ep[EP_COUNT];	/* O_NONBLOCK, -1 until opened */
};

struct test {
	const char *name;
	unsigned int flags;
	void (*fn)(struct ctx *c);
	struct test *next;
};

void test_register(struct test *t);

#define TEST(id, fl)							\
	static void test_##id(struct ctx *c);				\
	static struct test entry_##id = {				\
		.name = #id, .flags = (fl), .fn = test_##id,		\
	};								\
	__attribute__((constructor)) static void register_##id(void)	\
	{								\
		test_register(&entry_##id);				\
	}								\
	static void test_##id(struct ctx *c __maybe_unused)

__noreturn __printf(3, 4)
void test_fail(const char *file, int line, const char *fmt, ...);
__noreturn __printf(1, 2)
void test_skip(const char *fmt, ...);
__printf(1, 2)
void note(const char *fmt, ...);

#define FAIL(...)	test_fail(__FILE__, __LINE__, __VA_ARGS__)
#define SKIP(...)	test_skip(__VA_ARGS__)

#define CHECK(cond)							\
	do {								\
		if (!(cond))						\
			FAIL("%s is false", #cond);			\
	} while (0)

#define EQ(expr, want)							\
	do {								\
		long got_ = (expr);					\
		long want_ = (want);					\
									\
		if (got_ != want_)					\
			FAIL("%s: %s, expected %s", #expr,		\
			     value_name(got_), value_name(want_));	\
	} while (0)

#define OK(expr)	EQ(expr, 0)
/* For expressions that return a file descriptor or a count. */
#define FD(expr)							\
	({								\
		int fd_ = (expr);					\
									\
		if (fd_ < 0)						\
			FAIL("%s: %s", #expr, value_name(fd_));		\
		fd_;							\
	})

const char *value_name(long value);

/* Opens the endpoint on first use; fails the test on error. */
int need_ep(struct ctx *c, int ep);
struct host *need_host(struct ctx *c);
void need_buf(struct dbuf *b, size_t size);
/* The host reads a transfer of an IN endpoint and compares its data. */
void host_expect(struct ctx *c, int ep, size_t len, unsigned int seed);
void host_send(struct ctx *c, int ep, size_t len, unsigned int seed);
/* The number of open descriptors of this process, and the next number. */
int open_fds(void);
int next_fd(void);
/* Returns the events of poll() without waiting. */
int polled(int fd, short events);
int export_status(int dmabuf_fd, unsigned int flags);
int sync_merge(int a, int b);

int tests_main(int argc, char **argv);

#endif /* FFS_TEST_H */
