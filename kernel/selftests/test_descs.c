// SPDX-License-Identifier: GPL-2.0-only
/*
 * Class-specific descriptors: the kernel accepts valid ones, rejects invalid
 * ones without side effects, and translates their numbers for the host, with
 * the function as the first of its configuration and behind another one.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <linux/usb/ch9.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ffs_test.h"

#define LACKS_CLASS	"this kernel refuses class-specific descriptors"

#define CS_INTERFACE	(USB_TYPE_CLASS | USB_DT_INTERFACE)
#define CS_ENDPOINT	(USB_TYPE_CLASS | USB_DT_ENDPOINT)
#define CLASS_VIDEO	0x0e
#define VIDEO_CONTROL	1
#define VIDEO_STREAMING	2

/* Descriptors of all speeds as they are written to ep0. */
struct blob {
	unsigned char data[4096];
	size_t len;
	unsigned int count;	/* descriptors of this speed so far */
	size_t count_at;	/* offset of that number */
};

enum { FS, HS, SS, SPEEDS };

static const unsigned int packet_size[SPEEDS] = { 64, 512, 1024 };

static void put(struct blob *b, const void *data, size_t len)
{
	CHECK(b->len + len <= sizeof(b->data));
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->count++;
}

#define PUT(b, ...)							\
	do {								\
		static const unsigned char bytes_[] = { __VA_ARGS__ };	\
									\
		put(b, bytes_, sizeof(bytes_));				\
	} while (0)

static void put_le32(struct blob *b, size_t at, __u32 value)
{
	value = htole32(value);
	memcpy(b->data + at, &value, 4);
}

static void begin(struct blob *b)
{
	memset(b, 0, sizeof(*b));
	put_le32(b, 0, FUNCTIONFS_DESCRIPTORS_MAGIC_V2);
	put_le32(b, 8, FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC |
		 FUNCTIONFS_HAS_SS_DESC);
	b->len = 12 + 4 * SPEEDS;
}

static void begin_speed(struct blob *b, int speed)
{
	b->count = 0;
	b->count_at = 12 + 4 * speed;
}

static void end_speed(struct blob *b)
{
	put_le32(b, b->count_at, b->count);
}

static void end(struct blob *b)
{
	put_le32(b, 4, b->len);
}

static void put_interface(struct blob *b, int nr, int eps, int class, int sub)
{
	unsigned char d[9] = {
		9, USB_DT_INTERFACE, nr, 0, eps, class, sub, 0, 0,
	};

	put(b, d, sizeof(d));
}

static void put_bulk(struct blob *b, int speed, unsigned char address)
{
	unsigned char d[7] = {
		7, USB_DT_ENDPOINT, address, USB_ENDPOINT_XFER_BULK,
		packet_size[speed] & 0xff, packet_size[speed] >> 8, 0,
	};

	put(b, d, sizeof(d));
	if (speed == SS)
		PUT(b, 6, USB_DT_SS_ENDPOINT_COMP, 0, 0, 0, 0);
}

/* A set of descriptors that is the same for each speed. */
typedef void (*set_fn)(struct blob *b, int speed);

static void build(struct blob *b, set_fn set)
{
	int speed;

	begin(b);
	for (speed = 0; speed < SPEEDS; speed++) {
		begin_speed(b, speed);
		set(b, speed);
		end_speed(b);
	}
	end(b);
}

/* The wrong descriptor, which belongs behind a control interface. */
static const unsigned char *spoil;
static size_t spoil_len;
static bool spoil_last;
static int spoil_class = CLASS_VIDEO, spoil_sub = VIDEO_CONTROL;

static void one_more(struct blob *b, int speed)
{
	put_interface(b, 0, 1, spoil_class, spoil_sub);
	if (!spoil_last)
		put(b, spoil, spoil_len);
	put_bulk(b, speed, 0x81);
	if (spoil_last && speed == SS)
		put(b, spoil, spoil_len);
}

/*
 * A camera with two streams.  The addresses of the endpoints are chosen so
 * that no controller gives the same, and not in order.
 */
#define STREAM_EP	0x8b
#define STILL_EP	0x87

static void camera(struct blob *b, int speed)
{
	PUT(b, 8, USB_DT_INTERFACE_ASSOCIATION, 0, 3, CLASS_VIDEO, 3, 0, 0);
	put_interface(b, 0, 0, CLASS_VIDEO, VIDEO_CONTROL);
	PUT(b, 14, CS_INTERFACE, 1, 0x10, 0x01, 49, 0, 0x80, 0x8d, 0x5b, 0, 2,
	    1, 2);
	PUT(b, 18, CS_INTERFACE, 2, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0,
	    0);
	PUT(b, 9, CS_INTERFACE, 3, 2, 1, 1, 0, 1, 0);
	PUT(b, 9, CS_INTERFACE, 3, 3, 1, 1, 0, 1, 0);

	put_interface(b, 1, 1, CLASS_VIDEO, VIDEO_STREAMING);
	PUT(b, 14, CS_INTERFACE, 1, 1, 77, 0, STREAM_EP, 0, 2, 0, 0, 0, 1, 0);
	PUT(b, 27, CS_INTERFACE, 4, 1, 1, 'Y', 'U', 'Y', '2', 0, 0, 0x10, 0,
	    0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71, 16, 1, 0, 0, 0, 0);
	PUT(b, 30, CS_INTERFACE, 5, 1, 0, 64, 1, 240, 0, 0, 0, 0, 1, 0, 0, 0,
	    1, 0, 0x58, 2, 0, 0x15, 0x16, 5, 0, 1, 0x15, 0x16, 5, 0);
	/* Stills of one size on an endpoint that is declared much later. */
	PUT(b, 10, CS_INTERFACE, 3, STILL_EP, 1, 64, 1, 240, 0, 0);
	PUT(b, 6, CS_INTERFACE, 0x0d, 1, 1, 4);
	put_bulk(b, speed, STREAM_EP);
	PUT(b, 5, CS_ENDPOINT, 3, 0, 4);

	/* An output header of the maximum length without a format. */
	put_interface(b, 2, 1, CLASS_VIDEO, VIDEO_STREAMING);
	PUT(b, 9, CS_INTERFACE, 2, 0, 9, 0, STILL_EP, 0, 3);
	/* No endpoint, and maximum counts: the 0 has to stay. */
	PUT(b, 16, CS_INTERFACE, 3, 0, 2, 64, 1, 240, 0, 32, 1, 120, 0, 2, 10,
	    20);
	put_bulk(b, speed, STILL_EP);
}

/* The same bytes for a class that the kernel does not know. */
static void vendor(struct blob *b, int speed)
{
	PUT(b, 8, USB_DT_INTERFACE_ASSOCIATION, 0, 2, 0xff, 1, 2, 0);
	put_interface(b, 0, 1, USB_CLASS_VENDOR_SPEC, VIDEO_CONTROL);
	PUT(b, 13, CS_INTERFACE, 1, 0x10, 0x01, 49, 0, 0x80, 0x8d, 0x5b, 0, 1,
	    1);
	PUT(b, 3, CS_INTERFACE, 0x55);
	put_bulk(b, speed, STREAM_EP);
	PUT(b, 4, CS_ENDPOINT, 1, STREAM_EP);
	put_interface(b, 1, 0, USB_CLASS_VENDOR_SPEC, VIDEO_STREAMING);
	PUT(b, 14, CS_INTERFACE, 1, 1, 77, 0, STREAM_EP, 0, 2, 0, 0, 0, 1, 0);
}

/* Descriptors that stock kernels accept as well. */
static void plain(struct blob *b, int speed)
{
	PUT(b, 8, USB_DT_INTERFACE_ASSOCIATION, 0, 2, 0xff, 1, 2, 0);
	put_interface(b, 0, 1, USB_CLASS_VENDOR_SPEC, 0);
	put_bulk(b, speed, STREAM_EP);
	put_interface(b, 1, 0, USB_CLASS_VENDOR_SPEC, 1);
}

/* Descriptors of the maximum length. */
static void longest(struct blob *b, int speed)
{
	unsigned char d[255];
	int i;

	put_interface(b, 0, 1, USB_CLASS_VENDOR_SPEC, 0);
	for (i = 0; i < 255; i++)
		d[i] = i;
	d[0] = 255;
	d[1] = CS_INTERFACE;
	put(b, d, sizeof(d));
	put_bulk(b, speed, STREAM_EP);
}

/* Closing ep0 resets FunctionFS. */
static void reopen(struct gadget *g)
{
	char path[96];

	close(g->ep0);
	snprintf(path, sizeof(path), "%s/ep0", g->mnt);
	g->ep0 = FD(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

static int try_blob(struct gadget *g, const struct blob *b)
{
	int ret = write(g->ep0, b->data, b->len) < 0 ? -errno : 0;

	reopen(g);
	return ret;
}

/* Creates a gadget without descriptors. */
static void need_gadget(struct gadget *g)
{
	int ret = gadget_open(g, "d");

	if (ret == -ENODEV)
		SKIP("no virtual UDC (FFS_UDC names another)");
	OK(ret);
}

/* The same, on kernels that accept class-specific ones. */
static void need_class(struct gadget *g)
{
	static const unsigned char minimal[] = { 3, CS_INTERFACE, 0x7f };
	struct blob b;
	int ret;

	need_gadget(g);
	spoil = minimal;
	spoil_len = sizeof(minimal);
	spoil_class = USB_CLASS_VENDOR_SPEC;
	build(&b, one_more);
	spoil_class = CLASS_VIDEO;
	ret = try_blob(g, &b);
	if (ret == -EINVAL) {
		gadget_destroy(g);
		SKIP(LACKS_CLASS);
	}
	OK(ret);
}

TEST(accepted, T_PRIVATE | T_NO_DMABUF_OK)
{
	struct gadget g;
	struct blob b;

	need_class(&g);
	build(&b, camera);
	OK(try_blob(&g, &b));
	build(&b, vendor);
	OK(try_blob(&g, &b));
	build(&b, longest);
	OK(try_blob(&g, &b));
	gadget_destroy(&g);
}

/* The descriptor is rejected, and a valid one is accepted afterwards. */
static void refused(struct gadget *g, const unsigned char *d, size_t len,
		    bool last)
{
	struct blob b;
	int ret;

	spoil = d;
	spoil_len = len;
	spoil_last = last;
	build(&b, one_more);
	ret = try_blob(g, &b);
	if (ret != -EINVAL)
		FAIL("%02x %02x %02x in %zu bytes%s, subclass %d: %s", d[0],
		     d[1], d[2], len, last ? " at the end" : "", spoil_sub,
		     value_name(ret));
	build(&b, camera);
	OK(try_blob(g, &b));
}

TEST(length_wrong, T_PRIVATE | T_NO_DMABUF_OK)
{
	static const unsigned char types[] = { CS_INTERFACE, CS_ENDPOINT };
	static const int class[] = { CLASS_VIDEO, USB_CLASS_VENDOR_SPEC, 1, 2 };
	struct gadget g;
	unsigned int i, k;

	need_class(&g);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		for (k = 0; k < ARRAY_SIZE(class); k++) {
			unsigned char d[8] = { 0, types[i], 1, 1, 1, 1, 1, 1 };

			spoil_class = class[k];
			/* A length shorter than the header. */
			refused(&g, d, 8, false);
			refused(&g, d, 8, true);
			d[0] = 1;
			refused(&g, d, 8, false);
			refused(&g, d, 8, true);
			/* No subtype. */
			d[0] = 2;
			refused(&g, d, 2, false);
			refused(&g, d, 2, true);
			/* Beyond the end. */
			d[0] = 4;
			refused(&g, d, 3, true);
			d[0] = 8;
			refused(&g, d, 7, true);
			d[0] = 255;
			refused(&g, d, 8, true);
			d[0] = 255;
			refused(&g, d, 3, true);
			/* The file ends in the middle of the header. */
			d[0] = 3;
			refused(&g, d, 1, true);
			refused(&g, d, 2, true);
		}
	}
	spoil_class = CLASS_VIDEO;
	gadget_destroy(&g);
}

TEST(control_header_wrong, T_PRIVATE | T_NO_DMABUF_OK)
{
	unsigned char d[16] = {
		13, CS_INTERFACE, 1, 0x10, 0x01, 13, 0, 0, 0, 0, 0, 1, 0,
	};
	static const unsigned char in[] = { 2, 3, 15, 16, 128, 243, 244, 255 };
	struct gadget g;
	unsigned int i;

	need_class(&g);
	/* Interface numbers beyond its end. */
	for (i = 0; i < ARRAY_SIZE(in); i++) {
		d[11] = in[i];
		refused(&g, d, 13, false);
		refused(&g, d, 13, true);
	}
	/* Shorter than its fixed part. */
	d[11] = 1;
	for (i = 3; i <= 12; i++) {
		d[0] = i;
		refused(&g, d, i, false);
		refused(&g, d, i, true);
	}
	gadget_destroy(&g);
}

TEST(stream_header_wrong, T_PRIVATE | T_NO_DMABUF_OK)
{
	static const unsigned char input[] = {
		14, CS_INTERFACE, 1, 1, 14, 0, 0x81, 0, 2, 0, 0, 0, 1, 0,
	}, output[] = {
		10, CS_INTERFACE, 2, 1, 10, 0, 0x81, 0, 1, 0,
	};
	/* Number of formats, and bytes of controls of each: at least 2 */
	static const unsigned char counts[][2] = {
		{ 1, 2 }, { 2, 1 }, { 16, 16 }, { 1, 255 }, { 255, 1 },
		{ 128, 2 }, { 255, 255 },
	};
	unsigned char d[16];
	struct gadget g;
	unsigned int i, k, fixed;

	need_class(&g);
	spoil_sub = VIDEO_STREAMING;
	for (k = 0; k < 2; k++) {
		/* Shorter than its fixed part. */
		fixed = k ? 9 : 13;
		memcpy(d, k ? output : input, fixed + 1);
		for (i = 3; i < fixed; i++) {
			d[0] = i;
			refused(&g, d, i, false);
			refused(&g, d, i, true);
		}
		/* Controls of formats beyond its end. */
		d[0] = fixed;
		refused(&g, d, fixed, false);
		refused(&g, d, fixed, true);
		d[0] = fixed + 1;
		for (i = 0; i < ARRAY_SIZE(counts); i++) {
			d[3] = counts[i][0];
			d[fixed - 1] = counts[i][1];
			refused(&g, d, fixed + 1, false);
			refused(&g, d, fixed + 1, true);
		}
	}
	gadget_destroy(&g);
}

TEST(still_image_wrong, T_PRIVATE | T_NO_DMABUF_OK)
{
	unsigned char d[16] = {
		11, CS_INTERFACE, 3, 0x81, 1, 64, 1, 240, 0, 1, 10,
	};
	static const unsigned char sizes[] = { 2, 3, 62, 63, 64, 128, 255 };
	static const unsigned char compressions[] = { 2, 3, 128, 245, 255 };
	struct gadget g;
	unsigned int i;

	need_class(&g);
	spoil_sub = VIDEO_STREAMING;
	/* Too short for: a byte of compression, the sizes, the rest. */
	for (i = 3; i <= 10; i++) {
		d[0] = i;
		refused(&g, d, i, false);
		refused(&g, d, i, true);
	}
	d[0] = 11;
	for (i = 0; i < ARRAY_SIZE(compressions); i++) {
		d[9] = compressions[i];
		refused(&g, d, 11, false);
		refused(&g, d, 11, true);
	}
	d[9] = 1;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		d[4] = sizes[i];
		refused(&g, d, 11, false);
		refused(&g, d, 11, true);
	}
	gadget_destroy(&g);
}

/*
 * Interface and endpoint numbers that the function lacks, and headers in
 * invalid places.  The kernel may reject them at write or at bind time, or keep
 * them unchanged; nothing else may happen.
 */
static void bind_for_a_moment(struct gadget *g, const struct blob *b)
{
	int ret;

	if (write(g->ep0, b->data, b->len) < 0) {
		EQ(-errno, -EINVAL);
		reopen(g);
		return;
	}
	/* The string index may be wrong as well. */
	ret = gadget_write_strings(g);
	if (!ret && !g->linked)
		OK(gadget_link(g));
	if (!ret)
		ret = gadget_bind(g);
	if (!ret)
		OK(gadget_unbind(g));
	reopen(g);
}

static unsigned char *find_cs(struct blob *b, size_t from, int subtype,
			      int length)
{
	size_t i;

	for (i = from; i + 2 < b->len && b->data[i]; i += b->data[i]) {
		if (b->data[i + 1] == CS_INTERFACE &&
		    b->data[i + 2] == subtype && b->data[i] == length)
			return b->data + i;
	}
	FAIL("subtype %d is not there", subtype);
}

TEST(numbers_unknown, T_PRIVATE | T_NO_DMABUF_OK)
{
	static const unsigned char nr[] = {
		0, 3, 4, 15, 16, 31, 32, 127, 128, 200, 254, 255,
	};
	static const unsigned char address[] = {
		0, 1, 0x0b, 0x0f, 0x80, 0x81, 0x82, 0x8f, 0x9b, 0xff,
	};
	struct gadget g;
	struct blob b;
	unsigned int i;

	need_class(&g);
	for (i = 0; i < ARRAY_SIZE(nr); i++) {
		build(&b, camera);
		find_cs(&b, 24, 1, 14)[12] = nr[i];
		bind_for_a_moment(&g, &b);
		/* The first one of the association. */
		build(&b, camera);
		b.data[24 + 2] = nr[i];
		bind_for_a_moment(&g, &b);
	}
	for (i = 0; i < ARRAY_SIZE(address); i++) {
		build(&b, camera);
		find_cs(&b, 24 + 8 + 9 + 14, 1, 14)[6] = address[i];
		bind_for_a_moment(&g, &b);
		build(&b, camera);
		find_cs(&b, 24, 2, 9)[6] = address[i];
		bind_for_a_moment(&g, &b);
		build(&b, camera);
		find_cs(&b, 24, 3, 10)[3] = address[i];
		bind_for_a_moment(&g, &b);
	}
	gadget_destroy(&g);
}

/*
 * The kernel drops the valid part of a rejected write, so that a program can
 * write descriptors with other endpoints next.  Tests FunctionFS itself.
 */
TEST(refused_then_right, T_PRIVATE | T_NO_DMABUF_OK)
{
	static const unsigned char wrong[] = { 2, CS_INTERFACE };
	struct gadget g;
	struct blob b;

	need_class(&g);
	spoil = wrong;
	spoil_len = sizeof(wrong);
	spoil_last = true;
	build(&b, one_more);
	EQ(write(g.ep0, b.data, b.len) < 0 ? -errno : 0, -EINVAL);
	build(&b, camera);
	EQ(write(g.ep0, b.data, b.len), (long)b.len);
	OK(gadget_write_strings(&g));
	gadget_destroy(&g);
}

/* The same without class-specific descriptors. */
TEST(refused_then_right_plain, T_PRIVATE | T_NO_DMABUF_OK)
{
	static const unsigned char wrong[] = { 2, USB_DT_ENDPOINT };
	struct gadget g;
	struct blob b;

	need_gadget(&g);
	spoil = wrong;
	spoil_len = sizeof(wrong);
	spoil_last = true;
	spoil_class = USB_CLASS_VENDOR_SPEC;
	build(&b, one_more);
	spoil_class = CLASS_VIDEO;
	EQ(write(g.ep0, b.data, b.len) < 0 ? -errno : 0, -EINVAL);
	build(&b, plain);
	EQ(write(g.ep0, b.data, b.len) < 0 ? -errno : 0, 0);
	OK(gadget_write_strings(&g));
	gadget_destroy(&g);
}

/* The format without flags, which ends with high speed. */
static void build_legacy(struct blob *b, set_fn set)
{
	int speed;

	memset(b, 0, sizeof(*b));
	put_le32(b, 0, FUNCTIONFS_DESCRIPTORS_MAGIC);
	b->len = 8 + 4 * SS;
	for (speed = 0; speed < SS; speed++) {
		begin_speed(b, speed);
		b->count_at = 8 + 4 * speed;
		set(b, speed);
		end_speed(b);
	}
	end(b);
}

/* The same for flags: this one names the files after the addresses. */
TEST(refused_flags, T_PRIVATE | T_NO_DMABUF_OK)
{
	static const unsigned char wrong[] = { 2, CS_INTERFACE };
	char path[96];
	struct gadget g;
	struct blob b;

	need_class(&g);
	spoil = wrong;
	spoil_len = sizeof(wrong);
	spoil_last = true;
	build(&b, one_more);
	put_le32(&b, 8, FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC |
		 FUNCTIONFS_HAS_SS_DESC | FUNCTIONFS_VIRTUAL_ADDR);
	EQ(write(g.ep0, b.data, b.len) < 0 ? -errno : 0, -EINVAL);
	build_legacy(&b, camera);
	EQ(write(g.ep0, b.data, b.len), (long)b.len);
	OK(gadget_write_strings(&g));
	snprintf(path, sizeof(path), "%s/ep1", g.mnt);
	EQ(access(path, F_OK) ? -errno : 0, 0);
	snprintf(path, sizeof(path), "%s/ep%02x", g.mnt, STREAM_EP);
	EQ(access(path, F_OK) ? -errno : 0, -ENOENT);
	gadget_destroy(&g);
}

/* Headers before the first interface, where the class is unknown. */
static void headless(struct blob *b, int speed)
{
	PUT(b, 13, CS_INTERFACE, 1, 0x10, 0x01, 49, 0, 0, 0, 0, 0, 1, 200);
	PUT(b, 14, CS_INTERFACE, 1, 1, 77, 0, 0x81, 0, 2, 0, 0, 0, 1, 0);
	PUT(b, 4, CS_ENDPOINT, 1, 1);
	put_interface(b, 0, 1, CLASS_VIDEO, VIDEO_CONTROL);
	put_bulk(b, speed, 0x81);
}

TEST(before_any_interface, T_PRIVATE | T_NO_DMABUF_OK)
{
	struct gadget g;
	struct blob b;

	need_class(&g);
	build(&b, headless);
	bind_for_a_moment(&g, &b);
	build(&b, camera);
	OK(try_blob(&g, &b));
	gadget_destroy(&g);
}

/* Random bytes in the class-specific descriptors; KASAN finds errors. */
TEST(random_bytes, T_PRIVATE | T_NO_DMABUF_OK | T_LONG)
{
	const char *env = getenv("FFS_SEED");
	unsigned int seed = env ? strtoul(env, NULL, 0) : 4711, i, n, changes;
	unsigned int accepted = 0, binds = 0;
	struct blob good, b;
	struct gadget g;
	size_t at[1024], at_n = 0, k, from = 24;

	need_class(&g);
	build(&good, camera);
	for (k = from; k < good.len; k += good.data[k]) {
		CHECK(good.data[k]);
		if (good.data[k + 1] != CS_INTERFACE &&
		    good.data[k + 1] != CS_ENDPOINT &&
		    good.data[k + 1] != USB_DT_INTERFACE_ASSOCIATION)
			continue;
		for (n = 0; n < good.data[k] && at_n < 1024; n++) {
			/* Change class-specific descriptors only. */
			if (n != 1)
				at[at_n++] = k + n;
		}
	}
	for (i = 0; i < 4000; i++) {
		b = good;
		changes = 1 + rand_r(&seed) % 4;
		for (n = 0; n < changes; n++)
			b.data[at[rand_r(&seed) % at_n]] = rand_r(&seed);
		if (rand_r(&seed) % 8 == 0) {
			b.len -= rand_r(&seed) % 100;
			end(&b);
		}
		if (i % 100 == 0) {
			bind_for_a_moment(&g, &b);
			binds++;
		} else if (!try_blob(&g, &b)) {
			accepted++;
		}
	}
	note("%u of %u accepted, %u tried to bind", accepted, i, binds);
	OK(try_blob(&g, &good));
	gadget_destroy(&g);
}

/* ---- descriptors read by the host ---- */

struct seen {
	unsigned char config[4096];
	size_t len;
	size_t at;	/* offset of the next descriptor */
};

static void next(struct seen *s, int type)
{
	while (s->at + 2 < s->len && s->config[s->at] >= 2 &&
	       s->config[s->at + 1] != type)
		s->at += s->config[s->at];
	if (s->at + s->config[s->at] > s->len || s->config[s->at + 1] != type)
		FAIL("the host sees no descriptor %#x", type);
}

static unsigned char *take(struct seen *s)
{
	unsigned char *d = s->config + s->at;

	if (s->at >= s->len || s->at + d[0] > s->len)
		FAIL("the host sees too few descriptors");
	s->at += d[0];
	return d;
}

/* The descriptors of one speed as they were written. */
static size_t written(struct blob *b, set_fn set, int speed, size_t *end_at)
{
	struct blob one;
	size_t at = 24;
	int i;

	build(b, set);
	for (i = 0; ; i++) {
		memset(&one, 0, sizeof(one));
		set(&one, i);
		if (i == speed)
			break;
		at += one.len;
	}
	*end_at = at + one.len;
	return at;
}

/* Skips to the association of this class. */
static void find_function(struct seen *s, int class)
{
	for (next(s, USB_DT_INTERFACE_ASSOCIATION);
	     s->config[s->at + 4] != class;
	     next(s, USB_DT_INTERFACE_ASSOCIATION))
		s->at += s->config[s->at];
}

/* Compares all descriptors, except the numbers assigned at bind time. */
static void check_camera(struct seen *s, int speed, int first)
{
	unsigned char *d, *want, *address[2] = { NULL, NULL }, *still = NULL;
	unsigned char ep[2] = { 0, 0 };
	size_t at, end_at;
	struct blob b;
	int intf = 0;

	at = written(&b, camera, speed, &end_at);
	find_function(s, CLASS_VIDEO);
	for (; at < end_at; at += want[0]) {
		want = b.data + at;
		d = take(s);
		EQ(d[0], want[0]);
		EQ(d[1], want[1]);
		switch (want[1]) {
		case USB_DT_INTERFACE_ASSOCIATION:
			EQ(d[2], first);
			want[2] = d[2];
			break;
		case USB_DT_INTERFACE:
			EQ(d[2], first + intf);
			want[2] = d[2];
			intf++;
			break;
		case USB_DT_ENDPOINT:
			CHECK(d[2] & USB_DIR_IN);
			ep[intf - 2] = d[2];
			want[2] = d[2];
			break;
		case CS_INTERFACE:
			if (intf == 1 && want[2] == 1) {
				EQ(d[12], first + 1);
				EQ(d[13], first + 2);
				want[12] = d[12];
				want[13] = d[13];
			} else if (intf > 1 && want[2] <= 2) {
				address[intf - 2] = d + 6;
				want[6] = d[6];
			} else if (intf == 2 && want[2] == 3) {
				still = d + 3;
				want[3] = d[3];
			}
			break;
		}
		/* All other bytes are unchanged. */
		if (memcmp(d, want, d[0]))
			FAIL("descriptor %#x/%d of interface %d has changed",
			     d[1], d[2], intf - 1);
	}
	CHECK(address[0] && address[1] && still);
	EQ(*address[0], ep[0]);
	EQ(*address[1], ep[1]);
	EQ(*still, ep[1]);
	CHECK(ep[0] != ep[1]);
	note("interfaces %d to %d, endpoints %#x and %#x", first, first + 2,
	     ep[0], ep[1]);
}

/* For an unknown class only the standard descriptors are translated. */
static void check_unknown(struct seen *s, set_fn set, int speed, int first)
{
	unsigned char *d, *want;
	size_t at, end_at;
	struct blob b;
	int intf = 0;

	at = written(&b, set, speed, &end_at);
	find_function(s, USB_CLASS_VENDOR_SPEC);
	for (; at < end_at; at += want[0]) {
		want = b.data + at;
		d = take(s);
		EQ(d[0], want[0]);
		EQ(d[1], want[1]);
		if (want[1] == USB_DT_INTERFACE_ASSOCIATION) {
			EQ(d[2], first);
			want[2] = d[2];
		} else if (want[1] == USB_DT_INTERFACE) {
			EQ(d[2], first + intf++);
			want[2] = d[2];
		} else if (want[1] == USB_DT_ENDPOINT) {
			want[2] = d[2];
		}
		if (memcmp(d, want, d[0]))
			FAIL("descriptor %#x/%d of interface %d has changed",
			     d[1], d[2], intf - 1);
	}
}

static void check_vendor(struct seen *s, int speed, int first)
{
	check_unknown(s, vendor, speed, first);
}

static void check_plain(struct seen *s, int speed, int first)
{
	check_unknown(s, plain, speed, first);
}

typedef void (*check_fn)(struct seen *s, int speed, int first);

static const char * const speed_name[SPEEDS] = {
	"full-speed", "high-speed", "super-speed",
};

static int host_speed(struct host *h)
{
	char path[96], mbit[16];

	snprintf(path, sizeof(path), "/sys/bus/usb/devices/%s/speed",
		 h->sysname);
	OK(read_file(path, mbit, sizeof(mbit)));
	switch (atoi(mbit)) {
	case 12:
		return FS;
	case 480:
		return HS;
	default:
		return SS;
	}
}

/* The dwc3 model of tests/vm/run has no full speed. */
static int slowest(void)
{
	const char *bench = getenv("FFS_CONTROLLER");

	return bench && !strcmp(bench, "dwc3") ? HS : FS;
}

static void look(struct gadget *g, check_fn check, int first)
{
	char path[192];
	struct seen s;
	struct host h;
	ssize_t n;
	int speed;

	for (speed = SS; speed >= slowest(); speed--) {
		snprintf(path, sizeof(path), "%s/max_speed", g->path);
		OK(write_file(path, speed_name[speed]));
		OK(gadget_bind_wait(g));
		OK(host_open_device(&h, g->name));
		EQ(host_speed(&h), speed);
		n = pread(h.fd, s.config, sizeof(s.config), 0);
		CHECK(n > USB_DT_DEVICE_SIZE);
		host_close(&h);
		s.len = n;
		s.at = USB_DT_DEVICE_SIZE;
		note("%s", speed_name[speed]);
		check(&s, speed, first);
		OK(gadget_unbind_wait(g));
	}
}

static void describe(struct gadget *g, set_fn set)
{
	struct blob b;

	build(&b, set);
	if (write(g->ep0, b.data, b.len) < 0)
		FAIL("write: %s", value_name(-errno));
	OK(gadget_write_strings(g));
}

/* The second bind translates the same numbers as the first. */
static void see(struct gadget *g, set_fn set, check_fn check, int first)
{
	int i;

	describe(g, set);
	OK(gadget_link(g));
	OK(gadget_start_ep0(g));
	for (i = 0; i < 2; i++)
		look(g, check, first);
}

TEST(numbers_first, T_PRIVATE | T_NO_DMABUF_OK | T_LONG)
{
	struct gadget g;

	need_class(&g);
	see(&g, camera, check_camera, 0);
	gadget_destroy(&g);
}

TEST(vendor_first, T_PRIVATE | T_NO_DMABUF_OK | T_LONG)
{
	struct gadget g;

	need_class(&g);
	see(&g, vendor, check_vendor, 0);
	gadget_destroy(&g);
}

/* The function before the tested one, named "a" in the configuration. */
struct neighbour {
	char fn[192];
	char link[192];
	struct gadget ffs;
};

static void settle(struct neighbour *n, struct gadget *g, const char *fn)
{
	snprintf(n->fn, sizeof(n->fn), "%s/functions/%s", g->path, fn);
	snprintf(n->link, sizeof(n->link), "%s/configs/c.1/a", g->path);
	if (mkdir(n->fn, 0755))
		FAIL("%s: %s", fn, value_name(-errno));
}

static void one_interface(struct blob *b, int speed)
{
	put_interface(b, 0, 2, USB_CLASS_VENDOR_SPEC, 0);
	put_bulk(b, speed, 0x81);
	put_bulk(b, speed, 0x02);
}

static void settle_ffs(struct neighbour *n, struct gadget *g)
{
	struct gadget *o = &n->ffs;
	char path[192];

	snprintf(o->name, sizeof(o->name), "%.28s.n", g->name);
	snprintf(path, sizeof(path), "ffs.%s", o->name);
	settle(n, g, path);
	snprintf(o->mnt, sizeof(o->mnt), "/tmp/ffs-%s", o->name);
	OK(mkdir(o->mnt, 0755));
	OK(mount(o->name, o->mnt, "functionfs", 0, NULL));
	snprintf(path, sizeof(path), "%s/ep0", o->mnt);
	o->ep0 = FD(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
	describe(o, one_interface);
	OK(symlink(n->fn, n->link));
}

static void move_out(struct neighbour *n)
{
	unlink(n->link);
	if (n->ffs.mnt[0]) {
		close(n->ffs.ep0);
		umount(n->ffs.mnt);
		rmdir(n->ffs.mnt);
	}
	rmdir(n->fn);
}

static void behind_ffs(set_fn set, check_fn check)
{
	struct neighbour n = { 0 };
	struct gadget g;

	need_class(&g);
	settle_ffs(&n, &g);
	see(&g, set, check, 1);
	move_out(&n);
	gadget_destroy(&g);
}

TEST(numbers_behind_ffs, T_PRIVATE | T_NO_DMABUF_OK | T_LONG)
{
	behind_ffs(camera, check_camera);
}

/* An association without class-specific descriptors. */
TEST(association_behind_ffs, T_PRIVATE | T_NO_DMABUF_OK | T_LONG)
{
	struct neighbour n = { 0 };
	struct gadget g;

	need_gadget(&g);
	settle_ffs(&n, &g);
	see(&g, plain, check_plain, 1);
	move_out(&n);
	gadget_destroy(&g);
}

TEST(vendor_behind_ffs, T_PRIVATE | T_NO_DMABUF_OK | T_LONG)
{
	behind_ffs(vendor, check_vendor);
}

/* Of an interface and a unit number only the first is translated. */
TEST(requests_behind_ffs, T_PRIVATE | T_NO_DMABUF_OK)
{
	static const unsigned int entity[] = { 0, 1, 2, 3, 0x80, 0xff };
	struct neighbour n = { 0 };
	unsigned int i, intf, seen;
	struct gadget g;
	struct host h;

	need_class(&g);
	settle_ffs(&n, &g);
	describe(&g, camera);
	OK(gadget_link(&g));
	OK(gadget_start_ep0(&g));
	OK(gadget_bind_wait(&g));
	OK(host_open_device(&h, g.name));
	for (i = 0; i < ARRAY_SIZE(entity); i++) {
		for (intf = 0; intf < 3; intf++) {
			seen = atomic_load(&g.state->setups);
			/* ep0_thread() stalls all class requests. */
			EQ(host_class_request(&h, 1 + intf, entity[i]), -EPIPE);
			EQ(atomic_load(&g.state->setups), seen + 1);
			EQ(atomic_load(&g.state->setup_index),
			   entity[i] << 8 | intf);
		}
	}
	host_close(&h);
	OK(gadget_unbind_wait(&g));
	move_out(&n);
	gadget_destroy(&g);
}

/* An undescribed setting is rejected, without an effect on endpoints. */
TEST(setting_unknown, T_BOUND | T_NO_DMABUF_OK)
{
	unsigned int seen;
	struct host h;

	OK(host_open_device(&h, c->g->name));
	seen = atomic_load(&c->g->state->enables);
	EQ(host_set_interface(&h, 0, 1), -EPIPE);
	EQ(host_set_interface(&h, 0, 2), -EPIPE);
	EQ(host_set_interface(&h, 0, 0xff), -EPIPE);
	EQ(atomic_load(&c->g->state->enables), seen);
	OK(host_set_interface(&h, 0, 0));
	host_close(&h);
	OK(gadget_wait_enables(c->g, seen));
}

/* Without class-specific descriptors wIndex is as on stock kernels. */
TEST(requests_without_class, T_BOUND | T_NO_DMABUF_OK)
{
	static const unsigned int entity[] = { 0, 1, 0xff };
	unsigned int i, seen;
	struct host h;

	OK(host_open_device(&h, c->g->name));
	for (i = 0; i < ARRAY_SIZE(entity); i++) {
		seen = atomic_load(&c->g->state->setups);
		EQ(host_class_request(&h, 0, entity[i]), -EPIPE);
		EQ(atomic_load(&c->g->state->setups), seen + 1);
		EQ(atomic_load(&c->g->state->setup_index), 0);
	}
	host_close(&h);
}

TEST(numbers_behind_acm, T_PRIVATE | T_NO_DMABUF_OK | T_LONG)
{
	struct neighbour n = { 0 };
	struct gadget g;

	need_class(&g);
	/* Absent or built in: the next step distinguishes these. */
	if (system("modprobe -q usb_f_acm"))
		note("no module usb_f_acm");
	snprintf(n.fn, sizeof(n.fn), "%s/functions/acm.0", g.path);
	if (mkdir(n.fn, 0755)) {
		gadget_destroy(&g);
		SKIP("no ACM function in this kernel");
	}
	rmdir(n.fn);
	settle(&n, &g, "acm.0");
	OK(symlink(n.fn, n.link));
	see(&g, camera, check_camera, 2);
	move_out(&n);
	gadget_destroy(&g);
}

int main(int argc, char **argv)
{
	return tests_main(argc, argv);
}
