/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preload this to hide FUNCTIONFS_DMABUF_SUBMIT.  The element then behaves as
 * on a kernel that accepts class-specific descriptors and has no other
 * extension.
 */

#define _GNU_SOURCE             /* RTLD_NEXT */

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>

#include "transport/gstffsuapi.h"

int
ioctl (int fd, unsigned long request, ...)
{
  static int (*next) (int, unsigned long, ...);
  va_list args;
  void *arg;
  int ret;

  va_start (args, request);
  arg = va_arg (args, void *);
  va_end (args);

  if (next == NULL)
    next = (int (*)(int, unsigned long, ...)) dlsym (RTLD_NEXT, "ioctl");
  if (request == FUNCTIONFS_DMABUF_SUBMIT || request == FUNCTIONFS_DMABUF_REAP) {
    errno = ENOTTY;
    return -1;
  }
  ret = next (fd, request, arg);
  if (request == FUNCTIONFS_FEATURES && ret == 0)
    *(unsigned long long *) arg &= ~(USB_FFS_FEATURE_DMABUF_SUBMIT
        | USB_FFS_FEATURE_DMABUF_REAP | USB_FFS_FEATURE_DMABUF_END);
  return ret;
}
