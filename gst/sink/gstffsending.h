/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_ENDING_H__
#define __GST_FFS_ENDING_H__

#include "gstffshoststate.h"

G_BEGIN_DECLS

/**
 * GstFfsEnding:
 *
 * Embedded in the element; fields are private to gstffsending.c.
 */
typedef struct
{
  GstElement *sink;             /* unowned, like the other two */
  GstFfsHostState *state;
  GstFfsHost *host;

  GMutex lock;
  GCond cond;
  gboolean asked;
  gboolean busy;                /* a worker waits for the host */
  gboolean halted;              /* the host has read nothing for too long */
  GstClockTime timeout;
} GstFfsEnding;

void gst_ffs_ending_init (GstFfsEnding * self, GstElement * sink,
    GstFfsHostState * state, GstFfsHost * host);
void gst_ffs_ending_clear (GstFfsEnding * self);

void gst_ffs_ending_ask (GstFfsEnding * self, GstClockTime timeout);
void gst_ffs_ending_over (GstFfsEnding * self);

G_END_DECLS

#endif /* __GST_FFS_ENDING_H__ */
