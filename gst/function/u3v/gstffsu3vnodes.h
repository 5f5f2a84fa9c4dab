/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_NODES_H__
#define __GST_FFS_U3V_NODES_H__

#include <glib.h>

#include "gstffsu3voffer.h"

G_BEGIN_DECLS

#define GST_FFS_U3V_RO "RO"
#define GST_FFS_U3V_RW "RW"
#define GST_FFS_U3V_WO "WO"

/**
 * GstFfsU3vNodes:
 * @xml: nodes added so far
 * @features: references to the features of the open category
 * @categories: references to the complete categories
 *
 * A description under construction, one category after the other.
 */
typedef struct
{
  GString *xml;
  GString *features;
  GString *categories;
} GstFfsU3vNodes;

void gst_ffs_u3v_nodes_init (GstFfsU3vNodes * self);
gchar *gst_ffs_u3v_nodes_finish (GstFfsU3vNodes * self);
void gst_ffs_u3v_nodes_end_category (GstFfsU3vNodes * self,
    const gchar * name);

void gst_ffs_u3v_nodes_add_register (GstFfsU3vNodes * self,
    const gchar * name, guint64 address, guint length, const gchar * access,
    gboolean is_signed);
void gst_ffs_u3v_nodes_add_text (GstFfsU3vNodes * self, const gchar * name,
    guint64 address, const gchar * access);
void gst_ffs_u3v_nodes_add_shown (GstFfsU3vNodes * self, const gchar * name,
    const gchar * reg);
void gst_ffs_u3v_nodes_add_constant (GstFfsU3vNodes * self,
    const gchar * name, guint value);
void gst_ffs_u3v_nodes_add_range (GstFfsU3vNodes * self, const gchar * name,
    guint64 address, const GstFfsU3vRange * range, gboolean lockable);
void gst_ffs_u3v_nodes_add_limited (GstFfsU3vNodes * self,
    const gchar * name, guint64 address, guint min, guint step,
    guint64 limit);
void gst_ffs_u3v_nodes_add_lock (GstFfsU3vNodes * self, const gchar * name,
    guint64 address);
void gst_ffs_u3v_nodes_add_command (GstFfsU3vNodes * self, const gchar * name,
    guint64 address);
void gst_ffs_u3v_nodes_add_integer (GstFfsU3vNodes * self, const gchar * name,
    const gchar * name_space, guint64 address, const gchar * unit,
    gint64 min, gint64 max);
void gst_ffs_u3v_nodes_add_float (GstFfsU3vNodes * self, const gchar * name,
    const gchar * name_space, guint64 address, const gchar * unit,
    gdouble min, gdouble max);

void gst_ffs_u3v_nodes_begin_enumeration (GstFfsU3vNodes * self,
    const gchar * name, const gchar * name_space, gboolean lockable);
void gst_ffs_u3v_nodes_add_entry (GstFfsU3vNodes * self, const gchar * name,
    gint64 value);
void gst_ffs_u3v_nodes_end_enumeration (GstFfsU3vNodes * self,
    const gchar * reg);
void gst_ffs_u3v_nodes_add_only (GstFfsU3vNodes * self, const gchar * name,
    const gchar * entry, const gchar * const *selected);

G_END_DECLS

#endif /* __GST_FFS_U3V_NODES_H__ */
