/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "profilehost.h"

void
profile_start (GstFfsProfile * profile, const gchar * offer,
    const gchar * directory)
{
  GstCaps *caps = gst_caps_from_string (offer);

  fail_unless (gst_ffs_profile_set_offer (profile, caps));
  gst_caps_unref (caps);
  fail_unless_equals_int (gst_ffs_profile_start (profile, directory, NULL), 0);
}

void
profile_end (GstFfsProfile * profile)
{
  gst_ffs_profile_set_enabled (profile, FALSE);
  gst_ffs_profile_stop (profile);
  ASSERT_OBJECT_REFCOUNT (profile, "profile", 1);
  gst_object_unref (profile);
}

gboolean
profile_request (GstFfsProfile * profile, guint8 type, guint8 request,
    guint16 value, guint16 index, gconstpointer data, guint16 length,
    GByteArray * reply)
{
  GstFfsSetup setup = { type, request, value, index, length };
  /* An exact copy, so that valgrind and ASan detect reads beyond it. */
  g_autofree guint8 *copy = data ? g_memdup2 (data, length) : NULL;

  g_byte_array_set_size (reply, 0);
  if (data && !gst_ffs_profile_accept (profile, &setup))
    return FALSE;
  return gst_ffs_profile_control (profile, &setup, copy, reply);
}

void
profile_set_caps (GstFfsProfile * profile, const gchar * text, gboolean ok)
{
  GstCaps *caps = gst_caps_from_string (text);

  fail_unless_equals_int (gst_ffs_profile_set_caps (profile, caps), ok);
  gst_caps_unref (caps);
}

void
profile_assert_caps (GstFfsProfile * profile, const gchar * text)
{
  GstCaps *caps = gst_ffs_profile_get_caps (profile);
  GstCaps *wanted = gst_caps_from_string (text);

  fail_unless (gst_caps_is_equal (caps, wanted), "%" GST_PTR_FORMAT, caps);
  gst_caps_unref (caps);
  gst_caps_unref (wanted);
}
