/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Empty buffers as the target of a transfer: the memory layout of a frame in
 * one, and its segments.
 *
 * A controller writes whole packets, and many accept no other transfers. So the
 * last segment is extended to the end of the packet if its dmabuf is large
 * enough.
 *
 * No state, no locks. Segments refer to memories of the buffer without a
 * reference.
 */

#include <gst/allocators/gstdmabuf.h>
#include <string.h>
#include <unistd.h>

#include "gstffsroom.h"

/* Returns the offset of the end of a plane. gst_video_meta_get_plane_size()
 * fails for pools that pad lines without setting the meta's alignment. */
static gsize
get_plane_end (GstVideoMeta * meta, guint plane)
{
  const GstVideoFormatInfo *format = gst_video_format_get_info (meta->format);
  guint i;

  for (i = 0; i < GST_VIDEO_FORMAT_INFO_N_COMPONENTS (format); i++) {
    if (GST_VIDEO_FORMAT_INFO_PLANE (format, i) == plane)
      return meta->offset[plane] + (gsize) meta->stride[plane]
          * GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT (format, i, meta->height);
  }
  return G_MAXSIZE;
}

/* FALSE if the protocol cannot express the planes. */
static gboolean
take_meta (GstVideoMeta * meta, GstFfsFrameLayout * layout)
{
  guint i;

  if (meta->n_planes > G_N_ELEMENTS (layout->offset))
    return FALSE;
  layout->n_planes = meta->n_planes;
  for (i = 0; i < meta->n_planes; i++) {
    if (meta->offset[i] > G_MAXUINT32 || meta->stride[i] <= 0)
      return FALSE;
    layout->offset[i] = meta->offset[i];
    layout->stride[i] = meta->stride[i];
    layout->size = MAX (layout->size, get_plane_end (meta, i));
  }
  return TRUE;
}

static void
take_info (const GstVideoInfo * info, GstFfsFrameLayout * layout)
{
  guint i;

  layout->n_planes = GST_VIDEO_INFO_N_PLANES (info);
  for (i = 0; i < layout->n_planes; i++) {
    layout->offset[i] = GST_VIDEO_INFO_PLANE_OFFSET (info, i);
    layout->stride[i] = GST_VIDEO_INFO_PLANE_STRIDE (info, i);
  }
  layout->size = GST_VIDEO_INFO_SIZE (info);
}

/**
 * gst_ffs_room_is_packed:
 * @layout: memory layout of a frame
 * @info: (nullable): the caps of raw video
 *
 * Returns: whether the layout is the default one of the caps
 */
gboolean
gst_ffs_room_is_packed (const GstFfsFrameLayout * layout,
    const GstVideoInfo * info)
{
  guint i;

  if (info == NULL)
    return TRUE;
  if (layout->n_planes != GST_VIDEO_INFO_N_PLANES (info))
    return FALSE;
  for (i = 0; i < layout->n_planes; i++) {
    if (layout->offset[i] != GST_VIDEO_INFO_PLANE_OFFSET (info, i)
        || layout->stride[i] != GST_VIDEO_INFO_PLANE_STRIDE (info, i))
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_ffs_room_get_layout:
 * @buffer: an empty buffer
 * @info: (nullable): the caps of raw video
 * @frame_size: bytes of a frame, or 0 for the size of @info
 * @layout: (out): memory layout of a frame in the buffer
 *
 * Returns: %FALSE if the buffer is too small
 */
gboolean
gst_ffs_room_get_layout (GstBuffer * buffer, const GstVideoInfo * info,
    gsize frame_size, GstFfsFrameLayout * layout)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);

  memset (layout, 0, sizeof (*layout));
  if (info) {
    layout->exact = TRUE;
    if (meta == NULL)
      take_info (info, layout);
    else if (!take_meta (meta, layout))
      return FALSE;
    /* The default size may have padding after the last plane. */
    if (gst_ffs_room_is_packed (layout, info))
      layout->size = GST_VIDEO_INFO_SIZE (info);
    if (frame_size > 0 && layout->size != frame_size)
      return FALSE;
  } else {
    layout->size = frame_size;
  }
  return layout->size > 0 && gst_buffer_get_size (buffer) >= layout->size;
}

/* Returns the end of the writable part of the dmabuf: all of it, if it has one
 * memory. */
static gsize
get_end (GstMemory * mem)
{
  gsize end = mem->maxsize;
  off_t size;

  if (mem->parent == NULL && mem->offset == 0) {
    size = lseek (gst_dmabuf_memory_get_fd (mem), 0, SEEK_END);
    if (size > 0)
      end = MAX (end, (gsize) size);
  }
  return end;
}

/**
 * gst_ffs_room_get_pieces:
 * @buffer: an empty buffer
 * @size: bytes of the frame
 * @before: bytes of a header before it in the same transfer
 * @packet: wMaxPacketSize of the endpoint, or 0
 * @can_gather: whether a transfer may have several segments, and start at any
 * offset
 * @pieces: (out): at most %GST_FFS_MAX_PIECES - 1 segments, all of one transfer
 *
 * Returns: the number of segments; 0 if the controller cannot write to the
 * buffer
 */
guint
gst_ffs_room_get_pieces (GstBuffer * buffer, gsize size, gsize before,
    guint packet, gboolean can_gather, GstFfsPiece * pieces)
{
  gsize left = size, missing;
  guint i, n = gst_buffer_n_memory (buffer);

  if (n >= GST_FFS_MAX_PIECES)
    return 0;
  for (i = 0; i < n && left > 0; i++) {
    GstMemory *mem = gst_buffer_peek_memory (buffer, i);
    GstFfsPiece *piece = &pieces[i];

    if (!gst_is_dmabuf_memory (mem) || GST_MEMORY_IS_READONLY (mem))
      return 0;
    memset (piece, 0, sizeof (*piece));
    piece->memory = mem;
    piece->offset = mem->offset;
    piece->length = MIN (mem->size, left);
    piece->owner = buffer;
    piece->more = TRUE;
    left -= piece->length;
  }
  if (left > 0 || i == 0)
    return 0;
  pieces[i - 1].more = FALSE;
  if (!can_gather && (i > 1 || pieces[0].offset > 0 || before > 0))
    return 0;

  missing = packet > 0 ? (packet - (before + size) % packet) % packet : 0;
  if (missing > 0) {
    GstFfsPiece *last = &pieces[i - 1];

    if (last->offset + last->length + missing <= get_end (last->memory))
      last->length += missing;
  }
  return i;
}
