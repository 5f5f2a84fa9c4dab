/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsU3vProfile: a USB3 Vision camera.  The host reads and writes registers
 * over the two bulk endpoints of the control interface.  The streaming
 * interface has one bulk endpoint, which carries each frame as leader, payload
 * and trailer.  The payload is sent in place.
 *
 * Ownership: owns the camera with its registers and the controls from
 * set_offer() on, the control channel and the pool from start() to stop().
 *
 * Locking: the camera has its own lock.  The control thread carries out the
 * effects of an access with no lock held; no other thread starts or stops the
 * stream.  The other fields belong to the streaming thread or are constant
 * while threads run.
 */

#include <errno.h>

#include "function/gstffsfunctiondebug.h"
#include "function/gstffstiming.h"
#include "gstffsu3vcamera.h"
#include "gstffsu3vcontrol.h"
#include "gstffsu3vinfo.h"
#include "gstffsu3vmap.h"
#include "gstffsu3vpackets.h"
#include "gstffsu3vprofile.h"
#include "transport/gstffsbufferpool.h"

#define IN_ENDPOINT "ep1"
#define OUT_ENDPOINT "ep2"

#define GST_TYPE_FFS_U3V_PROFILE (gst_ffs_u3v_profile_get_type ())
G_DECLARE_FINAL_TYPE (GstFfsU3vProfile, gst_ffs_u3v_profile, GST,
    FFS_U3V_PROFILE, GstFfsProfile);

struct _GstFfsU3vProfile
{
  GstFfsProfile parent;

  gchar *manufacturer;
  gchar *product;
  gchar *serial;
  GstPad *sinkpad;
  GstFfsU3vInfo info;
  GstFfsFunctionDesc description;

  GstFfsControls *controls;
  gdouble defaults[MAX_CONTROLS];       /* initial values of the controls */
  GstFfsU3vCamera *camera;
  GstFfsU3vControl *control;

  /* Streaming thread only. */
  GstFfsBufferPool *pool;
  GstFfsU3vSelection caps;
  guint x, y;                   /* region of the current frame */
};

G_DEFINE_FINAL_TYPE (GstFfsU3vProfile, gst_ffs_u3v_profile,
    GST_TYPE_FFS_PROFILE);

static const GstFfsFunctionDesc description = {
  .device_class = {0xef, 0x02, 0x01},
  .association = {0xef, 0x05, 0x00},
  .n_interfaces = 2,
  .interfaces = {
        {0xef, 0x05, 0x00, "USB3 Vision control", "io", GST_FFS_NO_EXTRA, TRUE},
        {0xef, 0x05, 0x02, "USB3 Vision stream", "i", GST_FFS_NO_EXTRA, FALSE},
      },
  .stream_endpoint = 3,
  .tight = TRUE,
};

static const GstFfsFunctionDesc *
describe (GstFfsProfile * profile)
{
  return &GST_FFS_U3V_PROFILE (profile)->description;
}

/* ---- register accesses ---- */

/* The timestamp of a frame captured now, or none before the element has a
 * clock. */
static GstClockTime
get_now (GstFfsU3vProfile * self)
{
  GstFfsTiming timing;

  gst_ffs_timing_init (&timing, self->sinkpad);
  return gst_ffs_timing_is_usable (&timing) ?
      gst_segment_position_from_running_time (&timing.segment, GST_FORMAT_TIME,
      timing.now - timing.base_time) : GST_CLOCK_TIME_NONE;
}

/* Two rounds, because some controls depend on others: the source accepts an
 * exposure time only while automatic exposure is off.  A control that the
 * source refuses in both keeps its value. */
static void
load_defaults (GstFfsU3vProfile * self)
{
  guint i, n = gst_ffs_controls_get_n (self->controls), round;

  for (round = 0; round < 2; round++) {
    for (i = 0; i < n; i++) {
      if (gst_ffs_controls_get_value (self->controls, i) != self->defaults[i])
        gst_ffs_controls_set_value (self->controls, i, self->defaults[i]);
    }
  }
}

/* Returns FALSE if the source refuses the control's new value. */
static gboolean
carry_out (GstFfsU3vProfile * self, const GstFfsU3vEffect * effect)
{
  if (effect->latch)
    gst_ffs_u3v_camera_store_time (self->camera, get_now (self));
  if (effect->trigger)
    gst_ffs_u3v_camera_trigger (self->camera, get_now (self));
  if (effect->stop)
    gst_ffs_profile_set_streaming (GST_FFS_PROFILE (self), FALSE);
  if (effect->start)
    gst_ffs_profile_set_streaming (GST_FFS_PROFILE (self), TRUE);
  if (effect->defaults)
    load_defaults (self);
  return effect->control < 0 || gst_ffs_controls_set_value (self->controls,
      effect->control, effect->value);
}

static guint16
read_memory (guint64 address, guint8 * data, guint length, gpointer user_data)
{
  GstFfsU3vProfile *self = user_data;
  GstFfsU3vEffect effect;
  guint16 status;
  gint i = -1;

  while ((i = gst_ffs_u3v_camera_next_control (self->camera, address, length,
              i)) >= 0)
    gst_ffs_u3v_camera_store_control (self->camera, i,
        gst_ffs_controls_get_value (self->controls, i));
  status = gst_ffs_u3v_camera_read (self->camera, address, data, length,
      &effect);
  carry_out (self, &effect);
  if (status != U3V_SUCCESS)
    GST_DEBUG_OBJECT (self, "read of %u at 0x%" G_GINT64_MODIFIER
        "x: status 0x%04x", length, address, status);
  return status;
}

static guint16
write_memory (guint64 address, const guint8 * data, guint length,
    gpointer user_data)
{
  GstFfsU3vProfile *self = user_data;
  GstFfsU3vEffect effect;
  guint16 status;

  status = gst_ffs_u3v_camera_write (self->camera, address, data, length,
      &effect);
  if (!carry_out (self, &effect) && status == U3V_SUCCESS)
    status = U3V_ACCESS_DENIED;
  GST_DEBUG_OBJECT (self, "write of %u at 0x%" G_GINT64_MODIFIER
      "x: status 0x%04x", length, address, status);
  return status;
}

static gboolean
is_slow (guint64 address, guint length, gboolean write, gpointer user_data)
{
  GstFfsU3vProfile *self = user_data;

  return gst_ffs_u3v_camera_is_slow (self->camera, address, length, write);
}

static void
host_changed (gboolean restarted, gpointer user_data)
{
  GstFfsU3vProfile *self = user_data;
  GstFfsU3vEffect effect;

  if (restarted) {
    if (gst_ffs_profile_is_streaming (GST_FFS_PROFILE (self)))
      gst_ffs_profile_set_streaming (GST_FFS_PROFILE (self), TRUE);
    return;
  }

  gst_ffs_u3v_camera_reset (self->camera, &effect);
  carry_out (self, &effect);
}

/* ---- caps ---- */

static gboolean
set_offer (GstFfsProfile * profile, GstCaps * caps)
{
  GstFfsU3vProfile *self = GST_FFS_U3V_PROFILE (profile);
  const GstFfsIdentity identity = {
    .manufacturer = self->manufacturer,
    .product = self->product,
    .serial = self->serial,
  };
  GstFfsControl list[MAX_CONTROLS];
  GstFfsU3vCamera *camera;
  GstFfsU3vOffer *offer;
  guint i, n;

  offer = gst_ffs_u3v_offer_new (caps);
  if (offer == NULL)
    return FALSE;

  g_return_val_if_fail (self->camera == NULL, FALSE);
  self->controls = gst_ffs_profile_find_controls (profile, self->sinkpad,
      MAX_CONTROLS);
  n = gst_ffs_controls_get_n (self->controls);
  for (i = 0; i < n; i++) {
    list[i] = *gst_ffs_controls_get (self->controls, i);
    self->defaults[i] = gst_ffs_controls_get_value (self->controls, i);
  }
  camera = gst_ffs_u3v_camera_new (&identity, offer, list, n);
  GST_OBJECT_LOCK (self);
  self->camera = camera;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static GstCaps *
get_caps (GstFfsProfile * profile)
{
  GstFfsU3vProfile *self = GST_FFS_U3V_PROFILE (profile);
  GstFfsU3vCamera *camera;

  /* Other threads may query the caps during set_offer(). */
  GST_OBJECT_LOCK (self);
  camera = self->camera;
  GST_OBJECT_UNLOCK (self);
  return camera ? gst_ffs_u3v_camera_get_caps (camera) :
      gst_ffs_u3v_formats_to_caps ();
}

static gboolean
set_caps (GstFfsProfile * profile, GstCaps * caps)
{
  GstFfsU3vProfile *self = GST_FFS_U3V_PROFILE (profile);
  GstStructure *s = gst_caps_get_structure (caps, 0);
  gint width, height;

  self->caps.format = gst_ffs_u3v_format_from_caps (gst_structure_get_name (s),
      gst_structure_get_string (s, "format"));
  if (self->caps.format == NULL || !gst_structure_get_int (s, "width", &width)
      || !gst_structure_get_int (s, "height", &height)) {
    self->caps.format = NULL;
    return FALSE;
  }
  self->caps.width = width;
  self->caps.height = height;
  return gst_ffs_u3v_camera_wants (self->camera, &self->caps);
}

/* ---- frames ---- */

static gboolean
get_region (GstFfsProfile * profile, GstFfsRegion * region)
{
  GstFfsU3vProfile *self = GST_FFS_U3V_PROFILE (profile);
  GstFfsU3vSelection selected;
  guint bits;

  self->x = self->y = 0;
  if (self->caps.format == NULL || !gst_ffs_u3v_camera_get_region
      (self->camera, &self->caps, &selected))
    return FALSE;
  bits = self->caps.format->bits;
  self->x = selected.x;
  self->y = selected.y;
  region->x = (gsize) selected.x * bits / 8;
  region->y = selected.y;
  region->row = (gsize) selected.width * bits / 8;
  region->n_rows = selected.height;
  region->stride = (gsize) self->caps.width * bits / 8;
  return TRUE;
}

static gboolean
wrap (GstFfsProfile * profile, GstBuffer * buf, gsize size, guint64 number,
    GstFfsFraming * framing)
{
  GstFfsU3vProfile *self = GST_FFS_U3V_PROFILE (profile);
  guint8 leader[LEADER_LENGTH], trailer[TRAILER_LENGTH];
  GstFfsU3vArrival arrival;
  GstFfsU3vFrame frame;

  /* USB3 Vision has no packet for the end of a stream. */
  if (buf == NULL || self->caps.format == NULL)
    return FALSE;
  arrival.size = size;
  arrival.number = number;
  arrival.pts = GST_BUFFER_PTS (buf);
  arrival.x = self->x;
  arrival.y = self->y;
  arrival.corrupted = GST_BUFFER_FLAG_IS_SET (buf, GST_BUFFER_FLAG_CORRUPTED);
  if (!gst_ffs_u3v_camera_take_frame (self->camera, &self->caps, &arrival,
          &frame)) {
    GST_DEBUG_OBJECT (self, "not sending frame %" G_GUINT64_FORMAT " of %"
        G_GSIZE_FORMAT " bytes: the host does not expect it", number, size);
    return FALSE;
  }

  gst_ffs_u3v_leader (leader, frame.number,
      GST_CLOCK_TIME_IS_VALID (arrival.pts) ? arrival.pts : 0,
      &frame.selection);
  gst_ffs_u3v_trailer (trailer, frame.number, frame.status, size,
      frame.selection.height);
  return gst_ffs_part_fill (&framing->before[0], self->pool, leader,
      sizeof (leader)) && gst_ffs_part_fill (&framing->after, self->pool,
      trailer, sizeof (trailer));
}

/* ---- life ---- */

static gint
start (GstFfsProfile * profile, const gchar * directory,
    GstAllocator * allocator)
{
  GstFfsU3vProfile *self = GST_FFS_U3V_PROFILE (profile);
  const GstFfsU3vMemory memory = { read_memory, write_memory, is_slow, self };
  gchar *in = g_build_filename (directory, IN_ENDPOINT, NULL);
  gchar *out = g_build_filename (directory, OUT_ENDPOINT, NULL);
  gint err;

  self->control = gst_ffs_u3v_control_new (GST_OBJECT_NAME (self), in, out,
      &memory, host_changed, &err);
  g_free (in);
  g_free (out);
  if (self->control)
    self->pool = gst_ffs_buffer_pool_new (allocator);
  return err;
}

static void
stop (GstFfsProfile * profile)
{
  GstFfsU3vProfile *self = GST_FFS_U3V_PROFILE (profile);

  g_clear_pointer (&self->control, gst_ffs_u3v_control_free);
  g_clear_pointer (&self->pool, gst_ffs_buffer_pool_free);
}

static void
set_enabled (GstFfsProfile * profile, gboolean enabled)
{
  GstFfsU3vProfile *self = GST_FFS_U3V_PROFILE (profile);

  gst_ffs_u3v_control_set_enabled (self->control, enabled);
}

static void
restart (GstFfsProfile * profile)
{
  gst_ffs_u3v_control_restart (GST_FFS_U3V_PROFILE (profile)->control);
}

/* USB3 Vision has no class requests on ep0. */
static gboolean
control (GstFfsProfile * profile G_GNUC_UNUSED,
    const GstFfsSetup * setup G_GNUC_UNUSED,
    const guint8 * data G_GNUC_UNUSED, GByteArray * reply G_GNUC_UNUSED)
{
  return FALSE;
}

static void
gst_ffs_u3v_profile_finalize (GObject * object)
{
  GstFfsU3vProfile *self = GST_FFS_U3V_PROFILE (object);

  g_clear_pointer (&self->camera, gst_ffs_u3v_camera_free);
  g_clear_pointer (&self->controls, gst_ffs_controls_free);
  gst_clear_object (&self->sinkpad);
  gst_ffs_u3v_info_clear (&self->info);
  g_free (self->manufacturer);
  g_free (self->product);
  g_free (self->serial);
  G_OBJECT_CLASS (gst_ffs_u3v_profile_parent_class)->finalize (object);
}

static void
gst_ffs_u3v_profile_class_init (GstFfsU3vProfileClass * klass)
{
  GstFfsProfileClass *profile_class = GST_FFS_PROFILE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_ffs_u3v_profile_finalize;
  profile_class->describe = describe;
  profile_class->set_offer = set_offer;
  profile_class->get_caps = get_caps;
  profile_class->set_caps = set_caps;
  profile_class->start = start;
  profile_class->stop = stop;
  profile_class->set_enabled = set_enabled;
  profile_class->restart = restart;
  profile_class->control = control;
  profile_class->get_framing = wrap;
  profile_class->get_region = get_region;
}

static void
gst_ffs_u3v_profile_init (GstFfsU3vProfile * self)
{
  self->description = description;
}

/**
 * gst_ffs_u3v_profile_new:
 * @identity: identity of the camera
 * @sinkpad: the pad that receives frames; the host sets the controls of the
 *   source upstream of it
 */
GstFfsProfile *
gst_ffs_u3v_profile_new (const GstFfsIdentity * identity, GstPad * sinkpad)
{
  GstFfsU3vProfile *self = g_object_new (GST_TYPE_FFS_U3V_PROFILE, NULL);
  GstFfsIdentity own = *identity;
  guint i;

  own.manufacturer = self->manufacturer = g_strdup (identity->manufacturer);
  own.product = self->product = g_strdup (identity->product);
  own.serial = self->serial = g_strdup (identity->serial);
  gst_ffs_u3v_info_init (&self->info, &own);
  self->description.strings = self->info.strings;
  for (i = 0; i < GST_FFS_N_SPEEDS; i++) {
    GstFfsExtra *extra = &self->description.interfaces[0].extra[i];

    extra->data = self->info.descriptor;
    extra->size = sizeof (self->info.descriptor);
  }
  self->sinkpad = gst_object_ref (sinkpad);
  return GST_FFS_PROFILE (gst_object_ref_sink (self));
}
