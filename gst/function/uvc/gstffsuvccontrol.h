/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_CONTROL_H__
#define __GST_FFS_UVC_CONTROL_H__

#include "gstffsuvcstreaming.h"
#include "gstffsuvcunits.h"

G_BEGIN_DECLS

/**
 * GstFfsUvcControl:
 * @units: (nullable): the units of the control interface
 * @streaming: the negotiation
 * @enabled: whether a host has configured the device
 * @error: error code of the last request
 *
 * State of the class requests. Used by one thread.
 */
typedef struct
{
  GstFfsUvcUnits *units;
  GstFfsUvcStreaming streaming;
  gboolean enabled;
  GstFfsUvcError error;
} GstFfsUvcControl;

void gst_ffs_uvc_control_reset (GstFfsUvcControl * self,
    const GstFfsUvcOffer * offer, gboolean enabled);
gboolean gst_ffs_uvc_control_is_commit (const GstFfsSetup * setup);
gboolean gst_ffs_uvc_control_accept (GstFfsUvcControl * self,
    const GstFfsSetup * setup);
gboolean gst_ffs_uvc_control_request (GstFfsUvcControl * self,
    const GstFfsSetup * setup, const guint8 * data, GByteArray * reply,
    gboolean * commit);

G_END_DECLS

#endif /* __GST_FFS_UVC_CONTROL_H__ */
