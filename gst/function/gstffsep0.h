/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_EP0_H__
#define __GST_FFS_EP0_H__

#include <sys/types.h>

#include "gstffsprofile.h"

G_BEGIN_DECLS

typedef struct _GstFfsEp0 GstFfsEp0;

/* Replaced by a fake kernel in unit tests and fuzzers. */
typedef struct
{
  ssize_t (*read) (int fd, void *data, size_t size);
  ssize_t (*write) (int fd, const void *data, size_t size);
} GstFfsEp0Calls;

extern GstFfsEp0Calls gst_ffs_ep0_calls;

GstFfsEp0 *gst_ffs_ep0_new (gint fd, GstFfsProfile * profile);
gint gst_ffs_ep0_start (GstFfsEp0 * self);
void gst_ffs_ep0_stop (GstFfsEp0 * self);
void gst_ffs_ep0_free (GstFfsEp0 * self);

/* One iteration of the thread, for tests without it. */
gboolean gst_ffs_ep0_handle_event (GstFfsEp0 * self);

G_END_DECLS

#endif /* __GST_FFS_EP0_H__ */
