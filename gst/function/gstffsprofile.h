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
 * @manufacturer: what a host shows as the maker
 * @product: what a host shows as the device
 * @serial: the serial number
 *
 * Who the device says it is.
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
 * @data: whole descriptors
 * @size: bytes of them
 */
typedef struct
{
  const guint8 *data;
  gsize size;
} GstFfsExtra;

/* The same ones at each speed, or none. */
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
 * @extra: class-specific descriptors that follow the interface's at each
 * speed, with the function's own numbers of interfaces and endpoints
 * @optional: whether the function does without them where the kernel does not
 * take them
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
 * an interface association over all interfaces; a class of 0 means none
 * @n_interfaces: how many
 * @interfaces: the interfaces
 * @stream_endpoint: N of the file epN that frames go to
 * @tight: whether raw video goes without padding
 * @headroom: bytes that go in front of each frame, in the same transfer
 * @strings: (nullable): further strings, which class-specific descriptors
 * mention by their numbers from 1 on, and %NULL
 * @compatible_id: (nullable): the compatible ID of the Microsoft OS
 * descriptors, for example "WINUSB"
 * @interface_guid: (nullable): "{...}", by which Windows programs find it
 *
 * What a class of camera looks like on the bus.
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
 * @index: wIndex; the low byte of a request to an interface is our own
 * number of it, whatever else the device has
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
 * @buffer: what it is in, at the start of one memory, or %NULL
 * @length: bytes
 *
 * Something that goes out with a frame, as a transfer of its own.
 */
typedef struct
{
  GstBuffer *buffer;
  gsize length;
} GstFfsPart;

#define GST_FFS_MAX_PARTS_BEFORE 3
#define GST_FFS_MAX_HEADER 32

/* Of a frame, with a header in front of each. */
#define GST_FFS_MAX_PAYLOADS 11

/**
 * GstFfsFraming:
 * @header: what is in front of the frame in the same transfer
 * @header_size: bytes of it
 * @payload_size: 0, or that of the payloads which a frame consists of, header
 * and all; the last one may be shorter
 * @inner_size: with payloads, how many bytes from the start of @header on are
 * in front of each payload but the last; the rest is in front of the last
 * @before: what goes out ahead of the frame; the first without a buffer ends
 * it
 * @after: what goes out behind it
 *
 * What a class puts around a frame. Whoever asked owns the buffers, also if
 * the frame is dropped.
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
 * @size: bytes of a frame, or the most that there is room for
 * @exact: whether all frames have that many
 * @n_planes: planes of raw video, else 0
 * @offset: where a plane begins in the frame
 * @stride: from a line to the next
 *
 * How a frame that comes from the host is to lie in memory.
 */
typedef struct
{
  gsize size;
  gboolean exact;
  guint n_planes;
  guint32 offset[GST_FFS_MAX_PLANES];
  gint32 stride[GST_FFS_MAX_PLANES];
} GstFfsFrameLayout;

/* Bytes of a buffer for what a host sends ahead of a frame: the largest packet
 * that an endpoint has. */
#define GST_FFS_HEAD_ROOM 1024

/**
 * GstFfsHeadKind:
 * @GST_FFS_HEAD_BROKEN: nothing that can be understood; it says nothing about
 * what comes behind it
 * @GST_FFS_HEAD_FRAME: a frame comes
 * @GST_FFS_HEAD_SKIP: something comes that is not for us
 * @GST_FFS_HEAD_END: nothing more comes
 *
 * What a header from the host announces.
 */
typedef enum
{
  GST_FFS_HEAD_BROKEN,
  GST_FFS_HEAD_FRAME,
  GST_FFS_HEAD_SKIP,
  GST_FFS_HEAD_END,
} GstFfsHeadKind;

/**
 * GstFfsHead:
 * @kind: what comes
 * @length: bytes of it
 * @sequence: number of the frame
 * @pts: time of the host, or %GST_CLOCK_TIME_NONE
 * @duration: the same
 * @flags: for the buffer
 *
 * What the host says about a frame.
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
 * @user_data: as given
 *
 * Called from a thread of the profile or of the function, with no lock held
 * and before the host gets its answer. When it returns, upstream was asked
 * for frames of gst_ffs_profile_get_caps(), or nothing of the stream is left
 * on the endpoint.
 */
typedef void (*GstFfsStreamingFunc) (gboolean streaming, gpointer user_data);

/**
 * GstFfsEnabledFunc:
 * @enabled: whether a host has configured the function
 * @user_data: as given
 *
 * Called from the function's thread.
 */
typedef void (*GstFfsEnabledFunc) (gboolean enabled, gpointer user_data);

/**
 * GstFfsWaitingFunc:
 * @user_data: as given
 *
 * Called from any thread.
 *
 * Returns: for how long the host has read nothing though there is something
 * for it, ns; 0 if there is nothing; %GST_CLOCK_TIME_NONE if it has read frames,
 * then cleared the endpoint's halt, and read none since
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
 * @set_offer: what upstream can produce. Before start(), once. Returns %FALSE if
 * none of it can be sent by this class
 * @get_caps: what the host wants now, (transfer full); before there is an offer
 * all that this class can send. Any thread
 * @set_caps: what the frames are from now on; again at every start of the
 * stream. Streaming thread. Returns %FALSE if they are not what the host wants;
 * such frames are dropped until the next caps
 * @start: the function's files exist in @directory: open the control
 * endpoints, start threads. Leaders and the like come from @allocator, or
 * are system memory if that is %NULL. Returns 0 or an errno
 * @stop: undoes start(). The function's thread runs no more
 * @set_enabled: the host has configured the function, or has left. It tells
 * the sink that streaming has ended before it returns if it was. From the
 * function's thread
 * @restart: all endpoints were disabled for a moment; a stream that was on
 * begins anew, with the same choices. From the function's thread
 * @accept: (nullable): whether an OUT request that brings data is to be taken,
 * by its setup alone, from the function's thread. %FALSE stalls it; once its
 * data was read it cannot be
 * @control: a control request to one of our interfaces, from the function's
 * thread. @data is what an OUT request brought (NULL for an IN request); @reply
 * takes what an IN request asks for, it is cut at wLength. %FALSE stalls
 * @tick: (nullable): called by the function's thread a few times a second
 * @get_framing: what goes around @frame, which has @size bytes on the wire. Streaming
 * thread. %FALSE drops the frame
 * @get_region: (nullable): the region of a frame that the host selected; called
 * before get_framing(), whose @size then is the region's. Returns %FALSE for
 * the whole frame. Streaming thread
 * @take_head: (nullable): of a class that receives frames: what an OUT
 * endpoint has received ahead of one, at most %GST_FFS_HEAD_ROOM bytes; @size may
 * be %GST_FFS_LENGTH_UNKNOWN. Any thread
 * @set_layout: (nullable): of the same: how frames are to lie, %NULL if there
 * can be none. Streaming thread
 * @received: (nullable): of the same: a frame has come, or what was none. Any
 * thread
 * @sent: (nullable): the frame of this number is on its way to the host. One
 * that was wrapped and then given up never is. Streaming thread
 *
 * A class of camera.
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

/* For the sink. */
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

/* For the classes. */
void gst_ffs_profile_set_streaming (GstFfsProfile * self, gboolean streaming);
void gst_ffs_profile_set_changed (GstFfsProfile * self);
GstFfsControls *gst_ffs_profile_find_controls (GstFfsProfile * self,
    GstPad * sinkpad, guint max);
GstClockTime gst_ffs_profile_get_waiting (GstFfsProfile * self);
gboolean gst_ffs_part_fill (GstFfsPart * part, GstFfsBufferPool * pool,
    gconstpointer data, gsize size);

G_END_DECLS

#endif /* __GST_FFS_PROFILE_H__ */
