/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsEndpoint: one data endpoint of a FunctionFS function.
 *
 * Ownership: the endpoint owns its file description, opened from a path or,
 * for an application's descriptor, through /proc/self/fd. Closing it cancels
 * all transfers and drops all attachments made through it; that is the last
 * resort for both. Reference counted, since the queue may outlive the element
 * until its last fence has signalled.
 *
 * Locking: none. MT safe, except reopen() and close(), which the thread that
 * owns the stream calls while no other thread is in a call.
 *
 * The functions return 0 or an errno; see gst_ffs_meaning().
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gstffsdebug.h"
#include "gstffsendpoint.h"

#include <linux/usb/ch9.h>

/* Longer than a connected host takes for the data stage of a request. */
#define OPEN_TIMEOUT (2 * G_TIME_SPAN_SECOND)
#define OPEN_RETRY G_TIME_SPAN_MILLISECOND

/* Delay between two poll() calls that fail. */
#define POLL_RETRY (10 * G_TIME_SPAN_MILLISECOND)

struct _GstFfsEndpoint
{
  gchar *name;
  gchar *path;
  gchar *owner;                 /* the element's name, for logs */
  gint fd;
  GstFfsDirection direction;
  guint64 features;             /* of the kernel's FunctionFS */
  gint cannot_gather;           /* atomic: reported by the controller */

  /* Last known state; may be outdated at any time. */
  gint enabled;
  gint connections;
  gint packet_size;             /* of the last host's connection, or 0 */
};

static gint
real_ioctl (gint fd, gulong request, gpointer arg)
{
  return ioctl (fd, request, arg);
}

GstFfsIoctlFunc gst_ffs_ioctl = real_ioctl;

static gint
real_open (const gchar * path, gint flags)
{
  return open (path, flags);
}

GstFfsOpenFunc gst_ffs_open_file = real_open;

/* Maximum length of a thread name on Linux. */
#define THREAD_NAME_MAX 15

/**
 * gst_ffs_thread_name:
 * @role: what the thread does
 * @owner: name of the element
 *
 * Returns: (transfer full): the role and the end of the element's name, which
 * distinguishes elements
 */
gchar *
gst_ffs_thread_name (const gchar * role, const gchar * owner)
{
  gsize room = THREAD_NAME_MAX - strlen (role) - 1, length = strlen (owner);

  return g_strdup_printf ("%s:%s", role, owner + length - MIN (length, room));
}

/* Retries after a signal. Returns: 0 or an errno */
gint
gst_ffs_call (gint fd, gulong request, gpointer arg)
{
  gint ret;

  do {
    ret = gst_ffs_ioctl (fd, request, arg);
  } while (ret < 0 && errno == EINTR);

  return ret < 0 ? errno : 0;
}

/**
 * gst_ffs_endpoint_open_file:
 * @path: an endpoint's file
 * @flags: O_WRONLY, O_RDONLY or O_RDWR
 *
 * Opens with O_NONBLOCK, since only a signal interrupts calls that block in
 * the kernel. Kernels such as 6.12 take the function's mutex, which the thread
 * in a data stage of ep0 holds, and return EAGAIN (ffs_epfile_open() in
 * f_fs.c). So this retries for up to OPEN_TIMEOUT.
 *
 * Returns: a descriptor, or -1 and errno
 */
gint
gst_ffs_endpoint_open_file (const gchar * path, gint flags)
{
  gint64 end = g_get_monotonic_time () + OPEN_TIMEOUT;
  gint fd;

  while ((fd = gst_ffs_open_file (path, flags | O_NONBLOCK | O_CLOEXEC)) < 0) {
    if (errno == EINTR)
      continue;
    if (errno != EAGAIN || g_get_monotonic_time () >= end)
      break;
    g_usleep (OPEN_RETRY);
  }
  return fd;
}

static gint
dup_nonblock (gint fd)
{
  gint copy, flags;

  copy = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0)
    return -1;

  flags = fcntl (copy, F_GETFL);
  if (flags < 0 || fcntl (copy, F_SETFL, flags | O_NONBLOCK) < 0) {
    gint err = errno;

    close (copy);
    errno = err;
    return -1;
  }
  return copy;
}

static gint
get_open_flags (GstFfsDirection direction)
{
  return direction == GST_FFS_DIRECTION_OUT ? O_RDONLY : O_WRONLY;
}

/**
 * gst_ffs_endpoint_open:
 * @path: (nullable): the endpoint's file
 * @fd: an open descriptor of it, used if @path is %NULL
 * @owner: the name of the element that it is for
 * @err: (out): the errno if this failed
 *
 * gst_ffs_endpoint_open_for() of an endpoint to the host.
 *
 * Returns: (transfer full) (nullable): the endpoint
 */
GstFfsEndpoint *
gst_ffs_endpoint_open (const gchar * path, gint fd, const gchar * owner,
    gint * err)
{
  return gst_ffs_endpoint_open_for (GST_FFS_DIRECTION_IN, path, fd, owner, err);
}

/**
 * gst_ffs_endpoint_open_for:
 * @direction: which way the element needs
 * @path: (nullable): the endpoint's file, e.g. "/dev/ffs-camera/ep1"
 * @fd: an open descriptor of it, used if @path is %NULL
 * @owner: name of the element, for log lines and thread names
 * @err: (out): the errno if this failed
 *
 * Reopens an application's descriptor, so that O_NONBLOCK does not affect the
 * application. If that is not permitted (a descriptor from a more privileged
 * process), it is duplicated.
 *
 * Returns: (transfer full) (nullable): the endpoint
 */
GstFfsEndpoint *
gst_ffs_endpoint_open_for (GstFfsDirection direction, const gchar * path,
    gint fd, const gchar * owner, gint * err)
{
  g_autofree gchar *link = NULL;
  GstFfsEndpoint *ep;
  gint own;

  if (path == NULL)
    path = link = g_strdup_printf ("/proc/self/fd/%d", fd);

  own = gst_ffs_endpoint_open_file (path, get_open_flags (direction));
  if (own < 0 && link != NULL && errno != ENOENT)
    own = dup_nonblock (fd);
  if (own < 0) {
    *err = errno == ENOENT && link != NULL ? EBADF : errno;
    return NULL;
  }

  ep = g_atomic_rc_box_new0 (GstFfsEndpoint);
  ep->fd = own;
  ep->direction = direction;
  ep->path = link ? NULL : g_strdup (path);
  ep->name = link ? g_strdup_printf ("fd %d", fd) : g_strdup (path);
  ep->owner = g_strdup (owner);
  ep->features = gst_ffs_endpoint_get_features (ep);
  GST_DEBUG_ID (ep->owner,
      "%s: opened as fd %d, features 0x%" G_GINT64_MODIFIER "x", ep->name,
      ep->fd, ep->features);

  return ep;
}

GstFfsEndpoint *
gst_ffs_endpoint_ref (GstFfsEndpoint * ep)
{
  return g_atomic_rc_box_acquire (ep);
}

static void
endpoint_clear (GstFfsEndpoint * ep)
{
  gst_ffs_endpoint_close (ep);
  g_free (ep->path);
  g_free (ep->name);
  g_free (ep->owner);
}

void
gst_ffs_endpoint_unref (GstFfsEndpoint * ep)
{
  g_atomic_rc_box_release_full (ep, (GDestroyNotify) endpoint_clear);
}

const gchar *
gst_ffs_endpoint_get_name (GstFfsEndpoint * ep)
{
  return ep->name;
}

/* Returns: (transfer none): the name of the element */
const gchar *
gst_ffs_endpoint_get_owner (GstFfsEndpoint * ep)
{
  return ep->owner;
}

gint
gst_ffs_endpoint_get_fd (GstFfsEndpoint * ep)
{
  return ep->fd;
}

/* Returns: wMaxPacketSize at the speed of the host that was there last, or 0 */
guint
gst_ffs_endpoint_get_packet_size (GstFfsEndpoint * ep)
{
  return g_atomic_int_get (&ep->packet_size);
}

/**
 * gst_ffs_endpoint_probe:
 * @ep: an endpoint
 *
 * Queries whether a host has configured the function. ep files cannot be
 * polled, so this is the only way that does not transfer data.
 *
 * Returns: 0 if it has, EAGAIN or ESHUTDOWN if not, EOPNOTSUPP for an OUT
 * endpoint where an IN endpoint is needed, EPROTOTYPE for an IN endpoint where
 * an OUT endpoint is needed, ENOTTY and others if this is not an endpoint
 */
gint
gst_ffs_endpoint_probe (GstFfsEndpoint * ep)
{
  struct usb_endpoint_descriptor desc;
  gint err;

  memset (&desc, 0, sizeof (desc));
  err = gst_ffs_call (ep->fd, FUNCTIONFS_ENDPOINT_DESC, &desc);
  if (err != 0) {
    gst_ffs_endpoint_set_disabled (ep);
    return err;
  }

  if (desc.bEndpointAddress & USB_DIR_IN) {
    if (ep->direction == GST_FFS_DIRECTION_OUT)
      return EPROTOTYPE;
  } else if (ep->direction == GST_FFS_DIRECTION_IN) {
    return EOPNOTSUPP;
  }

  if (!g_atomic_int_get (&ep->enabled)) {
    GST_INFO_ID (ep->owner,
        "%s: enabled by the host, address 0x%02x, max packet %u bytes",
        ep->name, desc.bEndpointAddress, GUINT16_FROM_LE (desc.wMaxPacketSize));
    g_atomic_int_set (&ep->packet_size, GUINT16_FROM_LE (desc.wMaxPacketSize));
    g_atomic_int_inc (&ep->connections);
    g_atomic_int_set (&ep->enabled, TRUE);
  }
  return 0;
}

gboolean
gst_ffs_endpoint_is_enabled (GstFfsEndpoint * ep)
{
  return g_atomic_int_get (&ep->enabled);
}

/**
 * gst_ffs_endpoint_get_connection:
 * @ep: an endpoint
 *
 * Returns: a number that changes with each connection, 0 while no host is
 * known to be connected
 */
guint
gst_ffs_endpoint_get_connection (GstFfsEndpoint * ep)
{
  return g_atomic_int_get (&ep->enabled) ?
      g_atomic_int_get (&ep->connections) : 0;
}

void
gst_ffs_endpoint_set_disabled (GstFfsEndpoint * ep)
{
  if (g_atomic_int_compare_and_exchange (&ep->enabled, TRUE, FALSE))
    GST_INFO_ID (ep->owner, "%s: the host is gone", ep->name);
}

/**
 * gst_ffs_endpoint_attach:
 * @ep: an endpoint
 * @dmabuf: a dmabuf
 *
 * The kernel returns EPERM for a controller without scatter-gather and for a
 * function that is not bound. It means the former only if the endpoint was
 * enabled between two failures.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_endpoint_attach (GstFfsEndpoint * ep, gint dmabuf)
{
  gint err = gst_ffs_call (ep->fd, FUNCTIONFS_DMABUF_ATTACH, &dmabuf);

  if (err == EPERM) {
    err = gst_ffs_endpoint_probe (ep);
    if (err == 0)
      err = gst_ffs_call (ep->fd, FUNCTIONFS_DMABUF_ATTACH, &dmabuf);
  }
  GST_LOG_ID (ep->owner, "%s: attach dmabuf %d: %s", ep->name, dmabuf,
      g_strerror (err));
  return err;
}

gint
gst_ffs_endpoint_detach (GstFfsEndpoint * ep, gint dmabuf)
{
  gint err = gst_ffs_call (ep->fd, FUNCTIONFS_DMABUF_DETACH, &dmabuf);

  GST_LOG_ID (ep->owner, "%s: detach dmabuf %d: %s", ep->name, dmabuf,
      g_strerror (err));
  return err;
}

/**
 * gst_ffs_endpoint_transfer:
 * @ep: an endpoint
 * @dmabuf: a dmabuf attached to it
 * @length: bytes to send from the start of the dmabuf
 *
 * Returns: 0 if the transfer is queued, else an errno
 */
gint
gst_ffs_endpoint_transfer (GstFfsEndpoint * ep, gint dmabuf, guint64 length)
{
  struct usb_ffs_dmabuf_transfer_req req;

  memset (&req, 0, sizeof (req));
  req.fd = dmabuf;
  req.length = length;
  return gst_ffs_call (ep->fd, FUNCTIONFS_DMABUF_TRANSFER, &req);
}

/**
 * gst_ffs_endpoint_can_submit:
 * @ep: an endpoint
 *
 * Returns: whether the kernel has FUNCTIONFS_DMABUF_SUBMIT
 */
gboolean
gst_ffs_endpoint_can_submit (GstFfsEndpoint * ep)
{
  return (ep->features & USB_FFS_FEATURE_DMABUF_SUBMIT) != 0;
}

/* Returns: whether the kernel has FUNCTIONFS_DMABUF_REAP */
gboolean
gst_ffs_endpoint_can_reap (GstFfsEndpoint * ep)
{
  return gst_ffs_endpoint_can_submit (ep)
      && (ep->features & USB_FFS_FEATURE_DMABUF_REAP) != 0;
}

/* Returns: whether SUBMIT takes several transfers at a time */
gboolean
gst_ffs_endpoint_can_end (GstFfsEndpoint * ep)
{
  return gst_ffs_endpoint_can_submit (ep)
      && (ep->features & USB_FFS_FEATURE_DMABUF_END) != 0;
}

/**
 * gst_ffs_endpoint_get_features:
 * @ep: an endpoint
 *
 * Some depend on the controller.
 *
 * Returns: the USB_FFS_FEATURE_ bits of the kernel's FunctionFS beyond
 * mainline; 0 if unknown
 */
guint64
gst_ffs_endpoint_get_features (GstFfsEndpoint * ep)
{
  guint64 features = 0;

  return gst_ffs_call (ep->fd, FUNCTIONFS_FEATURES, &features) == 0 ?
      features : 0;
}

/**
 * gst_ffs_endpoint_can_gather:
 * @ep: an endpoint
 *
 * Controllers differ in their support for transfers of several segments, or of
 * one inside a dmabuf. Kernels with SUBMIT know which support it, and reject
 * the first such transfer otherwise.
 *
 * Returns: whether the controller supports this, as far as is known
 */
gboolean
gst_ffs_endpoint_can_gather (GstFfsEndpoint * ep)
{
  return gst_ffs_endpoint_can_submit (ep)
      && !g_atomic_int_get (&ep->cannot_gather);
}

/**
 * gst_ffs_endpoint_submit:
 * @ep: an endpoint of a kernel that has the call
 * @segments: segments of attached dmabufs
 * @n_segments: how many
 * @cookie: cookie of the completion record, if @sync_file is %NULL
 * @sync_file: (out) (nullable): fence of the transfer, owned by the caller;
 * %NULL to get a record from gst_ffs_endpoint_reap()
 *
 * Sends, or fills, the segments one behind the other in one transfer.
 *
 * Returns: 0 if the transfer is queued, else an errno, EOPNOTSUPP if the
 * controller cannot gather
 */
gint
gst_ffs_endpoint_submit (GstFfsEndpoint * ep,
    const struct usb_ffs_dmabuf_segment *segments, guint n_segments,
    guint64 cookie, gint * sync_file)
{
  struct usb_ffs_dmabuf_submit submit;
  gint err;

  memset (&submit, 0, sizeof (submit));
  submit.size = sizeof (submit);
  submit.num_segments = n_segments;
  submit.segments = (guintptr) segments;
  submit.fence_fd = -1;
  if (sync_file == NULL) {
    submit.flags = USB_FFS_DMABUF_SUBMIT_REPORT;
    submit.cookie = cookie;
  }
  err = gst_ffs_call (ep->fd, FUNCTIONFS_DMABUF_SUBMIT, &submit);
  if (sync_file)
    *sync_file = err == 0 ? submit.fence_fd : -1;
  if (err == EOPNOTSUPP) {
    GST_INFO_ID (ep->owner, "%s: the controller cannot gather", ep->name);
    g_atomic_int_set (&ep->cannot_gather, TRUE);
  }
  return err;
}

/**
 * gst_ffs_endpoint_reap:
 * @ep: an endpoint of a kernel that has the call
 * @records: (out): records of completed transfers
 * @n: size of @records
 * @kicks: (inout): number of kicks that the caller has seen, updated
 * @timeout_ns: how long to wait for a record, ns; negative is infinite
 *
 * Returns at once after a kick that the caller has not seen.
 *
 * Returns: the number of records, 0 after a kick or timeout, -1 and errno,
 * which may be EINTR
 */
gint
gst_ffs_endpoint_reap (GstFfsEndpoint * ep,
    struct usb_ffs_dmabuf_done *records, guint n, guint32 * kicks,
    gint64 timeout_ns)
{
  struct usb_ffs_dmabuf_reap req;
  gint ret;

  memset (&req, 0, sizeof (req));
  req.size = sizeof (req);
  req.done = (guintptr) records;
  req.num = n;
  req.kicks = *kicks;
  req.timeout_ns = timeout_ns;
  ret = gst_ffs_ioctl (ep->fd, FUNCTIONFS_DMABUF_REAP, &req);
  if (ret >= 0)
    *kicks = req.kicks;
  return ret;
}

/* Wakes up threads blocked in gst_ffs_endpoint_reap(). */
void
gst_ffs_endpoint_kick (GstFfsEndpoint * ep)
{
  struct usb_ffs_dmabuf_reap req;

  memset (&req, 0, sizeof (req));
  req.size = sizeof (req);
  req.flags = USB_FFS_DMABUF_REAP_KICK;
  gst_ffs_call (ep->fd, FUNCTIONFS_DMABUF_REAP, &req);
}

/**
 * gst_ffs_fence_export:
 * @dmabuf: a dmabuf on which a transfer was queued
 * @sync_file: (out): a sync_file of all its current fences
 *
 * DMA_BUF_SYNC_RW because kernels before 6.12.75 and 6.19 put the fence of
 * an IN endpoint there as a write fence and later ones as a read fence.
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_fence_export (gint dmabuf, gint * sync_file)
{
  struct dma_buf_export_sync_file req;
  gint err;

  memset (&req, 0, sizeof (req));
  req.flags = DMA_BUF_SYNC_RW;
  req.fd = -1;
  err = gst_ffs_call (dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &req);
  *sync_file = err == 0 ? req.fd : -1;
  return err;
}

/**
 * gst_ffs_fence_wait:
 * @fd: a dmabuf, or the sync_file of SUBMIT
 * @is_sync_file: which of the two
 *
 * Waits until no transfer reads the dmabuf, or until the transfer of the
 * sync_file has ended. A failure of poll() (ENOMEM) says nothing about the
 * fence, so retry: the caller frees the buffer afterwards.
 */
void
gst_ffs_fence_wait (gint fd, gboolean is_sync_file)
{
  gshort events = is_sync_file ? POLLIN : POLLOUT;
  struct pollfd p = { fd, events, 0 };

  while (poll (&p, 1, -1) < 0 || !(p.revents & events)) {
    if (errno == EINTR && p.revents == 0)
      continue;
    GST_ERROR ("poll of fence %d: %s, revents 0x%x", fd, g_strerror (errno),
        p.revents);
    g_usleep (POLL_RETRY);
  }
}

/**
 * gst_ffs_fence_status:
 * @sync_file: a sync_file
 * @status: (out): 0 pending, 1 signalled, negative errno signalled with
 * that error
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_fence_status (gint sync_file, gint * status)
{
  struct sync_file_info info;
  gint err;

  memset (&info, 0, sizeof (info));
  err = gst_ffs_call (sync_file, SYNC_IOC_FILE_INFO, &info);
  *status = err == 0 ? info.status : 0;
  return err;
}

/**
 * gst_ffs_endpoint_reopen:
 * @ep: an endpoint without transfers in flight
 *
 * Drops all attachments by reopening the file. This works without a host,
 * while DETACH on an unbound function makes unpatched kernels dereference a
 * NULL pointer. It has no effect on a duplicated descriptor, since the
 * application keeps the file open.
 *
 * Returns: 0 or an errno; on error the endpoint stays as it was
 */
gint
gst_ffs_endpoint_reopen (GstFfsEndpoint * ep)
{
  g_autofree gchar *link = ep->path ? NULL :
      g_strdup_printf ("/proc/self/fd/%d", ep->fd);
  gint fd = gst_ffs_endpoint_open_file (link ? link : ep->path,
      get_open_flags (ep->direction));

  if (fd < 0)
    return link ? 0 : errno;
  /* Closing the old file drops its attachments. */
  gst_ffs_endpoint_close (ep);
  ep->fd = fd;
  GST_DEBUG_ID (ep->owner, "%s: reopened as fd %d", ep->name, fd);
  return 0;
}

void
gst_ffs_endpoint_close (GstFfsEndpoint * ep)
{
  gst_ffs_endpoint_set_disabled (ep);
  if (ep->fd < 0)
    return;
  GST_DEBUG_ID (ep->owner, "%s: closing fd %d", ep->name, ep->fd);
  close (ep->fd);
  ep->fd = -1;
}
