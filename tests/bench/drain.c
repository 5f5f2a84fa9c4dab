/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host: reads whatever comes from the device with this serial number, as
 * fast as it comes, until it is killed.
 */

#include <stdio.h>
#include <unistd.h>

#include "usbhost.h"

/* Together more than the wire carries between two ticks of its timer. */
#define URB_SIZE (128 * 1024)
#define N_URBS 12

static void
on_data (const guint8 * data, gsize size, gpointer user_data)
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
    fputs ("usage: drain SERIAL\n", stderr);
    return 2;
  }
  host = usb_host_new (argv[1], URB_SIZE, N_URBS, on_data, NULL);
  if (!usb_host_open (host) || !usb_host_start (host))
    return 1;
  puts ("reading");
  fflush (stdout);
  while (TRUE)
    pause ();
}
