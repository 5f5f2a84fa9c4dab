/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_FRAME_H__
#define __GST_FFS_FRAME_H__

#include <gst/video/video.h>

#include "function/gstffsprofile.h"
#include "gstffscopies.h"
#include "gstffslayout.h"
#include "gstffssettings.h"
#include "transport/gstffsqueue.h"

G_BEGIN_DECLS

/**
 * GstFfsCopyReason:
 * @GST_FFS_COPY_REASON_NONE: sent in place
 * @GST_FFS_COPY_REASON_MEMORY: not in dmabuf memory
 * @GST_FFS_COPY_REASON_OFFSET: does not start at the beginning of its dmabuf
 * @GST_FFS_COPY_REASON_PADDING: padded, and padding has to be removed
 * @GST_FFS_COPY_REASON_PACKET: a transfer would end in a short packet, which
 * ends the frame for the host
 * @GST_FFS_COPY_REASON_HEADER: its header is in the same transfer, and the
 * kernel has no SUBMIT
 * @GST_FFS_COPY_REASON_NO_SG: the controller has no scatter-gather
 * @GST_FFS_COPY_REASON_NO_IOCTL: the kernel has no dmabuf ioctls
 * @GST_FFS_COPY_REASON_DMA_DEVICE: the kernel maps dmabufs for another device
 * than the one which reads them
 * @GST_FFS_COPY_REASON_REFUSED: the controller cannot map upstream's dmabufs
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
  GST_FFS_COPY_REASON_REFUSED,
  GST_FFS_COPY_REASON_MODE,
  GST_FFS_N_COPY_REASONS
} GstFfsCopyReason;

/**
 * GstFfsStreamPolicy:
 * @copy_mode: what to do with frames that cannot be sent in place
 * @remove_padding: whether to send raw video without padding
 * @info: (nullable): the format, for raw video with a known layout
 * @profile: (nullable): the profile, for the framing
 * @gather: whether the kernel supports transfers of several segments
 *
 * How to send a frame.
 */
typedef struct
{
  GstFfsCopyMode copy_mode;
  gboolean remove_padding;
  const GstVideoInfo *info;
  GstFfsProfile *profile;
  gboolean gather;
} GstFfsStreamPolicy;

/**
 * GstFfsFrame:
 * @pieces: the segments
 * @copies: for each segment the owned copy, or %NULL
 * @n_pieces: how many
 * @framing: header, leader and trailer
 * @layout: layout in its buffer, for raw video without padding or with
 * cropping
 * @strip: whether there is padding or cropping to remove
 * @reason: why the frame was, or would have to be, copied
 * @copied: bytes that were copied
 * @in_headroom: whether the header is in the frame's headroom
 *
 * A frame, ready to be queued.
 */
typedef struct
{
  GstFfsPiece pieces[GST_FFS_MAX_PIECES];
  GstBuffer *copies[GST_FFS_MAX_PIECES];
  guint n_pieces;
  GstFfsFraming framing;
  GstFfsLayout layout;
  gboolean strip;
  GstFfsCopyReason reason;
  gsize copied;
  gboolean in_headroom;
} GstFfsFrame;

gboolean gst_ffs_frame_begin (GstFfsFrame * self, GstBuffer * buffer,
    guint64 number, const GstFfsStreamPolicy * policy);
GstMemory *gst_ffs_frame_get_headroom (const GstFfsFrame * self,
    GstBuffer * buffer, const GstFfsStreamPolicy * policy,
    GstAllocator * allocator);
gboolean gst_ffs_frame_build (GstFfsFrame * self, GstBuffer * buffer,
    GstFfsCopies * copier, const GstFfsStreamPolicy * policy,
    GstMemory * headroom);
gboolean gst_ffs_frame_build_written (GstFfsFrame * self, GstBuffer * buffer,
    GstFfsCopies * copier, const GstFfsStreamPolicy * policy);
void gst_ffs_frame_clear_pieces (GstFfsFrame * self);
void gst_ffs_frame_clear (GstFfsFrame * self);

/* For the tests. */
guint gst_ffs_frame_parse (GstBuffer * buffer, gboolean anywhere,
    GstFfsPiece * pieces);
guint gst_ffs_frame_parse_ranges (GstBuffer * buffer,
    const GstFfsRange * ranges, guint n_ranges, gboolean anywhere,
    GstFfsPiece * pieces);

const gchar *gst_ffs_copy_reason_name (GstFfsCopyReason reason);
const gchar *gst_ffs_copy_reason_text (GstFfsCopyReason reason);

G_END_DECLS

#endif /* __GST_FFS_FRAME_H__ */
