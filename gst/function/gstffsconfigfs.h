/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_CONFIGFS_H__
#define __GST_FFS_CONFIGFS_H__

#include <glib.h>

G_BEGIN_DECLS

gchar *gst_ffs_configfs_find_mount (const gchar * type, const gchar * source);
gchar *gst_ffs_configfs_read (const gchar * path);
gint gst_ffs_configfs_write (const gchar * path, const gchar * value);
GPtrArray *gst_ffs_configfs_list (const gchar * path);

G_END_DECLS

#endif /* __GST_FFS_CONFIGFS_H__ */
