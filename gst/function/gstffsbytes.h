/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Little endian numbers at any address. GStreamer's macros access unaligned
 * memory where the CPU allows it, which is undefined behaviour in C.
 */

#ifndef __GST_FFS_BYTES_H__
#define __GST_FFS_BYTES_H__

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

static inline guint16
gst_ffs_get_u16 (gconstpointer at)
{
  guint16 value;

  memcpy (&value, at, sizeof (value));
  return GUINT16_FROM_LE (value);
}

static inline guint32
gst_ffs_get_u32 (gconstpointer at)
{
  guint32 value;

  memcpy (&value, at, sizeof (value));
  return GUINT32_FROM_LE (value);
}

static inline guint64
gst_ffs_get_u64 (gconstpointer at)
{
  guint64 value;

  memcpy (&value, at, sizeof (value));
  return GUINT64_FROM_LE (value);
}

static inline void
gst_ffs_put_u16 (gpointer at, guint16 value)
{
  value = GUINT16_TO_LE (value);
  memcpy (at, &value, sizeof (value));
}

static inline void
gst_ffs_put_u32 (gpointer at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, sizeof (value));
}

static inline void
gst_ffs_put_u64 (gpointer at, guint64 value)
{
  value = GUINT64_TO_LE (value);
  memcpy (at, &value, sizeof (value));
}

static inline void
gst_ffs_append_u8 (GByteArray * out, guint8 value)
{
  g_byte_array_append (out, &value, sizeof (value));
}

static inline void
gst_ffs_append_u16 (GByteArray * out, guint16 value)
{
  guint8 bytes[sizeof (value)];

  gst_ffs_put_u16 (bytes, value);
  g_byte_array_append (out, bytes, sizeof (bytes));
}

static inline void
gst_ffs_append_u32 (GByteArray * out, guint32 value)
{
  guint8 bytes[sizeof (value)];

  gst_ffs_put_u32 (bytes, value);
  g_byte_array_append (out, bytes, sizeof (bytes));
}

G_END_DECLS

#endif /* __GST_FFS_BYTES_H__ */
