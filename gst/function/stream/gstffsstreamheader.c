/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packet headers of profile=stream, see docs/protocol.md. Pure functions: no
 * state, no locks.
 */

#include <string.h>

#include <gst/video/video.h>

#include "function/gstffsbytes.h"
#include "gstffsstreamheader.h"

/**
 * gst_ffs_stream_header_write:
 * @header: the header
 * @bytes: (out): array of %GST_FFS_STREAM_HEADER_SIZE bytes
 */
void
gst_ffs_stream_header_write (const GstFfsStreamHeader * header, guint8 * bytes)
{
  guint i;

  memset (bytes, 0, GST_FFS_STREAM_HEADER_SIZE);
  gst_ffs_put_u32 (bytes, GST_FFS_STREAM_MAGIC);
  gst_ffs_put_u16 (bytes + 4, GST_FFS_STREAM_VERSION);
  gst_ffs_put_u16 (bytes + 6, GST_FFS_STREAM_HEADER_SIZE);
  gst_ffs_put_u16 (bytes + 8, header->type);
  gst_ffs_put_u16 (bytes + 10, header->n_planes);
  gst_ffs_put_u32 (bytes + 12, header->flags);
  gst_ffs_put_u32 (bytes + 16, header->stream);
  gst_ffs_put_u32 (bytes + 20, header->caps);
  gst_ffs_put_u64 (bytes + 24, header->sequence);
  gst_ffs_put_u64 (bytes + 32, header->length);
  gst_ffs_put_u64 (bytes + 40, header->pts);
  gst_ffs_put_u64 (bytes + 48, header->dts);
  gst_ffs_put_u64 (bytes + 56, header->duration);
  for (i = 0; i < header->n_planes; i++) {
    gst_ffs_put_u32 (bytes + 64 + 8 * i, header->offset[i]);
    gst_ffs_put_u32 (bytes + 68 + 8 * i, (guint32) header->stride[i]);
  }
}

/**
 * gst_ffs_stream_header_read:
 * @header: (out): the header
 * @bytes: a transfer from a host
 * @size: its bytes
 *
 * A header is a separate transfer, so @size must match exactly. The caller
 * checks type, numbers and length.
 *
 * Returns: %FALSE if it is not a header
 */
gboolean
gst_ffs_stream_header_read (GstFfsStreamHeader * header, const guint8 * bytes,
    gsize size)
{
  guint i;

  memset (header, 0, sizeof (*header));
  if (size < GST_FFS_STREAM_HEADER_SIZE
      || gst_ffs_get_u32 (bytes) != GST_FFS_STREAM_MAGIC
      || gst_ffs_get_u16 (bytes + 4) >> 8 != GST_FFS_STREAM_VERSION >> 8
      || gst_ffs_get_u16 (bytes + 6) != size)
    return FALSE;
  header->type = gst_ffs_get_u16 (bytes + 8);
  header->n_planes = gst_ffs_get_u16 (bytes + 10);
  header->flags = gst_ffs_get_u32 (bytes + 12);
  header->stream = gst_ffs_get_u32 (bytes + 16);
  header->caps = gst_ffs_get_u32 (bytes + 20);
  header->sequence = gst_ffs_get_u64 (bytes + 24);
  header->length = gst_ffs_get_u64 (bytes + 32);
  header->pts = gst_ffs_get_u64 (bytes + 40);
  header->dts = gst_ffs_get_u64 (bytes + 48);
  header->duration = gst_ffs_get_u64 (bytes + 56);
  if (header->n_planes > GST_FFS_STREAM_MAX_PLANES)
    return FALSE;
  for (i = 0; i < header->n_planes; i++) {
    header->offset[i] = gst_ffs_get_u32 (bytes + 64 + 8 * i);
    header->stride[i] = (gint32) gst_ffs_get_u32 (bytes + 68 + 8 * i);
  }
  return TRUE;
}

/* A frame that the sink repacks has the default layout of its caps, not the
 * buffer's. */
static void
take_layout (GstFfsStreamHeader * header, GstBuffer * frame, gsize size)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (frame);
  guint i;

  if (meta == NULL || size != gst_buffer_get_size (frame)
      || meta->n_planes > GST_FFS_STREAM_MAX_PLANES)
    return;
  for (i = 0; i < meta->n_planes; i++) {
    if (meta->offset[i] > G_MAXUINT32)
      return;
    header->offset[i] = meta->offset[i];
    header->stride[i] = meta->stride[i];
  }
  header->n_planes = meta->n_planes;
}

/**
 * gst_ffs_stream_header_take_frame:
 * @header: the header to fill in
 * @frame: its frame
 * @size: size of the frame on the wire
 *
 * Fills in the fields known from the frame.
 */
void
gst_ffs_stream_header_take_frame (GstFfsStreamHeader * header,
    GstBuffer * frame, gsize size)
{
  header->type = GST_FFS_STREAM_FRAME;
  header->length = size;
  header->pts = GST_BUFFER_PTS (frame);
  header->dts = GST_BUFFER_DTS (frame);
  header->duration = GST_BUFFER_DURATION (frame);
  if (GST_BUFFER_FLAG_IS_SET (frame, GST_BUFFER_FLAG_DISCONT))
    header->flags |= GST_FFS_STREAM_FLAG_DISCONT;
  if (GST_BUFFER_FLAG_IS_SET (frame, GST_BUFFER_FLAG_CORRUPTED))
    header->flags |= GST_FFS_STREAM_FLAG_CORRUPTED;
  if (GST_BUFFER_FLAG_IS_SET (frame, GST_BUFFER_FLAG_DELTA_UNIT))
    header->flags |= GST_FFS_STREAM_FLAG_DELTA;
  if (GST_BUFFER_FLAG_IS_SET (frame, GST_BUFFER_FLAG_HEADER))
    header->flags |= GST_FFS_STREAM_FLAG_HEADER;
  take_layout (header, frame, size);
}
