/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SRC_HOST_H__
#define __GST_FFS_SRC_HOST_H__

#include <gst/gst.h>

#include "function/gstffspresence.h"
#include "gstffsreceiver.h"

G_BEGIN_DECLS

/**
 * GstFfsSrcHost:
 * @element: (unowned): the element with the properties
 * @own: whether the element serves ep0
 * @receiver: (nullable): the receiver; written with both locks held
 * @wanted: whether the host has started a stream; with an application's ep0
 * always
 * @n_started: number of streams that it has started
 * @n_users: threads of the profile that use @receiver
 * @flushing: whether waits end
 * @presence: the properties
 *
 * What the host does.
 */
typedef struct
{
  GstElement *element;
  GMutex lock;
  GCond cond;
  gboolean own;
  GstFfsReceiver *receiver;
  guint n_users;
  gboolean wanted;
  guint n_started;
  gboolean flushing;
  GstFfsPresence presence;
} GstFfsSrcHost;

void gst_ffs_src_host_init (GstFfsSrcHost * self, GstElement * element);
void gst_ffs_src_host_clear (GstFfsSrcHost * self);
void gst_ffs_src_host_open (GstFfsSrcHost * self, GstFfsReceiver * receiver,
    gboolean own);
void gst_ffs_src_host_close (GstFfsSrcHost * self);
void gst_ffs_src_host_set_flushing (GstFfsSrcHost * self, gboolean flushing);

GstFfsMeaning gst_ffs_src_host_wait (GstFfsSrcHost * self, guint * n_started,
    gint * err);
void gst_ffs_src_host_pause (GstFfsSrcHost * self, GstClockTime time);
void gst_ffs_src_host_ignore (GstFfsSrcHost * self, guint n_started);
void gst_ffs_src_host_tell_layout (GstFfsSrcHost * self, guint n_started,
    GstFfsProfile * profile, const GstFfsFrameLayout * layout);

/* Callbacks of the profile; the host is their user_data. */
void gst_ffs_src_host_on_streaming (gboolean streaming, gpointer host);
void gst_ffs_src_host_on_enabled (gboolean enabled, gpointer host);

G_END_DECLS

#endif /* __GST_FFS_SRC_HOST_H__ */
