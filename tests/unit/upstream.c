/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Walks upstream to the source, through bins, and through an encoder to the
 * offer.
 */

#include <gst/check/gstcheck.h>

#include "function/gstffsupstream.h"

#define SIZED "video/x-raw, format=NV12, width=320, height=240"
#define OPEN "video/x-raw, format=NV12, width=[1, 2147483647], " \
    "height=[1, 2147483647]"
#define RAW "video/x-raw, width=320, height={120, 240}, framerate=[1/1, 15/1]"
#define CODED "video/x-h264, width=[1, 4096], height=[1, 4096], " \
    "framerate=[0/1, 240/1], alignment=au"

/* An element with pads of templates that does nothing. */
typedef struct
{
  GstElement parent;
} TestElement;
typedef GstElementClass TestElementClass;

static GstStaticPadTemplate raw_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (RAW));
static GstStaticPadTemplate any_sink = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate coded_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (CODED));
static GstStaticPadTemplate parsed_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-h264, alignment=au"));
static GstStaticPadTemplate sized_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (SIZED));
static GstStaticPadTemplate open_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (OPEN));
static GstStaticPadTemplate jpeg_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("image/jpeg, framerate=10/1"));
static GstStaticPadTemplate both_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (OPEN "; video/x-dv, systemstream=true; image/jpeg"));
static GstStaticPadTemplate any_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate large_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("image/jpeg, width=1920, height=1080"));

static void
add_pad (GstElement * element, GstStaticPadTemplate * template)
{
  if (template == NULL)
    return;
  gst_element_add_pad (element, gst_pad_new_from_static_template (template,
          template->name_template));
}

static void
describe (GstElementClass * klass, const gchar * kind)
{
  gst_element_class_set_static_metadata (klass, "test", kind, "test", "test");
}

#define TEST_ELEMENT(Name, name, kind, first, second)                         \
GType name##_get_type (void);                                                 \
typedef TestElement Name;                                                     \
typedef TestElementClass Name##Class;                                         \
G_DEFINE_TYPE (Name, name, GST_TYPE_ELEMENT);                                 \
static void name##_init (Name * self)                                         \
{                                                                             \
  add_pad (GST_ELEMENT (self), first);                                        \
  add_pad (GST_ELEMENT (self), second);                                       \
}                                                                             \
static void name##_class_init (Name##Class * klass)                           \
{                                                                             \
  describe (klass, kind);                                                     \
}

#define NONE NULL

TEST_ELEMENT (TestSource, test_source, "Source/Video", &raw_src, NONE);
TEST_ELEMENT (TestEncoder, test_encoder, "Codec/Encoder/Video", &coded_src,
    &any_sink);
TEST_ELEMENT (TestSink, test_sink, "Sink", &any_sink, NONE);
TEST_ELEMENT (TestScaler, test_scaler, "Codec/Encoder/Video", &large_src,
    &any_sink);

/* The caps of a file are unknown before it is read. */
TEST_ELEMENT (TestSizedFile, test_sized_file, "Source/File", &sized_src, NONE);
TEST_ELEMENT (TestOpenFile, test_open_file, "Source/File", &open_src, NONE);
TEST_ELEMENT (TestJpegFile, test_jpeg_file, "Source/File", &jpeg_src, NONE);
TEST_ELEMENT (TestAnySource, test_any_source, "Source", &any_src, NONE);
TEST_ELEMENT (TestOpenCamera, test_open_camera, "Source/Video", &open_src,
    NONE);
TEST_ELEMENT (TestBothCamera, test_both_camera, "Source/Video", &both_src,
    NONE);
TEST_ELEMENT (TestParser, test_parser, "Codec/Parser/Video", &parsed_src,
    &any_sink);
TEST_ELEMENT (TestConverter, test_converter, "Filter/Converter/Video",
    &open_src, &any_sink);
TEST_ELEMENT (TestAnyScaler, test_any_scaler, "Filter/Converter/Video/Scaler",
    &open_src, &any_sink);

typedef struct
{
  GstElement *pipeline;
  GstElement *last;
  GstElement *sink;
} Fixture;

/* Links a source in a bin of its own, an element if there is a name, and a
 * sink. */
static void
start (Fixture * f, const gchar * behind)
{
  GstElement *bin = gst_bin_new (NULL), *element;
  GstElement *source = gst_element_factory_make ("testsource", "source");
  GstPad *pad = gst_element_get_static_pad (source, "src");

  f->pipeline = gst_pipeline_new (NULL);
  f->sink = gst_element_factory_make ("testsink", NULL);
  gst_bin_add (GST_BIN (bin), source);
  fail_unless (gst_element_add_pad (bin, gst_ghost_pad_new ("src", pad)));
  gst_object_unref (pad);
  gst_bin_add_many (GST_BIN (f->pipeline), bin, f->sink, NULL);
  f->last = bin;
  if (behind) {
    element = gst_element_factory_make (behind, behind);
    gst_bin_add (GST_BIN (f->pipeline), element);
    fail_unless (gst_element_link (bin, element));
    f->last = element;
  }
  fail_unless (gst_element_link (f->last, f->sink));
}

static GstPad *
sink_pad (Fixture * f)
{
  return f->sink->sinkpads->data;
}

static void
assert_offer (Fixture * f, const gchar * wanted)
{
  GstCaps *all = gst_caps_new_any (), *caps = gst_caps_from_string (wanted);
  gboolean known;
  GstCaps *offer = gst_ffs_upstream_get_offer (sink_pad (f), all, &known);

  gst_caps_unref (all);

  fail_unless (gst_caps_is_equal (offer, caps), "%" GST_PTR_FORMAT, offer);
  gst_caps_unref (offer);
  gst_caps_unref (caps);
}

/* Links elements by their names, the last one with the sink. */
static void
start_line (Fixture * f, const gchar * first, ...)
{
  const gchar *name;
  va_list args;

  f->pipeline = gst_pipeline_new (NULL);
  f->sink = gst_element_factory_make ("testsink", NULL);
  f->last = NULL;
  gst_bin_add (GST_BIN (f->pipeline), f->sink);
  va_start (args, first);
  for (name = first; name; name = va_arg (args, const gchar *))
  {
    GstElement *element = gst_element_factory_make (name, NULL);

    fail_unless (element != NULL, "no %s", name);
    gst_bin_add (GST_BIN (f->pipeline), element);
    if (f->last)
      fail_unless (gst_element_link (f->last, element));
    f->last = element;
  }
  va_end (args);
  fail_unless (gst_element_link (f->last, f->sink));
}

#define VIDEO "video/x-raw; image/jpeg; video/x-h264"

/* Ends the fixture. @text: (nullable): %NULL if the offer is not known yet */
static void
assert_known (Fixture * f, const gchar * wanted, const gchar * text)
{
  GstCaps *all = gst_caps_from_string (wanted), *caps = NULL, *offer;
  gboolean known;

  offer = gst_ffs_upstream_get_offer (sink_pad (f), all, &known);
  fail_unless (known == (text != NULL), "%" GST_PTR_FORMAT, offer);
  if (text) {
    caps = gst_caps_from_string (text);
    fail_unless (gst_caps_is_equal (offer, caps), "%" GST_PTR_FORMAT, offer);
  }
  gst_clear_caps (&caps);
  gst_caps_unref (offer);
  gst_caps_unref (all);
  gst_object_unref (f->pipeline);
}

GST_START_TEST (offer_with_sizes_is_known)
{
  Fixture f;

  start_line (&f, "testsizedfile", NULL);
  assert_known (&f, VIDEO, SIZED);
  start_line (&f, "testopencamera", NULL);
  assert_known (&f, VIDEO, OPEN);
  start_line (&f, "testopencamera", "testconverter", NULL);
  assert_known (&f, VIDEO, OPEN);
  start_line (&f, "testopenfile", "testanyscaler", NULL);
  assert_known (&f, VIDEO, OPEN);
  /* The encoder's sizes are those of the camera, whatever its own caps are. */
  start_line (&f, "testsource", "testencoder", "testparser", NULL);
  assert_known (&f, VIDEO, "video/x-h264, width=320, height={120, 240}, "
      "framerate=[1/1, 15/1], alignment=au");
  /* Formats that cannot be sent need no size, nor does a camera's second
   * format. */
  start_line (&f, "testbothcamera", NULL);
  assert_known (&f, VIDEO, OPEN);
  start_line (&f, "testjpegfile", NULL);
  assert_known (&f, "video/x-raw", "image/jpeg, framerate=10/1");
  /* A profile that takes any caps needs no sizes. */
  start_line (&f, "testanysource", NULL);
  assert_known (&f, "ANY", "ANY");
}

GST_END_TEST;

GST_START_TEST (offer_without_sizes_is_unknown)
{
  Fixture f;

  start_line (&f, "testanysource", NULL);
  assert_known (&f, VIDEO, NULL);
  start_line (&f, "testopenfile", NULL);
  assert_known (&f, VIDEO, NULL);
  start_line (&f, "testjpegfile", NULL);
  assert_known (&f, VIDEO, NULL);
  start_line (&f, "testopenfile", "testconverter", NULL);
  assert_known (&f, VIDEO, NULL);
  start_line (&f, "testanysource", "testparser", NULL);
  assert_known (&f, VIDEO, NULL);
  /* The converter is not linked to a source yet. */
  start_line (&f, "testconverter", NULL);
  assert_known (&f, VIDEO, NULL);
}

GST_END_TEST;

static void
assert_offer_for (Fixture * f, const gchar * text, const gchar * wanted)
{
  GstCaps *caps = gst_caps_from_string (text), *all;
  GstCaps *offer = gst_ffs_upstream_get_offer_for (sink_pad (f), caps);

  all = gst_caps_from_string (wanted);
  fail_unless (gst_caps_is_strictly_equal (offer, all), "%" GST_PTR_FORMAT,
      offer);
  gst_caps_unref (caps);
  gst_caps_unref (offer);
  gst_caps_unref (all);
  gst_object_unref (f->pipeline);
}

/* The offer is the received caps, and others with a known size. */
GST_START_TEST (received_caps_lead_the_offer)
{
  Fixture f;

  start_line (&f, "testanysource", NULL);
  assert_offer_for (&f, SIZED, SIZED);
  start_line (&f, "testopenfile", "testconverter", NULL);
  assert_offer_for (&f, SIZED, SIZED);
  start_line (&f, "testsizedfile", NULL);
  assert_offer_for (&f, "image/jpeg, width=8, height=8",
      "image/jpeg, width=8, height=8; " SIZED);
  start_line (&f, "testopenfile", "testanyscaler", NULL);
  assert_offer_for (&f, "image/jpeg, width=8, height=8",
      "image/jpeg, width=8, height=8; " OPEN);
}

GST_END_TEST;

static gboolean
no_latency (GstPad * pad, GstObject * parent, GstQuery * query)
{
  return GST_QUERY_TYPE (query) != GST_QUERY_LATENCY
      && gst_pad_query_default (pad, parent, query);
}

/* A camera without a frame rate does not answer a latency query at first. */
GST_START_TEST (live_source_is_found_without_latency_answer)
{
  GstPad *pad;
  Fixture f;
  guint i;

  for (i = 0; i < 4; i++) {
    f.pipeline = gst_parse_launch (i % 2 ? "fakesrc name=s is-live=true "
        "! identity ! testsink name=t" : "fakesrc name=s ! identity "
        "! testsink name=t", NULL);
    f.sink = gst_bin_get_by_name (GST_BIN (f.pipeline), "t");
    f.last = gst_bin_get_by_name (GST_BIN (f.pipeline), "s");
    pad = gst_element_get_static_pad (f.last, "src");
    if (i < 2)
      gst_pad_set_query_function (pad, no_latency);
    fail_unless_equals_int (gst_ffs_upstream_is_live (sink_pad (&f)), i % 2);
    gst_object_unref (pad);
    gst_object_unref (f.last);
    gst_object_unref (f.sink);
    gst_object_unref (f.pipeline);
  }
}

GST_END_TEST;

GST_START_TEST (raw_offer_is_the_source_caps)
{
  Fixture f;

  start (&f, NULL);
  assert_offer (&f, RAW);
  gst_object_unref (f.pipeline);
}

GST_END_TEST;

GST_START_TEST (encoder_offer_has_the_source_sizes)
{
  Fixture f;

  start (&f, "testencoder");
  assert_offer (&f, "video/x-h264, width=320, height={120, 240}, "
      "framerate=[1/1, 15/1], alignment=au");
  gst_object_unref (f.pipeline);
}

GST_END_TEST;

/* The encoder does not keep the size of the source. */
GST_START_TEST (scaling_encoder_offer_has_its_own_size)
{
  Fixture f;

  start (&f, "testscaler");
  assert_offer (&f, "image/jpeg, width=1920, height=1080");
  gst_object_unref (f.pipeline);
}

GST_END_TEST;

static gboolean
is_first (GstElement * element G_GNUC_UNUSED, GstPad * pad,
    gpointer user_data G_GNUC_UNUSED)
{
  return pad == NULL;
}

static gboolean
is_none (GstElement * element G_GNUC_UNUSED, GstPad * pad G_GNUC_UNUSED,
    gpointer user_data)
{
  ++*(guint *) user_data;
  return FALSE;
}

GST_START_TEST (find_walks_up_to_the_source)
{
  GstElement *found;
  guint n = 0;
  Fixture f;

  start (&f, "testencoder");
  found = gst_ffs_upstream_find (sink_pad (&f), is_first, NULL);
  fail_unless (found != NULL);
  fail_unless_equals_string (GST_OBJECT_NAME (found), "source");
  gst_object_unref (found);

  fail_unless (gst_ffs_upstream_find (sink_pad (&f), is_none, &n) == NULL);
  fail_unless_equals_int (n, 2);

  gst_element_unlink (f.last, f.sink);
  fail_unless (gst_ffs_upstream_find (sink_pad (&f), is_first, NULL) == NULL);
  gst_object_unref (f.pipeline);
}

GST_END_TEST;

static void
setup (void)
{
  GstPlugin *core = gst_plugin_load_file (CORE_ELEMENTS, NULL);

  fail_unless (core != NULL);
  gst_object_unref (core);
  gst_element_register (NULL, "testsink", GST_RANK_NONE, test_sink_get_type ());
  gst_element_register (NULL, "testsource", GST_RANK_NONE,
      test_source_get_type ());
  gst_element_register (NULL, "testencoder", GST_RANK_NONE,
      test_encoder_get_type ());
  gst_element_register (NULL, "testscaler", GST_RANK_NONE,
      test_scaler_get_type ());
  gst_element_register (NULL, "testsizedfile", GST_RANK_NONE,
      test_sized_file_get_type ());
  gst_element_register (NULL, "testopenfile", GST_RANK_NONE,
      test_open_file_get_type ());
  gst_element_register (NULL, "testjpegfile", GST_RANK_NONE,
      test_jpeg_file_get_type ());
  gst_element_register (NULL, "testanysource", GST_RANK_NONE,
      test_any_source_get_type ());
  gst_element_register (NULL, "testopencamera", GST_RANK_NONE,
      test_open_camera_get_type ());
  gst_element_register (NULL, "testbothcamera", GST_RANK_NONE,
      test_both_camera_get_type ());
  gst_element_register (NULL, "testparser", GST_RANK_NONE,
      test_parser_get_type ());
  gst_element_register (NULL, "testconverter", GST_RANK_NONE,
      test_converter_get_type ());
  gst_element_register (NULL, "testanyscaler", GST_RANK_NONE,
      test_any_scaler_get_type ());
}

static Suite *
upstream_suite (void)
{
  Suite *s = suite_create ("upstream");
  TCase *tc = tcase_create ("upstream");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, raw_offer_is_the_source_caps);
  tcase_add_test (tc, encoder_offer_has_the_source_sizes);
  tcase_add_test (tc, scaling_encoder_offer_has_its_own_size);
  tcase_add_test (tc, find_walks_up_to_the_source);
  tcase_add_test (tc, live_source_is_found_without_latency_answer);
  tcase_add_test (tc, offer_with_sizes_is_known);
  tcase_add_test (tc, offer_without_sizes_is_unknown);
  tcase_add_test (tc, received_caps_lead_the_offer);
  return s;
}

GST_CHECK_MAIN (upstream);
