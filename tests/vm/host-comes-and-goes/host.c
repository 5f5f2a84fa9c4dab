/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host: takes the data for frames without a search for their start, so that
 * it detects data that does not begin with a frame, is outdated or was released
 * too early.
 *
 * Locking: the reading thread checks frames with the lock held.
 */

#include "test.h"

#include <string.h>

static void
check_start (Test * test)
{
  guint32 number = test->frame[1];

  if (test->frame[0] != MAGIC || test->frame[2] != ~number)
    test->wrong_start++;
  else if (test->first ? number < test->least || number <= test->last :
      number != test->last + 1)
    test->wrong_number++;
  else
    return;
  if (test->wrong_start + test->wrong_number < 5)
    g_string_append_printf (test->complaints, "# frame %" G_GUINT64_FORMAT
        " of a connection begins with %08x %u, the last was %u, the least %u\n",
        test->frames, test->frame[0], number, test->last, test->least);
}

static void
check_frame (Test * test)
{
  guint32 number = test->frame[1];
  guint i;

  for (i = HEADER_WORDS; i < FRAME_WORDS; i++) {
    if (test->frame[i] != number * 2654435761u + i) {
      test->wrong_bytes++;
      break;
    }
  }
  test->last = number;
  test->first = FALSE;
  test->frames++;
  g_cond_broadcast (&test->changed);
}

void
on_data (const guint8 * data, gsize size, gpointer user_data)
{
  Test *test = user_data;

  g_mutex_lock (&test->lock);
  if (test->count_only) {
    g_checksum_update (test->received_sum, data, size);
    test->received += size;
    g_cond_broadcast (&test->changed);
    size = 0;
  }
  while (size > 0 && !test->ended) {
    gsize part = MIN (size, FRAME_SIZE - test->fill);
    gsize header = HEADER_WORDS * sizeof (guint32);
    gboolean had_header = test->fill >= header;

    memcpy ((guint8 *) test->frame + test->fill, data, part);
    test->fill += part;
    data += part;
    size -= part;
    if (!had_header && test->fill >= header)
      check_start (test);
    if (test->fill == FRAME_SIZE) {
      check_frame (test);
      test->fill = 0;
    }
  }
  g_mutex_unlock (&test->lock);
}

void
connect_host (Test * test)
{
  if (!usb_host_open (test->host))
    give_up (test, "no device");
  g_mutex_lock (&test->lock);
  test->fill = 0;
  test->frames = 0;
  test->ended = FALSE;
  test->first = TRUE;
  g_mutex_unlock (&test->lock);
  if (!usb_host_start (test->host))
    give_up (test, "the host cannot read");
}

/* Frames that are in the sink now must not arrive after the next event. */
void
outdate (Test * test)
{
  g_mutex_lock (&test->lock);
  test->least = MAX (test->least, test->returned);
  test->ended = TRUE;
  g_mutex_unlock (&test->lock);
}

void
wait_frames (Test * test, guint64 n)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  gboolean ok = TRUE;

  g_mutex_lock (&test->lock);
  while (test->frames < n && ok)
    ok = g_cond_wait_until (&test->changed, &test->lock, deadline);
  g_mutex_unlock (&test->lock);
  if (!ok)
    give_up (test, "no frames");
}

void
wait_gone (Test * test)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;

  while (!usb_host_is_gone (test->host)) {
    if (g_get_monotonic_time () > deadline)
      give_up (test, "the host does not notice");
    g_usleep (LOOK_AGAIN_US);
  }
  usb_host_close (test->host);
}

/* Pauses the source until the host has all frames. */
void
come_to_rest (Test * test)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  gboolean ok = TRUE;
  guint i, in_use;

  g_mutex_lock (&test->lock);
  test->open = FALSE;
  do {
    for (i = in_use = 0; i < N_SLOTS; i++)
      in_use += test->slots[i].in_use;
    if (!test->pushing && in_use == 0 && test->last + 1 == test->next)
      break;
    ok = g_cond_wait_until (&test->changed, &test->lock, deadline);
  } while (ok);
  g_mutex_unlock (&test->lock);
  if (!ok)
    give_up (test, "frames got lost while nothing happened");
}
