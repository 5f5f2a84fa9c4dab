/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host of a webcam: requests in any order, with frames, ticks and other
 * hosts in between. The input is a list of steps, each a byte for the action
 * and, for a request, bmRequestType, bRequest, the high bytes of wValue and
 * wIndex, the interface and the length of the data, and the data. If the first
 * byte says so the request is one of the class.
 *
 * Whatever the host did, answers and caps for upstream are part of the offer,
 * the source is set to valid values only, and no payload is larger than
 * announced or ends with a full packet. libFuzzer.
 */

#include <stdint.h>
#include <string.h>

#include <gst/gst.h>

#include "function/gstffsbytes.h"
#include "function/uvc/gstffsuvcprofile.h"
#include "function/uvc/gstffsuvcrequest.h"
#include "function/uvc/gstffsuvcstill.h"
#include "function/uvc/gstffsuvcstreaming.h"

#define REQUEST_SIZE 6
#define STILL_IMAGE 0x20

int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);

/* ---- a source ---- */

typedef struct
{
  GstElement parent;
  gint brightness;
  gdouble hue;
  gint exposure;
} FuzzSource;

typedef GstElementClass FuzzSourceClass;

GType fuzz_source_get_type (void);
G_DEFINE_TYPE (FuzzSource, fuzz_source, GST_TYPE_ELEMENT);

static void
fuzz_source_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  FuzzSource *self = (FuzzSource *) object;

  g_assert (!g_param_value_validate (pspec, (GValue *) value));
  if (id == 1)
    self->brightness = g_value_get_int (value);
  else if (id == 2)
    self->hue = g_value_get_double (value);
  else
    self->exposure = g_value_get_int (value);
}

static void
fuzz_source_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  FuzzSource *self = (FuzzSource *) object;

  (void) pspec;
  if (id == 1)
    g_value_set_int (value, self->brightness);
  else if (id == 2)
    g_value_set_double (value, self->hue);
  else
    g_value_set_int (value, self->exposure);
}

static void
fuzz_source_class_init (FuzzSourceClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = fuzz_source_set_property;
  object_class->get_property = fuzz_source_get_property;
  g_object_class_install_property (object_class, 1,
      g_param_spec_int ("brightness", NULL, NULL, -70000, 70001, 0,
          G_PARAM_READWRITE));
  g_object_class_install_property (object_class, 2,
      g_param_spec_double ("hue", NULL, NULL, -0.1, 0.7, 0, G_PARAM_READWRITE));
  g_object_class_install_property (object_class, 3,
      g_param_spec_int ("exposure-time", NULL, NULL, 1, 33333, 1,
          G_PARAM_READWRITE));
}

static void
fuzz_source_init (FuzzSource * self)
{
  self->exposure = 1;
  gst_element_add_pad (GST_ELEMENT (self), gst_pad_new ("src", GST_PAD_SRC));
}

/* ---- the camera ---- */

typedef struct
{
  GstFfsProfile *profile;
  GstCaps *offer;
  gboolean streaming;
  GstClockTime waiting;
  guint64 number;
} Camera;

static void
on_streaming (gboolean streaming, gpointer user_data)
{
  Camera *camera = user_data;

  /* Each change is reported once. */
  g_assert (camera->streaming != streaming);
  camera->streaming = streaming;
}

/* Only in a stream. */
static void
on_renegotiate (gpointer user_data)
{
  Camera *camera = user_data;

  g_assert (camera->streaming);
}

static GstClockTime
get_waiting (gpointer user_data)
{
  return ((Camera *) user_data)->waiting;
}

/* Parsed once, as that takes long. */
static GstPad *
get_pad (void)
{
  static GstPad *sinkpad;
  GstElement *source;

  if (sinkpad == NULL) {
    source = gst_object_ref_sink (g_object_new (fuzz_source_get_type (), NULL));
    sinkpad = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));
    g_assert (gst_pad_link (source->pads->data, sinkpad) == GST_PAD_LINK_OK);
  }
  return sinkpad;
}

/* The host sets a control of the application to a valid value only. */
static gboolean
set_control (const gchar * name, gdouble value, gpointer user_data)
{
  (void) user_data;
  if (g_str_equal (name, "auto-exposure"))
    g_assert (value == 0 || value == 1 || value == 3);
  else if (g_str_equal (name, "power-line-frequency"))
    g_assert (value == 1 || value == 2);
  else
    g_assert (g_str_equal (name, "focus") && value >= -3 && value <= 70000);
  return value != 1;
}

static const GstFfsApplication *
get_application (void)
{
  static GstFfsApplication application = { NULL, set_control, NULL };

  if (application.controls == NULL)
    application.controls = gst_structure_from_string ("controls,"
        "auto-exposure=(int){1,3,0},power-line-frequency=(int){2,1},"
        "focus=(int)[-3,70000]", NULL);
  return &application;
}

static void
camera_init (Camera * self, guint8 which)
{
  static const GstFfsIdentity identity = {
    .manufacturer = "m",.product = "p",.serial = "s"
  };
  static const gchar *const texts[] = {
    "video/x-raw,format={YUY2,NV12},width=[16,1920],height=[16,1080],"
        "framerate=[0/1,60/1];image/jpeg;video/x-h264",
    "image/jpeg,width={320,640},height=240,framerate={15/1,30/1}",
    "video/x-raw(memory:DMABuf),format=NV12,width=8,height=2",
  };
  static GstCaps *offers[G_N_ELEMENTS (texts)];

  which %= G_N_ELEMENTS (texts);
  if (offers[which] == NULL)
    offers[which] = gst_caps_from_string (texts[which]);
  memset (self, 0, sizeof (*self));
  self->offer = offers[which];
  self->profile = gst_ffs_uvc_profile_new (&identity, get_pad ());
  gst_ffs_profile_set_funcs (self->profile, on_streaming, NULL, get_waiting,
      self);
  gst_ffs_profile_set_renegotiate_func (self->profile, on_renegotiate);
  gst_ffs_uvc_profile_set_stills (self->profile, TRUE);
  gst_ffs_profile_set_application (self->profile, get_application ());
  g_assert (gst_ffs_profile_set_offer (self->profile, self->offer));
  g_assert (gst_ffs_profile_start (self->profile, NULL, NULL) == 0);
}

/* As ep0 does. */
static gboolean
do_request (Camera * self, GstFfsSetup * setup, const guint8 * data,
    gsize size, GByteArray * reply)
{
  gboolean in = (setup->request_type & 0x80) != 0, ok;
  guint8 *copy;

  g_byte_array_set_size (reply, 0);
  if (in || setup->length == 0)
    return gst_ffs_profile_control (self->profile, setup, NULL, reply);
  if (!gst_ffs_profile_accept (self->profile, setup))
    return FALSE;
  setup->length = MIN (setup->length, size);
  copy = g_memdup2 (data, setup->length);
  if (copy == NULL)
    copy = g_malloc0 (1);
  ok = gst_ffs_profile_control (self->profile, setup, copy, reply);
  g_assert (reply->len == 0);
  g_free (copy);
  return ok;
}

/* Returns: number of bytes used as data */
static gsize
request (Camera * self, gboolean sane, const guint8 * bytes,
    const guint8 * data, gsize size)
{
  GByteArray *reply = g_byte_array_new ();
  GstFfsSetup setup;

  setup.request_type = bytes[0];
  setup.request = bytes[1];
  setup.value = bytes[2] << 8;
  setup.index = bytes[3] << 8 | bytes[4];
  setup.length = bytes[5];
  if (sane) {
    setup.request_type = bytes[0] & 0x80 ? 0xa1 : 0x21;
    setup.request = bytes[0] & 0x80 ? 0x81 + bytes[1] % 7 : 0x01;
    setup.index &= 0x0301;
  }
  size = MIN (size, setup.length);
  if (!do_request (self, &setup, data, size, reply))
    g_assert (reply->len == 0);
  g_assert (reply->len <= GST_FFS_UVC_PROBE_SIZE);
  g_byte_array_unref (reply);
  return setup.request_type & 0x80 ? 0 : size;
}

static guint32
get_max_payload (Camera * self, guint selector)
{
  GstFfsSetup setup = { 0xa1, 0x81, selector << 8, 1, 34 };
  GByteArray *reply = g_byte_array_new ();
  guint32 max;

  g_assert (do_request (self, &setup, NULL, 0, reply) && reply->len == 34);
  max = gst_ffs_get_u32 (reply->data + 22);
  g_assert (max > 12 && max == gst_ffs_get_u32 (reply->data + 18) + 12);
  g_assert (gst_ffs_get_u32 (reply->data + 4) > 0);
  g_byte_array_unref (reply);
  return max;
}

/* The same of still images; 0 if there are none. */
static guint32
get_max_still (Camera * self, guint selector)
{
  GstFfsSetup setup = { 0xa1, 0x81, selector << 8, 1, GST_FFS_UVC_STILL_SIZE };
  GByteArray *reply = g_byte_array_new ();
  guint32 max = 0;

  if (do_request (self, &setup, NULL, 0, reply)) {
    g_assert (reply->len == GST_FFS_UVC_STILL_SIZE && reply->data[0] > 0
        && reply->data[1] > 0 && reply->data[2] == 0);
    max = gst_ffs_get_u32 (reply->data + 7);
    g_assert (max > 12 && max == gst_ffs_get_u32 (reply->data + 3) + 12);
  }
  g_byte_array_unref (reply);
  return max;
}

static gboolean
is_pending (Camera * self)
{
  GstFfsSetup setup = { 0xa1, 0x81, 5 << 8, 1, 1 };
  GByteArray *reply = g_byte_array_new ();
  gboolean pending = do_request (self, &setup, NULL, 0, reply)
      && reply->data[0] == 1;

  g_byte_array_unref (reply);
  return pending;
}

static void
frame (Camera * self, guint8 how, guint32 size)
{
  GstCaps *caps = gst_ffs_profile_get_caps (self->profile);
  GstFfsFraming framing;
  GstBuffer *buf;
  gsize total;

  g_assert (gst_caps_get_size (caps) == 1
      && gst_caps_can_intersect (caps, self->offer));
  if (how & 1)
    g_assert (gst_ffs_profile_set_caps (self->profile, caps));
  gst_caps_unref (caps);

  if (how & 2)
    size = (is_pending (self) ? get_max_still (self, 4) :
        get_max_payload (self, 2)) - 12;
  buf = gst_buffer_new ();
  GST_BUFFER_FLAG_SET (buf, how & 4 ? GST_BUFFER_FLAG_DELTA_UNIT : 0);
  GST_BUFFER_PTS (buf) = size;
  if (gst_ffs_profile_get_framing (self->profile, buf, size, self->number++,
          &framing)) {
    total = size + framing.header_size;
    g_assert (framing.header_size == 12 || framing.header_size == 6);
    g_assert (framing.header[0] == framing.header_size);
    g_assert (total % 64 != 0);
    /* The probe may be another one by now; a stream is as committed. */
    g_assert (((framing.header[1] & STILL_IMAGE) != 0) == is_pending (self));
    if (framing.header[1] & STILL_IMAGE)
      g_assert (self->streaming);
    else if (self->streaming)
      g_assert (total <= get_max_payload (self, 2));
    if (how & 8)
      gst_ffs_profile_sent (self->profile, self->number - 1);
    if (how & 8 && self->streaming)
      g_assert (!is_pending (self));
    if (gst_ffs_profile_has_changed (self->profile) && self->streaming)
      gst_ffs_profile_renegotiate (self->profile);
  }
  gst_buffer_unref (buf);
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  Camera camera;
  guint8 step;

  if (size == 0)
    return 0;
  camera_init (&camera, *data);
  data++;
  size--;
  while (size > REQUEST_SIZE) {
    const guint8 *bytes = data + 1;
    gsize used = 0;

    step = *data;
    data += 1 + REQUEST_SIZE;
    size -= 1 + REQUEST_SIZE;
    switch (step & 7) {
      case 0:
        gst_ffs_profile_set_enabled (camera.profile, step & 8);
        g_assert (!camera.streaming);
        break;
      case 1:
        camera.waiting = (step >> 3) * 100 * GST_MSECOND;
        gst_ffs_profile_tick (camera.profile);
        break;
      case 2:
        frame (&camera, step >> 3, gst_ffs_get_u32 (bytes) >> (bytes[4] & 31));
        break;
      case 3:
        used = request (&camera, FALSE, bytes, data, size);
        break;
      default:
        used = request (&camera, TRUE, bytes, data, size);
        break;
    }
    data += used;
    size -= used;
  }

  get_max_payload (&camera, 1);
  get_max_payload (&camera, 2);
  get_max_still (&camera, 3);
  get_max_still (&camera, 4);
  gst_ffs_profile_set_enabled (camera.profile, FALSE);
  g_assert (!camera.streaming);
  gst_ffs_profile_stop (camera.profile);
  gst_object_unref (camera.profile);
  return 0;
}
