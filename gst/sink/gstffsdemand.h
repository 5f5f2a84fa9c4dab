/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_DEMAND_H__
#define __GST_FFS_DEMAND_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsDemand:
 * @GST_FFS_DEMAND_NONE: the message is about something else
 * @GST_FFS_DEMAND_WANTED: a host wants frames from now on
 * @GST_FFS_DEMAND_UNWANTED: it does not any more
 * @GST_FFS_DEMAND_DROPPED: a live source makes some all the same
 *
 * What a sink says about whether frames are wanted.
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
