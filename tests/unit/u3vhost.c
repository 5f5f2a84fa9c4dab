/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "function/u3v/gstffsu3vprofile.h"
#include "u3vhost.h"

void
u3v_host_start (U3vHost * host, const GstFfsApplication * application,
    GstFfsStreamingFunc func)
{
  const GstFfsIdentity identity = { 0x1209, 1, "Maker", "Camera", "cam" };

  host->directory = g_dir_make_tmp ("u3v-XXXXXX", NULL);
  host->in = g_build_filename (host->directory, "ep1", NULL);
  host->out = g_build_filename (host->directory, "ep2", NULL);
  fail_unless_equals_int (mkfifo (host->in, 0600), 0);
  fail_unless_equals_int (mkfifo (host->out, 0600), 0);
  host->pad = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));
  host->profile = gst_ffs_u3v_profile_new (&identity, host->pad);
  gst_ffs_profile_set_funcs (host->profile, func, NULL, NULL, NULL);
  gst_ffs_profile_set_application (host->profile, application);
  profile_start (host->profile, "video/x-raw,format=GRAY8,width=640,"
      "height=480,framerate=30/1", host->directory);
}

void
u3v_host_end (U3vHost * host)
{
  profile_end (host->profile);
  gst_object_unref (host->pad);
  g_unlink (host->in);
  g_unlink (host->out);
  g_rmdir (host->directory);
  g_free (host->in);
  g_free (host->out);
  g_free (host->directory);
}
