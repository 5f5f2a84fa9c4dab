/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_STILL_H__
#define __GST_FFS_UVC_STILL_H__

#include "gstffsuvcoffer.h"
#include "gstffsuvcrequest.h"

G_BEGIN_DECLS

/* Size of the still probe and commit controls. */
#define GST_FFS_UVC_STILL_SIZE 11

/**
 * GstFfsUvcStill:
 * @offer: (nullable): sizes of still images, with the formats of the stream's
 * offer and their indices; %NULL without still images
 * @probe: the host's last PROBE
 * @committed: the host's last COMMIT, if @has_commit
 * @has_commit: whether the host has committed one
 * @ready: whether the host has committed a stream, for the next request
 * @pending: whether a still image is requested and not sent, for the same
 * @max_payload: as for gst_ffs_uvc_payload_size()
 *
 * Still image negotiation. Used by one thread.
 */
typedef struct
{
  const GstFfsUvcOffer *offer;
  GstFfsUvcSelection probe;
  GstFfsUvcSelection committed;
  gboolean has_commit;
  gboolean ready;
  gboolean pending;
  guint32 max_payload;
} GstFfsUvcStill;

GstFfsUvcOffer *gst_ffs_uvc_still_offer_new (const GstFfsUvcOffer * all,
    const GstFfsUvcOffer * offer);

void gst_ffs_uvc_still_reset (GstFfsUvcStill * self,
    const GstFfsUvcOffer * offer);
gboolean gst_ffs_uvc_still_is_for (const GstFfsUvcStill * self,
    const GstFfsSetup * setup);
GstFfsUvcError gst_ffs_uvc_still_check (const GstFfsSetup * setup);
GstFfsUvcError gst_ffs_uvc_still_get (const GstFfsUvcStill * self,
    const GstFfsSetup * setup, GByteArray * reply);
GstFfsUvcError gst_ffs_uvc_still_set (GstFfsUvcStill * self,
    const GstFfsSetup * setup, const guint8 * data, GstFfsUvcAction * action);

G_END_DECLS

#endif /* __GST_FFS_UVC_STILL_H__ */
