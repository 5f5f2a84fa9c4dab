/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsHostState: tracks whether a host wants frames, and decides what to do
 * with frames while none does.
 *
 * If the element serves ep0, the host starts and stops the stream. With an
 * application's ep0, a host wants frames when it has configured the function,
 * which only a query of the endpoint can tell.
 *
 * GstFfsHost: acts on the host's requests: allows or cancels frames, and
 * notifies upstream, the parent bin and the application.
 *
 * Ownership: both are embedded in the element and hold no references on the
 * stream, the profile and each other.
 *
 * Locking: the state's lock protects all but the presence and is taken before
 * the stream's. The profile's threads call the host
 * without locks; the host's lock keeps the stream open for them and is taken
 * before the stream's locks. No signal, event or message is sent with it held.
 */

#include "function/gstffsupstream.h"
#include "gstffsdemand.h"
#include "gstffshoststate.h"
#include "transport/gstffserror.h"

/* Poll interval for a host, since endpoint files cannot be polled. */
#define HOST_CHECK_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

/* How long a controller may take to complete cancelled transfers. */
#define HALT_TIMEOUT (5 * GST_SECOND)

void
gst_ffs_host_state_init (GstFfsHostState * self, GstBaseSink * sink)
{
  self->sink = sink;
  gst_ffs_presence_init (&self->presence, GST_ELEMENT (sink));
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
 * @own: whether the element serves ep0, so that the host starts and stops the
 * stream
 */
void
gst_ffs_host_state_open (GstFfsHostState * self, gboolean own)
{
  self->own = own;
  gst_ffs_presence_reset (&self->presence);
  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->wanted, !own);
  self->n_without_host = self->n_unfit = 0;
  self->upstream_live = FALSE;
  g_atomic_int_set (&self->told_dropped, FALSE);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_host_state_set_stream:
 * @self: the host state
 * @stream: the stream, valid until gst_ffs_host_state_close()
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
  gst_ffs_presence_set_connected (&self->presence, FALSE);
}

/**
 * gst_ffs_host_state_set_policy:
 * @self: the host state
 * @policy: what to do with frames without a host. Any thread
 */
void
gst_ffs_host_state_set_policy (GstFfsHostState * self, GstFfsIdlePolicy policy)
{
  g_mutex_lock (&self->lock);
  self->policy = policy;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* ---- ending waits ---- */

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
 * @ending: whether the stream is about to end, so that no frame waits for a
 * host. Any thread
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
 * Returns: whether to drop frames instead of waiting
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

  /* Not cached: a camera may not know before it has caps. */
  self->upstream_live =
      gst_ffs_upstream_is_live (GST_BASE_SINK_PAD (self->sink));
  return self->upstream_live;
}

/**
 * gst_ffs_host_state_tell_dropped:
 * @self: the host state, after gst_ffs_host_state_drops()
 *
 * Reports, once, that a frame of a source that should be stopped was dropped.
 * Streaming thread.
 */
void
gst_ffs_host_state_tell_dropped (GstFfsHostState * self)
{
  GstFfsIdlePolicy policy;

  g_mutex_lock (&self->lock);
  policy = self->policy;
  g_mutex_unlock (&self->lock);
  /* With an application's ep0 only a frame detects a host. */
  if (self->own && policy == GST_FFS_IDLE_AUTO && self->upstream_live
      && g_atomic_int_compare_and_exchange (&self->told_dropped, FALSE, TRUE))
    gst_ffs_demand_post (GST_ELEMENT (self->sink), GST_FFS_DEMAND_DROPPED);
}

/**
 * gst_ffs_host_state_count_drop:
 * @self: the host state
 * @unfit: whether a host wants other frames
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

/* Waits for a change; @for_a_while: at most for the poll interval. Returns
 * FALSE if flushing. */
static gboolean
wait_news (GstFfsHostState * self, gboolean for_a_while)
{
  gint64 deadline = g_get_monotonic_time () + HOST_CHECK_INTERVAL;
  gboolean flushing;

  g_mutex_lock (&self->lock);
  if (!self->flushing && !self->ending) {
    /* There is no event for the host of an application's ep0. */
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
 * Waits for the poll interval, or until the host's selection changes.
 * Streaming thread.
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
 * Waits for a host that wants frames. Streaming thread.
 *
 * Returns: %GST_FFS_OK, %GST_FFS_NOT_ENABLED to drop the frame,
 * %GST_FFS_INTERRUPTED if flushing, or an error of the endpoint
 */
GstFfsMeaning
gst_ffs_host_state_wait (GstFfsHostState * self, gint * err)
{
  /* The common case. */
  *err = 0;
  if (gst_ffs_host_state_is_wanted (self)
      && (self->own || gst_ffs_presence_is_connected (&self->presence))
      && gst_ffs_stream_is_enabled (self->stream))
    return GST_FFS_OK;

  while (TRUE) {
    GstFfsMeaning meaning = GST_FFS_NOT_ENABLED;

    *err = 0;
    if (gst_ffs_host_state_is_wanted (self)) {
      *err = gst_ffs_stream_probe (self->stream);
      meaning = gst_ffs_meaning (GST_FFS_CALL_PROBE, *err);
      /* ep0 is more recent than the result of the endpoint query. */
      if (!self->own && meaning == GST_FFS_OK)
        gst_ffs_presence_set_connected (&self->presence, TRUE);
      if (meaning != GST_FFS_NOT_ENABLED && meaning != GST_FFS_GONE)
        return meaning;
      if (!self->own)
        gst_ffs_presence_set_connected (&self->presence, FALSE);
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
 * @again: whether the same frame was rejected before
 *
 * The kernel rejected a frame although the endpoint was enabled: the host has
 * disconnected meanwhile, or the controller cannot accept transfers at the
 * moment. Streaming thread.
 *
 * Returns: %GST_FFS_OK to send the frame again, after a delay if it was
 * rejected before, %GST_FFS_NOT_ENABLED to drop it, %GST_FFS_INTERRUPTED if
 * flushing
 */
GstFfsMeaning
gst_ffs_host_state_refused (GstFfsHostState * self, gboolean again)
{
  if (!self->own && gst_ffs_stream_probe (self->stream) != 0)
    gst_ffs_presence_set_connected (&self->presence, FALSE);
  if (gst_ffs_host_state_drops (self))
    return GST_FFS_NOT_ENABLED;
  return again && !wait_news (self, TRUE) ? GST_FFS_INTERRUPTED : GST_FFS_OK;
}

/**
 * gst_ffs_host_state_add_stats:
 * @self: the host state
 * @s: stats of the base class
 *
 * Adds the fields of the host state. Before 1.24 the base class counts all
 * frames as rendered.
 */
void
gst_ffs_host_state_add_stats (GstFfsHostState * self, GstStructure * s)
{
#ifndef GST_BASE_SINK_FLOW_DROPPED
  guint64 rendered = 0, dropped = 0, ignored;
#endif

  g_mutex_lock (&self->lock);
#ifndef GST_BASE_SINK_FLOW_DROPPED
  gst_structure_get (s, "rendered", G_TYPE_UINT64, &rendered,
      "dropped", G_TYPE_UINT64, &dropped, NULL);
  ignored = MIN (self->n_without_host + self->n_unfit, rendered);
  gst_structure_set (s, "rendered", G_TYPE_UINT64, rendered - ignored,
      "dropped", G_TYPE_UINT64, dropped + ignored, NULL);
#endif
  gst_structure_set (s,
      "frames-without-host", G_TYPE_UINT64, self->n_without_host,
      "frames-unfit", G_TYPE_UINT64, self->n_unfit, NULL);
  g_mutex_unlock (&self->lock);
  gst_ffs_presence_add_stats (&self->presence, s);
}

/* ---- the host's requests ---- */

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
 * @stream: the stream that it starts and stops, valid until
 * gst_ffs_host_close()
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
 * @profile: (nullable): the profile, if the element serves ep0, valid until
 * gst_ffs_host_close()
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

/* Returns: (transfer full) (nullable): the profile. Any thread */
GstFfsProfile *
gst_ffs_host_get_profile (GstFfsHost * self)
{
  GstFfsProfile *profile;

  GST_OBJECT_LOCK (self->sink);
  profile = self->profile ? gst_object_ref (self->profile) : NULL;
  GST_OBJECT_UNLOCK (self->sink);
  return profile;
}

/* Returns: whether the element serves ep0. Any thread */
gboolean
gst_ffs_host_is_own (GstFfsHost * self)
{
  gboolean own;

  GST_OBJECT_LOCK (self->sink);
  own = self->profile != NULL;
  GST_OBJECT_UNLOCK (self->sink);
  return own;
}

/* The host's selection or upstream's caps may have changed. Any thread. */
void
gst_ffs_host_set_check_fit (GstFfsHost * self)
{
  g_atomic_int_set (&self->check_fit, TRUE);
}

/**
 * gst_ffs_host_take_check_fit:
 * @self: the host
 *
 * Returns: whether one of the two may have changed since the last call
 */
gboolean
gst_ffs_host_take_check_fit (GstFfsHost * self)
{
  return g_atomic_int_compare_and_exchange (&self->check_fit, TRUE, FALSE);
}

/* Cancels the frames in flight and sends no more. Any thread. */
void
gst_ffs_host_halt (GstFfsHost * self)
{
  g_mutex_lock (&self->lock);
  if (self->stream)
    gst_ffs_stream_halt (self->stream, HALT_TIMEOUT);
  g_mutex_unlock (&self->lock);
}

/* Allows frames again, if wanted. Any thread. */
void
gst_ffs_host_resume (GstFfsHost * self)
{
  g_mutex_lock (&self->lock);
  if (self->stream)
    gst_ffs_stream_resume (self->stream);
  g_mutex_unlock (&self->lock);
}

/* ---- callbacks of the profile ---- */

static void
reconfigure (GstFfsHost * self)
{
  GstPad *pad = GST_BASE_SINK_PAD (self->sink);
  GstFfsProfile *profile = gst_ffs_host_get_profile (self);

  if (profile && gst_pad_has_current_caps (pad)
      && !gst_ffs_profile_fits (profile, pad))
    gst_pad_push_event (pad, gst_event_new_reconfigure ());
  gst_clear_object (&profile);
  gst_ffs_host_set_check_fit (self);
}

static void
request_key_frame (GstFfsHost * self)
{
  gst_pad_push_event (GST_BASE_SINK_PAD (self->sink),
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE,
          0));
}

static void
start (GstFfsHost * self)
{
  reconfigure (self);
  gst_ffs_host_resume (self);
  gst_ffs_host_state_set_wanted (self->state, TRUE);
  gst_ffs_presence_set_streaming (&self->state->presence, TRUE);
  gst_ffs_demand_post (GST_ELEMENT (self->sink), GST_FFS_DEMAND_WANTED);

  /* A host that connects to a running encoder waits for the next key frame,
   * which must not be produced while frames are dropped. */
  request_key_frame (self);
}

/* Cancel queued frames, which the next stream would receive first. */
static void
stop (GstFfsHost * self)
{
  /* Set before frames are dropped, so that they see it. */
  gst_ffs_demand_post (GST_ELEMENT (self->sink), GST_FFS_DEMAND_UNWANTED);
  g_atomic_int_set (&self->state->told_dropped, FALSE);
  gst_ffs_host_state_set_wanted (self->state, FALSE);
  gst_ffs_host_halt (self);
  gst_ffs_presence_set_streaming (&self->state->presence, FALSE);
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
 * gst_ffs_host_renegotiate:
 * @host: the host
 *
 * The host wants frames of other caps in the stream that runs.
 */
void
gst_ffs_host_renegotiate (gpointer host)
{
  reconfigure (host);
  request_key_frame (host);
}

/**
 * gst_ffs_host_set_enabled:
 * @enabled: whether a host has configured the function
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
  gst_ffs_presence_set_connected (&self->state->presence, enabled);
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
