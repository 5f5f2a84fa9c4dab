/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcControl: dispatches class requests, and keeps the error code of the
 * last failed one.
 *
 * Ownership: borrows the units. Locking: none; function's thread only.
 */

#include "function/gstffsfunctiondebug.h"
#include "gstffsuvccontrol.h"

/* Direction bit of all GET requests. */
#define GET_REQUEST 0x80

/**
 * gst_ffs_uvc_control_reset:
 * @offer: the offer
 * @stills: (nullable): that of still images
 * @enabled: whether a host is connected
 *
 * Clears the last host's selection.
 */
void
gst_ffs_uvc_control_reset (GstFfsUvcControl * self,
    const GstFfsUvcOffer * offer, const GstFfsUvcOffer * stills,
    gboolean enabled)
{
  gst_ffs_uvc_streaming_reset (&self->streaming, offer);
  gst_ffs_uvc_still_reset (&self->still, stills);
  self->enabled = enabled;
  self->error = GST_FFS_UVC_NO_ERROR;
}

static gboolean
is_ours (const GstFfsSetup * setup)
{
  return (setup->request_type & (USB_TYPE_MASK | USB_RECIP_MASK)) ==
      (USB_TYPE_CLASS | USB_RECIP_INTERFACE)
      && gst_ffs_uvc_get_interface (setup) <= GST_FFS_UVC_STREAMING_INTERFACE;
}

static gboolean
is_still (const GstFfsUvcControl * self, const GstFfsSetup * setup)
{
  return gst_ffs_uvc_get_interface (setup) == GST_FFS_UVC_STREAMING_INTERFACE
      && gst_ffs_uvc_still_is_for (&self->still, setup);
}

static gboolean
is_error_code (const GstFfsSetup * setup)
{
  return gst_ffs_uvc_get_interface (setup) == GST_FFS_UVC_CONTROL_INTERFACE
      && gst_ffs_uvc_get_unit (setup) == 0
      && gst_ffs_uvc_get_selector (setup) == UVC_VC_REQUEST_ERROR_CODE_CONTROL;
}

static GstFfsUvcError
get_error_code (GstFfsUvcControl * self, const GstFfsSetup * setup,
    GByteArray * reply)
{
  guint8 bytes[2] = { 0, };
  guint size = 1;

  if (setup->request == UVC_GET_CUR) {
    bytes[0] = self->error;
  } else if (setup->request == UVC_GET_INFO) {
    bytes[0] = UVC_CONTROL_CAP_GET;
  } else if (setup->request == UVC_GET_LEN) {
    bytes[0] = 1;
    size = 2;
  } else {
    return GST_FFS_UVC_INVALID_REQUEST;
  }
  g_byte_array_append (reply, bytes, size);
  return GST_FFS_UVC_NO_ERROR;
}

/* Checks a request without its data. */
static GstFfsUvcError
check (GstFfsUvcControl * self, const GstFfsSetup * setup)
{
  gboolean in = (setup->request_type & USB_DIR_IN) != 0;

  if (in != ((setup->request & GET_REQUEST) != 0))
    return GST_FFS_UVC_INVALID_REQUEST;
  if (is_still (self, setup))
    return gst_ffs_uvc_still_check (setup);
  if (gst_ffs_uvc_get_interface (setup) == GST_FFS_UVC_STREAMING_INTERFACE)
    return gst_ffs_uvc_streaming_check (setup);
  if (is_error_code (setup))
    return in ? GST_FFS_UVC_NO_ERROR : GST_FFS_UVC_INVALID_REQUEST;
  return gst_ffs_uvc_units_check (self->units, setup);
}

static GstFfsUvcError
answer (GstFfsUvcControl * self, const GstFfsSetup * setup, GByteArray * reply)
{
  if (is_still (self, setup))
    return gst_ffs_uvc_still_get (&self->still, setup, reply);
  if (gst_ffs_uvc_get_interface (setup) == GST_FFS_UVC_STREAMING_INTERFACE)
    return gst_ffs_uvc_streaming_get (&self->streaming, setup, reply);
  if (is_error_code (setup))
    return get_error_code (self, setup, reply);
  return gst_ffs_uvc_units_get (self->units, setup, reply);
}

static GstFfsUvcError
obey (GstFfsUvcControl * self, const GstFfsSetup * setup, const guint8 * data,
    GstFfsUvcAction * action)
{
  gboolean commit = FALSE;
  GstFfsUvcError error;

  if (gst_ffs_uvc_get_interface (setup) != GST_FFS_UVC_STREAMING_INTERFACE)
    return gst_ffs_uvc_units_set (self->units, setup, data);
  if (!self->enabled)
    return GST_FFS_UVC_WRONG_STATE;
  if (is_still (self, setup))
    return gst_ffs_uvc_still_set (&self->still, setup, data, action);
  error = gst_ffs_uvc_streaming_set (&self->streaming, setup, data, &commit);
  if (commit)
    *action = GST_FFS_UVC_ACTION_COMMIT;
  return error;
}

/* Returns: whether this request starts a stream */
gboolean
gst_ffs_uvc_control_is_commit (const GstFfsSetup * setup)
{
  return gst_ffs_uvc_get_interface (setup) == GST_FFS_UVC_STREAMING_INTERFACE
      && setup->request == UVC_SET_CUR
      && gst_ffs_uvc_get_selector (setup) == UVC_VS_COMMIT_CONTROL;
}

/**
 * gst_ffs_uvc_control_accept:
 * @setup: a request with an OUT data stage
 *
 * Returns: whether to read the data
 */
gboolean
gst_ffs_uvc_control_accept (GstFfsUvcControl * self, const GstFfsSetup * setup)
{
  if (!is_ours (setup))
    return FALSE;
  self->error = check (self, setup);
  return self->error == GST_FFS_UVC_NO_ERROR;
}

/**
 * gst_ffs_uvc_control_request:
 * @setup: a request
 * @data: (nullable): the data
 * @reply: the answer
 * @action: (out): what to do after it
 *
 * Checks the request again, since a host may have sent less than wLength.
 *
 * Returns: %FALSE if the request fails
 */
gboolean
gst_ffs_uvc_control_request (GstFfsUvcControl * self,
    const GstFfsSetup * setup, const guint8 * data, GByteArray * reply,
    GstFfsUvcAction * action)
{
  GstFfsUvcError error;

  *action = GST_FFS_UVC_ACTION_NONE;
  if (!is_ours (setup))
    return FALSE;
  error = check (self, setup);
  if (error == GST_FFS_UVC_NO_ERROR)
    error = data ? obey (self, setup, data, action)
        : answer (self, setup, reply);
  if (error != GST_FFS_UVC_NO_ERROR)
    GST_DEBUG ("request 0x%02x value 0x%04x index 0x%04x: error %u",
        setup->request, setup->value, setup->index, error);
  /* Reading the error code does not clear it. */
  if (error != GST_FFS_UVC_NO_ERROR || !is_error_code (setup))
    self->error = error;
  return error == GST_FFS_UVC_NO_ERROR;
}
