/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UDC_H__
#define __GST_FFS_UDC_H__

#include <glib.h>

G_BEGIN_DECLS

gchar *gst_ffs_udc_get_user (const gchar * gadgets, const gchar * udc);
GPtrArray *gst_ffs_udc_find (const gchar * gadgets, const gchar * udc,
    GError ** error);

G_END_DECLS

#endif /* __GST_FFS_UDC_H__ */
