/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsAttachmentTable: which dmabufs are known, and by which memories.
 *
 * Several GstMemory may be of one dmabuf, and the pointer of one that died
 * may come back for another dmabuf.  So the inode of its fd says which dmabuf
 * it is, and the pointer is the fast way to that only, as long as the memory
 * lives.
 *
 * Ownership: the table owns its entries and the duplicate of the fd in each,
 * which DETACH needs when the memory's own fd is already closed.  Memories
 * are only pointed to; the owner of the table unlinks one that dies.
 *
 * Locking: none; the owner's lock protects all of it.  No system call in here
 * waits for anything, and none goes to the endpoint.
 */

#include "gstffsattachmenttable.h"

#include <errno.h>
#include <fcntl.h>
#include <gst/allocators/gstdmabuf.h>
#include <sys/stat.h>
#include <unistd.h>

void
gst_ffs_attachment_table_init (GstFfsAttachmentTable * self)
{
  self->by_inode = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->by_memory = g_hash_table_new (NULL, NULL);
  self->clock = 0;
}

/* Of a table without entries. */
void
gst_ffs_attachment_table_clear (GstFfsAttachmentTable * self)
{
  g_hash_table_unref (self->by_inode);
  g_hash_table_unref (self->by_memory);
}

/* Returns: (transfer none): the memory that @mem is to be known by: what it
 * is a share of lives at least as long and has the same fd */
GstMemory *
gst_ffs_attachment_table_key (GstMemory * mem)
{
  while (mem->parent)
    mem = mem->parent;
  return mem;
}

GstFfsAttachment *
gst_ffs_attachment_table_lookup (GstFfsAttachmentTable * self, GstMemory * mem)
{
  return g_hash_table_lookup (self->by_memory, mem);
}

/* Returns: (nullable): the entry of the dmabuf, @err is 0 if there is none */
GstFfsAttachment *
gst_ffs_attachment_table_lookup_dmabuf (GstFfsAttachmentTable * self,
    GstMemory * mem, gint * err)
{
  struct stat st;
  gint64 inode;

  if (fstat (gst_dmabuf_memory_get_fd (mem), &st) < 0) {
    *err = errno;
    return NULL;
  }
  *err = 0;
  inode = st.st_ino;
  return g_hash_table_lookup (self->by_inode, &inode);
}

GstFfsAttachment *
gst_ffs_attachment_table_oldest_idle (GstFfsAttachmentTable * self)
{
  GstFfsAttachment *att, *oldest = NULL;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->by_inode);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) & att)) {
    if (!att->in_use && (!oldest || att->last_use < oldest->last_use))
      oldest = att;
  }
  return oldest;
}

/* Returns: (transfer container): all entries; each may be removed */
GList *
gst_ffs_attachment_table_list (GstFfsAttachmentTable * self)
{
  return g_hash_table_get_values (self->by_inode);
}

guint
gst_ffs_attachment_table_size (GstFfsAttachmentTable * self)
{
  return g_hash_table_size (self->by_inode);
}

/* Returns: (nullable): a new entry, which no memory is linked to yet */
GstFfsAttachment *
gst_ffs_attachment_table_add (GstFfsAttachmentTable * self, GstMemory * mem,
    gint * err)
{
  GstFfsAttachment *att;
  struct stat st;
  gint fd;

  fd = fcntl (gst_dmabuf_memory_get_fd (mem), F_DUPFD_CLOEXEC, 3);
  if (fd < 0 || fstat (fd, &st) < 0) {
    *err = errno;
    if (fd >= 0)
      close (fd);
    return NULL;
  }

  att = g_new0 (GstFfsAttachment, 1);
  att->inode = st.st_ino;
  att->fd = fd;
  g_hash_table_insert (self->by_inode, &att->inode, att);
  return att;
}

static gboolean
is_linked_to (gpointer memory, gpointer value, gpointer att)
{
  (void) memory;
  return value == att;
}

void
gst_ffs_attachment_table_remove (GstFfsAttachmentTable * self,
    GstFfsAttachment * att)
{
  if (att->n_memories > 0)
    g_hash_table_foreach_remove (self->by_memory, is_linked_to, att);
  g_hash_table_remove (self->by_inode, &att->inode);
  close (att->fd);
  g_free (att);
}

void
gst_ffs_attachment_table_link (GstFfsAttachmentTable * self, GstMemory * mem,
    GstFfsAttachment * att)
{
  att->n_memories++;
  g_hash_table_insert (self->by_memory, mem, att);
}

/* Returns: (nullable): what @mem was linked to; @mem is not looked into */
GstFfsAttachment *
gst_ffs_attachment_table_unlink (GstFfsAttachmentTable * self, GstMemory * mem)
{
  GstFfsAttachment *att = g_hash_table_lookup (self->by_memory, mem);

  if (att != NULL) {
    g_hash_table_remove (self->by_memory, mem);
    att->n_memories--;
  }
  return att;
}

void
gst_ffs_attachment_table_unlink_all (GstFfsAttachmentTable * self)
{
  GHashTableIter iter;
  GstFfsAttachment *att;

  g_hash_table_remove_all (self->by_memory);
  g_hash_table_iter_init (&iter, self->by_inode);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) & att))
    att->n_memories = 0;
}

void
gst_ffs_attachment_table_touch (GstFfsAttachmentTable * self,
    GstFfsAttachment * att)
{
  att->last_use = ++self->clock;
}
