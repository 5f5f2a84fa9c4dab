// SPDX-License-Identifier: GPL-2.0-only
/*
 * FunctionFS splits scatterlists that exceed the limits of a controller, or
 * rejects them before anything is queued. Module parameters set the limits of
 * dummy_hcd, which rejects requests that exceed them; dwc3 has its own limits.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ffs_test.h"

#define PAGES	40

static int page;	/* its size */

static const struct {
	const char *name;
	const char *any;	/* value for no limit */
} param[] = {
	{ "sg_max_entry", "0" },
	{ "sg_max_entries", "0" },
	{ "sg_max_per_packet", "0" },
	{ "sg_any_boundary", "Y" },
	{ "out_aligned", "N" },
};

static int set_param(const char *name, const char *value)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/module/dummy_hcd/parameters/%s",
		 name);
	return write_file(path, value);
}

static int take_anything(void)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(param) && !ret; i++)
		ret = set_param(param[i].name, param[i].any);
	return ret;
}

/* Each test begins with this: a failed one leaves its limits behind. */
static void need_params(struct ctx *c)
{
	int ret;

	if (strncmp(c->g->udc, "dummy_udc", 9))
		SKIP("%s has fixed limits", c->g->udc);
	ret = take_anything();
	if (ret == -ENOENT)
		SKIP("this dummy_hcd has no limits");
	OK(ret);
}

/* Removes the parameters for the limits of the controller itself. */
static void as_it_is(void)
{
	int ret = take_anything();

	if (ret != -ENOENT)
		OK(ret);
}

static void limit(const char *name, const char *value)
{
	OK(set_param(name, value));
}

static void limit_number(const char *name, unsigned int n)
{
	char value[16];

	snprintf(value, sizeof(value), "%u", n);
	limit(name, value);
}

/* Scattered pages, so that each is an entry, or several. */
static void pages(struct ctx *c, int ep_nr, struct dbuf *b)
{
	if (!mem_available(MEM_UDMABUF_LIST))
		SKIP("no %s here", mem_name(MEM_UDMABUF_LIST));
	need_host(c);
	OK(dbuf_new(b, MEM_UDMABUF_LIST, PAGES * page));
	OK(ffs_attach(need_ep(c, ep_nr), b->fd));
}

static void nothing_there(struct dbuf *b)
{
	EQ(polled(b->fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
}

static void in(struct ctx *c, struct dbuf *b, size_t len, unsigned int seed)
{
	int sync;

	dbuf_fill(b, len, seed);
	OK(ffs_transfer(need_ep(c, EP_IN), b->fd, len));
	sync = FD(sync_export(b->fd, SYNC_RW));
	host_expect(c, EP_IN, len, seed);
	EQ(sync_wait(sync), 1);
	close(sync);
}

static void to_out(struct ctx *c, struct dbuf *b, size_t len,
		   unsigned int seed)
{
	int sync;

	dbuf_fill(b, len, ~seed);
	OK(ffs_transfer(need_ep(c, EP_OUT), b->fd, len));
	sync = FD(sync_export(b->fd, SYNC_RW));
	host_send(c, EP_OUT, len, seed);
	EQ(sync_wait(sync), 1);
	close(sync);
	EQ(dbuf_check(b, 0, len, seed), -1);
}

/* All bytes arrive, for any size of the entries. */
TEST(split, T_BOUND)
{
	static const char * const max[] = { "1024", "2048", "3072", "4096" };
	const size_t len[] = {
		1, 1023, 1024, 1025, page, page + 1, PAGES * page - 1,
		PAGES * page,
	};
	unsigned int i, k;
	struct dbuf b;

	need_params(c);
	for (i = 0; i < ARRAY_SIZE(max); i++) {
		limit("sg_max_entry", max[i]);
		/* Attached again, without a cached scatterlist. */
		pages(c, EP_IN, &b);
		OK(ffs_attach(need_ep(c, EP_OUT), b.fd));
		for (k = 0; k < ARRAY_SIZE(len); k++) {
			in(c, &b, len[k], i + k);
			to_out(c, &b, len[k], i + k);
		}
		OK(ffs_detach(need_ep(c, EP_IN), b.fd));
		OK(ffs_detach(need_ep(c, EP_OUT), b.fd));
		dbuf_free(&b);
	}
}

TEST(split_segments, T_BOUND)
{
	unsigned char *got = malloc(3 * page);
	struct dbuf b;
	int sync;

	need_params(c);
	CHECK(got);
	limit("sg_max_entry", "1024");
	pages(c, EP_IN, &b);
	dbuf_fill(&b, b.size, 3);
	sync = FD(SUBMIT(need_ep(c, EP_IN), SEG(&b, 7, 12),
			 SEG(&b, 2 * page - 5, page + 100)));
	EQ(host_xfer(&c->host, EP_IN, got, page + 112), page + 112);
	EQ(sync_wait(sync), 1);
	EQ(memcmp(got, b.map + 7, 12), 0);
	EQ(memcmp(got + 12, b.map + 2 * page - 5, page + 100), 0);
	OK(ffs_detach(need_ep(c, EP_IN), b.fd));
}

TEST(too_many_entries, T_BOUND)
{
	struct dbuf b;
	int ep;

	need_params(c);
	ep = need_ep(c, EP_IN);
	/* Contiguous pages count as several entries too. */
	limit_number("sg_max_entry", page);
	limit("sg_max_entries", "16");
	pages(c, EP_IN, &b);
	in(c, &b, 16 * page, 1);
	EQ(ffs_transfer(ep, b.fd, 16 * page + 1), -EMSGSIZE);
	nothing_there(&b);
	EQ(ffs_transfer(ep, b.fd, PAGES * page), -EMSGSIZE);
	nothing_there(&b);
	/* One entry more even if pages are contiguous and the split shifts. */
	EQ(SUBMIT(ep, SEG(&b, 5, 16 * page + 1)), -EMSGSIZE);
	nothing_there(&b);
	OK(ffs_detach(ep, b.fd));

	/* Entries are counted after the split. */
	limit_number("sg_max_entry", page / 4);
	OK(ffs_attach(ep, b.fd));
	EQ(ffs_transfer(ep, b.fd, 4 * page + 1), -EMSGSIZE);
	nothing_there(&b);
	in(c, &b, 4 * page, 2);
	OK(ffs_detach(ep, b.fd));
}

/* Submits n segments of one byte, with a limit of entries per packet. */
static void bytes(struct ctx *c, struct dbuf *b, int n, int want)
{
	struct usb_ffs_dmabuf_segment seg[64];
	int i, ret, ep = need_ep(c, EP_IN);
	unsigned char got[64];

	for (i = 0; i < n; i++)
		seg[i] = SEG(b, 100 * i, 1);
	ret = ffs_submit(ep, seg, n);
	if (want) {
		EQ(ret, want);
		nothing_there(b);
		return;
	}
	FD(ret);
	EQ(host_xfer(&c->host, EP_IN, got, n), n);
	EQ(sync_wait(ret), 1);
	close(ret);
	for (i = 0; i < n; i++)
		EQ(got[i], b->map[100 * i]);
}

static void packets(struct ctx *c, int max)
{
	int ep = need_ep(c, EP_IN), sync, i;
	unsigned char got[4096];
	struct dbuf b;

	need_host(c);
	need_buf(&b, 16384);
	dbuf_fill(&b, 16384, 5);
	OK(ffs_attach(ep, b.fd));
	for (i = 1; i <= max; i++)
		bytes(c, &b, i, 0);
	bytes(c, &b, max + 1, -EOPNOTSUPP);
	bytes(c, &b, 64, -EOPNOTSUPP);

	/* An entry with the end of a packet inside counts for both packets. */
	if (max == 4) {
		EQ(SUBMIT(ep, SEG(&b, 0, 1020), SEG(&b, 0, 1), SEG(&b, 0, 1),
			  SEG(&b, 0, 1), SEG(&b, 0, 1)), -EOPNOTSUPP);
		nothing_there(&b);
		sync = FD(SUBMIT(ep, SEG(&b, 0, 1021), SEG(&b, 0, 1),
				 SEG(&b, 0, 1), SEG(&b, 0, 1), SEG(&b, 0, 1)));
		EQ(host_xfer(&c->host, EP_IN, got, 1025), 1025);
		EQ(sync_wait(sync), 1);
		EQ(SUBMIT(ep, SEG(&b, 0, 1025), SEG(&b, 0, 1), SEG(&b, 0, 1),
			  SEG(&b, 0, 1), SEG(&b, 0, 1)), -EOPNOTSUPP);
		nothing_there(&b);
	}
	OK(ffs_detach(ep, b.fd));
}

TEST(per_packet, T_BOUND | T_SUBMIT)
{
	need_params(c);
	limit("sg_max_per_packet", "4");
	packets(c, 4);
	limit("sg_max_per_packet", "1");
	packets(c, 1);
}

/* The model of tests/vm/run has a cache of four, the minimum of dwc3. */
TEST(dwc3_per_packet, T_BOUND | T_SUBMIT)
{
	if (gadget_cancels(c->g) != CANCELS_STARTED)
		SKIP("%s is no dwc3", c->g->udc);
	packets(c, 4);
}

TEST(whole_pages, T_BOUND | T_SUBMIT)
{
	struct dbuf b;
	int ep, sync;

	need_params(c);
	limit("sg_any_boundary", "N");
	pages(c, EP_IN, &b);
	ep = need_ep(c, EP_IN);
	EQ(SUBMIT(ep, SEG(&b, 1, 10)), -EOPNOTSUPP);
	EQ(SUBMIT(ep, SEG(&b, 0, 10), SEG(&b, 0, page)), -EOPNOTSUPP);
	EQ(SUBMIT(ep, SEG(&b, 0, page), SEG(&b, 2 * page + 1024, 1)),
	   -EOPNOTSUPP);
	nothing_there(&b);
	dbuf_fill(&b, page, 4);
	sync = FD(SUBMIT(ep, SEG(&b, page, page), SEG(&b, 0, 100)));
	host_xfer(&c->host, EP_IN, b.map + 8 * page, page + 100);
	EQ(sync_wait(sync), 1);
	EQ(memcmp(b.map + 9 * page, b.map, 100), 0);
	in(c, &b, 5 * page + 17, 6);
	OK(ffs_detach(ep, b.fd));
}

/* The same for TRANSFER and SUBMIT. */
TEST(out_aligned, T_BOUND)
{
	struct dbuf b;
	int ep;

	need_params(c);
	limit("out_aligned", "Y");
	OK(gadget_unbind_wait(c->g));
	OK(gadget_bind_wait(c->g));
	limit("out_aligned", "N");
	need_host(c);
	need_buf(&b, 16384);
	ep = need_ep(c, EP_OUT);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_attach(need_ep(c, EP_IN), b.fd));
	EQ(ffs_transfer(ep, b.fd, 1000), -EINVAL);
	EQ(ffs_transfer(ep, b.fd, 1025), -EINVAL);
	EQ(SUBMIT(ep, SEG(&b, 0, 1025)), -EINVAL);
	nothing_there(&b);
	to_out(c, &b, 2048, 3);
	in(c, &b, 1000, 4);

	/* dummy_hcd reads it when a driver is bound. */
	host_close(&c->host);
	OK(gadget_unbind_wait(c->g));
	OK(gadget_bind_wait(c->g));
	OK(ffs_attach(ep, b.fd));
	to_out(c, &b, 1000, 5);
	OK(ffs_detach(ep, b.fd));
}

/* ---- several USB transfers by one SUBMIT: the limits apply to each ---- */

static void need_ends(struct ctx *c)
{
	__u64 features = 0;

	need_params(c);
	if (ffs_features(c->g->ep0, &features) ||
	    !(features & USB_FFS_FEATURE_DMABUF_END))
		SKIP("this kernel lacks FUNCTIONFS_DMABUF_SUBMIT of several");
}

/* Whole transfers, one read each. */
static void arrive(struct ctx *c, const struct dbuf *b, int sync, size_t first,
		   size_t second_at, size_t second)
{
	unsigned char *got = malloc(b->size);

	CHECK(got);
	FD(sync);
	EQ(host_xfer(&c->host, EP_IN, got, first), (long)first);
	EQ(memcmp(got, b->map, first), 0);
	EQ(host_xfer(&c->host, EP_IN, got, second), (long)second);
	EQ(memcmp(got, b->map + second_at, second), 0);
	EQ(sync_wait(sync), 1);
	close(sync);
	free(got);
}

TEST(entries_of_each, T_BOUND | T_SUBMIT)
{
	struct dbuf b;
	int ep;

	need_ends(c);
	ep = need_ep(c, EP_IN);
	limit_number("sg_max_entry", page);
	limit("sg_max_entries", "16");
	pages(c, EP_IN, &b);
	dbuf_fill(&b, b.size, 7);
	arrive(c, &b, SUBMIT(ep, END(&b, 0, 16 * page),
			     SEG(&b, 20 * page, 16 * page)),
	       16 * page, 20 * page, 16 * page);
	EQ(SUBMIT(ep, END(&b, 0, 1), SEG(&b, page, 16 * page + 1)), -EMSGSIZE);
	EQ(SUBMIT(ep, END(&b, 0, 16 * page + 1), SEG(&b, page, 1)), -EMSGSIZE);
	EQ(SUBMIT(ep, SEG(&b, 0, 8 * page), END(&b, 0, 8 * page + 1),
		  SEG(&b, page, 1)), -EMSGSIZE);
	nothing_there(&b);
	OK(ffs_detach(ep, b.fd));
}

TEST(packets_of_each, T_BOUND | T_SUBMIT)
{
	struct dbuf b;
	int ep;

	need_ends(c);
	ep = need_ep(c, EP_IN);
	limit("sg_max_per_packet", "2");
	pages(c, EP_IN, &b);
	dbuf_fill(&b, b.size, 8);
	arrive(c, &b, SUBMIT(ep, SEG(&b, 0, 1), END(&b, 1, 1), SEG(&b, 9, 1),
			     SEG(&b, 10, 1)), 2, 9, 2);
	EQ(SUBMIT(ep, SEG(&b, 0, 1), END(&b, 1, 1), SEG(&b, 9, 1),
		  SEG(&b, 10, 1), SEG(&b, 11, 1)), -EOPNOTSUPP);
	EQ(SUBMIT(ep, SEG(&b, 0, 1), SEG(&b, 1, 1), END(&b, 9, 1),
		  SEG(&b, 10, 1)), -EOPNOTSUPP);
	EQ(SUBMIT(ep, SEG(&b, 0, 1), SEG(&b, 1, 1), SEG(&b, 9, 1),
		  SEG(&b, 10, 1)), -EOPNOTSUPP);
	nothing_there(&b);
	OK(ffs_detach(ep, b.fd));
}

TEST(pages_of_each, T_BOUND | T_SUBMIT)
{
	struct dbuf b;
	int ep;

	need_ends(c);
	ep = need_ep(c, EP_IN);
	limit("sg_any_boundary", "N");
	pages(c, EP_IN, &b);
	dbuf_fill(&b, b.size, 9);
	arrive(c, &b, SUBMIT(ep, END(&b, 0, 10), SEG(&b, page, page + 7)),
	       10, page, page + 7);
	EQ(SUBMIT(ep, END(&b, 0, 10), SEG(&b, page + 1024, 7)), -EOPNOTSUPP);
	EQ(SUBMIT(ep, END(&b, 1024, 10), SEG(&b, page, 7)), -EOPNOTSUPP);
	EQ(SUBMIT(ep, SEG(&b, 0, 10), END(&b, page, 7), SEG(&b, page, 7)),
	   -EOPNOTSUPP);
	nothing_there(&b);
	OK(ffs_detach(ep, b.fd));
}

TEST(out_of_each_aligned, T_BOUND | T_SUBMIT)
{
	struct dbuf b;
	int ep, sync;

	need_ends(c);
	limit("out_aligned", "Y");
	OK(gadget_unbind_wait(c->g));
	OK(gadget_bind_wait(c->g));
	limit("out_aligned", "N");
	need_host(c);
	need_buf(&b, 16384);
	ep = need_ep(c, EP_OUT);
	OK(ffs_attach(ep, b.fd));
	EQ(SUBMIT(ep, END(&b, 0, 100), SEG(&b, 100, 924)), -EINVAL);
	EQ(SUBMIT(ep, END(&b, 0, 1024), SEG(&b, 1024, 1000)), -EINVAL);
	EQ(SUBMIT(ep, END(&b, 0, 1024), SEG(&b, 1024, 24)), -EINVAL);
	nothing_there(&b);
	sync = FD(SUBMIT(ep, SEG(&b, 0, 24), END(&b, 24, 1000),
			 SEG(&b, 4096, 1024)));
	host_send(c, EP_OUT, 1024, 3);
	host_send(c, EP_OUT, 1024, 4);
	EQ(sync_wait(sync), 1);
	EQ(dbuf_check(&b, 0, 1024, 3), -1);
	EQ(memcmp(b.map + 4096, b.map, 1024) != 0, 1);

	host_close(&c->host);
	OK(gadget_unbind_wait(c->g));
	OK(gadget_bind_wait(c->g));
}

/* ---- contiguous memory ---- */

/* Proves that it is one entry, and detaches it to drop the scatterlist. */
static void one_entry(struct ctx *c, struct dbuf *b, size_t len)
{
	const size_t chunk = 1 << 20;	/* maximum of the system heap */
	int i, ret;

	need_host(c);
	for (i = 0; i < 2; i++) {
		if (!i)
			ret = dbuf_contiguous(b, len);
		else if (len <= chunk)
			ret = dbuf_new(b, MEM_HEAP, chunk);
		else
			ret = -ENODEV;
		if (ret)
			continue;
		OK(ffs_attach(need_ep(c, EP_IN), b->fd));
		OK(take_anything());
		limit_number("sg_max_entries", 1);
		dbuf_fill(b, len, 1);
		ret = ffs_transfer(need_ep(c, EP_IN), b->fd, len);
		if (!ret)
			host_expect(c, EP_IN, len, 1);
		OK(ffs_detach(need_ep(c, EP_IN), b->fd));
		if (!ret)
			return;
		dbuf_free(b);
	}
	SKIP("cannot allocate %zu contiguous bytes here", len);
}

static void contiguous(struct ctx *c, size_t len, const char *max,
		       unsigned int n)
{
	struct dbuf b;

	need_params(c);
	one_entry(c, &b, len);
	OK(ffs_attach(need_ep(c, EP_IN), b.fd));
	OK(ffs_attach(need_ep(c, EP_OUT), b.fd));
	limit("sg_max_entry", max);
	limit_number("sg_max_entries", n - 1);
	EQ(ffs_transfer(need_ep(c, EP_IN), b.fd, len), -EMSGSIZE);
	EQ(ffs_transfer(need_ep(c, EP_OUT), b.fd, len), -EMSGSIZE);
	nothing_there(&b);
	limit_number("sg_max_entries", n);
	in(c, &b, len, n);
	to_out(c, &b, len, n + 1);
	OK(ffs_detach(need_ep(c, EP_IN), b.fd));
	OK(ffs_detach(need_ep(c, EP_OUT), b.fd));
	dbuf_free(&b);
}

TEST(contiguous_200_kib, T_BOUND)
{
	/* cdns3 and cdns2, dwc2 */
	contiguous(c, 200 * 1024, "65536", 4);
	contiguous(c, 200 * 1024, "49152", 5);
}

TEST(contiguous_17_mib, T_BOUND | T_LONG)
{
	const size_t len = 17 * 1024 * 1024;

	/* dwc3; cdns3 and cdns2, which have room for 598 */
	contiguous(c, len, "16776192", 2);
	contiguous(c, len, "65536", 272);
}

/* ---- requests that the controller itself rejects ---- */

/*
 * FunctionFS does not queue what exceeds the limits of the controller. If
 * either of them rejects a transfer, it leaves no trace.
 */
static void few_pages(struct ctx *c, struct dbuf *b)
{
	need_params(c);
	limit_number("sg_max_entry", page);
	limit("sg_max_entries", "4");
	pages(c, EP_IN, b);
}

static void refuse(struct ctx *c, struct dbuf *b)
{
	int ret = ffs_transfer(need_ep(c, EP_IN), b->fd, PAGES * page);

	if (ret != -EMSGSIZE && ret != -EINVAL)
		FAIL("a transfer of too many entries: %s", value_name(ret));
}

/* Its fence does not replace that of the transfer in flight. */
TEST(refused_while_busy, T_BOUND)
{
	struct dbuf b;
	int sync;

	few_pages(c, &b);
	dbuf_fill(&b, 100, 1);
	OK(ffs_transfer(need_ep(c, EP_IN), b.fd, 100));
	sync = FD(sync_export(b.fd, SYNC_RW));
	refuse(c, &b);
	OK(sync_status(sync));
	if (polled(b.fd, POLLOUT))
		FAIL("the dmabuf is idle, a transfer of it is under way");
	host_expect(c, EP_IN, 100, 1);
	EQ(sync_wait(sync), 1);
	close(sync);
	OK(ffs_detach(need_ep(c, EP_IN), b.fd));
}

struct looker {
	pthread_t thread;
	int dmabuf_fd;
	atomic_int stop;
	atomic_int looks;
	atomic_int status;
};

static void *look(void *arg)
{
	struct looker *l = arg;
	int sync;

	while (!atomic_load(&l->stop)) {
		sync = sync_export(l->dmabuf_fd, SYNC_RW);
		atomic_store(&l->status, sync < 0 ? sync : sync_wait(sync));
		close(sync);
		atomic_fetch_add(&l->looks, 1);
		if (atomic_load(&l->status) != 1)
			break;
	}
	return NULL;
}

/* Needs a second processor, which looks while the first is in the ioctl. */
TEST(refused_unseen, T_BOUND)
{
	struct looker l = { .status = 1 };
	struct dbuf b;
	int i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP("one processor: cannot look meanwhile");
	few_pages(c, &b);
	l.dmabuf_fd = b.fd;
	OK(pthread_create(&l.thread, NULL, look, &l));
	while (!atomic_load(&l.looks))
		sched_yield();
	for (i = 0; i < 200 && atomic_load(&l.status) == 1; i++)
		refuse(c, &b);
	atomic_store(&l.stop, 1);
	pthread_join(l.thread, NULL);
	if (atomic_load(&l.status) != 1)
		FAIL("the fence of a transfer that was refused: %s",
		     value_name(atomic_load(&l.status)));
	OK(ffs_detach(need_ep(c, EP_IN), b.fd));
}

/*
 * More than a TRB of dwc3 can hold. It is a single entry if the memory is
 * contiguous or mapped by an IOMMU; elsewhere it has many entries.
 */
static void long_one(struct ctx *c, bool is_in)
{
	const size_t len = 17 * 1024 * 1024 + 100;
	int ep = need_ep(c, is_in ? EP_IN : EP_OUT);
	struct dbuf b;

	as_it_is();
	if (!mem_available(MEM_UDMABUF))
		SKIP("no %s here", mem_name(MEM_UDMABUF));
	if (dbuf_contiguous(&b, len))
		OK(dbuf_new(&b, MEM_UDMABUF, len));
	OK(ffs_attach(ep, b.fd));
	if (is_in)
		in(c, &b, len, 1);
	else
		to_out(c, &b, len, 2);
	OK(ffs_detach(ep, b.fd));
}

TEST(long_in, T_BOUND | T_LONG)
{
	long_one(c, true);
}

TEST(long_out, T_BOUND | T_LONG)
{
	long_one(c, false);
}

/* Several times the ring of dwc3, and more than that of cdns3. */
TEST(many_pages, T_BOUND | T_LONG)
{
	const size_t len[] = { 600 * page, 1013 * page + 1 };
	unsigned int i;
	struct dbuf b;

	as_it_is();
	if (!mem_available(MEM_UDMABUF_LIST))
		SKIP("no %s here", mem_name(MEM_UDMABUF_LIST));
	OK(dbuf_new(&b, MEM_UDMABUF_LIST, 1014 * page));
	OK(ffs_attach(need_ep(c, EP_IN), b.fd));
	OK(ffs_attach(need_ep(c, EP_OUT), b.fd));
	for (i = 0; i < ARRAY_SIZE(len); i++) {
		in(c, &b, len[i], i);
		to_out(c, &b, len[i], i);
	}
	OK(ffs_detach(need_ep(c, EP_IN), b.fd));
	OK(ffs_detach(need_ep(c, EP_OUT), b.fd));
}

/* For controllers with space for fewer, such as cdns3. */
TEST(too_many_pages, T_BOUND | T_LONG)
{
	const unsigned int max = 599;
	struct dbuf b;
	int ep;

	need_params(c);
	if (!mem_available(MEM_UDMABUF_LIST))
		SKIP("no %s here", mem_name(MEM_UDMABUF_LIST));
	OK(dbuf_new(&b, MEM_UDMABUF_LIST, 1013 * page));
	ep = need_ep(c, EP_IN);
	OK(ffs_attach(ep, b.fd));
	OK(ffs_attach(need_ep(c, EP_OUT), b.fd));
	limit_number("sg_max_entry", page);
	limit_number("sg_max_entries", max);
	EQ(ffs_transfer(ep, b.fd, 600 * page), -EMSGSIZE);
	EQ(ffs_transfer(ep, b.fd, 1013 * page), -EMSGSIZE);
	EQ(ffs_transfer(need_ep(c, EP_OUT), b.fd, 600 * page), -EMSGSIZE);
	nothing_there(&b);
	in(c, &b, max * page, 1);
	to_out(c, &b, max * page, 2);
	OK(ffs_detach(ep, b.fd));
	OK(ffs_detach(need_ep(c, EP_OUT), b.fd));
}

int main(int argc, char **argv)
{
	int ret;

	page = sysconf(_SC_PAGESIZE);
	ret = tests_main(argc, argv);
	/* For the next programs. */
	take_anything();
	return ret;
}
