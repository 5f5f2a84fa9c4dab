/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The class-specific descriptors: units and their connections, and formats with
 * sizes and frame intervals.
 *
 * They contain the function's own interface and endpoint numbers; the kernel
 * replaces these when the gadget is bound.
 *
 * No state, no locks; the caller owns the returned bytes.
 */

#include "function/gstffsbytes.h"
#include "gstffsuvcdescriptors.h"
#include "gstffsuvcrequest.h"

#define UVC_VERSION 0x0110

/* Offset of wTotalLength in a header. */
#define CONTROL_TOTAL_AT 5
#define STREAMING_TOTAL_AT 4

/* From the tables of UVC 1.1, because the kernel's headers differ between
 * versions or lack them. */
#define PROCESSING_SIZE 12
#define FRAME_BASED_SIZE 28
#define EXTENSION_SIZE 26
#define FRAME_SIZE(n) (26 + 4 * (n))
#define STILL_SIZE(n) (6 + 4 * (n))

#define STILL_METHOD_2 2

#define COLOR_PRIMARIES_BT_709 1
#define COLOR_TRANSFER_BT_709 1
#define COLOR_MATRIX_SMPTE_170M 4

static void
begin (GByteArray * out, guint8 length, guint8 subtype)
{
  gst_ffs_append_u8 (out, length);
  gst_ffs_append_u8 (out, USB_DT_CS_INTERFACE);
  gst_ffs_append_u8 (out, subtype);
}

/* ---- control ---- */

static void
put_camera (GByteArray * out, guint32 controls)
{
  begin (out, UVC_DT_CAMERA_TERMINAL_SIZE (3), UVC_VC_INPUT_TERMINAL);
  gst_ffs_append_u8 (out, GST_FFS_UVC_CAMERA_ID);
  gst_ffs_append_u16 (out, UVC_ITT_CAMERA);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u16 (out, 0);
  gst_ffs_append_u16 (out, 0);
  gst_ffs_append_u16 (out, 0);
  gst_ffs_append_u8 (out, 3);
  gst_ffs_append_u16 (out, controls);
  gst_ffs_append_u8 (out, controls >> 16);
}

static void
put_processing (GByteArray * out, guint16 controls)
{
  begin (out, PROCESSING_SIZE, UVC_VC_PROCESSING_UNIT);
  gst_ffs_append_u8 (out, GST_FFS_UVC_PROCESSING_ID);
  gst_ffs_append_u8 (out, GST_FFS_UVC_CAMERA_ID);
  gst_ffs_append_u16 (out, 0);
  gst_ffs_append_u8 (out, 2);
  gst_ffs_append_u16 (out, controls);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, 0);
}

/* Identifies the extension unit of this project to programs. */
static const guint8 extension_guid[] = {
  0x1f, 0x6b, 0x2a, 0x94, 0x53, 0xd7, 0x4e, 0x40,
  0x8a, 0x3c, 0x61, 0x0e, 0xb5, 0x92, 0xc8, 0x7d
};

static void
put_extension (GByteArray * out, guint8 controls)
{
  guint i, n = 0;

  for (i = 0; i < 8; i++)
    n += controls >> i & 1;
  begin (out, EXTENSION_SIZE, UVC_VC_EXTENSION_UNIT);
  gst_ffs_append_u8 (out, GST_FFS_UVC_EXTENSION_ID);
  g_byte_array_append (out, extension_guid, sizeof (extension_guid));
  gst_ffs_append_u8 (out, n);
  gst_ffs_append_u8 (out, 1);
  gst_ffs_append_u8 (out, GST_FFS_UVC_PROCESSING_ID);
  gst_ffs_append_u8 (out, 1);
  gst_ffs_append_u8 (out, controls);
  gst_ffs_append_u8 (out, 0);
}

/* The host's stream, as the input of a display. */
static void
put_stream_input (GByteArray * out)
{
  begin (out, UVC_DT_INPUT_TERMINAL_SIZE, UVC_VC_INPUT_TERMINAL);
  gst_ffs_append_u8 (out, GST_FFS_UVC_STREAM_ID);
  gst_ffs_append_u16 (out, UVC_TT_STREAMING);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, 0);
}

static void
put_output (GByteArray * out, guint16 type, guint8 source)
{
  begin (out, UVC_DT_OUTPUT_TERMINAL_SIZE, UVC_VC_OUTPUT_TERMINAL);
  gst_ffs_append_u8 (out, GST_FFS_UVC_OUTPUT_ID);
  gst_ffs_append_u16 (out, type);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, source);
  gst_ffs_append_u8 (out, 0);
}

static GByteArray *
begin_control (void)
{
  GByteArray *out = g_byte_array_new ();

  begin (out, UVC_DT_HEADER_SIZE (1), UVC_VC_HEADER);
  gst_ffs_append_u16 (out, UVC_VERSION);
  gst_ffs_append_u16 (out, 0);
  gst_ffs_append_u32 (out, GST_FFS_UVC_CLOCK_FREQUENCY);
  gst_ffs_append_u8 (out, 1);
  gst_ffs_append_u8 (out, GST_FFS_UVC_STREAMING_INTERFACE);
  return out;
}

/**
 * gst_ffs_uvc_descriptors_control:
 * @camera_controls: bmControls of the camera terminal
 * @processing_controls: bmControls of the processing unit
 * @extension_controls: bmControls of the extension unit, 0 for no such unit
 *
 * Returns: (transfer full): the class-specific descriptors of the control
 * interface
 */
GByteArray *
gst_ffs_uvc_descriptors_control (guint32 camera_controls,
    guint16 processing_controls, guint8 extension_controls)
{
  GByteArray *out = begin_control ();

  put_camera (out, camera_controls);
  put_processing (out, processing_controls);
  if (extension_controls)
    put_extension (out, extension_controls);
  put_output (out, UVC_TT_STREAMING, extension_controls ?
      GST_FFS_UVC_EXTENSION_ID : GST_FFS_UVC_PROCESSING_ID);
  gst_ffs_put_u16 (out->data + CONTROL_TOTAL_AT, out->len);
  return out;
}

/**
 * gst_ffs_uvc_descriptors_display:
 *
 * Returns: (transfer full): what follows the descriptor of the control
 * interface of an output device
 */
GByteArray *
gst_ffs_uvc_descriptors_display (void)
{
  GByteArray *out = begin_control ();

  put_stream_input (out);
  put_output (out, UVC_OTT_DISPLAY, GST_FFS_UVC_STREAM_ID);
  gst_ffs_put_u16 (out->data + CONTROL_TOTAL_AT, out->len);
  return out;
}

/* ---- streaming ---- */

static void
put_guid (GByteArray * out, const GstFfsUvcFormat * format)
{
  guint8 guid[16];

  gst_ffs_uvc_format_get_guid (format, guid);
  g_byte_array_append (out, guid, sizeof (guid));
}

static void
put_format (GByteArray * out, const GstFfsUvcChoice * choice, guint index)
{
  const GstFfsUvcFormat *format = choice->format;

  switch (format->kind) {
    case GST_FFS_UVC_UNCOMPRESSED:
      begin (out, UVC_DT_FORMAT_UNCOMPRESSED_SIZE, UVC_VS_FORMAT_UNCOMPRESSED);
      break;
    case GST_FFS_UVC_MJPEG:
      begin (out, UVC_DT_FORMAT_MJPEG_SIZE, UVC_VS_FORMAT_MJPEG);
      break;
    case GST_FFS_UVC_FRAME_BASED:
      begin (out, FRAME_BASED_SIZE, UVC_VS_FORMAT_FRAME_BASED);
      break;
  }
  gst_ffs_append_u8 (out, index);
  gst_ffs_append_u8 (out, choice->n_frames);
  if (format->kind == GST_FFS_UVC_MJPEG) {
    gst_ffs_append_u8 (out, 0);
  } else {
    put_guid (out, format);
    gst_ffs_append_u8 (out, format->bits);
  }
  gst_ffs_append_u8 (out, choice->frame + 1);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, 0);
  if (format->kind == GST_FFS_UVC_FRAME_BASED)
    gst_ffs_append_u8 (out, TRUE);
}

static guint32
get_bit_rate (guint32 size, const GstFfsUvcRate * rate)
{
  guint64 bits = gst_util_uint64_scale ((guint64) size * 8, 10000000,
      rate->interval);

  return MIN (bits, G_MAXUINT32);
}

static void
put_frame (GByteArray * out, const GstFfsUvcFormat * format,
    const GstFfsUvcFrame * frame, guint index)
{
  guint32 size = gst_ffs_uvc_format_get_max_size (format, frame->width,
      frame->height);
  guint i;

  begin (out, FRAME_SIZE (frame->n_rates),
      format->kind == GST_FFS_UVC_UNCOMPRESSED ? UVC_VS_FRAME_UNCOMPRESSED :
      format->kind == GST_FFS_UVC_MJPEG ? UVC_VS_FRAME_MJPEG :
      UVC_VS_FRAME_FRAME_BASED);
  gst_ffs_append_u8 (out, index);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u16 (out, frame->width);
  gst_ffs_append_u16 (out, frame->height);
  gst_ffs_append_u32 (out, get_bit_rate (size,
          &frame->rates[frame->n_rates - 1]));
  gst_ffs_append_u32 (out, get_bit_rate (size, &frame->rates[0]));
  if (format->kind != GST_FFS_UVC_FRAME_BASED)
    gst_ffs_append_u32 (out, size);
  gst_ffs_append_u32 (out, frame->rates[frame->rate].interval);
  gst_ffs_append_u8 (out, frame->n_rates);
  if (format->kind == GST_FFS_UVC_FRAME_BASED)
    gst_ffs_append_u32 (out, 0);
  for (i = 0; i < frame->n_rates; i++)
    gst_ffs_append_u32 (out, frame->rates[i].interval);
}

/* Without an endpoint, which method 3 has, and compression patterns: upstream
 * has one quality. */
static void
put_still (GByteArray * out, const GstFfsUvcChoice * choice)
{
  guint i;

  begin (out, STILL_SIZE (choice->n_frames), UVC_VS_STILL_IMAGE_FRAME);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, choice->n_frames);
  for (i = 0; i < choice->n_frames; i++) {
    gst_ffs_append_u16 (out, choice->frames[i].width);
    gst_ffs_append_u16 (out, choice->frames[i].height);
  }
  gst_ffs_append_u8 (out, 0);
}

static void
put_colors (GByteArray * out)
{
  begin (out, UVC_DT_COLOR_MATCHING_SIZE, UVC_VS_COLORFORMAT);
  gst_ffs_append_u8 (out, COLOR_PRIMARIES_BT_709);
  gst_ffs_append_u8 (out, COLOR_TRANSFER_BT_709);
  gst_ffs_append_u8 (out, COLOR_MATRIX_SMPTE_170M);
}

static void
put_input_header (GByteArray * out, guint n_formats, gboolean stills,
    guint address)
{
  begin (out, UVC_DT_INPUT_HEADER_SIZE (n_formats, 1), UVC_VS_INPUT_HEADER);
  gst_ffs_append_u8 (out, n_formats);
  gst_ffs_append_u16 (out, 0);
  gst_ffs_append_u8 (out, address);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, GST_FFS_UVC_OUTPUT_ID);
  gst_ffs_append_u8 (out, stills ? STILL_METHOD_2 : 0);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, 1);
}

static void
put_output_header (GByteArray * out, guint n_formats, guint address)
{
  begin (out, UVC_DT_OUTPUT_HEADER_SIZE (n_formats, 1), UVC_VS_OUTPUT_HEADER);
  gst_ffs_append_u8 (out, n_formats);
  gst_ffs_append_u16 (out, 0);
  gst_ffs_append_u8 (out, address);
  gst_ffs_append_u8 (out, GST_FFS_UVC_STREAM_ID);
  gst_ffs_append_u8 (out, 1);
}

/**
 * gst_ffs_uvc_descriptors_streaming:
 * @offer: the offer
 * @stills: (nullable): sizes of still images for the same formats
 * @address: bEndpointAddress of the stream endpoint, by the function's own
 * number; the direction is the stream's
 *
 * Returns: (transfer full): the class-specific descriptors of the streaming
 * interface
 */
GByteArray *
gst_ffs_uvc_descriptors_streaming (const GstFfsUvcOffer * offer,
    const GstFfsUvcOffer * stills, guint address)
{
  GByteArray *out = g_byte_array_new ();
  guint i, j;

  if (address & USB_DIR_IN)
    put_input_header (out, offer->n_choices, stills != NULL, address);
  else
    put_output_header (out, offer->n_choices, address);
  for (i = 0; i < offer->n_choices; i++)
    gst_ffs_append_u8 (out, 0);

  for (i = 0; i < offer->n_choices; i++) {
    const GstFfsUvcChoice *choice = &offer->choices[i];

    put_format (out, choice, i + 1);
    for (j = 0; j < choice->n_frames; j++)
      put_frame (out, choice->format, &choice->frames[j], j + 1);
    if (stills && stills->choices[i].n_frames > 0)
      put_still (out, &stills->choices[i]);
    put_colors (out);
  }
  gst_ffs_put_u16 (out->data + STREAMING_TOTAL_AT, out->len);
  return out;
}

/**
 * gst_ffs_uvc_descriptors_fit:
 * @offer: what there is to choose from; loses sizes that do not fit into a
 * configuration
 * @stills: (nullable): sizes of still images for the same formats
 * @address: as for gst_ffs_uvc_descriptors_streaming()
 *
 * Returns: (transfer full): the same
 */
GByteArray *
gst_ffs_uvc_descriptors_fit (GstFfsUvcOffer * offer,
    const GstFfsUvcOffer * stills, guint address)
{
  GByteArray *bytes = gst_ffs_uvc_descriptors_streaming (offer, stills,
      address);

  while (bytes->len > GST_FFS_UVC_MAX_DESCRIPTORS
      && gst_ffs_uvc_offer_shrink (offer)) {
    g_byte_array_unref (bytes);
    bytes = gst_ffs_uvc_descriptors_streaming (offer, stills, address);
  }
  return bytes;
}
