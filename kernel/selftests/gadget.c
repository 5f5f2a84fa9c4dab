// SPDX-License-Identifier: GPL-2.0-only
/* A gadget by configfs, with one FunctionFS function of two bulk pairs. */
#define _GNU_SOURCE
#include <dirent.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <endian.h>

#include "ffs_test.h"

#define CONFIGFS	"/sys/kernel/config"
#define EVENT_LIMIT_S	60
#define EP0_POLL_MS	200

int write_file(const char *path, const char *text)
{
	ssize_t len = strlen(text);
	int fd, ret = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != len)
		ret = -errno;
	close(fd);
	return ret;
}

int read_file(const char *path, char *buf, size_t size)
{
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

static int futex_wait(atomic_uint *word, unsigned int seen, int seconds)
{
	struct timespec ts = { .tv_sec = seconds };

	return syscall(SYS_futex, word, FUTEX_WAIT, seen, &ts, NULL, 0);
}

static void state_changed(struct gadget_state *s)
{
	atomic_fetch_add(&s->seq, 1);
	syscall(SYS_futex, &s->seq, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/*
 * Finds virtual controllers only: the tests disconnect, so a real one has to be
 * given by name.
 */
const char *gadget_find_udc(void)
{
	static char name[64];
	const char *env = getenv("FFS_UDC");
	struct dirent *de;
	DIR *d;

	if (env)
		return env;
	d = opendir("/sys/class/udc");
	if (!d)
		return NULL;
	name[0] = '\0';
	while ((de = readdir(d))) {
		if (strncmp(de->d_name, "dummy_udc.", 10))
			continue;
		if (!name[0] || strcmp(de->d_name, name) < 0)
			snprintf(name, sizeof(name), "%.60s", de->d_name);
	}
	closedir(d);
	return name[0] ? name : NULL;
}

/*
 * dwc3 stops an endpoint as a whole, and its driver cancels all requests that
 * it has started. All other drivers cancel the one.
 */
enum cancels gadget_cancels(const struct gadget *g)
{
	char path[PATH_MAX], driver[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/class/udc/%s/device/driver", g->udc);
	n = readlink(path, driver, sizeof(driver) - 1);
	if (n < 0)
		return CANCELS_ONE;
	driver[n] = '\0';
	return strcmp(strrchr(driver, '/') + 1, "dwc3") ? CANCELS_ONE :
							 CANCELS_STARTED;
}

/* The cache of a dwc3 has at least four TRBs, and in tests/vm/run exactly
 * four. */
unsigned int gadget_per_packet(const struct gadget *g)
{
	return gadget_cancels(g) == CANCELS_STARTED ? 4 : 0;
}

unsigned int gadget_maxpacket(const struct gadget *g)
{
	char path[128], speed[32] = "";

	snprintf(path, sizeof(path), "/sys/class/udc/%s/current_speed", g->udc);
	read_file(path, speed, sizeof(speed));
	if (!strncmp(speed, "super", 5))
		return 1024;
	return strcmp(speed, "high-speed") ? 64 : 512;
}

struct ep_desc {
	__u8 bLength;
	__u8 bDescriptorType;
	__u8 bEndpointAddress;
	__u8 bmAttributes;
	__le16 wMaxPacketSize;
	__u8 bInterval;
} __packed;

struct speed_descs {
	struct usb_interface_descriptor intf;
	struct ep_desc ep[EP_COUNT];
} __packed;

struct ss_descs {
	struct usb_interface_descriptor intf;
	struct {
		struct ep_desc ep;
		struct usb_ss_ep_comp_descriptor comp;
	} __packed ep[EP_COUNT];
} __packed;

static const struct usb_interface_descriptor intf_desc = {
	.bLength = sizeof(intf_desc),
	.bDescriptorType = USB_DT_INTERFACE,
	.bNumEndpoints = EP_COUNT,
	.bInterfaceClass = USB_CLASS_VENDOR_SPEC,
	.iInterface = 1,
};

static void fill_ep(struct ep_desc *d, int ep, unsigned int packet)
{
	*d = (struct ep_desc) {
		.bLength = sizeof(*d),
		.bDescriptorType = USB_DT_ENDPOINT,
		.bEndpointAddress = (ep + 1) |
				    (ep_is_in(ep) ? USB_DIR_IN : USB_DIR_OUT),
		.bmAttributes = USB_ENDPOINT_XFER_BULK,
		.wMaxPacketSize = htole16(packet),
	};
}

static int write_descriptors(int fd, enum gadget_descs which)
{
	struct {
		struct usb_functionfs_descs_head_v2 head;
		__le32 counts[3];
		__u8 body[2 * sizeof(struct speed_descs) +
			  sizeof(struct ss_descs)];
	} __packed d;
	struct speed_descs *sp;
	struct ss_descs *ss;
	unsigned int flags, n = 0, i;
	__u8 *p;

	memset(&d, 0, sizeof(d));
	flags = FUNCTIONFS_HAS_HS_DESC | FUNCTIONFS_HAS_SS_DESC;
	if (which != DESCS_NO_FS) {
		flags |= FUNCTIONFS_HAS_FS_DESC;
		d.counts[n++] = htole32(1 + EP_COUNT);
	}
	d.counts[n++] = htole32(1 + EP_COUNT);
	d.counts[n++] = htole32(1 + 2 * EP_COUNT);

	/* One count for each speed; the descriptors follow. */
	p = (__u8 *)&d.counts[n];
	if (which != DESCS_NO_FS) {
		sp = (struct speed_descs *)p;
		sp->intf = intf_desc;
		for (i = 0; i < EP_COUNT; i++)
			fill_ep(&sp->ep[i], i, 64);
		p += sizeof(*sp);
	}
	sp = (struct speed_descs *)p;
	sp->intf = intf_desc;
	for (i = 0; i < EP_COUNT; i++)
		fill_ep(&sp->ep[i], i, 512);
	p += sizeof(*sp);
	ss = (struct ss_descs *)p;
	ss->intf = intf_desc;
	for (i = 0; i < EP_COUNT; i++) {
		fill_ep(&ss->ep[i].ep, i, 1024);
		ss->ep[i].comp = (struct usb_ss_ep_comp_descriptor) {
			.bLength = sizeof(ss->ep[i].comp),
			.bDescriptorType = USB_DT_SS_ENDPOINT_COMP,
		};
	}
	p += sizeof(*ss);

	d.head.magic = htole32(FUNCTIONFS_DESCRIPTORS_MAGIC_V2);
	d.head.flags = htole32(flags);
	d.head.length = htole32(p - (__u8 *)&d);
	return write(fd, &d, p - (__u8 *)&d) < 0 ? -errno : 0;
}

int gadget_write_strings(struct gadget *g)
{
	static const char text[] = "dmabuf selftest";
	struct {
		struct usb_functionfs_strings_head head;
		__le16 lang;
		char text[sizeof(text)];
	} __packed s;

	s.head.magic = htole32(FUNCTIONFS_STRINGS_MAGIC);
	s.head.length = htole32(sizeof(s));
	s.head.str_count = htole32(1);
	s.head.lang_count = htole32(1);
	s.lang = htole16(0x0409);
	memcpy(s.text, text, sizeof(text));
	return write(g->ep0, &s, sizeof(s)) < 0 ? -errno : 0;
}

static int make_dir(const char *fmt, const char *path)
{
	char dir[192];

	snprintf(dir, sizeof(dir), fmt, path);
	if (mkdir(dir, 0755) && errno != EEXIST)
		return -errno;
	return 0;
}

static int set_attr(struct gadget *g, const char *attr, const char *value)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", g->path, attr);
	return write_file(path, value);
}

int gadget_open(struct gadget *g, const char *suffix)
{
	static const char * const dirs[] = {
		"%s", "%s/strings/0x409", "%s/configs/c.1",
	};
	char path[192], target[192];
	const char *udc;
	unsigned int i;
	int ret;

	memset(g, 0, sizeof(*g));
	g->ep0 = -1;
	g->stop[0] = -1;
	g->stop[1] = -1;
	snprintf(g->name, sizeof(g->name), "st%d%.8s", getpid(), suffix);
	snprintf(g->path, sizeof(g->path), CONFIGFS "/usb_gadget/%s", g->name);
	snprintf(g->mnt, sizeof(g->mnt), "/tmp/ffs-%s", g->name);
	udc = gadget_find_udc();
	if (!udc)
		return -ENODEV;
	snprintf(g->udc, sizeof(g->udc), "%.60s", udc);

	g->state = mmap(NULL, sizeof(*g->state), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (g->state == MAP_FAILED) {
		g->state = NULL;
		return -errno;
	}

	if (access(CONFIGFS "/usb_gadget", F_OK))
		mount("configfs", CONFIGFS, "configfs", 0, NULL);
	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		ret = make_dir(dirs[i], g->path);
		if (ret)
			return ret;
	}
	set_attr(g, "idVendor", "0x1d6b");
	set_attr(g, "idProduct", "0x0105");
	set_attr(g, "strings/0x409/serialnumber", g->name);
	set_attr(g, "strings/0x409/product", "FunctionFS selftest");
	snprintf(path, sizeof(path), "%s/functions/ffs.%s", g->path, g->name);
	if (mkdir(path, 0755))
		return -errno;

	if (mkdir(g->mnt, 0755) && errno != EEXIST)
		return -errno;
	if (mount(g->name, g->mnt, "functionfs", 0, NULL))
		return -errno;
	snprintf(target, sizeof(target), "%s/ep0", g->mnt);
	g->ep0 = open(target, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return g->ep0 < 0 ? -errno : 0;
}

int gadget_link(struct gadget *g)
{
	char path[192], target[192];

	snprintf(path, sizeof(path), "%s/functions/ffs.%s", g->path, g->name);
	snprintf(target, sizeof(target), "%s/configs/c.1/f", g->path);
	if (symlink(path, target))
		return -errno;
	g->linked = true;
	return 0;
}

int gadget_create(struct gadget *g, const char *suffix,
		  enum gadget_descs descs)
{
	int ret = gadget_open(g, suffix);

	if (!ret)
		ret = write_descriptors(g->ep0, descs);
	if (!ret)
		ret = gadget_write_strings(g);
	return ret ? ret : gadget_link(g);
}

static void handle_event(struct gadget *g, const struct usb_functionfs_event *e)
{
	struct gadget_state *s = g->state;
	char none;

	switch (e->type) {
	case FUNCTIONFS_BIND:
		atomic_store(&s->enabled, 0);
		atomic_store(&s->bound, 1);
		break;
	case FUNCTIONFS_UNBIND:
		atomic_store(&s->enabled, 0);
		atomic_store(&s->bound, 0);
		atomic_fetch_add(&s->unbinds, 1);
		break;
	case FUNCTIONFS_ENABLE:
		atomic_store(&s->bound, 1);
		atomic_store(&s->enabled, 1);
		atomic_fetch_add(&s->enables, 1);
		break;
	case FUNCTIONFS_DISABLE:
		atomic_store(&s->enabled, 0);
		break;
	case FUNCTIONFS_SETUP:
		/* FunctionFS stalls on access in the wrong direction. */
		atomic_store(&s->setup_index, le16toh(e->u.setup.wIndex));
		atomic_fetch_add(&s->setups, 1);
		if (e->u.setup.bRequestType & USB_DIR_IN) {
			if (read(g->ep0, &none, 0) < 0)
				break;
		} else {
			if (write(g->ep0, &none, 0) < 0)
				break;
		}
		break;
	default:
		break;
	}
	state_changed(s);
}

/*
 * Never sleeps in read(): kernels before 7.3 hold the lock meanwhile that
 * unbinding needs.  Never sleeps long in poll() either: with O_NONBLOCK it
 * misses an event while another task holds this lock, and nothing wakes it
 * afterwards.
 */
static void *ep0_thread(void *arg)
{
	struct gadget *g = arg;
	struct pollfd p[2] = {
		{ .fd = g->ep0, .events = POLLIN },
		{ .fd = g->stop[0], .events = POLLIN },
	};
	struct usb_functionfs_event ev[4];
	ssize_t n, i;

	for (;;) {
		if (poll(p, 2, EP0_POLL_MS) < 0 && errno != EINTR)
			break;
		if (p[1].revents)
			break;
		if (!(p[0].revents & POLLIN))
			continue;
		n = read(g->ep0, ev, sizeof(ev));
		for (i = 0; i < n / (ssize_t)sizeof(ev[0]); i++)
			handle_event(g, &ev[i]);
	}
	return NULL;
}

int gadget_start_ep0(struct gadget *g)
{
	int ret;

	if (pipe2(g->stop, O_CLOEXEC))
		return -errno;
	ret = pthread_create(&g->thread, NULL, ep0_thread, g);
	if (ret)
		return -ret;
	g->thread_running = true;
	return 0;
}

void gadget_stop_ep0(struct gadget *g)
{
	if (!g->thread_running)
		return;
	if (write(g->stop[1], "", 1) == 1)
		pthread_join(g->thread, NULL);
	g->thread_running = false;
}

void gadget_destroy(struct gadget *g)
{
	char path[192];

	if (!g->state)
		return;
	gadget_unbind(g);
	gadget_stop_ep0(g);
	if (g->linked) {
		snprintf(path, sizeof(path), "%s/configs/c.1/f", g->path);
		unlink(path);
	}
	if (g->ep0 >= 0)
		close(g->ep0);
	umount2(g->mnt, MNT_DETACH);
	rmdir(g->mnt);
	snprintf(path, sizeof(path), "%s/functions/ffs.%s", g->path, g->name);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/configs/c.1", g->path);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/strings/0x409", g->path);
	rmdir(path);
	rmdir(g->path);
	close(g->stop[0]);
	close(g->stop[1]);
	munmap(g->state, sizeof(*g->state));
	g->state = NULL;
}

int gadget_bind(struct gadget *g)
{
	return set_attr(g, "UDC", g->udc);
}

int gadget_unbind(struct gadget *g)
{
	return set_attr(g, "UDC", "\n");
}

/* The timeout is for kernels that hang: a test that reaches it fails. */
static int wait_until(struct gadget *g, atomic_uint *word, unsigned int from,
		      bool equal)
{
	unsigned int seen;
	time_t end = time(NULL) + EVENT_LIMIT_S;

	for (;;) {
		seen = atomic_load(&g->state->seq);
		if ((atomic_load(word) == from) == equal)
			return 0;
		if (time(NULL) > end)
			return -ETIMEDOUT;
		futex_wait(&g->state->seq, seen, 1);
	}
}

/* Waits until the number of ENABLE events exceeds @before. */
int gadget_wait_enables(struct gadget *g, unsigned int before)
{
	return wait_until(g, &g->state->enables, before, false);
}

int gadget_wait_enabled(struct gadget *g, bool enabled)
{
	return wait_until(g, &g->state->enabled, enabled, true);
}

int gadget_bind_wait(struct gadget *g)
{
	int ret = gadget_bind(g);

	return ret ? ret : gadget_wait_enabled(g, true);
}

/*
 * FunctionFS drops older events when a new one comes, so the unbind must have
 * been seen before the next bind, or the state would stay "enabled" throughout.
 */
int gadget_unbind_wait(struct gadget *g)
{
	unsigned int before = atomic_load(&g->state->unbinds);
	int ret = gadget_unbind(g);

	return ret ? ret : wait_until(g, &g->state->unbinds, before, false);
}

int gadget_open_ep(struct gadget *g, int ep, int flags)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/ep%d", g->mnt, ep + 1);
	fd = open(path, O_RDWR | O_CLOEXEC | flags);
	return fd < 0 ? -errno : fd;
}

/*
 * An old kernel returns EAGAIN for an unknown ioctl while the endpoint is
 * disabled and ENOTTY later.  A new one returns EPERM without a controller or
 * without scatter-gather, before it looks at the file descriptor.
 */
enum gadget_ability gadget_ability(struct gadget *g)
{
	enum gadget_ability a;
	int fd, ret;

	fd = gadget_open_ep(g, EP_IN, O_NONBLOCK);
	if (fd < 0)
		return ABILITY_NONE;
	ret = ffs_attach(fd, -1);
	close(fd);
	if (ret == -EBADF)
		a = ABILITY_FULL;
	else if (ret != -EPERM)
		a = ABILITY_NONE;
	else if (atomic_load(&g->state->bound))
		a = ABILITY_NO_SG;
	else
		a = ABILITY_UNKNOWN;
	return a;
}

bool gadget_has_submit(struct gadget *g)
{
	struct usb_ffs_dmabuf_submit s = { .size = sizeof(s) };
	int fd, ret;

	fd = gadget_open_ep(g, EP_IN, O_NONBLOCK);
	if (fd < 0)
		return false;
	ret = ffs_submit_raw(fd, &s);
	close(fd);
	return ret == -EINVAL;
}
