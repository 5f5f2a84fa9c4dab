/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Builds the initial data for ep0: the descriptors of a function for full,
 * high and super speed, the Microsoft OS descriptors, and the strings. All
 * three speeds are always present, since kernels crash without full speed
 * descriptors.
 *
 * Interface, endpoint and string numbers are local to the function; the kernel
 * replaces them when the gadget is bound. Unpatched kernels do not replace the
 * first interface of an association, so a function with one must be the first
 * of its configuration. They also reject class-specific descriptors.
 *
 * No state, no locks; the caller owns what is returned.
 */

#include <string.h>

#include <linux/usb/ch9.h>
#include <linux/usb/functionfs.h>

#include "gstffsbytes.h"
#include "gstffsdescriptors.h"

#define BULK_PACKET_FULL 64
#define BULK_PACKET_HIGH 512
#define BULK_PACKET_SUPER 1024

/* bMaxBurst of the stream endpoint. */
#define STREAM_BURST 15

/* The property by which programs find the device. Kernels accept the type of
 * the list property ("...GUIDs"), but do not pass it to the host. */
#define GUID_PROPERTY "DeviceInterfaceGUID"
#define OS_DESC_COMPAT 4
#define OS_DESC_PROPERTIES 5
#define PROPERTY_UNICODE 1
#define PROPERTY_OVERHEAD 14

#define LANGUAGE_US_ENGLISH 0x0409

static const guint16 bulk_packet[GST_FFS_N_SPEEDS] = {
  BULK_PACKET_FULL, BULK_PACKET_HIGH, BULK_PACKET_SUPER
};

static void
set32 (GByteArray * out, guint offset, guint32 value)
{
  gst_ffs_put_u32 (out->data + offset, value);
}

static void
put_string (GByteArray * out, const gchar * text)
{
  g_byte_array_append (out, (const guint8 *) text, strlen (text) + 1);
}

/* Strings not used as interface names, which come first. */
static guint
count_strings (const GstFfsFunctionDesc * desc)
{
  return desc->strings ? g_strv_length ((gchar **) desc->strings) : 0;
}

/* Named after its first interface, as the video class requires. */
static void
put_association (GByteArray * out, const GstFfsFunctionDesc * desc)
{
  gst_ffs_append_u8 (out, USB_DT_INTERFACE_ASSOCIATION_SIZE);
  gst_ffs_append_u8 (out, USB_DT_INTERFACE_ASSOCIATION);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, desc->n_interfaces);
  gst_ffs_append_u8 (out, desc->association[0]);
  gst_ffs_append_u8 (out, desc->association[1]);
  gst_ffs_append_u8 (out, desc->association[2]);
  gst_ffs_append_u8 (out, desc->interfaces[0].name ?
      count_strings (desc) + 1 : 0);
}

static void
put_interface (GByteArray * out, const GstFfsInterfaceDesc * iface,
    guint number, guint string)
{
  gst_ffs_append_u8 (out, USB_DT_INTERFACE_SIZE);
  gst_ffs_append_u8 (out, USB_DT_INTERFACE);
  gst_ffs_append_u8 (out, number);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u8 (out, strlen (iface->endpoints));
  gst_ffs_append_u8 (out, iface->klass);
  gst_ffs_append_u8 (out, iface->subclass);
  gst_ffs_append_u8 (out, iface->protocol);
  gst_ffs_append_u8 (out, string);
}

static void
put_endpoint (GByteArray * out, guint number, gboolean in, GstFfsSpeed speed)
{
  gst_ffs_append_u8 (out, USB_DT_ENDPOINT_SIZE);
  gst_ffs_append_u8 (out, USB_DT_ENDPOINT);
  gst_ffs_append_u8 (out, number | (in ? USB_DIR_IN : USB_DIR_OUT));
  gst_ffs_append_u8 (out, USB_ENDPOINT_XFER_BULK);
  gst_ffs_append_u16 (out, bulk_packet[speed]);
  gst_ffs_append_u8 (out, 0);
}

/* Returns the number of descriptors, which have their own lengths. */
static guint
put_extra (GByteArray * out, const GstFfsExtra * extra)
{
  gsize at = 0;
  guint count = 0;

  while (at < extra->size && extra->data[at] > 0) {
    at += extra->data[at];
    count++;
  }
  g_assert (at == extra->size);
  g_byte_array_append (out, extra->data, extra->size);
  return count;
}

static void
put_companion (GByteArray * out, guint burst)
{
  gst_ffs_append_u8 (out, USB_DT_SS_EP_COMP_SIZE);
  gst_ffs_append_u8 (out, USB_DT_SS_ENDPOINT_COMP);
  gst_ffs_append_u8 (out, burst);
  gst_ffs_append_u8 (out, 0);
  gst_ffs_append_u16 (out, 0);
}

/* Returns the number of descriptors. */
static guint
put_speed (GByteArray * out, const GstFfsFunctionDesc * desc, GstFfsSpeed speed)
{
  guint i, count = 0, endpoint = 0, string = count_strings (desc);
  const gchar *type;

  if (desc->association[0] != 0) {
    put_association (out, desc);
    count++;
  }
  for (i = 0; i < desc->n_interfaces; i++) {
    const GstFfsInterfaceDesc *iface = &desc->interfaces[i];

    put_interface (out, iface, i, iface->name ? ++string : 0);
    count += 1 + put_extra (out, &iface->extra[speed]);
    for (type = iface->endpoints; *type; type++) {
      put_endpoint (out, ++endpoint, *type == 'i', speed);
      count++;
      if (speed != GST_FFS_SPEED_SUPER)
        continue;
      put_companion (out, endpoint == desc->stream_endpoint ? STREAM_BURST : 0);
      count++;
    }
  }
  return count;
}

static void
put_os_header (GByteArray * out, guint16 version, guint interface,
    guint32 length, guint16 kind)
{
  gst_ffs_append_u8 (out, interface);
  gst_ffs_append_u32 (out, length);
  gst_ffs_append_u16 (out, version);
  gst_ffs_append_u16 (out, kind);
  gst_ffs_append_u16 (out, 1);
}

static void
put_compatible_id (GByteArray * out, guint16 version, guint interface,
    const gchar * id)
{
  struct usb_ext_compat_desc compat;

  memset (&compat, 0, sizeof (compat));
  compat.bFirstInterfaceNumber = interface;
  compat.Reserved1 = 1;
  memcpy (compat.CompatibleID, id, MIN (strlen (id),
          sizeof (compat.CompatibleID)));

  put_os_header (out, version, interface, sizeof (struct usb_os_desc_header)
      + sizeof (compat), OS_DESC_COMPAT);
  g_byte_array_append (out, (guint8 *) & compat, sizeof (compat));
}

/* Lengths in bytes; the kernel converts both strings to UTF-16. */
static void
put_interface_guid (GByteArray * out, guint16 version, guint interface,
    const gchar * guid)
{
  guint32 size = PROPERTY_OVERHEAD + sizeof (GUID_PROPERTY) + strlen (guid) + 1;

  put_os_header (out, version, interface,
      sizeof (struct usb_os_desc_header) + size, OS_DESC_PROPERTIES);
  gst_ffs_append_u32 (out, size);
  gst_ffs_append_u32 (out, PROPERTY_UNICODE);
  gst_ffs_append_u16 (out, sizeof (GUID_PROPERTY));
  put_string (out, GUID_PROPERTY);
  gst_ffs_append_u32 (out, strlen (guid) + 1);
  put_string (out, guid);
}

/* Windows loads one driver for an association, else one for each interface.
 * Returns the number of descriptors. */
static guint
put_os_descriptors (GByteArray * out, const GstFfsFunctionDesc * desc,
    guint16 version)
{
  guint n = desc->association[0] != 0 ? 1 : desc->n_interfaces;
  guint i, count = 0;

  for (i = 0; i < n; i++) {
    put_compatible_id (out, version, i, desc->compatible_id);
    count++;
    if (desc->interface_guid) {
      put_interface_guid (out, version, i, desc->interface_guid);
      count++;
    }
  }
  return count;
}

/**
 * gst_ffs_descriptors_build:
 * @desc: the function
 * @os_version: encoding of the OS descriptors' version
 *
 * Returns: (transfer full): the first data to write to ep0
 */
GBytes *
gst_ffs_descriptors_build (const GstFfsFunctionDesc * desc, guint16 os_version)
{
  GByteArray *out = g_byte_array_new ();
  guint32 flags = FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC
      | FUNCTIONFS_HAS_SS_DESC;
  guint length_at, counts_at, i;

  if (desc->compatible_id)
    flags |= FUNCTIONFS_HAS_MS_OS_DESC;

  gst_ffs_append_u32 (out, FUNCTIONFS_DESCRIPTORS_MAGIC_V2);
  length_at = out->len;
  gst_ffs_append_u32 (out, 0);
  gst_ffs_append_u32 (out, flags);
  counts_at = out->len;
  for (i = 0; i < GST_FFS_N_SPEEDS; i++)
    gst_ffs_append_u32 (out, 0);
  if (desc->compatible_id)
    gst_ffs_append_u32 (out, 0);

  for (i = 0; i < GST_FFS_N_SPEEDS; i++)
    set32 (out, counts_at + 4 * i, put_speed (out, desc, i));
  if (desc->compatible_id)
    set32 (out, counts_at + 4 * i, put_os_descriptors (out, desc, os_version));

  set32 (out, length_at, out->len);
  return g_byte_array_free_to_bytes (out);
}

/**
 * gst_ffs_strings_build:
 * @desc: the function
 *
 * Returns: (transfer full): the second data to write to ep0
 */
GBytes *
gst_ffs_strings_build (const GstFfsFunctionDesc * desc)
{
  GByteArray *out = g_byte_array_new ();
  guint i, n_strings = count_strings (desc), n = n_strings;

  for (i = 0; i < desc->n_interfaces; i++)
    n += desc->interfaces[i].name != NULL;

  gst_ffs_append_u32 (out, FUNCTIONFS_STRINGS_MAGIC);
  gst_ffs_append_u32 (out, 0);
  gst_ffs_append_u32 (out, n);
  gst_ffs_append_u32 (out, n > 0);
  if (n > 0)
    gst_ffs_append_u16 (out, LANGUAGE_US_ENGLISH);
  for (i = 0; i < n_strings; i++)
    put_string (out, desc->strings[i]);
  for (i = 0; i < desc->n_interfaces; i++) {
    if (desc->interfaces[i].name)
      put_string (out, desc->interfaces[i].name);
  }
  set32 (out, 4, out->len);
  return g_byte_array_free_to_bytes (out);
}
