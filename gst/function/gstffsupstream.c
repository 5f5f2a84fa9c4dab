/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Walks the elements upstream of a pad, along the first sink pad of each, and
 * finds the caps that they can produce.
 *
 * No state, no locks.
 */

#include <gst/base/gstbasesrc.h>
#include <string.h>

#include "gstffsupstream.h"

/* Longer than any sane pipeline, in case a bin's ghost pads form a loop. */
#define MAX_STEPS 64

/* Fields that encoders, decoders and parsers pass on. */
static const gchar *const kept[] = { "width", "height", "framerate" };

static const gchar *const sizes[] = { "width", "height" };

/* Returns the pad that feeds @pad, through ghost pads. */
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
    /* A ghost pad: continue on its other side. */
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
 * @func: predicate
 * @user_data: for @func
 *
 * Returns: (transfer full) (nullable): the first element that @func accepts
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

/* Merges each structure of @caps with each compatible one of @input, which
 * provides missing fields. */
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
  gboolean any_size;            /* upstream can produce all sizes in its caps */
} Offer;

/* Encoders, decoders and parsers answer with their capabilities. */
static void
narrow_offer (Offer * offer, GstPad * pad)
{
  GstCaps *input = gst_pad_peer_query_caps (pad, NULL), *narrowed;

  if (!gst_caps_is_any (input) && !gst_caps_is_any (offer->caps)
      && !gst_caps_is_empty (input)) {
    narrowed = narrow (offer->caps, input);
    /* For example an encoder that scales. */
    offer->any_size = gst_caps_is_empty (narrowed);
    if (offer->any_size)
      gst_caps_unref (narrowed);
    else
      gst_caps_take (&offer->caps, narrowed);
  }
  gst_caps_unref (input);
}

/* By element class, since there is no API: ranges of sizes are meaningful from
 * a camera or a scaler. Elements that read files or a network have to read
 * them first. */
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

/* Whether the structure describes the pictures for a host. */
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

/* Before the first caps, the formats of an unknown source are unknown. */
static gboolean
has_known_format (const GstStructure * s, const Offer * offer)
{
  const GValue *format = gst_structure_get_value (s, "format");

  return format == NULL || offer->any_size || gst_value_is_fixed (format);
}

/* Removes structures that are not @wanted, and those that do not describe the
 * pictures. Returns FALSE if upstream may send one of the latter. */
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
 * @wanted: caps to restrict the offer to
 * @known: (out): whether upstream can produce the sizes and formats in it;
 * always %TRUE if @wanted is ANY. If %FALSE, upstream knows them when it sends
 * caps
 *
 * Finds the caps that upstream can produce. Encoders, decoders and parsers
 * offer any size regardless of their input; this restricts their caps to it.
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
 * @caps: the caps that upstream has sent
 *
 * The offer after upstream has sent caps: these, and what else it can produce
 * by then. Streaming thread.
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
 * A camera without a framerate does not answer the latency query, and some
 * elements then answer that nothing is live. So GstBaseSrc is asked too.
 *
 * Returns: whether upstream drops data that is not consumed
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

/**
 * gst_ffs_upstream_is_usable:
 * @features: (nullable): features of a caps structure
 *
 * For profiles of raw video. Rejects format:Interlaced, because fields may
 * arrive in separate buffers, and memory other than system memory and DMABuf.
 *
 * Returns: whether the profile can send such frames
 */
gboolean
gst_ffs_upstream_is_usable (GstCapsFeatures * features)
{
  return features == NULL || gst_caps_features_is_any (features)
      || gst_caps_features_is_equal (features,
      GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY)
      || (gst_caps_features_get_size (features) == 1
      && gst_caps_features_contains (features, "memory:DMABuf"));
}
