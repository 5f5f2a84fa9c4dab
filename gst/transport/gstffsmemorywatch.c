/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells attachments that a GstMemory has died.
 *
 * There is one table for the process, and one weak reference a memory. It is
 * left alone until the memory dies, since removing a weak reference races with
 * the finalization of what it points to. A memory may live longer than many
 * runs of a sink, so a reference for each run would pile up.
 *
 * Ownership: nothing is owned. A watcher must unwatch before its last
 * reference goes; while it is told about a memory it is kept by one.
 *
 * Locking: one lock for the table, taken within the attachments' lock and
 * never held while a watcher is called.
 */

#include "gstffsmemorywatch.h"

static GMutex lock;
static GHashTable *watched;     /* GstMemory -> GSList of GstFfsAttachments */

static void
memory_gone (gpointer data G_GNUC_UNUSED, GstMiniObject * mem)
{
  GSList *watchers = NULL, *l;

  g_mutex_lock (&lock);
  g_hash_table_steal_extended (watched, mem, NULL, (gpointer *) & watchers);
  for (l = watchers; l; l = l->next)
    gst_ffs_attachments_ref (l->data);
  g_mutex_unlock (&lock);

  for (l = watchers; l; l = l->next) {
    gst_ffs_attachments_forget_memory (l->data, (GstMemory *) mem);
    gst_ffs_attachments_unref (l->data);
  }
  g_slist_free (watchers);
}

/**
 * gst_ffs_memory_watch:
 * @mem: a memory, kept alive by the caller during the call
 * @watcher: who wants to know when it dies; may be told so already
 */
void
gst_ffs_memory_watch (GstMemory * mem, GstFfsAttachments * watcher)
{
  gpointer watchers = NULL;

  g_mutex_lock (&lock);
  if (watched == NULL)
    watched = g_hash_table_new (NULL, NULL);
  if (!g_hash_table_lookup_extended (watched, mem, NULL, &watchers))
    gst_mini_object_weak_ref (GST_MINI_OBJECT_CAST (mem), memory_gone, NULL);
  if (g_slist_find (watchers, watcher) == NULL)
    watchers = g_slist_prepend (watchers, watcher);
  g_hash_table_insert (watched, mem, watchers);
  g_mutex_unlock (&lock);
}

/**
 * gst_ffs_memory_unwatch_all:
 * @watcher: who does not want to know any more
 */
void
gst_ffs_memory_unwatch_all (GstFfsAttachments * watcher)
{
  GHashTableIter iter;
  gpointer watchers;

  g_mutex_lock (&lock);
  if (watched) {
    g_hash_table_iter_init (&iter, watched);
    while (g_hash_table_iter_next (&iter, NULL, &watchers))
      g_hash_table_iter_replace (&iter, g_slist_remove (watchers, watcher));
  }
  g_mutex_unlock (&lock);
}
