/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host of an OUT endpoint: cuts what it sends into packets, as USB does.
 */

#include "fakeendpoint.h"

static gsize
send_packets (const guint8 * data, gsize size, gboolean zlp, gboolean wait)
{
  gsize done = 0;

  while (done < size) {
    gsize n = MIN (size - done, FAKE_PACKET_SIZE);

    if (!fake_endpoint_take_packet (data + done, n, wait))
      return done;
    done += n;
  }
  if (zlp && size % FAKE_PACKET_SIZE == 0)
    fake_endpoint_take_packet (NULL, 0, wait);
  return done;
}

void
fake_endpoint_send (gconstpointer data, gsize size, gboolean zlp)
{
  send_packets (data, size, zlp, TRUE);
}

gsize
fake_endpoint_send_some (gconstpointer data, gsize size, gboolean zlp)
{
  return send_packets (data, size, zlp, FALSE);
}
