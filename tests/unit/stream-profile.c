/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Control requests of the stream profile, also those that no honest host
 * makes.
 */

#include <string.h>

#include "streamhost.h"
#include "function/stream/gstffsstreamcaps.h"
#include "function/stream/gstffsstreamcontrol.h"

static void
assert_text (GstFfsProfile * profile, guint8 code, const gchar * caps)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  g_autofree gchar *text = NULL;
  GstCaps *got, *wanted;

  fail_unless (stream_ask (profile, code, 0, reply));
  text = g_strndup ((gchar *) reply->data, reply->len);
  got = gst_caps_from_string (text);
  wanted = gst_caps_from_string (caps);
  fail_unless (got && gst_caps_is_equal (got, wanted), "%s", text);
  gst_caps_unref (got);
  gst_caps_unref (wanted);
}

GST_START_TEST (descriptors_ask_for_winusb)
{
  GstFfsProfile *profile = stream_profile_new (NULL, STREAM_OFFER);
  const GstFfsFunctionDesc *desc = gst_ffs_profile_describe (profile);

  fail_unless_equals_int (desc->device_class[0], 0);
  fail_unless_equals_int (desc->n_interfaces, 1);
  fail_unless_equals_int (desc->interfaces[0].klass, 0xff);
  fail_unless_equals_string (desc->interfaces[0].endpoints, "i");
  fail_unless_equals_string (desc->compatible_id, "WINUSB");
  fail_unless_equals_int (strlen (desc->interface_guid), 38);
  profile_end (profile);
}

GST_END_TEST;

GST_START_TEST (info_answers_only_exact_requests)
{
  static const guint8 wanted[16] = {
    'F', 'F', 'S', 'F', 0x00, 0x01, 96, 0, 0x00, 0x10, 0, 0, 0, 0, 0, 0
  };
  GstFfsProfile *profile = stream_profile_new (NULL, STREAM_OFFER);
  GByteArray *reply = g_byte_array_new ();

  fail_unless (stream_ask (profile, 0x01, 0, reply));
  fail_unless_equals_int (reply->len, 16);
  fail_unless (memcmp (reply->data, wanted, 16) == 0);
  fail_if (stream_ask (profile, 0x01, 1, reply));
  fail_if (profile_request (profile, 0x41, 0x01, 0, 0, NULL, 0, reply));
  fail_if (profile_request (profile, 0xc1, 0x01, 0, 0x100, NULL, 16, reply));
  fail_if (profile_request (profile, 0xc0, 0x01, 0, 0, NULL, 16, reply));
  fail_if (profile_request (profile, 0xa1, 0x01, 0, 0, NULL, 16, reply));
  g_byte_array_unref (reply);
  profile_end (profile);
}

GST_END_TEST;

GST_START_TEST (caps_are_read_in_parts)
{
  GstFfsProfile *profile = stream_profile_new (NULL, STREAM_OFFER);
  GByteArray *reply = g_byte_array_new ();
  guint length = stream_state (profile, 12);

  assert_text (profile, 0x03, STREAM_OFFER);
  assert_text (profile, 0x04, STREAM_OFFER);
  fail_if (stream_ask (profile, 0x05, 0, reply));
  fail_unless_equals_int (stream_state (profile, 20), 0);

  fail_unless (stream_ask (profile, 0x03, 0, reply));
  fail_unless_equals_int (reply->len, length);
  fail_unless (stream_ask (profile, 0x03, length - 1, reply));
  fail_unless_equals_int (reply->len, 1);
  fail_if (stream_ask (profile, 0x03, length, reply));
  fail_if (stream_ask (profile, 0x03, 0xffff, reply));

  profile_set_caps (profile, "video/x-raw(memory:DMABuf),format=NV12,width=16,"
      "height=16,framerate=5/1", TRUE);
  assert_text (profile, 0x05, "video/x-raw,format=NV12,width=16,height=16,"
      "framerate=5/1");
  g_byte_array_unref (reply);
  profile_end (profile);
}

GST_END_TEST;

GST_START_TEST (selection_narrows_the_offer)
{
  GstFfsProfile *profile = stream_profile_new (NULL, STREAM_OFFER);
  GstCaps *caps, *dmabuf;

  fail_unless (stream_tell (profile, 0x06,
          "video/x-raw,format=NV12,width=320"));
  assert_text (profile, 0x04,
      "video/x-raw,format=NV12,width=320,"
      "height=[16,1080],framerate=[0/1,60/1]");
  caps = gst_ffs_profile_get_caps (profile);
  dmabuf = gst_caps_from_string ("video/x-raw(memory:DMABuf),format=NV12,"
      "width=320,height=240,framerate=5/1");
  fail_unless (gst_caps_can_intersect (caps, dmabuf));
  gst_caps_unref (dmabuf);
  gst_caps_unref (caps);

  profile_set_caps (profile, "video/x-raw(memory:DMABuf),format=NV12,width=320,"
      "height=240,framerate=5/1", TRUE);
  profile_set_caps (profile, "video/x-raw,format=YUY2,width=320,height=240,"
      "framerate=5/1", FALSE);

  /* Caps that are not on offer; the selection stays. */
  fail_if (stream_tell (profile, 0x06, "video/x-raw,format=RGB"));
  fail_unless_equals_int (stream_state (profile, 48), 2);
  fail_if (stream_tell (profile, 0x06, "image/jpeg"));
  fail_unless_equals_int (stream_state (profile, 16),
      strlen ("video/x-raw, format=(string)NV12, width=(int)320, "
          "height=(int)[ 16, 1080 ], framerate=(fraction)[ 0/1, 60/1 ]"));

  fail_unless (stream_tell (profile, 0x06, "video/x-h264, "
          "stream-format=(string)byte-stream"));
  fail_unless (stream_tell (profile, 0x06, "video/x-raw(memory:DMABuf),"
          "format={ (string)NV12, YUY2 }; video/x-h264"));
  fail_unless (stream_tell (profile, 0x06, "video/x-raw , width = (int) { 32, "
          "(int) 64 },framerate=[ 1/1, 30 ], format=\"NV\\12\";"));
  assert_text (profile, 0x04, "video/x-raw,format=NV12,width={ 32, "
      "64 },height=[16,1080],framerate=[1/1,30/1]");
  /* gst_caps_simplify() would complain about these. */
  fail_unless (stream_tell (profile, 0x06, "video/x-raw,a={1,2},b={4,2};"
          "video/x-raw,a=b,b={2,2};video/x-raw,a=1/2,b=[1,9]"));
  /* The offer itself is a valid selection. */
  fail_unless (stream_tell (profile, 0x06, STREAM_OFFER));
  assert_text (profile, 0x04, STREAM_OFFER);
  fail_unless (stream_tell (profile, 0x06, "video/x-h264"));
  fail_unless (stream_tell (profile, 0x06, NULL));
  assert_text (profile, 0x04, STREAM_OFFER);

  /* The next host starts with the whole offer. */
  fail_unless (stream_tell (profile, 0x06, "video/x-h264"));
  gst_ffs_profile_set_enabled (profile, FALSE);
  gst_ffs_profile_set_enabled (profile, TRUE);
  assert_text (profile, 0x04, STREAM_OFFER);
  profile_end (profile);
}

GST_END_TEST;

GST_START_TEST (hostile_caps_are_refused)
{
  static const gchar *const texts[] = {
    " ", "ANY", "EMPTY", "NONE", ",", ";", ";;;;", "video",
    "video/x-raw,format", "video/x-raw,format=", "video/x-raw,format=(",
    "video/x-raw,format=(string", "video/x-raw,format=\"NV12",
    "video/x-raw,format=\"NV12\\", "video/x-raw,width={", "video/x-raw,width=}",
    "video/x-raw,width=[1,2", "video/x-raw,width=[2,1]",
    "video/x-raw,width=(GstElement)0", "video/x-raw,width=(GstCaps)ANY",
    "video/x-raw,format=(structure)\"a,b=(structure)c\"",
    "video/x-raw,width=(buffer)00112233", "video/x-raw,width=(gpointer)1",
    "video/x-raw,width={{1}}", "video/x-raw,width={1,{2}}",
    "video/x-raw(memory:", "video/x-raw()(", "video/x-raw,width={}",
    "video/x-raw,width={1,[2,3]}",
    "video/x-raw(a(b)),width=1", "\xff\xfe\xfd", "video/x-raw,width=\xc3\x28",
    "video/x-raw,width=[16,1920,0]", "video/x-raw,width=[16,1920,7]",
    "video/x-raw,width=[-2147483648,2147483647,-1]",
    "video/x-raw,format=[a,b]", "video/x-raw,width=[1/2,5]",
    "video/x-raw,framerate=[60/1,0/1]", "video/x-raw,framerate=-2147483648/2",
    "video/x-raw,width=(double)1e999", "video/x-raw,a(b=1", "a/b;c/d;/",
    "video/x-raw,width=16 17", "video/x-raw,width=16}", "\"video/x-raw\"",
    "video/x-raw,framerate=1/0", "video/x-raw,framerate=0/0",
    "video/x-raw,width=99999999999999999999", "video/x-raw,width=$(reboot)",
    "video/x-raw,taglist=(taglist)\"x\"", "video/x-raw,width={1,a}",
    "video/x-raw,%s%s%s%n",
    "video/x-!raw", "video/x-raw-yuv", "audio/x-raw-int",
  };
  GstFfsProfile *profile = stream_profile_new (NULL, STREAM_OFFER);
  GByteArray *reply = g_byte_array_new ();
  gchar *huge;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    fail_if (stream_tell (profile, 0x06, texts[i]), "taken: %s", texts[i]);
  fail_unless_equals_int (stream_state (profile, 48), 1);

  fail_if (profile_request (profile, 0x41, 0x06, 0, 0, "video/x-raw\0,", 13,
          reply));
  fail_if (profile_request (profile, 0x41, 0x06, 1, 0, "video/x-raw", 11,
          reply));
  fail_if (profile_request (profile, 0x41, 0x06, 0, 0, NULL, 11, reply));

  huge = g_strnfill (65535, '{');
  fail_if (profile_request (profile, 0x41, 0x06, 0, 0, huge, 65535, reply));
  fail_if (profile_request (profile, 0x41, 0x06, 0, 0, huge, 4096, reply));
  memset (huge, ' ', 65535);
  memcpy (huge, "video/x-raw", 11);
  fail_unless (profile_request (profile, 0x41, 0x06, 0, 0, huge, 4096, reply));
  fail_unless_equals_int (stream_state (profile, 48), 0);
  fail_if (profile_request (profile, 0x41, 0x06, 0, 0, huge, 4097, reply));
  for (i = 0; i < 4095; i++)
    huge[i] = i % 2 ? ';' : 'a';
  fail_if (profile_request (profile, 0x41, 0x06, 0, 0, huge, 4096, reply));
  g_free (huge);
  g_byte_array_unref (reply);
  profile_end (profile);
}

GST_END_TEST;

/* Before GStreamer 1.26 names in caps are never freed. */
GST_START_TEST (names_of_a_host_are_bounded)
{
  GstFfsProfile *profile = stream_profile_new (NULL, "ANY");
  guint i, n_kept = 0;
  gchar text[64];

  fail_unless (stream_tell (profile, 0x06, "video/x-raw,width=64"));
  for (i = 0; i < 1000; i++) {
    g_snprintf (text, sizeof (text), "video/name-of-a-host-%u,field-%u=1", i,
        i);
    stream_tell (profile, 0x06, text);
    *strchr (text, ',') = '\0';
    n_kept += g_quark_try_string (text) != 0;
    g_snprintf (text, sizeof (text), "field-%u", i);
    n_kept += g_quark_try_string (text) != 0;
  }
#if GST_CHECK_VERSION (1, 26, 0)
  fail_unless_equals_int (n_kept, 0);
#else
  fail_unless (n_kept > 0 && n_kept <= 256, "%u names", n_kept);
#endif
  fail_unless (stream_tell (profile, 0x06, "video/x-raw,width=64"));
  profile_end (profile);
}

GST_END_TEST;

GST_START_TEST (unknown_requests_are_stalled)
{
  GstFfsProfile *profile = stream_profile_new (NULL, STREAM_OFFER);
  GByteArray *reply = g_byte_array_new ();
  guint8 data[64] = { 0, };
  guint type, code, length;

  /* Codes and lengths that are not in the protocol. */
  for (code = 0; code < 256; code++) {
    for (length = 0; length < 64; length++) {
      gboolean out = ((code == 0x06 || code == 0x07 || code == 0x08)
          && length == 0);
      gboolean in = code >= 1 && code <= 4;

      fail_unless_equals_int (profile_request (profile, 0x41, code, 0, 0,
              length ? data : NULL, length, reply), out);
      fail_unless_equals_int (profile_request (profile, 0xc1, code, 0, 0, NULL,
              length, reply), in);
    }
    for (type = 0; type < 256; type++) {
      if (type != 0x41 && type != 0xc1)
        fail_if (profile_request (profile, type, code, 0, 0,
                type & 0x80 ? NULL : data, 4, reply));
    }
  }
  g_byte_array_unref (reply);
  profile_end (profile);
}

GST_END_TEST;

GST_START_TEST (start_restarts_a_running_stream)
{
  GstFfsProfile *profile = stream_profile_new (NULL, STREAM_OFFER);

  fail_unless_equals_int (stream_state (profile, 0), 0);
  fail_unless (stream_tell (profile, 0x08, NULL));
  fail_unless_equals_int (stream_n_stopped, 0);
  fail_unless (stream_tell (profile, 0x07, NULL));
  fail_unless_equals_int (stream_n_started, 1);
  fail_unless_equals_int (stream_state (profile, 0), 1);
  fail_unless_equals_int (stream_state (profile, 4), 1);
  fail_if (stream_tell (profile, 0x06, "video/x-h264"));
  fail_unless_equals_int (stream_state (profile, 48), 3);
  fail_if (stream_tell (profile, 0x06, NULL));

  /* A second start begins a new stream. */
  fail_unless (stream_tell (profile, 0x07, NULL));
  fail_unless_equals_int (stream_n_stopped, 1);
  fail_unless_equals_int (stream_n_started, 2);
  fail_unless_equals_int (stream_state (profile, 4), 2);
  fail_unless (stream_tell (profile, 0x08, NULL));
  fail_unless_equals_int (stream_n_stopped, 2);
  fail_unless_equals_int (stream_state (profile, 0), 0);

  /* The host sets an alternate setting. */
  gst_ffs_profile_restart (profile);
  fail_unless_equals_int (stream_n_started, 2);
  fail_unless (stream_tell (profile, 0x07, NULL));
  fail_unless (stream_tell (profile, 0x07, NULL));
  gst_ffs_profile_restart (profile);
  fail_unless_equals_int (stream_state (profile, 0), 1);
  fail_unless_equals_int (stream_state (profile, 4), 5);
  fail_unless_equals_int (stream_n_stopped, 4);
  fail_unless_equals_int (stream_n_started, 5);
  fail_unless (stream_tell (profile, 0x08, NULL));
  stream_n_started = 2;
  stream_n_stopped = 2;

  fail_unless (stream_tell (profile, 0x07, NULL));
  gst_ffs_profile_set_enabled (profile, FALSE);
  fail_unless_equals_int (stream_n_stopped, 3);
  fail_if (stream_tell (profile, 0x07, NULL));
  fail_unless_equals_int (stream_n_started, 3);
  gst_ffs_profile_set_enabled (profile, TRUE);
  profile_end (profile);
}

GST_END_TEST;

GST_START_TEST (long_offer_is_cut_between_structures)
{
  GstFfsProfile *profile = stream_profile_new (NULL, "ANY");
  GString *many = g_string_new (NULL);
  GByteArray *reply = g_byte_array_new ();
  GstCaps *caps;
  guint i;

  assert_text (profile, 0x03, "ANY");
  fail_unless (stream_tell (profile, 0x06, "image/jpeg,width=640"));
  assert_text (profile, 0x04, "image/jpeg,width=640");
  profile_end (profile);

  /* More than fits is cut between structures. */
  for (i = 0; i < 2000; i++)
    g_string_append_printf (many, "%svideo/x-a%u,width=%u,height=%u",
        i ? ";" : "", i, i + 16, i + 32);
  profile = stream_profile_new (NULL, many->str);
  i = stream_state (profile, 12);
  fail_unless (i <= 65535 && i > 60000);
  for (i = 0; i < 65535 && stream_ask (profile, 0x03, i, reply); i += 4096);
  fail_unless (stream_tell (profile, 0x06, "video/x-a1999"));
  profile_end (profile);
  g_string_free (many, TRUE);
  g_byte_array_unref (reply);

  profile = gst_ffs_stream_profile_new (NULL);
  caps = gst_caps_new_empty ();
  fail_if (gst_ffs_profile_set_offer (profile, caps));
  gst_caps_unref (caps);
  gst_object_unref (profile);
}

GST_END_TEST;

static gint brightness;

static GstPadProbeReturn
on_control (GstPad * pad G_GNUC_UNUSED, GstPadProbeInfo * info,
    gpointer user_data G_GNUC_UNUSED)
{
  GstStructure *s;
  guint id;

  if (info->type & GST_PAD_PROBE_TYPE_QUERY_BOTH)
    s = gst_query_writable_structure (GST_PAD_PROBE_INFO_QUERY (info));
  else
    s = (GstStructure *)
        gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info));
  if (!s || !gst_structure_has_name (s, GST_FFS_STREAM_CONTROL_STRUCTURE)
      || !gst_structure_get_uint (s, "id", &id) || id != 3)
    return GST_PAD_PROBE_OK;
  if (info->type & GST_PAD_PROBE_TYPE_QUERY_BOTH) {
    gst_structure_set (s, "value", G_TYPE_INT, brightness, NULL);
    return GST_PAD_PROBE_HANDLED;
  }
  gst_structure_get_int (s, "value", &brightness);
  gst_event_unref (GST_PAD_PROBE_INFO_EVENT (info));
  return GST_PAD_PROBE_HANDLED;
}

GST_START_TEST (controls_reach_upstream)
{
  GstPad *src = gst_pad_new ("src", GST_PAD_SRC);
  GstPad *sink = gst_pad_new ("sink", GST_PAD_SINK);
  GByteArray *reply = g_byte_array_new ();
  GstFfsProfile *profile = stream_profile_new (NULL, STREAM_OFFER);
  guint8 data[4] = { 0xfe, 0xff, 0xff, 0xff };

  fail_if (profile_request (profile, 0x41, 0x11, 3, 0, data, 4, reply));
  profile_end (profile);

  gst_pad_link (src, sink);
  gst_pad_set_active (src, TRUE);
  gst_pad_set_active (sink, TRUE);
  gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM |
      GST_PAD_PROBE_TYPE_QUERY_UPSTREAM | GST_PAD_PROBE_TYPE_PUSH, on_control,
      NULL, NULL);
  profile = stream_profile_new (sink, STREAM_OFFER);
  fail_unless (profile_request (profile, 0x41, 0x11, 3, 0, data, 4, reply));
  fail_unless_equals_int (brightness, -2);
  fail_unless (profile_request (profile, 0xc1, 0x10, 3, 0, NULL, 4, reply));
  fail_unless_equals_int (reply->len, 4);
  fail_unless (memcmp (reply->data, data, 4) == 0);
  fail_if (profile_request (profile, 0xc1, 0x10, 3, 0, NULL, 3, reply));
  fail_if (profile_request (profile, 0x41, 0x11, 3, 0, data, 3, reply));
  fail_unless_equals_int (stream_state (profile, 48), 1);
  fail_if (profile_request (profile, 0x41, 0x11, 4, 0, data, 4, reply));
  fail_unless_equals_int (stream_state (profile, 48), 4);
  fail_if (profile_request (profile, 0xc1, 0x10, 4, 0, NULL, 4, reply));
  profile_end (profile);
  gst_object_unref (src);
  gst_object_unref (sink);
  g_byte_array_unref (reply);
}

GST_END_TEST;

static Suite *
stream_profile_suite (void)
{
  Suite *s = suite_create ("stream-profile");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, descriptors_ask_for_winusb);
  tcase_add_test (tc, info_answers_only_exact_requests);
  tcase_add_test (tc, caps_are_read_in_parts);
  tcase_add_test (tc, selection_narrows_the_offer);
  tcase_add_test (tc, hostile_caps_are_refused);
  tcase_add_test (tc, names_of_a_host_are_bounded);
  tcase_add_test (tc, unknown_requests_are_stalled);
  tcase_add_test (tc, start_restarts_a_running_stream);
  tcase_add_test (tc, long_offer_is_cut_between_structures);
  tcase_add_test (tc, controls_reach_upstream);
  return s;
}

GST_CHECK_MAIN (stream_profile);
