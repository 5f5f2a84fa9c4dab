/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_PROFILE_H__
#define __GST_FFS_PROFILE_H__

#include <gst/gst.h>

#include "gstffscontrols.h"
#include "transport/gstffsbufferpool.h"

G_BEGIN_DECLS

#define GST_TYPE_FFS_PROFILE (gst_ffs_profile_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstFfsProfile, gst_ffs_profile, GST, FFS_PROFILE,
    GstObject)

/**
 * GstFfsIdentity:
 * @vendor_id: idVendor
 * @product_id: idProduct
 * @manufacturer: string of iManufacturer
 * @product: string of iProduct
 * @serial: string of iSerialNumber
 *
 * The identity of the device.
 */
typedef struct
{
  guint16 vendor_id;
  guint16 product_id;
  const gchar *manufacturer;
  const gchar *product;
  const gchar *serial;
} GstFfsIdentity;

typedef enum
{
  GST_FFS_SPEED_FULL,
  GST_FFS_SPEED_HIGH,
  GST_FFS_SPEED_SUPER,
  GST_FFS_N_SPEEDS
} GstFfsSpeed;

/**
 * GstFfsExtra:
 * @data: complete descriptors
 * @size: size of @data
 */
typedef struct
{
  const guint8 *data;
  gsize size;
} GstFfsExtra;

/* The same descriptors at each speed, or none. */
#define GST_FFS_EXTRA(data, size) {{data, size}, {data, size}, {data, size}}
#define GST_FFS_NO_EXTRA GST_FFS_EXTRA (NULL, 0)

/**
 * GstFfsInterfaceDesc:
 * @klass: bInterfaceClass
 * @subclass: bInterfaceSubClass
 * @protocol: bInterfaceProtocol
 * @name: (nullable): the string behind iInterface
 * @endpoints: "i" for each bulk IN endpoint, "o" for each bulk OUT endpoint and
 * "s" for the video class's status interrupt endpoint, in the order of the
 * files ep1, ep2, ...
 * @extra: class-specific descriptors after the interface descriptor at each
 * speed, with the function's own interface and endpoint numbers
 * @optional: whether the function works without @extra on kernels that reject
 * class-specific descriptors
 */
typedef struct
{
  guint8 klass;
  guint8 subclass;
  guint8 protocol;
  const gchar *name;
  const gchar *endpoints;
  GstFfsExtra extra[GST_FFS_N_SPEEDS];
  gboolean optional;
} GstFfsInterfaceDesc;

/**
 * GstFfsFunctionDesc:
 * @device_class: bDeviceClass, bDeviceSubClass and bDeviceProtocol for a
 * gadget of this function alone
 * @association: bFunctionClass, bFunctionSubClass and bFunctionProtocol of
 * an interface association over all interfaces; class 0 means none
 * @n_interfaces: number of interfaces
 * @interfaces: the interfaces
 * @stream_endpoint: N of the file epN for frames
 * @tight: whether raw video is sent without padding
 * @headroom: size of the header before each frame, in the same transfer (bytes)
 * @strings: (nullable): further strings, %NULL-terminated; class-specific
 * descriptors refer to them by IDs from 1 on
 * @compatible_id: (nullable): the compatible ID of the Microsoft OS
 * descriptors, for example "WINUSB"
 * @interface_guid: (nullable): device interface GUID "{...}" for Windows
 * programs
 *
 * The descriptors of a function.
 */
typedef struct
{
  guint8 device_class[3];
  guint8 association[3];
  guint n_interfaces;
  GstFfsInterfaceDesc interfaces[2];
  guint stream_endpoint;
  gboolean tight;
  gsize headroom;
  const gchar *const *strings;
  const gchar *compatible_id;
  const gchar *interface_guid;
} GstFfsFunctionDesc;

/**
 * GstFfsSetup:
 * @request_type: bmRequestType
 * @request: bRequest
 * @value: wValue
 * @index: wIndex; the low byte of a request to an interface is the function's
 * own number of it, also in a gadget with several functions
 * @length: wLength
 *
 * A control request, in the byte order of the CPU.
 */
typedef struct
{
  guint8 request_type;
  guint8 request;
  guint16 value;
  guint16 index;
  guint16 length;
} GstFfsSetup;

/**
 * GstFfsRegion:
 * @x: offset of the region in each line of the frame, in bytes
 * @y: offset of the region, in lines
 * @row: bytes in a line of the region
 * @n_rows: lines in the region
 * @stride: stride of the frame, for a buffer without GstVideoMeta
 *
 * The part of a one-plane frame that the host selected.
 */
typedef struct
{
  gsize x;
  gsize y;
  gsize row;
  gsize n_rows;
  gsize stride;
} GstFfsRegion;

/**
 * GstFfsPart:
 * @buffer: (nullable): its data, at the start of one memory
 * @length: bytes
 *
 * A header, leader or trailer that is sent as a transfer of its own.
 */
typedef struct
{
  GstBuffer *buffer;
  gsize length;
} GstFfsPart;

#define GST_FFS_MAX_PARTS_BEFORE 3
#define GST_FFS_MAX_HEADER 32

/* Maximum number of payloads of a frame, each with a header. */
#define GST_FFS_MAX_PAYLOADS 11

/**
 * GstFfsFraming:
 * @header: header before the frame in the same transfer
 * @header_size: size of @header
 * @payload_size: size of a payload including its header (the last one may be
 * shorter), or 0 to send the frame as one
 * @inner_size: with payloads: size of the header of each payload but the last,
 * at the start of @header; the rest of @header is that of the last one
 * @before: parts before the frame; the first without a buffer ends the list
 * @after: part after the frame
 *
 * The framing of a frame. The caller owns the buffers, also if the frame is
 * dropped.
 */
typedef struct
{
  guint8 header[GST_FFS_MAX_HEADER];
  gsize header_size;
  gsize payload_size;
  gsize inner_size;
  GstFfsPart before[GST_FFS_MAX_PARTS_BEFORE];
  GstFfsPart after;
} GstFfsFraming;

#define GST_FFS_MAX_PLANES 4

/**
 * GstFfsFrameLayout:
 * @size: size of a frame, or its maximum (bytes)
 * @exact: whether all frames have this size
 * @n_planes: planes of raw video, else 0
 * @offset: offset of each plane in the frame
 * @stride: stride of each plane
 *
 * The memory layout of a frame from the host.
 */
typedef struct
{
  gsize size;
  gboolean exact;
  guint n_planes;
  guint32 offset[GST_FFS_MAX_PLANES];
  gint32 stride[GST_FFS_MAX_PLANES];
} GstFfsFrameLayout;

/* Size of a buffer for the host's headers: the largest wMaxPacketSize. */
#define GST_FFS_HEAD_ROOM 1024

/**
 * GstFfsHeadKind:
 * @GST_FFS_HEAD_BROKEN: an invalid header; the length of the data after it is
 * unknown
 * @GST_FFS_HEAD_FRAME: a frame follows
 * @GST_FFS_HEAD_SKIP: data follows that the element does not use
 * @GST_FFS_HEAD_END: the end of the stream
 * @GST_FFS_HEAD_NOTHING: the host has sent a transfer without data
 *
 * The kind of a header from the host.
 */
typedef enum
{
  GST_FFS_HEAD_BROKEN,
  GST_FFS_HEAD_FRAME,
  GST_FFS_HEAD_SKIP,
  GST_FFS_HEAD_END,
  GST_FFS_HEAD_NOTHING,
} GstFfsHeadKind;

/**
 * GstFfsHead:
 * @kind: kind of the header
 * @length: size of the data that follows (bytes)
 * @sequence: number of the frame
 * @pts: the host's timestamp, or %GST_CLOCK_TIME_NONE
 * @duration: duration, or %GST_CLOCK_TIME_NONE
 * @flags: flags of the buffer
 *
 * A header from the host.
 */
typedef struct
{
  GstFfsHeadKind kind;
  guint64 length;
  guint64 sequence;
  GstClockTime pts;
  GstClockTime duration;
  GstBufferFlags flags;
} GstFfsHead;

/**
 * GstFfsStreamingFunc:
 * @streaming: whether the host wants frames from now on
 * @user_data: user data of gst_ffs_profile_set_funcs()
 *
 * Called in a thread of the profile or of the function, with no lock held and
 * before the host gets its answer. A start returns when upstream has been asked
 * for the caps of gst_ffs_profile_get_caps(). A stop returns when the endpoint
 * has no transfers of the stream left.
 */
typedef void (*GstFfsStreamingFunc) (gboolean streaming, gpointer user_data);

/**
 * GstFfsEnabledFunc:
 * @enabled: whether a host has configured the function
 * @user_data: user data of gst_ffs_profile_set_funcs()
 *
 * Called in the function's thread.
 */
typedef void (*GstFfsEnabledFunc) (gboolean enabled, gpointer user_data);

/**
 * GstFfsWaitingFunc:
 * @user_data: user data of gst_ffs_profile_set_funcs()
 *
 * Called in any thread.
 *
 * Returns: as gst_ffs_profile_get_waiting()
 */
typedef GstClockTime (*GstFfsWaitingFunc) (gpointer user_data);

/**
 * GstFfsRenegotiateFunc:
 * @user_data: as given
 *
 * The host wants frames of other caps in the stream that runs. Called from any
 * thread, with no lock held.
 */
typedef void (*GstFfsRenegotiateFunc) (gpointer user_data);

/**
 * GstFfsProfileClass:
 * @describe: the interfaces and endpoints; constant once the offer is set
 * @describe: returns the interfaces and endpoints; constant after set_offer()
 * @set_offer: sets the caps that upstream can produce. Called once, before
 * start(). Returns %FALSE if the profile supports none of them
 * @get_caps: returns the caps of the host's selection, (transfer full); before
 * set_offer() all caps that the profile supports. Called in any thread
 * @set_caps: sets the caps of the frames; called again at every start of the
 * stream. Returns %FALSE if the host has selected other caps; the sink then
 * drops frames until the next caps. Called in the streaming thread
 * @start: opens the control endpoints in @directory and starts threads. Parts
 * are allocated from @allocator, or from system memory if that is %NULL.
 * Returns 0 or an errno
 * @stop: reverts start(). The function's thread has ended
 * @set_enabled: the host has configured the function, or is gone. Stops a
 * running stream before it returns. Called in the function's thread
 * @restart: all endpoints were disabled for a moment. Restarts a running stream
 * with the same selection. Called in the function's thread
 * @accept: (nullable): checks the setup packet of an OUT request with data.
 * Returns %FALSE to stall the request, which is not possible after its data was
 * read. Called in the function's thread
 * @control: handles a control request to the function's interfaces. @data is
 * the data of an OUT request (%NULL for an IN request), @reply is the answer to
 * an IN request and is cut at wLength. Returns %FALSE to stall the request.
 * Called in the function's thread
 * @tick: (nullable): called in the function's thread a few times per second
 * @get_framing: returns the framing of @frame, whose size on the wire is @size.
 * Returns %FALSE to drop the frame. Called in the streaming thread
 * @get_region: (nullable): returns the region of a frame that the host has
 * selected, or %FALSE for the whole frame. Called before get_framing(), which
 * then gets the size of the region. Called in the streaming thread
 * @take_head: (nullable): for profiles that receive frames: parses a header
 * from an OUT endpoint, at most %GST_FFS_HEAD_ROOM bytes; @size may be
 * %GST_FFS_LENGTH_UNKNOWN. Called in any thread
 * @set_layout: (nullable): for profiles that receive frames: sets the memory
 * layout of frames, or %NULL if no frames can be received. Called in the
 * streaming thread
 * @received: (nullable): for profiles that receive frames: a transfer has
 * ended, with or without a whole frame. Called in any thread
 * @sent: (nullable): the frame of this number has been submitted. Not called
 * for a frame that was dropped after get_framing(). Called in the streaming
 * thread
 *
 * The virtual functions of a profile.
 */
struct _GstFfsProfileClass
{
  GstObjectClass parent_class;

  const GstFfsFunctionDesc *(*describe) (GstFfsProfile * self);
  gboolean (*set_offer) (GstFfsProfile * self, GstCaps * offer);
  GstCaps *(*get_caps) (GstFfsProfile * self);
  gboolean (*set_caps) (GstFfsProfile * self, GstCaps * caps);

  gint (*start) (GstFfsProfile * self, const gchar * directory,
      GstAllocator * allocator);
  void (*stop) (GstFfsProfile * self);
  void (*set_enabled) (GstFfsProfile * self, gboolean enabled);
  void (*restart) (GstFfsProfile * self);
  gboolean (*accept) (GstFfsProfile * self, const GstFfsSetup * setup);
  gboolean (*control) (GstFfsProfile * self, const GstFfsSetup * setup,
      const guint8 * data, GByteArray * reply);
  void (*tick) (GstFfsProfile * self);

  gboolean (*get_framing) (GstFfsProfile * self, GstBuffer * frame, gsize size,
      guint64 number, GstFfsFraming * framing);
  gboolean (*get_region) (GstFfsProfile * self, GstFfsRegion * region);
  void (*sent) (GstFfsProfile * self, guint64 number);
  void (*take_head) (GstFfsProfile * self, const guint8 * data, gsize size,
      GstFfsHead * head);
  void (*set_layout) (GstFfsProfile * self, const GstFfsFrameLayout * layout);
  void (*received) (GstFfsProfile * self, gboolean whole, gsize size);
};

const GstFfsFunctionDesc *gst_ffs_profile_describe (GstFfsProfile * self);
gboolean gst_ffs_profile_set_offer (GstFfsProfile * self, GstCaps * offer);
GstCaps *gst_ffs_profile_get_caps (GstFfsProfile * self);
gboolean gst_ffs_profile_set_caps (GstFfsProfile * self, GstCaps * caps);
gint gst_ffs_profile_start (GstFfsProfile * self, const gchar * directory,
    GstAllocator * allocator);
void gst_ffs_profile_stop (GstFfsProfile * self);
void gst_ffs_profile_set_enabled (GstFfsProfile * self, gboolean enabled);
void gst_ffs_profile_restart (GstFfsProfile * self);
gboolean gst_ffs_profile_accept (GstFfsProfile * self,
    const GstFfsSetup * setup);
gboolean gst_ffs_profile_control (GstFfsProfile * self,
    const GstFfsSetup * setup, const guint8 * data, GByteArray * reply);
void gst_ffs_profile_tick (GstFfsProfile * self);
gboolean gst_ffs_profile_get_framing (GstFfsProfile * self, GstBuffer * frame,
    gsize size, guint64 number, GstFfsFraming * framing);
gboolean gst_ffs_profile_get_region (GstFfsProfile * self,
    GstFfsRegion * region);
void gst_ffs_profile_sent (GstFfsProfile * self, guint64 number);
void gst_ffs_profile_take_head (GstFfsProfile * self, const guint8 * data,
    gsize size, GstFfsHead * head);
void gst_ffs_profile_set_layout (GstFfsProfile * self,
    const GstFfsFrameLayout * layout);
void gst_ffs_profile_received (GstFfsProfile * self, gboolean whole,
    gsize size);

/* For the elements. */
void gst_ffs_profile_set_funcs (GstFfsProfile * self,
    GstFfsStreamingFunc streaming, GstFfsEnabledFunc enabled,
    GstFfsWaitingFunc waiting, gpointer user_data);
void gst_ffs_profile_set_renegotiate_func (GstFfsProfile * self,
    GstFfsRenegotiateFunc renegotiate);
gboolean gst_ffs_profile_has_changed (GstFfsProfile * self);
void gst_ffs_profile_renegotiate (GstFfsProfile * self);
void gst_ffs_profile_set_application (GstFfsProfile * self,
    const GstFfsApplication * application);
gboolean gst_ffs_profile_is_streaming (GstFfsProfile * self);

gboolean gst_ffs_profile_fits (GstFfsProfile * self, GstPad * pad);
gboolean gst_ffs_profile_take_caps (GstFfsProfile * self, GstPad * pad);

/* For the subclasses. */
void gst_ffs_profile_set_streaming (GstFfsProfile * self, gboolean streaming);
void gst_ffs_profile_set_changed (GstFfsProfile * self);
GstFfsControls *gst_ffs_profile_find_controls (GstFfsProfile * self,
    GstPad * sinkpad, guint max);
GstClockTime gst_ffs_profile_get_waiting (GstFfsProfile * self);
gboolean gst_ffs_part_fill (GstFfsPart * part, GstFfsBufferPool * pool,
    gconstpointer data, gsize size);

G_END_DECLS

#endif /* __GST_FFS_PROFILE_H__ */
