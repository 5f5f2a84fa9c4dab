/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_CONTROL_H__
#define __GST_FFS_U3V_CONTROL_H__

#include "gstffsu3vgencp.h"

G_BEGIN_DECLS

typedef struct _GstFfsU3vControl GstFfsU3vControl;

/**
 * GstFfsU3vChangedFunc:
 * @restarted: %TRUE if the endpoints were only disabled for a moment, %FALSE if
 *   the host is gone or has configured the gadget anew
 * @user_data: the user data of the #GstFfsU3vMemory
 */
typedef void (*GstFfsU3vChangedFunc) (gboolean restarted, gpointer user_data);

GstFfsU3vControl *gst_ffs_u3v_control_new (const gchar * owner,
    const gchar * in_path, const gchar * out_path,
    const GstFfsU3vMemory * memory, GstFfsU3vChangedFunc changed, gint * err);
void gst_ffs_u3v_control_free (GstFfsU3vControl * self);

void gst_ffs_u3v_control_set_enabled (GstFfsU3vControl * self,
    gboolean enabled);
void gst_ffs_u3v_control_restart (GstFfsU3vControl * self);

G_END_DECLS

#endif /* __GST_FFS_U3V_CONTROL_H__ */
