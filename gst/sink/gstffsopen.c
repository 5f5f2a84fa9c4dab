/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opens what the element needs from the system, and tells a person what to
 * do when that fails.  No state, no locks.
 */

#include "gstffsopen.h"
#include "transport/gstffsallocator.h"
#include "transport/gstffsdebug.h"
#include "transport/gstffserror.h"

/**
 * gst_ffs_open_endpoint:
 * @element: in whose name to post errors
 * @path: (nullable): the endpoint's file
 * @fd: an open descriptor of it, or -1
 *
 * Returns: (transfer full) (nullable): the endpoint, %NULL if an error was
 * posted
 */
GstFfsEndpoint *
gst_ffs_open_endpoint (GstElement * element, const gchar * path, gint fd)
{
  GstFfsEndpoint *ep;
  gint err = 0;

  if ((path == NULL) == (fd < 0)) {
    GST_ELEMENT_ERROR (element, RESOURCE, SETTINGS,
        ("Set either \"endpoint\" (for example /dev/ffs-camera/ep1) or "
            "\"fd\"."), ("endpoint=%s fd=%d", GST_STR_NULL (path), fd));
    return NULL;
  }

  ep = gst_ffs_endpoint_open (path, fd, &err);
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

/**
 * gst_ffs_open_heap:
 * @element: in whose name to post errors
 * @heap: (nullable): as for gst_ffs_allocator_new()
 * @allocator: (out) (nullable): the allocator, %NULL if there are no dmabufs
 * and none were asked for by name
 *
 * Returns: %FALSE if an error was posted
 */
gboolean
gst_ffs_open_heap (GstElement * element, const gchar * heap,
    GstAllocator ** allocator)
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
