/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is upstream of a pad: its elements against the stream, along the first
 * sink pad of each, and what can come from there.
 *
 * No state, no locks.
 */

#include <gst/base/gstbasesrc.h>
#include <string.h>

#include "gstffsupstream.h"

/* Longer than any sane pipeline; loops cannot happen, but bins can lie. */
#define MAX_STEPS 64

/* What a coder or parser keeps of the video that it gets. */
static const gchar *const kept[] = { "width", "height", "framerate" };

static const gchar *const sizes[] = { "width", "height" };

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

/* Each structure of @caps once for each of @input, as far as they agree. What it
 * does not mention it has from there. */
static GstCaps *
narrow (GstCaps * caps, GstCaps * input)
{
  GstCaps *result = gst_caps_new_empty ();
  guint i, j, k;

  for (i = 0; i < gst_caps_get_size (caps); i++) {
    GstCapsFeatures *features = gst_caps_get_features (caps, i);

    for (j = 0; j < gst_caps_get_size (input); j++) {
      GstStructure *from = gst_caps_get_structure (input, j);
      GstStructure *s = gst_structure_copy (gst_caps_get_structure (caps, i));
      gboolean ok = TRUE;

      for (k = 0; ok && k < G_N_ELEMENTS (kept); k++) {
        const GValue *a = gst_structure_get_value (s, kept[k]);
        const GValue *b = gst_structure_get_value (from, kept[k]);
        GValue both = G_VALUE_INIT;

        if (b == NULL)
          continue;
        if (a == NULL) {
          gst_structure_set_value (s, kept[k], b);
          continue;
        }
        ok = gst_value_intersect (&both, a, b);
        if (ok)
          gst_structure_take_value (s, kept[k], &both);
      }
      if (ok)
        result = gst_caps_merge_structure_full (result, s,
            features ? gst_caps_features_copy (features) : NULL);
      else
        gst_structure_free (s);
    }
  }
  return result;
}

typedef struct
{
  GstCaps *caps;
  gboolean any_size;            /* upstream can make whatever size it says */
} Offer;

/* Encoders, decoders and parsers answer with what they can do in general. */
static void
narrow_offer (Offer * offer, GstPad * pad)
{
  GstCaps *input = gst_pad_peer_query_caps (pad, NULL), *narrowed;

  if (!gst_caps_is_any (input) && !gst_caps_is_any (offer->caps)
      && !gst_caps_is_empty (input)) {
    narrowed = narrow (offer->caps, input);
    /* An encoder that scales, say. */
    offer->any_size = gst_caps_is_empty (narrowed);
    if (offer->any_size)
      gst_caps_unref (narrowed);
    else
      gst_caps_take (&offer->caps, narrowed);
  }
  gst_caps_unref (input);
}

/* By its class, for what there are no functions: ranges of sizes mean something
 * if they come from a camera, or from an element that scales. What reads files
 * or a network has to read them first. */
static gboolean
shape_offer (GstElement * element, GstPad * pad, gpointer user_data)
{
  const gchar *klass = gst_element_class_get_metadata
      (GST_ELEMENT_GET_CLASS (element), GST_ELEMENT_METADATA_KLASS);
  Offer *offer = user_data;

  if (klass == NULL)
    return FALSE;
  if (pad == NULL)
    offer->any_size = strstr (klass, "Video") && !strstr (klass, "File")
        && !strstr (klass, "Network");
  else if (strstr (klass, "Scale") || strstr (klass, "Compositor"))
    offer->any_size = TRUE;
  else if (strstr (klass, "Encoder") || strstr (klass, "Decoder")
      || strstr (klass, "Parser"))
    narrow_offer (offer, pad);
  return offer->any_size;
}

/* Whether a host can be told what the pictures are like. */
static gboolean
is_known (const GstStructure * s, const Offer * offer)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const GValue *value = gst_structure_get_value (s, sizes[i]);

    if (value == NULL || !(offer->any_size || gst_value_is_fixed (value)))
      return FALSE;
  }
  return TRUE;
}

/* Before anything has come, formats of an unknown source are as unknown. */
static gboolean
has_known_format (const GstStructure * s, const Offer * offer)
{
  const GValue *format = gst_structure_get_value (s, "format");

  return format == NULL || offer->any_size || gst_value_is_fixed (format);
}

/* Leaves out what a host cannot be told of, and cannot be @wanted anyway. FALSE
 * if nothing is left, or if upstream may well send some of it. */
static gboolean
keep_known (Offer * offer, GstCaps * wanted)
{
  GstCaps *known = gst_caps_new_empty ();
  gboolean all = TRUE;
  guint i;

  for (i = 0; i < gst_caps_get_size (offer->caps); i++) {
    const GstStructure *s = gst_caps_get_structure (offer->caps, i);
    GstCaps *one = gst_caps_copy_nth (offer->caps, i);

    if (!gst_caps_can_intersect (one, wanted)) {
      gst_caps_unref (one);
    } else if (is_known (s, offer) && has_known_format (s, offer)) {
      gst_caps_append (known, one);
    } else {
      all = FALSE;
      gst_caps_unref (one);
    }
  }
  if (!gst_caps_is_empty (known) && (all || offer->any_size)) {
    gst_caps_take (&offer->caps, known);
    return TRUE;
  }
  gst_caps_unref (known);
  return all;
}

static void
offer_init (Offer * offer, GstPad * sinkpad)
{
  GstElement *last;

  offer->caps = gst_pad_peer_query_caps (sinkpad, NULL);
  offer->any_size = FALSE;
  last = gst_ffs_upstream_find (sinkpad, shape_offer, offer);
  gst_clear_object (&last);
}

/**
 * gst_ffs_upstream_get_offer:
 * @sinkpad: a sink pad
 * @wanted: what of it is of use
 * @known: (out): whether sizes and formats in it are what will come, or what
 * can be asked for; always if @wanted is ANY. If not, upstream will know them
 * when it sends caps
 *
 * What can come to the pad. Encoders, decoders and parsers say that they can
 * make any size, whatever they get; this is what they can make of what they
 * get.
 *
 * Returns: (transfer full): caps
 */
GstCaps *
gst_ffs_upstream_get_offer (GstPad * sinkpad, GstCaps * wanted,
    gboolean * known)
{
  Offer offer;

  offer_init (&offer, sinkpad);
  if (gst_caps_is_any (wanted))
    *known = TRUE;
  else
    *known = !gst_caps_is_any (offer.caps) && keep_known (&offer, wanted);
  return offer.caps;
}

/**
 * gst_ffs_upstream_get_offer_for:
 * @sinkpad: a sink pad
 * @caps: what it is about to get
 *
 * What can come to the pad once upstream has sent caps: these, and what else it
 * says by now. Streaming thread.
 *
 * Returns: (transfer full): caps, @caps first
 */
GstCaps *
gst_ffs_upstream_get_offer_for (GstPad * sinkpad, GstCaps * caps)
{
  GstCaps *result = gst_caps_copy (caps);
  Offer offer;
  guint i;

  offer_init (&offer, sinkpad);
  for (i = 0; !gst_caps_is_any (offer.caps)
      && i < gst_caps_get_size (offer.caps); i++) {
    GstCaps *one = gst_caps_copy_nth (offer.caps, i);

    if (is_known (gst_caps_get_structure (one, 0), &offer))
      result = gst_caps_merge (result, one);
    else
      gst_caps_unref (one);
  }
  gst_caps_unref (offer.caps);
  return result;
}

static gboolean
is_source (GstElement * element G_GNUC_UNUSED, GstPad * pad,
    gpointer user_data G_GNUC_UNUSED)
{
  return pad == NULL;
}

/**
 * gst_ffs_upstream_is_live:
 * @sinkpad: a sink pad
 *
 * A camera that has no frame rate does not answer a latency query, and some
 * elements answer in its place that nothing is live.  What it is itself does not
 * depend on that.
 *
 * Returns: whether what comes is lost if nobody takes it
 */
gboolean
gst_ffs_upstream_is_live (GstPad * sinkpad)
{
  GstQuery *query = gst_query_new_latency ();
  gboolean live = FALSE;
  GstElement *source;

  if (gst_pad_peer_query (sinkpad, query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  gst_query_unref (query);
  if (live)
    return TRUE;

  source = gst_ffs_upstream_find (sinkpad, is_source, NULL);
  live = GST_IS_BASE_SRC (source) && gst_base_src_is_live (GST_BASE_SRC
      (source));
  gst_clear_object (&source);
  return live;
}
