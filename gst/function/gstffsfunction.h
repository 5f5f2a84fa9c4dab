/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_FUNCTION_H__
#define __GST_FFS_FUNCTION_H__

#include "gstffsprofile.h"

G_BEGIN_DECLS

typedef struct _GstFfsFunction GstFfsFunction;

GstFfsFunction *gst_ffs_function_new (const gchar * directory,
    GstFfsProfile * profile, gboolean leads, GstAllocator * allocator,
    GError ** error);
void gst_ffs_function_free (GstFfsFunction * self);

gchar *gst_ffs_function_get_stream_path (GstFfsFunction * self);

G_END_DECLS

#endif /* __GST_FFS_FUNCTION_H__ */
