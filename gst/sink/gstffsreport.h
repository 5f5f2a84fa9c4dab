/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_REPORT_H__
#define __GST_FFS_REPORT_H__

#include "gstffsstream.h"

G_BEGIN_DECLS

void gst_ffs_report_copy (GstElement * element, guint64 frame,
    GstFfsCopyReason reason, guint * told);
void gst_ffs_report_lost (GstElement * element, guint n);
void gst_ffs_report_unfit (GstElement * element, GstPad * sinkpad,
    GstFfsProfile * profile);
void gst_ffs_report_failure (GstElement * element,
    const GstFfsStreamResult * result, const gchar * endpoint);

void gst_ffs_report_unread (GstElement * element, GstClockTime timeout);

G_END_DECLS

#endif /* __GST_FFS_REPORT_H__ */
