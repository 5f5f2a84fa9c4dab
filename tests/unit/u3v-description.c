/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The description of a USB3 Vision camera: its features, that each name that
 * is referred to is defined, and that the children of each node are in the
 * order of GenApi's schema, on which some parsers of hosts insist. The
 * scenario u3v runs xmllint on what a host has read.
 */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "function/u3v/gstffsu3vxml.h"

/* ---- the schema ---- */

#define NODE "ToolTip Description DisplayName Visibility pIsImplemented " \
    "pIsAvailable pIsLocked ImposedAccessMode "
#define REGISTER NODE "Address Length AccessMode pPort Cachable PollingTime "
#define NUMBER NODE "Value pValue Min Max pMax Inc Unit Representation "

static const struct
{
  const gchar *node;
  const gchar *children;
} schema[] = {
  {"Category", NODE "pFeature "},
  {"Integer", NUMBER},
  {"Float", NUMBER},
  {"Enumeration", NODE "EnumEntry Value pValue pSelected "},
  {"EnumEntry", NODE "Value "},
  {"Command", NODE "pValue CommandValue "},
  {"IntReg", REGISTER "Sign Endianess "},
  {"FloatReg", REGISTER "Endianess "},
  {"StringReg", REGISTER},
  {"Port", NODE},
};

static const gchar *
find_children (const gchar * node)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (schema); i++) {
    if (g_str_equal (schema[i].node, node))
      return schema[i].children;
  }
  return NULL;
}

/* ---- the description ---- */

/* Names that are defined, and names that are referred to. */
typedef struct
{
  GHashTable *defined;
  GHashTable *used;
  GHashTable *attributes;       /* of the description itself */
  gboolean refers;
  const gchar *rest[8];         /* possible children of the open elements */
  guint depth;
} Names;

static void
check_order (Names * names, const gchar * element)
{
  const gchar **rest = &names->rest[names->depth];
  gchar *wanted = g_strconcat (element, " ", NULL);
  const gchar *at = *rest ? strstr (*rest, wanted) : NULL;

  /* "Value" is not "pValue". */
  while (at && at > *rest && at[-1] != ' ')
    at = strstr (at + 1, wanted);
  fail_unless (at != NULL, "%s is not expected before \"%s\"", element, *rest);
  *rest = at;
  g_free (wanted);
}

static void
start_element (GMarkupParseContext * context G_GNUC_UNUSED,
    const gchar * element, const gchar ** attributes, const gchar ** values,
    gpointer user_data, GError ** error G_GNUC_UNUSED)
{
  Names *names = user_data;
  const gchar *children = find_children (element);
  guint i;

  names->refers = element[0] == 'p' && g_ascii_isupper (element[1]);
  if (names->depth > 1)
    check_order (names, element);
  else if (names->depth == 1)
    fail_unless (children != NULL, "%s is no node", element);
  names->depth++;
  fail_unless (names->depth < G_N_ELEMENTS (names->rest));
  names->rest[names->depth] = children;

  for (i = 0; attributes[i]; i++) {
    if (names->depth == 1)
      g_hash_table_insert (names->attributes, g_strdup (attributes[i]),
          g_strdup (values[i]));
    else if (g_str_equal (attributes[i], "Name")
        && !g_str_equal (element, "EnumEntry"))
      fail_unless (g_hash_table_add (names->defined, g_strdup (values[i])),
          "%s twice", values[i]);
  }
}

static void
end_element (GMarkupParseContext * context G_GNUC_UNUSED,
    const gchar * element G_GNUC_UNUSED, gpointer user_data,
    GError ** error G_GNUC_UNUSED)
{
  ((Names *) user_data)->depth--;
}

static void
text (GMarkupParseContext * context G_GNUC_UNUSED, const gchar * text,
    gsize length, gpointer user_data, GError ** error G_GNUC_UNUSED)
{
  Names *names = user_data;

  if (names->refers)
    g_hash_table_add (names->used, g_strndup (text, length));
  names->refers = FALSE;
}

static void
parse (const gchar * xml, Names * names)
{
  const GMarkupParser parser = {
    start_element, end_element, text, NULL, NULL
  };
  GMarkupParseContext *context;
  GHashTableIter iter;
  GError *error = NULL;
  gpointer name;

  memset (names, 0, sizeof (*names));
  names->defined = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      NULL);
  names->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  names->attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      g_free);
  context = g_markup_parse_context_new (&parser, 0, names, NULL);
  fail_unless (g_markup_parse_context_parse (context, xml, -1, &error)
      && g_markup_parse_context_end_parse (context, &error), "%s",
      error ? error->message : NULL);
  g_markup_parse_context_free (context);

  g_hash_table_iter_init (&iter, names->used);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    fail_unless (g_hash_table_contains (names->defined, name), "no %s",
        (gchar *) name);
}

static void
clear (Names * names)
{
  g_hash_table_unref (names->defined);
  g_hash_table_unref (names->used);
  g_hash_table_unref (names->attributes);
}

static const GEnumValue entries[] = {
  {0, "GST_ZERO", "zero"}, {5, "GST_FIVE", "five-5"}, {6, "GST_SIX", "6x"}
};

static const GstFfsControl controls[] = {
  {"TestPattern", NULL, GST_FFS_CONTROL_ENUM, 0, 6, entries, 3},
  {"Gain", "dB", GST_FFS_CONTROL_FLOAT, -1.5, 2.5, NULL, 0},
  {"Brightness", NULL, GST_FFS_CONTROL_INTEGER, -10, 10, NULL, 0},
};

static const GstFfsIdentity identity = {
  .manufacturer = "Maker & \"Söhne\"",.product = "<Camera>",.serial = "1"
};

/* Returns: (transfer full): the description of a camera with such caps */
static gchar *
describe (const gchar * text, const GstFfsControl * list, guint n)
{
  GstCaps *caps = gst_caps_from_string (text);
  GstFfsU3vOffer *offer = gst_ffs_u3v_offer_new (caps);
  gchar *xml = gst_ffs_u3v_xml_new (&identity, offer, list, n);

  gst_ffs_u3v_offer_free (offer);
  gst_caps_unref (caps);
  return xml;
}

#define CAPS "video/x-raw, format={YUY2, GRAY8}, width=[16, 640, 16], " \
    "height=480, framerate=[5/1, 61/2]"

GST_START_TEST (description_has_all_features)
{
  const gchar *features[] = {
    "Width", "Height", "PixelFormat", "PayloadSize", "AcquisitionMode",
    "AcquisitionStart", "AcquisitionStop", "AcquisitionFrameRate",
    "DeviceVendorName", "DeviceModelName", "DeviceSerialNumber",
    "TLParamsLocked", "TestPattern", "Gain", "Brightness",
    "AcquisitionFrameCount", "TriggerSelector", "TriggerMode", "TriggerSource",
    "TriggerSoftware", "TimestampLatch", "TimestampLatchValue", "DeviceReset",
    "DeviceSFNCVersionMajor", "DeviceSFNCVersionMinor",
    "DeviceSFNCVersionSubMinor", "DeviceTLType", "UserSetSelector",
    "UserSetLoad"
  };
  gchar *xml = describe (CAPS, controls, G_N_ELEMENTS (controls));
  Names names;
  guint i;

  parse (xml, &names);
  for (i = 0; i < G_N_ELEMENTS (features); i++)
    fail_unless (g_hash_table_contains (names.used, features[i]), "no %s",
        features[i]);
  /* The schema has five values; this one stands for the transport layer. */
  fail_unless_equals_string (g_hash_table_lookup (names.attributes,
          "StandardNameSpace"), "USB");

  fail_unless (strstr (xml, "<Min>4</Min><pMax>WidthLimitRegister</pMax>"
          "<Inc>4</Inc>"));
  fail_unless (strstr (xml, "<Min>0</Min><pMax>OffsetYLimitRegister</pMax>"
          "<Inc>2</Inc>"));
  fail_unless (strstr (xml, "<Min>5</Min><Max>30.5</Max>"));
  fail_unless (strstr (xml, "\"Mono8\"") && strstr (xml, "\"YUV422_8\""));
  fail_if (strstr (xml, "\"RGB8\""));
  fail_unless (strstr (xml, "\"Five5\"") && strstr (xml, "\"Entry6x\""));

  clear (&names);
  g_free (xml);
}

GST_END_TEST;

/* Whether a line begins a node of this kind and name. */
static gboolean
has_node (const gchar * xml, const gchar * kind, const gchar * name,
    const gchar * name_space)
{
  gchar *node = g_strdup_printf ("\n<%s Name=\"%s\" NameSpace=\"%s\">", kind,
      name, name_space);
  gboolean ret = strstr (xml, node) != NULL;

  g_free (node);
  return ret;
}

/* Whether a feature is shown in a category. */
static gboolean
is_in (const gchar * xml, const gchar * category, const gchar * name)
{
  gchar *begin = g_strdup_printf ("\n<Category Name=\"%s\"", category);
  gchar *feature = g_strdup_printf ("<pFeature>%s</pFeature>", name);
  const gchar *at = strstr (xml, begin);
  const gchar *end = at ? strstr (at, "</Category>") : NULL;
  const gchar *found = at ? strstr (at, feature) : NULL;

  g_free (begin);
  g_free (feature);
  return found && found < end;
}

/* Features of the SFNC have its types, other features those of the source. */
GST_START_TEST (standard_features_have_sfnc_types)
{
  const GstFfsControl list[] = {
    {"Gain", NULL, GST_FFS_CONTROL_INTEGER, 0, 255, NULL, 0},
    {"GainAuto", NULL, GST_FFS_CONTROL_ENUM, 0, 5, entries, 2},
    {"ExposureTime", "us", GST_FFS_CONTROL_INTEGER, 100, 33300, NULL, 0},
    {"ExposureAuto", NULL, GST_FFS_CONTROL_ENUM, 0, 5, entries, 2},
    {"Gamma", NULL, GST_FFS_CONTROL_INTEGER, 1, 9, NULL, 0},
    {"Brightness", NULL, GST_FFS_CONTROL_INTEGER, -10, 10, NULL, 0},
    {"Focus", NULL, GST_FFS_CONTROL_FLOAT, 0, 1, NULL, 0},
    {"TestPattern", NULL, GST_FFS_CONTROL_ENUM, 0, 6, entries, 3},
  };
  gchar *xml = describe (CAPS, list, G_N_ELEMENTS (list));
  Names names;

  parse (xml, &names);
  fail_unless (has_node (xml, "Float", "Gain", "Standard"));
  fail_unless (has_node (xml, "Float", "ExposureTime", "Standard"));
  fail_unless (has_node (xml, "Float", "Gamma", "Standard"));
  fail_unless (has_node (xml, "FloatReg", "GainRegister", "Custom"));
  fail_unless (has_node (xml, "Enumeration", "GainAuto", "Standard"));
  fail_unless (has_node (xml, "Integer", "Brightness", "Custom"));
  fail_unless (has_node (xml, "Float", "Focus", "Custom"));
  fail_unless (strstr (xml, "<Min>100</Min><Max>33300</Max>\n<Unit>us</Unit>"));

  fail_unless (is_in (xml, "AcquisitionControl", "ExposureTime"));
  fail_unless (is_in (xml, "AcquisitionControl", "ExposureAuto"));
  fail_unless (is_in (xml, "AnalogControl", "Gain"));
  fail_unless (is_in (xml, "AnalogControl", "Brightness"));
  fail_unless (is_in (xml, "ImageFormatControl", "TestPattern"));
  fail_unless (is_in (xml, "Root", "AnalogControl"));
  clear (&names);
  g_free (xml);

  xml = describe (CAPS, NULL, 0);
  parse (xml, &names);
  fail_if (is_in (xml, "Root", "AnalogControl"));
  clear (&names);
  g_free (xml);
}

GST_END_TEST;

static gchar *
get_guid (const gchar * caps, const GstFfsControl * list, guint n)
{
  gchar *xml = describe (caps, list, n), *guid;
  Names names;

  parse (xml, &names);
  guid = g_strdup (g_hash_table_lookup (names.attributes, "VersionGuid"));
  fail_unless (g_uuid_string_is_valid (guid), "%s", guid);
  fail_unless (g_uuid_string_is_valid (g_hash_table_lookup (names.attributes,
              "ProductGuid")));
  clear (&names);
  g_free (xml);
  return guid;
}

/* Hosts cache descriptions by their GUID: it changes with each difference. */
GST_START_TEST (guid_changes_with_the_description)
{
  gchar *guids[4];
  guint i, j;

  guids[0] = get_guid (CAPS, controls, 3);
  guids[1] = get_guid (CAPS, controls, 2);
  guids[2] = get_guid (CAPS "; video/x-raw, format=RGB, width=1, height=1",
      controls, 3);
  guids[3] = get_guid ("video/x-raw, format={YUY2, GRAY8}, width=[16, 640, 16],"
      "height=480, framerate=[5/1, 63/2]", controls, 3);
  for (i = 0; i < G_N_ELEMENTS (guids); i++) {
    for (j = 0; j < i; j++)
      fail_if (g_str_equal (guids[i], guids[j]));
  }
  g_free (guids[1]);
  guids[1] = get_guid (CAPS, controls, 3);
  fail_unless_equals_string (guids[0], guids[1]);
  for (i = 0; i < G_N_ELEMENTS (guids); i++)
    g_free (guids[i]);
}

GST_END_TEST;

static Suite *
u3v_description_suite (void)
{
  Suite *s = suite_create ("u3v-description");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, description_has_all_features);
  tcase_add_test (tc, standard_features_have_sfnc_types);
  tcase_add_test (tc, guid_changes_with_the_description);
  return s;
}

GST_CHECK_MAIN (u3v_description);
