/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_WRITER_H__
#define __GST_FFS_WRITER_H__

#include <gst/gst.h>

#include "gstffsendpoint.h"
#include "gstffsqueue.h"

G_BEGIN_DECLS

typedef struct _GstFfsWriter GstFfsWriter;

GstFfsWriter *gst_ffs_writer_new (GstFfsEndpoint * ep);
void gst_ffs_writer_close (GstFfsWriter * self);
void gst_ffs_writer_free (GstFfsWriter * self);

void gst_ffs_writer_set_flushing (GstFfsWriter * self, gboolean flushing);
gint gst_ffs_writer_write (GstFfsWriter * self, const GstFfsPiece * pieces,
    guint n);
void gst_ffs_writer_abandon (GstFfsWriter * self);

GstClockTime gst_ffs_writer_get_waiting (GstFfsWriter * self);
guint64 gst_ffs_writer_get_bytes (GstFfsWriter * self);

G_END_DECLS

#endif /* __GST_FFS_WRITER_H__ */
