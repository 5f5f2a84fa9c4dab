/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Definitions shared by class requests.
 */

#ifndef __GST_FFS_UVC_REQUEST_H__
#define __GST_FFS_UVC_REQUEST_H__

#include <linux/usb/ch9.h>
#include <linux/usb/video.h>

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

/* The function's interface numbers. */
#define GST_FFS_UVC_CONTROL_INTERFACE 0
#define GST_FFS_UVC_STREAMING_INTERFACE 1

/* Unit IDs of a request; 0 is the interface itself. */
#define GST_FFS_UVC_CAMERA_ID 1
#define GST_FFS_UVC_STREAM_ID 1 /* of a display: the host's stream */
#define GST_FFS_UVC_PROCESSING_ID 2
#define GST_FFS_UVC_OUTPUT_ID 3
#define GST_FFS_UVC_EXTENSION_ID 4      /* if the application has custom controls */

/* Clock frequency of timestamps, Hz. */
#define GST_FFS_UVC_CLOCK_FREQUENCY 1000000

/**
 * GstFfsUvcError:
 *
 * Values of the request error code control.
 */
typedef enum
{
  GST_FFS_UVC_NO_ERROR = 0,
  GST_FFS_UVC_WRONG_STATE = 2,
  GST_FFS_UVC_OUT_OF_RANGE = 4,
  GST_FFS_UVC_INVALID_UNIT = 5,
  GST_FFS_UVC_INVALID_CONTROL = 6,
  GST_FFS_UVC_INVALID_REQUEST = 7,
} GstFfsUvcError;

/**
 * GstFfsUvcStreamError:
 *
 * Values of the stream error code control, after a header with the error bit
 * or a still image that could not be captured.
 */
typedef enum
{
  GST_FFS_UVC_STREAM_NO_ERROR = 0,
  GST_FFS_UVC_STREAM_UNDERRUN = 2,
  GST_FFS_UVC_STREAM_DISCONTINUITY = 3,
  GST_FFS_UVC_STREAM_STILL = 7,
} GstFfsUvcStreamError;

/**
 * GstFfsUvcAction:
 *
 * What a request has to cause beyond its answer: the start of a stream, a still
 * image, or the end of a pending one.
 */
typedef enum
{
  GST_FFS_UVC_ACTION_NONE,
  GST_FFS_UVC_ACTION_COMMIT,
  GST_FFS_UVC_ACTION_STILL,
  GST_FFS_UVC_ACTION_ABORT_STILL,
} GstFfsUvcAction;

static inline guint
gst_ffs_uvc_get_selector (const GstFfsSetup * setup)
{
  return setup->value >> 8;
}

static inline guint
gst_ffs_uvc_get_unit (const GstFfsSetup * setup)
{
  return setup->index >> 8;
}

static inline guint
gst_ffs_uvc_get_interface (const GstFfsSetup * setup)
{
  return setup->index & 0xff;
}

G_END_DECLS

#endif /* __GST_FFS_UVC_REQUEST_H__ */
