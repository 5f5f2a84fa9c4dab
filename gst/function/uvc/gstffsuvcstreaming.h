/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_STREAMING_H__
#define __GST_FFS_UVC_STREAMING_H__

#include "gstffsuvcoffer.h"
#include "gstffsuvcrequest.h"

G_BEGIN_DECLS

/* Size of the controls for hosts of UVC 1.0 and 1.1. */
#define GST_FFS_UVC_PROBE_SIZE_OLD 26
#define GST_FFS_UVC_PROBE_SIZE 34

/**
 * GstFfsUvcStreaming:
 * @offer: the offer
 * @probe: the host's last PROBE
 * @hint: bmHint: the fields that the host wants to keep
 * @committed: the host's last COMMIT
 * @error: stream error code
 *
 * Stream negotiation. Used by one thread.
 */
typedef struct
{
  const GstFfsUvcOffer *offer;
  GstFfsUvcSelection probe;
  guint16 hint;
  GstFfsUvcSelection committed;
  GstFfsUvcStreamError error;
  guint32 max_payload;          /* as for gst_ffs_uvc_payload_size() */
} GstFfsUvcStreaming;

void gst_ffs_uvc_streaming_reset (GstFfsUvcStreaming * self,
    const GstFfsUvcOffer * offer);
GstFfsUvcError gst_ffs_uvc_streaming_check (const GstFfsSetup * setup);
GstFfsUvcError gst_ffs_uvc_streaming_get (const GstFfsUvcStreaming * self,
    const GstFfsSetup * setup, GByteArray * reply);
GstFfsUvcError gst_ffs_uvc_streaming_set (GstFfsUvcStreaming * self,
    const GstFfsSetup * setup, const guint8 * data, gboolean * commit);

G_END_DECLS

#endif /* __GST_FFS_UVC_STREAMING_H__ */
