/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsSrcOpened: opens an application's endpoint, or a gadget and a function
 * that the element serves, and posts an error with what to do if that fails.
 *
 * Ownership: owns what it opens; close() frees it in reverse order.
 *
 * Locking: none; used by state changes only. The function's thread calls the
 * host until close() returns.
 */

#include "gstffssrcopened.h"

#include <errno.h>
#include <string.h>

#include "function/stream/gstffsstreamprofile.h"
#include "function/uvc/gstffsuvcdisplay.h"
#include "sink/gstffscaps.h"
#include "transport/gstffsallocator.h"
#include "transport/gstffsdebug.h"
#include "transport/gstffserror.h"

/* FALSE if an error was posted. */
static gboolean
open_heap (GstFfsSrcOpened * self, const gchar * heap)
{
  gint err = 0;

  self->allocator = gst_ffs_allocator_new (heap, &err);
  if (self->allocator)
    return TRUE;
  if (heap == NULL) {
    GST_INFO_OBJECT (self->element, "no allocator of dmabufs: %s",
        g_strerror (err));
    return TRUE;
  }
  GST_ELEMENT_ERROR (self->element, RESOURCE, SETTINGS,
      ("The DMA heap \"%s\" cannot be used. Set \"dma-heap\" to a name in "
          "/dev/dma_heap that this user may open.", heap),
      ("%s", g_strerror (err)));
  return FALSE;
}

/* The same. */
static gboolean
open_endpoint (GstFfsSrcOpened * self, const gchar * path, gint fd)
{
  GstFfsMeaning meaning;
  GstFfsEndpoint *ep;
  gint err = 0;

  ep = gst_ffs_endpoint_open_for (GST_FFS_DIRECTION_OUT, path, fd,
      GST_OBJECT_NAME (self->element), &err);
  if (ep == NULL) {
    g_autofree gchar *name = path ? g_strdup (path) :
        g_strdup_printf ("fd %d", fd);

    gst_ffs_error_post (self->element, GST_FFS_CALL_OPEN, err, name);
    return FALSE;
  }
  self->endpoint = ep;
  err = gst_ffs_endpoint_probe (ep);
  meaning = gst_ffs_meaning (GST_FFS_CALL_PROBE, err);
  if (meaning == GST_FFS_OK || meaning == GST_FFS_NOT_ENABLED
      || meaning == GST_FFS_GONE)
    return TRUE;
  gst_ffs_error_post (self->element, GST_FFS_CALL_PROBE, err,
      gst_ffs_endpoint_get_name (ep));
  return FALSE;
}

static gboolean
post (GstFfsSrcOpened * self, GError * error)
{
  gst_element_message_full (self->element, GST_MESSAGE_ERROR, error->domain,
      error->code, g_strdup (error->message), NULL, __FILE__, GST_FUNCTION,
      __LINE__);
  g_error_free (error);
  return FALSE;
}

/* (transfer full): What downstream accepts, restricted by "caps". */
static GstCaps *
get_offer (GstPad * srcpad, const GstFfsSrcSettings * settings)
{
  GstCaps *offer = gst_pad_peer_query_caps (srcpad, NULL);

  if (settings->caps)
    gst_caps_take (&offer, gst_caps_intersect_full (settings->caps, offer,
            GST_CAPS_INTERSECT_FIRST));
  return gst_ffs_caps_filter (offer);
}

/* (transfer full) (nullable): NULL if this build lacks the profile. */
static GstFfsProfile *
new_profile (const GstFfsSrcSettings * settings)
{
  switch (settings->profile) {
#ifdef HAVE_STREAM
    case GST_FFS_SRC_PROFILE_STREAM:
      return gst_ffs_stream_profile_new_receiver ();
#endif
#ifdef HAVE_UVC
    case GST_FFS_SRC_PROFILE_UVC:
      return gst_ffs_uvc_display_new (settings->product ? settings->product :
          "");
#endif
    default:
      return NULL;
  }
}

static const gchar *
get_profile_name (const GstFfsSrcSettings * settings)
{
  return settings->profile == GST_FFS_SRC_PROFILE_UVC ? "uvc" : "stream";
}

/* FALSE if an error was posted. */
static gboolean
open_profile (GstFfsSrcOpened * self, GstPad * srcpad,
    const GstFfsSrcSettings * settings, GstFfsSrcHost * host)
{
  const gchar *name = get_profile_name (settings);
  GstCaps *offer;
  gboolean ok;

  if (self->allocator == NULL) {
    GST_ELEMENT_ERROR (self->element, RESOURCE, SETTINGS,
        ("profile=%s needs dmabufs for headers: there is neither a DMA heap "
            "nor udmabuf that this user may open.", name), (NULL));
    return FALSE;
  }
  self->profile = new_profile (settings);
  if (self->profile == NULL) {
    GST_ELEMENT_ERROR (self->element, CORE, DISABLED,
        ("profile=%s is not in this build of the element: it was configured "
            "with -D%s=disabled.", name, name), (NULL));
    return FALSE;
  }
  gst_object_set_name (GST_OBJECT (self->profile),
      GST_OBJECT_NAME (self->element));
  gst_ffs_profile_set_funcs (self->profile, gst_ffs_src_host_on_streaming,
      gst_ffs_src_host_on_enabled, NULL, host);
  offer = get_offer (srcpad, settings);
  ok = gst_ffs_profile_set_offer (self->profile, offer);
  if (!ok)
    GST_ELEMENT_ERROR (self->element, STREAM, WRONG_TYPE,
        ("Downstream accepts no format that a USB host can send with "
            "profile=%s.", name), ("%" GST_PTR_FORMAT, offer));
  gst_caps_unref (offer);
  return ok;
}

/* The same. */
static gboolean
open_function (GstFfsSrcOpened * self, const GstFfsSrcSettings * settings)
{
  const GstFfsIdentity identity = {
    settings->vendor_id, settings->product_id,
    settings->manufacturer ? settings->manufacturer : "",
    settings->product ? settings->product : "",
    settings->serial ? settings->serial : ""
  };
  const GstFfsPlace place = { settings->gadget, NULL, 1 };
  const gchar *directory = settings->function;
  g_autofree gchar *path = NULL;
  gboolean leads = TRUE;
  GError *error = NULL;

  self->udc = g_strdup (settings->udc);
  if (place.gadget) {
    self->gadget = gst_ffs_gadget_new (&place, directory, &identity,
        gst_ffs_profile_describe (self->profile), &error);
    if (self->gadget == NULL)
      return post (self, error);
    directory = gst_ffs_gadget_get_directory (self->gadget);
    leads = gst_ffs_gadget_leads (self->gadget);
  }
  self->function = gst_ffs_function_new (directory, self->profile, leads,
      self->allocator, &error);
  if (self->function == NULL)
    return post (self, error);
  path = gst_ffs_function_get_stream_path (self->function);
  return open_endpoint (self, path, -1);
}

/* The same. Either an endpoint or a function to serve. */
static gboolean
check_settings (GstFfsSrcOpened * self, const GstFfsSrcSettings * settings)
{
  gboolean own = settings->function || settings->gadget;
  gboolean foreign = settings->endpoint || settings->fd >= 0;

  if (own == foreign || (settings->endpoint && settings->fd >= 0)) {
    GST_ELEMENT_ERROR (self->element, RESOURCE, SETTINGS,
        ("Set either \"endpoint\" (for example /dev/ffs-display/ep1) or "
            "\"fd\" to use an application's function, or \"gadget\" or "
            "\"function\" to let the element serve ep0."), (NULL));
    return FALSE;
  }
  if (own == (settings->profile != GST_FFS_SRC_PROFILE_NONE))
    return TRUE;
  GST_ELEMENT_ERROR (self->element, RESOURCE, SETTINGS,
      ("%s", own ? "With \"gadget\" or \"function\" set profile=stream or "
          "profile=uvc, so that the host can select a format." :
          "A profile needs \"gadget\" or \"function\": an application's "
          "endpoint receives frames of one size."), (NULL));
  return FALSE;
}

/**
 * gst_ffs_src_opened_open:
 * @self: (out): the opened files
 * @element: the element that posts errors
 * @srcpad: its pad
 * @settings: its properties
 * @host: receives the host's requests
 *
 * Returns: %FALSE if an error was posted
 */
gboolean
gst_ffs_src_opened_open (GstFfsSrcOpened * self, GstElement * element,
    GstPad * srcpad, const GstFfsSrcSettings * settings, GstFfsSrcHost * host)
{
  gboolean ok;

  memset (self, 0, sizeof (*self));
  self->element = element;
  ok = check_settings (self, settings) && open_heap (self, settings->dma_heap);
  if (ok && settings->profile == GST_FFS_SRC_PROFILE_NONE)
    ok = open_endpoint (self, settings->endpoint, settings->fd);
  else if (ok)
    ok = open_profile (self, srcpad, settings, host)
        && open_function (self, settings);
  if (!ok)
    gst_ffs_src_opened_close (self);
  return ok;
}

/**
 * gst_ffs_src_opened_bind:
 * @self: the opened files
 *
 * Binds the gadget, if the element has one.
 *
 * Returns: %FALSE if an error was posted
 */
gboolean
gst_ffs_src_opened_bind (GstFfsSrcOpened * self)
{
  GError *error = NULL;

  return self->gadget == NULL
      || gst_ffs_gadget_bind (self->gadget, self->udc, &error)
      || post (self, error);
}

void
gst_ffs_src_opened_unbind (GstFfsSrcOpened * self)
{
  if (self->gadget)
    gst_ffs_gadget_unbind (self->gadget);
}

void
gst_ffs_src_opened_close (GstFfsSrcOpened * self)
{
  g_clear_pointer (&self->endpoint, gst_ffs_endpoint_unref);
  g_clear_pointer (&self->function, gst_ffs_function_free);
  g_clear_pointer (&self->gadget, gst_ffs_gadget_free);
  gst_clear_object (&self->profile);
  gst_clear_object (&self->allocator);
  g_clear_pointer (&self->udc, g_free);
}
