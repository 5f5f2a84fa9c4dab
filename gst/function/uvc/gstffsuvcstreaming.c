/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcStreaming: PROBE and COMMIT. A host proposes a configuration, gets
 * the nearest one, and commits one, which starts the stream.
 *
 * A PROBE always returns a configuration of the offer. A COMMIT succeeds only
 * if its format and size are in the offer: a host would misinterpret other
 * pictures.
 *
 * Ownership: borrows the offer. Locking: none, used by one thread.
 */

#include <string.h>

#include "function/gstffsbytes.h"
#include "gstffsuvcheader.h"
#include "gstffsuvcstreaming.h"

/* Offsets in the probe and commit controls. */
#define HINT 0
#define FORMAT_INDEX 2
#define FRAME_INDEX 3
#define FRAME_INTERVAL 4
#define MAX_FRAME_SIZE 18
#define MAX_PAYLOAD_SIZE 22
#define CLOCK_FREQUENCY 26
#define FRAMING_INFO 30
#define PREFERRED_VERSION 31
#define MIN_VERSION 32
#define MAX_VERSION 33

#define KNOWN_HINTS 0x001f
#define FRAMING_HAS_FID 0x01
#define FRAMING_HAS_EOF 0x02
#define PAYLOAD_VERSION 1

/**
 * gst_ffs_uvc_streaming_reset:
 * @offer: the new offer
 *
 * Clears the host's selection.
 */
void
gst_ffs_uvc_streaming_reset (GstFfsUvcStreaming * self,
    const GstFfsUvcOffer * offer)
{
  self->offer = offer;
  self->hint = 0;
  gst_ffs_uvc_offer_get_default (offer, &self->probe);
  self->committed = self->probe;
  self->error = GST_FFS_UVC_STREAM_NO_ERROR;
}

/* ---- what a host reads ---- */

static void
write_selection (const GstFfsUvcStreaming * self,
    const GstFfsUvcSelection * selection, guint8 * out)
{
  const GstFfsUvcFrame *frame = gst_ffs_uvc_selection_get_frame (selection);
  guint32 size = gst_ffs_uvc_selection_get_max_size (selection);

  gst_ffs_put_u16 (out + HINT, self->hint);
  out[FORMAT_INDEX] = selection->choice + 1;
  out[FRAME_INDEX] = selection->frame + 1;
  gst_ffs_put_u32 (out + FRAME_INTERVAL,
      frame->rates[selection->rate].interval);
  gst_ffs_put_u32 (out + MAX_FRAME_SIZE, size);
  gst_ffs_put_u32 (out + MAX_PAYLOAD_SIZE,
      gst_ffs_uvc_payload_size (size, self->max_payload));
  gst_ffs_put_u32 (out + CLOCK_FREQUENCY, GST_FFS_UVC_CLOCK_FREQUENCY);
  out[FRAMING_INFO] = FRAMING_HAS_FID | FRAMING_HAS_EOF;
  out[PREFERRED_VERSION] = PAYLOAD_VERSION;
  out[MIN_VERSION] = PAYLOAD_VERSION;
  out[MAX_VERSION] = PAYLOAD_VERSION;
}

/* Fills minimum or maximum; other fields keep their current value. */
static void
write_end (const GstFfsUvcStreaming * self, gboolean max, guint8 * out)
{
  GstFfsUvcSelection end = self->probe;

  end.rate = max ? gst_ffs_uvc_selection_get_frame (&end)->n_rates - 1 : 0;
  write_selection (self, &end, out);
}

static gboolean
is_error_code (const GstFfsSetup * setup)
{
  return gst_ffs_uvc_get_selector (setup) == UVC_VS_STREAM_ERROR_CODE_CONTROL;
}

static GstFfsUvcError
get_error_code (const GstFfsUvcStreaming * self, const GstFfsSetup * setup,
    GByteArray * reply)
{
  guint8 byte = setup->request == UVC_GET_INFO ? UVC_CONTROL_CAP_GET :
      self->error;

  g_byte_array_append (reply, &byte, 1);
  return GST_FFS_UVC_NO_ERROR;
}

/**
 * gst_ffs_uvc_streaming_check:
 * @setup: a request to the streaming interface
 *
 * Returns: the error of the setup packet, regardless of the data
 */
GstFfsUvcError
gst_ffs_uvc_streaming_check (const GstFfsSetup * setup)
{
  guint selector = gst_ffs_uvc_get_selector (setup);

  if (gst_ffs_uvc_get_unit (setup) != 0)
    return GST_FFS_UVC_INVALID_UNIT;
  if (is_error_code (setup))
    return setup->request == UVC_GET_CUR || setup->request == UVC_GET_INFO ?
        GST_FFS_UVC_NO_ERROR : GST_FFS_UVC_INVALID_REQUEST;
  if (selector != UVC_VS_PROBE_CONTROL && selector != UVC_VS_COMMIT_CONTROL)
    return GST_FFS_UVC_INVALID_CONTROL;

  switch (setup->request) {
    case UVC_SET_CUR:
      return setup->length >= GST_FFS_UVC_PROBE_SIZE_OLD ?
          GST_FFS_UVC_NO_ERROR : GST_FFS_UVC_INVALID_REQUEST;
    case UVC_GET_CUR:
    case UVC_GET_LEN:
    case UVC_GET_INFO:
      return GST_FFS_UVC_NO_ERROR;
    case UVC_GET_MIN:
    case UVC_GET_MAX:
    case UVC_GET_RES:
    case UVC_GET_DEF:
      return selector == UVC_VS_PROBE_CONTROL ?
          GST_FFS_UVC_NO_ERROR : GST_FFS_UVC_INVALID_REQUEST;
    default:
      return GST_FFS_UVC_INVALID_REQUEST;
  }
}

/**
 * gst_ffs_uvc_streaming_get:
 * @setup: a checked request
 * @reply: the answer
 */
GstFfsUvcError
gst_ffs_uvc_streaming_get (const GstFfsUvcStreaming * self,
    const GstFfsSetup * setup, GByteArray * reply)
{
  gboolean probe = gst_ffs_uvc_get_selector (setup) == UVC_VS_PROBE_CONTROL;
  guint8 out[GST_FFS_UVC_PROBE_SIZE] = { 0, };
  GstFfsUvcSelection first;
  gsize size = sizeof (out);

  if (is_error_code (setup))
    return get_error_code (self, setup, reply);

  switch (setup->request) {
    case UVC_GET_CUR:
      write_selection (self, probe ? &self->probe : &self->committed, out);
      break;
    case UVC_GET_MIN:
    case UVC_GET_MAX:
      write_end (self, setup->request == UVC_GET_MAX, out);
      break;
    case UVC_GET_DEF:
      gst_ffs_uvc_offer_get_default (self->offer, &first);
      write_selection (self, &first, out);
      break;
    case UVC_GET_RES:
      out[FORMAT_INDEX] = 1;
      out[FRAME_INDEX] = 1;
      break;
    case UVC_GET_LEN:
      size = 2;
      gst_ffs_put_u16 (out, GST_FFS_UVC_PROBE_SIZE);
      break;
    case UVC_GET_INFO:
      size = 1;
      out[0] = UVC_CONTROL_CAP_GET | UVC_CONTROL_CAP_SET;
      break;
    default:
      return GST_FFS_UVC_INVALID_REQUEST;
  }
  g_byte_array_append (reply, out, size);
  return GST_FFS_UVC_NO_ERROR;
}

/* ---- what a host writes ---- */

/* Returns whether format and size are in the offer; if not, selects the
 * defaults. */
static gboolean
read_selection (const GstFfsUvcOffer * offer, const guint8 * data,
    GstFfsUvcSelection * selection)
{
  const GstFfsUvcFrame *frame;
  const GstFfsUvcChoice *choice;
  gboolean ok = TRUE;

  gst_ffs_uvc_offer_get_default (offer, selection);
  if (data[FORMAT_INDEX] >= 1 && data[FORMAT_INDEX] <= offer->n_choices)
    selection->choice = data[FORMAT_INDEX] - 1;
  else
    ok = FALSE;

  choice = &offer->choices[selection->choice];
  selection->frame = choice->frame;
  if (ok && data[FRAME_INDEX] >= 1 && data[FRAME_INDEX] <= choice->n_frames)
    selection->frame = data[FRAME_INDEX] - 1;
  else
    ok = FALSE;

  frame = &choice->frames[selection->frame];
  selection->rate = frame->rate;
  if (gst_ffs_get_u32 (data + FRAME_INTERVAL) != 0)
    selection->rate = gst_ffs_uvc_frame_nearest_rate (frame,
        gst_ffs_get_u32 (data + FRAME_INTERVAL));
  return ok;
}

/**
 * gst_ffs_uvc_streaming_set:
 * @setup: a checked request
 * @data: its data
 * @commit: (out): whether to start the stream
 */
GstFfsUvcError
gst_ffs_uvc_streaming_set (GstFfsUvcStreaming * self,
    const GstFfsSetup * setup, const guint8 * data, gboolean * commit)
{
  GstFfsUvcSelection selection;
  gboolean ok;

  *commit = FALSE;
  ok = read_selection (self->offer, data, &selection);
  if (gst_ffs_uvc_get_selector (setup) == UVC_VS_PROBE_CONTROL) {
    self->probe = selection;
    self->hint = gst_ffs_get_u16 (data + HINT) & KNOWN_HINTS;
    return GST_FFS_UVC_NO_ERROR;
  }

  if (!ok)
    return GST_FFS_UVC_OUT_OF_RANGE;
  self->committed = selection;
  self->probe = selection;
  *commit = TRUE;
  return GST_FFS_UVC_NO_ERROR;
}
