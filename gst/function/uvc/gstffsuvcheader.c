/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The headers of payloads. A frame is one payload, or several where hosts have
 * no memory for one as large as the frame.
 *
 * A host finds the end of a payload by its size, if it is the largest that was
 * agreed on, or by a packet that is not full. A payload
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

/* Linux reads 32 packets at a time, and takes no notice of a payload that
 * begins in their midst; its transfers of all speeds divide this. A hundred
 * such payloads, which libuvc asks for, are less than the 16 MB that Linux
 * lends to programs. */
#define PAYLOAD_UNIT (128 * 1024)

static guint32
to_ticks (GstClockTime time)
{
  return gst_util_uint64_scale (time, GST_FFS_UVC_CLOCK_FREQUENCY, GST_SECOND);
}

static guint8
get_flags (const GstFfsUvcHeader * self)
{
  return UVC_STREAM_EOH | UVC_STREAM_PTS | (self->toggle ? UVC_STREAM_FID : 0)
      | (self->error ? UVC_STREAM_ERR : 0);
}

static void
write_clock (const GstFfsUvcHeader * self, guint8 * out)
{
  out[1] |= UVC_STREAM_SCR;
  gst_ffs_put_u32 (out + 6, to_ticks (self->now));
  gst_ffs_put_u16 (out + 10, GST_TIME_AS_MSECONDS (self->now) & SOF_MASK);
}

/**
 * gst_ffs_uvc_header_write:
 * @self: about the frame
 * @size: its bytes, or those of it in its last payload
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
  out[1] = get_flags (self) | UVC_STREAM_EOF;
  gst_ffs_put_u32 (out + 2, to_ticks (self->pts));
  if (!full)
    write_clock (self, out);
  return header_size;
}

/**
 * gst_ffs_uvc_header_write_inner:
 * @self: about the frame
 * @out: (out): %GST_FFS_UVC_HEADER_SIZE bytes
 *
 * Of a payload that is full and not the frame's last one.
 */
void
gst_ffs_uvc_header_write_inner (const GstFfsUvcHeader * self, guint8 * out)
{
  out[0] = GST_FFS_UVC_HEADER_SIZE;
  out[1] = get_flags (self);
  gst_ffs_put_u32 (out + 2, to_ticks (self->pts));
  write_clock (self, out);
}

/**
 * gst_ffs_uvc_payload_size:
 * @frame_size: bytes of the largest frame
 * @max: what a payload should have at most, bytes; 0 for no limit
 *
 * Returns: what a payload has at most. One that holds the whole frame, or whole
 * units, and so many that a frame needs not more than %GST_FFS_MAX_PAYLOADS
 */
guint32
gst_ffs_uvc_payload_size (guint32 frame_size, guint32 max)
{
  guint32 whole = frame_size + GST_FFS_UVC_HEADER_SIZE, least, size;

  if (max == 0 || whole <= max)
    return whole;
  size = MAX (max - max % PAYLOAD_UNIT, PAYLOAD_UNIT);
  least = frame_size / GST_FFS_MAX_PAYLOADS + 1 + GST_FFS_UVC_HEADER_SIZE;
  least = (least + PAYLOAD_UNIT - 1) / PAYLOAD_UNIT * PAYLOAD_UNIT;
  return MIN (MAX (size, least), whole);
}
