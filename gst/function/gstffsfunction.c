/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsFunction: a FunctionFS function that the element serves.  It opens ep0,
 * writes the descriptors and starts the profile.  The function exists as long
 * as ep0 is open.
 *
 * Ownership: owns ep0 and a reference to the profile, which runs from new()
 * to free().
 *
 * Locking: none; new() and free() belong to one thread.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "gstffsdescriptors.h"
#include "gstffsep0.h"
#include "gstffsfunction.h"
#include "gstffsfunctiondebug.h"

#define FUNCTIONFS_SUPER_MAGIC 0x0a647361

/* A non-blocking call fails while another task holds the mutex of ep0.  Only a
 * reader that blocks holds it for long, and that reader is the owner of ep0. */
#define N_TRIES 100
#define TRY_INTERVAL (20 * G_TIME_SPAN_MILLISECOND)

/* Subject of the patch in kernel/linux-7.3. */
#define CLASS_SPECIFIC_PATCH \
    "usb: gadget: f_fs: accept class-specific descriptors"

struct _GstFfsFunction
{
  gchar *directory;
  GstFfsProfile *profile;
  gboolean leads;
  gboolean started;
  gint fd;
  GstFfsEp0 *ep0;
};

/* The name of the directory for ffs-gadget. */
static const gchar *
name_of (const gchar * directory)
{
  const gchar *prefix = "/dev/ffs-";

  return g_str_has_prefix (directory, prefix) ? directory + strlen (prefix) :
      "NAME";
}

static void
set_open_error (GError ** error, const gchar * directory, gint err)
{
  switch (err) {
    case ENOENT:
    case ENOTDIR:
      g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
          "No FunctionFS is mounted at \"%s\"; run \"ffs-gadget up %s --user "
          "%s\" as root: %s", directory, name_of (directory),
          g_get_user_name (), g_strerror (err));
      break;
    case EACCES:
    case EPERM:
      g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
          "No permission for \"%s/ep0\"; run \"ffs-gadget up %s --user %s\" "
          "as root to change the owner: %s", directory,
          name_of (directory), g_get_user_name (), g_strerror (err));
      break;
    case EBUSY:
    case EAGAIN:
      g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
          "Another program uses \"%s/ep0\"; stop it first: %s", directory,
          g_strerror (EBUSY));
      break;
    default:
      g_set_error (error, GST_RESOURCE_ERROR,
          GST_RESOURCE_ERROR_OPEN_READ_WRITE,
          "Cannot open \"%s/ep0\": %s", directory, g_strerror (err));
  }
}

/* If another program has described the function, do not write to ep0: the
 * kernel might send the data as the answer to a request of the host.  ep0 of
 * such a function does not poll as writable only. */
static gint
check_undescribed (gint fd)
{
  struct pollfd poll_fd = { fd, POLLIN | POLLOUT, 0 };

  if (poll (&poll_fd, 1, 0) < 0)
    return errno;
  return (poll_fd.revents & (POLLIN | POLLOUT)) == POLLOUT ? 0 : EAGAIN;
}

static gint
open_ep0 (const gchar * directory, gint * fd)
{
  g_autofree gchar *path = g_build_filename (directory, "ep0", NULL);
  struct statfs fs;
  gint err, i;

  if (statfs (directory, &fs) < 0)
    return errno;
  if (fs.f_type != FUNCTIONFS_SUPER_MAGIC)
    return ENOENT;

  for (i = 0; i < N_TRIES; i++) {
    if (i > 0)
      g_usleep (TRY_INTERVAL);
    *fd = open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (*fd < 0) {
      err = errno;
    } else {
      err = check_undescribed (*fd);
      if (err == 0)
        return 0;
      close (*fd);
    }
    if (err != EAGAIN && err != EINTR)
      break;
  }
  return err;
}

static gint
write_blob (gint fd, GBytes * blob)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (blob, &size);
  gint i;

  for (i = 0; i < N_TRIES; i++) {
    gssize done = write (fd, data, size);

    if (done == (gssize) size)
      return 0;
    if (done >= 0)
      return EIO;
    if (errno != EAGAIN && errno != EINTR)
      return errno;
    g_usleep (TRY_INTERVAL);
  }
  return EAGAIN;
}

static gboolean
has_class_specific (const GstFfsFunctionDesc * desc, gboolean optional)
{
  guint i;

  for (i = 0; i < desc->n_interfaces; i++) {
    if (desc->interfaces[i].extra[0].size > 0
        && desc->interfaces[i].optional == optional)
      return TRUE;
  }
  return FALSE;
}

/* Kernels that reject class-specific descriptors do not renumber an association
 * either: its first interface stays 0. In any function but the first, the
 * association would then claim the interfaces of the first one. Hosts of the
 * profiles that these kernels support find the camera without an
 * association. */
static GstFfsFunctionDesc
without_optional (const GstFfsFunctionDesc * desc, gboolean leads)
{
  GstFfsFunctionDesc plain = *desc;
  guint i;

  if (!leads)
    plain.association[0] = 0;

  for (i = 0; i < plain.n_interfaces; i++) {
    if (plain.interfaces[i].optional)
      memset (plain.interfaces[i].extra, 0, sizeof (plain.interfaces[i].extra));
  }
  return plain;
}

static void
set_describe_error (GstFfsFunction * self, const GstFfsFunctionDesc * desc,
    gint err, GError ** error)
{
  if (err == ESRCH || err == EAGAIN || err == EBADFD)
    set_open_error (error, self->directory, EBUSY);
  else if (err == EINVAL && has_class_specific (desc, FALSE))
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "The kernel rejects the descriptors at \"%s/ep0\". This profile needs "
        "class-specific descriptors; apply the patch \"" CLASS_SPECIFIC_PATCH
        "\" (see kernel/README.md), or use profile=stream or profile=u3v, "
        "which work without it: %s", self->directory, g_strerror (err));
  else
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "The kernel rejects the descriptors at \"%s/ep0\"; see its log: %s",
        self->directory, g_strerror (err));
}

/* Writes other descriptors after the kernel has rejected the first ones.  Opens
 * ep0 again, because the kernel keeps state of the rejected ones. */
static gint
describe_again (GstFfsFunction * self, const GstFfsFunctionDesc * desc,
    guint16 os_version)
{
  g_autoptr (GBytes) descriptors = gst_ffs_descriptors_build (desc, os_version);
  gint err;

  close (self->fd);
  err = open_ep0 (self->directory, &self->fd);
  if (err != 0) {
    self->fd = -1;
    return err;
  }
  return write_blob (self->fd, descriptors);
}

static gboolean
describe (GstFfsFunction * self, GError ** error)
{
  const GstFfsFunctionDesc *desc = gst_ffs_profile_describe (self->profile);
  g_autoptr (GBytes) descriptors =
      gst_ffs_descriptors_build (desc, GST_FFS_OS_DESC_VERSION);
  g_autoptr (GBytes) strings = gst_ffs_strings_build (desc);
  gint err;

  err = write_blob (self->fd, descriptors);
  if (err == EINVAL && desc->compatible_id)
    err = describe_again (self, desc, GST_FFS_OS_DESC_VERSION_OLD);
  if (err == EINVAL && has_class_specific (desc, TRUE)) {
    GstFfsFunctionDesc plain = without_optional (desc, self->leads);

    GST_INFO_OBJECT (self->profile, "%s: without class-specific descriptors",
        self->directory);
    err = describe_again (self, &plain, GST_FFS_OS_DESC_VERSION);
  }
  if (err == 0)
    err = write_blob (self->fd, strings);
  if (err == 0)
    return TRUE;

  set_describe_error (self, desc, err, error);
  return FALSE;
}

static gboolean
start (GstFfsFunction * self, GstAllocator * allocator, GError ** error)
{
  gint err;

  err = gst_ffs_profile_start (self->profile, self->directory, allocator);
  if (err == ENOSPC) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "The system's limit of asynchronous I/O requests is reached on \"%s\"; "
        "raise /proc/sys/fs/aio-max-nr: %s", self->directory, g_strerror (err));
    return FALSE;
  }
  if (err != 0) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
        "Cannot use the endpoints in \"%s\": %s", self->directory,
        g_strerror (err));
    return FALSE;
  }
  self->started = TRUE;

  self->ep0 = gst_ffs_ep0_new (self->fd, self->profile);
  err = self->ep0 ? gst_ffs_ep0_start (self->ep0) : errno;
  if (err != 0) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
        "Cannot poll \"%s/ep0\": %s", self->directory, g_strerror (err));
    return FALSE;
  }
  return TRUE;
}

/**
 * gst_ffs_function_new:
 * @directory: mount point of FunctionFS
 * @profile: the profile
 * @leads: whether it is the first function of its configuration
 * @allocator: (nullable): as for gst_ffs_profile_start()
 * @error: set on failure
 *
 * The gadget can be bound afterwards.
 *
 * Returns: (transfer full) (nullable): the function
 */
GstFfsFunction *
gst_ffs_function_new (const gchar * directory, GstFfsProfile * profile,
    gboolean leads, GstAllocator * allocator, GError ** error)
{
  GstFfsFunction *self = g_new0 (GstFfsFunction, 1);
  gint err;

  self->directory = g_strdup (directory);
  self->profile = gst_object_ref (profile);
  self->leads = leads;
  self->fd = -1;

  err = open_ep0 (directory, &self->fd);
  if (err != 0) {
    self->fd = -1;
    set_open_error (error, directory, err);
  } else if (describe (self, error) && start (self, allocator, error)) {
    GST_INFO_OBJECT (self->profile, "%s: described", directory);
    return self;
  }
  gst_ffs_function_free (self);
  return NULL;
}

/**
 * gst_ffs_function_free:
 * @self: a function
 *
 * Disconnects the host if the gadget is still bound.
 */
void
gst_ffs_function_free (GstFfsFunction * self)
{
  if (self->ep0)
    gst_ffs_ep0_free (self->ep0);
  if (self->started)
    gst_ffs_profile_stop (self->profile);
  if (self->fd >= 0)
    close (self->fd);
  gst_object_unref (self->profile);
  g_free (self->directory);
  g_free (self);
}

/**
 * gst_ffs_function_get_stream_path:
 * @self: a function
 *
 * Returns: (transfer full): path of the endpoint for frames
 */
gchar *
gst_ffs_function_get_stream_path (GstFfsFunction * self)
{
  return g_strdup_printf ("%s/ep%u", self->directory,
      gst_ffs_profile_describe (self->profile)->stream_endpoint);
}
