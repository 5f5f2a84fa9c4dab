/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_REGISTERS_H__
#define __GST_FFS_U3V_REGISTERS_H__

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GstFfsU3vRegisters GstFfsU3vRegisters;

/**
 * GstFfsU3vAccess:
 * @GST_FFS_U3V_READ: readable
 * @GST_FFS_U3V_WRITE: writable
 * @GST_FFS_U3V_LOCKABLE: not writable while the stream's parameters are locked
 * @GST_FFS_U3V_PARTS: may be written in parts, for strings
 */
typedef enum
{
  GST_FFS_U3V_READ = 1 << 0,
  GST_FFS_U3V_WRITE = 1 << 1,
  GST_FFS_U3V_LOCKABLE = 1 << 2,
  GST_FFS_U3V_PARTS = 1 << 3,
} GstFfsU3vAccess;

/**
 * GstFfsU3vAcceptFunc:
 * @address: address of a register
 * @data: its new value
 *
 * Returns: a status; the value is stored only after U3V_SUCCESS
 */
typedef guint16 (*GstFfsU3vAcceptFunc) (guint64 address, const guint8 * data,
    gpointer user_data);

GstFfsU3vRegisters *gst_ffs_u3v_registers_new (void);
void gst_ffs_u3v_registers_free (GstFfsU3vRegisters * self);

void gst_ffs_u3v_registers_add_block (GstFfsU3vRegisters * self,
    guint64 address, guint length);
void gst_ffs_u3v_registers_add (GstFfsU3vRegisters * self, guint64 address,
    guint length, GstFfsU3vAccess access);

void gst_ffs_u3v_registers_set (GstFfsU3vRegisters * self, guint64 address,
    gconstpointer data, guint length);
void gst_ffs_u3v_registers_set_string (GstFfsU3vRegisters * self,
    guint64 address, const gchar * text, guint length);
void gst_ffs_u3v_registers_set_u32 (GstFfsU3vRegisters * self,
    guint64 address, guint32 value);
void gst_ffs_u3v_registers_set_u64 (GstFfsU3vRegisters * self,
    guint64 address, guint64 value);
void gst_ffs_u3v_registers_set_double (GstFfsU3vRegisters * self,
    guint64 address, gdouble value);
guint32 gst_ffs_u3v_registers_get_u32 (GstFfsU3vRegisters * self,
    guint64 address);

guint16 gst_ffs_u3v_registers_read (GstFfsU3vRegisters * self,
    guint64 address, guint8 * data, guint length);
guint16 gst_ffs_u3v_registers_write (GstFfsU3vRegisters * self,
    guint64 address, const guint8 * data, guint length, gboolean locked,
    GstFfsU3vAcceptFunc accept, gpointer user_data);

gdouble gst_ffs_u3v_read_double (const guint8 * data);

G_END_DECLS

#endif /* __GST_FFS_U3V_REGISTERS_H__ */
