/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shared by gstffsu3vcamera.c and gstffsu3vwrites.c, which handles the host's
 * register writes.  Call all functions with the lock held.
 */

#ifndef __GST_FFS_U3V_CAMERA_PRIVATE_H__
#define __GST_FFS_U3V_CAMERA_PRIVATE_H__

#include "gstffsu3vcamera.h"
#include "gstffsu3vmap.h"
#include "gstffsu3vregisters.h"

G_BEGIN_DECLS

struct _GstFfsU3vCamera
{
  GstFfsU3vOffer *offer;        /* constant, as are the controls */
  GstFfsControl controls[MAX_CONTROLS];
  guint n_controls;
  guint sensor_width;           /* maximum of all formats */
  guint sensor_height;

  /* Protected by the lock. */
  GMutex lock;
  GstFfsU3vRegisters *registers;
  GstFfsU3vBinning binning;
  GstFfsU3vSelection selection; /* the host's */
  GstFfsU3vSelection source;    /* requested from upstream */
  gboolean possible;            /* upstream can produce the source */
  gdouble wanted_rate;
  gboolean enabled;             /* the streaming interface */
  gboolean acquiring;
  gboolean locked;              /* by the host */
  guint32 mode;
  guint32 frame_count;          /* frames of a MultiFrame acquisition */
  guint64 n_frames;             /* since the start of the stream */
  guint64 n_taken;              /* since the start of the acquisition */
  guint64 last_number;          /* the sink's number of the last frame */
  gboolean triggered;           /* a frame needs a trigger */
  gboolean trigger_pending;
  GstClockTime trigger_time;
  guint n_skipped;              /* since the trigger */
};

guint gst_ffs_u3v_camera_max_width (GstFfsU3vCamera * self);
guint gst_ffs_u3v_camera_max_height (GstFfsU3vCamera * self);
gboolean gst_ffs_u3v_camera_is_streaming (GstFfsU3vCamera * self);
gboolean gst_ffs_u3v_camera_is_locked (GstFfsU3vCamera * self);
void gst_ffs_u3v_camera_show_state (GstFfsU3vCamera * self);
void gst_ffs_u3v_camera_show_selection (GstFfsU3vCamera * self);
void gst_ffs_u3v_camera_show_settings (GstFfsU3vCamera * self);
void gst_ffs_u3v_camera_load_defaults (GstFfsU3vCamera * self);
void gst_ffs_u3v_camera_release (GstFfsU3vCamera * self,
    GstFfsU3vEffect * effect);
gboolean gst_ffs_u3v_camera_is_done (GstFfsU3vCamera * self);
guint64 gst_ffs_u3v_camera_get_whole_transfers (GstFfsU3vCamera * self);
void gst_ffs_u3v_camera_set_flow (GstFfsU3vCamera * self, gboolean enabled,
    gboolean acquiring, GstFfsU3vEffect * effect);
void gst_ffs_u3v_camera_clear_effect (GstFfsU3vEffect * effect);

G_END_DECLS

#endif /* __GST_FFS_U3V_CAMERA_PRIVATE_H__ */
