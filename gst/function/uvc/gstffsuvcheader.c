/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The header of a payload, which is a whole frame.
 *
 * A host finds the end of a payload by a packet that is not full. A payload
 * of nothing but full packets would be glued to the next one, so its header
 * is made shorter by the clock reference: nobody has to be able to send
 * packets of no length.
 *
 * No state, no locks.
 */

#include <linux/usb/video.h>

#include "function/gstffsbytes.h"
#include "gstffsuvcheader.h"
#include "gstffsuvcrequest.h"

#define SHORT_HEADER_SIZE 6

/* Divides the packets of all speeds. */
#define SMALLEST_PACKET 64

#define SOF_MASK 0x7ff

static guint32
to_ticks (GstClockTime time)
{
  return gst_util_uint64_scale (time, GST_FFS_UVC_CLOCK_FREQUENCY, GST_SECOND);
}

/**
 * gst_ffs_uvc_header_write:
 * @self: about the frame
 * @size: its bytes
 * @out: %GST_FFS_UVC_HEADER_SIZE bytes
 *
 * The number of the USB frame cannot be had here; a counter of milliseconds
 * is one that hosts have to cope with.
 *
 * Returns: the bytes of the header
 */
gsize
gst_ffs_uvc_header_write (const GstFfsUvcHeader * self, gsize size,
    guint8 * out)
{
  gboolean full = (size + GST_FFS_UVC_HEADER_SIZE) % SMALLEST_PACKET == 0;
  gsize header_size = full ? SHORT_HEADER_SIZE : GST_FFS_UVC_HEADER_SIZE;

  out[0] = header_size;
  out[1] = UVC_STREAM_EOH | UVC_STREAM_EOF | UVC_STREAM_PTS;
  if (self->toggle)
    out[1] |= UVC_STREAM_FID;
  if (self->error)
    out[1] |= UVC_STREAM_ERR;
  gst_ffs_put_u32 (out + 2, to_ticks (self->pts));
  if (full)
    return header_size;

  out[1] |= UVC_STREAM_SCR;
  gst_ffs_put_u32 (out + 6, to_ticks (self->now));
  gst_ffs_put_u16 (out + 10, GST_TIME_AS_MSECONDS (self->now) & SOF_MASK);
  return header_size;
}
