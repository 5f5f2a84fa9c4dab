/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_STREAM_CAPS_H__
#define __GST_FFS_STREAM_CAPS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/* Maximum text from a host, limited by control transfers of some hosts. */
#define GST_FFS_STREAM_MAX_CHOICE 4096
/* Maximum text to a host: 16 bits of offset. */
#define GST_FFS_STREAM_MAX_TEXT 65535

GstCaps *gst_ffs_stream_caps_any_memory (GstCaps * caps);
gchar *gst_ffs_stream_caps_to_text (GstCaps * caps);
GstCaps *gst_ffs_stream_caps_from_text (const guint8 * text, gsize size);
GstCaps *gst_ffs_stream_caps_choose (GstCaps * offer, GstCaps * wanted);

G_END_DECLS

#endif /* __GST_FFS_STREAM_CAPS_H__ */
