/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsRing: its array; see gstffsring.h.
 */

#include <string.h>

#include "gstffsring.h"

#define INITIAL_ITEMS 16

/**
 * gst_ffs_ring_init:
 * @self: a ring
 * @item_size: bytes of a structure
 *
 * Initializes an empty ring.
 */
void
gst_ffs_ring_init (GstFfsRing * self, gsize item_size)
{
  self->items = g_malloc_n (INITIAL_ITEMS, item_size);
  self->item_size = item_size;
  self->mask = INITIAL_ITEMS - 1;
  self->first = self->end = 0;
}

void
gst_ffs_ring_clear (GstFfsRing * self)
{
  g_clear_pointer (&self->items, g_free);
}

/* Doubles the capacity. Places do not change. */
void
gst_ffs_ring_grow (GstFfsRing * self)
{
  GstFfsRing larger = *self;
  guint64 place;

  larger.mask = 2 * self->mask + 1;
  larger.items = g_malloc_n (larger.mask + 1, self->item_size);
  for (place = self->first; place < self->end; place++)
    memcpy (gst_ffs_ring_at (&larger, place), gst_ffs_ring_at (self, place),
        self->item_size);
  g_free (self->items);
  *self = larger;
}
