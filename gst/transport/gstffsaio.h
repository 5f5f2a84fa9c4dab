/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_AIO_H__
#define __GST_FFS_AIO_H__

#include <glib.h>
#include <libaio.h>

G_BEGIN_DECLS

void gst_ffs_aio_destroy (io_context_t ctx, gboolean busy,
    GDestroyNotify notify, gpointer user_data);

G_END_DECLS

#endif /* __GST_FFS_AIO_H__ */
