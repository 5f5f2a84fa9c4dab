/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The properties of ffsdmabufsrc: param specs and values.
 *
 * Ownership: the structure owns its strings and caps. Locking: none; the
 * element's object lock protects it.
 */

#include <string.h>

#include "gstffssrcsettings.h"

#define DEFAULT_MAX_IN_FLIGHT 3
#define MAX_FRAME_SIZE (1u << 30)
#define DEFAULT_VENDOR_ID 0x1209
#define DEFAULT_PRODUCT_ID 0x0001
#define DEFAULT_MANUFACTURER "gst-ffsdmabuf"
#define DEFAULT_PRODUCT "USB display"

GType
gst_ffs_src_profile_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_FFS_SRC_PROFILE_NONE, "Frames of one size, without headers", "none"},
    {GST_FFS_SRC_PROFILE_STREAM, "Any format, framed", "stream"},
    {GST_FFS_SRC_PROFILE_UVC, "USB Video Class output device", "uvc"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstFfsSrcProfile",
            values));
  return type;
}

void
gst_ffs_src_settings_init (GstFfsSrcSettings * self)
{
  memset (self, 0, sizeof (*self));
  self->fd = -1;
  self->max_in_flight = DEFAULT_MAX_IN_FLIGHT;
  self->eos_on_end = TRUE;
  self->vendor_id = DEFAULT_VENDOR_ID;
  self->product_id = DEFAULT_PRODUCT_ID;
  self->manufacturer = g_strdup (DEFAULT_MANUFACTURER);
  self->product = g_strdup (DEFAULT_PRODUCT);
}

void
gst_ffs_src_settings_clear (GstFfsSrcSettings * self)
{
  g_clear_pointer (&self->endpoint, g_free);
  gst_clear_caps (&self->caps);
  g_clear_pointer (&self->dma_heap, g_free);
  g_clear_pointer (&self->function, g_free);
  g_clear_pointer (&self->gadget, g_free);
  g_clear_pointer (&self->udc, g_free);
  g_clear_pointer (&self->manufacturer, g_free);
  g_clear_pointer (&self->product, g_free);
  g_clear_pointer (&self->serial, g_free);
}

void
gst_ffs_src_settings_copy (const GstFfsSrcSettings * self,
    GstFfsSrcSettings * copy)
{
  *copy = *self;
  copy->endpoint = g_strdup (self->endpoint);
  copy->caps = self->caps ? gst_caps_ref (self->caps) : NULL;
  copy->dma_heap = g_strdup (self->dma_heap);
  copy->function = g_strdup (self->function);
  copy->gadget = g_strdup (self->gadget);
  copy->udc = g_strdup (self->udc);
  copy->manufacturer = g_strdup (self->manufacturer);
  copy->product = g_strdup (self->product);
  copy->serial = g_strdup (self->serial);
}

/* Format, endpoint and buffers. */
static void
install_stream (GParamSpec ** props, GParamFlags rw)
{
  /**
   * GstFfsDmabufSrc:endpoint:
   *
   * Path of a bulk OUT endpoint in a mounted FunctionFS whose ep0 an
   * application serves. Cannot be combined with #GstFfsDmabufSrc:fd.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_ENDPOINT] = g_param_spec_string ("endpoint",
      "Endpoint", "File of the FunctionFS bulk OUT endpoint, e.g. "
      "/dev/ffs-display/ep1", NULL, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:fd:
   *
   * Open file descriptor of such an endpoint, or -1. The application keeps the
   * ownership.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_FD] = g_param_spec_int ("fd", "File descriptor",
      "Open descriptor of the FunctionFS bulk OUT endpoint (-1 = unset)",
      -1, G_MAXINT, -1, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:caps:
   *
   * Format of the frames, if the host does not select it. %NULL uses
   * downstream's caps, which then must be fixed (capsfilter). Specify no
   * memory features: dmabuf caps are negotiated if downstream has them.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_CAPS] = g_param_spec_boxed ("caps", "Caps",
      "Format of the frames (NULL = downstream's caps)", GST_TYPE_CAPS,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:frame-size:
   *
   * Size of a frame in bytes. 0 derives it from raw video caps. Required for
   * other caps: the size of each frame, or the maximum size with
   * #GstFfsDmabufSrc:profile stream.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_FRAME_SIZE] = g_param_spec_uint ("frame-size",
      "Frame size", "Size of a frame (bytes, 0 = from the caps)", 0,
      MAX_FRAME_SIZE, 0, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:allow-padding:
   *
   * Whether to use downstream buffers with padded lines and planes if the
   * protocol does not report the layout to the host. An element message
   * "ffs-layout" then has the layout of the frames. If %FALSE, such buffers
   * are not used. With #GstFfsDmabufSrc:profile stream the host reads the
   * layout, and padding is always allowed.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_ALLOW_PADDING] =
      g_param_spec_boolean ("allow-padding", "Allow padding",
      "Use downstream buffers with padding",
      FALSE, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:max-in-flight:
   *
   * Maximum number of empty buffers that the controller holds. With one, the
   * bus idles between frames.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_MAX_IN_FLIGHT] = g_param_spec_uint ("max-in-flight",
      "Maximum in flight", "Maximum number of frames queued on the endpoint",
      1, 64, DEFAULT_MAX_IN_FLIGHT, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:dma-heap:
   *
   * Allocator of dmabufs, if the controller cannot write to downstream's
   * buffers: the name of a heap in /dev/dma_heap, or "udmabuf". %NULL selects
   * the system heap, else udmabuf.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_DMA_HEAP] = g_param_spec_string ("dma-heap",
      "DMA heap", "DMA heap to allocate from, or \"udmabuf\" (NULL = "
      "automatic)", NULL, rw | GST_PARAM_MUTABLE_READY);
}

/* EOS, the function and the gadget. */
static void
install_device (GParamSpec ** props, GParamFlags rw)
{
  /**
   * GstFfsDmabufSrc:eos-on-end:
   *
   * Whether the host's end packet causes EOS. If %FALSE, the next stream of a
   * host continues the pipeline.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_EOS_ON_END] = g_param_spec_boolean ("eos-on-end",
      "EOS on end", "Send EOS when the host ends its stream",
      TRUE, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:function:
   *
   * Mount point of a FunctionFS whose ep0 the element serves. Cannot be
   * combined with #GstFfsDmabufSrc:endpoint and #GstFfsDmabufSrc:fd. If %NULL
   * and #GstFfsDmabufSrc:gadget is set: /dev/ffs-NAME.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_FUNCTION] = g_param_spec_string ("function",
      "Function", "Mount point of a FunctionFS whose ep0 the element serves",
      NULL, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:gadget:
   *
   * Name of the USB gadget in configfs, like #GstFfsDmabufSink:gadget.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_GADGET] = g_param_spec_string ("gadget", "Gadget",
      "Name of the USB gadget to bind, created if missing", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:udc:
   *
   * Name in /sys/class/udc of the USB device controller to bind
   * #GstFfsDmabufSrc:gadget to. %NULL selects the first free one.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_UDC] = g_param_spec_string ("udc", "UDC",
      "USB device controller to bind to (NULL = first free)", NULL,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:profile:
   *
   * Class of the USB function. Must be "stream" or "uvc" with #GstFfsDmabufSrc:function or
   * #GstFfsDmabufSrc:gadget, and "none" with an application's endpoint.
   * "uvc" needs a kernel with the patches in kernel/.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_PROFILE] = g_param_spec_enum ("profile", "Profile",
      "Class of the USB function (none = an application serves ep0)",
      GST_TYPE_FFS_SRC_PROFILE, GST_FFS_SRC_PROFILE_NONE,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:vendor-id:
   *
   * idVendor of a gadget that the element creates.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_VENDOR_ID] = g_param_spec_uint ("vendor-id",
      "Vendor ID", "idVendor of the gadget", 0, G_MAXUINT16, DEFAULT_VENDOR_ID,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:product-id:
   *
   * idProduct of a gadget that the element creates.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_PRODUCT_ID] = g_param_spec_uint ("product-id",
      "Product ID", "idProduct of the gadget", 0, G_MAXUINT16,
      DEFAULT_PRODUCT_ID, rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:manufacturer:
   *
   * Manufacturer string of a gadget that the element creates.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_MANUFACTURER] = g_param_spec_string ("manufacturer",
      "Manufacturer", "Manufacturer of the gadget", DEFAULT_MANUFACTURER,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:product:
   *
   * Product string of a gadget that the element creates.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_PRODUCT] = g_param_spec_string ("product", "Product",
      "Product name of the gadget", DEFAULT_PRODUCT,
      rw | GST_PARAM_MUTABLE_READY);

  /**
   * GstFfsDmabufSrc:serial:
   *
   * Serial number of a gadget that the element creates; %NULL for none.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_SERIAL] = g_param_spec_string ("serial", "Serial",
      "USB serial number string (NULL = none)", NULL,
      rw | GST_PARAM_MUTABLE_READY);
}

/**
 * gst_ffs_src_settings_install:
 * @klass: the element's class
 *
 * Installs all properties.
 */
void
gst_ffs_src_settings_install (GObjectClass * klass)
{
  GParamSpec *props[GST_FFS_SRC_N_PROPS] = { NULL, };
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  install_stream (props, rw);
  install_device (props, rw);

  /**
   * GstFfsDmabufSrc:connected:
   *
   * Whether a host has configured the function.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_CONNECTED] = g_param_spec_boolean ("connected",
      "Connected", "Whether a host has configured the function", FALSE, ro);

  /**
   * GstFfsDmabufSrc:streaming:
   *
   * Whether a host has started a stream. With an application's ep0: whether
   * the connected host has sent a frame.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_STREAMING] = g_param_spec_boolean ("streaming",
      "Streaming", "Whether the host sends frames", FALSE, ro);

  /**
   * GstFfsDmabufSrc:stats:
   *
   * Counters, see docs/source.md.
   *
   * Since: 0.2
   */
  props[GST_FFS_SRC_PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Counters", GST_TYPE_STRUCTURE, ro);

  g_object_class_install_properties (klass, GST_FFS_SRC_N_PROPS, props);
}

/* Returns the field of a string property, or NULL. */
static gchar **
find_string (GstFfsSrcSettings * self, guint id)
{
  switch (id) {
    case GST_FFS_SRC_PROP_ENDPOINT:
      return &self->endpoint;
    case GST_FFS_SRC_PROP_DMA_HEAP:
      return &self->dma_heap;
    case GST_FFS_SRC_PROP_FUNCTION:
      return &self->function;
    case GST_FFS_SRC_PROP_GADGET:
      return &self->gadget;
    case GST_FFS_SRC_PROP_UDC:
      return &self->udc;
    case GST_FFS_SRC_PROP_MANUFACTURER:
      return &self->manufacturer;
    case GST_FFS_SRC_PROP_PRODUCT:
      return &self->product;
    case GST_FFS_SRC_PROP_SERIAL:
      return &self->serial;
    default:
      return NULL;
  }
}

/* The same for unsigned numbers. */
static guint *
find_number (GstFfsSrcSettings * self, guint id)
{
  switch (id) {
    case GST_FFS_SRC_PROP_FRAME_SIZE:
      return &self->frame_size;
    case GST_FFS_SRC_PROP_MAX_IN_FLIGHT:
      return &self->max_in_flight;
    case GST_FFS_SRC_PROP_VENDOR_ID:
      return &self->vendor_id;
    case GST_FFS_SRC_PROP_PRODUCT_ID:
      return &self->product_id;
    default:
      return NULL;
  }
}

/* Returns: %FALSE if there is no such property */
gboolean
gst_ffs_src_settings_set (GstFfsSrcSettings * self, guint id,
    const GValue * value)
{
  gchar **string = find_string (self, id);
  guint *number = find_number (self, id);

  if (string) {
    g_free (*string);
    *string = g_value_dup_string (value);
  } else if (number) {
    *number = g_value_get_uint (value);
  } else if (id == GST_FFS_SRC_PROP_FD) {
    self->fd = g_value_get_int (value);
  } else if (id == GST_FFS_SRC_PROP_CAPS) {
    gst_caps_replace (&self->caps, (GstCaps *) gst_value_get_caps (value));
  } else if (id == GST_FFS_SRC_PROP_ALLOW_PADDING) {
    self->allow_padding = g_value_get_boolean (value);
  } else if (id == GST_FFS_SRC_PROP_EOS_ON_END) {
    self->eos_on_end = g_value_get_boolean (value);
  } else if (id == GST_FFS_SRC_PROP_PROFILE) {
    self->profile = g_value_get_enum (value);
  } else {
    return FALSE;
  }
  return TRUE;
}

/* Returns: %FALSE if there is no such property */
gboolean
gst_ffs_src_settings_get (const GstFfsSrcSettings * self, guint id,
    GValue * value)
{
  gchar **string = find_string ((GstFfsSrcSettings *) self, id);
  guint *number = find_number ((GstFfsSrcSettings *) self, id);

  if (string)
    g_value_set_string (value, *string);
  else if (number)
    g_value_set_uint (value, *number);
  else if (id == GST_FFS_SRC_PROP_FD)
    g_value_set_int (value, self->fd);
  else if (id == GST_FFS_SRC_PROP_CAPS)
    g_value_set_boxed (value, self->caps);
  else if (id == GST_FFS_SRC_PROP_ALLOW_PADDING)
    g_value_set_boolean (value, self->allow_padding);
  else if (id == GST_FFS_SRC_PROP_EOS_ON_END)
    g_value_set_boolean (value, self->eos_on_end);
  else if (id == GST_FFS_SRC_PROP_PROFILE)
    g_value_set_enum (value, self->profile);
  else
    return FALSE;
  return TRUE;
}
