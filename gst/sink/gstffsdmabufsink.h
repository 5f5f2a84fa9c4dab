/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_DMABUF_SINK_H__
#define __GST_FFS_DMABUF_SINK_H__

#include <gst/base/gstbasesink.h>
#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_FFS_DMABUF_SINK (gst_ffs_dmabuf_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstFfsDmabufSink, gst_ffs_dmabuf_sink, GST,
    FFS_DMABUF_SINK, GstBaseSink)
#define GST_FFS_DMABUF_SINK_CAST(obj) ((GstFfsDmabufSink *) (obj))
GST_ELEMENT_REGISTER_DECLARE (ffsdmabufsink)

/* Author of the elements. */
#define GST_FFS_AUTHOR "gst-ffsdmabuf maintainers <maintainers@gst-ffsdmabuf.invalid>"

void gst_ffs_dmabuf_sink_end (GstFfsDmabufSink * self);

G_END_DECLS

#endif /* __GST_FFS_DMABUF_SINK_H__ */
