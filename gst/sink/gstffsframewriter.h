/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_FRAME_WRITER_H__
#define __GST_FFS_FRAME_WRITER_H__

#include "gstffssegments.h"
#include "transport/gstffsendpoint.h"

G_BEGIN_DECLS

typedef struct _GstFfsFrameWriter GstFfsFrameWriter;

GstFfsFrameWriter *gst_ffs_frame_writer_new (GstFfsEndpoint * ep);
void gst_ffs_frame_writer_close (GstFfsFrameWriter * self);
void gst_ffs_frame_writer_free (GstFfsFrameWriter * self);

void gst_ffs_frame_writer_set_flushing (GstFfsFrameWriter * self,
    gboolean flushing);

gint gst_ffs_frame_writer_write (GstFfsFrameWriter * self, GstBuffer * frame,
    const GstFfsWrapping * wrapping, const GstFfsStreamPolicy * policy);
void gst_ffs_frame_writer_abandon (GstFfsFrameWriter * self);

GstClockTime gst_ffs_frame_writer_get_waiting (GstFfsFrameWriter * self);
guint64 gst_ffs_frame_writer_get_bytes (GstFfsFrameWriter * self);

G_END_DECLS

#endif /* __GST_FFS_FRAME_WRITER_H__ */
