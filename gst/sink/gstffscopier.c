/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsCopier: copies what cannot be sent in place into dmabufs that can.
 *
 * Ownership: owns the pool that the copies come from.
 *
 * Locking: none; belongs to the streaming thread.
 */

#include "gstffscopier.h"
#include "transport/gstffsbufferpool.h"

struct _GstFfsCopier
{
  GstFfsBufferPool *pool;
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

  self->pool = gst_ffs_buffer_pool_new (allocator);
  return self;
}

void
gst_ffs_copier_free (GstFfsCopier * self)
{
  gst_ffs_buffer_pool_free (self->pool);
  g_free (self);
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
  GstBuffer *copy = gst_ffs_buffer_pool_acquire (self->pool, run->length);
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
  GstBuffer *copy = gst_ffs_buffer_pool_acquire (self->pool,
      GST_VIDEO_INFO_SIZE (info));
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
