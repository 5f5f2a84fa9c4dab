/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's register writes: checks the values and derives their effects.
 *
 * Ownership and locking: as for the camera.
 */

#include <math.h>

#include "function/gstffsbytes.h"
#include "gstffsu3vcameraprivate.h"
#include "gstffsu3vstandard.h"

static guint64
get_capacity (GstFfsU3vCamera * self)
{
  return gst_ffs_u3v_camera_get_whole_transfers (self)
      + gst_ffs_u3v_registers_get_u32 (self->registers, SIRM + SI_FINAL1_SIZE)
      + gst_ffs_u3v_registers_get_u32 (self->registers, SIRM + SI_FINAL2_SIZE);
}

static guint16
check_stream (GstFfsU3vCamera * self)
{
  GstFfsU3vRegisters *r = self->registers;

  if (!self->possible)
    return U3V_INVALID_PARAMETER;
  if (gst_ffs_u3v_registers_get_u32 (r, SIRM + SI_MAX_LEADER) < LEADER_LENGTH
      || gst_ffs_u3v_registers_get_u32 (r,
          SIRM + SI_MAX_TRAILER) < TRAILER_LENGTH
      || get_capacity (self) < gst_ffs_u3v_selection_get_size
      (&self->selection))
    return U3V_SI_INCONSISTENT;
  return U3V_SUCCESS;
}


typedef struct
{
  GstFfsU3vCamera *self;
  GstFfsU3vEffect *effect;
} Access;

static guint16
enable_stream (Access * access, guint32 value)
{
  GstFfsU3vCamera *self = access->self;
  guint16 status = U3V_SUCCESS;

  if (value & ~(guint32) SI_CONTROL_ENABLE)
    return U3V_INVALID_PARAMETER;
  if (value && !self->enabled)
    status = check_stream (self);
  if (status == U3V_SUCCESS)
    gst_ffs_u3v_camera_set_flow (self, value, self->acquiring, access->effect);
  return status;
}

static guint16
start_acquisition (Access * access, guint32 value)
{
  GstFfsU3vCamera *self = access->self;

  if (value != 1 || !self->possible)
    return U3V_INVALID_PARAMETER;
  /* Restart an acquisition that has taken all of its frames. */
  if (gst_ffs_u3v_camera_is_done (self))
    self->n_taken = 0;
  gst_ffs_u3v_camera_set_flow (self, self->enabled, TRUE, access->effect);
  return U3V_SUCCESS;
}

static guint16
trigger (Access * access, guint32 value)
{
  if (value != 1)
    return U3V_INVALID_PARAMETER;
  if (!access->self->triggered
      || !gst_ffs_u3v_camera_is_streaming (access->self))
    return U3V_WRONG_CONFIG;
  access->effect->trigger = TRUE;
  return U3V_SUCCESS;
}

static guint16
load_user_set (Access * access, guint32 value)
{
  GstFfsU3vCamera *self = access->self;

  if (value != 1)
    return U3V_INVALID_PARAMETER;
  if (gst_ffs_u3v_camera_is_locked (self))
    return U3V_ACCESS_DENIED;
  gst_ffs_u3v_camera_load_defaults (self);
  access->effect->defaults = TRUE;
  return U3V_SUCCESS;
}

/* Restores the initial state.  The camera stays on the bus. */
static guint16
reset_device (Access * access, guint32 value)
{
  static const guint64 sizes[] = {
    SI_MAX_LEADER, SI_PAYLOAD_SIZE, SI_PAYLOAD_COUNT, SI_FINAL1_SIZE,
    SI_FINAL2_SIZE, SI_MAX_TRAILER
  };
  GstFfsU3vCamera *self = access->self;
  guint i;

  if (value != 1)
    return U3V_INVALID_PARAMETER;
  gst_ffs_u3v_camera_release (self, access->effect);
  gst_ffs_u3v_camera_load_defaults (self);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    gst_ffs_u3v_registers_set_u32 (self->registers, SIRM + sizes[i], 0);
  access->effect->defaults = TRUE;
  return U3V_SUCCESS;
}

static guint16
select_format (GstFfsU3vCamera * self, guint32 code)
{
  const GstFfsU3vFormat *format = gst_ffs_u3v_format_from_code (code);

  if (format == NULL || !gst_ffs_u3v_offer_has_format (self->offer, format))
    return U3V_INVALID_PARAMETER;
  self->selection.format = format;
  return U3V_SUCCESS;
}

static guint16
select_size (GstFfsU3vCamera * self, const gchar * field, guint * size,
    guint32 value, guint offset)
{
  gboolean wide = size == &self->selection.width;
  guint max = wide ? gst_ffs_u3v_camera_max_width (self) :
      gst_ffs_u3v_camera_max_height (self);
  guint step = wide ? REGION_STEP_X : REGION_STEP_Y;

  if (value == 0 || value > max - offset || (value % step != 0
          && !gst_ffs_u3v_offer_has_size (self->offer, field, value)))
    return U3V_INVALID_PARAMETER;
  *size = value;
  return U3V_SUCCESS;
}

static guint16
select_offset (guint * offset, guint32 value, guint limit, guint step)
{
  if (value > limit || value % step != 0)
    return U3V_INVALID_PARAMETER;
  *offset = value;
  return U3V_SUCCESS;
}

/* Selects the whole picture: the old region belongs to a picture of another
 * size. */
static guint16
select_binning (GstFfsU3vCamera * self, gboolean vertical, guint32 factor)
{
  GstFfsU3vBinning old = self->binning;

  if (factor < 1 || factor > MAX_BINNING
      || !gst_ffs_u3v_offer_change_binning (self->offer, &self->binning,
          vertical, factor))
    return U3V_INVALID_PARAMETER;
  if (old.x == self->binning.x && old.y == self->binning.y)
    return U3V_SUCCESS;
  self->selection.x = self->selection.y = 0;
  self->selection.width = gst_ffs_u3v_camera_max_width (self);
  self->selection.height = gst_ffs_u3v_camera_max_height (self);
  return U3V_SUCCESS;
}

/* Features that do not change the size of a frame stay writable until frames
 * flow: programs write them after they have opened the stream. */
static guint16
select_mode (GstFfsU3vCamera * self, guint32 mode)
{
  if (self->acquiring || self->locked)
    return U3V_ACCESS_DENIED;
  if (mode > MODE_MULTI_FRAME)
    return U3V_INVALID_PARAMETER;
  self->mode = mode;
  return U3V_SUCCESS;
}

static guint16
select_frame_count (GstFfsU3vCamera * self, guint32 count)
{
  if (self->acquiring || self->locked)
    return U3V_ACCESS_DENIED;
  if (count < 1 || count > MAX_FRAME_COUNT)
    return U3V_INVALID_PARAMETER;
  self->frame_count = count;
  return U3V_SUCCESS;
}

/* Allowed at any time: programs switch triggers off to end a wait. */
static guint16
select_trigger (GstFfsU3vCamera * self, guint32 mode)
{
  if (mode > 1)
    return U3V_INVALID_PARAMETER;
  self->triggered = mode;
  self->trigger_pending = FALSE;
  return U3V_SUCCESS;
}

static guint16
select_rate (GstFfsU3vCamera * self, gdouble rate)
{
  gdouble min, max;

  if (self->acquiring || self->locked)
    return U3V_ACCESS_DENIED;
  /* The host may write a limit back with rounding errors. */
  if (!gst_ffs_u3v_offer_get_rates (self->offer, &min, &max)
      || !(rate >= min * 0.999 && rate <= max * 1.001))
    return U3V_INVALID_PARAMETER;
  self->wanted_rate = rate;
  return U3V_SUCCESS;
}

static guint16
set_control (Access * access, guint i, const guint8 * data)
{
  const GstFfsControl *control = &access->self->controls[i];
  gdouble value;

  if (gst_ffs_u3v_standard_is_float (control))
    value = gst_ffs_u3v_read_double (data);
  else
    value = (gdouble) (gint64) gst_ffs_get_u64 (data);
  /* The host may see an integer of the source as a float. */
  if (control->kind == GST_FFS_CONTROL_INTEGER)
    value = round (value);
  if (!gst_ffs_control_accepts (control, value))
    return U3V_INVALID_PARAMETER;
  /* An effect has space for one control. */
  if (access->effect->control >= 0)
    return U3V_BAD_ALIGNMENT;
  access->effect->control = i;
  access->effect->value = value;
  return U3V_SUCCESS;
}

static guint16
accept (guint64 address, const guint8 * data, gpointer user_data)
{
  Access *access = user_data;
  GstFfsU3vCamera *self = access->self;
  guint32 value = gst_ffs_get_u32 (data);

  if (address >= CONTROLS
      && address < CONTROLS + self->n_controls * CONTROL_LENGTH)
    return set_control (access, (address - CONTROLS) / CONTROL_LENGTH, data);

  switch (address) {
    case ABRM + ABRM_TIMESTAMP_LATCH:
      if (value != 1)
        return U3V_INVALID_PARAMETER;
      access->effect->latch = TRUE;
      return U3V_SUCCESS;
    case SIRM + SI_CONTROL:
      return enable_stream (access, value);
    case SIRM + SI_PAYLOAD_SIZE:
      /* Aravis asks for one transfer of exactly the payload's size. */
      if (value % SI_ALIGNMENT
          && value == gst_ffs_u3v_selection_get_size (&self->selection))
        return self->enabled ? U3V_ACCESS_DENIED : U3V_SUCCESS;
      /* fall through */
    case SIRM + SI_MAX_LEADER:
    case SIRM + SI_FINAL1_SIZE:
    case SIRM + SI_FINAL2_SIZE:
    case SIRM + SI_MAX_TRAILER:
      if (value % SI_ALIGNMENT)
        return U3V_SI_NOT_ALIGNED;
      /* fall through */
    case SIRM + SI_PAYLOAD_COUNT:
      return self->enabled ? U3V_ACCESS_DENIED : U3V_SUCCESS;
    case FEATURES + FEATURE_WIDTH:
      return select_size (self, "width", &self->selection.width, value,
          self->selection.x);
    case FEATURES + FEATURE_HEIGHT:
      return select_size (self, "height", &self->selection.height, value,
          self->selection.y);
    case FEATURES + FEATURE_OFFSET_X:
      return select_offset (&self->selection.x, value,
          gst_ffs_u3v_camera_max_width (self) - self->selection.width,
          REGION_STEP_X);
    case FEATURES + FEATURE_OFFSET_Y:
      return select_offset (&self->selection.y, value,
          gst_ffs_u3v_camera_max_height (self) - self->selection.height,
          REGION_STEP_Y);
    case FEATURES + FEATURE_BINNING_X:
      return select_binning (self, FALSE, value);
    case FEATURES + FEATURE_BINNING_Y:
      return select_binning (self, TRUE, value);
    case FEATURES + FEATURE_PIXEL_FORMAT:
      return select_format (self, value);
    case FEATURES + FEATURE_FRAME_RATE:
      return select_rate (self, gst_ffs_u3v_read_double (data));
    case FEATURES + FEATURE_ACQUISITION_MODE:
      return select_mode (self, value);
    case FEATURES + FEATURE_ACQUISITION_START:
      return start_acquisition (access, value);
    case FEATURES + FEATURE_ACQUISITION_STOP:
      if (value != 1)
        return U3V_INVALID_PARAMETER;
      gst_ffs_u3v_camera_set_flow (self, self->enabled, FALSE, access->effect);
      return U3V_SUCCESS;
    case FEATURES + FEATURE_FRAME_COUNT:
      return select_frame_count (self, value);
    case FEATURES + FEATURE_TRIGGER_MODE:
      return select_trigger (self, value);
    case FEATURES + FEATURE_TRIGGER_SOFTWARE:
      return trigger (access, value);
    case FEATURES + FEATURE_USER_SET_LOAD:
      return load_user_set (access, value);
    case FEATURES + FEATURE_DEVICE_RESET:
      return reset_device (access, value);
    case FEATURES + FEATURE_PARAMS_LOCKED:
      if (value > 1)
        return U3V_INVALID_PARAMETER;
      self->locked = value;
      return U3V_SUCCESS;
    default:
      /* Registers with a single valid value. */
      if (value != 0)
        return U3V_INVALID_PARAMETER;
      return U3V_SUCCESS;
  }
}

/**
 * gst_ffs_u3v_camera_write:
 * @effect: (out): to carry out now, even after an error
 *
 * Returns: a status
 */
guint16
gst_ffs_u3v_camera_write (GstFfsU3vCamera * self, guint64 address,
    const guint8 * data, guint length, GstFfsU3vEffect * effect)
{
  Access access = { self, effect };
  guint16 status;

  gst_ffs_u3v_camera_clear_effect (effect);
  g_mutex_lock (&self->lock);
  status = gst_ffs_u3v_registers_write (self->registers, address, data, length,
      gst_ffs_u3v_camera_is_locked (self), accept, &access);
  /* Replace the values that the host wrote by those in effect. */
  gst_ffs_u3v_camera_show_selection (self);
  gst_ffs_u3v_camera_show_settings (self);
  gst_ffs_u3v_camera_show_state (self);
  g_mutex_unlock (&self->lock);
  return status;
}
