/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Maps GStreamer formats to UVC formats, with frame sizes. Widths for which
 * GStreamer's layout has padding are not offered, so that no copy is needed.
 *
 * Linux supports all of these, other hosts only the first ones and H.264.
 * Formats unknown to GStreamer (Y12 and packed Bayer) or to all hosts (RGB
 * with red first) have no entry.
 *
 * Constant, no locks.
 */

#include <string.h>

#include "gstffsuvcformats.h"

#define RAW "video/x-raw"
#define BAYER "video/x-bayer"

/* DirectShow media types, blue first in memory. */
#define GUID_RGB24 "\x7d\xeb\x36\xe4\x4f\x52\xce\x11" \
    "\x9f\x53\x00\x20\xaf\x0b\xa7\x70"
#define GUID_RGB32 "\x7e\xeb\x36\xe4\x4f\x52\xce\x11" \
    "\x9f\x53\x00\x20\xaf\x0b\xa7\x70"

/* Raw formats, and encoded ones. */
#define UNCOMPRESSED(fourcc, ...) \
    {GST_FFS_UVC_UNCOMPRESSED, fourcc, NULL, __VA_ARGS__}
#define FRAME_BASED(fourcc, media) \
    {GST_FFS_UVC_FRAME_BASED, fourcc, NULL, media, NULL, 16, 1, 1}

/* JPEG headers can be larger than a small picture. */
#define MIN_ENCODED_SIZE 65536

/* Kind, fourcc, GUID (NULL: from the fourcc), media type, format, bits per
 * pixel, step of width and of height: see GstFfsUvcFormat. */
static const GstFfsUvcFormat formats[] = {
  UNCOMPRESSED ("YUY2", RAW, "YUY2", 16, 2, 1),
  UNCOMPRESSED ("NV12", RAW, "NV12", 12, 4, 2),
  {GST_FFS_UVC_MJPEG, "MJPG", NULL, "image/jpeg", NULL, 16, 1, 1},
  FRAME_BASED ("H264", "video/x-h264"),
  FRAME_BASED ("H265", "video/x-h265"),

  UNCOMPRESSED ("UYVY", RAW, "UYVY", 16, 2, 1),
  UNCOMPRESSED ("I420", RAW, "I420", 12, 8, 2),
  UNCOMPRESSED ("YV12", RAW, "YV12", 12, 8, 2),

  UNCOMPRESSED ("Y800", RAW, "GRAY8", 8, 4, 1),
  UNCOMPRESSED ("Y10 ", RAW, "GRAY10_LE16", 16, 2, 1),
  UNCOMPRESSED ("Y16 ", RAW, "GRAY16_LE", 16, 2, 1),

  UNCOMPRESSED ("BA81", BAYER, "bggr", 8, 4, 2),
  UNCOMPRESSED ("GBRG", BAYER, "gbrg", 8, 4, 2),
  UNCOMPRESSED ("GRBG", BAYER, "grbg", 8, 4, 2),
  UNCOMPRESSED ("RGGB", BAYER, "rggb", 8, 4, 2),
  UNCOMPRESSED ("BG16", BAYER, "bggr16le", 16, 2, 2),
  UNCOMPRESSED ("GB16", BAYER, "gbrg16le", 16, 2, 2),
  UNCOMPRESSED ("GR16", BAYER, "grbg16le", 16, 2, 2),
  UNCOMPRESSED ("RG16", BAYER, "rggb16le", 16, 2, 2),

  {GST_FFS_UVC_UNCOMPRESSED, "BGR3", GUID_RGB24, RAW, "BGR", 24, 4, 1},
  {GST_FFS_UVC_UNCOMPRESSED, "BGR4", GUID_RGB32, RAW, "BGRx", 32, 1, 1},
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  UNCOMPRESSED ("RGBP", RAW, "RGB16", 16, 2, 1),
#endif
};

G_STATIC_ASSERT (G_N_ELEMENTS (formats) <= GST_FFS_UVC_MAX_FORMATS);

/* Tail of a GUID based on a fourcc. */
static const guint8 guid_tail[] = {
  0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71
};

const GstFfsUvcFormat *
gst_ffs_uvc_formats (guint * n_formats)
{
  *n_formats = G_N_ELEMENTS (formats);
  return formats;
}

static gboolean
allows (const GstStructure * s, const gchar * field, const gchar * text)
{
  const GValue *value = gst_structure_get_value (s, field);
  GValue wanted = G_VALUE_INIT;
  gboolean ret;

  if (value == NULL)
    return TRUE;
  g_value_init (&wanted, G_TYPE_STRING);
  g_value_set_static_string (&wanted, text);
  ret = gst_value_intersect (NULL, value, &wanted);
  g_value_unset (&wanted);
  return ret;
}

/**
 * gst_ffs_uvc_format_matches:
 * @format: a format
 * @s: a caps structure
 *
 * Returns: whether frames of @s can be of this format
 */
gboolean
gst_ffs_uvc_format_matches (const GstFfsUvcFormat * format,
    const GstStructure * s)
{
  if (!gst_structure_has_name (s, format->media))
    return FALSE;
  if (format->kind == GST_FFS_UVC_UNCOMPRESSED)
    return gst_structure_has_field (s, "format")
        && allows (s, "format", format->format);
  if (format->kind == GST_FFS_UVC_FRAME_BASED)
    return allows (s, "stream-format", "byte-stream")
        && allows (s, "alignment", "au");
  return TRUE;
}

/* 16 bytes. */
void
gst_ffs_uvc_format_get_guid (const GstFfsUvcFormat * format, guint8 * guid)
{
  if (format->guid) {
    memcpy (guid, format->guid, 16);
    return;
  }
  memcpy (guid, format->fourcc, 4);
  memcpy (guid + 4, guid_tail, sizeof (guid_tail));
}

/**
 * gst_ffs_uvc_format_get_max_size:
 *
 * Returns: the size of a raw frame without padding, or the limit for an
 * encoded one
 */
guint32
gst_ffs_uvc_format_get_max_size (const GstFfsUvcFormat * format, guint width,
    guint height)
{
  guint32 size = (guint64) width * height * format->bits / 8;

  if (format->kind != GST_FFS_UVC_UNCOMPRESSED)
    size = MAX (size, MIN_ENCODED_SIZE);
  return size;
}

/**
 * gst_ffs_uvc_format_to_caps:
 * @fps_n: 0 if not in the caps
 *
 * Returns: (transfer full): fixed caps; raw video with any memory
 */
GstCaps *
gst_ffs_uvc_format_to_caps (const GstFfsUvcFormat * format, guint width,
    guint height, gint fps_n, gint fps_d)
{
  GstStructure *s = gst_structure_new (format->media,
      "width", G_TYPE_INT, (gint) width,
      "height", G_TYPE_INT, (gint) height, NULL);
  GstCaps *caps = gst_caps_new_empty ();

  if (format->format)
    gst_structure_set (s, "format", G_TYPE_STRING, format->format, NULL);
  if (format->kind == GST_FFS_UVC_FRAME_BASED)
    gst_structure_set (s, "stream-format", G_TYPE_STRING, "byte-stream",
        "alignment", G_TYPE_STRING, "au", NULL);
  if (fps_n > 0)
    gst_structure_set (s, "framerate", GST_TYPE_FRACTION, fps_n, fps_d, NULL);
  gst_caps_append_structure_full (caps, s,
      format->format ? gst_caps_features_new_any () : NULL);
  return caps;
}

/* Returns: (transfer full): caps of all formats, with any size; raw video with
 * any memory */
GstCaps *
gst_ffs_uvc_formats_to_caps (void)
{
  GstCaps *caps = gst_caps_new_empty ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    GstCaps *one = gst_ffs_uvc_format_to_caps (&formats[i], 1, 1, 0, 1);

    gst_structure_remove_fields (gst_caps_get_structure (one, 0), "width",
        "height", NULL);
    gst_caps_append (caps, one);
  }
  return caps;
}
