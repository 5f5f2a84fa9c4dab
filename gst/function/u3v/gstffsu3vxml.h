/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_XML_H__
#define __GST_FFS_U3V_XML_H__

#include "function/gstffscontrols.h"
#include "function/gstffsprofile.h"
#include "gstffsu3voffer.h"

G_BEGIN_DECLS

gchar *gst_ffs_u3v_xml_new (const GstFfsIdentity * identity,
    GstFfsU3vOffer * offer, const GstFfsControl * controls, guint n_controls);

G_END_DECLS

#endif /* __GST_FFS_U3V_XML_H__ */
