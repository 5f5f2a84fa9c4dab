/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is upstream of a pad: its elements against the stream, along the first
 * sink pad of each, and what can come from there.
 *
 * No state, no locks.
 */

#include "gstffsupstream.h"

/* Longer than any sane pipeline; loops cannot happen, but bins can lie. */
#define MAX_STEPS 64

/* What an encoder keeps of the video that it encodes. */
static const gchar *const kept[] = { "width", "height", "framerate" };

/* The pad that data for @pad comes from, across the walls of bins. */
static GstPad *
get_origin (GstPad * pad)
{
  GstPad *peer = gst_pad_get_peer (pad);
  guint i;

  for (i = 0; peer && i < MAX_STEPS; i++) {
    GstProxyPad *other;
    GstPad *next;

    if (!GST_IS_PROXY_PAD (peer))
      break;
    /* One side of a bin's pad; the other one is linked further. */
    other = gst_proxy_pad_get_internal (GST_PROXY_PAD (peer));
    next = other ? gst_pad_get_peer (GST_PAD (other)) : NULL;
    gst_clear_object (&other);
    gst_object_unref (peer);
    peer = next;
  }
  return peer;
}

static GstPad *
get_first_sink_pad (GstElement * element)
{
  GstPad *pad = NULL;

  GST_OBJECT_LOCK (element);
  if (element->sinkpads)
    pad = gst_object_ref (element->sinkpads->data);
  GST_OBJECT_UNLOCK (element);
  return pad;
}

/**
 * gst_ffs_upstream_find:
 * @sinkpad: where to begin
 * @func: says whether an element is the one
 * @user_data: for @func
 *
 * Returns: (transfer full) (nullable): the first element that @func says yes
 * to
 */
GstElement *
gst_ffs_upstream_find (GstPad * sinkpad, GstFfsUpstreamFunc func,
    gpointer user_data)
{
  GstPad *pad = gst_object_ref (sinkpad);
  guint i;

  for (i = 0; pad && i < MAX_STEPS; i++) {
    GstPad *origin = get_origin (pad);
    GstElement *element = origin ? gst_pad_get_parent_element (origin) : NULL;

    gst_clear_object (&origin);
    gst_object_unref (pad);
    if (element == NULL)
      return NULL;
    pad = get_first_sink_pad (element);
    if (func (element, pad, user_data)) {
      gst_clear_object (&pad);
      return element;
    }
    gst_object_unref (element);
  }
  gst_clear_object (&pad);
  return NULL;
}

static gboolean
is_encoder (GstElement * element, GstPad * pad, gpointer user_data)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (pad == NULL || factory == NULL
      || !gst_element_factory_list_is_type (factory,
          GST_ELEMENT_FACTORY_TYPE_VIDEO_ENCODER))
    return FALSE;
  *(GstPad **) user_data = gst_object_ref (pad);
  return TRUE;
}

/* Each structure of @encoded once for each of @raw, as far as they agree. */
static GstCaps *
narrow (GstCaps * encoded, GstCaps * raw)
{
  GstCaps *result = gst_caps_new_empty ();
  guint i, j, k;

  for (i = 0; i < gst_caps_get_size (encoded); i++) {
    for (j = 0; j < gst_caps_get_size (raw); j++) {
      GstStructure *from = gst_caps_get_structure (raw, j);
      GstStructure *s = gst_structure_copy (gst_caps_get_structure (encoded,
              i));
      gboolean ok = TRUE;

      for (k = 0; ok && k < G_N_ELEMENTS (kept); k++) {
        const GValue *a = gst_structure_get_value (s, kept[k]);
        const GValue *b = gst_structure_get_value (from, kept[k]);
        GValue both = G_VALUE_INIT;

        if (a == NULL || b == NULL)
          continue;
        ok = gst_value_intersect (&both, a, b);
        if (ok)
          gst_structure_take_value (s, kept[k], &both);
      }
      if (ok)
        result = gst_caps_merge_structure (result, s);
      else
        gst_structure_free (s);
    }
  }
  return result;
}

/**
 * gst_ffs_upstream_get_offer:
 * @sinkpad: a sink pad
 *
 * What can come to the pad.  Encoders say that they can make any size, whatever
 * they get; this is what they can make of what they get.
 *
 * Returns: (transfer full): caps
 */
GstCaps *
gst_ffs_upstream_get_offer (GstPad * sinkpad)
{
  GstCaps *offer = gst_pad_peer_query_caps (sinkpad, NULL), *raw;
  GstPad *pad = NULL;
  GstElement *encoder = gst_ffs_upstream_find (sinkpad, is_encoder, &pad);

  if (encoder == NULL)
    return offer;

  raw = gst_pad_peer_query_caps (pad, NULL);
  if (!gst_caps_is_any (raw) && !gst_caps_is_any (offer)) {
    GstCaps *narrowed = narrow (offer, raw);

    /* An encoder that scales, say. */
    if (gst_caps_is_empty (narrowed))
      gst_caps_unref (narrowed);
    else
      gst_caps_take (&offer, narrowed);
  }
  gst_caps_unref (raw);
  gst_object_unref (pad);
  gst_object_unref (encoder);
  return offer;
}
