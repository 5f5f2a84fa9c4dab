/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsRing: a FIFO of structures, filled and read in place. Each has a
 * place, a number that stays valid when older items leave. A place is reused
 * only if the newest item is removed again.
 *
 * Ownership: owns the array, not what the structures refer to.  A structure
 * moves when the ring grows: no pointer outlives the next push.
 *
 * Locking: none.
 */

#ifndef __GST_FFS_RING_H__
#define __GST_FFS_RING_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * GstFfsRing:
 * @items: the structures
 * @item_size: bytes of each
 * @mask: capacity, a power of two, minus one
 * @first: place of the oldest one
 * @end: place of the next one
 */
typedef struct
{
  guint8 *items;
  gsize item_size;
  guint64 mask;
  guint64 first;
  guint64 end;
} GstFfsRing;

void gst_ffs_ring_init (GstFfsRing * self, gsize item_size);
void gst_ffs_ring_clear (GstFfsRing * self);
void gst_ffs_ring_grow (GstFfsRing * self);

static inline guint
gst_ffs_ring_length (const GstFfsRing * self)
{
  return self->end - self->first;
}

/* The structure at a place between first and end. */
static inline gpointer
gst_ffs_ring_at (const GstFfsRing * self, guint64 place)
{
  return self->items + (place & self->mask) * self->item_size;
}

/* Returns: (nullable): the oldest one */
static inline gpointer
gst_ffs_ring_head (const GstFfsRing * self)
{
  return self->first == self->end ? NULL : gst_ffs_ring_at (self, self->first);
}

/* Returns: the one that was pushed last; there must be one */
static inline gpointer
gst_ffs_ring_tail (const GstFfsRing * self)
{
  return gst_ffs_ring_at (self, self->end - 1);
}

/* Returns: the new one, for the caller to fill */
static inline gpointer
gst_ffs_ring_push (GstFfsRing * self)
{
  if (G_UNLIKELY (self->end - self->first > self->mask))
    gst_ffs_ring_grow (self);
  return gst_ffs_ring_at (self, self->end++);
}

G_END_DECLS

#endif /* __GST_FFS_RING_H__ */
