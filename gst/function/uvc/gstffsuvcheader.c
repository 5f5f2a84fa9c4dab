/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Payload headers. A frame is one payload, or several if hosts lack memory for
 * large ones.
 *
 * A host finds the end of a payload by the negotiated maximum size or by a
 * short packet. A payload of full packets only would be merged with the next
 * one, so its header omits the clock reference: no zero-length packets are
 * needed.
 *
 * No state, no locks.
 */

#include <linux/usb/video.h>

#include "function/gstffsbytes.h"
#include "function/gstffstiming.h"
#include "gstffsuvcheader.h"
#include "gstffsuvcrequest.h"

#define SHORT_HEADER_SIZE 6

/* Divides wMaxPacketSize at all speeds. */
#define SMALLEST_PACKET 64

#define SOF_MASK 0x7ff

/* Linux reads 32 packets at a time and ignores a payload that starts inside
 * them; its transfer sizes at all speeds divide this. libuvc's hundred buffers
 * of this size fit into the 16 MB that Linux allows for programs. */
#define PAYLOAD_UNIT (128 * 1024)

static GstClockTime
get_now (const GstFfsTiming * timing)
{
  return GST_CLOCK_TIME_IS_VALID (timing->now) ? timing->now :
      gst_util_get_timestamp ();
}

/**
 * gst_ffs_uvc_header_get_time:
 * @pad: (nullable): pad of an element
 *
 * Returns: the time of the pipeline's clock, or of the system's without one
 */
GstClockTime
gst_ffs_uvc_header_get_time (GstPad * pad)
{
  GstFfsTiming timing;

  gst_ffs_timing_init (&timing, pad);
  return get_now (&timing);
}

/**
 * gst_ffs_uvc_header_take_times:
 * @pad: (nullable): pad of the element that received @buf
 * @buf: the frame
 *
 * Sets the capture time and the current time, both of the pipeline's clock.
 */
void
gst_ffs_uvc_header_take_times (GstFfsUvcHeader * self, GstPad * pad,
    GstBuffer * buf)
{
  GstFfsTiming timing;
  GstClockTime running = GST_CLOCK_TIME_NONE;

  gst_ffs_timing_init (&timing, pad);
  self->now = self->pts = get_now (&timing);
  if (gst_ffs_timing_is_usable (&timing) && GST_BUFFER_PTS_IS_VALID (buf))
    running = gst_segment_to_running_time (&timing.segment, GST_FORMAT_TIME,
        GST_BUFFER_PTS (buf));
  if (GST_CLOCK_TIME_IS_VALID (running))
    self->pts = timing.base_time + running;
}

static guint32
to_ticks (GstClockTime time)
{
  return gst_util_uint64_scale (time, GST_FFS_UVC_CLOCK_FREQUENCY, GST_SECOND);
}

static guint8
get_flags (const GstFfsUvcHeader * self)
{
  return UVC_STREAM_EOH | UVC_STREAM_PTS | (self->toggle ? UVC_STREAM_FID : 0)
      | (self->error ? UVC_STREAM_ERR : 0)
      | (self->still ? UVC_STREAM_STI : 0);
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
 * @self: header data of the frame
 * @size: size of the frame, or of its part in the last payload
 * @out: %GST_FFS_UVC_HEADER_SIZE bytes
 *
 * The USB frame number is not available here; a millisecond counter is used,
 * which hosts have to support.
 *
 * Returns: the size of the header
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
 * Writes the header of a full payload before the last one of a frame.
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
 * @max: maximum size of a payload, bytes; 0 for no limit
 *
 * Returns: the maximum size of a payload: the whole frame, or as many whole
 * units as needed for at most %GST_FFS_MAX_PAYLOADS payloads
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
