/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host sends ahead of a frame to ffsdmabufsrc profile=stream. The input
 * is a transfer. A header that is accepted has the length that arrived, not
 * too many planes, is the same when it is written and read again, and belongs
 * to the stream that was started.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "function/gstffsbytes.h"
#include "function/stream/gstffsstreamheader.h"
#include "function/stream/gstffsstreamprofile.h"
#include "transport/gstffsqueue.h"

int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);

static void
check_header (const guint8 * copy, gsize size)
{
  guint8 bytes[GST_FFS_STREAM_HEADER_SIZE];
  GstFfsStreamHeader header, again;

  if (!gst_ffs_stream_header_read (&header, copy, size))
    return;
  if (size < GST_FFS_STREAM_HEADER_SIZE
      || header.n_planes > GST_FFS_STREAM_MAX_PLANES)
    abort ();
  gst_ffs_stream_header_write (&header, bytes);
  if (!gst_ffs_stream_header_read (&again, bytes, sizeof (bytes))
      || memcmp (&header, &again, sizeof (header)) != 0)
    abort ();
}

/* The receiver knows the exact length, or only that it fits the buffer. */
static void
check_head (const guint8 * copy, gsize size)
{
  GstFfsProfile *profile = gst_ffs_stream_profile_new_receiver ();
  guint8 room[GST_FFS_HEAD_ROOM] = { 0, };
  GstFfsHead head;

  gst_ffs_profile_take_head (profile, copy, size, &head);
  /* Before the first stream its number is 0. */
  if (head.kind != GST_FFS_HEAD_BROKEN && gst_ffs_get_u32 (copy + 16) != 0)
    abort ();
  memcpy (room, copy, size);
  gst_ffs_profile_take_head (profile, room, GST_FFS_LENGTH_UNKNOWN, &head);
  gst_object_unref (profile);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  guint8 *copy;

  if (size > GST_FFS_HEAD_ROOM)
    return 0;
  /* A copy of the exact length. */
  copy = g_memdup2 (data, size);
  if (copy == NULL)
    copy = g_malloc (1);
  check_header (copy, size);
  check_head (copy, size);
  g_free (copy);
  return 0;
}
