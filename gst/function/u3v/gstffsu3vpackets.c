/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leader and trailer of a frame.  Little endian.
 *
 * No state, no locks.
 */

#include <string.h>

#include "function/gstffsbytes.h"
#include "gstffsu3vpackets.h"

#define LEADER_PREFIX 0x4c563355        /* "U3VL" */
#define TRAILER_PREFIX 0x54563355       /* "U3VT" */
#define PAYLOAD_IMAGE 1

static void
put_header (guint8 * data, guint32 prefix, guint length, guint64 number)
{
  memset (data, 0, length);
  gst_ffs_put_u32 (data, prefix);
  gst_ffs_put_u16 (data + 6, length);
  gst_ffs_put_u64 (data + 8, number);
}

/**
 * gst_ffs_u3v_leader:
 * @data: space for LEADER_LENGTH bytes
 * @number: frame number, 0 for the first one of a stream
 * @timestamp: capture time (ns)
 * @selection: format, size and offset of the frame
 *
 * The leader announces rows without padding.
 */
void
gst_ffs_u3v_leader (guint8 * data, guint64 number, guint64 timestamp,
    const GstFfsU3vSelection * selection)
{
  put_header (data, LEADER_PREFIX, LEADER_LENGTH, number);
  gst_ffs_put_u16 (data + 18, PAYLOAD_IMAGE);
  gst_ffs_put_u64 (data + 20, timestamp);
  gst_ffs_put_u32 (data + 28, selection->format->code);
  gst_ffs_put_u32 (data + 32, selection->width);
  gst_ffs_put_u32 (data + 36, selection->height);
  gst_ffs_put_u32 (data + 40, selection->x);
  gst_ffs_put_u32 (data + 44, selection->y);
}

/**
 * gst_ffs_u3v_trailer:
 * @data: space for TRAILER_LENGTH bytes
 * @number: frame number, as in the leader
 * @status: U3V_SUCCESS, or the error status of the frame
 * @valid_size: size of the image in the payload (bytes)
 * @height: number of rows
 */
void
gst_ffs_u3v_trailer (guint8 * data, guint64 number, guint16 status,
    guint64 valid_size, guint height)
{
  put_header (data, TRAILER_PREFIX, TRAILER_LENGTH, number);
  gst_ffs_put_u16 (data + 16, status);
  gst_ffs_put_u64 (data + 20, valid_size);
  gst_ffs_put_u32 (data + 28, height);
}
