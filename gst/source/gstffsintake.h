/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_INTAKE_H__
#define __GST_FFS_INTAKE_H__

#include <gst/gst.h>

#include "function/gstffsprofile.h"

G_BEGIN_DECLS

/**
 * GstFfsReceived:
 * @buffer: (nullable): the frame, owned; %NULL if the host has ended the stream
 * @size: size of the frame, bytes
 * @head: its header
 * @discont: whether frames before it were dropped
 *
 * A complete frame, or the end of the stream.
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
 * @profile: (nullable): parses the headers
 * @items: GstFfsReceived, owned
 * @in_flight: frames in flight
 * @head: the last header
 * @discont: whether a frame was dropped since the last complete one
 *
 * Complete frames. The other fields are counters.
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
guint64 gst_ffs_intake_get_n_empty (GstFfsIntake * self);
void gst_ffs_intake_add_stats (GstFfsIntake * self, GstStructure * s);

G_END_DECLS

#endif /* __GST_FFS_INTAKE_H__ */
