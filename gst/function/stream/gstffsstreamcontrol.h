/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_STREAM_CONTROL_H__
#define __GST_FFS_STREAM_CONTROL_H__

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

/* bRequest, see docs/protocol.md. */
typedef enum
{
  GST_FFS_STREAM_GET_INFO = 0x01,
  GST_FFS_STREAM_GET_STATE = 0x02,
  GST_FFS_STREAM_GET_OFFER = 0x03,
  GST_FFS_STREAM_GET_CHOICE = 0x04,
  GST_FFS_STREAM_GET_CAPS = 0x05,
  GST_FFS_STREAM_SET_CHOICE = 0x06,
  GST_FFS_STREAM_START = 0x07,
  GST_FFS_STREAM_STOP = 0x08,
  GST_FFS_STREAM_GET_LAYOUT = 0x09,
  GST_FFS_STREAM_GET_CONTROL = 0x10,
  GST_FFS_STREAM_SET_CONTROL = 0x11
} GstFfsStreamRequest;

#define GST_FFS_STREAM_INFO_SIZE 16
#define GST_FFS_STREAM_STATE_SIZE 56
#define GST_FFS_STREAM_LAYOUT_SIZE 64
#define GST_FFS_STREAM_CONTROL_SIZE 4

/* Outcome of the last request with data: reading the data acknowledges it, so
 * the request cannot be stalled afterwards. */
typedef enum
{
  GST_FFS_STREAM_DONE = 0,
  GST_FFS_STREAM_MALFORMED = 1,
  GST_FFS_STREAM_NOT_OFFERED = 2,
  GST_FFS_STREAM_STREAMING = 3,
  GST_FFS_STREAM_NO_CONTROL = 4
} GstFfsStreamOutcome;

/* State of GET_LAYOUT. */
typedef enum
{
  GST_FFS_STREAM_LAYOUT_UNKNOWN = 0,
  GST_FFS_STREAM_LAYOUT_READY = 1,
  GST_FFS_STREAM_LAYOUT_FAILED = 2
} GstFfsStreamLayoutState;

/**
 * GstFfsStreamState:
 * @offer: (nullable): text of the offer
 * @choice: (nullable): text of the host's selection
 * @caps: (nullable): text of the current caps
 * @streaming: between start and stop
 * @stream: number of the stream
 * @caps_number: number of the caps
 * @frames: frames of this stream submitted to the controller
 * @bytes: their bytes
 * @dropped: frames of this stream dropped
 * @outcome: outcome of the last request with data
 * @receives: whether frames come from the host
 * @layout_state: if receiving, state of the layout
 * @layout: the layout, if ready
 *
 * State that a host can read.
 */
typedef struct
{
  const gchar *offer;
  const gchar *choice;
  const gchar *caps;
  gboolean streaming;
  guint32 stream;
  guint32 caps_number;
  guint64 frames;
  guint64 bytes;
  guint64 dropped;
  GstFfsStreamOutcome outcome;
  gboolean receives;
  GstFfsStreamLayoutState layout_state;
  GstFfsFrameLayout layout;
} GstFfsStreamState;

typedef enum
{
  GST_FFS_STREAM_DO_STALL,
  GST_FFS_STREAM_DO_REPLY,
  GST_FFS_STREAM_DO_CHOOSE,
  GST_FFS_STREAM_DO_START,
  GST_FFS_STREAM_DO_STOP,
  GST_FFS_STREAM_DO_GET_CONTROL,
  GST_FFS_STREAM_DO_SET_CONTROL
} GstFfsStreamAction;

/**
 * GstFfsStreamCommand:
 * @action: what to do
 * @outcome: outcome of a request with data
 * @choice: (nullable): for CHOOSE; %NULL resets the selection
 * @id: for GET_CONTROL and SET_CONTROL
 * @value: for SET_CONTROL
 *
 * A parsed request.
 */
typedef struct
{
  GstFfsStreamAction action;
  GstFfsStreamOutcome outcome;
  GstCaps *choice;
  guint16 id;
  gint32 value;
} GstFfsStreamCommand;

void gst_ffs_stream_control_parse (const GstFfsSetup * setup,
    const guint8 * data, const GstFfsStreamState * state, GstCaps * offer,
    GByteArray * reply, GstFfsStreamCommand * command);

G_END_DECLS

#endif /* __GST_FFS_STREAM_CONTROL_H__ */
