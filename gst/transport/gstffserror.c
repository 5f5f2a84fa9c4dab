/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Maps an errno of a FunctionFS, dma-buf or sync_file call to a meaning for
 * the code and to an error text.
 *
 * The table of errnos is that of linux/usb/functionfs.h and
 * drivers/usb/gadget/function/f_fs.c since Linux 6.9.  No state, no locks.
 */

#include <errno.h>

#include "gstffserror.h"

const gchar *
gst_ffs_call_name (GstFfsCall call)
{
  switch (call) {
    case GST_FFS_CALL_OPEN:
      return "open";
    case GST_FFS_CALL_PROBE:
      return "FUNCTIONFS_ENDPOINT_DESC";
    case GST_FFS_CALL_ATTACH:
      return "FUNCTIONFS_DMABUF_ATTACH";
    case GST_FFS_CALL_DETACH:
      return "FUNCTIONFS_DMABUF_DETACH";
    case GST_FFS_CALL_TRANSFER:
      return "FUNCTIONFS_DMABUF_TRANSFER";
    case GST_FFS_CALL_SUBMIT:
      return "FUNCTIONFS_DMABUF_SUBMIT";
    case GST_FFS_CALL_FENCE:
      return "fence";
    case GST_FFS_CALL_WRITE:
      return "write";
  }
  g_return_val_if_reached ("?");
}

/* SUBMIT is TRANSFER for several dmabufs. */
static gboolean
is_transfer (GstFfsCall call)
{
  return call == GST_FFS_CALL_TRANSFER || call == GST_FFS_CALL_SUBMIT;
}

/**
 * gst_ffs_error_meaning:
 * @call: the call
 * @err: its errno, 0 for success
 *
 * FUNCTIONFS_DMABUF_ATTACH fails with EPERM both before the function is bound
 * and on a controller without scatter-gather. gst_ffs_endpoint_attach()
 * excludes the former.
 *
 * A fence has ECONNRESET if its transfer was cancelled by another process;
 * transfers cancelled by the queue have ECANCELED at this point. On dwc3
 * cancelling one transfer cancels all of the endpoint
 * (dwc3_gadget_ep_dequeue()).
 *
 * Returns: the meaning
 */
GstFfsMeaning
gst_ffs_error_meaning (GstFfsCall call, gint err)
{
  switch (err) {
    case 0:
      return GST_FFS_OK;
    case EINTR:
      return GST_FFS_INTERRUPTED;
    case ECANCELED:
      return GST_FFS_CANCELLED;
    case EAGAIN:
      return call == GST_FFS_CALL_OPEN ? GST_FFS_FATAL : GST_FFS_NOT_ENABLED;
    case ESHUTDOWN:
    case EPIPE:
      return GST_FFS_GONE;
    case ECONNRESET:
      return call == GST_FFS_CALL_FENCE ? GST_FFS_LOST : GST_FFS_GONE;
    case ENODEV:
      return call == GST_FFS_CALL_OPEN ? GST_FFS_FATAL : GST_FFS_GONE;
    case EBUSY:
      return is_transfer (call) || call == GST_FFS_CALL_ATTACH ?
          GST_FFS_BUSY : GST_FFS_FATAL;
    case ENOLCK:
    case ENOBUFS:
      return is_transfer (call) || call == GST_FFS_CALL_ATTACH ?
          GST_FFS_BUSY : GST_FFS_FATAL;
    case EPERM:
      if (call == GST_FFS_CALL_ATTACH)
        return GST_FFS_NO_SG;
      if (is_transfer (call) || call == GST_FFS_CALL_DETACH)
        return GST_FFS_NOT_ATTACHED;
      return GST_FFS_FATAL;
    case ENOTTY:
      return is_transfer (call) || call == GST_FFS_CALL_ATTACH ?
          GST_FFS_NO_IOCTL : GST_FFS_FATAL;
    case EINVAL:
      return call == GST_FFS_CALL_ATTACH ? GST_FFS_UNUSABLE : GST_FFS_FATAL;
    case ENOMEM:
      return GST_FFS_NO_MEMORY;
    case ENOSPC:
      return call == GST_FFS_CALL_ATTACH ? GST_FFS_NO_MEMORY : GST_FFS_FATAL;
    case EOPNOTSUPP:
      return call == GST_FFS_CALL_SUBMIT ? GST_FFS_NO_GATHER : GST_FFS_FATAL;
    default:
      return GST_FFS_FATAL;
  }
}

static gchar *
get_open_text (gint err, const gchar * endpoint, gint * code)
{
  switch (err) {
    case ENOENT:
    case ENOTDIR:
      *code = GST_RESOURCE_ERROR_NOT_FOUND;
      return g_strdup_printf ("There is no endpoint \"%s\". Mount FunctionFS "
          "and write descriptors to its ep0 first (see examples/ffs-gadget and "
          "examples/ffs-ep0).", endpoint);
    case EACCES:
    case EPERM:
      *code = GST_RESOURCE_ERROR_NOT_AUTHORIZED;
      return g_strdup_printf ("No permission to use \"%s\". Mount "
          "FunctionFS with the options uid= and gid= of this user.", endpoint);
    case EAGAIN:
      *code = GST_RESOURCE_ERROR_BUSY;
      return g_strdup_printf ("The application that serves ep0 blocks opening "
          "\"%s\": it must open ep0 with O_NONBLOCK, and poll() before it reads.",
          endpoint);
    case ENODEV:
      *code = GST_RESOURCE_ERROR_NOT_FOUND;
      return g_strdup_printf ("The function of \"%s\" is not active. The "
          "application that serves ep0 must write the descriptors and keep ep0 "
          "open.", endpoint);
    case EBUSY:
      *code = GST_RESOURCE_ERROR_BUSY;
      return g_strdup_printf ("The endpoint \"%s\" is in use.", endpoint);
    default:
      *code = GST_RESOURCE_ERROR_OPEN_WRITE;
      return g_strdup_printf ("The endpoint \"%s\" cannot be opened.",
          endpoint);
  }
}

static const gchar *
get_text (GstFfsCall call, gint err, gint * code)
{
  const gchar *text;

  *code = GST_RESOURCE_ERROR_WRITE;
  switch (gst_ffs_meaning (call, err)) {
    case GST_FFS_NO_IOCTL:
      *code = GST_RESOURCE_ERROR_SETTINGS;
      text = "This kernel's FunctionFS does not support dmabufs: use Linux "
          "6.9 or later, or the patches in kernel/ (see kernel/README.md), or "
          "copy-mode=auto to send copies.";
      break;
    case GST_FFS_NO_SG:
      *code = GST_RESOURCE_ERROR_SETTINGS;
      text = "The USB device controller has no scatter-gather, so it cannot "
          "send dmabufs (dwc3, cdns3, chipidea can; dummy_hcd needs the patch "
          "in kernel/). Use copy-mode=auto to send copies.";
      break;
    case GST_FFS_NO_MEMORY:
      *code = GST_RESOURCE_ERROR_NO_SPACE_LEFT;
      text = "Out of memory for mapping the buffer for the USB device "
          "controller.";
      break;
    case GST_FFS_NOT_ENABLED:
    case GST_FFS_GONE:
      *code = GST_RESOURCE_ERROR_NOT_FOUND;
      text = "The USB host disconnected.";
      break;
    case GST_FFS_BUSY:
      *code = GST_RESOURCE_ERROR_BUSY;
      text = "Another device still uses the buffer.";
      break;
    default:
      switch (call) {
        case GST_FFS_CALL_PROBE:
          *code = GST_RESOURCE_ERROR_SETTINGS;
          text = err == EOPNOTSUPP ?
              "This is an OUT endpoint; use an IN endpoint." :
              err == EPROTOTYPE ?
              "This is an IN endpoint; use an OUT endpoint." :
              "This is not a data endpoint of FunctionFS. Use ep1 or above "
              "in its mount point, not ep0.";
          break;
        case GST_FFS_CALL_ATTACH:
          *code = GST_RESOURCE_ERROR_SETTINGS;
          text = "The USB device controller cannot use this buffer.";
          break;
        case GST_FFS_CALL_TRANSFER:
        case GST_FFS_CALL_SUBMIT:
          text = "The kernel rejected the buffer on the endpoint.";
          break;
        case GST_FFS_CALL_FENCE:
          text = "A transfer to the USB host failed.";
          break;
        default:
          if (err == ENOSYS) {
            *code = GST_RESOURCE_ERROR_SETTINGS;
            text = "The frame cannot be sent in place, and this build does not "
                "support writing copies (libaio).";
          } else if (err == ENOSPC) {
            *code = GST_RESOURCE_ERROR_NO_SPACE_LEFT;
            text = "Too many asynchronous writes in the system; raise "
                "/proc/sys/fs/aio-max-nr.";
          } else if (err == EFAULT) {
            *code = GST_RESOURCE_ERROR_SETTINGS;
            text =
                "The frame cannot be copied: the CPU cannot map its memory, for "
                "example because it is secure (protected) memory. Such memory "
                "can only be sent in place, which is not possible here.";
          } else {
            text = "Writing to the USB endpoint failed.";
          }
          break;
      }
      break;
  }
  return text;
}

/**
 * gst_ffs_error_post_full:
 * @element: element to post the message
 * @call: the call that failed
 * @err: its errno
 * @endpoint: the endpoint's name, for the text
 * @file: source location, filled in by gst_ffs_error_post()
 * @function: the same
 * @line: the same
 *
 * Posts an error message with advice for the user, and the errno in its debug
 * string.
 */
void
gst_ffs_error_post_full (GstElement * element, GstFfsCall call, gint err,
    const gchar * endpoint, const gchar * file, const gchar * function,
    gint line)
{
  gint code;
  gchar *text = call == GST_FFS_CALL_OPEN ? get_open_text (err, endpoint,
      &code) : g_strdup (get_text (call, err, &code));

  gst_element_message_full (element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      code, text, g_strdup_printf ("%s on %s: %s (errno %d)",
          gst_ffs_call_name (call), endpoint, g_strerror (err), err), file,
      function, line);
}
