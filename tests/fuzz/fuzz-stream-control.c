/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A control request to the stream profile, and caps from a host. The input is
 * bmRequestType, bRequest, wValue, wIndex, one byte of state, and the data of
 * the request. A selection must not be empty, must be part of the offer, and
 * the host must be able to send it again.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "function/gstffsbytes.h"
#include "function/stream/gstffsstreamcaps.h"
#include "function/stream/gstffsstreamcontrol.h"
#include "function/stream/gstffsstreamparser.h"

#define HEAD 7

int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);

static const char *const offers[] = {
  "ANY",
  "video/x-raw,format={NV12,YUY2},width=[16,1920],height=[16,1080,8],"
      "framerate=[0/1,60/1];image/jpeg;video/x-h264,level=(string){1,1.1},"
      "channel-mask=(bitmask)0x3,gain=[0.0,2.5],parsed=true",
  "video/x-raw(memory:DMABuf),format={NV12,YUY2},width={320,640},height=240",
};

static void
check_choice (GstCaps * offer, GstCaps * choice)
{
  gchar *text = gst_ffs_stream_caps_to_text (choice);
  GstCaps *again = text ? gst_caps_from_string (text) : NULL;

  if (gst_caps_is_empty (choice) || gst_caps_is_any (choice) || again == NULL
      || !gst_caps_can_intersect (choice, offer))
    abort ();
  gst_caps_unref (again);
  g_free (text);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  GstFfsStreamState state =
      { "offer", "choice", NULL, FALSE, 1, 2, 3, 4, 5, 0 };
  GstFfsStreamCommand command;
  GstFfsSetup setup = { 0, };
  GByteArray *reply;
  GstCaps *offer;
  guint8 *copy;

  if (size < HEAD || size - HEAD > G_MAXUINT16)
    return 0;
  setup.request_type = data[0];
  setup.request = data[1];
  setup.value = gst_ffs_get_u16 (data + 2);
  setup.index = gst_ffs_get_u16 (data + 4);
  setup.length = size - HEAD;
  state.streaming = data[6] & 1;
  offer = gst_caps_from_string (offers[(data[6] >> 1) % G_N_ELEMENTS (offers)]);
  offer = gst_ffs_stream_caps_any_memory (offer);
  /* A copy of the exact length. */
  copy = g_memdup2 (data + HEAD, setup.length);
  reply = g_byte_array_new ();

  gst_ffs_stream_control_parse (&setup, setup.request_type & 0x80 ? NULL : copy,
      &state, offer, reply, &command);
  if (reply->len > 0 && command.action != GST_FFS_STREAM_DO_REPLY)
    abort ();
  if (command.choice) {
    if (command.action != GST_FFS_STREAM_DO_CHOOSE)
      abort ();
    check_choice (offer, command.choice);
    gst_caps_unref (command.choice);
  }
  gst_caps_unref (offer);
  g_byte_array_unref (reply);
  g_free (copy);
  return 0;
}
