/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsCopier: copies what cannot be sent in place into dmabufs that can.
 *
 * Ownership: owns the pool that the copies come from, and the headers.
 *
 * Locking: none; belongs to the streaming thread.
 */

#include "gstffscopier.h"
#include "gstffsframe.h"
#include "gstffsheaders.h"
#include "transport/gstffsbufferpool.h"

struct _GstFfsCopier
{
  GstFfsBufferPool *pool;
  GstFfsHeaders *headers;
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
  self->headers = gst_ffs_headers_new (self->pool);
  return self;
}

void
gst_ffs_copier_free (GstFfsCopier * self)
{
  gst_ffs_headers_free (self->headers);
  gst_ffs_buffer_pool_free (self->pool);
  g_free (self);
}

/* Returns: (transfer full) (nullable): a buffer that begins with @data */
GstBuffer *
gst_ffs_copier_fill (GstFfsCopier * self, gconstpointer data, gsize size)
{
  return gst_ffs_buffer_pool_fill (self->pool, data, size);
}

/**
 * gst_ffs_copier_header:
 * @self: the copier
 * @framing: what has the header
 * @frame: (nullable): memory of the frame behind it, in the same transfer
 *
 * Returns: (transfer full) (nullable): a buffer that begins with the header
 */
GstBuffer *
gst_ffs_copier_header (GstFfsCopier * self, const GstFfsFraming * framing,
    GstMemory * frame)
{
  if (frame == NULL)
    return gst_ffs_copier_fill (self, framing->header, framing->header_size);
  return gst_ffs_headers_get (self->headers, frame, framing->header,
      framing->header_size);
}

/* Returns: (transfer full) (nullable): a buffer for a header, which is in it
 * already, and @size bytes behind it */
static GstBuffer *
begin (GstFfsCopier * self, const GstFfsFraming * framing, gsize size)
{
  GstBuffer *copy = gst_ffs_buffer_pool_acquire (self->pool,
      framing->header_size + size);

  if (copy && framing->header_size > 0
      && gst_buffer_fill (copy, 0, framing->header, framing->header_size)
      != framing->header_size)
    gst_clear_buffer (&copy);
  return copy;
}

/**
 * gst_ffs_copier_copy:
 * @self: the copier
 * @framing: what to put in front
 * @buffer: a frame
 * @piece: some of its memories
 *
 * Returns: (transfer full) (nullable): a buffer that begins with the header
 * and the bytes of the piece, %NULL if there is no dmabuf for it or @buffer
 * cannot be read
 */
GstBuffer *
gst_ffs_copier_copy (GstFfsCopier * self, const GstFfsFraming * framing,
    GstBuffer * buffer, const GstFfsPiece * piece)
{
  GstBuffer *copy = begin (self, framing, piece->length);
  gsize done = framing->header_size;
  GstMapInfo to;
  guint i;

  if (copy == NULL)
    return NULL;
  if (!gst_buffer_map (copy, &to, GST_MAP_WRITE))
    goto failed;

  for (i = piece->first; i < piece->first + piece->n_memories; i++) {
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

/* A plane is mapped with the memory that it begins in, and no other. */
static gboolean
is_mappable (GstBuffer * buffer, const GstVideoInfo * info)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  guint i, first, n;
  gsize skip;

  for (i = 0; meta && i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    if (!gst_buffer_find_memory (buffer, meta->offset[i],
            gst_ffs_frame_plane_size (info, i, meta->stride[i]), &first, &n,
            &skip) || n != 1)
      return FALSE;
  }
  return TRUE;
}

/* Returns: (transfer full): the frame in one memory */
static GstBuffer *
merge (GstBuffer * buffer)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  GstMemory *all = gst_buffer_get_all_memory (buffer);
  GstBuffer *merged = gst_buffer_new ();

  if (all)
    gst_buffer_append_memory (merged, all);
  gst_buffer_add_video_meta_full (merged, meta->flags, meta->format,
      meta->width, meta->height, meta->n_planes, meta->offset, meta->stride);
  return merged;
}

static gboolean
map_frame (GstVideoFrame * frame, const GstVideoInfo * info, GstBuffer * buffer)
{
  GstVideoInfo there = *info;
  GstBuffer *merged;
  gboolean ok;

  /* The last line may be without its padding. */
  there.size = MIN (there.size, gst_buffer_get_size (buffer));
  if (is_mappable (buffer, info))
    return gst_video_frame_map (frame, &there, buffer, GST_MAP_READ);
  merged = merge (buffer);
  ok = is_mappable (merged, info)
      && gst_video_frame_map (frame, &there, merged, GST_MAP_READ);
  gst_buffer_unref (merged);
  return ok;
}

/**
 * gst_ffs_copier_pack:
 * @self: the copier
 * @framing: what to put in front
 * @buffer: a frame of raw video that is complete
 * @info: its format without padding
 *
 * Returns: (transfer full) (nullable): a buffer that begins with the header
 * and the frame, its lines and planes without padding
 */
GstBuffer *
gst_ffs_copier_pack (GstFfsCopier * self, const GstFfsFraming * framing,
    GstBuffer * buffer, const GstVideoInfo * info)
{
  GstBuffer *copy = begin (self, framing, GST_VIDEO_INFO_SIZE (info));
  GstVideoInfo behind = *info;
  GstVideoFrame from, to;
  gboolean ok = FALSE;
  guint i;

  if (copy == NULL)
    return NULL;

  for (i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++)
    GST_VIDEO_INFO_PLANE_OFFSET (&behind, i) += framing->header_size;
  GST_VIDEO_INFO_SIZE (&behind) += framing->header_size;

  if (map_frame (&from, info, buffer)) {
    if (gst_video_frame_map (&to, &behind, copy, GST_MAP_WRITE)) {
      ok = gst_video_frame_copy (&to, &from);
      gst_video_frame_unmap (&to);
    }
    gst_video_frame_unmap (&from);
  }
  if (!ok)
    gst_clear_buffer (&copy);
  return copy;
}
