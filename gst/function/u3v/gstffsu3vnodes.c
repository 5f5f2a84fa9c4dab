/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsU3vNodes: builds the nodes of a GenICam description.  Each function
 * adds one feature to the open category and, if the feature needs one, its
 * register. Child elements are in the order of the schema, because some parsers
 * require it.
 *
 * Ownership: owns its strings until gst_ffs_u3v_nodes_finish().  Locking: none.
 */

#include "gstffsu3vmap.h"
#include "gstffsu3vnodes.h"

#define STANDARD "Standard"
#define CUSTOM "Custom"

/* The description has numbers of the C locale. */
static const gchar *
number (gchar * buf, gdouble value)
{
  return g_ascii_dtostr (buf, G_ASCII_DTOSTR_BUF_SIZE, value);
}

static void
add (GString * xml, const gchar * format, ...)
G_GNUC_PRINTF (2, 3);

/* Adds a line with escaped strings. */
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
add_feature (GstFfsU3vNodes * self, const gchar * name)
{
  add (self->features, "<pFeature>%s</pFeature>", name);
}

/* ---- document ---- */

void
gst_ffs_u3v_nodes_init (GstFfsU3vNodes * self)
{
  self->xml = g_string_new (NULL);
  self->features = g_string_new (NULL);
  self->categories = g_string_new (NULL);
}

static void
add_category (GstFfsU3vNodes * self, const gchar * name,
    const GString * features)
{
  add (self->xml, "<Category Name=\"%s\" NameSpace=\"" STANDARD "\">", name);
  g_string_append (self->xml, features->str);
  add (self->xml, "</Category>");
}

/**
 * gst_ffs_u3v_nodes_end_category:
 *
 * Puts the features added since the last category into this one.  A category
 * without features is left out.
 */
void
gst_ffs_u3v_nodes_end_category (GstFfsU3vNodes * self, const gchar * name)
{
  if (self->features->len == 0)
    return;
  add_category (self, name, self->features);
  g_string_truncate (self->features, 0);
  add (self->categories, "<pFeature>%s</pFeature>", name);
}

/**
 * gst_ffs_u3v_nodes_finish:
 *
 * Returns: (transfer full): all nodes
 */
gchar *
gst_ffs_u3v_nodes_finish (GstFfsU3vNodes * self)
{
  add_category (self, "Root", self->categories);
  add (self->xml, "<Port Name=\"Device\" NameSpace=\"" STANDARD "\"/>");
  g_string_free (self->features, TRUE);
  g_string_free (self->categories, TRUE);
  return g_string_free (self->xml, FALSE);
}

/* ---- features ---- */

/* Adds the node "@nameRegister", which is not a feature. */
void
gst_ffs_u3v_nodes_add_register (GstFfsU3vNodes * self, const gchar * name,
    guint64 address, guint length, const gchar * access, gboolean is_signed)
{
  add (self->xml, "<IntReg Name=\"%sRegister\" NameSpace=\"" CUSTOM "\">"
      "<Address>0x%" G_GINT64_MODIFIER "x</Address><Length>%u</Length>"
      "<AccessMode>%s</AccessMode><pPort>Device</pPort>"
      "<Cachable>NoCache</Cachable><Sign>%s</Sign>"
      "<Endianess>LittleEndian</Endianess></IntReg>", name, address, length,
      access, is_signed ? "Signed" : "Unsigned");
}

void
gst_ffs_u3v_nodes_add_text (GstFfsU3vNodes * self, const gchar * name,
    guint64 address, const gchar * access)
{
  add_feature (self, name);
  add (self->xml, "<StringReg Name=\"%s\" NameSpace=\"" STANDARD "\">"
      "<Address>0x%" G_GINT64_MODIFIER "x</Address><Length>%d</Length>"
      "<AccessMode>%s</AccessMode><pPort>Device</pPort></StringReg>",
      name, address, ABRM_STRING_LENGTH, access);
}

/* Adds a read-only integer with the value of a register. */
void
gst_ffs_u3v_nodes_add_shown (GstFfsU3vNodes * self, const gchar * name,
    const gchar * reg)
{
  add_feature (self, name);
  add (self->xml, "<Integer Name=\"%s\" NameSpace=\"" STANDARD "\">"
      "<Visibility>Expert</Visibility><pValue>%sRegister</pValue></Integer>",
      name, reg);
}

void
gst_ffs_u3v_nodes_add_constant (GstFfsU3vNodes * self, const gchar * name,
    guint value)
{
  add_feature (self, name);
  add (self->xml, "<Integer Name=\"%s\" NameSpace=\"" STANDARD "\">"
      "<Visibility>Expert</Visibility>"
      "<ImposedAccessMode>RO</ImposedAccessMode><Value>%u</Value></Integer>",
      name, value);
}

static void
add_lock (GstFfsU3vNodes * self)
{
  add (self->xml, "<pIsLocked>TLParamsLocked</pIsLocked>");
}

/* @lockable: read-only while the parameters of the stream are locked */
void
gst_ffs_u3v_nodes_add_range (GstFfsU3vNodes * self, const gchar * name,
    guint64 address, const GstFfsU3vRange * range, gboolean lockable)
{
  add_feature (self, name);
  add (self->xml, "<Integer Name=\"%s\" NameSpace=\"" STANDARD "\">", name);
  if (lockable)
    add_lock (self);
  add (self->xml,
      "<pValue>%sRegister</pValue><Min>%u</Min><Max>%u</Max><Inc>%u</Inc>"
      "</Integer>", name, range->min, range->max, range->step);
  gst_ffs_u3v_nodes_add_register (self, name, address, 4, GST_FFS_U3V_RW,
      FALSE);
}

/* Adds a value of the region, lockable like Width.  Its maximum depends on the
 * other values; the register at @limit has it. */
void
gst_ffs_u3v_nodes_add_limited (GstFfsU3vNodes * self, const gchar * name,
    guint64 address, guint min, guint step, guint64 limit)
{
  gchar *max = g_strconcat (name, "Limit", NULL);

  add_feature (self, name);
  add (self->xml, "<Integer Name=\"%s\" NameSpace=\"" STANDARD "\">", name);
  add_lock (self);
  add (self->xml,
      "<pValue>%sRegister</pValue><Min>%u</Min><pMax>%sRegister</pMax>"
      "<Inc>%u</Inc></Integer>", name, min, max, step);
  gst_ffs_u3v_nodes_add_register (self, name, address, 4, GST_FFS_U3V_RW,
      FALSE);
  gst_ffs_u3v_nodes_add_register (self, max, limit, 4, GST_FFS_U3V_RO, FALSE);
  g_free (max);
}

/* Adds an integer of 0 or 1, invisible in user interfaces. */
void
gst_ffs_u3v_nodes_add_lock (GstFfsU3vNodes * self, const gchar * name,
    guint64 address)
{
  add_feature (self, name);
  add (self->xml, "<Integer Name=\"%s\" NameSpace=\"" STANDARD "\">"
      "<Visibility>Invisible</Visibility><pValue>%sRegister</pValue>"
      "<Min>0</Min><Max>1</Max></Integer>", name, name);
  gst_ffs_u3v_nodes_add_register (self, name, address, 4, GST_FFS_U3V_RW,
      FALSE);
}

void
gst_ffs_u3v_nodes_add_command (GstFfsU3vNodes * self, const gchar * name,
    guint64 address)
{
  add_feature (self, name);
  add (self->xml, "<Command Name=\"%s\" NameSpace=\"" STANDARD "\">"
      "<pValue>%sRegister</pValue><CommandValue>1</CommandValue></Command>",
      name, name);
  gst_ffs_u3v_nodes_add_register (self, name, address, 4, GST_FFS_U3V_WO,
      FALSE);
}

/* Adds an integer with a register of eight bytes. */
void
gst_ffs_u3v_nodes_add_integer (GstFfsU3vNodes * self, const gchar * name,
    const gchar * name_space, guint64 address, const gchar * unit,
    gint64 min, gint64 max)
{
  add_feature (self, name);
  add (self->xml, "<Integer Name=\"%s\" NameSpace=\"%s\">"
      "<pValue>%sRegister</pValue><Min>%" G_GINT64_FORMAT "</Min>"
      "<Max>%" G_GINT64_FORMAT "</Max>", name, name_space, name, min, max);
  if (unit)
    add (self->xml, "<Unit>%s</Unit>", unit);
  add (self->xml, "</Integer>");
  gst_ffs_u3v_nodes_add_register (self, name, address, 8, GST_FFS_U3V_RW, TRUE);
}

void
gst_ffs_u3v_nodes_add_float (GstFfsU3vNodes * self, const gchar * name,
    const gchar * name_space, guint64 address, const gchar * unit,
    gdouble min, gdouble max)
{
  gchar from[G_ASCII_DTOSTR_BUF_SIZE], to[G_ASCII_DTOSTR_BUF_SIZE];

  add_feature (self, name);
  add (self->xml, "<Float Name=\"%s\" NameSpace=\"%s\">"
      "<pValue>%sRegister</pValue><Min>%s</Min><Max>%s</Max>", name,
      name_space, name, number (from, min), number (to, max));
  if (unit)
    add (self->xml, "<Unit>%s</Unit>", unit);
  add (self->xml, "</Float>");
  add (self->xml, "<FloatReg Name=\"%sRegister\" NameSpace=\"" CUSTOM "\">"
      "<Address>0x%" G_GINT64_MODIFIER "x</Address><Length>8</Length>"
      "<AccessMode>RW</AccessMode><pPort>Device</pPort>"
      "<Cachable>NoCache</Cachable>"
      "<Endianess>LittleEndian</Endianess></FloatReg>", name, address);
}

/* Add the entries next, then the end.  @lockable: as for a range */
void
gst_ffs_u3v_nodes_begin_enumeration (GstFfsU3vNodes * self,
    const gchar * name, const gchar * name_space, gboolean lockable)
{
  add_feature (self, name);
  add (self->xml, "<Enumeration Name=\"%s\" NameSpace=\"%s\">", name,
      name_space);
  if (lockable)
    add_lock (self);
}

void
gst_ffs_u3v_nodes_add_entry (GstFfsU3vNodes * self, const gchar * name,
    gint64 value)
{
  add (self->xml, "<EnumEntry Name=\"%s\" NameSpace=\"" STANDARD "\">"
      "<Value>%" G_GINT64_FORMAT "</Value></EnumEntry>", name, value);
}

/* @reg: name of the register, without the suffix "Register" */
void
gst_ffs_u3v_nodes_end_enumeration (GstFfsU3vNodes * self, const gchar * reg)
{
  add (self->xml, "<pValue>%sRegister</pValue></Enumeration>", reg);
}

/* Adds an enumeration of one entry, which programs may write as well.
 * @selected: the names of the selected features, or %NULL if the enumeration is
 * not a selector */
void
gst_ffs_u3v_nodes_add_only (GstFfsU3vNodes * self, const gchar * name,
    const gchar * entry, const gchar * const *selected)
{
  guint i;

  gst_ffs_u3v_nodes_begin_enumeration (self, name, STANDARD, FALSE);
  gst_ffs_u3v_nodes_add_entry (self, entry, 0);
  add (self->xml, "<pValue>OnlyChoiceRegister</pValue>");
  for (i = 0; selected && selected[i]; i++)
    add (self->xml, "<pSelected>%s</pSelected>", selected[i]);
  add (self->xml, "</Enumeration>");
}
