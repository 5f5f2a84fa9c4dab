/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsU3vRegisters: a sparse address space and its access rights.
 *
 * The address space consists of blocks of bytes, which contain registers.
 * Bytes outside a register are readable and cannot be written.  An access that
 * crosses the end of a block fails as an invalid address.  The host has to
 * write numbers as a whole, so that half a number never takes effect.  All
 * values are little endian.
 *
 * The caller defines the meaning of the values.
 *
 * Ownership: owns the bytes.  Locking: the caller's.
 */

#include <string.h>

#include <gst/gst.h>

#include "function/gstffsbytes.h"
#include "gstffsu3vmap.h"
#include "gstffsu3vregisters.h"

typedef struct
{
  guint64 address;
  guint length;
  guint8 *data;
} Block;

typedef struct
{
  guint64 address;
  guint length;
  GstFfsU3vAccess access;
} Register;

struct _GstFfsU3vRegisters
{
  GArray *blocks;
  GArray *registers;            /* sorted by address */
};

static void
clear_block (gpointer data)
{
  g_free (((Block *) data)->data);
}

GstFfsU3vRegisters *
gst_ffs_u3v_registers_new (void)
{
  GstFfsU3vRegisters *self = g_new0 (GstFfsU3vRegisters, 1);

  self->blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  g_array_set_clear_func (self->blocks, clear_block);
  self->registers = g_array_new (FALSE, FALSE, sizeof (Register));
  return self;
}

void
gst_ffs_u3v_registers_free (GstFfsU3vRegisters * self)
{
  g_array_unref (self->blocks);
  g_array_unref (self->registers);
  g_free (self);
}

/**
 * gst_ffs_u3v_registers_add_block:
 *
 * Adds a block of zeros.  Blocks must not overlap.
 */
void
gst_ffs_u3v_registers_add_block (GstFfsU3vRegisters * self, guint64 address,
    guint length)
{
  Block block = { address, length, g_malloc0 (length) };

  g_array_append_val (self->blocks, block);
}

/* Returns the bytes of a range, or NULL if no single block contains it. */
static guint8 *
find_bytes (GstFfsU3vRegisters * self, guint64 address, guint64 length)
{
  guint i;

  for (i = 0; i < self->blocks->len; i++) {
    Block *block = &g_array_index (self->blocks, Block, i);

    if (address >= block->address
        && address - block->address <= block->length
        && length <= block->length - (address - block->address))
      return block->data + (address - block->address);
  }
  return NULL;
}

/**
 * gst_ffs_u3v_registers_add:
 *
 * Add registers in the order of their addresses.
 */
void
gst_ffs_u3v_registers_add (GstFfsU3vRegisters * self, guint64 address,
    guint length, GstFfsU3vAccess access)
{
  Register reg = { address, length, access };

  g_assert (find_bytes (self, address, length));
  g_array_append_val (self->registers, reg);
}

/* ---- device side ---- */

void
gst_ffs_u3v_registers_set (GstFfsU3vRegisters * self, guint64 address,
    gconstpointer data, guint length)
{
  guint8 *bytes = find_bytes (self, address, length);

  g_assert (bytes != NULL);
  memcpy (bytes, data, length);
}

/**
 * gst_ffs_u3v_registers_set_string:
 * @length: length of the register, including at least one terminating 0
 */
void
gst_ffs_u3v_registers_set_string (GstFfsU3vRegisters * self, guint64 address,
    const gchar * text, guint length)
{
  guint8 *bytes = find_bytes (self, address, length);
  const gchar *end;
  gsize n = strlen (text);

  g_assert (bytes != NULL);
  if (n > length - 1) {
    /* Do not cut a character. */
    end = g_utf8_find_prev_char (text, text + length);
    n = end ? end - text : 0;
  }
  memset (bytes, 0, length);
  memcpy (bytes, text, n);
}

void
gst_ffs_u3v_registers_set_u32 (GstFfsU3vRegisters * self, guint64 address,
    guint32 value)
{
  guint8 data[4];

  gst_ffs_put_u32 (data, value);
  gst_ffs_u3v_registers_set (self, address, data, 4);
}

void
gst_ffs_u3v_registers_set_u64 (GstFfsU3vRegisters * self, guint64 address,
    guint64 value)
{
  guint8 data[8];

  gst_ffs_put_u64 (data, value);
  gst_ffs_u3v_registers_set (self, address, data, 8);
}

void
gst_ffs_u3v_registers_set_double (GstFfsU3vRegisters * self, guint64 address,
    gdouble value)
{
  guint8 data[8];

  GST_WRITE_DOUBLE_LE (data, value);
  gst_ffs_u3v_registers_set (self, address, data, 8);
}

guint32
gst_ffs_u3v_registers_get_u32 (GstFfsU3vRegisters * self, guint64 address)
{
  return gst_ffs_get_u32 (find_bytes (self, address, 4));
}

/* ---- host side ---- */

/* Returns the register that contains @address, or else the next one. */
static Register *
find_register (GstFfsU3vRegisters * self, guint64 address)
{
  guint i;

  for (i = 0; i < self->registers->len; i++) {
    Register *reg = &g_array_index (self->registers, Register, i);

    if (address < reg->address + reg->length)
      return reg;
  }
  return NULL;
}

/**
 * gst_ffs_u3v_registers_read:
 * @data: space for @length bytes
 *
 * Returns: a status
 */
guint16
gst_ffs_u3v_registers_read (GstFfsU3vRegisters * self, guint64 address,
    guint8 * data, guint length)
{
  const guint8 *bytes = find_bytes (self, address, length);
  guint64 end = address + length;
  Register *reg;

  if (bytes == NULL)
    return U3V_INVALID_ADDRESS;

  while (address < end) {
    reg = find_register (self, address);
    if (reg == NULL || reg->address >= end)
      break;
    if (!(reg->access & GST_FFS_U3V_READ))
      return U3V_ACCESS_DENIED;
    address = reg->address + reg->length;
  }
  memcpy (data, bytes, length);
  return U3V_SUCCESS;
}

static guint16
check_write (GstFfsU3vRegisters * self, guint64 address, guint length,
    gboolean locked)
{
  guint64 end = address + length;

  while (address < end) {
    Register *reg = find_register (self, address);

    if (reg == NULL || reg->address > address
        || !(reg->access & GST_FFS_U3V_WRITE))
      return U3V_WRITE_PROTECT;
    if (!(reg->access & GST_FFS_U3V_PARTS)
        && (reg->address != address || reg->address + reg->length > end))
      return U3V_BAD_ALIGNMENT;
    if (locked && (reg->access & GST_FFS_U3V_LOCKABLE))
      return U3V_ACCESS_DENIED;
    address = reg->address + reg->length;
  }
  return U3V_SUCCESS;
}

/**
 * gst_ffs_u3v_registers_write:
 * @locked: whether lockable registers are locked
 * @accept: called for each register that is written as a whole
 *
 * Checks the access rights of the whole range first and writes nothing if one
 * of them is missing.  A value that @accept rejects ends the write; the
 * registers before it stay written.
 *
 * Returns: a status
 */
guint16
gst_ffs_u3v_registers_write (GstFfsU3vRegisters * self, guint64 address,
    const guint8 * data, guint length, gboolean locked,
    GstFfsU3vAcceptFunc accept, gpointer user_data)
{
  guint8 *bytes = find_bytes (self, address, length);
  guint16 status;

  if (bytes == NULL)
    return U3V_INVALID_ADDRESS;
  status = check_write (self, address, length, locked);
  if (status != U3V_SUCCESS)
    return status;

  while (length > 0) {
    Register *reg = find_register (self, address);
    guint n = MIN (length, reg->address + reg->length - address);

    if (!(reg->access & GST_FFS_U3V_PARTS)) {
      status = accept (address, data, user_data);
      if (status != U3V_SUCCESS)
        return status;
    }
    memcpy (bytes, data, n);
    address += n;
    bytes += n;
    data += n;
    length -= n;
  }
  return U3V_SUCCESS;
}

gdouble
gst_ffs_u3v_read_double (const guint8 * data)
{
  return GST_READ_DOUBLE_LE (data);
}
