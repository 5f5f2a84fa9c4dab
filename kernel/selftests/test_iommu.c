// SPDX-License-Identifier: GPL-2.0-only
/*
 * Behind an IOMMU a dmabuf has to be attached to the device that does the
 * controller's DMA, which is not always the parent of the gadget.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ffs_test.h"

#define LEN	(3 * 4096 + 100)

/* The device that an IOMMU translates for, upwards from the controller. */
static bool translated(const char *udc, char *dev)
{
	char path[PATH_MAX + 32], type[32];
	char *slash;

	snprintf(path, sizeof(path), "/sys/class/udc/%s/device", udc);
	if (!realpath(path, dev))
		return false;
	while (strncmp(dev, "/sys/devices/", 13) == 0) {
		snprintf(path, sizeof(path), "%s/iommu_group/type", dev);
		if (!read_file(path, type, sizeof(type)))
			return !strncmp(type, "DMA", 3);
		slash = strrchr(dev, '/');
		*slash = '\0';
	}
	return false;
}

static void need_iommu(struct ctx *c)
{
	char dev[PATH_MAX];

	if (!translated(c->g->udc, dev))
		SKIP("no IOMMU translates for %s", c->g->udc);
	note("an IOMMU translates for %s", strrchr(dev, '/') + 1);
}

static void in(struct ctx *c, enum mem_provider p)
{
	int ep = need_ep(c, EP_IN), sync;
	struct dbuf b;

	need_iommu(c);
	if (!mem_available(p))
		SKIP("no %s here", mem_name(p));
	OK(dbuf_new(&b, p, LEN));
	dbuf_fill(&b, LEN, 1);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, LEN));
	sync = FD(sync_export(b.fd, SYNC_RW));
	host_expect(c, EP_IN, LEN, 1);
	EQ(sync_wait(sync), 1);
	OK(ffs_detach(ep, b.fd));
}

static void to_out(struct ctx *c, enum mem_provider p)
{
	int ep = need_ep(c, EP_OUT), sync;
	struct dbuf b;

	need_iommu(c);
	if (!mem_available(p))
		SKIP("no %s here", mem_name(p));
	OK(dbuf_new(&b, p, LEN));
	dbuf_fill(&b, LEN, 2);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, LEN));
	sync = FD(sync_export(b.fd, SYNC_RW));
	host_send(c, EP_OUT, LEN, 3);
	EQ(sync_wait(sync), 1);
	EQ(dbuf_check(&b, 0, LEN, 3), -1);
	OK(ffs_detach(ep, b.fd));
}

TEST(udmabuf_in, T_BOUND)
{
	in(c, MEM_UDMABUF_LIST);
}

TEST(udmabuf_out, T_BOUND)
{
	to_out(c, MEM_UDMABUF_LIST);
}

TEST(heap_in, T_BOUND)
{
	in(c, MEM_HEAP);
}

TEST(heap_out, T_BOUND)
{
	to_out(c, MEM_HEAP);
}

/* Mapped for the controller anew when it comes back. */
TEST(bound_again, T_BOUND)
{
	in(c, MEM_UDMABUF);
	host_close(&c->host);
	OK(gadget_unbind_wait(c->g));
	OK(gadget_bind_wait(c->g));
	in(c, MEM_UDMABUF);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
