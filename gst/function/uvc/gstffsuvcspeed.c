/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Speed and bandwidth of the bus.
 *
 * No state, no locks.
 */

#include <linux/usb/ch9.h>
#include <linux/usb/functionfs.h>

#include "function/gstffsfunctiondebug.h"
#include "gstffsuvcspeed.h"
#include "transport/gstffsendpoint.h"

/* Usable bulk bandwidth of a device at 12 and 480 Mbit/s, bytes per second. No
 * limit at SuperSpeed. */
#define FULL_SPEED_LIMIT 1000000
#define HIGH_SPEED_LIMIT 40000000

#define HIGH_SPEED_PACKET 512
#define SUPER_SPEED_PACKET 1024

guint64
gst_ffs_uvc_speed_get_limit (GstFfsSpeed speed)
{
  switch (speed) {
    case GST_FFS_SPEED_FULL:
      return FULL_SPEED_LIMIT;
    case GST_FFS_SPEED_HIGH:
      return HIGH_SPEED_LIMIT;
    default:
      return G_MAXUINT64;
  }
}

/**
 * gst_ffs_uvc_speed_of_endpoint:
 * @fd: a bulk endpoint that a host has enabled, or -1
 *
 * FunctionFS does not report the speed, but the descriptor in use.
 *
 * Returns: the speed, the highest if unknown
 */
GstFfsSpeed
gst_ffs_uvc_speed_of_endpoint (gint fd)
{
  struct usb_endpoint_descriptor desc;
  gint err;

  if (fd < 0)
    return GST_FFS_SPEED_SUPER;
  err = gst_ffs_call (fd, FUNCTIONFS_ENDPOINT_DESC, &desc);
  if (err != 0) {
    GST_WARNING ("the speed of the bus is not known: %s", g_strerror (err));
    return GST_FFS_SPEED_SUPER;
  }
  switch (GUINT16_FROM_LE (desc.wMaxPacketSize)) {
    case SUPER_SPEED_PACKET:
      return GST_FFS_SPEED_SUPER;
    case HIGH_SPEED_PACKET:
      return GST_FFS_SPEED_HIGH;
    default:
      return GST_FFS_SPEED_FULL;
  }
}
