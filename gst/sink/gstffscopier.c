/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsCopier: copies what cannot be sent in place into dmabufs that can.
 *
 * Ownership: owns two pools, one of pages for headers and the like and one
 * of frames, made when first needed.  A copy goes back to its pool when the
 * last reference is dropped, which is after its fence; a pool that was
 * replaced by one of larger buffers lives until then.
 *
 * Locking: none; belongs to the streaming thread.
 */

#include "gstffscopier.h"

#define SMALL 4096

struct _GstFfsCopier
{
  GstAllocator *allocator;
  GstBufferPool *pools[2];
  gsize sizes[2];
};

/**
 * gst_ffs_copier_new:
 * @allocator: (nullable): where dmabufs come from; %NULL for copies in
 * ordinary memory, to be written
 */
GstFfsCopier *
gst_ffs_copier_new (GstAllocator * allocator)
{
  GstFfsCopier *self = g_new0 (GstFfsCopier, 1);

  if (allocator)
    self->allocator = gst_object_ref (allocator);
  return self;
}

static void
drop_pool (GstFfsCopier * self, guint i)
{
  if (self->pools[i] == NULL)
    return;
  gst_buffer_pool_set_active (self->pools[i], FALSE);
  gst_clear_object (&self->pools[i]);
}

void
gst_ffs_copier_free (GstFfsCopier * self)
{
  drop_pool (self, 0);
  drop_pool (self, 1);
  gst_clear_object (&self->allocator);
  g_free (self);
}

static GstBuffer *
acquire (GstFfsCopier * self, gsize size)
{
  GstBuffer *buf = NULL;
  guint i = size > SMALL;

  if (size > self->sizes[i]) {
    GstStructure *config;

    drop_pool (self, i);
    self->sizes[i] = i ? GST_ROUND_UP_N (size, (gsize) 65536) : SMALL;
    self->pools[i] = gst_buffer_pool_new ();
    config = gst_buffer_pool_get_config (self->pools[i]);
    gst_buffer_pool_config_set_params (config, NULL, self->sizes[i], 0, 0);
    gst_buffer_pool_config_set_allocator (config, self->allocator, NULL);
    gst_buffer_pool_set_config (self->pools[i], config);
    gst_buffer_pool_set_active (self->pools[i], TRUE);
  }

  if (gst_buffer_pool_acquire_buffer (self->pools[i], &buf, NULL)
      != GST_FLOW_OK) {
    drop_pool (self, i);
    self->sizes[i] = 0;
    return NULL;
  }
  /* A size that is not the pool's would make it discard the buffer; the
   * segment carries the length instead. */
  return buf;
}

/**
 * gst_ffs_copier_copy:
 * @self: the copier
 * @buffer: a frame
 * @run: a run of its memories
 *
 * Returns: (transfer full) (nullable): a buffer that begins with the bytes of
 * the run, %NULL if there is no dmabuf for it or @buffer cannot be read
 */
GstBuffer *
gst_ffs_copier_copy (GstFfsCopier * self, GstBuffer * buffer,
    const GstFfsRun * run)
{
  GstBuffer *copy = acquire (self, run->length);
  gsize done = 0;
  GstMapInfo to;
  guint i;

  if (copy == NULL)
    return NULL;
  if (!gst_buffer_map (copy, &to, GST_MAP_WRITE))
    goto failed;

  for (i = run->first; i < run->first + run->n_memories; i++) {
    GstMemory *mem = gst_buffer_peek_memory (buffer, i);
    GstMapInfo from;

    if (mem->size == 0)
      continue;
    if (!gst_memory_map (mem, &from, GST_MAP_READ)) {
      gst_buffer_unmap (copy, &to);
      goto failed;
    }
    memcpy (to.data + done, from.data, from.size);
    done += from.size;
    gst_memory_unmap (mem, &from);
  }
  gst_buffer_unmap (copy, &to);
  return copy;

failed:
  gst_buffer_unref (copy);
  return NULL;
}

/**
 * gst_ffs_copier_pack:
 * @self: the copier
 * @buffer: a frame of raw video
 * @info: its format without padding
 *
 * Returns: (transfer full) (nullable): a buffer that begins with the frame,
 * its lines and planes without padding
 */
GstBuffer *
gst_ffs_copier_pack (GstFfsCopier * self, GstBuffer * buffer,
    const GstVideoInfo * info)
{
  GstBuffer *copy = acquire (self, GST_VIDEO_INFO_SIZE (info));
  GstVideoFrame from, to;
  gboolean ok = FALSE;

  if (copy == NULL)
    return NULL;

  if (gst_video_frame_map (&from, info, buffer, GST_MAP_READ)) {
    if (gst_video_frame_map (&to, info, copy, GST_MAP_WRITE)) {
      ok = gst_video_frame_copy (&to, &from);
      gst_video_frame_unmap (&to);
    }
    gst_video_frame_unmap (&from);
  }
  if (!ok)
    gst_clear_buffer (&copy);
  return copy;
}
