/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The data that a host reads: the table of formats, the bytes of leader and
 * trailer, and the controls of a source.
 */

#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include "function/gstffscontrols.h"
#include "function/u3v/gstffsu3vinfo.h"
#include "function/u3v/gstffsu3vmap.h"
#include "function/u3v/gstffsu3voffer.h"
#include "function/u3v/gstffsu3vpackets.h"

/* ---- formats ---- */

/* The code of a pixel format contains the bits of a pixel, which must be
 * those of GStreamer's format. */
GST_START_TEST (format_codes_match_gstreamer)
{
  const GstFfsU3vFormat *f;
  guint i, j, n, n_compared = 0;

  f = gst_ffs_u3v_formats (&n);
  for (i = 0; i < n; i++) {
    fail_unless_equals_int (f[i].code >> 16 & 0xff, f[i].bits);
    fail_unless (gst_ffs_u3v_format_from_code (f[i].code) == &f[i]);
    fail_unless (gst_ffs_u3v_format_from_caps (f[i].media, f[i].format)
        == &f[i]);
    for (j = 0; j < i; j++)
      fail_if (g_str_equal (f[i].name, f[j].name));
    /* GStreamer 1.22 does not know them all. */
    if (g_str_equal (f[i].media, "video/x-raw")
        && gst_video_format_from_string (f[i].format) !=
        GST_VIDEO_FORMAT_UNKNOWN) {
      GstVideoInfo info;
      gsize row;

      gst_video_info_set_format (&info,
          gst_video_format_from_string (f[i].format), f[i].step * 8, 3);
      fail_unless_equals_int (GST_VIDEO_INFO_N_PLANES (&info), 1);
      row = f[i].step * 8 * f[i].bits / 8;
      fail_unless_equals_int (GST_VIDEO_INFO_PLANE_STRIDE (&info, 0), row);
      fail_unless_equals_uint64 (gst_ffs_u3v_format_get_size (&f[i],
              f[i].step * 8, 3), GST_VIDEO_INFO_SIZE (&info));
      n_compared++;
    }
  }
  fail_unless (n_compared >= 8);
  fail_unless_equals_string (gst_ffs_u3v_format_from_caps ("video/x-raw",
          "GRAY10_LE16")->name, "Mono10");
  fail_unless_equals_string (gst_ffs_u3v_format_from_caps ("video/x-bayer",
          "rggb14le")->name, "BayerRG14");
  fail_unless (gst_ffs_u3v_format_from_code (0) == NULL);
  fail_unless (gst_ffs_u3v_format_from_caps ("video/x-raw", "NV12") == NULL);
  fail_unless (gst_ffs_u3v_format_from_caps ("video/x-raw", NULL) == NULL);
  fail_unless (gst_ffs_u3v_format_from_caps ("image/jpeg", NULL) == NULL);
}

GST_END_TEST;

GST_START_TEST (default_selection_comes_from_the_offer)
{
  const struct
  {
    const gchar *caps;
    const gchar *selected;
  } offers[] = {
    {"ANY", NULL}, {"EMPTY", NULL}, {"video/x-h264", NULL},
    {"video/x-raw, format=NV12, width=4, height=4, framerate=1/1", NULL},
    {"video/x-raw, format=GRAY8, framerate=1/1", NULL},
    {"video/x-raw, format=GRAY8, width=0, height=4", NULL},
    /* Each width in this range would have padding. */
    {"video/x-raw, format=YUY2, width=5, height=4", NULL},
    {"video/x-raw(format:Interlaced), format=GRAY8, width=4, height=4", NULL},
    /* Caps of test sources and scalers. */
    {"video/x-raw, format=GRAY8, width=[1, 2147483647], "
          "height=[1, 2147483647], framerate=[0/1, 2147483647/1]",
        "video/x-raw(ANY), format=GRAY8, width=640, height=480, "
          "framerate=30/1"},
    {"video/x-raw(memory:DMABuf), format=GRAY8, width=[800, 1000], "
          "height=[16, 100], framerate=0/1",
        "video/x-raw(ANY), format=GRAY8, width=800, height=100"},
    {"video/x-bayer, format=bggr, width=[2, 321], height=33, "
          "framerate={7/1, 60/1}",
        "video/x-bayer(ANY), format=bggr, width=320, height=33, "
          "framerate=7/1"},
    {"video/x-raw, format=GRAY8, width=6, height=4, framerate=30000/1001",
        "video/x-raw(ANY), format=GRAY8, width=6, height=4, "
          "framerate=30000/1001"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (offers); i++) {
    GstCaps *caps = gst_caps_from_string (offers[i].caps), *wanted;
    GstFfsU3vOffer *offer = gst_ffs_u3v_offer_new (caps);
    GstFfsU3vSelection selection;

    fail_unless ((offer != NULL) == (offers[i].selected != NULL),
        "%s", offers[i].caps);
    gst_caps_unref (caps);
    if (offer == NULL)
      continue;
    gst_ffs_u3v_offer_get_default (offer, &selection);
    fail_unless (gst_ffs_u3v_offer_has (offer, &selection));
    caps = gst_ffs_u3v_selection_to_caps (&selection);
    wanted = gst_caps_from_string (offers[i].selected);
    fail_unless (gst_caps_is_equal (caps, wanted), "%" GST_PTR_FORMAT, caps);
    gst_caps_unref (caps);
    gst_caps_unref (wanted);
    gst_ffs_u3v_offer_free (offer);
  }
}

GST_END_TEST;

GST_START_TEST (ranges_span_all_structures)
{
  GstCaps *caps = gst_caps_from_string
      ("video/x-raw, format=GRAY8, width={160, 320, 1280}, height=[8, 64, 8], "
      "framerate={15/2, 30/1}; "
      "video/x-raw, format=GRAY8, width=[400, 480, 40], height=100, "
      "framerate=[1/1, 2147483647/1]");
  GstFfsU3vOffer *offer = gst_ffs_u3v_offer_new (caps);
  GstFfsU3vRange range;
  gdouble min, max;

  gst_caps_unref (caps);
  gst_ffs_u3v_offer_get_range (offer, "width", &range);
  fail_unless_equals_int (range.min, 160);
  fail_unless_equals_int (range.max, 1280);
  fail_unless_equals_int (range.step, 40);
  gst_ffs_u3v_offer_get_range (offer, "height", &range);
  fail_unless_equals_int (range.min, 8);
  fail_unless_equals_int (range.max, 100);
  fail_unless_equals_int (range.step, 4);
  fail_unless (gst_ffs_u3v_offer_has_size (offer, "width", 440));
  fail_unless (!gst_ffs_u3v_offer_has_size (offer, "width", 441));
  fail_unless (!gst_ffs_u3v_offer_has_size (offer, "width", 520));
  fail_unless (gst_ffs_u3v_offer_get_rates (offer, &min, &max));
  fail_unless (min == 1 && max == 240);
  gst_ffs_u3v_offer_free (offer);
}

GST_END_TEST;

/* ---- leader and trailer ---- */

GST_START_TEST (leader_and_trailer_bytes_match)
{
  const guint8 leader[] = {
    'U', '3', 'V', 'L', 0, 0, 52, 0,
    0x08, 7, 6, 5, 4, 3, 2, 1, 0, 0, 1, 0,
    0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,
    0x32, 0x00, 0x10, 0x02, 0x80, 0x02, 0, 0, 0xe0, 0x01, 0, 0,
    4, 3, 2, 1, 8, 7, 6, 5, 0, 0, 0, 0
  };
  const guint8 trailer[] = {
    'U', '3', 'V', 'T', 0, 0, 32, 0,
    0x08, 7, 6, 5, 4, 3, 2, 1, 0x00, 0xa1, 0, 0,
    0x00, 0x60, 0x09, 0, 0, 0, 0, 0, 0xe0, 0x01, 0, 0
  };
  const guint64 number = G_GUINT64_CONSTANT (0x0102030405060708);
  const GstFfsU3vSelection selection = {
    gst_ffs_u3v_format_from_code (0x02100032), 640, 480, 0, 1, 0x01020304,
    0x05060708
  };
  guint8 data[64];

  memset (data, 0xee, sizeof (data));
  gst_ffs_u3v_leader (data, number, G_GUINT64_CONSTANT (0x1112131415161718),
      &selection);
  fail_unless_equals_int (sizeof (leader), LEADER_LENGTH);
  fail_unless (memcmp (data, leader, sizeof (leader)) == 0);
  fail_unless_equals_int (data[LEADER_LENGTH], 0xee);

  memset (data, 0xee, sizeof (data));
  gst_ffs_u3v_trailer (data, number, U3V_DATA_DISCARDED, 614400, 480);
  fail_unless_equals_int (sizeof (trailer), TRAILER_LENGTH);
  fail_unless (memcmp (data, trailer, sizeof (trailer)) == 0);
  fail_unless_equals_int (data[TRAILER_LENGTH], 0xee);
}

GST_END_TEST;

/* ---- the device info ---- */

GST_START_TEST (device_info_bytes_match)
{
  const guint8 wanted[] = {
    20, 0x24, 0x01, 0, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 5, 6, 7, 3, 0, 0x0e
  };
  const GstFfsIdentity identity = {
    .vendor_id = 0x1a0b,.manufacturer = "maker",.product = "model",
    .serial = "4711"
  };
  GstFfsIdentity other = identity;
  GstFfsU3vInfo info, another;
  guint i;

  gst_ffs_u3v_info_init (&info, &identity);
  fail_unless_equals_int (sizeof (wanted), sizeof (info.descriptor));
  fail_unless (memcmp (info.descriptor, wanted, sizeof (wanted)) == 0);
  fail_unless_equals_string (info.strings[0], "maker");
  fail_unless_equals_string (info.strings[1], "model");
  fail_unless_equals_string (info.strings[2], "4711");
  /* The vendor id in four digits, and eight digits of the device. */
  fail_unless_equals_int (strlen (info.strings[3]), 12);
  fail_unless (g_str_has_prefix (info.strings[3], "1A0B"));
  for (i = 4; i < 12; i++)
    fail_unless (g_ascii_isxdigit (info.strings[3][i])
        && !g_ascii_islower (info.strings[3][i]));
  fail_unless_equals_string (info.strings[4], U3V_FAMILY);
  fail_unless_equals_string (info.strings[5], U3V_DEVICE_VERSION);
  fail_unless_equals_string (info.strings[6], U3V_MANUFACTURER_INFO);
  fail_unless (info.strings[7] == NULL);

  other.serial = "4712";
  gst_ffs_u3v_info_init (&another, &other);
  fail_if (g_str_equal (info.guid, another.guid));
  gst_ffs_u3v_info_clear (&info);
  gst_ffs_u3v_info_clear (&another);
}

GST_END_TEST;

/* ---- controls ---- */

typedef struct
{
  GstElement parent;
  gint brightness;
  gint pattern;
  gdouble gain;
  gboolean automatic;
} TestSource;

typedef GstElementClass TestSourceClass;

enum
{
  PROP_BRIGHTNESS = 1,
  PROP_PATTERN,
  PROP_GAIN,
  PROP_AUTO,
};

GType test_source_get_type (void);
G_DEFINE_TYPE (TestSource, test_source, GST_TYPE_ELEMENT);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
test_source_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec G_GNUC_UNUSED)
{
  TestSource *self = (TestSource *) object;

  if (id == PROP_BRIGHTNESS)
    self->brightness = g_value_get_int (value);
  else if (id == PROP_PATTERN)
    self->pattern = g_value_get_enum (value);
  else if (id == PROP_AUTO)
    self->automatic = g_value_get_boolean (value);
  else
    self->gain = g_value_get_double (value);
}

static void
test_source_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec G_GNUC_UNUSED)
{
  TestSource *self = (TestSource *) object;

  if (id == PROP_BRIGHTNESS)
    g_value_set_int (value, self->brightness);
  else if (id == PROP_PATTERN)
    g_value_set_enum (value, self->pattern);
  else if (id == PROP_AUTO)
    g_value_set_boolean (value, self->automatic);
  else
    g_value_set_double (value, self->gain);
}

static void
test_source_class_init (TestSourceClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = test_source_set_property;
  object_class->get_property = test_source_get_property;
  g_object_class_install_property (object_class, PROP_BRIGHTNESS,
      g_param_spec_int ("brightness", NULL, NULL, -10, 10, 0,
          G_PARAM_READWRITE));
  g_object_class_install_property (object_class, PROP_PATTERN,
      g_param_spec_enum ("pattern", NULL, NULL, GST_TYPE_STATE, 0,
          G_PARAM_READWRITE));
  g_object_class_install_property (object_class, PROP_GAIN,
      g_param_spec_double ("gain", NULL, NULL, 0, 4, 0, G_PARAM_READWRITE));
  g_object_class_install_property (object_class, PROP_AUTO,
      g_param_spec_boolean ("ae-enable", NULL, NULL, FALSE, G_PARAM_READWRITE));
  gst_element_class_add_static_pad_template (klass, &src_template);
}

static void
test_source_init (TestSource * self)
{
  gst_element_add_pad (GST_ELEMENT (self),
      gst_pad_new_from_static_template (&src_template, "src"));
}

static gint
find (GstFfsControls * controls, const gchar * name)
{
  guint i;

  for (i = 0; i < gst_ffs_controls_get_n (controls); i++) {
    if (g_str_equal (gst_ffs_controls_get (controls, i)->name, name))
      return i;
  }
  return -1;
}

/* The source is in a bin in a bin; a bin with a filter follows. */
GST_START_TEST (controls_are_found_through_bins)
{
  TestSource *source = g_object_new (test_source_get_type (), NULL);
  GstElement *inner = gst_bin_new ("inner"), *outer = gst_bin_new ("outer");
  GstElement *filters = gst_bin_new ("filters");
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstPad *sinkpad = gst_pad_new ("sink", GST_PAD_SINK), *pad, *src;
  GstElement *filter = g_object_new (test_source_get_type (), NULL);
  GstFfsControls *controls;
  gint i;

  /* An element with a sink pad is no source. */
  pad = gst_pad_new ("sink", GST_PAD_SINK);
  gst_element_add_pad (filter, pad);

  gst_bin_add (GST_BIN (inner), GST_ELEMENT (source));
  src = gst_element_get_static_pad (GST_ELEMENT (source), "src");
  gst_element_add_pad (inner, gst_ghost_pad_new ("src", src));
  gst_object_unref (src);
  gst_bin_add (GST_BIN (outer), inner);
  src = gst_element_get_static_pad (inner, "src");
  gst_element_add_pad (outer, gst_ghost_pad_new ("src", src));
  gst_object_unref (src);

  gst_bin_add (GST_BIN (filters), filter);
  src = gst_element_get_static_pad (filter, "src");
  gst_element_add_pad (filters, gst_ghost_pad_new ("src", src));
  gst_object_unref (src);
  gst_element_add_pad (filters, gst_ghost_pad_new ("sink", pad));

  gst_bin_add_many (GST_BIN (pipeline), outer, filters, NULL);
  fail_unless (gst_element_link (outer, filters));
  src = gst_element_get_static_pad (filters, "src");
  fail_unless_equals_int (gst_pad_link_full (src, sinkpad,
          GST_PAD_LINK_CHECK_NOTHING), GST_PAD_LINK_OK);

  controls = gst_ffs_controls_new (sinkpad, NULL, 8);
  fail_unless_equals_int (gst_ffs_controls_get_n (controls), 4);
  i = find (controls, "Brightness");
  fail_unless (gst_ffs_controls_get (controls, i)->min == -10);
  fail_unless (gst_ffs_controls_get (controls, i)->max == 10);
  gst_ffs_controls_set_value (controls, i, -7);
  fail_unless_equals_int (source->brightness, -7);
  fail_unless (gst_ffs_controls_get_value (controls, i) == -7);
  i = find (controls, "Gain");
  gst_ffs_controls_set_value (controls, i, 2.5);
  fail_unless (source->gain == 2.5);
  fail_unless (gst_ffs_controls_get_value (controls, i) == 2.5);
  i = find (controls, "TestPattern");
  fail_unless (gst_ffs_controls_get (controls, i)->n_entries > 3);
  gst_ffs_controls_set_value (controls, i, GST_STATE_PAUSED);
  fail_unless_equals_int (source->pattern, GST_STATE_PAUSED);
  fail_unless (gst_ffs_controls_get_value (controls, i) == GST_STATE_PAUSED);
  fail_unless (gst_ffs_control_accepts (gst_ffs_controls_get (controls, i),
          GST_STATE_READY));
  fail_unless (!gst_ffs_control_accepts (gst_ffs_controls_get (controls, i),
          1.5));
  /* Automatic is 0 in this enumeration. */
  i = find (controls, "ExposureAuto");
  fail_unless (gst_ffs_controls_get (controls, i)->n_entries == 2);
  fail_unless (gst_ffs_controls_get_value (controls, i) == 1);
  fail_unless (gst_ffs_controls_set_value (controls, i, 0));
  fail_unless (source->automatic);
  fail_unless (gst_ffs_controls_get_value (controls, i) == 0);
  fail_unless (gst_ffs_controls_set_value (controls, i, 1));
  fail_unless (!source->automatic);
  gst_ffs_controls_free (controls);

  controls = gst_ffs_controls_new (sinkpad, NULL, 1);
  fail_unless_equals_int (gst_ffs_controls_get_n (controls), 1);
  gst_ffs_controls_free (controls);

  gst_pad_unlink (src, sinkpad);
  controls = gst_ffs_controls_new (sinkpad, NULL, 8);
  fail_unless_equals_int (gst_ffs_controls_get_n (controls), 0);
  gst_ffs_controls_free (controls);
  gst_object_unref (src);
  gst_object_unref (gst_object_ref_sink (sinkpad));
  gst_object_unref (pipeline);
}

GST_END_TEST;

static Suite *
u3v_wire_suite (void)
{
  Suite *s = suite_create ("u3v-wire");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, format_codes_match_gstreamer);
  tcase_add_test (tc, default_selection_comes_from_the_offer);
  tcase_add_test (tc, ranges_span_all_structures);
  tcase_add_test (tc, leader_and_trailer_bytes_match);
  tcase_add_test (tc, device_info_bytes_match);
  tcase_add_test (tc, controls_are_found_through_bins);
  return s;
}

GST_CHECK_MAIN (u3v_wire);
