/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_STREAM_POSITION_H__
#define __GST_FFS_STREAM_POSITION_H__

#include "gstffsstreamheader.h"

G_BEGIN_DECLS

/**
 * GstFfsStreamPosition:
 * @stream: number of the stream
 * @caps: number of the caps
 * @n_frames: frames of this stream
 * @n_bytes: their bytes
 * @n_dropped: skipped frames
 *
 * Position in a stream. Other fields are private.
 */
typedef struct
{
  guint32 stream;
  guint32 caps;
  guint64 n_frames;
  guint64 n_bytes;
  guint64 n_dropped;

  gboolean caps_sent;
  guint64 caps_sent_with;       /* the frame with the last caps packet */
  gboolean wait_key;
  gboolean discont;
  GstFfsStreamFlags flags;      /* of the last frame */
  guint64 first;                /* number of the first frame */
  guint64 next;                 /* number after the last one */
} GstFfsStreamPosition;

void gst_ffs_stream_position_begin (GstFfsStreamPosition * self);
void gst_ffs_stream_position_new_caps (GstFfsStreamPosition * self);
gboolean gst_ffs_stream_position_take (GstFfsStreamPosition * self,
    GstBuffer * frame, guint64 number, GstFfsStreamHeader * header,
    gboolean * with_caps);
void gst_ffs_stream_position_lose (GstFfsStreamPosition * self);

G_END_DECLS

#endif /* __GST_FFS_STREAM_POSITION_H__ */
