/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-ffsdmabufsink
 * @title: ffsdmabufsink
 * @short_description: sends dmabufs to a USB host without a copy
 *
 * Queues the dmabufs of video buffers on a bulk IN endpoint of a Linux USB
 * gadget function (FunctionFS). The USB controller reads the frame from the
 * memory that the camera or encoder wrote; the CPU does not read it, unless
 * the frame has to be copied (see #GstFfsDmabufSink:copy-mode). The sink
 * releases a buffer when the controller has completed its transfer.
 *
 * If #GstFfsDmabufSink:gadget or #GstFfsDmabufSink:function is set, the
 * element serves ep0 itself, and #GstFfsDmabufSink:profile selects the class
 * of the function: its descriptors, control requests and framing. With
 * #GstFfsDmabufSink:endpoint or #GstFfsDmabufSink:fd an application serves ep0
 * (for example examples/ffs-ep0.c), and the buffers are sent back to back
 * without a header.
 *
 * When the host disconnects, the buffers in flight are released and the
 * pipeline stays in PLAYING. The next host receives whole frames.
 *
 * If it serves ep0, the element posts element messages with the structure
 * "ffs-frames". The field "demand" is "wanted" when a host starts the stream,
 * "unwanted" when the stream ends, and "dropped" when a live source then still
 * produces a frame (once, and not with without-host=drop). ffscamerabin stops
 * the source on that message; an application can do the same.
 *
 * Needs Linux 6.9 or the patches in kernel/, and a device controller with
 * scatter-gather. Otherwise the element sends copies, depending on
 * #GstFfsDmabufSink:copy-mode.
 *
 * ## Example
 * |[
 * gst-launch-1.0 v4l2src io-mode=dmabuf ! video/x-raw,format=YUY2 ! ffsdmabufsink endpoint=/dev/ffs-camera/ep1
 * ]|
 *
 * Since: 0.1
 */

#include <errno.h>

#include "gstffscaps.h"
#include "gstffsdmabufsink.h"
#include "gstffscamera.h"
#include "gstffsending.h"
#include "gstffshoststate.h"
#include "gstffsreport.h"
#include "gstffssettings.h"
#include "gstffsstream.h"
#include "gstffsunfit.h"
#include "transport/gstffsdebug.h"

GST_DEBUG_CATEGORY (gst_ffs_function_debug);
GST_DEBUG_CATEGORY (gst_ffs_transport_debug);
GST_DEBUG_CATEGORY_STATIC (gst_ffs_dmabuf_sink_debug);
#undef GST_CAT_DEFAULT
#define GST_CAT_DEFAULT gst_ffs_dmabuf_sink_debug

/* How long a controller may take to complete cancelled transfers. */
#define SHUTDOWN_TIMEOUT (5 * GST_SECOND)

/* How long upstream waits for its buffers while the host does not read. */
#define GIVE_BACK_TIMEOUT GST_SECOND

/* Before 1.24 the base class does not know dropped frames. */
#ifdef GST_BASE_SINK_FLOW_DROPPED
#define DROPPED GST_BASE_SINK_FLOW_DROPPED
#else
#define DROPPED GST_FLOW_OK
#endif

struct _GstFfsDmabufSink
{
  GstBaseSink parent;

  /* Properties; protected by the object lock. */
  GstFfsSettings settings;

  GstFfsHostState state;
  GstFfsHost host;
  GstFfsEnding ending;

  /* Open in PAUSED and PLAYING, then kept for its statistics. Written with the
   * object lock held. */
  GstFfsStream *stream;
  gboolean open;

  /* In PAUSED and PLAYING. */
  GstFfsOpened opened;

  /* Streaming thread. */
  gboolean fits;                /* caps are the host's selection */
  guint64 n_frames;
  guint copies_told;            /* bit mask of reasons */
  GstFfsUnfit unfit;
  gboolean have_info;
  GstVideoInfo info;

  gint failed;                  /* atomic: an error was posted */
};

G_DEFINE_FINAL_TYPE (GstFfsDmabufSink, gst_ffs_dmabuf_sink, GST_TYPE_BASE_SINK);
GST_ELEMENT_REGISTER_DEFINE (ffsdmabufsink, "ffsdmabufsink", GST_RANK_NONE,
    GST_TYPE_FFS_DMABUF_SINK);

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

/* ---- sending ---- */

/* Any thread. Only the first error is posted. */
static GstFlowReturn
fail (GstFfsDmabufSink * self, const GstFfsStreamResult * result)
{
  if (g_atomic_int_compare_and_exchange (&self->failed, FALSE, TRUE))
    gst_ffs_report_failure (GST_ELEMENT (self), result,
        gst_ffs_stream_get_name (self->stream));
  return GST_FLOW_ERROR;
}

/* Called by the stream for a frame that was lost, and for the next one that
 * arrives. */
static void
frame_done (guint64 frame, gint err, gpointer user_data)
{
  GstFfsDmabufSink *self = user_data;
  gboolean fatal;

  switch (gst_ffs_meaning (GST_FFS_CALL_FENCE, err)) {
    case GST_FFS_OK:
      if (self->opened.profile == NULL)
        gst_ffs_presence_set_streaming (&self->state.presence, TRUE);
      return;
    case GST_FFS_GONE:
      GST_DEBUG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": host gone", frame);
      if (self->opened.profile == NULL)
        gst_ffs_presence_set_streaming (&self->state.presence, FALSE);
      return;
    case GST_FFS_CANCELLED:
      GST_DEBUG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": cancelled", frame);
      return;
    default:
      break;
  }

  GST_WARNING_OBJECT (self, "frame %" G_GUINT64_FORMAT ": lost: %s", frame,
      g_strerror (err));
  GST_OBJECT_LOCK (self);
  fatal = self->settings.transfer_errors == GST_FFS_ERROR_FAIL;
  GST_OBJECT_UNLOCK (self);
  if (fatal) {
    const GstFfsStreamResult result = {.call = GST_FFS_CALL_FENCE,.err = err };

    fail (self, &result);
  }
}

static void
send_frame (GstFfsDmabufSink * self, GstBuffer * buffer, guint64 frame,
    GstFfsStreamResult * result)
{
  GstFfsStreamPolicy policy = { 0, };

  policy.copy_mode = g_atomic_int_get (&self->settings.copy_mode);
  policy.remove_padding = g_atomic_int_get (&self->settings.remove_padding);
  policy.info = self->have_info ? &self->info : NULL;
  policy.profile = self->opened.profile;
  if (policy.profile && gst_ffs_profile_describe (policy.profile)->tight)
    policy.remove_padding = TRUE;

  gst_ffs_stream_send (self->stream, buffer, frame, &policy, result);
  if (result->meaning == GST_FFS_OK
      && result->reason != GST_FFS_COPY_REASON_NONE)
    gst_ffs_report_copy (GST_ELEMENT (self), frame, result->reason,
        &self->copies_told);
}

static GstFlowReturn
drop (GstFfsDmabufSink * self, guint64 frame)
{
  GST_LOG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": dropped, no host", frame);
  gst_ffs_host_state_count_drop (&self->state, FALSE);
  gst_ffs_host_state_tell_dropped (&self->state);
  return DROPPED;
}

/* @caps: whether the caps do not fit; else the profile rejected the frame and
 * has logged why. */
static GstFlowReturn
drop_unfit (GstFfsDmabufSink * self, guint64 frame, gboolean caps)
{
  gboolean tell, pause;

  GST_LOG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": dropped, does not match "
      "the host's selection", frame);
  gst_ffs_host_state_count_drop (&self->state, TRUE);
  pause = gst_ffs_unfit_add (&self->unfit, gst_util_get_timestamp (), &tell);
  if (tell && caps)
    gst_ffs_report_unfit (GST_ELEMENT (self), GST_BASE_SINK_PAD (self),
        self->opened.profile);
  /* A live source paces itself. */
  if (pause && !gst_ffs_host_state_drops (&self->state))
    gst_ffs_host_state_pause (&self->state);
  return DROPPED;
}

/* Whether the frame fits the host's selection. Upstream may send a few others
 * until it has renegotiated. */
static gboolean
frames_fit (GstFfsDmabufSink * self)
{
  GstFfsProfile *profile = self->opened.profile;

  if (profile && gst_ffs_host_take_check_fit (&self->host)) {
    self->fits = gst_ffs_profile_take_caps (profile, GST_BASE_SINK_PAD (self));
    gst_ffs_unfit_reset (&self->unfit);
    GST_DEBUG_OBJECT (self, "caps %s the host's selection",
        self->fits ? "match" : "do not match");
  }
  return profile == NULL || self->fits;
}

/* After a frame that was the last of its caps. The host has to read it before
 * upstream gets its buffers back. */
static GstFfsMeaning
follow_host (GstFfsDmabufSink * self)
{
  GstFfsProfile *profile = self->opened.profile;

  if (profile == NULL || !gst_ffs_profile_has_changed (profile))
    return GST_FFS_OK;
  /* A host that does not read ends the stream, which cancels the frame. */
  if (gst_ffs_stream_drain (self->stream, GST_CLOCK_TIME_NONE) == EINTR)
    return GST_FFS_INTERRUPTED;
  gst_ffs_profile_renegotiate (profile);
  return GST_FFS_OK;
}

static GstFlowReturn
refuse_without_caps (GstFfsDmabufSink * self)
{
  if (g_atomic_int_compare_and_exchange (&self->failed, FALSE, TRUE))
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("Upstream sends frames without caps, which the host needs. Add a "
            "parser or a capsfilter."), (NULL));
  return GST_FLOW_ERROR;
}

static GstFlowReturn
render (GstBaseSink * bsink, GstBuffer * buffer)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK_CAST (bsink);
  GstFfsStreamResult result = { 0, };
  GstFlowReturn ret = GST_FLOW_OK;
  guint64 frame = self->n_frames++;
  gboolean refused = FALSE, again;
  guint n_lost;

  /* Some encoders continue after an error; the host must not get frames after
   * a missing one. */
  if (g_atomic_int_get (&self->failed))
    return GST_FLOW_ERROR;
  if (!self->open)
    return refuse_without_caps (self);
  GST_LOG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": %" GST_PTR_FORMAT, frame,
      buffer);

  n_lost = gst_ffs_stream_take_lost (self->stream);
  if (n_lost > 0)
    gst_ffs_report_lost (GST_ELEMENT (self), n_lost);

  do {
    result.call = GST_FFS_CALL_PROBE;
    result.meaning = gst_ffs_host_state_wait (&self->state, &result.err);
    if (result.meaning == GST_FFS_NOT_ENABLED)
      return drop (self, frame);
    if (result.meaning == GST_FFS_OK)
      result.meaning = follow_host (self);
    if (result.meaning == GST_FFS_OK) {
      if (!frames_fit (self))
        return drop_unfit (self, frame, TRUE);
      send_frame (self, buffer, frame, &result);
    }
    /* The next host gets the whole frame or nothing of it. */
    again = result.meaning == GST_FFS_NOT_ENABLED
        || result.meaning == GST_FFS_GONE;
    if (again) {
      result.meaning = gst_ffs_host_state_refused (&self->state, refused);
      refused = TRUE;
    }

    switch (result.meaning) {
      case GST_FFS_OK:
        gst_ffs_unfit_reset (&self->unfit);
        break;
      case GST_FFS_INTERRUPTED:
        ret = gst_base_sink_wait_preroll (bsink);
        if (ret != GST_FLOW_OK) {
          gst_ffs_stream_abandon (self->stream);
          return ret;
        }
        again = TRUE;
        break;
      case GST_FFS_NOT_ENABLED:
        return drop (self, frame);
      case GST_FFS_CANCELLED:
        return drop_unfit (self, frame, FALSE);
      default:
        return fail (self, &result);
    }
  } while (again);

  while (ret == GST_FLOW_OK && follow_host (self) == GST_FFS_INTERRUPTED)
    ret = gst_base_sink_wait_preroll (bsink);
  /* Wait here and not before the next frame, so that the sink never holds more
   * than max-in-flight buffers. */
  while (ret == GST_FLOW_OK && gst_ffs_stream_wait_slot (self->stream) == EINTR)
    ret = gst_base_sink_wait_preroll (bsink);
  return ret;
}

static gboolean
unlock (GstBaseSink * bsink)
{
  gst_ffs_host_state_set_flushing (&GST_FFS_DMABUF_SINK (bsink)->state, TRUE);
  return TRUE;
}

static gboolean
unlock_stop (GstBaseSink * bsink)
{
  gst_ffs_host_state_set_flushing (&GST_FFS_DMABUF_SINK (bsink)->state, FALSE);
  return TRUE;
}

/* ---- statistics ---- */

static GstStructure *
get_stats (GstFfsDmabufSink * self)
{
  GstStructure *s = gst_base_sink_get_stats (GST_BASE_SINK (self));

  gst_ffs_host_state_add_stats (&self->state, s);
  GST_OBJECT_LOCK (self);
  if (self->stream)
    gst_ffs_stream_add_stats (self->stream, s);
  GST_OBJECT_UNLOCK (self);
  return s;
}

/* ---- opening and closing ---- */

/* Creates the stream. Returns FALSE after posting an error. */
static gboolean
start_stream (GstFfsDmabufSink * self)
{
  GstFfsStream *stream, *old;

  stream = gst_ffs_stream_new (self->opened.endpoint, self->opened.allocator,
      frame_done, self);
  GST_OBJECT_LOCK (self);
  gst_ffs_stream_set_max_in_flight (stream, self->settings.max_in_flight);
  old = self->stream;
  self->stream = stream;
  self->open = TRUE;
  GST_OBJECT_UNLOCK (self);
  gst_ffs_host_open (&self->host, stream);
  gst_ffs_host_state_set_stream (&self->state, stream);
  g_clear_pointer (&old, gst_ffs_stream_free);

  return self->opened.camera == NULL
      || gst_ffs_camera_bind (self->opened.camera);
}

static void
close_stream (GstFfsDmabufSink * self)
{
  gboolean was_open = self->open;
  GstStructure *stats;

  /* Unpatched kernels dereference a NULL pointer on DETACH while the function
   * is being unbound, and upstream may free buffers at this point. */
  if (was_open && self->opened.camera)
    gst_ffs_stream_set_disabled (self->stream);
  if (self->opened.camera)
    gst_ffs_camera_unbind (self->opened.camera);
  gst_ffs_ending_over (&self->ending);
  gst_ffs_host_state_close (&self->state);
  gst_ffs_host_close (&self->host);
  GST_OBJECT_LOCK (self);
  self->open = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (was_open && !gst_ffs_stream_close (self->stream, SHUTDOWN_TIMEOUT))
    GST_ELEMENT_WARNING (self, RESOURCE, BUSY,
        ("The USB device controller does not complete cancelled transfers; "
            "their buffers are released when it does."), (NULL));
  gst_ffs_close (&self->opened);
  gst_ffs_presence_set_connected (&self->state.presence, FALSE);

  stats = get_stats (self);
  GST_INFO_OBJECT (self, "final stats: %" GST_PTR_FORMAT, stats);
  gst_structure_free (stats);
}

static void
reset (GstFfsDmabufSink * self, gboolean own)
{
  GstFfsStream *old;

  gst_ffs_host_state_open (&self->state, own);
  self->n_frames = 0;
  self->copies_told = 0;
  self->have_info = FALSE;
  gst_ffs_unfit_reset (&self->unfit);
  g_atomic_int_set (&self->failed, FALSE);

  /* Drop the counters of the last run. */
  GST_OBJECT_LOCK (self);
  old = g_steal_pointer (&self->stream);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&old, gst_ffs_stream_free);
}

static gboolean
open_stream (GstFfsDmabufSink * self)
{
  GstFfsSettings settings;
  gboolean ok;

  GST_OBJECT_LOCK (self);
  gst_ffs_settings_copy (&self->settings, &settings);
  GST_OBJECT_UNLOCK (self);
  reset (self, settings.function || settings.gadget);
  ok = gst_ffs_open (GST_ELEMENT (self), GST_BASE_SINK_PAD (self), &settings,
      &self->host, &self->opened);
  gst_ffs_settings_clear (&settings);
  if (!ok)
    return FALSE;

  gst_ffs_host_set_profile (&self->host, self->opened.profile);
  /* Without an endpoint, wait for upstream's caps. */
  if (self->opened.endpoint == NULL || start_stream (self))
    return TRUE;
  close_stream (self);
  return FALSE;
}

/* ---- negotiation and events ---- */

static GstCaps *
get_caps (GstBaseSink * bsink, GstCaps * filter)
{
  GstFfsProfile *profile =
      gst_ffs_host_get_profile (&GST_FFS_DMABUF_SINK (bsink)->host);
  GstCaps *caps, *wanted;

  caps = filter ? gst_ffs_caps_filter (gst_caps_ref (filter)) :
      gst_caps_new_any ();
  if (profile) {
    wanted = gst_ffs_profile_get_caps (profile);
    gst_caps_take (&caps, gst_caps_intersect_full (caps, wanted,
            GST_CAPS_INTERSECT_FIRST));
    gst_caps_unref (wanted);
    gst_object_unref (profile);
  }
  return caps;
}

/* Upstream wants its buffers back, to free or reallocate them. */
static void
release_buffers (GstFfsDmabufSink * self, const gchar * why)
{
  gint err;

  if (!self->open)
    return;
  err = gst_ffs_stream_give_back (self->stream, GIVE_BACK_TIMEOUT);
  GST_DEBUG_OBJECT (self, "%s: released all buffers: %s", why,
      g_strerror (err));
}

static gboolean
set_caps (GstBaseSink * bsink, GstCaps * caps)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);
  g_autofree gchar *fault = gst_ffs_caps_find_fault (caps);
  gboolean have_info;
  GstVideoInfo info;

  if (g_atomic_int_get (&self->failed))
    return FALSE;
  if (fault) {
    g_atomic_int_set (&self->failed, TRUE);
    GST_ELEMENT_ERROR (self, STREAM, FORMAT, ("%s", fault),
        ("caps %" GST_PTR_FORMAT, caps));
    return FALSE;
  }

  gst_video_info_init (&info);
  have_info = gst_ffs_caps_get_info (caps, &info);
  if (!have_info || !self->have_info || !gst_ffs_caps_is_same_layout (&info,
          &self->info))
    release_buffers (self, "new caps");
  self->have_info = have_info;
  self->info = info;
  gst_ffs_host_set_check_fit (&self->host);
  if (self->open)
    return TRUE;
  if (gst_ffs_open_for_caps (GST_ELEMENT (self), &self->opened, caps)
      && start_stream (self))
    return TRUE;
  g_atomic_int_set (&self->failed, TRUE);
  return FALSE;
}

static gboolean
propose_allocation (GstBaseSink * bsink, GstQuery * query)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);
  GstFfsProfile *profile = self->opened.profile;
  gsize headroom = 0;
  gboolean offer_pool;
  guint min;

  /* Release upstream's old buffers before it allocates new ones. */
  release_buffers (self, "allocation query");

  GST_OBJECT_LOCK (self);
  /* The last sample of the base class holds one more buffer. */
  min = self->settings.max_in_flight
      + gst_base_sink_is_last_sample_enabled (bsink);
  offer_pool = self->settings.copy_mode != GST_FFS_COPY_ALWAYS;
  GST_OBJECT_UNLOCK (self);
  offer_pool = offer_pool && self->open
      && gst_ffs_stream_is_zero_copy (self->stream);

  if (profile && self->open && gst_ffs_stream_needs_headroom (self->stream))
    headroom = gst_ffs_profile_describe (profile)->headroom;

  gst_ffs_caps_propose_allocation (query,
      offer_pool ? self->opened.allocator : NULL, min, headroom);
  return TRUE;
}

static gboolean
query (GstBaseSink * bsink, GstQuery * query)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);

  if (GST_QUERY_TYPE (query) == GST_QUERY_DRAIN)
    release_buffers (self, "drain");
  /* The host may select other caps while upstream still renegotiates to the
   * last selection. Frames that do not fit are dropped in render(). */
  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS
      && gst_ffs_host_is_own (&self->host)) {
    gst_query_set_accept_caps_result (query, TRUE);
    return TRUE;
  }
  return GST_BASE_SINK_CLASS (gst_ffs_dmabuf_sink_parent_class)->query (bsink,
      query);
}

/* Sends the end packet of profiles that have one. */
static void
send_end (GstFfsDmabufSink * self)
{
  GstFfsStreamResult result;

  if (self->opened.profile == NULL || g_atomic_int_get (&self->failed)
      || !gst_ffs_host_state_is_wanted (&self->state) || !frames_fit (self))
    return;
  send_frame (self, NULL, self->n_frames++, &result);
  if (result.meaning == GST_FFS_INTERRUPTED)
    gst_ffs_stream_abandon (self->stream);
}

/* EOS is complete when the host has read the last frame, not when it is
 * queued. */
static gboolean
wait_eos (GstFfsDmabufSink * self)
{
  GstClockTime timeout;
  gint err;

  if (!self->open)
    return TRUE;
  GST_OBJECT_LOCK (self);
  timeout = self->settings.eos_timeout;
  GST_OBJECT_UNLOCK (self);

  send_end (self);
  GST_DEBUG_OBJECT (self, "EOS, waiting for the last fence");
  while ((err = gst_ffs_stream_drain (self->stream, timeout)) == EINTR) {
    if (gst_base_sink_wait_preroll (GST_BASE_SINK (self)) != GST_FLOW_OK)
      return FALSE;
  }
  if (err == ETIMEDOUT) {
    gst_ffs_report_unread (GST_ELEMENT (self), timeout);
    gst_ffs_stream_cancel (self->stream, SHUTDOWN_TIMEOUT);
  }
  return TRUE;
}

static gboolean
event (GstBaseSink * bsink, GstEvent * event)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      gst_ffs_ending_over (&self->ending);
      break;
    case GST_EVENT_FLUSH_STOP:
      gst_ffs_ending_over (&self->ending);
      g_atomic_int_set (&self->failed, FALSE);
      break;
    default:
      break;
  }
  return GST_BASE_SINK_CLASS (gst_ffs_dmabuf_sink_parent_class)->event (bsink,
      event);
}

/* The base class has prerolled at this point and posts EOS afterwards. */
static GstFlowReturn
wait_event (GstBaseSink * bsink, GstEvent * event)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);
  GstFlowReturn ret;

  ret = GST_BASE_SINK_CLASS (gst_ffs_dmabuf_sink_parent_class)->wait_event
      (bsink, event);
  if (ret != GST_FLOW_OK || GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return ret;
  if (!wait_eos (self))
    return GST_FLOW_FLUSHING;
  gst_ffs_ending_over (&self->ending);
  /* Do not post EOS after an error: the stream is incomplete. */
  return g_atomic_int_get (&self->failed) ? GST_FLOW_ERROR : GST_FLOW_OK;
}

/**
 * gst_ffs_dmabuf_sink_end:
 * @self: the element
 *
 * An EOS was sent to the element or a parent bin, and may be queued after a
 * frame that waits for a host. From now on frames do not wait for a host, and
 * a connected host may block for at most #GstFfsDmabufSink:eos-timeout. MT
 * safe.
 */
void
gst_ffs_dmabuf_sink_end (GstFfsDmabufSink * self)
{
  GstClockTime timeout;

  GST_OBJECT_LOCK (self);
  timeout = self->settings.eos_timeout;
  GST_OBJECT_UNLOCK (self);
  gst_ffs_ending_ask (&self->ending, timeout);
}

static gboolean
send_event (GstElement * element, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_ffs_dmabuf_sink_end (GST_FFS_DMABUF_SINK (element));
  return GST_ELEMENT_CLASS (gst_ffs_dmabuf_sink_parent_class)->send_event
      (element, event);
}

/* ---- states ---- */

/* Open here and not in start(): when start() fails, GstBaseSink posts a
 * generic error after the specific one. */
static GstStateChangeReturn
change_state (GstElement * element, GstStateChange transition)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !open_stream (self))
    return GST_STATE_CHANGE_FAILURE;

  ret = GST_ELEMENT_CLASS (gst_ffs_dmabuf_sink_parent_class)->change_state
      (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && ret == GST_STATE_CHANGE_FAILURE))
    close_stream (self);
  return ret;
}

/* ---- properties ---- */

static void
set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (object);
  GstFfsIdlePolicy policy;
  gboolean reconfigure;

  GST_OBJECT_LOCK (self);
  if (!gst_ffs_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  if (self->open)
    gst_ffs_stream_set_max_in_flight (self->stream,
        self->settings.max_in_flight);
  policy = self->settings.without_host;
  /* Upstream's pool depends on these. */
  reconfigure = self->open && (id == GST_FFS_PROP_MAX_IN_FLIGHT
      || id == GST_FFS_PROP_COPY_MODE);
  GST_OBJECT_UNLOCK (self);
  gst_ffs_host_state_set_policy (&self->state, policy);
  if (reconfigure)
    gst_pad_push_event (GST_BASE_SINK_PAD (self), gst_event_new_reconfigure ());
}

static void
get_property (GObject * object, guint id, GValue * value, GParamSpec * pspec)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (object);

  if (id == GST_FFS_PROP_STATS) {
    g_value_take_boxed (value, get_stats (self));
    return;
  }

  GST_OBJECT_LOCK (self);
  if (id == GST_FFS_PROP_CONNECTED)
    g_value_set_boolean (value,
        gst_ffs_presence_is_connected (&self->state.presence));
  else if (id == GST_FFS_PROP_STREAMING)
    g_value_set_boolean (value,
        gst_ffs_presence_is_streaming (&self->state.presence));
  else if (!gst_ffs_settings_get (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject * object)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (object);

  g_clear_pointer (&self->stream, gst_ffs_stream_free);
  gst_ffs_settings_clear (&self->settings);
  gst_ffs_host_state_clear (&self->state);
  gst_ffs_ending_clear (&self->ending);
  gst_ffs_host_clear (&self->host);
  G_OBJECT_CLASS (gst_ffs_dmabuf_sink_parent_class)->finalize (object);
}

static void
gst_ffs_dmabuf_sink_init (GstFfsDmabufSink * self)
{
  gst_ffs_settings_init (&self->settings);
  gst_ffs_host_state_init (&self->state, GST_BASE_SINK (self));
  gst_ffs_host_init (&self->host, GST_BASE_SINK (self), &self->state);
  gst_ffs_ending_init (&self->ending, GST_ELEMENT (self), &self->state,
      &self->host);

  /* The host paces the stream. The last sample would keep a buffer from
   * upstream's pool. */
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_last_sample_enabled (GST_BASE_SINK (self), FALSE);
}

static void
gst_ffs_dmabuf_sink_class_init (GstFfsDmabufSinkClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *basesink_class = GST_BASE_SINK_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_ffs_dmabuf_sink_debug, "ffsdmabufsink", 0,
      "FunctionFS dmabuf sink");
  GST_DEBUG_CATEGORY_INIT (gst_ffs_function_debug, "ffsfunction", 0,
      "FunctionFS gadget, ep0, profiles");
  GST_DEBUG_CATEGORY_INIT (gst_ffs_transport_debug, "ffstransport", 0,
      "FunctionFS endpoint, attachments, transfers, fences");

  gobject_class->set_property = set_property;
  gobject_class->get_property = get_property;
  gobject_class->finalize = finalize;
  gst_ffs_settings_install (gobject_class);
  gst_ffs_camera_install (gobject_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class,
      "FunctionFS dmabuf sink", "Sink/Video/Hardware",
      "Sends dmabufs to a USB host without a copy", GST_FFS_AUTHOR);

  element_class->change_state = GST_DEBUG_FUNCPTR (change_state);
  element_class->send_event = GST_DEBUG_FUNCPTR (send_event);
  basesink_class->unlock = GST_DEBUG_FUNCPTR (unlock);
  basesink_class->unlock_stop = GST_DEBUG_FUNCPTR (unlock_stop);
  basesink_class->render = GST_DEBUG_FUNCPTR (render);
  basesink_class->get_caps = GST_DEBUG_FUNCPTR (get_caps);
  basesink_class->set_caps = GST_DEBUG_FUNCPTR (set_caps);
  basesink_class->propose_allocation = GST_DEBUG_FUNCPTR (propose_allocation);
  basesink_class->query = GST_DEBUG_FUNCPTR (query);
  basesink_class->event = GST_DEBUG_FUNCPTR (event);
  basesink_class->wait_event = GST_DEBUG_FUNCPTR (wait_event);
}
