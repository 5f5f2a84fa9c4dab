/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The element message by which the sink reports demand: a structure
 * "ffs-frames" with the string "demand", for ffscamerabin and applications.
 *
 * No state, no locks.
 */

#include "gstffsdemand.h"

#define NAME "ffs-frames"
#define FIELD "demand"

static const gchar *const names[] = {
  "none", "wanted", "unwanted", "dropped"
};

/* The bin has handled it when this returns. Call with no lock held. */
void
gst_ffs_demand_post (GstElement * sink, GstFfsDemand demand)
{
  gst_element_post_message (sink, gst_message_new_element (GST_OBJECT (sink),
          gst_structure_new (NAME, FIELD, G_TYPE_STRING, names[demand], NULL)));
}

GstFfsDemand
gst_ffs_demand_parse (GstMessage * message)
{
  const GstStructure *s;
  guint i;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT
      || !gst_message_has_name (message, NAME)
      || !GST_IS_ELEMENT (GST_MESSAGE_SRC (message)))
    return GST_FFS_DEMAND_NONE;
  s = gst_message_get_structure (message);
  for (i = 1; i < G_N_ELEMENTS (names); i++) {
    if (g_strcmp0 (gst_structure_get_string (s, FIELD), names[i]) == 0)
      return i;
  }
  return GST_FFS_DEMAND_NONE;
}
