/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parses the control requests of profile=stream, see docs/protocol.md.
 * Requests are untrusted: any deviation is stalled.
 *
 * Pure function: no state, no locks.
 */

#include <string.h>

#include "function/gstffsbytes.h"
#include "gstffsstreamcaps.h"
#include "gstffsstreamcontrol.h"
#include "gstffsstreamheader.h"

/* bmRequestType: vendor, to an interface. */
#define TYPE_OUT 0x41
#define TYPE_IN 0xc1

/* Texts are read in parts, since hosts limit control transfers. */
static gboolean
reply_text (const gchar * text, guint16 offset, GByteArray * reply)
{
  gsize length = text ? strlen (text) : 0;

  if (offset >= length)
    return FALSE;
  g_byte_array_append (reply, (const guint8 *) text + offset, length - offset);
  return TRUE;
}

static void
reply_info (GByteArray * reply)
{
  guint8 bytes[GST_FFS_STREAM_INFO_SIZE] = { 0, };

  gst_ffs_put_u32 (bytes, GST_FFS_STREAM_MAGIC);
  gst_ffs_put_u16 (bytes + 4, GST_FFS_STREAM_VERSION);
  gst_ffs_put_u16 (bytes + 6, GST_FFS_STREAM_HEADER_SIZE);
  gst_ffs_put_u32 (bytes + 8, GST_FFS_STREAM_MAX_CHOICE);
  g_byte_array_append (reply, bytes, sizeof (bytes));
}

static void
reply_state (const GstFfsStreamState * state, GByteArray * reply)
{
  guint8 bytes[GST_FFS_STREAM_STATE_SIZE] = { 0, };

  gst_ffs_put_u32 (bytes, state->streaming ? 1 : 0);
  gst_ffs_put_u32 (bytes + 4, state->stream);
  gst_ffs_put_u32 (bytes + 8, state->caps_number);
  gst_ffs_put_u32 (bytes + 12, state->offer ? strlen (state->offer) : 0);
  gst_ffs_put_u32 (bytes + 16, state->choice ? strlen (state->choice) : 0);
  gst_ffs_put_u32 (bytes + 20, state->caps ? strlen (state->caps) : 0);
  gst_ffs_put_u64 (bytes + 24, state->frames);
  gst_ffs_put_u64 (bytes + 32, state->bytes);
  gst_ffs_put_u64 (bytes + 40, state->dropped);
  gst_ffs_put_u32 (bytes + 48, state->outcome);
  g_byte_array_append (reply, bytes, sizeof (bytes));
}

static void
reply_layout (const GstFfsStreamState * state, GByteArray * reply)
{
  guint8 bytes[GST_FFS_STREAM_LAYOUT_SIZE] = { 0, };
  const GstFfsFrameLayout *layout = &state->layout;
  guint i;

  gst_ffs_put_u32 (bytes, state->layout_state);
  gst_ffs_put_u32 (bytes + 4, state->stream);
  if (state->layout_state == GST_FFS_STREAM_LAYOUT_READY) {
    gst_ffs_put_u64 (bytes + 8, layout->size);
    gst_ffs_put_u32 (bytes + 16, layout->exact);
    gst_ffs_put_u32 (bytes + 20, layout->n_planes);
    for (i = 0; i < layout->n_planes; i++) {
      gst_ffs_put_u32 (bytes + 32 + 8 * i, layout->offset[i]);
      gst_ffs_put_u32 (bytes + 36 + 8 * i, (guint32) layout->stride[i]);
    }
  }
  g_byte_array_append (reply, bytes, sizeof (bytes));
}

static GstFfsStreamAction
parse_in (const GstFfsSetup * setup, const GstFfsStreamState * state,
    GByteArray * reply, GstFfsStreamCommand * command)
{
  const gchar *text;

  switch (setup->request) {
    case GST_FFS_STREAM_GET_INFO:
    case GST_FFS_STREAM_GET_STATE:
      if (setup->value != 0)
        return GST_FFS_STREAM_DO_STALL;
      if (setup->request == GST_FFS_STREAM_GET_INFO)
        reply_info (reply);
      else
        reply_state (state, reply);
      return GST_FFS_STREAM_DO_REPLY;
    case GST_FFS_STREAM_GET_LAYOUT:
      if (setup->value != 0 || !state->receives)
        return GST_FFS_STREAM_DO_STALL;
      reply_layout (state, reply);
      return GST_FFS_STREAM_DO_REPLY;
    case GST_FFS_STREAM_GET_OFFER:
      text = state->offer;
      break;
    case GST_FFS_STREAM_GET_CHOICE:
      text = state->choice;
      break;
    case GST_FFS_STREAM_GET_CAPS:
      text = state->caps;
      break;
    case GST_FFS_STREAM_GET_CONTROL:
      command->id = setup->value;
      return setup->length == GST_FFS_STREAM_CONTROL_SIZE ?
          GST_FFS_STREAM_DO_GET_CONTROL : GST_FFS_STREAM_DO_STALL;
    default:
      return GST_FFS_STREAM_DO_STALL;
  }
  return reply_text (text, setup->value, reply) ? GST_FFS_STREAM_DO_REPLY :
      GST_FFS_STREAM_DO_STALL;
}

static GstFfsStreamAction
refuse (GstFfsStreamCommand * command, GstFfsStreamOutcome why)
{
  command->outcome = why;
  return GST_FFS_STREAM_DO_STALL;
}

static GstFfsStreamAction
parse_choice (const GstFfsSetup * setup, const guint8 * data,
    const GstFfsStreamState * state, GstCaps * offer,
    GstFfsStreamCommand * command)
{
  GstCaps *wanted;

  if (state->streaming)
    return refuse (command, GST_FFS_STREAM_STREAMING);
  if (setup->length == 0)
    return GST_FFS_STREAM_DO_CHOOSE;
  wanted = gst_ffs_stream_caps_from_text (data, setup->length);
  if (wanted == NULL)
    return refuse (command, GST_FFS_STREAM_MALFORMED);
  command->choice = gst_ffs_stream_caps_choose (offer, wanted);
  if (command->choice == NULL)
    return refuse (command, GST_FFS_STREAM_NOT_OFFERED);
  return GST_FFS_STREAM_DO_CHOOSE;
}

static GstFfsStreamAction
parse_out (const GstFfsSetup * setup, const guint8 * data,
    const GstFfsStreamState * state, GstCaps * offer,
    GstFfsStreamCommand * command)
{
  if (setup->length > 0 && data == NULL)
    return refuse (command, GST_FFS_STREAM_MALFORMED);
  if (setup->request == GST_FFS_STREAM_SET_CONTROL) {
    if (setup->length != GST_FFS_STREAM_CONTROL_SIZE)
      return refuse (command, GST_FFS_STREAM_MALFORMED);
    command->id = setup->value;
    command->value = (gint32) gst_ffs_get_u32 (data);
    return GST_FFS_STREAM_DO_SET_CONTROL;
  }

  if (setup->value != 0)
    return refuse (command, GST_FFS_STREAM_MALFORMED);
  if (setup->request == GST_FFS_STREAM_SET_CHOICE)
    return parse_choice (setup, data, state, offer, command);
  if (setup->length != 0)
    return refuse (command, GST_FFS_STREAM_MALFORMED);
  if (setup->request == GST_FFS_STREAM_START)
    return GST_FFS_STREAM_DO_START;
  if (setup->request == GST_FFS_STREAM_STOP)
    return GST_FFS_STREAM_DO_STOP;
  return refuse (command, GST_FFS_STREAM_MALFORMED);
}

/**
 * gst_ffs_stream_control_parse:
 * @setup: a request
 * @data: (nullable): wLength bytes of data
 * @state: the state to report
 * @offer: the offer
 * @reply: takes the answer to an IN request
 * @command: (out): what to do; @reply is complete if that is REPLY
 */
void
gst_ffs_stream_control_parse (const GstFfsSetup * setup, const guint8 * data,
    const GstFfsStreamState * state, GstCaps * offer, GByteArray * reply,
    GstFfsStreamCommand * command)
{
  memset (command, 0, sizeof (*command));
  command->outcome = GST_FFS_STREAM_MALFORMED;
  if (setup->index > 0xff)
    return;
  command->outcome = GST_FFS_STREAM_DONE;
  if (setup->request_type == TYPE_IN)
    command->action = parse_in (setup, state, reply, command);
  else if (setup->request_type == TYPE_OUT)
    command->action = parse_out (setup, data, state, offer, command);
}
