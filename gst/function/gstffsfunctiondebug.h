/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The debug category of gst/function/: configfs, ep0 and the profiles.
 */

#ifndef __GST_FFS_FUNCTION_DEBUG_H__
#define __GST_FFS_FUNCTION_DEBUG_H__

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN (gst_ffs_function_debug);
#define GST_CAT_DEFAULT gst_ffs_function_debug

#endif /* __GST_FFS_FUNCTION_DEBUG_H__ */
