/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UPSTREAM_H__
#define __GST_FFS_UPSTREAM_H__

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstFfsUpstreamFunc:
 * @element: an element
 * @pad: (nullable): its first sink pad
 * @user_data: as given
 *
 * Returns: whether this is the wanted element
 */
typedef gboolean (*GstFfsUpstreamFunc) (GstElement * element, GstPad * pad,
    gpointer user_data);

GstElement *gst_ffs_upstream_find (GstPad * sinkpad, GstFfsUpstreamFunc func,
    gpointer user_data);
GstCaps *gst_ffs_upstream_get_offer (GstPad * sinkpad, GstCaps * wanted,
    gboolean * known);
GstCaps *gst_ffs_upstream_get_offer_for (GstPad * sinkpad, GstCaps * caps);
gboolean gst_ffs_upstream_is_live (GstPad * sinkpad);
gboolean gst_ffs_upstream_is_usable (GstCapsFeatures * features);

G_END_DECLS

#endif /* __GST_FFS_UPSTREAM_H__ */
