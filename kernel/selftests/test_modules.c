// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver of the controller and FunctionFS itself are removed while users
 * still hold references.  Needs both as modules, and a modprobe that finds
 * them.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ffs_test.h"

static int remove_module(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

/*
 * The last user of a module may end a moment later: a work item, or a fence
 * that waits for an RCU grace period.
 */
static int remove_module_soon(const char *name)
{
	int i, ret = -EWOULDBLOCK;

	for (i = 0; i < 500 && ret == -EWOULDBLOCK; i++) {
		ret = remove_module(name);
		if (ret)
			poll(NULL, 0, 20);
	}
	return ret;
}

static bool is_module(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return !access(path, F_OK);
}

/* Loads it with the current parameters. */
static void load_command(const char *name, char *cmd, size_t size)
{
	char dir[96], path[384], value[64];
	struct dirent *de;
	size_t n;
	DIR *d;

	n = snprintf(cmd, size, "modprobe %s", name);
	snprintf(dir, sizeof(dir), "/sys/module/%s/parameters", name);
	d = opendir(dir);
	while (d && (de = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, de->d_name);
		if (de->d_name[0] == '.' ||
		    read_file(path, value, sizeof(value)))
			continue;
		n += snprintf(cmd + n, size - n, " %s=%s", de->d_name, value);
		if (n >= size)
			n = size - 1;
	}
	if (d)
		closedir(d);
}

static void load(const char *cmd)
{
	int status = system(cmd);

	if (status)
		FAIL("%s: status %#x", cmd, status);
}

static void open_gadget(struct ctx *c, struct gadget *g)
{
	int ret = gadget_create(g, "m", DESCS_ALL);

	if (ret == -ENODEV)
		SKIP("no virtual UDC (FFS_UDC names another)");
	OK(ret);
	if (gadget_ability(g) == ABILITY_NONE) {
		gadget_destroy(g);
		SKIP("this kernel lacks FUNCTIONFS_DMABUF_ATTACH");
	}
	OK(gadget_start_ep0(g));
	OK(gadget_bind_wait(g));
	if (gadget_ability(g) != ABILITY_FULL) {
		gadget_destroy(g);
		SKIP("%s has no scatter-gather", gadget_find_udc());
	}
	c->g = g;
}

static void works(struct ctx *c)
{
	struct gadget g;
	struct dbuf b;
	int ep;

	open_gadget(c, &g);
	need_buf(&b, 4096);
	dbuf_fill(&b, 4096, 1);
	ep = FD(gadget_open_ep(&g, EP_IN, O_NONBLOCK));
	OK(ffs_attach(ep, b.fd));
	OK(ffs_transfer(ep, b.fd, 4096));
	c->host.fd = -1;
	host_expect(c, EP_IN, 4096, 1);
	close(ep);
	host_close(&c->host);
	dbuf_free(&b);
	gadget_destroy(&g);
}

/* 3. A fence that outlives the module it came from. */
TEST(bug03_fence_outlives_module, T_ALONE)
{
	struct gadget g;
	int ep, sync[3], want[3], ret, i;
	struct dbuf b;

	if (!is_module("usb_f_fs"))
		SKIP("FunctionFS is built in");
	open_gadget(c, &g);
	need_buf(&b, 4096);
	dbuf_fill(&b, 4096, 1);
	ep = FD(gadget_open_ep(&g, EP_IN, O_NONBLOCK));
	OK(ffs_attach(ep, b.fd));
	for (i = 0; i < 3; i++) {
		OK(ffs_transfer(ep, b.fd, 512));
		sync[i] = FD(sync_export(b.fd, SYNC_RW));
		if (i == 0)
			host_expect(c, EP_IN, 512, 1);
		if (i == 1)
			OK(ffs_detach(ep, b.fd));
		if (i == 1)
			OK(ffs_attach(ep, b.fd));
	}
	host_close(&c->host);
	OK(gadget_unbind_wait(&g));
	close(ep);
	dbuf_free(&b);
	want[0] = 1;
	want[1] = -ECONNRESET;
	want[2] = -ESHUTDOWN;
	gadget_destroy(&g);

	/* The kernel may refuse to unload while fences exist. */
	ret = remove_module("usb_f_fs");
	note("removal with fences left: %s", value_name(ret));
	if (ret)
		EQ(ret, -EWOULDBLOCK);
	for (i = 0; i < 3; i++) {
		EQ(sync_wait(sync[i]), want[i]);
		EQ(sync_names(sync[i], NULL, 0, NULL, 0), 1);
		close(sync[i]);
	}
	if (ret)
		OK(remove_module_soon("usb_f_fs"));
	/* Runs RCU callbacks, which may call code of the removed module. */
	OK(syscall(SYS_membarrier, 1, 0, 0));
	load("modprobe usb_f_fs");
	works(c);
}

/* The same for an out-fence, which only the program references. */
TEST(out_fence_outlives_module, T_ALONE)
{
	struct gadget g;
	int ep, sync[3], want[3] = { 1, -ECONNRESET, -ESHUTDOWN }, ret, i;
	struct dbuf a, b;
	char got[512];

	if (!is_module("usb_f_fs"))
		SKIP("FunctionFS is built in");
	open_gadget(c, &g);
	if (!gadget_has_submit(&g)) {
		gadget_destroy(&g);
		SKIP(LACKS_SUBMIT);
	}
	need_buf(&a, 4096);
	need_buf(&b, 4096);
	ep = FD(gadget_open_ep(&g, EP_IN, O_NONBLOCK));
	OK(ffs_attach(ep, a.fd));
	OK(ffs_attach(ep, b.fd));
	for (i = 0; i < 3; i++) {
		sync[i] = FD(SUBMIT(ep, SEG(&a, 0, 12), SEG(&b, 100, 500)));
		if (i == 0)
			EQ(host_xfer(need_host(c), EP_IN, got, 512), 512);
		if (i == 1) {
			OK(ffs_detach(ep, b.fd));
			OK(ffs_attach(ep, b.fd));
		}
	}
	host_close(&c->host);
	OK(gadget_unbind_wait(&g));
	close(ep);
	dbuf_free(&a);
	dbuf_free(&b);
	gadget_destroy(&g);

	ret = remove_module("usb_f_fs");
	note("removal with fences left: %s", value_name(ret));
	if (ret)
		EQ(ret, -EWOULDBLOCK);
	for (i = 0; i < 3; i++) {
		EQ(sync_wait(sync[i]), want[i]);
		EQ(sync_names(sync[i], NULL, 0, NULL, 0), 1);
		close(sync[i]);
	}
	if (ret)
		OK(remove_module_soon("usb_f_fs"));
	OK(syscall(SYS_membarrier, 1, 0, 0));
	load("modprobe usb_f_fs");
	works(c);
}

static void controller_removed(struct ctx *c, bool in_flight)
{
	struct gadget g;
	char cmd[512];
	int ep[EP_COUNT], sync[EP_COUNT], i;
	struct dbuf b[EP_COUNT];

	if (!is_module("dummy_hcd"))
		SKIP("dummy_hcd is built in or absent");
	open_gadget(c, &g);
	load_command("dummy_hcd", cmd, sizeof(cmd));
	for (i = 0; i < EP_COUNT; i++) {
		need_buf(&b[i], 100000);
		ep[i] = FD(gadget_open_ep(&g, i, O_NONBLOCK));
		OK(ffs_attach(ep[i], b[i].fd));
		if (!in_flight)
			continue;
		OK(ffs_transfer(ep[i], b[i].fd, 100000));
		sync[i] = FD(sync_export(b[i].fd, SYNC_RW));
	}
	OK(remove_module_soon("dummy_hcd"));
	for (i = 0; i < EP_COUNT; i++) {
		if (in_flight)
			EQ(sync_wait(sync[i]), -ESHUTDOWN);
		EQ(ffs_transfer(ep[i], b[i].fd, 1), -EPERM);
		EQ(ffs_detach(ep[i], b[i].fd), -EPERM);
		EQ(ffs_attach(ep[i], b[i].fd), -EPERM);
		close(ep[i]);
		dbuf_free(&b[i]);
		if (in_flight)
			close(sync[i]);
	}
	gadget_destroy(&g);
	load(cmd);
	works(c);
}

/* 5. The controller is removed while buffers are attached. */
TEST(bug05_controller_removed, T_ALONE)
{
	controller_removed(c, false);
}

TEST(bug05_controller_removed_in_flight, T_ALONE)
{
	controller_removed(c, true);
}

/* Closed without an ioctl in between, as when a program is killed. */
TEST(bug05_controller_removed_close, T_ALONE)
{
	struct gadget g;
	char cmd[512];
	struct dbuf b;
	int ep;

	if (!is_module("dummy_hcd"))
		SKIP("dummy_hcd is built in or absent");
	open_gadget(c, &g);
	load_command("dummy_hcd", cmd, sizeof(cmd));
	need_buf(&b, 100000);
	ep = FD(gadget_open_ep(&g, EP_IN, O_NONBLOCK));
	OK(ffs_attach(ep, b.fd));
	OK(remove_module_soon("dummy_hcd"));
	close(ep);
	dbuf_free(&b);
	gadget_destroy(&g);
	load(cmd);
	works(c);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
