/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_PRESENCE_H__
#define __GST_FFS_PRESENCE_H__

#include "gstffsenums.h"
#include "gstffsstream.h"

G_BEGIN_DECLS

/**
 * GstFfsPresence:
 *
 * A part of the element; its fields are gstffspresence.c's own.
 */
typedef struct
{
  GstBaseSink *sink;            /* unowned */
  gboolean own;                 /* ep0 is ours; does not change while open */

  /* Under the sink's object lock. */
  gboolean connected;
  gboolean streaming;

  /* Streaming thread. */
  gboolean upstream_live;
  gboolean latency_known;

  GMutex lock;
  GCond cond;
  GstFfsIdlePolicy policy;
  GstFfsStream *stream;         /* unowned; while one is open */
  gboolean wanted;
  gboolean flushing;
  guint64 n_without_host;
  guint64 n_unfit;
  guint64 n_connections;
} GstFfsPresence;

void gst_ffs_presence_init (GstFfsPresence * self, GstBaseSink * sink);
void gst_ffs_presence_clear (GstFfsPresence * self);

void gst_ffs_presence_open (GstFfsPresence * self, gboolean own);
void gst_ffs_presence_set_stream (GstFfsPresence * self,
    GstFfsStream * stream);
void gst_ffs_presence_close (GstFfsPresence * self);
void gst_ffs_presence_set_policy (GstFfsPresence * self,
    GstFfsIdlePolicy policy);
void gst_ffs_presence_forget_latency (GstFfsPresence * self);

void gst_ffs_presence_set_connected (GstFfsPresence * self,
    gboolean connected);
void gst_ffs_presence_set_streaming (GstFfsPresence * self,
    gboolean streaming);
void gst_ffs_presence_set_wanted (GstFfsPresence * self, gboolean wanted);
void gst_ffs_presence_set_flushing (GstFfsPresence * self, gboolean flushing);

gboolean gst_ffs_presence_is_wanted (GstFfsPresence * self);
GstFfsMeaning gst_ffs_presence_wait (GstFfsPresence * self, gint * err);
gboolean gst_ffs_presence_drops (GstFfsPresence * self);
gboolean gst_ffs_presence_stops (GstFfsPresence * self);
void gst_ffs_presence_count_drop (GstFfsPresence * self, gboolean unfit);

void gst_ffs_presence_add_stats (GstFfsPresence * self, GstStructure * s);

G_END_DECLS

#endif /* __GST_FFS_PRESENCE_H__ */
