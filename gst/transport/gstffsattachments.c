/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsAttachments: the dmabufs attached to an endpoint.
 *
 * ATTACH maps a dmabuf for the controller, which is too slow for every frame,
 * and a stale attachment pins the camera's memory. So an attachment lives as
 * long as a GstMemory of its dmabuf, and one second longer: applications and
 * sockets create a new GstMemory with a new fd each time the same dmabuf
 * recurs. A timer ends that second, with or without frames. Until one such
 * attachment has been reused, only a few are kept, so that memory that never
 * recurs does not accumulate.
 *
 * Several GstMemory can share a dmabuf, and the pointer of a freed one can be
 * reused for another dmabuf. The inode of the fd therefore identifies the
 * dmabuf, and the pointer is a shortcut while the memory lives. A weak
 * reference reports when it is freed. The process has one table of weak
 * references, one for each memory, which are never removed: removing one races
 * with the finalization of its memory, and a memory can outlive many runs of a
 * sink.
 *
 * Ownership: holds no GstBuffer and no GstMemory. An entry owns a duplicate of
 * the fd: DETACH needs it after the memory's fd is closed, and it keeps the
 * inode from being reused. The timer holds a reference on the attachments.
 *
 * An attachment is in use from acquire() to release(), by one user at a time,
 * for one or more segments.
 *
 * Locking: one lock for all entries. ATTACH and DETACH are called with it
 * held, so that one thread cannot attach a dmabuf while another detaches it;
 * neither waits for fences. The timer's thread (the clock's) takes it too. No
 * buffer is unreffed with it held. Lock order: this lock, then the lock of the
 * process's table.
 */

#include "gstffsattachments.h"

#include <errno.h>
#include <fcntl.h>
#include <gst/allocators/gstdmabuf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gstffsdebug.h"
#include "gstffserror.h"

/* How long an attachment outlives its last memory. */
#define IDLE_TIME GST_SECOND

/* Maximum number of such attachments before one was reused. */
#define MAX_STRANGERS 16

/* A dmabuf. */
struct _GstFfsAttachment
{
  gint64 inode;
  gint fd;                      /* a duplicate, owned */
  guint n_memories;             /* memories known to share it */
  gboolean attached;            /* by the kernel */
  guint in_use;                 /* segments in flight */
  guint64 user;                 /* their user */
  guint64 last_use;             /* higher is more recent */
  GstClockTime idle_since;      /* no memory and not in use */
};

/* More than the usual number of buffers in a pool. */
#define RECENT_BITS 6
#define N_RECENT (1 << RECENT_BITS)

typedef struct
{
  GstMemory *memory;
  GstFfsAttachment *att;
} Recent;

struct _GstFfsAttachments
{
  GstFfsEndpoint *ep;
  guint max;

  GMutex lock;
  GHashTable *by_inode;         /* inode -> GstFfsAttachment, owned */
  GHashTable *by_memory;        /* GstMemory (no ref) -> GstFfsAttachment */
  Recent recent[N_RECENT];      /* most recent look-up */
  guint64 uses;
  GstClock *clock;
  GstClockID timer;             /* NULL if nothing expires */
  gboolean came_round;          /* a dmabuf without a memory was reused */
  gboolean closed;
  GstFfsAttachmentsStats stats;
};

static GMutex watch_lock;
static GHashTable *watched;     /* GstMemory -> GSList of GstFfsAttachments */

static void forget_memory (GstFfsAttachments * self, GstMemory * mem);
static gboolean on_time (GstClock * clock, GstClockTime time, GstClockID id,
    gpointer user_data);

GstFfsAttachments *
gst_ffs_attachments_new (GstFfsEndpoint * ep, guint max)
{
  GstFfsAttachments *self = g_atomic_rc_box_new0 (GstFfsAttachments);

  self->ep = gst_ffs_endpoint_ref (ep);
  self->max = max;
  g_mutex_init (&self->lock);
  self->by_inode = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->by_memory = g_hash_table_new (NULL, NULL);
  self->clock = gst_system_clock_obtain ();

  return self;
}

GstFfsAttachments *
gst_ffs_attachments_ref (GstFfsAttachments * self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
attachments_free (GstFfsAttachments * self)
{
  /* close() left only attachments in use, and release() dropped those. */
  g_warn_if_fail (g_hash_table_size (self->by_inode) == 0);

  g_hash_table_unref (self->by_inode);
  g_hash_table_unref (self->by_memory);
  g_mutex_clear (&self->lock);
  gst_object_unref (self->clock);
  gst_ffs_endpoint_unref (self->ep);
}

void
gst_ffs_attachments_unref (GstFfsAttachments * self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) attachments_free);
}

/* ---- memories that die ---- */

static void
memory_gone (gpointer data G_GNUC_UNUSED, GstMiniObject * mem)
{
  GSList *watchers = NULL, *l;

  g_mutex_lock (&watch_lock);
  g_hash_table_steal_extended (watched, mem, NULL, (gpointer *) & watchers);
  for (l = watchers; l; l = l->next)
    gst_ffs_attachments_ref (l->data);
  g_mutex_unlock (&watch_lock);

  for (l = watchers; l; l = l->next) {
    forget_memory (l->data, (GstMemory *) mem);
    gst_ffs_attachments_unref (l->data);
  }
  g_slist_free (watchers);
}

/* The caller keeps the memory alive. It may already have a weak reference. */
static void
watch (GstFfsAttachments * self, GstMemory * mem)
{
  gpointer watchers = NULL;

  g_mutex_lock (&watch_lock);
  if (watched == NULL)
    watched = g_hash_table_new (NULL, NULL);
  if (!g_hash_table_lookup_extended (watched, mem, NULL, &watchers))
    gst_mini_object_weak_ref (GST_MINI_OBJECT_CAST (mem), memory_gone, NULL);
  if (g_slist_find (watchers, self) == NULL)
    watchers = g_slist_prepend (watchers, self);
  g_hash_table_insert (watched, mem, watchers);
  g_mutex_unlock (&watch_lock);
}

static void
unwatch_all (GstFfsAttachments * self)
{
  GHashTableIter iter;
  gpointer watchers;

  g_mutex_lock (&watch_lock);
  if (watched) {
    g_hash_table_iter_init (&iter, watched);
    while (g_hash_table_iter_next (&iter, NULL, &watchers))
      g_hash_table_iter_replace (&iter, g_slist_remove (watchers, self));
  }
  g_mutex_unlock (&watch_lock);
}

/* ---- entries; all with the lock ---- */

/* Returns: (transfer none): the memory to track @mem by: the parent of a share
 * lives at least as long and has the same fd */
GstMemory *
gst_ffs_attachments_get_key (GstMemory * mem)
{
  while (mem->parent)
    mem = mem->parent;
  return mem;
}

/* Fibonacci hashing, since addresses are at regular distances. */
static Recent *
get_recent (GstFfsAttachments * self, GstMemory * mem)
{
  guint32 key = GPOINTER_TO_SIZE (mem) >> 4;

  return &self->recent[key * 2654435769u >> (32 - RECENT_BITS)];
}

static GstFfsAttachment *
find_memory (GstFfsAttachments * self, GstMemory * mem)
{
  Recent *recent = get_recent (self, mem);

  if (recent->memory != mem) {
    recent->att = g_hash_table_lookup (self->by_memory, mem);
    recent->memory = recent->att ? mem : NULL;
  }
  return recent->att;
}

static void
unlink_memory (GstFfsAttachments * self, GstMemory * mem)
{
  Recent *recent = get_recent (self, mem);

  if (recent->memory == mem)
    recent->memory = NULL;
  g_hash_table_remove (self->by_memory, mem);
}

/* Looks up by memory if known, else by dmabuf. Returns NULL and an errno,
 * which is 0 if there is no entry. */
static GstFfsAttachment *
find (GstFfsAttachments * self, GstMemory * mem, gint * err)
{
  GstFfsAttachment *att = find_memory (self, mem);
  struct stat st;
  gint64 inode;

  *err = 0;
  if (att)
    return att;
  if (fstat (gst_dmabuf_memory_get_fd (mem), &st) < 0) {
    *err = errno;
    return NULL;
  }
  inode = st.st_ino;
  return g_hash_table_lookup (self->by_inode, &inode);
}

/* Adds an entry without a memory. */
static GstFfsAttachment *
add (GstFfsAttachments * self, GstMemory * mem, gint * err)
{
  GstFfsAttachment *att;
  struct stat st;
  gint fd;

  fd = fcntl (gst_dmabuf_memory_get_fd (mem), F_DUPFD_CLOEXEC, 3);
  if (fd < 0 || fstat (fd, &st) < 0) {
    *err = errno;
    if (fd >= 0)
      close (fd);
    return NULL;
  }

  att = g_new0 (GstFfsAttachment, 1);
  att->inode = st.st_ino;
  att->fd = fd;
  g_hash_table_insert (self->by_inode, &att->inode, att);
  return att;
}

static gboolean
is_linked_to (gpointer memory G_GNUC_UNUSED, gpointer value, gpointer att)
{
  return value == att;
}

static void
remove_entry (GstFfsAttachments * self, GstFfsAttachment * att)
{
  if (att->n_memories > 0) {
    g_hash_table_foreach_remove (self->by_memory, is_linked_to, att);
    memset (self->recent, 0, sizeof (self->recent));
  }
  g_hash_table_remove (self->by_inode, &att->inode);
  close (att->fd);
  g_free (att);
}

static gboolean
is_orphan (GstFfsAttachment * att)
{
  return att->n_memories == 0 && !att->in_use;
}

/* @n: (out) (nullable): the number of entries */
static GstFfsAttachment *
oldest_idle (GstFfsAttachments * self, gboolean orphans, guint * n)
{
  GstFfsAttachment *att, *oldest = NULL;
  GHashTableIter iter;
  guint found = 0;

  g_hash_table_iter_init (&iter, self->by_inode);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) & att)) {
    if (orphans ? !is_orphan (att) : att->in_use > 0)
      continue;
    found++;
    if (!oldest || att->last_use < oldest->last_use)
      oldest = att;
  }
  if (n)
    *n = found;
  return oldest;
}

static void
set_dropped (GstFfsAttachments * self, GstFfsAttachment * att)
{
  if (att->attached) {
    att->attached = FALSE;
    self->stats.now--;
    self->stats.dropped++;
  }
}

static gint
attach (GstFfsAttachments * self, GstFfsAttachment * att)
{
  gint err = gst_ffs_endpoint_attach (self->ep, att->fd);

  if (err == 0) {
    att->attached = TRUE;
    self->stats.now++;
    self->stats.made++;
  }
  return err;
}

static void
call_detach (GstFfsAttachments * self, GstFfsAttachment * att)
{
  gint err;

  err = gst_ffs_endpoint_detach (self->ep, att->fd);
  if (gst_ffs_meaning (GST_FFS_CALL_DETACH, err) == GST_FFS_FATAL)
    GST_WARNING_ID (gst_ffs_endpoint_get_owner (self->ep),
        "%s: cannot detach dmabuf inode %" G_GINT64_FORMAT ": %s",
        gst_ffs_endpoint_get_name (self->ep), att->inode, g_strerror (err));
  set_dropped (self, att);
}

/* Returns FALSE if DETACH must wait for a host: without one, unpatched kernels
 * dereference a NULL pointer. */
static gboolean
detach (GstFfsAttachments * self, GstFfsAttachment * att)
{
  if (!att->attached)
    return TRUE;
  if (!gst_ffs_endpoint_is_enabled (self->ep)
      || gst_ffs_endpoint_probe (self->ep) != 0)
    return FALSE;
  call_detach (self, att);
  return TRUE;
}

/* The same for an idle attachment. Patched kernels can detach at any time, so
 * no memory stays pinned until a host connects. */
static gboolean
detach_orphan (GstFfsAttachments * self, GstFfsAttachment * att)
{
  if (!gst_ffs_endpoint_can_submit (self->ep))
    return detach (self, att);
  if (att->attached)
    call_detach (self, att);
  return TRUE;
}

static void
start_timer (GstFfsAttachments * self, GstClockTime at)
{
  if (self->timer || self->closed)
    return;
  self->timer = gst_clock_new_single_shot_id (self->clock, at);
  gst_clock_id_wait_async (self->timer, on_time,
      gst_ffs_attachments_ref (self),
      (GDestroyNotify) gst_ffs_attachments_unref);
}

static void
stop_timer (GstFfsAttachments * self)
{
  if (self->timer == NULL)
    return;
  gst_clock_id_unschedule (self->timer);
  gst_clock_id_unref (self->timer);
  self->timer = NULL;
}

/* Drops expired attachments if the endpoint's state permits; otherwise the
 * timer tries again. */
static void
drop_old (GstFfsAttachments * self, GstClockTime now)
{
  GList *all = g_hash_table_get_values (self->by_inode), *l;
  GstClockTime next = GST_CLOCK_TIME_NONE;

  for (l = all; l != NULL; l = l->next) {
    GstFfsAttachment *att = l->data;

    if (!is_orphan (att))
      continue;
    if (now < att->idle_since + IDLE_TIME)
      next = MIN (next, att->idle_since + IDLE_TIME);
    else if (detach_orphan (self, att))
      remove_entry (self, att);
    else
      next = MIN (next, now + IDLE_TIME);
  }
  g_list_free (all);
  if (GST_CLOCK_TIME_IS_VALID (next))
    start_timer (self, next);
}

/* Called from the clock's thread. */
static gboolean
on_time (GstClock * clock, GstClockTime time G_GNUC_UNUSED, GstClockID id,
    gpointer user_data)
{
  GstFfsAttachments *self = user_data;

  g_mutex_lock (&self->lock);
  /* The timer may have been stopped while it fired. */
  if (self->timer == id) {
    gst_clock_id_unref (self->timer);
    self->timer = NULL;
    drop_old (self, gst_clock_get_time (clock));
  }
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* The entry has lost its last memory or its last use. */
static void
keep_idle (GstFfsAttachments * self, GstFfsAttachment * att)
{
  GstClockTime now = gst_clock_get_time (self->clock);
  GstFfsAttachment *oldest;
  guint n;

  att->idle_since = now;
  oldest = oldest_idle (self, TRUE, &n);
  if (!self->came_round && n > MAX_STRANGERS && detach_orphan (self, oldest))
    remove_entry (self, oldest);
  start_timer (self, now + IDLE_TIME);
}

/* Drops the oldest idle ones above the limit. */
static void
trim (GstFfsAttachments * self, guint max)
{
  GstFfsAttachment *oldest;

  while (g_hash_table_size (self->by_inode) > max) {
    oldest = oldest_idle (self, TRUE, NULL);
    if (oldest == NULL)
      oldest = oldest_idle (self, FALSE, NULL);
    if (oldest == NULL || !detach (self, oldest))
      break;
    remove_entry (self, oldest);
  }
}

/* Returns whether an attachment remains in the kernel. */
static gboolean
detach_idle (GstFfsAttachments * self)
{
  GList *all = g_hash_table_get_values (self->by_inode), *l;
  gboolean left = FALSE;

  for (l = all; l != NULL; l = l->next) {
    GstFfsAttachment *att = l->data;

    if (att->in_use)
      continue;
    if (detach (self, att))
      remove_entry (self, att);
    else
      left = TRUE;
  }
  g_list_free (all);
  return left;
}

/* ---- use ---- */

/* Weak notify: the memory must not be accessed. */
static void
forget_memory (GstFfsAttachments * self, GstMemory * mem)
{
  GstFfsAttachment *att;

  g_mutex_lock (&self->lock);
  att = find_memory (self, mem);
  if (att != NULL) {
    unlink_memory (self, mem);
    att->n_memories--;
    if (is_orphan (att))
      keep_idle (self, att);
  }
  g_mutex_unlock (&self->lock);
}

/* Call with the lock held. */
static GstFfsAttachment *
find_or_add (GstFfsAttachments * self, GstMemory * mem, gint * err)
{
  GstFfsAttachment *att = find_memory (self, mem);

  *err = 0;
  if (att)
    return att;
  att = find (self, mem, err);
  if (att == NULL && *err == 0) {
    trim (self, self->max - 1);
    att = add (self, mem, err);
  }
  if (att == NULL)
    return NULL;

  self->came_round |= att->attached && is_orphan (att);
  att->n_memories++;
  g_hash_table_insert (self->by_memory, mem, att);
  watch (self, mem);
  return att;
}

/* Call with the lock held. Attaches; if there is no room, detaches idle
 * entries and tries again. */
static gint
attach_or_make_room (GstFfsAttachments * self, GstFfsAttachment * att)
{
  guint64 dropped = self->stats.dropped;
  gint err = attach (self, att);

  if (err != ENOMEM && err != ENOSPC)
    return err;
  att->in_use++;
  detach_idle (self);
  att->in_use--;
  if (self->stats.dropped == dropped)
    return err;
  GST_INFO_ID (gst_ffs_endpoint_get_owner (self->ep),
      "%s: no room for another dmabuf (%s), dropped %" G_GUINT64_FORMAT,
      gst_ffs_endpoint_get_name (self->ep), g_strerror (err),
      self->stats.dropped - dropped);
  return attach (self, att);
}

/**
 * gst_ffs_attachments_acquire:
 * @self: the attachments of an endpoint that is enabled
 * @mem: a dmabuf memory, which the caller keeps alive until release()
 * @user: the user; the same for all segments of one submission
 * @err: (out): the errno if this failed
 *
 * Attaches the dmabuf of @mem unless it is, and marks it as in use.
 *
 * Never queue a dmabuf that is in flight: in unpatched kernels the second
 * transfer's fence replaces the first one's while the controller still reads,
 * and both are freed too early.
 *
 * Returns: (nullable): the attachment; %NULL and EALREADY if it is in use
 */
GstFfsAttachment *
gst_ffs_attachments_acquire (GstFfsAttachments * self, GstMemory * mem,
    guint64 user, gint * err)
{
  GstFfsAttachment *att;

  mem = gst_ffs_attachments_get_key (mem);
  g_mutex_lock (&self->lock);
  att = find_or_add (self, mem, err);
  if (att && att->in_use && att->user != user)
    *err = EALREADY;
  else if (att && !att->attached)
    *err = attach_or_make_room (self, att);

  if (*err == 0) {
    att->in_use++;
    att->user = user;
    att->last_use = ++self->uses;
  } else {
    att = NULL;
  }
  g_mutex_unlock (&self->lock);
  return att;
}

/**
 * gst_ffs_attachments_renew:
 * @self: the attachments
 * @att: an acquired attachment of a transfer that failed because a dmabuf is
 * not attached
 *
 * If the kernel releases attachments when the function is unbound, entries
 * become stale. SUBMIT does not report which, and a dmabuf that was attached
 * twice stays attached after one DETACH.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_attachments_renew (GstFfsAttachments * self, GstFfsAttachment * att)
{
  gint err;

  g_mutex_lock (&self->lock);
  if (gst_ffs_endpoint_can_submit (self->ep))
    gst_ffs_endpoint_detach (self->ep, att->fd);
  set_dropped (self, att);
  err = attach (self, att);
  g_mutex_unlock (&self->lock);
  return err;
}

/**
 * gst_ffs_attachments_release:
 * @self: the attachments
 * @atts: the acquired attachments
 * @n: how many
 *
 * Call before unreffing the buffers that keep the memory alive: the weak
 * notify expects an idle dmabuf.
 */
void
gst_ffs_attachments_release (GstFfsAttachments * self,
    GstFfsAttachment ** atts, guint n)
{
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < n; i++) {
    GstFfsAttachment *att = atts[i];

    att->in_use--;
    if (att->in_use == 0 && self->closed)
      remove_entry (self, att);
    else if (is_orphan (att))
      keep_idle (self, att);
  }
  g_mutex_unlock (&self->lock);
}

gint
gst_ffs_attachment_get_fd (GstFfsAttachment * att)
{
  return att->fd;
}

/* Returns: whether the dmabuf of @mem is in flight */
gboolean
gst_ffs_attachments_is_busy (GstFfsAttachments * self, GstMemory * mem)
{
  GstFfsAttachment *att;
  gboolean busy;
  gint err;

  mem = gst_ffs_attachments_get_key (mem);
  g_mutex_lock (&self->lock);
  att = find (self, mem, &err);
  busy = att != NULL && att->in_use;
  g_mutex_unlock (&self->lock);

  return busy;
}

/**
 * gst_ffs_attachments_cancel:
 * @self: the attachments
 *
 * Detaches everything, in use or not, which cancels the transfers in flight.
 * The caller must not read a fence's status afterwards: in unpatched kernels
 * it is freed with the attachment. Without a host this does nothing, and
 * closing the endpoint cancels. The state of the endpoint is queried: a
 * transfer that ended with ESHUTDOWN or EPIPE says that the host has
 * disconnected, but another may have been queued since.
 */
void
gst_ffs_attachments_cancel (GstFfsAttachments * self)
{
  GList *all, *l;

  g_mutex_lock (&self->lock);
  gst_ffs_endpoint_probe (self->ep);
  all = g_hash_table_get_values (self->by_inode);
  for (l = all; l != NULL; l = l->next)
    detach (self, l->data);
  g_list_free (all);
  g_mutex_unlock (&self->lock);
}

/* Call with the lock held. Closing the file detaches the rest. */
static void
forget_idle (GstFfsAttachments * self)
{
  GList *all = g_hash_table_get_values (self->by_inode), *l;

  for (l = all; l != NULL; l = l->next) {
    GstFfsAttachment *att = l->data;

    if (att->in_use)
      continue;
    set_dropped (self, att);
    remove_entry (self, att);
  }
  g_list_free (all);
}

/**
 * gst_ffs_attachments_clear:
 * @self: the attachments, none of them in use
 *
 * Drops all attachments, so that upstream can free its buffers.
 *
 * Returns: 0, or the errno of reopening the endpoint; dmabufs that could not
 * be detached then stay attached
 */
gint
gst_ffs_attachments_clear (GstFfsAttachments * self)
{
  gint err = 0;

  g_mutex_lock (&self->lock);
  if (detach_idle (self)) {
    err = gst_ffs_endpoint_reopen (self->ep);
    if (err == 0)
      forget_idle (self);
  }
  g_mutex_unlock (&self->lock);
  return err;
}

/**
 * gst_ffs_attachments_close:
 * @self: the attachments
 *
 * Closes the endpoint and with it all attachments. Attachments in use are
 * dropped when released.
 */
void
gst_ffs_attachments_close (GstFfsAttachments * self)
{
  GstFfsAttachment *att;
  GHashTableIter iter;

  unwatch_all (self);
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  stop_timer (self);
  detach_idle (self);
  forget_idle (self);
  g_hash_table_remove_all (self->by_memory);
  memset (self->recent, 0, sizeof (self->recent));
  g_hash_table_iter_init (&iter, self->by_inode);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) & att)) {
    att->n_memories = 0;
    set_dropped (self, att);
  }
  gst_ffs_endpoint_close (self->ep);
  g_mutex_unlock (&self->lock);
}

void
gst_ffs_attachments_get_stats (GstFfsAttachments * self,
    GstFfsAttachmentsStats * stats)
{
  g_mutex_lock (&self->lock);
  *stats = self->stats;
  g_mutex_unlock (&self->lock);
}
