/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The camera features that can be set while streaming, and their names for
 * hosts, sources and applications. A new feature is a line here, and one in
 * each profile that has a number for it.
 *
 * No state, no locks.
 */

#include "gstffsfeatures.h"

static const GEnumValue switches[] = {
  {0, "off", "off"},
  {1, "on", "continuous"},
};

static const GEnumValue exposures[] = {
  {1, "manual", "off"},
  {0, "auto", "continuous"},
  {2, "shutter priority", "shutter-priority"},
  {3, "aperture priority", "aperture-priority"},
};

static const GEnumValue frequencies[] = {
  {0, "disabled", "off"},
  {1, "50 Hz", "hz50"},
  {2, "60 Hz", "hz60"},
  {3, "auto", "auto"},
};

#define NUMBER NULL, 0
#define CHOICE(of) of, G_N_ELEMENTS (of)

/* The first property that the source has is used. */
static const GstFfsFeature features[] = {
  {"TestPattern", NULL, NUMBER, {"pattern"}},
  {"ExposureTime", "us", NUMBER, {"exposure-time", "exposure"}},
  {"ExposureAuto", NULL, CHOICE (exposures),
      {"auto-exposure", "exposure-time-mode", "ae-enable"}},
  {"Gain", NULL, NUMBER, {"analogue-gain", "gain"}},
  {"GainAuto", NULL, CHOICE (switches), {"auto-gain"}},
  {"Brightness", NULL, NUMBER, {"brightness"}},
  {"Contrast", NULL, NUMBER, {"contrast"}},
  {"Hue", NULL, NUMBER, {"hue"}},
  {"Saturation", NULL, NUMBER, {"saturation"}},
  {"Sharpness", NULL, NUMBER, {"sharpness"}},
  {"Gamma", NULL, NUMBER, {"gamma"}},
  {"WhiteBalanceTemperature", "K", NUMBER,
      {"white-balance-temperature", "colour-temperature", "color-temperature"}},
  {"BalanceWhiteAuto", NULL, CHOICE (switches),
      {"auto-white-balance", "awb-enable"}},
  {"BacklightCompensation", NULL, NUMBER, {"backlight-compensation"}},
  {"PowerLineFrequency", NULL, CHOICE (frequencies), {"power-line-frequency"}},
  {"Focus", NULL, NUMBER, {"focus"}},
  {"FocusAuto", NULL, CHOICE (switches), {"auto-focus"}},
  {"Zoom", NULL, NUMBER, {"zoom"}},
  /* Features with a meaning defined by the application. */
  {"Custom1", NULL, NUMBER, {"custom-1"}},
  {"Custom2", NULL, NUMBER, {"custom-2"}},
  {"Custom3", NULL, NUMBER, {"custom-3"}},
  {"Custom4", NULL, NUMBER, {"custom-4"}},
  {"Custom5", NULL, NUMBER, {"custom-5"}},
  {"Custom6", NULL, NUMBER, {"custom-6"}},
  {"Custom7", NULL, NUMBER, {"custom-7"}},
  {"Custom8", NULL, NUMBER, {"custom-8"}},
};

const GstFfsFeature *
gst_ffs_features (guint * n)
{
  *n = G_N_ELEMENTS (features);
  return features;
}

/* Returns: (nullable): %NULL if there is no such feature */
const GstFfsFeature *
gst_ffs_feature_from_name (const gchar * name)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (features); i++) {
    if (g_str_equal (features[i].name, name))
      return &features[i];
  }
  return NULL;
}

/**
 * gst_ffs_feature_from_property:
 * @property: a name, case-insensitive
 *
 * Returns: (nullable): %NULL if there is no such feature
 */
const GstFfsFeature *
gst_ffs_feature_from_property (const gchar * property)
{
  guint i, j;

  for (i = 0; i < G_N_ELEMENTS (features); i++) {
    for (j = 0; j < GST_FFS_MAX_PROPERTIES && features[i].properties[j]; j++) {
      if (g_ascii_strcasecmp (features[i].properties[j], property) == 0)
        return &features[i];
    }
  }
  return NULL;
}

/* Returns: the bit mask of a boolean's choices */
guint32
gst_ffs_feature_get_booleans (const GstFfsFeature * feature)
{
  return 1u << feature->choices[FALSE].value
      | 1u << feature->choices[TRUE].value;
}
