/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end of a transfer: the timestamp of its fence, on CLOCK_MONOTONIC.
 */

#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fence.h"

/* Returns: a sync_file of the dmabuf's current fences, or -1 */
int
fence_export (int dmabuf)
{
  struct dma_buf_export_sync_file request = { DMA_BUF_SYNC_RW, -1 };

  return ioctl (dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &request) < 0 ? -1 :
      request.fd;
}

/* Returns: the time at which it signalled, 0 if pending */
uint64_t
fence_time (int sync_file)
{
  struct sync_fence_info fence;
  struct sync_file_info info;

  memset (&fence, 0, sizeof (fence));
  memset (&info, 0, sizeof (info));
  info.num_fences = 1;
  info.sync_fence_info = (uintptr_t) & fence;
  if (ioctl (sync_file, SYNC_IOC_FILE_INFO, &info) < 0 || fence.status == 0)
    return 0;
  return fence.timestamp_ns;
}

bool
fence_is_pending (int dmabuf)
{
  struct pollfd p = { dmabuf, POLLOUT, 0 };

  return poll (&p, 1, 0) == 0;
}
