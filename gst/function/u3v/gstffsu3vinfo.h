/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_INFO_H__
#define __GST_FFS_U3V_INFO_H__

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

#define GST_FFS_U3V_INFO_SIZE 20
#define GST_FFS_U3V_INFO_STRINGS 7

/**
 * GstFfsU3vInfo:
 * @descriptor: class-specific descriptor behind the control interface
 * @guid: one of the @strings
 * @strings: strings of the descriptor, %NULL-terminated
 *
 * Identity of the camera for hosts that have not opened it yet.
 */
typedef struct
{
  guint8 descriptor[GST_FFS_U3V_INFO_SIZE];
  gchar *guid;
  const gchar *strings[GST_FFS_U3V_INFO_STRINGS + 1];
} GstFfsU3vInfo;

void gst_ffs_u3v_info_init (GstFfsU3vInfo * self,
    const GstFfsIdentity * identity);
void gst_ffs_u3v_info_clear (GstFfsU3vInfo * self);

G_END_DECLS

#endif /* __GST_FFS_U3V_INFO_H__ */
