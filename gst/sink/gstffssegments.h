/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SEGMENTS_H__
#define __GST_FFS_SEGMENTS_H__

#include <gst/video/video.h>

#include "function/gstffsprofile.h"
#include "gstffscopier.h"
#include "gstffsenums.h"
#include "gstffsframe.h"
#include "transport/gstffsqueue.h"

G_BEGIN_DECLS

/**
 * GstFfsStreamPolicy:
 * @copy_mode: whether to copy what cannot be sent in place
 * @remove_padding: whether to copy raw video whose lines are padded
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
 * GstFfsSegments:
 * @segments: the pieces of the transfers
 * @copies: for each of them the buffer of ours that it owns, or %NULL
 * @n_segments: how many
 * @wrapping: what goes around the frame
 * @reason: why the frame was copied, or would have to be
 * @copied: bytes that were copied
 * @in_room: whether the frame's header is in the room in front of it
 */
typedef struct
{
  GstFfsPiece segments[GST_FFS_MAX_PIECES];
  GstBuffer *copies[GST_FFS_MAX_PIECES];
  guint n_segments;
  GstFfsWrapping wrapping;
  GstFfsCopyReason reason;
  gsize copied;
  gboolean in_room;
} GstFfsSegments;

void gst_ffs_segments_clear (GstFfsSegments * self);
void gst_ffs_segments_clear_frame (GstFfsSegments * self);

gboolean gst_ffs_segments_must_pack (GstBuffer * buffer,
    const GstFfsStreamPolicy * policy);
gboolean gst_ffs_segments_wrap (GstFfsSegments * self, GstBuffer * buffer,
    guint64 frame, const GstFfsStreamPolicy * policy);
GstMemory *gst_ffs_segments_get_room (const GstFfsSegments * self,
    GstBuffer * buffer, const GstFfsStreamPolicy * policy,
    GstAllocator * allocator);
gboolean gst_ffs_segments_build (GstFfsSegments * self, GstBuffer * buffer,
    GstFfsCopier * copier, const GstFfsStreamPolicy * policy,
    GstMemory * room);

G_END_DECLS

#endif /* __GST_FFS_SEGMENTS_H__ */
