/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcStatus: the status interrupt endpoint, which reports changes of a
 * control to the host.
 *
 * A host polls the endpoint only while a program has the camera open, so a
 * packet may be pending for any time and write() would block. Linux AIO can be
 * cancelled. One packet is in flight at a time; later changes follow it.
 *
 * Ownership: owns the file, the AIO context and the packet. They outlive free()
 * until the controller completes the transfer.
 *
 * Locking: none, used by the function's thread only.
 */

#include <errno.h>
#include <fcntl.h>
#include <libaio.h>
#include <string.h>
#include <unistd.h>

#include "function/gstffsfunctiondebug.h"
#include "gstffsuvcstatus.h"
#include "transport/gstffsaio.h"
#include "transport/gstffsendpoint.h"

#define CANCEL_TIMEOUT_S 1

struct _GstFfsUvcStatus
{
  gint fd;
  io_context_t ctx;
  struct iocb iocb;
  guint8 data[GST_FFS_UVC_STATUS_MAX];
  gboolean busy;
};

/* Returns: whether the build supports the status endpoint */
gboolean
gst_ffs_uvc_status_is_possible (void)
{
  return TRUE;
}

/**
 * gst_ffs_uvc_status_new:
 * @path: the endpoint's file
 * @err: (out): an errno if it fails
 */
GstFfsUvcStatus *
gst_ffs_uvc_status_new (const gchar * path, gint * err)
{
  GstFfsUvcStatus *self = g_new0 (GstFfsUvcStatus, 1);
  gint ret;

  self->fd = gst_ffs_endpoint_open_file (path, O_WRONLY);
  if (self->fd < 0) {
    *err = errno;
    g_free (self);
    return NULL;
  }
  ret = io_setup (1, &self->ctx);
  if (ret < 0) {
    /* EAGAIN of io_setup(): the system's limit of AIO requests is reached. */
    *err = ret == -EAGAIN ? ENOSPC : -ret;
    close (self->fd);
    g_free (self);
    return NULL;
  }
  *err = 0;
  return self;
}

static void
reap (GstFfsUvcStatus * self, gint seconds)
{
  struct timespec timeout = { seconds, 0 };
  struct io_event event;

  if (self->busy && io_getevents (self->ctx, 1, 1, &event, &timeout) == 1)
    self->busy = FALSE;
}

/* Returns: whether a packet can be sent now */
gboolean
gst_ffs_uvc_status_is_idle (GstFfsUvcStatus * self)
{
  reap (self, 0);
  return !self->busy;
}

/**
 * gst_ffs_uvc_status_send:
 * @self: an idle status endpoint
 * @data: the packet
 * @size: its size, at most %GST_FFS_UVC_STATUS_MAX
 *
 * Drops a packet that cannot be submitted: no host is connected then.
 */
void
gst_ffs_uvc_status_send (GstFfsUvcStatus * self, const guint8 * data,
    gsize size)
{
  struct iocb *iocb = &self->iocb;

  g_return_if_fail (!self->busy && size <= sizeof (self->data));
  memcpy (self->data, data, size);
  io_prep_pwrite (iocb, self->fd, self->data, size, 0);
  self->busy = io_submit (self->ctx, 1, &iocb) == 1;
}

static void
free_rest (gpointer data)
{
  GstFfsUvcStatus *self = data;

  close (self->fd);
  g_free (self);
}

void
gst_ffs_uvc_status_free (GstFfsUvcStatus * self)
{
  struct io_event event;

  if (!gst_ffs_uvc_status_is_idle (self)) {
    io_cancel (self->ctx, &self->iocb, &event);
    reap (self, CANCEL_TIMEOUT_S);
  }
  gst_ffs_aio_destroy (self->ctx, self->busy, free_rest, self);
}
