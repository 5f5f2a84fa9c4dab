/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Dmabufs with data, and an allocator of them in place of the plugin's, which
 * needs a kernel with DMA heaps: the linker finds this one first.
 *
 * Ownership: a memory owns its file. No locks.
 */

#define _GNU_SOURCE             /* memfd_create */

#include <errno.h>
#include <gst/allocators/gstdmabuf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fakeendpoint.h"
#include "transport/gstffsallocator.h"

static gboolean has_heap;

void
fake_endpoint_set_heap (gboolean available)
{
  has_heap = available;
}

static GstMemory *
data_memory (GstAllocator * allocator, gsize size)
{
  gint fd = memfd_create ("fake-dmabuf", MFD_CLOEXEC);

  g_assert_cmpint (ftruncate (fd, size), ==, 0);
  fake_endpoint_add_dmabuf (fd, -1);
  return gst_dmabuf_allocator_alloc_with_flags (allocator, fd, size,
      GST_FD_MEMORY_FLAG_KEEP_MAPPED);
}

GstMemory *
fake_dmabuf_new_data (gsize size, guint8 seed)
{
  GstMemory *mem = data_memory (fake_endpoint_allocator (), size);
  GstMapInfo map;
  gsize i;

  g_assert_true (gst_memory_map (mem, &map, GST_MAP_WRITE));
  for (i = 0; i < size; i++)
    map.data[i] = seed + i + i / 251;
  gst_memory_unmap (mem, &map);
  return mem;
}

struct _GstFfsAllocator
{
  GstDmaBufAllocator parent;
};

G_DEFINE_FINAL_TYPE (GstFfsAllocator, gst_ffs_allocator,
    GST_TYPE_DMABUF_ALLOCATOR);

static GstMemory *
heap_alloc (GstAllocator * allocator, gsize size, GstAllocationParams * params)
{
  GstMemory *mem = data_memory (allocator,
      size + params->prefix + params->padding);

  gst_memory_resize (mem, params->prefix, size);
  return mem;
}

static void
gst_ffs_allocator_init (GstFfsAllocator * self)
{
  GST_OBJECT_FLAG_UNSET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static void
gst_ffs_allocator_class_init (GstFfsAllocatorClass * klass)
{
  GST_ALLOCATOR_CLASS (klass)->alloc = heap_alloc;
}

GstAllocator *
gst_ffs_allocator_new (const gchar * heap, gint * err)
{
  GstAllocator *allocator;

  if (!has_heap || (heap && !g_str_equal (heap, "fake"))) {
    *err = ENOENT;
    return NULL;
  }
  allocator = g_object_new (GST_TYPE_FFS_ALLOCATOR, NULL);
  return gst_object_ref_sink (allocator);
}
