/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The element's properties: documentation, ranges and defaults, and the
 * values of those that can be written.
 *
 * Ownership: owns its strings.  Locking: none; the element's object lock
 * protects the values.
 */

#include "gstffssettings.h"

/* One transfer on the wire, one queued behind it, one spare for the time it
 * takes to release and queue. */
#define DEFAULT_MAX_IN_FLIGHT 3
#define DEFAULT_EOS_TIMEOUT (10 * GST_SECOND)

void
gst_ffs_settings_init (GstFfsSettings * self)
{
  memset (self, 0, sizeof (*self));
  self->fd = -1;
  self->max_in_flight = DEFAULT_MAX_IN_FLIGHT;
  self->eos_timeout = DEFAULT_EOS_TIMEOUT;
}

void
gst_ffs_settings_clear (GstFfsSettings * self)
{
  g_clear_pointer (&self->endpoint, g_free);
  g_clear_pointer (&self->dma_heap, g_free);
}

void
gst_ffs_settings_copy (const GstFfsSettings * self, GstFfsSettings * copy)
{
  *copy = *self;
  copy->endpoint = g_strdup (self->endpoint);
  copy->dma_heap = g_strdup (self->dma_heap);
}

/**
 * gst_ffs_settings_install:
 * @klass: the element's class
 *
 * Installs the properties, those that can only be read too.
 */
void
gst_ffs_settings_install (GObjectClass * klass)
{
  GParamSpec *props[GST_FFS_N_PROPS] = { NULL, };
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GstFfsDmabufSink:endpoint:
   *
   * File of a bulk IN endpoint in a mounted FunctionFS whose ep0 an
   * application serves. Excludes #GstFfsDmabufSink:fd.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_ENDPOINT] = g_param_spec_string ("endpoint", "Endpoint",
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
  props[GST_FFS_PROP_FD] = g_param_spec_int ("fd", "File descriptor",
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
  props[GST_FFS_PROP_MAX_IN_FLIGHT] = g_param_spec_uint ("max-in-flight",
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
  props[GST_FFS_PROP_COPY_MODE] = g_param_spec_enum ("copy-mode", "Copy mode",
      "Whether frames that cannot be sent in place are copied",
      GST_TYPE_FFS_COPY_MODE, GST_FFS_COPY_AUTO,
      rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:tight:
   *
   * Whether raw video goes out without padding behind its lines and planes,
   * which costs a copy where there is some. Otherwise the bytes of the
   * buffer go out as they are.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_TIGHT] = g_param_spec_boolean ("tight", "Tight",
      "Remove padding from raw video, by a copy where there is some", FALSE,
      rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:dma-heap:
   *
   * Where the dmabufs come from that are offered upstream and that copies
   * are made into: the name of a heap in /dev/dma_heap, or "udmabuf". A
   * controller without an IOMMU that cannot gather pages needs a heap of
   * contiguous memory. %NULL: the system heap or else udmabuf, and without
   * either no dmabufs are offered and copies are written.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_DMA_HEAP] = g_param_spec_string ("dma-heap", "DMA heap",
      "DMA heap for our own buffers, or \"udmabuf\" (NULL = automatic)", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:without-host:
   *
   * What to do with frames while no host has configured the function.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_WITHOUT_HOST] = g_param_spec_enum ("without-host",
      "Without host", "What to do with frames while there is no host",
      GST_TYPE_FFS_IDLE_POLICY, GST_FFS_IDLE_AUTO,
      rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:eos-timeout:
   *
   * How long EOS waits for a host that reads nothing, in nanoseconds. Then
   * the frames in flight are cancelled and a warning is posted. -1 waits as
   * long as it takes.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_EOS_TIMEOUT] =
      g_param_spec_uint64 ("eos-timeout", "EOS timeout",
      "Longest wait for the host at EOS without progress (ns, -1 = unlimited)",
      0, G_MAXUINT64, DEFAULT_EOS_TIMEOUT, rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:transfer-errors:
   *
   * What to do when a transfer fails while the host is there. A host that
   * goes away is not an error.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_TRANSFER_ERRORS] = g_param_spec_enum ("transfer-errors",
      "Transfer errors", "What to do when a transfer fails",
      GST_TYPE_FFS_ERROR_POLICY, GST_FFS_ERROR_COUNT,
      rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:connected:
   *
   * Whether a host has configured the function, as far as is known: an
   * endpoint file tells of a host that came or went only when it is used.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_CONNECTED] =
      g_param_spec_boolean ("connected", "Connected",
      "Whether a host has configured the function", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GstFfsDmabufSink:streaming:
   *
   * Whether the host that is connected has read a frame. The notification
   * comes from the thread that waits for fences, which a change of the
   * element's state waits for: change it from elsewhere.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_STREAMING] =
      g_param_spec_boolean ("streaming", "Streaming",
      "Whether the host reads frames", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GstFfsDmabufSink:stats:
   *
   * The fields of #GstBaseSink:stats and, all guint64 but where noted:
   *
   * - frames-zero-copy: frames sent in place
   * - frames-copied: frames of which all or a part was copied, and among
   *   them by the first reason found copied-memory (no dmabuf),
   *   copied-offset (not at the start of its dmabuf), copied-padding (tight),
   *   copied-no-sg, copied-no-ioctl, copied-mode (copy-mode=always)
   * - frames-without-host: frames dropped because there was no host
   * - transfers-queued, -completed, -failed, -cancelled: dmabuf transfers
   *   handed to the kernel, and how their fences signalled
   * - bytes: bytes that the host has read
   * - bytes-copied: bytes that went through the CPU
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
  props[GST_FFS_PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Counters of frames, transfers, attachments and latency",
      GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  gst_type_mark_as_plugin_api (GST_TYPE_FFS_COPY_MODE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_FFS_IDLE_POLICY, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_FFS_ERROR_POLICY, 0);
  g_object_class_install_properties (klass, GST_FFS_N_PROPS, props);
}

/* FALSE if there is no such property. */
gboolean
gst_ffs_settings_set (GstFfsSettings * self, guint id, const GValue * value)
{
  switch (id) {
    case GST_FFS_PROP_ENDPOINT:
      g_free (self->endpoint);
      self->endpoint = g_value_dup_string (value);
      return TRUE;
    case GST_FFS_PROP_FD:
      self->fd = g_value_get_int (value);
      return TRUE;
    case GST_FFS_PROP_MAX_IN_FLIGHT:
      self->max_in_flight = g_value_get_uint (value);
      return TRUE;
    case GST_FFS_PROP_COPY_MODE:
      self->copy_mode = g_value_get_enum (value);
      return TRUE;
    case GST_FFS_PROP_TIGHT:
      self->tight = g_value_get_boolean (value);
      return TRUE;
    case GST_FFS_PROP_DMA_HEAP:
      g_free (self->dma_heap);
      self->dma_heap = g_value_dup_string (value);
      return TRUE;
    case GST_FFS_PROP_WITHOUT_HOST:
      self->without_host = g_value_get_enum (value);
      return TRUE;
    case GST_FFS_PROP_EOS_TIMEOUT:
      self->eos_timeout = g_value_get_uint64 (value);
      return TRUE;
    case GST_FFS_PROP_TRANSFER_ERRORS:
      self->transfer_errors = g_value_get_enum (value);
      return TRUE;
    default:
      return FALSE;
  }
}

/* FALSE if there is no such property. */
gboolean
gst_ffs_settings_get (const GstFfsSettings * self, guint id, GValue * value)
{
  switch (id) {
    case GST_FFS_PROP_ENDPOINT:
      g_value_set_string (value, self->endpoint);
      return TRUE;
    case GST_FFS_PROP_FD:
      g_value_set_int (value, self->fd);
      return TRUE;
    case GST_FFS_PROP_MAX_IN_FLIGHT:
      g_value_set_uint (value, self->max_in_flight);
      return TRUE;
    case GST_FFS_PROP_COPY_MODE:
      g_value_set_enum (value, self->copy_mode);
      return TRUE;
    case GST_FFS_PROP_TIGHT:
      g_value_set_boolean (value, self->tight);
      return TRUE;
    case GST_FFS_PROP_DMA_HEAP:
      g_value_set_string (value, self->dma_heap);
      return TRUE;
    case GST_FFS_PROP_WITHOUT_HOST:
      g_value_set_enum (value, self->without_host);
      return TRUE;
    case GST_FFS_PROP_EOS_TIMEOUT:
      g_value_set_uint64 (value, self->eos_timeout);
      return TRUE;
    case GST_FFS_PROP_TRANSFER_ERRORS:
      g_value_set_enum (value, self->transfer_errors);
      return TRUE;
    default:
      return FALSE;
  }
}
