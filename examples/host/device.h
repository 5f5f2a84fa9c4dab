/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The device: found, waited for, opened, claimed.
 *
 * Ownership: main () owns the one Device; a Stream borrows its context and
 * handle and has to be freed before device_close (). One thread, no locking.
 */

#ifndef DEVICE_H
#define DEVICE_H

#include <glib.h>
#include <libusb.h>

#include "options.h"

typedef struct
{
  libusb_context *usb;
  libusb_device_handle *handle;
  int speed;
  gboolean claimed;
  gint interface;
  guint8 endpoint;
  guint packet_size;
} Device;

/* Both report failures and return the exit status of the program. */
gint device_open (Device * device, const Options * options);
gint device_claim (Device * device, const Options * options);
void device_close (Device * device);

const gchar *device_speed_name (const Device * device);

#endif
