/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_ATTACHMENT_TABLE_H__
#define __GST_FFS_ATTACHMENT_TABLE_H__

#include "gstffsattachments.h"

G_BEGIN_DECLS

/**
 * GstFfsAttachment:
 * @inode: of the dmabuf
 * @fd: a duplicate, owned
 * @n_memories: how many GstMemory of it are known
 * @attached: whether the kernel has it attached
 * @in_use: how many segments of a transfer of it are under way
 * @last_use: the higher, the later
 *
 * What is known of a dmabuf.
 */
struct _GstFfsAttachment
{
  gint64 inode;
  gint fd;
  guint n_memories;
  gboolean attached;
  guint in_use;
  guint64 last_use;
};

typedef struct
{
  GHashTable *by_inode;         /* inode -> GstFfsAttachment, owned */
  GHashTable *by_memory;        /* GstMemory (no ref) -> GstFfsAttachment */
  guint64 clock;
} GstFfsAttachmentTable;

void gst_ffs_attachment_table_init (GstFfsAttachmentTable * self);
void gst_ffs_attachment_table_clear (GstFfsAttachmentTable * self);

GstMemory *gst_ffs_attachment_table_key (GstMemory * mem);
GstFfsAttachment *gst_ffs_attachment_table_lookup (GstFfsAttachmentTable *
    self, GstMemory * mem);
GstFfsAttachment *gst_ffs_attachment_table_lookup_dmabuf
    (GstFfsAttachmentTable * self, GstMemory * mem, gint * err);
GstFfsAttachment *gst_ffs_attachment_table_oldest_idle (GstFfsAttachmentTable *
    self);
GList *gst_ffs_attachment_table_list (GstFfsAttachmentTable * self);
guint gst_ffs_attachment_table_size (GstFfsAttachmentTable * self);

GstFfsAttachment *gst_ffs_attachment_table_add (GstFfsAttachmentTable * self,
    GstMemory * mem, gint * err);
void gst_ffs_attachment_table_remove (GstFfsAttachmentTable * self,
    GstFfsAttachment * att);

void gst_ffs_attachment_table_link (GstFfsAttachmentTable * self,
    GstMemory * mem, GstFfsAttachment * att);
GstFfsAttachment *gst_ffs_attachment_table_unlink (GstFfsAttachmentTable *
    self, GstMemory * mem);
void gst_ffs_attachment_table_unlink_all (GstFfsAttachmentTable * self);
void gst_ffs_attachment_table_touch (GstFfsAttachmentTable * self,
    GstFfsAttachment * att);

G_END_DECLS

#endif /* __GST_FFS_ATTACHMENT_TABLE_H__ */
