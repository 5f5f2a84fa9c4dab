/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_OPEN_H__
#define __GST_FFS_OPEN_H__

#include "gstffscamera.h"
#include "transport/gstffsendpoint.h"

G_BEGIN_DECLS

/**
 * GstFfsOpened:
 * @allocator: (nullable): makes dmabufs
 * @camera: (nullable): with an ep0 of our own
 * @profile: (nullable): what the camera is
 * @endpoint: where frames go; the stream takes it
 *
 * What the element needs from the system; all of it is owned.
 */
typedef struct
{
  GstAllocator *allocator;
  GstFfsCamera *camera;
  GstFfsProfile *profile;
  GstFfsEndpoint *endpoint;
} GstFfsOpened;

gboolean gst_ffs_open (GstElement * element, GstPad * sinkpad,
    const GstFfsSettings * settings, GstFfsHost * host,
    GstFfsOpened * opened);

void gst_ffs_close (GstFfsOpened * opened);

G_END_DECLS

#endif /* __GST_FFS_OPEN_H__ */
