/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsHostState: whether there is a host at the other end that takes
 * frames, and what becomes of frames while there is none.
 *
 * With an ep0 of ours a host says when it wants frames.  With an
 * application's ep0 frames are wanted whenever a host has configured the
 * function, which can only be found out by asking the endpoint.
 *
 * GstFfsHost: does what the host says to the camera: lets frames through or
 * takes them back, and tells upstream, the bin around us and the application.
 *
 * Ownership: both are parts of the element, and refer to the stream while it is
 * open; the host refers to the profile and to the state.
 *
 * Locking: connected and streaming change under the sink's object lock, being
 * its properties, and their notifications are sent without a lock. The rest of
 * the state is under its lock, which is taken before the stream's.  The functions
 * that the profile calls come from its threads, with nothing held; the host's
 * lock keeps the stream open for them, and is taken before the stream's locks.
 * Nobody outside is told anything under it.
 */

#include "function/gstffsupstream.h"
#include "gstffsdemand.h"
#include "gstffshoststate.h"
#include "transport/gstffserror.h"

/* Endpoint files cannot be polled: how often to look whether a host came. */
#define HOST_CHECK_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

/* How long a controller may take to let go of cancelled transfers. */
#define HALT_TIMEOUT (5 * GST_SECOND)

void
gst_ffs_host_state_init (GstFfsHostState * self, GstBaseSink * sink)
{
  self->sink = sink;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

void
gst_ffs_host_state_clear (GstFfsHostState * self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

/**
 * gst_ffs_host_state_open:
 * @self: the host state
 * @own: whether ep0 is ours, so that a host says when it wants frames
 */
void
gst_ffs_host_state_open (GstFfsHostState * self, gboolean own)
{
  self->own = own;
  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->wanted, !own);
  self->n_without_host = self->n_unfit = self->n_connections = 0;
  self->upstream_live = FALSE;
  g_atomic_int_set (&self->told_dropped, FALSE);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_host_state_set_stream:
 * @self: the host state
 * @stream: the stream that frames go to, until gst_ffs_host_state_close()
 */
void
gst_ffs_host_state_set_stream (GstFfsHostState * self, GstFfsStream * stream)
{
  g_mutex_lock (&self->lock);
  self->stream = stream;
  gst_ffs_stream_set_flushing (stream, self->flushing);
  g_mutex_unlock (&self->lock);
}

/* The stream is about to be closed. */
void
gst_ffs_host_state_close (GstFfsHostState * self)
{
  g_mutex_lock (&self->lock);
  self->stream = NULL;
  g_atomic_int_set (&self->wanted, FALSE);
  g_mutex_unlock (&self->lock);
  gst_ffs_host_state_set_connected (self, FALSE);
}

/**
 * gst_ffs_host_state_set_policy:
 * @self: the host state
 * @policy: what to do with frames while there is no host. Any thread
 */
void
gst_ffs_host_state_set_policy (GstFfsHostState * self, GstFfsIdlePolicy policy)
{
  g_mutex_lock (&self->lock);
  self->policy = policy;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* ---- properties ---- */

static gboolean
set_flag (GstFfsHostState * self, const gchar * name, gboolean * flag,
    gboolean value)
{
  gboolean changed;

  /* As each frame says. */
  if (g_atomic_int_get (flag) == value)
    return FALSE;
  GST_OBJECT_LOCK (self->sink);
  changed = *flag != value;
  g_atomic_int_set (flag, value);
  GST_OBJECT_UNLOCK (self->sink);
  if (changed) {
    GST_INFO_OBJECT (self->sink, "%s: %d", name, value);
    g_object_notify (G_OBJECT (self->sink), name);
  }
  return changed;
}

/**
 * gst_ffs_host_state_set_connected:
 * @self: the host state
 * @connected: whether a host has configured the function. Any thread
 */
void
gst_ffs_host_state_set_connected (GstFfsHostState * self, gboolean connected)
{
  if (!connected)
    set_flag (self, "streaming", &self->streaming, FALSE);
  if (set_flag (self, "connected", &self->connected, connected) && connected) {
    g_mutex_lock (&self->lock);
    self->n_connections++;
    g_mutex_unlock (&self->lock);
  }
}

/**
 * gst_ffs_host_state_set_streaming:
 * @self: the host state
 * @streaming: whether frames flow. Any thread
 */
void
gst_ffs_host_state_set_streaming (GstFfsHostState * self, gboolean streaming)
{
  set_flag (self, "streaming", &self->streaming, streaming);
}

/* ---- what ends waits ---- */

/**
 * gst_ffs_host_state_set_wanted:
 * @self: the host state
 * @wanted: whether the host wants frames. Any thread
 */
void
gst_ffs_host_state_set_wanted (GstFfsHostState * self, gboolean wanted)
{
  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->wanted, wanted);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
gst_ffs_host_state_set_flushing (GstFfsHostState * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (self->stream)
    gst_ffs_stream_set_flushing (self->stream, flushing);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_host_state_set_ending:
 * @self: the host state
 * @ending: whether the stream is about to end, so that no frame is to wait for
 * a host. Any thread
 */
void
gst_ffs_host_state_set_ending (GstFfsHostState * self, gboolean ending)
{
  g_mutex_lock (&self->lock);
  self->ending = ending;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_ffs_host_state_is_wanted (GstFfsHostState * self)
{
  return g_atomic_int_get (&self->wanted);
}

/* ---- without a host ---- */

/**
 * gst_ffs_host_state_drops:
 * @self: the host state
 *
 * Streaming thread.
 *
 * Returns: whether to drop frames, rather than to wait
 */
gboolean
gst_ffs_host_state_drops (GstFfsHostState * self)
{
  GstFfsIdlePolicy policy;
  gboolean ending;

  g_mutex_lock (&self->lock);
  policy = self->policy;
  ending = self->ending;
  g_mutex_unlock (&self->lock);
  if (ending)
    return TRUE;
  if (policy != GST_FFS_IDLE_AUTO)
    return policy == GST_FFS_IDLE_DROP;

  /* Not to be remembered: a camera may not know before it has caps. */
  self->upstream_live =
      gst_ffs_upstream_is_live (GST_BASE_SINK_PAD (self->sink));
  return self->upstream_live;
}

/**
 * gst_ffs_host_state_tell_dropped:
 * @self: the host state, of which gst_ffs_host_state_drops() has been asked
 *
 * A frame of a source that had better be stopped was dropped: says so, once.
 * Streaming thread.
 */
void
gst_ffs_host_state_tell_dropped (GstFfsHostState * self)
{
  GstFfsIdlePolicy policy;

  g_mutex_lock (&self->lock);
  policy = self->policy;
  g_mutex_unlock (&self->lock);
  /* With an application's ep0 only a frame finds out that there is a host. */
  if (self->own && policy == GST_FFS_IDLE_AUTO && self->upstream_live
      && g_atomic_int_compare_and_exchange (&self->told_dropped, FALSE, TRUE))
    gst_ffs_demand_post (GST_ELEMENT (self->sink), GST_FFS_DEMAND_DROPPED);
}

/**
 * gst_ffs_host_state_count_drop:
 * @self: the host state
 * @unfit: whether there is a host, that wants other frames
 */
void
gst_ffs_host_state_count_drop (GstFfsHostState * self, gboolean unfit)
{
  g_mutex_lock (&self->lock);
  if (unfit)
    self->n_unfit++;
  else
    self->n_without_host++;
  g_mutex_unlock (&self->lock);
}

/* Until there is news; @for_a_while: not for longer than it takes to look again.
 * FALSE if flushing. */
static gboolean
wait_news (GstFfsHostState * self, gboolean for_a_while)
{
  gint64 deadline = g_get_monotonic_time () + HOST_CHECK_INTERVAL;
  gboolean flushing;

  g_mutex_lock (&self->lock);
  if (!self->flushing && !self->ending) {
    /* Nothing tells that an application's host has come. */
    if (for_a_while || self->wanted)
      g_cond_wait_until (&self->cond, &self->lock, deadline);
    else
      g_cond_wait (&self->cond, &self->lock);
  }
  flushing = self->flushing;
  g_mutex_unlock (&self->lock);
  return !flushing;
}

/**
 * gst_ffs_host_state_pause:
 * @self: the host state
 *
 * Waits for a moment, or until the host wants something else. Streaming thread.
 */
void
gst_ffs_host_state_pause (GstFfsHostState * self)
{
  wait_news (self, TRUE);
}

/**
 * gst_ffs_host_state_wait:
 * @self: the host state
 * @err: (out): errno of the endpoint
 *
 * Waits for a host that takes frames. Streaming thread.
 *
 * Returns: %GST_FFS_OK, %GST_FFS_NOT_ENABLED if the frame is to be dropped
 * instead, %GST_FFS_INTERRUPTED if flushing, or what is wrong with the
 * endpoint
 */
GstFfsMeaning
gst_ffs_host_state_wait (GstFfsHostState * self, gint * err)
{
  /* As a rule it is there already. */
  *err = 0;
  if (gst_ffs_host_state_is_wanted (self)
      && (self->own || g_atomic_int_get (&self->connected))
      && gst_ffs_stream_is_enabled (self->stream))
    return GST_FFS_OK;

  while (TRUE) {
    GstFfsMeaning meaning = GST_FFS_NOT_ENABLED;

    *err = 0;
    if (gst_ffs_host_state_is_wanted (self)) {
      *err = gst_ffs_stream_probe (self->stream);
      meaning = gst_ffs_meaning (GST_FFS_CALL_PROBE, *err);
      /* What ep0 says is newer than what the endpoint said just now. */
      if (!self->own && meaning == GST_FFS_OK)
        gst_ffs_host_state_set_connected (self, TRUE);
      if (meaning != GST_FFS_NOT_ENABLED && meaning != GST_FFS_GONE)
        return meaning;
      if (!self->own)
        gst_ffs_host_state_set_connected (self, FALSE);
    }

    if (gst_ffs_host_state_drops (self))
      return GST_FFS_NOT_ENABLED;
    if (!wait_news (self, FALSE))
      return GST_FFS_INTERRUPTED;
  }
}

/**
 * gst_ffs_host_state_refused:
 * @self: the host state
 * @again: whether the same frame was refused before
 *
 * The kernel has refused a frame although the endpoint was said to be enabled:
 * the host has left in between, or the controller is in no state to take
 * transfers.  Streaming thread.
 *
 * Returns: %GST_FFS_OK if the frame is to be sent again, after a while if it
 * was refused before, %GST_FFS_NOT_ENABLED if it is to be dropped instead,
 * %GST_FFS_INTERRUPTED if flushing
 */
GstFfsMeaning
gst_ffs_host_state_refused (GstFfsHostState * self, gboolean again)
{
  if (!self->own && gst_ffs_stream_probe (self->stream) != 0)
    gst_ffs_host_state_set_connected (self, FALSE);
  if (gst_ffs_host_state_drops (self))
    return GST_FFS_NOT_ENABLED;
  return again && !wait_news (self, TRUE) ? GST_FFS_INTERRUPTED : GST_FFS_OK;
}

/**
 * gst_ffs_host_state_add_stats:
 * @self: the host state
 * @s: the base class's
 *
 * Adds ours.  Before 1.24 the base class takes all frames for rendered.
 */
void
gst_ffs_host_state_add_stats (GstFfsHostState * self, GstStructure * s)
{
#ifndef GST_BASE_SINK_FLOW_DROPPED
  guint64 rendered = 0, dropped = 0, ours;
#endif

  g_mutex_lock (&self->lock);
#ifndef GST_BASE_SINK_FLOW_DROPPED
  gst_structure_get (s, "rendered", G_TYPE_UINT64, &rendered,
      "dropped", G_TYPE_UINT64, &dropped, NULL);
  ours = MIN (self->n_without_host + self->n_unfit, rendered);
  gst_structure_set (s, "rendered", G_TYPE_UINT64, rendered - ours,
      "dropped", G_TYPE_UINT64, dropped + ours, NULL);
#endif
  gst_structure_set (s,
      "frames-without-host", G_TYPE_UINT64, self->n_without_host,
      "connections", G_TYPE_UINT64, self->n_connections,
      "frames-unfit", G_TYPE_UINT64, self->n_unfit, NULL);
  g_mutex_unlock (&self->lock);
}

/* ---- what the host says ---- */

void
gst_ffs_host_init (GstFfsHost * self, GstBaseSink * sink,
    GstFfsHostState * state)
{
  self->sink = sink;
  self->state = state;
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
 */
void
gst_ffs_host_open (GstFfsHost * self, GstFfsStream * stream)
{
  g_mutex_lock (&self->lock);
  self->stream = stream;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_host_set_profile:
 * @self: the host
 * @profile: (nullable): the class of camera that it sees or will see, if ep0 is
 * ours, until gst_ffs_host_close()
 */
void
gst_ffs_host_set_profile (GstFfsHost * self, GstFfsProfile * profile)
{
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

/* Returns: whether ep0 is ours. Any thread */
gboolean
gst_ffs_host_is_own (GstFfsHost * self)
{
  gboolean own;

  GST_OBJECT_LOCK (self->sink);
  own = self->profile != NULL;
  GST_OBJECT_UNLOCK (self->sink);
  return own;
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

/* Takes back what is on its way, and sends nothing more. Any thread. */
void
gst_ffs_host_halt (GstFfsHost * self)
{
  g_mutex_lock (&self->lock);
  if (self->stream)
    gst_ffs_stream_halt (self->stream, HALT_TIMEOUT);
  g_mutex_unlock (&self->lock);
}

/* Lets frames through again, if they are wanted. Any thread. */
void
gst_ffs_host_resume (GstFfsHost * self)
{
  g_mutex_lock (&self->lock);
  if (self->stream)
    gst_ffs_stream_resume (self->stream);
  g_mutex_unlock (&self->lock);
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

  gst_ffs_host_resume (self);
  gst_ffs_host_state_set_wanted (self->state, TRUE);
  gst_ffs_host_state_set_streaming (self->state, TRUE);
  gst_ffs_demand_post (GST_ELEMENT (self->sink), GST_FFS_DEMAND_WANTED);

  /* A host that comes while an encoder runs waits for its next key frame,
   * which must not come while frames are dropped. */
  gst_pad_push_event (pad, gst_video_event_new_upstream_force_key_unit
      (GST_CLOCK_TIME_NONE, TRUE, 0));
}

/* What is queued would be the first that the next stream sees. */
static void
stop (GstFfsHost * self)
{
  /* A frame that is dropped from now on finds that known. */
  gst_ffs_demand_post (GST_ELEMENT (self->sink), GST_FFS_DEMAND_UNWANTED);
  g_atomic_int_set (&self->state->told_dropped, FALSE);
  gst_ffs_host_state_set_wanted (self->state, FALSE);
  gst_ffs_host_halt (self);
  gst_ffs_host_state_set_streaming (self->state, FALSE);
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
  gst_ffs_host_state_set_connected (self->state, enabled);
}

/**
 * gst_ffs_host_get_waiting:
 * @host: the host
 *
 * Returns: as gst_ffs_stream_get_waiting()
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
