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
 * @GST_FFS_COPY_REASON_NONE: it can be sent in place
 * @GST_FFS_COPY_REASON_MEMORY: not in dmabuf memory
 * @GST_FFS_COPY_REASON_OFFSET: does not begin where its dmabuf does
 * @GST_FFS_COPY_REASON_PADDING: padded, and tight packing is asked for
 * @GST_FFS_COPY_REASON_REGION: the host has chosen a region of the picture that
 * is narrower, or that is not at its start and the kernel cannot gather
 * @GST_FFS_COPY_REASON_PACKET: a transfer of it would end in mid-packet, which
 * ends the frame for a host that relies on that
 * @GST_FFS_COPY_REASON_HEADER: a header goes in front of it in one transfer,
 * and the kernel cannot gather the two
 * @GST_FFS_COPY_REASON_NO_SG: the controller cannot send dmabufs
 * @GST_FFS_COPY_REASON_NO_IOCTL: the kernel cannot
 * @GST_FFS_COPY_REASON_DMA_DEVICE: the kernel maps dmabufs for a device that
 * is not the one which reads them
 * @GST_FFS_COPY_REASON_REFUSED: the controller cannot map upstream's dmabufs
 * @GST_FFS_COPY_REASON_MODE: copy-mode=always
 */
typedef enum
{
  GST_FFS_COPY_REASON_NONE,
  GST_FFS_COPY_REASON_MEMORY,
  GST_FFS_COPY_REASON_OFFSET,
  GST_FFS_COPY_REASON_PADDING,
  GST_FFS_COPY_REASON_REGION,
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
 * @copy_mode: whether to copy what cannot be sent in place
 * @remove_padding: whether to send raw video without padding
 * @info: (nullable): the format, if it is raw video of a known layout
 * @profile: (nullable): what goes around a frame
 * @gather: whether the kernel makes one transfer of several segments
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
 * @pieces: what it is sent as
 * @copies: for each of them the buffer of ours that it owns, or %NULL
 * @n_pieces: how many
 * @framing: what goes around the frame
 * @layout: how it lies in its buffer, if it is raw video of which padding or what
 * is cropped is not to be sent
 * @strip: whether there is some of that
 * @reason: why the frame was copied, or would have to be
 * @copied: bytes that were copied
 * @in_headroom: whether the frame's header is in the memory in front of it
 *
 * A frame as it goes out.
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
