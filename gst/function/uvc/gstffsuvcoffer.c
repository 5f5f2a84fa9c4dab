/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcOffer: upstream's caps as lists for a host: formats, sizes and
 * rates.
 *
 * Discrete values in the caps are used unchanged. A range is replaced by the
 * common sizes and rates in it and its end, unless it is unbounded.
 *
 * Ownership: holds no references. Locking: none, constant.
 */

#include <string.h>

#include "function/gstffsupstream.h"
#include "gstffsuvcoffer.h"

#define INTERVALS_PER_SECOND 10000000

/* Defaults. */
#define DEFAULT_WIDTH 640
#define DEFAULT_HEIGHT 480
#define DEFAULT_RATE 30

/* Larger than any source; a host must not cause allocations of gigabytes. */
#define MAX_SIZE 8192
#define MAX_RATE 1000

/* End of an unbounded range, as in the caps of test sources and scalers. */
#define ANY_WIDTH 1920
#define ANY_HEIGHT 1080

static const struct
{
  guint width;
  guint height;
} usual_sizes[] = {
  {640, 480},
  {1280, 720},
  {1920, 1080},
  {320, 240},
  {640, 360},
  {800, 600},
  {1024, 768},
  {320, 180},
  {160, 120},
  {3840, 2160},
  {2560, 1440},
  {960, 540},
};

static const gint usual_rates[] = { 60, 50, 30, 25, 20, 15, 10, 5 };

/* ---- frame rates ---- */

/* Inserts in order; drops the slowest if there are too many. */
static void
add_rate (GstFfsUvcFrame * frame, gint n, gint d)
{
  GstFfsUvcRate rate = { n, d, 0 };
  guint64 interval;
  guint at = 0;

  if (n <= 0 || d <= 0 || n / d > MAX_RATE)
    return;
  /* Round down: hosts that divide a second by the interval, as libuvc does,
   * would get 59 frames instead of 60. */
  interval = gst_util_uint64_scale (INTERVALS_PER_SECOND, d, n);
  if (interval == 0 || interval > G_MAXUINT32)
    return;
  rate.interval = interval;

  while (at < frame->n_rates && frame->rates[at].interval < rate.interval)
    at++;
  if (at == GST_FFS_UVC_MAX_RATES || (at < frame->n_rates
          && frame->rates[at].interval == rate.interval))
    return;
  if (frame->n_rates == GST_FFS_UVC_MAX_RATES)
    frame->n_rates--;
  memmove (&frame->rates[at + 1], &frame->rates[at],
      (frame->n_rates - at) * sizeof (rate));
  frame->rates[at] = rate;
  frame->n_rates++;
}

static void
add_rate_range (GstFfsUvcFrame * frame, const GValue * range)
{
  const GValue *from = gst_value_get_fraction_range_min (range);
  const GValue *to = gst_value_get_fraction_range_max (range);
  gint n = gst_value_get_fraction_numerator (to);
  gint d = gst_value_get_fraction_denominator (to);
  GValue usual = G_VALUE_INIT;
  guint i;

  if (n / d <= MAX_RATE)
    add_rate (frame, n, d);
  g_value_init (&usual, GST_TYPE_FRACTION);
  for (i = 0; i < G_N_ELEMENTS (usual_rates); i++) {
    gst_value_set_fraction (&usual, usual_rates[i], 1);
    if (gst_value_intersect (NULL, &usual, range))
      add_rate (frame, usual_rates[i], 1);
  }
  g_value_unset (&usual);
  if (frame->n_rates == 0)
    add_rate (frame, gst_value_get_fraction_numerator (from),
        gst_value_get_fraction_denominator (from));
}

static void
add_rates (GstFfsUvcFrame * frame, const GValue * value)
{
  guint i;

  if (value == NULL)
    return;
  if (GST_VALUE_HOLDS_FRACTION (value)) {
    add_rate (frame, gst_value_get_fraction_numerator (value),
        gst_value_get_fraction_denominator (value));
  } else if (GST_VALUE_HOLDS_FRACTION_RANGE (value)) {
    add_rate_range (frame, value);
  } else if (GST_VALUE_HOLDS_LIST (value)) {
    for (i = 0; i < gst_value_list_get_size (value); i++)
      add_rates (frame, gst_value_list_get_value (value, i));
  }
}

/**
 * gst_ffs_uvc_frame_nearest_rate:
 * @frame: a size
 * @interval: the host's interval, in 100 ns
 *
 * Returns: index of the nearest rate
 */
guint
gst_ffs_uvc_frame_nearest_rate (const GstFfsUvcFrame * frame, guint32 interval)
{
  gint64 distance, best = G_MAXINT64;
  guint i, nearest = 0;

  for (i = 0; i < frame->n_rates; i++) {
    distance = (gint64) frame->rates[i].interval - interval;
    distance = ABS (distance);
    if (distance < best) {
      best = distance;
      nearest = i;
    }
  }
  return nearest;
}

/* ---- sizes ---- */

static GstFfsUvcFrame *
find_frame (GstFfsUvcChoice * choice, guint width, guint height)
{
  guint i;

  for (i = 0; i < choice->n_frames; i++) {
    if (choice->frames[i].width == width && choice->frames[i].height == height)
      return &choice->frames[i];
  }
  return NULL;
}

static void
add_size (GstFfsUvcChoice * choice, const GstStructure * s, gint width,
    gint height)
{
  GstFfsUvcFrame *frame;

  if (width < 1 || height < 1 || width > MAX_SIZE || height > MAX_SIZE
      || width % choice->format->width_step
      || height % choice->format->height_step)
    return;
  frame = find_frame (choice, width, height);
  if (frame == NULL) {
    if (choice->n_frames == GST_FFS_UVC_MAX_FRAMES)
      return;
    frame = &choice->frames[choice->n_frames++];
    frame->width = width;
    frame->height = height;
  }
  add_rates (frame, gst_structure_get_value (s, "framerate"));
}

/* Gets the discrete values of a field. */
static void
get_numbers (const GValue * value, GArray * numbers)
{
  guint i;

  if (value && G_VALUE_HOLDS_INT (value)) {
    gint number = g_value_get_int (value);

    g_array_append_val (numbers, number);
  } else if (value && GST_VALUE_HOLDS_LIST (value)) {
    for (i = 0; i < gst_value_list_get_size (value); i++)
      get_numbers (gst_value_list_get_value (value, i), numbers);
  }
}

/* Whether a field contains the number; unbounded ranges have a limit. */
static gboolean
has_number (const GValue * value, guint number, guint limit)
{
  GValue single = G_VALUE_INIT;
  gboolean ret;
  guint i;

  if (value == NULL)
    return number <= limit;
  if (GST_VALUE_HOLDS_LIST (value)) {
    for (i = 0; i < gst_value_list_get_size (value); i++) {
      if (has_number (gst_value_list_get_value (value, i), number, limit))
        return TRUE;
    }
    return FALSE;
  }
  if (GST_VALUE_HOLDS_INT_RANGE (value)
      && gst_value_get_int_range_max (value) > MAX_SIZE && number > limit)
    return FALSE;
  g_value_init (&single, G_TYPE_INT);
  g_value_set_int (&single, number);
  ret = gst_value_intersect (NULL, value, &single);
  g_value_unset (&single);
  return ret;
}

/* Returns the end of a range, 0 if there is none or it is unbounded. */
static gint
get_end (const GValue * value)
{
  gint end = 0;
  guint i;

  if (value == NULL)
    return 0;
  if (G_VALUE_HOLDS_INT (value))
    end = g_value_get_int (value);
  else if (GST_VALUE_HOLDS_INT_RANGE (value))
    end = gst_value_get_int_range_max (value);
  else if (GST_VALUE_HOLDS_LIST (value)) {
    for (i = 0; i < gst_value_list_get_size (value); i++)
      end = MAX (end, get_end (gst_value_list_get_value (value, i)));
  }
  return end > MAX_SIZE ? 0 : end;
}

/* Returns the value of a field nearest to a wanted one, for ranges without
 * common values. */
static gint
get_near (const GValue * value, gint wanted, guint step)
{
  gint min, max, by, near;

  if (value == NULL || !GST_VALUE_HOLDS_INT_RANGE (value))
    return value ? get_end (value) : wanted;
  min = gst_value_get_int_range_min (value);
  max = MIN (gst_value_get_int_range_max (value), MAX_SIZE);
  by = MAX (gst_value_get_int_range_step (value), 1);
  if (min > max)
    return 0;
  near = CLAMP (wanted, min, max);
  near -= (near - min) % by;
  while (near >= min && near % (gint) step)
    near -= by;
  while (near < min || (near <= max && near % (gint) step))
    near += by;
  return near <= max ? near : 0;
}

static void
add_sizes (GstFfsUvcChoice * choice, const GstStructure * s)
{
  const GValue *width = gst_structure_get_value (s, "width");
  const GValue *height = gst_structure_get_value (s, "height");
  GArray *widths = g_array_new (FALSE, FALSE, sizeof (gint));
  GArray *heights = g_array_new (FALSE, FALSE, sizeof (gint));
  guint i, j, before = choice->n_frames;

  get_numbers (width, widths);
  get_numbers (height, heights);
  for (i = 0; i < widths->len; i++) {
    for (j = 0; j < heights->len; j++)
      add_size (choice, s, g_array_index (widths, gint, i),
          g_array_index (heights, gint, j));
  }

  if (widths->len == 0 || heights->len == 0) {
    gint end_width = get_end (width), end_height = get_end (height);

    if (end_width > 0 && end_height > 0)
      add_size (choice, s, end_width, end_height);
    for (i = 0; i < G_N_ELEMENTS (usual_sizes); i++) {
      if (has_number (width, usual_sizes[i].width, ANY_WIDTH)
          && has_number (height, usual_sizes[i].height, ANY_HEIGHT))
        add_size (choice, s, usual_sizes[i].width, usual_sizes[i].height);
    }
    if (choice->n_frames == before)
      add_size (choice, s, get_near (width, DEFAULT_WIDTH,
              choice->format->width_step), get_near (height, DEFAULT_HEIGHT,
              choice->format->height_step));
  }
  g_array_unref (widths);
  g_array_unref (heights);
}

/* ---- the offer ---- */

static GstFfsUvcChoice *
get_choice (GstFfsUvcOffer * self, const GstFfsUvcFormat * format)
{
  guint i;

  for (i = 0; i < self->n_choices; i++) {
    if (self->choices[i].format == format)
      return &self->choices[i];
  }
  /* Only counted when it has a size. */
  self->choices[i].format = format;
  return &self->choices[i];
}

static void
choose_defaults (GstFfsUvcChoice * choice)
{
  GstFfsUvcFrame *preferred;
  guint i;

  for (i = 0; i < choice->n_frames; i++) {
    GstFfsUvcFrame *frame = &choice->frames[i];

    if (frame->n_rates == 0) {
      frame->rates[0].interval = INTERVALS_PER_SECOND / DEFAULT_RATE;
      frame->n_rates = 1;
    }
    frame->rate = gst_ffs_uvc_frame_nearest_rate (frame,
        INTERVALS_PER_SECOND / DEFAULT_RATE);
  }
  preferred = find_frame (choice, DEFAULT_WIDTH, DEFAULT_HEIGHT);
  choice->frame = preferred ? preferred - choice->frames : 0;
}

/**
 * gst_ffs_uvc_offer_new:
 * @caps: upstream's caps
 *
 * Returns: (transfer full) (nullable): %NULL if UVC has no format for any of
 * them
 */
GstFfsUvcOffer *
gst_ffs_uvc_offer_new (GstCaps * caps)
{
  GstFfsUvcOffer *self;
  guint i, j, n_formats;
  const GstFfsUvcFormat *formats = gst_ffs_uvc_formats (&n_formats);

  if (gst_caps_is_any (caps))
    return NULL;
  self = g_new0 (GstFfsUvcOffer, 1);
  for (i = 0; i < gst_caps_get_size (caps); i++) {
    const GstStructure *s = gst_caps_get_structure (caps, i);

    if (!gst_ffs_upstream_is_usable (gst_caps_get_features (caps, i)))
      continue;
    for (j = 0; j < n_formats; j++) {
      GstFfsUvcChoice *choice;

      if (!gst_ffs_uvc_format_matches (&formats[j], s))
        continue;
      choice = get_choice (self, &formats[j]);
      add_sizes (choice, s);
      if (choice == &self->choices[self->n_choices] && choice->n_frames > 0)
        self->n_choices++;
    }
  }
  for (i = 0; i < self->n_choices; i++)
    choose_defaults (&self->choices[i]);
  if (self->n_choices == 0)
    g_clear_pointer (&self, gst_ffs_uvc_offer_free);
  return self;
}

void
gst_ffs_uvc_offer_free (GstFfsUvcOffer * self)
{
  g_free (self);
}

static guint
count_values (const GstFfsUvcChoice * choice)
{
  guint i, n = 0;

  for (i = 0; i < choice->n_frames; i++)
    n += 1 + choice->frames[i].n_rates;
  return n;
}

/* Removes the last size, but not the default; of a single size the slowest
 * rate. */
static gboolean
shrink_choice (GstFfsUvcChoice * choice)
{
  guint last = choice->n_frames - 1;

  if (choice->n_frames == 1) {
    if (choice->frames[0].n_rates == 1)
      return FALSE;
    choice->frames[0].n_rates--;
    return TRUE;
  }
  if (choice->frame == last)
    choice->frames[last - 1] = choice->frames[last];
  choice->n_frames--;
  return TRUE;
}

/**
 * gst_ffs_uvc_offer_keep_raw_video:
 *
 * Removes the formats whose frames differ in size, and those without
 * GstVideoInfo.
 *
 * Returns: %FALSE if no format is left
 */
gboolean
gst_ffs_uvc_offer_keep_raw_video (GstFfsUvcOffer * self)
{
  guint i, n = 0;

  for (i = 0; i < self->n_choices; i++) {
    if (g_str_equal (self->choices[i].format->media, "video/x-raw"))
      self->choices[n++] = self->choices[i];
  }
  self->n_choices = n;
  return n > 0;
}

/**
 * gst_ffs_uvc_offer_shrink:
 *
 * Removes a size or rate of the largest format.
 *
 * Returns: %FALSE if nothing can be removed
 */
gboolean
gst_ffs_uvc_offer_shrink (GstFfsUvcOffer * self)
{
  GstFfsUvcChoice *most = &self->choices[0];
  guint i;

  for (i = 1; i < self->n_choices; i++) {
    if (count_values (&self->choices[i]) > count_values (most))
      most = &self->choices[i];
  }
  if (!shrink_choice (most))
    return FALSE;
  choose_defaults (most);
  return TRUE;
}

/* Removes raw rates that exceed the bus, and sizes without rates. */
static void
limit_choice (GstFfsUvcChoice * choice, guint64 bytes_per_second)
{
  guint i, n = 0;

  for (i = 0; i < choice->n_frames; i++) {
    GstFfsUvcFrame frame = choice->frames[i];
    guint64 size = gst_ffs_uvc_format_get_max_size (choice->format,
        frame.width, frame.height);
    guint fast = 0;

    while (fast < frame.n_rates && size * INTERVALS_PER_SECOND /
        frame.rates[fast].interval > bytes_per_second)
      fast++;
    frame.n_rates -= fast;
    memmove (&frame.rates[0], &frame.rates[fast],
        frame.n_rates * sizeof (frame.rates[0]));
    if (frame.n_rates > 0)
      choice->frames[n++] = frame;
  }
  choice->n_frames = n;
}

/* The smallest selection, if all exceed the bus. */
static void
take_least (GstFfsUvcOffer * self, const GstFfsUvcOffer * all)
{
  const GstFfsUvcChoice *from = &all->choices[0];
  GstFfsUvcChoice *to = &self->choices[0];
  const GstFfsUvcFrame *least = &from->frames[0];
  guint i;

  for (i = 1; i < from->n_frames; i++) {
    if (from->frames[i].width * from->frames[i].height <
        least->width * least->height)
      least = &from->frames[i];
  }
  to->format = from->format;
  to->n_frames = 1;
  to->frames[0] = *least;
  to->frames[0].rates[0] = least->rates[least->n_rates - 1];
  to->frames[0].n_rates = 1;
  self->n_choices = 1;
}

/**
 * gst_ffs_uvc_offer_new_limited:
 * @all: the full offer
 * @bytes_per_second: bandwidth of the bus
 *
 * Keeps all encoded formats, since their frame sizes are unknown.
 *
 * Returns: (transfer full): the raw selections that fit, at least one
 */
GstFfsUvcOffer *
gst_ffs_uvc_offer_new_limited (const GstFfsUvcOffer * all,
    guint64 bytes_per_second)
{
  GstFfsUvcOffer *self = g_new0 (GstFfsUvcOffer, 1);
  guint i;

  for (i = 0; i < all->n_choices; i++) {
    GstFfsUvcChoice *choice = &self->choices[self->n_choices];

    *choice = all->choices[i];
    if (choice->format->kind == GST_FFS_UVC_UNCOMPRESSED)
      limit_choice (choice, bytes_per_second);
    if (choice->n_frames > 0)
      self->n_choices++;
  }
  if (self->n_choices == 0)
    take_least (self, all);
  for (i = 0; i < self->n_choices; i++)
    choose_defaults (&self->choices[i]);
  return self;
}

void
gst_ffs_uvc_offer_get_default (const GstFfsUvcOffer * self,
    GstFfsUvcSelection * selection)
{
  selection->offer = self;
  selection->choice = 0;
  selection->frame = self->choices[0].frame;
  selection->rate = self->choices[0].frames[selection->frame].rate;
}

/* ---- a selection ---- */

const GstFfsUvcFormat *
gst_ffs_uvc_selection_get_format (const GstFfsUvcSelection * self)
{
  return self->offer->choices[self->choice].format;
}

const GstFfsUvcFrame *
gst_ffs_uvc_selection_get_frame (const GstFfsUvcSelection * self)
{
  return &self->offer->choices[self->choice].frames[self->frame];
}

guint32
gst_ffs_uvc_selection_get_max_size (const GstFfsUvcSelection * self)
{
  const GstFfsUvcFrame *frame = gst_ffs_uvc_selection_get_frame (self);

  return gst_ffs_uvc_format_get_max_size (gst_ffs_uvc_selection_get_format
      (self), frame->width, frame->height);
}

/**
 * gst_ffs_uvc_selection_to_caps:
 *
 * Returns: (transfer full): fixed caps; raw video with any memory
 */
GstCaps *
gst_ffs_uvc_selection_to_caps (const GstFfsUvcSelection * self)
{
  const GstFfsUvcFrame *frame = gst_ffs_uvc_selection_get_frame (self);
  const GstFfsUvcRate *rate = &frame->rates[self->rate];

  return gst_ffs_uvc_format_to_caps (gst_ffs_uvc_selection_get_format (self),
      frame->width, frame->height, rate->n, rate->d);
}

/* Returns: whether both are the same entry of the same offer */
gboolean
gst_ffs_uvc_selection_is_equal (const GstFfsUvcSelection * self,
    const GstFfsUvcSelection * other)
{
  return self->offer == other->offer && self->choice == other->choice
      && self->frame == other->frame && self->rate == other->rate;
}
