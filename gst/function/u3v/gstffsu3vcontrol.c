/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsU3vControl: the thread that reads the host's commands from one bulk
 * endpoint and writes the answers to another.
 *
 * Only a signal can end a read() on an endpoint.  The thread uses Linux AIO,
 * which can be cancelled.  A read is queued all the time while the function is
 * enabled, even if the host has not read the last answer: the host, or the
 * next program on it, may send a new command instead.  The thread then cancels
 * the old answer.
 *
 * The thread also carries out the effects of a command and the cleanup after
 * the host is gone; set_enabled() waits for that.
 *
 * Ownership: owns both files, the AIO context and its buffers.  They outlive
 * free() if the controller has not completed the last transfer by then.
 *
 * Locking: the mutex protects the requests of other threads.  It is not held
 * during register accesses.
 */

#include <errno.h>
#include <fcntl.h>
#include <libaio.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "function/gstffsfunctiondebug.h"
#include "gstffsu3vcontrol.h"
#include "gstffsu3vmap.h"
#include "transport/gstffsaio.h"
#include "transport/gstffsendpoint.h"

/* A host that still runs has read its answer long before. */
#define ANSWER_GRACE_NS (20 * 1000 * 1000)
#define CANCEL_TIMEOUT_S 1

/* Number of consecutive failed reads after which the thread stops reading until
 * the host configures the gadget again. */
#define MAX_FAILURES 16

enum
{
  COMMAND,
  PENDING,
  ANSWER,
  N_TRANSFERS
};

typedef struct
{
  struct iocb iocb;
  guint8 data[U3V_MAX_COMMAND];
  gboolean busy;
  glong result;
} Transfer;

struct _GstFfsU3vControl
{
  gchar *owner;                 /* the element's name, for logs */
  gint in_fd;
  gint out_fd;
  GstFfsU3vMemory memory;
  GstFfsU3vChangedFunc changed;
  GThread *thread;

  io_context_t ctx;
  gint event_fd;
  Transfer transfers[N_TRANSFERS];
  gboolean arrived;             /* a command waits to be handled */
  guint n_failures;

  /* Protected by the lock. */
  GMutex lock;
  GCond cond;
  gint wake_fd;
  gboolean quit;
  gboolean want_enabled;
  gboolean keep;                /* keep the host's selection */
  guint n_requested;
  guint n_granted;
  gboolean ended;
};

/* ---- transfers ---- */

static void
submit (GstFfsU3vControl * self, guint i, guint length)
{
  Transfer *t = &self->transfers[i];
  struct iocb *iocb = &t->iocb;
  gint ret;

  if (t->busy)
    return;
  if (i == COMMAND)
    io_prep_pread (iocb, self->out_fd, t->data, length, 0);
  else
    io_prep_pwrite (iocb, self->in_fd, t->data, length, 0);
  io_set_eventfd (iocb, self->event_fd);
  t->busy = TRUE;
  ret = io_submit (self->ctx, 1, &iocb);
  if (ret != 1) {
    GST_DEBUG_ID (self->owner, "control: transfer %u: %s", i,
        g_strerror (ret < 0 ? -ret : 0));
    t->busy = FALSE;
  }
}

static void
reap (GstFfsU3vControl * self, guint min, struct timespec *timeout)
{
  struct io_event events[N_TRANSFERS];
  gint i, n;

  n = io_getevents (self->ctx, min, N_TRANSFERS, events, timeout);
  for (i = 0; i < n; i++) {
    Transfer *t = (Transfer *) events[i].obj;

    t->busy = FALSE;
    t->result = (glong) events[i].res;
    if (t == &self->transfers[COMMAND])
      self->arrived = TRUE;
  }
}

/* Waits until the transfer has ended.  @timeout starts again when another
 * transfer ends. */
static void
wait_for (GstFfsU3vControl * self, guint i, const struct timespec *timeout)
{
  guint tries;

  for (tries = 0; self->transfers[i].busy && tries < N_TRANSFERS; tries++) {
    struct timespec t = *timeout;

    reap (self, 1, &t);
  }
}

static void
cancel (GstFfsU3vControl * self, guint i)
{
  struct timespec timeout = { CANCEL_TIMEOUT_S, 0 };
  struct io_event event;

  if (!self->transfers[i].busy)
    return;
  io_cancel (self->ctx, &self->transfers[i].iocb, &event);
  wait_for (self, i, &timeout);
  if (self->transfers[i].busy)
    GST_WARNING_ID (self->owner, "control: transfer %u cannot be cancelled", i);
}

static void
cancel_all (GstFfsU3vControl * self)
{
  guint i;

  for (i = 0; i < N_TRANSFERS; i++)
    cancel (self, i);
  self->arrived = FALSE;
}

/* ---- commands ---- */

static void
cancel_unread (GstFfsU3vControl * self, guint i)
{
  struct timespec grace = { 0, ANSWER_GRACE_NS };

  if (!self->transfers[i].busy)
    return;
  wait_for (self, i, &grace);
  if (self->transfers[i].busy) {
    GST_DEBUG_ID (self->owner, "control: cancelling an answer that the host "
        "has not read");
    cancel (self, i);
  }
}

static void
handle (GstFfsU3vControl * self, gsize length)
{
  const guint8 *packet = self->transfers[COMMAND].data;
  guint n;

  cancel_unread (self, PENDING);
  cancel_unread (self, ANSWER);

  n = gst_ffs_u3v_gencp_pending (&self->memory, packet, length,
      self->transfers[PENDING].data);
  if (n > 0)
    submit (self, PENDING, n);
  n = gst_ffs_u3v_gencp_handle (&self->memory, packet, length,
      self->transfers[ANSWER].data);
  if (n > 0 && !self->transfers[ANSWER].busy)
    submit (self, ANSWER, n);
}

static gboolean
is_over (glong result)
{
  return result == -ESHUTDOWN || result == -ECONNRESET || result == -EAGAIN
      || result == -ENODEV || result == -EINTR;
}

static void
handle_read (GstFfsU3vControl * self)
{
  glong result = self->transfers[COMMAND].result;

  self->arrived = FALSE;
  if (result >= 0) {
    self->n_failures = 0;
    handle (self, result);
  } else if (is_over (result) || ++self->n_failures >= MAX_FAILURES) {
    GST_DEBUG_ID (self->owner, "control: stopped reading commands: %s",
        g_strerror (-result));
    return;
  }
  submit (self, COMMAND, U3V_MAX_COMMAND);
}

/* ---- the thread ---- */

/* Returns FALSE if the thread has to end. */
static gboolean
grant_request (GstFfsU3vControl * self)
{
  gboolean quit, enabled, keep;
  guint n_requested;

  g_mutex_lock (&self->lock);
  quit = self->quit;
  enabled = self->want_enabled;
  keep = self->keep;
  n_requested = self->n_requested;
  if (!quit && n_requested == self->n_granted) {
    g_mutex_unlock (&self->lock);
    return TRUE;
  }
  g_mutex_unlock (&self->lock);

  cancel_all (self);
  if (quit)
    return FALSE;
  self->changed (keep, self->memory.user_data);
  self->n_failures = 0;
  if (enabled)
    submit (self, COMMAND, U3V_MAX_COMMAND);

  g_mutex_lock (&self->lock);
  self->n_granted = n_requested;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gpointer
run (gpointer data)
{
  GstFfsU3vControl *self = data;
  struct pollfd fds[] = {
    {self->wake_fd, POLLIN, 0}, {self->event_fd, POLLIN, 0}
  };
  struct timespec now;
  guint64 value;
  guint i;

  while (grant_request (self)) {
    if (self->arrived) {
      handle_read (self);
      continue;
    }
    if (poll (fds, G_N_ELEMENTS (fds), -1) < 0 && errno != EINTR) {
      GST_ERROR_ID (self->owner, "control: poll: %s", g_strerror (errno));
      break;
    }
    for (i = 0; i < G_N_ELEMENTS (fds); i++) {
      if (read (fds[i].fd, &value, sizeof (value)) < 0 && errno != EAGAIN)
        GST_WARNING_ID (self->owner, "control: eventfd: %s",
            g_strerror (errno));
    }
    memset (&now, 0, sizeof (now));
    reap (self, 0, &now);
  }

  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return NULL;
}

static void
wake (GstFfsU3vControl * self)
{
  eventfd_write (self->wake_fd, 1);
}

static void
request (GstFfsU3vControl * self, gboolean enabled, gboolean keep)
{
  guint number;

  g_mutex_lock (&self->lock);
  self->want_enabled = enabled;
  self->keep = keep;
  number = ++self->n_requested;
  wake (self);
  while (self->n_granted != number && !self->ended)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_u3v_control_set_enabled:
 * @self: the control channel
 * @enabled: whether a host has configured the function
 *
 * Blocks until the thread reads commands or, if not @enabled, until the last
 * command and its effects have ended.
 */
void
gst_ffs_u3v_control_set_enabled (GstFfsU3vControl * self, gboolean enabled)
{
  request (self, enabled, FALSE);
}

/**
 * gst_ffs_u3v_control_restart:
 * @self: the control channel, enabled
 *
 * Call when the endpoints were disabled for a moment, which has ended all
 * transfers.  Blocks until the thread reads commands again.
 */
void
gst_ffs_u3v_control_restart (GstFfsU3vControl * self)
{
  request (self, TRUE, TRUE);
}

/* ---- life ---- */

static gint
open_all (GstFfsU3vControl * self, const gchar * in_path,
    const gchar * out_path)
{
  gint ret;

  self->in_fd = gst_ffs_endpoint_open_file (in_path, O_RDWR);
  if (self->in_fd < 0)
    return errno;
  self->out_fd = gst_ffs_endpoint_open_file (out_path, O_RDWR);
  if (self->out_fd < 0)
    return errno;
  self->event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->event_fd < 0 || self->wake_fd < 0)
    return errno;
  ret = io_setup (N_TRANSFERS, &self->ctx);
  /* io_setup() returns EAGAIN when the system has no AIO contexts left. */
  if (ret == -EAGAIN)
    return ENOSPC;
  return ret < 0 ? -ret : 0;
}

/**
 * gst_ffs_u3v_control_new:
 * @owner: the element's name, for logs
 * @in_path: the endpoint for answers
 * @out_path: the endpoint for commands
 * @memory: the register accesses
 * @changed: called in the channel's thread, with the user data of @memory
 * @err: (out): an errno
 *
 * Returns: (transfer full) (nullable): the channel, not enabled
 */
GstFfsU3vControl *
gst_ffs_u3v_control_new (const gchar * owner, const gchar * in_path,
    const gchar * out_path, const GstFfsU3vMemory * memory,
    GstFfsU3vChangedFunc changed, gint * err)
{
  GstFfsU3vControl *self = g_new0 (GstFfsU3vControl, 1);
  g_autofree gchar *name = gst_ffs_thread_name ("u3v", owner);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->owner = g_strdup (owner);
  self->memory = *memory;
  self->changed = changed;
  self->in_fd = self->out_fd = self->event_fd = self->wake_fd = -1;
  *err = open_all (self, in_path, out_path);
  if (*err != 0) {
    gst_ffs_u3v_control_free (self);
    return NULL;
  }
  self->thread = g_thread_new (name, run, self);
  return self;
}

static void
close_fd (gint fd)
{
  if (fd >= 0)
    close (fd);
}

static void
free_all (gpointer data)
{
  GstFfsU3vControl *self = data;

  close_fd (self->in_fd);
  close_fd (self->out_fd);
  close_fd (self->event_fd);
  close_fd (self->wake_fd);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->owner);
  g_free (self);
}

/* The memory of a queued read must stay allocated until the read has ended. */
void
gst_ffs_u3v_control_free (GstFfsU3vControl * self)
{
  gboolean busy = FALSE;
  guint i;

  if (self->thread) {
    g_mutex_lock (&self->lock);
    self->quit = TRUE;
    wake (self);
    g_mutex_unlock (&self->lock);
    g_thread_join (self->thread);
  }
  for (i = 0; i < N_TRANSFERS; i++)
    busy |= self->transfers[i].busy;
  if (self->ctx)
    gst_ffs_aio_destroy (self->ctx, busy, free_all, self);
  else
    free_all (self);
}
