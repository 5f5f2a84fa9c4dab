/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsControls: the controls that a host can set: those of the pipeline's
 * source, and those that the application implements.
 *
 * The source is found upstream, along the first sink pad of each element. Its
 * controls are colour balance channels, properties that match a camera
 * feature, and the controls of its V4L2 device.
 *
 * Ownership: holds a reference to the source. Locking: none; values are set
 * and read from one thread. Channels and devices lock internally, properties
 * are set in the source's thread (see gstffsproperty.c). The application is
 * called with no lock held.
 */

#include <math.h>

#include <gst/video/video.h>
#include <gst/video/colorbalance.h>

#include "gstffscontrols.h"
#include "gstffsdevicecontrols.h"
#include "gstffsproperty.h"
#include "gstffsupstream.h"

typedef struct
{
  GstFfsControl control;
  GParamSpec *pspec;            /* with property; NULL for the other three */
  GstFfsProperty *property;
  GstColorBalanceChannel *channel;
  GstFfsDeviceControl device;
  GstFfsApplicationControl application; /* named if it is one */
  const GstFfsFeature *feature;
  GEnumClass *enum_class;       /* of the entries */
  GEnumValue *choices;          /* or own copies of them */
} Item;

struct _GstFfsControls
{
  GstElement *source;           /* nullable */
  GstFfsSetControlFunc set_control;     /* nullable */
  gpointer user_data;
  GArray *items;
};

/* ---- the source ---- */

static gboolean
is_source (GstElement * element G_GNUC_UNUSED, GstPad * pad,
    gpointer user_data G_GNUC_UNUSED)
{
  return pad == NULL;
}

/* ---- its controls ---- */

static gboolean
is_new (GstFfsControls * self, const GstFfsFeature * feature)
{
  guint i;

  for (i = 0; i < self->items->len; i++) {
    if (g_array_index (self->items, Item, i).feature == feature)
      return FALSE;
  }
  return feature != NULL;
}

static void
name_item (Item * item, const GstFfsFeature * feature)
{
  item->feature = feature;
  item->control.name = feature->name;
  item->control.unit = feature->unit;
}

static void
set_entries (GstFfsControl * control, const GEnumValue * entries, guint n)
{
  guint i;

  control->kind = GST_FFS_CONTROL_ENUM;
  control->entries = entries;
  control->n_entries = n;
  control->min = control->max = entries[0].value;
  for (i = 1; i < n; i++) {
    control->min = MIN (control->min, entries[i].value);
    control->max = MAX (control->max, entries[i].value);
  }
}

/* The choices of the feature in the bit mask, at least one. */
static void
take_choices (Item * item, guint32 choices)
{
  const GstFfsFeature *feature = item->feature;
  guint i, n = 0;

  item->choices = g_new (GEnumValue, feature->n_choices);
  for (i = 0; i < feature->n_choices; i++) {
    if (choices & 1u << feature->choices[i].value)
      item->choices[n++] = feature->choices[i];
  }
  set_entries (&item->control, item->choices, n);
}

static void
add_application (GstFfsControls * self, const GstStructure * controls,
    guint max)
{
  const GstFfsFeature *features;
  guint i, n;

  features = gst_ffs_features (&n);
  for (i = 0; i < n && self->items->len < max; i++) {
    Item item = { 0 };

    if (!gst_ffs_application_find (controls, &features[i], &item.application))
      continue;
    name_item (&item, &features[i]);
    if (item.application.choices != 0) {
      take_choices (&item, item.application.choices);
    } else {
      item.control.kind = item.application.whole ?
          GST_FFS_CONTROL_INTEGER : GST_FFS_CONTROL_FLOAT;
      item.control.min = item.application.min;
      item.control.max = item.application.max;
    }
    g_array_append_val (self->items, item);
  }
}

static void
add_channels (GstFfsControls * self, guint max)
{
  const GList *l;

  if (!GST_IS_COLOR_BALANCE (self->source))
    return;
  l = gst_color_balance_list_channels (GST_COLOR_BALANCE (self->source));
  for (; l && self->items->len < max; l = l->next) {
    GstColorBalanceChannel *channel = l->data;
    const GstFfsFeature *feature =
        gst_ffs_feature_from_property (channel->label);
    Item item = { 0 };

    if (!is_new (self, feature) || feature->n_choices > 0
        || channel->min_value >= channel->max_value)
      continue;
    name_item (&item, feature);
    item.control.kind = GST_FFS_CONTROL_INTEGER;
    item.control.min = channel->min_value;
    item.control.max = channel->max_value;
    item.channel = g_object_ref (channel);
    g_array_append_val (self->items, item);
  }
}

/* A double cannot represent larger integers. */
#define EXACT 9007199254740992.0

static gboolean
describe (GParamSpec * pspec, Item * item)
{
  GstFfsControl *control = &item->control;

  control->kind = GST_FFS_CONTROL_INTEGER;
  if (G_IS_PARAM_SPEC_INT (pspec)) {
    control->min = G_PARAM_SPEC_INT (pspec)->minimum;
    control->max = G_PARAM_SPEC_INT (pspec)->maximum;
  } else if (G_IS_PARAM_SPEC_UINT (pspec)) {
    control->min = G_PARAM_SPEC_UINT (pspec)->minimum;
    control->max = G_PARAM_SPEC_UINT (pspec)->maximum;
  } else if (G_IS_PARAM_SPEC_INT64 (pspec)) {
    control->min = MAX (G_PARAM_SPEC_INT64 (pspec)->minimum, -EXACT);
    control->max = MIN (G_PARAM_SPEC_INT64 (pspec)->maximum, EXACT);
  } else if (G_IS_PARAM_SPEC_DOUBLE (pspec)) {
    control->kind = GST_FFS_CONTROL_FLOAT;
    control->min = G_PARAM_SPEC_DOUBLE (pspec)->minimum;
    control->max = G_PARAM_SPEC_DOUBLE (pspec)->maximum;
  } else if (G_IS_PARAM_SPEC_FLOAT (pspec)) {
    control->kind = GST_FFS_CONTROL_FLOAT;
    control->min = G_PARAM_SPEC_FLOAT (pspec)->minimum;
    control->max = G_PARAM_SPEC_FLOAT (pspec)->maximum;
  } else {
    return FALSE;
  }
  return TRUE;
}

/* The same for choices, and for quantities in name only. */
static gboolean
describe_choice (GParamSpec * pspec, Item * item)
{
  const GstFfsFeature *feature = item->feature;
  GEnumClass *enum_class;
  guint32 choices = 0;
  guint i;

  if (G_IS_PARAM_SPEC_BOOLEAN (pspec) && feature->n_choices > 0) {
    take_choices (item, gst_ffs_feature_get_booleans (feature));
    return TRUE;
  }
  if (!G_IS_PARAM_SPEC_ENUM (pspec))
    return FALSE;

  enum_class = g_type_class_ref (pspec->value_type);
  if (feature->n_choices == 0) {
    item->enum_class = enum_class;
    set_entries (&item->control, enum_class->values, enum_class->n_values);
    return TRUE;
  }
  for (i = 0; i < feature->n_choices; i++) {
    if (g_enum_get_value (enum_class, feature->choices[i].value))
      choices |= 1u << feature->choices[i].value;
  }
  g_type_class_unref (enum_class);
  if (choices != 0)
    take_choices (item, choices);
  return choices != 0;
}

static gboolean
add_property (GstFfsControls * self, const GstFfsFeature * feature,
    const gchar * name)
{
  Item item = { 0 };

  item.pspec = g_object_class_find_property (G_OBJECT_GET_CLASS
      (self->source), name);
  if (item.pspec == NULL
      || (item.pspec->flags & G_PARAM_READWRITE) != G_PARAM_READWRITE
      || (item.pspec->flags & G_PARAM_CONSTRUCT_ONLY))
    return FALSE;
  name_item (&item, feature);
  if (!describe_choice (item.pspec, &item)
      && (feature->n_choices > 0 || !describe (item.pspec, &item)))
    return FALSE;
  item.property = gst_ffs_property_new (self->source, item.pspec);
  g_array_append_val (self->items, item);
  return TRUE;
}

static void
add_properties (GstFfsControls * self, guint max)
{
  const GstFfsFeature *features;
  guint i, j, n;

  features = gst_ffs_features (&n);
  for (i = 0; i < n && self->items->len < max; i++) {
    gboolean done = !is_new (self, &features[i]);

    for (j = 0; !done && j < GST_FFS_MAX_PROPERTIES
        && features[i].properties[j]; j++)
      done = add_property (self, &features[i], features[i].properties[j]);
  }
}

static void
add_device (GstFfsControls * self, guint max)
{
  guint i, n = gst_ffs_device_controls_get_n ();

  for (i = 0; i < n && self->items->len < max; i++) {
    Item item = { 0 };

    if (!gst_ffs_device_control_find (self->source, i, &item.device)
        || !is_new (self, item.device.feature))
      continue;
    name_item (&item, item.device.feature);
    if (item.device.choices != 0) {
      take_choices (&item, item.device.choices);
    } else {
      item.control.kind = GST_FFS_CONTROL_INTEGER;
      item.control.min = item.device.min;
      item.control.max = item.device.max;
    }
    g_array_append_val (self->items, item);
  }
}

static void
clear_item (gpointer data)
{
  Item *item = data;

  g_clear_object (&item->channel);
  g_clear_pointer (&item->property, gst_ffs_property_free);
  if (item->enum_class)
    g_type_class_unref (item->enum_class);
  g_free (item->choices);
}

/**
 * gst_ffs_controls_new:
 * @sinkpad: (nullable): where the source's frames arrive
 * @application: (nullable): takes precedence; its structure is only read here
 * @max: maximum number of controls
 *
 * Call when the source has opened its device, from READY on.
 *
 * Returns: (transfer full): the controls found, possibly none
 */
GstFfsControls *
gst_ffs_controls_new (GstPad * sinkpad, const GstFfsApplication * application,
    guint max)
{
  GstFfsControls *self = g_new0 (GstFfsControls, 1);

  self->items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_array_set_clear_func (self->items, clear_item);
  if (application && application->controls) {
    self->set_control = application->set_control;
    self->user_data = application->user_data;
    add_application (self, application->controls, max);
  }
  if (sinkpad)
    self->source = gst_ffs_upstream_find (sinkpad, is_source, NULL);
  if (self->source) {
    add_channels (self, max);
    add_properties (self, max);
    add_device (self, max);
  }
  return self;
}

void
gst_ffs_controls_free (GstFfsControls * self)
{
  g_array_unref (self->items);
  gst_clear_object (&self->source);
  g_free (self);
}

guint
gst_ffs_controls_get_n (GstFfsControls * self)
{
  return self->items->len;
}

const GstFfsControl *
gst_ffs_controls_get (GstFfsControls * self, guint i)
{
  return &g_array_index (self->items, Item, i).control;
}

/**
 * gst_ffs_controls_get_value:
 *
 * Returns: the current value, which others may change
 */
gdouble
gst_ffs_controls_get_value (GstFfsControls * self, guint i)
{
  Item *item = &g_array_index (self->items, Item, i);
  GValue value = G_VALUE_INIT, number = G_VALUE_INIT;
  gdouble ret = 0;

  if (item->application.name)
    return item->application.value;
  if (item->channel)
    return gst_color_balance_get_value (GST_COLOR_BALANCE (self->source),
        item->channel);
  if (item->device.id != 0)
    return gst_ffs_device_control_get (self->source, &item->device);

  g_value_init (&value, item->pspec->value_type);
  gst_ffs_property_get (item->property, &value);
  if (G_VALUE_HOLDS_ENUM (&value)) {
    ret = g_value_get_enum (&value);
  } else if (G_VALUE_HOLDS_BOOLEAN (&value)) {
    ret = item->feature->choices[g_value_get_boolean (&value) != 0].value;
  } else {
    g_value_init (&number, G_TYPE_DOUBLE);
    if (g_value_transform (&value, &number))
      ret = g_value_get_double (&number);
    g_value_unset (&number);
  }
  g_value_unset (&value);
  return ret;
}

/**
 * gst_ffs_controls_get_default:
 *
 * Call before a host sets a control.
 *
 * Returns: the default of a device's driver; for all others the current value,
 * since defaults of properties often mean "not set"
 */
gdouble
gst_ffs_controls_get_default (GstFfsControls * self, guint i)
{
  Item *item = &g_array_index (self->items, Item, i);
  gint64 first;

  if (item->device.id != 0)
    return item->device.first;
  if (item->channel && gst_ffs_device_control_find_default (self->source,
          item->feature, &first))
    return first;
  return gst_ffs_controls_get_value (self, i);
}

static gboolean
ask_application (GstFfsControls * self, GstFfsApplicationControl * control,
    gdouble value)
{
  if (self->set_control == NULL
      || !self->set_control (control->name, value, self->user_data))
    return FALSE;
  control->value = value;
  return TRUE;
}

/**
 * gst_ffs_controls_set_value:
 * @value: one that gst_ffs_control_accepts()
 *
 * Returns: %FALSE if it was rejected and nothing has changed
 */
gboolean
gst_ffs_controls_set_value (GstFfsControls * self, guint i, gdouble value)
{
  Item *item = &g_array_index (self->items, Item, i);
  GValue number = G_VALUE_INIT, out = G_VALUE_INIT;

  if (item->application.name)
    return ask_application (self, &item->application, value);
  if (item->channel) {
    gst_color_balance_set_value (GST_COLOR_BALANCE (self->source),
        item->channel, (gint) value);
    return TRUE;
  }
  if (item->device.id != 0)
    return gst_ffs_device_control_set (self->source, &item->device,
        (gint64) value);

  g_value_init (&out, item->pspec->value_type);
  if (G_VALUE_HOLDS_ENUM (&out)) {
    g_value_set_enum (&out, (gint) value);
  } else if (G_VALUE_HOLDS_BOOLEAN (&out)) {
    g_value_set_boolean (&out, item->feature->choices[TRUE].value == value);
  } else {
    g_value_init (&number, G_TYPE_DOUBLE);
    g_value_set_double (&number, value);
    g_value_transform (&number, &out);
    g_value_unset (&number);
  }
  gst_ffs_property_set (item->property, &out);
  g_value_unset (&out);
  return TRUE;
}

/**
 * gst_ffs_control_accepts:
 *
 * Returns: whether @value is valid; values from a host are untrusted
 */
gboolean
gst_ffs_control_accepts (const GstFfsControl * control, gdouble value)
{
  guint i;

  if (!isfinite (value) || value < control->min || value > control->max)
    return FALSE;
  if (control->kind != GST_FFS_CONTROL_ENUM)
    return TRUE;
  for (i = 0; i < control->n_entries; i++) {
    if (control->entries[i].value == value)
      return TRUE;
  }
  return FALSE;
}

/**
 * gst_ffs_control_entry_name:
 *
 * Returns: (transfer full): the nick in camel case, as required for entry
 * names: "smpte-100" becomes "Smpte100"
 */
gchar *
gst_ffs_control_entry_name (const GEnumValue * entry)
{
  GString *name = g_string_new (NULL);
  gboolean upper = TRUE;
  const gchar *p;

  for (p = entry->value_nick; *p; p++) {
    if (g_ascii_isalnum (*p))
      g_string_append_c (name, upper ? g_ascii_toupper (*p) : *p);
    upper = !g_ascii_isalnum (*p);
  }
  /* A name does not begin with a digit. */
  if (name->len == 0 || g_ascii_isdigit (name->str[0]))
    g_string_prepend (name, "Entry");
  return g_string_free (name, FALSE);
}
