/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel interfaces in use, for builds with kernel headers older than the
 * running kernel. Numbers and layouts are those of linux/usb/functionfs.h
 * (6.9), linux/dma-buf.h (6.0) and linux/sync_file.h. FUNCTIONFS_FEATURES,
 * FUNCTIONFS_DMABUF_SUBMIT and FUNCTIONFS_DMABUF_REAP are not in mainline; see
 * the patches in kernel/.
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

#ifndef FUNCTIONFS_FEATURES
#define FUNCTIONFS_FEATURES _IOR ('g', 192, __u64)
#define USB_FFS_FEATURE_DMABUF_SUBMIT (1ULL << 1)
#define USB_FFS_FEATURE_DMABUF_REAP (1ULL << 2)
#endif
#ifndef USB_FFS_FEATURE_DMABUF_END
#define USB_FFS_FEATURE_DMABUF_END (1ULL << 3)
#define USB_FFS_DMABUF_SEGMENT_END (1u << 0)
#endif
#ifndef USB_FFS_FEATURE_DMABUF_DMA_DEVICE
#define USB_FFS_FEATURE_DMABUF_DMA_DEVICE (1ULL << 5)
#endif

#ifndef FUNCTIONFS_DMABUF_REAP
#define FUNCTIONFS_DMABUF_SUBMIT \
    _IOWR ('g', 193, struct usb_ffs_dmabuf_submit)
#define USB_FFS_DMABUF_SUBMIT_MAX_SEGMENTS 64
#define USB_FFS_DMABUF_SUBMIT_REPORT (1u << 1)

struct usb_ffs_dmabuf_segment
{
  __s32 fd;
  __u32 flags;
  __u64 offset;
  __u64 length;
};

struct usb_ffs_dmabuf_submit
{
  __u32 size;
  __u32 flags;
  __u32 num_segments;
  __s32 fence_fd;
  __u64 segments;
  __u64 cookie;
};

#define FUNCTIONFS_DMABUF_REAP _IOWR ('g', 194, struct usb_ffs_dmabuf_reap)
#define USB_FFS_DMABUF_REAP_KICK (1u << 0)

struct usb_ffs_dmabuf_done
{
  __u64 cookie;
  __s32 status;
  __u32 actual;
};

struct usb_ffs_dmabuf_reap
{
  __u32 size;
  __u32 flags;
  __u64 done;
  __u32 num;
  __u32 kicks;
  __s64 timeout_ns;
};
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
