/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_RECEIVER_H__
#define __GST_FFS_RECEIVER_H__

#include <gst/gst.h>

#include "function/gstffsprofile.h"
#include "gstffsintake.h"
#include "transport/gstffsendpoint.h"
#include "transport/gstffserror.h"

G_BEGIN_DECLS

typedef struct _GstFfsReceiver GstFfsReceiver;

GstFfsReceiver *gst_ffs_receiver_new (GstFfsEndpoint * ep,
    GstAllocator * allocator, GstFfsProfile * profile);
gboolean gst_ffs_receiver_close (GstFfsReceiver * self, GstClockTime timeout);
void gst_ffs_receiver_free (GstFfsReceiver * self);

GstFfsIntake *gst_ffs_receiver_get_intake (GstFfsReceiver * self);
GstFfsEndpoint *gst_ffs_receiver_get_endpoint (GstFfsReceiver * self);
void gst_ffs_receiver_set_flushing (GstFfsReceiver * self, gboolean flushing);
gint gst_ffs_receiver_halt (GstFfsReceiver * self, GstClockTime timeout);
void gst_ffs_receiver_resume (GstFfsReceiver * self);
gint gst_ffs_receiver_cancel (GstFfsReceiver * self, GstClockTime timeout);

gint gst_ffs_receiver_queue (GstFfsReceiver * self, GstBuffer * buffer,
    const GstFfsFrameLayout * layout, GstFfsCall * call);
guint64 gst_ffs_receiver_get_ended (GstFfsReceiver * self);
gint gst_ffs_receiver_wait (GstFfsReceiver * self, guint64 ended);

void gst_ffs_receiver_add_stats (GstFfsReceiver * self, GstStructure * s);

G_END_DECLS

#endif /* __GST_FFS_RECEIVER_H__ */
