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
 * @element: (unowned): the element that posts errors
 * @udc: (nullable): the controller to bind to
 * @allocator: (nullable): allocator of dmabufs
 * @profile: (nullable): the profile, if the element serves ep0
 * @gadget: (nullable): the gadget, if the element binds it
 * @function: (nullable): the function, if the element serves ep0
 * @endpoint: (nullable): the stream endpoint, until the receiver takes it
 *
 * What the element has opened. Owns all but @element.
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
