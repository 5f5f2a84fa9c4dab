/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host can do to ep0: events in any order, control requests with any
 * data, each of them cancelled at any time. The input goes through the
 * thread's own code, the stream profile and its parsers.
 *
 * The input is a list of records: an event's type and, for a request, its
 * eight bytes, how much of its data arrives, whether an event comes in
 * between, and the data. The fake kernel follows FunctionFS's rules: after a
 * request was read, its data stage must be done, or tried in the wrong
 * direction, before the next event is read, and never twice.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <linux/usb/ch9.h>
#include <linux/usb/functionfs.h>

#include "function/gstffsep0.h"
#include "function/stream/gstffsstreamprofile.h"

int LLVMFuzzerTestOneInput (const uint8_t * data, size_t size);

static struct
{
  const uint8_t *data;
  size_t size;

  gboolean pending;             /* a request without an answer yet */
  gboolean in;
  guint16 length;
  gint err;                     /* the data stage was done */
  gboolean failed;              /* ... in the wrong direction */
  const uint8_t *sent;
  size_t sent_size;
} k;

static size_t
take (size_t size, const uint8_t ** data)
{
  size = MIN (size, k.size);
  *data = k.data;
  k.data += size;
  k.size -= size;
  return size;
}

static ssize_t
data_stage (gboolean in)
{
  gint err = k.err;

  k.err = 0;
  /* A stall queues nothing. */
  if (in != k.in && (err == ESHUTDOWN || err == ECONNRESET))
    err = 0;
  if (err != 0) {
    /* Cancelled, or ended with an error. A stall is not, as it queues
     * nothing. */
    k.failed = TRUE;
    k.pending = err == EINTR || err == ESHUTDOWN;
    errno = err;
    return -1;
  }
  k.pending = FALSE;
  if (in != k.in) {
    errno = EL2HLT;
    return -1;
  }
  return 0;
}

static void
begin_request (const struct usb_ctrlrequest *request)
{
  static const gint errors[] = { 0, 0, 0, 0, EINTR, EIDRM, ESHUTDOWN,
    ECONNRESET
  };
  const uint8_t *how = NULL;

  k.pending = TRUE;
  k.in = (request->bRequestType & USB_DIR_IN) != 0;
  k.length = GUINT16_FROM_LE (request->wLength);
  k.err = 0;
  k.failed = FALSE;
  k.sent_size = 0;
  if (take (2, &how) == 2) {
    k.err = errors[how[0] % G_N_ELEMENTS (errors)];
    if (!k.in)
      k.sent_size = take (MIN (how[1], k.length), &k.sent);
  }
}

static ssize_t
fake_read (int fd, void *data, size_t size)
{
  struct usb_functionfs_event event;
  const uint8_t *type, *setup;
  ssize_t done;

  (void) fd;
  if (k.pending) {
    if (size > k.length)
      abort ();
    done = data_stage (FALSE);
    if (done < 0)
      return done;
    if (k.sent_size > 0)
      memcpy (data, k.sent, MIN (size, k.sent_size));
    return MIN (size, k.sent_size);
  }
  /* The attempt to stall a request that may still be pending after an
   * error. */
  if (size == 0 && k.failed) {
    errno = EINVAL;
    return -1;
  }
  if (size != sizeof (event))
    abort ();
  if (take (1, &type) == 0) {
    errno = EBADFD;
    return -1;
  }
  memset (&event, 0, sizeof (event));
  /* Requests are more frequent than other events. */
  event.type = *type & 1 ? FUNCTIONFS_SETUP : *type >> 1;
  memset (&event.u.setup, 0, sizeof (event.u.setup));
  size = take (sizeof (event.u.setup), &setup);
  memcpy (&event.u.setup, setup, size);
  if (event.type == FUNCTIONFS_SETUP)
    begin_request (&event.u.setup);
  memcpy (data, &event, sizeof (event));
  return sizeof (event);
}

/* The host reads each byte. */
static volatile guint8 sum;

static ssize_t
fake_write (int fd, const void *data, size_t size)
{
  ssize_t done;
  size_t i;

  (void) fd;
  if (size == 0 && k.failed && !k.pending) {
    errno = ESRCH;
    return -1;
  }
  if (!k.pending || size > k.length)
    abort ();
  for (i = 0; i < size; i++)
    sum ^= ((const guint8 *) data)[i];
  done = data_stage (TRUE);
  return done < 0 ? done : (ssize_t) size;
}

static void
on_streaming (gboolean streaming, gpointer user_data)
{
  gboolean *last = user_data;

  /* Each change is reported once. */
  if (*last == streaming)
    abort ();
  *last = streaming;
}

static void
on_enabled (gboolean enabled, gpointer user_data)
{
  (void) enabled;
  (void) user_data;
}

int
LLVMFuzzerTestOneInput (const uint8_t * data, size_t size)
{
  const GstFfsEp0Calls calls = { fake_read, fake_write };
  gboolean streaming = FALSE;
  GstFfsProfile *profile;
  GstFfsEp0 *ep0;
  GstCaps *caps;
  gint fd;

  memset (&k, 0, sizeof (k));
  k.data = data;
  k.size = size;
  gst_ffs_ep0_calls = calls;
  fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  profile = gst_ffs_stream_profile_new (NULL);
  gst_ffs_profile_set_funcs (profile, on_streaming, on_enabled, NULL,
      &streaming);
  caps = gst_caps_from_string ("video/x-raw,format={NV12,YUY2},"
      "width=[16,1920,8],height=[16,1080],framerate=[0/1,60/1]; image/jpeg");
  if (!gst_ffs_profile_set_offer (profile, caps)
      || gst_ffs_profile_start (profile, "/nowhere", NULL) != 0)
    abort ();
  gst_caps_unref (caps);

  ep0 = gst_ffs_ep0_new (fd, profile);
  while (gst_ffs_ep0_handle_event (ep0)) {
    if (k.pending)
      abort ();
    if (k.size == 0)
      break;
  }
  caps = gst_ffs_profile_get_caps (profile);
  if (caps)
    gst_caps_unref (caps);
  gst_ffs_profile_set_enabled (profile, FALSE);
  if (streaming)
    abort ();

  gst_ffs_ep0_free (ep0);
  gst_ffs_profile_stop (profile);
  gst_object_unref (profile);
  close (fd);
  return 0;
}
