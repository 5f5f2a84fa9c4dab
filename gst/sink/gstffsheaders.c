/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsHeaders: dmabufs for headers that go in front of frames in one
 * transfer, the same one for a frame's memory each time that it comes round.
 *
 * The kernel keeps the scatterlist that it has gathered of a header and a
 * frame; with another header in front it would walk over all pages of the
 * frame again.  As many frames as a camera has in rotation have headers of
 * their own.  With more, or where each frame is in memory that never comes
 * again, it is just a header from the pool.
 *
 * Ownership: has a reference on each header that belongs to a frame; when it
 * is the only one, nothing of it is in flight.  The frame's memory is a key
 * that is never looked into: one that is gone, and another one in its place,
 * are no matter.
 *
 * Locking: none; belongs to the streaming thread.
 */

#include <string.h>

#include "gstffsheaders.h"

#define N_FRAMES 16

typedef struct
{
  gconstpointer frame;
  GstBuffer *header;
} Pair;

struct _GstFfsHeaders
{
  GstFfsBufferPool *pool;       /* unowned */
  Pair pairs[N_FRAMES];
  guint oldest;
};

/**
 * gst_ffs_headers_new:
 * @pool: (transfer none): where headers come from; to be freed after them
 */
GstFfsHeaders *
gst_ffs_headers_new (GstFfsBufferPool * pool)
{
  GstFfsHeaders *self = g_new0 (GstFfsHeaders, 1);

  self->pool = pool;
  return self;
}

void
gst_ffs_headers_free (GstFfsHeaders * self)
{
  guint i;

  for (i = 0; i < N_FRAMES; i++)
    gst_clear_buffer (&self->pairs[i].header);
  g_free (self);
}

static Pair *
find_pair (GstFfsHeaders * self, gconstpointer frame)
{
  guint i;

  for (i = 0; i < N_FRAMES; i++) {
    if (self->pairs[i].frame == frame)
      return &self->pairs[i];
  }
  return NULL;
}

/* A pair for the frame, which has none; the oldest one gives way. */
static Pair *
take_pair (GstFfsHeaders * self, gconstpointer frame)
{
  Pair *pair = &self->pairs[self->oldest];

  self->oldest = (self->oldest + 1) % N_FRAMES;
  pair->frame = frame;
  gst_clear_buffer (&pair->header);
  return pair;
}

/**
 * gst_ffs_headers_get:
 * @self: the headers
 * @frame: memory of the frame that it goes in front of
 * @header: the header
 * @size: its bytes, which fit into a page
 *
 * Returns: (transfer full) (nullable): a buffer that begins with the header,
 * %NULL if there is no memory for it
 */
GstBuffer *
gst_ffs_headers_get (GstFfsHeaders * self, GstMemory * frame,
    gconstpointer header, gsize size)
{
  GstBuffer *fresh;
  GstMapInfo map;
  Pair *pair;

  /* Parts of a memory come and go, what they are parts of stays. */
  while (frame->parent)
    frame = frame->parent;

  pair = find_pair (self, frame);
  if (pair == NULL)
    pair = take_pair (self, frame);
  /* A frame that is sent again while it is in flight needs another one. */
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
