/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcUnits: the camera terminal and the processing unit, whose controls
 * are those of the source that this class has a number for.
 *
 * Numbers on the wire are integers of two or four bytes. An integer of the
 * source is itself on the wire if it fits, else it is shifted or scaled so
 * that it does; a fraction is scaled.
 *
 * Ownership: owns the controls.  Locking: none, belongs to the function's
 * thread.
 */

#include <math.h>

#include "function/gstffsbytes.h"
#include "gstffsuvcunits.h"

/* Steps of what is a fraction on the source. */
#define FRACTION_STEPS 1000

/* Beyond it a range means nothing, and its steps would not either. */
#define MAX_FRACTION_RANGE 1e6

/* Exposure times are counted in 100 us here; who has more than ten seconds
 * to offer has no limit. */
#define EXPOSURE_UNIT 100
#define MAX_EXPOSURE 100000

typedef struct
{
  const gchar *name;
  guint8 unit;
  guint8 selector;
  guint8 bit;
  guint8 size;
  gboolean is_signed;
} Known;

/* On the wire. value = offset + step * number */
typedef struct
{
  const Known *known;
  guint control;
  gboolean whole;
  gdouble offset;
  gdouble step;
  gint64 min;
  gint64 max;
  gint64 first;
} Item;

#define CAMERA GST_FFS_UVC_CAMERA_ID
#define PROCESSING GST_FFS_UVC_PROCESSING_ID

static const Known known[] = {
  {"ExposureTime", CAMERA, UVC_CT_EXPOSURE_TIME_ABSOLUTE_CONTROL, 3, 4, FALSE},
  {"Brightness", PROCESSING, UVC_PU_BRIGHTNESS_CONTROL, 0, 2, TRUE},
  {"Contrast", PROCESSING, UVC_PU_CONTRAST_CONTROL, 1, 2, FALSE},
  {"Hue", PROCESSING, UVC_PU_HUE_CONTROL, 2, 2, TRUE},
  {"Saturation", PROCESSING, UVC_PU_SATURATION_CONTROL, 3, 2, FALSE},
  {"Sharpness", PROCESSING, UVC_PU_SHARPNESS_CONTROL, 4, 2, FALSE},
  {"Gamma", PROCESSING, UVC_PU_GAMMA_CONTROL, 5, 2, FALSE},
  {"Gain", PROCESSING, UVC_PU_GAIN_CONTROL, 9, 2, FALSE},
};

struct _GstFfsUvcUnits
{
  GstFfsControls *controls;
  guint n_items;
  Item items[G_N_ELEMENTS (known)];
};

/* ---- numbers ---- */

static gboolean
fit_exposure (Item * item, const GstFfsControl * control)
{
  item->step = EXPOSURE_UNIT;
  item->min = MAX (ceil (control->min / EXPOSURE_UNIT), 1);
  item->max = MIN (floor (control->max / EXPOSURE_UNIT), MAX_EXPOSURE);
  return item->min <= item->max;
}

static gboolean
fit_fraction (Item * item, const GstFfsControl * control)
{
  gdouble range = control->max - control->min;

  if (!(range > 0 && range <= MAX_FRACTION_RANGE))
    return FALSE;
  if (item->known->is_signed && control->min < 0 && control->max > 0)
    item->min = -FRACTION_STEPS / 2;
  item->max = item->min + FRACTION_STEPS;
  item->step = range / FRACTION_STEPS;
  item->offset = control->min - item->min * item->step;
  return TRUE;
}

static gboolean
fit_integer (Item * item, const GstFfsControl * control)
{
  gdouble lowest = item->known->is_signed ? G_MININT16 : 0;
  gdouble highest = item->known->is_signed ? G_MAXINT16 : G_MAXUINT16;

  item->step = MAX (1, (control->max - control->min) / G_MAXUINT16);
  if (control->min >= lowest && control->max <= highest) {
    item->min = control->min;
    item->max = control->max;
    return item->min <= item->max;
  }
  item->min = lowest;
  item->max = lowest + floor ((control->max - control->min) / item->step);
  item->offset = control->min - lowest * item->step;
  return item->min <= item->max;
}

static gint64
to_wire (const Item * item, gdouble value)
{
  gdouble number = (value - item->offset) / item->step;

  /* A source may have anything. */
  if (!(number > item->min))
    return item->min;
  if (number > item->max)
    return item->max;
  return llround (number);
}

static gdouble
from_wire (const Item * item, gint64 number, const GstFfsControl * control)
{
  gdouble value = item->offset + item->step * number;

  if (item->whole)
    value = round (value);
  return CLAMP (value, control->min, control->max);
}

static void
put_number (GByteArray * reply, const Item * item, gint64 number)
{
  guint8 bytes[4];

  gst_ffs_put_u32 (bytes, (guint32) number);
  g_byte_array_append (reply, bytes, item->known->size);
}

static gint64
get_number (const Item * item, const guint8 * data)
{
  if (item->known->size == 4)
    return gst_ffs_get_u32 (data);
  if (item->known->is_signed)
    return (gint16) gst_ffs_get_u16 (data);
  return gst_ffs_get_u16 (data);
}

/* ---- the units ---- */

static void
add_item (GstFfsUvcUnits * self, const Known * entry, guint i)
{
  const GstFfsControl *control = gst_ffs_controls_get (self->controls, i);
  Item item = { entry, i, TRUE, 0, 1, 0, 0, 0 };
  gboolean ok;

  if (control->kind == GST_FFS_CONTROL_ENUM)
    return;
  item.whole = control->kind == GST_FFS_CONTROL_INTEGER;
  if (entry->unit == CAMERA)
    ok = fit_exposure (&item, control);
  else if (item.whole)
    ok = fit_integer (&item, control);
  else
    ok = fit_fraction (&item, control);
  if (!ok)
    return;
  item.first = to_wire (&item, gst_ffs_controls_get_value (self->controls, i));
  self->items[self->n_items++] = item;
}

/**
 * gst_ffs_uvc_units_new:
 * @controls: (transfer full) (nullable): what the source has
 *
 * The values that controls have now are their defaults to a host.
 */
GstFfsUvcUnits *
gst_ffs_uvc_units_new (GstFfsControls * controls)
{
  GstFfsUvcUnits *self = g_new0 (GstFfsUvcUnits, 1);
  guint i, j, n;

  self->controls = controls;
  n = controls ? gst_ffs_controls_get_n (controls) : 0;
  for (i = 0; i < G_N_ELEMENTS (known); i++) {
    for (j = 0; j < n; j++) {
      const gchar *name = gst_ffs_controls_get (controls, j)->name;

      if (g_str_equal (name, known[i].name)) {
        add_item (self, &known[i], j);
        break;
      }
    }
  }
  return self;
}

void
gst_ffs_uvc_units_free (GstFfsUvcUnits * self)
{
  if (self->controls)
    gst_ffs_controls_free (self->controls);
  g_free (self);
}

/**
 * gst_ffs_uvc_units_get_controls:
 *
 * Returns: bmControls of the unit
 */
guint32
gst_ffs_uvc_units_get_controls (GstFfsUvcUnits * self, guint unit)
{
  guint32 controls = 0;
  guint i;

  for (i = 0; i < self->n_items; i++) {
    if (self->items[i].known->unit == unit)
      controls |= 1u << self->items[i].known->bit;
  }
  return controls;
}

static const Item *
find_item (GstFfsUvcUnits * self, const GstFfsSetup * setup)
{
  guint i;

  for (i = 0; i < self->n_items; i++) {
    const Known *entry = self->items[i].known;

    if (entry->unit == gst_ffs_uvc_get_unit (setup)
        && entry->selector == gst_ffs_uvc_get_selector (setup))
      return &self->items[i];
  }
  return NULL;
}

/**
 * gst_ffs_uvc_units_check:
 * @setup: a request to a unit
 *
 * Returns: what is wrong with it, whatever data it comes with
 */
GstFfsUvcError
gst_ffs_uvc_units_check (GstFfsUvcUnits * self, const GstFfsSetup * setup)
{
  const Item *item = find_item (self, setup);

  if (item == NULL)
    return gst_ffs_uvc_get_unit (setup) <= GST_FFS_UVC_OUTPUT_ID ?
        GST_FFS_UVC_INVALID_CONTROL : GST_FFS_UVC_INVALID_UNIT;

  switch (setup->request) {
    case UVC_SET_CUR:
      return setup->length == item->known->size ?
          GST_FFS_UVC_NO_ERROR : GST_FFS_UVC_INVALID_REQUEST;
    case UVC_GET_CUR:
    case UVC_GET_MIN:
    case UVC_GET_MAX:
    case UVC_GET_RES:
    case UVC_GET_DEF:
    case UVC_GET_LEN:
    case UVC_GET_INFO:
      return GST_FFS_UVC_NO_ERROR;
    default:
      return GST_FFS_UVC_INVALID_REQUEST;
  }
}

/**
 * gst_ffs_uvc_units_get:
 * @setup: a request that was checked
 * @reply: the answer
 */
GstFfsUvcError
gst_ffs_uvc_units_get (GstFfsUvcUnits * self, const GstFfsSetup * setup,
    GByteArray * reply)
{
  const Item *item = find_item (self, setup);
  guint8 bytes[2] = { 0, };

  switch (setup->request) {
    case UVC_GET_CUR:
      put_number (reply, item, to_wire (item,
              gst_ffs_controls_get_value (self->controls, item->control)));
      break;
    case UVC_GET_MIN:
      put_number (reply, item, item->min);
      break;
    case UVC_GET_MAX:
      put_number (reply, item, item->max);
      break;
    case UVC_GET_RES:
      put_number (reply, item, 1);
      break;
    case UVC_GET_DEF:
      put_number (reply, item, item->first);
      break;
    case UVC_GET_LEN:
      bytes[0] = item->known->size;
      g_byte_array_append (reply, bytes, 2);
      break;
    case UVC_GET_INFO:
      bytes[0] = UVC_CONTROL_CAP_GET | UVC_CONTROL_CAP_SET;
      g_byte_array_append (reply, bytes, 1);
      break;
    default:
      return GST_FFS_UVC_INVALID_REQUEST;
  }
  return GST_FFS_UVC_NO_ERROR;
}

/**
 * gst_ffs_uvc_units_set:
 * @setup: a request that was checked
 * @data: of it
 */
GstFfsUvcError
gst_ffs_uvc_units_set (GstFfsUvcUnits * self, const GstFfsSetup * setup,
    const guint8 * data)
{
  const Item *item = find_item (self, setup);
  gint64 number;

  number = get_number (item, data);
  if (number < item->min || number > item->max)
    return GST_FFS_UVC_OUT_OF_RANGE;
  gst_ffs_controls_set_value (self->controls, item->control,
      from_wire (item, number, gst_ffs_controls_get (self->controls,
              item->control)));
  return GST_FFS_UVC_NO_ERROR;
}
