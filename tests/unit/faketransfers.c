/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel of the fake endpoint does with transfers: their fences,
 * their records for REAP, and what cancels them.
 *
 * Locking: that of the endpoint. Call functions without "endpoint" in their
 * name with it held.
 */

#define _GNU_SOURCE             /* pipe2 */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fakeprivate.h"

guint64
fake_fd_id (gint fd)
{
  struct stat st;

  return fstat (fd, &st) == 0 ? st.st_ino : 0;
}

Dmabuf *
fake_find (gint fd)
{
  guint64 id = fake_fd_id (fd);
  guint i;

  for (i = 0; i < fake.dmabufs->len; i++) {
    Dmabuf *d = g_ptr_array_index (fake.dmabufs, i);

    if (d->id == id)
      return d;
  }
  return NULL;
}

/* A full pipe is a dmabuf with a pending fence. */
void
fake_set_pending (Dmabuf * d, gint fd, gint change)
{
  gchar buf[4096] = { 0, };

  d->n_pending += change;
  if (change > 0 && d->n_pending == 1) {
    while (write (fd, buf, sizeof (buf)) > 0);
  } else if (d->n_pending == 0) {
    while (read (d->read_end, buf, sizeof (buf)) > 0);
  }
}

static void
signal_fence (gint fence)
{
  g_assert_cmpint (write (fence, "", 1), ==, 1);
  close (fence);
}

void
fake_signal_transfer (Transfer * t, gint status)
{
  guint i;

  if (t->signalled)
    return;
  t->signalled = TRUE;
  t->status = status;
  for (i = 0; i < t->n_dmabufs; i++) {
    if (t->dmabufs[i]->read_end >= 0)
      fake_set_pending (t->dmabufs[i], -1, -1);
  }
  if (t->fence >= 0)
    signal_fence (t->fence);
  t->fence = -1;
  if (t->call) {
    if (t->call->record.status == 0)
      t->call->record.status = MIN (status, 0);
    t->call->record.actual += fake.out ? t->received :
        t->length - fake.short_by;
    if (--t->call->n_left == 0) {
      g_array_append_val (fake.records, t->call->record);
      g_free (t->call);
    }
    t->call = NULL;
    g_cond_broadcast (&fake.cond);
  }
}

static gboolean
is_of (Transfer * t, Dmabuf * d)
{
  guint i;

  for (i = 0; i < t->n_dmabufs; i++) {
    if (t->dmabufs[i] == d)
      return TRUE;
  }
  return FALSE;
}

void
fake_cancel (Dmabuf * d, gint status)
{
  guint i;

  if (fake.stubborn)
    return;
  for (i = 0; i < fake.transfers->len; i++) {
    Transfer *t = g_ptr_array_index (fake.transfers, i);

    if (d == NULL || is_of (t, d))
      fake_signal_transfer (t, status);
  }
}

void
fake_detach (Dmabuf * d)
{
  guint i, n_own = 0, n_others = 0;

  for (i = 0; i < fake.transfers->len; i++) {
    Transfer *t = g_ptr_array_index (fake.transfers, i);

    if (t->signalled)
      continue;
    if (is_of (t, d))
      n_own++;
    else
      n_others++;
  }
  fake.n_busy_detaches += n_own > 0 && n_others > 0;
  d->attached = FALSE;
  fake_cancel (fake.cancels_all && n_own > 0 ? NULL : d, -ECONNRESET);
}

static gint
do_segments (const struct usb_ffs_dmabuf_segment *segments, guint n,
    Call * call, Transfer ** transfer)
{
  gboolean pending = FALSE;
  Transfer *t;
  guint i;

  if (!fake.enabled)
    return EAGAIN;
  for (i = 0; i < n; i++) {
    Dmabuf *d = fake_find (segments[i].fd);

    if (d == NULL)
      return EINVAL;
    if (!d->attached)
      return EPERM;
  }

  t = *transfer = g_new0 (Transfer, 1);
  t->sync_file = t->fence = -1;
  t->call = call;
  t->own_fence = call != NULL;
  for (i = 0; i < n; i++) {
    Dmabuf *d = fake_find (segments[i].fd);

    t->segments[t->n_dmabufs] = segments[i];
    t->dmabufs[t->n_dmabufs++] = d;
    t->length += segments[i].length;
    if (fake.out && d->read_end < 0) {
      pending = TRUE;
    } else if (d->read_end < 0) {
      guint old = fake.wire->len;

      g_byte_array_set_size (fake.wire, old + segments[i].length);
      g_assert_cmpint (pread (segments[i].fd, fake.wire->data + old,
              segments[i].length, segments[i].offset), ==, segments[i].length);
    } else {
      fake_set_pending (d, segments[i].fd, 1);
      pending = TRUE;
    }
  }
  g_ptr_array_add (fake.transfers, t);
  if (!pending)
    fake_signal_transfer (t, 1);
  g_cond_broadcast (&fake.cond);
  return 0;
}

gint
fake_transfer (struct usb_ffs_dmabuf_transfer_req *req)
{
  struct usb_ffs_dmabuf_segment segment = { req->fd, 0, 0, req->length };
  Transfer *t;

  return do_segments (&segment, 1, NULL, &t);
}

/* Queues one transfer, or one for each segment with the END flag. */
static gint
do_call (const struct usb_ffs_dmabuf_submit *req)
{
  const struct usb_ffs_dmabuf_segment *s = (gpointer) (guintptr) req->segments;
  Call *call = g_new0 (Call, 1);
  guint i, first = 0;
  gint err = 0;
  Transfer *t;

  call->record.cookie = req->cookie;
  call->n_left = 1;
  for (i = 0; i + 1 < req->num_segments; i++)
    call->n_left += (s[i].flags & USB_FFS_DMABUF_SEGMENT_END) != 0;
  for (i = 0; err == 0 && i < req->num_segments; i++) {
    g_assert_true (s[i].flags == 0 || fake.can_reap);
    if (i + 1 < req->num_segments && !(s[i].flags & USB_FFS_DMABUF_SEGMENT_END))
      continue;
    err = do_segments (s + first, i + 1 - first, call, &t);
    /* The plugin sends nothing that is refused in the middle of a call. */
    g_assert_true (err == 0 || first == 0);
    first = i + 1;
  }
  if (err != 0)
    g_free (call);
  return err;
}

gint
fake_submit (struct usb_ffs_dmabuf_submit *req)
{
  Transfer *t;
  gint fds[2], err;

  if (!fake.can_submit)
    return ENOTTY;
  if (req->num_segments == 0)
    return EINVAL;
  g_assert_cmpuint (req->size, ==, sizeof (*req));
  if (req->flags & USB_FFS_DMABUF_SUBMIT_REPORT) {
    g_assert_true (fake.can_reap);
    return do_call (req);
  }
  g_assert_cmpuint (req->cookie, ==, 0);
  g_assert_cmpint (pipe2 (fds, O_CLOEXEC | O_NONBLOCK), ==, 0);
  err = do_segments ((gpointer) (guintptr) req->segments, req->num_segments,
      NULL, &t);
  if (err == 0 && !t->signalled)
    t->fence = fds[1];
  else
    signal_fence (fds[1]);
  if (err == 0) {
    req->fence_fd = t->sync_file = fds[0];
    t->own_fence = TRUE;
  } else {
    close (fds[0]);
  }
  return err;
}

Transfer *
fake_last_transfer (gint dmabuf)
{
  Dmabuf *d = fake_find (dmabuf);
  guint i;

  for (i = fake.transfers->len; i > 0; i--) {
    Transfer *t = g_ptr_array_index (fake.transfers, i - 1);

    if (is_of (t, d))
      return t;
  }
  return NULL;
}

gint
fake_file_info (gint fd, struct sync_file_info *info)
{
  guint i;

  for (i = fake.transfers->len; i > 0; i--) {
    Transfer *t = g_ptr_array_index (fake.transfers, i - 1);

    if (t->sync_file == fd) {
      if (!t->own_fence && !t->dmabufs[0]->attached)
        fake.late_reads++;
      info->status = t->signalled ? t->status : 0;
      return 0;
    }
  }
  return EBADF;
}

/* As kernel/README.md documents it. */
gint
fake_reap (struct usb_ffs_dmabuf_reap *req, gint * n)
{
  if (!fake.can_reap)
    return ENOTTY;
  g_assert_cmpuint (req->size, ==, sizeof (*req));
  if (req->flags & USB_FFS_DMABUF_REAP_KICK) {
    g_assert_true (req->num == 0 && req->done == 0 && req->kicks == 0);
    req->kicks = ++fake.kicks;
    g_cond_broadcast (&fake.cond);
    return 0;
  }
  g_assert_true (req->num > 0 && req->timeout_ns <= 0);
  while (fake.records->len == 0 && req->kicks == fake.kicks
      && req->timeout_ns < 0)
    g_cond_wait (&fake.cond, &fake.lock);
  *n = MIN (fake.records->len, req->num);
  if (*n > 0) {
    memcpy ((gpointer) (guintptr) req->done, fake.records->data,
        *n * sizeof (struct usb_ffs_dmabuf_done));
    g_array_remove_range (fake.records, 0, *n);
  }
  req->kicks = fake.kicks;
  return 0;
}

void
fake_endpoint_wait_transfers (guint n)
{
  g_mutex_lock (&fake.lock);
  while (fake.transfers->len < n)
    g_cond_wait (&fake.cond, &fake.lock);
  g_mutex_unlock (&fake.lock);
}

guint
fake_endpoint_n_transfers (void)
{
  return fake_read_locked (&fake.transfers->len);
}

static Transfer
get_transfer (guint n)
{
  Transfer t;

  g_mutex_lock (&fake.lock);
  g_assert_cmpuint (n, <, fake.transfers->len);
  t = *(Transfer *) g_ptr_array_index (fake.transfers, n);
  g_mutex_unlock (&fake.lock);
  return t;
}

gsize
fake_endpoint_transfer_length (guint n)
{
  return get_transfer (n).length;
}

guint64
fake_endpoint_transfer_id (guint n)
{
  return get_transfer (n).dmabufs[0]->id;
}

void
fake_endpoint_signal (guint n, gint status)
{
  g_mutex_lock (&fake.lock);
  g_assert_cmpuint (n, <, fake.transfers->len);
  fake_signal_transfer (g_ptr_array_index (fake.transfers, n), status);
  g_mutex_unlock (&fake.lock);
}
