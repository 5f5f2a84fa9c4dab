/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_HEADER_H__
#define __GST_FFS_UVC_HEADER_H__

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_FFS_UVC_HEADER_SIZE 12

/**
 * GstFfsUvcHeader:
 * @toggle: frame ID, toggled for each frame
 * @error: whether the frame is corrupted
 * @pts: capture time, ns
 * @now: current time of the same clock, ns
 * @still: whether the frame is a still image
 *
 * Data of a payload header.
 */
typedef struct
{
  gboolean toggle;
  gboolean error;
  GstClockTime pts;
  GstClockTime now;
  gboolean still;
} GstFfsUvcHeader;

GstClockTime gst_ffs_uvc_header_get_time (GstPad * pad);
void gst_ffs_uvc_header_take_times (GstFfsUvcHeader * self, GstPad * pad,
    GstBuffer * buf);
void gst_ffs_uvc_header_write_inner (const GstFfsUvcHeader * self,
    guint8 * out);
guint32 gst_ffs_uvc_payload_size (guint32 frame_size, guint32 max);
gsize gst_ffs_uvc_header_write (const GstFfsUvcHeader * self, gsize size,
    guint8 * out);

G_END_DECLS

#endif /* __GST_FFS_UVC_HEADER_H__ */
