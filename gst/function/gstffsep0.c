/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsEp0: the thread that reads ep0 events and passes control requests to
 * the profile.
 *
 * It never blocks in read(): kernels up to 6.12 hold a mutex meanwhile that
 * removing the function needs. It also reads ep0 periodically, because poll()
 * of a non-blocking ep0 misses events while another task holds that mutex.
 *
 * The data stage of a request blocks in the kernel, and a host may never
 * complete it. stop() then cancels the thread; this is its only cancellation
 * point, and it owns nothing on its stack there.
 *
 * FunctionFS stalls a request when ep0 is accessed in the wrong direction.
 * Reading the data of an OUT request acknowledges it, so it cannot be stalled
 * afterwards: the profile decides by the setup packet.
 *
 * Ownership: borrows the file and the profile.
 *
 * Locking: none; the thread calls the profile, or the caller of stop() after
 * the thread has ended.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <linux/usb/ch9.h>
#include <linux/usb/functionfs.h>

#include "gstffsep0.h"
#include "gstffsfunctiondebug.h"
#include "transport/gstffsendpoint.h"

#define LOOK_INTERVAL (200 * GST_MSECOND)

/* Another task holds the mutex of ep0, at most as long as a bind takes. */
#define RETRY_INTERVAL (10 * GST_MSECOND)

struct _GstFfsEp0
{
  gint fd;
  GstFfsProfile *profile;
  gboolean enabled;

  /* Not on the stack, since the thread may be cancelled. */
  guint8 *data;
  GByteArray *reply;

  GstPoll *poll;
  GstPollFD poll_fd;
  pthread_t thread;
  gboolean running;

  /* Each side writes its flag before it reads the other's, so that stop() does
   * not miss a thread that is about to block. */
  gint stopping;
  gint waiting;
};

GstFfsEp0Calls gst_ffs_ep0_calls = { read, write };

/**
 * gst_ffs_ep0_new:
 * @fd: ep0 of a described function, opened with O_NONBLOCK
 * @profile: the profile that answers the host
 *
 * Both must outlive gst_ffs_ep0_free().
 *
 * Returns: (transfer full) (nullable): %NULL if out of file descriptors
 */
GstFfsEp0 *
gst_ffs_ep0_new (gint fd, GstFfsProfile * profile)
{
  GstPoll *poll = gst_poll_new (TRUE);
  GstFfsEp0 *self;

  if (poll == NULL)
    return NULL;
  self = g_new0 (GstFfsEp0, 1);
  self->fd = fd;
  self->profile = profile;
  self->reply = g_byte_array_new ();
  self->poll = poll;
  gst_poll_fd_init (&self->poll_fd);
  self->poll_fd.fd = fd;
  gst_poll_add_fd (poll, &self->poll_fd);
  gst_poll_fd_ctl_read (poll, &self->poll_fd, TRUE);
  return self;
}

void
gst_ffs_ep0_free (GstFfsEp0 * self)
{
  gst_ffs_ep0_stop (self);
  gst_poll_free (self->poll);
  g_byte_array_unref (self->reply);
  g_free (self->data);
  g_free (self);
}

/* Does the data stage; a size of 0 stalls or acknowledges. Returns the number
 * of bytes or a negative errno. */
static gssize
data_stage (GstFfsEp0 * self, gboolean in, guint8 * data, gsize size)
{
  gssize done = -EINTR;
  gint state;

  do {
    g_atomic_int_set (&self->waiting, TRUE);
    if (g_atomic_int_get (&self->stopping)) {
      g_atomic_int_set (&self->waiting, FALSE);
      return -EINTR;
    }
    pthread_setcancelstate (PTHREAD_CANCEL_ENABLE, &state);
    if (in)
      done = gst_ffs_ep0_calls.write (self->fd, data, size);
    else
      done = gst_ffs_ep0_calls.read (self->fd, data, size);
    pthread_setcancelstate (state, NULL);
    if (done < 0)
      done = -errno;
    g_atomic_int_set (&self->waiting, FALSE);

    if (done == -EAGAIN)
      gst_poll_wait (self->poll, RETRY_INTERVAL);
  } while (done == -EAGAIN || done == -EINTR);

  return done;
}

static void
stall (GstFfsEp0 * self, gboolean in)
{
  gssize done = data_stage (self, !in, NULL, 0);

  if (done != -EL2HLT)
    GST_DEBUG_OBJECT (self->profile, "request not stalled: %s",
        done < 0 ? g_strerror (-done) : "answered");
}

/* After an error the request may still be pending: stall it, so that the
 * kernel does not take the next read() for its data stage. */
static void
check_done (GstFfsEp0 * self, gboolean in, gssize done)
{
  if (done >= 0)
    return;
  GST_DEBUG_OBJECT (self->profile, "request not answered: %s",
      g_strerror (-done));
  if (done != -EIDRM)
    stall (self, in);
}

static gboolean
handle_in (GstFfsEp0 * self, const GstFfsSetup * setup)
{
  g_byte_array_set_size (self->reply, 0);
  if (!gst_ffs_profile_control (self->profile, setup, NULL, self->reply))
    return FALSE;
  check_done (self, TRUE, data_stage (self, TRUE, self->reply->data,
          MIN (self->reply->len, setup->length)));
  return TRUE;
}

static gboolean
handle_out (GstFfsEp0 * self, GstFfsSetup * setup)
{
  gssize done;

  g_byte_array_set_size (self->reply, 0);
  if (setup->length == 0) {
    if (!gst_ffs_profile_control (self->profile, setup, NULL, self->reply))
      return FALSE;
    check_done (self, FALSE, data_stage (self, FALSE, NULL, 0));
    return TRUE;
  }

  if (!gst_ffs_profile_accept (self->profile, setup))
    return FALSE;
  g_free (self->data);
  self->data = g_malloc (setup->length);
  done = data_stage (self, FALSE, self->data, setup->length);
  check_done (self, FALSE, done);
  /* A host may send less than it announced. */
  if (done >= 0) {
    setup->length = done;
    if (!gst_ffs_profile_control (self->profile, setup, self->data,
            self->reply))
      GST_DEBUG_OBJECT (self->profile, "request 0x%02x ignored",
          setup->request);
  }
  return TRUE;
}

static void
handle_setup (GstFfsEp0 * self, const struct usb_ctrlrequest *request)
{
  GstFfsSetup setup;
  gboolean in, known = FALSE;

  setup.request_type = request->bRequestType;
  setup.request = request->bRequest;
  setup.value = GUINT16_FROM_LE (request->wValue);
  setup.index = GUINT16_FROM_LE (request->wIndex);
  setup.length = GUINT16_FROM_LE (request->wLength);
  in = (setup.request_type & USB_DIR_IN) != 0;
  GST_LOG_OBJECT (self->profile, "request 0x%02x type 0x%02x value 0x%04x "
      "index 0x%04x length %u", setup.request, setup.request_type, setup.value,
      setup.index, setup.length);

  if ((setup.request_type & USB_RECIP_MASK) == USB_RECIP_INTERFACE)
    known = in ? handle_in (self, &setup) : handle_out (self, &setup);
  if (!known)
    stall (self, in);
}

static void
set_enabled (GstFfsEp0 * self, gboolean enabled)
{
  if (self->enabled == enabled)
    return;
  self->enabled = enabled;
  gst_ffs_profile_set_enabled (self->profile, enabled);
}

/**
 * gst_ffs_ep0_handle_event:
 * @self: an ep0
 *
 * Returns: %FALSE if ep0 is no longer usable
 */
gboolean
gst_ffs_ep0_handle_event (GstFfsEp0 * self)
{
  struct usb_functionfs_event event;
  gssize size;

  /* Handle one event at a time: a later event cancels the pending request, and
   * the kernel reports that when it is answered. */
  size = gst_ffs_ep0_calls.read (self->fd, &event, sizeof (event));
  if (size < 0) {
    if (errno == EAGAIN || errno == EINTR || errno == EIDRM)
      return TRUE;
    GST_WARNING_OBJECT (self->profile, "ep0: %s", g_strerror (errno));
    return FALSE;
  }
  if (size != sizeof (event)) {
    GST_WARNING_OBJECT (self->profile, "ep0: an event of %" G_GSSIZE_FORMAT
        " bytes", size);
    return size > 0;
  }

  switch (event.type) {
    case FUNCTIONFS_ENABLE:
      GST_INFO_OBJECT (self->profile, "the host has configured the function");
      /* Sent for each interface of a configuration and for SET_INTERFACE. The
       * kernel drops a DISABLE that is not read in time, so this may be
       * another host. */
      if (self->enabled)
        gst_ffs_profile_restart (self->profile);
      else
        set_enabled (self, TRUE);
      break;
    case FUNCTIONFS_BIND:
    case FUNCTIONFS_UNBIND:
    case FUNCTIONFS_DISABLE:
      GST_INFO_OBJECT (self->profile, "%s",
          event.type == FUNCTIONFS_BIND ? "bound to a controller" :
          event.type == FUNCTIONFS_UNBIND ? "unbound" : "the host has left");
      set_enabled (self, FALSE);
      break;
    case FUNCTIONFS_SUSPEND:
    case FUNCTIONFS_RESUME:
      GST_INFO_OBJECT (self->profile, "the host %s the bus",
          event.type == FUNCTIONFS_SUSPEND ? "suspends" : "resumes");
      break;
    case FUNCTIONFS_SETUP:
      handle_setup (self, &event.u.setup);
      break;
    default:
      GST_DEBUG_OBJECT (self->profile, "event %u", event.type);
  }
  return TRUE;
}

static gpointer
run (gpointer data)
{
  GstFfsEp0 *self = data;
  gint state;

  pthread_setcancelstate (PTHREAD_CANCEL_DISABLE, &state);
  while (!g_atomic_int_get (&self->stopping)) {
    if (gst_poll_wait (self->poll, LOOK_INTERVAL) < 0) {
      if (errno == EINTR || errno == EAGAIN)
        continue;
      if (errno != EBUSY)
        GST_WARNING_OBJECT (self->profile, "ep0: poll: %s", g_strerror (errno));
      break;
    }
    if (!gst_ffs_ep0_handle_event (self))
      break;
    gst_ffs_profile_tick (self->profile);
  }
  set_enabled (self, FALSE);
  return NULL;
}

/**
 * gst_ffs_ep0_start:
 * @self: an ep0
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_ep0_start (GstFfsEp0 * self)
{
  sigset_t all, before;
  g_autofree gchar *name = gst_ffs_thread_name ("ep0",
      GST_OBJECT_NAME (self->profile));
  gint err;

  /* Block signals; the application handles them in its threads. */
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  err = pthread_create (&self->thread, NULL, run, self);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  if (err != 0)
    return err;
  self->running = TRUE;
  pthread_setname_np (self->thread, name);
  return 0;
}

/**
 * gst_ffs_ep0_stop:
 * @self: an ep0
 *
 * Ends the thread. For the profile the host has disconnected.
 */
void
gst_ffs_ep0_stop (GstFfsEp0 * self)
{
  if (!self->running)
    return;
  g_atomic_int_set (&self->stopping, TRUE);
  gst_poll_set_flushing (self->poll, TRUE);
  if (g_atomic_int_get (&self->waiting))
    pthread_cancel (self->thread);
  pthread_join (self->thread, NULL);
  self->running = FALSE;
  set_enabled (self, FALSE);
}
