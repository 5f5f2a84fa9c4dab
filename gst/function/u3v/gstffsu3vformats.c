/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The raw formats of GStreamer that have a number in the Pixel Format Naming
 * Convention (PFNC).
 *
 * The table has only formats with the same bytes in both, once the rows are
 * packed tightly.  It has no planar formats and no big endian samples.  It has
 * no packed formats of V4L2 either: these store the low bits after several
 * samples, as on a CSI-2 bus, while PFNC keeps each sample in one piece.
 * GStreamer pads a Bayer row to a multiple of four bytes, and the caps cannot
 * say otherwise.  Widths that need such padding are not offered, so that no
 * frame has to be copied.
 *
 * Constant, no locks.
 */

#include "gstffsu3vformats.h"

#define RAW "video/x-raw"
#define BAYER "video/x-bayer"

static const GstFfsU3vFormat formats[] = {
  {0x01080001, "Mono8", RAW, "GRAY8", 8, 1},
  {0x01100003, "Mono10", RAW, "GRAY10_LE16", 16, 2},
  {0x01100007, "Mono16", RAW, "GRAY16_LE", 16, 1},

  {0x01080008, "BayerGR8", BAYER, "grbg", 8, 4},
  {0x01080009, "BayerRG8", BAYER, "rggb", 8, 4},
  {0x0108000a, "BayerGB8", BAYER, "gbrg", 8, 4},
  {0x0108000b, "BayerBG8", BAYER, "bggr", 8, 4},
  {0x0110000c, "BayerGR10", BAYER, "grbg10le", 16, 2},
  {0x0110000d, "BayerRG10", BAYER, "rggb10le", 16, 2},
  {0x0110000e, "BayerGB10", BAYER, "gbrg10le", 16, 2},
  {0x0110000f, "BayerBG10", BAYER, "bggr10le", 16, 2},
  {0x01100010, "BayerGR12", BAYER, "grbg12le", 16, 2},
  {0x01100011, "BayerRG12", BAYER, "rggb12le", 16, 2},
  {0x01100012, "BayerGB12", BAYER, "gbrg12le", 16, 2},
  {0x01100013, "BayerBG12", BAYER, "bggr12le", 16, 2},
  {0x01100109, "BayerGR14", BAYER, "grbg14le", 16, 2},
  {0x0110010a, "BayerRG14", BAYER, "rggb14le", 16, 2},
  {0x0110010b, "BayerGB14", BAYER, "gbrg14le", 16, 2},
  {0x0110010c, "BayerBG14", BAYER, "bggr14le", 16, 2},
  {0x0110002e, "BayerGR16", BAYER, "grbg16le", 16, 2},
  {0x0110002f, "BayerRG16", BAYER, "rggb16le", 16, 2},
  {0x01100030, "BayerGB16", BAYER, "gbrg16le", 16, 2},
  {0x01100031, "BayerBG16", BAYER, "bggr16le", 16, 2},

  {0x02100032, "YUV422_8", RAW, "YUY2", 16, 2},
  {0x0210001f, "YUV422_8_UYVY", RAW, "UYVY", 16, 2},

  {0x02180014, "RGB8", RAW, "RGB", 24, 1},
  {0x02180015, "BGR8", RAW, "BGR", 24, 1},
  {0x02200016, "RGBa8", RAW, "RGBA", 32, 1},
  {0x02200017, "BGRa8", RAW, "BGRA", 32, 1},
};

const GstFfsU3vFormat *
gst_ffs_u3v_formats (guint * n_formats)
{
  *n_formats = G_N_ELEMENTS (formats);
  return formats;
}

const GstFfsU3vFormat *
gst_ffs_u3v_format_from_code (guint32 code)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (formats[i].code == code)
      return &formats[i];
  }
  return NULL;
}

/**
 * gst_ffs_u3v_format_from_caps:
 * @media: a media type
 * @format: (nullable): the format field
 *
 * Returns: (nullable): the entry of the table
 */
const GstFfsU3vFormat *
gst_ffs_u3v_format_from_caps (const gchar * media, const gchar * format)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (g_str_equal (formats[i].media, media)
        && g_strcmp0 (formats[i].format, format) == 0)
      return &formats[i];
  }
  return NULL;
}

/**
 * gst_ffs_u3v_format_get_size:
 *
 * Returns: size of a frame without padding (bytes)
 */
guint64
gst_ffs_u3v_format_get_size (const GstFfsU3vFormat * format, guint width,
    guint height)
{
  return (guint64) width *format->bits / 8 * height;
}

/* Returns: (transfer full): caps of all formats, with any size and memory */
GstCaps *
gst_ffs_u3v_formats_to_caps (void)
{
  GstCaps *caps = gst_caps_new_empty ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++)
    gst_caps_append_structure_full (caps, gst_structure_new (formats[i].media,
            "format", G_TYPE_STRING, formats[i].format, NULL),
        gst_caps_features_new_any ());
  return caps;
}
