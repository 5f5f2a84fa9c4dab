/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opens what the element needs from the system, and tells a person what to
 * do when that fails.  No state, no locks.
 */

#include <string.h>

#include "gstffsopen.h"
#include "transport/gstffsallocator.h"
#include "transport/gstffsdebug.h"
#include "transport/gstffserror.h"

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
