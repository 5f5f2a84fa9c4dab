/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UNDO_H__
#define __GST_FFS_UNDO_H__

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GstFfsUndo GstFfsUndo;

GstFfsUndo *gst_ffs_undo_new (void);
gint gst_ffs_undo_mkdir (GstFfsUndo * self, const gchar * path,
    gboolean * fresh);
gint gst_ffs_undo_symlink (GstFfsUndo * self, const gchar * target,
    const gchar * path);
gint gst_ffs_undo_mount (GstFfsUndo * self, const gchar * source,
    const gchar * path, const gchar * type);
void gst_ffs_undo_run (GstFfsUndo * self);

G_END_DECLS

#endif /* __GST_FFS_UNDO_H__ */
