/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parses the controls that an application implements: a structure with a field
 * for each. A quantity is a range of numbers, with the initial value in a
 * second field. A choice is a list of numbers, the first of which is the
 * initial value, or a boolean.
 *
 * No state, no locks.
 */

#include <string.h>

#include "gstffsapplication.h"

#define DEFAULT "-default"

static gboolean
get_number (const GValue * value, gdouble * number)
{
  if (value && G_VALUE_HOLDS_INT (value))
    *number = g_value_get_int (value);
  else if (value && G_VALUE_HOLDS_DOUBLE (value))
    *number = g_value_get_double (value);
  else
    return FALSE;
  return TRUE;
}

/* The initial value; default: the minimum. */
static gboolean
take_default (const GstStructure * controls, GstFfsApplicationControl * control)
{
  g_autofree gchar *name = g_strconcat (control->name, DEFAULT, NULL);

  control->value = control->min;
  if (gst_structure_has_field (controls, name)
      && !get_number (gst_structure_get_value (controls, name),
          &control->value))
    return FALSE;
  return control->value >= control->min && control->value <= control->max;
}

static gboolean
take_range (const GstStructure * controls, const GValue * value,
    GstFfsApplicationControl * control)
{
  if (GST_VALUE_HOLDS_INT_RANGE (value)) {
    control->whole = TRUE;
    control->min = gst_value_get_int_range_min (value);
    control->max = gst_value_get_int_range_max (value);
  } else if (GST_VALUE_HOLDS_DOUBLE_RANGE (value)) {
    control->min = gst_value_get_double_range_min (value);
    control->max = gst_value_get_double_range_max (value);
  } else {
    return FALSE;
  }
  return take_default (controls, control);
}

static gboolean
take_choice (const GstFfsFeature * feature, const GValue * value,
    GstFfsApplicationControl * control)
{
  gint number;
  guint i;

  if (G_VALUE_HOLDS_BOOLEAN (value))
    number = feature->choices[g_value_get_boolean (value) != 0].value;
  else if (G_VALUE_HOLDS_INT (value))
    number = g_value_get_int (value);
  else
    return FALSE;

  for (i = 0; i < feature->n_choices; i++) {
    if (feature->choices[i].value == number) {
      if (control->choices == 0)
        control->value = number;
      control->choices |= 1u << number;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
take_choices (const GstFfsFeature * feature, const GValue * value,
    GstFfsApplicationControl * control)
{
  guint i;

  if (G_VALUE_HOLDS_BOOLEAN (value)) {
    take_choice (feature, value, control);
    control->choices = gst_ffs_feature_get_booleans (feature);
    return TRUE;
  }
  if (!GST_VALUE_HOLDS_LIST (value))
    return FALSE;
  for (i = 0; i < gst_value_list_get_size (value); i++) {
    if (!take_choice (feature, gst_value_list_get_value (value, i), control))
      return FALSE;
  }
  return control->choices != 0;
}

/* Returns the name and the value of the field, or NULL. */
static const GValue *
get_field (const GstStructure * controls, const GstFfsFeature * feature,
    const gchar ** name)
{
  guint i;

  for (i = 0; i < GST_FFS_MAX_PROPERTIES && feature->properties[i]; i++) {
    *name = feature->properties[i];
    if (gst_structure_has_field (controls, *name))
      return gst_structure_get_value (controls, *name);
  }
  return NULL;
}

/**
 * gst_ffs_application_find:
 * @controls: the application's controls
 * @feature: the feature to look for
 * @control: (out): the control
 *
 * Returns: whether the application implements it
 */
gboolean
gst_ffs_application_find (const GstStructure * controls,
    const GstFfsFeature * feature, GstFfsApplicationControl * control)
{
  const GValue *value;

  memset (control, 0, sizeof (*control));
  value = get_field (controls, feature, &control->name);
  if (value == NULL)
    return FALSE;
  if (feature->n_choices > 0)
    return take_choices (feature, value, control);
  return take_range (controls, value, control);
}

/* The feature of a field. */
static const GstFfsFeature *
find_feature (const GstStructure * controls, const gchar * field)
{
  g_autofree gchar *name = g_strdup (field);

  /* The initial value of a range. */
  if (g_str_has_suffix (name, DEFAULT)) {
    name[strlen (name) - strlen (DEFAULT)] = '\0';
    if (!gst_structure_has_field_typed (controls, name, GST_TYPE_INT_RANGE)
        && !gst_structure_has_field_typed (controls, name,
            GST_TYPE_DOUBLE_RANGE))
      return NULL;
  }
  return gst_ffs_feature_from_property (name);
}

static gboolean
check_field (const GstStructure * controls, const gchar * field,
    GError ** error)
{
  const GstFfsFeature *feature = find_feature (controls, field);
  GstFfsApplicationControl control;

  if (feature == NULL || !get_field (controls, feature, &control.name)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "\"%s\" in \"controls\" is no control of a camera that hosts know.",
        field);
    return FALSE;
  }
  if (!gst_ffs_application_find (controls, feature, &control)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "\"%s\" in \"controls\" must be %s.", field,
        feature->n_choices > 0 ? "a boolean, or a list of its numbers such "
        "as (int){1,0}" : "a range such as (int)[0,255], with a default in "
        "it");
    return FALSE;
  }
  if (!g_str_has_prefix (field, control.name)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "\"%s\" in \"controls\" is the same as \"%s\".", field, control.name);
    return FALSE;
  }
  return TRUE;
}

/**
 * gst_ffs_application_check:
 * @controls: the controls from the application
 *
 * Returns: %FALSE with @error set if they are invalid
 */
gboolean
gst_ffs_application_check (const GstStructure * controls, GError ** error)
{
  gint i;

  for (i = 0; i < gst_structure_n_fields (controls); i++) {
    if (!check_field (controls, gst_structure_nth_field_name (controls, i),
            error))
      return FALSE;
  }
  return TRUE;
}
