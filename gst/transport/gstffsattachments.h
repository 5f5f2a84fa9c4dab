/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_ATTACHMENTS_H__
#define __GST_FFS_ATTACHMENTS_H__

#include <gst/gst.h>

#include "gstffsendpoint.h"

G_BEGIN_DECLS

typedef struct _GstFfsAttachments GstFfsAttachments;
typedef struct _GstFfsAttachment GstFfsAttachment;

/**
 * GstFfsAttachmentsStats:
 * @now: dmabufs attached now
 * @made: ATTACH calls that succeeded
 * @dropped: attachments dropped
 */
typedef struct
{
  guint now;
  guint64 made;
  guint64 dropped;
} GstFfsAttachmentsStats;

GstFfsAttachments *gst_ffs_attachments_new (GstFfsEndpoint * ep, guint max);
GstFfsAttachments *gst_ffs_attachments_ref (GstFfsAttachments * self);
void gst_ffs_attachments_unref (GstFfsAttachments * self);

GstMemory *gst_ffs_attachments_get_key (GstMemory * mem);
GstFfsAttachment *gst_ffs_attachments_acquire (GstFfsAttachments * self,
    GstMemory * mem, guint64 user, gint * err);
gint gst_ffs_attachments_renew (GstFfsAttachments * self,
    GstFfsAttachment * att);
void gst_ffs_attachments_release (GstFfsAttachments * self,
    GstFfsAttachment ** atts, guint n);

gint gst_ffs_attachment_get_fd (GstFfsAttachment * att);
gboolean gst_ffs_attachments_is_busy (GstFfsAttachments * self,
    GstMemory * mem);

void gst_ffs_attachments_cancel (GstFfsAttachments * self);
gint gst_ffs_attachments_clear (GstFfsAttachments * self);
void gst_ffs_attachments_close (GstFfsAttachments * self);
void gst_ffs_attachments_get_stats (GstFfsAttachments * self,
    GstFfsAttachmentsStats * stats);

G_END_DECLS

#endif /* __GST_FFS_ATTACHMENTS_H__ */
