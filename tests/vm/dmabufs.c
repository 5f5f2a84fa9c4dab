/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Real dmabufs for the programs of the scenarios, from any exporter of the
 * running kernel.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dmabufs.h"

static gint
from_heap (gint heap, gsize size)
{
  struct dma_heap_allocation_data data = {
    .len = size,
    .fd_flags = O_RDWR | O_CLOEXEC,
  };

  return ioctl (heap, DMA_HEAP_IOCTL_ALLOC, &data) < 0 ? -1 : (gint) data.fd;
}

static gint
from_memfd (gint device, gsize size)
{
  struct udmabuf_create create = {
    .flags = UDMABUF_FLAGS_CLOEXEC,
    .size = size,
  };
  gint fd = -1;

  create.memfd = memfd_create ("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if ((gint) create.memfd < 0)
    return -1;
  if (ftruncate (create.memfd, size) == 0
      && fcntl (create.memfd, F_ADD_SEALS, F_SEAL_SHRINK) == 0)
    fd = ioctl (device, UDMABUF_CREATE, &create);
  close (create.memfd);
  return fd;
}

/* Packaged kernels before 6.12 have neither of the above. A capture device
 * exports dmabufs as well, and they outlive its file. */
static gint
from_camera (gint device, gsize size)
{
  static const guint heights[] = { 180, 360, 720, 1080, 2160 };
  struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
  struct v4l2_requestbuffers request = {
    .count = 1,
    .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
    .memory = V4L2_MEMORY_MMAP,
  };
  struct v4l2_exportbuffer export = {
    .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
    .flags = O_RDWR | O_CLOEXEC,
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (heights)
      && format.fmt.pix.sizeimage < size; i++) {
    format.fmt.pix.width = heights[i] / 9 * 16;
    format.fmt.pix.height = heights[i];
    format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
    if (ioctl (device, VIDIOC_S_FMT, &format) < 0)
      return -1;
  }
  if (format.fmt.pix.sizeimage < size) {
    errno = E2BIG;
    return -1;
  }
  if (ioctl (device, VIDIOC_REQBUFS, &request) < 0
      || ioctl (device, VIDIOC_EXPBUF, &export) < 0)
    return -1;
  return export.fd;
}

/**
 * test_dmabuf_new:
 * @size: minimum size
 * @source: (out) (optional): name of the exporter
 * @error: set on failure
 *
 * Returns: a file descriptor that the caller closes, or -1
 */
gint
test_dmabuf_new (gsize size, const gchar ** source, GError ** error)
{
  static const struct
  {
    const gchar *path;
      gint (*allocate) (gint device, gsize size);
  } sources[] = {
    {"/dev/dma_heap/system", from_heap},
    {"/dev/udmabuf", from_memfd},
    {"/dev/video0", from_camera},
  };
  gsize page = sysconf (_SC_PAGESIZE);
  gint device, fd, err = 0;
  guint i;

  size = (size + page - 1) / page * page;
  for (i = 0; i < G_N_ELEMENTS (sources); i++) {
    device = open (sources[i].path, O_RDWR | O_CLOEXEC);
    if (device < 0) {
      err = errno;
      continue;
    }
    fd = sources[i].allocate (device, size);
    err = errno;
    close (device);
    if (fd >= 0) {
      if (source != NULL)
        *source = sources[i].path;
      return fd;
    }
  }
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (err),
      "no dmabuf of %" G_GSIZE_FORMAT
      " bytes from a DMA heap, udmabuf or a camera: %s", size,
      g_strerror (err));
  return -1;
}

gboolean
test_dmabuf_sync (gint fd, guint64 flags)
{
  struct dma_buf_sync sync = { flags };
  gint result;

  do {
    result = ioctl (fd, DMA_BUF_IOCTL_SYNC, &sync);
  } while (result < 0 && (errno == EINTR || errno == EAGAIN));
  return result == 0;
}

/* Whether a read or write fence of the dmabuf is pending, that is whether a
 * device still uses it according to the kernel. */
gboolean
test_dmabuf_is_busy (gint fd)
{
  struct pollfd poll_fd = { fd, POLLOUT, 0 };

  return poll (&poll_fd, 1, 0) == 0;
}
