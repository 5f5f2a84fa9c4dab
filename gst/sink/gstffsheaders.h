/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_HEADERS_H__
#define __GST_FFS_HEADERS_H__

#include <gst/gst.h>

#include "transport/gstffsbufferpool.h"

G_BEGIN_DECLS

typedef struct _GstFfsHeaders GstFfsHeaders;

GstFfsHeaders *gst_ffs_headers_new (GstFfsBufferPool * pool);
void gst_ffs_headers_free (GstFfsHeaders * self);

GstBuffer *gst_ffs_headers_get (GstFfsHeaders * self, GstMemory * frame,
    gconstpointer header, gsize size);

G_END_DECLS

#endif /* __GST_FFS_HEADERS_H__ */
