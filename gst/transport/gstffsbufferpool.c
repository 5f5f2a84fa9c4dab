/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsBufferPool: reusable dmabufs of the sink: pages for headers, leaders
 * and trailers, and frames for copies.
 *
 * Ownership: owns two pools, made when first needed. A buffer returns to its
 * pool with its last reference, after its fence has signalled. A pool that was
 * replaced by one with larger buffers lives until then.
 *
 * Locking: none; used by one thread, usually the streaming thread.
 */

#include <string.h>

#include "gstffsbufferpool.h"

#define SMALL 4096

struct _GstFfsBufferPool
{
  GstAllocator *allocator;
  GstBufferPool *pools[2];
  gsize sizes[2];
};

/**
 * gst_ffs_buffer_pool_new:
 * @allocator: (nullable): allocator of dmabufs; %NULL for buffers in system
 * memory, to be written
 */
GstFfsBufferPool *
gst_ffs_buffer_pool_new (GstAllocator * allocator)
{
  GstFfsBufferPool *self = g_new0 (GstFfsBufferPool, 1);

  if (allocator)
    self->allocator = gst_object_ref (allocator);
  return self;
}

static void
drop_pool (GstFfsBufferPool * self, guint i)
{
  if (self->pools[i] == NULL)
    return;
  gst_buffer_pool_set_active (self->pools[i], FALSE);
  gst_clear_object (&self->pools[i]);
}

void
gst_ffs_buffer_pool_free (GstFfsBufferPool * self)
{
  drop_pool (self, 0);
  drop_pool (self, 1);
  gst_clear_object (&self->allocator);
  g_free (self);
}

/**
 * gst_ffs_buffer_pool_acquire:
 * @self: the pool
 * @size: bytes
 *
 * The buffer may be larger than @size. Do not resize it: a pool discards
 * resized buffers.
 *
 * Returns: (transfer full) (nullable): a buffer with one memory, %NULL if the
 * allocation failed
 */
GstBuffer *
gst_ffs_buffer_pool_acquire (GstFfsBufferPool * self, gsize size)
{
  GstBuffer *buf = NULL;
  guint i = size > SMALL;

  if (size > self->sizes[i]) {
    GstAllocationParams params;
    GstStructure *config;

    gst_allocation_params_init (&params);
    drop_pool (self, i);
    self->sizes[i] = i ? GST_ROUND_UP_N (size, (gsize) 65536) : SMALL;
    self->pools[i] = gst_buffer_pool_new ();
    config = gst_buffer_pool_get_config (self->pools[i]);
    gst_buffer_pool_config_set_params (config, NULL, self->sizes[i], 0, 0);
    gst_buffer_pool_config_set_allocator (config, self->allocator, &params);
    gst_buffer_pool_set_config (self->pools[i], config);
    gst_buffer_pool_set_active (self->pools[i], TRUE);
  }

  if (gst_buffer_pool_acquire_buffer (self->pools[i], &buf, NULL)
      != GST_FLOW_OK) {
    drop_pool (self, i);
    self->sizes[i] = 0;
    return NULL;
  }
  return buf;
}

/**
 * gst_ffs_buffer_pool_fill:
 * @self: the pool
 * @data: data to write to the buffer
 * @size: bytes
 *
 * Returns: (transfer full) (nullable): a buffer that begins with @data
 */
GstBuffer *
gst_ffs_buffer_pool_fill (GstFfsBufferPool * self, gconstpointer data,
    gsize size)
{
  GstBuffer *buf = gst_ffs_buffer_pool_acquire (self, size);
  GstMapInfo map;

  if (buf == NULL)
    return NULL;
  if (!gst_buffer_map (buf, &map, GST_MAP_WRITE)) {
    gst_buffer_unref (buf);
    return NULL;
  }
  memcpy (map.data, data, size);
  gst_buffer_unmap (buf, &map);
  return buf;
}
