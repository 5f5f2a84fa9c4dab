/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host that reads and writes registers in any order, and goes now and then.
 * Each step is a byte for the action, a byte for the length, an address and
 * bytes to be written. If the input says so the address is that of a register,
 * which is hard to guess. libFuzzer.
 */

#include <string.h>

#include <gst/gst.h>

#include "function/gstffsbytes.h"
#include "fuzz-u3v.h"
#include "function/u3v/gstffsu3vmap.h"

static const guint64 places[] = {
  ABRM, SBRM, SIRM, MANIFEST, FEATURES, CONTROLS, XML, G_MAXUINT64 - 255
};

static gboolean
take (const uint8_t ** data, size_t *size, gpointer out, gsize n)
{
  if (*size < n)
    return FALSE;
  memcpy (out, *data, n);
  *data += n;
  *size -= n;
  return TRUE;
}

/* Whether frames flow must follow from the answers. */
static void
follow (gboolean * streaming, const GstFfsU3vEffect * effect)
{
  if (effect->stop && !effect->start)
    *streaming = FALSE;
  if (effect->start) {
    g_assert (!*streaming);
    *streaming = TRUE;
  }
  g_assert (effect->control < FUZZ_N_CONTROLS);
}

int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  GstFfsU3vCamera *camera = fuzz_u3v_camera_new ();
  gboolean streaming = FALSE;
  GstFfsU3vEffect effect;
  guint8 step[4], *bytes;
  GstFfsU3vArrival arrival = { 0, };
  GstFfsU3vFrame frame;
  GstFfsU3vSelection caps, region;
  guint64 address;

  while (take (&data, &size, step, sizeof (step))) {
    guint length = step[1];

    address = places[step[0] >> 2 & 7] + gst_ffs_get_u16 (step + 2);
    bytes = g_malloc0 (MAX (length, 1));
    switch (step[0] & 3) {
      case 0:
        gst_ffs_u3v_camera_read (camera, address, bytes, length, &effect);
        follow (&streaming, &effect);
        break;
      case 1:
      case 2:
        if (length > 0 && take (&data, &size, bytes, length)) {
          gst_ffs_u3v_camera_write (camera, address, bytes, length, &effect);
          follow (&streaming, &effect);
          if (effect.trigger)
            gst_ffs_u3v_camera_trigger (camera, arrival.pts);
        }
        break;
      case 3:
        if (length == 0) {
          gst_ffs_u3v_camera_reset (camera, &effect);
          follow (&streaming, &effect);
          g_assert (!streaming);
        }
        caps = fuzz_u3v_selected (camera);
        if (!gst_ffs_u3v_camera_get_region (camera, &caps, &region))
          region = caps;
        g_assert (region.x + region.width <= caps.width
            && region.y + region.height <= caps.height
            && region.width > 0 && region.height > 0);
        arrival.size = gst_ffs_u3v_selection_get_size (&region);
        arrival.x = region.x;
        arrival.y = region.y;
        arrival.pts = arrival.number++;
        if (gst_ffs_u3v_camera_take_frame (camera, &caps, &arrival, &frame))
          g_assert (streaming);
        break;
    }
    g_free (bytes);
  }
  fuzz_u3v_camera_check (camera);
  gst_ffs_u3v_camera_free (camera);
  return 0;
}
