/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SOURCE_CONTROL_H__
#define __GST_FFS_SOURCE_CONTROL_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsSourceControl:
 *
 * Embedded in the bin; fields are private to gstffssourcecontrol.c.
 */
typedef struct
{
  GstElement *bin;              /* unowned; the bin */

  GMutex lock;
  GCond done;
  GstElement *source;           /* NULL unless it may be stopped */
  GstPad *sinkpad;              /* sink pad of its frames */
  gboolean wanted;              /* demand of the host */
  gboolean stopped;
  gboolean ended;               /* EOS was sent to the bin */
  gboolean busy;                /* the worker runs */
} GstFfsSourceControl;

void gst_ffs_source_control_init (GstFfsSourceControl * self, GstElement * bin);
void gst_ffs_source_control_clear (GstFfsSourceControl * self);

void gst_ffs_source_control_start (GstFfsSourceControl * self);
void gst_ffs_source_control_release (GstFfsSourceControl * self);
void gst_ffs_source_control_idle (GstFfsSourceControl * self, GstPad * sinkpad);
gboolean gst_ffs_source_control_end (GstFfsSourceControl * self,
    GstEvent * event);
void gst_ffs_source_control_new_stream (GstFfsSourceControl * self);
void gst_ffs_source_control_finish (GstFfsSourceControl * self);

G_END_DECLS

#endif /* __GST_FFS_SOURCE_CONTROL_H__ */
