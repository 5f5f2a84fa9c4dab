/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The element's properties: their types, documentation, ranges and defaults, and
 * the values of those that can be written.
 *
 * Ownership: owns its strings.  Locking: none; the element's object lock
 * protects the values.
 */

#include "gstffssettings.h"

/* One transfer on the wire, one queued behind it, one spare for the time it
 * takes to release and queue. */
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
    {GST_FFS_COPY_AUTO, "Copy what cannot be sent in place", "auto"},
    {GST_FFS_COPY_NEVER, "Fail rather than copy", "never"},
    {GST_FFS_COPY_ALWAYS, "Copy everything (for comparison)", "always"},
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
    {GST_FFS_IDLE_AUTO, "Drop from a live source, else wait",
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
    {GST_FFS_ERROR_COUNT, "Count it in stats", "count"},
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
    {GST_FFS_PROFILE_TYPE_STREAM, "Any format, framed", "stream"},
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
   * GstFfsDmabufSink:remove-padding:
   *
   * Whether raw video goes out without padding behind its lines and planes,
   * which costs a copy where there is some. Otherwise the bytes of the
   * buffer go out as they are.
   *
   * Since: 0.2
   */
  props[GST_FFS_PROP_REMOVE_PADDING] =
      g_param_spec_boolean ("remove-padding", "Remove padding",
      "Remove padding from raw video, by a copy where there is some", FALSE,
      rw | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstFfsDmabufSink:tight:
   *
   * The former name of #GstFfsDmabufSink:remove-padding.
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
   * What to do with frames while no host has configured the function or,
   * with an ep0 of our own, wants any.
   *
   * "auto" drops frames of a live source, and waits with others. With an ep0 of
   * our own it also says so in an element message, by which ffscamerabin makes
   * the camera do nothing while nobody looks: a live source of video whose frames
   * go to this element alone is set to READY until a host wants frames. With
   * "drop" it runs on.
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
   * GstFfsDmabufSink:function:
   *
   * Where FunctionFS is mounted, for the element to be the camera itself: it
   * describes the function, serves ep0 and sends frames when the host asks
   * for them. Excludes #GstFfsDmabufSink:endpoint and #GstFfsDmabufSink:fd.
   * %NULL with #GstFfsDmabufSink:gadget set: /dev/ffs-NAME.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_FUNCTION] = g_param_spec_string ("function", "Function",
      "Mount point of a FunctionFS that the element is to serve, e.g. "
      "/dev/ffs-camera", NULL, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:gadget:
   *
   * Name of the USB gadget in configfs. What of it is missing, and the mount
   * of its FunctionFS, is made when the element goes to PAUSED and removed
   * when it goes back to READY; it is bound in between. Making it needs root;
   * examples/ffs-gadget does it once for an ordinary user.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_GADGET] = g_param_spec_string ("gadget", "Gadget",
      "Name of the USB gadget to make, where missing, and to bind", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:instance:
   *
   * Name of the function in #GstFfsDmabufSink:gadget: functions/ffs.INSTANCE
   * in configfs, mounted at /dev/ffs-INSTANCE. Two cameras of one gadget need
   * two names, and all gadgets of a board different ones. %NULL: the name of
   * the gadget.
   *
   * Since: 0.2
   */
  props[GST_FFS_PROP_INSTANCE] = g_param_spec_string ("instance", "Instance",
      "Name of the function in the gadget (NULL = that of the gadget)", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:n-functions:
   *
   * How many functions #GstFfsDmabufSink:gadget has, those of other elements,
   * in this process or another one, and those of the kernel together. It is
   * bound when so many are linked and all that FunctionFS serves are described,
   * by the element that comes last. One that ends takes the device from the
   * host until it is back. Each element is to have the same number.
   *
   * Since: 0.2
   */
  props[GST_FFS_PROP_N_FUNCTIONS] = g_param_spec_uint ("n-functions",
      "Number of functions", "How many functions the gadget has when it is "
      "bound", 1, 16, 1, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:udc:
   *
   * The USB device controller that #GstFfsDmabufSink:gadget is bound to, a
   * name from /sys/class/udc. %NULL: the first that is free.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_UDC] = g_param_spec_string ("udc", "UDC",
      "USB device controller to bind to (NULL = the first that is free)", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:profile:
   *
   * The class of camera that the element is with #GstFfsDmabufSink:function
   * or #GstFfsDmabufSink:gadget.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_PROFILE] = g_param_spec_enum ("profile", "Profile",
      "Class of camera", GST_TYPE_FFS_PROFILE_TYPE, GST_FFS_PROFILE_TYPE_STREAM,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:vendor-id:
   *
   * idVendor of the gadget that is made. The default is for tests, not for
   * products.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_VENDOR_ID] = g_param_spec_uint ("vendor-id", "Vendor ID",
      "USB vendor ID of the gadget", 0, G_MAXUINT16, DEFAULT_VENDOR_ID,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:product-id:
   *
   * idProduct of the gadget that is made.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_PRODUCT_ID] = g_param_spec_uint ("product-id",
      "Product ID", "USB product ID of the gadget", 0, G_MAXUINT16,
      DEFAULT_PRODUCT_ID, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:manufacturer:
   *
   * What a host shows as the maker of the camera.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_MANUFACTURER] = g_param_spec_string ("manufacturer",
      "Manufacturer", "Maker of the camera, as a host shows it",
      DEFAULT_MANUFACTURER, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:product:
   *
   * What a host shows as the camera's name.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_PRODUCT] = g_param_spec_string ("product", "Product",
      "Name of the camera, as a host shows it", DEFAULT_PRODUCT,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:serial:
   *
   * The camera's serial number, by which hosts tell cameras of one kind
   * apart. %NULL: the board's serial number if the device tree has one, else
   * a number made from /etc/machine-id.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_SERIAL] = g_param_spec_string ("serial", "Serial",
      "Serial number of the camera (NULL = from the board)", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:controls:
   *
   * What a host can set of the camera that the application itself sees to,
   * with the profiles uvc and u3v: a structure with a field for each control.
   * When a host sets one, #GstFfsDmabufSink::set-control is emitted. What the
   * source has under the same name is the host's no more.
   *
   * |[
   * controls,exposure-time=(int)[100,33300],exposure-time-default=10000,auto-exposure=(int){0,1}
   * ]|
   *
   * - brightness, contrast, hue, saturation, sharpness, gamma, gain,
   *   exposure-time (us), white-balance-temperature (K),
   *   backlight-compensation, focus and zoom are ranges, of int or double.
   *   What they are at first is in a second field with the suffix -default;
   *   else it is the lowest value.
   * - auto-exposure (0 automatic, 1 manual, 2 shutter priority, 3 aperture
   *   priority), power-line-frequency (0 disabled, 1 50 Hz, 2 60 Hz, 3
   *   automatic), auto-white-balance and auto-focus (0 off, 1 on) are lists of
   *   the numbers that there are, the first of which is what they are at
   *   first; or booleans, FALSE or TRUE at first.
   * - custom-1 to custom-8 are ranges of what only the application knows. They
   *   are in an extension unit with uvc, and Custom1 to Custom8 with u3v.
   *
   * Each time the element goes to PAUSED they begin anew.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_CONTROLS] = g_param_spec_boxed ("controls", "Controls",
      "What the application lets a host set, e.g. "
      "controls,brightness=(int)[0,255],brightness-default=128",
      GST_TYPE_STRUCTURE, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:max-payload-size:
   *
   * How many bytes a payload of profile=uvc has at most. Larger frames go as
   * several payloads, in one transfer and in place where the kernel can gather
   * them. A host allocates several buffers of this size, and one that has not
   * the memory for it does not stream: programs with libusb share 16 MB on
   * Linux, and 131072 is what libuvc is happy with. Rounded down to multiples
   * of 131072, but a frame has 11 payloads at most; 0 sends each frame as one.
   *
   * Since: 0.1
   */
  props[GST_FFS_PROP_MAX_PAYLOAD_SIZE] = g_param_spec_uint ("max-payload-size",
      "Maximum payload size", "Most bytes of a frame behind one header, with "
      "profile=uvc (0 = all)", 0, G_MAXINT, DEFAULT_MAX_PAYLOAD_SIZE,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSink:connected:
   *
   * Whether a host has configured the function. With an application's ep0 as
   * far as is known: an endpoint file tells of a host that came or went only
   * when it is used.
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
   * host that is connected has read one. The notification comes from a thread
   * of the element, which a change of its state waits for: change the state
   * from elsewhere.
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
   *   copied-offset (not at the start of its dmabuf), copied-padding (remove-padding),
   *   copied-region (a part of the picture that the host has chosen),
   *   copied-packet (a part of it ends in mid-packet), copied-header (behind
   *   a header in the same transfer), copied-no-sg, copied-no-ioctl,
   *   copied-dma-device (mapped for another device than the controller),
   *   copied-refused (the controller cannot map upstream's dmabufs),
   *   copied-mode (copy-mode=always)
   * - frames-gathered: frames sent as one transfer of several segments
   * - frames-in-room: frames whose header went into the room in front of them
   * - frames-without-host: frames dropped because no host wanted them
   * - frames-unfit: frames dropped because they are not what the host chose
   * - frames-lost: frames of which a transfer ended with an error though the
   *   host was there: an error of the wire or of memory, or a transfer that
   *   was taken back by another program's DETACH, which with dwc3 takes all
   *   transfers of the endpoint back
   * - transfers-queued, -completed, -failed, -cancelled: dmabuf transfers
   *   handed to the kernel, and how their fences signalled: without an error,
   *   with one though the host was there, or because the host went or we
   *   stopped
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
  gst_type_mark_as_plugin_api (GST_TYPE_FFS_PROFILE_TYPE, 0);
  g_object_class_install_properties (klass, GST_FFS_N_PROPS, props);
}

static void
set_string (gchar ** field, const GValue * value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

/* FALSE if there is no such property. */
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
    default:
      return FALSE;
  }
  return TRUE;
}
