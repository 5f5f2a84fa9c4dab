/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_FEATURES_H__
#define __GST_FFS_FEATURES_H__

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_FFS_MAX_PROPERTIES 3

/**
 * GstFfsFeature:
 * @name: by the Standard Features Naming Convention where that has one
 * @unit: (nullable): its unit
 * @choices: (nullable): the values of a choice, numbered as in V4L2, below 32;
 * the first two are %FALSE and %TRUE of a boolean
 * @n_choices: how many
 * @properties: its property names in sources and applications,
 * %NULL-terminated unless full
 *
 * A camera feature that can be set while streaming.
 */
typedef struct
{
  const gchar *name;
  const gchar *unit;
  const GEnumValue *choices;
  guint n_choices;
  const gchar *properties[GST_FFS_MAX_PROPERTIES];
} GstFfsFeature;

const GstFfsFeature *gst_ffs_features (guint * n);
const GstFfsFeature *gst_ffs_feature_from_name (const gchar * name);
const GstFfsFeature *gst_ffs_feature_from_property (const gchar * property);
guint32 gst_ffs_feature_get_booleans (const GstFfsFeature * feature);

G_END_DECLS

#endif /* __GST_FFS_FEATURES_H__ */
