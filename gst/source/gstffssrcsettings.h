/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SRC_SETTINGS_H__
#define __GST_FFS_SRC_SETTINGS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsSrcProfile:
 * @GST_FFS_SRC_PROFILE_NONE: frames of one size, without headers
 * @GST_FFS_SRC_PROFILE_STREAM: any format, framed; docs/protocol.md
 * @GST_FFS_SRC_PROFILE_UVC: USB Video Class output device; docs/source.md
 *
 * Since: 0.2
 */
typedef enum
{
  GST_FFS_SRC_PROFILE_NONE,
  GST_FFS_SRC_PROFILE_STREAM,
  GST_FFS_SRC_PROFILE_UVC,
} GstFfsSrcProfile;

#define GST_TYPE_FFS_SRC_PROFILE (gst_ffs_src_profile_get_type ())
GType gst_ffs_src_profile_get_type (void);

enum
{
  GST_FFS_SRC_PROP_0,
  GST_FFS_SRC_PROP_ENDPOINT,
  GST_FFS_SRC_PROP_FD,
  GST_FFS_SRC_PROP_CAPS,
  GST_FFS_SRC_PROP_FRAME_SIZE,
  GST_FFS_SRC_PROP_ALLOW_PADDING,
  GST_FFS_SRC_PROP_MAX_IN_FLIGHT,
  GST_FFS_SRC_PROP_DMA_HEAP,
  GST_FFS_SRC_PROP_EOS_ON_END,
  GST_FFS_SRC_PROP_FUNCTION,
  GST_FFS_SRC_PROP_GADGET,
  GST_FFS_SRC_PROP_UDC,
  GST_FFS_SRC_PROP_PROFILE,
  GST_FFS_SRC_PROP_VENDOR_ID,
  GST_FFS_SRC_PROP_PRODUCT_ID,
  GST_FFS_SRC_PROP_MANUFACTURER,
  GST_FFS_SRC_PROP_PRODUCT,
  GST_FFS_SRC_PROP_SERIAL,
  GST_FFS_SRC_PROP_CONNECTED,   /* read-only from here on */
  GST_FFS_SRC_PROP_STREAMING,
  GST_FFS_SRC_PROP_STATS,
  GST_FFS_SRC_N_PROPS
};

/**
 * GstFfsSrcSettings:
 * @endpoint: file of the endpoint, or %NULL
 * @fd: descriptor of the endpoint, or -1
 * @caps: (nullable): format of the frames
 * @frame_size: bytes of a frame, or 0
 * @allow_padding: whether lines may be padded
 * @max_in_flight: maximum number of frames queued
 * @dma_heap: heap to allocate dmabufs from, or %NULL
 * @eos_on_end: whether the host's end causes EOS
 * @function: where FunctionFS is mounted, or %NULL
 * @gadget: the gadget in configfs, or %NULL
 * @udc: the USB device controller, or %NULL
 * @profile: the framing
 * @vendor_id: idVendor
 * @product_id: idProduct
 * @manufacturer: string of the device
 * @product: string of the device
 * @serial: string of the device, or %NULL
 *
 * The values of the writable properties.
 */
typedef struct
{
  gchar *endpoint;
  gint fd;
  GstCaps *caps;
  guint frame_size;
  gboolean allow_padding;
  guint max_in_flight;
  gchar *dma_heap;
  gboolean eos_on_end;
  gchar *function;
  gchar *gadget;
  gchar *udc;
  GstFfsSrcProfile profile;
  guint vendor_id;
  guint product_id;
  gchar *manufacturer;
  gchar *product;
  gchar *serial;
} GstFfsSrcSettings;

void gst_ffs_src_settings_init (GstFfsSrcSettings * self);
void gst_ffs_src_settings_clear (GstFfsSrcSettings * self);
void gst_ffs_src_settings_copy (const GstFfsSrcSettings * self,
    GstFfsSrcSettings * copy);

void gst_ffs_src_settings_install (GObjectClass * klass);
gboolean gst_ffs_src_settings_set (GstFfsSrcSettings * self, guint id,
    const GValue * value);
gboolean gst_ffs_src_settings_get (const GstFfsSrcSettings * self, guint id,
    GValue * value);

G_END_DECLS

#endif /* __GST_FFS_SRC_SETTINGS_H__ */
