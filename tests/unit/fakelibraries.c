/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Library calls that fail, or return another time, when a test wants it. The
 * tests are linked with this ahead of the libraries.
 *
 * Locking: none. What tests set while threads run is atomic.
 */

#define _GNU_SOURCE             /* ppoll */

#include <errno.h>
#ifdef HAVE_AIO
#include <libaio.h>
#endif
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fakeendpoint.h"

static gboolean aio_exhausted;
static gboolean aio_stuck;
static guint n_submitted;
static guint n_destroyed;
static GMutex aio_lock;
static GCond aio_changed;
static gint poll_fails;
static gint n_failed_polls;
static gsize time_passed;

void
fake_endpoint_set_aio_exhausted (gboolean exhausted)
{
  aio_exhausted = exhausted;
}

void
fake_endpoint_set_aio_stuck (gboolean stuck)
{
  g_mutex_lock (&aio_lock);
  aio_stuck = stuck;
  n_submitted = n_destroyed = 0;
  g_cond_broadcast (&aio_changed);
  g_mutex_unlock (&aio_lock);
}

static void
wait_one (const guint * n)
{
  g_mutex_lock (&aio_lock);
  while (*n == 0)
    g_cond_wait (&aio_changed, &aio_lock);
  g_mutex_unlock (&aio_lock);
}

void
fake_endpoint_wait_aio_submitted (void)
{
  wait_one (&n_submitted);
}

void
fake_endpoint_wait_aio_destroyed (void)
{
  wait_one (&n_destroyed);
}

#ifdef HAVE_AIO

static void
count_one (guint * n)
{
  g_mutex_lock (&aio_lock);
  (*n)++;
  g_cond_broadcast (&aio_changed);
  g_mutex_unlock (&aio_lock);
}

/* These replace libaio's. */
int
io_submit (io_context_t ctx, long n, struct iocb **iocbs)
{
  long ret = syscall (SYS_io_submit, ctx, n, iocbs);

  count_one (&n_submitted);
  return ret < 0 ? -errno : ret;
}

int
io_destroy (io_context_t ctx)
{
  int ret;

  g_mutex_lock (&aio_lock);
  while (aio_stuck)
    g_cond_wait (&aio_changed, &aio_lock);
  g_mutex_unlock (&aio_lock);
  ret = syscall (SYS_io_destroy, ctx);
  count_one (&n_destroyed);
  return ret;
}

int
io_getevents (io_context_t ctx, long min, long n, struct io_event *events,
    struct timespec *timeout)
{
  gboolean stuck;
  long ret;

  g_mutex_lock (&aio_lock);
  stuck = aio_stuck;
  g_mutex_unlock (&aio_lock);
  if (stuck)
    return 0;
  ret = syscall (SYS_io_getevents, ctx, min, n, events, timeout);
  return ret < 0 ? -errno : ret;
}

int
io_setup (int maxevents, io_context_t * ctx)
{
  if (aio_exhausted)
    return -EAGAIN;
  return syscall (SYS_io_setup, maxevents, ctx) < 0 ? -errno : 0;
}

#endif

/* Lets the wait for a fence fail, without a change of the fence. */
void
fake_endpoint_set_poll_fails (gboolean fails)
{
  if (fails)
    g_atomic_int_set (&n_failed_polls, 0);
  g_atomic_int_set (&poll_fails, fails);
}

gint
fake_endpoint_n_failed_polls (void)
{
  return g_atomic_int_get (&n_failed_polls);
}

/* The C library's header declares that poll() only writes there. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

/* Replaces the C library's. */
int
poll (struct pollfd *fds, nfds_t n, int timeout)
{
  struct timespec t = { timeout / 1000, timeout % 1000 * 1000000L };

  /* Only the wait for a fence polls a single file without a timeout. */
  if (g_atomic_int_get (&poll_fails) && n == 1 && timeout < 0) {
    g_atomic_int_inc (&n_failed_polls);
    errno = ENOMEM;
    return -1;
  }
  return ppoll (fds, n, timeout < 0 ? NULL : &t, NULL);
}

#pragma GCC diagnostic pop

void
fake_time_pass (GstClockTime time)
{
  g_atomic_pointer_add (&time_passed, time);
}

/* Replaces GStreamer's. */
GstClockTime
gst_util_get_timestamp (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return GST_TIMESPEC_TO_TIME (now) +
      (gsize) g_atomic_pointer_add (&time_passed, 0);
}
