/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host that sends anything over the control channel of a camera. The input
 * is a series of packets, each after its length in two bytes. libFuzzer.
 */

#include <string.h>

#include <gst/gst.h>

#include "function/gstffsbytes.h"
#include "fuzz-u3v.h"
#include "function/u3v/gstffsu3vgencp.h"
#include "function/u3v/gstffsu3vmap.h"

static GstFfsU3vCamera *camera;

static guint16
read_memory (guint64 address, guint8 * data, guint length,
    gpointer user_data G_GNUC_UNUSED)
{
  GstFfsU3vEffect effect;
  gint i = -1;

  while ((i = gst_ffs_u3v_camera_next_control (camera, address, length,
              i)) >= 0)
    gst_ffs_u3v_camera_store_control (camera, i, i);
  return gst_ffs_u3v_camera_read (camera, address, data, length, &effect);
}

static guint16
write_memory (guint64 address, const guint8 * data, guint length,
    gpointer user_data G_GNUC_UNUSED)
{
  GstFfsU3vEffect effect;

  return gst_ffs_u3v_camera_write (camera, address, data, length, &effect);
}

static gboolean
is_slow (guint64 address, guint length, gboolean write,
    gpointer user_data G_GNUC_UNUSED)
{
  return gst_ffs_u3v_camera_is_slow (camera, address, length, write);
}

int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  const GstFfsU3vMemory memory = { read_memory, write_memory, is_slow, NULL };

  camera = fuzz_u3v_camera_new ();
  while (size >= 2) {
    gsize n = gst_ffs_get_u16 (data) % (U3V_MAX_COMMAND + 1);
    /* In memory of its own, so that ASan detects a read beyond it. */
    guint8 *answer = g_malloc (U3V_MAX_ANSWER), *packet;
    guint length;

    data += 2;
    size -= 2;
    n = MIN (n, size);
    packet = g_malloc (MAX (n, 1));
    memcpy (packet, data, n);
    data += n;
    size -= n;
    length = gst_ffs_u3v_gencp_pending (&memory, packet, n, answer);
    g_assert (length == 0 || length == 16);
    length = gst_ffs_u3v_gencp_handle (&memory, packet, n, answer);
    g_assert (length == 0 || (length >= 12 && length <= U3V_MAX_ANSWER));
    g_free (packet);
    g_free (answer);
  }
  fuzz_u3v_camera_check (camera);
  gst_ffs_u3v_camera_free (camera);
  return 0;
}
