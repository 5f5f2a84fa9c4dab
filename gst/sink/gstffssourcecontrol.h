/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SOURCE_CONTROL_H__
#define __GST_FFS_SOURCE_CONTROL_H__

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct
{
  GstElement *sink;             /* unowned: what this is a part of */

  GMutex lock;
  GCond done;
  GstElement *source;           /* NULL while it is not ours to stop */
  gboolean wanted;              /* by the host */
  gboolean unsuitable;          /* this upstream is not to be stopped */
  gboolean stopped;
  gboolean ended;               /* the stream, by an event to the pipeline */
  gboolean busy;                /* the worker is under way */
} GstFfsSourceControl;

void gst_ffs_source_control_init (GstFfsSourceControl * self, GstElement * sink);
void gst_ffs_source_control_clear (GstFfsSourceControl * self);

void gst_ffs_source_control_watch (GstFfsSourceControl * self);
void gst_ffs_source_control_start (GstFfsSourceControl * self);
void gst_ffs_source_control_release (GstFfsSourceControl * self);
void gst_ffs_source_control_idle (GstFfsSourceControl * self, GstPad * sinkpad);
GstEvent *gst_ffs_source_control_send_event (GstFfsSourceControl * self, GstPad * sinkpad,
    GstEvent * event);
void gst_ffs_source_control_new_upstream (GstFfsSourceControl * self);
void gst_ffs_source_control_let_go (GstFfsSourceControl * self);

G_END_DECLS

#endif /* __GST_FFS_SOURCE_CONTROL_H__ */
