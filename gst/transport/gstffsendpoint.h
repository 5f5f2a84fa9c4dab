/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_ENDPOINT_H__
#define __GST_FFS_ENDPOINT_H__

#include <gst/gst.h>

#include "gstffsuapi.h"

G_BEGIN_DECLS

typedef struct _GstFfsEndpoint GstFfsEndpoint;

/**
 * GstFfsDirection:
 * @GST_FFS_DIRECTION_IN: to the host
 * @GST_FFS_DIRECTION_OUT: from the host
 *
 * Which way an endpoint carries data, in the words of USB.
 */
typedef enum
{
  GST_FFS_DIRECTION_IN,
  GST_FFS_DIRECTION_OUT,
} GstFfsDirection;

/* All ioctls of the transport go through this pointer, which unit tests
 * replace by a fake endpoint. */
typedef gint (*GstFfsIoctlFunc) (gint fd, gulong request, gpointer arg);
extern GstFfsIoctlFunc gst_ffs_ioctl;

/* The same for open() of FunctionFS files. */
typedef gint (*GstFfsOpenFunc) (const gchar * path, gint flags);
extern GstFfsOpenFunc gst_ffs_open_file;

gchar *gst_ffs_thread_name (const gchar * role, const gchar * owner);
gint gst_ffs_call (gint fd, gulong request, gpointer arg);
gint gst_ffs_endpoint_open_file (const gchar * path, gint flags);

GstFfsEndpoint *gst_ffs_endpoint_open (const gchar * path, gint fd,
    const gchar * owner, gint * err);
GstFfsEndpoint *gst_ffs_endpoint_open_for (GstFfsDirection direction,
    const gchar * path, gint fd, const gchar * owner, gint * err);
GstFfsEndpoint *gst_ffs_endpoint_ref (GstFfsEndpoint * ep);
void gst_ffs_endpoint_unref (GstFfsEndpoint * ep);

const gchar *gst_ffs_endpoint_get_name (GstFfsEndpoint * ep);
const gchar *gst_ffs_endpoint_get_owner (GstFfsEndpoint * ep);
gint gst_ffs_endpoint_get_fd (GstFfsEndpoint * ep);
guint gst_ffs_endpoint_get_packet_size (GstFfsEndpoint * ep);

gint gst_ffs_endpoint_probe (GstFfsEndpoint * ep);
gboolean gst_ffs_endpoint_is_enabled (GstFfsEndpoint * ep);
guint gst_ffs_endpoint_get_connection (GstFfsEndpoint * ep);
void gst_ffs_endpoint_set_disabled (GstFfsEndpoint * ep);

gint gst_ffs_endpoint_attach (GstFfsEndpoint * ep, gint dmabuf);
gint gst_ffs_endpoint_detach (GstFfsEndpoint * ep, gint dmabuf);
gint gst_ffs_endpoint_transfer (GstFfsEndpoint * ep, gint dmabuf,
    guint64 length);

guint64 gst_ffs_endpoint_get_features (GstFfsEndpoint * ep);
gboolean gst_ffs_endpoint_can_submit (GstFfsEndpoint * ep);
gboolean gst_ffs_endpoint_can_reap (GstFfsEndpoint * ep);
gboolean gst_ffs_endpoint_can_end (GstFfsEndpoint * ep);
gboolean gst_ffs_endpoint_can_gather (GstFfsEndpoint * ep);
gint gst_ffs_endpoint_submit (GstFfsEndpoint * ep,
    const struct usb_ffs_dmabuf_segment *segments, guint n_segments,
    guint64 cookie, gint * sync_file);
gint gst_ffs_endpoint_reap (GstFfsEndpoint * ep,
    struct usb_ffs_dmabuf_done *records, guint n, guint32 * kicks,
    gint64 timeout_ns);
void gst_ffs_endpoint_kick (GstFfsEndpoint * ep);

gint gst_ffs_fence_export (gint dmabuf, gint * sync_file);
void gst_ffs_fence_wait (gint fd, gboolean is_sync_file);
gint gst_ffs_fence_status (gint sync_file, gint * status);

gint gst_ffs_endpoint_reopen (GstFfsEndpoint * ep);
void gst_ffs_endpoint_close (GstFfsEndpoint * ep);

G_END_DECLS

#endif /* __GST_FFS_ENDPOINT_H__ */
