/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsHost: does what the host says to the camera: lets frames through or
 * takes them back, has the sensor started or left alone, and tells upstream
 * and the application.
 *
 * Ownership: a part of the element, like the presence and the sensor that it
 * refers to; refers to the stream while it is open, and to the profile.
 *
 * Locking: the functions that the profile calls come from its threads, with
 * nothing held; the lock keeps the stream open for them, and is taken before
 * the stream's locks.  Nobody outside is told anything under it.
 */

#include "gstffshost.h"

/* How long a controller may take to let go of cancelled transfers. */
#define HALT_TIMEOUT (5 * GST_SECOND)

void
gst_ffs_host_init (GstFfsHost * self, GstBaseSink * sink,
    GstFfsHostState * presence, GstFfsSourceControl * sensor)
{
  self->sink = sink;
  self->presence = presence;
  self->sensor = sensor;
  g_mutex_init (&self->lock);
}

void
gst_ffs_host_clear (GstFfsHost * self)
{
  g_mutex_clear (&self->lock);
}

/**
 * gst_ffs_host_open:
 * @self: the host
 * @stream: the stream that it starts and stops, until gst_ffs_host_close()
 * @profile: (nullable): the class of camera that it sees, if ep0 is ours
 */
void
gst_ffs_host_open (GstFfsHost * self, GstFfsStream * stream,
    GstFfsProfile * profile)
{
  g_mutex_lock (&self->lock);
  self->stream = stream;
  g_mutex_unlock (&self->lock);
  GST_OBJECT_LOCK (self->sink);
  self->profile = profile ? gst_object_ref (profile) : NULL;
  GST_OBJECT_UNLOCK (self->sink);
}

/* The stream is about to be closed. */
void
gst_ffs_host_close (GstFfsHost * self)
{
  GstFfsProfile *profile;

  g_mutex_lock (&self->lock);
  self->stream = NULL;
  g_mutex_unlock (&self->lock);
  GST_OBJECT_LOCK (self->sink);
  profile = g_steal_pointer (&self->profile);
  GST_OBJECT_UNLOCK (self->sink);
  gst_clear_object (&profile);
}

/* Returns: (transfer full) (nullable): what it sees. Any thread */
GstFfsProfile *
gst_ffs_host_get_profile (GstFfsHost * self)
{
  GstFfsProfile *profile;

  GST_OBJECT_LOCK (self->sink);
  profile = self->profile ? gst_object_ref (self->profile) : NULL;
  GST_OBJECT_UNLOCK (self->sink);
  return profile;
}

/* What it wants, or what upstream sends, may have changed. Any thread. */
void
gst_ffs_host_set_check_fit (GstFfsHost * self)
{
  g_atomic_int_set (&self->check_fit, TRUE);
}

/**
 * gst_ffs_host_take_check_fit:
 * @self: the host
 *
 * Returns: whether one of the two may have changed since the last time
 */
gboolean
gst_ffs_host_take_check_fit (GstFfsHost * self)
{
  return g_atomic_int_compare_and_exchange (&self->check_fit, TRUE, FALSE);
}

/* ---- what the profile calls ---- */

static void
start (GstFfsHost * self)
{
  GstPad *pad = GST_BASE_SINK_PAD (self->sink);
  GstFfsProfile *profile = gst_ffs_host_get_profile (self);

  if (profile && gst_pad_has_current_caps (pad)
      && !gst_ffs_profile_fits (profile, pad))
    gst_pad_push_event (pad, gst_event_new_reconfigure ());
  gst_clear_object (&profile);
  gst_ffs_host_set_check_fit (self);

  g_mutex_lock (&self->lock);
  if (self->stream)
    gst_ffs_stream_resume (self->stream);
  g_mutex_unlock (&self->lock);
  gst_ffs_host_state_set_wanted (self->presence, TRUE);
  gst_ffs_host_state_set_streaming (self->presence, TRUE);
  gst_ffs_source_control_start (self->sensor);

  /* A host that comes while an encoder runs waits for its next key frame,
   * which must not come while frames are dropped. */
  gst_pad_push_event (pad, gst_video_event_new_upstream_force_key_unit
      (GST_CLOCK_TIME_NONE, TRUE, 0));
}

/* What is queued would be the first that the next stream sees. */
static void
stop (GstFfsHost * self)
{
  gst_ffs_host_state_set_wanted (self->presence, FALSE);
  gst_ffs_source_control_release (self->sensor);
  g_mutex_lock (&self->lock);
  if (self->stream)
    gst_ffs_stream_halt (self->stream, HALT_TIMEOUT);
  g_mutex_unlock (&self->lock);
  gst_ffs_host_state_set_streaming (self->presence, FALSE);
}

/**
 * gst_ffs_host_set_streaming:
 * @streaming: whether the host wants frames
 * @host: the host
 */
void
gst_ffs_host_set_streaming (gboolean streaming, gpointer host)
{
  if (streaming)
    start (host);
  else
    stop (host);
}

/**
 * gst_ffs_host_set_enabled:
 * @enabled: whether it has configured us, or is gone
 * @host: the host
 */
void
gst_ffs_host_set_enabled (gboolean enabled, gpointer host)
{
  GstFfsHost *self = host;

  if (!enabled) {
    g_mutex_lock (&self->lock);
    if (self->stream)
      gst_ffs_stream_set_disabled (self->stream);
    g_mutex_unlock (&self->lock);
  }
  gst_ffs_host_state_set_connected (self->presence, enabled);
}

/**
 * gst_ffs_host_get_waiting:
 * @host: the host
 *
 * Returns: for how long it has read nothing though there is something for it,
 * ns, or 0
 */
GstClockTime
gst_ffs_host_get_waiting (gpointer host)
{
  GstFfsHost *self = host;
  GstClockTime waiting = 0;

  g_mutex_lock (&self->lock);
  if (self->stream)
    waiting = gst_ffs_stream_get_waiting (self->stream);
  g_mutex_unlock (&self->lock);
  return waiting;
}
