/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host of a receiver: sends to the device with this serial number as fast as
 * it receives, until killed. What is sent is one stream of whole packets: frames
 * of whole packets end where their transfer does.
 */

#include <stdio.h>
#include <unistd.h>

#include "usbhost.h"

/* Together more than the wire carries in a timer tick. */
#define URB_SIZE (128 * 1024)
#define N_URBS 12

/* A transfer has ended; usbhost sends the same bytes again. */
static void
on_sent (const guint8 * data, gsize size, gpointer user_data)
{
  (void) data;
  (void) size;
  (void) user_data;
}

int
main (int argc, char **argv)
{
  UsbHost *host;

  if (argc != 2) {
    fputs ("usage: fill SERIAL\n", stderr);
    return 2;
  }
  host = usb_host_new (argv[1], URB_SIZE, N_URBS, on_sent, NULL);
  if (!usb_host_open (host) || !usb_host_find_out (host)
      || !usb_host_start (host))
    return 1;
  puts ("sending");
  fflush (stdout);
  while (!usb_host_is_gone (host))
    pause ();
  usb_host_free (host);
  return 0;
}
