/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsU3vOffer: the part of upstream's caps that USB3 Vision can send.
 *
 * An offer is a list of entries in upstream's order of preference.  Each entry
 * is one format with the widths, heights and rates of its caps structure.
 *
 * Ownership: owns copies of the structures.  Locking: none, constant.
 */

#include <math.h>

#include "function/gstffsupstream.h"
#include "gstffsu3voffer.h"
#include "gstffsu3vvalues.h"

/* The default selection, or the nearest one of the offer. */
#define DEFAULT_WIDTH 640
#define DEFAULT_HEIGHT 480
#define DEFAULT_RATE 30

typedef struct
{
  const GstFfsU3vFormat *format;
  GstStructure *s;
} Entry;

struct _GstFfsU3vOffer
{
  GArray *entries;
};

/* ---- numbers ---- */

typedef struct
{
  guint value;
  guint multiple;
  gboolean found;
} Find;

static void
find (gint min, gint max, gint step, gpointer data)
{
  Find *find = data;

  if (find->value >= (guint) min && find->value <= (guint) max
      && (find->value - min) % step == 0 && find->value % find->multiple == 0)
    find->found = TRUE;
}

static gboolean
entry_has (const Entry * entry, const gchar * field, guint value)
{
  Find data = { value, 1, FALSE };

  if (g_str_equal (field, "width"))
    data.multiple = entry->format->step;
  gst_ffs_u3v_each_range (gst_structure_get_value (entry->s, field), find,
      &data);
  return data.found;
}

typedef struct
{
  guint wanted;
  guint multiple;
  guint best;
} Near;

/* Finds the first single number, or the number of the first range that is
 * nearest to the wanted one. */
static void
near (gint min, gint max, gint step, gpointer data)
{
  Near *near = data;
  gint64 value;

  if (near->best != 0)
    return;
  value = CLAMP ((gint) near->wanted, min, max);
  value -= (value - min) % step;
  /* Down to a width without padding, else up. */
  while (value >= min && value % near->multiple)
    value -= step;
  if (value < min) {
    for (value = min; value <= max && value % near->multiple;)
      value += step;
  }
  if (value >= min && value <= max)
    near->best = value;
}

static guint
entry_default (const Entry * entry, const gchar * field, guint wanted)
{
  Near data = { wanted, 1, 0 };

  if (g_str_equal (field, "width"))
    data.multiple = entry->format->step;
  gst_ffs_u3v_each_range (gst_structure_get_value (entry->s, field), near,
      &data);
  return data.best;
}

typedef struct
{
  guint multiple;
  guint best;
} Largest;

static void
largest (gint min, gint max, gint step, gpointer data)
{
  Largest *largest = data;
  gint64 value = max - (max - min) % step;

  while (value >= min && value % largest->multiple)
    value -= step;
  if (value >= min)
    largest->best = MAX (largest->best, (guint) value);
}

static guint
entry_largest (const Entry * entry, const gchar * field)
{
  Largest data = { 1, 0 };

  if (g_str_equal (field, "width"))
    data.multiple = entry->format->step;
  gst_ffs_u3v_each_range (gst_structure_get_value (entry->s, field), largest,
      &data);
  return data.best;
}

static guint
gcd (guint a, guint b)
{
  while (b != 0) {
    guint rest = a % b;

    a = b;
    b = rest;
  }
  return a;
}

static void
widen (gint min, gint max, gint step, gpointer data)
{
  GstFfsU3vRange *range = data;

  if (range->max == 0) {
    range->min = min;
    range->max = min;
  }
  range->step = gcd (range->step, ABS ((gint) range->min - min));
  if (max > min)
    range->step = gcd (range->step, step);
  range->min = MIN (range->min, (guint) min);
  range->max = MAX (range->max, (guint) max);
}

/* ---- frame rates ---- */

typedef struct
{
  gdouble wanted;
  gint n, d;
} NearRate;

static void
near_rate (gint n, gint d, gpointer data)
{
  NearRate *near = data;

  if (near->n == 0 || fabs ((gdouble) n / d - near->wanted) <
      fabs ((gdouble) near->n / near->d - near->wanted)) {
    near->n = n;
    near->d = d;
  }
}

static void
widen_rate (gint n, gint d, gpointer data)
{
  gdouble *range = data;
  gdouble rate = (gdouble) n / d;

  if (range[0] == 0 || rate < range[0])
    range[0] = rate;
  range[1] = MAX (range[1], rate);
}

/* ---- the offer ---- */

static void
clear_entry (gpointer data)
{
  gst_structure_free (((Entry *) data)->s);
}

static void
add_entry (GstFfsU3vOffer * self, GstStructure * s, const gchar * name)
{
  Entry entry;

  entry.format = gst_ffs_u3v_format_from_caps (gst_structure_get_name (s),
      name);
  if (entry.format == NULL)
    return;
  entry.s = s;
  if (entry_default (&entry, "width", DEFAULT_WIDTH) == 0
      || entry_default (&entry, "height", DEFAULT_HEIGHT) == 0)
    return;
  entry.s = gst_structure_copy (s);
  g_array_append_val (self->entries, entry);
}

/**
 * gst_ffs_u3v_offer_new:
 * @caps: the caps that upstream can produce
 *
 * Returns: (transfer full) (nullable): %NULL if USB3 Vision has no number for
 * any of the formats
 */
GstFfsU3vOffer *
gst_ffs_u3v_offer_new (GstCaps * caps)
{
  GstFfsU3vOffer *self;
  guint i, j;

  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return NULL;

  self = g_new0 (GstFfsU3vOffer, 1);
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, clear_entry);
  for (i = 0; i < gst_caps_get_size (caps); i++) {
    GstStructure *s = gst_caps_get_structure (caps, i);
    const GValue *names = gst_structure_get_value (s, "format");

    if (names == NULL
        || !gst_ffs_upstream_is_usable (gst_caps_get_features (caps, i)))
      continue;
    if (G_VALUE_HOLDS_STRING (names)) {
      add_entry (self, s, g_value_get_string (names));
    } else if (GST_VALUE_HOLDS_LIST (names)) {
      for (j = 0; j < gst_value_list_get_size (names); j++) {
        const GValue *name = gst_value_list_get_value (names, j);

        if (G_VALUE_HOLDS_STRING (name))
          add_entry (self, s, g_value_get_string (name));
      }
    }
  }
  if (self->entries->len == 0) {
    gst_ffs_u3v_offer_free (self);
    return NULL;
  }
  return self;
}

void
gst_ffs_u3v_offer_free (GstFfsU3vOffer * self)
{
  g_array_unref (self->entries);
  g_free (self);
}

void
gst_ffs_u3v_offer_get_default (GstFfsU3vOffer * self,
    GstFfsU3vSelection * selection)
{
  const Entry *entry = &g_array_index (self->entries, Entry, 0);

  selection->format = entry->format;
  selection->width = entry_default (entry, "width", DEFAULT_WIDTH);
  selection->height = entry_default (entry, "height", DEFAULT_HEIGHT);
  selection->x = selection->y = 0;
  gst_ffs_u3v_offer_choose_rate (self, selection, DEFAULT_RATE);
}

gboolean
gst_ffs_u3v_offer_has_format (GstFfsU3vOffer * self,
    const GstFfsU3vFormat * format)
{
  guint i;

  for (i = 0; i < self->entries->len; i++) {
    if (g_array_index (self->entries, Entry, i).format == format)
      return TRUE;
  }
  return FALSE;
}

/**
 * gst_ffs_u3v_offer_has_size:
 * @field: "width" or "height"
 *
 * Returns: whether any entry of the offer has the number
 */
gboolean
gst_ffs_u3v_offer_has_size (GstFfsU3vOffer * self, const gchar * field,
    guint value)
{
  guint i;

  for (i = 0; i < self->entries->len; i++) {
    if (entry_has (&g_array_index (self->entries, Entry, i), field, value))
      return TRUE;
  }
  return FALSE;
}

void
gst_ffs_u3v_offer_get_range (GstFfsU3vOffer * self, const gchar * field,
    GstFfsU3vRange * range)
{
  guint i;

  range->min = range->max = range->step = 0;
  for (i = 0; i < self->entries->len; i++) {
    Entry *entry = &g_array_index (self->entries, Entry, i);

    gst_ffs_u3v_each_range (gst_structure_get_value (entry->s, field), widen,
        range);
  }
  range->step = MAX (range->step, 1);
}

static gboolean
entry_matches (const Entry * entry, const GstFfsU3vSelection * selection)
{
  return entry->format == selection->format
      && entry_has (entry, "width", selection->width)
      && entry_has (entry, "height", selection->height);
}

/**
 * gst_ffs_u3v_offer_has:
 *
 * Returns: whether upstream can produce this format in this size
 */
gboolean
gst_ffs_u3v_offer_has (GstFfsU3vOffer * self,
    const GstFfsU3vSelection * selection)
{
  guint i;

  for (i = 0; i < self->entries->len; i++) {
    if (entry_matches (&g_array_index (self->entries, Entry, i), selection))
      return TRUE;
  }
  return FALSE;
}

/* Finds the largest picture of a format, divided by the factors of @binning.
 * Returns FALSE if upstream cannot produce it. */
static gboolean
find_largest (GstFfsU3vOffer * self, const GstFfsU3vFormat * format,
    const GstFfsU3vBinning * binning, GstFfsU3vSelection * picture)
{
  guint64 best = 0;
  guint i;

  picture->format = format;
  picture->x = picture->y = 0;
  for (i = 0; i < self->entries->len; i++) {
    const Entry *entry = &g_array_index (self->entries, Entry, i);
    guint width = entry_largest (entry, "width");
    guint height = entry_largest (entry, "height");

    if (entry->format != format || (guint64) width * height <= best)
      continue;
    best = (guint64) width *height;
    picture->width = width;
    picture->height = height;
  }
  if (best == 0 || picture->width % binning->x || picture->height % binning->y)
    return FALSE;
  picture->width /= binning->x;
  picture->height /= binning->y;
  return (binning->x == 1 && binning->y == 1)
      || gst_ffs_u3v_offer_has (self, picture);
}

/**
 * gst_ffs_u3v_offer_has_binning:
 * @binning: the factors
 *
 * Returns: whether upstream has the largest picture of a format divided by the
 * factors
 */
gboolean
gst_ffs_u3v_offer_has_binning (GstFfsU3vOffer * self,
    const GstFfsU3vBinning * binning)
{
  GstFfsU3vSelection picture;
  guint i;

  for (i = 0; i < self->entries->len; i++) {
    if (find_largest (self, g_array_index (self->entries, Entry, i).format,
            binning, &picture))
      return TRUE;
  }
  return FALSE;
}

/**
 * gst_ffs_u3v_offer_change_binning:
 * @binning: (inout): the factors
 * @vertical: which one to change
 * @factor: its new value, not 0
 *
 * Changes one factor if upstream has such a picture, else both: many sensors
 * bin in both directions only.
 *
 * Returns: %FALSE, with the factors unchanged, if upstream has neither
 */
gboolean
gst_ffs_u3v_offer_change_binning (GstFfsU3vOffer * self,
    GstFfsU3vBinning * binning, gboolean vertical, guint factor)
{
  const GstFfsU3vBinning one = {
    vertical ? binning->x : factor, vertical ? factor : binning->y
  };
  const GstFfsU3vBinning both = { factor, factor };

  if (gst_ffs_u3v_offer_has_binning (self, &one))
    *binning = one;
  else if (gst_ffs_u3v_offer_has_binning (self, &both))
    *binning = both;
  else
    return FALSE;
  return TRUE;
}

/**
 * gst_ffs_u3v_offer_find_source:
 * @selection: the host's selection
 * @binning: the binning factors
 * @source: (out): the selection to request from upstream
 *
 * If upstream can produce the selected size, that picture is the source; it may
 * have the field of view of the largest one.  Any other size, and any size with
 * an offset, is a region of the largest picture of the format.  With binning
 * the selection is always a region of the binned picture.
 *
 * Returns: whether upstream can produce such a picture
 */
gboolean
gst_ffs_u3v_offer_find_source (GstFfsU3vOffer * self,
    const GstFfsU3vSelection * selection, const GstFfsU3vBinning * binning,
    GstFfsU3vSelection * source)
{
  GstFfsU3vSelection picture = *selection;

  *source = *selection;
  source->x = source->y = 0;
  if (binning->x == 1 && binning->y == 1 && selection->x == 0
      && selection->y == 0 && gst_ffs_u3v_offer_has (self, selection))
    return TRUE;
  if (!find_largest (self, selection->format, binning, &picture)
      || (guint64) selection->x + selection->width > picture.width
      || (guint64) selection->y + selection->height > picture.height)
    return FALSE;
  *source = picture;
  return TRUE;
}

/**
 * gst_ffs_u3v_offer_get_rates:
 *
 * Returns: whether the offer has frame rates
 */
gboolean
gst_ffs_u3v_offer_get_rates (GstFfsU3vOffer * self, gdouble * min,
    gdouble * max)
{
  gdouble range[2] = { 0, 0 };
  guint i;

  for (i = 0; i < self->entries->len; i++) {
    Entry *entry = &g_array_index (self->entries, Entry, i);

    gst_ffs_u3v_each_rate (gst_structure_get_value (entry->s, "framerate"),
        DEFAULT_RATE, widen_rate, range);
  }
  *min = range[0];
  *max = range[1];
  return range[1] > 0;
}

/**
 * gst_ffs_u3v_offer_choose_rate:
 * @selection: (inout): the rate is set, format and size are kept
 * @wanted: frames per second
 *
 * Chooses the rate nearest to @wanted that upstream offers for this format and
 * size.
 */
void
gst_ffs_u3v_offer_choose_rate (GstFfsU3vOffer * self,
    GstFfsU3vSelection * selection, gdouble wanted)
{
  NearRate near = { wanted, 0, 1 };
  guint i;

  for (i = 0; i < self->entries->len; i++) {
    Entry *entry = &g_array_index (self->entries, Entry, i);

    if (entry_matches (entry, selection))
      gst_ffs_u3v_each_rate (gst_structure_get_value (entry->s, "framerate"),
          wanted, near_rate, &near);
  }
  selection->fps_n = near.n;
  selection->fps_d = near.d;
}

/* ---- a selection ---- */

/**
 * gst_ffs_u3v_selection_to_caps:
 *
 * Returns: (transfer full): fixed caps with any memory
 */
GstCaps *
gst_ffs_u3v_selection_to_caps (const GstFfsU3vSelection * selection)
{
  GstStructure *s = gst_structure_new (selection->format->media,
      "format", G_TYPE_STRING, selection->format->format,
      "width", G_TYPE_INT, (gint) selection->width,
      "height", G_TYPE_INT, (gint) selection->height, NULL);
  GstCaps *caps = gst_caps_new_empty ();

  if (selection->fps_n > 0)
    gst_structure_set (s, "framerate", GST_TYPE_FRACTION, selection->fps_n,
        selection->fps_d, NULL);
  gst_caps_append_structure_full (caps, s, gst_caps_features_new_any ());
  return caps;
}

guint64
gst_ffs_u3v_selection_get_size (const GstFfsU3vSelection * selection)
{
  return gst_ffs_u3v_format_get_size (selection->format, selection->width,
      selection->height);
}
