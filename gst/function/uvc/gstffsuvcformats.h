/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_FORMATS_H__
#define __GST_FFS_UVC_FORMATS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_FFS_UVC_MAX_FORMATS 24

/**
 * GstFfsUvcKind:
 * @GST_FFS_UVC_UNCOMPRESSED: a payload is a raw picture
 * @GST_FFS_UVC_MJPEG: a payload is a JPEG picture
 * @GST_FFS_UVC_FRAME_BASED: a payload is a frame of something else
 *
 * The kind of descriptors for a format.
 */
typedef enum
{
  GST_FFS_UVC_UNCOMPRESSED,
  GST_FFS_UVC_MJPEG,
  GST_FFS_UVC_FRAME_BASED,
} GstFfsUvcKind;

/**
 * GstFfsUvcFormat:
 * @fourcc: V4L2 fourcc, and start of the GUID
 * @guid: (nullable): the GUID if it is not based on the fourcc
 * @media: the media type of the caps
 * @format: (nullable): the format field of the caps
 * @bits: bits of a pixel; an upper bound for an encoded format
 * @width_step: widths are multiples of this
 * @height_step: heights are multiples of this
 *
 * A format that GStreamer and UVC have.
 */
typedef struct
{
  GstFfsUvcKind kind;
  const gchar *fourcc;
  const gchar *guid;
  const gchar *media;
  const gchar *format;
  guint bits;
  guint width_step;
  guint height_step;
} GstFfsUvcFormat;

const GstFfsUvcFormat *gst_ffs_uvc_formats (guint * n_formats);
gboolean gst_ffs_uvc_format_matches (const GstFfsUvcFormat * format,
    const GstStructure * s);
void gst_ffs_uvc_format_get_guid (const GstFfsUvcFormat * format,
    guint8 * guid);
guint32 gst_ffs_uvc_format_get_max_size (const GstFfsUvcFormat * format,
    guint width, guint height);
GstCaps *gst_ffs_uvc_format_to_caps (const GstFfsUvcFormat * format,
    guint width, guint height, gint fps_n, gint fps_d);
GstCaps *gst_ffs_uvc_formats_to_caps (void);

G_END_DECLS

#endif /* __GST_FFS_UVC_FORMATS_H__ */
