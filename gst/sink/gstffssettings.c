/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The element's properties: types, documentation, ranges, defaults, and the
 * values of the writable ones.
 *
 * Ownership: owns its strings.  Locking: none; the element's object lock
 * protects the values.
 */

#include "gstffssettings.h"

/* One transfer on the wire, one queued, and one for the time to release and
 * queue. */
#define DEFAULT_MAX_IN_FLIGHT 3
#define DEFAULT_MAX_PAYLOAD_SIZE (4 * 1024 * 1024)
#define DEFAULT_EOS_TIMEOUT (10 * GST_SECOND)

/* pid.codes: for tests, not for products. */
#define DEFAULT_VENDOR_ID 0x1209
#define DEFAULT_PRODUCT_ID 0x0001
#define DEFAULT_MANUFACTURER "gst-ffsdmabuf"
#define DEFAULT_PRODUCT "Camera"

GType
gst_ffs_copy_mode_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_FFS_COPY_AUTO, "Copy frames that cannot be sent in place", "auto"},
    {GST_FFS_COPY_NEVER, "Post an error instead of copying", "never"},
    {GST_FFS_COPY_ALWAYS,
          "Copy all frames and send them without dmabufs (for comparison)",
        "always"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstFfsCopyMode",
            values));
  return type;
}

GType
gst_ffs_idle_policy_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_FFS_IDLE_AUTO, "Drop frames of live sources, block other sources",
        "auto"},
    {GST_FFS_IDLE_DROP, "Drop frames", "drop"},
    {GST_FFS_IDLE_WAIT, "Wait for a host", "wait"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstFfsIdlePolicy",
            values));
  return type;
}

GType
gst_ffs_error_policy_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_FFS_ERROR_COUNT, "Count the frame in stats", "count"},
    {GST_FFS_ERROR_FAIL, "Post an error and stop", "fail"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstFfsErrorPolicy",
            values));
  return type;
}

GType
gst_ffs_profile_type_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_FFS_PROFILE_TYPE_STREAM, "Any format, with frame headers", "stream"},
    {GST_FFS_PROFILE_TYPE_U3V, "USB3 Vision", "u3v"},
    {GST_FFS_PROFILE_TYPE_UVC, "Webcam (USB Video Class)", "uvc"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstFfsProfileType",
            values));
  return type;
}

void
gst_ffs_settings_init (GstFfsSettings * self)
{
  memset (self, 0, sizeof (*self));
  self->fd = -1;
  self->max_in_flight = DEFAULT_MAX_IN_FLIGHT;
  self->max_payload_size = DEFAULT_MAX_PAYLOAD_SIZE;
  self->eos_timeout = DEFAULT_EOS_TIMEOUT;
  self->n_functions = 1;
  self->vendor_id = DEFAULT_VENDOR_ID;
  self->product_id = DEFAULT_PRODUCT_ID;
  self->manufacturer = g_strdup (DEFAULT_MANUFACTURER);
  self->product = g_strdup (DEFAULT_PRODUCT);
}

void
gst_ffs_settings_clear (GstFfsSettings * self)
{
  g_clear_pointer (&self->endpoint, g_free);
  g_clear_pointer (&self->dma_heap, g_free);
  g_clear_pointer (&self->function, g_free);
  g_clear_pointer (&self->gadget, g_free);
  g_clear_pointer (&self->instance, g_free);
  g_clear_pointer (&self->udc, g_free);
  g_clear_pointer (&self->manufacturer, g_free);
  g_clear_pointer (&self->product, g_free);
  g_clear_pointer (&self->serial, g_free);
  gst_clear_structure (&self->controls);
}

void
gst_ffs_settings_copy (const GstFfsSettings * self, GstFfsSettings * copy)
{
  *copy = *self;
  copy->endpoint = g_strdup (self->endpoint);
  copy->dma_heap = g_strdup (self->dma_heap);
  copy->function = g_strdup (self->function);
  copy->gadget = g_strdup (self->gadget);
  copy->instance = g_strdup (self->instance);
  copy->udc = g_strdup (self->udc);
  copy->manufacturer = g_strdup (self->manufacturer);
  copy->product = g_strdup (self->product);
  copy->serial = g_strdup (self->serial);
  copy->controls = self->controls ? gst_structure_copy (self->controls) : NULL;
}

/**
 * gst_ffs_settings_install:
 * @klass: the element's class
 *
 * Installs all properties, including the read-only ones.
 */
void
gst_ffs_settings_install (GObjectClass * klass)
{
  GParamSpec *props[GST_FFS_N_PROPS] = { NULL, };
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GstFfsDmabufSink:endpoint:
   *
   * Path of a bulk IN endpoint in a mounted FunctionFS whose ep0 an
   * application serves. Cannot be combined with #GstFfsDmabufSink:fd.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_ENDPOINT] = g_param_spec_string ("endpoint", "Endpoint",
      "File of the FunctionFS bulk IN endpoint, e.g. /dev/ffs-camera/ep1",
      NULL, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:fd:
   *
   * Open file descriptor of a FunctionFS bulk IN endpoint, or -1. The
   * application keeps the ownership. The element reopens the file if permitted,
   * else it duplicates the descriptor and sets O_NONBLOCK, which applies to the
   * application's descriptor too.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_FD] = g_param_spec_int ("fd", "File descriptor",
      "Open descriptor of the FunctionFS bulk IN endpoint (-1 = unset)",
      -1, G_MAXINT, -1, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:max-in-flight:
   *
   * Maximum number of buffers that the controller holds. With one, the bus
   * idles between frames. The allocation query passes this number upstream, so
   * that pools are large enough.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_MAX_IN_FLIGHT] = g_param_spec_uint ("max-in-flight",
      "Maximum in flight", "Maximum number of frames queued on the endpoint",
      1, 64, DEFAULT_MAX_IN_FLIGHT, rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:copy-mode:
   *
   * What to do with a frame that cannot be sent in place because it is not in
   * dmabuf memory, does not start at the beginning of its dmabuf, or because
   * kernel or controller do not support dmabufs.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_COPY_MODE] = g_param_spec_enum ("copy-mode", "Copy mode",
      "What to do with frames that cannot be sent in place",
      GST_TYPE_FFS_COPY_MODE, GST_FFS_COPY_AUTO,
      rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:remove-padding:
   *
   * Send raw video without padding after its lines and planes. Padded frames
   * may have to be copied. Otherwise the bytes of the buffer are sent
   * unchanged.
   *
   * Since: 0.2
   */
  props[GST_FFS_PROP_REMOVE_PADDING] =
      g_param_spec_boolean ("remove-padding", "Remove padding",
      "Send raw video without padding, by a copy if needed", FALSE,
      rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:tight:
   *
   * Former name of #GstFfsDmabufSink:remove-padding.
   *
   * Since: 0.1
   * Deprecated: 0.2
   */
  props[GST_FFS_PROP_TIGHT] = g_param_spec_boolean ("tight", "Tight",
      "Deprecated: use remove-padding", FALSE,
      rw | GST_PARAM_MUTABLE_PLAYING | G_PARAM_DEPRECATED);

  /**
   * GstFfsDmabufSink:dma-heap:
   *
   * Allocator of the dmabufs proposed upstream and used for copies: the name
   * of a heap in /dev/dma_heap, or "udmabuf". A controller that needs
   * contiguous memory and has no IOMMU needs a CMA heap. %NULL selects the
   * system heap, else udmabuf. Without either, no dmabufs are proposed and
   * copies are written.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_DMA_HEAP] = g_param_spec_string ("dma-heap", "DMA heap",
      "DMA heap to allocate from, or \"udmabuf\" (NULL = automatic)", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:without-host:
   *
   * What to do with frames while no host has configured the function or, if
   * the element serves ep0, while the host does not stream.
   *
   * "auto" drops frames of a live source; another source is blocked until a
   * host streams. If the element
   * serves ep0, it also posts an element message, on which ffscamerabin sets a
   * live video source that feeds only this element to READY until a host
   * streams. With "drop" the source keeps running.
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
   * Maximum time in nanoseconds that EOS waits for a host that reads nothing.
   * Then the frames in flight are cancelled and a warning is posted. -1 waits
   * forever.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_EOS_TIMEOUT] =
      g_param_spec_uint64 ("eos-timeout", "EOS timeout",
      "Maximum wait at EOS for a host that reads nothing (ns, -1 = unlimited)",
      0, G_MAXUINT64, DEFAULT_EOS_TIMEOUT, rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:transfer-errors:
   *
   * What to do when a transfer fails while the host is connected. A disconnect
   * is not an error.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_TRANSFER_ERRORS] = g_param_spec_enum ("transfer-errors",
      "Transfer errors", "What to do when a transfer fails",
      GST_TYPE_FFS_ERROR_POLICY, GST_FFS_ERROR_COUNT,
      rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:function:
   *
   * Directory where the FunctionFS is mounted whose ep0 the element serves (for
   * its name see #GstFfsDmabufSink:instance): the element writes the
   * descriptors, answers control requests and sends frames while the host
   * streams. Cannot be combined with #GstFfsDmabufSink:endpoint and
   * #GstFfsDmabufSink:fd. If %NULL and #GstFfsDmabufSink:gadget is set:
   * /dev/ffs-INSTANCE, see #GstFfsDmabufSink:instance.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_FUNCTION] = g_param_spec_string ("function", "Function",
      "Mount point of a FunctionFS whose ep0 the element serves, e.g. "
      "/dev/ffs-camera", NULL, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:gadget:
   *
   * Name of the USB gadget in configfs. On the way to PAUSED the element
   * creates what is missing of it, mounts its FunctionFS and binds it. On the
   * way to READY it undoes these steps. Creating a gadget needs root;
   * examples/ffs-gadget does it once for an ordinary user.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_GADGET] = g_param_spec_string ("gadget", "Gadget",
      "Name of the USB gadget to bind, created if missing", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:instance:
   *
   * Name of the function in #GstFfsDmabufSink:gadget: functions/ffs.INSTANCE
   * in configfs, mounted at /dev/ffs-INSTANCE. It must be unique on the board,
   * across all gadgets. %NULL: the name of the gadget.
   *
   * Since: 0.2
   */
  props[GST_FFS_PROP_INSTANCE] = g_param_spec_string ("instance", "Instance",
      "Name of the function in the gadget (NULL = the gadget's name)", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:n-functions:
   *
   * Number of functions of #GstFfsDmabufSink:gadget: those of all elements, in
   * this process or others, and the kernel's. The last element binds the gadget
   * when all functions are linked and all FunctionFS functions have descriptors.
   * When an element stops, the host loses the device until that element is
   * back. Set the same number on each element.
   *
   * Since: 0.2
   */
  props[GST_FFS_PROP_N_FUNCTIONS] = g_param_spec_uint ("n-functions",
      "Number of functions", "Number of functions of the gadget when it is "
      "bound", 1, 16, 1, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:udc:
   *
   * Name in /sys/class/udc of the USB device controller to bind
   * #GstFfsDmabufSink:gadget to. %NULL selects the first free one.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_UDC] = g_param_spec_string ("udc", "UDC",
      "USB device controller to bind to (NULL = first free)", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:profile:
   *
   * Class of the USB function, if #GstFfsDmabufSink:function or
   * #GstFfsDmabufSink:gadget is set: descriptors, control requests and
   * framing.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_PROFILE] = g_param_spec_enum ("profile", "Profile",
      "Class of the USB function", GST_TYPE_FFS_PROFILE_TYPE,
      GST_FFS_PROFILE_TYPE_STREAM, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:vendor-id:
   *
   * idVendor of a gadget that the element creates. The default is for tests,
   * not for products.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_VENDOR_ID] = g_param_spec_uint ("vendor-id", "Vendor ID",
      "USB vendor ID of the gadget", 0, G_MAXUINT16, DEFAULT_VENDOR_ID,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:product-id:
   *
   * idProduct of a gadget that the element creates.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_PRODUCT_ID] = g_param_spec_uint ("product-id",
      "Product ID", "USB product ID of the gadget", 0, G_MAXUINT16,
      DEFAULT_PRODUCT_ID, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:manufacturer:
   *
   * Manufacturer string of a gadget that the element creates. At most 126
   * bytes.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_MANUFACTURER] = g_param_spec_string ("manufacturer",
      "Manufacturer", "USB manufacturer string",
      DEFAULT_MANUFACTURER, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:product:
   *
   * Product string of a gadget that the element creates. At most 126 bytes.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_PRODUCT] = g_param_spec_string ("product", "Product",
      "USB product string", DEFAULT_PRODUCT, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:serial:
   *
   * Serial number, by which hosts distinguish cameras of one model. At most
   * 126 bytes. %NULL selects the board's serial number from the device tree,
   * else a hash of /etc/machine-id.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_SERIAL] = g_param_spec_string ("serial", "Serial",
      "USB serial number string (NULL = from the board)", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:controls:
   *
   * Controls that the application implements, for the profiles uvc and u3v: a
   * structure with a field for each. When a host sets one,
   * #GstFfsDmabufSink::set-control is emitted. They replace controls of the
   * source with the same name.
   *
   * |[
   * controls,exposure-time=(int)[100,33300],exposure-time-default=10000,auto-exposure=(int){0,1}
   * ]|
   *
   * - brightness, contrast, hue, saturation, sharpness, gamma, gain,
   *   exposure-time (us), white-balance-temperature (K),
   *   backlight-compensation, focus and zoom are ranges, of int or double. A
   *   second field with the suffix -default has the initial value; else it is
   *   the minimum.
   * - auto-exposure (0 automatic, 1 manual, 2 shutter priority, 3 aperture
   *   priority), power-line-frequency (0 disabled, 1 50 Hz, 2 60 Hz, 3
   *   automatic), auto-white-balance and auto-focus (0 off, 1 on) are lists of
   *   the supported values, the first of which is the initial value; or
   *   booleans, which support both values and have the given initial one.
   * - custom-1 to custom-8 are ranges with a meaning defined by the
   *   application: controls of an extension unit with uvc, Custom1 to Custom8
   *   with u3v.
   *
   * They are reset to their initial values on the way to PAUSED.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_CONTROLS] = g_param_spec_boxed ("controls", "Controls",
      "Camera controls implemented by the application, e.g. "
      "controls,brightness=(int)[0,255],brightness-default=128",
      GST_TYPE_STRUCTURE, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:max-payload-size:
   *
   * Preferred maximum size in bytes of a payload of profile=uvc. Larger frames are sent
   * as several payloads, in one transfer and in place if the kernel has
   * SUBMIT. A host allocates several buffers of this size and cannot stream
   * without the memory: libusb programs share 16 MB on Linux; 131072 suits
   * libuvc. Rounded down to a multiple of 131072, which is the minimum. The
   * element increases it if a frame would have more than 11 payloads. 0 sends
   * each frame as one payload.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_MAX_PAYLOAD_SIZE] = g_param_spec_uint ("max-payload-size",
      "Maximum payload size", "Preferred maximum payload size with "
      "profile=uvc (bytes, 0 = one payload a frame)", 0, G_MAXINT,
      DEFAULT_MAX_PAYLOAD_SIZE, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:still-images:
   *
   * Whether a host of profile=uvc can request still images (method 2): a frame
   * of any size that upstream has for the format, while video runs in another
   * one. Upstream is renegotiated to the size for one frame and back, so video
   * pauses, and other branches of the pipeline see the change too.
   *
   * Since: 0.2
   */
  props[GST_FFS_PROP_STILL_IMAGES] =
      g_param_spec_boolean ("still-images", "Still images",
      "Let a host request still images with profile=uvc", FALSE,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:connected:
   *
   * Whether a host has configured the function. With an application's ep0 the
   * value can be outdated: an endpoint file reports a connect or disconnect
   * only when it is used.
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
   * Whether the host wants frames. With an application's ep0: whether the
   * connected host has read one. The notification is emitted in a thread of
   * the element that state changes wait for: change states from another
   * thread.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_STREAMING] =
      g_param_spec_boolean ("streaming", "Streaming",
      "Whether the host wants frames", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * GstFfsDmabufSink:stats:
   *
   * The fields of #GstBaseSink:stats and, all guint64 but where noted:
   *
   * - frames-zero-copy: frames sent in place
   * - frames-copied: frames copied in whole or in part, and among them by the
   *   first reason found copied-memory (no dmabuf), copied-offset (not at the
   *   start of its dmabuf), copied-padding (remove-padding), copied-region (the
   *   host selected a region of interest), copied-packet (a part of it ends in
   *   mid-packet), copied-header (behind a header in the same transfer),
   *   copied-no-sg, copied-no-ioctl, copied-dma-device (mapped for another
   *   device than the controller), copied-refused (the controller cannot map
   *   upstream's dmabufs), copied-mode (copy-mode=always)
   * - frames-gathered: frames sent as one transfer of several segments
   * - frames-in-room: frames whose header was written to their headroom
   * - frames-without-host: frames dropped because no host wanted them
   * - frames-unfit: frames dropped because their caps are not the host's
   *   selection
   * - frames-lost: frames with a transfer that failed while the host was
   *   connected: a bus or memory error, or a DETACH by another process, which
   *   on dwc3 cancels all transfers of the endpoint
   * - transfers-queued, -completed, -failed, -cancelled: dmabuf transfers
   *   submitted to the kernel, and the status of their fences: success, an
   *   error while the host was connected, or cancelled by a disconnect or by
   *   the element
   * - bytes: bytes that the host has read
   * - bytes-copied: bytes copied by the CPU
   * - in-flight, in-flight-max: (guint) frames in flight, current and maximum
   * - attachments: (guint) dmabufs currently attached
   * - attachments-made, attachments-dropped: since start
   * - latency-last, latency-avg, latency-max: time from submission to release
   *   of a frame, ns
   * - connections: number of connects
   *
   * Reset on the way to PAUSED; still readable after the element has stopped.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Counters of frames, transfers, attachments and latency",
      GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  gst_type_mark_as_plugin_api (GST_TYPE_FFS_COPY_MODE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_FFS_IDLE_POLICY, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_FFS_ERROR_POLICY, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_FFS_PROFILE_TYPE, 0);
  g_object_class_install_properties (klass, GST_FFS_N_PROPS, props);
}

static void
set_string (gchar ** field, const GValue * value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

/* Returns FALSE if there is no such property. */
gboolean
gst_ffs_settings_set (GstFfsSettings * self, guint id, const GValue * value)
{
  switch (id) {
    case GST_FFS_PROP_ENDPOINT:
      set_string (&self->endpoint, value);
      break;
    case GST_FFS_PROP_FD:
      self->fd = g_value_get_int (value);
      break;
    case GST_FFS_PROP_MAX_IN_FLIGHT:
      self->max_in_flight = g_value_get_uint (value);
      break;
    case GST_FFS_PROP_COPY_MODE:
      g_atomic_int_set (&self->copy_mode, g_value_get_enum (value));
      break;
    case GST_FFS_PROP_REMOVE_PADDING:
    case GST_FFS_PROP_TIGHT:
      g_atomic_int_set (&self->remove_padding, g_value_get_boolean (value));
      break;
    case GST_FFS_PROP_DMA_HEAP:
      set_string (&self->dma_heap, value);
      break;
    case GST_FFS_PROP_WITHOUT_HOST:
      self->without_host = g_value_get_enum (value);
      break;
    case GST_FFS_PROP_EOS_TIMEOUT:
      self->eos_timeout = g_value_get_uint64 (value);
      break;
    case GST_FFS_PROP_TRANSFER_ERRORS:
      self->transfer_errors = g_value_get_enum (value);
      break;
    case GST_FFS_PROP_FUNCTION:
      set_string (&self->function, value);
      break;
    case GST_FFS_PROP_GADGET:
      set_string (&self->gadget, value);
      break;
    case GST_FFS_PROP_INSTANCE:
      set_string (&self->instance, value);
      break;
    case GST_FFS_PROP_N_FUNCTIONS:
      self->n_functions = g_value_get_uint (value);
      break;
    case GST_FFS_PROP_UDC:
      set_string (&self->udc, value);
      break;
    case GST_FFS_PROP_PROFILE:
      self->profile = g_value_get_enum (value);
      break;
    case GST_FFS_PROP_VENDOR_ID:
      self->vendor_id = g_value_get_uint (value);
      break;
    case GST_FFS_PROP_PRODUCT_ID:
      self->product_id = g_value_get_uint (value);
      break;
    case GST_FFS_PROP_MANUFACTURER:
      set_string (&self->manufacturer, value);
      break;
    case GST_FFS_PROP_PRODUCT:
      set_string (&self->product, value);
      break;
    case GST_FFS_PROP_SERIAL:
      set_string (&self->serial, value);
      break;
    case GST_FFS_PROP_CONTROLS:
      gst_clear_structure (&self->controls);
      self->controls = g_value_dup_boxed (value);
      break;
    case GST_FFS_PROP_MAX_PAYLOAD_SIZE:
      self->max_payload_size = g_value_get_uint (value);
      break;
    case GST_FFS_PROP_STILL_IMAGES:
      self->still_images = g_value_get_boolean (value);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

/* FALSE if there is no such property. */
gboolean
gst_ffs_settings_get (const GstFfsSettings * self, guint id, GValue * value)
{
  switch (id) {
    case GST_FFS_PROP_ENDPOINT:
      g_value_set_string (value, self->endpoint);
      break;
    case GST_FFS_PROP_FD:
      g_value_set_int (value, self->fd);
      break;
    case GST_FFS_PROP_MAX_IN_FLIGHT:
      g_value_set_uint (value, self->max_in_flight);
      break;
    case GST_FFS_PROP_COPY_MODE:
      g_value_set_enum (value, self->copy_mode);
      break;
    case GST_FFS_PROP_REMOVE_PADDING:
    case GST_FFS_PROP_TIGHT:
      g_value_set_boolean (value, self->remove_padding);
      break;
    case GST_FFS_PROP_DMA_HEAP:
      g_value_set_string (value, self->dma_heap);
      break;
    case GST_FFS_PROP_WITHOUT_HOST:
      g_value_set_enum (value, self->without_host);
      break;
    case GST_FFS_PROP_EOS_TIMEOUT:
      g_value_set_uint64 (value, self->eos_timeout);
      break;
    case GST_FFS_PROP_TRANSFER_ERRORS:
      g_value_set_enum (value, self->transfer_errors);
      break;
    case GST_FFS_PROP_FUNCTION:
      g_value_set_string (value, self->function);
      break;
    case GST_FFS_PROP_GADGET:
      g_value_set_string (value, self->gadget);
      break;
    case GST_FFS_PROP_INSTANCE:
      g_value_set_string (value, self->instance);
      break;
    case GST_FFS_PROP_N_FUNCTIONS:
      g_value_set_uint (value, self->n_functions);
      break;
    case GST_FFS_PROP_UDC:
      g_value_set_string (value, self->udc);
      break;
    case GST_FFS_PROP_PROFILE:
      g_value_set_enum (value, self->profile);
      break;
    case GST_FFS_PROP_VENDOR_ID:
      g_value_set_uint (value, self->vendor_id);
      break;
    case GST_FFS_PROP_PRODUCT_ID:
      g_value_set_uint (value, self->product_id);
      break;
    case GST_FFS_PROP_MANUFACTURER:
      g_value_set_string (value, self->manufacturer);
      break;
    case GST_FFS_PROP_PRODUCT:
      g_value_set_string (value, self->product);
      break;
    case GST_FFS_PROP_SERIAL:
      g_value_set_string (value, self->serial);
      break;
    case GST_FFS_PROP_CONTROLS:
      g_value_set_boxed (value, self->controls);
      break;
    case GST_FFS_PROP_MAX_PAYLOAD_SIZE:
      g_value_set_uint (value, self->max_payload_size);
      break;
    case GST_FFS_PROP_STILL_IMAGES:
      g_value_set_boolean (value, self->still_images);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}
