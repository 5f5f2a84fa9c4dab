/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsU3vControl: the thread that takes the host's commands from one bulk
 * endpoint and puts the answers on another.
 *
 * A read() on an endpoint cannot be ended but by a signal, so there is Linux
 * AIO here too, which can be cancelled.  One read is always under way while
 * the function is enabled, whatever became of the answers: a host that reads
 * none must find somebody who listens when it, or the next one, tries again.
 * An answer that nobody has fetched when the next command comes is taken
 * back.
 *
 * Everything that a command does happens in this thread, and so does what
 * becomes necessary when the host is gone; set_enabled() waits for that.
 *
 * Ownership: owns both files, the AIO context and the buffers in it; all of
 * them stay, beyond free(), until a controller lets go of the last transfer.
 *
 * Locking: the mutex protects what other threads ask for.  Not held when
 * memory is accessed.
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

/* A host that is there has fetched its answer long before. */
#define ANSWER_GRACE_NS (20 * 1000 * 1000)
#define CANCEL_TIMEOUT_S 1

/* Reads that fail one after the other, until the host is configured anew. */
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
  gboolean arrived;             /* a command that was not looked at */
  guint n_failures;

  /* Under the lock. */
  GMutex lock;
  GCond cond;
  gint wake_fd;
  gboolean quit;
  gboolean want_enabled;
  gboolean keep;                /* what the host has chosen */
  guint n_wishes;
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

/* Until the transfer is over, or for as long as @timeout each time something
 * else is. */
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
take_back (GstFfsU3vControl * self, guint i)
{
  struct timespec grace = { 0, ANSWER_GRACE_NS };

  if (!self->transfers[i].busy)
    return;
  wait_for (self, i, &grace);
  if (self->transfers[i].busy) {
    GST_DEBUG_ID (self->owner, "control: nobody has fetched the answer");
    cancel (self, i);
  }
}

static void
handle (GstFfsU3vControl * self, gsize length)
{
  const guint8 *packet = self->transfers[COMMAND].data;
  guint n;

  take_back (self, PENDING);
  take_back (self, ANSWER);

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
look (GstFfsU3vControl * self)
{
  glong result = self->transfers[COMMAND].result;

  self->arrived = FALSE;
  if (result >= 0) {
    self->n_failures = 0;
    handle (self, result);
  } else if (is_over (result) || ++self->n_failures >= MAX_FAILURES) {
    GST_DEBUG_ID (self->owner, "control: no more commands: %s",
        g_strerror (-result));
    return;
  }
  submit (self, COMMAND, U3V_MAX_COMMAND);
}

/* ---- the thread ---- */

/* FALSE: it is time to end. */
static gboolean
grant_wish (GstFfsU3vControl * self)
{
  gboolean quit, enabled, keep;
  guint n_wishes;

  g_mutex_lock (&self->lock);
  quit = self->quit;
  enabled = self->want_enabled;
  keep = self->keep;
  n_wishes = self->n_wishes;
  if (!quit && n_wishes == self->n_granted) {
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
  self->n_granted = n_wishes;
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

  while (grant_wish (self)) {
    if (self->arrived) {
      look (self);
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
make_wish (GstFfsU3vControl * self, gboolean enabled, gboolean keep)
{
  guint wish;

  g_mutex_lock (&self->lock);
  self->want_enabled = enabled;
  self->keep = keep;
  wish = ++self->n_wishes;
  wake (self);
  while (self->n_granted != wish && !self->ended)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_u3v_control_set_enabled:
 * @self: the control channel
 * @enabled: whether a host has configured the function
 *
 * Returns when commands are listened to, or when the last one is done and
 * what it had begun has ended.
 */
void
gst_ffs_u3v_control_set_enabled (GstFfsU3vControl * self, gboolean enabled)
{
  make_wish (self, enabled, FALSE);
}

/**
 * gst_ffs_u3v_control_restart:
 * @self: the control channel, enabled
 *
 * The endpoints were disabled for a moment, which has ended all transfers.
 * Returns when commands are listened to again.
 */
void
gst_ffs_u3v_control_restart (GstFfsU3vControl * self)
{
  make_wish (self, TRUE, TRUE);
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
  /* Here it is about the kernel's contexts, not about the host. */
  if (ret == -EAGAIN)
    return ENOSPC;
  return ret < 0 ? -ret : 0;
}

/**
 * gst_ffs_u3v_control_new:
 * @owner: the name of the element that it is for
 * @in_path: the endpoint of the answers
 * @out_path: the endpoint of the commands
 * @memory: what the commands are about
 * @changed: called from the thread of the channel, with the memory's user data
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

/* What a read that is under way writes to must stay until it is over. */
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
