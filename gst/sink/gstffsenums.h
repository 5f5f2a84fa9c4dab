/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_ENUMS_H__
#define __GST_FFS_ENUMS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsCopyMode:
 * @GST_FFS_COPY_AUTO: copy what cannot be sent in place
 * @GST_FFS_COPY_NEVER: fail rather than copy
 * @GST_FFS_COPY_ALWAYS: copy everything
 *
 * Since: 0.1
 */
typedef enum
{
  GST_FFS_COPY_AUTO,
  GST_FFS_COPY_NEVER,
  GST_FFS_COPY_ALWAYS,
} GstFfsCopyMode;

/**
 * GstFfsIdlePolicy:
 * @GST_FFS_IDLE_AUTO: drop if upstream is live, else wait; with an ep0 of our
 * own also stop a live source of video whose frames go nowhere else
 * @GST_FFS_IDLE_DROP: drop frames
 * @GST_FFS_IDLE_WAIT: wait for a host
 *
 * Since: 0.1
 */
typedef enum
{
  GST_FFS_IDLE_AUTO,
  GST_FFS_IDLE_DROP,
  GST_FFS_IDLE_WAIT,
} GstFfsIdlePolicy;

/**
 * GstFfsErrorPolicy:
 * @GST_FFS_ERROR_COUNT: count it in the statistics
 * @GST_FFS_ERROR_FAIL: post an error and stop
 *
 * Since: 0.1
 */
typedef enum
{
  GST_FFS_ERROR_COUNT,
  GST_FFS_ERROR_FAIL,
} GstFfsErrorPolicy;

/**
 * GstFfsProfileType:
 * @GST_FFS_PROFILE_TYPE_STREAM: any format, framed; docs/protocol.md
 * @GST_FFS_PROFILE_TYPE_U3V: USB3 Vision, raw video; docs/u3v.md
 * @GST_FFS_PROFILE_TYPE_UVC: a webcam; needs the patches in kernel/;
 * docs/uvc.md
 *
 * Since: 0.1
 */
typedef enum
{
  GST_FFS_PROFILE_TYPE_STREAM,
  GST_FFS_PROFILE_TYPE_U3V,
  GST_FFS_PROFILE_TYPE_UVC,
} GstFfsProfileType;

#define GST_TYPE_FFS_COPY_MODE (gst_ffs_copy_mode_get_type ())
GType gst_ffs_copy_mode_get_type (void);

#define GST_TYPE_FFS_IDLE_POLICY (gst_ffs_idle_policy_get_type ())
GType gst_ffs_idle_policy_get_type (void);

#define GST_TYPE_FFS_ERROR_POLICY (gst_ffs_error_policy_get_type ())
GType gst_ffs_error_policy_get_type (void);

#define GST_TYPE_FFS_PROFILE_TYPE (gst_ffs_profile_type_get_type ())
GType gst_ffs_profile_type_get_type (void);

G_END_DECLS

#endif /* __GST_FFS_ENUMS_H__ */
