/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host: reads whatever comes from the device with this serial number, as
 * fast as it comes, until it is killed. With a number of bytes it ends after
 * them and prints how many there were in how many nanoseconds.
 */

#include <stdio.h>
#include <stdlib.h>

#include "meter.h"
#include "usbhost.h"

/* Together more than the wire carries between two ticks of its timer. */
#define URB_SIZE (128 * 1024)
#define N_URBS 12

typedef struct
{
  GMutex lock;
  GCond cond;
  guint64 wanted;
  guint64 bytes;
  guint64 first_ns;
  guint64 last_ns;
} Count;

static void
on_data (const guint8 * data, gsize size, gpointer user_data)
{
  Count *count = user_data;

  (void) data;
  if (count->wanted == 0)
    return;
  g_mutex_lock (&count->lock);
  count->last_ns = meter_now ();
  if (count->first_ns == 0)
    count->first_ns = count->last_ns;
  else
    count->bytes += size;
  if (count->bytes >= count->wanted)
    g_cond_signal (&count->cond);
  g_mutex_unlock (&count->lock);
}

int
main (int argc, char **argv)
{
  Count count = { 0 };
  UsbHost *host;

  if (argc < 2 || argc > 3) {
    fputs ("usage: drain SERIAL [BYTES]\n", stderr);
    return 2;
  }
  count.wanted = argc > 2 ? strtoull (argv[2], NULL, 10) : 0;
  host = usb_host_new (argv[1], URB_SIZE, N_URBS, on_data, &count);
  if (!usb_host_open (host) || !usb_host_start (host))
    return 1;
  puts ("reading");
  fflush (stdout);

  g_mutex_lock (&count.lock);
  while (count.wanted == 0 || count.bytes < count.wanted)
    g_cond_wait (&count.cond, &count.lock);
  printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", count.bytes,
      count.last_ns - count.first_ns);
  g_mutex_unlock (&count.lock);
  usb_host_free (host);
  return 0;
}
