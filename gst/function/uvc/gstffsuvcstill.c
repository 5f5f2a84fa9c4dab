/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcStill: still images by method 2: PROBE and COMMIT of a size, and the
 * trigger. The image is sent on the endpoint of the stream.
 *
 * A still image has any size that upstream has for the format, also one that
 * exceeds the bus as video, and no frame rate. Only raw and MJPEG formats have
 * still images: one frame of H.264 is no picture for a host.
 *
 * Ownership: borrows the offer. Locking: none, used by one thread.
 */

#include "function/gstffsbytes.h"
#include "gstffsuvcheader.h"
#include "gstffsuvcstill.h"

/* Offsets in the probe and commit controls. */
#define FORMAT_INDEX 0
#define FRAME_INDEX 1
#define COMPRESSION_INDEX 2
#define MAX_FRAME_SIZE 3
#define MAX_PAYLOAD_SIZE 7

/* Values of the trigger control; 2 is for a dedicated endpoint. */
#define TRIGGER_NORMAL 0
#define TRIGGER_TRANSMIT 1
#define TRIGGER_ABORT 3

/* ---- the offer ---- */

static const GstFfsUvcChoice *
find_choice (const GstFfsUvcOffer * offer, const GstFfsUvcFormat * format)
{
  guint i;

  for (i = 0; i < offer->n_choices; i++) {
    if (offer->choices[i].format == format)
      return &offer->choices[i];
  }
  return NULL;
}

static gsize
get_area (const GstFfsUvcFrame * frame)
{
  return (gsize) frame->width * frame->height;
}

/* Hosts get the largest size unless they select one. */
static void
take_sizes (GstFfsUvcChoice * choice, const GstFfsUvcChoice * all)
{
  guint i;

  for (i = 0; i < all->n_frames; i++) {
    GstFfsUvcFrame *frame = &choice->frames[i];

    frame->width = all->frames[i].width;
    frame->height = all->frames[i].height;
    if (get_area (frame) > get_area (&choice->frames[choice->frame]))
      choice->frame = i;
  }
  choice->n_frames = all->n_frames;
}

/**
 * gst_ffs_uvc_still_offer_new:
 * @all: all that upstream has
 * @offer: what a host is offered as video at one speed
 *
 * Returns: (transfer full) (nullable): for each format of @offer the sizes of
 * still images, maybe none, with one rate of 0; %NULL if no format has any
 */
GstFfsUvcOffer *
gst_ffs_uvc_still_offer_new (const GstFfsUvcOffer * all,
    const GstFfsUvcOffer * offer)
{
  GstFfsUvcOffer *self = g_new0 (GstFfsUvcOffer, 1);
  gboolean any = FALSE;
  guint i;

  self->n_choices = offer->n_choices;
  for (i = 0; i < offer->n_choices; i++) {
    GstFfsUvcChoice *choice = &self->choices[i];

    choice->format = offer->choices[i].format;
    if (choice->format->kind == GST_FFS_UVC_FRAME_BASED)
      continue;
    take_sizes (choice, find_choice (all, choice->format));
    any = TRUE;
  }
  if (!any)
    g_clear_pointer (&self, gst_ffs_uvc_offer_free);
  return self;
}

/* Returns FALSE if the format has no still images. */
static gboolean
select_format (const GstFfsUvcOffer * offer, guint choice,
    GstFfsUvcSelection * selection)
{
  if (choice >= offer->n_choices || offer->choices[choice].n_frames == 0)
    return FALSE;
  selection->offer = offer;
  selection->choice = choice;
  selection->frame = offer->choices[choice].frame;
  selection->rate = 0;
  return TRUE;
}

static void
get_default (const GstFfsUvcOffer * offer, GstFfsUvcSelection * selection)
{
  guint i = 0;

  while (!select_format (offer, i, selection))
    i++;
}

/**
 * gst_ffs_uvc_still_reset:
 * @offer: (nullable): the new offer
 *
 * Clears the host's selection.
 */
void
gst_ffs_uvc_still_reset (GstFfsUvcStill * self, const GstFfsUvcOffer * offer)
{
  self->offer = offer;
  self->has_commit = self->pending = self->ready = FALSE;
  if (offer)
    get_default (offer, &self->probe);
  self->committed = self->probe;
}

/* ---- requests ---- */

/* Returns: whether still images are offered and the request, to the streaming
 * interface, is about them */
gboolean
gst_ffs_uvc_still_is_for (const GstFfsUvcStill * self,
    const GstFfsSetup * setup)
{
  guint selector = gst_ffs_uvc_get_selector (setup);

  return self->offer && (selector == UVC_VS_STILL_PROBE_CONTROL
      || selector == UVC_VS_STILL_COMMIT_CONTROL
      || selector == UVC_VS_STILL_IMAGE_TRIGGER_CONTROL);
}

static gsize
get_size (const GstFfsSetup * setup)
{
  return gst_ffs_uvc_get_selector (setup) == UVC_VS_STILL_IMAGE_TRIGGER_CONTROL
      ? 1 : GST_FFS_UVC_STILL_SIZE;
}

/**
 * gst_ffs_uvc_still_check:
 * @setup: a request for gst_ffs_uvc_still_is_for()
 *
 * Returns: the error of the setup packet, regardless of the data
 */
GstFfsUvcError
gst_ffs_uvc_still_check (const GstFfsSetup * setup)
{
  guint selector = gst_ffs_uvc_get_selector (setup);
  gboolean ok = FALSE;

  if (gst_ffs_uvc_get_unit (setup) != 0)
    return GST_FFS_UVC_INVALID_UNIT;
  switch (setup->request) {
    case UVC_SET_CUR:
      ok = setup->length >= get_size (setup);
      break;
    case UVC_GET_CUR:
    case UVC_GET_LEN:
    case UVC_GET_INFO:
      ok = TRUE;
      break;
    case UVC_GET_MIN:
    case UVC_GET_MAX:
    case UVC_GET_DEF:
      ok = selector == UVC_VS_STILL_PROBE_CONTROL;
      break;
    default:
      break;
  }
  return ok ? GST_FFS_UVC_NO_ERROR : GST_FFS_UVC_INVALID_REQUEST;
}

static void
write_selection (const GstFfsUvcStill * self,
    const GstFfsUvcSelection * selection, guint8 * out)
{
  guint32 size = gst_ffs_uvc_selection_get_max_size (selection);

  out[FORMAT_INDEX] = selection->choice + 1;
  out[FRAME_INDEX] = selection->frame + 1;
  out[COMPRESSION_INDEX] = 0;
  gst_ffs_put_u32 (out + MAX_FRAME_SIZE, size);
  gst_ffs_put_u32 (out + MAX_PAYLOAD_SIZE,
      gst_ffs_uvc_payload_size (size, self->max_payload));
}

/* Minimum and maximum have the format of the current value. */
static void
write_end (const GstFfsUvcStill * self, gboolean max, guint8 * out)
{
  GstFfsUvcSelection end = self->probe;

  end.frame = max ? self->offer->choices[end.choice].n_frames - 1 : 0;
  write_selection (self, &end, out);
}

static void
write_current (const GstFfsUvcStill * self, guint selector, guint8 * out)
{
  if (selector == UVC_VS_STILL_IMAGE_TRIGGER_CONTROL)
    out[0] = self->pending ? TRIGGER_TRANSMIT : TRIGGER_NORMAL;
  else
    write_selection (self, selector == UVC_VS_STILL_PROBE_CONTROL ?
        &self->probe : &self->committed, out);
}

/**
 * gst_ffs_uvc_still_get:
 * @setup: a checked request
 * @reply: the answer
 */
GstFfsUvcError
gst_ffs_uvc_still_get (const GstFfsUvcStill * self, const GstFfsSetup * setup,
    GByteArray * reply)
{
  guint8 out[GST_FFS_UVC_STILL_SIZE] = { 0, };
  gsize size = get_size (setup);
  GstFfsUvcSelection first;

  switch (setup->request) {
    case UVC_GET_CUR:
      write_current (self, gst_ffs_uvc_get_selector (setup), out);
      break;
    case UVC_GET_MIN:
    case UVC_GET_MAX:
      write_end (self, setup->request == UVC_GET_MAX, out);
      break;
    case UVC_GET_DEF:
      get_default (self->offer, &first);
      write_selection (self, &first, out);
      break;
    case UVC_GET_LEN:
      gst_ffs_put_u16 (out, size);
      size = 2;
      break;
    default:
      out[0] = UVC_CONTROL_CAP_GET | UVC_CONTROL_CAP_SET;
      size = 1;
      break;
  }
  g_byte_array_append (reply, out, size);
  return GST_FFS_UVC_NO_ERROR;
}

/* Returns whether format, size and compression are in the offer; if not,
 * selects the defaults. */
static gboolean
read_selection (const GstFfsUvcOffer * offer, const guint8 * data,
    GstFfsUvcSelection * selection)
{
  const GstFfsUvcChoice *choice;

  if (data[FORMAT_INDEX] == 0
      || !select_format (offer, data[FORMAT_INDEX] - 1, selection)) {
    get_default (offer, selection);
    return FALSE;
  }
  choice = &offer->choices[selection->choice];
  if (data[FRAME_INDEX] == 0 || data[FRAME_INDEX] > choice->n_frames)
    return FALSE;
  selection->frame = data[FRAME_INDEX] - 1;
  return TRUE;
}

static GstFfsUvcError
set_trigger (GstFfsUvcStill * self, guint8 value, GstFfsUvcAction * action)
{
  switch (value) {
    case TRIGGER_NORMAL:
      return GST_FFS_UVC_NO_ERROR;
    case TRIGGER_TRANSMIT:
      if (!self->ready || !self->has_commit || self->pending)
        return GST_FFS_UVC_WRONG_STATE;
      *action = GST_FFS_UVC_ACTION_STILL;
      return GST_FFS_UVC_NO_ERROR;
    case TRIGGER_ABORT:
      *action = GST_FFS_UVC_ACTION_ABORT_STILL;
      return GST_FFS_UVC_NO_ERROR;
    default:
      return GST_FFS_UVC_OUT_OF_RANGE;
  }
}

/**
 * gst_ffs_uvc_still_set:
 * @setup: a checked request
 * @data: its data
 * @action: (inout): set for a trigger
 */
GstFfsUvcError
gst_ffs_uvc_still_set (GstFfsUvcStill * self, const GstFfsSetup * setup,
    const guint8 * data, GstFfsUvcAction * action)
{
  guint selector = gst_ffs_uvc_get_selector (setup);
  GstFfsUvcSelection selection;
  gboolean ok;

  if (selector == UVC_VS_STILL_IMAGE_TRIGGER_CONTROL)
    return set_trigger (self, data[0], action);
  ok = read_selection (self->offer, data, &selection);
  if (selector == UVC_VS_STILL_PROBE_CONTROL) {
    self->probe = selection;
    return GST_FFS_UVC_NO_ERROR;
  }
  if (!ok)
    return GST_FFS_UVC_OUT_OF_RANGE;
  self->probe = self->committed = selection;
  self->has_commit = TRUE;
  return GST_FFS_UVC_NO_ERROR;
}
