/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsCopies: copies into dmabufs for what cannot be sent in place, and
 * header dmabufs for frames in the same transfer. A recurring memory gets the
 * same header dmabuf each time.
 *
 * The kernel caches the scatterlist of a header and a frame; with another
 * header it would walk all pages of the frame again. As many frames as a
 * camera's pool has get fixed headers. Further frames, and frames whose memory
 * never recurs, get a header from the pool.
 *
 * Ownership: owns the pool, and holds a reference on each fixed header; if it
 * is the only one, the header is not in flight. The frame's memory pointer is
 * only a key, so a freed or reused pointer does no harm.
 *
 * Locking: none; streaming thread only.
 */

#include <string.h>

#include "gstffscopies.h"
#include "gstffslayout.h"
#include "transport/gstffsbufferpool.h"

#define N_FRAMES 16

typedef struct
{
  gconstpointer frame;
  GstBuffer *header;
} Pair;

struct _GstFfsCopies
{
  GstFfsBufferPool *pool;
  Pair pairs[N_FRAMES];
  guint oldest;
};

/**
 * gst_ffs_copies_new:
 * @allocator: (nullable): allocator of dmabufs; %NULL for copies in system
 * memory, to be written
 */
GstFfsCopies *
gst_ffs_copies_new (GstAllocator * allocator)
{
  GstFfsCopies *self = g_new0 (GstFfsCopies, 1);

  self->pool = gst_ffs_buffer_pool_new (allocator);
  return self;
}

void
gst_ffs_copies_free (GstFfsCopies * self)
{
  guint i;

  for (i = 0; i < N_FRAMES; i++)
    gst_clear_buffer (&self->pairs[i].header);
  gst_ffs_buffer_pool_free (self->pool);
  g_free (self);
}

/* Returns: (transfer full) (nullable): a buffer that starts with @data */
GstBuffer *
gst_ffs_copies_fill (GstFfsCopies * self, gconstpointer data, gsize size)
{
  return gst_ffs_buffer_pool_fill (self->pool, data, size);
}

static Pair *
find_pair (GstFfsCopies * self, gconstpointer frame)
{
  guint i;

  for (i = 0; i < N_FRAMES; i++) {
    if (self->pairs[i].frame == frame)
      return &self->pairs[i];
  }
  return NULL;
}

/* Adds a pair for the frame; replaces the oldest one. */
static Pair *
take_pair (GstFfsCopies * self, gconstpointer frame)
{
  Pair *pair = &self->pairs[self->oldest];

  self->oldest = (self->oldest + 1) % N_FRAMES;
  pair->frame = frame;
  gst_clear_buffer (&pair->header);
  return pair;
}

/* Returns the fixed header of a frame's memory, filled with @size bytes of
 * @header. */
static GstBuffer *
get_header (GstFfsCopies * self, GstMemory * frame, gconstpointer header,
    gsize size)
{
  GstBuffer *fresh;
  GstMapInfo map;
  Pair *pair;

  /* Use the parent, since shares of a memory are short-lived. */
  while (frame->parent)
    frame = frame->parent;

  pair = find_pair (self, frame);
  if (pair == NULL)
    pair = take_pair (self, frame);
  /* A frame that is sent while already in flight needs another header. */
  if (pair->header && GST_MINI_OBJECT_REFCOUNT_VALUE (pair->header) == 1
      && gst_buffer_map (pair->header, &map, GST_MAP_WRITE)) {
    memcpy (map.data, header, size);
    gst_buffer_unmap (pair->header, &map);
    return gst_buffer_ref (pair->header);
  }

  fresh = gst_ffs_buffer_pool_fill (self->pool, header, size);
  if (fresh && pair->header == NULL)
    pair->header = gst_buffer_ref (fresh);
  return fresh;
}

/**
 * gst_ffs_copies_header:
 * @self: the copies
 * @framing: the framing with the header
 * @frame: (nullable): memory of the frame in the same transfer
 *
 * Returns: (transfer full) (nullable): a buffer that begins with the header
 */
GstBuffer *
gst_ffs_copies_header (GstFfsCopies * self, const GstFfsFraming * framing,
    GstMemory * frame)
{
  if (frame == NULL)
    return gst_ffs_copies_fill (self, framing->header, framing->header_size);
  return get_header (self, frame, framing->header, framing->header_size);
}

/* Returns: (transfer full) (nullable): a buffer with the header and room for
 * @size bytes after it */
static GstBuffer *
begin (GstFfsCopies * self, const GstFfsFraming * framing, gsize size)
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
 * gst_ffs_copies_copy:
 * @self: the copies
 * @framing: the framing
 * @buffer: a frame
 * @piece: some of its memories
 *
 * Returns: (transfer full) (nullable): a buffer with the header and the bytes
 * of the piece, %NULL if there is no dmabuf for it or @buffer cannot be read
 */
GstBuffer *
gst_ffs_copies_copy (GstFfsCopies * self, const GstFfsFraming * framing,
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

/* A plane is mapped only with the memory that it starts in. */
static gboolean
is_mappable (GstBuffer * buffer, const GstVideoInfo * info)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  guint i, first, n;
  gsize skip;

  for (i = 0; meta && i < GST_VIDEO_INFO_N_PLANES (info); i++) {
    if (!gst_buffer_find_memory (buffer, meta->offset[i],
            gst_ffs_layout_plane_size (info, i, meta->stride[i]), &first, &n,
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

  /* The last line may lack its padding. */
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
 * gst_ffs_copies_pack:
 * @self: the copies
 * @framing: the framing
 * @buffer: a complete frame of raw video
 * @info: its format without padding
 * @skip: offset of the picture in each plane
 *
 * Returns: (transfer full) (nullable): a buffer with the header and the frame,
 * without padding
 */
GstBuffer *
gst_ffs_copies_pack (GstFfsCopies * self, const GstFfsFraming * framing,
    GstBuffer * buffer, const GstVideoInfo * info, const gsize * skip)
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
    for (i = 0; i < GST_VIDEO_INFO_N_PLANES (info); i++)
      from.data[i] = (guint8 *) from.data[i] + skip[i];
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
