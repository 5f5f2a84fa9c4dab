/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_CONTROL_H__
#define __GST_FFS_UVC_CONTROL_H__

#include "gstffsuvcstill.h"
#include "gstffsuvcstreaming.h"
#include "gstffsuvcunits.h"

G_BEGIN_DECLS

/**
 * GstFfsUvcControl:
 * @units: (nullable): the units of the control interface
 * @streaming: the negotiation
 * @still: that of still images
 * @enabled: whether a host has configured the device
 * @error: error code of the last request
 *
 * State of the class requests. Used by one thread.
 */
typedef struct
{
  GstFfsUvcUnits *units;
  GstFfsUvcStreaming streaming;
  GstFfsUvcStill still;
  gboolean enabled;
  GstFfsUvcError error;
} GstFfsUvcControl;

void gst_ffs_uvc_control_reset (GstFfsUvcControl * self,
    const GstFfsUvcOffer * offer, const GstFfsUvcOffer * stills,
    gboolean enabled);
gboolean gst_ffs_uvc_control_is_commit (const GstFfsSetup * setup);
gboolean gst_ffs_uvc_control_accept (GstFfsUvcControl * self,
    const GstFfsSetup * setup);
gboolean gst_ffs_uvc_control_request (GstFfsUvcControl * self,
    const GstFfsSetup * setup, const guint8 * data, GByteArray * reply,
    GstFfsUvcAction * action);

G_END_DECLS

#endif /* __GST_FFS_UVC_CONTROL_H__ */
