/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Buffers of all shapes: number, kind and layout of their memories.
 *
 * Ownership: the caller owns each buffer; buffers share nothing.
 */

#include "test.h"

#include <gst/allocators/gstdmabuf.h>
#include <gst/video/video.h>

#include "../dmabufs.h"

static void
fill (GstMemory * mem)
{
  static guint32 value = 1;
  GstMapInfo map;
  gsize i;

  if (!gst_memory_map (mem, &map, GST_MAP_WRITE))
    g_error ("a memory cannot be mapped");
  for (i = 0; i < map.size; i++) {
    value = value * 1664525 + 1013904223;
    map.data[i] = value >> 24;
  }
  gst_memory_unmap (mem, &map);
}

static GstMemory *
dmabuf (Test * test, gsize size)
{
  GError *error = NULL;
  gint fd = test_dmabuf_new (size, NULL, &error);
  GstMemory *mem;

  if (fd < 0)
    g_error ("%s", error->message);
  mem = gst_dmabuf_allocator_alloc (test->allocator, fd, size);
  fill (mem);
  return mem;
}

static GstMemory *
sysmem (gsize size)
{
  GstMemory *mem = gst_allocator_alloc (NULL, size, NULL);

  fill (mem);
  return mem;
}

/* The shared memory holds a reference to its parent. */
static GstMemory *
part_of (GstMemory * mem, gssize offset, gssize size)
{
  GstMemory *part = gst_memory_share (mem, offset, size);

  gst_memory_unref (mem);
  return part;
}

static GstBuffer *
buffer_of (GstMemory * first, ...)
{
  GstBuffer *buffer = gst_buffer_new ();
  GstMemory *mem;
  va_list args;

  va_start (args, first);
  for (mem = first; mem != NULL; mem = va_arg (args, GstMemory *))
    gst_buffer_append_memory (buffer, mem);
  va_end (args);
  return buffer;
}

static GstBuffer *
one_dmabuf (Test * test, guint i)
{
  return buffer_of (dmabuf (test, 70000 + i), NULL);
}

static GstBuffer *
back_to_back (Test * test, guint i)
{
  GstMemory *mem = dmabuf (test, 62345 + i);

  return buffer_of (gst_memory_share (mem, 0, 30000),
      gst_memory_share (mem, 30000, 20000), part_of (mem, 50000, 12345 + i),
      NULL);
}

static GstBuffer *
several (Test * test, guint i)
{
  (void) i;
  return buffer_of (dmabuf (test, 57600), dmabuf (test, 14400),
      dmabuf (test, 14400), NULL);
}

static GstBuffer *
shared (Test * test, guint i)
{
  return buffer_of (part_of (dmabuf (test, 40000), 0, 30000 + i), NULL);
}

static GstBuffer *
at_offset (Test * test, guint i)
{
  return buffer_of (part_of (dmabuf (test, 40000), 4096, 30000 + i), NULL);
}

static GstBuffer *
resized (Test * test, guint i)
{
  GstBuffer *buffer = one_dmabuf (test, i);

  gst_buffer_resize (buffer, 100, 50000);
  return buffer;
}

static GstBuffer *
header (Test * test, guint i)
{
  return buffer_of (sysmem (16), dmabuf (test, 30000 + i), NULL);
}

static GstBuffer *
trailer (Test * test, guint i)
{
  return buffer_of (dmabuf (test, 30000 + i), sysmem (32), NULL);
}

static GstBuffer *
mix (Test * test, guint i)
{
  GstBuffer *buffer = gst_buffer_new ();
  guint n;

  for (n = 0; n < gst_buffer_get_max_memory () / 2; n++) {
    gst_buffer_append_memory (buffer, dmabuf (test, 5000 + i + n));
    gst_buffer_append_memory (buffer, sysmem (100 + n));
  }
  return buffer;
}

static GstBuffer *
with_empty (Test * test, guint i)
{
  return i % 2 ? gst_buffer_new () : one_dmabuf (test, i);
}

static GstBuffer *
empty_memory (Test * test, guint i)
{
  return buffer_of (part_of (dmabuf (test, 5000), 0, 0),
      dmabuf (test, 20000 + i), part_of (sysmem (5000), 100, 0), NULL);
}

static GstBuffer *
one_byte (Test * test, guint i)
{
  (void) i;
  return buffer_of (dmabuf (test, 1), NULL);
}

static GstBuffer *
packets (Test * test, guint i)
{
  return buffer_of (dmabuf (test, 1024 << (2 * i)), NULL);
}

static GstBuffer *
system_memory (Test * test, guint i)
{
  (void) test;
  return buffer_of (sysmem (100000 + i), NULL);
}

/* Each buffer is larger than the memory of the last copy. */
static GstBuffer *
growing (Test * test, guint i)
{
  (void) test;
  return buffer_of (sysmem (1000 << (4 * i)), NULL);
}

#define PADDED_CAPS "video/x-raw,format=GRAY8,width=100,height=50," \
    "framerate=25/1"

static GstBuffer *
padded (Test * test, guint i)
{
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
  gint strides[GST_VIDEO_MAX_PLANES] = { 128 };
  GstBuffer *buffer = buffer_of (dmabuf (test, 128 * 50), NULL);

  (void) i;
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY8, 100, 50, 1, offsets, strides);
  return buffer;
}

const Shape shapes[] = {
  {"one-dmabuf", one_dmabuf, 1, NULL, ""},
  {"back-to-back", back_to_back, 1, NULL, ""},
  {"several-dmabufs", several, 1, NULL, ""},
  {"shared", shared, 1, NULL, ""},
  {"offset", at_offset, 1, NULL, ""},
  {"resized", resized, 1, NULL, ""},
  {"header", header, 1, NULL, ""},
  {"trailer", trailer, 1, NULL, ""},
  {"mix", mix, 1, NULL, ""},
  {"empty", with_empty, 1, NULL, ""},
  {"empty-memory", empty_memory, 1, NULL, ""},
  {"one-byte", one_byte, 1, NULL, ""},
  {"packets", packets, 1, NULL, ""},
  {"thrice", one_dmabuf, 3, NULL, ""},
  {"system", system_memory, 1, NULL, ""},
  {"growing", growing, 1, NULL, ""},
  {"padded", padded, 1, PADDED_CAPS, ""},
  {"padded-tight", padded, 1, PADDED_CAPS, "remove-padding=true"},
};

const guint n_shapes = G_N_ELEMENTS (shapes);
