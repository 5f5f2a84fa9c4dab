/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_PRESENCE_H__
#define __GST_FFS_PRESENCE_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsPresence:
 *
 * Embedded in what tracks the host; fields are private to gstffspresence.c.
 */
typedef struct
{
  GstElement *element;          /* unowned */
  gint connected;               /* atomic; written with the object lock held */
  gint streaming;               /* the same */
  guint64 n_connections;        /* under the object lock */
} GstFfsPresence;

void gst_ffs_presence_init (GstFfsPresence * self, GstElement * element);
void gst_ffs_presence_reset (GstFfsPresence * self);

void gst_ffs_presence_set_connected (GstFfsPresence * self,
    gboolean connected);
void gst_ffs_presence_set_streaming (GstFfsPresence * self,
    gboolean streaming);
gboolean gst_ffs_presence_is_connected (GstFfsPresence * self);
gboolean gst_ffs_presence_is_streaming (GstFfsPresence * self);
void gst_ffs_presence_add_stats (GstFfsPresence * self, GstStructure * s);

G_END_DECLS

#endif /* __GST_FFS_PRESENCE_H__ */
