/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsCamera: the element as the camera itself: a gadget if asked for, the
 * function in it, and the class of camera that it is.
 *
 * Beside it, what else the element needs from the system, and what a person is to
 * do when it cannot be had.
 *
 * Ownership: owns all three, made in that order and given up in the other.
 *
 * Locking: none; belongs to the element's state changes.  The host is called
 * from the threads of function and profile until close() returns.
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

struct _GstFfsCamera
{
  GstElement *element;          /* unowned */
  gchar *udc;
  GstFfsProfile *profile;
  GstFfsGadget *gadget;         /* NULL if somebody else binds it */
  GstFfsFunction *function;
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
   * @name: as it is in #GstFfsDmabufSink:controls
   * @value: a value in its range, or one of its list; 0 or 1 for what was
   * given as a boolean, but for auto-exposure, which is 0 if it is automatic
   * and 1 if it is not
   *
   * A host sets a control of the application. It is the thread that answers
   * the host which asks, with no lock held; the host waits for the answer, so
   * what takes long is better done elsewhere, like a change of the element's
   * state, which waits for that thread.
   *
   * Returns: %TRUE if @value is what the control is now. With %FALSE, or
   * nobody connected, it is refused, and a host that asks reads the value that
   * it was before.
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
 * @name: what the application calls it
 * @value: what a host wants it to be
 * @element: who asks the application
 *
 * Returns: whether the application has taken it
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

/* The machine's number is not to be told to hosts, so they get a hash. */
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

static const gchar *
get_offer_error (GstFfsProfileType type)
{
  switch (type) {
    case GST_FFS_PROFILE_TYPE_UVC:
      return "profile=uvc sends YUY2, NV12, JPEG or H.264; upstream produces "
          "none of them. Put videoconvert in front, or try profile=stream.";
    default:
      return "Upstream produces nothing that this profile can send. Put "
          "videoconvert in front, or try profile=stream.";
  }
}

/* What upstream can produce decides what the camera offers. */
static gboolean
set_offer (GstFfsCamera * self, GstPad * sinkpad, GstFfsProfileType type)
{
  GstCaps *offer = gst_ffs_upstream_get_offer (sinkpad);
  gboolean ok = gst_ffs_profile_set_offer (self->profile, offer);

  if (!ok)
    GST_ELEMENT_ERROR (self->element, STREAM, WRONG_TYPE,
        ("%s", get_offer_error (type)), ("upstream: %" GST_PTR_FORMAT, offer));
  gst_caps_unref (offer);
  return ok;
}

/* (transfer full) (nullable): NULL if it is not in this build. */
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
set_no_profile_error (const GstFfsSettings * settings, GError ** error)
{
  g_autoptr (GEnumClass) types = g_type_class_ref (GST_TYPE_FFS_PROFILE_TYPE);
  const gchar *name = g_enum_get_value (types, settings->profile)->value_nick;

  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_DISABLED,
      "profile=%s is not in this build of the element: it was configured with "
      "-D%s=disabled, or without what that needs.", name, name);
}

/**
 * gst_ffs_camera_open:
 * @element: in whose name to post errors
 * @sinkpad: its pad
 * @settings: what to be
 * @allocator: (nullable): where our own dmabufs come from
 * @host: does what the host says
 *
 * Makes the function; nobody sees it before it is bound.
 *
 * Returns: (nullable): the camera, %NULL if an error was posted
 */
GstFfsCamera *
gst_ffs_camera_open (GstElement * element, GstPad * sinkpad,
    const GstFfsSettings * settings, GstAllocator * allocator,
    GstFfsHost * host)
{
  GstFfsCamera *self = g_new0 (GstFfsCamera, 1);
  g_autofree gchar *serial = settings->serial ?
      g_strdup (settings->serial) : make_serial ();
  const GstFfsIdentity identity = {
    settings->vendor_id, settings->product_id,
    settings->manufacturer ? settings->manufacturer : "",
    settings->product ? settings->product : "", serial
  };
  const GstFfsApplication application = {
    settings->controls, gst_ffs_camera_set_control, element
  };
  const gchar *directory = settings->function;
  GError *error = NULL;

  self->element = element;
  self->udc = g_strdup (settings->udc);
  self->profile = new_profile (settings, &identity, sinkpad);
  if (self->profile == NULL) {
    set_no_profile_error (settings, &error);
    goto failed;
  }
  /* Log lines and threads carry it. */
  gst_object_set_name (GST_OBJECT (self->profile), GST_OBJECT_NAME (element));
  if (settings->controls
      && !gst_ffs_application_check (settings->controls, &error))
    goto failed;
  gst_ffs_profile_set_application (self->profile, &application);
  gst_ffs_profile_set_funcs (self->profile, gst_ffs_host_set_streaming,
      gst_ffs_host_set_enabled, gst_ffs_host_get_waiting, host);
  if (!set_offer (self, sinkpad, settings->profile))
    goto failed;

  if (settings->gadget) {
    self->gadget = gst_ffs_gadget_new (settings->gadget, directory, &identity,
        gst_ffs_profile_describe (self->profile), &error);
    if (self->gadget == NULL)
      goto failed;
    directory = gst_ffs_gadget_get_directory (self->gadget);
  }

  self->function = gst_ffs_function_new (directory, self->profile, allocator,
      &error);
  if (self->function)
    return self;

failed:
  if (error)
    post (self, error);
  gst_ffs_camera_close (self);
  return NULL;
}

/**
 * gst_ffs_camera_close:
 * @self: (transfer full): the camera
 *
 * Undoes what was made. Nothing may be open on the endpoint any more.
 */
void
gst_ffs_camera_close (GstFfsCamera * self)
{
  g_clear_pointer (&self->function, gst_ffs_function_free);
  g_clear_pointer (&self->gadget, gst_ffs_gadget_free);
  gst_clear_object (&self->profile);
  g_free (self->udc);
  g_free (self);
}

/* Returns: (transfer full): the file that frames go to */
gchar *
gst_ffs_camera_get_endpoint (GstFfsCamera * self)
{
  return gst_ffs_function_get_stream_path (self->function);
}

/* Returns: (transfer full): the class of camera */
GstFfsProfile *
gst_ffs_camera_get_profile (GstFfsCamera * self)
{
  return gst_object_ref (self->profile);
}

/**
 * gst_ffs_camera_bind:
 * @self: the camera
 *
 * Shows the camera to the host, unless that is somebody else's business.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean
gst_ffs_camera_bind (GstFfsCamera * self)
{
  GError *error = NULL;

  if (self->gadget == NULL
      || gst_ffs_gadget_bind (self->gadget, self->udc, &error))
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

/* ---- what is opened ---- */

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
            "\"function\" to be the camera."), ("endpoint=%s fd=%d",
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

/* The allocator is NULL if there are no dmabufs and none were asked for by
 * name.  FALSE if an error was posted. */
static gboolean
open_heap (GstElement * element, const gchar * heap, GstAllocator ** allocator)
{
  gint err = 0;

  *allocator = gst_ffs_allocator_new (heap, &err);
  if (*allocator)
    return TRUE;
  if (heap == NULL) {
    GST_INFO_OBJECT (element, "no dmabufs of our own: %s", g_strerror (err));
    return TRUE;
  }
  GST_ELEMENT_ERROR (element, RESOURCE, SETTINGS,
      ("The DMA heap \"%s\" cannot be used; see /dev/dma_heap for what there "
          "is, and who may open it.", heap), ("%s", g_strerror (err)));
  return FALSE;
}

/* FALSE if an error was posted. */
static gboolean
open_camera (GstElement * element, GstPad * sinkpad,
    const GstFfsSettings * settings, GstFfsHost * host, GstFfsOpened * opened)
{
  if (settings->endpoint || settings->fd >= 0) {
    GST_ELEMENT_ERROR (element, RESOURCE, SETTINGS,
        ("Either set \"gadget\" or \"function\", to be the camera, or "
            "\"endpoint\" or \"fd\", to send to an application's function."),
        (NULL));
    return FALSE;
  }
  opened->camera = gst_ffs_camera_open (element, sinkpad, settings,
      opened->allocator, host);
  return opened->camera != NULL;
}

/**
 * gst_ffs_open:
 * @element: in whose name to post errors
 * @sinkpad: its pad
 * @settings: what to open
 * @host: does what the host says
 * @opened: (out): what was opened
 *
 * Returns: %FALSE if an error was posted
 */
gboolean
gst_ffs_open (GstElement * element, GstPad * sinkpad,
    const GstFfsSettings * settings, GstFfsHost * host, GstFfsOpened * opened)
{
  g_autofree gchar *path = g_strdup (settings->endpoint);
  gboolean own = settings->function || settings->gadget;

  memset (opened, 0, sizeof (*opened));
  if (!open_heap (element, settings->dma_heap, &opened->allocator))
    return FALSE;

  if (own && open_camera (element, sinkpad, settings, host, opened)) {
    path = gst_ffs_camera_get_endpoint (opened->camera);
    opened->profile = gst_ffs_camera_get_profile (opened->camera);
  }
  if (!own || opened->camera)
    opened->endpoint = open_endpoint (element, path, settings->fd);
  if (opened->endpoint)
    return TRUE;

  gst_ffs_close (opened);
  return FALSE;
}

/**
 * gst_ffs_close:
 * @opened: what was opened
 *
 * Gives up all of it but the endpoint, which is the stream's.
 */
void
gst_ffs_close (GstFfsOpened * opened)
{
  g_clear_pointer (&opened->camera, gst_ffs_camera_close);
  gst_clear_object (&opened->profile);
  gst_clear_object (&opened->allocator);
  opened->endpoint = NULL;
}
