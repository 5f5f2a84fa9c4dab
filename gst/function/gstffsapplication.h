/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_APPLICATION_H__
#define __GST_FFS_APPLICATION_H__

#include "gstffsfeatures.h"

G_BEGIN_DECLS

/**
 * GstFfsSetControlFunc:
 * @name: the application's name of the control
 * @value: a value in its range or list
 * @user_data: as given
 *
 * A host sets a control of the application. Called from the thread that
 * answers the host, with no lock held.
 *
 * Returns: %FALSE if the application rejects the value
 */
typedef gboolean (*GstFfsSetControlFunc) (const gchar * name, gdouble value,
    gpointer user_data);

/**
 * GstFfsApplication:
 * @controls: (nullable): a field for each
 * @set_control: (nullable): %NULL rejects all values
 * @user_data: for it
 *
 * The controls that an application implements.
 */
typedef struct
{
  const GstStructure *controls;
  GstFfsSetControlFunc set_control;
  gpointer user_data;
} GstFfsApplication;

/**
 * GstFfsApplicationControl:
 * @name: the application's name; constant
 * @whole: whether it is an integer
 * @min: of a quantity
 * @max: of a quantity
 * @choices: bit mask; 0 for a quantity
 * @value: initial value
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
