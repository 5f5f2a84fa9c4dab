/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a person hears of frames that are not sent as they should be.  No
 * state, no locks.
 */

#include "gstffsreport.h"

GST_DEBUG_CATEGORY_STATIC (GST_CAT_PERFORMANCE);

/**
 * gst_ffs_report_copy:
 * @element: in whose name to post
 * @frame: the frame's number
 * @reason: why it was copied
 * @told: (inout): the reasons that were told before, a bit each
 *
 * Once for a person, every time for the one who looks for cycles.
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
 * @element: in whose name to post
 * @n: how many frames, one behind the other
 */
void
gst_ffs_report_lost (GstElement * element, guint n)
{
  GST_ELEMENT_WARNING (element, RESOURCE, WRITE,
      ("The last %u frames did not reach the USB host, though it is there. "
          "Likely causes: the controller cannot read the memory (an IOMMU or "
          "a DMA mask; see the kernel's log), a bad cable or hub, or another "
          "program that detaches buffers from this endpoint.", n),
      ("stats counts them as frames-lost; copy-mode=always tells whether it "
          "is about memory"));
}

/**
 * gst_ffs_report_unfit:
 * @element: in whose name to post
 * @sinkpad: where frames arrive
 * @profile: what knows the host's choice
 *
 * That nothing has come for a while that the host can take.
 */
void
gst_ffs_report_unfit (GstElement * element, GstPad * sinkpad,
    GstFfsProfile * profile)
{
  GstCaps *wanted = gst_ffs_profile_get_caps (profile);
  GstCaps *caps = gst_pad_get_current_caps (sinkpad);

  GST_ELEMENT_WARNING (element, STREAM, FORMAT,
      ("Upstream sends frames that are not what the USB host has chosen; they "
          "are dropped, and the host waits."), ("wanted: %" GST_PTR_FORMAT
          "; sent: %" GST_PTR_FORMAT "; stats counts them as frames-unfit",
          wanted, caps));
  gst_clear_caps (&caps);
  gst_caps_unref (wanted);
}

/**
 * gst_ffs_report_failure:
 * @element: in whose name to post
 * @result: what became of a frame
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
            "kernel's command line does without the IOMMU", endpoint));
  else if (result->err == 0)
    GST_ELEMENT_ERROR (element, STREAM, FORMAT,
        ("The frame cannot be sent without a copy because %s.",
            gst_ffs_copy_reason_text (result->reason)),
        ("make upstream give dmabufs, e.g. v4l2src io-mode=dmabuf, or set "
            "copy-mode=auto"));
  else
    gst_ffs_error_post (element, result->call, result->err, endpoint);
}

/**
 * gst_ffs_report_unread:
 * @element: the element
 * @timeout: for how long nothing was read, ns
 *
 * Posts a warning: the stream ends without what the host has not read.
 */
void
gst_ffs_report_unread (GstElement * element, GstClockTime timeout)
{
  GST_ELEMENT_WARNING (element, RESOURCE, WRITE,
      ("The USB host has stopped reading; the last frames are lost."),
      ("nothing was read for %" GST_TIME_FORMAT " (eos-timeout)",
          GST_TIME_ARGS (timeout)));
}
