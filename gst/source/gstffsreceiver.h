/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_RECEIVER_H__
#define __GST_FFS_RECEIVER_H__

#include <gst/gst.h>

#include "function/gstffsprofile.h"
#include "transport/gstffsendpoint.h"
#include "transport/gstffserror.h"

G_BEGIN_DECLS

typedef struct _GstFfsReceiver GstFfsReceiver;

/**
 * GstFfsReceived:
 * @buffer: (nullable): the frame, owned; %NULL: the host has said that no more
 * frames come
 * @size: bytes of it
 * @head: what the host said about it
 * @discont: whether something is missing ahead of it
 *
 * What the host has sent.
 */
typedef struct
{
  GstBuffer *buffer;
  gsize size;
  GstFfsHead head;
  gboolean discont;
} GstFfsReceived;

GstFfsReceiver *gst_ffs_receiver_new (GstFfsEndpoint * ep,
    GstAllocator * allocator, GstFfsProfile * profile);
gboolean gst_ffs_receiver_close (GstFfsReceiver * self, GstClockTime timeout);
void gst_ffs_receiver_free (GstFfsReceiver * self);

GstFfsEndpoint *gst_ffs_receiver_get_endpoint (GstFfsReceiver * self);
void gst_ffs_receiver_set_flushing (GstFfsReceiver * self, gboolean flushing);
gint gst_ffs_receiver_halt (GstFfsReceiver * self, GstClockTime timeout);
void gst_ffs_receiver_resume (GstFfsReceiver * self);

gint gst_ffs_receiver_queue (GstFfsReceiver * self, GstBuffer * buffer,
    const GstFfsFrameLayout * layout, GstFfsCall * call);
guint gst_ffs_receiver_get_in_flight (GstFfsReceiver * self);
gboolean gst_ffs_receiver_is_idle (GstFfsReceiver * self);
gboolean gst_ffs_receiver_has_items (GstFfsReceiver * self);
guint64 gst_ffs_receiver_get_ended (GstFfsReceiver * self);
gboolean gst_ffs_receiver_take (GstFfsReceiver * self, GstFfsReceived * item);
gint gst_ffs_receiver_wait (GstFfsReceiver * self, guint64 ended);

void gst_ffs_receiver_add_stats (GstFfsReceiver * self, GstStructure * s);

G_END_DECLS

#endif /* __GST_FFS_RECEIVER_H__ */
