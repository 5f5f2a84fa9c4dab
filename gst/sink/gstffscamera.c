/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsCamera: the gadget (if requested), the function and the profile of an
 * element that serves ep0.
 *
 * Also opens the element's other resources, and posts errors with advice.
 *
 * Ownership: owns all three, created in this order and freed in reverse.
 *
 * Locking: none; used in state changes only. The threads of the
 * function and the profile call GstFfsHost until close() returns.
 */

#include <string.h>

#include "function/gstffsfunction.h"
#include "function/gstffsgadget.h"
#include "function/gstffsupstream.h"
#include "function/stream/gstffsstreamprofile.h"
#include "function/u3v/gstffsu3vprofile.h"
#include "function/uvc/gstffsuvcprofile.h"
#include "gstffscamera.h"
#include "transport/gstffsallocator.h"
#include "transport/gstffsdebug.h"
#include "transport/gstffserror.h"

static guint set_control_signal;

#define BOARD_SERIAL "/proc/device-tree/serial-number"
#define MACHINE_ID "/etc/machine-id"
#define SERIAL_LENGTH 12

/* Maximum bytes of a string in configfs (USB_MAX_STRING_LEN in
 * linux/usb/gadget.h). */
#define MAX_STRING 126

struct _GstFfsCamera
{
  GstElement *element;          /* unowned */
  GstPad *sinkpad;              /* the same */
  GstAllocator *allocator;      /* nullable, owned */
  GstFfsSettings settings;      /* a copy from open() */
  GstFfsProfile *profile;
  GstFfsGadget *gadget;         /* NULL if another process binds it */
  GstFfsFunction *function;     /* NULL until upstream's formats are known */
};

/**
 * gst_ffs_camera_install:
 * @klass: the element's class
 *
 * Installs the signals.
 */
void
gst_ffs_camera_install (GObjectClass * klass)
{
  /**
   * GstFfsDmabufSink::set-control:
   * @sink: the element
   * @name: name of the control in #GstFfsDmabufSink:controls
   * @value: a value in its range or list; for a boolean 0 or 1, except
   * auto-exposure, where 0 is automatic and 1 is manual
   *
   * A host sets a control of the application. Emitted in the thread that
   * answers the host, without locks, while the host waits. Defer long work. Do
   * not change the element's state in the handler: a state change waits for
   * this thread.
   *
   * Returns: %TRUE to accept @value. With %FALSE, or without a handler, the
   * value is rejected, and the host reads the old one.
   *
   * Since: 0.1
   */
  set_control_signal = g_signal_new ("set-control",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
      g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 2,
      G_TYPE_STRING, G_TYPE_DOUBLE);
}

/**
 * gst_ffs_camera_set_control:
 * @name: name of the control
 * @value: value from the host
 * @element: the element, which emits the signal
 *
 * Returns: whether the application accepted the value
 */
gboolean
gst_ffs_camera_set_control (const gchar * name, gdouble value, gpointer element)
{
  gboolean taken = FALSE;

  g_signal_emit (element, set_control_signal, 0, name, value, &taken);
  GST_DEBUG_OBJECT (element, "the host sets %s to %g: %s", name, value,
      taken ? "taken" : "refused");
  return taken;
}

static void
post (GstFfsCamera * self, GError * error)
{
  gst_element_message_full (self->element, GST_MESSAGE_ERROR, error->domain,
      error->code, g_strdup (error->message), NULL, __FILE__, GST_FUNCTION,
      __LINE__);
  g_error_free (error);
}

/* Never expose the machine ID; hosts get a hash. */
static gchar *
make_serial (void)
{
  g_autoptr (GChecksum) sum = NULL;
  gchar *text = NULL;

  if (g_file_get_contents (BOARD_SERIAL, &text, NULL, NULL)) {
    g_strstrip (text);
    if (text[0] != '\0' && g_str_is_ascii (text))
      return text;
  }
  g_clear_pointer (&text, g_free);

  sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, (const guchar *) "gst-ffsdmabuf", -1);
  if (g_file_get_contents (MACHINE_ID, &text, NULL, NULL))
    g_checksum_update (sum, (const guchar *) text, -1);
  g_free (text);
  return g_strndup (g_checksum_get_string (sum), SERIAL_LENGTH);
}

/* ---- the offer ---- */

/* H.264 and H.265 as in MP4 files. */
static gboolean
has_length_prefixes (GstCaps * caps)
{
  guint i;

  for (i = 0; !gst_caps_is_any (caps) && i < gst_caps_get_size (caps); i++) {
    GstStructure *s = gst_caps_get_structure (caps, i);

    if ((gst_structure_has_name (s, "video/x-h264")
            || gst_structure_has_name (s, "video/x-h265"))
        && g_strcmp0 (gst_structure_get_string (s, "stream-format"),
            "byte-stream") != 0)
      return TRUE;
  }
  return FALSE;
}

static void
post_wrong_type (GstFfsCamera * self, GstCaps * offer)
{
  const gchar *text;

  if (self->settings.profile != GST_FFS_PROFILE_TYPE_UVC)
    text = "This profile cannot send any format that upstream produces. Put "
        "videoconvert in front, or try profile=stream.";
  else if (has_length_prefixes (offer))
    text = "profile=uvc sends H.264 and H.265 with stream-format=byte-stream, "
        "alignment=au, which upstream does not produce. Put h264parse or "
        "h265parse in front.";
  else
    text = "profile=uvc sends YUY2, NV12, JPEG or H.264; upstream produces "
        "none of them. Put videoconvert in front, or try profile=stream.";
  GST_ELEMENT_ERROR (self->element, STREAM, WRONG_TYPE, ("%s", text),
      ("upstream: %" GST_PTR_FORMAT, offer));
}

static void
post_no_size (GstFfsCamera * self, GstCaps * caps)
{
  GstStructure *s = gst_caps_get_structure (caps, 0);
  const gchar *what = "a parser in front that finds it";

  if (gst_structure_has_name (s, "image/jpeg"))
    what = "jpegparse in front";
  else if (gst_structure_has_name (s, "video/x-h264"))
    what = "h264parse in front";
  else if (gst_structure_has_name (s, "video/x-h265"))
    what = "h265parse in front";
  else if (gst_structure_has_name (s, "video/x-raw"))
    what = "width and height into the caps";
  GST_ELEMENT_ERROR (self->element, STREAM, FORMAT,
      ("Upstream's caps have no frame size, which the host has to know. "
          "Put %s.", what), ("caps %" GST_PTR_FORMAT, caps));
}

static gboolean
has_size (GstCaps * caps)
{
  GstStructure *s;
  gint size;

  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return FALSE;
  s = gst_caps_get_structure (caps, 0);
  return gst_structure_get_int (s, "width", &size)
      && gst_structure_get_int (s, "height", &size);
}

/* Returns FALSE after posting an error. */
static gboolean
set_offer (GstFfsCamera * self, GstCaps * offer)
{
  gboolean ok = gst_ffs_profile_set_offer (self->profile, offer);

  if (!ok)
    post_wrong_type (self, offer);
  return ok;
}

/* (transfer full) (nullable): NULL if not in this build. */
static GstFfsProfile *
new_profile (const GstFfsSettings * settings,
    const GstFfsIdentity * identity G_GNUC_UNUSED,
    GstPad * sinkpad G_GNUC_UNUSED)
{
  GstFfsProfile *profile = NULL;

  switch (settings->profile) {
#ifdef HAVE_U3V
    case GST_FFS_PROFILE_TYPE_U3V:
      profile = gst_ffs_u3v_profile_new (identity, sinkpad);
      break;
#endif
#ifdef HAVE_UVC
    case GST_FFS_PROFILE_TYPE_UVC:
      profile = gst_ffs_uvc_profile_new (identity, sinkpad);
      gst_ffs_uvc_profile_set_max_payload (profile, settings->max_payload_size);
      gst_ffs_uvc_profile_set_stills (profile, settings->still_images);
      break;
#endif
#ifdef HAVE_STREAM
    case GST_FFS_PROFILE_TYPE_STREAM:
      profile = gst_ffs_stream_profile_new (sinkpad);
      break;
#endif
    default:
      break;
  }
  return profile;
}

static void
post_no_profile (GstFfsCamera * self)
{
  g_autoptr (GEnumClass) types = g_type_class_ref (GST_TYPE_FFS_PROFILE_TYPE);
  const gchar *name = g_enum_get_value (types,
      self->settings.profile)->value_nick;

  GST_ELEMENT_ERROR (self->element, CORE, DISABLED,
      ("This build does not support profile=%s: it was configured with "
          "-D%s=disabled, or its dependencies were missing.", name, name),
      (NULL));
}

static GstFfsIdentity
get_identity (const GstFfsSettings * settings)
{
  const GstFfsIdentity identity = {
    settings->vendor_id, settings->product_id,
    settings->manufacturer ? settings->manufacturer : "",
    settings->product ? settings->product : "", settings->serial
  };

  return identity;
}

/* Returns FALSE after posting an error. */
static gboolean
check_string (GstFfsCamera * self, const gchar * property, const gchar * text)
{
  gsize size = strlen (text);

  if (size <= MAX_STRING)
    return TRUE;
  GST_ELEMENT_ERROR (self->element, RESOURCE, SETTINGS,
      ("The property \"%s\" has %" G_GSIZE_FORMAT " bytes; USB strings can "
          "have at most %d.", property, size, MAX_STRING), (NULL));
  return FALSE;
}

/* The same. */
static gboolean
check_settings (GstFfsCamera * self)
{
  const GstFfsIdentity identity = get_identity (&self->settings);
  GError *error = NULL;

  if (!check_string (self, "manufacturer", identity.manufacturer)
      || !check_string (self, "product", identity.product)
      || !check_string (self, "serial", identity.serial))
    return FALSE;
  if (self->settings.controls == NULL
      || gst_ffs_application_check (self->settings.controls, &error))
    return TRUE;
  post (self, error);
  return FALSE;
}

/* Creates the function. Hosts see it when it is bound. Returns FALSE after
 * posting an error. */
static gboolean
make_function (GstFfsCamera * self)
{
  const GstFfsIdentity identity = get_identity (&self->settings);
  const GstFfsPlace place = {
    self->settings.gadget, self->settings.instance, self->settings.n_functions
  };
  const gchar *directory = self->settings.function;
  gboolean leads = TRUE;
  GError *error = NULL;

  if (place.gadget) {
    self->gadget = gst_ffs_gadget_new (&place, directory, &identity,
        gst_ffs_profile_describe (self->profile), &error);
    if (self->gadget) {
      directory = gst_ffs_gadget_get_directory (self->gadget);
      leads = gst_ffs_gadget_leads (self->gadget);
    }
  }
  if (error == NULL)
    self->function = gst_ffs_function_new (directory, self->profile, leads,
        self->allocator, &error);
  if (self->function)
    return TRUE;
  post (self, error);
  return FALSE;
}

/* Gets the offer from upstream, if known. Returns FALSE after posting an
 * error. */
static gboolean
begin (GstFfsCamera * self)
{
  GstCaps *all = gst_ffs_profile_get_caps (self->profile);
  gboolean known, ok;
  GstCaps *offer = gst_ffs_upstream_get_offer (self->sinkpad, all, &known);

  if (known)
    ok = set_offer (self, offer) && make_function (self);
  else
    ok = TRUE;
  if (!known)
    GST_INFO_OBJECT (self->element, "upstream does not know its caps "
        "yet, waiting for them: %" GST_PTR_FORMAT, offer);
  gst_caps_unref (offer);
  gst_caps_unref (all);
  return ok;
}

/**
 * gst_ffs_camera_open:
 * @element: element to post errors
 * @sinkpad: its pad
 * @settings: the settings
 * @allocator: (nullable): allocator of dmabufs
 * @host: receives the host's requests
 *
 * Creates the function if upstream knows its formats. Otherwise
 * gst_ffs_camera_set_caps() does.
 *
 * Returns: (nullable): the camera, %NULL if an error was posted
 */
GstFfsCamera *
gst_ffs_camera_open (GstElement * element, GstPad * sinkpad,
    const GstFfsSettings * settings, GstAllocator * allocator,
    GstFfsHost * host)
{
  GstFfsCamera *self = g_new0 (GstFfsCamera, 1);
  const GstFfsApplication application = {
    settings->controls, gst_ffs_camera_set_control, element
  };
  GstFfsIdentity identity;

  self->element = element;
  self->sinkpad = sinkpad;
  if (allocator)
    self->allocator = gst_object_ref (allocator);
  gst_ffs_settings_copy (settings, &self->settings);
  if (self->settings.serial == NULL)
    self->settings.serial = make_serial ();
  identity = get_identity (&self->settings);
  self->profile = new_profile (&self->settings, &identity, sinkpad);
  if (self->profile == NULL) {
    post_no_profile (self);
    gst_ffs_camera_close (self);
    return NULL;
  }
  /* Name for log lines and threads. */
  gst_object_set_name (GST_OBJECT (self->profile), GST_OBJECT_NAME (element));
  gst_ffs_profile_set_application (self->profile, &application);
  gst_ffs_profile_set_funcs (self->profile, gst_ffs_host_set_streaming,
      gst_ffs_host_set_enabled, gst_ffs_host_get_waiting, host);
  gst_ffs_profile_set_renegotiate_func (self->profile,
      gst_ffs_host_renegotiate);
  if (check_settings (self) && begin (self))
    return self;
  gst_ffs_camera_close (self);
  return NULL;
}

/**
 * gst_ffs_camera_set_caps:
 * @self: a camera that waits for caps
 * @caps: those of the first frames
 *
 * Creates the function.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean
gst_ffs_camera_set_caps (GstFfsCamera * self, GstCaps * caps)
{
  GstCaps *all = gst_ffs_profile_get_caps (self->profile), *offer;
  gboolean ok = FALSE;

  if (!gst_caps_can_intersect (caps, all)) {
    post_wrong_type (self, caps);
  } else if (!has_size (caps)) {
    post_no_size (self, caps);
  } else {
    offer = gst_ffs_upstream_get_offer_for (self->sinkpad, caps);
    ok = set_offer (self, offer) && make_function (self);
    gst_caps_unref (offer);
  }
  gst_caps_unref (all);
  return ok;
}

/* Returns: whether the function waits for the first caps */
gboolean
gst_ffs_camera_waits (GstFfsCamera * self)
{
  return self->function == NULL;
}

/**
 * gst_ffs_camera_close:
 * @self: (transfer full): the camera
 *
 * Removes everything that was created. The endpoint must be closed.
 */
void
gst_ffs_camera_close (GstFfsCamera * self)
{
  g_clear_pointer (&self->function, gst_ffs_function_free);
  g_clear_pointer (&self->gadget, gst_ffs_gadget_free);
  gst_clear_object (&self->profile);
  gst_clear_object (&self->allocator);
  gst_ffs_settings_clear (&self->settings);
  g_free (self);
}

/* Returns: (transfer full): path of the stream endpoint */
gchar *
gst_ffs_camera_get_endpoint (GstFfsCamera * self)
{
  return gst_ffs_function_get_stream_path (self->function);
}

/* Returns: (transfer full): the profile */
GstFfsProfile *
gst_ffs_camera_get_profile (GstFfsCamera * self)
{
  return gst_object_ref (self->profile);
}

/**
 * gst_ffs_camera_bind:
 * @self: the camera
 *
 * Binds the gadget, unless another process does.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean
gst_ffs_camera_bind (GstFfsCamera * self)
{
  GError *error = NULL;

  if (self->gadget == NULL
      || gst_ffs_gadget_bind (self->gadget, self->settings.udc, &error))
    return TRUE;
  post (self, error);
  return FALSE;
}

void
gst_ffs_camera_unbind (GstFfsCamera * self)
{
  if (self->gadget)
    gst_ffs_gadget_unbind (self->gadget);
}

/* ---- opening ---- */

/* (transfer full) (nullable): NULL if an error was posted. */
static GstFfsEndpoint *
open_endpoint (GstElement * element, const gchar * path, gint fd)
{
  GstFfsEndpoint *ep;
  gint err = 0;

  if ((path == NULL) == (fd < 0)) {
    GST_ELEMENT_ERROR (element, RESOURCE, SETTINGS,
        ("Set either \"endpoint\" (for example /dev/ffs-camera/ep1) or "
            "\"fd\" to send to an application's function, or \"gadget\" or "
            "\"function\" to serve ep0."), ("endpoint=%s fd=%d",
            GST_STR_NULL (path), fd));
    return NULL;
  }

  ep = gst_ffs_endpoint_open (path, fd, GST_OBJECT_NAME (element), &err);
  if (ep == NULL) {
    g_autofree gchar *name = path ? g_strdup (path) :
        g_strdup_printf ("fd %d", fd);

    gst_ffs_error_post (element, GST_FFS_CALL_OPEN, err, name);
    return NULL;
  }

  err = gst_ffs_endpoint_probe (ep);
  switch (gst_ffs_meaning (GST_FFS_CALL_PROBE, err)) {
    case GST_FFS_OK:
    case GST_FFS_NOT_ENABLED:
    case GST_FFS_GONE:
      return ep;
    default:
      gst_ffs_error_post (element, GST_FFS_CALL_PROBE, err,
          gst_ffs_endpoint_get_name (ep));
      gst_ffs_endpoint_unref (ep);
      return NULL;
  }
}

/* The allocator is NULL if there are no dmabufs and no heap was requested.
 * Returns FALSE after posting an error. */
static gboolean
open_heap (GstElement * element, const gchar * heap, GstAllocator ** allocator)
{
  gint err = 0;

  *allocator = gst_ffs_allocator_new (heap, &err);
  if (*allocator)
    return TRUE;
  if (heap == NULL) {
    GST_INFO_OBJECT (element, "cannot allocate dmabufs: %s", g_strerror (err));
    return TRUE;
  }
  GST_ELEMENT_ERROR (element, RESOURCE, SETTINGS,
      ("The DMA heap \"%s\" cannot be used; see /dev/dma_heap for the available "
          "heaps and their permissions.", heap), ("%s", g_strerror (err)));
  return FALSE;
}

/* Returns FALSE after posting an error. */
static gboolean
open_camera (GstElement * element, GstPad * sinkpad,
    const GstFfsSettings * settings, GstFfsHost * host, GstFfsOpened * opened)
{
  if (settings->endpoint || settings->fd >= 0) {
    GST_ELEMENT_ERROR (element, RESOURCE, SETTINGS,
        ("Set either \"gadget\" or \"function\" to serve ep0, or "
            "\"endpoint\" or \"fd\" to send to an application's function."),
        (NULL));
    return FALSE;
  }
  opened->camera = gst_ffs_camera_open (element, sinkpad, settings,
      opened->allocator, host);
  return opened->camera != NULL;
}

static GstFfsEndpoint *
open_own_endpoint (GstElement * element, GstFfsOpened * opened)
{
  g_autofree gchar *path = gst_ffs_camera_get_endpoint (opened->camera);

  return open_endpoint (element, path, -1);
}

/**
 * gst_ffs_open:
 * @element: element to post errors
 * @sinkpad: its pad
 * @settings: the settings
 * @host: receives the host's requests
 * @opened: (out): the opened resources; without an endpoint if the function
 * waits for caps
 *
 * Returns: %FALSE if an error was posted
 */
gboolean
gst_ffs_open (GstElement * element, GstPad * sinkpad,
    const GstFfsSettings * settings, GstFfsHost * host, GstFfsOpened * opened)
{
  gboolean own = settings->function || settings->gadget;

  memset (opened, 0, sizeof (*opened));
  if (!open_heap (element, settings->dma_heap, &opened->allocator))
    return FALSE;

  if (!own)
    opened->endpoint = open_endpoint (element, settings->endpoint,
        settings->fd);
  else if (open_camera (element, sinkpad, settings, host, opened)) {
    opened->profile = gst_ffs_camera_get_profile (opened->camera);
    if (gst_ffs_camera_waits (opened->camera))
      return TRUE;
    opened->endpoint = open_own_endpoint (element, opened);
  }
  if (opened->endpoint)
    return TRUE;

  gst_ffs_close (opened);
  return FALSE;
}

/**
 * gst_ffs_open_for_caps:
 * @element: element to post errors
 * @opened: (inout): resources without an endpoint
 * @caps: those of the first frames
 *
 * Creates the function that waited for caps.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean
gst_ffs_open_for_caps (GstElement * element, GstFfsOpened * opened,
    GstCaps * caps)
{
  if (!gst_ffs_camera_set_caps (opened->camera, caps))
    return FALSE;
  opened->endpoint = open_own_endpoint (element, opened);
  return opened->endpoint != NULL;
}

/**
 * gst_ffs_close:
 * @opened: the resources
 *
 * Frees everything but the endpoint, which the stream owns.
 */
void
gst_ffs_close (GstFfsOpened * opened)
{
  g_clear_pointer (&opened->camera, gst_ffs_camera_close);
  gst_clear_object (&opened->profile);
  gst_clear_object (&opened->allocator);
  opened->endpoint = NULL;
}
