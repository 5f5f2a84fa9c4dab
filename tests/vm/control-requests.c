/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * control-requests [TYPE:REQUEST:VALUE:INDEX:LENGTH...]
 *
 * Sends these control requests; numbers are hexadecimal, data is zeros. Prints
 * a word for each: the bytes of the answer, or "stalled".
 *
 * Without arguments it sends unknown requests in both directions and expects
 * that the function stalls each of them and stays usable.
 */

#include <libusb.h>
#include <stdio.h>

#define VID 0x1209
#define PID 0x0001
#define TIMEOUT_MS 5000

static int
ask (libusb_device_handle * handle, const char *text)
{
  unsigned char data[64] = { 0 };
  unsigned type, request, value, interface, length;
  int i, result;

  if (sscanf (text, "%x:%x:%x:%x:%x", &type, &request, &value, &interface,
          &length) != 5 || length > sizeof (data)) {
    fprintf (stderr, "%s is not a request\n", text);
    return 2;
  }
  result = libusb_control_transfer (handle, type, request, value, interface,
      data, length, TIMEOUT_MS);
  if (result == LIBUSB_ERROR_PIPE)
    fputs ("stalled", stdout);
  else if (result < 0)
    fputs (libusb_error_name (result), stdout);
  else if (!(type & LIBUSB_ENDPOINT_IN))
    fputs ("taken", stdout);
  else
    for (i = 0; i < result; i++)
      printf ("%02x", data[i]);
  putchar ('\n');
  return 0;
}

static int
expect_stalls (libusb_device_handle * handle)
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
  size_t i;
  int failed = 0, result;

  for (i = 0; i < sizeof (requests) / sizeof (requests[0]); i++) {
    result = libusb_control_transfer (handle, requests[i].type, 0x42, 1, 0,
        data, requests[i].length, TIMEOUT_MS);
    printf ("%s:%s\n", requests[i].name, result == LIBUSB_ERROR_PIPE ?
        "stalled" : result < 0 ? libusb_error_name (result) : "answered");
    if (result != LIBUSB_ERROR_PIPE)
      failed = 1;
  }
  return failed;
}

int
main (int argc, char **argv)
{
  libusb_device_handle *handle;
  int i, status = 0;

  if (libusb_init (NULL) < 0)
    return 2;
  handle = libusb_open_device_with_vid_pid (NULL, VID, PID);
  if (handle == NULL) {
    fputs ("no device\n", stderr);
    return 2;
  }
  if (argc == 1)
    status = expect_stalls (handle);
  for (i = 1; i < argc && status == 0; i++)
    status = ask (handle, argv[i]);
  libusb_close (handle);
  libusb_exit (NULL);
  return status;
}
