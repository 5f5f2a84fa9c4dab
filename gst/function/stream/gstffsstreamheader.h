/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_STREAM_HEADER_H__
#define __GST_FFS_STREAM_HEADER_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/* "FFSF" in little endian. */
#define GST_FFS_STREAM_MAGIC 0x46534646
#define GST_FFS_STREAM_VERSION 0x0100

/* Not a multiple of 64, so it ends in a short packet at all speeds. */
#define GST_FFS_STREAM_HEADER_SIZE 96
#define GST_FFS_STREAM_MAX_PLANES 4

typedef enum
{
  GST_FFS_STREAM_CAPS = 1,
  GST_FFS_STREAM_FRAME = 2,
  GST_FFS_STREAM_END = 3
} GstFfsStreamType;

typedef enum
{
  GST_FFS_STREAM_FLAG_DISCONT = 1 << 0,
  GST_FFS_STREAM_FLAG_CORRUPTED = 1 << 1,
  GST_FFS_STREAM_FLAG_DELTA = 1 << 2,
  GST_FFS_STREAM_FLAG_HEADER = 1 << 3
} GstFfsStreamFlags;

/**
 * GstFfsStreamHeader:
 * @type: packet type
 * @flags: flags of a frame
 * @stream: number of the stream, one more at each start
 * @caps: number of the frame's caps
 * @sequence: number of the frame in its stream
 * @length: bytes of payload
 * @pts: #GST_CLOCK_TIME_NONE is the same on the wire
 * @dts: as @pts
 * @duration: as @pts
 * @n_planes: number of planes, if the layout differs from the default of the
 * caps, else 0
 * @offset: where a plane starts in the payload
 * @stride: stride of a plane
 *
 * A packet header, in CPU byte order.
 */
typedef struct
{
  GstFfsStreamType type;
  GstFfsStreamFlags flags;
  guint32 stream;
  guint32 caps;
  guint64 sequence;
  guint64 length;
  guint64 pts;
  guint64 dts;
  guint64 duration;
  guint n_planes;
  guint32 offset[GST_FFS_STREAM_MAX_PLANES];
  gint32 stride[GST_FFS_STREAM_MAX_PLANES];
} GstFfsStreamHeader;

void gst_ffs_stream_header_write (const GstFfsStreamHeader * header,
    guint8 * bytes);
gboolean gst_ffs_stream_header_read (GstFfsStreamHeader * header,
    const guint8 * bytes, gsize size);
void gst_ffs_stream_header_take_frame (GstFfsStreamHeader * header,
    GstBuffer * frame, gsize size);

G_END_DECLS

#endif /* __GST_FFS_STREAM_HEADER_H__ */
