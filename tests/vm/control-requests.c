/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sends control requests that a function does not know, in both directions,
 * and expects each to be stalled, and the function to stay usable. Prints one
 * word a request.
 */

#include <libusb.h>
#include <stdio.h>

#define VID 0x1209
#define PID 0x0001
#define TIMEOUT_MS 5000

int
main (void)
{
  static const struct
  {
    const char *name;
    uint8_t type;
    uint16_t length;
  } requests[] = {
    {"in", LIBUSB_ENDPOINT_IN | LIBUSB_REQUEST_TYPE_VENDOR
          | LIBUSB_RECIPIENT_INTERFACE, 16},
    {"out", LIBUSB_ENDPOINT_OUT | LIBUSB_REQUEST_TYPE_VENDOR
          | LIBUSB_RECIPIENT_INTERFACE, 16},
    {"out-without-data", LIBUSB_ENDPOINT_OUT | LIBUSB_REQUEST_TYPE_CLASS
          | LIBUSB_RECIPIENT_INTERFACE, 0},
    {"in-again", LIBUSB_ENDPOINT_IN | LIBUSB_REQUEST_TYPE_CLASS
          | LIBUSB_RECIPIENT_INTERFACE, 64},
  };
  unsigned char data[64] = { 0 };
  libusb_device_handle *handle;
  size_t i;
  int failed = 0, result;

  if (libusb_init (NULL) < 0)
    return 2;
  handle = libusb_open_device_with_vid_pid (NULL, VID, PID);
  if (handle == NULL) {
    fputs ("no device\n", stderr);
    return 2;
  }
  for (i = 0; i < sizeof (requests) / sizeof (requests[0]); i++) {
    result = libusb_control_transfer (handle, requests[i].type, 0x42, 1, 0,
        data, requests[i].length, TIMEOUT_MS);
    printf ("%s:%s\n", requests[i].name, result == LIBUSB_ERROR_PIPE ?
        "stalled" : result < 0 ? libusb_error_name (result) : "answered");
    if (result != LIBUSB_ERROR_PIPE)
      failed = 1;
  }
  libusb_close (handle);
  libusb_exit (NULL);
  return failed;
}
