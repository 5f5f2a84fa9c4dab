/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * To be preloaded: FunctionFS without FUNCTIONFS_DMABUF_SUBMIT, on a kernel
 * that has it.  What the element does then is what it does on a kernel that
 * takes class-specific descriptors and nothing more.
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

  va_start (args, request);
  arg = va_arg (args, void *);
  va_end (args);

  if (next == NULL)
    next = (int (*)(int, unsigned long, ...)) dlsym (RTLD_NEXT, "ioctl");
  if (_IOC_TYPE (request) == 'g'
      && _IOC_NR (request) == _IOC_NR (FUNCTIONFS_DMABUF_SUBMIT)) {
    errno = ENOTTY;
    return -1;
  }
  return next (fd, request, arg);
}
