/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The USB3 Vision class with its control endpoints, which are FIFOs here, and
 * what the events of ep0 do to it.
 */

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <sys/stat.h>

#include "function/u3v/gstffsu3vprofile.h"

static guint n_started;
static guint n_stopped;

static void
count (gboolean streaming, gpointer user_data G_GNUC_UNUSED)
{
  if (streaming)
    n_started++;
  else
    n_stopped++;
}

/* SET_INTERFACE disables all endpoints for a moment, and ends no stream. */
GST_START_TEST (set_interface_keeps_the_stream)
{
  const GstFfsIdentity identity = { 0x1209, 1, "Maker", "Camera", "cam" };
  g_autofree gchar *directory = g_dir_make_tmp ("u3v-XXXXXX", NULL);
  g_autofree gchar *in = g_build_filename (directory, "ep1", NULL);
  g_autofree gchar *out = g_build_filename (directory, "ep2", NULL);
  GstPad *pad = gst_pad_new ("sink", GST_PAD_SINK);
  GstFfsProfile *profile;
  GstCaps *offer;

  fail_unless_equals_int (mkfifo (in, 0600), 0);
  fail_unless_equals_int (mkfifo (out, 0600), 0);
  gst_object_ref_sink (pad);
  profile = gst_ffs_u3v_profile_new (&identity, pad);
  gst_ffs_profile_set_funcs (profile, count, NULL, NULL, NULL);
  offer = gst_caps_from_string ("video/x-raw,format=GRAY8,width=640,"
      "height=480,framerate=30/1");
  fail_unless (gst_ffs_profile_set_offer (profile, offer));
  gst_caps_unref (offer);
  fail_unless_equals_int (gst_ffs_profile_start (profile, directory, NULL), 0);

  gst_ffs_profile_set_enabled (profile, TRUE);
  gst_ffs_profile_restart (profile);
  fail_unless_equals_int (n_started, 0);

  /* The control channel does that when the host says so. */
  gst_ffs_profile_set_streaming (profile, TRUE);
  gst_ffs_profile_restart (profile);
  fail_unless (gst_ffs_profile_is_streaming (profile));
  fail_unless_equals_int (n_stopped, 1);
  fail_unless_equals_int (n_started, 2);

  gst_ffs_profile_set_streaming (profile, FALSE);
  gst_ffs_profile_set_enabled (profile, FALSE);
  gst_ffs_profile_stop (profile);
  gst_object_unref (profile);
  gst_object_unref (pad);
  g_unlink (in);
  g_unlink (out);
  g_rmdir (directory);
}

GST_END_TEST;

static Suite *
u3v_profile_suite (void)
{
  Suite *s = suite_create ("u3v-profile");
  TCase *tc = tcase_create ("u3v-profile");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, set_interface_keeps_the_stream);
  return s;
}

GST_CHECK_MAIN (u3v_profile);
