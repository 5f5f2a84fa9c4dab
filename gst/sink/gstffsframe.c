/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A frame as the endpoint sends it: an ordered list of segments, each the
 * start of one dmabuf.
 *
 * Ownership: the segments point into the buffer's memories and live as long
 * as the buffer.  No state, no locks.
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/allocators/gstdmabuf.h>

#include "gstffsframe.h"

/**
 * gst_ffs_frame_parse:
 * @buffer: a frame
 * @segments: (out caller-allocates): room for %GST_FFS_MAX_SEGMENTS
 * @n_segments: (out): how many there are, 0 for a frame without bytes
 * @reason: (out): why the frame cannot be sent in place
 *
 * TRANSFER has no offset, so memory can be sent in place only if it begins
 * where its dmabuf does.
 *
 * Returns: whether the frame can be sent in place
 */
gboolean
gst_ffs_frame_parse (GstBuffer * buffer, GstFfsSegment * segments,
    guint * n_segments, const gchar ** reason)
{
  guint i, n = gst_buffer_n_memory (buffer);

  *n_segments = 0;
  for (i = 0; i < n; i++) {
    GstMemory *mem = gst_buffer_peek_memory (buffer, i);

    if (mem->size == 0)
      continue;
    if (!gst_is_dmabuf_memory (mem)) {
      *reason = "it is in memory that is no dmabuf";
      return FALSE;
    }
    if (mem->offset != 0) {
      *reason = "it does not begin at the start of its dmabuf";
      return FALSE;
    }
    segments[*n_segments].memory = mem;
    segments[*n_segments].length = mem->size;
    (*n_segments)++;
  }
  return TRUE;
}
