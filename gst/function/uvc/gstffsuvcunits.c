/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcUnits: the camera terminal, the processing unit and an extension
 * unit. The first two have the controls of the source that UVC has a selector
 * for. The extension unit has the custom controls of an application.
 *
 * Values on the wire are integers of one, two or four bytes. An integer of the
 * source is sent unchanged if it fits, else shifted or scaled. A fraction is
 * scaled. Each value of a choice has its own number.
 *
 * Ownership: owns the controls.  Locking: none, belongs to the function's
 * thread.
 */

#include <math.h>
#include <string.h>

#include "function/gstffsbytes.h"
#include "gstffsuvcunits.h"

/* Number of steps for a fraction of the source. */
#define FRACTION_STEPS 1000

/* A larger range is not a meaningful one, and its steps would be too coarse. */
#define MAX_FRACTION_RANGE 1e6

/* UVC has exposure times in 100 us. A maximum above ten seconds is probably no
 * limit of the sensor and is reduced to that. */
#define EXPOSURE_UNIT 100
#define MAX_EXPOSURE 100000

#define MAX_CHOICES 4

/* Status packet, UVC 1.1, 2.4.2.2. */
#define CONTROL_CHANGE 0
#define VALUE_CHANGE 0
#define STATUS_HEADER 5

/* The meaning of a control's numbers, which also decides which requests it
 * supports. */
typedef enum
{
  NUMBER,
  SIGNED,
  TIME,                         /* in 100 us */
  CHOICE,                       /* no range */
  BIT,                          /* GET_RES returns the supported bits */
} Kind;

/* A control of UVC. The number of a choice on the wire is numbers[value]. */
typedef struct
{
  const gchar *name;
  guint8 unit;
  guint8 selector;
  guint8 bit;
  guint8 size;
  Kind kind;
  guint8 n_numbers;
  guint8 numbers[MAX_CHOICES];
} Known;

/* Conversion to the wire: value = offset + step * number. A choice has a bit
 * for each valid number instead. */
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
  guint32 offered;
  gint64 reported;              /* last value that the host knows */
} Item;

#define CAMERA GST_FFS_UVC_CAMERA_ID
#define PROCESSING GST_FFS_UVC_PROCESSING_ID
#define EXTENSION GST_FFS_UVC_EXTENSION_ID

#define ROW(unit_, name_, selector_, bit_, size_, kind_, ...) \
    {.name = name_, .unit = unit_, .selector = selector_##_CONTROL, \
        .bit = bit_, .size = size_, .kind = kind_, __VA_ARGS__}
#define CT(name, selector, ...) \
    ROW (CAMERA, name, UVC_CT_##selector, __VA_ARGS__)
#define PU(name, selector, ...) \
    ROW (PROCESSING, name, UVC_PU_##selector, __VA_ARGS__)
#define XU(name_, number) \
    {.name = name_, .unit = EXTENSION, .selector = number, \
        .bit = number - 1, .size = 4, .kind = SIGNED}
#define NUMBERS(...) \
    .n_numbers = sizeof ((guint8[]) {__VA_ARGS__}), .numbers = {__VA_ARGS__}

/* Bit of bmControls, size in bytes, kind. */
static const Known known[] = {
  CT ("ExposureAuto", AE_MODE, 1, 1, BIT, NUMBERS (2, 1, 4, 8)),
  CT ("ExposureTime", EXPOSURE_TIME_ABSOLUTE, 3, 4, TIME),
  CT ("Focus", FOCUS_ABSOLUTE, 5, 2, NUMBER),
  CT ("Zoom", ZOOM_ABSOLUTE, 9, 2, NUMBER),
  CT ("FocusAuto", FOCUS_AUTO, 17, 1, CHOICE, NUMBERS (0, 1)),
  PU ("Brightness", BRIGHTNESS, 0, 2, SIGNED),
  PU ("Contrast", CONTRAST, 1, 2, NUMBER),
  PU ("Hue", HUE, 2, 2, SIGNED),
  PU ("Saturation", SATURATION, 3, 2, NUMBER),
  PU ("Sharpness", SHARPNESS, 4, 2, NUMBER),
  PU ("Gamma", GAMMA, 5, 2, NUMBER),
  PU ("WhiteBalanceTemperature", WHITE_BALANCE_TEMPERATURE, 6, 2, NUMBER),
  PU ("BacklightCompensation", BACKLIGHT_COMPENSATION, 8, 2, NUMBER),
  PU ("Gain", GAIN, 9, 2, NUMBER),
  PU ("PowerLineFrequency", POWER_LINE_FREQUENCY, 10, 1, CHOICE,
      NUMBERS (0, 1, 2)),
  PU ("BalanceWhiteAuto", WHITE_BALANCE_TEMPERATURE_AUTO, 12, 1, CHOICE,
      NUMBERS (0, 1)),
  XU ("Custom1", 1),
  XU ("Custom2", 2),
  XU ("Custom3", 3),
  XU ("Custom4", 4),
  XU ("Custom5", 5),
  XU ("Custom6", 6),
  XU ("Custom7", 7),
  XU ("Custom8", 8),
};

struct _GstFfsUvcUnits
{
  GstFfsControls *controls;
  gboolean updates;
  guint next;                   /* item to check first */
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
  if (item->known->kind == SIGNED && control->min < 0 && control->max > 0)
    item->min = -FRACTION_STEPS / 2;
  item->max = item->min + FRACTION_STEPS;
  item->step = range / FRACTION_STEPS;
  item->offset = control->min - item->min * item->step;
  return TRUE;
}

static gboolean
fit_integer (Item * item, const GstFfsControl * control)
{
  gdouble range = ldexp (1, 8 * item->known->size) - 1;
  gdouble lowest = item->known->kind == SIGNED ? -(range + 1) / 2 : 0;

  item->step = MAX (1, (control->max - control->min) / range);
  if (control->min >= lowest && control->max <= lowest + range) {
    item->min = control->min;
    item->max = control->max;
    return item->min <= item->max;
  }
  item->min = lowest;
  item->max = lowest + floor ((control->max - control->min) / item->step);
  item->offset = control->min - lowest * item->step;
  return item->min <= item->max;
}

/* The first value also stands for values without a number. */
static gboolean
fit_choice (Item * item, const GstFfsControl * control)
{
  guint i;

  for (i = 0; i < control->n_entries; i++) {
    gint value = control->entries[i].value;

    if (value < 0 || value >= item->known->n_numbers)
      continue;
    if (item->offered == 0)
      item->min = item->known->numbers[value];
    item->offered |= 1u << item->known->numbers[value];
  }
  return item->offered != 0;
}

static gboolean
is_choice (const Known * entry)
{
  return entry->n_numbers > 0;
}

static gboolean
is_offered (const Item * item, gint64 number)
{
  if (is_choice (item->known))
    return number < 32 && (item->offered & 1u << number) != 0;
  return number >= item->min && number <= item->max;
}

static gint64
choice_to_wire (const Item * item, gdouble value)
{
  guint i;

  for (i = 0; i < item->known->n_numbers; i++) {
    if (i == value && is_offered (item, item->known->numbers[i]))
      return item->known->numbers[i];
  }
  return item->min;
}

static gint64
to_wire (const Item * item, gdouble value)
{
  gdouble number = (value - item->offset) / item->step;

  if (is_choice (item->known))
    return choice_to_wire (item, value);
  /* The source may return any value, including NaN. */
  if (!(number > item->min))
    return item->min;
  if (number > item->max)
    return item->max;
  return llround (number);
}

/* @number: an offered number */
static gdouble
choice_from_wire (const Item * item, gint64 number)
{
  guint i = 0;

  while (item->known->numbers[i] != number)
    i++;
  return i;
}

static gdouble
from_wire (const Item * item, gint64 number, const GstFfsControl * control)
{
  gdouble value = item->offset + item->step * number;

  if (is_choice (item->known))
    return choice_from_wire (item, number);
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
  guint bits = 8 * item->known->size;
  gint64 number = 0;
  guint i;

  for (i = 0; i < item->known->size; i++)
    number |= (gint64) data[i] << 8 * i;
  if (item->known->kind == SIGNED && number >> (bits - 1))
    number -= G_GINT64_CONSTANT (1) << bits;
  return number;
}

/* ---- the units ---- */

static void
add_item (GstFfsUvcUnits * self, const Known * entry, guint i)
{
  const GstFfsControl *control = gst_ffs_controls_get (self->controls, i);
  Item item = { entry, i, TRUE, 0, 1, 0, 0, 0, 0, 0 };
  gboolean ok;

  if ((control->kind == GST_FFS_CONTROL_ENUM) != is_choice (entry))
    return;
  item.whole = control->kind == GST_FFS_CONTROL_INTEGER;
  if (is_choice (entry))
    ok = fit_choice (&item, control);
  else if (entry->kind == TIME)
    ok = fit_exposure (&item, control);
  else if (item.whole)
    ok = fit_integer (&item, control);
  else
    ok = fit_fraction (&item, control);
  if (!ok)
    return;
  item.first = to_wire (&item, gst_ffs_controls_get_default (self->controls,
          i));
  item.reported =
      to_wire (&item, gst_ffs_controls_get_value (self->controls, i));
  self->items[self->n_items++] = item;
}

/**
 * gst_ffs_uvc_units_new:
 * @controls: (transfer full): the controls of the source
 *
 * The host's defaults are the current ones of gst_ffs_controls_get_default().
 */
GstFfsUvcUnits *
gst_ffs_uvc_units_new (GstFfsControls * controls)
{
  GstFfsUvcUnits *self = g_new0 (GstFfsUvcUnits, 1);
  guint i, j, n;

  self->controls = controls;
  n = gst_ffs_controls_get_n (controls);
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

static Item *
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

static gboolean
has_unit (GstFfsUvcUnits * self, guint unit)
{
  if (unit == EXTENSION)
    return gst_ffs_uvc_units_get_controls (self, unit) != 0;
  return unit <= GST_FFS_UVC_OUTPUT_ID;
}

/**
 * gst_ffs_uvc_units_check:
 * @setup: a request to a unit
 *
 * Returns: the error of the setup packet, regardless of the data
 */
GstFfsUvcError
gst_ffs_uvc_units_check (GstFfsUvcUnits * self, const GstFfsSetup * setup)
{
  const Item *item = find_item (self, setup);

  if (item == NULL)
    return has_unit (self, gst_ffs_uvc_get_unit (setup)) ?
        GST_FFS_UVC_INVALID_CONTROL : GST_FFS_UVC_INVALID_UNIT;

  switch (setup->request) {
    case UVC_SET_CUR:
      return setup->length == item->known->size ?
          GST_FFS_UVC_NO_ERROR : GST_FFS_UVC_INVALID_REQUEST;
    case UVC_GET_MIN:
    case UVC_GET_MAX:
      return !is_choice (item->known) ?
          GST_FFS_UVC_NO_ERROR : GST_FFS_UVC_INVALID_REQUEST;
    case UVC_GET_RES:
      return item->known->kind != CHOICE ?
          GST_FFS_UVC_NO_ERROR : GST_FFS_UVC_INVALID_REQUEST;
    case UVC_GET_CUR:
    case UVC_GET_DEF:
    case UVC_GET_LEN:
    case UVC_GET_INFO:
      return GST_FFS_UVC_NO_ERROR;
    default:
      return GST_FFS_UVC_INVALID_REQUEST;
  }
}

/* Returns the settable bits, or the step between two numbers. */
static gint64
get_resolution (const Item * item)
{
  gint64 bits = 0;
  guint i;

  if (item->known->kind != BIT)
    return 1;
  for (i = 0; i < item->known->n_numbers; i++) {
    if (is_offered (item, item->known->numbers[i]))
      bits |= item->known->numbers[i];
  }
  return bits;
}

/**
 * gst_ffs_uvc_units_get:
 * @setup: a checked request
 * @reply: the answer
 */
GstFfsUvcError
gst_ffs_uvc_units_get (GstFfsUvcUnits * self, const GstFfsSetup * setup,
    GByteArray * reply)
{
  Item *item = find_item (self, setup);
  guint8 bytes[2] = { 0, };

  switch (setup->request) {
    case UVC_GET_CUR:
      item->reported =
          to_wire (item, gst_ffs_controls_get_value (self->controls,
              item->control));
      put_number (reply, item, item->reported);
      break;
    case UVC_GET_MIN:
      put_number (reply, item, item->min);
      break;
    case UVC_GET_MAX:
      put_number (reply, item, item->max);
      break;
    case UVC_GET_RES:
      put_number (reply, item, get_resolution (item));
      break;
    case UVC_GET_DEF:
      put_number (reply, item, item->first);
      break;
    case UVC_GET_LEN:
      bytes[0] = item->known->size;
      g_byte_array_append (reply, bytes, 2);
      break;
    case UVC_GET_INFO:
      bytes[0] = UVC_CONTROL_CAP_GET | UVC_CONTROL_CAP_SET
          | (self->updates ? UVC_CONTROL_CAP_AUTOUPDATE : 0);
      g_byte_array_append (reply, bytes, 1);
      break;
    default:
      return GST_FFS_UVC_INVALID_REQUEST;
  }
  return GST_FFS_UVC_NO_ERROR;
}

/**
 * gst_ffs_uvc_units_set:
 * @setup: a checked request
 * @data: its data
 */
GstFfsUvcError
gst_ffs_uvc_units_set (GstFfsUvcUnits * self, const GstFfsSetup * setup,
    const guint8 * data)
{
  Item *item = find_item (self, setup);
  const GstFfsControl *control;
  gint64 number;

  number = get_number (item, data);
  item->reported = number;
  if (!is_offered (item, number))
    return GST_FFS_UVC_OUT_OF_RANGE;
  control = gst_ffs_controls_get (self->controls, item->control);
  if (!gst_ffs_controls_set_value (self->controls, item->control,
          from_wire (item, number, control)))
    return GST_FFS_UVC_WRONG_STATE;
  return GST_FFS_UVC_NO_ERROR;
}

/**
 * gst_ffs_uvc_units_set_updates:
 * @updates: whether the camera has a status endpoint, for AUTO_UPDATE in
 * GET_INFO
 */
void
gst_ffs_uvc_units_set_updates (GstFfsUvcUnits * self, gboolean updates)
{
  self->updates = updates;
}

/**
 * gst_ffs_uvc_units_next_change:
 * @data: (out caller-allocates): space for %GST_FFS_UVC_STATUS_MAX bytes
 *
 * Finds a control whose value differs from the one that the host last read or
 * set: the source or another program changed it, or the source rejected the
 * host's value. Round robin, so that a control that always changes does not
 * starve the others.
 *
 * Returns: size of the CONTROL_CHANGE packet; 0 if there is no change
 */
gsize
gst_ffs_uvc_units_next_change (GstFfsUvcUnits * self, guint8 * data)
{
  guint i;

  for (i = 0; i < self->n_items; i++) {
    Item *item = &self->items[(self->next + i) % self->n_items];
    gint64 number = to_wire (item, gst_ffs_controls_get_value (self->controls,
            item->control));
    guint8 bytes[4];

    if (number == item->reported)
      continue;
    item->reported = number;
    self->next = (self->next + i + 1) % self->n_items;
    gst_ffs_put_u32 (bytes, (guint32) number);
    data[0] = UVC_STATUS_TYPE_CONTROL;
    data[1] = item->known->unit;
    data[2] = CONTROL_CHANGE;
    data[3] = item->known->selector;
    data[4] = VALUE_CHANGE;
    memcpy (data + STATUS_HEADER, bytes, item->known->size);
    return STATUS_HEADER + item->known->size;
  }
  return 0;
}
