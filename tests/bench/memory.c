/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory for frames: "heap" (the system DMA heap: chunks of up to a mebibyte),
 * "udmabuf" (single pages) and "camera..." (exported by a V4L2 device: single
 * pages or contiguous, depending on its driver).
 *
 * Ownership: the caller owns the descriptors; a camera stays open.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <linux/videodev2.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory.h"

static int
new_heap (int device, size_t size)
{
  struct dma_heap_allocation_data data = {
    .len = size,
    .fd_flags = O_RDWR | O_CLOEXEC,
  };

  return ioctl (device, DMA_HEAP_IOCTL_ALLOC, &data) < 0 ? -1 : (int) data.fd;
}

static int
new_udmabuf (int device, size_t size)
{
  struct udmabuf_create create = {
    .flags = UDMABUF_FLAGS_CLOEXEC,
    .size = size,
  };
  int memfd = memfd_create ("bench", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  int fd = -1;

  if (memfd < 0)
    return -1;
  create.memfd = memfd;
  if (ftruncate (memfd, size) == 0
      && fcntl (memfd, F_ADD_SEALS, F_SEAL_SHRINK) == 0)
    fd = ioctl (device, UDMABUF_CREATE, &create);
  close (memfd);
  return fd;
}

/* Width and height of YUY2 frames of this size. */
static int
set_format (int device, size_t size)
{
  static const struct
  {
    unsigned int width, height;
  } shapes[] = {
    {640, 480}, {1280, 720}, {1920, 1080}, {3840, 2160}
  };
  struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
  size_t i;

  for (i = 0; i < sizeof (shapes) / sizeof (shapes[0]); i++) {
    if (shapes[i].width * shapes[i].height * 2 < size)
      continue;
    format.fmt.pix.width = shapes[i].width;
    format.fmt.pix.height = shapes[i].height;
    format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
    if (ioctl (device, VIDIOC_S_FMT, &format) < 0)
      return -1;
    if (format.fmt.pix.sizeimage >= size)
      return 0;
  }
  errno = E2BIG;
  return -1;
}

static int
new_camera (int device, size_t size, int *fds, unsigned int n)
{
  struct v4l2_requestbuffers request = {
    .count = n,
    .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
    .memory = V4L2_MEMORY_MMAP,
  };
  unsigned int i;

  if (set_format (device, size) < 0
      || ioctl (device, VIDIOC_REQBUFS, &request) < 0)
    return -1;
  if (request.count < n) {
    errno = ENOMEM;
    return -1;
  }
  for (i = 0; i < n; i++) {
    struct v4l2_exportbuffer export = {
      .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
      .index = i,
      .flags = O_RDWR | O_CLOEXEC,
    };

    if (ioctl (device, VIDIOC_EXPBUF, &export) < 0)
      return -1;
    fds[i] = export.fd;
  }
  return 0;
}

/* Returns: 0, or -1 with errno */
int
memory_new (const char *source, size_t size, int *fds, unsigned int n)
{
  size_t page = sysconf (_SC_PAGESIZE);
  const char *path = strcmp (source, "heap") == 0 ? "/dev/dma_heap/system" :
      strcmp (source, "udmabuf") == 0 ? "/dev/udmabuf" : "/dev/video0";
  int device = open (path, O_RDWR | O_CLOEXEC);
  int ret = 0, err;
  unsigned int i;

  if (device < 0)
    return -1;
  size = (size + page - 1) / page * page;
  if (strncmp (source, "camera", 6) == 0)
    return new_camera (device, size, fds, n);

  for (i = 0; i < n && ret == 0; i++) {
    fds[i] = strcmp (source, "heap") == 0 ? new_heap (device, size) :
        new_udmabuf (device, size);
    if (fds[i] < 0)
      ret = -1;
  }
  err = errno;
  close (device);
  errno = err;
  return ret;
}
