/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_PACKETS_H__
#define __GST_FFS_U3V_PACKETS_H__

#include "gstffsu3vmap.h"
#include "gstffsu3voffer.h"

G_BEGIN_DECLS

void gst_ffs_u3v_leader (guint8 * data, guint64 number, guint64 timestamp,
    const GstFfsU3vSelection * selection);
void gst_ffs_u3v_trailer (guint8 * data, guint64 number, guint16 status,
    guint64 valid_size, guint height);

G_END_DECLS

#endif /* __GST_FFS_U3V_PACKETS_H__ */
