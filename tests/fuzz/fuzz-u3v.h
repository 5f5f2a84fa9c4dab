/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The camera of both targets of USB3 Vision.
 */

#ifndef __FUZZ_U3V_H__
#define __FUZZ_U3V_H__

#include <stddef.h>
#include <stdint.h>

#include "function/u3v/gstffsu3vcamera.h"

#define FUZZ_N_CONTROLS 3

/* The caps are parsed once, as that takes long. */
static inline GstFfsU3vCamera *
fuzz_u3v_camera_new (void)
{
  static const GEnumValue entries[] = { {0, "ZERO", "zero"}, {5, "5", "five"} };
  static const GstFfsControl controls[FUZZ_N_CONTROLS] = {
    {"TestPattern", NULL, GST_FFS_CONTROL_ENUM, 0, 5, entries, 2},
    {"Gain", "dB", GST_FFS_CONTROL_FLOAT, -1.5, 2.5, NULL, 0},
    {"Brightness", NULL, GST_FFS_CONTROL_INTEGER, -10, 10, NULL, 0},
  };
  static const GstFfsIdentity identity = {
    .manufacturer = "m",.product = "p",.serial = "s"
  };
  static GstCaps *caps;

  if (caps == NULL) {
    gst_init (NULL, NULL);
    caps = gst_caps_from_string ("video/x-raw, format={YUY2, GRAY8}, "
        "width=[2, 64], height={9, 48}, framerate=[1/1, 60/1]; "
        "video/x-bayer, format=rggb, width=320, height=240, "
        "framerate={15/1, 30/1}");
  }
  return gst_ffs_u3v_camera_new (&identity, gst_ffs_u3v_offer_new (caps),
      controls, FUZZ_N_CONTROLS);
}

static inline GstFfsU3vSelection
fuzz_u3v_selected (GstFfsU3vCamera * camera)
{
  GstCaps *caps = gst_ffs_u3v_camera_get_caps (camera);
  GstStructure *s = gst_caps_get_structure (caps, 0);
  GstFfsU3vSelection selection = { 0 };

  selection.format = gst_ffs_u3v_format_from_caps (gst_structure_get_name (s),
      gst_structure_get_string (s, "format"));
  gst_structure_get_int (s, "width", (gint *) & selection.width);
  gst_structure_get_int (s, "height", (gint *) & selection.height);
  g_assert (selection.format && selection.width > 0 && selection.height > 0);
  gst_caps_unref (caps);
  return selection;
}

/* Whatever the host did, the selection is part of the offer, and the next
 * host finds a camera. */
static inline void
fuzz_u3v_camera_check (GstFfsU3vCamera * camera)
{
  GstFfsU3vSelection selection = fuzz_u3v_selected (camera);
  GstFfsU3vEffect effect;
  guint8 data[64];

  g_assert (selection.width <= 320 && selection.height <= 240);
  gst_ffs_u3v_camera_reset (camera, &effect);
  g_assert (!effect.start);
  g_assert (gst_ffs_u3v_camera_read (camera, 0, data, sizeof (data),
          &effect) == 0);
}

#endif /* __FUZZ_U3V_H__ */
