/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private parts of GstFfsQueue, shared by its three files.
 */

#ifndef __GST_FFS_QUEUE_PRIVATE_H__
#define __GST_FFS_QUEUE_PRIVATE_H__

#include "gstffsqueue.h"
#include "gstffsring.h"

G_BEGIN_DECLS

#define GST_FFS_QUEUE_NONE G_MAXUINT64

/* One submission: a transfer, or several with one fence. */
typedef struct
{
  guint64 frame;                /* place of the frame */
  guint n_pieces;
  guint n_transfers;
  gsize length;
  gint sync_file;               /* sync_file, or -1; owned */
  gboolean own_fence;           /* fence of this transfer only */
  gboolean over;
  gint status;                  /* then: 0 or more, or a negative errno */
  gsize actual;                 /* and bytes, or GST_FFS_LENGTH_UNKNOWN */
} GstFfsQueueTransfer;

/* A segment of a transfer. */
typedef struct
{
  GstBuffer *buffer;            /* owned */
  GstFfsAttachment *att;        /* in use */
} GstFfsQueueHeld;

typedef struct
{
  guint64 number;
  GstFfsFrameTag tag;
  GstClockTime start;
  guint n_under_way;            /* transfers */
  gboolean complete;            /* fully queued */
  gint err;                     /* first error */
} GstFfsQueueFrame;

struct _GstFfsQueue
{
  GstFfsEndpoint *ep;
  GstFfsAttachments *attachments;
  gpointer user_data;
  GThread *thread;
  GstPoll *foreign;             /* waits for other devices' fences */
  gboolean can_submit;          /* the kernel has SUBMIT */
  gboolean can_end;             /* SUBMIT takes several transfers */

  /* Streaming thread: progress of the current frame, and its host. */
  guint64 open_frame;
  guint open_pieces;
  gint64 finish_by;             /* of its rest while flushing, or 0 */
  guint open_connection;
  guint64 n_calls;
  gboolean by_reap;             /* how to learn the end of the last one */
  guint last_max;               /* in flight before it */

  GMutex lock;
  GCond more;                   /* for the queue's thread */
  GCond changed;                /* for all others */
  GstFfsFrameDoneFunc done;
  GstFfsReceivedFunc received;  /* of an OUT endpoint, else NULL */
  guint64 n_ended;              /* transfers reported as ended */
  GstFfsRing transfers;         /* GstFfsQueueTransfer */
  GstFfsRing held;              /* GstFfsQueueHeld, the pieces of all of them */
  GstFfsRing frames;            /* GstFfsQueueFrame */
  guint64 unsure;               /* transfer being queued, or GST_FFS_QUEUE_NONE */
  guint releasing;              /* threads that release buffers now */

  guint max;
  gboolean full;
  gboolean flushing;
  gboolean halted;              /* nothing may be queued */
  gboolean claimed;             /* a thread submits or cancels */
  gboolean cancelled;           /* the transfers in the FIFO were cancelled */
  gboolean stop;
  guint n_waiting;              /* for something to change */
  guint n_waiting_slot;
  gboolean idle;                /* the queue's thread waits, and is not woken */

  gboolean reap;                /* ends are learnt by REAP */
  gboolean parked;              /* threads must not enter REAP */
  guint n_reaping;
  guint n_reaping_slot;         /* of these, those that wait for a slot */
  guint32 kicks;

  guint arrived;                /* connection of the last arrived frame, or 0 */
  GstFfsQueueStats stats;
  GstClockTime last_end;        /* of a frame */
};

void gst_ffs_queue_unref (GstFfsQueue * self);
gpointer gst_ffs_queue_thread (gpointer data);

/* Call with the lock held; may be dropped meanwhile. */
gboolean gst_ffs_queue_wait_change (GstFfsQueue * self, gint64 deadline);
void gst_ffs_queue_wake_slot (GstFfsQueue * self);
void gst_ffs_queue_wake_idle (GstFfsQueue * self);
gboolean gst_ffs_queue_is_empty (GstFfsQueue * self);
gint gst_ffs_queue_reap (GstFfsQueue * self, gint64 timeout_ns,
    gboolean for_slot);
void gst_ffs_queue_park (GstFfsQueue * self);
void gst_ffs_queue_unpark (GstFfsQueue * self);
void gst_ffs_queue_update_full (GstFfsQueue * self);
gboolean gst_ffs_queue_may_finish (GstFfsQueue * self);
void gst_ffs_queue_wake (GstFfsQueue * self);
void gst_ffs_queue_end_frames (GstFfsQueue * self);

G_END_DECLS

#endif /* __GST_FFS_QUEUE_PRIVATE_H__ */
