/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host: compares the data that it reads with the frames pushed into the
 * sink, byte by byte.
 *
 * Ownership: owns a copy of each frame, from its push into the sink until the
 * host has read its last byte.
 *
 * Locking: the lock protects the frames, which the sink's thread adds and the
 * reading thread removes.
 */

#include "test.h"

#include <string.h>

void
on_data (const guint8 * data, gsize size, gpointer user_data)
{
  Test *test = user_data;
  gsize part, left;

  g_mutex_lock (&test->lock);
  while (size > 0) {
    GBytes *frame = g_queue_peek_head (&test->expected);
    const guint8 *bytes;

    if (frame == NULL) {
      test->surplus += size;
      break;
    }
    bytes = g_bytes_get_data (frame, &left);
    left -= test->head_done;
    part = MIN (left, size);
    if (test->first_wrong < 0
        && memcmp (bytes + test->head_done, data, part) != 0)
      test->first_wrong = test->received;
    test->received += part;
    test->head_done += part;
    data += part;
    size -= part;
    if (part == left) {
      g_bytes_unref (g_queue_pop_head (&test->expected));
      test->head_done = 0;
    }
  }
  g_mutex_unlock (&test->lock);
}

void
begin (Test * test)
{
  g_mutex_lock (&test->lock);
  g_queue_clear_full (&test->expected, (GDestroyNotify) g_bytes_unref);
  test->head_done = 0;
  test->frames = test->sent = test->received = test->surplus = 0;
  test->first_wrong = -1;
  g_mutex_unlock (&test->lock);
}

void
expect (Test * test, const guint8 * data, gsize size)
{
  g_mutex_lock (&test->lock);
  test->frames++;
  test->sent += size;
  if (size > 0)
    g_queue_push_tail (&test->expected, g_bytes_new (data, size));
  g_mutex_unlock (&test->lock);
}

/* After the last fence the host has all bytes. A transfer that no short packet
 * has ended returns its data when it is cancelled. */
gboolean
take_all (Test * test)
{
  gboolean ok;

  usb_host_stop (test->host);
  g_mutex_lock (&test->lock);
  ok = test->received == test->sent && test->surplus == 0
      && test->first_wrong < 0;
  if (!ok)
    g_print ("# sent %" G_GUINT64_FORMAT " bytes, received %" G_GUINT64_FORMAT
        " and %" G_GUINT64_FORMAT " not sent, first difference after %"
        G_GINT64_FORMAT "\n", test->sent, test->received, test->surplus,
        test->first_wrong);
  g_mutex_unlock (&test->lock);
  return usb_host_start (test->host) && ok;
}
