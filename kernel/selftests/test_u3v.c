// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device info descriptor of USB3 Vision: its string indices are those of
 * the function's own strings, and the host has to see the numbers that the
 * gadget assigns.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <linux/usb/ch9.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ffs_test.h"

#define LACKS_CLASS	"this kernel refuses class-specific descriptors"

#define CS_INTERFACE	(USB_TYPE_CLASS | USB_DT_INTERFACE)
#define DEVICE_INFO	1
#define INFO_SIZE	20
#define STRINGS_AT	11
#define STRINGS		8
#define CLASS_MISC	0xef
#define SUBCLASS_U3V	0x05

enum { FS, HS, SS, SPEEDS };

static const char * const speed_name[SPEEDS] = {
	"full-speed", "high-speed", "super-speed",
};

static const char * const text[] = {
	"vendor", "model", "serial", "GUID", "family", "version", "info",
};

/* In the order of the descriptor; 0 is the user-defined name. */
static const unsigned char written[STRINGS] = { 4, 1, 2, 5, 6, 7, 3, 0 };

struct info {
	unsigned char class, subclass;
	unsigned char d[32];
};

static struct info device_info(void)
{
	struct info i = {
		.class = CLASS_MISC,
		.subclass = SUBCLASS_U3V,
		.d = {
			INFO_SIZE, CS_INTERFACE, DEVICE_INFO, 0, 0, 1, 0, 0, 0,
			1, 0, [STRINGS_AT + STRINGS] = 0x0e,
		},
	};

	memcpy(i.d + STRINGS_AT, written, STRINGS);
	return i;
}

static size_t put(unsigned char *at, const void *data, size_t len)
{
	memcpy(at, data, len);
	return len;
}

/* The control interface of a camera, with one of its two endpoints. */
static int write_descriptors(struct gadget *g, const struct info *info)
{
	static const unsigned int packet[SPEEDS] = { 64, 512, 1024 };
	__le32 head[6] = {
		htole32(FUNCTIONFS_DESCRIPTORS_MAGIC_V2), 0,
		htole32(FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC |
			FUNCTIONFS_HAS_SS_DESC),
		htole32(3), htole32(3), htole32(4),
	};
	unsigned char data[512];
	size_t n = sizeof(head);
	int speed;

	for (speed = 0; speed < SPEEDS; speed++) {
		unsigned char intf[9] = {
			9, USB_DT_INTERFACE, 0, 0, 1, info->class,
			info->subclass, 0, 0,
		}, ep[7] = {
			7, USB_DT_ENDPOINT, 0x81, USB_ENDPOINT_XFER_BULK,
			packet[speed] & 0xff, packet[speed] >> 8, 0,
		}, comp[6] = { 6, USB_DT_SS_ENDPOINT_COMP };

		n += put(data + n, intf, sizeof(intf));
		n += put(data + n, info->d, info->d[0]);
		n += put(data + n, ep, sizeof(ep));
		if (speed == SS)
			n += put(data + n, comp, sizeof(comp));
	}
	head[1] = htole32(n);
	memcpy(data, head, sizeof(head));
	return write(g->ep0, data, n) < 0 ? -errno : 0;
}

static int write_strings(struct gadget *g, unsigned int count)
{
	unsigned char data[256];
	size_t n = 18;
	unsigned int i;
	__le32 head[4] = {
		htole32(FUNCTIONFS_STRINGS_MAGIC), 0, htole32(count),
		htole32(1),
	};

	for (i = 0; i < count; i++)
		n += put(data + n, text[i], strlen(text[i]) + 1);
	head[1] = htole32(n);
	memcpy(data, head, sizeof(head));
	data[16] = 0x09;
	data[17] = 0x04;
	return write(g->ep0, data, n) < 0 ? -errno : 0;
}

/* Closing ep0 resets FunctionFS. */
static void reopen(struct gadget *g)
{
	char path[96];

	close(g->ep0);
	snprintf(path, sizeof(path), "%s/ep0", g->mnt);
	g->ep0 = FD(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

static int try_info(struct gadget *g, const struct info *info)
{
	int ret = write_descriptors(g, info);

	reopen(g);
	return ret;
}

static void need_class(struct gadget *g)
{
	struct info i = { .class = 0xff, .d = { 3, CS_INTERFACE, 0x7f } };
	int ret;

	ret = gadget_open(g, "u");
	if (ret == -ENODEV)
		SKIP("no virtual UDC (FFS_UDC names another)");
	OK(ret);
	ret = try_info(g, &i);
	if (ret == -EINVAL) {
		gadget_destroy(g);
		SKIP(LACKS_CLASS);
	}
	OK(ret);
}

/* Finds the class-specific descriptor in the host's data. */
static const unsigned char *find(const unsigned char *d, size_t len)
{
	size_t at;

	for (at = USB_DT_DEVICE_SIZE; at + 2 < len && d[at] >= 2; at += d[at]) {
		if (d[at + 1] == CS_INTERFACE && at + d[at] <= len)
			return d + at;
	}
	FAIL("the host sees no class-specific descriptor");
}

/* The dwc3 model of tests/vm/run has no full speed. */
static int slowest(void)
{
	const char *bench = getenv("FFS_CONTROLLER");

	return bench && !strcmp(bench, "dwc3") ? HS : FS;
}

static void bind_and_read(struct gadget *g, int speed, struct host *h,
			  struct info *seen)
{
	unsigned char config[1024];
	const unsigned char *d;
	char path[192];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/max_speed", g->path);
	OK(write_file(path, speed_name[speed]));
	OK(gadget_bind_wait(g));
	OK(host_open_device(h, g->name));
	n = pread(h->fd, config, sizeof(config), 0);
	CHECK(n > USB_DT_DEVICE_SIZE);
	d = find(config, n);
	CHECK(d[0] <= sizeof(seen->d));
	memcpy(seen->d, d, d[0]);
}

static void start(struct gadget *g, const struct info *info,
		  unsigned int strings)
{
	OK(write_descriptors(g, info));
	OK(write_strings(g, strings));
	OK(gadget_link(g));
	OK(gadget_start_ep0(g));
}

TEST(strings_as_written, T_PRIVATE | T_NO_DMABUF_OK | T_LONG)
{
	struct info info = device_info(), seen;
	struct gadget g;
	struct host h;
	char got[64];
	int speed, i, again;

	need_class(&g);
	start(&g, &info, ARRAY_SIZE(text));
	/* The second bind replaces the same numbers as the first. */
	for (again = 0; again < 2; again++) {
		for (speed = SS; speed >= slowest(); speed--) {
			bind_and_read(&g, speed, &h, &seen);
			for (i = 0; i < STRINGS; i++) {
				unsigned char nr = seen.d[STRINGS_AT + i];

				if (!written[i]) {
					EQ(nr, 0);
					continue;
				}
				OK(host_string(&h, nr, got, sizeof(got)));
				if (strcmp(got, text[written[i] - 1]))
					FAIL("%s: %d is '%s', expected '%s'",
					     speed_name[speed], nr, got,
					     text[written[i] - 1]);
			}
			/* All other bytes are unchanged. */
			memcpy(seen.d + STRINGS_AT, written, STRINGS);
			EQ(memcmp(seen.d, info.d, INFO_SIZE), 0);
			host_close(&h);
			OK(gadget_unbind_wait(&g));
		}
	}
	gadget_destroy(&g);
}

/* Strings that only this descriptor mentions have to be written, too. */
TEST(strings_count, T_PRIVATE | T_NO_DMABUF_OK)
{
	struct info info = device_info();
	struct gadget g;

	need_class(&g);
	OK(write_descriptors(&g, &info));
	EQ(write_strings(&g, ARRAY_SIZE(text) - 1), -EINVAL);
	OK(write_strings(&g, ARRAY_SIZE(text)));
	reopen(&g);
	memset(info.d + STRINGS_AT, 0, STRINGS);
	OK(write_descriptors(&g, &info));
	OK(write_strings(&g, 1));
	gadget_destroy(&g);
}

TEST(length, T_PRIVATE | T_NO_DMABUF_OK)
{
	struct info info = device_info();
	struct gadget g;
	unsigned int i;

	need_class(&g);
	for (i = 3; i < INFO_SIZE; i++) {
		info.d[0] = i;
		EQ(try_info(&g, &info), -EINVAL);
	}
	for (; i <= sizeof(info.d); i++) {
		info.d[0] = i;
		OK(try_info(&g, &info));
	}
	gadget_destroy(&g);
}

/* The same bytes in interfaces of another class are not replaced. */
static void left_alone(const struct info *info)
{
	struct gadget g;
	struct info seen;
	struct host h;

	need_class(&g);
	start(&g, info, 1);
	bind_and_read(&g, SS, &h, &seen);
	EQ(memcmp(seen.d, info->d, INFO_SIZE), 0);
	host_close(&h);
	OK(gadget_unbind_wait(&g));
	gadget_destroy(&g);
}

TEST(other_subtype, T_PRIVATE | T_NO_DMABUF_OK)
{
	struct info info = device_info();

	info.d[2] = DEVICE_INFO + 1;
	left_alone(&info);
}

TEST(other_subclass, T_PRIVATE | T_NO_DMABUF_OK)
{
	struct info info = device_info();

	info.subclass = SUBCLASS_U3V - 1;
	left_alone(&info);
}

TEST(other_class, T_PRIVATE | T_NO_DMABUF_OK)
{
	struct info info = device_info();

	info.class = USB_CLASS_VENDOR_SPEC;
	left_alone(&info);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
