// SPDX-License-Identifier: GPL-2.0-only
/* SUBMIT: the bytes of the segments arrive in order, and no others. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ffs_test.h"

#define MAX_SEG		USB_FFS_DMABUF_SUBMIT_MAX_SEGMENTS
#define MAX_BUFS	4

/* Dmabufs and copies of their contents, because other users may write to
 * them. */
struct set {
	struct dbuf b[MAX_BUFS];
	unsigned char *shadow[MAX_BUFS];
	int n;
};

struct piece {
	int b;
	size_t off;
	size_t len;
};

static void set_add(struct set *s, enum mem_provider p, size_t size)
{
	struct dbuf *b = &s->b[s->n];

	if (p == MEM_COUNT)
		need_buf(b, size);
	else
		OK(dbuf_new(b, p, size));
	dbuf_fill(b, b->size, s->n + 1);
	s->shadow[s->n] = malloc(b->size);
	CHECK(s->shadow[s->n]);
	pattern_fill(s->shadow[s->n], b->size, s->n + 1);
	s->n++;
}

static void set_init(struct set *s, size_t size0, size_t size1)
{
	s->n = 0;
	set_add(s, MEM_COUNT, size0);
	if (size1)
		set_add(s, MEM_COUNT, size1);
}

static void set_attach(struct set *s, int ep)
{
	int i;

	for (i = 0; i < s->n; i++)
		OK(ffs_attach(ep, s->b[i].fd));
}

static void set_detach(struct set *s, int ep)
{
	int i;

	for (i = 0; i < s->n; i++)
		OK(ffs_detach(ep, s->b[i].fd));
}

static void set_free(struct set *s)
{
	while (s->n) {
		s->n--;
		dbuf_free(&s->b[s->n]);
		free(s->shadow[s->n]);
	}
}

static size_t to_segments(struct set *s, const struct piece *p, unsigned int n,
			  struct usb_ffs_dmabuf_segment *seg)
{
	size_t total = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		CHECK(p[i].off + p[i].len <= s->b[p[i].b].size);
		seg[i] = SEG(&s->b[p[i].b], p[i].off, p[i].len);
		total += p[i].len;
	}
	return total;
}

/* Returns the bytes of the pieces on the wire. */
static unsigned char *gathered(struct set *s, const struct piece *p,
			       unsigned int n, size_t total)
{
	unsigned char *all = malloc(total), *to = all;
	unsigned int i;

	CHECK(all);
	for (i = 0; i < n; i++) {
		memcpy(to, s->shadow[p[i].b] + p[i].off, p[i].len);
		to += p[i].len;
	}
	return all;
}

static void compare(const unsigned char *got, const unsigned char *want,
		    size_t len, const char *what)
{
	size_t i;

	if (!memcmp(got, want, len))
		return;
	for (i = 0; got[i] == want[i]; i++)
		;
	FAIL("%s: wrong byte at %zu of %zu", what, i, len);
}

static int send_pieces(struct ctx *c, struct set *s, const struct piece *p,
		       unsigned int n)
{
	struct usb_ffs_dmabuf_segment seg[MAX_SEG];

	to_segments(s, p, n, seg);
	return FD(ffs_submit(need_ep(c, EP_IN), seg, n));
}

static void host_gets(struct ctx *c, struct set *s, const struct piece *p,
		      unsigned int n)
{
	struct usb_ffs_dmabuf_segment seg[MAX_SEG];
	size_t total = to_segments(s, p, n, seg);
	unsigned char *want = gathered(s, p, n, total);
	unsigned char *got = malloc(total);

	CHECK(got);
	EQ(host_xfer(need_host(c), EP_IN, got, total), (long)total);
	compare(got, want, total, "at the host");
	free(got);
	free(want);
}

/* The largest number of pieces in a packet, unless one exceeds room. */
static unsigned int per_packet(const struct usb_ffs_dmabuf_segment *seg,
			       unsigned int n, unsigned int packet, size_t room)
{
	size_t off, len, left = 0;
	unsigned int i, now = 0, most = 0;

	for (i = 0; i < n; i++) {
		for (off = 0; off < seg[i].length; off += len) {
			len = room - (seg[i].offset + off) % room;
			if (len > seg[i].length - off)
				len = seg[i].length - off;
			now = left ? now + 1 : 1;
			if (now > most)
				most = now;
			if (len < left) {
				left -= len;
				continue;
			}
			if (len > left)
				now = 1;
			left = (packet - (len - left) % packet) % packet;
		}
	}
	return most;
}

/*
 * Whether the controller rejects a packet of so many pieces.  A segment has at
 * least one, and at most one per page; the exact number depends on the memory.
 */
static bool too_fine(struct ctx *c, const struct usb_ffs_dmabuf_segment *seg,
		     unsigned int n, int ret)
{
	unsigned int max = gadget_per_packet(c->g);
	unsigned int packet = gadget_maxpacket(c->g);

	if (!max)
		return false;
	if (per_packet(seg, n, packet, SIZE_MAX) > max)
		EQ(ret, -EOPNOTSUPP);
	if (per_packet(seg, n, packet, 4096) <= max)
		FD(ret);
	return ret == -EOPNOTSUPP;
}

static void in(struct ctx *c, struct set *s, const struct piece *p,
	       unsigned int n)
{
	struct usb_ffs_dmabuf_segment seg[MAX_SEG];
	int sync;

	to_segments(s, p, n, seg);
	sync = ffs_submit(need_ep(c, EP_IN), seg, n);
	if (too_fine(c, seg, n, sync))
		return;
	FD(sync);
	host_gets(c, s, p, n);
	EQ(sync_wait(sync), 1);
	close(sync);
}

/*
 * The host sends a part of the capacity.  The pieces contain it in order, and
 * all other bytes are unchanged.
 */
static void out(struct ctx *c, struct set *s, const struct piece *p,
		unsigned int n, size_t sent, unsigned int seed)
{
	struct usb_ffs_dmabuf_segment seg[MAX_SEG];
	size_t total = to_segments(s, p, n, seg), left = sent, part;
	unsigned char *data = malloc(sent), *from = data;
	unsigned int i;
	int sync, b;

	CHECK(data && sent <= total);
	sync = ffs_submit(need_ep(c, EP_OUT), seg, n);
	if (too_fine(c, seg, n, sync)) {
		free(data);
		return;
	}
	FD(sync);
	OK(sync_status(sync));
	pattern_fill(data, sent, 100 + seed);
	EQ(host_xfer(need_host(c), EP_OUT, data, sent), (long)sent);
	EQ(sync_wait(sync), 1);
	close(sync);
	for (i = 0; i < n; i++) {
		part = p[i].len < left ? p[i].len : left;
		memcpy(s->shadow[p[i].b] + p[i].off, from, part);
		from += part;
		left -= part;
	}
	for (b = 0; b < s->n; b++) {
		/* Called for its sync for the CPU, not for its result. */
		dbuf_check(&s->b[b], 0, 1, 0);
		compare(s->b[b].map, s->shadow[b], s->b[b].size,
			"in the dmabuf");
	}
	free(data);
}

static void both(struct ctx *c, struct set *s, const struct piece *p,
		 unsigned int n)
{
	size_t total = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		total += p[i].len;
	set_attach(s, need_ep(c, EP_IN));
	in(c, s, p, n);
	set_detach(s, need_ep(c, EP_IN));
	set_attach(s, need_ep(c, EP_OUT));
	out(c, s, p, n, total, n);
	set_detach(s, need_ep(c, EP_OUT));
	/* Send the received data back. */
	set_attach(s, need_ep(c, EP_IN));
	in(c, s, p, n);
	set_detach(s, need_ep(c, EP_IN));
}

/* The same as a TRANSFER. */
TEST(one_segment, T_BOUND | T_SUBMIT)
{
	static const size_t len[] = {
		1, 63, 64, 511, 512, 1023, 1024, 1025, 4095, 4096, 4097, 65536,
		65537, 200000,
	};
	struct piece p = { 0 };
	struct set s;
	unsigned int i;

	set_init(&s, 200000, 0);
	for (i = 0; i < ARRAY_SIZE(len); i++) {
		p.len = len[i];
		both(c, &s, &p, 1);
	}
}

/* The main use.  The headers of several frames share a page. */
TEST(header_and_frame, T_BOUND | T_SUBMIT)
{
	enum { N = 6, HEADER = 12, FRAME = 320 * 240 * 2 };
	struct piece p[N][2];
	struct set s;
	int sync[N], i;

	set_init(&s, 4096, FRAME);
	set_attach(&s, need_ep(c, EP_IN));
	for (i = 0; i < N; i++) {
		p[i][0] = (struct piece){ 0, i * HEADER, HEADER };
		p[i][1] = (struct piece){ 1, 0, FRAME };
		sync[i] = send_pieces(c, &s, p[i], 2);
	}
	for (i = 0; i < N; i++) {
		OK(sync_status(sync[i]));
		host_gets(c, &s, p[i], 2);
		EQ(sync_wait(sync[i]), 1);
		close(sync[i]);
	}
	set_detach(&s, need_ep(c, EP_IN));
}

/* Planes with a stride: the lines without their padding. */
TEST(lines, T_BOUND | T_SUBMIT)
{
	enum { LINES = 48, WIDTH = 600, STRIDE = 640 };
	struct piece p[LINES];
	struct set s;
	int i;

	set_init(&s, LINES * STRIDE, 0);
	for (i = 0; i < LINES; i++)
		p[i] = (struct piece){ 0, i * STRIDE, WIDTH };
	both(c, &s, p, LINES);
}

TEST(counts, T_BOUND | T_SUBMIT)
{
	static const unsigned int count[] = { 1, 2, 3, 4, 31, 63, MAX_SEG };
	struct piece p[MAX_SEG];
	unsigned int i, j;
	struct set s;

	set_init(&s, 131072, 65536);
	for (i = 0; i < ARRAY_SIZE(count); i++) {
		for (j = 0; j < count[i]; j++)
			p[j] = (struct piece){
				j % 2, (MAX_SEG - 1 - j) * 1000, 1 + j * 13,
			};
		both(c, &s, p, count[i]);
	}
}

TEST(single_bytes, T_BOUND | T_SUBMIT)
{
	struct piece p[MAX_SEG];
	struct set s;
	int i;

	set_init(&s, 20000, 8192);
	for (i = 0; i < MAX_SEG; i++)
		p[i] = (struct piece){ i % 2, i * 127, 1 };
	both(c, &s, p, MAX_SEG);
	/* Neighbours, backwards. */
	for (i = 0; i < MAX_SEG; i++)
		p[i] = (struct piece){ 0, 4096 + MAX_SEG / 2 - i, 1 };
	both(c, &s, p, MAX_SEG);
	/* The very last one. */
	p[0] = (struct piece){ 0, s.b[0].size - 1, 1 };
	p[1] = (struct piece){ 1, s.b[1].size - 1, 1 };
	both(c, &s, p, 2);
}

/* Segments that end before, at and after the end of a page. */
static void offsets(struct ctx *c, enum mem_provider m)
{
	static const size_t off[] = {
		1, 2, 3, 511, 2048, 4095, 4096, 4097, 8191, 8192, 12289, 40000,
	};
	static const size_t len[] = {
		1, 2, 4095, 4096, 4097, 8192, 8193, 20001,
	};
	unsigned int i, j, n = 0;
	struct piece p[MAX_SEG];
	struct set s = { .n = 0 };

	if (!mem_available(m))
		SKIP("no %s here", mem_name(m));
	set_add(&s, m, 65536);
	set_add(&s, m, 65536);
	for (i = 0; i < ARRAY_SIZE(off); i++) {
		for (j = 0; j < ARRAY_SIZE(len); j++) {
			/* No overlap: OUT would write a byte twice. */
			if (n == 8) {
				both(c, &s, p, n);
				n = 0;
			}
			if (n && i % 4 == 0)
				continue;
			p[n] = (struct piece){ n % 2, off[i], len[j] };
			if (n > 1)
				p[n] = (struct piece){
					n % 2, 50000 + n * 1777, 1 + len[j] % 97,
				};
			n++;
		}
	}
	both(c, &s, p, n);
}

TEST(offsets_udmabuf, T_BOUND | T_SUBMIT | T_LONG)
{
	offsets(c, MEM_UDMABUF);
}

/* Each scatterlist entry is a page here, and no two are contiguous. */
TEST(offsets_list, T_BOUND | T_SUBMIT | T_LONG)
{
	offsets(c, MEM_UDMABUF_LIST);
}

TEST(offsets_heap, T_BOUND | T_SUBMIT | T_LONG)
{
	offsets(c, MEM_HEAP);
}

TEST(offsets_v4l2, T_BOUND | T_SUBMIT | T_LONG)
{
	offsets(c, MEM_V4L2);
}

/* IN only: a byte may be read several times. */
TEST(twice_in_one, T_BOUND | T_SUBMIT)
{
	struct piece p[] = {
		{ 0, 0, 10000 }, { 1, 5, 7 }, { 0, 0, 10000 },
		{ 0, 9000, 6001 }, { 1, 5, 7 },
	};
	struct set s;

	set_init(&s, 16384, 4096);
	set_attach(&s, need_ep(c, EP_IN));
	in(c, &s, p, ARRAY_SIZE(p));
	set_detach(&s, need_ep(c, EP_IN));
}

TEST(overlapping, T_BOUND | T_SUBMIT)
{
	struct piece p[MAX_SEG];
	struct set s;
	int i;

	set_init(&s, 16384, 0);
	set_attach(&s, need_ep(c, EP_IN));
	for (i = 0; i < MAX_SEG; i++)
		p[i] = (struct piece){ 0, i * 100, 5000 };
	in(c, &s, p, MAX_SEG);
	for (i = 0; i < MAX_SEG; i++)
		p[i] = (struct piece){ 0, 0, s.b[0].size };
	in(c, &s, p, MAX_SEG);
	set_detach(&s, need_ep(c, EP_IN));
}

/* Either of the two writes may win; all other bytes are unchanged. */
TEST(overlapping_out, T_BOUND | T_SUBMIT)
{
	enum { LEN = 5000 };
	unsigned char *data = malloc(2 * LEN);
	struct set s;
	int sync;

	CHECK(data);
	set_init(&s, 16384, 0);
	set_attach(&s, need_ep(c, EP_OUT));
	sync = FD(SUBMIT(need_ep(c, EP_OUT), SEG(&s.b[0], 1000, LEN),
			 SEG(&s.b[0], 2000, LEN)));
	pattern_fill(data, 2 * LEN, 50);
	EQ(host_xfer(need_host(c), EP_OUT, data, 2 * LEN), 2 * LEN);
	EQ(sync_wait(sync), 1);
	dbuf_check(&s.b[0], 0, 1, 0);
	compare(s.b[0].map, s.shadow[0], 1000, "before");
	compare(s.b[0].map + 1000, data, 1000, "first only");
	compare(s.b[0].map + 1000 + LEN, data + 2 * LEN - 1000, 1000,
		"second only");
	compare(s.b[0].map + 2000 + LEN, s.shadow[0] + 2000 + LEN,
		s.b[0].size - 2000 - LEN, "behind");
	set_detach(&s, need_ep(c, EP_OUT));
}

/* All available exporters in one transfer. */
TEST(mixed_exporters, T_BOUND | T_SUBMIT)
{
	struct piece p[4 * MEM_COUNT];
	struct set s = { .n = 0 };
	unsigned int i, n;
	int m;

	for (m = 0; m < MEM_COUNT; m++) {
		if (mem_available(m))
			set_add(&s, m, 100000);
	}
	if (s.n < 2)
		SKIP("one exporter only");
	note("%d exporters", s.n);
	n = 4 * s.n;
	for (i = 0; i < n; i++)
		p[i] = (struct piece){
			i % s.n, 20001 * (i / s.n) + i, 19000 + 17 * i,
		};
	both(c, &s, p, n);
}

TEST(megabytes, T_BOUND | T_SUBMIT | T_LONG)
{
	enum { MIB = 1 << 20 };
	struct piece p[] = {
		{ 0, 3, MIB - 3 }, { 1, 0, 12 }, { 1, 12, MIB },
		{ 0, MIB + 1, MIB - 1 },
	};
	struct set s;

	set_init(&s, 2 * MIB, 2 * MIB);
	both(c, &s, p, ARRAY_SIZE(p));
}

/* A short packet ends it at any position. */
TEST(short_out, T_BOUND | T_SUBMIT)
{
	struct piece p[] = {
		{ 0, 100, 12 }, { 1, 1, 5000 }, { 0, 5000, 3000 },
	};
	static const size_t sent[] = {
		1, 11, 12, 13, 5011, 5012, 5013, 8011, 8012,
	};
	struct set s;
	unsigned int i;

	set_init(&s, 8192, 8192);
	set_attach(&s, need_ep(c, EP_OUT));
	for (i = 0; i < ARRAY_SIZE(sent); i++)
		out(c, &s, p, ARRAY_SIZE(p), sent[i], i);
	set_detach(&s, need_ep(c, EP_OUT));
}

static unsigned int random_pieces(struct set *s, struct piece *p,
				  unsigned int *seed, bool overlap)
{
	unsigned int n = 1 + rand_r(seed) % (rand_r(seed) % 4 ? 6 : MAX_SEG);
	unsigned int i;
	size_t room;

	for (i = 0; i < n; i++) {
		p[i].b = rand_r(seed) % s->n;
		/* Without overlap each piece has its own share. */
		room = s->b[p[i].b].size / (overlap ? 1 : n);
		p[i].off = rand_r(seed) % room;
		p[i].len = 1 + rand_r(seed) % (room - p[i].off);
		if (rand_r(seed) % 3 == 0 && p[i].len > 20)
			p[i].len = 1 + p[i].len % 20;
		if (!overlap)
			p[i].off += i * room;
	}
	return n;
}

static void random_shapes(struct ctx *c, bool is_in)
{
	int ep = need_ep(c, is_in ? EP_IN : EP_OUT), m, i;
	const char *env = getenv("FFS_SEED");
	unsigned int seed = env ? strtoul(env, NULL, 0) : 4711, n;
	struct piece p[MAX_SEG];
	struct set s = { .n = 0 };
	size_t total;

	for (m = 0; m < MEM_COUNT; m++) {
		if (mem_available(m))
			set_add(&s, m, 30000 * (m + 1));
	}
	set_attach(&s, ep);
	for (i = 0; i < 60; i++) {
		n = random_pieces(&s, p, &seed, is_in);
		if (is_in) {
			in(c, &s, p, n);
			continue;
		}
		for (total = 0, m = 0; m < (int)n; m++)
			total += p[m].len;
		out(c, &s, p, n, total, i);
	}
	set_detach(&s, ep);
	set_free(&s);
}

TEST(random_in, T_BOUND | T_SUBMIT | T_LONG)
{
	random_shapes(c, true);
}

TEST(random_out, T_BOUND | T_SUBMIT | T_LONG)
{
	random_shapes(c, false);
}

/* The buffers are read when they are sent, not when they are attached. */
TEST(reuse, T_BOUND | T_SUBMIT)
{
	static const struct piece p[] = { { 1, 7, 12 }, { 0, 4000, 9000 } };
	struct set s;
	int i, b;

	set_init(&s, 16384, 4096);
	set_attach(&s, need_ep(c, EP_IN));
	for (i = 0; i < 8; i++) {
		for (b = 0; b < s.n; b++) {
			dbuf_fill(&s.b[b], s.b[b].size, 10 * i + b);
			pattern_fill(s.shadow[b], s.b[b].size, 10 * i + b);
		}
		in(c, &s, p, ARRAY_SIZE(p));
	}
	set_detach(&s, need_ep(c, EP_IN));
}

/*
 * The same lengths of other memory: a cached scatterlist of the same shape must
 * not be used.  In the end the memory is attached again, perhaps at another
 * address.
 */
TEST(same_shape, T_BOUND | T_SUBMIT)
{
	static const struct piece p[][2] = {
		{ { 1, 0, 12 }, { 0, 0, 9000 } },
		{ { 2, 0, 12 }, { 0, 0, 9000 } },
		{ { 2, 12, 12 }, { 0, 0, 9000 } },
		{ { 2, 12, 12 }, { 0, 1, 9000 } },
		{ { 2, 12, 12 }, { 3, 1, 9000 } },
		{ { 0, 12, 12 }, { 3, 1, 9000 } },
		{ { 1, 0, 12 }, { 0, 0, 9000 } },
	};
	struct set s = { .n = 0 };
	struct dbuf keep;
	unsigned int i, round;

	for (i = 0; i < 4; i++)
		set_add(&s, MEM_COUNT, 16384);
	set_attach(&s, need_ep(c, EP_IN));
	for (round = 0; round < 3; round++) {
		for (i = 0; i < ARRAY_SIZE(p); i++)
			in(c, &s, p[i], 2);
		/* The header is another dmabuf, and the frame the same. */
		OK(ffs_detach(need_ep(c, EP_IN), s.b[1].fd));
		keep = s.b[1];
		need_buf(&s.b[1], 16384);
		OK(ffs_attach(need_ep(c, EP_IN), s.b[1].fd));
		dbuf_fill(&s.b[1], 16384, 90 + round);
		pattern_fill(s.shadow[1], 16384, 90 + round);
		in(c, &s, p[0], 2);
		dbuf_free(&keep);
	}
	set_detach(&s, need_ep(c, EP_IN));
}

/* write(), TRANSFER and SUBMIT share the endpoint and its order. */
TEST(order_with_others, T_BOUND | T_SUBMIT)
{
	struct piece p[] = { { 1, 1, 1000 }, { 0, 2, 2001 } };
	struct piece whole = { 0, 0, 3333 };
	int ep = need_ep(c, EP_IN), sync, i, fds[2], status;
	char text[777], byte = 0;
	struct set s;
	pid_t pid;

	set_init(&s, 8192, 4096);
	set_attach(&s, ep);
	need_host(c);
	for (i = 0; i < 3; i++) {
		sync = send_pieces(c, &s, p, 2);
		OK(ffs_transfer(ep, s.b[0].fd, whole.len));
		host_gets(c, &s, p, 2);
		EQ(sync_wait(sync), 1);
		close(sync);
		/* write() blocks until the host has read: own process. */
		OK(pipe(fds));
		pid = fork();
		if (!pid) {
			int own = gadget_open_ep(c->g, EP_IN, 0);

			pattern_fill(text, sizeof(text), 60);
			_exit(write(own, text, sizeof(text)) != sizeof(text) ||
			      write(fds[1], &byte, 1) != 1);
		}
		host_gets(c, &s, &whole, 1);
		host_expect(c, EP_IN, sizeof(text), 60);
		EQ(read(fds[0], &byte, 1), 1);
		EQ(waitpid(pid, &status, 0), pid);
		EQ(status, 0);
		close(fds[0]);
		close(fds[1]);
	}
	set_detach(&s, ep);
}

/*
 * Zero-length packets.  1024 bytes are a number of full packets at every speed.
 * The marker after them shows that nothing is in
 * between.
 */
static void zlp(struct ctx *c, __u32 flags, size_t len, bool wanted)
{
	int ep = need_ep(c, EP_IN), sync[2];
	char *buf = malloc(len + 4096);
	struct set s;

	CHECK(buf);
	set_init(&s, 65536, 4096);
	set_attach(&s, ep);
	need_host(c);
	/* The host asks for the exact length; the empty packet comes
	 * separately. */
	sync[0] = FD(SUBMIT_FLAGS(ep, flags, SEG(&s.b[1], 0, 12),
				  SEG(&s.b[0], 3, len - 12)));
	sync[1] = FD(SUBMIT(ep, SEG(&s.b[1], 0, 100)));
	EQ(host_xfer(&c->host, EP_IN, buf, len), (long)len);
	compare((unsigned char *)buf, s.shadow[1], 12, "header");
	compare((unsigned char *)buf + 12, s.shadow[0] + 3, len - 12, "frame");
	if (wanted) {
		OK(sync_status(sync[0]));
		EQ(host_xfer(&c->host, EP_IN, buf, 4096), 0);
	}
	EQ(sync_wait(sync[0]), 1);
	EQ(host_xfer(&c->host, EP_IN, buf, 4096), 100);
	compare((unsigned char *)buf, s.shadow[1], 100, "marker");
	EQ(sync_wait(sync[1]), 1);
	close(sync[0]);
	close(sync[1]);
	/* For a host that asks for more, the empty packet ends the transfer. */
	if (wanted || len % 64) {
		sync[0] = FD(SUBMIT_FLAGS(ep, flags, SEG(&s.b[0], 0, len)));
		EQ(host_xfer(&c->host, EP_IN, buf, len + 4096), (long)len);
		EQ(sync_wait(sync[0]), 1);
		close(sync[0]);
	}
	set_detach(&s, ep);
}

TEST(zlp_full_packets, T_BOUND | T_SUBMIT)
{
	zlp(c, USB_FFS_DMABUF_SUBMIT_ZLP, 1024, true);
	zlp(c, USB_FFS_DMABUF_SUBMIT_ZLP, 8192, true);
	zlp(c, USB_FFS_DMABUF_SUBMIT_ZLP, 49152, true);
}

TEST(zlp_not_asked_for, T_BOUND | T_SUBMIT)
{
	zlp(c, 0, 1024, false);
	zlp(c, 0, 8192, false);
	zlp(c, 0, 49152, false);
}

TEST(zlp_short_packet, T_BOUND | T_SUBMIT)
{
	zlp(c, USB_FFS_DMABUF_SUBMIT_ZLP, 1000, false);
	zlp(c, USB_FFS_DMABUF_SUBMIT_ZLP, 1025, false);
	zlp(c, USB_FFS_DMABUF_SUBMIT_ZLP, 49153, false);
}

/* On two endpoints at a time, from the same memory. */
TEST(two_endpoints, T_BOUND | T_SUBMIT)
{
	int a = need_ep(c, EP_IN), b = need_ep(c, EP_IN2), sync[2];
	struct dbuf d[2];
	char buf[4096];
	int i;

	for (i = 0; i < 2; i++) {
		need_buf(&d[i], 8192);
		dbuf_fill(&d[i], 8192, i);
		OK(ffs_attach(a, d[i].fd));
		OK(ffs_attach(b, d[i].fd));
	}
	sync[0] = FD(SUBMIT(a, SEG(&d[0], 0, 1000), SEG(&d[1], 1000, 600)));
	sync[1] = FD(SUBMIT(b, SEG(&d[1], 0, 1001), SEG(&d[0], 1001, 611)));
	EQ(host_xfer(need_host(c), EP_IN2, buf, 1612), 1612);
	EQ(pattern_check(buf, 0, 1001, 1), -1);
	EQ(pattern_check(buf, 1001, 611, 0), -1);
	EQ(sync_wait(sync[1]), 1);
	OK(sync_status(sync[0]));
	EQ(host_xfer(need_host(c), EP_IN, buf, 1600), 1600);
	EQ(pattern_check(buf, 0, 1000, 0), -1);
	EQ(pattern_check(buf, 1000, 600, 1), -1);
	EQ(sync_wait(sync[0]), 1);
	for (i = 0; i < 2; i++) {
		close(sync[i]);
		OK(ffs_detach(a, d[i].fd));
		OK(ffs_detach(b, d[i].fd));
	}
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
