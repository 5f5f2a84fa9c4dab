/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_INTAKE_H__
#define __GST_FFS_INTAKE_H__

#include <gst/gst.h>

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

/**
 * GstFfsReceived:
 * @buffer: (nullable): the frame, owned; %NULL: the host has said that no more
 * frames come
 * @size: bytes of it
 * @head: what the host said about it
 * @discont: whether something is missing ahead of it
 *
 * What the host has sent.
 */
typedef struct
{
  GstBuffer *buffer;
  gsize size;
  GstFfsHead head;
  gboolean discont;
} GstFfsReceived;

/**
 * GstFfsIntake:
 * @owner: the element's name
 * @profile: (nullable): what understands headers
 * @items: GstFfsReceived, owned
 * @in_flight: frames that are queued
 * @head: the last header; for who brings transfers
 * @discont: whether something is missing ahead of what comes; the same
 *
 * What has come from the host. The other fields are counters.
 */
typedef struct
{
  const gchar *owner;
  GstFfsProfile *profile;

  GMutex lock;
  GQueue items;
  guint in_flight;
  guint64 n_frames;
  guint64 n_bytes;
  guint64 n_short;
  guint64 n_long;
  guint64 n_broken;
  guint64 n_lost;
  guint64 n_empty;

  GstFfsHead head;
  gboolean discont;
} GstFfsIntake;

void gst_ffs_intake_init (GstFfsIntake * self, const gchar * owner,
    GstFfsProfile * profile);
void gst_ffs_intake_clear (GstFfsIntake * self);
void gst_ffs_intake_drop (GstFfsIntake * self);

void gst_ffs_intake_expect (GstFfsIntake * self, gint change);
void gst_ffs_intake_take_head (GstFfsIntake * self, GstBuffer * buffer,
    gint err, gsize actual);
void gst_ffs_intake_take_frame (GstFfsIntake * self, GstBuffer * buffer,
    gboolean exact, gsize room, gint err, gsize actual);

guint gst_ffs_intake_get_in_flight (GstFfsIntake * self);
gboolean gst_ffs_intake_is_idle (GstFfsIntake * self);
gboolean gst_ffs_intake_has_items (GstFfsIntake * self);
gboolean gst_ffs_intake_take (GstFfsIntake * self, GstFfsReceived * item);
void gst_ffs_intake_add_stats (GstFfsIntake * self, GstStructure * s);

G_END_DECLS

#endif /* __GST_FFS_INTAKE_H__ */
