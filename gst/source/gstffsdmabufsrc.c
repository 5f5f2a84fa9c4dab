/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-ffsdmabufsrc
 * @title: ffsdmabufsrc
 * @short_description: receives frames from a USB host into dmabufs
 *
 * The counterpart of ffsdmabufsink: a USB host sends frames to a bulk OUT
 * endpoint of a Linux USB gadget function (FunctionFS), and the USB controller
 * writes them into downstream's dmabufs, for example of a display, an encoder
 * or a video output. The CPU never accesses them. The element pushes a buffer
 * when its transfer has ended and it contains a complete frame.
 *
 * With #GstFfsDmabufSrc:endpoint or #GstFfsDmabufSrc:fd an application serves
 * ep0, and frames of one size arrive back to back. With
 * #GstFfsDmabufSrc:gadget or #GstFfsDmabufSrc:function the element serves ep0,
 * and the host selects the format: by the protocol of docs/protocol.md, or as
 * for a V4L2 output with #GstFfsDmabufSrc:profile uvc.
 *
 * While downstream has no empty buffer, nothing is queued and the host waits.
 * When the host disconnects, the pipeline stays in PLAYING.
 *
 * Needs Linux 6.9 or the patches in kernel/ and a device controller with
 * scatter-gather; detecting short and long frames needs the patches.
 *
 * ## Example
 * |[
 * gst-launch-1.0 ffsdmabufsrc endpoint=/dev/ffs-display/ep1 ! video/x-raw,format=YUY2,width=640,height=480,framerate=30/1 ! v4l2sink io-mode=dmabuf-import
 * ]|
 *
 * Since: 0.2
 */

#include <errno.h>

#include "gstffsdmabufsrc.h"
#include "gstffsreceiver.h"
#include "gstffssrcformat.h"
#include "gstffssrchost.h"
#include "gstffssrcopened.h"
#include "gstffssrcpool.h"
#include "gstffssrcsettings.h"
#include "gstffstimeline.h"
#include "sink/gstffscaps.h"
#include "sink/gstffsdmabufsink.h"

GST_DEBUG_CATEGORY_EXTERN (gst_ffs_function_debug);
GST_DEBUG_CATEGORY_EXTERN (gst_ffs_transport_debug);
GST_DEBUG_CATEGORY_STATIC (gst_ffs_dmabuf_src_debug);
#define GST_CAT_DEFAULT gst_ffs_dmabuf_src_debug

/* For a controller that accepts no transfers at the moment. */
#define RETRY_INTERVAL (50 * GST_MSECOND)

/* uvcvideo completes a transfer without data whenever one is queued and it has
 * no frame: thousands a second, if they were queued again at once. */
#define EMPTY_INTERVAL GST_MSECOND

/* How long a controller may take to complete cancelled transfers. */
#define SHUTDOWN_TIMEOUT (5 * GST_SECOND)

struct _GstFfsDmabufSrc
{
  GstPushSrc parent;

  /* Properties; under the object lock. */
  GstFfsSrcSettings settings;

  GstFfsSrcHost host;
  GstFfsSrcOpened opened;

  /* From PAUSED on, afterwards kept for its statistics; changes under the
   * object lock. */
  GstFfsReceiver *receiver;
  gboolean open;

  /* Streaming thread. */
  guint n_started;              /* number of the negotiated stream */
  GstFfsSrcFormat format;
  gboolean keep_pool;           /* it was decided for these caps */
  GstFfsTimeline timeline;
  guint64 n_frames;
  guint64 n_empty;              /* transfers without data, as seen last */
};

G_DEFINE_FINAL_TYPE (GstFfsDmabufSrc, gst_ffs_dmabuf_src, GST_TYPE_PUSH_SRC);
GST_ELEMENT_REGISTER_DEFINE (ffsdmabufsrc, "ffsdmabufsrc", GST_RANK_NONE,
    GST_TYPE_FFS_DMABUF_SRC);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

/* ---- negotiation ---- */

/* (transfer full): The host's selection, or "caps". */
static GstCaps *
get_wanted (GstFfsDmabufSrc * self)
{
  GstCaps *caps;

  if (self->opened.profile)
    return gst_ffs_profile_get_caps (self->opened.profile);
  GST_OBJECT_LOCK (self);
  caps = self->settings.caps ? gst_caps_ref (self->settings.caps) :
      gst_caps_new_any ();
  GST_OBJECT_UNLOCK (self);
  return caps;
}

/* Raw video without a size cannot be fixated: the host has one. */
static gboolean
has_size (GstCaps * caps)
{
  GstStructure *s = gst_caps_get_structure (caps, 0);
  gint size;

  return !gst_structure_has_name (s, "video/x-raw")
      || (gst_structure_get_int (s, "width", &size)
      && gst_structure_get_int (s, "height", &size));
}

/* (transfer full) (nullable): Fixed caps that the host sends and downstream
 * accepts. ANY if neither has caps, with a frame-size. */
static GstCaps *
choose_caps (GstFfsDmabufSrc * self)
{
  GstBaseSrc *bsrc = GST_BASE_SRC (self);
  GstCaps *wanted = gst_ffs_src_pool_with_dmabufs (get_wanted (self));
  gboolean any = gst_caps_is_any (wanted);
  GstCaps *caps = gst_ffs_caps_filter (gst_pad_peer_query_caps
      (GST_BASE_SRC_PAD (self), any ? NULL : wanted));

  if (!any)
    gst_caps_take (&caps, gst_caps_intersect_full (wanted, caps,
            GST_CAPS_INTERSECT_FIRST));
  gst_caps_unref (wanted);
  if (gst_caps_is_any (caps) && self->opened.profile == NULL)
    return caps;
  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps) || !has_size (caps)) {
    GST_INFO_OBJECT (self, "no format in %" GST_PTR_FORMAT, caps);
    gst_caps_unref (caps);
    return NULL;
  }
  return GST_BASE_SRC_GET_CLASS (bsrc)->fixate (bsrc, caps);
}

static void
post_no_format (GstFfsDmabufSrc * self)
{
  GST_ELEMENT_ERROR (self, STREAM, FORMAT,
      ("The format of the host's frames is unknown. Set \"caps\", or add a "
          "capsfilter with width and height after ffsdmabufsrc."), (NULL));
}

/* With a profile, negotiate only when the host has selected a format. */
static gboolean
negotiate (GstBaseSrc * bsrc)
{
  GstFfsDmabufSrc *self = GST_FFS_DMABUF_SRC (bsrc);
  GstCaps *caps;
  gboolean ok;

  if (self->opened.profile && self->n_started == 0)
    return TRUE;
  caps = choose_caps (self);
  if (caps == NULL) {
    if (self->opened.profile == NULL)
      post_no_format (self);
    return FALSE;
  }
  ok = gst_caps_is_any (caps) || gst_base_src_set_caps (bsrc, caps);
  gst_caps_unref (caps);
  return ok;
}

static gboolean
set_caps (GstBaseSrc * bsrc, GstCaps * caps)
{
  GstFfsDmabufSrc *self = GST_FFS_DMABUF_SRC (bsrc);

  gst_ffs_src_format_set_caps (&self->format, caps);
  self->keep_pool = FALSE;
  return TRUE;
}

static void
post_no_buffers (GstFfsDmabufSrc * self)
{
  if (!self->format.have_info && self->settings.frame_size == 0)
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
        ("The size of a frame is unknown. Set \"frame-size\"."), (NULL));
  else
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        ("The USB device controller can write frames of this size to no "
            "dmabufs: downstream has none, and %s.", self->opened.allocator ?
            "the element failed to allocate any" :
            "there is neither a DMA heap nor udmabuf"),
        ("frame-size %u", self->settings.frame_size));
}

/* For the application, if the host only knows the caps. */
static void
tell_layout (GstFfsDmabufSrc * self)
{
  GstStructure *s = gst_ffs_src_format_describe_layout (&self->format);

  GST_INFO_OBJECT (self, "%" GST_PTR_FORMAT, s);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), s));
}

/* Don't cancel transfers for a RECONFIGURE event without new caps: that would
 * cut a frame, and a host of a bare endpoint would be out of step. */
static gboolean
keep_pool (GstFfsDmabufSrc * self, GstQuery * query)
{
  GstBufferPool *pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  gboolean keep = self->keep_pool && pool && gst_buffer_pool_is_active (pool);

  if (keep && gst_query_get_n_allocation_pools (query) > 0)
    gst_query_set_nth_allocation_pool (query, 0, pool, self->format.layout.size,
        0, 0);
  else if (keep)
    gst_query_add_allocation_pool (query, pool, self->format.layout.size, 0, 0);
  gst_clear_object (&pool);
  return keep;
}

static gboolean
decide_allocation (GstBaseSrc * bsrc, GstQuery * query)
{
  GstFfsDmabufSrc *self = GST_FFS_DMABUF_SRC (bsrc);
  GstFfsEndpoint *ep = gst_ffs_receiver_get_endpoint (self->receiver);
  GstFfsSrcPoolWish wish = { 0, };
  gboolean downstreams;

  if ((self->opened.profile && self->n_started == 0)
      || keep_pool (self, query))
    return TRUE;
  /* Release the old buffers first: some pools cannot be replaced while buffers
   * are in use. */
  if (self->format.layout.size > 0) {
    gst_ffs_receiver_cancel (self->receiver, SHUTDOWN_TIMEOUT);
    self->format.layout.size = 0;
  }

  wish.info = self->format.have_info ? &self->format.info : NULL;
  if (self->opened.profile)
    wish.before = gst_ffs_profile_describe (self->opened.profile)->headroom;
  wish.can_gather = gst_ffs_endpoint_can_gather (ep);
  wish.allocator = self->opened.allocator;
  GST_OBJECT_LOCK (self);
  wish.frame_size = self->settings.frame_size;
  wish.allow_padding = self->settings.allow_padding
      || self->settings.profile == GST_FFS_SRC_PROFILE_STREAM;
  wish.n_buffers = self->settings.max_in_flight + 1;
  GST_OBJECT_UNLOCK (self);
  if (!gst_ffs_src_pool_decide (GST_ELEMENT (self), query, &wish,
          &self->format.layout, &downstreams)) {
    self->format.layout.size = 0;
    if (self->opened.profile == NULL)
      post_no_buffers (self);
    return FALSE;
  }
  GST_INFO_OBJECT (self, "using the pool of %s",
      downstreams ? "downstream" : "the element");
  self->keep_pool = TRUE;
  tell_layout (self);
  return TRUE;
}

/* ---- frames ---- */

static GstClockTime
get_running_time (GstFfsDmabufSrc * self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime now = 0, base;

  if (clock) {
    now = gst_clock_get_time (clock);
    base = gst_element_get_base_time (GST_ELEMENT (self));
    now = now > base ? now - base : 0;
    gst_object_unref (clock);
  }
  return now;
}

/* (transfer full): Sets times and flags of the buffer. */
static GstBuffer *
finish_frame (GstFfsDmabufSrc * self, GstFfsReceived * item)
{
  GstBuffer *buffer = item->buffer;
  const GstClockTime host = self->opened.profile ? item->head.pts :
      GST_CLOCK_TIME_NONE;
  gboolean jump;

  GST_BUFFER_PTS (buffer) = gst_ffs_timeline_map (&self->timeline, host,
      get_running_time (self), &jump);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = self->opened.profile
      && GST_CLOCK_TIME_IS_VALID (item->head.duration) ? item->head.duration :
      gst_ffs_src_format_get_duration (&self->format);
  GST_BUFFER_OFFSET (buffer) = self->n_frames++;
  GST_BUFFER_OFFSET_END (buffer) = self->n_frames;
  GST_BUFFER_FLAG_SET (buffer, item->head.flags);
  if (item->discont || jump)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  gst_ffs_src_format_add_meta (&self->format, buffer);
  if (self->opened.profile == NULL)
    gst_ffs_presence_set_streaming (&self->host.presence, TRUE);
  GST_LOG_OBJECT (self, "frame %" G_GUINT64_FORMAT ": %" GST_PTR_FORMAT,
      self->n_frames - 1, buffer);
  return buffer;
}

/* ---- streaming thread ---- */

/* The host has started a stream: negotiate caps and buffers. */
static void
begin_stream (GstFfsDmabufSrc * self, guint n_started)
{
  self->n_started = n_started;
  gst_ffs_timeline_reset (&self->timeline);
  if (gst_base_src_negotiate (GST_BASE_SRC (self))
      && self->format.layout.size > 0) {
    GstCaps *caps = gst_pad_get_current_caps (GST_BASE_SRC_PAD (self));

    gst_ffs_profile_set_caps (self->opened.profile, caps);
    gst_caps_unref (caps);
    gst_ffs_src_host_tell_layout (&self->host, n_started,
        self->opened.profile, &self->format.layout);
    return;
  }
  GST_ELEMENT_WARNING (self, STREAM, FORMAT,
      ("The format that the USB host has selected cannot be received: "
          "downstream does not accept it, there are no dmabufs, or "
          "\"frame-size\" is not set."), (NULL));
  gst_ffs_src_host_tell_layout (&self->host, n_started, self->opened.profile,
      NULL);
  gst_ffs_src_host_ignore (&self->host, n_started);
}

static void
post_failure (GstFfsDmabufSrc * self, GstFfsCall call, gint err)
{
  const gchar *name = gst_ffs_endpoint_get_name
      (gst_ffs_receiver_get_endpoint (self->receiver));

  switch (gst_ffs_meaning (call, err)) {
    case GST_FFS_NO_IOCTL:
      GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
          ("This kernel's FunctionFS cannot receive into dmabufs: it needs Linux "
              "6.9 or later, or the patches in kernel/."), ("%s", name));
      break;
    case GST_FFS_NO_SG:
      GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
          ("The USB device controller has no scatter-gather, so it cannot "
              "write to dmabufs."), ("%s", name));
      break;
    default:
      gst_ffs_error_post (GST_ELEMENT (self), call, err, name);
  }
}

/* Queues empty buffers until max-in-flight are in flight. Waits for a buffer
 * only if none is. A host may fill them as fast as they are queued, so return
 * after max-in-flight buffers to push received ones. */
static GstFlowReturn
fill (GstFfsDmabufSrc * self)
{
  GstBufferPool *pool = gst_base_src_get_buffer_pool (GST_BASE_SRC (self));
  const guint max = self->settings.max_in_flight;
  GstFlowReturn ret = GST_FLOW_OK;
  guint n;

  for (n = 0; n < max && ret == GST_FLOW_OK
      && gst_ffs_intake_get_in_flight (gst_ffs_receiver_get_intake
          (self->receiver)) < max; n++) {
    GstBufferPoolAcquireParams params = { 0, };
    GstBuffer *buffer = NULL;
    GstFfsCall call;
    gint err;

    if (!gst_ffs_intake_is_idle (gst_ffs_receiver_get_intake (self->receiver)))
      params.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
    ret = gst_buffer_pool_acquire_buffer (pool, &buffer, &params);
    if (ret == GST_FLOW_EOS && params.flags != 0) {
      ret = GST_FLOW_OK;
      break;
    }
    if (ret != GST_FLOW_OK)
      break;
    err =
        gst_ffs_receiver_queue (self->receiver, buffer, &self->format.layout,
        &call);
    switch (gst_ffs_meaning (call, err)) {
      case GST_FFS_OK:
        continue;
      case GST_FFS_INTERRUPTED:
      case GST_FFS_CANCELLED:
        break;
      case GST_FFS_NOT_ENABLED:
      case GST_FFS_GONE:
        /* Or the controller cannot accept transfers at the moment. */
        gst_ffs_src_host_pause (&self->host, RETRY_INTERVAL);
        break;
      default:
        post_failure (self, call, err);
        ret = GST_FLOW_ERROR;
    }
    break;
  }
  gst_object_unref (pool);
  return ret;
}

/* Waits for a host that sends frames. Negotiates a new stream. */
static GstFlowReturn
get_ready (GstFfsDmabufSrc * self, gboolean * again)
{
  guint n_started;
  gint err = 0;

  *again = FALSE;
  switch (gst_ffs_src_host_wait (&self->host, &n_started, &err)) {
    case GST_FFS_OK:
      break;
    case GST_FFS_CANCELLED:
      *again = TRUE;
      return GST_FLOW_OK;
    case GST_FFS_INTERRUPTED:
      return GST_FLOW_FLUSHING;
    default:
      post_failure (self, GST_FFS_CALL_PROBE, err);
      return GST_FLOW_ERROR;
  }
  if (self->opened.profile && n_started != self->n_started) {
    /* Frames of the last stream have its caps. */
    if (!gst_ffs_intake_has_items (gst_ffs_receiver_get_intake
            (self->receiver)))
      begin_stream (self, n_started);
    *again = TRUE;
  }
  return GST_FLOW_OK;
}

static gboolean
ends_here (GstFfsDmabufSrc * self)
{
  GST_DEBUG_OBJECT (self, "end packet received");
  return self->settings.eos_on_end;
}

/* Waits until a transfer has ended. */
static void
wait_received (GstFfsDmabufSrc * self, guint64 ended)
{
  GstFfsIntake *intake = gst_ffs_receiver_get_intake (self->receiver);
  guint64 n_empty;

  gst_ffs_receiver_wait (self->receiver, ended);
  if (self->settings.profile != GST_FFS_SRC_PROFILE_UVC)
    return;
  n_empty = gst_ffs_intake_get_n_empty (intake);
  if (n_empty != self->n_empty && !gst_ffs_intake_has_items (intake))
    gst_ffs_src_host_pause (&self->host, EMPTY_INTERVAL);
  self->n_empty = n_empty;
}

static GstFlowReturn
create (GstPushSrc * psrc, GstBuffer ** buffer)
{
  GstFfsDmabufSrc *self = GST_FFS_DMABUF_SRC (psrc);
  GstFlowReturn ret;
  gboolean again;

  while (TRUE) {
    guint64 ended = gst_ffs_receiver_get_ended (self->receiver);
    GstFfsReceived item;

    if (gst_ffs_intake_take (gst_ffs_receiver_get_intake (self->receiver),
            &item)) {
      if (item.buffer) {
        *buffer = finish_frame (self, &item);
        return GST_FLOW_OK;
      }
      if (ends_here (self))
        return GST_FLOW_EOS;
      continue;
    }
    ret = get_ready (self, &again);
    if (ret == GST_FLOW_OK && !again)
      ret = fill (self);
    if (ret != GST_FLOW_OK)
      return ret;
    /* Flushing, a halt and the end are detected above. */
    if (!again
        &&
        gst_ffs_intake_get_in_flight (gst_ffs_receiver_get_intake
            (self->receiver)) > 0)
      wait_received (self, ended);
  }
}

static gboolean
unlock (GstBaseSrc * bsrc)
{
  gst_ffs_src_host_set_flushing (&GST_FFS_DMABUF_SRC (bsrc)->host, TRUE);
  return TRUE;
}

static gboolean
unlock_stop (GstBaseSrc * bsrc)
{
  gst_ffs_src_host_set_flushing (&GST_FFS_DMABUF_SRC (bsrc)->host, FALSE);
  return TRUE;
}

/* ---- statistics ---- */

static GstStructure *
get_stats (GstFfsDmabufSrc * self)
{
  GstStructure *s =
      gst_structure_new_empty ("application/x-ffsdmabufsrc-stats");

  gst_ffs_presence_add_stats (&self->host.presence, s);
  GST_OBJECT_LOCK (self);
  if (self->receiver)
    gst_ffs_receiver_add_stats (self->receiver, s);
  GST_OBJECT_UNLOCK (self);
  return s;
}

/* ---- states ---- */

static void
reset (GstFfsDmabufSrc * self)
{
  GstFfsReceiver *old;

  self->n_started = 0;
  gst_ffs_src_format_reset (&self->format);
  self->keep_pool = FALSE;
  self->n_frames = self->n_empty = 0;
  gst_ffs_timeline_reset (&self->timeline);
  GST_OBJECT_LOCK (self);
  old = g_steal_pointer (&self->receiver);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&old, gst_ffs_receiver_free);
}

static void
close_all (GstFfsDmabufSrc * self)
{
  GstStructure *stats;

  /* Unpatched kernels dereference a NULL pointer when a dmabuf is detached
   * while the function is unbound; downstream may free some at this time. */
  if (self->open && self->opened.gadget)
    gst_ffs_endpoint_set_disabled
        (gst_ffs_receiver_get_endpoint (self->receiver));
  gst_ffs_src_opened_unbind (&self->opened);
  gst_ffs_src_host_close (&self->host);
  if (self->open && !gst_ffs_receiver_close (self->receiver, SHUTDOWN_TIMEOUT))
    GST_ELEMENT_WARNING (self, RESOURCE, BUSY,
        ("The USB device controller has not completed cancelled transfers; "
            "their buffers are released when it does."), (NULL));
  self->open = FALSE;
  gst_ffs_src_opened_close (&self->opened);
  stats = get_stats (self);
  GST_INFO_OBJECT (self, "final stats: %" GST_PTR_FORMAT, stats);
  gst_structure_free (stats);
}

static gboolean
open_all (GstFfsDmabufSrc * self)
{
  GstFfsReceiver *receiver;
  GstFfsSrcSettings settings;
  gboolean ok;

  reset (self);
  GST_OBJECT_LOCK (self);
  gst_ffs_src_settings_copy (&self->settings, &settings);
  GST_OBJECT_UNLOCK (self);
  ok = gst_ffs_src_opened_open (&self->opened, GST_ELEMENT (self),
      GST_BASE_SRC_PAD (self), &settings, &self->host);
  gst_ffs_src_settings_clear (&settings);
  if (!ok)
    return FALSE;

  receiver = gst_ffs_receiver_new (g_steal_pointer (&self->opened.endpoint),
      self->opened.allocator, self->opened.profile);
  GST_OBJECT_LOCK (self);
  self->receiver = receiver;
  GST_OBJECT_UNLOCK (self);
  self->open = TRUE;
  gst_ffs_src_host_open (&self->host, receiver, self->opened.profile != NULL);
  if (gst_ffs_src_opened_bind (&self->opened))
    return TRUE;
  close_all (self);
  return FALSE;
}

/* Open here and not in start(): when start() fails, GstBaseSrc posts a generic
 * error after the specific one. */
static GstStateChangeReturn
change_state (GstElement * element, GstStateChange transition)
{
  GstFfsDmabufSrc *self = GST_FFS_DMABUF_SRC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !open_all (self))
    return GST_STATE_CHANGE_FAILURE;
  ret = GST_ELEMENT_CLASS (gst_ffs_dmabuf_src_parent_class)->change_state
      (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && ret == GST_STATE_CHANGE_FAILURE))
    close_all (self);
  return ret;
}

/* ---- properties ---- */

static void
set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  GstFfsDmabufSrc *self = GST_FFS_DMABUF_SRC (object);

  GST_OBJECT_LOCK (self);
  if (!gst_ffs_src_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
get_property (GObject * object, guint id, GValue * value, GParamSpec * pspec)
{
  GstFfsDmabufSrc *self = GST_FFS_DMABUF_SRC (object);

  if (id == GST_FFS_SRC_PROP_STATS) {
    g_value_take_boxed (value, get_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (id == GST_FFS_SRC_PROP_CONNECTED)
    g_value_set_boolean (value,
        gst_ffs_presence_is_connected (&self->host.presence));
  else if (id == GST_FFS_SRC_PROP_STREAMING)
    g_value_set_boolean (value,
        gst_ffs_presence_is_streaming (&self->host.presence));
  else if (!gst_ffs_src_settings_get (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject * object)
{
  GstFfsDmabufSrc *self = GST_FFS_DMABUF_SRC (object);

  g_clear_pointer (&self->receiver, gst_ffs_receiver_free);
  gst_ffs_src_settings_clear (&self->settings);
  gst_ffs_src_host_clear (&self->host);
  G_OBJECT_CLASS (gst_ffs_dmabuf_src_parent_class)->finalize (object);
}

static void
gst_ffs_dmabuf_src_init (GstFfsDmabufSrc * self)
{
  gst_ffs_src_settings_init (&self->settings);
  gst_ffs_src_host_init (&self->host, GST_ELEMENT (self));
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

static void
gst_ffs_dmabuf_src_class_init (GstFfsDmabufSrcClass * klass)
{
  GObjectClass *gobject_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *basesrc_class = GST_BASE_SRC_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_ffs_dmabuf_src_debug, "ffsdmabufsrc", 0,
      "FunctionFS dmabuf source");
  GST_DEBUG_CATEGORY_INIT (gst_ffs_function_debug, "ffsfunction", 0,
      "FunctionFS gadget, ep0, profiles");
  GST_DEBUG_CATEGORY_INIT (gst_ffs_transport_debug, "ffstransport", 0,
      "FunctionFS endpoint, attachments, transfers, fences");

  gobject_class->set_property = set_property;
  gobject_class->get_property = get_property;
  gobject_class->finalize = finalize;
  gst_ffs_src_settings_install (gobject_class);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "FunctionFS dmabuf source", "Source/Video/Hardware",
      "Receives frames from a USB host into dmabufs", GST_FFS_AUTHOR);
  gst_type_mark_as_plugin_api (GST_TYPE_FFS_SRC_PROFILE, 0);

  element_class->change_state = GST_DEBUG_FUNCPTR (change_state);
  basesrc_class->negotiate = GST_DEBUG_FUNCPTR (negotiate);
  basesrc_class->set_caps = GST_DEBUG_FUNCPTR (set_caps);
  basesrc_class->decide_allocation = GST_DEBUG_FUNCPTR (decide_allocation);
  basesrc_class->unlock = GST_DEBUG_FUNCPTR (unlock);
  basesrc_class->unlock_stop = GST_DEBUG_FUNCPTR (unlock_stop);
  GST_PUSH_SRC_CLASS (klass)->create = GST_DEBUG_FUNCPTR (create);
}
