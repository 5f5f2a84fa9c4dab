/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_HEADER_H__
#define __GST_FFS_UVC_HEADER_H__

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_FFS_UVC_HEADER_SIZE 12

/**
 * GstFfsUvcHeader:
 * @toggle: another one for each frame
 * @error: whether something is wrong with the frame
 * @pts: when it was captured, ns
 * @now: the same clock now
 *
 * What goes in front of a frame.
 */
typedef struct
{
  gboolean toggle;
  gboolean error;
  GstClockTime pts;
  GstClockTime now;
} GstFfsUvcHeader;

void gst_ffs_uvc_header_write_inner (const GstFfsUvcHeader * self,
    guint8 * out);
guint32 gst_ffs_uvc_payload_size (guint32 frame_size, guint32 max);
gsize gst_ffs_uvc_header_write (const GstFfsUvcHeader * self, gsize size,
    guint8 * out);

G_END_DECLS

#endif /* __GST_FFS_UVC_HEADER_H__ */
