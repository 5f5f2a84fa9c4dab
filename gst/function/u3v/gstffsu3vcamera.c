/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsU3vCamera: the camera that a host sees: what it has selected of
 * upstream's offer, whether frames flow, and the registers that show both.
 *
 * Frames flow when the host has enabled the streaming interface and started
 * the acquisition; it may do so in either order.  From the first of the two on
 * the size of a frame is locked.  The registers always hold one value of each
 * feature that occurs in the offer, but not all combinations do: programs
 * write width, height and format in any order, so the combination is looked
 * at when the stream is to begin.
 *
 * A host program that dies tells nobody.  The next one reads the manifest
 * before anything can be locked for it; that ends what the last one left.
 *
 * Nothing is done here but bookkeeping: an access gives an effect, for the
 * caller to carry out.
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

/* ---- state ---- */

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
  return caps->format == self->selection.format
      && caps->width == self->selection.width
      && caps->height == self->selection.height;
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

  gst_ffs_u3v_offer_choose_rate (self->offer, s, self->wanted_rate);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_WIDTH, s->width);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_HEIGHT, s->height);
  gst_ffs_u3v_registers_set_u32 (r, FEATURES + FEATURE_PIXEL_FORMAT,
      s->format->code);
  gst_ffs_u3v_registers_set_u64 (r, FEATURES + FEATURE_PAYLOAD_SIZE, size);
  gst_ffs_u3v_registers_set_u64 (r, SIRM + SI_REQUIRED_PAYLOAD, size);
  gst_ffs_u3v_registers_set_double (r, FEATURES + FEATURE_FRAME_RATE,
      s->fps_n > 0 ? (gdouble) s->fps_n / s->fps_d : self->wanted_rate);
}

/* What the transfers that the host announced can take. */
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
  if (is && !was)
    self->n_frames = 0;
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

/* ---- what the host reads ---- */

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

/* With the lock held. */
static void
release (GstFfsU3vCamera * self, GstFfsU3vEffect * effect)
{
  self->locked = FALSE;
  gst_ffs_u3v_camera_set_flow (self, FALSE, FALSE, effect);
}

/**
 * gst_ffs_u3v_camera_read:
 * @effect: (out): what to do before the host gets its answer
 *
 * Returns: a status
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
    release (self, effect);
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
  else
    slow = self->enabled
        && (address == FEATURES + FEATURE_ACQUISITION_START
        || address == FEATURES + FEATURE_ACQUISITION_STOP);
  g_mutex_unlock (&self->lock);
  return slow;
}

/**
 * gst_ffs_u3v_camera_next_control:
 * @after: the last one that was given, or -1
 *
 * Returns: the next control that is in a range of addresses, or -1
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
 * @value: what the source has now
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
 * gst_ffs_u3v_camera_reset:
 * @effect: (out): what to do now
 *
 * The host is gone.
 */
void
gst_ffs_u3v_camera_reset (GstFfsU3vCamera * self, GstFfsU3vEffect * effect)
{
  gst_ffs_u3v_camera_clear_effect (effect);
  g_mutex_lock (&self->lock);
  release (self, effect);
  g_mutex_unlock (&self->lock);
}

/* ---- the stream ---- */

/**
 * gst_ffs_u3v_camera_wants:
 *
 * Returns: whether frames of these caps are what the host has selected
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
 * Returns: (transfer full): what the host has selected
 */
GstCaps *
gst_ffs_u3v_camera_get_caps (GstFfsU3vCamera * self)
{
  GstFfsU3vSelection selection;

  g_mutex_lock (&self->lock);
  selection = self->selection;
  g_mutex_unlock (&self->lock);
  return gst_ffs_u3v_selection_to_caps (&selection);
}

/**
 * gst_ffs_u3v_camera_take_frame:
 * @caps: what the frame is
 * @size: its bytes
 * @number: the sink's number of it
 * @corrupted: whether the source said so
 * @frame: (out): what to tell the host of it
 *
 * Frames from before the host's choice have the wrong size.  A frame that
 * would end in another of the host's transfers than it expects would put
 * everything after it out of step; it must not go out at all.
 *
 * Returns: whether the frame is one that the host waits for
 */
gboolean
gst_ffs_u3v_camera_take_frame (GstFfsU3vCamera * self,
    const GstFfsU3vSelection * caps, guint64 size, guint64 number,
    gboolean corrupted, GstFfsU3vFrame * frame)
{
  guint64 expected;
  gboolean again, ret;

  g_mutex_lock (&self->lock);
  expected = gst_ffs_u3v_selection_get_size (&self->selection);
  /* One that could not be sent at once comes a second time. */
  again = self->n_frames > 0 && number == self->last_number;
  ret = gst_ffs_u3v_camera_is_streaming (self) && is_selected (self, caps)
      && (size == expected || (size < expected
          && size > gst_ffs_u3v_camera_get_whole_transfers (self)))
      && (again || self->mode != MODE_SINGLE_FRAME || self->n_frames == 0);
  if (ret) {
    frame->selection = self->selection;
    self->n_frames += !again;
    self->last_number = number;
    frame->number = self->n_frames - 1;
    frame->status = corrupted || size != expected
        ? U3V_DATA_DISCARDED : U3V_SUCCESS;
  }
  g_mutex_unlock (&self->lock);
  return ret;
}

/* ---- life ---- */

/**
 * gst_ffs_u3v_camera_new:
 * @offer: (transfer full): what there is to select from
 * @controls: what can be set on the source; the texts in it stay the caller's
 * @n_controls: not more than MAX_CONTROLS
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

  gst_ffs_u3v_offer_get_default (offer, &self->selection);
  self->wanted_rate = self->selection.fps_n > 0 ?
      (gdouble) self->selection.fps_n / self->selection.fps_d : 0;
  gst_ffs_u3v_offer_get_range (offer, "width", &range);
  gst_ffs_u3v_registers_set_u32 (self->registers,
      FEATURES + FEATURE_WIDTH_MAX, range.max);
  gst_ffs_u3v_offer_get_range (offer, "height", &range);
  gst_ffs_u3v_registers_set_u32 (self->registers,
      FEATURES + FEATURE_HEIGHT_MAX, range.max);
  gst_ffs_u3v_camera_show_selection (self);
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
