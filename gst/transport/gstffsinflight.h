/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_IN_FLIGHT_H__
#define __GST_FFS_IN_FLIGHT_H__

#include <gst/gst.h>

#include "gstffsattachments.h"
#include "gstffsendpoint.h"
#include "gstffstransfercounter.h"

G_BEGIN_DECLS

typedef struct _GstFfsInFlight GstFfsInFlight;

/**
 * GstFfsTransfer:
 * @buffer: what keeps the memory, owned
 * @att: the attachment in use
 * @sync_file: of its fence, or -1; owned
 * @own_fence: whether that fence is of this transfer and no other
 * @joined: whether this is a further segment of the transfer ahead of it, with
 * the same fence
 * @length: bytes of the whole transfer
 * @frame: the frame's number
 * @first: whether it begins the frame
 * @last: whether it ends the frame
 *
 * A transfer that the kernel has accepted, or a segment of it.
 */
typedef struct
{
  GstBuffer *buffer;
  GstFfsAttachment *att;
  gint sync_file;
  gboolean own_fence;
  gboolean joined;
  gsize length;
  guint64 frame;
  gboolean first;
  gboolean last;
} GstFfsTransfer;

/**
 * GstFfsFrameDoneFunc:
 * @frame: the frame's number
 * @err: 0, or the errno of the first of its transfers that failed
 * @user_data: as given
 *
 * Called from the fence thread after the frame's buffer was released, with
 * no lock held.
 */
typedef void (*GstFfsFrameDoneFunc) (guint64 frame, gint err,
    gpointer user_data);

GstFfsInFlight *gst_ffs_in_flight_new (GstFfsEndpoint * ep,
    GstFfsAttachments * attachments, GstFfsFrameDoneFunc done,
    gpointer user_data);
gboolean gst_ffs_in_flight_shutdown (GstFfsInFlight * self,
    GstClockTime timeout, GstFfsTransferStats * stats);

void gst_ffs_in_flight_set_max (GstFfsInFlight * self, guint max);
void gst_ffs_in_flight_set_flushing (GstFfsInFlight * self,
    gboolean flushing);

void gst_ffs_in_flight_push (GstFfsInFlight * self,
    const GstFfsTransfer * segments, guint n_segments);
void gst_ffs_in_flight_end_frame (GstFfsInFlight * self, guint64 frame);

gint gst_ffs_in_flight_wait_slot (GstFfsInFlight * self);
gint gst_ffs_in_flight_wait_idle (GstFfsInFlight * self, GstMemory * mem);
gint gst_ffs_in_flight_drain (GstFfsInFlight * self, GstClockTime timeout);
gint gst_ffs_in_flight_cancel (GstFfsInFlight * self, GstClockTime timeout);

GstClockTime gst_ffs_in_flight_get_waiting (GstFfsInFlight * self);
void gst_ffs_in_flight_get_stats (GstFfsInFlight * self,
    GstFfsTransferStats * stats);

G_END_DECLS

#endif /* __GST_FFS_IN_FLIGHT_H__ */
