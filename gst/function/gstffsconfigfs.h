/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_CONFIGFS_H__
#define __GST_FFS_CONFIGFS_H__

#include <glib.h>

G_BEGIN_DECLS

/* For tests without a kernel: what to put before every absolute path. */
extern const gchar *gst_ffs_configfs_root;

gchar *gst_ffs_configfs_path (const gchar * path);
gchar *gst_ffs_configfs_find_mount (const gchar * type, const gchar * source);
gchar *gst_ffs_configfs_read (const gchar * path);
gint gst_ffs_configfs_write (const gchar * path, const gchar * value);
GPtrArray *gst_ffs_configfs_list (const gchar * path);

GPtrArray *gst_ffs_configfs_list_udcs (void);
gchar *gst_ffs_configfs_udc_user (const gchar * gadgets, const gchar * udc);

G_END_DECLS

#endif /* __GST_FFS_CONFIGFS_H__ */
