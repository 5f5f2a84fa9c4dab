/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parses untrusted caps from a host. GStreamer's parser is made for trusted
 * input: it creates values of any registered type, recurses without a limit,
 * and treats an inverted range as a programming error. This parser supports
 * only the subset that describes formats:
 *
 *   caps   = format { ";" format } [ ";" ]
 *   format = name [ "(" features ")" ] { "," name "=" value }
 *   value  = [ "(" type ")" ] ( scalar | list | range )
 *   list   = "{" [ "(" type ")" ] scalar { "," [ "(" type ")" ] scalar } "}"
 *   range  = "[" scalar "," scalar [ "," scalar ] "]"
 *
 * Features are ignored: hosts have no say in the device's memory. Lists
 * contain no ranges, which GStreamer 1.22 cannot compare. Anything too long,
 * too many or out of range is an error.
 *
 * Ownership: the caller owns the text; tokens are copied.
 *
 * Locking: none; the process-wide count is atomic.
 */

#include <string.h>

#include "gstffsstreamparser.h"

#define MAX_FORMATS 32
#define MAX_FIELDS 64
#define MAX_ITEMS 256
#define MAX_TOKEN 255
#define MAX_NEW_NAMES 256

typedef struct
{
  const gchar *p;
  gchar token[MAX_TOKEN + 1];
  gboolean quoted;
} Parser;

static const struct
{
  const gchar *name;
  gchar type;
} types[] = {
  {"int", 'i'}, {"i", 'i'}, {"gint", 'i'},
  {"fraction", 'f'}, {"GstFraction", 'f'},
  {"string", 's'}, {"str", 's'}, {"s", 's'}, {"gchararray", 's'},
  {"boolean", 'b'}, {"bool", 'b'}, {"b", 'b'}, {"gboolean", 'b'},
  {"double", 'd'}, {"d", 'd'}, {"gdouble", 'd'},
  {"bitmask", 'm'}, {"GstBitmask", 'm'},
};

static gchar
look (Parser * self)
{
  while (*self->p == ' ' || *self->p == '\t')
    self->p++;
  return *self->p;
}

static gboolean
take (Parser * self, gchar c)
{
  if (look (self) != c)
    return FALSE;
  self->p++;
  return TRUE;
}

/* In quotation marks a backslash escapes the next character. */
static gboolean
take_quoted (Parser * self)
{
  guint n = 0;

  while (*self->p != '"') {
    if (*self->p == '\\')
      self->p++;
    if (!g_ascii_isprint (*self->p) || n == MAX_TOKEN)
      return FALSE;
    self->token[n++] = *self->p++;
  }
  self->p++;
  self->token[n] = '\0';
  return TRUE;
}

/* Reads a name, a number, a word, or a quoted string. */
static gboolean
take_token (Parser * self)
{
  guint n = 0;

  self->quoted = look (self) == '"';
  if (self->quoted) {
    self->p++;
    return take_quoted (self);
  }
  while (g_ascii_isalnum (*self->p)
      || (*self->p != '\0' && strchr ("_-+./:!", *self->p))) {
    if (n == MAX_TOKEN)
      return FALSE;
    self->token[n++] = *self->p++;
  }
  self->token[n] = '\0';
  return n > 0;
}

/* Returns 0 without a type, '?' for an unknown one. */
static gchar
take_type (Parser * self)
{
  guint i;

  if (!take (self, '('))
    return 0;
  if (take_token (self) && take (self, ')')) {
    for (i = 0; i < G_N_ELEMENTS (types); i++) {
      if (strcmp (types[i].name, self->token) == 0)
        return types[i].type;
    }
  }
  return '?';
}

static gboolean
parse_int (const gchar * text, gint * number)
{
  gint64 wide;

  if (*text == '+')
    text++;
  if (!g_ascii_string_to_signed (text, 10, G_MININT, G_MAXINT, &wide, NULL))
    return FALSE;
  *number = wide;
  return TRUE;
}

static gboolean
parse_fraction (gchar * text, gint * numerator, gint * denominator)
{
  gchar *slash = strchr (text, '/');
  gboolean ok;

  *denominator = 1;
  if (slash == NULL)
    return parse_int (text, numerator);
  *slash = '\0';
  ok = parse_int (text, numerator) && parse_int (slash + 1, denominator)
      && *denominator > 0 && *numerator > G_MININT;
  *slash = '/';
  return ok;
}

static gchar
guess_type (Parser * self)
{
  const gchar *text = self->token;
  gint a, b;

  if (self->quoted)
    return 's';
  if (parse_int (text, &a))
    return 'i';
  if (parse_fraction (self->token, &a, &b))
    return 'f';
  if (g_ascii_strcasecmp (text, "true") == 0
      || g_ascii_strcasecmp (text, "false") == 0)
    return 'b';
  return 's';
}

/* A type of 0 is derived from the text. */
static gboolean
take_scalar (Parser * self, gchar * type, GValue * value)
{
  gchar *text = self->token, *end;
  gdouble number;
  guint64 mask;
  gint a, b;

  if (!take_token (self))
    return FALSE;
  if (*type == 0)
    *type = guess_type (self);

  switch (*type) {
    case 'i':
      if (!parse_int (text, &a))
        return FALSE;
      g_value_init (value, G_TYPE_INT);
      g_value_set_int (value, a);
      return TRUE;
    case 'f':
      if (!parse_fraction (text, &a, &b))
        return FALSE;
      g_value_init (value, GST_TYPE_FRACTION);
      gst_value_set_fraction (value, a, b);
      return TRUE;
    case 'd':
      number = g_ascii_strtod (text, &end);
      if (*end != '\0' || !(number > -1e300 && number < 1e300))
        return FALSE;
      g_value_init (value, G_TYPE_DOUBLE);
      g_value_set_double (value, number);
      return TRUE;
    case 'b':
      g_value_init (value, G_TYPE_BOOLEAN);
      g_value_set_boolean (value, g_ascii_strcasecmp (text, "true") == 0);
      return g_value_get_boolean (value)
          || g_ascii_strcasecmp (text, "false") == 0;
    case 'm':
      if (!g_str_has_prefix (text, "0x")
          || !g_ascii_string_to_unsigned (text + 2, 16, 0, G_MAXUINT64, &mask,
              NULL))
        return FALSE;
      g_value_init (value, GST_TYPE_BITMASK);
      gst_value_set_bitmask (value, mask);
      return TRUE;
    case 's':
      g_value_init (value, G_TYPE_STRING);
      g_value_set_string (value, text);
      return TRUE;
    default:
      return FALSE;
  }
}

static gboolean
set_range (gchar type, const GValue * low, const GValue * high, gint step,
    GValue * value)
{
  if (gst_value_compare (low, high) != GST_VALUE_LESS_THAN)
    return FALSE;
  switch (type) {
    case 'i':
      if (step < 1 || g_value_get_int (low) % step != 0
          || g_value_get_int (high) % step != 0)
        return FALSE;
      g_value_init (value, GST_TYPE_INT_RANGE);
      gst_value_set_int_range_step (value, g_value_get_int (low),
          g_value_get_int (high), step);
      return TRUE;
    case 'f':
      g_value_init (value, GST_TYPE_FRACTION_RANGE);
      gst_value_set_fraction_range (value, low, high);
      return step == 1;
    case 'd':
      g_value_init (value, GST_TYPE_DOUBLE_RANGE);
      gst_value_set_double_range (value, g_value_get_double (low),
          g_value_get_double (high));
      return step == 1;
    default:
      return FALSE;
  }
}

static gboolean
take_range (Parser * self, gchar type, GValue * value)
{
  GValue low = G_VALUE_INIT, high = G_VALUE_INIT;
  gboolean ok;
  gint step = 1;

  ok = take_scalar (self, &type, &low) && take (self, ',')
      && take_scalar (self, &type, &high);
  if (ok && take (self, ','))
    ok = take_token (self) && parse_int (self->token, &step);
  ok = ok && take (self, ']') && set_range (type, &low, &high, step, value);
  if (G_IS_VALUE (&low))
    g_value_unset (&low);
  if (G_IS_VALUE (&high))
    g_value_unset (&high);
  return ok;
}

static gboolean
take_list (Parser * self, gchar type, GValue * value)
{
  gchar first = 0;
  guint n = 0;

  g_value_init (value, GST_TYPE_LIST);
  do {
    GValue item = G_VALUE_INIT;
    gchar own = take_type (self);

    if (own == 0)
      own = type;
    if (n++ == MAX_ITEMS || !take_scalar (self, &own, &item)
        || (first != 0 && own != first)) {
      if (G_IS_VALUE (&item))
        g_value_unset (&item);
      return FALSE;
    }
    first = own;
    gst_value_list_append_and_take_value (value, &item);
  } while (take (self, ','));
  return take (self, '}');
}

/* Before 1.26 GStreamer interns the names of formats and fields as quarks,
 * which are never freed, so a host could exhaust memory. Names in the
 * pipeline's caps are already interned; new ones are only useful if it offers
 * ANY, and limited in number. */
static gboolean
may_use_name (const gchar * name)
{
#if GST_CHECK_VERSION (1, 26, 0)
  return name != NULL;
#else
  static gint n_new;

  if (g_quark_try_string (name) != 0)
    return TRUE;
  if (g_atomic_int_get (&n_new) >= MAX_NEW_NAMES)
    return FALSE;
  g_atomic_int_inc (&n_new);
  return TRUE;
#endif
}

static gboolean
take_field (Parser * self, GstStructure * structure)
{
  g_autofree gchar *name = NULL;
  GValue value = G_VALUE_INIT;
  gboolean ok;
  gchar type;

  if (!take_token (self) || self->quoted
      || strspn (self->token, "abcdefghijklmnopqrstuvwxyz"
          "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != strlen (self->token))
    return FALSE;
  name = g_strdup (self->token);
  if (!take (self, '='))
    return FALSE;

  type = take_type (self);
  if (take (self, '{'))
    ok = take_list (self, type, &value);
  else if (take (self, '['))
    ok = take_range (self, type, &value);
  else
    ok = take_scalar (self, &type, &value);
  ok = ok && may_use_name (name);
  if (ok)
    gst_structure_take_value (structure, name, &value);
  else if (G_IS_VALUE (&value))
    g_value_unset (&value);
  return ok;
}

static gboolean
skip_features (Parser * self)
{
  if (!take (self, '('))
    return TRUE;
  do {
    if (!take_token (self))
      return FALSE;
  } while (take (self, ','));
  return take (self, ')');
}

/* Accepts names for which GStreamer prints no warning, as it does for old
 * names of raw formats. Requiring a slash excludes "ANY". */
static gboolean
is_media_type (const gchar * name)
{
  return g_ascii_isalpha (name[0]) && strchr (name, '/') != NULL
      && strchr (name, '!') == NULL && !g_str_has_prefix (name, "video/x-raw-")
      && !g_str_has_prefix (name, "audio/x-raw-") && may_use_name (name);
}

static GstStructure *
take_format (Parser * self)
{
  GstStructure *structure;
  guint n = 0;

  if (!take_token (self) || self->quoted || !is_media_type (self->token))
    return NULL;
  structure = gst_structure_new_empty (self->token);
  if (!skip_features (self))
    goto wrong;
  while (take (self, ',')) {
    if (n++ == MAX_FIELDS || !take_field (self, structure))
      goto wrong;
  }
  return structure;

wrong:
  gst_structure_free (structure);
  return NULL;
}

/**
 * gst_ffs_stream_parse_caps:
 * @text: caps from a host
 *
 * Returns: (transfer full) (nullable): the caps, not empty, without features;
 * %NULL if invalid
 */
GstCaps *
gst_ffs_stream_parse_caps (const gchar * text)
{
  Parser self = {.p = text };
  GstCaps *caps = gst_caps_new_empty ();
  guint n = 0;

  do {
    GstStructure *structure = n++ < MAX_FORMATS ? take_format (&self) : NULL;

    if (structure == NULL) {
      gst_caps_unref (caps);
      return NULL;
    }
    gst_caps_append_structure (caps, structure);
  } while (take (&self, ';') && look (&self) != '\0');

  if (look (&self) != '\0')
    gst_clear_caps (&caps);
  return caps;
}
