/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SUBMITTER_H__
#define __GST_FFS_SUBMITTER_H__

#include <gst/gst.h>

#include "gstffsattachments.h"
#include "gstffsendpoint.h"
#include "gstffserror.h"
#include "gstffsinflight.h"

G_BEGIN_DECLS

typedef struct _GstFfsSubmitter GstFfsSubmitter;

/* Of one frame: GStreamer's own limit of memories in a buffer, and what a
 * class of camera puts around it. */
#define GST_FFS_MAX_SEGMENTS 24

/**
 * GstFfsSegment:
 * @memory: (unowned): memory of a dmabuf
 * @offset: where to begin in the dmabuf; 0 where the kernel has no SUBMIT
 * @length: bytes to send
 * @owner: (unowned): the buffer to hold until the fence has signalled; it
 * keeps @memory
 * @more: whether the next segment belongs to the same transfer; %FALSE where
 * the kernel has no SUBMIT
 *
 * A piece of a transfer.
 */
typedef struct
{
  GstMemory *memory;
  gsize offset;
  gsize length;
  GstBuffer *owner;
  gboolean more;
} GstFfsSegment;

GstFfsSubmitter *gst_ffs_submitter_new (GstFfsEndpoint * ep,
    GstFfsAttachments * attachments);
void gst_ffs_submitter_free (GstFfsSubmitter * self);

void gst_ffs_submitter_set_flushing (GstFfsSubmitter * self,
    gboolean flushing);
gint gst_ffs_submitter_queue (GstFfsSubmitter * self,
    const GstFfsSegment * segments, GstFfsTransfer * entries, guint n,
    GstFfsCall * call);

G_END_DECLS

#endif /* __GST_FFS_SUBMITTER_H__ */
