/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_GADGET_H__
#define __GST_FFS_GADGET_H__

#include "gstffsprofile.h"

G_BEGIN_DECLS

typedef struct _GstFfsGadget GstFfsGadget;

GstFfsGadget *gst_ffs_gadget_new (const gchar * name, const gchar * directory,
    const GstFfsIdentity * identity, const GstFfsFunctionDesc * desc,
    GError ** error);
const gchar *gst_ffs_gadget_get_directory (GstFfsGadget * self);
gboolean gst_ffs_gadget_bind (GstFfsGadget * self, const gchar * udc,
    GError ** error);
void gst_ffs_gadget_unbind (GstFfsGadget * self);
void gst_ffs_gadget_free (GstFfsGadget * self);

G_END_DECLS

#endif /* __GST_FFS_GADGET_H__ */
