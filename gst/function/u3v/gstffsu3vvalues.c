/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Iterates over the numbers and rates of a caps field: a value, a range or a
 * list of them.
 *
 * No state, no locks.
 */

#include "gstffsu3vvalues.h"

/* Upper limit for open ranges, such as those of test sources and scalers.  A
 * host must not make upstream allocate gigabytes. */
#define ANYTHING 16384
#define SIZE_LIMIT 4096
#define RATE_LIMIT 240

/* Calls @func for each range or single number of an int field. */
void
gst_ffs_u3v_each_range (const GValue * value, GstFfsU3vRangeFunc func,
    gpointer data)
{
  guint i;

  if (value == NULL)
    return;
  if (G_VALUE_HOLDS_INT (value)) {
    gint n = g_value_get_int (value);

    if (n > 0)
      func (n, n, 1, data);
  } else if (GST_VALUE_HOLDS_INT_RANGE (value)) {
    gint step = MAX (gst_value_get_int_range_step (value), 1);
    gint min = gst_value_get_int_range_min (value);
    gint max = gst_value_get_int_range_max (value);

    if (max > ANYTHING)
      max = SIZE_LIMIT - SIZE_LIMIT % step;
    if (min < 1)
      min += (step - min) / step * step;
    if (max == 0 || max < min)
      max = min;
    func (min, max, step, data);
  } else if (GST_VALUE_HOLDS_LIST (value)) {
    for (i = 0; i < gst_value_list_get_size (value); i++)
      gst_ffs_u3v_each_range (gst_value_list_get_value (value, i), func, data);
  }
}

static gdouble
fraction_to_double (const GValue * value)
{
  return (gdouble) gst_value_get_fraction_numerator (value) /
      gst_value_get_fraction_denominator (value);
}

/* Calls @func for each rate of a field.  For a range these are both ends and
 * the rate nearest to @wanted. */
void
gst_ffs_u3v_each_rate (const GValue * value, gdouble wanted,
    GstFfsU3vRateFunc func, gpointer data)
{
  guint i;

  if (value == NULL)
    return;
  if (GST_VALUE_HOLDS_FRACTION (value)) {
    if (gst_value_get_fraction_numerator (value) > 0)
      func (gst_value_get_fraction_numerator (value),
          gst_value_get_fraction_denominator (value), data);
  } else if (GST_VALUE_HOLDS_FRACTION_RANGE (value)) {
    const GValue *from = gst_value_get_fraction_range_min (value);
    const GValue *to = gst_value_get_fraction_range_max (value);
    gdouble min = fraction_to_double (from), max = fraction_to_double (to);
    gint n, d;

    if (gst_value_get_fraction_numerator (from) > 0)
      gst_ffs_u3v_each_rate (from, wanted, func, data);
    else
      min = MIN (1, max);
    if (max <= RATE_LIMIT)
      gst_ffs_u3v_each_rate (to, wanted, func, data);
    else
      max = MAX (min, RATE_LIMIT);
    gst_util_double_to_fraction (CLAMP (wanted, min, max), &n, &d);
    if (n > 0)
      func (n, d, data);
    gst_util_double_to_fraction (min, &n, &d);
    if (n > 0)
      func (n, d, data);
    gst_util_double_to_fraction (max, &n, &d);
    if (n > 0)
      func (n, d, data);
  } else if (GST_VALUE_HOLDS_LIST (value)) {
    for (i = 0; i < gst_value_list_get_size (value); i++)
      gst_ffs_u3v_each_rate (gst_value_list_get_value (value, i), wanted, func,
          data);
  }
}
