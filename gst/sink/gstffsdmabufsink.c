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
 * An application owns ep0 of the function (examples/ffs-ep0.c is one) and
 * names the data endpoint by #GstFfsDmabufSink:endpoint or
 * #GstFfsDmabufSink:fd. The bytes of the buffers go to the wire as they are,
 * one after the other.
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

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <gst/video/video.h>

#include "gstffsdmabufsink.h"
#include "gstffsenums.h"
#include "gstffsframe.h"
#include "transport/gstffsdebug.h"
#include "transport/gstffstransferqueue.h"
#include "transport/gstffswriter.h"

GST_DEBUG_CATEGORY (gst_ffs_transport_debug);
GST_DEBUG_CATEGORY_STATIC (gst_ffs_dmabuf_sink_debug);
GST_DEBUG_CATEGORY_STATIC (GST_CAT_PERFORMANCE);
#undef GST_CAT_DEFAULT
#define GST_CAT_DEFAULT gst_ffs_dmabuf_sink_debug

/* One transfer on the wire, one queued behind it, one spare for the time it
 * takes to release and queue. */
#define DEFAULT_MAX_IN_FLIGHT 3
#define MAX_ATTACHMENTS 64

/* Endpoint files cannot be polled: how often to look whether a host came. */
#define HOST_CHECK_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

/* How long a controller may take to let go of cancelled transfers. */
#define SHUTDOWN_TIMEOUT (5 * GST_SECOND)

/* How long upstream's wish for its buffers may hold up the stream. */
#define DRAIN_TIMEOUT GST_SECOND

enum
{
  PROP_0,
  PROP_ENDPOINT,
  PROP_FD,
  PROP_MAX_IN_FLIGHT,
  PROP_COPY_MODE,
  PROP_WITHOUT_HOST,
  PROP_CONNECTED,
  PROP_STATS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

struct _GstFfsDmabufSink
{
  GstBaseSink parent;

  /* Properties; under the object lock. */
  gchar *path;
  gint fd;
  guint max_in_flight;
  GstFfsCopyMode copy_mode;
  GstFfsIdlePolicy without_host;
  gboolean connected;

  /* While in PAUSED or PLAYING. The object lock protects the pointers against
   * a reader of stats. */
  GstFfsEndpoint *ep;
  GstFfsTransferQueue *queue;
  GstFfsWriter *writer;

  /* Streaming thread. */
  gboolean upstream_live;
  gboolean latency_known;
  gboolean copy_only;           /* kernel or controller cannot do better */
  gboolean copy_warned;

  /* Waiting for a host, and counters; under this lock. */
  GMutex lock;
  GCond cond;
  gboolean flushing;
  guint64 n_frames;
  guint64 n_zero_copy;
  guint64 n_copied;
  guint64 n_dropped;
  guint64 n_connections;
  guint64 bytes_copied;
  GstFfsTransferStats last_transfers;   /* of the last run */
  GstFfsAttachmentsStats last_attachments;
};

G_DEFINE_FINAL_TYPE (GstFfsDmabufSink, gst_ffs_dmabuf_sink, GST_TYPE_BASE_SINK);

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstFfsCopyMode
get_copy_mode (GstFfsDmabufSink * self)
{
  GstFfsCopyMode mode;

  GST_OBJECT_LOCK (self);
  mode = self->copy_mode;
  GST_OBJECT_UNLOCK (self);
  return mode;
}

/* ---- connection ---- */

static void
update_connected (GstFfsDmabufSink * self, gboolean connected)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->connected != connected;
  self->connected = connected;
  GST_OBJECT_UNLOCK (self);
  if (!changed)
    return;

  if (connected) {
    g_mutex_lock (&self->lock);
    self->n_connections++;
    g_mutex_unlock (&self->lock);
  }
  GST_INFO_OBJECT (self, "host %s", connected ? "connected" : "disconnected");
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CONNECTED]);
}

/* From the fence thread. */
static void
frame_done (guint64 frame, gint err, gpointer user_data)
{
  GstFfsDmabufSink *self = user_data;

  switch (gst_ffs_meaning (GST_FFS_CALL_FENCE, err)) {
    case GST_FFS_OK:
      break;
    case GST_FFS_GONE:
      GST_DEBUG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": host gone", frame);
      update_connected (self, FALSE);
      break;
    case GST_FFS_CANCELLED:
      GST_DEBUG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": cancelled", frame);
      break;
    default:
      GST_WARNING_OBJECT (self, "frame %" G_GUINT64_FORMAT ": %s", frame,
          g_strerror (err));
      break;
  }
}

static gboolean
drop_without_host (GstFfsDmabufSink * self)
{
  GstFfsIdlePolicy policy;

  GST_OBJECT_LOCK (self);
  policy = self->without_host;
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
    gint64 deadline;

    *err = 0;
    if (!gst_ffs_endpoint_is_enabled (self->ep))
      *err = gst_ffs_endpoint_probe (self->ep);
    meaning = gst_ffs_meaning (GST_FFS_CALL_PROBE, *err);
    if (meaning == GST_FFS_OK) {
      update_connected (self, TRUE);
      return meaning;
    }
    if (meaning != GST_FFS_NOT_ENABLED && meaning != GST_FFS_GONE)
      return meaning;

    update_connected (self, FALSE);
    if (drop_without_host (self))
      return GST_FFS_NOT_ENABLED;

    deadline = g_get_monotonic_time () + HOST_CHECK_INTERVAL;
    g_mutex_lock (&self->lock);
    while (!self->flushing
        && g_cond_wait_until (&self->cond, &self->lock, deadline));
    if (self->flushing)
      meaning = GST_FFS_INTERRUPTED;
    g_mutex_unlock (&self->lock);
    if (meaning == GST_FFS_INTERRUPTED)
      return meaning;
  }
}

/* ---- sending ---- */

/* Once for a person, every time for the one who looks for cycles. */
static void
warn_copy (GstFfsDmabufSink * self, const gchar * reason)
{
  GST_CAT_LOG_OBJECT (GST_CAT_PERFORMANCE, self, "copying a frame: %s", reason);
  if (self->copy_warned || get_copy_mode (self) == GST_FFS_COPY_ALWAYS)
    return;

  self->copy_warned = TRUE;
  GST_ELEMENT_WARNING (self, STREAM, FORMAT,
      ("Frames are copied by the CPU: %s.", reason),
      ("copy-mode=never makes this an error"));
}

static GstFfsMeaning
send_copy (GstFfsDmabufSink * self, GstBuffer * buffer, gint * err)
{
  GstFfsMeaning meaning;
  GstMapInfo map;

  if (self->writer == NULL) {
    GstFfsWriter *writer = gst_ffs_writer_new (self->ep, err);

    if (writer == NULL)
      return GST_FFS_FATAL;
    g_mutex_lock (&self->lock);
    gst_ffs_writer_set_flushing (writer, self->flushing);
    self->writer = writer;
    g_mutex_unlock (&self->lock);
  }

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    *err = EFAULT;
    return GST_FFS_FATAL;
  }
  *err = gst_ffs_writer_write (self->writer, map.data, map.size);
  /* The data may be borrowed across an interruption, but FunctionFS copied
   * all of it that was submitted and the rest is mapped again. */
  gst_buffer_unmap (buffer, &map);

  meaning = gst_ffs_meaning (GST_FFS_CALL_WRITE, *err);
  if (meaning == GST_FFS_GONE || meaning == GST_FFS_NOT_ENABLED)
    gst_ffs_endpoint_set_disabled (self->ep);
  if (meaning == GST_FFS_OK) {
    g_mutex_lock (&self->lock);
    self->n_copied++;
    self->bytes_copied += map.size;
    g_mutex_unlock (&self->lock);
  }
  return meaning;
}

/* One attempt; @call and @err tell what failed. */
static GstFfsMeaning
send_frame (GstFfsDmabufSink * self, GstBuffer * buffer, guint64 frame,
    GstFfsCall * call, gint * err)
{
  GstFfsCopyMode mode = get_copy_mode (self);
  GstFfsSegment segments[GST_FFS_MAX_SEGMENTS];
  const gchar *reason = "copy-mode=always";
  GstFfsMeaning meaning;
  guint n;

  if (self->copy_only)
    reason = "kernel or controller cannot send dmabufs";
  else if (mode != GST_FFS_COPY_ALWAYS
      && gst_ffs_frame_parse (buffer, segments, &n, &reason)) {
    *err = gst_ffs_transfer_queue_submit (self->queue, buffer, frame,
        segments, n, call);
    meaning = gst_ffs_meaning (*call, *err);
    if (meaning == GST_FFS_OK) {
      g_mutex_lock (&self->lock);
      self->n_zero_copy++;
      g_mutex_unlock (&self->lock);
    }
    if ((meaning != GST_FFS_NO_SG && meaning != GST_FFS_NO_IOCTL)
        || mode == GST_FFS_COPY_NEVER)
      return meaning;

    self->copy_only = TRUE;
    reason = meaning == GST_FFS_NO_SG ?
        "the USB device controller has no scatter-gather" :
        "this kernel's FunctionFS has no dmabuf ioctls (Linux 6.9, or the "
        "patches in kernel/, have them)";
  } else if (mode == GST_FFS_COPY_NEVER) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("The frame cannot be sent without a copy: %s.", reason),
        ("make upstream give dmabufs, e.g. v4l2src io-mode=dmabuf, or set "
            "copy-mode=auto"));
    *err = EMEDIUMTYPE;
    return GST_FFS_FATAL;
  }

  warn_copy (self, reason);
  *call = GST_FFS_CALL_WRITE;
  return send_copy (self, buffer, err);
}

static void
abandon (GstFfsDmabufSink * self)
{
  gst_ffs_transfer_queue_abandon (self->queue);
  if (self->writer)
    gst_ffs_writer_cancel (self->writer);
}

static GstFlowReturn
render (GstBaseSink * bsink, GstBuffer * buffer)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);
  GstFlowReturn ret = GST_FLOW_OK;
  guint64 frame;

  g_mutex_lock (&self->lock);
  frame = self->n_frames++;
  g_mutex_unlock (&self->lock);
  GST_LOG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": %" GST_PTR_FORMAT, frame,
      buffer);

  while (TRUE) {
    GstFfsCall call = GST_FFS_CALL_PROBE;
    GstFfsMeaning meaning;
    gint err = 0;

    meaning = wait_host (self, &err);
    if (meaning == GST_FFS_OK) {
      err = gst_ffs_transfer_queue_wait_slot (self->queue);
      meaning = err ? GST_FFS_INTERRUPTED :
          send_frame (self, buffer, frame, &call, &err);
    } else if (meaning == GST_FFS_NOT_ENABLED) {
      goto dropped;
    }

    switch (meaning) {
      case GST_FFS_OK:
        goto sent;
      case GST_FFS_INTERRUPTED:
        ret = gst_base_sink_wait_preroll (bsink);
        if (ret != GST_FLOW_OK) {
          abandon (self);
          return ret;
        }
        break;
      case GST_FFS_NOT_ENABLED:
      case GST_FFS_GONE:
        /* The next host is to see the whole frame, or none of it. */
        update_connected (self, FALSE);
        if (drop_without_host (self))
          goto dropped;
        break;
      default:
        /* copy-mode=never has said it already. */
        if (err != EMEDIUMTYPE)
          gst_ffs_error_post (GST_ELEMENT (self), call, err,
              gst_ffs_endpoint_get_name (self->ep));
        return GST_FLOW_ERROR;
    }
  }

sent:
  /* Wait here and not before the next frame, so that upstream never has
   * more than max-in-flight buffers with us. */
  while (gst_ffs_transfer_queue_wait_slot (self->queue) == EINTR) {
    ret = gst_base_sink_wait_preroll (bsink);
    if (ret != GST_FLOW_OK)
      break;
  }
  return ret;

dropped:
  GST_LOG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": dropped, no host", frame);
  g_mutex_lock (&self->lock);
  self->n_dropped++;
  g_mutex_unlock (&self->lock);
  return GST_FLOW_OK;
}

static gboolean
unlock (GstBaseSink * bsink)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);

  g_mutex_lock (&self->lock);
  self->flushing = TRUE;
  g_cond_broadcast (&self->cond);
  if (self->writer)
    gst_ffs_writer_set_flushing (self->writer, TRUE);
  g_mutex_unlock (&self->lock);
  if (self->queue)
    gst_ffs_transfer_queue_set_flushing (self->queue, TRUE);
  return TRUE;
}

static gboolean
unlock_stop (GstBaseSink * bsink)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);

  g_mutex_lock (&self->lock);
  self->flushing = FALSE;
  if (self->writer)
    gst_ffs_writer_set_flushing (self->writer, FALSE);
  g_mutex_unlock (&self->lock);
  if (self->queue)
    gst_ffs_transfer_queue_set_flushing (self->queue, FALSE);
  return TRUE;
}

/* ---- negotiation and events ---- */

static gboolean
propose_allocation (GstBaseSink * bsink, GstQuery * query)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);
  guint size = 0, max_in_flight;
  GstVideoInfo info;
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, NULL);
  if (caps && gst_video_info_from_caps (&info, caps))
    size = GST_VIDEO_INFO_SIZE (&info);

  GST_OBJECT_LOCK (self);
  max_in_flight = self->max_in_flight;
  GST_OBJECT_UNLOCK (self);

  /* Without an entry v4l2src copies to system memory when it runs low. */
  gst_query_add_allocation_pool (query, NULL, size, max_in_flight, 0);
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return TRUE;
}

/* Upstream wants its buffers back, to free them or change their format. */
static void
give_back (GstFfsDmabufSink * self, const gchar * why)
{
  gint err;

  if (self->queue == NULL)
    return;
  err = gst_ffs_transfer_queue_drain (self->queue, DRAIN_TIMEOUT);
  if (err == 0)
    err = gst_ffs_transfer_queue_drop_attachments (self->queue);
  GST_DEBUG_OBJECT (self, "%s: buffers given back: %s", why, g_strerror (err));
}

static gboolean
set_caps (GstBaseSink * bsink, GstCaps * caps)
{
  GST_DEBUG_OBJECT (bsink, "caps %" GST_PTR_FORMAT, caps);
  give_back (GST_FFS_DMABUF_SINK (bsink), "caps");
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

static gboolean
event (GstBaseSink * bsink, GstEvent * event)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (bsink);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      self->latency_known = FALSE;
      break;
    case GST_EVENT_EOS:
      /* The stream has ended when the host has it, not when it is queued. */
      GST_DEBUG_OBJECT (self, "EOS, waiting for the last fence");
      while (gst_ffs_transfer_queue_drain (self->queue, GST_CLOCK_TIME_NONE)
          == EINTR) {
        if (gst_base_sink_wait_preroll (bsink) != GST_FLOW_OK) {
          gst_event_unref (event);
          return FALSE;
        }
      }
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
  GstFfsAttachmentsStats att;
  GstFfsTransferStats t;

  GST_OBJECT_LOCK (self);
  if (self->queue) {
    gst_ffs_transfer_queue_get_stats (self->queue, &t, &att);
  } else {
    t = self->last_transfers;
    att = self->last_attachments;
  }
  GST_OBJECT_UNLOCK (self);

  g_mutex_lock (&self->lock);
  gst_structure_set (s,
      "frames-zero-copy", G_TYPE_UINT64, self->n_zero_copy,
      "frames-copied", G_TYPE_UINT64, self->n_copied,
      "frames-without-host", G_TYPE_UINT64, self->n_dropped,
      "bytes-copied", G_TYPE_UINT64, self->bytes_copied,
      "connections", G_TYPE_UINT64, self->n_connections, NULL);
  g_mutex_unlock (&self->lock);

  gst_structure_set (s,
      "transfers-queued", G_TYPE_UINT64, t.queued,
      "transfers-completed", G_TYPE_UINT64, t.completed,
      "transfers-failed", G_TYPE_UINT64, t.failed,
      "transfers-cancelled", G_TYPE_UINT64, t.cancelled,
      "bytes", G_TYPE_UINT64, t.bytes,
      "in-flight", G_TYPE_UINT, t.in_flight,
      "in-flight-max", G_TYPE_UINT, t.in_flight_max,
      "attachments", G_TYPE_UINT, att.now,
      "attachments-made", G_TYPE_UINT64, att.made,
      "attachments-dropped", G_TYPE_UINT64, att.dropped,
      "latency-last", G_TYPE_UINT64, t.latency_last,
      "latency-avg", G_TYPE_UINT64, t.frames ? t.latency_sum / t.frames : 0,
      "latency-max", G_TYPE_UINT64, t.latency_max, NULL);
  return s;
}

/* ---- states ---- */

static GstFfsEndpoint *
open_endpoint (GstFfsDmabufSink * self)
{
  g_autofree gchar *path = NULL;
  GstFfsEndpoint *ep;
  gint fd, err = 0;

  GST_OBJECT_LOCK (self);
  path = g_strdup (self->path);
  fd = self->fd;
  GST_OBJECT_UNLOCK (self);

  if ((path == NULL) == (fd < 0)) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("Set either \"endpoint\" (for example /dev/ffs-camera/ep1) or "
            "\"fd\"."), ("endpoint=%s fd=%d", GST_STR_NULL (path), fd));
    return NULL;
  }

  ep = gst_ffs_endpoint_open (path, fd, &err);
  if (ep == NULL) {
    g_autofree gchar *name = path ? g_strdup (path) :
        g_strdup_printf ("fd %d", fd);

    gst_ffs_error_post (GST_ELEMENT (self), GST_FFS_CALL_OPEN, err, name);
    return NULL;
  }

  err = gst_ffs_endpoint_probe (ep);
  switch (gst_ffs_meaning (GST_FFS_CALL_PROBE, err)) {
    case GST_FFS_OK:
    case GST_FFS_NOT_ENABLED:
    case GST_FFS_GONE:
      return ep;
    default:
      gst_ffs_error_post (GST_ELEMENT (self), GST_FFS_CALL_PROBE, err,
          gst_ffs_endpoint_get_name (ep));
      gst_ffs_endpoint_unref (ep);
      return NULL;
  }
}

static gboolean
open_stream (GstFfsDmabufSink * self)
{
  GstFfsEndpoint *ep = open_endpoint (self);

  if (ep == NULL)
    return FALSE;

  self->latency_known = FALSE;
  self->copy_only = FALSE;
  self->copy_warned = FALSE;

  g_mutex_lock (&self->lock);
  self->n_frames = self->n_zero_copy = self->n_copied = self->n_dropped = 0;
  self->n_connections = self->bytes_copied = 0;
  g_mutex_unlock (&self->lock);

  GST_OBJECT_LOCK (self);
  self->ep = ep;
  self->queue = gst_ffs_transfer_queue_new (ep, self->max_in_flight,
      MAX_ATTACHMENTS, frame_done, self);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static void
close_stream (GstFfsDmabufSink * self)
{
  GstFfsTransferQueue *queue;
  GstFfsWriter *writer;
  GstStructure *stats;

  g_mutex_lock (&self->lock);
  writer = self->writer;
  self->writer = NULL;
  g_mutex_unlock (&self->lock);
  if (writer)
    gst_ffs_writer_free (writer);

  GST_OBJECT_LOCK (self);
  queue = self->queue;
  self->queue = NULL;
  GST_OBJECT_UNLOCK (self);
  if (!gst_ffs_transfer_queue_shutdown (queue, SHUTDOWN_TIMEOUT,
          &self->last_transfers, &self->last_attachments))
    GST_ELEMENT_WARNING (self, RESOURCE, BUSY,
        ("The USB device controller does not let go of cancelled frames; "
            "their buffers are released when it does."), (NULL));

  gst_ffs_endpoint_unref (self->ep);
  self->ep = NULL;
  update_connected (self, FALSE);

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
  switch (id) {
    case PROP_ENDPOINT:
      g_free (self->path);
      self->path = g_value_dup_string (value);
      break;
    case PROP_FD:
      self->fd = g_value_get_int (value);
      break;
    case PROP_MAX_IN_FLIGHT:
      self->max_in_flight = g_value_get_uint (value);
      if (self->queue)
        gst_ffs_transfer_queue_set_max_in_flight (self->queue,
            self->max_in_flight);
      break;
    case PROP_COPY_MODE:
      self->copy_mode = g_value_get_enum (value);
      break;
    case PROP_WITHOUT_HOST:
      self->without_host = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
get_property (GObject * object, guint id, GValue * value, GParamSpec * pspec)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, get_stats (self));
    return;
  }

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_ENDPOINT:
      g_value_set_string (value, self->path);
      break;
    case PROP_FD:
      g_value_set_int (value, self->fd);
      break;
    case PROP_MAX_IN_FLIGHT:
      g_value_set_uint (value, self->max_in_flight);
      break;
    case PROP_COPY_MODE:
      g_value_set_enum (value, self->copy_mode);
      break;
    case PROP_WITHOUT_HOST:
      g_value_set_enum (value, self->without_host);
      break;
    case PROP_CONNECTED:
      g_value_set_boolean (value, self->connected);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject * object)
{
  GstFfsDmabufSink *self = GST_FFS_DMABUF_SINK (object);

  g_free (self->path);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (gst_ffs_dmabuf_sink_parent_class)->finalize (object);
}

static void
gst_ffs_dmabuf_sink_init (GstFfsDmabufSink * self)
{
  self->fd = -1;
  self->max_in_flight = DEFAULT_MAX_IN_FLIGHT;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);

  /* The host's clock paces the stream, and a buffer kept as the last sample
   * would be missing upstream. */
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_last_sample_enabled (GST_BASE_SINK (self), FALSE);
}

static void
install_properties (GObjectClass * gobject_class)
{
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GstFfsDmabufSink:endpoint:
   *
   * File of a bulk IN endpoint in a mounted FunctionFS whose ep0 an
   * application serves. Excludes #GstFfsDmabufSink:fd.
   *
   * Since: 0.1
   */
  props[PROP_ENDPOINT] = g_param_spec_string ("endpoint", "Endpoint",
      "File of the FunctionFS bulk IN endpoint, e.g. /dev/ffs-camera/ep1",
      NULL, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:fd:
   *
   * An open descriptor of such a file, of which the application keeps the
   * ownership, or -1. It is opened anew if that is permitted, else
   * duplicated and made non-blocking.
   *
   * Since: 0.1
   */
  props[PROP_FD] = g_param_spec_int ("fd", "File descriptor",
      "Open descriptor of the FunctionFS bulk IN endpoint (-1 = unset)",
      -1, G_MAXINT, -1, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:max-in-flight:
   *
   * How many of upstream's buffers the controller holds at a time, at most.
   * With one, the wire idles between frames. Upstream is told in the
   * allocation query, so that its pool is large enough.
   *
   * Since: 0.1
   */
  props[PROP_MAX_IN_FLIGHT] = g_param_spec_uint ("max-in-flight",
      "Maximum in flight", "Most frames queued on the endpoint at a time",
      1, 64, DEFAULT_MAX_IN_FLIGHT, rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:copy-mode:
   *
   * What to do with a frame that cannot be sent in place: because it is not
   * in dmabuf memory, does not begin at the start of its dmabuf, or because
   * kernel or controller cannot send dmabufs.
   *
   * Since: 0.1
   */
  props[PROP_COPY_MODE] = g_param_spec_enum ("copy-mode", "Copy mode",
      "Whether frames that cannot be sent in place are copied",
      GST_TYPE_FFS_COPY_MODE, GST_FFS_COPY_AUTO,
      rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:without-host:
   *
   * What to do with frames while no host has configured the function.
   *
   * Since: 0.1
   */
  props[PROP_WITHOUT_HOST] = g_param_spec_enum ("without-host",
      "Without host", "What to do with frames while there is no host",
      GST_TYPE_FFS_IDLE_POLICY, GST_FFS_IDLE_AUTO,
      rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:connected:
   *
   * Whether a host has configured the function, as far as is known: an
   * endpoint file tells of a host that came or went only when it is used.
   *
   * Since: 0.1
   */
  props[PROP_CONNECTED] = g_param_spec_boolean ("connected", "Connected",
      "Whether a host has configured the function", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GstFfsDmabufSink:stats:
   *
   * The fields of #GstBaseSink:stats and, all guint64 but where noted:
   *
   * - frames-zero-copy, frames-copied: frames sent in place, by write()
   * - frames-without-host: frames dropped because there was no host
   * - transfers-queued, -completed, -failed, -cancelled: dmabuf transfers
   *   handed to the kernel, and how their fences signalled
   * - bytes, bytes-copied: bytes of completed transfers, of writes
   * - in-flight, in-flight-max: (guint) frames in flight now, at most
   * - attachments: (guint) dmabufs attached now
   * - attachments-made, attachments-dropped: since start
   * - latency-last, latency-avg, latency-max: from the queueing of a frame
   *   to its release, ns
   * - connections: how often a host came
   *
   * Reset when the element goes to PAUSED; readable afterwards.
   *
   * Since: 0.1
   */
  props[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Counters of frames, transfers, attachments and latency",
      GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (gobject_class, N_PROPS, props);
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
  install_properties (gobject_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class,
      "FunctionFS dmabuf sink", "Sink/Video/Hardware",
      "Sends dmabufs to a USB host without a copy",
      "gst-ffsdmabuf maintainers");

  element_class->change_state = change_state;
  basesink_class->unlock = unlock;
  basesink_class->unlock_stop = unlock_stop;
  basesink_class->render = render;
  basesink_class->set_caps = set_caps;
  basesink_class->propose_allocation = propose_allocation;
  basesink_class->query = query;
  basesink_class->event = event;

  gst_type_mark_as_plugin_api (GST_TYPE_FFS_COPY_MODE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_FFS_IDLE_POLICY, 0);
}
