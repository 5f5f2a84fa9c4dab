/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcStatus in a build without libaio: there is no status endpoint.
 *
 * No state, no locks.
 */

#include <errno.h>

#include "gstffsuvcstatus.h"

gboolean
gst_ffs_uvc_status_is_possible (void)
{
  return FALSE;
}

GstFfsUvcStatus *
gst_ffs_uvc_status_new (const gchar * path G_GNUC_UNUSED, gint * err)
{
  *err = ENOSYS;
  return NULL;
}

gboolean
gst_ffs_uvc_status_is_idle (GstFfsUvcStatus * self G_GNUC_UNUSED)
{
  return FALSE;
}

void
gst_ffs_uvc_status_send (GstFfsUvcStatus * self G_GNUC_UNUSED,
    const guint8 * data G_GNUC_UNUSED, gsize size G_GNUC_UNUSED)
{
}

void
gst_ffs_uvc_status_free (GstFfsUvcStatus * self G_GNUC_UNUSED)
{
}
