/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_STREAM_PARSER_H__
#define __GST_FFS_STREAM_PARSER_H__

#include <gst/gst.h>

G_BEGIN_DECLS

GstCaps *gst_ffs_stream_parse_caps (const gchar * text);

G_END_DECLS

#endif /* __GST_FFS_STREAM_PARSER_H__ */
