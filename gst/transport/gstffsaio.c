/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end of a Linux AIO context whose requests a controller does not let go
 * of.
 *
 * Ownership: the context and what its requests refer to belong to a thread of
 * their own then, which may outlive the element.
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
 * @busy: whether there are requests that could not be cancelled
 * @notify: (nullable): frees @user_data
 * @user_data: what the requests refer to
 *
 * io_destroy() waits until the last request is over, which may be never.  With
 * @busy it is called in a thread, and @notify after it.
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
