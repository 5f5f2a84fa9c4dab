/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SENSOR_H__
#define __GST_FFS_SENSOR_H__

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
} GstFfsSensor;

void gst_ffs_sensor_init (GstFfsSensor * self, GstElement * sink);
void gst_ffs_sensor_clear (GstFfsSensor * self);

void gst_ffs_sensor_watch (GstFfsSensor * self);
void gst_ffs_sensor_start (GstFfsSensor * self);
void gst_ffs_sensor_release (GstFfsSensor * self);
void gst_ffs_sensor_idle (GstFfsSensor * self, GstPad * sinkpad);
GstEvent *gst_ffs_sensor_send_event (GstFfsSensor * self, GstPad * sinkpad,
    GstEvent * event);
void gst_ffs_sensor_new_upstream (GstFfsSensor * self);
void gst_ffs_sensor_let_go (GstFfsSensor * self);

G_END_DECLS

#endif /* __GST_FFS_SENSOR_H__ */
