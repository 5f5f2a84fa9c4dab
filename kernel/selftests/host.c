// SPDX-License-Identifier: GPL-2.0-only
/* The host side, by plain usbfs: no library, no hotplug, no threads. */
#define _GNU_SOURCE
#include <dirent.h>
#include <linux/usb/ch9.h>
#include <linux/usbdevice_fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ffs_test.h"

#define SYSFS_USB	"/sys/bus/usb/devices"
/* A multiple of every packet size, and small enough for kmalloc(). */
#define HOST_CHUNK	65536
#define HOST_LIMIT_MS	30000

static int read_attr(const char *dev, const char *attr, char *buf, size_t size)
{
	char path[320];

	snprintf(path, sizeof(path), SYSFS_USB "/%s/%s", dev, attr);
	return read_file(path, buf, size);
}

static int find_device(const char *wanted, char *name, size_t size)
{
	struct dirent *de;
	char serial[64];
	int ret = -ENODEV;
	DIR *d;

	d = opendir(SYSFS_USB);
	if (!d)
		return -errno;
	while ((de = readdir(d))) {
		if (read_attr(de->d_name, "serial", serial, sizeof(serial)))
			continue;
		if (strcmp(serial, wanted))
			continue;
		snprintf(name, size, "%.30s", de->d_name);
		ret = 0;
		break;
	}
	closedir(d);
	return ret;
}

/*
 * The controller chooses the addresses, so they are read back; the order is
 * that of the descriptors.
 */
static int find_endpoints(struct host *h)
{
	unsigned char buf[512];
	ssize_t n, i;
	int found = 0;

	n = pread(h->fd, buf, sizeof(buf), 0);
	for (i = 0; i + 2 < n && buf[i] >= 2; i += buf[i]) {
		if (buf[i + 1] == USB_DT_ENDPOINT && found < EP_COUNT)
			h->ep[found++] = buf[i + 2];
	}
	return found == EP_COUNT ? 0 : -EPROTO;
}

/*
 * Call when the function is enabled: the device node exists before the host
 * has configured the device, and usbfs blocks until then.
 */
int host_open_device(struct host *h, const char *serial)
{
	char bus[16], dev[16], path[64];
	int ret;

	h->fd = -1;
	ret = find_device(serial, h->sysname, sizeof(h->sysname));
	if (!ret)
		ret = read_attr(h->sysname, "busnum", bus, sizeof(bus));
	if (!ret)
		ret = read_attr(h->sysname, "devnum", dev, sizeof(dev));
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "/dev/bus/usb/%03d/%03d", atoi(bus),
		 atoi(dev));
	h->fd = open(path, O_RDWR | O_CLOEXEC);
	return h->fd < 0 ? -errno : 0;
}

int host_open(struct host *h, struct gadget *g)
{
	unsigned int intf = 0;
	int ret;

	ret = host_open_device(h, g->name);
	if (ret)
		return ret;
	ret = find_endpoints(h);
	if (!ret && ioctl(h->fd, USBDEVFS_CLAIMINTERFACE, &intf))
		ret = -errno;
	if (ret)
		host_close(h);
	return ret;
}

void host_close(struct host *h)
{
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
}

long host_xfer_timeout(struct host *h, int ep, void *buf, size_t len,
		       int timeout_ms)
{
	struct usbdevfs_bulktransfer b;
	size_t done = 0;
	int n;

	do {
		b.ep = h->ep[ep];
		b.len = len - done < HOST_CHUNK ? len - done : HOST_CHUNK;
		b.timeout = timeout_ms;
		b.data = (char *)buf + done;
		n = ioctl(h->fd, USBDEVFS_BULK, &b);
		if (n < 0)
			return -errno;
		done += n;
	} while (done < len && n == (int)b.len);
	return done;
}

long host_xfer(struct host *h, int ep, void *buf, size_t len)
{
	return host_xfer_timeout(h, ep, buf, len, HOST_LIMIT_MS);
}

int host_set_halt(struct host *h, int ep)
{
	struct usbdevfs_ctrltransfer c = {
		.bRequestType = USB_RECIP_ENDPOINT,
		.bRequest = USB_REQ_SET_FEATURE,
		.wValue = USB_ENDPOINT_HALT,
		.wIndex = h->ep[ep],
		.timeout = HOST_LIMIT_MS,
	};

	return ioctl(h->fd, USBDEVFS_CONTROL, &c) < 0 ? -errno : 0;
}

int host_clear_halt(struct host *h, int ep)
{
	unsigned int addr = h->ep[ep];

	return ioctl(h->fd, USBDEVFS_CLEAR_HALT, &addr) ? -errno : 0;
}

int host_reset(struct host *h)
{
	return ioctl(h->fd, USBDEVFS_RESET) ? -errno : 0;
}

int host_class_request(struct host *h, unsigned int intf, unsigned int entity)
{
	unsigned char byte;
	struct usbdevfs_ctrltransfer c = {
		.bRequestType = USB_DIR_IN | USB_TYPE_CLASS |
				USB_RECIP_INTERFACE,
		.bRequest = 0x86,
		.wIndex = entity << 8 | intf,
		.wLength = 1,
		.data = &byte,
		.timeout = HOST_LIMIT_MS,
	};
	int ret = 0;

	if (ioctl(h->fd, USBDEVFS_CLAIMINTERFACE, &intf))
		return -errno;
	if (ioctl(h->fd, USBDEVFS_CONTROL, &c) < 0)
		ret = -errno;
	ioctl(h->fd, USBDEVFS_RELEASEINTERFACE, &intf);
	return ret;
}

/* Sends the request even if the device has no such setting. */
int host_set_interface(struct host *h, unsigned int intf, unsigned int alt)
{
	struct usbdevfs_ctrltransfer c = {
		.bRequestType = USB_RECIP_INTERFACE,
		.bRequest = USB_REQ_SET_INTERFACE,
		.wValue = alt,
		.wIndex = intf,
		.timeout = HOST_LIMIT_MS,
	};
	int ret = 0;

	if (ioctl(h->fd, USBDEVFS_CLAIMINTERFACE, &intf))
		return -errno;
	if (ioctl(h->fd, USBDEVFS_CONTROL, &c) < 0)
		ret = -errno;
	ioctl(h->fd, USBDEVFS_RELEASEINTERFACE, &intf);
	return ret;
}

/* The strings of these tests are ASCII. */
int host_string(struct host *h, unsigned int index, char *text, size_t size)
{
	unsigned char d[255];
	struct usbdevfs_ctrltransfer c = {
		.bRequestType = USB_DIR_IN,
		.bRequest = USB_REQ_GET_DESCRIPTOR,
		.wValue = USB_DT_STRING << 8 | index,
		.wIndex = 0x0409,
		.wLength = sizeof(d),
		.data = d,
		.timeout = HOST_LIMIT_MS,
	};
	size_t i;
	int n;

	n = ioctl(h->fd, USBDEVFS_CONTROL, &c);
	if (n < 0)
		return -errno;
	if (n < 2 || d[0] > n || d[1] != USB_DT_STRING)
		return -EPROTO;
	for (i = 0; i + 1 < size && 2 * i + 3 < d[0]; i++)
		text[i] = d[2 * i + 3] ? '?' : d[2 * i + 2];
	text[i] = 0;
	return 0;
}

/*
 * The dwc3 model of tests/vm/run has a register for plug and unplug; the ports
 * of its host controller cannot be switched.
 */
#define BENCH_PLUG	0x8000

static bool is_bench(const char *path)
{
	return strstr(path, "/resource0");
}

static int bench_plug(const char *path, bool on)
{
	volatile __u32 *bar;
	int fd, ret = 0;

	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	bar = mmap(NULL, BENCH_PLUG + 4, PROT_READ | PROT_WRITE, MAP_SHARED,
		   fd, 0);
	close(fd);
	if (bar == MAP_FAILED)
		return -errno;
	bar[BENCH_PLUG / 4] = on;
	if (bar[BENCH_PLUG / 4] != on)
		ret = -EIO;
	munmap((void *)bar, BENCH_PLUG + 4);
	return ret;
}

int host_switch(const char *port, bool on)
{
	if (is_bench(port))
		return bench_plug(port, on);
	return write_file(port, on ? "0" : "1");
}

/* For a device B-P on a root hub: the port's switch in sysfs (since 6.0). */
int host_find_port(struct gadget *g, char *path, size_t size)
{
	const char *bench = getenv("FFS_CONTROLLER");
	char name[32];
	int bus, port, ret;

	if (bench && !strcmp(bench, "dwc3")) {
		snprintf(path, size, "/sys/class/udc/%s/device/../resource0",
			 g->udc);
		return access(path, W_OK) ? -ENOTSUP : 0;
	}
	ret = find_device(g->name, name, sizeof(name));
	if (ret)
		return ret;
	if (sscanf(name, "%d-%d", &bus, &port) != 2)
		return -ENOTSUP;
	snprintf(path, size, SYSFS_USB "/%d-0:1.0/usb%d-port%d/disable",
		 bus, bus, port);
	return access(path, W_OK) ? -ENOTSUP : 0;
}

int host_unplug(struct gadget *g, char *port, size_t size)
{
	int ret = host_find_port(g, port, size);

	if (!ret)
		ret = host_switch(port, false);
	return ret ? ret : gadget_wait_enabled(g, false);
}

int host_replug(struct gadget *g, const char *port)
{
	int ret = host_switch(port, true);

	return ret ? ret : gadget_wait_enabled(g, true);
}
