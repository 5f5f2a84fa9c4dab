/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsWriter: writes frames to an endpoint through the CPU, for memory that is
 * no dmabuf and for kernels and controllers that cannot take one.
 *
 * A write() on an endpoint sleeps in the kernel until the host has read, and
 * only a signal ends it, O_NONBLOCK or not.  So the writes are submitted by
 * Linux AIO, which FunctionFS implements and which can be cancelled, and the
 * wait for them is a GstPoll that can be flushed.  A few writes of moderate
 * size are under way at a time: FunctionFS copies each into one kmalloc of
 * its size where the controller has no scatter-gather.
 *
 * Ownership: owns the AIO context, made when first needed, and remembers how
 * much of a frame was written when it is interrupted.  It refers to no frame
 * between two calls: FunctionFS has copied what was submitted.
 *
 * Locking: the lock protects whether the context is there, whether it is
 * flushing, and the counter.  write() and abandon() are called by one thread at
 * a time.
 */

#include <errno.h>
#include <libaio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "gstffsaio.h"
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

  guint n_written;              /* pieces of the frame */
  gsize offset;                 /* in the piece being written */
  gint err;                     /* first one of it */

  GMutex lock;
  gboolean open;                /* the context is there */
  gboolean flushing;
  guint64 bytes;
  GstClockTime began;           /* to write a piece, or NONE */
};

/* EAGAIN of these calls is about the kernel's contexts, not about the host,
 * for which it stands everywhere else. */
static gint
aio_error (gint ret)
{
  return ret == -EAGAIN ? ENOSPC : -ret;
}

/* Returns: 0 or an errno */
static gint
open_context (GstFfsWriter * self)
{
  io_context_t ctx = NULL;
  gint event_fd, ret;
  guint i;

  ret = io_setup (MAX_PENDING, &ctx);
  if (ret < 0)
    return aio_error (ret);
  event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event_fd < 0) {
    ret = errno;
    io_destroy (ctx);
    return ret;
  }

  self->ctx = ctx;
  self->event_fd = event_fd;
  self->n_idle = 0;
  for (i = 0; i < MAX_PENDING; i++)
    self->idle[self->n_idle++] = &self->iocbs[i];

  self->poll = gst_poll_new (TRUE);
  gst_poll_fd_init (&self->pfd);
  self->pfd.fd = event_fd;
  gst_poll_add_fd (self->poll, &self->pfd);
  gst_poll_fd_ctl_read (self->poll, &self->pfd, TRUE);

  g_mutex_lock (&self->lock);
  gst_poll_set_flushing (self->poll, self->flushing);
  self->open = TRUE;
  g_mutex_unlock (&self->lock);
  return 0;
}

GstFfsWriter *
gst_ffs_writer_new (GstFfsEndpoint * ep)
{
  GstFfsWriter *self = g_new0 (GstFfsWriter, 1);

  self->ep = gst_ffs_endpoint_ref (ep);
  self->began = GST_CLOCK_TIME_NONE;
  g_mutex_init (&self->lock);
  return self;
}

/* Only the counter is left. */
void
gst_ffs_writer_close (GstFfsWriter * self)
{
  if (!self->open)
    return;
  gst_ffs_writer_abandon (self);
  g_mutex_lock (&self->lock);
  self->open = FALSE;
  g_mutex_unlock (&self->lock);
  gst_poll_free (self->poll);
  /* FunctionFS has copied the data, so requests refer to nothing. */
  gst_ffs_aio_destroy (self->ctx, self->n_idle < MAX_PENDING, NULL, NULL);
  close (self->event_fd);
}

void
gst_ffs_writer_free (GstFfsWriter * self)
{
  gst_ffs_writer_close (self);
  gst_ffs_endpoint_unref (self->ep);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Any thread. */
void
gst_ffs_writer_set_flushing (GstFfsWriter * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (self->open)
    gst_poll_set_flushing (self->poll, flushing);
  g_mutex_unlock (&self->lock);
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

/* Cancels what is under way.  FunctionFS has copied the data when a write was
 * submitted, so a controller that does not let go holds none of it. */
static void
cancel (GstFfsWriter * self)
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

/* After EINTR it can be called again, and goes on where it was.  Returns: 0 or
 * an errno */
static gint
write_data (GstFfsWriter * self, const guint8 * data, gsize size)
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
      cancel (self);
      return err;
    }
  } while (self->offset < size || self->n_idle < MAX_PENDING);

  self->offset = 0;
  return 0;
}

static void
set_began (GstFfsWriter * self, GstClockTime began, gsize size)
{
  g_mutex_lock (&self->lock);
  self->began = began;
  self->bytes += size;
  g_mutex_unlock (&self->lock);
}

static gint
write_piece (GstFfsWriter * self, const GstFfsPiece * piece)
{
  GstMapInfo map;
  gint err;

  if (!gst_buffer_map (piece->owner, &map, GST_MAP_READ))
    return EFAULT;
  set_began (self, gst_util_get_timestamp (), 0);
  err = write_data (self, map.data, piece->length);
  set_began (self, GST_CLOCK_TIME_NONE, err == 0 ? piece->length : 0);
  gst_buffer_unmap (piece->owner, &map);
  return err;
}

/**
 * gst_ffs_writer_write:
 * @self: a writer
 * @pieces: of a frame; each is at the start of its owner, whatever memory that
 * is in
 * @n: how many
 *
 * Returns when the host has read the frame. After EINTR (flushing) the caller
 * either calls again with the same frame, which goes on where it was, or
 * abandons it.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_writer_write (GstFfsWriter * self, const GstFfsPiece * pieces, guint n)
{
  gint err = 0;

  if (!self->open)
    err = open_context (self);
  while (err == 0 && self->n_written < n) {
    err = write_piece (self, &pieces[self->n_written]);
    if (err == 0)
      self->n_written++;
  }
  if (err != EINTR)
    self->n_written = 0;
  return err;
}

/* Gives up the rest of a frame whose writing was interrupted. */
void
gst_ffs_writer_abandon (GstFfsWriter * self)
{
  if (self->open)
    cancel (self);
  self->n_written = 0;
}

/* Returns: for how long the host has not read a piece of a frame, ns, or 0 */
GstClockTime
gst_ffs_writer_get_waiting (GstFfsWriter * self)
{
  GstClockTime began;

  g_mutex_lock (&self->lock);
  began = self->began;
  g_mutex_unlock (&self->lock);
  return began == GST_CLOCK_TIME_NONE ? 0 : gst_util_get_timestamp () - began;
}

/* Returns: bytes that the host has read */
guint64
gst_ffs_writer_get_bytes (GstFfsWriter * self)
{
  guint64 bytes;

  g_mutex_lock (&self->lock);
  bytes = self->bytes;
  g_mutex_unlock (&self->lock);
  return bytes;
}
