/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_DEMAND_H__
#define __GST_FFS_DEMAND_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsDemand:
 * @GST_FFS_DEMAND_NONE: another message
 * @GST_FFS_DEMAND_WANTED: a host wants frames from now on
 * @GST_FFS_DEMAND_UNWANTED: the stream has ended
 * @GST_FFS_DEMAND_DROPPED: a live source still produces frames
 *
 * Demand of a sink.
 */
typedef enum
{
  GST_FFS_DEMAND_NONE,
  GST_FFS_DEMAND_WANTED,
  GST_FFS_DEMAND_UNWANTED,
  GST_FFS_DEMAND_DROPPED
} GstFfsDemand;

void gst_ffs_demand_post (GstElement * sink, GstFfsDemand demand);
GstFfsDemand gst_ffs_demand_parse (GstMessage * message);

G_END_DECLS

#endif /* __GST_FFS_DEMAND_H__ */
