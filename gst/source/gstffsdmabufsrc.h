/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_DMABUF_SRC_H__
#define __GST_FFS_DMABUF_SRC_H__

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_FFS_DMABUF_SRC (gst_ffs_dmabuf_src_get_type ())
G_DECLARE_FINAL_TYPE (GstFfsDmabufSrc, gst_ffs_dmabuf_src, GST, FFS_DMABUF_SRC,
    GstPushSrc)

GST_ELEMENT_REGISTER_DECLARE (ffsdmabufsrc);

G_END_DECLS

#endif /* __GST_FFS_DMABUF_SRC_H__ */
