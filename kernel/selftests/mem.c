// SPDX-License-Identifier: GPL-2.0-only
/* Exporters of dmabufs, and test patterns. */
#define _GNU_SOURCE
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/memfd.h>
#include <linux/udmabuf.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ffs_test.h"

#define LIST_PAGES_MAX	1024	/* udmabuf's own limit on list entries */

const char *mem_name(enum mem_provider p)
{
	static const char * const names[] = {
		[MEM_UDMABUF] = "udmabuf",
		[MEM_UDMABUF_LIST] = "udmabuf-list",
		[MEM_HEAP] = "system-heap",
		[MEM_V4L2] = "v4l2",
	};

	return names[p];
}

static size_t page_align(size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

static int new_udmabuf(size_t size, bool list)
{
	size_t page = sysconf(_SC_PAGESIZE), n = size / page, i;
	struct udmabuf_create_list *l = NULL;
	int dev, mem, fd;

	dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		return -errno;
	mem = memfd_create("selftest", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	if (mem < 0 || ftruncate(mem, size) ||
	    fcntl(mem, F_ADD_SEALS, F_SEAL_SHRINK)) {
		fd = -errno;
		goto out;
	}
	if (list && n <= LIST_PAGES_MAX) {
		l = calloc(1, sizeof(*l) + n * sizeof(l->list[0]));
		if (!l) {
			fd = -ENOMEM;
			goto out;
		}
		l->flags = UDMABUF_FLAGS_CLOEXEC;
		l->count = n;
		for (i = 0; i < n; i++) {
			l->list[i].memfd = mem;
			l->list[i].offset = (n - 1 - i) * page;
			l->list[i].size = page;
		}
		fd = ioctl(dev, UDMABUF_CREATE_LIST, l);
	} else {
		struct udmabuf_create c = {
			.memfd = mem,
			.flags = UDMABUF_FLAGS_CLOEXEC,
			.size = size,
		};

		fd = ioctl(dev, UDMABUF_CREATE, &c);
	}
	if (fd < 0)
		fd = -errno;
out:
	free(l);
	if (mem >= 0)
		close(mem);
	close(dev);
	return fd;
}

static int new_heap(size_t size)
{
	struct dma_heap_allocation_data a = {
		.len = size,
		.fd_flags = O_RDWR | O_CLOEXEC,
	};
	int dev, fd;

	dev = open("/dev/dma_heap/system", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		return -errno;
	fd = ioctl(dev, DMA_HEAP_IOCTL_ALLOC, &a) ? -errno : (int)a.fd;
	close(dev);
	return fd;
}

static int open_vivid(void)
{
	struct v4l2_capability cap;
	struct v4l2_format f;
	char path[32];
	int i, fd;

	for (i = 0; i < 32; i++) {
		snprintf(path, sizeof(path), "/dev/video%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			continue;
		memset(&cap, 0, sizeof(cap));
		memset(&f, 0, sizeof(f));
		f.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
		f.fmt.pix.width = 16;
		f.fmt.pix.height = 16;
		f.fmt.pix.pixelformat = V4L2_PIX_FMT_GREY;
		if (!ioctl(fd, VIDIOC_QUERYCAP, &cap) &&
		    !strcmp((char *)cap.driver, "vivid") &&
		    (cap.device_caps & V4L2_CAP_VIDEO_CAPTURE) &&
		    !ioctl(fd, VIDIOC_S_FMT, &f))
			return fd;
		close(fd);
	}
	return -ENODEV;
}

/*
 * All buffers of a process come from one queue and outlive it: vb2 counts an
 * exported dmabuf as a user of the memory.
 */
static int new_v4l2(size_t size, size_t *real_size)
{
	struct v4l2_create_buffers c;
	struct v4l2_exportbuffer e;
	static pid_t owner;
	static int queue = -1;

	if (queue < 0 || owner != getpid()) {
		queue = open_vivid();
		if (queue < 0)
			return queue;
		owner = getpid();
	}
	memset(&c, 0, sizeof(c));
	c.count = 1;
	c.memory = V4L2_MEMORY_MMAP;
	c.format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	if (ioctl(queue, VIDIOC_G_FMT, &c.format))
		return -errno;
	if (c.format.fmt.pix.sizeimage < size)
		c.format.fmt.pix.sizeimage = size;
	if (ioctl(queue, VIDIOC_CREATE_BUFS, &c))
		return -errno;
	/* A driver with a minimum of two creates two the first time. */
	if (!c.count)
		return -ENOBUFS;
	memset(&e, 0, sizeof(e));
	e.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	e.index = c.index;
	e.flags = O_RDWR | O_CLOEXEC;
	if (ioctl(queue, VIDIOC_EXPBUF, &e))
		return -errno;
	*real_size = lseek(e.fd, 0, SEEK_END);
	return e.fd;
}

/* ---- memory of one scatterlist entry ---- */

#define HUGE_PAGE	(2ul << 20)
#define HUGE_PAGES	32	/* not necessarily contiguous */
#define HUGE_POOL	"/proc/sys/vm/nr_hugepages"

struct huge_page {
	__u64 pfn;
	size_t offset;
};

static int by_pfn(const void *a, const void *b)
{
	const struct huge_page *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

/* Finds the pages of a mapping, sorted by physical address. */
static int huge_pages_find(char *map, struct huge_page *pages, size_t n)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), ret = 0;
	__u64 entry;
	size_t i;

	if (fd < 0)
		return -errno;
	for (i = 0; i < n && !ret; i++) {
		pages[i].offset = i * HUGE_PAGE;
		map[pages[i].offset] = 0;
		if (pread(fd, &entry, sizeof(entry),
			  (uintptr_t)(map + pages[i].offset) /
			  sysconf(_SC_PAGESIZE) * sizeof(entry)) !=
		    sizeof(entry))
			ret = -EIO;
		/* The page frame number, visible with CAP_SYS_ADMIN. */
		pages[i].pfn = entry & ((1ull << 55) - 1);
		if (!pages[i].pfn)
			ret = -EPERM;
	}
	close(fd);
	qsort(pages, n, sizeof(*pages), by_pfn);
	return ret;
}

/* Returns the first of n contiguous pages. */
static struct huge_page *huge_pages_run(struct huge_page *pages, size_t n,
					size_t want)
{
	const __u64 step = HUGE_PAGE / sysconf(_SC_PAGESIZE);
	size_t i, have = 1;

	for (i = 1; i < n && have < want; i++)
		have = pages[i].pfn == pages[i - 1].pfn + step ? have + 1 : 1;
	return have < want ? NULL : &pages[i - want];
}

static int udmabuf_of(int mem, const struct huge_page *pages, size_t n,
		      size_t size)
{
	struct udmabuf_create_list *l;
	int dev, fd;
	size_t i;

	dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		return -errno;
	l = calloc(1, sizeof(*l) + n * sizeof(l->list[0]));
	if (!l) {
		close(dev);
		return -ENOMEM;
	}
	l->flags = UDMABUF_FLAGS_CLOEXEC;
	l->count = n;
	for (i = 0; i < n; i++, size -= l->list[i - 1].size) {
		l->list[i].memfd = mem;
		l->list[i].offset = pages[i].offset;
		l->list[i].size = size < HUGE_PAGE ? size : HUGE_PAGE;
	}
	fd = ioctl(dev, UDMABUF_CREATE_LIST, l);
	if (fd < 0)
		fd = -errno;
	free(l);
	close(dev);
	return fd;
}

static int new_huge(size_t size)
{
	const size_t all = HUGE_PAGES * HUGE_PAGE;
	size_t want = (size + HUGE_PAGE - 1) / HUGE_PAGE;
	struct huge_page pages[HUGE_PAGES], *run;
	char before[32], pool[32];
	int mem, fd = -ENOMEM;
	char *map;

	if (read_file(HUGE_POOL, before, sizeof(before)))
		return -ENODEV;
	snprintf(pool, sizeof(pool), "%ld", atol(before) + HUGE_PAGES);
	if (write_file(HUGE_POOL, pool))
		return -ENODEV;
	mem = memfd_create("selftest", MFD_ALLOW_SEALING | MFD_CLOEXEC |
			   MFD_HUGETLB | MFD_HUGE_2MB);
	if (mem < 0 || ftruncate(mem, all) ||
	    fcntl(mem, F_ADD_SEALS, F_SEAL_SHRINK)) {
		fd = -errno;
		goto out;
	}
	/* Also reserves the pages, so each address has one. */
	map = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED, mem, 0);
	if (map == MAP_FAILED)
		goto out;
	fd = huge_pages_find(map, pages, HUGE_PAGES);
	munmap(map, all);
	if (fd)
		goto out;
	run = huge_pages_run(pages, HUGE_PAGES, want);
	fd = run ? udmabuf_of(mem, run, want, size) : -ENOMEM;
out:
	if (mem >= 0)
		close(mem);
	/* The pages of the dmabuf stay until it is closed. */
	write_file(HUGE_POOL, before);
	return fd;
}

static int dbuf_map(struct dbuf *b, int fd)
{
	if (fd < 0)
		return fd;
	b->fd = fd;
	b->map = mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (b->map == MAP_FAILED) {
		int ret = -errno;

		b->map = NULL;
		dbuf_free(b);
		return ret;
	}
	return 0;
}

int dbuf_new(struct dbuf *b, enum mem_provider p, size_t size)
{
	int fd;

	b->fd = -1;
	b->map = NULL;
	b->size = page_align(size);
	switch (p) {
	case MEM_UDMABUF:
		fd = new_udmabuf(b->size, false);
		break;
	case MEM_UDMABUF_LIST:
		fd = new_udmabuf(b->size, true);
		break;
	case MEM_HEAP:
		fd = new_heap(b->size);
		break;
	case MEM_V4L2:
		fd = new_v4l2(b->size, &b->size);
		break;
	default:
		return -EINVAL;
	}
	return dbuf_map(b, fd);
}

/* Allocates contiguous memory, which other exporters have only by chance. */
int dbuf_contiguous(struct dbuf *b, size_t size)
{
	b->fd = -1;
	b->map = NULL;
	b->size = page_align(size);
	return dbuf_map(b, new_huge(b->size));
}

bool mem_available(enum mem_provider p)
{
	static int vivid = -1;
	int fd;

	switch (p) {
	case MEM_UDMABUF:
	case MEM_UDMABUF_LIST:
		return !access("/dev/udmabuf", R_OK | W_OK);
	case MEM_HEAP:
		return !access("/dev/dma_heap/system", R_OK | W_OK);
	case MEM_V4L2:
		/* A second REQBUFS after an export would return EBUSY. */
		if (vivid < 0) {
			fd = open_vivid();
			vivid = fd >= 0;
			if (fd >= 0)
				close(fd);
		}
		return vivid;
	default:
		return false;
	}
}

int dbuf_any(struct dbuf *b, size_t size)
{
	static const enum mem_provider order[] = {
		MEM_UDMABUF, MEM_HEAP, MEM_V4L2,
	};
	unsigned int i;
	int ret = -ENODEV;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		ret = dbuf_new(b, order[i], size);
		if (!ret)
			break;
	}
	return ret;
}

void dbuf_free(struct dbuf *b)
{
	if (b->map)
		munmap(b->map, b->size);
	if (b->fd >= 0)
		close(b->fd);
	b->map = NULL;
	b->fd = -1;
}

static __u32 pattern_word(size_t index, unsigned int seed)
{
	__u32 x = (__u32)index * 2654435761u + seed * 40503u + 1;

	x ^= x >> 15;
	x *= 2246822519u;
	return x ^ (x >> 13);
}

void pattern_fill(void *buf, size_t len, unsigned int seed)
{
	unsigned char *p = buf;
	size_t i;
	__u32 w;

	for (i = 0; i + 4 <= len; i += 4) {
		w = pattern_word(i / 4, seed);
		memcpy(p + i, &w, 4);
	}
	w = pattern_word(i / 4, seed);
	memcpy(p + i, &w, len - i);
}

long pattern_check(const void *buf, size_t from, size_t len,
		   unsigned int seed)
{
	const unsigned char *p = buf;
	size_t i;
	__u32 w;

	for (i = from; i < from + len; i++) {
		w = pattern_word(i / 4, seed);
		if (i % 4 == 0 && i + 4 <= from + len &&
		    !memcmp(p + i, &w, 4)) {
			i += 3;
			continue;
		}
		if (p[i] != ((unsigned char *)&w)[i % 4])
			return i;
	}
	return -1;
}

/*
 * Exporters sync all mappings in the direction of the CPU's access, regardless
 * of their own direction, and udmabuf also a mapping of its own.
 * CONFIG_DMA_API_DEBUG reports this once and then no other errors.  Machines
 * with such kernels have coherent memory, so skip the sync.
 */
static bool skip_sync(void)
{
	static int debug = -1;

	if (debug < 0)
		debug = !access("/sys/kernel/debug/dma-api", F_OK);
	return debug;
}

static void cpu_access(struct dbuf *b, unsigned int flags)
{
	struct dma_buf_sync s = { .flags = flags };

	if (skip_sync())
		return;
	while (ioctl(b->fd, DMA_BUF_IOCTL_SYNC, &s) && errno == EINTR)
		;
}

void dbuf_fill(struct dbuf *b, size_t len, unsigned int seed)
{
	cpu_access(b, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
	pattern_fill(b->map, len, seed);
	cpu_access(b, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
}

long dbuf_check(struct dbuf *b, size_t from, size_t len, unsigned int seed)
{
	long ret;

	cpu_access(b, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	ret = pattern_check(b->map, from, len, seed);
	cpu_access(b, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
	return ret;
}
