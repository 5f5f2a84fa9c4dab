/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __GST_FFS_U3V_OFFER_H__
#define __GST_FFS_U3V_OFFER_H__

#include "gstffsu3vformats.h"

G_BEGIN_DECLS

typedef struct _GstFfsU3vOffer GstFfsU3vOffer;

/**
 * GstFfsU3vSelection:
 * @fps_n: 0 if upstream's caps have no frame rate
 * @x: horizontal offset in the source's frame
 * @y: vertical offset
 *
 * One configuration.
 */
typedef struct
{
  const GstFfsU3vFormat *format;
  guint width;
  guint height;
  gint fps_n;
  gint fps_d;
  guint x;
  guint y;
} GstFfsU3vSelection;

/**
 * GstFfsU3vBinning:
 * @x: horizontal factor
 * @y: vertical factor
 */
typedef struct
{
  guint x;
  guint y;
} GstFfsU3vBinning;

/**
 * GstFfsU3vRange:
 * @step: every value is @min plus a multiple of it
 *
 * The range of the values of an offer; the offer need not have all of them.
 */
typedef struct
{
  guint min;
  guint max;
  guint step;
} GstFfsU3vRange;

GstFfsU3vOffer *gst_ffs_u3v_offer_new (GstCaps * caps);
void gst_ffs_u3v_offer_free (GstFfsU3vOffer * self);

void gst_ffs_u3v_offer_get_default (GstFfsU3vOffer * self,
    GstFfsU3vSelection * selection);
gboolean gst_ffs_u3v_offer_has_format (GstFfsU3vOffer * self,
    const GstFfsU3vFormat * format);
gboolean gst_ffs_u3v_offer_has_size (GstFfsU3vOffer * self,
    const gchar * field, guint value);
void gst_ffs_u3v_offer_get_range (GstFfsU3vOffer * self, const gchar * field,
    GstFfsU3vRange * range);
gboolean gst_ffs_u3v_offer_has (GstFfsU3vOffer * self,
    const GstFfsU3vSelection * selection);

gboolean gst_ffs_u3v_offer_find_source (GstFfsU3vOffer * self,
    const GstFfsU3vSelection * selection, const GstFfsU3vBinning * binning,
    GstFfsU3vSelection * source);
gboolean gst_ffs_u3v_offer_has_binning (GstFfsU3vOffer * self,
    const GstFfsU3vBinning * binning);
gboolean gst_ffs_u3v_offer_change_binning (GstFfsU3vOffer * self,
    GstFfsU3vBinning * binning, gboolean vertical, guint factor);

gboolean gst_ffs_u3v_offer_get_rates (GstFfsU3vOffer * self, gdouble * min,
    gdouble * max);
void gst_ffs_u3v_offer_choose_rate (GstFfsU3vOffer * self,
    GstFfsU3vSelection * selection, gdouble wanted);

GstCaps *gst_ffs_u3v_selection_to_caps (const GstFfsU3vSelection * selection);
guint64 gst_ffs_u3v_selection_get_size (const GstFfsU3vSelection * selection);

G_END_DECLS

#endif /* __GST_FFS_U3V_OFFER_H__ */
