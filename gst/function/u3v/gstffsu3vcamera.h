/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_CAMERA_H__
#define __GST_FFS_U3V_CAMERA_H__

#include "function/gstffscontrols.h"
#include "function/gstffsprofile.h"
#include "gstffsu3voffer.h"

G_BEGIN_DECLS

typedef struct _GstFfsU3vCamera GstFfsU3vCamera;

/**
 * GstFfsU3vEffect:
 * @stop: the stream ends
 * @start: a stream begins
 * @control: index of the control to set, or -1
 * @value: the control's new value
 * @latch: call gst_ffs_u3v_camera_store_time()
 * @trigger: call gst_ffs_u3v_camera_trigger()
 * @defaults: restore the initial values of all controls
 *
 * The consequences of a register access.  The caller carries them out with no
 * lock held.
 */
typedef struct
{
  gboolean stop;
  gboolean start;
  gint control;
  gdouble value;
  gboolean latch;
  gboolean trigger;
  gboolean defaults;
} GstFfsU3vEffect;

/**
 * GstFfsU3vArrival:
 * @size: bytes
 * @number: the sink's frame number
 * @pts: capture time, or %GST_CLOCK_TIME_NONE
 * @corrupted: whether upstream has flagged the frame as corrupted
 * @x: horizontal offset of the region in the source's frame
 * @y: vertical offset
 *
 * A frame from upstream.
 */
typedef struct
{
  guint64 size;
  guint64 number;
  GstClockTime pts;
  gboolean corrupted;
  guint x;
  guint y;
} GstFfsU3vArrival;

/**
 * GstFfsU3vFrame:
 * @number: frame number, 0 for the first one of the stream
 * @status: status for the trailer
 *
 * The contents of a frame's leader and trailer.
 */
typedef struct
{
  GstFfsU3vSelection selection;
  guint64 number;
  guint16 status;
} GstFfsU3vFrame;

GstFfsU3vCamera *gst_ffs_u3v_camera_new (const GstFfsIdentity * identity,
    GstFfsU3vOffer * offer, const GstFfsControl * controls, guint n_controls);
void gst_ffs_u3v_camera_free (GstFfsU3vCamera * self);

/* The host's side. */
gboolean gst_ffs_u3v_camera_is_slow (GstFfsU3vCamera * self, guint64 address,
    guint length, gboolean write);
gint gst_ffs_u3v_camera_next_control (GstFfsU3vCamera * self,
    guint64 address, guint length, gint after);
void gst_ffs_u3v_camera_store_control (GstFfsU3vCamera * self, guint i,
    gdouble value);
guint16 gst_ffs_u3v_camera_read (GstFfsU3vCamera * self, guint64 address,
    guint8 * data, guint length, GstFfsU3vEffect * effect);
guint16 gst_ffs_u3v_camera_write (GstFfsU3vCamera * self, guint64 address,
    const guint8 * data, guint length, GstFfsU3vEffect * effect);
void gst_ffs_u3v_camera_store_time (GstFfsU3vCamera * self, GstClockTime now);
void gst_ffs_u3v_camera_trigger (GstFfsU3vCamera * self, GstClockTime now);
void gst_ffs_u3v_camera_reset (GstFfsU3vCamera * self,
    GstFfsU3vEffect * effect);

/* The stream's side. */
GstCaps *gst_ffs_u3v_camera_get_caps (GstFfsU3vCamera * self);
gboolean gst_ffs_u3v_camera_wants (GstFfsU3vCamera * self,
    const GstFfsU3vSelection * caps);
gboolean gst_ffs_u3v_camera_get_region (GstFfsU3vCamera * self,
    const GstFfsU3vSelection * caps, GstFfsU3vSelection * region);
gboolean gst_ffs_u3v_camera_take_frame (GstFfsU3vCamera * self,
    const GstFfsU3vSelection * caps, const GstFfsU3vArrival * arrival,
    GstFfsU3vFrame * frame);

G_END_DECLS

#endif /* __GST_FFS_U3V_CAMERA_H__ */
