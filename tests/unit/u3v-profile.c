/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The USB3 Vision profile and the events of ep0.
 */

#include "u3vhost.h"

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

/* SET_INTERFACE disables all endpoints for a moment, but the stream goes
 * on. */
GST_START_TEST (set_interface_keeps_the_stream)
{
  GstFfsProfile *profile;
  U3vHost host;

  u3v_host_start (&host, NULL, count);
  profile = host.profile;
  gst_ffs_profile_set_enabled (profile, TRUE);
  gst_ffs_profile_restart (profile);
  fail_unless_equals_int (n_started, 0);

  /* The control channel calls this when the host starts the acquisition. */
  gst_ffs_profile_set_streaming (profile, TRUE);
  gst_ffs_profile_restart (profile);
  fail_unless (gst_ffs_profile_is_streaming (profile));
  fail_unless_equals_int (n_stopped, 1);
  fail_unless_equals_int (n_started, 2);

  gst_ffs_profile_set_streaming (profile, FALSE);
  u3v_host_end (&host);
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
