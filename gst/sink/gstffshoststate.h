/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_HOST_STATE_H__
#define __GST_FFS_HOST_STATE_H__

#include "function/gstffspresence.h"
#include "gstffssettings.h"
#include "gstffsstream.h"

G_BEGIN_DECLS

/**
 * GstFfsHostState:
 *
 * Embedded in the element; fields are private to gstffshoststate.c.
 */
typedef struct
{
  GstBaseSink *sink;            /* unowned */
  gboolean own;                 /* the element serves ep0; constant while open */

  GstFfsPresence presence;
  gint told_dropped;            /* atomic: a frame was, since it was wanted */

  /* Streaming thread. */
  gboolean upstream_live;       /* for the last frame without a host */

  GMutex lock;
  GCond cond;
  GstFfsIdlePolicy policy;
  GstFfsStream *stream;         /* unowned; while one is open */
  gboolean wanted;              /* atomic for those without the lock */
  gboolean flushing;
  gboolean ending;              /* the stream is, so frames do not wait */
  guint64 n_without_host;
  guint64 n_unfit;
} GstFfsHostState;

void gst_ffs_host_state_init (GstFfsHostState * self, GstBaseSink * sink);
void gst_ffs_host_state_clear (GstFfsHostState * self);

void gst_ffs_host_state_open (GstFfsHostState * self, gboolean own);
void gst_ffs_host_state_set_stream (GstFfsHostState * self,
    GstFfsStream * stream);
void gst_ffs_host_state_close (GstFfsHostState * self);
void gst_ffs_host_state_set_policy (GstFfsHostState * self,
    GstFfsIdlePolicy policy);

void gst_ffs_host_state_set_wanted (GstFfsHostState * self, gboolean wanted);
void gst_ffs_host_state_set_flushing (GstFfsHostState * self, gboolean flushing);
void gst_ffs_host_state_set_ending (GstFfsHostState * self, gboolean ending);

gboolean gst_ffs_host_state_is_wanted (GstFfsHostState * self);
GstFfsMeaning gst_ffs_host_state_wait (GstFfsHostState * self, gint * err);
void gst_ffs_host_state_pause (GstFfsHostState * self);
gboolean gst_ffs_host_state_drops (GstFfsHostState * self);
void gst_ffs_host_state_tell_dropped (GstFfsHostState * self);
void gst_ffs_host_state_count_drop (GstFfsHostState * self, gboolean unfit);

GstFfsMeaning gst_ffs_host_state_refused (GstFfsHostState * self,
    gboolean again);
void gst_ffs_host_state_add_stats (GstFfsHostState * self, GstStructure * s);

/**
 * GstFfsHost:
 *
 * Embedded in the element; fields are private to gstffshoststate.c.
 */
typedef struct
{
  GstBaseSink *sink;            /* unowned, like the other one */
  GstFfsHostState *state;
  gint check_fit;               /* atomic: caps may fit now */

  GstFfsProfile *profile;       /* nullable; under the sink's object lock */

  GMutex lock;
  GstFfsStream *stream;         /* unowned; while one is open */
} GstFfsHost;

void gst_ffs_host_init (GstFfsHost * self, GstBaseSink * sink,
    GstFfsHostState * state);
void gst_ffs_host_clear (GstFfsHost * self);

void gst_ffs_host_open (GstFfsHost * self, GstFfsStream * stream);
void gst_ffs_host_close (GstFfsHost * self);

void gst_ffs_host_set_profile (GstFfsHost * self, GstFfsProfile * profile);
GstFfsProfile *gst_ffs_host_get_profile (GstFfsHost * self);
gboolean gst_ffs_host_is_own (GstFfsHost * self);
void gst_ffs_host_set_check_fit (GstFfsHost * self);
gboolean gst_ffs_host_take_check_fit (GstFfsHost * self);

void gst_ffs_host_halt (GstFfsHost * self);
void gst_ffs_host_resume (GstFfsHost * self);
void gst_ffs_host_set_streaming (gboolean streaming, gpointer host);
void gst_ffs_host_renegotiate (gpointer host);
void gst_ffs_host_set_enabled (gboolean enabled, gpointer host);
GstClockTime gst_ffs_host_get_waiting (gpointer host);

G_END_DECLS

#endif /* __GST_FFS_HOST_STATE_H__ */
