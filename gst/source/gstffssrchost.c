/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsSrcHost: tracks whether a host sends frames, and lets the streaming
 * thread wait for one. If the element serves ep0, the host starts and stops the
 * stream. An application's endpoint is polled, since endpoint files have no
 * poll().
 *
 * Ownership: borrows the element and, from open() to close(), the receiver.
 *
 * Locking: the lock protects all but the presence. It is not held while a thread
 * of the profile halts the receiver, which waits for the controller and unrefs
 * buffers; close() waits for such threads. Lock order: the lock, the receiver's
 * and the profile's object lock.
 */

#include "gstffssrchost.h"

#include <string.h>

/* Poll interval for a host of an application's endpoint. */
#define LOOK_INTERVAL (50 * GST_MSECOND)

/* How long a controller may take to complete cancelled transfers. */
#define HALT_TIMEOUT (5 * GST_SECOND)

void
gst_ffs_src_host_init (GstFfsSrcHost * self, GstElement * element)
{
  memset (self, 0, sizeof (*self));
  self->element = element;
  gst_ffs_presence_init (&self->presence, element);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

void
gst_ffs_src_host_clear (GstFfsSrcHost * self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

/**
 * gst_ffs_src_host_open:
 * @self: the host
 * @receiver: the receiver, valid until gst_ffs_src_host_close()
 * @own: whether the element serves ep0
 */
void
gst_ffs_src_host_open (GstFfsSrcHost * self, GstFfsReceiver * receiver,
    gboolean own)
{
  gst_ffs_presence_reset (&self->presence);
  g_mutex_lock (&self->lock);
  self->receiver = receiver;
  self->own = own;
  self->wanted = !own;
  self->n_started = 0;
  gst_ffs_receiver_set_flushing (receiver, self->flushing);
  g_mutex_unlock (&self->lock);
}

/* The receiver is about to be closed. Waits for the threads that use it. */
void
gst_ffs_src_host_close (GstFfsSrcHost * self)
{
  g_mutex_lock (&self->lock);
  self->receiver = NULL;
  self->wanted = FALSE;
  while (self->n_users > 0)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  gst_ffs_presence_set_connected (&self->presence, FALSE);
}

/* Whether waits of the streaming thread end. Any thread. */
void
gst_ffs_src_host_set_flushing (GstFfsSrcHost * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (self->receiver)
    gst_ffs_receiver_set_flushing (self->receiver, flushing);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* ---- streaming thread ---- */

/**
 * gst_ffs_src_host_pause:
 * @self: the host
 * @time: for how long, ns
 *
 * Waits, or until the host starts or stops a stream.
 */
void
gst_ffs_src_host_pause (GstFfsSrcHost * self, GstClockTime time)
{
  gint64 deadline = g_get_monotonic_time () + GST_TIME_AS_USECONDS (time);

  g_mutex_lock (&self->lock);
  if (!self->flushing)
    g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
}

static GstFfsMeaning
wait_wanted (GstFfsSrcHost * self, guint * n_started)
{
  GstFfsMeaning meaning = GST_FFS_OK;

  g_mutex_lock (&self->lock);
  /* Frames that arrived before the host stopped are pushed. */
  while (!self->wanted && !self->flushing
      &&
      !gst_ffs_intake_has_items (gst_ffs_receiver_get_intake (self->receiver)))
    g_cond_wait (&self->cond, &self->lock);
  if (self->flushing)
    meaning = GST_FFS_INTERRUPTED;
  else if (!self->wanted)
    meaning = GST_FFS_CANCELLED;
  *n_started = self->n_started;
  g_mutex_unlock (&self->lock);
  return meaning;
}

/**
 * gst_ffs_src_host_wait:
 * @self: the host
 * @n_started: (out): how many streams it has started
 * @err: (out): errno of the endpoint
 *
 * Waits for a host that sends frames.
 *
 * Returns: %GST_FFS_OK, %GST_FFS_INTERRUPTED if flushing, %GST_FFS_CANCELLED if
 * none does, but frames of an earlier stream are in the intake, or an error of
 * the endpoint
 */
GstFfsMeaning
gst_ffs_src_host_wait (GstFfsSrcHost * self, guint * n_started, gint * err)
{
  GstFfsMeaning meaning;

  while ((meaning = wait_wanted (self, n_started)) == GST_FFS_OK) {
    GstFfsEndpoint *ep = gst_ffs_receiver_get_endpoint (self->receiver);

    *err = gst_ffs_endpoint_is_enabled (ep) ? 0 : gst_ffs_endpoint_probe (ep);
    meaning = gst_ffs_meaning (GST_FFS_CALL_PROBE, *err);
    if (meaning != GST_FFS_NOT_ENABLED && meaning != GST_FFS_GONE) {
      if (!self->own && meaning == GST_FFS_OK)
        gst_ffs_presence_set_connected (&self->presence, TRUE);
      return meaning;
    }
    /* ep0 is more recent than the result of the endpoint query. */
    if (!self->own)
      gst_ffs_presence_set_connected (&self->presence, FALSE);
    gst_ffs_src_host_pause (self, LOOK_INTERVAL);
  }
  return meaning;
}

/**
 * gst_ffs_src_host_ignore:
 * @self: the host
 * @n_started: the number of a stream that cannot be received
 *
 * Waits for another stream from now on.
 */
void
gst_ffs_src_host_ignore (GstFfsSrcHost * self, guint n_started)
{
  g_mutex_lock (&self->lock);
  if (self->own && self->n_started == n_started)
    self->wanted = FALSE;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_src_host_tell_layout:
 * @self: the host
 * @n_started: the number of a stream
 * @profile: the profile
 * @layout: (nullable): memory layout of its frames
 *
 * Does nothing if the host has stopped that stream or started another one, which
 * would get the layout of the old one.
 */
void
gst_ffs_src_host_tell_layout (GstFfsSrcHost * self, guint n_started,
    GstFfsProfile * profile, const GstFfsFrameLayout * layout)
{
  g_mutex_lock (&self->lock);
  if (self->wanted && self->n_started == n_started)
    gst_ffs_profile_set_layout (profile, layout);
  g_mutex_unlock (&self->lock);
}

/* ---- callbacks of the profile ---- */

/* Keeps the receiver open until leave(). NULL if it is closed. */
static GstFfsReceiver *
enter (GstFfsSrcHost * self)
{
  GstFfsReceiver *receiver;

  g_mutex_lock (&self->lock);
  receiver = self->receiver;
  if (receiver)
    self->n_users++;
  self->wanted = FALSE;
  g_mutex_unlock (&self->lock);
  return receiver;
}

static void
leave (GstFfsSrcHost * self, gboolean started)
{
  g_mutex_lock (&self->lock);
  self->n_users--;
  if (started) {
    self->wanted = self->receiver != NULL;
    self->n_started++;
  }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Cancels what is queued: the next stream's host would fill it with frames of
 * another format. */
static void
halt (GstFfsSrcHost * self, GstFfsReceiver * receiver)
{
  gint err = gst_ffs_receiver_halt (receiver, HALT_TIMEOUT);

  if (err != 0)
    GST_WARNING_OBJECT (self->element, "cancelled transfers do not end: %s",
        g_strerror (err));
}

/**
 * gst_ffs_src_host_on_streaming:
 * @streaming: whether the host is about to send frames
 * @host: the host
 */
void
gst_ffs_src_host_on_streaming (gboolean streaming, gpointer host)
{
  GstFfsSrcHost *self = host;
  GstFfsReceiver *receiver = enter (self);

  if (receiver == NULL)
    return;
  if (streaming)
    gst_ffs_receiver_resume (receiver);
  else
    halt (self, receiver);
  leave (self, streaming);
  gst_ffs_presence_set_streaming (&self->presence, streaming);
}

/**
 * gst_ffs_src_host_on_enabled:
 * @enabled: whether a host has configured the function
 * @host: the host
 */
void
gst_ffs_src_host_on_enabled (gboolean enabled, gpointer host)
{
  GstFfsSrcHost *self = host;

  g_mutex_lock (&self->lock);
  if (!enabled && self->receiver)
    gst_ffs_endpoint_set_disabled
        (gst_ffs_receiver_get_endpoint (self->receiver));
  g_mutex_unlock (&self->lock);
  gst_ffs_presence_set_connected (&self->presence, enabled);
}
