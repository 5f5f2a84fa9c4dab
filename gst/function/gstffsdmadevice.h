/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_DMA_DEVICE_H__
#define __GST_FFS_DMA_DEVICE_H__

#include <glib.h>

G_BEGIN_DECLS

/* Prefix of /proc and /sys, for unit tests. */
extern const gchar *gst_ffs_dma_device_root;

gchar *gst_ffs_dma_device_find_fault (gint endpoint);

G_END_DECLS

#endif /* __GST_FFS_DMA_DEVICE_H__ */
