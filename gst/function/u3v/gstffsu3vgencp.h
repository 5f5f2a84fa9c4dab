/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_GENCP_H__
#define __GST_FFS_U3V_GENCP_H__

#include <glib.h>

G_BEGIN_DECLS

/**
 * GstFfsU3vMemory:
 * @read: reads @length bytes at @address, returns a status
 * @write: writes them, returns a status
 * @is_slow: whether an access may take longer than the host's timeout
 *
 * The address space of the camera.
 */
typedef struct
{
  guint16 (*read) (guint64 address, guint8 * data, guint length,
      gpointer user_data);
  guint16 (*write) (guint64 address, const guint8 * data, guint length,
      gpointer user_data);
  gboolean (*is_slow) (guint64 address, guint length, gboolean write,
      gpointer user_data);
  gpointer user_data;
} GstFfsU3vMemory;

guint gst_ffs_u3v_gencp_pending (const GstFfsU3vMemory * memory,
    const guint8 * packet, gsize length, guint8 * answer);
guint gst_ffs_u3v_gencp_handle (const GstFfsU3vMemory * memory,
    const guint8 * packet, gsize length, guint8 * answer);

G_END_DECLS

#endif /* __GST_FFS_U3V_GENCP_H__ */
