/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel interfaces in use, for C libraries whose kernel headers are
 * older than the running kernel.  Numbers and layouts are those of
 * linux/usb/functionfs.h (6.9), linux/dma-buf.h (6.0) and linux/sync_file.h.
 */

#ifndef __GST_FFS_UAPI_H__
#define __GST_FFS_UAPI_H__

#include <linux/dma-buf.h>
#include <linux/ioctl.h>
#include <linux/sync_file.h>
#include <linux/types.h>
#include <linux/usb/functionfs.h>

#ifndef FUNCTIONFS_DMABUF_ATTACH
#define FUNCTIONFS_DMABUF_ATTACH _IOW ('g', 131, int)
#define FUNCTIONFS_DMABUF_DETACH _IOW ('g', 132, int)
#define FUNCTIONFS_DMABUF_TRANSFER \
    _IOW ('g', 133, struct usb_ffs_dmabuf_transfer_req)

struct usb_ffs_dmabuf_transfer_req
{
  int fd;
  __u32 flags;
  __u64 length;
} __attribute__ ((packed));
#endif

#ifndef DMA_BUF_IOCTL_EXPORT_SYNC_FILE
#define DMA_BUF_IOCTL_EXPORT_SYNC_FILE \
    _IOWR (DMA_BUF_BASE, 2, struct dma_buf_export_sync_file)

struct dma_buf_export_sync_file
{
  __u32 flags;
  __s32 fd;
};
#endif

#endif /* __GST_FFS_UAPI_H__ */
