/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsWriter: writes a frame to an endpoint through the CPU, for memory
 * that is no dmabuf and controllers that cannot take one.
 *
 * A write() on an endpoint sleeps in the kernel until the host has read, and
 * only a signal ends it, O_NONBLOCK or not.  So the writes are submitted by
 * Linux AIO, which FunctionFS implements and which can be cancelled, and the
 * wait for them is a GstPoll that can be flushed.  A few writes of moderate
 * size are under way at a time: FunctionFS copies each into one kmalloc of
 * its size where the controller has no scatter-gather.
 *
 * Ownership: borrows the endpoint's file and, from write() until it returns
 * something else than EINTR or cancel() is called, the data.
 *
 * Locking: none; belongs to the streaming thread, but for set_flushing().
 */

#include <errno.h>
#include <libaio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "gstffsdebug.h"
#include "gstffswriter.h"

/* A multiple of every bulk wMaxPacketSize, so that no chunk but a frame's
 * last ends in a short packet; an allocation the kernel always can make. */
#define CHUNK (32 * 1024)
#define MAX_PENDING 16

struct _GstFfsWriter
{
  GstFfsEndpoint *ep;
  io_context_t ctx;
  gint event_fd;
  GstPoll *poll;
  GstPollFD pfd;

  struct iocb iocbs[MAX_PENDING];
  struct iocb *idle[MAX_PENDING];
  guint n_idle;
  gboolean pending[MAX_PENDING];

  gsize offset;                 /* of the frame being written */
  gint err;                     /* first one of it */
};

/* EAGAIN of these calls is about the kernel's contexts, not about the host,
 * for which it stands everywhere else. */
static gint
aio_error (gint ret)
{
  return ret == -EAGAIN ? ENOSPC : -ret;
}

GstFfsWriter *
gst_ffs_writer_new (GstFfsEndpoint * ep, gint * err)
{
  GstFfsWriter *self;
  io_context_t ctx = NULL;
  gint event_fd, ret;
  guint i;

  ret = io_setup (MAX_PENDING, &ctx);
  if (ret < 0) {
    *err = aio_error (ret);
    return NULL;
  }
  event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event_fd < 0) {
    *err = errno;
    io_destroy (ctx);
    return NULL;
  }

  self = g_new0 (GstFfsWriter, 1);
  self->ep = gst_ffs_endpoint_ref (ep);
  self->ctx = ctx;
  self->event_fd = event_fd;
  for (i = 0; i < MAX_PENDING; i++)
    self->idle[self->n_idle++] = &self->iocbs[i];

  self->poll = gst_poll_new (TRUE);
  gst_poll_fd_init (&self->pfd);
  self->pfd.fd = event_fd;
  gst_poll_add_fd (self->poll, &self->pfd);
  gst_poll_fd_ctl_read (self->poll, &self->pfd, TRUE);

  return self;
}

void
gst_ffs_writer_free (GstFfsWriter * self)
{
  gst_ffs_writer_cancel (self);
  gst_poll_free (self->poll);
  io_destroy (self->ctx);
  close (self->event_fd);
  gst_ffs_endpoint_unref (self->ep);
  g_free (self);
}

void
gst_ffs_writer_set_flushing (GstFfsWriter * self, gboolean flushing)
{
  gst_poll_set_flushing (self->poll, flushing);
}

static void
set_error (GstFfsWriter * self, gint err)
{
  if (self->err == 0)
    self->err = err;
}

static void
reap (GstFfsWriter * self, gint min, struct timespec *timeout)
{
  struct io_event events[MAX_PENDING];
  gint i, n;

  n = io_getevents (self->ctx, min, MAX_PENDING, events, timeout);
  for (i = 0; i < n; i++) {
    struct iocb *iocb = events[i].obj;
    glong res = (glong) events[i].res;

    if (res < 0)
      set_error (self, -res);
    else if ((gulong) res != iocb->u.c.nbytes)
      set_error (self, EIO);
    self->pending[iocb - self->iocbs] = FALSE;
    self->idle[self->n_idle++] = iocb;
  }
}

static void
submit (GstFfsWriter * self, const guint8 * data, gsize size)
{
  while (self->err == 0 && self->offset < size && self->n_idle > 0) {
    struct iocb *iocb = self->idle[self->n_idle - 1];
    gsize length = MIN (CHUNK, size - self->offset);
    gint ret;

    io_prep_pwrite (iocb, gst_ffs_endpoint_get_fd (self->ep),
        (gpointer) (data + self->offset), length, self->offset);
    io_set_eventfd (iocb, self->event_fd);
    ret = io_submit (self->ctx, 1, &iocb);
    if (ret != 1) {
      set_error (self, ret < 0 ? aio_error (ret) : ENOSPC);
      return;
    }
    self->n_idle--;
    self->pending[iocb - self->iocbs] = TRUE;
    self->offset += length;
  }
}

static gint
wait_event (GstFfsWriter * self)
{
  struct timespec now = { 0, 0 };
  guint64 value;
  gint ret;

  do {
    ret = gst_poll_wait (self->poll, GST_CLOCK_TIME_NONE);
  } while (ret < 0 && (errno == EINTR || errno == EAGAIN));
  if (ret < 0)
    return errno == EBUSY ? EINTR : errno;

  if (read (self->event_fd, &value, sizeof (value)) < 0 && errno != EAGAIN)
    return errno;
  reap (self, 0, &now);
  return 0;
}

/**
 * gst_ffs_writer_write:
 * @self: a writer
 * @data: a frame
 * @size: its length in bytes
 *
 * Returns when the host has read the frame.  After EINTR (flushing) the
 * caller either calls again with the same frame, which goes on where it was,
 * or cancels it.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_writer_write (GstFfsWriter * self, const guint8 * data, gsize size)
{
  gint err = 0;

  do {
    submit (self, data, size);
    if (self->n_idle < MAX_PENDING)
      err = wait_event (self);
    if (err == EINTR)
      return err;
    if (err != 0 || self->err != 0) {
      set_error (self, err);
      err = self->err;
      gst_ffs_writer_cancel (self);
      return err;
    }
  } while (self->offset < size || self->n_idle < MAX_PENDING);

  self->offset = 0;
  return 0;
}

/**
 * gst_ffs_writer_cancel:
 * @self: a writer
 *
 * Cancels what is under way.  FunctionFS has copied the data when a write
 * was submitted, so a controller that does not let go holds none of it.
 */
void
gst_ffs_writer_cancel (GstFfsWriter * self)
{
  struct timespec timeout = { 1, 0 };
  struct io_event event;
  guint i;

  for (i = MAX_PENDING; i > 0; i--) {
    if (self->pending[i - 1])
      io_cancel (self->ctx, &self->iocbs[i - 1], &event);
  }
  while (self->n_idle < MAX_PENDING) {
    guint before = self->n_idle;

    reap (self, 1, &timeout);
    if (self->n_idle == before) {
      GST_WARNING_ID (gst_ffs_endpoint_get_owner (self->ep),
          "%s: %u writes cannot be cancelled",
          gst_ffs_endpoint_get_name (self->ep), MAX_PENDING - before);
      break;
    }
  }
  self->offset = 0;
  self->err = 0;
}
