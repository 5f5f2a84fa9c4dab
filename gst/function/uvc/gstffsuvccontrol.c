/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcControl: all requests of the class, to whom they go, and the error
 * code that a host can ask for after one was refused.
 *
 * Ownership: borrows the units.  Locking: none, belongs to the function's
 * thread.
 */

#include "function/gstffsfunctiondebug.h"
#include "gstffsuvccontrol.h"

/* What all requests that read have set. */
#define GET_REQUEST 0x80

/**
 * gst_ffs_uvc_control_reset:
 * @offer: what there is to choose from
 * @enabled: whether there is a host
 *
 * A host that comes finds nothing of what another one chose.
 */
void
gst_ffs_uvc_control_reset (GstFfsUvcControl * self,
    const GstFfsUvcOffer * offer, gboolean enabled)
{
  gst_ffs_uvc_streaming_reset (&self->streaming, offer);
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

/* What can be said about a request without its data. */
static GstFfsUvcError
check (GstFfsUvcControl * self, const GstFfsSetup * setup)
{
  gboolean in = (setup->request_type & USB_DIR_IN) != 0;

  if (in != ((setup->request & GET_REQUEST) != 0))
    return GST_FFS_UVC_INVALID_REQUEST;
  if (gst_ffs_uvc_get_interface (setup) == GST_FFS_UVC_STREAMING_INTERFACE)
    return gst_ffs_uvc_streaming_check (setup);
  if (is_error_code (setup))
    return in ? GST_FFS_UVC_NO_ERROR : GST_FFS_UVC_INVALID_REQUEST;
  return gst_ffs_uvc_units_check (self->units, setup);
}

static GstFfsUvcError
answer (GstFfsUvcControl * self, const GstFfsSetup * setup, GByteArray * reply)
{
  if (gst_ffs_uvc_get_interface (setup) == GST_FFS_UVC_STREAMING_INTERFACE)
    return gst_ffs_uvc_streaming_get (&self->streaming, setup, reply);
  if (is_error_code (setup))
    return get_error_code (self, setup, reply);
  return gst_ffs_uvc_units_get (self->units, setup, reply);
}

static GstFfsUvcError
obey (GstFfsUvcControl * self, const GstFfsSetup * setup, const guint8 * data,
    gboolean * commit)
{
  if (gst_ffs_uvc_get_interface (setup) != GST_FFS_UVC_STREAMING_INTERFACE)
    return gst_ffs_uvc_units_set (self->units, setup, data);
  if (!self->enabled)
    return GST_FFS_UVC_WRONG_STATE;
  return gst_ffs_uvc_streaming_set (&self->streaming, setup, data, commit);
}

/* Returns: whether this is what begins a stream */
gboolean
gst_ffs_uvc_control_is_commit (const GstFfsSetup * setup)
{
  return gst_ffs_uvc_get_interface (setup) == GST_FFS_UVC_STREAMING_INTERFACE
      && setup->request == UVC_SET_CUR
      && gst_ffs_uvc_get_selector (setup) == UVC_VS_COMMIT_CONTROL;
}

/**
 * gst_ffs_uvc_control_accept:
 * @setup: a request that brings data
 *
 * Returns: whether it is worth to be read
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
 * @data: (nullable): what it brought
 * @reply: what is answered
 * @commit: (out): whether a stream is to begin
 *
 * A host may have sent less than it announced, so what was accepted is checked
 * again.
 *
 * Returns: %FALSE if it is refused
 */
gboolean
gst_ffs_uvc_control_request (GstFfsUvcControl * self,
    const GstFfsSetup * setup, const guint8 * data, GByteArray * reply,
    gboolean * commit)
{
  GstFfsUvcError error;

  *commit = FALSE;
  if (!is_ours (setup))
    return FALSE;
  error = check (self, setup);
  if (error == GST_FFS_UVC_NO_ERROR)
    error = data ? obey (self, setup, data, commit)
        : answer (self, setup, reply);
  if (error != GST_FFS_UVC_NO_ERROR)
    GST_DEBUG ("request 0x%02x value 0x%04x index 0x%04x: error %u",
        setup->request, setup->value, setup->index, error);
  /* To read an error does not make it undone. */
  if (error != GST_FFS_UVC_NO_ERROR || !is_error_code (setup))
    self->error = error;
  return error == GST_FFS_UVC_NO_ERROR;
}
