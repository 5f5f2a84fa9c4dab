/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_APPLICATION_H__
#define __GST_FFS_APPLICATION_H__

#include "gstffsfeatures.h"

G_BEGIN_DECLS

/**
 * GstFfsSetControlFunc:
 * @name: what the application calls it
 * @value: in its range, or one of its choices
 * @user_data: as given
 *
 * A host sets a control of the application. Called from the thread that
 * answers the host, with no lock held.
 *
 * Returns: %FALSE if the application refuses it
 */
typedef gboolean (*GstFfsSetControlFunc) (const gchar * name, gdouble value,
    gpointer user_data);

/**
 * GstFfsApplication:
 * @controls: (nullable): a field for each
 * @set_control: (nullable): %NULL refuses all values
 * @user_data: for it
 *
 * What an application wants to be asked for by hosts.
 */
typedef struct
{
  const GstStructure *controls;
  GstFfsSetControlFunc set_control;
  gpointer user_data;
} GstFfsApplication;

/**
 * GstFfsApplicationControl:
 * @name: what the application calls it; constant
 * @whole: whether it is a whole number
 * @min: of a quantity
 * @max: of a quantity
 * @choices: a bit each; 0 for a quantity
 * @value: what it is at first
 */
typedef struct
{
  const gchar *name;
  gboolean whole;
  gdouble min;
  gdouble max;
  guint32 choices;
  gdouble value;
} GstFfsApplicationControl;

gboolean gst_ffs_application_check (const GstStructure * controls,
    GError ** error);
gboolean gst_ffs_application_find (const GstStructure * controls,
    const GstFfsFeature * feature, GstFfsApplicationControl * control);

G_END_DECLS

#endif /* __GST_FFS_APPLICATION_H__ */
