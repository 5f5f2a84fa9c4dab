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
 * @GST_FFS_INTERRUPTED: one of our own waits was asked to end
 * @GST_FFS_NOT_ENABLED: no host has configured the function (yet)
 * @GST_FFS_GONE: the host or the controller went away during the call
 * @GST_FFS_BUSY: somebody else's fence on the dmabuf has not signalled, or
 * its reservation is locked just now
 * @GST_FFS_NOT_ATTACHED: the kernel does not know the dmabuf (any more)
 * @GST_FFS_NO_SG: the controller takes no scatter-gather, hence no dmabuf
 * @GST_FFS_NO_GATHER: the controller does not take a transfer of such pieces
 * @GST_FFS_NO_IOCTL: the kernel lacks the dmabuf ioctls
 * @GST_FFS_UNUSABLE: the controller cannot map this dmabuf
 * @GST_FFS_NO_MEMORY: out of memory, worth another try later
 * @GST_FFS_CANCELLED: we cancelled it ourselves
 * @GST_FFS_LOST: somebody else cancelled it
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

/* See gst_ffs_error_meaning(); a frame asks seven times. */
static inline GstFfsMeaning
gst_ffs_meaning (GstFfsCall call, gint err)
{
  return err == 0 ? GST_FFS_OK : gst_ffs_error_meaning (call, err);
}

/* See gst_ffs_error_post_full(); the message carries the caller's place. */
#define gst_ffs_error_post(element, call, err, endpoint) \
    gst_ffs_error_post_full (element, call, err, endpoint, __FILE__, \
        GST_FUNCTION, __LINE__)

void gst_ffs_error_post_full (GstElement * element, GstFfsCall call, gint err,
    const gchar * endpoint, const gchar * file, const gchar * function,
    gint line);

G_END_DECLS

#endif /* __GST_FFS_ERROR_H__ */
