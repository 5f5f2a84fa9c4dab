/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages about frames that are copied, lost or dropped. No state, no locks.
 */

#include "gstffsreport.h"

GST_DEBUG_CATEGORY_STATIC (GST_CAT_PERFORMANCE);

/**
 * gst_ffs_report_copy:
 * @element: element to post the message
 * @frame: the frame's number
 * @reason: why it was copied
 * @told: (inout): bit mask of the reasons posted before
 *
 * Posts a warning once for each reason; logs every copy in GST_PERFORMANCE.
 */
void
gst_ffs_report_copy (GstElement * element, guint64 frame,
    GstFfsCopyReason reason, guint * told)
{
  static gsize once = 0;
  const gchar *text = gst_ffs_copy_reason_text (reason);

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_GET (GST_CAT_PERFORMANCE, "GST_PERFORMANCE");
    g_once_init_leave (&once, 1);
  }
  GST_CAT_LOG_OBJECT (GST_CAT_PERFORMANCE, element, "frame %" G_GUINT64_FORMAT
      " was copied because %s", frame, text);
  if (*told & (1u << reason) || reason == GST_FFS_COPY_REASON_MODE
      || reason == GST_FFS_COPY_REASON_PADDING)
    return;

  *told |= 1u << reason;
  GST_ELEMENT_WARNING (element, STREAM, FORMAT,
      ("The CPU copies a frame, or a part of it, because %s.", text),
      ("frame %" G_GUINT64_FORMAT "; stats counts them, copy-mode=never "
          "makes it an error", frame));
}

/**
 * gst_ffs_report_lost:
 * @element: element to post the message
 * @n: number of consecutive frames
 */
void
gst_ffs_report_lost (GstElement * element, guint n)
{
  GST_ELEMENT_WARNING (element, RESOURCE, WRITE,
      ("The last %u frames did not reach the connected USB host. "
          "Likely causes: the controller cannot read the memory (an IOMMU or "
          "a DMA mask; see the kernel's log), a bad cable or hub, or another "
          "process that detaches buffers from this endpoint.", n),
      ("stats counts them as frames-lost; copy-mode=always shows whether "
          "memory is the cause"));
}

/**
 * gst_ffs_report_unfit:
 * @element: element to post the message
 * @sinkpad: the element's sink pad
 * @profile: the profile, for the host's selection
 *
 * Posts a warning: for a while no frame has fitted the host's selection.
 */
void
gst_ffs_report_unfit (GstElement * element, GstPad * sinkpad,
    GstFfsProfile * profile)
{
  GstCaps *wanted = gst_ffs_profile_get_caps (profile);
  GstCaps *caps = gst_pad_get_current_caps (sinkpad);

  GST_ELEMENT_WARNING (element, STREAM, FORMAT,
      ("Upstream sends frames that do not match the USB host's selection; the "
          "frames are dropped."), ("wanted: %" GST_PTR_FORMAT
          "; sent: %" GST_PTR_FORMAT "; stats counts them as frames-unfit",
          wanted, caps));
  gst_clear_caps (&caps);
  gst_caps_unref (wanted);
}

/**
 * gst_ffs_report_failure:
 * @element: in whose name to post
 * @result: the result of sending a frame
 * @endpoint: name of the endpoint
 */
void
gst_ffs_report_failure (GstElement * element,
    const GstFfsStreamResult * result, const gchar * endpoint)
{
  if (result->err == 0 && result->reason == GST_FFS_COPY_REASON_DMA_DEVICE)
    GST_ELEMENT_ERROR (element, RESOURCE, SETTINGS,
        ("The frame cannot be sent without a copy because %s.",
            gst_ffs_copy_reason_text (result->reason)),
        ("copy-mode=auto sends copies on %s; \"iommu.passthrough=1\" on the "
            "kernel's command line disables translation", endpoint));
  else if (result->err == 0)
    GST_ELEMENT_ERROR (element, STREAM, FORMAT,
        ("The frame cannot be sent without a copy because %s.",
            gst_ffs_copy_reason_text (result->reason)),
        ("use dmabufs upstream, e.g. v4l2src io-mode=dmabuf, or set "
            "copy-mode=auto"));
  else
    gst_ffs_error_post (element, result->call, result->err, endpoint);
}

/**
 * gst_ffs_report_unread:
 * @element: the element
 * @timeout: how long the host has read nothing, ns
 *
 * Posts a warning: the frames that the host has not read are lost.
 */
void
gst_ffs_report_unread (GstElement * element, GstClockTime timeout)
{
  GST_ELEMENT_WARNING (element, RESOURCE, WRITE,
      ("The USB host has stopped reading; the last frames are lost."),
      ("nothing was read for %" GST_TIME_FORMAT " (eos-timeout)",
          GST_TIME_ARGS (timeout)));
}
