/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The device side of GenCP, the generic control protocol, as USB3 Vision
 * carries it: the function takes a command packet and returns an answer packet.
 *
 * A packet is a header of 12 bytes (prefix, flags or status, command, payload
 * length, request number) and a payload.  The host may send any bytes.  Data
 * without the prefix, or shorter than a header, is not a packet and gets no
 * answer.  Every packet gets a status, unless the host asked for no answer.
 *
 * No state, no I/O, no locks.
 */

#include <string.h>

#include <gst/gst.h>

#include "function/gstffsbytes.h"
#include "gstffsu3vgencp.h"
#include "gstffsu3vmap.h"

#define PREFIX 0x43563355       /* "U3VC" */
#define HEADER 12
#define FLAG_WANTS_ANSWER 0x4000

#define READ_COMMAND 0x0800
#define WRITE_COMMAND 0x0802
#define PENDING_ANSWER 0x0805
/* The command number of an answer is that of the command plus one. */
#define ANSWER 1

#define READ_LENGTH 12
#define WRITE_ADDRESS 8

/* Time that a host should wait for the answer after a pending acknowledge. */
#define PENDING_TIMEOUT_MS 10000

typedef struct
{
  guint16 flags;
  guint16 command;
  guint16 number;
  const guint8 *data;
  guint length;
  guint16 status;               /* not U3V_SUCCESS: the packet is malformed */
} Packet;

static gboolean
parse (const guint8 * bytes, gsize length, Packet * packet)
{
  if (length < HEADER || gst_ffs_get_u32 (bytes) != PREFIX)
    return FALSE;
  packet->flags = gst_ffs_get_u16 (bytes + 4);
  packet->command = gst_ffs_get_u16 (bytes + 6);
  packet->length = gst_ffs_get_u16 (bytes + 8);
  packet->number = gst_ffs_get_u16 (bytes + 10);
  packet->data = bytes + HEADER;
  packet->status = U3V_SUCCESS;
  if (packet->length != length - HEADER)
    packet->status = U3V_INVALID_HEADER;
  else if (packet->command == READ_COMMAND && packet->length != READ_LENGTH)
    packet->status = U3V_INVALID_HEADER;
  else if (packet->command == WRITE_COMMAND && packet->length < WRITE_ADDRESS)
    packet->status = U3V_INVALID_HEADER;
  else if (packet->command != READ_COMMAND && packet->command != WRITE_COMMAND)
    packet->status = U3V_NOT_IMPLEMENTED;
  return TRUE;
}

static guint
finish (guint8 * answer, guint16 command, guint16 status, guint16 number,
    guint length)
{
  gst_ffs_put_u32 (answer, PREFIX);
  gst_ffs_put_u16 (answer + 4, status);
  gst_ffs_put_u16 (answer + 6, command);
  gst_ffs_put_u16 (answer + 8, length);
  gst_ffs_put_u16 (answer + 10, number);
  return HEADER + length;
}

static guint16
read_memory (const GstFfsU3vMemory * memory, const Packet * packet,
    guint8 * data, guint * n)
{
  guint64 address = gst_ffs_get_u64 (packet->data);
  guint length = gst_ffs_get_u16 (packet->data + 10);
  guint16 status;

  if (length == 0 || length > U3V_MAX_ANSWER - HEADER)
    return U3V_INVALID_PARAMETER;
  status = memory->read (address, data, length, memory->user_data);
  if (status == U3V_SUCCESS)
    *n = length;
  return status;
}

static guint16
write_memory (const GstFfsU3vMemory * memory, const Packet * packet,
    guint8 * data, guint * n)
{
  guint64 address = gst_ffs_get_u64 (packet->data);
  guint length = packet->length - WRITE_ADDRESS;
  guint16 status;

  if (length == 0)
    return U3V_INVALID_PARAMETER;
  status = memory->write (address, packet->data + WRITE_ADDRESS, length,
      memory->user_data);
  if (status == U3V_SUCCESS) {
    gst_ffs_put_u16 (data, 0);
    gst_ffs_put_u16 (data + 2, length);
    *n = 4;
  }
  return status;
}

/**
 * gst_ffs_u3v_gencp_pending:
 * @packet: data from the host
 * @length: its length
 * @answer: space for U3V_MAX_ANSWER bytes
 *
 * Writes a pending acknowledge if the answer may come late.  Call it before
 * gst_ffs_u3v_gencp_handle().
 *
 * Returns: length of the acknowledge, 0 if none is needed
 */
guint
gst_ffs_u3v_gencp_pending (const GstFfsU3vMemory * memory,
    const guint8 * packet, gsize length, guint8 * answer)
{
  Packet p;
  guint n;

  if (!parse (packet, length, &p) || p.status != U3V_SUCCESS
      || !(p.flags & FLAG_WANTS_ANSWER))
    return 0;
  n = p.command == READ_COMMAND ? gst_ffs_get_u16 (p.data + 10)
      : p.length - WRITE_ADDRESS;
  if (!memory->is_slow (gst_ffs_get_u64 (p.data), n,
          p.command == WRITE_COMMAND, memory->user_data))
    return 0;

  gst_ffs_put_u16 (answer + HEADER, 0);
  gst_ffs_put_u16 (answer + HEADER + 2, PENDING_TIMEOUT_MS);
  return finish (answer, PENDING_ANSWER, U3V_SUCCESS, p.number, 4);
}

/**
 * gst_ffs_u3v_gencp_handle:
 * @packet: data from the host
 * @length: its length
 * @answer: space for U3V_MAX_ANSWER bytes
 *
 * Executes the command.
 *
 * Returns: length of the answer, 0 for no answer
 */
guint
gst_ffs_u3v_gencp_handle (const GstFfsU3vMemory * memory,
    const guint8 * packet, gsize length, guint8 * answer)
{
  guint n = 0;
  Packet p;

  if (!parse (packet, length, &p))
    return 0;
  if (p.status == U3V_SUCCESS && p.command == READ_COMMAND)
    p.status = read_memory (memory, &p, answer + HEADER, &n);
  else if (p.status == U3V_SUCCESS)
    p.status = write_memory (memory, &p, answer + HEADER, &n);
  if (!(p.flags & FLAG_WANTS_ANSWER))
    return 0;
  return finish (answer, p.command | ANSWER, p.status, p.number, n);
}
