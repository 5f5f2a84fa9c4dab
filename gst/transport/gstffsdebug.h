/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The debug category of the transport. Lines about a frame have its number,
 * which the element logs when the buffer arrives.
 */

#ifndef __GST_FFS_DEBUG_H__
#define __GST_FFS_DEBUG_H__

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN (gst_ffs_transport_debug);
#define GST_CAT_DEFAULT gst_ffs_transport_debug

#endif /* __GST_FFS_DEBUG_H__ */
