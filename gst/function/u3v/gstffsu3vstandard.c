/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Standard Features Naming Convention (SFNC) for the controls of a source:
 * the category of each feature, and whether it is a floating-point number for
 * the host, even if the source has an integer.  Programs look features up by
 * name and type: they do not find an integer "Gain".
 *
 * Constant, no locks.
 */

#include "gstffsu3vstandard.h"

static const struct
{
  const gchar *name;
  const gchar *category;
  gboolean is_float;
} features[] = {
  {"TestPattern", GST_FFS_U3V_IMAGE, FALSE},
  {"ExposureTime", GST_FFS_U3V_ACQUISITION, TRUE},
  {"ExposureAuto", GST_FFS_U3V_ACQUISITION, FALSE},
  {"Gain", GST_FFS_U3V_ANALOG, TRUE},
  {"GainAuto", GST_FFS_U3V_ANALOG, FALSE},
  {"Gamma", GST_FFS_U3V_ANALOG, TRUE},
  {"BalanceWhiteAuto", GST_FFS_U3V_ANALOG, FALSE},
};

static gint
find (const gchar * name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (features); i++) {
    if (g_str_equal (features[i].name, name))
      return i;
  }
  return -1;
}

/* Returns: whether the convention defines a feature of this name */
gboolean
gst_ffs_u3v_standard_has (const gchar * name)
{
  return find (name) >= 0;
}

/* Returns: the category of the feature; the analog controls for a name that the
 * convention does not define */
const gchar *
gst_ffs_u3v_standard_get_category (const gchar * name)
{
  gint i = find (name);

  return i >= 0 ? features[i].category : GST_FFS_U3V_ANALOG;
}

/**
 * gst_ffs_u3v_standard_is_float:
 * @control: a control of the source
 *
 * Returns: whether its register holds a double
 */
gboolean
gst_ffs_u3v_standard_is_float (const GstFfsControl * control)
{
  gint i = find (control->name);

  return control->kind == GST_FFS_CONTROL_FLOAT
      || (control->kind == GST_FFS_CONTROL_INTEGER && i >= 0
      && features[i].is_float);
}
