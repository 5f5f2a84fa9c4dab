// SPDX-License-Identifier: GPL-2.0-only
/* Runs the tests of one program, each in a process of its own, and prints
 * TAP. */
#define _GNU_SOURCE
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ffs_test.h"

#define EXIT_PASS	0
#define EXIT_FAIL	1
#define EXIT_SKIP	4

/* Time limit of a test, long enough for a kernel with all checkers. */
#define LIMIT_S		60

static struct test *first, **last = &first;
static char *reason;		/* for a skip, shared with the child */
#define REASON_SIZE	256

void test_register(struct test *t)
{
	*last = t;
	last = &t->next;
}

/* One write per line, or lines of parent and child would mix. */
static void say(const char *prefix, const char *fmt, va_list ap)
{
	char line[512];
	int n;

	n = snprintf(line, sizeof(line), "%s", prefix);
	n += vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (write(STDOUT_FILENO, line, n) < 0)
		abort();
}

__printf(1, 2)
static void out(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("# ", fmt, ap);
	va_end(ap);
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
	char prefix[64];
	va_list ap;

	snprintf(prefix, sizeof(prefix), "# %s:%d: ", file, line);
	va_start(ap, fmt);
	say(prefix, fmt, ap);
	va_end(ap);
	_exit(EXIT_FAIL);
}

void test_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, REASON_SIZE, fmt, ap);
	va_end(ap);
	_exit(EXIT_SKIP);
}

const char *value_name(long value)
{
	static _Thread_local char buf[4][48];
	static _Thread_local int i;
	const char *name = NULL;

	i = (i + 1) % 4;
	if (value < 0 && value > -4096)
		name = strerror(-value);
	if (name)
		snprintf(buf[i], sizeof(buf[i]), "%ld (%.36s)", value, name);
	else
		snprintf(buf[i], sizeof(buf[i]), "%ld", value);
	return buf[i];
}

int need_ep(struct ctx *c, int ep)
{
	if (c->ep[ep] < 0)
		c->ep[ep] = FD(gadget_open_ep(c->g, ep, O_NONBLOCK));
	return c->ep[ep];
}

struct host *need_host(struct ctx *c)
{
	if (c->host.fd < 0)
		OK(host_open(&c->host, c->g));
	return &c->host;
}

void need_buf(struct dbuf *b, size_t size)
{
	OK(dbuf_any(b, size));
}

void host_expect(struct ctx *c, int ep, size_t len, unsigned int seed)
{
	struct host *h = need_host(c);
	char *buf = malloc(len);
	long bad;

	CHECK(buf);
	EQ(host_xfer(h, ep, buf, len), (long)len);
	bad = pattern_check(buf, 0, len, seed);
	if (bad >= 0)
		FAIL("host got a wrong byte at %ld of %zu", bad, len);
	free(buf);
}

void host_send(struct ctx *c, int ep, size_t len, unsigned int seed)
{
	struct host *h = need_host(c);
	char *buf = malloc(len);

	CHECK(buf);
	pattern_fill(buf, len, seed);
	EQ(host_xfer(h, ep, buf, len), (long)len);
	free(buf);
}

int open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = -3;	/* itself, "." and ".." */

	CHECK(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* Also detects a number that is reserved without an open file. */
int next_fd(void)
{
	int fd = FD(dup(STDOUT_FILENO));

	close(fd);
	return fd;
}

static int time_limit(const struct test *t)
{
	const char *env = getenv("FFS_TIME_SCALE");
	int scale = env ? atoi(env) : 1;

	return LIMIT_S * (scale > 0 ? scale : 1) * (t->flags & T_LONG ? 3 : 1);
}

/* Returns the exit status of the child, or -1 if it did not end in time. */
static int wait_child(pid_t pid, int seconds)
{
	struct pollfd p = { .events = POLLIN };
	int status, n;

	p.fd = syscall(SYS_pidfd_open, pid, 0);
	if (p.fd < 0)
		return -1;
	n = poll(&p, 1, seconds * 1000);
	if (n != 1) {
		kill(pid, SIGKILL);
		/* The signal does not end a process stuck in the kernel. */
		n = poll(&p, 1, 5000);
		if (n == 1)
			waitpid(pid, &status, 0);
		close(p.fd);
		return n == 1 ? -1 : -2;
	}
	close(p.fd);
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	if (WIFSIGNALED(status)) {
		note("killed by signal %d", WTERMSIG(status));
		return EXIT_FAIL;
	}
	return WEXITSTATUS(status);
}

/*
 * This process inherits the children of a test that has ended.  They share its
 * files, which other tests cannot open before they are closed.
 */
static void end_descendants(pid_t group)
{
	kill(-group, SIGKILL);
	while (waitpid(-group, NULL, 0) > 0)
		;
}

static pid_t start_child(const struct test *t, struct gadget *g)
{
	struct ctx c = { .g = g, .host.fd = -1 };
	pid_t parent = getpid(), pid;
	int i;

	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAIL);
	setpgid(0, 0);
	for (i = 0; i < EP_COUNT; i++)
		c.ep[i] = -1;
	t->fn(&c);
	_exit(EXIT_PASS);
}

/* Brings the gadget into the initial state of a test. */
static int prepare(struct gadget *g, const struct test *t, bool clean)
{
	bool bound;
	int ret = 0;

	if (t->flags & T_ALONE)
		return 0;
	bound = atomic_load(&g->state->bound);
	if ((t->flags & (T_UNBOUND | T_PRIVATE)) || !clean) {
		/* Even after a failed test: a new connection has no halts. */
		if (bound) {
			ret = gadget_unbind_wait(g);
			/* The test may have unbound it at the same time. */
			if (ret == -ENODEV)
				ret = 0;
		}
		bound = false;
	}
	if (ret || (t->flags & (T_UNBOUND | T_PRIVATE)))
		return ret;
	if (!bound)
		return gadget_bind_wait(g);
	return gadget_wait_enabled(g, true);
}

static bool selected(const struct test *t, int argc, char **argv)
{
	int i;

	if (argc < 2)
		return true;
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], t->name))
			return true;
	}
	return false;
}

static int skip_all(int argc, char **argv, const char *why)
{
	struct test *t;
	int n = 0;

	for (t = first; t; t = t->next) {
		if (selected(t, argc, argv))
			out("ok %d %s # SKIP %s", ++n, t->name, why);
	}
	return EXIT_PASS;
}

int tests_main(int argc, char **argv)
{
	bool clean = true, hung = false, sg_known = false, sg = false;
	bool submit_known = false, submit = false;
	int n = 0, total = 0, failed = 0, ret = 0;
	bool alone = true, needs = false;
	struct gadget g;
	struct test *t;
	pid_t pid;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && !strcmp(argv[1], "-l")) {
		for (t = first; t; t = t->next)
			out("%s", t->name);
		return 0;
	}
	for (t = first; t; t = t->next) {
		if (!selected(t, argc, argv))
			continue;
		total++;
		alone &= !!(t->flags & T_ALONE);
		needs |= !(t->flags & T_NO_DMABUF_OK);
	}
	out("TAP version 13");
	out("1..%d", total);
	if (!total)
		return EXIT_FAIL;

	reason = mmap(NULL, REASON_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (reason == MAP_FAILED)
		return EXIT_FAIL;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	memset(&g, 0, sizeof(g));
	if (!alone)
		ret = gadget_create(&g, "", DESCS_ALL);
	if (ret == -ENODEV)
		return skip_all(argc, argv,
				"no virtual UDC (FFS_UDC names another)");
	if (!ret && !alone)
		ret = gadget_start_ep0(&g);
	if (ret) {
		out("Bail out! cannot make a gadget: %s", value_name(ret));
		gadget_destroy(&g);
		return EXIT_FAIL;
	}
	if (!alone && needs && gadget_ability(&g) == ABILITY_NONE) {
		gadget_destroy(&g);
		return skip_all(argc, argv,
				"this kernel lacks FUNCTIONFS_DMABUF_ATTACH");
	}

	for (t = first; t; t = t->next) {
		if (!selected(t, argc, argv))
			continue;
		n++;
		if (hung) {
			out("not ok %d %s # not run: the last test hangs", n,
			    t->name);
			failed++;
			continue;
		}
		ret = prepare(&g, t, clean);
		if (ret) {
			note("cannot prepare: %s", value_name(ret));
			out("not ok %d %s", n, t->name);
			failed++;
			clean = false;
			continue;
		}
		if (!sg_known &&
		    !(t->flags & (T_UNBOUND | T_PRIVATE | T_ALONE))) {
			sg = gadget_ability(&g) == ABILITY_FULL;
			sg_known = true;
		}
		if (sg_known && !sg && !(t->flags & T_NO_SG_OK)) {
			out("ok %d %s # SKIP %s has no scatter-gather", n,
			    t->name, g.udc);
			continue;
		}
		if (!submit_known && (t->flags & T_SUBMIT)) {
			submit = gadget_has_submit(&g);
			submit_known = true;
		}
		if ((t->flags & T_SUBMIT) && !submit) {
			out("ok %d %s # SKIP %s", n, t->name, LACKS_SUBMIT);
			continue;
		}
		reason[0] = '\0';
		pid = start_child(t, &g);
		ret = wait_child(pid, time_limit(t));
		if (ret != -2)
			end_descendants(pid);
		clean = false;
		if (ret == EXIT_PASS) {
			out("ok %d %s", n, t->name);
			clean = true;
		} else if (ret == EXIT_SKIP) {
			out("ok %d %s # SKIP %s", n, t->name, reason);
		} else {
			if (ret < 0)
				note("not done after %d s", time_limit(t));
			out("not ok %d %s", n, t->name);
			failed++;
		}
		if (ret == -2) {
			note("cannot be killed: stuck in the kernel");
			hung = true;
		}
	}
	/* With a process stuck in the kernel, cleaning up would hang too. */
	if (hung)
		_exit(EXIT_FAIL);
	gadget_destroy(&g);
	return failed ? EXIT_FAIL : EXIT_PASS;
}
