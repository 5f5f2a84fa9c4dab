/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsWriter for builds without Linux AIO: every write fails. Frames sent in
 * place or copied into a dmabuf need no writer.
 */

#include <errno.h>

#include "gstffswriter.h"

struct _GstFfsWriter
{
  GstFfsEndpoint *ep;
};

GstFfsWriter *
gst_ffs_writer_new (GstFfsEndpoint * ep)
{
  GstFfsWriter *self = g_new0 (GstFfsWriter, 1);

  self->ep = gst_ffs_endpoint_ref (ep);
  return self;
}

void
gst_ffs_writer_close (GstFfsWriter * self G_GNUC_UNUSED)
{
}

void
gst_ffs_writer_free (GstFfsWriter * self)
{
  gst_ffs_endpoint_unref (self->ep);
  g_free (self);
}

void
gst_ffs_writer_set_flushing (GstFfsWriter * self G_GNUC_UNUSED,
    gboolean flushing G_GNUC_UNUSED)
{
}

/* Returns: ENOSYS */
gint
gst_ffs_writer_write (GstFfsWriter * self G_GNUC_UNUSED,
    const GstFfsPiece * pieces G_GNUC_UNUSED, guint n G_GNUC_UNUSED)
{
  return ENOSYS;
}

void
gst_ffs_writer_abandon (GstFfsWriter * self G_GNUC_UNUSED)
{
}

GstClockTime
gst_ffs_writer_get_waiting (GstFfsWriter * self G_GNUC_UNUSED)
{
  return 0;
}

guint64
gst_ffs_writer_get_bytes (GstFfsWriter * self G_GNUC_UNUSED)
{
  return 0;
}
