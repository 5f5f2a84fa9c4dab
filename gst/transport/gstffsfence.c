/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fence of a transfer: when it has signalled, and with what.
 *
 * SUBMIT, which only kernels with our patches have, gives a sync_file of the
 * transfer itself, and that is all there is to it.  With TRANSFER, waiting is
 * done by polling the dmabuf for POLLOUT; the status comes from a
 * sync_file that is exported right after TRANSFER.  Polling the sync_file
 * would do for both, but it leaves a callback in the fence that closing the
 * sync_file has to remove, under a lock that unpatched kernels free with the
 * attachment; after kill -9 the order of the two is a matter of luck.  For
 * the same reason a status must not be read after the dmabuf was detached.
 *
 * Ownership: the caller owns all descriptors, the sync_file too.
 *
 * Locking: none; nothing is remembered in here.
 */

#include "gstffsfence.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "gstffsdebug.h"
#include "gstffsendpoint.h"
#include "gstffsuapi.h"

/* Between two poll() when it fails, which it hardly ever does. */
#define POLL_RETRY (10 * G_TIME_SPAN_MILLISECOND)

/**
 * gst_ffs_fence_export:
 * @dmabuf: a dmabuf on which a transfer was queued
 * @sync_file: (out): a sync_file of all fences that are on it now
 *
 * DMA_BUF_SYNC_RW because kernels before 6.12.75 and 6.19 put the fence of
 * an IN endpoint there as a write fence and later ones as a read fence.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_fence_export (gint dmabuf, gint * sync_file)
{
  struct dma_buf_export_sync_file req;
  gint err;

  memset (&req, 0, sizeof (req));
  req.flags = DMA_BUF_SYNC_RW;
  req.fd = -1;
  err = gst_ffs_call (dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &req);
  *sync_file = err == 0 ? req.fd : -1;
  return err;
}

/**
 * gst_ffs_fence_wait:
 * @fd: a dmabuf, or the sync_file of SUBMIT
 * @is_sync_file: which of the two
 *
 * Waits until no transfer reads the dmabuf, or the one of the sync_file has
 * ended.  A poll() that fails (ENOMEM, say) tells nothing about the fence, so
 * it is asked again: whoever waits has the right to free the buffer
 * afterwards.
 */
void
gst_ffs_fence_wait (gint fd, gboolean is_sync_file)
{
  gshort events = is_sync_file ? POLLIN : POLLOUT;
  struct pollfd p = { fd, events, 0 };

  while (poll (&p, 1, -1) < 0 || !(p.revents & events)) {
    if (errno == EINTR && p.revents == 0)
      continue;
    GST_ERROR ("poll of fence %d: %s, revents 0x%x", fd, g_strerror (errno),
        p.revents);
    g_usleep (POLL_RETRY);
  }
}

/**
 * gst_ffs_fence_status:
 * @sync_file: a sync_file
 * @status: (out): 0 pending, 1 signalled, negative errno signalled with
 * that error
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_fence_status (gint sync_file, gint * status)
{
  struct sync_file_info info;
  gint err;

  memset (&info, 0, sizeof (info));
  err = gst_ffs_call (sync_file, SYNC_IOC_FILE_INFO, &info);
  *status = err == 0 ? info.status : 0;
  return err;
}
