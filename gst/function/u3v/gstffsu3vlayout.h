/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_LAYOUT_H__
#define __GST_FFS_U3V_LAYOUT_H__

#include "function/gstffsprofile.h"
#include "gstffsu3vregisters.h"

G_BEGIN_DECLS

GstFfsU3vRegisters *gst_ffs_u3v_layout_new (const GstFfsIdentity * identity,
    const gchar * xml, gboolean has_rate, guint n_controls);

G_END_DECLS

#endif /* __GST_FFS_U3V_LAYOUT_H__ */
