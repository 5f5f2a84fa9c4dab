/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is found against the stream: the source, through bins, and what an
 * encoder can make of what it gets.
 */

#include <gst/check/gstcheck.h>

#include "function/gstffsupstream.h"

#define RAW "video/x-raw, width=320, height={120, 240}, framerate=[1/1, 15/1]"
#define CODED "video/x-h264, width=[1, 4096], height=[1, 4096], " \
    "framerate=[0/1, 240/1], alignment=au"

/* An element of the test: pads of templates, and no work. */
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

typedef struct
{
  GstElement *pipeline;
  GstElement *last;
  GstElement *sink;
} Fixture;

/* A source, in a bin of its own, and what comes behind it, if anything. */
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
  GstCaps *offer = gst_ffs_upstream_get_offer (sink_pad (f));
  GstCaps *caps = gst_caps_from_string (wanted);

  fail_unless (gst_caps_is_equal (offer, caps), "%" GST_PTR_FORMAT, offer);
  gst_caps_unref (offer);
  gst_caps_unref (caps);
}

GST_START_TEST (test_raw)
{
  Fixture f;

  start (&f, NULL);
  assert_offer (&f, RAW);
  gst_object_unref (f.pipeline);
}

GST_END_TEST;

GST_START_TEST (test_encoded)
{
  Fixture f;

  start (&f, "testencoder");
  assert_offer (&f, "video/x-h264, width=320, height={120, 240}, "
      "framerate=[1/1, 15/1], alignment=au");
  gst_object_unref (f.pipeline);
}

GST_END_TEST;

/* Whatever it does, it does not keep the size. */
GST_START_TEST (test_encoded_otherwise)
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

GST_START_TEST (test_find)
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
  gst_element_register (NULL, "testsink", GST_RANK_NONE, test_sink_get_type ());
  gst_element_register (NULL, "testsource", GST_RANK_NONE,
      test_source_get_type ());
  gst_element_register (NULL, "testencoder", GST_RANK_NONE,
      test_encoder_get_type ());
  gst_element_register (NULL, "testscaler", GST_RANK_NONE,
      test_scaler_get_type ());
}

static Suite *
upstream_suite (void)
{
  Suite *s = suite_create ("upstream");
  TCase *tc = tcase_create ("upstream");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, test_raw);
  tcase_add_test (tc, test_encoded);
  tcase_add_test (tc, test_encoded_otherwise);
  tcase_add_test (tc, test_find);
  return s;
}

GST_CHECK_MAIN (upstream);
