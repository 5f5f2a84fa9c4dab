/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The description of the camera that a host reads from it, in the language of
 * GenICam: which features there are, what they may be set to and in which
 * registers they are.  Made of what upstream offers; names are those of the
 * Standard Features Naming Convention (SFNC).
 *
 * Ownership: gives a string.  No state, no locks.
 */

#include "gstffsu3vmap.h"
#include "gstffsu3vxml.h"

#define RO "RO"
#define RW "RW"
#define WO "WO"

/* Numbers in the description are C's, whatever the locale. */
static const gchar *
number (gchar * buf, gdouble value)
{
  return g_ascii_dtostr (buf, G_ASCII_DTOSTR_BUF_SIZE, value);
}

static void
add (GString * xml, const gchar * format, ...)
G_GNUC_PRINTF (2, 3);

/* Escapes the strings. */
     static void add (GString * xml, const gchar * format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_markup_vprintf_escaped (format, args);
  va_end (args);
  g_string_append (xml, text);
  g_string_append_c (xml, '\n');
  g_free (text);
}

static void
add_text (GString * xml, const gchar * name, guint64 address)
{
  add (xml, "<StringReg Name=\"%s\" NameSpace=\"Standard\">"
      "<Address>0x%" G_GINT64_MODIFIER "x</Address><Length>%d</Length>"
      "<AccessMode>%s</AccessMode><pPort>Device</pPort></StringReg>",
      name, address, ABRM_STRING_LENGTH,
      address == ABRM + ABRM_USER_NAME ? RW : RO);
}

static void
add_register (GString * xml, const gchar * name, guint64 address, guint length,
    const gchar * access, gboolean is_signed)
{
  add (xml, "<IntReg Name=\"%sRegister\" NameSpace=\"Custom\">"
      "<Address>0x%" G_GINT64_MODIFIER "x</Address><Length>%u</Length>"
      "<AccessMode>%s</AccessMode><pPort>Device</pPort>"
      "<Cachable>NoCache</Cachable><Sign>%s</Sign>"
      "<Endianess>LittleEndian</Endianess></IntReg>", name, address, length,
      access, is_signed ? "Signed" : "Unsigned");
}

/* An integer that is what its register says. */
static void
add_plain (GString * xml, const gchar * name, guint64 address, guint length,
    const gchar * visibility)
{
  add (xml, "<Integer Name=\"%s\" NameSpace=\"Standard\">"
      "<Visibility>%s</Visibility><pValue>%sRegister</pValue></Integer>",
      name, visibility, name);
  add_register (xml, name, address, length, RO, FALSE);
}

static void
add_size (GString * xml, const gchar * name, guint offset,
    const GstFfsU3vRange * range)
{
  add (xml, "<Integer Name=\"%s\" NameSpace=\"Standard\">"
      "<pIsLocked>TLParamsLocked</pIsLocked>"
      "<pValue>%sRegister</pValue><Min>%u</Min><Max>%u</Max><Inc>%u</Inc>"
      "</Integer>", name, name, range->min, range->max, range->step);
  add_register (xml, name, FEATURES + offset, 4, RW, FALSE);
}

/* There is no region of interest, but programs ask where it is. */
static void
add_offset (GString * xml, const gchar * name, guint offset)
{
  add (xml, "<Integer Name=\"%s\" NameSpace=\"Standard\">"
      "<pIsLocked>TLParamsLocked</pIsLocked>"
      "<pValue>%sRegister</pValue><Min>0</Min><Max>0</Max></Integer>", name,
      name);
  add_register (xml, name, FEATURES + offset, 4, RW, FALSE);
}

static void
add_entry (GString * xml, const gchar * name, gint64 value)
{
  add (xml, "<EnumEntry Name=\"%s\" NameSpace=\"Standard\">"
      "<Value>%" G_GINT64_FORMAT "</Value></EnumEntry>", name, value);
}

static void
begin_enumeration (GString * xml, const gchar * name)
{
  add (xml, "<Enumeration Name=\"%s\" NameSpace=\"Standard\">", name);
}

static void
end_enumeration (GString * xml, const gchar * name)
{
  add (xml, "<pValue>%sRegister</pValue></Enumeration>", name);
}

static void
add_command (GString * xml, const gchar * name, guint offset)
{
  add (xml, "<Command Name=\"%s\" NameSpace=\"Standard\">"
      "<pValue>%sRegister</pValue><CommandValue>1</CommandValue></Command>",
      name, name);
  add_register (xml, name, FEATURES + offset, 4, WO, FALSE);
}

static void
add_float (GString * xml, const gchar * name, guint64 address,
    const gchar * unit, gdouble min, gdouble max)
{
  gchar from[G_ASCII_DTOSTR_BUF_SIZE], to[G_ASCII_DTOSTR_BUF_SIZE];

  add (xml, "<Float Name=\"%s\" NameSpace=\"Standard\">", name);
  add (xml, "<pValue>%sRegister</pValue><Min>%s</Min><Max>%s</Max>", name,
      number (from, min), number (to, max));
  if (unit)
    add (xml, "<Unit>%s</Unit>", unit);
  add (xml, "</Float>");
  add (xml, "<FloatReg Name=\"%sRegister\" NameSpace=\"Custom\">"
      "<Address>0x%" G_GINT64_MODIFIER "x</Address><Length>8</Length>"
      "<AccessMode>RW</AccessMode><pPort>Device</pPort>"
      "<Cachable>NoCache</Cachable>"
      "<Endianess>LittleEndian</Endianess></FloatReg>", name, address);
}

static void
add_control (GString * xml, const GstFfsControl * control, guint i)
{
  guint64 address = CONTROLS + i * CONTROL_LENGTH;
  guint j;

  switch (control->kind) {
    case GST_FFS_CONTROL_FLOAT:
      add_float (xml, control->name, address, control->unit, control->min,
          control->max);
      return;
    case GST_FFS_CONTROL_ENUM:
      begin_enumeration (xml, control->name);
      for (j = 0; j < control->n_entries; j++) {
        gchar *name = gst_ffs_control_entry_name (&control->entries[j]);

        add_entry (xml, name, control->entries[j].value);
        g_free (name);
      }
      end_enumeration (xml, control->name);
      break;
    case GST_FFS_CONTROL_INTEGER:
      add (xml, "<Integer Name=\"%s\" NameSpace=\"Custom\">"
          "<pValue>%sRegister</pValue><Min>%" G_GINT64_FORMAT "</Min>"
          "<Max>%" G_GINT64_FORMAT "</Max>", control->name, control->name,
          (gint64) control->min, (gint64) control->max);
      if (control->unit)
        add (xml, "<Unit>%s</Unit>", control->unit);
      add (xml, "</Integer>");
      break;
  }
  add_register (xml, control->name, address, CONTROL_LENGTH, RW, TRUE);
}

static void
add_category (GString * xml, const gchar * name, const gchar * const *features)
{
  guint i;

  add (xml, "<Category Name=\"%s\" NameSpace=\"Standard\">", name);
  for (i = 0; features[i]; i++)
    add (xml, "<pFeature>%s</pFeature>", features[i]);
  add (xml, "</Category>");
}

static void
add_formats (GString * xml, GstFfsU3vOffer * offer)
{
  const GstFfsU3vFormat *formats;
  guint i, n;

  formats = gst_ffs_u3v_formats (&n);
  add (xml, "<Enumeration Name=\"PixelFormat\" NameSpace=\"Standard\">"
      "<pIsLocked>TLParamsLocked</pIsLocked>");
  for (i = 0; i < n; i++) {
    if (gst_ffs_u3v_offer_has_format (offer, &formats[i]))
      add_entry (xml, formats[i].name, formats[i].code);
  }
  end_enumeration (xml, "PixelFormat");
  add_register (xml, "PixelFormat", FEATURES + FEATURE_PIXEL_FORMAT, 4, RW,
      FALSE);
}

static void
add_device (GString * xml)
{
  add_text (xml, "DeviceVendorName", ABRM + ABRM_MANUFACTURER);
  add_text (xml, "DeviceModelName", ABRM + ABRM_MODEL);
  add_text (xml, "DeviceVersion", ABRM + ABRM_DEVICE_VERSION);
  add_text (xml, "DeviceManufacturerInfo", ABRM + ABRM_MANUFACTURER_INFO);
  add_text (xml, "DeviceSerialNumber", ABRM + ABRM_SERIAL);
  add_text (xml, "DeviceUserID", ABRM + ABRM_USER_NAME);
}

static void
add_image (GString * xml, GstFfsU3vOffer * offer)
{
  GstFfsU3vRange range;

  gst_ffs_u3v_offer_get_range (offer, "width", &range);
  add_size (xml, "Width", FEATURE_WIDTH, &range);
  gst_ffs_u3v_offer_get_range (offer, "height", &range);
  add_size (xml, "Height", FEATURE_HEIGHT, &range);
  add_plain (xml, "WidthMax", FEATURES + FEATURE_WIDTH_MAX, 4, "Expert");
  add_plain (xml, "HeightMax", FEATURES + FEATURE_HEIGHT_MAX, 4, "Expert");
  add (xml, "<Integer Name=\"SensorWidth\" NameSpace=\"Standard\">"
      "<pValue>WidthMaxRegister</pValue></Integer>"
      "<Integer Name=\"SensorHeight\" NameSpace=\"Standard\">"
      "<pValue>HeightMaxRegister</pValue></Integer>");
  add_offset (xml, "OffsetX", FEATURE_OFFSET_X);
  add_offset (xml, "OffsetY", FEATURE_OFFSET_Y);
  add_formats (xml, offer);
}

static void
add_acquisition (GString * xml)
{
  begin_enumeration (xml, "AcquisitionMode");
  add_entry (xml, "Continuous", MODE_CONTINUOUS);
  add_entry (xml, "SingleFrame", MODE_SINGLE_FRAME);
  end_enumeration (xml, "AcquisitionMode");
  add_register (xml, "AcquisitionMode", FEATURES + FEATURE_ACQUISITION_MODE, 4,
      RW, FALSE);
  add_command (xml, "AcquisitionStart", FEATURE_ACQUISITION_START);
  add_command (xml, "AcquisitionStop", FEATURE_ACQUISITION_STOP);
}

static void
add_transport (GString * xml)
{
  add_plain (xml, "PayloadSize", FEATURES + FEATURE_PAYLOAD_SIZE, 8, "Expert");
  add (xml, "<Integer Name=\"TLParamsLocked\" NameSpace=\"Standard\">"
      "<Visibility>Invisible</Visibility>"
      "<pValue>TLParamsLockedRegister</pValue><Min>0</Min><Max>1</Max>"
      "</Integer>");
  add_register (xml, "TLParamsLocked", FEATURES + FEATURE_PARAMS_LOCKED, 4, RW,
      FALSE);
}

static const gchar *const root[] = {
  "DeviceControl", "ImageFormatControl", "AcquisitionControl",
  "TransportLayerControl", NULL
};

static const gchar *const device[] = {
  "DeviceVendorName", "DeviceModelName", "DeviceVersion",
  "DeviceManufacturerInfo", "DeviceSerialNumber", "DeviceUserID", NULL
};

static const gchar *const image[] = {
  "Width", "Height", "WidthMax", "HeightMax", "SensorWidth", "SensorHeight",
  "OffsetX", "OffsetY", "PixelFormat", NULL
};

static const gchar *const acquisition[] = {
  "AcquisitionMode", "AcquisitionStart", "AcquisitionStop",
  "AcquisitionFrameRate", NULL
};

static const gchar *const transport[] = {
  "PayloadSize", "TLParamsLocked", NULL
};

static void
add_categories (GString * xml, gboolean has_rate,
    const GstFfsControl * controls, guint n_controls)
{
  const gchar *names[MAX_CONTROLS + 1];
  guint i;

  for (i = 0; i < n_controls; i++)
    names[i] = controls[i].name;
  names[i] = NULL;

  add (xml, "<Category Name=\"Root\" NameSpace=\"Standard\">");
  for (i = 0; root[i]; i++)
    add (xml, "<pFeature>%s</pFeature>", root[i]);
  if (n_controls > 0)
    add (xml, "<pFeature>AnalogControl</pFeature>");
  add (xml, "</Category>");
  add_category (xml, "DeviceControl", device);
  add_category (xml, "ImageFormatControl", image);
  add (xml, "<Category Name=\"AcquisitionControl\" NameSpace=\"Standard\">");
  for (i = 0; acquisition[i]; i++) {
    if (has_rate || acquisition[i + 1])
      add (xml, "<pFeature>%s</pFeature>", acquisition[i]);
  }
  add (xml, "</Category>");
  add_category (xml, "TransportLayerControl", transport);
  if (n_controls > 0)
    add_category (xml, "AnalogControl", names);
}

/* Identifiers consist of letters, digits and underlines. */
static gchar *
identifier (const gchar * text)
{
  return g_strcanon (g_strdup (text), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS,
      '_');
}

/**
 * gst_ffs_u3v_xml_new:
 * @identity: who the camera is
 * @offer: what upstream can produce
 * @controls: what can be set on the source
 * @n_controls: not more than MAX_CONTROLS
 *
 * Returns: (transfer full): the description
 */
gchar *
gst_ffs_u3v_xml_new (const GstFfsIdentity * identity, GstFfsU3vOffer * offer,
    const GstFfsControl * controls, guint n_controls)
{
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
  gchar *vendor = identifier (identity->manufacturer);
  gchar *model = identifier (identity->product);
  gboolean has_rate;
  gdouble min, max;
  guint i;

  g_assert (n_controls <= MAX_CONTROLS);
  has_rate = gst_ffs_u3v_offer_get_rates (offer, &min, &max);
  add (xml, "<RegisterDescription ModelName=\"%s\" VendorName=\"%s\" "
      "StandardNameSpace=\"USB\" SchemaMajorVersion=\"1\" "
      "SchemaMinorVersion=\"1\" SchemaSubMinorVersion=\"0\" "
      "MajorVersion=\"1\" MinorVersion=\"0\" SubMinorVersion=\"0\" "
      "ProductGuid=\"6E9F4A10-2C5D-4B7A-9A51-0D1F5B0C7E21\" "
      "VersionGuid=\"A3B0D7C4-5E18-4F2B-8C6D-7F9E2A4B1C35\" "
      "xmlns=\"http://www.genicam.org/GenApi/Version_1_1\" "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:schemaLocation=\"http://www.genicam.org/GenApi/Version_1_1 "
      "http://www.genicam.org/GenApi/GenApiSchema_Version_1_1.xsd\">",
      model, vendor);
  g_free (vendor);
  g_free (model);

  add_categories (xml, has_rate, controls, n_controls);
  add_device (xml);
  add_image (xml, offer);
  add_acquisition (xml);
  if (has_rate)
    add_float (xml, "AcquisitionFrameRate", FEATURES + FEATURE_FRAME_RATE,
        "Hz", min, max);
  add_transport (xml);
  for (i = 0; i < n_controls; i++)
    add_control (xml, &controls[i], i);
  add (xml, "<Port Name=\"Device\" NameSpace=\"Standard\"/>");
  add (xml, "</RegisterDescription>");
  return g_string_free (xml, FALSE);
}
