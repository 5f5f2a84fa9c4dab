/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_STANDARD_H__
#define __GST_FFS_U3V_STANDARD_H__

#include "function/gstffscontrols.h"

G_BEGIN_DECLS

#define GST_FFS_U3V_ACQUISITION "AcquisitionControl"
#define GST_FFS_U3V_ANALOG "AnalogControl"
#define GST_FFS_U3V_IMAGE "ImageFormatControl"

gboolean gst_ffs_u3v_standard_has (const gchar * name);
const gchar *gst_ffs_u3v_standard_get_category (const gchar * name);
gboolean gst_ffs_u3v_standard_is_float (const GstFfsControl * control);

G_END_DECLS

#endif /* __GST_FFS_U3V_STANDARD_H__ */
