/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <float.h>
#include <string.h>

#include "uvcfixture.h"

/* ---- the source ---- */

typedef GstElementClass UvcSourceClass;

enum
{
  PROP_BRIGHTNESS = 1,
  PROP_CONTRAST,
  PROP_SATURATION,
  PROP_HUE,
  PROP_GAIN,
  PROP_GAMMA,
  PROP_EXPOSURE,
  PROP_SHARPNESS,
};

GType uvc_source_get_type (void);
G_DEFINE_TYPE (UvcSource, uvc_source, GST_TYPE_ELEMENT);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
uvc_source_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  UvcSource *self = (UvcSource *) object;

  /* The profile must not set a value outside the range. */
  fail_unless (!g_param_value_validate (pspec, (GValue *) value));
  if (id == PROP_BRIGHTNESS)
    self->brightness = g_value_get_int (value);
  else if (id == PROP_CONTRAST)
    self->contrast = g_value_get_uint (value);
  else if (id == PROP_SATURATION)
    self->saturation = g_value_get_int (value);
  else if (id == PROP_HUE)
    self->hue = G_VALUE_HOLDS_INT (value) ? g_value_get_int (value) :
        g_value_get_double (value);
  else if (id == PROP_GAIN)
    self->gain = g_value_get_double (value);
  else if (id == PROP_GAMMA)
    self->gamma = g_value_get_double (value);
  else if (id == PROP_EXPOSURE)
    self->exposure = g_value_get_int (value);
  else
    self->sharpness = g_value_get_enum (value);
}

static void
uvc_source_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec G_GNUC_UNUSED)
{
  UvcSource *self = (UvcSource *) object;

  if (id == PROP_BRIGHTNESS)
    g_value_set_int (value, self->brightness);
  else if (id == PROP_CONTRAST)
    g_value_set_uint (value, self->contrast);
  else if (id == PROP_SATURATION)
    g_value_set_int (value, self->saturation);
  else if (id == PROP_HUE && G_VALUE_HOLDS_INT (value))
    g_value_set_int (value, self->hue);
  else if (id == PROP_HUE)
    g_value_set_double (value, self->hue);
  else if (id == PROP_GAIN)
    g_value_set_double (value, self->gain);
  else if (id == PROP_GAMMA)
    g_value_set_double (value, self->gamma);
  else if (id == PROP_EXPOSURE)
    g_value_set_int (value, self->exposure);
  else
    g_value_set_enum (value, self->sharpness);
}

#define INSTALL(id, kind, name, ...) \
  g_object_class_install_property (object_class, id, \
      g_param_spec_##kind (name, NULL, NULL, __VA_ARGS__, G_PARAM_READWRITE))

static void
uvc_source_class_init (UvcSourceClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = uvc_source_set_property;
  object_class->get_property = uvc_source_get_property;
  INSTALL (PROP_BRIGHTNESS, int, "brightness", -64, 64, 0);
  INSTALL (PROP_CONTRAST, uint, "contrast", 0, 200000, 0);
  INSTALL (PROP_SATURATION, int, "saturation", -128, 127, 0);
  INSTALL (PROP_HUE, double, "hue", -1, 1, 0);
  INSTALL (PROP_GAIN, double, "gain", 1, 16, 1);
  INSTALL (PROP_GAMMA, double, "gamma", -DBL_MAX, DBL_MAX, 1);
  INSTALL (PROP_EXPOSURE, int, "exposure-time", G_MININT, G_MAXINT, 0);
  INSTALL (PROP_SHARPNESS, enum, "sharpness", GST_TYPE_STATE, 0);
  gst_element_class_add_static_pad_template (klass, &src_template);
}

static void
uvc_source_init (UvcSource * self)
{
  gst_element_add_pad (GST_ELEMENT (self),
      gst_pad_new_from_static_template (&src_template, "src"));
  self->brightness = 10;
  self->contrast = 100000;
  self->saturation = -1;
  self->gain = 1;
  self->exposure = 20000;
}

typedef UvcSource WideSource;
typedef UvcSourceClass WideSourceClass;

GType wide_source_get_type (void);
G_DEFINE_TYPE (WideSource, wide_source, uvc_source_get_type ());

static void
wide_source_class_init (WideSourceClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = uvc_source_set_property;
  object_class->get_property = uvc_source_get_property;
  INSTALL (PROP_HUE, int, "hue", 40000, 240000, 40000);
}

static void
wide_source_init (WideSource * self)
{
  self->hue = 40000;
}

typedef UvcSourceClass AutoSourceClass;

GType auto_source_get_type (void);
G_DEFINE_TYPE (AutoSource, auto_source, uvc_source_get_type ());

static gint *
get_member (GObject * object, guint id)
{
  return &((AutoSource *) object)->focus + id - 1;
}

static void
auto_source_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  fail_unless (!g_param_value_validate (pspec, (GValue *) value));
  if (G_VALUE_HOLDS_INT (value))
    *get_member (object, id) = g_value_get_int (value);
  else if (G_VALUE_HOLDS_ENUM (value))
    *get_member (object, id) = g_value_get_enum (value);
  else
    *get_member (object, id) = g_value_get_boolean (value);
}

static void
auto_source_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec G_GNUC_UNUSED)
{
  if (G_VALUE_HOLDS_INT (value))
    g_value_set_int (value, *get_member (object, id));
  else if (G_VALUE_HOLDS_ENUM (value))
    g_value_set_enum (value, *get_member (object, id));
  else
    g_value_set_boolean (value, *get_member (object, id));
}

static void
auto_source_class_init (AutoSourceClass * klass)
{
  static const GEnumValue exposures[] = {
    {0, "auto", "auto"}, {1, "manual", "manual"}, {3, "aperture", "aperture"},
    {0, NULL, NULL}
  };
  static const GEnumValue frequencies[] = {
    {1, "50", "50"}, {2, "60", "60"}, {3, "auto", "auto"}, {0, NULL, NULL}
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = auto_source_set_property;
  object_class->get_property = auto_source_get_property;
  INSTALL (1, int, "focus", 0, 1023, 0);
  INSTALL (2, int, "zoom", 100, 500, 100);
  INSTALL (3, int, "colour-temperature", 2800, 6500, 5000);
  INSTALL (4, int, "backlight-compensation", 0, 2, 0);
  INSTALL (5, boolean, "auto-focus", FALSE);
  INSTALL (6, boolean, "awb-enable", FALSE);
  INSTALL (7, enum, "auto-exposure",
      g_enum_register_static ("AutoSourceExposures", exposures), 0);
  INSTALL (8, enum, "power-line-frequency",
      g_enum_register_static ("AutoSourceFrequencies", frequencies), 2);
}

static void
auto_source_init (AutoSource * self)
{
  self->focus = 17;
  self->zoom = 100;
  self->temperature = 5000;
  self->backlight = 1;
  self->auto_white = TRUE;
  self->auto_exposure = 3;
  self->frequency = 2;
}

/* ---- the profile ---- */

const GstFfsIdentity uvc_identity = {
  .vendor_id = 0x1209,.product_id = 1,
  .manufacturer = "Maker",.product = "Left eye",.serial = "4711"
};

static void
on_streaming (gboolean streaming, gpointer user_data)
{
  UvcFixture *f = user_data;
  GstCaps *caps;

  if (streaming) {
    f->n_started++;
    return;
  }
  f->n_stopped++;
  caps = gst_ffs_profile_get_caps (f->profile);
  g_free (f->caps_at_stop);
  f->caps_at_stop = gst_caps_to_string (caps);
  gst_caps_unref (caps);
}

static GstClockTime
get_waiting (gpointer user_data)
{
  return ((UvcFixture *) user_data)->waiting;
}

static void
on_renegotiate (gpointer user_data)
{
  ((UvcFixture *) user_data)->n_renegotiated++;
}

static void
start_with (UvcFixture * f, GType source, const gchar * offer,
    gboolean stills, const GstFfsApplication * application)
{
  GstPad *srcpad;

  memset (f, 0, sizeof (*f));
  f->pipeline = gst_pipeline_new (NULL);
  f->source = g_object_new (source, NULL);
  f->sink = gst_bin_new (NULL);
  f->sinkpad = gst_pad_new ("sink", GST_PAD_SINK);
  gst_element_add_pad (f->sink, f->sinkpad);
  gst_bin_add_many (GST_BIN (f->pipeline), GST_ELEMENT (f->source), f->sink,
      NULL);
  srcpad = gst_element_get_static_pad (GST_ELEMENT (f->source), "src");
  fail_unless_equals_int (gst_pad_link (srcpad, f->sinkpad), GST_PAD_LINK_OK);
  gst_object_unref (srcpad);
  gst_pad_set_active (f->sinkpad, TRUE);

  f->profile = gst_ffs_uvc_profile_new (&uvc_identity, f->sinkpad);
  gst_ffs_profile_set_funcs (f->profile, on_streaming, NULL, get_waiting, f);
  gst_ffs_profile_set_renegotiate_func (f->profile, on_renegotiate);
  gst_ffs_uvc_profile_set_stills (f->profile, stills);
  gst_ffs_profile_set_application (f->profile, application);
  profile_start (f->profile, offer, NULL);
  gst_ffs_profile_set_enabled (f->profile, TRUE);
}

void
uvc_fixture_start (UvcFixture * f, const gchar * offer)
{
  start_with (f, uvc_source_get_type (), offer, FALSE, NULL);
}

void
uvc_fixture_start_wide (UvcFixture * f, const gchar * offer)
{
  start_with (f, wide_source_get_type (), offer, FALSE, NULL);
}

void
uvc_fixture_start_auto (UvcFixture * f, const gchar * offer)
{
  start_with (f, auto_source_get_type (), offer, FALSE, NULL);
}

void
uvc_fixture_start_stills (UvcFixture * f, const gchar * offer)
{
  start_with (f, uvc_source_get_type (), offer, TRUE, NULL);
}

void
uvc_fixture_start_application (UvcFixture * f, const gchar * offer,
    const GstFfsApplication * application)
{
  start_with (f, uvc_source_get_type (), offer, FALSE, application);
}

void
uvc_fixture_end (UvcFixture * f)
{
  gst_ffs_profile_set_enabled (f->profile, FALSE);
  fail_unless_equals_int (f->n_started, f->n_stopped);
  profile_end (f->profile);
  gst_pad_set_active (f->sinkpad, FALSE);
  gst_object_unref (f->pipeline);
  g_free (f->caps_at_stop);
}

/* ---- requests ---- */

gboolean
uvc_request (UvcFixture * f, guint8 type, guint8 request, guint16 value,
    guint16 index, gconstpointer data, guint16 length, GByteArray * reply)
{
  gboolean ok = profile_request (f->profile, type, request, value, index, data,
      length, reply);

  fail_unless (reply->len == 0 || (ok && data == NULL));
  return ok;
}

gboolean
uvc_get (UvcFixture * f, guint8 request, guint unit, guint selector,
    guint size, guint32 * number)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  guint i;

  *number = 0;
  if (!uvc_request (f, 0xa1, request, selector << 8, unit << 8, NULL, size,
          reply))
    return FALSE;
  fail_unless_equals_int (reply->len, size);
  for (i = 0; i < size; i++)
    *number |= (guint32) reply->data[i] << 8 * i;
  return TRUE;
}

gboolean
uvc_set (UvcFixture * f, guint unit, guint selector, guint size, guint32 number)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  guint8 bytes[4];

  gst_ffs_put_u32 (bytes, number);
  return uvc_request (f, 0x21, 0x01, selector << 8, unit << 8, bytes, size,
      reply);
}

void
uvc_assert_error (UvcFixture * f, guint error)
{
  guint32 number;

  fail_unless (uvc_get (f, 0x81, 0, 2, 1, &number));
  fail_unless_equals_int (number, error);
}

gboolean
uvc_get_probe (UvcFixture * f, guint8 request, guint selector, guint8 * probe)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();

  if (!uvc_request (f, 0xa1, request, selector << 8, 1, NULL, 34, reply))
    return FALSE;
  fail_unless_equals_int (reply->len, 34);
  memcpy (probe, reply->data, 34);
  return TRUE;
}

gboolean
uvc_set_probe (UvcFixture * f, guint selector, guint format, guint frame,
    guint32 interval)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  guint8 probe[34] = { 0, };

  probe[2] = format;
  probe[3] = frame;
  gst_ffs_put_u32 (probe + 4, interval);
  return uvc_request (f, 0x21, 0x01, selector << 8, 1, probe, 34, reply);
}
