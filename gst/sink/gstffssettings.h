/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_SETTINGS_H__
#define __GST_FFS_SETTINGS_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsCopyMode:
 * @GST_FFS_COPY_AUTO: copy frames that cannot be sent in place
 * @GST_FFS_COPY_NEVER: post an error instead of copying
 * @GST_FFS_COPY_ALWAYS: write all frames
 *
 * Since: 0.1
 */
typedef enum
{
  GST_FFS_COPY_AUTO,
  GST_FFS_COPY_NEVER,
  GST_FFS_COPY_ALWAYS,
} GstFfsCopyMode;

/**
 * GstFfsIdlePolicy:
 * @GST_FFS_IDLE_AUTO: drop if upstream is live, else wait; if the element
 * serves ep0, ffscamerabin stops a live video source whose frames go nowhere
 * else
 * @GST_FFS_IDLE_DROP: drop frames
 * @GST_FFS_IDLE_WAIT: wait for a host
 *
 * Since: 0.1
 */
typedef enum
{
  GST_FFS_IDLE_AUTO,
  GST_FFS_IDLE_DROP,
  GST_FFS_IDLE_WAIT,
} GstFfsIdlePolicy;

/**
 * GstFfsErrorPolicy:
 * @GST_FFS_ERROR_COUNT: count the frame in stats
 * @GST_FFS_ERROR_FAIL: post an error and stop
 *
 * Since: 0.1
 */
typedef enum
{
  GST_FFS_ERROR_COUNT,
  GST_FFS_ERROR_FAIL,
} GstFfsErrorPolicy;

/**
 * GstFfsProfileType:
 * @GST_FFS_PROFILE_TYPE_STREAM: any format, framed; docs/protocol.md
 * @GST_FFS_PROFILE_TYPE_U3V: USB3 Vision, raw video; docs/u3v.md
 * @GST_FFS_PROFILE_TYPE_UVC: a webcam; needs the patches in kernel/;
 * docs/uvc.md
 *
 * Since: 0.1
 */
typedef enum
{
  GST_FFS_PROFILE_TYPE_STREAM,
  GST_FFS_PROFILE_TYPE_U3V,
  GST_FFS_PROFILE_TYPE_UVC,
} GstFfsProfileType;

#define GST_TYPE_FFS_COPY_MODE (gst_ffs_copy_mode_get_type ())
GType gst_ffs_copy_mode_get_type (void);

#define GST_TYPE_FFS_IDLE_POLICY (gst_ffs_idle_policy_get_type ())
GType gst_ffs_idle_policy_get_type (void);

#define GST_TYPE_FFS_ERROR_POLICY (gst_ffs_error_policy_get_type ())
GType gst_ffs_error_policy_get_type (void);

#define GST_TYPE_FFS_PROFILE_TYPE (gst_ffs_profile_type_get_type ())
GType gst_ffs_profile_type_get_type (void);

enum
{
  GST_FFS_PROP_0,
  GST_FFS_PROP_ENDPOINT,
  GST_FFS_PROP_FD,
  GST_FFS_PROP_MAX_IN_FLIGHT,
  GST_FFS_PROP_COPY_MODE,
  GST_FFS_PROP_REMOVE_PADDING,
  GST_FFS_PROP_TIGHT,           /* the same under its former name */
  GST_FFS_PROP_DMA_HEAP,
  GST_FFS_PROP_WITHOUT_HOST,
  GST_FFS_PROP_EOS_TIMEOUT,
  GST_FFS_PROP_TRANSFER_ERRORS,
  GST_FFS_PROP_FUNCTION,
  GST_FFS_PROP_GADGET,
  GST_FFS_PROP_INSTANCE,
  GST_FFS_PROP_N_FUNCTIONS,
  GST_FFS_PROP_UDC,
  GST_FFS_PROP_PROFILE,
  GST_FFS_PROP_VENDOR_ID,
  GST_FFS_PROP_PRODUCT_ID,
  GST_FFS_PROP_MANUFACTURER,
  GST_FFS_PROP_PRODUCT,
  GST_FFS_PROP_SERIAL,
  GST_FFS_PROP_CONTROLS,
  GST_FFS_PROP_MAX_PAYLOAD_SIZE,
  GST_FFS_PROP_STILL_IMAGES,
  GST_FFS_PROP_CONNECTED,       /* from here on to be read only */
  GST_FFS_PROP_STREAMING,
  GST_FFS_PROP_STATS,
  GST_FFS_N_PROPS
};

/**
 * GstFfsSettings:
 * @endpoint: file of the endpoint, or %NULL
 * @fd: descriptor of the endpoint, or -1
 * @max_in_flight: frames
 * @copy_mode: what to do with frames that cannot be sent in place
 * @remove_padding: whether to remove padding from raw video
 * @dma_heap: allocator of dmabufs, or %NULL
 * @without_host: what to do with frames without a host
 * @eos_timeout: ns
 * @transfer_errors: what to do about them
 * @function: mount point of FunctionFS, or %NULL
 * @gadget: the gadget in configfs, or %NULL
 * @instance: name of the function in @gadget, or %NULL
 * @n_functions: number of functions of @gadget when it is bound
 * @udc: the USB device controller, or %NULL
 * @profile: the profile
 * @vendor_id: idVendor
 * @product_id: idProduct
 * @manufacturer: string of the device
 * @product: string of the device
 * @serial: string of the device, or %NULL
 * @controls: controls of the application, or %NULL
 * @max_payload_size: bytes, for UVC
 * @still_images: whether a host can request them, for UVC
 *
 * The values of the writable properties. Those read for each frame, @copy_mode
 * and @remove_padding, are atomic.
 */
typedef struct
{
  gchar *endpoint;
  gint fd;
  guint max_in_flight;
  gint copy_mode;               /* GstFfsCopyMode */
  gboolean remove_padding;
  gchar *dma_heap;
  GstFfsIdlePolicy without_host;
  GstClockTime eos_timeout;
  GstFfsErrorPolicy transfer_errors;
  gchar *function;
  gchar *gadget;
  gchar *instance;
  guint n_functions;
  gchar *udc;
  GstFfsProfileType profile;
  guint vendor_id;
  guint product_id;
  gchar *manufacturer;
  gchar *product;
  gchar *serial;
  GstStructure *controls;
  guint max_payload_size;
  gboolean still_images;
} GstFfsSettings;

void gst_ffs_settings_init (GstFfsSettings * self);
void gst_ffs_settings_clear (GstFfsSettings * self);
void gst_ffs_settings_copy (const GstFfsSettings * self,
    GstFfsSettings * copy);

void gst_ffs_settings_install (GObjectClass * klass);
gboolean gst_ffs_settings_set (GstFfsSettings * self, guint id,
    const GValue * value);
gboolean gst_ffs_settings_get (const GstFfsSettings * self, guint id,
    GValue * value);

G_END_DECLS

#endif /* __GST_FFS_SETTINGS_H__ */
