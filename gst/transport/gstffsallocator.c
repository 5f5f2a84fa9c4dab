/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsAllocator: allocates dmabufs, for upstream to write into and for
 * copies.
 *
 * They come from a DMA heap (linux/dma-heap.h) or from udmabuf
 * (linux/udmabuf.h). GStreamer's udmabuf allocator is used if available
 * (1.28). Heaps are needed for contiguous memory, for controllers without an
 * IOMMU.
 *
 * Ownership: the allocator keeps the device open; memories own their dmabuf.
 * Locking: none, nothing changes after construction.
 */

#define _GNU_SOURCE             /* memfd_create, F_ADD_SEALS */

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gstffsallocator.h"
#include "gstffsdebug.h"

#if GST_CHECK_VERSION (1, 28, 0)
#include <gst/allocators/gstudmabufallocator.h>
#endif

#define UDMABUF "udmabuf"

struct _GstFfsAllocator
{
  GstDmaBufAllocator parent;

  gint device;
  gboolean udmabuf;
};

G_DEFINE_FINAL_TYPE (GstFfsAllocator, gst_ffs_allocator,
    GST_TYPE_DMABUF_ALLOCATOR);

static gint
alloc_heap (gint device, gsize size)
{
  struct dma_heap_allocation_data data = {
    .len = size,
    .fd_flags = O_RDWR | O_CLOEXEC,
  };

  return ioctl (device, DMA_HEAP_IOCTL_ALLOC, &data) < 0 ? -1 : (gint) data.fd;
}

static gint
alloc_udmabuf (gint device, gsize size)
{
  struct udmabuf_create create = {
    .flags = UDMABUF_FLAGS_CLOEXEC,
    .size = size,
  };
  gint memfd, fd = -1, err;

  memfd = memfd_create ("ffsdmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memfd < 0)
    return -1;

  /* udmabuf requires a memfd that cannot shrink. */
  create.memfd = memfd;
  if (ftruncate (memfd, size) == 0
      && fcntl (memfd, F_ADD_SEALS, F_SEAL_SHRINK) == 0)
    fd = ioctl (device, UDMABUF_CREATE, &create);
  err = errno;
  close (memfd);
  errno = err;
  return fd;
}

static GstMemory *
alloc (GstAllocator * allocator, gsize size, GstAllocationParams * params)
{
  GstFfsAllocator *self = GST_FFS_ALLOCATOR (allocator);
  gsize page = sysconf (_SC_PAGESIZE);
  gsize maxsize = size + params->prefix + params->padding;
  GstMemory *mem;
  gint fd;

  /* A dmabuf consists of pages, which satisfies any smaller alignment. */
  maxsize = MAX (GST_ROUND_UP_N (maxsize, page), page);
  fd = self->udmabuf ? alloc_udmabuf (self->device, maxsize) :
      alloc_heap (self->device, maxsize);
  if (fd < 0) {
    GST_WARNING_OBJECT (self, "no dmabuf of %" G_GSIZE_FORMAT " bytes: %s",
        maxsize, g_strerror (errno));
    return NULL;
  }

  /* Keep the mapping: mapping each frame would cost more than the copy. */
  mem = gst_dmabuf_allocator_alloc_with_flags (allocator, fd, maxsize,
      GST_FD_MEMORY_FLAG_KEEP_MAPPED);
  gst_memory_resize (mem, params->prefix, size);
  return mem;
}

static gint
open_device (const gchar * heap)
{
  g_autofree gchar *path = NULL;

  if (g_str_equal (heap, UDMABUF))
    path = g_strdup ("/dev/" UDMABUF);
  else
    path = g_build_filename ("/dev/dma_heap", heap, NULL);
  return open (path, O_RDWR | O_CLOEXEC);
}

/* (transfer full) (nullable): GStreamer's udmabuf allocator, if available. */
static GstAllocator *
get_udmabuf_allocator (void)
{
#if GST_CHECK_VERSION (1, 28, 0)
  return gst_udmabuf_allocator_get ();
#else
  return NULL;
#endif
}

/**
 * gst_ffs_allocator_new:
 * @heap: (nullable): name of a heap in /dev/dma_heap, or "udmabuf"; %NULL for
 * the system heap or else udmabuf
 * @err: (out): the errno if this failed
 *
 * Returns: (transfer full) (nullable): an allocator of dmabufs, or %NULL if
 * there is no such heap or this user may not open it
 */
GstAllocator *
gst_ffs_allocator_new (const gchar * heap, gint * err)
{
  const gchar *candidates[] = { heap ? heap : "system", heap ? NULL : UDMABUF };
  GstAllocator *udmabuf;
  GstFfsAllocator *self;
  gint device = -1;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (candidates) && candidates[i]; i++) {
    device = open_device (candidates[i]);
    if (device >= 0)
      break;
    *err = errno;
    GST_DEBUG ("cannot open %s: %s", candidates[i], g_strerror (errno));
  }
  if (device < 0)
    return NULL;

  if (g_str_equal (candidates[i], UDMABUF)
      && (udmabuf = get_udmabuf_allocator ()) != NULL) {
    close (device);
    return udmabuf;
  }

  self = g_object_new (GST_TYPE_FFS_ALLOCATOR, NULL);
  gst_object_ref_sink (self);
  self->device = device;
  self->udmabuf = g_str_equal (candidates[i], UDMABUF);
  GST_DEBUG_OBJECT (self, "dmabufs come from %s", candidates[i]);
  return GST_ALLOCATOR (self);
}

static void
finalize (GObject * object)
{
  close (GST_FFS_ALLOCATOR (object)->device);
  G_OBJECT_CLASS (gst_ffs_allocator_parent_class)->finalize (object);
}

static void
gst_ffs_allocator_init (GstFfsAllocator * self)
{
  /* Unlike its parent, this allocator supports gst_allocator_alloc(). */
  GST_OBJECT_FLAG_UNSET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static void
gst_ffs_allocator_class_init (GstFfsAllocatorClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  GST_ALLOCATOR_CLASS (klass)->alloc = alloc;
}
