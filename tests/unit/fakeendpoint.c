/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The endpoint and its transfers: fakelibraries.c and fakeallocator.c have what
 * else of the machine is faked.
 *
 * Locking: one lock for everything; the ioctls come from the element's
 * threads, the controls from the test's.
 */

#define _GNU_SOURCE             /* pipe2 */

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/allocators/gstdmabuf.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fakeprivate.h"
#include "transport/gstffsendpoint.h"
#include "transport/gstffsuapi.h"

FakeEndpoint fake;

static guint64
fd_id (gint fd)
{
  struct stat st;

  return fstat (fd, &st) == 0 ? st.st_ino : 0;
}

static Dmabuf *
find (gint fd)
{
  guint64 id = fd_id (fd);
  guint i;

  for (i = 0; i < fake.dmabufs->len; i++) {
    Dmabuf *d = g_ptr_array_index (fake.dmabufs, i);

    if (d->id == id)
      return d;
  }
  return NULL;
}

/* A full pipe is a dmabuf with a pending fence. */
static void
set_pending (Dmabuf * d, gint fd, gint change)
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
      set_pending (t->dmabufs[i], -1, -1);
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

static void
cancel (Dmabuf * d, gint status)
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

static void
detach (Dmabuf * d)
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
  cancel (fake.cancels_all && n_own > 0 ? NULL : d, -ECONNRESET);
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
    Dmabuf *d = find (segments[i].fd);

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
    Dmabuf *d = find (segments[i].fd);

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
      set_pending (d, segments[i].fd, 1);
      pending = TRUE;
    }
  }
  g_ptr_array_add (fake.transfers, t);
  if (!pending)
    fake_signal_transfer (t, 1);
  g_cond_broadcast (&fake.cond);
  return 0;
}

static gint
do_transfer (struct usb_ffs_dmabuf_transfer_req *req)
{
  struct usb_ffs_dmabuf_segment segment = { req->fd, 0, 0, req->length };
  Transfer *t;

  return do_segments (&segment, 1, NULL, &t);
}

/* One transfer, or one for each end within. */
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
    /* Nothing of what the plugin does is refused in the midst. */
    g_assert_true (err == 0 || first == 0);
    first = i + 1;
  }
  if (err != 0)
    g_free (call);
  return err;
}

static gint
do_submit (struct usb_ffs_dmabuf_submit *req)
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

static Transfer *
last_transfer (gint dmabuf)
{
  Dmabuf *d = find (dmabuf);
  guint i;

  for (i = fake.transfers->len; i > 0; i--) {
    Transfer *t = g_ptr_array_index (fake.transfers, i - 1);

    if (is_of (t, d))
      return t;
  }
  return NULL;
}

static gint
file_info (gint fd, struct sync_file_info *info)
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

/* As kernel/ documents it. */
static gint
do_reap (struct usb_ffs_dmabuf_reap *req, gint * n)
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

static guint64
get_features (void)
{
  return fake.features | (fake.can_submit ? USB_FFS_FEATURE_DMABUF_SUBMIT : 0)
      | (fake.can_reap ? USB_FFS_FEATURE_DMABUF_REAP
      | USB_FFS_FEATURE_DMABUF_END : 0);
}

/* @ret: return value on success */
static gint
answer (gint fd, gulong request, gpointer arg, gint * ret)
{
  guint nr = _IOC_NR (request);
  Dmabuf *d;

  fake.calls[nr]++;
  g_cond_broadcast (&fake.cond);
  if (request == fake.disable_at) {
    fake.disable_at = 0;
    fake.enabled = FALSE;
  }
  if (fake.fail_times[nr] > 0) {
    fake.fail_times[nr]--;
    return fake.fail_err[nr];
  }

  if (request == FUNCTIONFS_ENDPOINT_DESC) {
    struct usb_endpoint_descriptor *desc = arg;

    if (!fake.enabled)
      return EAGAIN;
    desc->bEndpointAddress = (fake.out ? USB_DIR_OUT : USB_DIR_IN) | 1;
    desc->wMaxPacketSize = GUINT16_TO_LE (FAKE_PACKET_SIZE);
    return 0;
  } else if (request == FUNCTIONFS_DMABUF_ATTACH) {
    d = find (*(gint *) arg);
    /* As an unbound function does. */
    if (!fake.enabled)
      return EPERM;
    if (d == NULL)
      return EINVAL;
    g_assert_false (d->attached);
    d->attached = TRUE;
    return 0;
  } else if (request == FUNCTIONFS_DMABUF_DETACH) {
    d = find (*(gint *) arg);
    /* An unpatched kernel would oops here. */
    g_assert_true (fake.enabled || fake.can_submit);
    if (d == NULL || !d->attached)
      return EPERM;
    detach (d);
    g_cond_broadcast (&fake.cond);
    return 0;
  } else if (request == FUNCTIONFS_FEATURES && get_features () != 0) {
    *(guint64 *) arg = get_features ();
    return 0;
  } else if (request == FUNCTIONFS_DMABUF_REAP) {
    return do_reap (arg, ret);
  } else if (request == FUNCTIONFS_DMABUF_TRANSFER) {
    return do_transfer (arg);
  } else if (request == FUNCTIONFS_DMABUF_SUBMIT) {
    return do_submit (arg);
  } else if (request == DMA_BUF_IOCTL_EXPORT_SYNC_FILE) {
    struct dma_buf_export_sync_file *req = arg;
    Transfer *t = last_transfer (fd);

    /* On older kernels the fence is that of a writer. */
    g_assert_cmpuint (req->flags, ==, DMA_BUF_SYNC_RW);
    g_assert_nonnull (t);
    req->fd = t->sync_file = open ("/dev/null", O_RDWR | O_CLOEXEC);
    return 0;
  } else if (request == SYNC_IOC_FILE_INFO) {
    return file_info (fd, arg);
  }
  return ENOTTY;
}

static guint
read_locked (const guint * n)
{
  guint value;

  g_mutex_lock (&fake.lock);
  value = *n;
  g_mutex_unlock (&fake.lock);
  return value;
}

static gint
fake_ioctl (gint fd, gulong request, gpointer arg)
{
  gint err, ret = 0;

  g_mutex_lock (&fake.lock);
  err = fd < 0 ? EBADF : answer (fd, request, arg, &ret);
  g_mutex_unlock (&fake.lock);

  if (err == 0)
    return ret;
  errno = err;
  return -1;
}

static void
dmabuf_free (gpointer data)
{
  Dmabuf *d = data;

  if (d->read_end >= 0)
    close (d->read_end);
  g_free (d);
}

/* The plugin closes the old file when it has a new one, and what was attached
 * by it is gone. */
static gint
fake_open (const gchar * path, gint flags)
{
  if (g_atomic_int_get (&fake.open_fails) > 0) {
    g_atomic_int_add (&fake.open_fails, -1);
    g_atomic_int_inc (&fake.n_failed_opens);
    errno = fake.open_err;
    return -1;
  }
  if (g_strcmp0 (path, fake.path) == 0)
    fake_endpoint_forget_attachments ();
  return fake.real_open (path, flags);
}

gboolean
fake_endpoint_reaps (void)
{
  return g_strcmp0 (g_getenv ("FFS_FAKE_REAP"), "always") == 0;
}

void
fake_endpoint_start (void)
{
  gint fd;

  fake.path = g_strdup ("/tmp/ffs-fake-XXXXXX");
  fd = g_mkstemp (fake.path);
  g_assert_cmpint (fd, >=, 0);
  close (fd);

  fake.enabled = TRUE;
  fake.stubborn = FALSE;
  fake.can_submit = fake.can_reap = fake_endpoint_reaps ();
  fake.records = g_array_new (FALSE, FALSE,
      sizeof (struct usb_ffs_dmabuf_done));
  fake.kicks = 0;
  fake.out = FALSE;
  fake.short_by = 0;
  fake.cancels_all = FALSE;
  fake.n_busy_detaches = 0;
  fake.features = 0;
  fake.disable_at = 0;
  fake_endpoint_set_heap (FALSE);
  fake_endpoint_set_aio_exhausted (FALSE);
  fake_endpoint_set_poll_fails (FALSE);
  fake.late_reads = 0;
  fake.wire = g_byte_array_new ();
  memset (fake.fail_times, 0, sizeof (fake.fail_times));
  memset (fake.calls, 0, sizeof (fake.calls));
  fake.dmabufs = g_ptr_array_new_with_free_func (dmabuf_free);
  fake.transfers = g_ptr_array_new_with_free_func (g_free);
  fake.allocator = gst_dmabuf_allocator_new ();
  fake.real_ioctl = gst_ffs_ioctl;
  gst_ffs_ioctl = fake_ioctl;
  fake.real_open = gst_ffs_open_file;
  gst_ffs_open_file = fake_open;
}

void
fake_endpoint_end (void)
{
  gst_ffs_ioctl = fake.real_ioctl;
  gst_ffs_open_file = fake.real_open;
  fake.open_fails = fake.n_failed_opens = 0;
  g_unlink (fake.path);
  g_clear_pointer (&fake.path, g_free);
  g_clear_pointer (&fake.dmabufs, g_ptr_array_unref);
  g_clear_pointer (&fake.transfers, g_ptr_array_unref);
  g_clear_pointer (&fake.wire, g_byte_array_unref);
  g_clear_pointer (&fake.records, g_array_unref);
  gst_clear_object (&fake.allocator);
}

const gchar *
fake_endpoint_path (void)
{
  return fake.path;
}

void
fake_endpoint_set_enabled (gboolean enabled)
{
  g_mutex_lock (&fake.lock);
  fake.enabled = enabled;
  if (!enabled)
    cancel (NULL, -ESHUTDOWN);
  g_mutex_unlock (&fake.lock);
}

void
fake_endpoint_disable_at (gulong request)
{
  g_mutex_lock (&fake.lock);
  fake.disable_at = request;
  g_mutex_unlock (&fake.lock);
}

void
fake_endpoint_fail (gulong request, gint err, guint times)
{
  g_mutex_lock (&fake.lock);
  fake.fail_err[_IOC_NR (request)] = err;
  fake.fail_times[_IOC_NR (request)] = times;
  g_mutex_unlock (&fake.lock);
}

void
fake_endpoint_fail_open (gint err, guint times)
{
  fake.open_err = err;
  g_atomic_int_set (&fake.open_fails, times);
}

guint
fake_endpoint_n_failed_opens (void)
{
  return g_atomic_int_get (&fake.n_failed_opens);
}

void
fake_endpoint_set_stubborn (gboolean stubborn)
{
  g_mutex_lock (&fake.lock);
  fake.stubborn = stubborn;
  g_mutex_unlock (&fake.lock);
}

void
fake_endpoint_set_can_submit (gboolean can_submit)
{
  fake.can_submit = can_submit;
  fake.can_reap = can_submit && g_getenv ("FFS_FAKE_REAP") != NULL;
}

void
fake_endpoint_set_can_reap (gboolean can_reap)
{
  fake.can_submit = fake.can_reap = can_reap;
}

void
fake_endpoint_set_short_by (gsize short_by)
{
  g_mutex_lock (&fake.lock);
  fake.short_by = short_by;
  g_mutex_unlock (&fake.lock);
}

void
fake_endpoint_set_cancels_all (gboolean cancels_all)
{
  fake.cancels_all = cancels_all;
}

guint
fake_endpoint_n_busy_detaches (void)
{
  return read_locked (&fake.n_busy_detaches);
}

void
fake_endpoint_set_features (guint64 features)
{
  fake.features = features;
}

void
fake_endpoint_set_out (gboolean out)
{
  fake.out = out;
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
  return read_locked (&fake.transfers->len);
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

guint
fake_endpoint_n_attached (void)
{
  guint i, n = 0;

  g_mutex_lock (&fake.lock);
  for (i = 0; i < fake.dmabufs->len; i++)
    n += ((Dmabuf *) g_ptr_array_index (fake.dmabufs, i))->attached;
  g_mutex_unlock (&fake.lock);
  return n;
}

guint
fake_endpoint_n_calls (gulong request)
{
  return read_locked (&fake.calls[_IOC_NR (request)]);
}

void
fake_endpoint_wait_n_calls (gulong request, guint n)
{
  g_mutex_lock (&fake.lock);
  while (fake.calls[_IOC_NR (request)] < n)
    g_cond_wait (&fake.cond, &fake.lock);
  g_mutex_unlock (&fake.lock);
}

void
fake_endpoint_wait_calls (gulong request, guint n)
{
  fake_endpoint_wait_n_calls (request, fake_endpoint_n_calls (request) + n);
}

void
fake_endpoint_forget_attachments (void)
{
  guint i;

  g_mutex_lock (&fake.lock);
  for (i = 0; i < fake.dmabufs->len; i++)
    ((Dmabuf *) g_ptr_array_index (fake.dmabufs, i))->attached = FALSE;
  g_mutex_unlock (&fake.lock);
}

void
fake_dmabuf_forget (GstMemory * mem)
{
  g_mutex_lock (&fake.lock);
  find (gst_dmabuf_memory_get_fd (mem))->attached = FALSE;
  g_mutex_unlock (&fake.lock);
}

guint
fake_endpoint_n_late_reads (void)
{
  return read_locked (&fake.late_reads);
}

void
fake_endpoint_add_dmabuf (gint fd, gint read_end)
{
  Dmabuf *d = g_new0 (Dmabuf, 1);

  d->id = fd_id (fd);
  d->read_end = read_end;
  g_mutex_lock (&fake.lock);
  g_ptr_array_add (fake.dmabufs, d);
  g_mutex_unlock (&fake.lock);
}

GstMemory *
fake_dmabuf_new (gsize size)
{
  gint fds[2];

  g_assert_cmpint (pipe2 (fds, O_CLOEXEC | O_NONBLOCK), ==, 0);
  fake_endpoint_add_dmabuf (fds[1], fds[0]);
  return gst_dmabuf_allocator_alloc (fake.allocator, fds[1], size);
}

GstAllocator *
fake_endpoint_allocator (void)
{
  return fake.allocator;
}

guint64
fake_dmabuf_id (GstMemory * mem)
{
  return fd_id (gst_dmabuf_memory_get_fd (mem));
}

GBytes *
fake_endpoint_take_wire (void)
{
  GBytes *bytes;

  g_mutex_lock (&fake.lock);
  bytes = g_byte_array_free_to_bytes (fake.wire);
  fake.wire = g_byte_array_new ();
  g_mutex_unlock (&fake.lock);
  return bytes;
}

static void
change_hold (GstMemory * mem, gint change)
{
  gint fd = gst_dmabuf_memory_get_fd (mem);

  g_mutex_lock (&fake.lock);
  set_pending (find (fd), fd, change);
  g_mutex_unlock (&fake.lock);
}

void
fake_dmabuf_hold (GstMemory * mem)
{
  change_hold (mem, 1);
}

void
fake_dmabuf_unhold (GstMemory * mem)
{
  change_hold (mem, -1);
}
