/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_STATUS_H__
#define __GST_FFS_UVC_STATUS_H__

#include <glib.h>

G_BEGIN_DECLS

/* Status type, originator, event, selector, attribute, and a value of 4 bytes. */
#define GST_FFS_UVC_STATUS_MAX 9

typedef struct _GstFfsUvcStatus GstFfsUvcStatus;

gboolean gst_ffs_uvc_status_is_possible (void);

GstFfsUvcStatus *gst_ffs_uvc_status_new (const gchar * path, gint * err);
gboolean gst_ffs_uvc_status_is_idle (GstFfsUvcStatus * self);
void gst_ffs_uvc_status_send (GstFfsUvcStatus * self, const guint8 * data,
    gsize size);
void gst_ffs_uvc_status_free (GstFfsUvcStatus * self);

G_END_DECLS

#endif /* __GST_FFS_UVC_STATUS_H__ */
