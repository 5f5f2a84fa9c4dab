/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_FRAME_H__
#define __GST_FFS_FRAME_H__

#include <gst/video/video.h>

G_BEGIN_DECLS

/* GStreamer's own limit of memories in a buffer. */
#define GST_FFS_MAX_RUNS 16

/**
 * GstFfsCopyReason:
 * @GST_FFS_COPY_REASON_NONE: it can be sent in place
 * @GST_FFS_COPY_REASON_MEMORY: not in dmabuf memory
 * @GST_FFS_COPY_REASON_OFFSET: does not begin where its dmabuf does
 * @GST_FFS_COPY_REASON_PADDING: padded, and tight packing is asked for
 * @GST_FFS_COPY_REASON_PACKET: a transfer of it would end in mid-packet, which
 * ends the frame for a host that relies on that
 * @GST_FFS_COPY_REASON_HEADER: a header goes in front of it in one transfer,
 * and the kernel cannot gather the two
 * @GST_FFS_COPY_REASON_NO_SG: the controller cannot send dmabufs
 * @GST_FFS_COPY_REASON_NO_IOCTL: the kernel cannot
 * @GST_FFS_COPY_REASON_DMA_DEVICE: the kernel maps dmabufs for a device that
 * is not the one which reads them
 * @GST_FFS_COPY_REASON_MODE: copy-mode=always
 */
typedef enum
{
  GST_FFS_COPY_REASON_NONE,
  GST_FFS_COPY_REASON_MEMORY,
  GST_FFS_COPY_REASON_OFFSET,
  GST_FFS_COPY_REASON_PADDING,
  GST_FFS_COPY_REASON_PACKET,
  GST_FFS_COPY_REASON_HEADER,
  GST_FFS_COPY_REASON_NO_SG,
  GST_FFS_COPY_REASON_NO_IOCTL,
  GST_FFS_COPY_REASON_DMA_DEVICE,
  GST_FFS_COPY_REASON_MODE,
  GST_FFS_N_COPY_REASONS
} GstFfsCopyReason;

/**
 * GstFfsRun:
 * @first: index of the first memory in the buffer
 * @n_memories: how many memories, one behind the other
 * @offset: where they begin in their dmabuf, if they are of one
 * @length: their bytes
 * @reason: why they must be copied, if so
 *
 * A part of a frame that can be sent in place, or has to be copied.
 */
typedef struct
{
  guint first;
  guint n_memories;
  gsize offset;
  gsize length;
  GstFfsCopyReason reason;
} GstFfsRun;

/**
 * GstFfsLayout:
 * @GST_FFS_LAYOUT_TIGHT: without padding
 * @GST_FFS_LAYOUT_PADDED: lines or planes lie further apart than they must
 * @GST_FFS_LAYOUT_INCOMPLETE: some of it is not in the buffer
 *
 * How a frame of raw video lies in its buffer.
 */
typedef enum
{
  GST_FFS_LAYOUT_TIGHT,
  GST_FFS_LAYOUT_PADDED,
  GST_FFS_LAYOUT_INCOMPLETE
} GstFfsLayout;

guint gst_ffs_frame_parse (GstBuffer * buffer, gboolean anywhere,
    GstFfsRun * runs);
void gst_ffs_frame_all (GstBuffer * buffer, GstFfsCopyReason reason,
    GstFfsRun * run);
gboolean gst_ffs_frame_splits_packets (const GstFfsRun * runs, guint n);
gsize gst_ffs_frame_plane_size (const GstVideoInfo * info, guint plane,
    gint stride);
GstFfsLayout gst_ffs_frame_get_layout (GstBuffer * buffer,
    const GstVideoInfo * info);

const gchar *gst_ffs_copy_reason_name (GstFfsCopyReason reason);
const gchar *gst_ffs_copy_reason_text (GstFfsCopyReason reason);

G_END_DECLS

#endif /* __GST_FFS_FRAME_H__ */
