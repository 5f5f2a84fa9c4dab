/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_QUEUE_H__
#define __GST_FFS_QUEUE_H__

#include <gst/gst.h>

#include "gstffsattachments.h"
#include "gstffsendpoint.h"
#include "gstffserror.h"

G_BEGIN_DECLS

typedef struct _GstFfsQueue GstFfsQueue;

/* Segments of a frame: GStreamer's limit of memories in a buffer, plus
 * headers, leader and trailer. */
#define GST_FFS_MAX_PIECES 24

/**
 * GstFfsPiece:
 * @memory: (unowned): memory of a dmabuf
 * @offset: offset in the dmabuf; 0 without SUBMIT
 * @length: bytes to send
 * @owner: (unowned): the buffer to reference until the fence has signalled;
 * owns @memory
 * @more: whether the next piece belongs to the same transfer; %FALSE without
 * SUBMIT
 * @first: index of the first memory in the owner, for the creator
 * @n_memories: number of consecutive memories, for the creator
 * @reason: why they must be copied, or 0, for the creator
 *
 * A segment of a frame, to be sent in place or copied.
 */
typedef struct
{
  GstMemory *memory;
  gsize offset;
  gsize length;
  GstBuffer *owner;
  gboolean more;
  guint first;
  guint n_memories;
  guint reason;
} GstFfsPiece;

/**
 * GstFfsFrameTag:
 * @kind: a number
 * @size: another one
 *
 * The caller's data for the callback of a frame.
 */
typedef struct
{
  guint kind;
  gsize size;
} GstFfsFrameTag;

/**
 * GstFfsFrameDoneFunc:
 * @frame: the frame's number
 * @tag: as given
 * @err: 0, or the errno of the first of its transfers that failed, or
 * ECANCELED if it was abandoned half queued
 * @user_data: as given
 *
 * Called for each queued frame that did not arrive, and for the first one that
 * arrives after such a frame, after gst_ffs_queue_cancel(), or at a new host.
 * Not called for further frames that complete without an error. Called after
 * the release of the frame's buffers, from the queue's thread or a thread that
 * waits in the queue, with no lock held.
 */
typedef void (*GstFfsFrameDoneFunc) (guint64 frame, const GstFfsFrameTag * tag,
    gint err, gpointer user_data);

/* For kernels that do not report how much an OUT transfer has received. */
#define GST_FFS_LENGTH_UNKNOWN G_MAXSIZE

/**
 * GstFfsReceivedFunc:
 * @buffer: (transfer full): the owner of the pieces
 * @tag: the frame's tag
 * @err: 0, or the errno of the transfer; ECANCELED if the queue cancelled it
 * @actual: received bytes, or %GST_FFS_LENGTH_UNKNOWN
 * @user_data: the user_data of gst_ffs_queue_new()
 *
 * Called for each ended transfer of an OUT endpoint, in the order of submission
 * and one at a time, from the queue's thread or a thread that waits in the
 * queue, with no lock held.
 */
typedef void (*GstFfsReceivedFunc) (GstBuffer * buffer,
    const GstFfsFrameTag * tag, gint err, gsize actual, gpointer user_data);

/**
 * GstFfsQueueStats:
 * @queued: transfers submitted to the kernel
 * @completed: transfers that ended without an error
 * @failed: transfers that failed while the host was connected
 * @cancelled: transfers cancelled by a disconnect or by the queue
 * @bytes: bytes of completed transfers
 * @in_flight: frames in flight now
 * @in_flight_max: maximum number of frames in flight
 * @frames: frames released
 * @lost: frames among them lost while the host was connected
 * @latency_last: time from submission to release of the last frame, ns
 * @latency_max: maximum of these
 * @latency_sum: sum of these
 */
typedef struct
{
  guint64 queued;
  guint64 completed;
  guint64 failed;
  guint64 cancelled;
  guint64 bytes;
  guint in_flight;
  guint in_flight_max;
  guint64 frames;
  guint64 lost;
  GstClockTime latency_last;
  GstClockTime latency_max;
  GstClockTime latency_sum;
} GstFfsQueueStats;

GstFfsQueue *gst_ffs_queue_new (GstFfsEndpoint * ep, guint max_attachments,
    GstFfsFrameDoneFunc done, gpointer user_data);
gboolean gst_ffs_queue_shutdown (GstFfsQueue * self, GstClockTime timeout,
    GstFfsQueueStats * stats, GstFfsAttachmentsStats * attachments);

void gst_ffs_queue_set_received_func (GstFfsQueue * self,
    GstFfsReceivedFunc received);
void gst_ffs_queue_set_max_in_flight (GstFfsQueue * self, guint max);
void gst_ffs_queue_set_flushing (GstFfsQueue * self, gboolean flushing);

void gst_ffs_queue_halt (GstFfsQueue * self);
void gst_ffs_queue_resume (GstFfsQueue * self);

gint gst_ffs_queue_wait (GstFfsQueue * self);
gint gst_ffs_queue_begin (GstFfsQueue * self);
void gst_ffs_queue_claim (GstFfsQueue * self);
void gst_ffs_queue_unclaim (GstFfsQueue * self);
gint gst_ffs_queue_wait_ended (GstFfsQueue * self, guint64 ended);
guint64 gst_ffs_queue_get_ended (GstFfsQueue * self);
gint gst_ffs_queue_wait_idle (GstFfsQueue * self, GstMemory * memory);
gint gst_ffs_queue_submit (GstFfsQueue * self, guint64 frame,
    const GstFfsFrameTag * tag, const GstFfsPiece * pieces, guint n_pieces,
    GstFfsCall * failed_call);
gboolean gst_ffs_queue_abandon (GstFfsQueue * self);
gint gst_ffs_queue_drain (GstFfsQueue * self, GstClockTime timeout);
gint gst_ffs_queue_cancel (GstFfsQueue * self, GstClockTime timeout);
gint gst_ffs_queue_drop_attachments (GstFfsQueue * self);

GstClockTime gst_ffs_queue_get_waiting (GstFfsQueue * self);
void gst_ffs_queue_get_stats (GstFfsQueue * self, GstFfsQueueStats * stats,
    GstFfsAttachmentsStats * attachments);

G_END_DECLS

#endif /* __GST_FFS_QUEUE_H__ */
