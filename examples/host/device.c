/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds, waits for, opens and claims the device.
 *
 * Ownership: the context, the handle and the claim belong to the Device;
 * device_close () frees them after a failed device_open () or device_claim ()
 * too. One thread, no locking.
 */

#include "device.h"

#include "run.h"

#include <stdio.h>
#include <string.h>

/* Poll interval: libusb has no hotplug events without udevd. */
#define RESCAN_US 100000

static gboolean
serial_matches (const gchar * serial, libusb_device_handle * handle,
    guint8 index)
{
  unsigned char text[256];

  if (serial == NULL)
    return TRUE;
  if (index == 0 || libusb_get_string_descriptor_ascii (handle, index, text,
          sizeof (text)) < 0)
    return FALSE;
  return strcmp ((const char *) text, serial) == 0;
}

/* Opens the device if it is present. Returns FALSE on an error that waiting
 * does not fix. */
static gboolean
try_open (Device * device, const Options * options)
{
  struct libusb_device_descriptor desc;
  libusb_device **list;
  ssize_t count, i;
  int result;
  gboolean ok = TRUE;

  count = libusb_get_device_list (device->usb, &list);
  if (count < 0) {
    complain ("listing USB devices: %s", libusb_strerror (count));
    return FALSE;
  }
  for (i = 0; i < count && device->handle == NULL && ok; i++) {
    libusb_device_handle *handle;

    if (libusb_get_device_descriptor (list[i], &desc) < 0
        || desc.idVendor != options->vid || desc.idProduct != options->pid)
      continue;
    result = libusb_open (list[i], &handle);
    if (result == LIBUSB_ERROR_ACCESS) {
      complain ("no permission for /dev/bus/usb/%03u/%03u: run as root or "
          "give it to this user", libusb_get_bus_number (list[i]),
          libusb_get_device_address (list[i]));
      ok = FALSE;
    }
    /* Other errors: the device has just connected or disconnected. */
    if (result < 0)
      continue;
    if (serial_matches (options->serial, handle, desc.iSerialNumber)) {
      device->handle = handle;
      device->speed = libusb_get_device_speed (list[i]);
    } else {
      libusb_close (handle);
    }
  }
  libusb_free_device_list (list, 1);
  return ok;
}

gint
device_open (Device * device, const Options * options)
{
  gint64 deadline = g_get_monotonic_time ()
      + (gint64) (options->wait_timeout * G_USEC_PER_SEC);
  gboolean told = FALSE;
  int result;

  for (;;) {
    result = libusb_init (&device->usb);
    if (result < 0) {
      complain ("libusb: %s", libusb_strerror (result));
      return STATUS_ERROR;
    }
    if (!try_open (device, options))
      return STATUS_ERROR;
    if (device->handle != NULL)
      return STATUS_OK;
    if (interrupted ())
      return STATUS_INTERRUPTED;
    if (!options->wait || (options->wait_timeout > 0
            && g_get_monotonic_time () >= deadline)) {
      complain ("no device %04x:%04x%s%s%s", options->vid, options->pid,
          options->serial != NULL ? " with serial '" : "",
          options->serial != NULL ? options->serial : "",
          options->serial != NULL ? "'" : "");
      return STATUS_NO_DEVICE;
    }
    if (options->progress && !told) {
      fprintf (stderr, "host: waiting for %04x:%04x\n", options->vid,
          options->pid);
      told = TRUE;
    }
    /* Create a new context to rescan the bus. */
    libusb_exit (device->usb);
    device->usb = NULL;
    g_usleep (RESCAN_US);
  }
}

static gboolean
find_endpoint (Device * device, const Options * options,
    const struct libusb_config_descriptor *config)
{
  gint i, j;

  for (i = 0; i < config->bNumInterfaces; i++) {
    const struct libusb_interface_descriptor *desc =
        &config->interface[i].altsetting[0];

    if (options->interface >= 0 && desc->bInterfaceNumber != options->interface)
      continue;
    for (j = 0; j < desc->bNumEndpoints; j++) {
      const struct libusb_endpoint_descriptor *ep = &desc->endpoint[j];

      if ((ep->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK)
          != LIBUSB_TRANSFER_TYPE_BULK
          || (ep->bEndpointAddress & LIBUSB_ENDPOINT_IN) == 0)
        continue;
      if (options->endpoint >= 0 && ep->bEndpointAddress != options->endpoint)
        continue;
      device->interface = desc->bInterfaceNumber;
      device->endpoint = ep->bEndpointAddress;
      device->packet_size = ep->wMaxPacketSize;
      return TRUE;
    }
  }
  return FALSE;
}

gint
device_claim (Device * device, const Options * options)
{
  struct libusb_config_descriptor *config;
  gboolean found;
  int result;

  if (options->reset) {
    result = libusb_reset_device (device->handle);
    if (result < 0) {
      complain ("reset: %s", libusb_strerror (result));
      return result == LIBUSB_ERROR_NOT_FOUND
          || result == LIBUSB_ERROR_NO_DEVICE ? STATUS_GONE : STATUS_ERROR;
    }
  }
  result = libusb_get_active_config_descriptor
      (libusb_get_device (device->handle), &config);
  if (result < 0) {
    complain ("reading the configuration: %s", libusb_strerror (result));
    return STATUS_ERROR;
  }
  found = find_endpoint (device, options, config);
  libusb_free_config_descriptor (config);
  if (!found) {
    complain ("the device has no matching bulk IN endpoint");
    return STATUS_ERROR;
  }
  libusb_set_auto_detach_kernel_driver (device->handle, 1);
  result = libusb_claim_interface (device->handle, device->interface);
  if (result < 0) {
    complain ("claiming interface %d: %s", device->interface,
        libusb_strerror (result));
    return result == LIBUSB_ERROR_NO_DEVICE ? STATUS_GONE : STATUS_ERROR;
  }
  device->claimed = TRUE;
  return STATUS_OK;
}

void
device_close (Device * device)
{
  if (device->claimed)
    libusb_release_interface (device->handle, device->interface);
  if (device->handle != NULL)
    libusb_close (device->handle);
  if (device->usb != NULL)
    libusb_exit (device->usb);
}

const gchar *
device_speed_name (const Device * device)
{
  switch (device->speed) {
    case LIBUSB_SPEED_FULL:
      return "full speed";
    case LIBUSB_SPEED_HIGH:
      return "high speed";
    case LIBUSB_SPEED_SUPER:
      return "SuperSpeed";
    case LIBUSB_SPEED_SUPER_PLUS:
      return "SuperSpeed Plus";
    default:
      return "unknown speed";
  }
}
