/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcProfile: a webcam of USB Video Class 1.1. The control interface has
 * a status interrupt endpoint if the camera has controls. The streaming
 * interface has a bulk endpoint. Each frame is one payload, in one transfer
 * with its header.
 *
 * A host ends a bulk stream with CLEAR_FEATURE(ENDPOINT_HALT) (UVC 1.5,
 * 4.3.1.1). Not all hosts send it, and not all controllers report it. A stream
 * therefore also ends when the host has not read for a while, and each COMMIT
 * starts a new one.
 *
 * Ownership: owns the offer, the units and the bytes of the descriptors from
 * set_offer() on, and a file of the endpoint from start() to stop().
 *
 * Locking: the object lock protects the host's selection and the state of the
 * frames sent. Requests belong to the function's thread, the caps of the frames
 * to the streaming thread. No lock is held when the sink or the source is
 * called.
 */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "function/gstffsfunctiondebug.h"
#include "gstffsuvccontrol.h"
#include "gstffsuvcdescriptors.h"
#include "gstffsuvcheader.h"
#include "gstffsuvcprofile.h"
#include "gstffsuvcspeed.h"
#include "gstffsuvcstatus.h"
#include "transport/gstffsendpoint.h"

/* A stream ends after this time without a read, plus the time of the largest
 * frame on a slow bus (full speed has 1.2 MB/s without other traffic). */
#define MAX_WAITING (2 * GST_SECOND)
#define SLOWEST_BUS 500000      /* bytes per second */

#define MAX_CONTROLS 32

/* After this many frames the stream starts without a key frame: the source may
 * not mark any. */
#define MAX_WAIT_KEY 300

#define STATUS_ENDPOINT "ep1"

/* How long upstream may take to produce a still image. */
#define STILL_TIMEOUT (5 * GST_SECOND)

#define NO_NUMBER G_MAXUINT64

#define GST_TYPE_FFS_UVC_PROFILE (gst_ffs_uvc_profile_get_type ())
G_DECLARE_FINAL_TYPE (GstFfsUvcProfile, gst_ffs_uvc_profile, GST,
    FFS_UVC_PROFILE, GstFfsProfile);

struct _GstFfsUvcProfile
{
  GstFfsProfile parent;

  gchar *product;
  GstPad *sinkpad;              /* nullable */
  guint32 max_payload;          /* constant from set_offer() on */
  gboolean has_stills;          /* the same */

  /* Constant from set_offer() on. */
  GstFfsUvcOffer *offers[GST_FFS_N_SPEEDS];
  GstFfsUvcOffer *stills[GST_FFS_N_SPEEDS];     /* all NULL without */
  GByteArray *control_extra;
  GByteArray *streaming_extra[GST_FFS_N_SPEEDS];
  GstFfsFunctionDesc description;

  /* From start() to stop(). */
  gint endpoint;                /* of the stream, to read its descriptor */
  GstFfsUvcStatus *status;      /* NULL without controls, or without AIO */

  /* Function's thread only. */
  GstFfsUvcControl control;
  gboolean has_committed;       /* since the host has connected */

  /* Protected by the object lock. */
  GstFfsUvcSelection selection;
  GstFfsUvcSelection still;     /* requested instead, if pending */
  gboolean still_pending;
  GstClockTime still_since;
  guint32 max_size;             /* of the frames of this stream */
  gboolean toggle;              /* frame ID of the last frame sent */
  gboolean wait_key;
  gboolean warned_too_large;
  guint n_waited;
  guint64 last_number;          /* the sink's number of the last frame */
  GstFfsUvcStreamError error;   /* of the last frame with an error */

  /* Streaming thread only. */
  gboolean has_caps;
  GstFfsUvcSelection caps;
};

G_DEFINE_FINAL_TYPE (GstFfsUvcProfile, gst_ffs_uvc_profile,
    GST_TYPE_FFS_PROFILE);

static const GstFfsFunctionDesc description = {
  .device_class = {0xef, 0x02, 0x01},
  .association = {USB_CLASS_VIDEO, UVC_SC_VIDEO_INTERFACE_COLLECTION, 0x00},
  .n_interfaces = 2,
  .interfaces = {
        {USB_CLASS_VIDEO, UVC_SC_VIDEOCONTROL, 0x00, NULL, "",
              GST_FFS_NO_EXTRA,
            FALSE},
        {USB_CLASS_VIDEO, UVC_SC_VIDEOSTREAMING, 0x00, "camera stream", "i",
            GST_FFS_NO_EXTRA, FALSE},
      },
  .stream_endpoint = 1,
  .tight = TRUE,
  .headroom = GST_FFS_UVC_HEADER_SIZE,
};

static const GstFfsFunctionDesc *
describe (GstFfsProfile * profile)
{
  return &GST_FFS_UVC_PROFILE (profile)->description;
}

/* ---- caps ---- */

static void
free_offer (GstFfsUvcProfile * self)
{
  guint i;

  for (i = 0; i < GST_FFS_N_SPEEDS; i++) {
    g_clear_pointer (&self->offers[i], gst_ffs_uvc_offer_free);
    g_clear_pointer (&self->stills[i], gst_ffs_uvc_offer_free);
    g_clear_pointer (&self->streaming_extra[i], g_byte_array_unref);
  }
  g_clear_pointer (&self->control.units, gst_ffs_uvc_units_free);
  g_clear_pointer (&self->control_extra, g_byte_array_unref);
}

static void
set_extra (GstFfsInterfaceDesc * iface, GstFfsSpeed speed, GByteArray * extra)
{
  iface->extra[speed].data = extra->data;
  iface->extra[speed].size = extra->len;
}

/* A camera without controls has no changes to report, so it has no status
 * endpoint. */
static void
describe_status (GstFfsUvcProfile * self)
{
  GstFfsUvcUnits *units = self->control.units;
  gboolean updates = gst_ffs_uvc_status_is_possible ()
      && (gst_ffs_uvc_units_get_controls (units, GST_FFS_UVC_CAMERA_ID)
      || gst_ffs_uvc_units_get_controls (units, GST_FFS_UVC_PROCESSING_ID)
      || gst_ffs_uvc_units_get_controls (units, GST_FFS_UVC_EXTENSION_ID));

  gst_ffs_uvc_units_set_updates (units, updates);
  self->description.interfaces[GST_FFS_UVC_CONTROL_INTERFACE].endpoints =
      updates ? "s" : "";
  self->description.stream_endpoint = updates ? 2 : 1;
}

static gboolean
set_offer (GstFfsProfile * profile, GstCaps * caps)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);
  GstFfsUvcOffer *offer = gst_ffs_uvc_offer_new (caps);
  guint i;

  if (offer == NULL)
    return FALSE;
  free_offer (self);
  self->control.units = gst_ffs_uvc_units_new
      (gst_ffs_profile_find_controls (profile, self->sinkpad, MAX_CONTROLS));
  self->control_extra = gst_ffs_uvc_descriptors_control
      (gst_ffs_uvc_units_get_controls (self->control.units,
          GST_FFS_UVC_CAMERA_ID),
      gst_ffs_uvc_units_get_controls (self->control.units,
          GST_FFS_UVC_PROCESSING_ID),
      gst_ffs_uvc_units_get_controls (self->control.units,
          GST_FFS_UVC_EXTENSION_ID));
  describe_status (self);
  for (i = 0; i < GST_FFS_N_SPEEDS; i++) {
    self->offers[i] = gst_ffs_uvc_offer_new_limited (offer,
        gst_ffs_uvc_speed_get_limit (i));
    if (self->has_stills)
      self->stills[i] = gst_ffs_uvc_still_offer_new (offer, self->offers[i]);
    self->streaming_extra[i] = gst_ffs_uvc_descriptors_fit (self->offers[i],
        self->stills[i], USB_DIR_IN | self->description.stream_endpoint);
    set_extra (&self->description.interfaces[GST_FFS_UVC_CONTROL_INTERFACE], i,
        self->control_extra);
    set_extra (&self->description.interfaces[GST_FFS_UVC_STREAMING_INTERFACE],
        i, self->streaming_extra[i]);
  }
  gst_ffs_uvc_offer_free (offer);

  gst_ffs_uvc_control_reset (&self->control,
      self->offers[GST_FFS_SPEED_SUPER], self->stills[GST_FFS_SPEED_SUPER],
      FALSE);
  GST_OBJECT_LOCK (self);
  self->selection = self->control.streaming.committed;
  self->still_pending = FALSE;
  GST_OBJECT_UNLOCK (self);
  self->has_caps = FALSE;
  return TRUE;
}

/* Call with the object lock held. */
static const GstFfsUvcSelection *
get_wanted (GstFfsUvcProfile * self)
{
  return self->still_pending ? &self->still : &self->selection;
}

static GstFfsUvcSelection
get_selection (GstFfsUvcProfile * self)
{
  GstFfsUvcSelection selection;

  GST_OBJECT_LOCK (self);
  selection = *get_wanted (self);
  GST_OBJECT_UNLOCK (self);
  return selection;
}

static GstCaps *
get_caps (GstFfsProfile * profile)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);
  GstFfsUvcSelection selection = get_selection (self);

  return selection.offer ? gst_ffs_uvc_selection_to_caps (&selection) :
      gst_ffs_uvc_formats_to_caps ();
}

static gboolean
set_caps (GstFfsProfile * profile, GstCaps * caps)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);
  GstFfsUvcSelection selection = get_selection (self);
  GstCaps *wanted = gst_ffs_uvc_selection_to_caps (&selection);

  self->has_caps = gst_caps_can_intersect (wanted, caps);
  self->caps = selection;
  gst_caps_unref (wanted);
  return self->has_caps;
}

/* ---- life ---- */

static gint
open_status (GstFfsUvcProfile * self, const gchar * directory)
{
  gint err = 0;

  if (self->description.stream_endpoint > 1) {
    g_autofree gchar *path = g_build_filename (directory, STATUS_ENDPOINT,
        NULL);

    self->status = gst_ffs_uvc_status_new (path, &err);
    if (self->status == NULL) {
      close (self->endpoint);
      self->endpoint = -1;
    }
  }
  return err;
}

/* Opens the stream endpoint only to query its speed; the sink has a file of its
 * own. Headers need no allocator. */
static gint
start (GstFfsProfile * profile, const gchar * directory,
    GstAllocator * allocator G_GNUC_UNUSED)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);
  g_autofree gchar *path = NULL;

  if (directory == NULL)
    return 0;
  path = g_strdup_printf ("%s/ep%u", directory,
      self->description.stream_endpoint);
  self->endpoint = gst_ffs_endpoint_open_file (path, O_WRONLY);
  return self->endpoint < 0 ? errno : open_status (self, directory);
}

static void
stop (GstFfsProfile * profile)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);

  g_clear_pointer (&self->status, gst_ffs_uvc_status_free);
  if (self->endpoint >= 0)
    close (self->endpoint);
  self->endpoint = -1;
}

static void
set_enabled (GstFfsProfile * profile, gboolean enabled)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);

  GstFfsSpeed speed = GST_FFS_SPEED_SUPER;

  gst_ffs_profile_set_streaming (profile, FALSE);
  if (enabled)
    speed = gst_ffs_uvc_speed_of_endpoint (self->endpoint);
  gst_ffs_uvc_control_reset (&self->control, self->offers[speed],
      self->stills[speed], enabled);
  self->has_committed = FALSE;
  GST_OBJECT_LOCK (self);
  self->still_pending = FALSE;
  self->error = GST_FFS_UVC_STREAM_NO_ERROR;
  GST_OBJECT_UNLOCK (self);
}

static void
commit (GstFfsUvcProfile * self)
{
  GstFfsProfile *profile = GST_FFS_PROFILE (self);

  gst_ffs_profile_set_streaming (profile, FALSE);
  self->has_committed = TRUE;
  GST_OBJECT_LOCK (self);
  self->selection = self->control.streaming.committed;
  self->still_pending = FALSE;
  self->max_size = gst_ffs_uvc_selection_get_max_size (&self->selection);
  self->wait_key = TRUE;
  self->n_waited = 0;
  self->warned_too_large = FALSE;
  self->last_number = NO_NUMBER;
  self->error = GST_FFS_UVC_STREAM_NO_ERROR;
  GST_OBJECT_UNLOCK (self);
  gst_ffs_profile_set_streaming (profile, TRUE);
}

/* The kernel may have dropped the DISABLE event, so this may be another host on
 * a bus of another speed. */
static void
restart (GstFfsProfile * profile)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);
  GstFfsSpeed speed = gst_ffs_uvc_speed_of_endpoint (self->endpoint);

  if (self->control.streaming.offer != self->offers[speed])
    set_enabled (profile, TRUE);
  else if (gst_ffs_profile_is_streaming (profile))
    commit (self);
}

static GstClockTime
get_max_waiting (GstFfsUvcProfile * self)
{
  guint32 size;

  GST_OBJECT_LOCK (self);
  size = self->max_size;
  GST_OBJECT_UNLOCK (self);
  return MAX_WAITING + gst_util_uint64_scale (size, GST_SECOND, SLOWEST_BUS);
}

/* ---- still images ---- */

/* Call with the object lock held. Video continues with a key frame. */
static void
drop_still (GstFfsUvcProfile * self)
{
  self->still_pending = FALSE;
  self->wait_key = TRUE;
  self->n_waited = 0;
}

/* A host may have suspended the stream: hosts with a bulk endpoint do so when
 * they end it. */
static void
begin_still (GstFfsUvcProfile * self)
{
  GstClockTime now = gst_ffs_uvc_header_get_time (self->sinkpad);

  GST_OBJECT_LOCK (self);
  self->still = self->control.still.committed;
  self->still_pending = TRUE;
  self->still_since = now;
  self->max_size = MAX (self->max_size,
      gst_ffs_uvc_selection_get_max_size (&self->still));
  GST_OBJECT_UNLOCK (self);
  gst_ffs_profile_renegotiate (GST_FFS_PROFILE (self));
}

/* Gives up an image that has not been submitted. */
static void
end_still (GstFfsUvcProfile * self, GstFfsUvcStreamError error)
{
  gboolean pending;

  GST_OBJECT_LOCK (self);
  pending = self->still_pending;
  if (pending)
    drop_still (self);
  if (pending && error != GST_FFS_UVC_STREAM_NO_ERROR)
    self->error = error;
  GST_OBJECT_UNLOCK (self);
  if (pending)
    gst_ffs_profile_renegotiate (GST_FFS_PROFILE (self));
}

static void
check_still (GstFfsUvcProfile * self)
{
  GstClockTime now = gst_ffs_uvc_header_get_time (self->sinkpad);
  gboolean late;

  GST_OBJECT_LOCK (self);
  late = self->still_pending && now > self->still_since + STILL_TIMEOUT;
  GST_OBJECT_UNLOCK (self);
  if (!late)
    return;
  GST_WARNING_OBJECT (self, "upstream has not produced a still image; the "
      "stream continues");
  end_still (self, GST_FFS_UVC_STREAM_STILL);
}

/* ---- the stream ---- */

/* Polls, because few sources and drivers notify of changes. */
static void
report_changes (GstFfsUvcProfile * self)
{
  guint8 data[GST_FFS_UVC_STATUS_MAX];
  gsize size;

  if (self->status == NULL || !self->control.enabled
      || !gst_ffs_uvc_status_is_idle (self->status))
    return;
  size = gst_ffs_uvc_units_next_change (self->control.units, data);
  if (size > 0) {
    GST_DEBUG_OBJECT (self, "reporting change of unit %u control %u", data[1],
        data[3]);
    gst_ffs_uvc_status_send (self->status, data, size);
  }
}

static void
tick (GstFfsProfile * profile)
{
  GstClockTime waiting = gst_ffs_profile_get_waiting (profile);

  report_changes (GST_FFS_UVC_PROFILE (profile));
  check_still (GST_FFS_UVC_PROFILE (profile));
  if (!gst_ffs_profile_is_streaming (profile)
      || waiting <= get_max_waiting (GST_FFS_UVC_PROFILE (profile)))
    return;
  GST_INFO_OBJECT (profile, "the host has %s",
      waiting == GST_CLOCK_TIME_NONE ? "ended the stream" : "stopped reading");
  gst_ffs_profile_set_streaming (profile, FALSE);
  GST_OBJECT_LOCK (profile);
  GST_FFS_UVC_PROFILE (profile)->still_pending = FALSE;
  GST_OBJECT_UNLOCK (profile);
}

/* ---- requests ---- */

static gboolean
accept (GstFfsProfile * profile, const GstFfsSetup * setup)
{
  if (!gst_ffs_uvc_control_accept (&GST_FFS_UVC_PROFILE (profile)->control,
          setup))
    return FALSE;
  /* Reading the data of the request acknowledges it, and the host starts to
   * read frames then. Cancel the transfers of the last stream before. */
  if (gst_ffs_uvc_control_is_commit (setup))
    gst_ffs_profile_set_streaming (profile, FALSE);
  return TRUE;
}

static gboolean
control (GstFfsProfile * profile, const GstFfsSetup * setup,
    const guint8 * data, GByteArray * reply)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);
  GstFfsUvcAction action;
  gboolean ok;

  self->control.still.ready = self->has_committed;
  GST_OBJECT_LOCK (self);
  self->control.streaming.error = self->error;
  self->control.still.pending = self->still_pending;
  GST_OBJECT_UNLOCK (self);
  ok = gst_ffs_uvc_control_request (&self->control, setup, data, reply,
      &action);
  switch (action) {
    case GST_FFS_UVC_ACTION_NONE:
      break;
    case GST_FFS_UVC_ACTION_COMMIT:
      commit (self);
      break;
    case GST_FFS_UVC_ACTION_STILL:
      if (!gst_ffs_profile_is_streaming (profile))
        commit (self);
      begin_still (self);
      break;
    case GST_FFS_UVC_ACTION_ABORT_STILL:
      end_still (self, GST_FFS_UVC_STREAM_NO_ERROR);
      break;
  }
  return ok;
}

/* ---- frames ---- */

/* Call with the object lock held. A key frame has been requested from the
 * encoder. In formats where each frame is a key frame the flag has no meaning:
 * v4l2src 1.22 sets it on Bayer. */
static gboolean
waits_for_key (GstFfsUvcProfile * self, GstBuffer * buf)
{
  const GstFfsUvcFormat *format =
      gst_ffs_uvc_selection_get_format (&self->caps);

  if (self->wait_key && format->kind == GST_FFS_UVC_FRAME_BASED
      && self->n_waited < MAX_WAIT_KEY
      && GST_BUFFER_FLAG_IS_SET (buf, GST_BUFFER_FLAG_DELTA_UNIT)) {
    self->n_waited++;
    return TRUE;
  }
  self->wait_key = FALSE;
  return FALSE;
}

/* The sink offers a frame again that it could not send the first time. It keeps
 * its frame ID. */
static gboolean
take_frame (GstFfsUvcProfile * self, GstBuffer * buf, guint64 number,
    GstFfsUvcStreamError error, GstFfsUvcHeader * header)
{
  gboolean ok;

  GST_OBJECT_LOCK (self);
  /* There is one still image, so it is a good frame. */
  ok = gst_ffs_uvc_selection_is_equal (&self->caps, get_wanted (self))
      && !(self->still_pending && error != GST_FFS_UVC_STREAM_NO_ERROR)
      && !waits_for_key (self, buf);
  if (ok) {
    header->toggle = self->toggle != (number != self->last_number);
    header->still = self->still_pending;
    if (error != GST_FFS_UVC_STREAM_NO_ERROR)
      self->error = error;
  }
  GST_OBJECT_UNLOCK (self);
  return ok;
}

/* A host drops a frame with the frame ID of the last one. Toggle it only for
 * frames that were submitted. A still image is one frame; video follows. */
static void
sent (GstFfsProfile * profile, guint64 number)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);
  gboolean still;

  GST_OBJECT_LOCK (self);
  if (number != self->last_number)
    self->toggle = !self->toggle;
  self->last_number = number;
  still = self->still_pending
      && gst_ffs_uvc_selection_is_equal (&self->caps, &self->still);
  if (still)
    drop_still (self);
  GST_OBJECT_UNLOCK (self);
  if (still)
    gst_ffs_profile_set_changed (profile);
}

static GstFfsUvcStreamError
get_error (GstFfsUvcProfile * self, GstBuffer * buf, gsize size, guint32 max)
{
  const GstFfsUvcFormat *format =
      gst_ffs_uvc_selection_get_format (&self->caps);

  if (format->kind == GST_FFS_UVC_UNCOMPRESSED && size != max)
    return GST_FFS_UVC_STREAM_UNDERRUN;
  if (GST_BUFFER_FLAG_IS_SET (buf, GST_BUFFER_FLAG_CORRUPTED))
    return GST_FFS_UVC_STREAM_DISCONTINUITY;
  return GST_FFS_UVC_STREAM_NO_ERROR;
}

/* Warns once per stream; further frames are in the debug log. */
static void
warn_too_large (GstFfsUvcProfile * self, guint64 number, gsize size,
    guint32 max)
{
  gboolean warned;

  GST_OBJECT_LOCK (self);
  warned = self->warned_too_large;
  self->warned_too_large = TRUE;
  GST_OBJECT_UNLOCK (self);
  GST_CAT_LEVEL_LOG (GST_CAT_DEFAULT, warned ? GST_LEVEL_DEBUG :
      GST_LEVEL_WARNING, self, "dropping frame %" G_GUINT64_FORMAT " of %"
      G_GSIZE_FORMAT " bytes: the negotiated maximum is %u bytes", number, size,
      max);
}

/* Writes the headers of a frame that is sent as several payloads. */
static void
put_headers (const GstFfsUvcHeader * header, gsize size, guint32 payload,
    GstFfsFraming * framing)
{
  gsize data = payload - GST_FFS_UVC_HEADER_SIZE;
  gsize last = (size - 1) % data + 1;

  gst_ffs_uvc_header_write_inner (header, framing->header);
  framing->inner_size = GST_FFS_UVC_HEADER_SIZE;
  framing->payload_size = payload;
  framing->header_size = framing->inner_size
      + gst_ffs_uvc_header_write (header, last,
      framing->header + framing->inner_size);
}

static gboolean
wrap (GstFfsProfile * profile, GstBuffer * buf, gsize size, guint64 number,
    GstFfsFraming * framing)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);
  GstFfsUvcHeader header = { 0, };
  GstFfsUvcStreamError error;
  guint32 max, payload;

  /* UVC has no packet for the end of a stream. */
  if (buf == NULL || !self->has_caps || size == 0)
    return FALSE;
  max = gst_ffs_uvc_selection_get_max_size (&self->caps);
  if (size > max) {
    warn_too_large (self, number, size, max);
    return FALSE;
  }
  error = get_error (self, buf, size, max);
  if (!take_frame (self, buf, number, error, &header))
    return FALSE;

  header.error = error != GST_FFS_UVC_STREAM_NO_ERROR;
  gst_ffs_uvc_header_take_times (&header, self->sinkpad, buf);
  payload = gst_ffs_uvc_payload_size (max, self->max_payload);
  if (size + GST_FFS_UVC_HEADER_SIZE > payload)
    put_headers (&header, size, payload, framing);
  else
    framing->header_size = gst_ffs_uvc_header_write (&header, size,
        framing->header);
  return TRUE;
}

/* ---- the object ---- */

static void
gst_ffs_uvc_profile_finalize (GObject * object)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (object);

  free_offer (self);
  gst_clear_object (&self->sinkpad);
  g_free (self->product);
  G_OBJECT_CLASS (gst_ffs_uvc_profile_parent_class)->finalize (object);
}

static void
gst_ffs_uvc_profile_class_init (GstFfsUvcProfileClass * klass)
{
  GstFfsProfileClass *profile_class = GST_FFS_PROFILE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_ffs_uvc_profile_finalize;
  profile_class->describe = describe;
  profile_class->set_offer = set_offer;
  profile_class->get_caps = get_caps;
  profile_class->set_caps = set_caps;
  profile_class->start = start;
  profile_class->stop = stop;
  profile_class->set_enabled = set_enabled;
  profile_class->restart = restart;
  profile_class->accept = accept;
  profile_class->control = control;
  profile_class->tick = tick;
  profile_class->get_framing = wrap;
  profile_class->sent = sent;
}

static void
gst_ffs_uvc_profile_init (GstFfsUvcProfile * self)
{
  self->description = description;
  self->last_number = NO_NUMBER;
  self->endpoint = -1;
}

/**
 * gst_ffs_uvc_profile_new:
 * @identity: identity of the camera
 * @sinkpad: (nullable): the pad that receives frames; the host sets the
 *   controls of its source, and its element's clock timestamps frames
 */
GstFfsProfile *
gst_ffs_uvc_profile_new (const GstFfsIdentity * identity, GstPad * sinkpad)
{
  GstFfsUvcProfile *self = g_object_new (GST_TYPE_FFS_UVC_PROFILE, NULL);

  /* Hosts show this name. It distinguishes several cameras of one device. */
  self->product = g_strdup (identity->product);
  self->description.interfaces[GST_FFS_UVC_CONTROL_INTERFACE].name =
      self->product;
  if (sinkpad)
    self->sinkpad = gst_object_ref (sinkpad);
  return GST_FFS_PROFILE (gst_object_ref_sink (self));
}

/**
 * gst_ffs_uvc_profile_set_max_payload:
 * @profile: a profile without an offer
 * @size: as for gst_ffs_uvc_payload_size()
 *
 * Limits the size of a payload. Hosts allocate this size for each of several
 * transfers.
 */
void
gst_ffs_uvc_profile_set_max_payload (GstFfsProfile * profile, guint32 size)
{
  GstFfsUvcProfile *self = GST_FFS_UVC_PROFILE (profile);

  self->max_payload = size;
  self->control.streaming.max_payload = size;
  self->control.still.max_payload = size;
}

/**
 * gst_ffs_uvc_profile_set_stills:
 * @profile: one that has no offer yet
 * @stills: whether a host can request still images
 */
void
gst_ffs_uvc_profile_set_stills (GstFfsProfile * profile, gboolean stills)
{
  GST_FFS_UVC_PROFILE (profile)->has_stills = stills;
}
