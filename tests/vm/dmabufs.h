/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __TEST_DMABUFS_H__
#define __TEST_DMABUFS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

gint test_dmabuf_new (gsize size, const gchar ** source, GError ** error);
gboolean test_dmabuf_sync (gint fd, guint64 flags);
gboolean test_dmabuf_is_busy (gint fd);

G_END_DECLS

#endif /* __TEST_DMABUFS_H__ */
