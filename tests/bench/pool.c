/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pool of dmabuf frames, like a camera's. Its buffers stay mapped, like a
 * camera's, so sinks that copy do not pay for mapping.
 *
 * Ownership: the pool's memories own the dmabufs.
 *
 * Locking: the count of outstanding buffers is atomic; the lock is only taken
 * when a thread waits for all of them.
 */

#include <gst/allocators/gstdmabuf.h>

#include "memory.h"
#include "pool.h"

struct _BenchPool
{
  GstBufferPool parent;

  GstAllocator *allocator;
  gint *fds;
  gsize size;
  guint n, next;

  BenchPoolFunc func;
  gpointer user_data;

  gint out;
  gint waiting;
  GMutex lock;
  GCond cond;
};

G_DEFINE_FINAL_TYPE (BenchPool, bench_pool, GST_TYPE_BUFFER_POOL);

static GstFlowReturn
alloc_buffer (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  BenchPool *self = BENCH_POOL (pool);
  GstMemory *memory;

  (void) params;
  g_assert (self->next < self->n);
  memory = gst_dmabuf_allocator_alloc_with_flags (self->allocator,
      self->fds[self->next++], self->size, GST_FD_MEMORY_FLAG_KEEP_MAPPED);
  *buffer = gst_buffer_new ();
  gst_buffer_append_memory (*buffer, memory);
  return GST_FLOW_OK;
}

static void
release_buffer (GstBufferPool * pool, GstBuffer * buffer)
{
  BenchPool *self = BENCH_POOL (pool);

  if (self->func)
    self->func (buffer, self->user_data);
  GST_BUFFER_POOL_CLASS (bench_pool_parent_class)->release_buffer (pool,
      buffer);
  if (g_atomic_int_dec_and_test (&self->out)
      && g_atomic_int_get (&self->waiting)) {
    g_mutex_lock (&self->lock);
    g_cond_signal (&self->cond);
    g_mutex_unlock (&self->lock);
  }
}

static void
finalize (GObject * object)
{
  BenchPool *self = BENCH_POOL (object);

  g_free (self->fds);
  gst_object_unref (self->allocator);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (bench_pool_parent_class)->finalize (object);
}

static void
bench_pool_init (BenchPool * self)
{
  self->allocator = gst_dmabuf_allocator_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

static void
bench_pool_class_init (BenchPoolClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  GST_BUFFER_POOL_CLASS (klass)->alloc_buffer = alloc_buffer;
  GST_BUFFER_POOL_CLASS (klass)->release_buffer = release_buffer;
}

/* Returns: (nullable): an active pool, NULL with errno */
GstBufferPool *
bench_pool_new (const gchar * memory, gsize size, guint n)
{
  BenchPool *self = g_object_new (BENCH_TYPE_POOL, NULL);
  GstBufferPool *pool = GST_BUFFER_POOL (self);
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_object_ref_sink (self);
  self->fds = g_new0 (gint, n);
  self->size = size;
  self->n = n;
  if (memory_new (memory, size, self->fds, n) != 0) {
    gst_structure_free (config);
    gst_object_unref (self);
    return NULL;
  }
  gst_buffer_pool_config_set_params (config, NULL, size, n, n);
  gst_buffer_pool_set_config (pool, config);
  gst_buffer_pool_set_active (pool, TRUE);
  /* The pool releases each buffer once after allocating it. */
  self->out = 0;
  return pool;
}

/* Returns: (transfer full): a buffer; blocks until one is free */
GstBuffer *
bench_pool_take (BenchPool * self)
{
  GstBuffer *buffer = NULL;

  g_atomic_int_inc (&self->out);
  if (gst_buffer_pool_acquire_buffer (GST_BUFFER_POOL (self), &buffer, NULL)
      != GST_FLOW_OK)
    g_error ("cannot acquire a buffer from the pool");
  return buffer;
}

/* Waits until all buffers are released. */
void
bench_pool_wait_all (BenchPool * self)
{
  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->waiting, TRUE);
  while (g_atomic_int_get (&self->out) > 0)
    g_cond_wait (&self->cond, &self->lock);
  g_atomic_int_set (&self->waiting, FALSE);
  g_mutex_unlock (&self->lock);
}

/* Called for each released buffer, before it can be acquired again. */
void
bench_pool_set_func (BenchPool * self, BenchPoolFunc func, gpointer user_data)
{
  self->func = func;
  self->user_data = user_data;
}
