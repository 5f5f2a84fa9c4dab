/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks the results of a kind after its rounds, and adds its line to the
 * table.
 */

#include "test.h"

void
begin_kind (Test * test)
{
  g_mutex_lock (&test->lock);
  test->wrong_start = test->wrong_bytes = test->wrong_number = 0;
  test->early = 0;
  g_mutex_unlock (&test->lock);
}

void
end_kind (Test * test, const gchar * name, gint rounds, gint64 start,
    const Usage * settled, const Usage * now, guint attachments_max,
    guint attached_max)
{
  gint64 grown = (gint64) now->heap - (gint64) settled->heap;

  g_print ("%s", test->complaints->str);
  g_string_truncate (test->complaints, 0);
  check (test, test->wrong_start == 0, "%s: what comes first is the first byte "
      "of a frame", name);
  check (test, test->wrong_number == 0, "%s: nothing out of date, nothing "
      "twice, nothing left out", name);
  check (test, test->wrong_bytes == 0, "%s: every byte right", name);
  check (test, test->early == 0, "%s: nothing given back too early", name);
  if (!test->count_only)
    check (test, now->fds <= settled->fds, "%s: open files: %u, then %u", name,
        settled->fds, now->fds);
  check (test, now->threads == settled->threads, "%s: threads: %u, then %u",
      name, settled->threads, now->threads);
  check (test, now->dmabufs == settled->dmabufs, "%s: dmabufs in the kernel: "
      "%u, then %u", name, settled->dmabufs, now->dmabufs);
  check (test, attachments_max <= N_SLOTS && attached_max <= N_SLOTS,
      "%s: never more attachments than buffers (%u, the kernel says %u)", name,
      attachments_max, attached_max);
  if (!test->count_only)
    check (test, grown < HEAP_SLACK, "%s: memory in use grew by %"
        G_GINT64_FORMAT " bytes", name, grown);
  g_string_append_printf (test->table, "# | %s | %d | %u, %u | %u, %u | %u, %u "
      "| %u | %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " | %" G_GINT64_FORMAT
      " | %.1f |\n", name, rounds, settled->fds, now->fds, settled->threads,
      now->threads, settled->dmabufs, now->dmabufs, attachments_max,
      settled->rss, now->rss, grown,
      (g_get_monotonic_time () - start) / (gdouble) G_USEC_PER_SEC);
}
