/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "streamhost.h"

guint stream_n_started, stream_n_stopped;

static void
on_streaming (gboolean streaming, gpointer user_data G_GNUC_UNUSED)
{
  if (streaming)
    stream_n_started++;
  else
    stream_n_stopped++;
}

GstFfsProfile *
stream_profile_new (GstPad * pad, const gchar * offer)
{
  GstFfsProfile *profile = gst_ffs_stream_profile_new (pad);

  stream_n_started = stream_n_stopped = 0;
  gst_ffs_profile_set_funcs (profile, on_streaming, NULL, NULL, NULL);
  profile_start (profile, offer, NULL);
  gst_ffs_profile_set_enabled (profile, TRUE);
  return profile;
}

gboolean
stream_ask (GstFfsProfile * profile, guint8 code, guint16 value,
    GByteArray * reply)
{
  return profile_request (profile, 0xc1, code, value, 0, NULL, 4096, reply);
}

guint32
stream_ask_word (GstFfsProfile * profile, guint8 code, guint offset)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();

  fail_unless (stream_ask (profile, code, 0, reply));
  fail_unless (reply->len >= offset + 4);
  return gst_ffs_get_u32 (reply->data + offset);
}

guint32
stream_state (GstFfsProfile * profile, guint offset)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();

  fail_unless (stream_ask (profile, 0x02, 0, reply));
  fail_unless_equals_int (reply->len, 56);
  return gst_ffs_get_u32 (reply->data + offset);
}

gboolean
stream_tell (GstFfsProfile * profile, guint8 code, const gchar * text)
{
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  gboolean ok = profile_request (profile, 0x41, code, 0, 0, text,
      text ? strlen (text) : 0, reply);

  fail_unless_equals_int (reply->len, 0);
  return ok;
}
