/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUvcDisplay: an output device of USB Video Class 1.1, for which Linux's
 * uvcvideo creates a V4L2 output node. The host selects one of the raw formats
 * that downstream accepts and sends each frame as one payload: a header, then
 * the picture, in one transfer.
 *
 * uvcvideo writes a header of two bytes (uvc_video_encode_header() in Linux).
 * Frames are received behind a header of that size, so a host that sends a
 * longer one is not understood.
 *
 * A payload ends at its size, not with a zero-length packet, so formats whose
 * frames differ in size are not offered: where the size is a multiple of
 * wMaxPacketSize the next payload would continue the transfer.
 *
 * The host does not report the end of a stream. Each COMMIT starts a new one.
 *
 * Ownership: owns the offers and the descriptors from set_offer() on, and a
 * file of the endpoint from start() to stop().
 *
 * Locking: the object lock protects the selection. Requests belong to the
 * function's thread. No lock is held when the element is called.
 */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "function/gstffsfunctiondebug.h"
#include "gstffsuvccontrol.h"
#include "gstffsuvcdescriptors.h"
#include "gstffsuvcdisplay.h"
#include "gstffsuvcspeed.h"
#include "transport/gstffsendpoint.h"

#define STREAM_ENDPOINT 1
#define HEADER_SIZE 2

#define GST_TYPE_FFS_UVC_DISPLAY (gst_ffs_uvc_display_get_type ())
G_DECLARE_FINAL_TYPE (GstFfsUvcDisplay, gst_ffs_uvc_display, GST,
    FFS_UVC_DISPLAY, GstFfsProfile);

struct _GstFfsUvcDisplay
{
  GstFfsProfile parent;

  gchar *product;

  /* Constant from set_offer() on. */
  GstFfsUvcOffer *offers[GST_FFS_N_SPEEDS];
  GByteArray *control_extra;
  GByteArray *streaming_extra[GST_FFS_N_SPEEDS];
  GstFfsFunctionDesc description;

  gint endpoint;                /* from start() to stop(), to query the speed */

  GstFfsUvcControl control;     /* function's thread */

  GstFfsUvcSelection selection; /* under the object lock */
};

G_DEFINE_FINAL_TYPE (GstFfsUvcDisplay, gst_ffs_uvc_display,
    GST_TYPE_FFS_PROFILE);

static const GstFfsFunctionDesc description = {
  .device_class = {0xef, 0x02, 0x01},
  .association = {USB_CLASS_VIDEO, UVC_SC_VIDEO_INTERFACE_COLLECTION, 0x00},
  .n_interfaces = 2,
  .interfaces = {
        {USB_CLASS_VIDEO, UVC_SC_VIDEOCONTROL, 0x00, NULL, "",
            GST_FFS_NO_EXTRA, FALSE},
        {USB_CLASS_VIDEO, UVC_SC_VIDEOSTREAMING, 0x00, "display stream", "o",
            GST_FFS_NO_EXTRA, FALSE},
      },
  .stream_endpoint = STREAM_ENDPOINT,
  .tight = TRUE,
  .headroom = HEADER_SIZE,
};

static const GstFfsFunctionDesc *
describe (GstFfsProfile * profile)
{
  return &GST_FFS_UVC_DISPLAY (profile)->description;
}

/* ---- caps ---- */

static void
free_offer (GstFfsUvcDisplay * self)
{
  guint i;

  for (i = 0; i < GST_FFS_N_SPEEDS; i++) {
    g_clear_pointer (&self->offers[i], gst_ffs_uvc_offer_free);
    g_clear_pointer (&self->streaming_extra[i], g_byte_array_unref);
  }
  g_clear_pointer (&self->control.units, gst_ffs_uvc_units_free);
  g_clear_pointer (&self->control_extra, g_byte_array_unref);
}

/* (transfer full) (nullable) */
static GstFfsUvcOffer *
make_offer (GstCaps * caps)
{
  GstCaps *all = gst_caps_is_any (caps) ? gst_ffs_uvc_formats_to_caps () :
      gst_caps_ref (caps);
  GstFfsUvcOffer *offer = gst_ffs_uvc_offer_new (all);

  gst_caps_unref (all);
  if (offer && !gst_ffs_uvc_offer_keep_raw_video (offer))
    g_clear_pointer (&offer, gst_ffs_uvc_offer_free);
  return offer;
}

static void
describe_speed (GstFfsUvcDisplay * self, GstFfsSpeed speed)
{
  GstFfsInterfaceDesc *interfaces = self->description.interfaces;
  GByteArray *stream = gst_ffs_uvc_descriptors_fit (self->offers[speed], NULL,
      USB_DIR_OUT | STREAM_ENDPOINT);

  self->streaming_extra[speed] = stream;
  interfaces[GST_FFS_UVC_CONTROL_INTERFACE].extra[speed] = (GstFfsExtra) {
  self->control_extra->data, self->control_extra->len};
  interfaces[GST_FFS_UVC_STREAMING_INTERFACE].extra[speed] = (GstFfsExtra) {
  stream->data, stream->len};
}

static gboolean
set_offer (GstFfsProfile * profile, GstCaps * caps)
{
  GstFfsUvcDisplay *self = GST_FFS_UVC_DISPLAY (profile);
  GstFfsUvcOffer *offer = make_offer (caps);
  guint i;

  if (offer == NULL)
    return FALSE;
  free_offer (self);
  self->control.units = gst_ffs_uvc_units_new
      (gst_ffs_profile_find_controls (profile, NULL, 0));
  self->control_extra = gst_ffs_uvc_descriptors_display ();
  for (i = 0; i < GST_FFS_N_SPEEDS; i++) {
    self->offers[i] = gst_ffs_uvc_offer_new_limited (offer,
        gst_ffs_uvc_speed_get_limit (i));
    describe_speed (self, i);
  }
  gst_ffs_uvc_offer_free (offer);

  gst_ffs_uvc_control_reset (&self->control,
      self->offers[GST_FFS_SPEED_SUPER], NULL, FALSE);
  GST_OBJECT_LOCK (self);
  self->selection = self->control.streaming.committed;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static GstFfsUvcSelection
get_selection (GstFfsUvcDisplay * self)
{
  GstFfsUvcSelection selection;

  GST_OBJECT_LOCK (self);
  selection = self->selection;
  GST_OBJECT_UNLOCK (self);
  return selection;
}

static GstCaps *
get_caps (GstFfsProfile * profile)
{
  GstFfsUvcSelection selection = get_selection (GST_FFS_UVC_DISPLAY (profile));

  return selection.offer ? gst_ffs_uvc_selection_to_caps (&selection) :
      gst_ffs_uvc_formats_to_caps ();
}

static gboolean
set_caps (GstFfsProfile * profile, GstCaps * caps)
{
  GstCaps *wanted = get_caps (profile);
  gboolean ok = gst_caps_can_intersect (wanted, caps);

  gst_caps_unref (wanted);
  return ok;
}

/* ---- life ---- */

static gint
start (GstFfsProfile * profile, const gchar * directory,
    GstAllocator * allocator G_GNUC_UNUSED)
{
  GstFfsUvcDisplay *self = GST_FFS_UVC_DISPLAY (profile);
  g_autofree gchar *path = NULL;

  if (directory == NULL)
    return 0;
  path = g_strdup_printf ("%s/ep%u", directory, STREAM_ENDPOINT);
  self->endpoint = gst_ffs_endpoint_open_file (path, O_RDONLY);
  return self->endpoint < 0 ? errno : 0;
}

static void
stop (GstFfsProfile * profile)
{
  GstFfsUvcDisplay *self = GST_FFS_UVC_DISPLAY (profile);

  if (self->endpoint >= 0)
    close (self->endpoint);
  self->endpoint = -1;
}

static void
set_enabled (GstFfsProfile * profile, gboolean enabled)
{
  GstFfsUvcDisplay *self = GST_FFS_UVC_DISPLAY (profile);
  GstFfsSpeed speed = GST_FFS_SPEED_SUPER;

  gst_ffs_profile_set_streaming (profile, FALSE);
  if (enabled)
    speed = gst_ffs_uvc_speed_of_endpoint (self->endpoint);
  gst_ffs_uvc_control_reset (&self->control, self->offers[speed], NULL,
      enabled);
}

static void
commit (GstFfsUvcDisplay * self)
{
  GstFfsProfile *profile = GST_FFS_PROFILE (self);

  gst_ffs_profile_set_streaming (profile, FALSE);
  GST_OBJECT_LOCK (self);
  self->selection = self->control.streaming.committed;
  GST_OBJECT_UNLOCK (self);
  gst_ffs_profile_set_streaming (profile, TRUE);
}

/* Another host may be on a bus of another speed, if the kernel has dropped the
 * event of the last one's disconnect. */
static void
restart (GstFfsProfile * profile)
{
  GstFfsUvcDisplay *self = GST_FFS_UVC_DISPLAY (profile);
  GstFfsSpeed speed = gst_ffs_uvc_speed_of_endpoint (self->endpoint);

  if (self->control.streaming.offer != self->offers[speed])
    set_enabled (profile, TRUE);
  else if (gst_ffs_profile_is_streaming (profile))
    commit (self);
}

/* ---- requests ---- */

static gboolean
accept (GstFfsProfile * profile, const GstFfsSetup * setup)
{
  if (!gst_ffs_uvc_control_accept (&GST_FFS_UVC_DISPLAY (profile)->control,
          setup))
    return FALSE;
  /* Reading the data of the request acknowledges it, and the host starts to
   * send then. A frame in a transfer of the last stream would be lost. */
  if (gst_ffs_uvc_control_is_commit (setup))
    gst_ffs_profile_set_streaming (profile, FALSE);
  return TRUE;
}

static gboolean
control (GstFfsProfile * profile, const GstFfsSetup * setup,
    const guint8 * data, GByteArray * reply)
{
  GstFfsUvcDisplay *self = GST_FFS_UVC_DISPLAY (profile);
  GstFfsUvcAction action;
  gboolean ok;

  ok = gst_ffs_uvc_control_request (&self->control, setup, data, reply,
      &action);
  if (action == GST_FFS_UVC_ACTION_COMMIT)
    commit (self);
  return ok;
}

/* ---- frames ---- */

static void
take_head (GstFfsProfile * profile, const guint8 * data, gsize size,
    GstFfsHead * head)
{
  GstFfsUvcSelection selection = get_selection (GST_FFS_UVC_DISPLAY (profile));

  head->kind = GST_FFS_HEAD_BROKEN;
  head->pts = head->duration = GST_CLOCK_TIME_NONE;
  if (size == 0) {
    /* uvcvideo completes a transfer without data if no program has queued a
     * frame. */
    head->kind = GST_FFS_HEAD_NOTHING;
  } else if (size >= HEADER_SIZE && data[0] == HEADER_SIZE
      && (data[1] & UVC_STREAM_EOH)) {
    head->kind = GST_FFS_HEAD_FRAME;
    head->length = gst_ffs_uvc_selection_get_max_size (&selection);
    if (data[1] & UVC_STREAM_ERR)
      head->flags = GST_BUFFER_FLAG_CORRUPTED;
  }
}

/* ---- the object ---- */

static void
gst_ffs_uvc_display_finalize (GObject * object)
{
  GstFfsUvcDisplay *self = GST_FFS_UVC_DISPLAY (object);

  free_offer (self);
  g_free (self->product);
  G_OBJECT_CLASS (gst_ffs_uvc_display_parent_class)->finalize (object);
}

static void
gst_ffs_uvc_display_class_init (GstFfsUvcDisplayClass * klass)
{
  GstFfsProfileClass *profile_class = GST_FFS_PROFILE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_ffs_uvc_display_finalize;
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
  profile_class->take_head = take_head;
}

static void
gst_ffs_uvc_display_init (GstFfsUvcDisplay * self)
{
  self->description = description;
  self->endpoint = -1;
}

/**
 * gst_ffs_uvc_display_new:
 * @product: the name that hosts show
 *
 * Returns: (transfer full): the profile of a device that receives frames
 */
GstFfsProfile *
gst_ffs_uvc_display_new (const gchar * product)
{
  GstFfsUvcDisplay *self = g_object_new (GST_TYPE_FFS_UVC_DISPLAY, NULL);

  self->product = g_strdup (product);
  self->description.interfaces[GST_FFS_UVC_CONTROL_INTERFACE].name =
      self->product;
  return GST_FFS_PROFILE (gst_object_ref_sink (self));
}
