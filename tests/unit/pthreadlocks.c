/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GLib's locks, made of those of the C library, to be preloaded for the thread
 * sanitizer. It knows pthread_mutex_lock(), but not GLib's own locks, which
 * are futexes.
 *
 * The same goes for reference counts: the thread that drops the last reference
 * frees what others have used, and the sanitizer does not see GLib's count.
 *
 * A lock is made at first use, which also serves static ones. GLib calls its
 * own functions for its own locks.
 */

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* GLib's types have room for a pointer only. */
static gpointer
get (gpointer * place, gpointer (*create) (void))
{
  gpointer made, there = __atomic_load_n (place, __ATOMIC_ACQUIRE);

  if (there)
    return there;
  made = create ();
  if (__atomic_compare_exchange_n (place, &there, made, FALSE,
          __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return made;
  free (made);
  return there;
}

static gpointer
create_mutex (void)
{
  pthread_mutex_t *mutex = malloc (sizeof (*mutex));

  pthread_mutex_init (mutex, NULL);
  return mutex;
}

static gpointer
create_rec_mutex (void)
{
  pthread_mutex_t *mutex = malloc (sizeof (*mutex));
  pthread_mutexattr_t attr;

  pthread_mutexattr_init (&attr);
  pthread_mutexattr_settype (&attr, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init (mutex, &attr);
  pthread_mutexattr_destroy (&attr);
  return mutex;
}

static gpointer
create_cond (void)
{
  pthread_cond_t *cond = malloc (sizeof (*cond));
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attr);
  pthread_condattr_destroy (&attr);
  return cond;
}

static pthread_mutex_t *
get_mutex (GMutex * mutex)
{
  return get (&mutex->p, create_mutex);
}

static pthread_mutex_t *
get_rec_mutex (GRecMutex * mutex)
{
  return get (&mutex->p, create_rec_mutex);
}

static pthread_cond_t *
get_cond (GCond * cond)
{
  return get (&cond->p, create_cond);
}

static void
check (int err)
{
  if (err != 0)
    abort ();
}

void
g_mutex_init (GMutex * mutex)
{
  mutex->p = NULL;
}

void
g_mutex_clear (GMutex * mutex)
{
  if (mutex->p)
    check (pthread_mutex_destroy (mutex->p));
  free (mutex->p);
  mutex->p = NULL;
}

void
g_mutex_lock (GMutex * mutex)
{
  check (pthread_mutex_lock (get_mutex (mutex)));
}

gboolean
g_mutex_trylock (GMutex * mutex)
{
  return pthread_mutex_trylock (get_mutex (mutex)) == 0;
}

void
g_mutex_unlock (GMutex * mutex)
{
  check (pthread_mutex_unlock (get_mutex (mutex)));
}

void
g_rec_mutex_init (GRecMutex * mutex)
{
  mutex->p = NULL;
}

void
g_rec_mutex_clear (GRecMutex * mutex)
{
  if (mutex->p)
    check (pthread_mutex_destroy (mutex->p));
  free (mutex->p);
  mutex->p = NULL;
}

void
g_rec_mutex_lock (GRecMutex * mutex)
{
  check (pthread_mutex_lock (get_rec_mutex (mutex)));
}

gboolean
g_rec_mutex_trylock (GRecMutex * mutex)
{
  return pthread_mutex_trylock (get_rec_mutex (mutex)) == 0;
}

void
g_rec_mutex_unlock (GRecMutex * mutex)
{
  check (pthread_mutex_unlock (get_rec_mutex (mutex)));
}

/* Readers exclude each other here, which is stricter than they need. */
static pthread_mutex_t *
get_rw_lock (GRWLock * lock)
{
  return get (&lock->p, create_rec_mutex);
}

void
g_rw_lock_init (GRWLock * lock)
{
  lock->p = NULL;
}

void
g_rw_lock_clear (GRWLock * lock)
{
  free (lock->p);
  lock->p = NULL;
}

void
g_rw_lock_writer_lock (GRWLock * lock)
{
  check (pthread_mutex_lock (get_rw_lock (lock)));
}

gboolean
g_rw_lock_writer_trylock (GRWLock * lock)
{
  return pthread_mutex_trylock (get_rw_lock (lock)) == 0;
}

void
g_rw_lock_writer_unlock (GRWLock * lock)
{
  check (pthread_mutex_unlock (get_rw_lock (lock)));
}

void
g_rw_lock_reader_lock (GRWLock * lock)
{
  g_rw_lock_writer_lock (lock);
}

gboolean
g_rw_lock_reader_trylock (GRWLock * lock)
{
  return g_rw_lock_writer_trylock (lock);
}

void
g_rw_lock_reader_unlock (GRWLock * lock)
{
  g_rw_lock_writer_unlock (lock);
}

void
g_cond_init (GCond * cond)
{
  cond->p = NULL;
}

void
g_cond_clear (GCond * cond)
{
  if (cond->p)
    check (pthread_cond_destroy (cond->p));
  free (cond->p);
  cond->p = NULL;
}

void
g_cond_wait (GCond * cond, GMutex * mutex)
{
  check (pthread_cond_wait (get_cond (cond), get_mutex (mutex)));
}

gboolean
g_cond_wait_until (GCond * cond, GMutex * mutex, gint64 end_time)
{
  const struct timespec end = {
    end_time / G_USEC_PER_SEC, end_time % G_USEC_PER_SEC * 1000
  };
  int err;

  if (end_time == G_MAXINT64)
    err = pthread_cond_wait (get_cond (cond), get_mutex (mutex));
  else
    err = pthread_cond_timedwait (get_cond (cond), get_mutex (mutex), &end);
  if (err != ETIMEDOUT)
    check (err);
  return err == 0;
}

void
g_cond_signal (GCond * cond)
{
  check (pthread_cond_signal (get_cond (cond)));
}

void
g_cond_broadcast (GCond * cond)
{
  check (pthread_cond_broadcast (get_cond (cond)));
}

/* ---- g_atomic_rc_box ---- */

/* These are macros that know the type. */
#undef g_atomic_rc_box_acquire
#undef g_atomic_rc_box_dup

typedef struct
{
  gint n;
  gsize size;
  max_align_t data[];
} Box;

static Box *
get_box (gpointer data)
{
  return (Box *) ((guint8 *) data - offsetof (Box, data));
}

gpointer
g_atomic_rc_box_alloc0 (gsize size)
{
  Box *box = g_malloc0 (sizeof (Box) + size);

  box->n = 1;
  box->size = size;
  return box->data;
}

gpointer
g_atomic_rc_box_alloc (gsize size)
{
  return g_atomic_rc_box_alloc0 (size);
}

gpointer
g_atomic_rc_box_dup (gsize size, gconstpointer data)
{
  return memcpy (g_atomic_rc_box_alloc0 (size), data, size);
}

gpointer
g_atomic_rc_box_acquire (gpointer data)
{
  __atomic_add_fetch (&get_box (data)->n, 1, __ATOMIC_RELAXED);
  return data;
}

void
g_atomic_rc_box_release_full (gpointer data, GDestroyNotify clear)
{
  if (__atomic_sub_fetch (&get_box (data)->n, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  if (clear)
    clear (data);
  g_free (get_box (data));
}

void
g_atomic_rc_box_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, NULL);
}

gsize
g_atomic_rc_box_get_size (gpointer data)
{
  return get_box (data)->size;
}
