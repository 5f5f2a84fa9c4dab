/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host of an OUT endpoint: cuts what it sends into packets, as USB does.
 *
 * Locking: that of the endpoint.
 */

#include <unistd.h>

#include "fakeprivate.h"

/* Call with the lock held. The oldest transfer that the host can still
 * write to. @n: (out): how many there are */
static Transfer *
first_pending (guint * n)
{
  Transfer *first = NULL;
  guint i;

  for (*n = 0, i = fake.transfers->len; i > 0; i--) {
    Transfer *t = g_ptr_array_index (fake.transfers, i - 1);

    if (!t->signalled) {
      first = t;
      (*n)++;
    }
  }
  return first;
}

/* Call with the lock held. Writes as much as there is room for in the
 * transfer. */
static gsize
fill (Transfer * t, const guint8 * data, gsize size)
{
  gsize at = 0, done = 0;
  guint i;

  for (i = 0; i < t->n_dmabufs && size > 0; i++) {
    const struct usb_ffs_dmabuf_segment *s = &t->segments[i];
    gsize skip = MIN (MAX (t->received, at) - at, s->length);
    gsize n = MIN (s->length - skip, size);

    at += s->length;
    if (n == 0)
      continue;
    g_assert_cmpint (pwrite (s->fd, data + done, n, s->offset + skip), ==, n);
    t->received += n;
    done += n;
    size -= n;
  }
  return done;
}

gboolean
fake_endpoint_take_packet (const guint8 * data, gsize size, gboolean wait)
{
  Transfer *t;
  guint n;

  g_mutex_lock (&fake.lock);
  while ((t = first_pending (&n)) == NULL && wait)
    g_cond_wait (&fake.cond, &fake.lock);
  if (t) {
    /* A controller would report an overflow. */
    g_assert_cmpuint (fill (t, data, size), ==, size);
    if (size < FAKE_PACKET_SIZE || t->received == t->length)
      fake_signal_transfer (t, 1);
  }
  g_mutex_unlock (&fake.lock);
  return t != NULL;
}

guint
fake_endpoint_n_pending (void)
{
  guint n;

  g_mutex_lock (&fake.lock);
  first_pending (&n);
  g_mutex_unlock (&fake.lock);
  return n;
}

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
