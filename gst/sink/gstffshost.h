/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_HOST_H__
#define __GST_FFS_HOST_H__

#include "gstffshoststate.h"
#include "gstffssourcecontrol.h"

G_BEGIN_DECLS

/**
 * GstFfsHost:
 *
 * A part of the element; its fields are gstffshost.c's own.
 */
typedef struct
{
  GstBaseSink *sink;            /* unowned, like the other two */
  GstFfsHostState *presence;
  GstFfsSourceControl *sensor;
  gint check_fit;               /* atomic: frames may be what it wants now */

  GstFfsProfile *profile;       /* nullable; under the sink's object lock */

  GMutex lock;
  GstFfsStream *stream;         /* unowned; while one is open */
} GstFfsHost;

void gst_ffs_host_init (GstFfsHost * self, GstBaseSink * sink,
    GstFfsHostState * presence, GstFfsSourceControl * sensor);
void gst_ffs_host_clear (GstFfsHost * self);

void gst_ffs_host_open (GstFfsHost * self, GstFfsStream * stream,
    GstFfsProfile * profile);
void gst_ffs_host_close (GstFfsHost * self);

GstFfsProfile *gst_ffs_host_get_profile (GstFfsHost * self);
void gst_ffs_host_set_check_fit (GstFfsHost * self);
gboolean gst_ffs_host_take_check_fit (GstFfsHost * self);

void gst_ffs_host_set_streaming (gboolean streaming, gpointer host);
void gst_ffs_host_set_enabled (gboolean enabled, gpointer host);
GstClockTime gst_ffs_host_get_waiting (gpointer host);

G_END_DECLS

#endif /* __GST_FFS_HOST_H__ */
