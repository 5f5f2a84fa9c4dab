/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-ffsdmabufsink
 * @title: ffsdmabufsink
 * @short_description: sends dmabufs to a USB host without a copy
 *
 * Queues the dmabufs of video buffers on a bulk IN endpoint of a Linux USB
 * gadget function made with FunctionFS. The USB controller fetches the frame
 * from where the camera or encoder wrote it; the CPU never touches it. A
 * buffer goes back upstream when the fence of its transfer has signalled, and
 * not before.
 *
 * An application owns ep0 of the function (examples/ffs-ep0.c is one). The
 * bytes of the buffers go to the wire as they are, one after the other.
 *
 * The host may come and go: buffers in flight then return, the pipeline stays
 * in PLAYING, and the next host receives whole frames.
 *
 * Needs Linux 6.9 or the patches in kernel/, and a device controller with
 * scatter-gather. Where one of them is missing, #GstFfsDmabufSink:copy-mode
 * says whether to send copies instead.
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
#include "gstffsopen.h"
#include "gstffssettings.h"
#include "gstffsstream.h"
#include "transport/gstffsdebug.h"

GST_DEBUG_CATEGORY (gst_ffs_transport_debug);
GST_DEBUG_CATEGORY_STATIC (gst_ffs_dmabuf_sink_debug);
GST_DEBUG_CATEGORY_STATIC (GST_CAT_PERFORMANCE);
#undef GST_CAT_DEFAULT
#define GST_CAT_DEFAULT gst_ffs_dmabuf_sink_debug

/* Endpoint files cannot be polled: how often to look whether a host came. */
#define HOST_CHECK_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

/* How long a controller may take to let go of cancelled transfers. */
#define SHUTDOWN_TIMEOUT (5 * GST_SECOND)

/* How long upstream's wish for its buffers may wait for the host. */
#define GIVE_BACK_TIMEOUT GST_SECOND

struct _GstFfsDmabufSink
{
  GstBaseSink parent;

  /* Properties; under the object lock. */
  GstFfsSettings settings;
  gboolean connected;
  gboolean streaming;

  /* Open in PAUSED and PLAYING, afterwards kept for its statistics.  The
   * pointer changes under the object lock. */
  GstFfsStream *stream;
  gboolean open;
  GstAllocator *allocator;

  /* Streaming thread. */
  gboolean upstream_live;
  gboolean latency_known;
  guint64 n_frames;
  gboolean copy_warned;
  gboolean failed;              /* an error was posted */
  gboolean have_info;
  GstVideoInfo info;

  /* Waiting for a host, counters, and an error from the fence thread; under
   * this lock. */
  GMutex lock;
  GCond cond;
  gboolean flushing;
  gint transfer_err;
  guint64 n_without_host;
  guint64 n_connections;
};

G_DEFINE_FINAL_TYPE (GstFfsDmabufSink, gst_ffs_dmabuf_sink, GST_TYPE_BASE_SINK);

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

/* ---- connection ---- */

static gboolean
set_flag (GstFfsDmabufSink * self, const gchar * name, gboolean * flag,
    gboolean value)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = *flag != value;
  *flag = value;
  GST_OBJECT_UNLOCK (self);
  if (changed) {
    GST_INFO_OBJECT (self, "%s: %d", name, value);
    g_object_notify (G_OBJECT (self), name);
  }
  return changed;
}

static void
set_connected (GstFfsDmabufSink * self, gboolean connected)
{
  if (!connected)
    set_flag (self, "streaming", &self->streaming, FALSE);
  if (set_flag (self, "connected", &self->connected, connected) && connected) {
    g_mutex_lock (&self->lock);
    self->n_connections++;
    g_mutex_unlock (&self->lock);
  }
}

/* From the fence thread. */
static void
frame_done (guint64 frame, gint err, gpointer user_data)
{
  GstFfsDmabufSink *self = user_data;
  gboolean fatal;

  switch (gst_ffs_meaning (GST_FFS_CALL_FENCE, err)) {
    case GST_FFS_OK:
      set_flag (self, "streaming", &self->streaming, TRUE);
      return;
    case GST_FFS_GONE:
      GST_DEBUG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": host gone", frame);
      set_flag (self, "streaming", &self->streaming, FALSE);
      return;
    case GST_FFS_CANCELLED:
      GST_DEBUG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": cancelled", frame);
      return;
    default:
      break;
  }

  GST_WARNING_OBJECT (self, "frame %" G_GUINT64_FORMAT ": %s", frame,
      g_strerror (err));
  GST_OBJECT_LOCK (self);
  fatal = self->settings.transfer_errors == GST_FFS_ERROR_FAIL;
  GST_OBJECT_UNLOCK (self);
  g_mutex_lock (&self->lock);
  if (fatal && self->transfer_err == 0)
    self->transfer_err = err;
  g_mutex_unlock (&self->lock);
}

static gboolean
drop_without_host (GstFfsDmabufSink * self)
{
  GstFfsIdlePolicy policy;

  GST_OBJECT_LOCK (self);
  policy = self->settings.without_host;
  GST_OBJECT_UNLOCK (self);
  if (policy != GST_FFS_IDLE_AUTO)
    return policy == GST_FFS_IDLE_DROP;

  if (!self->latency_known) {
    GstQuery *query = gst_query_new_latency ();

    if (gst_pad_peer_query (GST_BASE_SINK_PAD (self), query))
      gst_query_parse_latency (query, &self->upstream_live, NULL, NULL);
    gst_query_unref (query);
    self->latency_known = TRUE;
  }
  return self->upstream_live;
}

/* Until a host has configured us; GST_FFS_NOT_ENABLED if the frame is to be
 * dropped instead. */
static GstFfsMeaning
wait_host (GstFfsDmabufSink * self, gint * err)
{
  while (TRUE) {
    GstFfsMeaning meaning;
    gboolean flushing;
    gint64 deadline;

    *err = gst_ffs_stream_probe (self->stream);
    meaning = gst_ffs_meaning (GST_FFS_CALL_PROBE, *err);
    if (meaning == GST_FFS_OK) {
      set_connected (self, TRUE);
      return meaning;
    }
    if (meaning != GST_FFS_NOT_ENABLED && meaning != GST_FFS_GONE)
      return meaning;

    set_connected (self, FALSE);
    if (drop_without_host (self))
      return GST_FFS_NOT_ENABLED;

    deadline = g_get_monotonic_time () + HOST_CHECK_INTERVAL;
    g_mutex_lock (&self->lock);
    while (!self->flushing
        && g_cond_wait_until (&self->cond, &self->lock, deadline));
    flushing = self->flushing;
    g_mutex_unlock (&self->lock);
    if (flushing)
      return GST_FFS_INTERRUPTED;
  }
}

/* ---- sending ---- */

/* Once for a person, every time for the one who looks for cycles. */
static void
warn_copy (GstFfsDmabufSink * self, guint64 frame, GstFfsCopyReason reason)
{
  const gchar *text = gst_ffs_copy_reason_text (reason);

  GST_CAT_LOG_OBJECT (GST_CAT_PERFORMANCE, self, "frame %" G_GUINT64_FORMAT
      " was copied because %s", frame, text);
  if (self->copy_warned || reason == GST_FFS_COPY_REASON_MODE
      || reason == GST_FFS_COPY_REASON_PADDING)
    return;

  self->copy_warned = TRUE;
  GST_ELEMENT_WARNING (self, STREAM, FORMAT,
      ("The CPU copies a frame, or a part of it, because %s.", text),
      ("frame %" G_GUINT64_FORMAT "; stats counts them, copy-mode=never "
          "makes it an error", frame));
}

static void
send_frame (GstFfsDmabufSink * self, GstBuffer * buffer, guint64 frame,
    GstFfsStreamResult * result)
{
  GstFfsStreamPolicy policy = { 0, };

  GST_OBJECT_LOCK (self);
  policy.copy_mode = self->settings.copy_mode;
  policy.tight = self->settings.tight;
  GST_OBJECT_UNLOCK (self);
  policy.info = self->have_info ? &self->info : NULL;

  gst_ffs_stream_send (self->stream, buffer, frame, &policy, result);
  if (result->meaning == GST_FFS_OK
      && result->reason != GST_FFS_COPY_REASON_NONE)
    warn_copy (self, frame, result->reason);
}

static GstFlowReturn
fail (GstFfsDmabufSink * self, const GstFfsStreamResult * result)
{
  self->failed = TRUE;
  if (result->err == 0)
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("The frame cannot be sent without a copy because %s.",
            gst_ffs_copy_reason_text (result->reason)),
        ("make upstream give dmabufs, e.g. v4l2src io-mode=dmabuf, or set "
            "copy-mode=auto"));
  else
    gst_ffs_error_post (GST_ELEMENT (self), result->call, result->err,
        gst_ffs_stream_get_name (self->stream));
  return GST_FLOW_ERROR;
}

static GstFlowReturn
drop (GstFfsDmabufSink * self, guint64 frame)
{
  GST_LOG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": dropped, no host", frame);
  g_mutex_lock (&self->lock);
  self->n_without_host++;
  g_mutex_unlock (&self->lock);
  return GST_FLOW_OK;
}

/* Takes an error that the fence thread left. */
static gint
take_transfer_err (GstFfsDmabufSink * self)
{
  gint err;

  g_mutex_lock (&self->lock);
  err = self->transfer_err;
  self->transfer_err = 0;
  g_mutex_unlock (&self->lock);
  return err;
}

static GstFlowReturn
render (GstBaseSink * bsink, GstBuffer * buffer)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);
  GstFfsStreamResult result = { 0, };
  GstFlowReturn ret = GST_FLOW_OK;
  guint64 frame = self->n_frames++;

  /* Some encoders do not stop at an error; the host must not see what comes
   * after a frame that is missing. */
  if (self->failed)
    return GST_FLOW_ERROR;

  result.call = GST_FFS_CALL_FENCE;
  result.err = take_transfer_err (self);
  if (result.err != 0)
    return fail (self, &result);
  GST_LOG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": %" GST_PTR_FORMAT, frame,
      buffer);

  do {
    result.call = GST_FFS_CALL_PROBE;
    result.meaning = wait_host (self, &result.err);
    if (result.meaning == GST_FFS_NOT_ENABLED)
      return drop (self, frame);
    if (result.meaning == GST_FFS_OK) {
      if (gst_ffs_stream_wait_slot (self->stream) == 0)
        send_frame (self, buffer, frame, &result);
      else
        result.meaning = GST_FFS_INTERRUPTED;
    }

    switch (result.meaning) {
      case GST_FFS_OK:
        break;
      case GST_FFS_INTERRUPTED:
        ret = gst_base_sink_wait_preroll (bsink);
        if (ret != GST_FLOW_OK) {
          gst_ffs_stream_abandon (self->stream);
          return ret;
        }
        break;
      case GST_FFS_NOT_ENABLED:
      case GST_FFS_GONE:
        /* The next host is to see the whole frame, or none of it. */
        set_connected (self, FALSE);
        if (drop_without_host (self))
          return drop (self, frame);
        break;
      default:
        return fail (self, &result);
    }
  } while (result.meaning != GST_FFS_OK);

  /* Wait here and not before the next frame, so that upstream never has
   * more than max-in-flight buffers with us. */
  while (ret == GST_FLOW_OK && gst_ffs_stream_wait_slot (self->stream) == EINTR)
    ret = gst_base_sink_wait_preroll (bsink);
  return ret;
}

static gboolean
set_flushing (GstFfsDmabufSink * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (self->open)
    gst_ffs_stream_set_flushing (self->stream, flushing);
  return TRUE;
}

static gboolean
unlock (GstBaseSink * bsink)
{
  return set_flushing (GST_FFS_DMABUF_SINK (bsink), TRUE);
}

static gboolean
unlock_stop (GstBaseSink * bsink)
{
  return set_flushing (GST_FFS_DMABUF_SINK (bsink), FALSE);
}

/* ---- negotiation and events ---- */

static GstCaps *
get_caps (GstBaseSink * bsink G_GNUC_UNUSED, GstCaps * filter)
{
  return filter ? gst_ffs_caps_filter (gst_caps_ref (filter)) :
      gst_caps_new_any ();
}

/* Upstream wants its buffers back, to free them or change their format. */
static void
give_back (GstFfsDmabufSink * self, const gchar * why)
{
  gint err;

  if (!self->open)
    return;
  err = gst_ffs_stream_give_back (self->stream, GIVE_BACK_TIMEOUT);
  GST_DEBUG_OBJECT (self, "%s: buffers given back: %s", why, g_strerror (err));
}

static gboolean
set_caps (GstBaseSink * bsink, GstCaps * caps)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);
  const gchar *drm_format;

  if (!gst_ffs_caps_are_linear (caps, &drm_format)) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("A USB host cannot read video in the layout \"%s\"; it must be "
            "linear (a drm-format without a modifier).", drm_format),
        ("caps %" GST_PTR_FORMAT, caps));
    return FALSE;
  }

  give_back (self, "new caps");
  self->have_info = gst_ffs_caps_get_info (caps, &self->info);
  return TRUE;
}

static gboolean
propose_allocation (GstBaseSink * bsink, GstQuery * query)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);
  gboolean ours;
  guint min;

  /* Upstream's old buffers go before it allocates new ones. */
  give_back (self, "allocation query");

  GST_OBJECT_LOCK (self);
  min = self->settings.max_in_flight;
  ours = self->settings.copy_mode != GST_FFS_COPY_ALWAYS;
  GST_OBJECT_UNLOCK (self);
  ours = ours && self->open && gst_ffs_stream_is_zero_copy (self->stream);

  gst_ffs_caps_propose_allocation (query, ours ? self->allocator : NULL, min);
  return TRUE;
}

static gboolean
query (GstBaseSink * bsink, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_DRAIN)
    give_back (GST_FFS_DMABUF_SINK (bsink), "drain");
  return GST_BASE_SINK_CLASS (gst_ffs_dmabuf_sink_parent_class)->query (bsink,
      query);
}

/* The stream has ended when the host has it, not when it is queued. */
static gboolean
wait_eos (GstFfsDmabufSink * self)
{
  GstClockTime timeout;
  gint err;

  GST_OBJECT_LOCK (self);
  timeout = self->settings.eos_timeout;
  GST_OBJECT_UNLOCK (self);

  GST_DEBUG_OBJECT (self, "EOS, waiting for the last fence");
  while ((err = gst_ffs_stream_drain (self->stream, timeout)) == EINTR) {
    if (gst_base_sink_wait_preroll (GST_BASE_SINK (self)) != GST_FLOW_OK)
      return FALSE;
  }
  if (err == ETIMEDOUT) {
    GST_ELEMENT_WARNING (self, RESOURCE, WRITE,
        ("The USB host has stopped reading; the last frames are lost."),
        ("nothing was read for %" GST_TIME_FORMAT " (eos-timeout)",
            GST_TIME_ARGS (timeout)));
    gst_ffs_stream_cancel (self->stream, SHUTDOWN_TIMEOUT);
  }
  return TRUE;
}

static gboolean
event (GstBaseSink * bsink, GstEvent * event)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);
  GstFfsStreamResult result = { 0, };

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      self->latency_known = FALSE;
      break;
    case GST_EVENT_FLUSH_STOP:
      self->failed = FALSE;
      break;
    case GST_EVENT_EOS:
      if (!wait_eos (self)) {
        gst_event_unref (event);
        return FALSE;
      }
      result.call = GST_FFS_CALL_FENCE;
      result.err = take_transfer_err (self);
      if (result.err != 0)
        fail (self, &result);
      break;
    default:
      break;
  }
  return GST_BASE_SINK_CLASS (gst_ffs_dmabuf_sink_parent_class)->event (bsink,
      event);
}

/* ---- statistics ---- */

static GstStructure *
get_stats (GstFfsDmabufSink * self)
{
  GstStructure *s = gst_base_sink_get_stats (GST_BASE_SINK (self));

  g_mutex_lock (&self->lock);
  gst_structure_set (s,
      "frames-without-host", G_TYPE_UINT64, self->n_without_host,
      "connections", G_TYPE_UINT64, self->n_connections, NULL);
  g_mutex_unlock (&self->lock);

  GST_OBJECT_LOCK (self);
  if (self->stream)
    gst_ffs_stream_add_stats (self->stream, s);
  GST_OBJECT_UNLOCK (self);
  return s;
}

/* ---- states ---- */

static gboolean
open_stream (GstFfsDmabufSink * self)
{
  GstFfsEndpoint *ep = NULL;
  GstFfsStream *stream, *old;
  GstFfsSettings settings;

  GST_OBJECT_LOCK (self);
  gst_ffs_settings_copy (&self->settings, &settings);
  GST_OBJECT_UNLOCK (self);
  if (gst_ffs_open_heap (GST_ELEMENT (self), settings.dma_heap,
          &self->allocator))
    ep = gst_ffs_open_endpoint (GST_ELEMENT (self), settings.endpoint,
        settings.fd);
  gst_ffs_settings_clear (&settings);
  if (ep == NULL) {
    gst_clear_object (&self->allocator);
    return FALSE;
  }

  self->latency_known = FALSE;
  self->n_frames = 0;
  self->copy_warned = FALSE;
  self->failed = FALSE;
  self->have_info = FALSE;
  g_mutex_lock (&self->lock);
  self->transfer_err = 0;
  self->n_without_host = self->n_connections = 0;
  g_mutex_unlock (&self->lock);

  stream = gst_ffs_stream_new (ep, self->allocator, frame_done, self);
  GST_OBJECT_LOCK (self);
  gst_ffs_stream_set_max_in_flight (stream, self->settings.max_in_flight);
  old = self->stream;
  self->stream = stream;
  self->open = TRUE;
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&old, gst_ffs_stream_free);
  return TRUE;
}

static void
close_stream (GstFfsDmabufSink * self)
{
  GstStructure *stats;

  GST_OBJECT_LOCK (self);
  self->open = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (!gst_ffs_stream_close (self->stream, SHUTDOWN_TIMEOUT))
    GST_ELEMENT_WARNING (self, RESOURCE, BUSY,
        ("The USB device controller does not let go of cancelled frames; "
            "their buffers are released when it does."), (NULL));
  gst_clear_object (&self->allocator);
  set_connected (self, FALSE);

  stats = get_stats (self);
  GST_INFO_OBJECT (self, "final stats: %" GST_PTR_FORMAT, stats);
  gst_structure_free (stats);
}

/* Not GstBaseSink's start and stop: a failed start makes it post a second
 * error behind ours, one that tells nobody anything. */
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

  GST_OBJECT_LOCK (self);
  if (!gst_ffs_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  if (self->open)
    gst_ffs_stream_set_max_in_flight (self->stream,
        self->settings.max_in_flight);
  GST_OBJECT_UNLOCK (self);
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
    g_value_set_boolean (value, self->connected);
  else if (id == GST_FFS_PROP_STREAMING)
    g_value_set_boolean (value, self->streaming);
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
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (gst_ffs_dmabuf_sink_parent_class)->finalize (object);
}

static void
gst_ffs_dmabuf_sink_init (GstFfsDmabufSink * self)
{
  gst_ffs_settings_init (&self->settings);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);

  /* The host's clock paces the stream, and a buffer kept as the last sample
   * would be missing upstream. */
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
  GST_DEBUG_CATEGORY_INIT (gst_ffs_transport_debug, "ffstransport", 0,
      "FunctionFS endpoint, attachments, transfers, fences");
  GST_DEBUG_CATEGORY_GET (GST_CAT_PERFORMANCE, "GST_PERFORMANCE");

  gobject_class->set_property = set_property;
  gobject_class->get_property = get_property;
  gobject_class->finalize = finalize;
  gst_ffs_settings_install (gobject_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class,
      "FunctionFS dmabuf sink", "Sink/Video/Hardware",
      "Sends dmabufs to a USB host without a copy",
      "gst-ffsdmabuf maintainers");

  element_class->change_state = change_state;
  basesink_class->unlock = unlock;
  basesink_class->unlock_stop = unlock_stop;
  basesink_class->render = render;
  basesink_class->get_caps = get_caps;
  basesink_class->set_caps = set_caps;
  basesink_class->propose_allocation = propose_allocation;
  basesink_class->query = query;
  basesink_class->event = event;
}
