/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsIntake: checks received transfers. Complete frames are kept until the
 * streaming thread takes them; all others are dropped and counted.
 *
 * Transfers of an endpoint end in their order, so a header is known before the
 * transfer of its frame ends.
 *
 * Ownership: owns the complete frames that are not taken yet. The buffer of a
 * dropped one is unreffed and returns to its pool.
 *
 * Locking: the lock protects the frames and the counters. The queue passes on
 * one transfer at a time, so the last header and the DISCONT state need no lock.
 * No buffer is unreffed with it held.
 */

#include "gstffsintake.h"

#include <errno.h>
#include <string.h>

#include "transport/gstffsdebug.h"
#include "transport/gstffserror.h"
#include "transport/gstffsqueue.h"

/**
 * gst_ffs_intake_init:
 * @self: the intake
 * @owner: the element's name, for log lines; stays
 * @profile: (nullable): parses the headers
 */
void
gst_ffs_intake_init (GstFfsIntake * self, const gchar * owner,
    GstFfsProfile * profile)
{
  memset (self, 0, sizeof (*self));
  self->owner = owner;
  self->profile = profile ? gst_object_ref (profile) : NULL;
  self->discont = TRUE;
  g_mutex_init (&self->lock);
  g_queue_init (&self->items);
}

void
gst_ffs_intake_clear (GstFfsIntake * self)
{
  gst_clear_object (&self->profile);
  g_mutex_clear (&self->lock);
}

static void
item_free (gpointer data)
{
  GstFfsReceived *item = data;

  gst_clear_buffer (&item->buffer);
  g_free (item);
}

static void
push_item (GstFfsIntake * self, GstBuffer * buffer, gsize size)
{
  GstFfsReceived *item = g_new0 (GstFfsReceived, 1);

  item->buffer = buffer;
  item->size = size;
  item->head = self->head;
  item->discont = self->discont;
  self->discont = FALSE;
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->items, item);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_intake_take_head:
 * @self: the intake
 * @buffer: the header, in at least %GST_FFS_HEAD_ROOM bytes
 * @err: errno of its transfer, or 0
 * @actual: bytes received, or %GST_FFS_LENGTH_UNKNOWN
 *
 * Parses the header of a frame, from a copy: the host could still write to the
 * buffer.
 */
void
gst_ffs_intake_take_head (GstFfsIntake * self, GstBuffer * buffer, gint err,
    gsize actual)
{
  guint8 bytes[GST_FFS_HEAD_ROOM];
  gsize size = actual == GST_FFS_LENGTH_UNKNOWN ? sizeof (bytes) :
      MIN (actual, sizeof (bytes));

  self->head.kind = GST_FFS_HEAD_BROKEN;
  if (err == 0 && gst_buffer_extract (buffer, 0, bytes, size) == size)
    gst_ffs_profile_take_head (self->profile, bytes,
        actual == GST_FFS_LENGTH_UNKNOWN ? actual : size, &self->head);
  if (self->head.kind == GST_FFS_HEAD_END)
    push_item (self, NULL, 0);
}

/* Returns the counter of the fault of a frame, or NULL. A frame is complete if
 * it has as many bytes as the header announced, or as all frames have. */
static guint64 *
find_fault (GstFfsIntake * self, gboolean exact, gsize room, gsize actual)
{
  gsize wanted = room;

  if (self->profile) {
    if (self->head.kind == GST_FFS_HEAD_NOTHING)
      return &self->n_empty;
    if (self->head.kind != GST_FFS_HEAD_FRAME || self->head.length == 0
        || self->head.length > room)
      return &self->n_broken;
    if (exact && self->head.length != room)
      return &self->n_broken;
    wanted = self->head.length;
  }
  if (actual == GST_FFS_LENGTH_UNKNOWN || actual == wanted)
    return NULL;
  /* A zero-length packet that ends the frame before. */
  if (actual == 0 && self->profile == NULL)
    return &self->n_empty;
  return actual < wanted ? &self->n_short : &self->n_long;
}

static guint64 *
find_failure (GstFfsIntake * self, gint err)
{
  switch (gst_ffs_meaning (GST_FFS_CALL_FENCE, err)) {
    case GST_FFS_GONE:
    case GST_FFS_CANCELLED:
      return NULL;
    default:
      return &self->n_lost;
  }
}

/**
 * gst_ffs_intake_take_frame:
 * @self: the intake
 * @buffer: (transfer full): the buffer. Only the thread that queued it may
 * still hold a reference
 * @exact: whether all frames have @room bytes
 * @room: size of the transfer without padding, bytes
 * @err: errno of its transfer, or 0
 * @actual: bytes received, or %GST_FFS_LENGTH_UNKNOWN
 *
 * Keeps or drops a frame.
 */
void
gst_ffs_intake_take_frame (GstFfsIntake * self, GstBuffer * buffer,
    gboolean exact, gsize room, gint err, gsize actual)
{
  gboolean skipped = self->profile && self->head.kind == GST_FFS_HEAD_SKIP;
  guint64 *fault = err ? find_failure (self, err) :
      skipped ? NULL : find_fault (self, exact, room, actual);
  gboolean whole = err == 0 && fault == NULL && !skipped;
  gsize size = self->profile ? self->head.length : room;

  if (!whole && !skipped && fault != &self->n_empty) {
    self->discont = TRUE;
    GST_DEBUG_ID (self->owner, "no frame: %s, %"
        G_GSSIZE_FORMAT " bytes of %" G_GSIZE_FORMAT, err ? g_strerror (err) :
        "not as announced", (gssize) actual, size);
  }
  if (self->profile && (whole || fault) && fault != &self->n_empty)
    gst_ffs_profile_received (self->profile, whole, size);
  if (whole)
    push_item (self, g_steal_pointer (&buffer), size);

  /* Last, so that a frame is always counted in flight or kept. */
  g_mutex_lock (&self->lock);
  self->in_flight--;
  if (fault)
    (*fault)++;
  self->n_frames += whole;
  self->n_bytes += whole ? size : 0;
  g_mutex_unlock (&self->lock);
  gst_clear_buffer (&buffer);
}

/* Drops the frames that are not taken. */
void
gst_ffs_intake_drop (GstFfsIntake * self)
{
  GQueue items;

  g_mutex_lock (&self->lock);
  items = self->items;
  g_queue_init (&self->items);
  g_mutex_unlock (&self->lock);
  g_queue_clear_full (&items, item_free);
}

/* A frame is about to be queued (1), or was rejected (-1). */
void
gst_ffs_intake_expect (GstFfsIntake * self, gint change)
{
  g_mutex_lock (&self->lock);
  self->in_flight += change;
  g_mutex_unlock (&self->lock);
}

/* Returns: the number of frames in flight */
guint
gst_ffs_intake_get_in_flight (GstFfsIntake * self)
{
  guint in_flight;

  g_mutex_lock (&self->lock);
  in_flight = self->in_flight;
  g_mutex_unlock (&self->lock);
  return in_flight;
}

/* Returns: whether no frame is in flight or can be taken, until the caller
 * queues one */
gboolean
gst_ffs_intake_is_idle (GstFfsIntake * self)
{
  gboolean idle;

  g_mutex_lock (&self->lock);
  idle = self->in_flight == 0 && g_queue_is_empty (&self->items);
  g_mutex_unlock (&self->lock);
  return idle;
}

/* Returns: whether a frame or an end can be taken. Any thread */
gboolean
gst_ffs_intake_has_items (GstFfsIntake * self)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = !g_queue_is_empty (&self->items);
  g_mutex_unlock (&self->lock);
  return has;
}

/**
 * gst_ffs_intake_take:
 * @self: the intake
 * @item: (out): the next frame or end; the caller owns its buffer
 *
 * Returns: %FALSE if there is none
 */
gboolean
gst_ffs_intake_take (GstFfsIntake * self, GstFfsReceived * item)
{
  GstFfsReceived *head;

  g_mutex_lock (&self->lock);
  head = g_queue_pop_head (&self->items);
  g_mutex_unlock (&self->lock);
  if (head == NULL)
    return FALSE;
  *item = *head;
  g_free (head);
  /* The thread that queued the buffer has released it. */
  if (item->buffer) {
    GstParentBufferMeta *meta =
        gst_buffer_get_parent_buffer_meta (item->buffer);

    if (meta)
      gst_buffer_remove_meta (item->buffer, (GstMeta *) meta);
    gst_buffer_set_size (item->buffer, item->size);
  }
  return TRUE;
}

/* Returns: the number of transfers without data. Any thread */
guint64
gst_ffs_intake_get_n_empty (GstFfsIntake * self)
{
  guint64 n;

  g_mutex_lock (&self->lock);
  n = self->n_empty;
  g_mutex_unlock (&self->lock);
  return n;
}

/**
 * gst_ffs_intake_add_stats:
 * @self: the intake
 * @s: stats
 *
 * Adds the counters. Any thread.
 */
void
gst_ffs_intake_add_stats (GstFfsIntake * self, GstStructure * s)
{
  g_mutex_lock (&self->lock);
  gst_structure_set (s,
      "frames", G_TYPE_UINT64, self->n_frames,
      "bytes", G_TYPE_UINT64, self->n_bytes,
      "frames-short", G_TYPE_UINT64, self->n_short,
      "frames-long", G_TYPE_UINT64, self->n_long,
      "frames-broken", G_TYPE_UINT64, self->n_broken,
      "frames-lost", G_TYPE_UINT64, self->n_lost,
      "frames-in-flight", G_TYPE_UINT, self->in_flight,
      "frames-waiting", G_TYPE_UINT, self->items.length,
      "transfers-empty", G_TYPE_UINT64, self->n_empty, NULL);
  g_mutex_unlock (&self->lock);
}
