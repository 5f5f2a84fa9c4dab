/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsEnding: handles an EOS that an application sends while the streaming
 * thread waits for a host. The EOS is queued after the waiting frame, so
 * frames without a host are dropped from then on, and the frames in flight are
 * cancelled if the host reads nothing for eos-timeout.
 *
 * Ownership: embedded in the element; a worker holds a reference on it.
 *
 * Locking: the lock protects all fields and is taken before the host's. No
 * message is posted and no stream halted with it held. over() waits for the
 * worker, so that it does not halt the next stream, and its message precedes
 * the EOS message.
 */

#include "gstffsending.h"
#include "gstffsreport.h"

void
gst_ffs_ending_init (GstFfsEnding * self, GstElement * sink,
    GstFfsHostState * state, GstFfsHost * host)
{
  self->sink = sink;
  self->state = state;
  self->host = host;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

void
gst_ffs_ending_clear (GstFfsEnding * self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

/* Call with the lock held. Returns FALSE if the stream has ended, TRUE if the
 * host has read nothing for too long. */
static gboolean
wait_for_host (GstFfsEnding * self)
{
  while (self->asked) {
    GstClockTime waiting = gst_ffs_host_get_waiting (self->host);

    if (waiting >= self->timeout)
      return TRUE;
    g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time ()
        + GST_TIME_AS_USECONDS (self->timeout - waiting) + 1);
  }
  return FALSE;
}

static gpointer
work (gpointer user_data)
{
  GstFfsEnding *self = user_data;
  GstElement *sink = self->sink;
  GstClockTime timeout;
  gboolean late;

  g_mutex_lock (&self->lock);
  late = wait_for_host (self);
  timeout = self->timeout;
  self->halted |= late;
  g_mutex_unlock (&self->lock);
  if (late) {
    gst_ffs_host_halt (self->host);
    gst_ffs_report_unread (sink, timeout);
  }

  g_mutex_lock (&self->lock);
  self->busy = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_object_unref (sink);
  return NULL;
}

/**
 * gst_ffs_ending_ask:
 * @self: the ending
 * @timeout: how long the host may read nothing, ns, or %GST_CLOCK_TIME_NONE
 *
 * An EOS was sent but has not arrived. Any thread.
 */
void
gst_ffs_ending_ask (GstFfsEnding * self, GstClockTime timeout)
{
  gboolean begin;

  g_mutex_lock (&self->lock);
  begin = !self->busy && timeout != GST_CLOCK_TIME_NONE;
  self->asked = TRUE;
  self->timeout = timeout;
  self->busy |= begin;
  g_mutex_unlock (&self->lock);

  gst_ffs_host_state_set_ending (self->state, TRUE);
  if (!begin)
    return;
  gst_object_ref (self->sink);
  g_thread_unref (g_thread_new ("ffs-end", work, self));
}

/**
 * gst_ffs_ending_over:
 * @self: the ending
 *
 * The EOS has arrived, or another stream starts. Any thread.
 */
void
gst_ffs_ending_over (GstFfsEnding * self)
{
  gboolean halted;

  g_mutex_lock (&self->lock);
  self->asked = FALSE;
  g_cond_broadcast (&self->cond);
  while (self->busy)
    g_cond_wait (&self->cond, &self->lock);
  halted = self->halted;
  self->halted = FALSE;
  g_mutex_unlock (&self->lock);

  gst_ffs_host_state_set_ending (self->state, FALSE);
  if (halted)
    gst_ffs_host_resume (self->host);
}
