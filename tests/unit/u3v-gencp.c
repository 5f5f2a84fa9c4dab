/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GenCP: every command, every status of the protocol, and malformed packets.
 */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "function/gstffsbytes.h"
#include "function/u3v/gstffsu3vgencp.h"
#include "function/u3v/gstffsu3vmap.h"

#define SIZE 1024

typedef struct
{
  guint8 bytes[SIZE];
  guint n_reads;
  guint n_writes;
  guint16 status;               /* returned instead, if not 0 */
} Fake;

static guint16
fake_read (guint64 address, guint8 * data, guint length, gpointer user_data)
{
  Fake *fake = user_data;

  fake->n_reads++;
  if (fake->status)
    return fake->status;
  if (address > SIZE || length > SIZE - address)
    return U3V_INVALID_ADDRESS;
  memcpy (data, fake->bytes + address, length);
  return U3V_SUCCESS;
}

static guint16
fake_write (guint64 address, const guint8 * data, guint length,
    gpointer user_data)
{
  Fake *fake = user_data;

  fake->n_writes++;
  if (fake->status)
    return fake->status;
  if (address > SIZE || length > SIZE - address)
    return U3V_INVALID_ADDRESS;
  memcpy (fake->bytes + address, data, length);
  return U3V_SUCCESS;
}

static gboolean
fake_is_slow (guint64 address, guint length G_GNUC_UNUSED, gboolean write,
    gpointer user_data G_GNUC_UNUSED)
{
  return write && address == 0x100;
}

static Fake fake;
static const GstFfsU3vMemory memory = {
  fake_read, fake_write, fake_is_slow, &fake
};

static guint8 packet[U3V_MAX_COMMAND], answer[U3V_MAX_ANSWER];

static void
reset (void)
{
  guint i;

  memset (&fake, 0, sizeof (fake));
  for (i = 0; i < SIZE; i++)
    fake.bytes[i] = i * 7;
  memset (packet, 0, sizeof (packet));
  memset (answer, 0xee, sizeof (answer));
}

static guint
make (guint16 flags, guint16 command, guint length, guint16 number)
{
  memcpy (packet, "U3VC", 4);
  gst_ffs_put_u16 (packet + 4, flags);
  gst_ffs_put_u16 (packet + 6, command);
  gst_ffs_put_u16 (packet + 8, length);
  gst_ffs_put_u16 (packet + 10, number);
  return 12 + length;
}

static guint
make_read (guint64 address, guint16 length, guint16 number)
{
  gst_ffs_put_u64 (packet + 12, address);
  gst_ffs_put_u16 (packet + 20, 0);
  gst_ffs_put_u16 (packet + 22, length);
  return make (0x4000, 0x0800, 12, number);
}

static guint
make_write (guint64 address, const void *data, guint length, guint16 number)
{
  gst_ffs_put_u64 (packet + 12, address);
  memcpy (packet + 20, data, length);
  return make (0x4000, 0x0802, 8 + length, number);
}

static void
expect (guint n, guint16 status, guint16 command, guint16 number, guint length)
{
  fail_unless_equals_int (n, 12 + length);
  fail_unless (memcmp (answer, "U3VC", 4) == 0);
  fail_unless_equals_int_hex (gst_ffs_get_u16 (answer + 4), status);
  fail_unless_equals_int_hex (gst_ffs_get_u16 (answer + 6), command);
  fail_unless_equals_int (gst_ffs_get_u16 (answer + 8), length);
  fail_unless_equals_int (gst_ffs_get_u16 (answer + 10), number);
}

static guint
handle (guint n)
{
  return gst_ffs_u3v_gencp_handle (&memory, packet, n, answer);
}

GST_START_TEST (reads_return_memory)
{
  reset ();
  expect (handle (make_read (3, 20, 77)), 0, 0x0801, 77, 20);
  fail_unless (memcmp (answer + 12, fake.bytes + 3, 20) == 0);
  /* The largest answer. */
  expect (handle (make_read (0, U3V_MAX_ANSWER - 12, 0xffff)), 0, 0x0801,
      0xffff, U3V_MAX_ANSWER - 12);
  expect (handle (make_read (0, U3V_MAX_ANSWER - 11, 1)),
      U3V_INVALID_PARAMETER, 0x0801, 1, 0);
  expect (handle (make_read (0, 0, 2)), U3V_INVALID_PARAMETER, 0x0801, 2, 0);
  expect (handle (make_read (0, 0xffff, 2)), U3V_INVALID_PARAMETER, 0x0801, 2,
      0);
  expect (handle (make_read (SIZE - 3, 4, 3)), U3V_INVALID_ADDRESS, 0x0801, 3,
      0);
  expect (handle (make_read (G_MAXUINT64, 4, 4)), U3V_INVALID_ADDRESS, 0x0801,
      4, 0);
}

GST_END_TEST;

GST_START_TEST (writes_change_memory)
{
  const guint8 data[] = { 1, 2, 3, 4, 5 };
  guint8 much[U3V_MAX_COMMAND - 20];

  reset ();
  expect (handle (make_write (9, data, 5, 5)), 0, 0x0803, 5, 4);
  fail_unless_equals_int (gst_ffs_get_u16 (answer + 12), 0);
  fail_unless_equals_int (gst_ffs_get_u16 (answer + 14), 5);
  fail_unless (memcmp (fake.bytes + 9, data, 5) == 0);
  expect (handle (make_write (9, data, 0, 6)), U3V_INVALID_PARAMETER, 0x0803,
      6, 0);
  memset (much, 0xaa, sizeof (much));
  expect (handle (make_write (0, much, sizeof (much), 7)), 0, 0x0803, 7, 4);
  fail_unless_equals_int (gst_ffs_get_u16 (answer + 14), sizeof (much));
}

GST_END_TEST;

/* The answer has the memory's status and no data. */
GST_START_TEST (memory_status_reaches_the_host)
{
  const guint16 statuses[] = {
    U3V_NOT_IMPLEMENTED, U3V_INVALID_PARAMETER, U3V_INVALID_ADDRESS,
    U3V_WRITE_PROTECT, U3V_BAD_ALIGNMENT, U3V_ACCESS_DENIED, U3V_BUSY,
    U3V_WRONG_CONFIG, U3V_SI_NOT_ALIGNED, U3V_SI_INCONSISTENT
  };
  guint i;

  reset ();
  for (i = 0; i < G_N_ELEMENTS (statuses); i++) {
    fake.status = statuses[i];
    expect (handle (make_read (0, 4, i)), statuses[i], 0x0801, i, 0);
    expect (handle (make_write (0, "abcd", 4, i)), statuses[i], 0x0803, i, 0);
  }
}

GST_END_TEST;

GST_START_TEST (other_commands_are_not_implemented)
{
  guint command;

  reset ();
  for (command = 0; command <= 0xffff; command++) {
    if (command == 0x0800 || command == 0x0802)
      continue;
    expect (handle (make (0x4000, command, 12, 9)), U3V_NOT_IMPLEMENTED,
        command | 1, 9, 0);
  }
  fail_unless_equals_int (fake.n_reads + fake.n_writes, 0);
}

GST_END_TEST;

/* A command without the acknowledge flag is executed without an answer. */
GST_START_TEST (write_without_acknowledge_is_done)
{
  guint n;

  reset ();
  n = make_write (0, "abcd", 4, 1);
  gst_ffs_put_u16 (packet + 4, 0);
  fail_unless_equals_int (handle (n), 0);
  fail_unless_equals_int (fake.n_writes, 1);
  fail_unless (memcmp (fake.bytes, "abcd", 4) == 0);
}

GST_END_TEST;

/* Both commands, cut after each of their bytes or too long. */
GST_START_TEST (cut_packets_have_no_effect)
{
  guint full, n, i;

  for (i = 0; i < 2; i++) {
    reset ();
    full = i ? make_write (4, "abcdefgh", 8, 3) : make_read (4, 8, 3);
    for (n = 0; n < full + 8; n++) {
      if (n == full)
        continue;
      if (n < 12) {
        fail_unless_equals_int (handle (n), 0);
      } else {
        expect (handle (n), U3V_INVALID_HEADER, i ? 0x0803 : 0x0801, 3, 0);
      }
      fail_unless_equals_int (gst_ffs_u3v_gencp_pending (&memory, packet, n,
              answer), 0);
    }
    fail_unless_equals_int (fake.n_reads + fake.n_writes, 0);
  }

  /* The header fits the packet, but not the command. */
  for (n = 0; n < 20; n++) {
    if (n != 12)
      expect (handle (make (0x4000, 0x0800, n, 4)), U3V_INVALID_HEADER,
          0x0801, 4, 0);
    if (n < 8)
      expect (handle (make (0x4000, 0x0802, n, 4)), U3V_INVALID_HEADER,
          0x0803, 4, 0);
  }
  fail_unless_equals_int (fake.n_reads + fake.n_writes, 0);
}

GST_END_TEST;

GST_START_TEST (wrong_prefix_gets_no_answer)
{
  guint n, i;

  for (i = 0; i < 4; i++) {
    reset ();
    n = make_read (0, 4, 3);
    packet[i] ^= 1;
    fail_unless_equals_int (handle (n), 0);
  }
  fail_unless_equals_int (fake.n_reads, 0);
}

GST_END_TEST;

GST_START_TEST (slow_write_gets_a_pending_acknowledge)
{
  guint n;

  reset ();
  n = make_write (0x100, "abcd", 4, 8);
  expect (gst_ffs_u3v_gencp_pending (&memory, packet, n, answer), 0, 0x0805, 8,
      4);
  fail_unless (gst_ffs_get_u16 (answer + 14) > 0);
  fail_unless_equals_int (fake.n_writes, 0);
  n = make_write (0x104, "abcd", 4, 8);
  fail_unless_equals_int (gst_ffs_u3v_gencp_pending (&memory, packet, n,
          answer), 0);
  n = make_read (0x100, 4, 8);
  fail_unless_equals_int (gst_ffs_u3v_gencp_pending (&memory, packet, n,
          answer), 0);
  n = make_write (0x100, "abcd", 4, 8);
  gst_ffs_put_u16 (packet + 4, 0);
  fail_unless_equals_int (gst_ffs_u3v_gencp_pending (&memory, packet, n,
          answer), 0);
}

GST_END_TEST;

static Suite *
u3v_gencp_suite (void)
{
  Suite *s = suite_create ("u3v-gencp");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, reads_return_memory);
  tcase_add_test (tc, writes_change_memory);
  tcase_add_test (tc, memory_status_reaches_the_host);
  tcase_add_test (tc, other_commands_are_not_implemented);
  tcase_add_test (tc, write_without_acknowledge_is_done);
  tcase_add_test (tc, cut_packets_have_no_effect);
  tcase_add_test (tc, wrong_prefix_gets_no_answer);
  tcase_add_test (tc, slow_write_gets_a_pending_acknowledge);
  return s;
}

GST_CHECK_MAIN (u3v_gencp);
