/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_UVC_OFFER_H__
#define __GST_FFS_UVC_OFFER_H__

#include "gstffsuvcformats.h"

G_BEGIN_DECLS

/* All descriptors of a configuration must fit into 4096 bytes, so several
 * formats have fewer sizes each. */
#define GST_FFS_UVC_MAX_DESCRIPTORS 3500
#define GST_FFS_UVC_MAX_FRAMES 12
#define GST_FFS_UVC_MAX_RATES 10

/**
 * GstFfsUvcRate:
 * @n: 0 if not in the caps
 * @interval: frame interval, in 100 ns
 */
typedef struct
{
  gint n;
  gint d;
  guint32 interval;
} GstFfsUvcRate;

/**
 * GstFfsUvcFrame:
 * @n_rates: at least one
 * @rates: the fastest first
 * @rate: index of the default
 *
 * A size of a format.
 */
typedef struct
{
  guint width;
  guint height;
  guint n_rates;
  GstFfsUvcRate rates[GST_FFS_UVC_MAX_RATES];
  guint rate;
} GstFfsUvcFrame;

/**
 * GstFfsUvcChoice:
 * @n_frames: at least one
 * @frame: index of the default
 *
 * A format that upstream can produce, and its sizes in upstream's order.
 */
typedef struct
{
  const GstFfsUvcFormat *format;
  guint n_frames;
  GstFfsUvcFrame frames[GST_FFS_UVC_MAX_FRAMES];
  guint frame;
} GstFfsUvcChoice;

typedef struct
{
  guint n_choices;
  GstFfsUvcChoice choices[GST_FFS_UVC_MAX_FORMATS];
} GstFfsUvcOffer;

/**
 * GstFfsUvcSelection:
 * @offer: the offer
 *
 * One configuration, by its indices in the offer.
 */
typedef struct
{
  const GstFfsUvcOffer *offer;
  guint choice;
  guint frame;
  guint rate;
} GstFfsUvcSelection;

GstFfsUvcOffer *gst_ffs_uvc_offer_new (GstCaps * caps);
GstFfsUvcOffer *gst_ffs_uvc_offer_new_limited (const GstFfsUvcOffer * all,
    guint64 bytes_per_second);
void gst_ffs_uvc_offer_free (GstFfsUvcOffer * self);

gboolean gst_ffs_uvc_offer_keep_raw_video (GstFfsUvcOffer * self);
gboolean gst_ffs_uvc_offer_shrink (GstFfsUvcOffer * self);

void gst_ffs_uvc_offer_get_default (const GstFfsUvcOffer * self,
    GstFfsUvcSelection * selection);

const GstFfsUvcFormat *gst_ffs_uvc_selection_get_format (const
    GstFfsUvcSelection * self);
const GstFfsUvcFrame *gst_ffs_uvc_selection_get_frame (const
    GstFfsUvcSelection * self);
guint32 gst_ffs_uvc_selection_get_max_size (const GstFfsUvcSelection * self);
GstCaps *gst_ffs_uvc_selection_to_caps (const GstFfsUvcSelection * self);
gboolean gst_ffs_uvc_selection_is_equal (const GstFfsUvcSelection * self,
    const GstFfsUvcSelection * other);

guint gst_ffs_uvc_frame_nearest_rate (const GstFfsUvcFrame * frame,
    guint32 interval);

G_END_DECLS

#endif /* __GST_FFS_UVC_OFFER_H__ */
