/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The device info descriptor of USB3 Vision: versions, speeds and string IDs.
 * The strings repeat the first registers of the camera.  The IDs are those of
 * the function; the kernel replaces them by the gadget's at bind time.
 *
 * A kernel that accepts the descriptor without knowing its strings leaves the
 * IDs alone.  Manufacturer, product and serial number have IDs 1 to 3, as in
 * the gadget, so a host finds these three on such a kernel as well.
 *
 * Ownership: the caller keeps the strings of the identity.  No locks.
 */

#include <string.h>

#include "function/gstffsbytes.h"
#include "gstffsu3vinfo.h"
#include "gstffsu3vmap.h"

#define CLASS_SPECIFIC_INTERFACE 0x24
#define DEVICE_INFO 0x01

#define GENCP_VERSION_AT 3
#define U3V_VERSION_AT 7
#define STRINGS_AT 11
#define SPEEDS_AT 19

/* Bits, low speed first: full, high and super speed. */
#define SPEEDS 0x0e

enum
{
  VENDOR = 1,
  MODEL,
  SERIAL,
  GUID,
  FAMILY,
  VERSION,
  MANUFACTURER_INFO,
};

/* The vendor ID and eight digits derived from product and serial number. */
static gchar *
make_guid (const GstFfsIdentity * identity)
{
  gchar *name = g_strconcat (identity->product, "\n", identity->serial, NULL);
  gchar *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, name, -1);
  gchar *digits = g_ascii_strup (sum, 8);
  gchar *guid = g_strdup_printf ("%04X%s", identity->vendor_id, digits);

  g_free (name);
  g_free (sum);
  g_free (digits);
  return guid;
}

/**
 * gst_ffs_u3v_info_init:
 * @identity: identity of the camera
 *
 * Clear with gst_ffs_u3v_info_clear().
 */
void
gst_ffs_u3v_info_init (GstFfsU3vInfo * self, const GstFfsIdentity * identity)
{
  /* In the order of the descriptor; 0 is the user-defined name. */
  static const guint8 numbers[] = {
    GUID, VENDOR, MODEL, FAMILY, VERSION, MANUFACTURER_INFO, SERIAL, 0
  };
  guint8 *out = self->descriptor;

  memset (self, 0, sizeof (*self));
  self->guid = make_guid (identity);
  self->strings[VENDOR - 1] = identity->manufacturer;
  self->strings[MODEL - 1] = identity->product;
  self->strings[SERIAL - 1] = identity->serial;
  self->strings[GUID - 1] = self->guid;
  self->strings[FAMILY - 1] = U3V_FAMILY;
  self->strings[VERSION - 1] = U3V_DEVICE_VERSION;
  self->strings[MANUFACTURER_INFO - 1] = U3V_MANUFACTURER_INFO;

  out[0] = GST_FFS_U3V_INFO_SIZE;
  out[1] = CLASS_SPECIFIC_INTERFACE;
  out[2] = DEVICE_INFO;
  gst_ffs_put_u32 (out + GENCP_VERSION_AT, U3V_VERSION_1_0);
  gst_ffs_put_u32 (out + U3V_VERSION_AT, U3V_VERSION_1_0);
  memcpy (out + STRINGS_AT, numbers, sizeof (numbers));
  out[SPEEDS_AT] = SPEEDS;
}

void
gst_ffs_u3v_info_clear (GstFfsU3vInfo * self)
{
  g_clear_pointer (&self->guid, g_free);
}
