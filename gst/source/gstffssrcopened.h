/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SRC_OPENED_H__
#define __GST_FFS_SRC_OPENED_H__

#include <gst/gst.h>

#include "function/gstffsfunction.h"
#include "function/gstffsgadget.h"
#include "function/gstffsprofile.h"
#include "gstffssrchost.h"
#include "gstffssrcsettings.h"
#include "transport/gstffsendpoint.h"

G_BEGIN_DECLS

/**
 * GstFfsSrcOpened:
 * @element: (unowned): in whose name to post errors
 * @udc: (nullable): the controller to bind to
 * @allocator: (nullable): makes dmabufs
 * @profile: (nullable): what we are to a host, with an ep0 of our own
 * @gadget: (nullable): the device, if it is ours to bind
 * @function: (nullable): the same of the function
 * @endpoint: where frames come from, until it is taken
 *
 * What the element needs from the system; all but @element is owned.
 */
typedef struct
{
  GstElement *element;
  gchar *udc;
  GstAllocator *allocator;
  GstFfsProfile *profile;
  GstFfsGadget *gadget;
  GstFfsFunction *function;
  GstFfsEndpoint *endpoint;
} GstFfsSrcOpened;

gboolean gst_ffs_src_opened_open (GstFfsSrcOpened * self, GstElement * element,
    GstPad * srcpad, const GstFfsSrcSettings * settings, GstFfsSrcHost * host);
gboolean gst_ffs_src_opened_bind (GstFfsSrcOpened * self);
void gst_ffs_src_opened_unbind (GstFfsSrcOpened * self);
void gst_ffs_src_opened_close (GstFfsSrcOpened * self);

G_END_DECLS

#endif /* __GST_FFS_SRC_OPENED_H__ */
