/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_ASSEMBLY_H__
#define __GST_FFS_ASSEMBLY_H__

#include <glib.h>

G_BEGIN_DECLS

gint gst_ffs_assembly_lock (const gchar * gadgets);
void gst_ffs_assembly_unlock (gint lock);

void gst_ffs_assembly_mark (const gchar * path);
gboolean gst_ffs_assembly_is_marked (const gchar * path);
void gst_ffs_assembly_remove_empty (const gchar * gadget,
    const gchar * config);

GPtrArray *gst_ffs_assembly_list (const gchar * config);
gboolean gst_ffs_assembly_is_described (const gchar * config);
gboolean gst_ffs_assembly_has_functionfs (GPtrArray * functions);
gint gst_ffs_assembly_take_out (const gchar * config, GPtrArray * functions,
    GPtrArray * targets);
gint gst_ffs_assembly_put_back (const gchar * config, GPtrArray * functions,
    GPtrArray * targets);

G_END_DECLS

#endif /* __GST_FFS_ASSEMBLY_H__ */
