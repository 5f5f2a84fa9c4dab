/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A camera whose offer depends on what upstream sends, and the errors if no
 * offer can be made of that. No test gets as far as configfs.
 */

#include "harness.h"
#include "sink/gstffsdmabufsink.h"

#define LONG "0123456789012345678901234567890123456789012345678901234567890" \
    "1234567890123456789012345678901234567890123456789012345678901234567"

typedef struct
{
  GstPad *src;
  GstElement *sink;
  GstBus *bus;
} Fixture;

/* @caps: (nullable): upstream's caps before it sends anything */
static void
start (Fixture * f, const gchar * profile, const gchar * caps)
{
  GstPadTemplate *template;
  GstCaps *offer;
  GstPad *pad;

  f->bus = gst_bus_new ();
  f->sink = g_object_new (GST_TYPE_FFS_DMABUF_SINK, "gadget", "late", NULL);
  gst_object_ref_sink (f->sink);
  gst_util_set_object_arg (G_OBJECT (f->sink), "profile", profile);
  gst_element_set_bus (f->sink, f->bus);

  offer = caps ? gst_caps_from_string (caps) : gst_caps_new_any ();
  template = gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, offer);
  gst_caps_unref (offer);
  f->src = gst_pad_new_from_template (template, "src");
  gst_object_unref (template);
  pad = gst_element_get_static_pad (f->sink, "sink");
  fail_unless_equals_int (gst_pad_link (f->src, pad), GST_PAD_LINK_OK);
  gst_object_unref (pad);
  gst_pad_set_active (f->src, TRUE);
}

static void
end (Fixture * f)
{
  gst_element_set_state (f->sink, GST_STATE_NULL);
  gst_element_set_bus (f->sink, NULL);
  gst_bus_set_flushing (f->bus, TRUE);
  gst_object_unref (f->src);
  gst_object_unref (f->sink);
  gst_object_unref (f->bus);
}

static void
assert_error (Fixture * f, GQuark domain, gint code, const gchar * text)
{
  bus_assert_message (f->bus, GST_MESSAGE_ERROR, domain, code, text);
}

/* The sink waits in PAUSED and takes these caps. */
static void
assert_waits (Fixture * f, const gchar * takes, const gchar * refuses)
{
  GstCaps *filter, *caps;
  GstPad *pad = gst_element_get_static_pad (f->sink, "sink");

  fail_unless_equals_int (gst_element_set_state (f->sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_ASYNC);
  fail_unless (gst_bus_pop_filtered (f->bus, GST_MESSAGE_ERROR) == NULL);
  filter = gst_caps_from_string (takes);
  caps = gst_pad_query_caps (pad, filter);
  fail_unless (gst_caps_is_equal (caps, filter), "%" GST_PTR_FORMAT, caps);
  gst_caps_unref (caps);
  gst_caps_unref (filter);
  filter = gst_caps_from_string (refuses);
  caps = gst_pad_query_caps (pad, filter);
  fail_unless (gst_caps_is_empty (caps), "%" GST_PTR_FORMAT, caps);
  gst_caps_unref (caps);
  gst_caps_unref (filter);
  gst_object_unref (pad);
}

/* Caps are sticky, so the return value does not tell whether they were
 * taken. */
static void
send_caps (Fixture * f, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstEvent *event = gst_event_new_caps (caps);

  gst_caps_unref (caps);
  gst_pad_push_event (f->src, gst_event_new_stream_start ("test"));
  gst_pad_push_event (f->src, event);
}

GST_START_TEST (unknown_offer_waits_in_paused)
{
  Fixture f;

  start (&f, "uvc", NULL);
  assert_waits (&f, "video/x-raw, format=YUY2, width=320, height=240; "
      "video/x-h264, stream-format=byte-stream, alignment=au",
      "video/x-raw, format=RGBA; video/x-h264, stream-format=avc");
  end (&f);
  start (&f, "u3v", NULL);
  assert_waits (&f, "video/x-raw, format=GRAY8; video/x-bayer, format=rggb",
      "video/x-raw, format=NV12; image/jpeg");
  end (&f);
}

GST_END_TEST;

/* Caps without a size cannot be offered. */
GST_START_TEST (caps_without_size_ask_for_a_parser)
{
  Fixture f;

  start (&f, "uvc", "image/jpeg, framerate=10/1");
  assert_waits (&f, "image/jpeg, width=320, height=240", "video/x-vp8");
  send_caps (&f, "image/jpeg, framerate=10/1");
  assert_error (&f, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "Put jpegparse");
  end (&f);

  start (&f, "uvc", NULL);
  assert_waits (&f, "image/jpeg", "video/x-vp8");
  send_caps (&f, "video/x-h264, stream-format=byte-stream, alignment=au");
  assert_error (&f, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "Put h264parse");
  /* The error is posted once. */
  send_caps (&f, "image/jpeg");
  fail_unless (gst_bus_pop_filtered (f.bus, GST_MESSAGE_ERROR) == NULL);
  end (&f);
}

GST_END_TEST;

GST_START_TEST (unusable_formats_are_explained)
{
  Fixture f;

  start (&f, "uvc", NULL);
  gst_element_set_state (f.sink, GST_STATE_PAUSED);
  send_caps (&f, "video/x-h264, stream-format=avc, alignment=au, "
      "width=320, height=240");
  assert_error (&f, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "byte-stream");
  end (&f);

  start (&f, "uvc", "video/x-h264, stream-format=avc, alignment=au, "
      "width=320, height=240");
  fail_unless_equals_int (gst_element_set_state (f.sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  assert_error (&f, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, "h264parse");
  end (&f);

  start (&f, "u3v", "video/x-raw, format=NV12, width=320, height=240");
  fail_unless_equals_int (gst_element_set_state (f.sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  assert_error (&f, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "videoconvert");
  end (&f);
}

GST_END_TEST;

GST_START_TEST (buffer_without_caps_is_an_error)
{
  GstSegment segment;
  Fixture f;

  start (&f, "uvc", NULL);
  gst_element_set_state (f.sink, GST_STATE_PLAYING);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (f.src, gst_event_new_stream_start ("test"));
  gst_pad_push_event (f.src, gst_event_new_segment (&segment));
  fail_unless_equals_int (gst_pad_push (f.src,
          gst_buffer_new_allocate (NULL, 10, NULL)), GST_FLOW_ERROR);
  assert_error (&f, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "without caps");
  fail_if (gst_pad_push_event (f.src, gst_event_new_eos ()));
  end (&f);
}

GST_END_TEST;

GST_START_TEST (eos_before_caps_ends_the_stream)
{
  GstMessage *msg;
  Fixture f;

  start (&f, "uvc", NULL);
  gst_element_set_state (f.sink, GST_STATE_PLAYING);
  gst_pad_push_event (f.src, gst_event_new_stream_start ("test"));
  fail_unless (gst_pad_push_event (f.src, gst_event_new_eos ()));
  msg = gst_bus_pop_filtered (f.bus, GST_MESSAGE_EOS);
  fail_unless (msg != NULL);
  gst_message_unref (msg);
  end (&f);
}

GST_END_TEST;

GST_START_TEST (long_usb_strings_are_refused)
{
  static const gchar *const names[] = { "product", "manufacturer", "serial" };
  Fixture f;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *text = g_strdup_printf ("\"%s\" has 128 bytes", names[i]);

    start (&f, "uvc", NULL);
    g_object_set (f.sink, names[i], LONG, NULL);
    fail_unless_equals_int (gst_element_set_state (f.sink, GST_STATE_PAUSED),
        GST_STATE_CHANGE_FAILURE);
    assert_error (&f, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, text);
    /* A string that is two bytes shorter fits. */
    g_object_set (f.sink, names[i], LONG + 2, NULL);
    fail_unless_equals_int (gst_element_set_state (f.sink, GST_STATE_PAUSED),
        GST_STATE_CHANGE_ASYNC);
    end (&f);
  }
}

GST_END_TEST;

static Suite *
late_caps_suite (void)
{
  Suite *s = suite_create ("late-caps");
  TCase *tc = tcase_create ("late-caps");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, unknown_offer_waits_in_paused);
  tcase_add_test (tc, caps_without_size_ask_for_a_parser);
  tcase_add_test (tc, unusable_formats_are_explained);
  tcase_add_test (tc, buffer_without_caps_is_an_error);
  tcase_add_test (tc, eos_before_caps_ends_the_stream);
  tcase_add_test (tc, long_usb_strings_are_refused);
  return s;
}

GST_CHECK_MAIN (late_caps);
