/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsU3vCamera: the state of the camera as the host sees it: the selection
 * from upstream's offer, whether frames flow, and the registers that show both.
 *
 * Frames flow when the host has enabled the streaming interface and started
 * the acquisition, in either order.  The first of the two locks the size of a
 * frame.  Each register holds a value that occurs in the offer, but not every
 * combination of them does: programs write width, height and format in any
 * order.  The combination is therefore checked when the stream starts.
 *
 * A host program that dies sends no last command.  The next program reads the
 * manifest before it locks anything; that read ends the stream and the locks of
 * the last one.
 *
 * This file only keeps state.  An access returns an effect for the caller to
 * carry out.
 *
 * Ownership: owns the offer and the registers, copies the controls.
 *
 * Locking: one mutex, for the control thread and the streaming thread.
 */

#include <string.h>

#include "gstffsu3vcameraprivate.h"
#include "gstffsu3vlayout.h"
#include "gstffsu3vmap.h"
#include "gstffsu3vstandard.h"
#include "gstffsu3vxml.h"

/* Maximum number of frames that a pending trigger skips: a few seconds, because
 * the source of a busy board may be late for a while. */
#define MAX_SKIPPED 128

/* ---- state ---- */

guint
gst_ffs_u3v_camera_max_width (GstFfsU3vCamera * self)
{
  return self->sensor_width / self->binning.x;
}

guint
gst_ffs_u3v_camera_max_height (GstFfsU3vCamera * self)
{
  return self->sensor_height / self->binning.y;
}

gboolean
gst_ffs_u3v_camera_is_streaming (GstFfsU3vCamera * self)
{
  return self->enabled && self->acquiring;
}

gboolean
gst_ffs_u3v_camera_is_locked (GstFfsU3vCamera * self)
{
  return self->enabled || self->acquiring || self->locked;
}

static gboolean
is_selected (GstFfsU3vCamera * self, const GstFfsU3vSelection * caps)
{
  return caps->format == self->source.format
      && caps->width == self->source.width
      && caps->height == self->source.height;
}

void
gst_ffs_u3v_camera_show_state (GstFfsU3vCamera * self)
{
  gst_ffs_u3v_registers_set_u32 (self->registers,
      FEATURES + FEATURE_PARAMS_LOCKED, gst_ffs_u3v_camera_is_locked (self));
  gst_ffs_u3v_registers_set_u32 (self->registers, SIRM + SI_CONTROL,
      self->enabled ? SI_CONTROL_ENABLE : 0);
}

void
gst_ffs_u3v_camera_show_selection (GstFfsU3vCamera * self)
{
  GstFfsU3vSelection *s = &self->selection;
  guint64 size = gst_ffs_u3v_selection_get_size (s);
  GstFfsU3vRegisters *r = self->registers;

  self->possible = gst_ffs_u3v_offer_find_source (self->offer, s,
      &self->binning, &self->source);
  gst_ffs_u3v_offer_choose_rate (self->offer, &self->source, self->wanted_rate);
  s->fps_n = self->source.fps_n;
  s->fps_d = self->source.fps_d;
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_WIDTH, s->width);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_HEIGHT, s->height);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_OFFSET_X, s->x);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_OFFSET_Y, s->y);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_BINNING_X,
      self->binning.x);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_BINNING_Y,
      self->binning.y);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_WIDTH_MAX,
      gst_ffs_u3v_camera_max_width (self));
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_HEIGHT_MAX,
      gst_ffs_u3v_camera_max_height (self));
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_WIDTH_LIMIT,
      gst_ffs_u3v_camera_max_width (self) - s->x);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_HEIGHT_LIMIT,
      gst_ffs_u3v_camera_max_height (self) - s->y);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_OFFSET_X_LIMIT,
      gst_ffs_u3v_camera_max_width (self) - s->width);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_OFFSET_Y_LIMIT,
      gst_ffs_u3v_camera_max_height (self) - s->height);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_PIXEL_FORMAT,
      s->format->code);
  gst_ffs_u3v_registers_set_u64 (r, FEATURES + FEATURE_PAYLOAD_SIZE, size);
  gst_ffs_u3v_registers_set_u64 (r, SIRM + SI_REQUIRED_PAYLOAD, size);
  gst_ffs_u3v_registers_set_double (r, FEATURES + FEATURE_FRAME_RATE,
      s->fps_n > 0 ? (gdouble) s->fps_n / s->fps_d : self->wanted_rate);
}

/* Overwrites what the host wrote: some values are adjusted, and the timestamp
 * latch reads as 0. */
void
gst_ffs_u3v_camera_show_settings (GstFfsU3vCamera * self)
{
  GstFfsU3vRegisters *r = self->registers;

  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_ACQUISITION_MODE,
      self->mode);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_FRAME_COUNT,
      self->frame_count);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_TRIGGER_MODE,
      self->triggered);
  gst_ffs_u3v_registers_set_u32 (r, ABRM + ABRM_TIMESTAMP_LATCH, 0);
}

/* Restores the initial state, except for the controls of the source. */
void
gst_ffs_u3v_camera_load_defaults (GstFfsU3vCamera * self)
{
  self->binning.x = self->binning.y = 1;
  gst_ffs_u3v_offer_get_default (self->offer, &self->selection);
  self->wanted_rate = self->selection.fps_n > 0 ?
      (gdouble) self->selection.fps_n / self->selection.fps_d : 0;
  self->mode = MODE_CONTINUOUS;
  self->frame_count = 1;
  self->triggered = FALSE;
  self->trigger_pending = FALSE;
}

/* Whether the acquisition has taken all of its frames. */
gboolean
gst_ffs_u3v_camera_is_done (GstFfsU3vCamera * self)
{
  switch (self->mode) {
    case MODE_SINGLE_FRAME:
      return self->n_taken >= 1;
    case MODE_MULTI_FRAME:
      return self->n_taken >= self->frame_count;
    default:
      return FALSE;
  }
}

/* The size of the host's payload transfers without the final ones. */
guint64
gst_ffs_u3v_camera_get_whole_transfers (GstFfsU3vCamera * self)
{
  return (guint64) gst_ffs_u3v_registers_get_u32 (self->registers,
      SIRM + SI_PAYLOAD_SIZE) *
      gst_ffs_u3v_registers_get_u32 (self->registers, SIRM + SI_PAYLOAD_COUNT);
}

void
gst_ffs_u3v_camera_set_flow (GstFfsU3vCamera * self, gboolean enabled,
    gboolean acquiring, GstFfsU3vEffect * effect)
{
  gboolean was = gst_ffs_u3v_camera_is_streaming (self), is;

  self->enabled = enabled;
  self->acquiring = acquiring;
  is = gst_ffs_u3v_camera_is_streaming (self);
  if (is && !was) {
    self->n_frames = 0;
    self->n_taken = 0;
    self->trigger_pending = FALSE;
  }
  effect->start = is && !was;
  effect->stop = was && !is;
  gst_ffs_u3v_camera_show_state (self);
}

void
gst_ffs_u3v_camera_clear_effect (GstFfsU3vEffect * effect)
{
  memset (effect, 0, sizeof (*effect));
  effect->control = -1;
}

/* ---- register reads ---- */

static gboolean
overlaps (guint64 address, guint length, guint64 start, guint n)
{
  return address < start + n && length > 0 && (address >= start
      || start - address < length);
}

static gboolean
is_new_host (GstFfsU3vCamera * self, guint64 address, guint length)
{
  return gst_ffs_u3v_camera_is_locked (self)
      && overlaps (address, length, MANIFEST, MANIFEST_LENGTH);
}

/* Removes all locks and ends the stream. */
void
gst_ffs_u3v_camera_release (GstFfsU3vCamera * self, GstFfsU3vEffect * effect)
{
  self->locked = FALSE;
  gst_ffs_u3v_camera_set_flow (self, FALSE, FALSE, effect);
}

/**
 * gst_ffs_u3v_camera_read:
 * @effect: (out): to carry out before the answer is sent
 *
 * Returns: a GenCP or USB3 Vision status
 */
guint16
gst_ffs_u3v_camera_read (GstFfsU3vCamera * self, guint64 address,
    guint8 * data, guint length, GstFfsU3vEffect * effect)
{
  guint16 status;

  gst_ffs_u3v_camera_clear_effect (effect);
  g_mutex_lock (&self->lock);
  status = gst_ffs_u3v_registers_read (self->registers, address, data, length);
  if (status == U3V_SUCCESS && is_new_host (self, address, length))
    gst_ffs_u3v_camera_release (self, effect);
  g_mutex_unlock (&self->lock);
  return status;
}

/**
 * gst_ffs_u3v_camera_is_slow:
 *
 * Returns: whether the access may start or stop the stream
 */
gboolean
gst_ffs_u3v_camera_is_slow (GstFfsU3vCamera * self, guint64 address,
    guint length, gboolean write)
{
  gboolean slow;

  g_mutex_lock (&self->lock);
  if (!write)
    slow = gst_ffs_u3v_camera_is_streaming (self)
        && is_new_host (self, address, length);
  else if (address == SIRM + SI_CONTROL)
    slow = self->acquiring;
  else if (address == FEATURES + FEATURE_DEVICE_RESET)
    slow = gst_ffs_u3v_camera_is_streaming (self);
  else
    slow = self->enabled
        && (address == FEATURES + FEATURE_ACQUISITION_START
        || address == FEATURES + FEATURE_ACQUISITION_STOP);
  g_mutex_unlock (&self->lock);
  return slow;
}

/**
 * gst_ffs_u3v_camera_next_control:
 * @after: the control that the last call returned, or -1
 *
 * Returns: the next control with a register in the address range, or -1
 */
gint
gst_ffs_u3v_camera_next_control (GstFfsU3vCamera * self, guint64 address,
    guint length, gint after)
{
  guint i;

  for (i = after + 1; i < self->n_controls; i++) {
    if (overlaps (address, length, CONTROLS + i * CONTROL_LENGTH,
            CONTROL_LENGTH))
      return i;
  }
  return -1;
}

/**
 * gst_ffs_u3v_camera_store_control:
 * @value: current value of the source
 */
void
gst_ffs_u3v_camera_store_control (GstFfsU3vCamera * self, guint i,
    gdouble value)
{
  guint64 address = CONTROLS + i * CONTROL_LENGTH;

  g_mutex_lock (&self->lock);
  if (gst_ffs_u3v_standard_is_float (&self->controls[i]))
    gst_ffs_u3v_registers_set_double (self->registers, address, value);
  else
    gst_ffs_u3v_registers_set_u64 (self->registers, address, (gint64) value);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_u3v_camera_store_time:
 * @now: time of the clock that timestamps frames, or %GST_CLOCK_TIME_NONE
 *
 * Stores the timestamp that the host has latched.
 */
void
gst_ffs_u3v_camera_store_time (GstFfsU3vCamera * self, GstClockTime now)
{
  g_mutex_lock (&self->lock);
  gst_ffs_u3v_registers_set_u64 (self->registers, ABRM + ABRM_TIMESTAMP,
      GST_CLOCK_TIME_IS_VALID (now) ? now : 0);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_u3v_camera_trigger:
 * @now: time of the clock that timestamps frames, or %GST_CLOCK_TIME_NONE
 *
 * Sends the first frame captured from @now on.  A trigger that arrives while
 * another one is pending has no effect.
 */
void
gst_ffs_u3v_camera_trigger (GstFfsU3vCamera * self, GstClockTime now)
{
  g_mutex_lock (&self->lock);
  if (!self->trigger_pending) {
    self->trigger_pending = TRUE;
    self->trigger_time = now;
    self->n_skipped = 0;
  }
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_u3v_camera_reset:
 * @effect: (out): to carry out now
 *
 * Call when the host is gone.
 */
void
gst_ffs_u3v_camera_reset (GstFfsU3vCamera * self, GstFfsU3vEffect * effect)
{
  gst_ffs_u3v_camera_clear_effect (effect);
  g_mutex_lock (&self->lock);
  gst_ffs_u3v_camera_release (self, effect);
  g_mutex_unlock (&self->lock);
}

/* ---- the stream ---- */

/**
 * gst_ffs_u3v_camera_wants:
 *
 * Returns: whether the host has selected frames of these caps
 */
gboolean
gst_ffs_u3v_camera_wants (GstFfsU3vCamera * self,
    const GstFfsU3vSelection * caps)
{
  gboolean ret;

  g_mutex_lock (&self->lock);
  ret = is_selected (self, caps);
  g_mutex_unlock (&self->lock);
  return ret;
}

/**
 * gst_ffs_u3v_camera_get_caps:
 *
 * Returns: (transfer full): the caps to request from upstream for the host's
 * selection
 */
GstCaps *
gst_ffs_u3v_camera_get_caps (GstFfsU3vCamera * self)
{
  GstFfsU3vSelection source;

  g_mutex_lock (&self->lock);
  source = self->source;
  g_mutex_unlock (&self->lock);
  return gst_ffs_u3v_selection_to_caps (&source);
}

/**
 * gst_ffs_u3v_camera_get_region:
 * @caps: the caps of a frame
 * @region: (out): the region that the host selected
 *
 * Returns: %FALSE if the region is the whole frame, or if the host selected
 * other caps
 */
gboolean
gst_ffs_u3v_camera_get_region (GstFfsU3vCamera * self,
    const GstFfsU3vSelection * caps, GstFfsU3vSelection * region)
{
  gboolean ret;

  g_mutex_lock (&self->lock);
  *region = self->selection;
  ret = is_selected (self, caps) && (region->width != caps->width
      || region->height != caps->height);
  g_mutex_unlock (&self->lock);
  return ret;
}

/* The source captures all the time and knows no triggers.  The host gets the
 * first frame that was captured after the trigger.  MAX_SKIPPED is for sources
 * whose timestamps do not follow the clock. */
static gboolean
may_go (GstFfsU3vCamera * self, GstClockTime pts)
{
  if (!self->triggered)
    return TRUE;
  if (!self->trigger_pending)
    return FALSE;
  return !GST_CLOCK_TIME_IS_VALID (pts)
      || !GST_CLOCK_TIME_IS_VALID (self->trigger_time)
      || pts >= self->trigger_time || ++self->n_skipped > MAX_SKIPPED;
}

/**
 * gst_ffs_u3v_camera_take_frame:
 * @caps: the caps of the frame
 * @arrival: the frame
 * @frame: (out): values for leader and trailer
 *
 * Rejects frames captured before the host's selection: they have the wrong
 * size.  Rejects frames that would end in an earlier transfer of the host than
 * expected, because the host would lose step with all that follow.
 *
 * Returns: whether to send the frame
 */
gboolean
gst_ffs_u3v_camera_take_frame (GstFfsU3vCamera * self,
    const GstFfsU3vSelection * caps, const GstFfsU3vArrival * arrival,
    GstFfsU3vFrame * frame)
{
  guint64 expected;
  gboolean again, ret;

  g_mutex_lock (&self->lock);
  expected = gst_ffs_u3v_selection_get_size (&self->selection);
  /* The sink offers a frame again that it could not send the first time. */
  again = self->n_frames > 0 && arrival->number == self->last_number;
  ret = gst_ffs_u3v_camera_is_streaming (self) && is_selected (self, caps)
      && arrival->x == self->selection.x && arrival->y == self->selection.y
      && (arrival->size == expected || (arrival->size < expected
          && arrival->size > gst_ffs_u3v_camera_get_whole_transfers (self)))
      && (again || (!gst_ffs_u3v_camera_is_done (self)
          && may_go (self, arrival->pts)));
  if (ret) {
    frame->selection = self->selection;
    self->n_frames += !again;
    self->n_taken += !again;
    self->trigger_pending = self->trigger_pending && again;
    self->last_number = arrival->number;
    frame->number = self->n_frames - 1;
    frame->status = arrival->corrupted || arrival->size != expected
        ? U3V_DATA_DISCARDED : U3V_SUCCESS;
  }
  g_mutex_unlock (&self->lock);
  return ret;
}

/* ---- life ---- */

/**
 * gst_ffs_u3v_camera_new:
 * @offer: (transfer full): the offer that the host selects from
 * @controls: the controls of the source; the caller keeps the ownership of the
 *   strings
 * @n_controls: at most MAX_CONTROLS
 */
GstFfsU3vCamera *
gst_ffs_u3v_camera_new (const GstFfsIdentity * identity,
    GstFfsU3vOffer * offer, const GstFfsControl * controls, guint n_controls)
{
  GstFfsU3vCamera *self = g_new0 (GstFfsU3vCamera, 1);
  GstFfsU3vRange range;
  gdouble min, max;
  gchar *xml;

  g_mutex_init (&self->lock);
  self->offer = offer;
  self->n_controls = n_controls;
  if (n_controls > 0)
    memcpy (self->controls, controls, n_controls * sizeof (*controls));

  xml = gst_ffs_u3v_xml_new (identity, offer, controls, n_controls);
  self->registers = gst_ffs_u3v_layout_new (identity, xml,
      gst_ffs_u3v_offer_get_rates (offer, &min, &max), n_controls);
  g_free (xml);

  gst_ffs_u3v_camera_load_defaults (self);
  gst_ffs_u3v_offer_get_range (offer, "width", &range);
  self->sensor_width = range.max;
  gst_ffs_u3v_offer_get_range (offer, "height", &range);
  self->sensor_height = range.max;
  gst_ffs_u3v_camera_show_selection (self);
  gst_ffs_u3v_camera_show_settings (self);
  gst_ffs_u3v_camera_show_state (self);
  return self;
}

void
gst_ffs_u3v_camera_free (GstFfsU3vCamera * self)
{
  gst_ffs_u3v_offer_free (self->offer);
  gst_ffs_u3v_registers_free (self->registers);
  g_mutex_clear (&self->lock);
  g_free (self);
}
