/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_ERROR_H__
#define __GST_FFS_ERROR_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsCall:
 *
 * The kernel calls whose errno this plugin interprets.
 */
typedef enum
{
  GST_FFS_CALL_OPEN,
  GST_FFS_CALL_PROBE,
  GST_FFS_CALL_ATTACH,
  GST_FFS_CALL_DETACH,
  GST_FFS_CALL_TRANSFER,
  GST_FFS_CALL_SUBMIT,
  GST_FFS_CALL_FENCE,
  GST_FFS_CALL_WRITE,
} GstFfsCall;

/**
 * GstFfsMeaning:
 * @GST_FFS_OK: done
 * @GST_FFS_INTERRUPTED: a wait was interrupted by flushing
 * @GST_FFS_NOT_ENABLED: no host has configured the function (yet)
 * @GST_FFS_GONE: the host or the controller disconnected during the call
 * @GST_FFS_BUSY: a fence of another device on the dmabuf is pending, or its
 * reservation is locked
 * @GST_FFS_NOT_ATTACHED: the dmabuf is not, or no longer, attached
 * @GST_FFS_NO_SG: the controller has no scatter-gather and cannot use dmabufs
 * @GST_FFS_NO_GATHER: the controller does not support a transfer of such
 * segments
 * @GST_FFS_NO_IOCTL: the kernel lacks the dmabuf ioctls
 * @GST_FFS_UNUSABLE: the controller cannot map this dmabuf
 * @GST_FFS_NO_MEMORY: out of memory, may succeed later
 * @GST_FFS_CANCELLED: cancelled by the queue
 * @GST_FFS_LOST: cancelled by another process
 * @GST_FFS_FATAL: everything else
 *
 * What an errno of a #GstFfsCall means to the callers of the endpoint.
 */
typedef enum
{
  GST_FFS_OK,
  GST_FFS_INTERRUPTED,
  GST_FFS_NOT_ENABLED,
  GST_FFS_GONE,
  GST_FFS_BUSY,
  GST_FFS_NOT_ATTACHED,
  GST_FFS_NO_SG,
  GST_FFS_NO_GATHER,
  GST_FFS_NO_IOCTL,
  GST_FFS_UNUSABLE,
  GST_FFS_NO_MEMORY,
  GST_FFS_CANCELLED,
  GST_FFS_LOST,
  GST_FFS_FATAL,
} GstFfsMeaning;

const gchar *gst_ffs_call_name (GstFfsCall call);

GstFfsMeaning gst_ffs_error_meaning (GstFfsCall call, gint err);

/* Inline fast path of gst_ffs_error_meaning(), used seven times a frame. */
static inline GstFfsMeaning
gst_ffs_meaning (GstFfsCall call, gint err)
{
  return err == 0 ? GST_FFS_OK : gst_ffs_error_meaning (call, err);
}

/* See gst_ffs_error_post_full(); the message has the caller's source
 * location. */
#define gst_ffs_error_post(element, call, err, endpoint) \
    gst_ffs_error_post_full (element, call, err, endpoint, __FILE__, \
        GST_FUNCTION, __LINE__)

void gst_ffs_error_post_full (GstElement * element, GstFfsCall call, gint err,
    const gchar * endpoint, const gchar * file, const gchar * function,
    gint line);

G_END_DECLS

#endif /* __GST_FFS_ERROR_H__ */
