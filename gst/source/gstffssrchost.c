/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsSrcHost: whether a host is there that sends frames, and the streaming
 * thread's wait for one.  With an ep0 of our own the host says so; an endpoint
 * file cannot be polled, so that of an application is looked at from time to
 * time.
 *
 * Ownership: borrows the element and, from open() to close(), the receiver.
 *
 * Locking: the lock protects all but the two properties, which are under the
 * element's object lock.  It is not held when the receiver is halted, which may
 * take until the controller has let go.  The profile's object lock is taken
 * within it.
 */

#include "gstffssrchost.h"

#include <string.h>

/* How long until an application's endpoint is looked at again. */
#define LOOK_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

/* How long a host waits for its answer when the controller does not let go. */
#define HALT_TIMEOUT (5 * GST_SECOND)

void
gst_ffs_src_host_init (GstFfsSrcHost * self, GstElement * element)
{
  memset (self, 0, sizeof (*self));
  self->element = element;
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
 * @receiver: what frames come through
 * @own: whether ep0 is ours
 */
void
gst_ffs_src_host_open (GstFfsSrcHost * self, GstFfsReceiver * receiver,
    gboolean own)
{
  g_mutex_lock (&self->lock);
  self->receiver = receiver;
  self->own = own;
  self->wanted = !own;
  self->n_started = 0;
  self->n_connections = 0;
  gst_ffs_receiver_set_flushing (receiver, self->flushing);
  g_mutex_unlock (&self->lock);
}

/* The receiver is about to be closed. */
void
gst_ffs_src_host_close (GstFfsSrcHost * self)
{
  g_mutex_lock (&self->lock);
  self->receiver = NULL;
  self->wanted = FALSE;
  g_mutex_unlock (&self->lock);
  gst_ffs_src_host_set_connected (self, FALSE);
}

/* Whether the waits of the streaming thread end. */
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

static gboolean
set_flag (GstFfsSrcHost * self, const gchar * name, gint * flag, gboolean value)
{
  gboolean changed;

  if (g_atomic_int_get (flag) == value)
    return FALSE;
  GST_OBJECT_LOCK (self->element);
  changed = *flag != value;
  g_atomic_int_set (flag, value);
  GST_OBJECT_UNLOCK (self->element);
  if (changed) {
    GST_INFO_OBJECT (self->element, "%s: %d", name, value);
    g_object_notify (G_OBJECT (self->element), name);
  }
  return changed;
}

/* Whether a host has configured the function. Any thread. */
void
gst_ffs_src_host_set_connected (GstFfsSrcHost * self, gboolean connected)
{
  if (!connected)
    set_flag (self, "streaming", &self->streaming, FALSE);
  if (set_flag (self, "connected", &self->connected, connected) && connected) {
    g_mutex_lock (&self->lock);
    self->n_connections++;
    g_mutex_unlock (&self->lock);
  }
}

/* Whether frames come. Any thread. */
void
gst_ffs_src_host_set_streaming (GstFfsSrcHost * self, gboolean streaming)
{
  set_flag (self, "streaming", &self->streaming, streaming);
}

/* ---- streaming thread ---- */

/* Waits for a moment, or until there is news. */
void
gst_ffs_src_host_pause (GstFfsSrcHost * self)
{
  gint64 deadline = g_get_monotonic_time () + LOOK_INTERVAL;

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
  /* What a host has sent before it stopped is not lost. */
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
 * Waits for a host to send frames.
 *
 * Returns: %GST_FFS_OK, %GST_FFS_INTERRUPTED if flushing, %GST_FFS_CANCELLED if
 * none sends, but something of an earlier stream is still there, or what is
 * wrong with the endpoint
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
        gst_ffs_src_host_set_connected (self, TRUE);
      return meaning;
    }
    /* What ep0 says is newer than what the endpoint said just now. */
    if (!self->own)
      gst_ffs_src_host_set_connected (self, FALSE);
    gst_ffs_src_host_pause (self);
  }
  return meaning;
}

/**
 * gst_ffs_src_host_ignore:
 * @self: the host
 * @n_started: the number of a stream that cannot be received
 *
 * Waits are for another one from now on.
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
 * @profile: what tells the host
 * @layout: (nullable): how its frames have to lie
 *
 * Does nothing when the host has stopped that stream, or started another one: it
 * would take that layout for one of the new stream's.
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

/* ---- what the profile calls ---- */

/**
 * gst_ffs_src_host_on_streaming:
 * @streaming: whether the host is about to send frames
 * @host: the host
 */
void
gst_ffs_src_host_on_streaming (gboolean streaming, gpointer host)
{
  GstFfsSrcHost *self = host;
  GstFfsReceiver *receiver;

  g_mutex_lock (&self->lock);
  receiver = self->receiver;
  self->wanted = FALSE;
  g_mutex_unlock (&self->lock);
  if (receiver == NULL)
    return;
  if (!streaming) {
    if (gst_ffs_receiver_halt (receiver, HALT_TIMEOUT) != 0)
      GST_WARNING_OBJECT (self->element, "the controller does not let go");
    g_mutex_lock (&self->lock);
    g_cond_broadcast (&self->cond);
    g_mutex_unlock (&self->lock);
    gst_ffs_src_host_set_streaming (self, FALSE);
    return;
  }
  gst_ffs_receiver_resume (receiver);
  g_mutex_lock (&self->lock);
  self->wanted = TRUE;
  self->n_started++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_ffs_src_host_set_streaming (self, TRUE);
}

/**
 * gst_ffs_src_host_on_enabled:
 * @enabled: whether a host has configured us, or is gone
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
  gst_ffs_src_host_set_connected (self, enabled);
}
