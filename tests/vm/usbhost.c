/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The USB host for programs that are both ends: bulk IN transfers by usbfs.  It
 * finds a reconnected device within milliseconds, and without a library no
 * other threads and caches affect the counts.
 *
 * Locking: all functions belong to one thread; the data function is called
 * from a thread that lives from start() to stop().
 */

#include "dwc3bench.h"
#include "usbhost.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICES "/sys/bus/usb/devices"
/* Defaults. */
#define ENDPOINT 0x81
#define INTERFACE 0
/* Timeout for hangs, also on a slow machine. */
#define HANG_US (60 * G_USEC_PER_SEC)
#define LOOK_AGAIN_US 5000
/* Whole packets of any speed. */
#define WRITE_CHUNK 16384

typedef struct
{
  struct usbdevfs_urb urb;
  guint8 *data;
  gboolean submitted;
} Urb;

struct _UsbHost
{
  gchar *serial;
  gsize urb_size;
  guint n_urbs;
  UsbHostFunc func;
  gpointer user_data;
  guint interface;
  guint8 endpoint;

  gchar *device;                /* name in sysfs, NULL until found */
  char *port;                   /* of the hub, in sysfs, NULL until used */
  gint fd;
  gint wake;
  GThread *thread;
  Urb *urbs;
  /* The oldest transfer: the kernel completes them in order, and completed ones
   * are submitted again. */
  guint next;
  gint gone;
};

UsbHost *
usb_host_new (const gchar * serial, gsize urb_size, guint n_urbs,
    UsbHostFunc func, gpointer user_data)
{
  UsbHost *host = g_new0 (UsbHost, 1);
  guint i;

  host->serial = g_strdup (serial);
  host->urb_size = urb_size;
  host->n_urbs = n_urbs;
  host->func = func;
  host->user_data = user_data;
  host->interface = INTERFACE;
  host->endpoint = ENDPOINT;
  host->fd = -1;
  host->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  host->urbs = g_new0 (Urb, n_urbs);
  for (i = 0; i < n_urbs; i++)
    host->urbs[i].data = g_malloc (urb_size);
  return host;
}

/**
 * usb_host_set_endpoint:
 * @host: a host that is not open
 * @interface: the interface to claim
 * @endpoint: address of the endpoint to read from
 *
 * For devices with several interfaces.
 */
void
usb_host_set_endpoint (UsbHost * host, guint interface, guint8 endpoint)
{
  host->interface = interface;
  host->endpoint = endpoint;
}

void
usb_host_free (UsbHost * host)
{
  guint i;

  usb_host_close (host);
  close (host->wake);
  for (i = 0; i < host->n_urbs; i++)
    g_free (host->urbs[i].data);
  g_free (host->urbs);
  g_free (host->device);
  free (host->port);
  g_free (host->serial);
  g_free (host);
}

/* Allocates nothing for a missing file: callers poll until a device appears. */
static gboolean
read_file (const gchar * device, const gchar * attr, gchar * text, gsize size)
{
  gchar path[256];
  ssize_t got;
  gint fd;

  g_snprintf (path, sizeof (path), DEVICES "/%s/%s", device, attr);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return FALSE;
  got = read (fd, text, size - 1);
  close (fd);
  if (got < 0)
    return FALSE;
  text[got] = '\0';
  g_strchomp (text);
  return TRUE;
}

static gboolean
is_ours (UsbHost * host, const gchar * device)
{
  gchar text[64];

  return read_file (device, "serial", text, sizeof (text))
      && strcmp (text, host->serial) == 0;
}

static gboolean
find_device (UsbHost * host)
{
  const gchar *name;
  GDir *dir;

  if (host->device != NULL && is_ours (host, host->device))
    return TRUE;
  g_clear_pointer (&host->device, g_free);
  g_clear_pointer (&host->port, free);
  dir = g_dir_open (DEVICES, 0, NULL);
  while (dir != NULL && host->device == NULL
      && (name = g_dir_read_name (dir)) != NULL) {
    if (is_ours (host, name))
      host->device = g_strdup (name);
  }
  if (dir != NULL)
    g_dir_close (dir);
  return host->device != NULL;
}

/* Whether the device has its interface, which comes with the configuration. */
static gboolean
is_configured (UsbHost * host)
{
  gchar path[256], text[16];

  if (!find_device (host)
      || !read_file (host->device, "bConfigurationValue", text, sizeof (text))
      || strcmp (text, "1") != 0)
    return FALSE;
  g_snprintf (path, sizeof (path), DEVICES "/%s/%s:1.0", host->device,
      host->device);
  return access (path, F_OK) == 0;
}

/**
 * usb_host_wait_device:
 * @host: the host
 *
 * Returns: %FALSE if no configured device appears
 */
gboolean
usb_host_wait_device (UsbHost * host)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;

  while (!is_configured (host)) {
    if (g_get_monotonic_time () >= deadline) {
      g_printerr ("usbhost: no device with serial number %s\n", host->serial);
      return FALSE;
    }
    g_usleep (LOOK_AGAIN_US);
  }
  return TRUE;
}

/* Returns: the file of the device, or -1 */
gint
usb_host_open_node (UsbHost * host)
{
  gchar bus[16], number[16], path[64];

  if (!find_device (host)
      || !read_file (host->device, "busnum", bus, sizeof (bus))
      || !read_file (host->device, "devnum", number, sizeof (number)))
    return -1;
  g_snprintf (path, sizeof (path), "/dev/bus/usb/%03d/%03d", atoi (bus),
      atoi (number));
  return open (path, O_RDWR | O_CLOEXEC);
}

/**
 * usb_host_open:
 * @host: the host
 *
 * Waits for the device and claims its interface.
 */
gboolean
usb_host_open (UsbHost * host)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;

  usb_host_close (host);
  do {
    if (!usb_host_wait_device (host))
      return FALSE;
    /* The device may just disconnect or connect. */
    host->fd = usb_host_open_node (host);
    if (host->fd >= 0
        && ioctl (host->fd, USBDEVFS_CLAIMINTERFACE, &host->interface) == 0)
      return TRUE;
    usb_host_close (host);
    g_usleep (LOOK_AGAIN_US);
  } while (g_get_monotonic_time () < deadline);

  g_printerr ("usbhost: cannot claim the interface: %s\n", g_strerror (errno));
  return FALSE;
}

void
usb_host_close (UsbHost * host)
{
  usb_host_stop (host);
  if (host->fd >= 0)
    close (host->fd);
  host->fd = -1;
}

static gboolean
submit (UsbHost * host, Urb * urb)
{
  memset (&urb->urb, 0, sizeof (urb->urb));
  urb->urb.type = USBDEVFS_URB_TYPE_BULK;
  urb->urb.endpoint = host->endpoint;
  urb->urb.buffer = urb->data;
  urb->urb.buffer_length = host->urb_size;
  urb->urb.usercontext = urb;
  urb->submitted = ioctl (host->fd, USBDEVFS_SUBMITURB, &urb->urb) == 0;
  return urb->submitted;
}

/* Reaps the completed transfers, each once: a fast device would otherwise keep
 * the loop busy forever.  Returns FALSE if the device is gone. */
static gboolean
reap (UsbHost * host, gboolean again)
{
  struct usbdevfs_urb *done;
  gboolean ok = TRUE;
  guint i;

  for (i = 0; i < host->n_urbs; i++) {
    Urb *urb;

    if (ioctl (host->fd, USBDEVFS_REAPURBNDELAY, &done) < 0)
      return ok && (errno == EAGAIN || !again);
    urb = done->usercontext;
    urb->submitted = FALSE;
    host->next = (urb - host->urbs + 1) % host->n_urbs;
    if (done->actual_length > 0)
      host->func (urb->data, done->actual_length, host->user_data);
    if (done->status == 0 && again)
      ok = submit (host, urb) && ok;
    else if (done->status != 0)
      ok = FALSE;
  }
  return ok;
}

static gpointer
read_thread (gpointer data)
{
  UsbHost *host = data;
  struct pollfd fds[2] = { {host->fd, POLLOUT, 0}, {host->wake, POLLIN, 0} };

  while (!(fds[1].revents & POLLIN)) {
    if (poll (fds, 2, -1) < 0 && errno != EINTR)
      break;
    if (!reap (host, TRUE)) {
      g_atomic_int_set (&host->gone, TRUE);
      break;
    }
  }
  return NULL;
}

/**
 * usb_host_start:
 * @host: an open host
 *
 * Starts reading.
 */
gboolean
usb_host_start (UsbHost * host)
{
  guint i;

  g_atomic_int_set (&host->gone, FALSE);
  host->next = 0;
  for (i = 0; i < host->n_urbs; i++) {
    if (!submit (host, &host->urbs[i])) {
      g_printerr ("usbhost: submitting: %s\n", g_strerror (errno));
      return FALSE;
    }
  }
  host->thread = g_thread_new ("usb-host", read_thread, host);
  return TRUE;
}

/* Passes on the data of transfers in flight before it returns. */
void
usb_host_stop (UsbHost * host)
{
  guint64 count = 1;
  guint i;

  if (host->thread == NULL)
    return;
  if (write (host->wake, &count, sizeof (count)) < 0)
    g_printerr ("usbhost: eventfd: %s\n", g_strerror (errno));
  g_thread_join (host->thread);
  host->thread = NULL;
  if (read (host->wake, &count, sizeof (count)) < 0)
    g_printerr ("usbhost: eventfd: %s\n", g_strerror (errno));

  /* Newest first, so that none starts when an earlier one is cancelled. */
  for (i = 1; i <= host->n_urbs; i++) {
    Urb *urb = &host->urbs[(host->next + host->n_urbs - i) % host->n_urbs];

    if (urb->submitted)
      ioctl (host->fd, USBDEVFS_DISCARDURB, &urb->urb);
  }
  reap (host, FALSE);
}

/* Whether reading has ended by itself, or was not started. */
gboolean
usb_host_is_gone (UsbHost * host)
{
  return host->thread == NULL || g_atomic_int_get (&host->gone);
}

/* Selects the first bulk OUT endpoint of an open device. */
gboolean
usb_host_find_out (UsbHost * host)
{
  guint8 descs[1024];
  gssize at = 0, size;

  if (lseek (host->fd, 0, SEEK_SET) < 0)
    return FALSE;
  size = read (host->fd, descs, sizeof (descs));
  for (; at + 4 <= size && descs[at] > 0; at += descs[at]) {
    if (descs[at + 1] == 5 && !(descs[at + 2] & 0x80)
        && (descs[at + 3] & 3) == 2) {
      host->endpoint = descs[at + 2];
      return TRUE;
    }
  }
  return FALSE;
}

/* Sends transfers of whole packets, which are one transfer on the wire.
 * Returns: number of bytes sent, or -1 with errno */
gssize
usb_host_write (UsbHost * host, gconstpointer data, gsize size,
    guint timeout_ms)
{
  gsize done = 0;

  do {
    struct usbdevfs_bulktransfer bulk = {
      .ep = host->endpoint,
      .len = MIN (size - done, WRITE_CHUNK),
      .timeout = timeout_ms,
      .data = (guint8 *) data + done,
    };
    gint sent = ioctl (host->fd, USBDEVFS_BULK, &bulk);

    if (sent < 0)
      return done > 0 && errno == ETIMEDOUT ? (gssize) done : -1;
    done += sent;
  } while (done < size);
  return done;
}

gboolean
usb_host_reset (UsbHost * host)
{
  return ioctl (host->fd, USBDEVFS_RESET) == 0;
}

/* SET_INTERFACE with the active setting.  Call when reading has ended. */
gboolean
usb_host_set_interface (UsbHost * host)
{
  struct usbdevfs_setinterface setting = { host->interface, 0 };

  return ioctl (host->fd, USBDEVFS_SETINTERFACE, &setting) == 0;
}

/* CLEAR_FEATURE(ENDPOINT_HALT).  Call when reading has ended. */
gboolean
usb_host_clear_halt (UsbHost * host)
{
  guint endpoint = host->endpoint;

  return ioctl (host->fd, USBDEVFS_CLEAR_HALT, &endpoint) == 0;
}

gboolean
usb_host_write_attr (UsbHost * host, const gchar * attr, const gchar * value)
{
  gchar path[256];
  gboolean ok;
  gint fd;

  g_snprintf (path, sizeof (path), DEVICES "/%s/%s", host->device, attr);
  fd = open (path, O_WRONLY | O_CLOEXEC);
  ok = fd >= 0 && write (fd, value, strlen (value)) > 0;
  if (!ok)
    g_printerr ("usbhost: %s: %s\n", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return ok;
}

/**
 * usb_host_set_port:
 * @host: a host that has seen the device
 * @on: whether the port has power
 *
 * Unplugs or plugs the cable: the device loses VBUS, the host the device.
 * QEMU's xHCI ignores the switch of its port, so the dwc3 model has its own
 * cable.
 */
gboolean
usb_host_set_port (UsbHost * host, gboolean on)
{
  gchar path[256];
  gboolean ok;
  gint fd;

  if (g_strcmp0 (g_getenv ("FFS_CONTROLLER"), "dwc3") == 0) {
    volatile uint32_t *bench = dwc3_bench_map ();

    if (bench)
      bench[PLUG / 4] = on;
    return bench != NULL;
  }

  /* The link disappears with the device. */
  if (host->port == NULL) {
    g_snprintf (path, sizeof (path), DEVICES "/%s/port", host->device);
    host->port = realpath (path, NULL);
  }
  g_snprintf (path, sizeof (path), "%s/disable", host->port);
  fd = open (path, O_WRONLY | O_CLOEXEC);
  ok = fd >= 0 && write (fd, on ? "0" : "1", 1) == 1;
  if (!ok)
    g_printerr ("usbhost: %s: %s\n", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return ok;
}

gchar *
usb_host_read_attr (UsbHost * host, const gchar * attr)
{
  gchar text[64];

  return read_file (host->device, attr, text, sizeof (text)) ?
      g_strdup (text) : NULL;
}

/**
 * usb_host_read_for_ever:
 * @fd: from usb_host_open_node()
 * @size: size of a transfer
 *
 * A host application that reads until it is killed.  Makes system calls only,
 * so that the child of a fork may call it.  Writes a byte to the standard
 * output for each transfer.
 */
void
usb_host_read_for_ever (gint fd, gsize size)
{
  static guint8 buffer[1024 * 1024];
  struct usbdevfs_bulktransfer transfer;
  guint interface = INTERFACE;

  if (ioctl (fd, USBDEVFS_CLAIMINTERFACE, &interface) < 0)
    _exit (2);
  while (TRUE) {
    transfer.ep = ENDPOINT;
    transfer.len = MIN (size, sizeof (buffer));
    transfer.timeout = 0;
    transfer.data = buffer;
    if (ioctl (fd, USBDEVFS_BULK, &transfer) < 0
        || write (STDOUT_FILENO, "", 1) != 1)
      _exit (2);
  }
}
