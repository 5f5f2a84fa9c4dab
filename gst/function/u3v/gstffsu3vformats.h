/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_FORMATS_H__
#define __GST_FFS_U3V_FORMATS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsU3vFormat:
 * @code: number in the Pixel Format Naming Convention
 * @name: name in the convention
 * @media: media type of the caps
 * @format: format field of the caps
 * @bits: bits per pixel
 * @step: the width has to be a multiple of this, so that rows have no padding
 *
 * A format with the same bytes in GStreamer and on the wire.
 */
typedef struct
{
  guint32 code;
  const gchar *name;
  const gchar *media;
  const gchar *format;
  guint bits;
  guint step;
} GstFfsU3vFormat;

const GstFfsU3vFormat *gst_ffs_u3v_formats (guint * n_formats);
const GstFfsU3vFormat *gst_ffs_u3v_format_from_code (guint32 code);
const GstFfsU3vFormat *gst_ffs_u3v_format_from_caps (const gchar * media,
    const gchar * format);
guint64 gst_ffs_u3v_format_get_size (const GstFfsU3vFormat * format,
    guint width, guint height);
GstCaps *gst_ffs_u3v_formats_to_caps (void);

G_END_DECLS

#endif /* __GST_FFS_U3V_FORMATS_H__ */
