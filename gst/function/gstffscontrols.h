/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_CONTROLS_H__
#define __GST_FFS_CONTROLS_H__

#include "gstffsapplication.h"

G_BEGIN_DECLS

typedef struct _GstFfsControls GstFfsControls;

typedef enum
{
  GST_FFS_CONTROL_INTEGER,
  GST_FFS_CONTROL_FLOAT,
  GST_FFS_CONTROL_ENUM,
} GstFfsControlKind;

/**
 * GstFfsControl:
 * @name: by the Standard Features Naming Convention where that has one
 * @unit: (nullable): its unit
 * @entries: (nullable): of an enumeration, with names without blanks
 *
 * A control that can be set while streaming. Values of all kinds are doubles.
 */
typedef struct
{
  const gchar *name;
  const gchar *unit;
  GstFfsControlKind kind;
  gdouble min;
  gdouble max;
  const GEnumValue *entries;
  guint n_entries;
} GstFfsControl;

GstFfsControls *gst_ffs_controls_new (GstPad * sinkpad,
    const GstFfsApplication * application, guint max);
void gst_ffs_controls_free (GstFfsControls * self);

guint gst_ffs_controls_get_n (GstFfsControls * self);
const GstFfsControl *gst_ffs_controls_get (GstFfsControls * self, guint i);
gdouble gst_ffs_controls_get_value (GstFfsControls * self, guint i);
gdouble gst_ffs_controls_get_default (GstFfsControls * self, guint i);
gboolean gst_ffs_controls_set_value (GstFfsControls * self, guint i,
    gdouble value);

gboolean gst_ffs_control_accepts (const GstFfsControl * control,
    gdouble value);
gchar *gst_ffs_control_entry_name (const GEnumValue * entry);

G_END_DECLS

#endif /* __GST_FFS_CONTROLS_H__ */
