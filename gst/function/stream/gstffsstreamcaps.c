/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Converts caps to and from the text of the protocol.
 *
 * Only the pipeline's caps are simplified: gst_caps_simplify() takes fields
 * of different types in two structures for a programming error, and a host may
 * send them.
 *
 * Pure functions: no state, no locks.
 */

#include <string.h>

#include "gstffsstreamcaps.h"
#include "gstffsstreamparser.h"

/* Hosts do not see caps features. */
static void
set_features (GstCaps * caps, gboolean any)
{
  guint i;

  for (i = 0; i < gst_caps_get_size (caps); i++) {
    if (any && gst_structure_has_name (gst_caps_get_structure (caps, i),
            "video/x-raw"))
      gst_caps_set_features (caps, i, gst_caps_features_new_any ());
    else
      gst_caps_set_features (caps, i, NULL);
  }
}

/**
 * gst_ffs_stream_caps_any_memory:
 * @caps: (transfer full): caps of the pipeline
 *
 * Returns: (transfer full): the same caps; raw video with any memory,
 * simplified
 */
GstCaps *
gst_ffs_stream_caps_any_memory (GstCaps * caps)
{
  if (gst_caps_is_any (caps))
    return caps;
  caps = gst_caps_make_writable (caps);
  set_features (caps, TRUE);
  return gst_caps_simplify (caps);
}

/**
 * gst_ffs_stream_caps_to_text:
 * @caps: caps
 *
 * Returns: (transfer full) (nullable): the text for a host, without trailing
 * structures that do not fit; %NULL if not even the first one fits
 */
gchar *
gst_ffs_stream_caps_to_text (GstCaps * caps)
{
  gchar *text;

  if (gst_caps_is_any (caps))
    return g_strdup ("ANY");
  caps = gst_caps_copy (caps);
  set_features (caps, FALSE);
  while (gst_caps_get_size (caps) > 0) {
    text = gst_caps_to_string (caps);
    if (strlen (text) <= GST_FFS_STREAM_MAX_TEXT) {
      gst_caps_unref (caps);
      return text;
    }
    g_free (text);
    gst_caps_remove_structure (caps, gst_caps_get_size (caps) - 1);
  }
  gst_caps_unref (caps);
  return NULL;
}

/**
 * gst_ffs_stream_caps_from_text:
 * @text: text from a host, not terminated
 * @size: size of the text
 *
 * Returns: (transfer full) (nullable): the caps, %NULL if invalid
 */
GstCaps *
gst_ffs_stream_caps_from_text (const guint8 * text, gsize size)
{
  g_autofree gchar *string = NULL;

  if (size == 0 || size > GST_FFS_STREAM_MAX_CHOICE
      || memchr (text, 0, size) != NULL)
    return NULL;
  string = g_strndup ((const gchar *) text, size);
  return gst_ffs_stream_parse_caps (string);
}

/**
 * gst_ffs_stream_caps_choose:
 * @offer: the offer, as gst_ffs_stream_caps_any_memory() returns it
 * @wanted: (transfer full): the host's caps
 *
 * Returns: (transfer full) (nullable): the intersection, raw video with any
 * memory; %NULL if empty
 */
GstCaps *
gst_ffs_stream_caps_choose (GstCaps * offer, GstCaps * wanted)
{
  GstCaps *chosen;

  wanted = gst_caps_make_writable (wanted);
  set_features (wanted, TRUE);
  chosen = gst_caps_intersect_full (wanted, offer, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (wanted);
  if (gst_caps_is_empty (chosen))
    gst_clear_caps (&chosen);
  return chosen;
}
