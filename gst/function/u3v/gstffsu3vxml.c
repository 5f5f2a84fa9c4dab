/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Generates the GenICam description of the camera from upstream's offer: its
 * features, their values and their registers.  Feature names are those of the
 * Standard Features Naming Convention (SFNC).
 *
 * Ownership: the caller owns the string.  No state, no locks.
 */

#include "gstffsu3vmap.h"
#include "gstffsu3vnodes.h"
#include "gstffsu3vstandard.h"
#include "gstffsu3vxml.h"

#define STANDARD "Standard"
#define CUSTOM "Custom"

/* Version of the convention. */
#define SFNC_MAJOR 2
#define SFNC_MINOR 4
#define SFNC_SUB_MINOR 0

/* The input of a description. */
typedef struct
{
  const GstFfsIdentity *identity;
  GstFfsU3vOffer *offer;
  const GstFfsControl *controls;
  guint n_controls;
} Source;

static void
add_choices (GstFfsU3vNodes * nodes, const GstFfsControl * control,
    const gchar * name_space, guint64 address)
{
  guint i;

  gst_ffs_u3v_nodes_begin_enumeration (nodes, control->name, name_space, FALSE);
  for (i = 0; i < control->n_entries; i++) {
    gchar *name = gst_ffs_control_entry_name (&control->entries[i]);

    gst_ffs_u3v_nodes_add_entry (nodes, name, control->entries[i].value);
    g_free (name);
  }
  gst_ffs_u3v_nodes_end_enumeration (nodes, control->name);
  gst_ffs_u3v_nodes_add_register (nodes, control->name, address,
      CONTROL_LENGTH, GST_FFS_U3V_RW, TRUE);
}

static void
add_control (GstFfsU3vNodes * nodes, const GstFfsControl * control, guint i)
{
  guint64 address = CONTROLS + i * CONTROL_LENGTH;
  const gchar *name_space = gst_ffs_u3v_standard_has (control->name) ?
      STANDARD : CUSTOM;

  if (control->kind == GST_FFS_CONTROL_ENUM)
    add_choices (nodes, control, name_space, address);
  else if (gst_ffs_u3v_standard_is_float (control))
    gst_ffs_u3v_nodes_add_float (nodes, control->name, name_space, address,
        control->unit, control->min, control->max);
  else
    gst_ffs_u3v_nodes_add_integer (nodes, control->name, name_space, address,
        control->unit, control->min, control->max);
}

/* Adds the source's controls of a category. */
static void
add_controls (GstFfsU3vNodes * nodes, const Source * source,
    const gchar * category)
{
  guint i;

  for (i = 0; i < source->n_controls; i++) {
    if (g_str_equal (gst_ffs_u3v_standard_get_category (source->controls
                [i].name), category))
      add_control (nodes, &source->controls[i], i);
  }
}

static void
add_formats (GstFfsU3vNodes * nodes, GstFfsU3vOffer * offer)
{
  const GstFfsU3vFormat *formats;
  guint i, n;

  formats = gst_ffs_u3v_formats (&n);
  gst_ffs_u3v_nodes_begin_enumeration (nodes, "PixelFormat", STANDARD, TRUE);
  for (i = 0; i < n; i++) {
    if (gst_ffs_u3v_offer_has_format (offer, &formats[i]))
      gst_ffs_u3v_nodes_add_entry (nodes, formats[i].name, formats[i].code);
  }
  gst_ffs_u3v_nodes_end_enumeration (nodes, "PixelFormat");
  gst_ffs_u3v_nodes_add_register (nodes, "PixelFormat",
      FEATURES + FEATURE_PIXEL_FORMAT, 4, GST_FFS_U3V_RW, FALSE);
}

static void
add_device (GstFfsU3vNodes * nodes)
{
  const struct
  {
    const gchar *name;
    guint offset;
  } texts[] = {
    {"DeviceVendorName", ABRM_MANUFACTURER},
    {"DeviceModelName", ABRM_MODEL},
    {"DeviceFamilyName", ABRM_FAMILY},
    {"DeviceVersion", ABRM_DEVICE_VERSION},
    {"DeviceManufacturerInfo", ABRM_MANUFACTURER_INFO},
    {"DeviceSerialNumber", ABRM_SERIAL},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    gst_ffs_u3v_nodes_add_text (nodes, texts[i].name, ABRM + texts[i].offset,
        GST_FFS_U3V_RO);
  gst_ffs_u3v_nodes_add_text (nodes, "DeviceUserID", ABRM + ABRM_USER_NAME,
      GST_FFS_U3V_RW);
  gst_ffs_u3v_nodes_add_only (nodes, "DeviceType", "Transmitter", NULL);
  gst_ffs_u3v_nodes_add_only (nodes, "DeviceScanType", "Areascan", NULL);
  gst_ffs_u3v_nodes_add_constant (nodes, "DeviceSFNCVersionMajor", SFNC_MAJOR);
  gst_ffs_u3v_nodes_add_constant (nodes, "DeviceSFNCVersionMinor", SFNC_MINOR);
  gst_ffs_u3v_nodes_add_constant (nodes, "DeviceSFNCVersionSubMinor",
      SFNC_SUB_MINOR);
  gst_ffs_u3v_nodes_add_only (nodes, "DeviceTLType", "USB3Vision", NULL);
  gst_ffs_u3v_nodes_add_constant (nodes, "DeviceTLVersionMajor", 1);
  gst_ffs_u3v_nodes_add_constant (nodes, "DeviceTLVersionMinor", 0);
  gst_ffs_u3v_nodes_add_command (nodes, "DeviceReset",
      FEATURES + FEATURE_DEVICE_RESET);
  gst_ffs_u3v_nodes_add_command (nodes, "TimestampLatch",
      ABRM + ABRM_TIMESTAMP_LATCH);
  gst_ffs_u3v_nodes_add_register (nodes, "TimestampLatchValue",
      ABRM + ABRM_TIMESTAMP, 8, GST_FFS_U3V_RO, TRUE);
  gst_ffs_u3v_nodes_add_shown (nodes, "TimestampLatchValue",
      "TimestampLatchValue");
  gst_ffs_u3v_nodes_end_category (nodes, "DeviceControl");
}

static guint
gcd (guint a, guint b)
{
  return b == 0 ? a : gcd (b, a % b);
}

/* Covers upstream's sizes and those of regions. */
static void
add_size (GstFfsU3vNodes * nodes, const Source * source, const gchar * name,
    const gchar * field, guint64 address, guint step, guint64 limit)
{
  GstFfsU3vRange range;

  gst_ffs_u3v_offer_get_range (source->offer, field, &range);
  step = gcd (step, gcd (range.min, range.min == range.max ? step :
          range.step));
  gst_ffs_u3v_nodes_add_limited (nodes, name, address, step, step, limit);
}

/* Added only if upstream can produce its largest size divided by a factor. */
static void
add_binning (GstFfsU3vNodes * nodes, GstFfsU3vOffer * offer, gboolean vertical)
{
  GstFfsU3vRange range = { 1, MAX_BINNING, 1 };
  GstFfsU3vBinning binning = { 1, 1 };

  while (range.max > 1 && !gst_ffs_u3v_offer_change_binning (offer, &binning,
          vertical, range.max))
    range.max--;
  if (range.max == 1)
    return;
  if (vertical)
    gst_ffs_u3v_nodes_add_range (nodes, "BinningVertical",
        FEATURES + FEATURE_BINNING_Y, &range, TRUE);
  else
    gst_ffs_u3v_nodes_add_range (nodes, "BinningHorizontal",
        FEATURES + FEATURE_BINNING_X, &range, TRUE);
}

static void
add_image (GstFfsU3vNodes * nodes, const Source * source)
{
  GstFfsU3vRange range;

  add_size (nodes, source, "Width", "width", FEATURES + FEATURE_WIDTH,
      REGION_STEP_X, FEATURES + FEATURE_WIDTH_LIMIT);
  add_size (nodes, source, "Height", "height", FEATURES + FEATURE_HEIGHT,
      REGION_STEP_Y, FEATURES + FEATURE_HEIGHT_LIMIT);
  gst_ffs_u3v_nodes_add_register (nodes, "WidthMax",
      FEATURES + FEATURE_WIDTH_MAX, 4, GST_FFS_U3V_RO, FALSE);
  gst_ffs_u3v_nodes_add_register (nodes, "HeightMax",
      FEATURES + FEATURE_HEIGHT_MAX, 4, GST_FFS_U3V_RO, FALSE);
  gst_ffs_u3v_nodes_add_shown (nodes, "WidthMax", "WidthMax");
  gst_ffs_u3v_nodes_add_shown (nodes, "HeightMax", "HeightMax");
  gst_ffs_u3v_offer_get_range (source->offer, "width", &range);
  gst_ffs_u3v_nodes_add_constant (nodes, "SensorWidth", range.max);
  gst_ffs_u3v_offer_get_range (source->offer, "height", &range);
  gst_ffs_u3v_nodes_add_constant (nodes, "SensorHeight", range.max);
  add_binning (nodes, source->offer, FALSE);
  add_binning (nodes, source->offer, TRUE);
  gst_ffs_u3v_nodes_add_limited (nodes, "OffsetX", FEATURES + FEATURE_OFFSET_X,
      0, REGION_STEP_X, FEATURES + FEATURE_OFFSET_X_LIMIT);
  gst_ffs_u3v_nodes_add_limited (nodes, "OffsetY", FEATURES + FEATURE_OFFSET_Y,
      0, REGION_STEP_Y, FEATURES + FEATURE_OFFSET_Y_LIMIT);
  add_formats (nodes, source->offer);
  add_controls (nodes, source, GST_FFS_U3V_IMAGE);
  gst_ffs_u3v_nodes_end_category (nodes, GST_FFS_U3V_IMAGE);
}

static void
add_triggers (GstFfsU3vNodes * nodes)
{
  const gchar *const selected[] = {
    "TriggerMode", "TriggerSource", "TriggerSoftware", NULL
  };

  gst_ffs_u3v_nodes_add_only (nodes, "TriggerSelector", "FrameStart", selected);
  gst_ffs_u3v_nodes_begin_enumeration (nodes, "TriggerMode", STANDARD, FALSE);
  gst_ffs_u3v_nodes_add_entry (nodes, "Off", 0);
  gst_ffs_u3v_nodes_add_entry (nodes, "On", 1);
  gst_ffs_u3v_nodes_end_enumeration (nodes, "TriggerMode");
  gst_ffs_u3v_nodes_add_register (nodes, "TriggerMode",
      FEATURES + FEATURE_TRIGGER_MODE, 4, GST_FFS_U3V_RW, FALSE);
  gst_ffs_u3v_nodes_add_only (nodes, "TriggerSource", "Software", NULL);
  gst_ffs_u3v_nodes_add_command (nodes, "TriggerSoftware",
      FEATURES + FEATURE_TRIGGER_SOFTWARE);
}

static gboolean
has_control (const Source * source, const gchar * name)
{
  guint i;

  for (i = 0; i < source->n_controls; i++) {
    if (g_str_equal (source->controls[i].name, name))
      return TRUE;
  }
  return FALSE;
}

static void
add_acquisition (GstFfsU3vNodes * nodes, const Source * source)
{
  const GstFfsU3vRange count = { 1, MAX_FRAME_COUNT, 1 };
  gdouble min, max;

  gst_ffs_u3v_nodes_begin_enumeration (nodes, "AcquisitionMode", STANDARD,
      FALSE);
  gst_ffs_u3v_nodes_add_entry (nodes, "Continuous", MODE_CONTINUOUS);
  gst_ffs_u3v_nodes_add_entry (nodes, "SingleFrame", MODE_SINGLE_FRAME);
  gst_ffs_u3v_nodes_add_entry (nodes, "MultiFrame", MODE_MULTI_FRAME);
  gst_ffs_u3v_nodes_end_enumeration (nodes, "AcquisitionMode");
  gst_ffs_u3v_nodes_add_register (nodes, "AcquisitionMode",
      FEATURES + FEATURE_ACQUISITION_MODE, 4, GST_FFS_U3V_RW, FALSE);
  gst_ffs_u3v_nodes_add_command (nodes, "AcquisitionStart",
      FEATURES + FEATURE_ACQUISITION_START);
  gst_ffs_u3v_nodes_add_command (nodes, "AcquisitionStop",
      FEATURES + FEATURE_ACQUISITION_STOP);
  if (gst_ffs_u3v_offer_get_rates (source->offer, &min, &max))
    gst_ffs_u3v_nodes_add_float (nodes, "AcquisitionFrameRate", STANDARD,
        FEATURES + FEATURE_FRAME_RATE, "Hz", min, max);
  gst_ffs_u3v_nodes_add_range (nodes, "AcquisitionFrameCount",
      FEATURES + FEATURE_FRAME_COUNT, &count, FALSE);
  add_triggers (nodes);
  if (has_control (source, "ExposureTime"))
    gst_ffs_u3v_nodes_add_only (nodes, "ExposureMode", "Timed", NULL);
  add_controls (nodes, source, GST_FFS_U3V_ACQUISITION);
  gst_ffs_u3v_nodes_end_category (nodes, GST_FFS_U3V_ACQUISITION);
}

static void
add_transport (GstFfsU3vNodes * nodes)
{
  gst_ffs_u3v_nodes_add_register (nodes, "PayloadSize",
      FEATURES + FEATURE_PAYLOAD_SIZE, 8, GST_FFS_U3V_RO, FALSE);
  gst_ffs_u3v_nodes_add_shown (nodes, "PayloadSize", "PayloadSize");
  gst_ffs_u3v_nodes_add_lock (nodes, "TLParamsLocked",
      FEATURES + FEATURE_PARAMS_LOCKED);
  gst_ffs_u3v_nodes_end_category (nodes, "TransportLayerControl");
}

/* The only user set has the initial values. */
static void
add_user_sets (GstFfsU3vNodes * nodes)
{
  const gchar *const selected[] = { "UserSetLoad", NULL };

  gst_ffs_u3v_nodes_add_only (nodes, "UserSetSelector", "Default", selected);
  gst_ffs_u3v_nodes_add_command (nodes, "UserSetLoad",
      FEATURES + FEATURE_USER_SET_LOAD);
  gst_ffs_u3v_nodes_add_only (nodes, "UserSetDefault", "Default", NULL);
  gst_ffs_u3v_nodes_end_category (nodes, "UserSetControl");
}

/* Returns a name-based GUID: equal texts have equal GUIDs.  Hosts cache
 * descriptions by it. */
static gchar *
guid_of (const gchar * text)
{
  gchar *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, text, -1);
  gchar *guid;

  sum[12] = '5';
  sum[16] = '8';
  guid = g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", sum, sum + 8, sum + 12,
      sum + 16, sum + 20);
  g_free (sum);
  return guid;
}

/* Identifiers consist of letters, digits and underscores. */
static gchar *
identifier (const gchar * text)
{
  return g_strcanon (g_strdup (text), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS,
      '_');
}

/**
 * gst_ffs_u3v_xml_new:
 * @identity: identity of the camera
 * @offer: the caps that upstream can produce
 * @controls: the controls of the source
 * @n_controls: at most MAX_CONTROLS
 *
 * Returns: (transfer full): the description
 */
gchar *
gst_ffs_u3v_xml_new (const GstFfsIdentity * identity, GstFfsU3vOffer * offer,
    const GstFfsControl * controls, guint n_controls)
{
  const Source source = { identity, offer, controls, n_controls };
  gchar *vendor = identifier (identity->manufacturer);
  gchar *model = identifier (identity->product);
  GstFfsU3vNodes nodes;
  gchar *body, *name, *product, *version, *xml;

  g_assert (n_controls <= MAX_CONTROLS);
  gst_ffs_u3v_nodes_init (&nodes);
  add_device (&nodes);
  add_image (&nodes, &source);
  add_acquisition (&nodes, &source);
  add_controls (&nodes, &source, GST_FFS_U3V_ANALOG);
  gst_ffs_u3v_nodes_end_category (&nodes, GST_FFS_U3V_ANALOG);
  add_transport (&nodes);
  add_user_sets (&nodes);
  gst_ffs_u3v_nodes_add_register (&nodes, "OnlyChoice",
      FEATURES + FEATURE_ONLY_CHOICE, 4, GST_FFS_U3V_RW, FALSE);
  body = gst_ffs_u3v_nodes_finish (&nodes);

  name = g_strconcat (vendor, " ", model, NULL);
  product = guid_of (name);
  xml = g_strconcat (name, "\n", body, NULL);
  version = guid_of (xml);
  g_free (xml);
  xml = g_strdup_printf ("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<RegisterDescription ModelName=\"%s\" VendorName=\"%s\" "
      "StandardNameSpace=\"USB\" SchemaMajorVersion=\"1\" "
      "SchemaMinorVersion=\"1\" SchemaSubMinorVersion=\"0\" "
      "MajorVersion=\"1\" MinorVersion=\"0\" SubMinorVersion=\"0\" "
      "ProductGuid=\"%s\" VersionGuid=\"%s\" "
      "xmlns=\"http://www.genicam.org/GenApi/Version_1_1\" "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:schemaLocation=\"http://www.genicam.org/GenApi/Version_1_1 "
      "http://www.genicam.org/GenApi/GenApiSchema_Version_1_1.xsd\">\n"
      "%s</RegisterDescription>\n", model, vendor, product, version, body);
  g_free (name);
  g_free (product);
  g_free (version);
  g_free (vendor);
  g_free (model);
  g_free (body);
  return xml;
}
