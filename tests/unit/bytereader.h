/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes compared field by field, little endian.
 */

#ifndef __BYTE_READER_H__
#define __BYTE_READER_H__

#include <string.h>

#include <gst/check/gstcheck.h>

typedef struct
{
  const guint8 *data;
  gsize size;
} ByteReader;

static inline guint
get (ByteReader * r, guint bytes)
{
  guint value = 0, i;

  fail_unless (r->size >= bytes, "cut short");
  for (i = 0; i < bytes; i++)
    value |= (guint) r->data[i] << 8 * i;
  r->data += bytes;
  r->size -= bytes;
  return value;
}

static inline void
want (ByteReader * r, guint bytes, guint value)
{
  fail_unless_equals_int_hex (get (r, bytes), value);
}

static inline void
want_bytes (ByteReader * r, const void *bytes, gsize size)
{
  fail_unless (r->size >= size, "cut short");
  fail_unless (memcmp (r->data, bytes, size) == 0);
  r->data += size;
  r->size -= size;
}

/* A standard interface descriptor. */
static inline void
want_interface (ByteReader * r, guint number, guint n_endpoints, guint klass,
    guint subclass, guint protocol, guint string)
{
  want (r, 1, 9);
  want (r, 1, 0x04);
  want (r, 1, number);
  want (r, 1, 0);
  want (r, 1, n_endpoints);
  want (r, 1, klass);
  want (r, 1, subclass);
  want (r, 1, protocol);
  want (r, 1, string);
}

#endif /* __BYTE_READER_H__ */
