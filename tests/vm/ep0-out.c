/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ep0-out DIR: a function whose only endpoint is an OUT endpoint, for the test
 * with the wrong direction.  Prints "ready" and holds ep0 until it is killed.
 */

#include <endian.h>
#include <fcntl.h>
#include <linux/usb/functionfs.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#define PACKED __attribute__ ((packed))

struct descs
{
  struct usb_interface_descriptor interface;
  struct usb_endpoint_descriptor_no_audio out;
} PACKED;

static struct
{
  struct usb_functionfs_descs_head_v2 head;
  uint32_t fs_count;
  uint32_t hs_count;
  uint32_t ss_count;
  struct descs fs;
  struct descs hs;
  struct descs ss;
  struct usb_ss_ep_comp_descriptor companion;
} PACKED all;

static struct usb_functionfs_strings_head strings;

static void
fill (struct descs *descs, uint16_t packet)
{
  descs->interface.bLength = sizeof (descs->interface);
  descs->interface.bDescriptorType = USB_DT_INTERFACE;
  descs->interface.bNumEndpoints = 1;
  descs->interface.bInterfaceClass = USB_CLASS_VENDOR_SPEC;
  descs->out.bLength = sizeof (descs->out);
  descs->out.bDescriptorType = USB_DT_ENDPOINT;
  descs->out.bEndpointAddress = USB_DIR_OUT | 1;
  descs->out.bmAttributes = USB_ENDPOINT_XFER_BULK;
  descs->out.wMaxPacketSize = htole16 (packet);
}

int
main (int argc, char **argv)
{
  int ep0;

  if (argc != 2 || chdir (argv[1]) < 0) {
    fputs ("usage: ep0-out DIR\n", stderr);
    return 2;
  }
  all.head.magic = htole32 (FUNCTIONFS_DESCRIPTORS_MAGIC_V2);
  all.head.length = htole32 (sizeof (all));
  all.head.flags = htole32 (FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC
      | FUNCTIONFS_HAS_SS_DESC);
  all.fs_count = all.hs_count = htole32 (2);
  all.ss_count = htole32 (3);
  fill (&all.fs, 64);
  fill (&all.hs, 512);
  fill (&all.ss, 1024);
  all.companion.bLength = sizeof (all.companion);
  all.companion.bDescriptorType = USB_DT_SS_ENDPOINT_COMP;

  strings.magic = htole32 (FUNCTIONFS_STRINGS_MAGIC);
  strings.length = htole32 (sizeof (strings));

  ep0 = open ("ep0", O_RDWR | O_NONBLOCK);
  if (ep0 < 0 || write (ep0, &all, sizeof (all)) != sizeof (all)
      || write (ep0, &strings, sizeof (strings)) != sizeof (strings)) {
    perror ("ep0-out");
    return 1;
  }
  puts ("ready");
  fflush (stdout);
  pause ();
  return 0;
}
