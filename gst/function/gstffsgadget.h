/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_GADGET_H__
#define __GST_FFS_GADGET_H__

#include "gstffsprofile.h"

G_BEGIN_DECLS

typedef struct _GstFfsGadget GstFfsGadget;

/**
 * GstFfsPlace:
 * @gadget: name of the gadget in configfs
 * @instance: (nullable): name of the function, %NULL for the gadget's name
 * @n_functions: number of functions of the gadget when it is bound
 *
 * A function in a gadget.
 */
typedef struct
{
  const gchar *gadget;
  const gchar *instance;
  guint n_functions;
} GstFfsPlace;

GstFfsGadget *gst_ffs_gadget_new (const GstFfsPlace * place,
    const gchar * directory, const GstFfsIdentity * identity,
    const GstFfsFunctionDesc * desc, GError ** error);
gboolean gst_ffs_gadget_leads (GstFfsGadget * self);
const gchar *gst_ffs_gadget_get_directory (GstFfsGadget * self);
gboolean gst_ffs_gadget_bind (GstFfsGadget * self, const gchar * udc,
    GError ** error);
void gst_ffs_gadget_unbind (GstFfsGadget * self);
void gst_ffs_gadget_free (GstFfsGadget * self);

G_END_DECLS

#endif /* __GST_FFS_GADGET_H__ */
