/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fake endpoint: its files, the ioctls of the plugin and the controls of
 * the test. faketransfers.c queues and ends the transfers.
 *
 * Locking: one lock for everything. The ioctls come from the threads of the
 * element, the controls from those of the test.
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
    d = fake_find (*(gint *) arg);
    /* An unbound function answers so. */
    if (!fake.enabled)
      return EPERM;
    if (d == NULL)
      return EINVAL;
    g_assert_false (d->attached);
    d->attached = TRUE;
    return 0;
  } else if (request == FUNCTIONFS_DMABUF_DETACH) {
    d = fake_find (*(gint *) arg);
    /* An unpatched kernel would oops here. */
    g_assert_true (fake.enabled || fake.can_submit);
    if (d == NULL || !d->attached)
      return EPERM;
    fake_detach (d);
    g_cond_broadcast (&fake.cond);
    return 0;
  } else if (request == FUNCTIONFS_FEATURES && get_features () != 0) {
    *(guint64 *) arg = get_features ();
    return 0;
  } else if (request == FUNCTIONFS_DMABUF_REAP) {
    return fake_reap (arg, ret);
  } else if (request == FUNCTIONFS_DMABUF_TRANSFER) {
    return fake_transfer (arg);
  } else if (request == FUNCTIONFS_DMABUF_SUBMIT) {
    return fake_submit (arg);
  } else if (request == DMA_BUF_IOCTL_EXPORT_SYNC_FILE) {
    struct dma_buf_export_sync_file *req = arg;
    Transfer *t = fake_last_transfer (fd);

    /* On older kernels the fence is a writer's. */
    g_assert_cmpuint (req->flags, ==, DMA_BUF_SYNC_RW);
    g_assert_nonnull (t);
    req->fd = t->sync_file = open ("/dev/null", O_RDWR | O_CLOEXEC);
    return 0;
  } else if (request == SYNC_IOC_FILE_INFO) {
    return fake_file_info (fd, arg);
  }
  return ENOTTY;
}

guint
fake_read_locked (const guint * n)
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

/* The plugin closes the old file when it has a new one, which drops the
 * attachments. */
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
    fake_cancel (NULL, -ESHUTDOWN);
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
  return fake_read_locked (&fake.n_busy_detaches);
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
  return fake_read_locked (&fake.calls[_IOC_NR (request)]);
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
  fake_find (gst_dmabuf_memory_get_fd (mem))->attached = FALSE;
  g_mutex_unlock (&fake.lock);
}

guint
fake_endpoint_n_late_reads (void)
{
  return fake_read_locked (&fake.late_reads);
}

void
fake_endpoint_add_dmabuf (gint fd, gint read_end)
{
  Dmabuf *d = g_new0 (Dmabuf, 1);

  d->id = fake_fd_id (fd);
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
  return fake_fd_id (gst_dmabuf_memory_get_fd (mem));
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
  fake_set_pending (fake_find (fd), fd, change);
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
