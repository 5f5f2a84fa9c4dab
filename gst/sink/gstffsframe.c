/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a frame looks like to the endpoint: runs of memory, in order, each of
 * which is sent in place or has to be copied, and why.
 *
 * Ownership: runs are indices into the buffer.  No state, no locks.
 */

#include <gst/allocators/gstdmabuf.h>
#include <sys/stat.h>

#include "gstffsframe.h"

/* Of a bulk endpoint, at the speed where it is largest. */
#define MAX_PACKET 1024

/* Of formats that have one, as their second plane. */
#define PALETTE_SIZE (256 * 4)

/* For stats: the fields' names are "copied-" and this. */
const gchar *
gst_ffs_copy_reason_name (GstFfsCopyReason reason)
{
  static const gchar *const names[GST_FFS_N_COPY_REASONS] = {
    "none", "memory", "offset", "padding", "packet", "header", "no-sg",
    "no-ioctl", "dma-device", "mode"
  };

  return names[reason];
}

/* For a person, after "it is copied because". */
const gchar *
gst_ffs_copy_reason_text (GstFfsCopyReason reason)
{
  switch (reason) {
    case GST_FFS_COPY_REASON_MEMORY:
      return "it is in memory that is no dmabuf";
    case GST_FFS_COPY_REASON_OFFSET:
      return "it does not begin at the start of its dmabuf";
    case GST_FFS_COPY_REASON_PADDING:
      return "its lines are padded and remove-padding=true asks for none";
    case GST_FFS_COPY_REASON_PACKET:
      return "one of its dmabufs ends in the middle of a USB packet";
    case GST_FFS_COPY_REASON_HEADER:
      return "its USB header must be in the same transfer, but there is no "
          "room in front of the frame and this kernel's FunctionFS has no "
          "SUBMIT (see kernel/README.md)";
    case GST_FFS_COPY_REASON_NO_SG:
      return "the USB device controller has no scatter-gather";
    case GST_FFS_COPY_REASON_NO_IOCTL:
      return "this kernel's FunctionFS has no dmabuf ioctls (Linux 6.9, or "
          "the patches in kernel/, have them)";
    case GST_FFS_COPY_REASON_DMA_DEVICE:
      return "behind this machine's IOMMU this kernel's FunctionFS maps "
          "dmabufs for another device than the USB device controller, which "
          "would send rubbish (the patches in kernel/ mend it, see "
          "kernel/README.md)";
    case GST_FFS_COPY_REASON_MODE:
      return "copy-mode=always";
    default:
      return "of nothing";
  }
}

static gboolean
same_dmabuf (GstMemory * a, GstMemory * b)
{
  gint fd_a = gst_dmabuf_memory_get_fd (a);
  gint fd_b = gst_dmabuf_memory_get_fd (b);
  struct stat st_a, st_b;

  if (fd_a == fd_b)
    return TRUE;
  return fstat (fd_a, &st_a) == 0 && fstat (fd_b, &st_b) == 0
      && st_a.st_ino == st_b.st_ino && st_a.st_dev == st_b.st_dev;
}

/**
 * gst_ffs_frame_parse:
 * @buffer: a frame
 * @anywhere: whether a transfer can begin anywhere in a dmabuf, as SUBMIT can
 * @runs: (out caller-allocates): room for %GST_FFS_MAX_RUNS
 *
 * TRANSFER has no offset, so memory can be sent in place only from where its
 * dmabuf begins. Memories of one dmabuf that lie back to back are one run; so
 * are neighbours that must be copied.
 *
 * Returns: how many runs there are; 0 for a frame without bytes
 */
guint
gst_ffs_frame_parse (GstBuffer * buffer, gboolean anywhere, GstFfsRun * runs)
{
  guint i, n = 0, n_memories = gst_buffer_n_memory (buffer);
  GstMemory *dmabuf = NULL;     /* of the last run, if in place */

  for (i = 0; i < n_memories; i++) {
    GstMemory *mem = gst_buffer_peek_memory (buffer, i);
    GstFfsRun *last = n > 0 ? &runs[n - 1] : NULL;
    GstFfsCopyReason reason = GST_FFS_COPY_REASON_NONE;

    if (mem->size == 0) {
      /* Runs are memories one behind the other. */
      if (last)
        last->n_memories++;
      continue;
    }

    if (!gst_is_dmabuf_memory (mem))
      reason = GST_FFS_COPY_REASON_MEMORY;
    else if (dmabuf && mem->offset == last->offset + last->length
        && same_dmabuf (dmabuf, mem))
      goto extend;
    else if (mem->offset != 0 && !anywhere)
      reason = GST_FFS_COPY_REASON_OFFSET;

    if (reason != GST_FFS_COPY_REASON_NONE && last
        && last->reason != GST_FFS_COPY_REASON_NONE)
      goto extend;

    runs[n].first = i;
    runs[n].n_memories = 1;
    runs[n].offset = mem->offset;
    runs[n].length = mem->size;
    runs[n].reason = reason;
    n++;
    dmabuf = reason == GST_FFS_COPY_REASON_NONE ? mem : NULL;
    continue;

  extend:
    last->n_memories++;
    last->length += mem->size;
  }
  return n;
}

/**
 * gst_ffs_frame_all:
 * @buffer: a frame
 * @reason: why it must be copied
 * @run: (out): all of it
 */
void
gst_ffs_frame_all (GstBuffer * buffer, GstFfsCopyReason reason, GstFfsRun * run)
{
  run->first = 0;
  run->n_memories = gst_buffer_n_memory (buffer);
  run->offset = 0;
  run->length = gst_buffer_get_size (buffer);
  run->reason = reason;
}

/**
 * gst_ffs_frame_splits_packets:
 * @runs: of a frame
 * @n: how many
 *
 * Returns: whether a run that is not the last ends with a short packet, so
 * that the host would see several frames if each were a transfer
 */
gboolean
gst_ffs_frame_splits_packets (const GstFfsRun * runs, guint n)
{
  guint i;

  for (i = 0; i + 1 < n; i++) {
    if (runs[i].length % MAX_PACKET != 0)
      return TRUE;
  }
  return FALSE;
}

/* The rows that a plane has of a format without padding, and the bytes that
 * count of each, as gst_video_frame_copy() takes them. */
static void
get_rows (const GstVideoInfo * info, guint plane, gint stride, gsize * row,
    gsize * n_rows)
{
  *n_rows = GST_VIDEO_INFO_COMP_HEIGHT (info, plane);
  *row = (gsize) GST_VIDEO_INFO_COMP_WIDTH (info, plane)
      * GST_VIDEO_INFO_COMP_PSTRIDE (info, plane);
  if (*row == 0)
    *row = MIN (stride, GST_VIDEO_INFO_PLANE_STRIDE (info, plane));
  if (GST_VIDEO_FORMAT_INFO_HAS_PALETTE (info->finfo) && plane == 1) {
    *n_rows = 1;
    *row = PALETTE_SIZE;
  }
}

/**
 * gst_ffs_frame_plane_size:
 * @info: the format without padding
 * @plane: which of its planes
 * @stride: how far its lines are apart
 *
 * Returns: the bytes from its first to its last one, without what pads the last
 * line; %G_MAXSIZE if there are no such lines
 */
gsize
gst_ffs_frame_plane_size (const GstVideoInfo * info, guint plane, gint stride)
{
  gsize row, n_rows, before;

  if (GST_VIDEO_FORMAT_INFO_IS_TILED (info->finfo)) {
    gsize end = plane + 1 < GST_VIDEO_INFO_N_PLANES (info) ?
        GST_VIDEO_INFO_PLANE_OFFSET (info, plane + 1) :
        GST_VIDEO_INFO_SIZE (info);

    return stride == GST_VIDEO_INFO_PLANE_STRIDE (info, plane) ?
        end - GST_VIDEO_INFO_PLANE_OFFSET (info, plane) : G_MAXSIZE;
  }

  if (stride < 0)
    return G_MAXSIZE;
  get_rows (info, plane, stride, &row, &n_rows);
  if (n_rows == 0 || (n_rows > 1 && row > (gsize) stride)
      || !g_size_checked_mul (&before, stride, n_rows - 1)
      || !g_size_checked_add (&before, before, row))
    return G_MAXSIZE;
  return before;
}

/* Whether all lines are within the bytes of the buffer. */
static gboolean
is_complete (GstBuffer * buffer, const GstVideoInfo * info)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  gsize size = gst_buffer_get_size (buffer);
  guint i, n_planes = GST_VIDEO_INFO_N_PLANES (info);

  if (meta && (meta->format != GST_VIDEO_INFO_FORMAT (info)
          || meta->n_planes < n_planes
          || meta->width < (guint) GST_VIDEO_INFO_WIDTH (info)
          || meta->height < (guint) GST_VIDEO_INFO_HEIGHT (info)))
    return FALSE;

  for (i = 0; i < n_planes; i++) {
    gsize offset = meta ? meta->offset[i] :
        GST_VIDEO_INFO_PLANE_OFFSET (info, i);
    gsize end;

    if (!g_size_checked_add (&end, offset, gst_ffs_frame_plane_size (info, i,
                meta ? meta->stride[i] : GST_VIDEO_INFO_PLANE_STRIDE (info, i)))
        || end > size)
      return FALSE;
  }
  return TRUE;
}

/**
 * gst_ffs_frame_get_layout:
 * @buffer: a frame of raw video
 * @info: its format without padding
 *
 * What a buffer says about itself need not be so: a source may have lost the
 * end of a frame. Nobody else looks whether lines are where there is memory.
 */
GstFfsLayout
gst_ffs_frame_get_layout (GstBuffer * buffer, const GstVideoInfo * info)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  gboolean tight = gst_buffer_get_size (buffer) == GST_VIDEO_INFO_SIZE (info);
  guint i;

  for (i = 0; tight && meta && i < meta->n_planes; i++)
    tight = meta->stride[i] == GST_VIDEO_INFO_PLANE_STRIDE (info, i)
        && meta->offset[i] == GST_VIDEO_INFO_PLANE_OFFSET (info, i);
  if (tight)
    return GST_FFS_LAYOUT_TIGHT;
  return is_complete (buffer, info) ? GST_FFS_LAYOUT_PADDED :
      GST_FFS_LAYOUT_INCOMPLETE;
}
