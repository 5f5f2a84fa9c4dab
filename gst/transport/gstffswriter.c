/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsWriter: writes frames to an endpoint with the CPU, for memory other
 * than dmabufs and for kernels and controllers that do not support them.
 *
 * write() on an endpoint blocks until the host has read, even with O_NONBLOCK,
 * and only a signal interrupts it. Linux AIO writes can be cancelled, and a
 * GstPoll waits for them, which can be flushed. A few writes of moderate size
 * are in flight at a time: without scatter-gather FunctionFS copies each into
 * one kmalloc().
 *
 * Ownership: owns the AIO context, created when first needed, and the position
 * in a frame whose write was interrupted. It holds no reference on a frame
 * between two calls: FunctionFS has copied the data.
 *
 * Locking: the lock protects the context, the flushing state and the counter.
 * Call write() and abandon() from one thread at a time.
 */

#include <errno.h>
#include <libaio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "gstffsaio.h"
#include "gstffsdebug.h"
#include "gstffswriter.h"

/* A multiple of every bulk wMaxPacketSize, so that only the last chunk of a
 * frame ends in a short packet, and small enough for kmalloc(). */
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

/* EAGAIN of these calls means that there are too many AIO contexts; elsewhere
 * it means that there is no host. */
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

/* Frees everything but the counter. */
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
  /* FunctionFS has copied the data, so there is nothing to free. */
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

/* Cancels the writes in flight. FunctionFS copies the data when a write is
 * submitted, so a controller that does not complete them holds no memory of
 * the frame. */
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

/* Can be called again after EINTR to continue. Returns: 0 or an errno */
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
 * @pieces: the pieces of a frame; each starts at the beginning of its owner,
 * which can be in any memory
 * @n: how many
 *
 * Blocks until the host has read the frame. After EINTR (flushing) the caller
 * either calls again with the same frame, which continues it, or abandons it.
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

/* Drops the rest of a frame whose write was interrupted. */
void
gst_ffs_writer_abandon (GstFfsWriter * self)
{
  if (self->open)
    cancel (self);
  self->n_written = 0;
}

/* Returns: how long the host has not read a piece of a frame, ns, or 0 */
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
