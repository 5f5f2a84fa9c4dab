/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Destroys a Linux AIO context whose requests a controller does not complete.
 *
 * Ownership: a thread then owns the context and the data of its requests, and
 * may outlive the element.
 *
 * Locking: none.
 */

#include "gstffsaio.h"

typedef struct
{
  io_context_t ctx;
  GDestroyNotify notify;
  gpointer user_data;
} End;

static gpointer
run (gpointer data)
{
  End *end = data;

  io_destroy (end->ctx);
  if (end->notify)
    end->notify (end->user_data);
  g_free (end);
  return NULL;
}

/**
 * gst_ffs_aio_destroy:
 * @ctx: (transfer full): a context
 * @busy: whether some requests could not be cancelled
 * @notify: (nullable): frees @user_data
 * @user_data: data that the requests use
 *
 * io_destroy() blocks until the last request has completed, which may never
 * happen. With @busy a thread calls it, then @notify.
 */
void
gst_ffs_aio_destroy (io_context_t ctx, gboolean busy, GDestroyNotify notify,
    gpointer user_data)
{
  End *end = g_new0 (End, 1);

  end->ctx = ctx;
  end->notify = notify;
  end->user_data = user_data;
  if (busy)
    g_thread_unref (g_thread_new ("ffs-aio", run, end));
  else
    run (end);
}
