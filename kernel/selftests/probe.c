// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe [UDC]: prints in one line whether the running kernel can transfer
 * dmabufs by FunctionFS, and whether the controller supports scatter-gather.
 *
 * Creates a gadget for a moment.  Without an argument it binds the gadget to a
 * free controller, so a connected host may see it appear and disappear.
 * Exit status: 0 all there, 1 no scatter-gather or not known, 2 no ioctls.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "ffs_test.h"

static bool is_free(const char *udc)
{
	char path[128], function[64];

	snprintf(path, sizeof(path), "/sys/class/udc/%.60s/function", udc);
	return !read_file(path, function, sizeof(function)) && !function[0];
}

static bool free_udc(char *name, size_t size)
{
	struct dirent *de;
	bool found = false;
	DIR *d;

	d = opendir("/sys/class/udc");
	while (d && !found && (de = readdir(d))) {
		if (de->d_name[0] == '.' || !is_free(de->d_name))
			continue;
		snprintf(name, size, "%.60s", de->d_name);
		found = true;
	}
	if (d)
		closedir(d);
	return found;
}

int main(int argc, char **argv)
{
	static const char * const sg[] = {
		[ABILITY_NO_SG] = "no",
		[ABILITY_FULL] = "yes",
		[ABILITY_UNKNOWN] = "unknown, no free controller",
	};
	enum gadget_ability a;
	struct utsname u;
	struct gadget g;
	char udc[64];
	bool have;
	int ret;

	uname(&u);
	if (argc > 1) {
		snprintf(udc, sizeof(udc), "%.60s", argv[1]);
		have = true;
	} else {
		have = free_udc(udc, sizeof(udc));
	}
	setenv("FFS_UDC", have ? udc : "none", 1);
	ret = gadget_create(&g, "p", DESCS_ALL);
	if (!ret)
		ret = gadget_start_ep0(&g);
	if (ret) {
		printf("FunctionFS dmabuf ioctls: unknown, cannot make a gadget (%s), kernel %s\n",
		       strerror(-ret), u.release);
		gadget_destroy(&g);
		return 1;
	}
	a = gadget_ability(&g);
	if (a == ABILITY_UNKNOWN && have) {
		ret = gadget_bind(&g);
		if (!ret) {
			atomic_store(&g.state->bound, 1);
			a = gadget_ability(&g);
		}
	}
	gadget_destroy(&g);
	if (a == ABILITY_NONE) {
		printf("FunctionFS dmabuf ioctls: no, kernel %s\n", u.release);
		return 2;
	}
	printf("FunctionFS dmabuf ioctls: yes, scatter-gather: %s%s%s%s, kernel %s\n",
	       sg[a], have ? " (" : "", have ? udc : "", have ? ")" : "",
	       u.release);
	return a == ABILITY_FULL ? 0 : 1;
}
