/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parses the data written to ep0 field by field, by the kernel's rules.
 */

#include <string.h>

#include "bytereader.h"
#include "function/gstffsdescriptors.h"

static ByteReader
read_blob (GBytes * blob)
{
  ByteReader r;

  r.data = g_bytes_get_data (blob, &r.size);
  return r;
}

/* @burst: -1: no SuperSpeed companion */
static void
want_endpoint (ByteReader * r, guint address, guint packet, gint burst)
{
  want (r, 1, 7);
  want (r, 1, 0x05);
  want (r, 1, address);
  want (r, 1, 0x02);
  want (r, 2, packet);
  want (r, 1, 0);
  if (burst < 0)
    return;
  want (r, 1, 6);
  want (r, 1, 0x30);
  want (r, 1, burst);
  want (r, 1, 0);
  want (r, 2, 0);
}

static const GstFfsFunctionDesc single = {
  .n_interfaces = 1,
  .interfaces = {{0xff, 0x46, 0x01, "frames", "i"}},
  .stream_endpoint = 1,
};

static const GstFfsFunctionDesc pair = {
  .device_class = {0xef, 0x02, 0x01},
  .association = {0xef, 0x05, 0x00},
  .n_interfaces = 2,
  .interfaces = {
        {0xef, 0x05, 0x00, NULL, "io"},
        {0xef, 0x05, 0x02, "stream", "i"},
      },
  .stream_endpoint = 3,
};

/* A descriptor that contains a string's number, like those of USB3 Vision. */
static const guint8 mentions[] = { 4, 0x24, 0x01, 2 };

static const gchar *const further[] = { "maker", "model", NULL };

static const GstFfsFunctionDesc with_strings = {
  .association = {0xef, 0x05, 0x00},
  .n_interfaces = 2,
  .interfaces = {
        {0xef, 0x05, 0x00, "control", "i",
            GST_FFS_EXTRA (mentions, sizeof (mentions)), TRUE},
        {0xef, 0x05, 0x02, "stream", "i", GST_FFS_NO_EXTRA, FALSE},
      },
  .stream_endpoint = 2,
  .strings = further,
};

GST_START_TEST (class_strings_precede_interface_names)
{
  GBytes *blob = gst_ffs_descriptors_build (&with_strings, 0x0100);
  ByteReader r = read_blob (blob);

  want (&r, 4, 3);
  want (&r, 4, g_bytes_get_size (blob));
  want (&r, 4, 7);
  /* An association, two interfaces, two endpoints, and the class
   * descriptor. */
  want (&r, 4, 6);
  want (&r, 4, 6);
  want (&r, 4, 8);

  want (&r, 1, 8);
  want (&r, 1, 0x0b);
  want (&r, 2, 0x0200);
  want (&r, 3, 0x0005ef);
  want (&r, 1, 3);
  want_interface (&r, 0, 1, 0xef, 0x05, 0x00, 3);
  want_bytes (&r, mentions, sizeof (mentions));
  want_endpoint (&r, 0x81, 64, -1);
  want_interface (&r, 1, 1, 0xef, 0x05, 0x02, 4);
  g_bytes_unref (blob);

  blob = gst_ffs_strings_build (&with_strings);
  r = read_blob (blob);
  want (&r, 4, 2);
  want (&r, 4, g_bytes_get_size (blob));
  want (&r, 4, 4);
  want (&r, 4, 1);
  want (&r, 2, 0x0409);
  want_bytes (&r, "maker\0model\0control\0stream", 26);
  want (&r, 1, 0);
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);
}

GST_END_TEST;

GST_START_TEST (single_interface_has_descriptors_for_three_speeds)
{
  const guint packets[] = { 64, 512, 1024 };
  GBytes *blob = gst_ffs_descriptors_build (&single, 0x0100);
  ByteReader r = read_blob (blob);
  guint i;

  want (&r, 4, 3);
  want (&r, 4, g_bytes_get_size (blob));
  want (&r, 4, 7);
  want (&r, 4, 2);
  want (&r, 4, 2);
  want (&r, 4, 3);
  for (i = 0; i < 3; i++) {
    want_interface (&r, 0, 1, 0xff, 0x46, 0x01, 1);
    want_endpoint (&r, 0x81, packets[i], i == 2 ? 15 : -1);
  }
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);
}

GST_END_TEST;

GST_START_TEST (association_precedes_its_interfaces)
{
  const guint packets[] = { 64, 512, 1024 };
  GBytes *blob = gst_ffs_descriptors_build (&pair, 0x0100);
  ByteReader r = read_blob (blob);
  guint i;

  want (&r, 4, 3);
  want (&r, 4, g_bytes_get_size (blob));
  want (&r, 4, 7);
  want (&r, 4, 6);
  want (&r, 4, 6);
  want (&r, 4, 9);
  for (i = 0; i < 3; i++) {
    gint burst = i == 2 ? 0 : -1;

    want_bytes (&r, "\x08\x0b\x00\x02\xef\x05\x00\x00", 8);
    want_interface (&r, 0, 2, 0xef, 0x05, 0x00, 0);
    want_endpoint (&r, 0x81, packets[i], burst);
    want_endpoint (&r, 0x02, packets[i], burst);
    want_interface (&r, 1, 1, 0xef, 0x05, 0x02, 1);
    want_endpoint (&r, 0x83, packets[i], i == 2 ? 15 : -1);
  }
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);
}

GST_END_TEST;

static void
want_compat (ByteReader * r, guint interface, const gchar id[8])
{
  want (r, 1, interface);
  want (r, 4, 11 + 24);
  want (r, 2, 0x0100);
  want (r, 2, 4);
  want (r, 2, 1);
  want (r, 1, interface);
  want (r, 1, 1);
  want_bytes (r, id, 8);
  want_bytes (r, "\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
}

static void
want_guid (ByteReader * r, guint interface, const gchar * guid)
{
  guint size = 14 + 20 + strlen (guid) + 1;

  want (r, 1, interface);
  want (r, 4, 11 + size);
  want (r, 2, 0x0100);
  want (r, 2, 5);
  want (r, 2, 1);
  want (r, 4, size);
  want (r, 4, 1);
  want (r, 2, 20);
  want_bytes (r, "DeviceInterfaceGUID", 20);
  want (r, 4, strlen (guid) + 1);
  want_bytes (r, guid, strlen (guid) + 1);
}

/* Reads up to the OS descriptors, of which there must be @count. */
static void
skip_to_os (ByteReader * r, const GstFfsFunctionDesc * with, guint count)
{
  GstFfsFunctionDesc without = *with;
  GBytes *plain;

  without.compatible_id = NULL;
  plain = gst_ffs_descriptors_build (&without, 0);
  get (r, 4);
  get (r, 4);
  want (r, 4, 15);
  get (r, 4);
  get (r, 4);
  get (r, 4);
  want (r, 4, count);
  want_bytes (r, (const guint8 *) g_bytes_get_data (plain, NULL) + 24,
      g_bytes_get_size (plain) - 24);
  g_bytes_unref (plain);
}

GST_START_TEST (os_descriptors_name_interfaces_or_association)
{
  const gchar *guid = "{01234567-89ab-cdef-0123-456789abcdef}";
  GstFfsFunctionDesc desc = single;
  GBytes *blob;
  ByteReader r;

  desc.compatible_id = "WINUSB";
  desc.interface_guid = guid;
  blob = gst_ffs_descriptors_build (&desc, 0x0100);
  r = read_blob (blob);
  skip_to_os (&r, &desc, 2);
  want_compat (&r, 0, "WINUSB\0");
  want_guid (&r, 0, guid);
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);

  /* Old kernels want the bytes of the version swapped. */
  blob = gst_ffs_descriptors_build (&desc, 0x0001);
  r = read_blob (blob);
  skip_to_os (&r, &desc, 2);
  get (&r, 1);
  get (&r, 4);
  want (&r, 2, 0x0001);
  g_bytes_unref (blob);

  /* Two interfaces without an association get a driver each ... */
  desc = pair;
  memset (desc.association, 0, 3);
  desc.compatible_id = "EIGHTCHR";
  blob = gst_ffs_descriptors_build (&desc, 0x0100);
  r = read_blob (blob);
  skip_to_os (&r, &desc, 2);
  want_compat (&r, 0, "EIGHTCHR");
  want_compat (&r, 1, "EIGHTCHR");
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);

  /* ... and an association gets one driver for both. */
  desc.association[0] = 0xef;
  blob = gst_ffs_descriptors_build (&desc, 0x0100);
  r = read_blob (blob);
  skip_to_os (&r, &desc, 1);
  want_compat (&r, 0, "EIGHTCHR");
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);
}

GST_END_TEST;

GST_START_TEST (strings_list_only_named_interfaces)
{
  GstFfsFunctionDesc desc = pair;
  GBytes *blob = gst_ffs_strings_build (&desc);
  ByteReader r = read_blob (blob);

  want (&r, 4, 2);
  want (&r, 4, g_bytes_get_size (blob));
  want (&r, 4, 1);
  want (&r, 4, 1);
  want (&r, 2, 0x0409);
  want_bytes (&r, "stream", 7);
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);

  desc.interfaces[0].name = "control";
  blob = gst_ffs_strings_build (&desc);
  r = read_blob (blob);
  want (&r, 4, 2);
  want (&r, 4, 16 + 2 + 8 + 7);
  want (&r, 4, 2);
  want (&r, 4, 1);
  want (&r, 2, 0x0409);
  want_bytes (&r, "control\0stream", 15);
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);

  /* Without strings there is no language. */
  desc.interfaces[0].name = desc.interfaces[1].name = NULL;
  blob = gst_ffs_strings_build (&desc);
  r = read_blob (blob);
  want (&r, 4, 2);
  want (&r, 4, 16);
  want (&r, 4, 0);
  want (&r, 4, 0);
  fail_unless_equals_int (r.size, 0);
  g_bytes_unref (blob);
}

GST_END_TEST;

static Suite *
descriptors_suite (void)
{
  Suite *s = suite_create ("descriptors");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, single_interface_has_descriptors_for_three_speeds);
  tcase_add_test (tc, class_strings_precede_interface_names);
  tcase_add_test (tc, association_precedes_its_interfaces);
  tcase_add_test (tc, os_descriptors_name_interfaces_or_association);
  tcase_add_test (tc, strings_list_only_named_interfaces);
  return s;
}

GST_CHECK_MAIN (descriptors);
