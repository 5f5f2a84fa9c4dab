/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_STREAM_H__
#define __GST_FFS_STREAM_H__

#include "gstffsframe.h"
#include "transport/gstffsqueue.h"

G_BEGIN_DECLS

typedef struct _GstFfsStream GstFfsStream;

/**
 * GstFfsStreamResult:
 * @meaning: the meaning of @err
 * @call: the call that failed
 * @err: its errno
 * @reason: why the frame was, or would have to be, copied
 *
 * Result of sending a frame.
 */
typedef struct
{
  GstFfsMeaning meaning;
  GstFfsCall call;
  gint err;
  GstFfsCopyReason reason;
} GstFfsStreamResult;

/**
 * GstFfsStreamDoneFunc:
 * @frame: the frame's number
 * @err: 0, or the errno of a frame that did not arrive
 * @user_data: as given
 *
 * Called for each queued frame that did not arrive, and for the first one that
 * arrives after such a frame, after a halt, or at a new host. Called after the
 * release, from any thread, with no lock held.
 */
typedef void (*GstFfsStreamDoneFunc) (guint64 frame, gint err,
    gpointer user_data);

GstFfsStream *gst_ffs_stream_new (GstFfsEndpoint * ep,
    GstAllocator * allocator, GstFfsStreamDoneFunc done, gpointer user_data);
gboolean gst_ffs_stream_close (GstFfsStream * self, GstClockTime timeout);
void gst_ffs_stream_free (GstFfsStream * self);

const gchar *gst_ffs_stream_get_name (GstFfsStream * self);
gboolean gst_ffs_stream_is_enabled (GstFfsStream * self);
gint gst_ffs_stream_probe (GstFfsStream * self);
guint gst_ffs_stream_take_lost (GstFfsStream * self);
void gst_ffs_stream_set_disabled (GstFfsStream * self);
gboolean gst_ffs_stream_is_zero_copy (GstFfsStream * self);

gboolean gst_ffs_stream_needs_headroom (GstFfsStream * self);
GstClockTime gst_ffs_stream_get_waiting (GstFfsStream * self);

void gst_ffs_stream_set_max_in_flight (GstFfsStream * self, guint max);
void gst_ffs_stream_set_flushing (GstFfsStream * self, gboolean flushing);

void gst_ffs_stream_halt (GstFfsStream * self, GstClockTime timeout);
void gst_ffs_stream_resume (GstFfsStream * self);

gint gst_ffs_stream_wait_slot (GstFfsStream * self);
void gst_ffs_stream_send (GstFfsStream * self, GstBuffer * buffer,
    guint64 frame, GstFfsStreamPolicy * policy, GstFfsStreamResult * result);
void gst_ffs_stream_abandon (GstFfsStream * self);

gint gst_ffs_stream_drain (GstFfsStream * self, GstClockTime timeout);
gint gst_ffs_stream_cancel (GstFfsStream * self, GstClockTime timeout);
gint gst_ffs_stream_give_back (GstFfsStream * self, GstClockTime timeout);

void gst_ffs_stream_add_stats (GstFfsStream * self, GstStructure * s);

G_END_DECLS

#endif /* __GST_FFS_STREAM_H__ */
