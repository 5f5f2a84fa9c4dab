/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host of an output device of USB Video Class: any requests in any order, with
 * headers of frames and other hosts in between.
 *
 * The input is a list of steps of eight bytes: what to do, and for a request
 * bmRequestType, bRequest, the high bytes of wValue and wIndex, the interface
 * and the length of the data, which follows. A header is in the other bytes.
 *
 * Caps are always of the offer, a stream starts only by a COMMIT, and a frame
 * has the size that the host was told. libFuzzer.
 */

#include <stdint.h>
#include <string.h>

#include <gst/gst.h>

#include "function/gstffsbytes.h"
#include "function/uvc/gstffsuvcdisplay.h"
#include "function/uvc/gstffsuvcstreaming.h"

#define STEP_SIZE 8

int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);

static GstFfsProfile *profile;
static GstCaps *offer;
static gboolean streaming;
static gboolean may_start;

static void
on_streaming (gboolean on, gpointer user_data)
{
  (void) user_data;
  g_assert (streaming != on && (!on || may_start));
  streaming = on;
}

static void
begin (guint8 which)
{
  static const gchar *const texts[] = {
    "video/x-raw,format={YUY2,NV12},width=[16,1920],height=[16,1080],"
        "framerate=[0/1,60/1];image/jpeg;video/x-h264",
    "image/jpeg,width=8,height=2;video/x-raw,format=GRAY8,width={320,640},"
        "height=240,framerate={15/1,30/1}",
    "video/x-raw(memory:DMABuf),format=NV12,width=8,height=2",
  };
  static GstCaps *offers[G_N_ELEMENTS (texts)];

  which %= G_N_ELEMENTS (texts);
  if (offers[which] == NULL)
    offers[which] = gst_caps_from_string (texts[which]);
  offer = offers[which];
  streaming = may_start = FALSE;
  profile = gst_ffs_uvc_display_new ("screen");
  gst_ffs_profile_set_funcs (profile, on_streaming, NULL, NULL, NULL);
  g_assert (gst_ffs_profile_set_offer (profile, offer));
  g_assert (gst_ffs_profile_start (profile, NULL, NULL) == 0);
}

static gboolean
control (GstFfsSetup * setup, const guint8 * data, GByteArray * reply)
{
  const gboolean in = (setup->request_type & 0x80) != 0;
  gboolean ok;

  if (!in && !gst_ffs_profile_accept (profile, setup))
    return FALSE;
  may_start = !in;
  ok = gst_ffs_profile_control (profile, setup, in ? NULL : data, reply);
  may_start = FALSE;
  g_assert (in || reply->len == 0);
  return ok;
}

/* Returns: bytes of data that it took */
static gsize
request (gboolean sane, const guint8 * bytes, const guint8 * data, gsize size)
{
  GByteArray *reply = g_byte_array_new ();
  GstFfsSetup setup = { bytes[1], bytes[2], bytes[3] << 8,
    bytes[4] << 8 | bytes[5], MIN (bytes[6], size)
  };
  guint8 *copy;

  if (sane) {
    setup.request_type = bytes[1] & 0x80 ? 0xa1 : 0x21;
    setup.request = bytes[1] & 0x80 ? 0x81 + bytes[2] % 7 : 0x01;
    setup.index &= 0x0301;
  }
  /* Of its own size, so that the sanitizer sees what is read behind it. */
  copy = g_malloc (MAX (setup.length, 1));
  memcpy (copy, data, setup.length);
  if (!control (&setup, copy, reply))
    g_assert (reply->len == 0);
  g_assert (reply->len <= GST_FFS_UVC_PROBE_SIZE);
  g_free (copy);
  g_byte_array_unref (reply);
  return setup.request_type & 0x80 ? 0 : setup.length;
}

static guint32
get_frame_size (void)
{
  GstFfsSetup setup = { 0xa1, 0x81, 2 << 8, 1, 34 };
  GByteArray *reply = g_byte_array_new ();
  guint32 size;

  g_assert (control (&setup, NULL, reply) && reply->len == 34);
  size = gst_ffs_get_u32 (reply->data + 18);
  g_assert (size > 0);
  g_byte_array_unref (reply);
  return size;
}

static void
header (const guint8 * bytes)
{
  const gsize size = bytes[1] % 3;
  guint8 *copy = g_malloc (MAX (size, 1));
  GstFfsHead head;

  memcpy (copy, bytes + 2, size);
  gst_ffs_profile_take_head (profile, copy, size, &head);
  g_free (copy);
  g_assert ((head.kind == GST_FFS_HEAD_NOTHING) == (size == 0));
  if (streaming && head.kind == GST_FFS_HEAD_FRAME)
    g_assert (head.length == get_frame_size ());
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  GstCaps *caps;

  if (size == 0)
    return 0;
  begin (*data++);
  for (size--; size >= STEP_SIZE;) {
    const guint8 *bytes = data;
    gsize used = 0;

    data += STEP_SIZE;
    size -= STEP_SIZE;
    switch (bytes[0] & 7) {
      case 0:
        gst_ffs_profile_set_enabled (profile, bytes[1] & 1);
        g_assert (!streaming);
        break;
      case 1:
        header (bytes);
        break;
      case 2:
        used = request (FALSE, bytes, data, size);
        break;
      default:
        used = request (TRUE, bytes, data, size);
        break;
    }
    data += used;
    size -= used;
    caps = gst_ffs_profile_get_caps (profile);
    g_assert (gst_caps_can_intersect (caps, offer));
    gst_caps_unref (caps);
  }
  gst_ffs_profile_set_enabled (profile, FALSE);
  g_assert (!streaming);
  gst_ffs_profile_stop (profile);
  gst_object_unref (profile);
  return 0;
}
