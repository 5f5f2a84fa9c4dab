/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsPresence: the properties "connected" and "streaming" of an element, and
 * the number of connects.
 *
 * Ownership: embedded, holds no reference on the element.
 *
 * Locking: written with the element's object lock held, read without. notify is
 * emitted without locks. Any thread.
 */

#include "gstffspresence.h"

void
gst_ffs_presence_init (GstFfsPresence * self, GstElement * element)
{
  self->element = element;
}

/* Restarts the count. */
void
gst_ffs_presence_reset (GstFfsPresence * self)
{
  GST_OBJECT_LOCK (self->element);
  self->n_connections = 0;
  GST_OBJECT_UNLOCK (self->element);
}

static void
set_flag (GstFfsPresence * self, const gchar * name, gint * flag,
    gboolean value)
{
  gboolean changed;

  /* Called for each frame. */
  if (g_atomic_int_get (flag) == value)
    return;
  GST_OBJECT_LOCK (self->element);
  changed = *flag != value;
  g_atomic_int_set (flag, value);
  if (changed && value && flag == &self->connected)
    self->n_connections++;
  GST_OBJECT_UNLOCK (self->element);
  if (!changed)
    return;
  GST_INFO_OBJECT (self->element, "%s: %d", name, value);
  g_object_notify (G_OBJECT (self->element), name);
}

/**
 * gst_ffs_presence_set_connected:
 * @self: the presence
 * @connected: whether a host has configured the function; if not, it does not
 * stream either
 */
void
gst_ffs_presence_set_connected (GstFfsPresence * self, gboolean connected)
{
  if (!connected)
    gst_ffs_presence_set_streaming (self, FALSE);
  set_flag (self, "connected", &self->connected, connected);
}

/**
 * gst_ffs_presence_set_streaming:
 * @self: the presence
 * @streaming: whether frames flow
 */
void
gst_ffs_presence_set_streaming (GstFfsPresence * self, gboolean streaming)
{
  set_flag (self, "streaming", &self->streaming, streaming);
}

gboolean
gst_ffs_presence_is_connected (GstFfsPresence * self)
{
  return g_atomic_int_get (&self->connected);
}

gboolean
gst_ffs_presence_is_streaming (GstFfsPresence * self)
{
  return g_atomic_int_get (&self->streaming);
}

/* Adds the field "connections". */
void
gst_ffs_presence_add_stats (GstFfsPresence * self, GstStructure * s)
{
  GST_OBJECT_LOCK (self->element);
  gst_structure_set (s, "connections", G_TYPE_UINT64, self->n_connections,
      NULL);
  GST_OBJECT_UNLOCK (self->element);
}
