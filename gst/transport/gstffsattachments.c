/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsAttachments: which dmabufs are attached to an endpoint.
 *
 * Attaching maps a dmabuf for the controller, which is far too slow to do
 * for every frame, and a forgotten attachment pins the camera's memory.  So
 * an attachment is kept as long as a GstMemory of its dmabuf lives, and no
 * longer.
 *
 * Ownership: no GstBuffer and no GstMemory is held; what is known is in a
 * GstFfsAttachmentTable.  gst_ffs_memory_watch() tells when a memory dies.
 *
 * An attachment is in use from acquire() to release(), for one transfer at a
 * time (see gst_ffs_attachments_is_busy()), which may have several segments of
 * it.
 *
 * Locking: one lock for the table.  ATTACH and DETACH are made under it, so
 * that a dmabuf cannot be attached in one thread while another one detaches
 * it; neither waits for fences.  No buffer is unreffed under it.
 */

#include "gstffsattachments.h"
#include "gstffsattachmenttable.h"
#include "gstffsdebug.h"
#include "gstffserror.h"
#include "gstffsmemorywatch.h"

struct _GstFfsAttachments
{
  GstFfsEndpoint *ep;
  guint max;

  GMutex lock;
  GstFfsAttachmentTable table;
  gboolean closed;
  GstFfsAttachmentsStats stats;
};

GstFfsAttachments *
gst_ffs_attachments_new (GstFfsEndpoint * ep, guint max)
{
  GstFfsAttachments *self = g_atomic_rc_box_new0 (GstFfsAttachments);

  self->ep = gst_ffs_endpoint_ref (ep);
  self->max = max;
  g_mutex_init (&self->lock);
  gst_ffs_attachment_table_init (&self->table);

  return self;
}

GstFfsAttachments *
gst_ffs_attachments_ref (GstFfsAttachments * self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
attachments_free (GstFfsAttachments * self)
{
  /* close() left only what was in use, and release() dropped that. */
  g_warn_if_fail (gst_ffs_attachment_table_size (&self->table) == 0);

  gst_ffs_attachment_table_clear (&self->table);
  g_mutex_clear (&self->lock);
  gst_ffs_endpoint_unref (self->ep);
}

void
gst_ffs_attachments_unref (GstFfsAttachments * self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) attachments_free);
}

/* With the lock. */
static void
set_dropped (GstFfsAttachments * self, GstFfsAttachment * att)
{
  if (att->attached) {
    att->attached = FALSE;
    self->stats.now--;
    self->stats.dropped++;
  }
}

/* With the lock.  FALSE if that must wait for a host: DETACH without one
 * makes unpatched kernels follow a NULL pointer. */
static gboolean
detach (GstFfsAttachments * self, GstFfsAttachment * att)
{
  gint err;

  if (!att->attached)
    return TRUE;

  if (!gst_ffs_endpoint_is_enabled (self->ep)
      || gst_ffs_endpoint_probe (self->ep) != 0)
    return FALSE;

  err = gst_ffs_endpoint_detach (self->ep, att->fd);
  if (gst_ffs_meaning (GST_FFS_CALL_DETACH, err) == GST_FFS_FATAL)
    GST_WARNING ("%s: cannot detach dmabuf inode %" G_GINT64_FORMAT ": %s",
        gst_ffs_endpoint_get_name (self->ep), att->inode, g_strerror (err));
  set_dropped (self, att);
  return TRUE;
}

/* With the lock.  Drops what no memory points to any more, as far as the
 * endpoint's state permits, and the oldest idle ones above the limit. */
static void
trim (GstFfsAttachments * self, guint max)
{
  GList *all = gst_ffs_attachment_table_list (&self->table), *l;
  GstFfsAttachment *oldest;

  for (l = all; l != NULL; l = l->next) {
    GstFfsAttachment *att = l->data;

    if (att->n_memories == 0 && !att->in_use && detach (self, att))
      gst_ffs_attachment_table_remove (&self->table, att);
  }
  g_list_free (all);

  while (gst_ffs_attachment_table_size (&self->table) > max) {
    oldest = gst_ffs_attachment_table_oldest_idle (&self->table);
    if (oldest == NULL || !detach (self, oldest))
      break;
    gst_ffs_attachment_table_remove (&self->table, oldest);
  }
}

/**
 * gst_ffs_attachments_forget_memory:
 * @self: the attachments
 * @mem: a memory that dies; not to be looked into
 */
void
gst_ffs_attachments_forget_memory (GstFfsAttachments * self, GstMemory * mem)
{
  GstFfsAttachment *att;

  g_mutex_lock (&self->lock);
  att = gst_ffs_attachment_table_unlink (&self->table, mem);
  if (att && att->n_memories == 0 && !att->in_use && detach (self, att))
    gst_ffs_attachment_table_remove (&self->table, att);
  g_mutex_unlock (&self->lock);
}

/* With the lock. */
static gint
attach (GstFfsAttachments * self, GstFfsAttachment * att)
{
  gint err = gst_ffs_endpoint_attach (self->ep, att->fd);

  if (err == 0) {
    att->attached = TRUE;
    self->stats.now++;
    self->stats.made++;
  }
  return err;
}

/**
 * gst_ffs_attachments_acquire:
 * @self: the attachments of an endpoint that is enabled
 * @mem: a dmabuf memory, which the caller keeps alive until release()
 * @err: (out): the errno if this failed
 *
 * Makes sure that the dmabuf of @mem is attached and marks it as used.
 *
 * Returns: (nullable): the attachment
 */
GstFfsAttachment *
gst_ffs_attachments_acquire (GstFfsAttachments * self, GstMemory * mem,
    gint * err)
{
  GstFfsAttachment *att;

  mem = gst_ffs_attachment_table_key (mem);
  *err = 0;

  g_mutex_lock (&self->lock);
  att = gst_ffs_attachment_table_lookup (&self->table, mem);
  if (att == NULL) {
    att = gst_ffs_attachment_table_lookup_dmabuf (&self->table, mem, err);
    if (att == NULL && *err == 0) {
      trim (self, self->max - 1);
      att = gst_ffs_attachment_table_add (&self->table, mem, err);
    }
    if (att == NULL)
      goto out;

    gst_ffs_attachment_table_link (&self->table, mem, att);
    gst_ffs_memory_watch (mem, self);
  }

  if (!att->attached)
    *err = attach (self, att);
  if (*err == 0) {
    att->in_use++;
    gst_ffs_attachment_table_touch (&self->table, att);
  } else {
    att = NULL;
  }

out:
  g_mutex_unlock (&self->lock);
  return att;
}

/**
 * gst_ffs_attachments_renew:
 * @self: the attachments
 * @att: an acquired attachment of a transfer for which the kernel says that
 * something is not attached
 *
 * A kernel that releases attachments when the function is unbound leaves us
 * with entries that are no longer true. SUBMIT does not say which, and a dmabuf
 * that is attached twice stays so when it is detached once.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_attachments_renew (GstFfsAttachments * self, GstFfsAttachment * att)
{
  gint err;

  g_mutex_lock (&self->lock);
  if (gst_ffs_endpoint_can_submit (self->ep))
    gst_ffs_endpoint_detach (self->ep, att->fd);
  set_dropped (self, att);
  err = attach (self, att);
  g_mutex_unlock (&self->lock);
  return err;
}

void
gst_ffs_attachments_release (GstFfsAttachments * self, GstFfsAttachment * att)
{
  g_mutex_lock (&self->lock);
  att->in_use--;
  if (att->in_use == 0 && (self->closed || (att->n_memories == 0
              && detach (self, att))))
    gst_ffs_attachment_table_remove (&self->table, att);
  g_mutex_unlock (&self->lock);
}

gint
gst_ffs_attachment_get_fd (GstFfsAttachment * att)
{
  return att->fd;
}

/**
 * gst_ffs_attachments_is_busy:
 * @self: the attachments
 * @mem: a dmabuf memory
 *
 * Queueing a dmabuf that is already in flight must be avoided: in kernels
 * without our patches the second transfer's fence replaces the first one's
 * while the controller still reads, and both are freed too early.
 *
 * Returns: whether the dmabuf of @mem is in flight
 */
gboolean
gst_ffs_attachments_is_busy (GstFfsAttachments * self, GstMemory * mem)
{
  GstFfsAttachment *att;
  gboolean busy;
  gint err;

  mem = gst_ffs_attachment_table_key (mem);
  g_mutex_lock (&self->lock);
  att = gst_ffs_attachment_table_lookup (&self->table, mem);
  if (att == NULL)
    att = gst_ffs_attachment_table_lookup_dmabuf (&self->table, mem, &err);
  busy = att != NULL && att->in_use;
  g_mutex_unlock (&self->lock);

  return busy;
}

/**
 * gst_ffs_attachments_cancel:
 * @self: the attachments
 *
 * Detaches everything, in use or not, which cancels what is in flight.  The
 * caller must not read the status of a fence afterwards: in kernels without
 * our patches it lives in the attachment.  Without a host this does nothing;
 * closing the endpoint does it then.
 */
void
gst_ffs_attachments_cancel (GstFfsAttachments * self)
{
  GList *all, *l;

  g_mutex_lock (&self->lock);
  all = gst_ffs_attachment_table_list (&self->table);
  for (l = all; l != NULL; l = l->next)
    detach (self, l->data);
  g_list_free (all);
  g_mutex_unlock (&self->lock);
}

/* With the lock.  Returns whether an attachment is left in the kernel. */
static gboolean
detach_idle (GstFfsAttachments * self)
{
  GList *all = gst_ffs_attachment_table_list (&self->table), *l;
  gboolean left = FALSE;

  for (l = all; l != NULL; l = l->next) {
    GstFfsAttachment *att = l->data;

    if (att->in_use)
      continue;
    if (detach (self, att))
      gst_ffs_attachment_table_remove (&self->table, att);
    else
      left = TRUE;
  }
  g_list_free (all);
  return left;
}

/* With the lock.  What could not be detached goes with the file. */
static void
forget_idle (GstFfsAttachments * self)
{
  GList *all = gst_ffs_attachment_table_list (&self->table), *l;

  for (l = all; l != NULL; l = l->next) {
    GstFfsAttachment *att = l->data;

    if (att->in_use)
      continue;
    set_dropped (self, att);
    gst_ffs_attachment_table_remove (&self->table, att);
  }
  g_list_free (all);
}

/**
 * gst_ffs_attachments_clear:
 * @self: the attachments, none of them in use
 *
 * Gives up all attachments, so that upstream can free its buffers.
 *
 * Returns: 0, or the errno of reopening the endpoint; what could not be
 * detached is attached still then
 */
gint
gst_ffs_attachments_clear (GstFfsAttachments * self)
{
  gint err = 0;

  g_mutex_lock (&self->lock);
  if (detach_idle (self)) {
    err = gst_ffs_endpoint_reopen (self->ep);
    if (err == 0)
      forget_idle (self);
  }
  g_mutex_unlock (&self->lock);
  return err;
}

/**
 * gst_ffs_attachments_close:
 * @self: the attachments
 *
 * Closes the endpoint and with it all attachments.  One that is still in use
 * is forgotten when it is released.
 */
void
gst_ffs_attachments_close (GstFfsAttachments * self)
{
  GList *all, *l;

  gst_ffs_memory_unwatch_all (self);
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  detach_idle (self);
  forget_idle (self);
  gst_ffs_attachment_table_unlink_all (&self->table);
  all = gst_ffs_attachment_table_list (&self->table);
  for (l = all; l != NULL; l = l->next)
    set_dropped (self, l->data);
  g_list_free (all);
  gst_ffs_endpoint_close (self->ep);
  g_mutex_unlock (&self->lock);
}

void
gst_ffs_attachments_get_stats (GstFfsAttachments * self,
    GstFfsAttachmentsStats * stats)
{
  g_mutex_lock (&self->lock);
  *stats = self->stats;
  g_mutex_unlock (&self->lock);
}
