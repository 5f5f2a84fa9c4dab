/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the Standard Features Naming Convention (SFNC) says of features that a
 * source may have: in which category hosts look for them, and which of them
 * are floating-point numbers to a host, even if the source counts in whole
 * ones.  Programs ask for these by type: an integer called "Gain" is no gain.
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

/* Returns: whether the convention has a feature of this name */
gboolean
gst_ffs_u3v_standard_has (const gchar * name)
{
  return find (name) >= 0;
}

/* Returns: where it is shown; what the convention does not have is among what
 * is nearest to it */
const gchar *
gst_ffs_u3v_standard_get_category (const gchar * name)
{
  gint i = find (name);

  return i >= 0 ? features[i].category : GST_FFS_U3V_ANALOG;
}

/**
 * gst_ffs_u3v_standard_is_float:
 * @control: of the source
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
