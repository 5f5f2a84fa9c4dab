/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsSubmitter: hands one transfer to the kernel: attaches its dmabufs,
 * queues it by SUBMIT or TRANSFER, and has its fence.
 *
 * Where the kernel has SUBMIT every transfer goes by it, since it gives the
 * transfer's own fence.
 *
 * Ownership: owns the GstPoll; what a transfer uses of the attachments belongs
 * to the caller once it was queued, and to nobody if it was not.
 *
 * Locking: none; belongs to the streaming thread, but for set_flushing().
 */

#include <errno.h>
#include <gst/allocators/gstdmabuf.h>

#include "gstffsdebug.h"
#include "gstffserror.h"
#include "gstffsfence.h"
#include "gstffssubmitter.h"

/* EBUSY also says that the dmabuf's reservation is locked, which is short and
 * cannot be waited for. */
#define RESERVATION_RETRY (100 * GST_USECOND)

struct _GstFfsSubmitter
{
  GstFfsEndpoint *ep;
  GstFfsAttachments *attachments;
  guint64 user;                 /* of attachments: the transfer */
  GstPoll *foreign;             /* the wait for other devices' fences */
};

GstFfsSubmitter *
gst_ffs_submitter_new (GstFfsEndpoint * ep, GstFfsAttachments * attachments)
{
  GstFfsSubmitter *self = g_new0 (GstFfsSubmitter, 1);

  self->ep = gst_ffs_endpoint_ref (ep);
  self->attachments = gst_ffs_attachments_ref (attachments);
  self->foreign = gst_poll_new (TRUE);
  return self;
}

void
gst_ffs_submitter_free (GstFfsSubmitter * self)
{
  gst_poll_free (self->foreign);
  gst_ffs_attachments_unref (self->attachments);
  gst_ffs_endpoint_unref (self->ep);
  g_free (self);
}

/**
 * gst_ffs_submitter_set_flushing:
 * @self: the submitter
 * @flushing: whether waits are to end with EINTR. Any thread
 */
void
gst_ffs_submitter_set_flushing (GstFfsSubmitter * self, gboolean flushing)
{
  gst_poll_set_flushing (self->foreign, flushing);
}

/* Until no other device works on the dmabuf, as far as can be seen. */
static gint
wait_foreign (GstFfsSubmitter * self, gint dmabuf)
{
  GstPollFD pfd = GST_POLL_FD_INIT;
  gint ret, err;

  pfd.fd = dmabuf;
  gst_poll_add_fd (self->foreign, &pfd);
  gst_poll_fd_ctl_write (self->foreign, &pfd, TRUE);
  do {
    ret = gst_poll_wait (self->foreign, GST_CLOCK_TIME_NONE);
    err = ret < 0 ? errno : 0;
  } while (err == EINTR || err == EAGAIN);
  gst_poll_remove_fd (self->foreign, &pfd);
  if (err == 0 && gst_poll_wait (self->foreign, RESERVATION_RETRY) < 0)
    err = errno;

  /* EBUSY is how GstPoll says that it is flushing. */
  return err == EBUSY ? EINTR : err;
}

/* Each dmabuf of the transfer in turn. */
static gint
wait_all_foreign (GstFfsSubmitter * self, const GstFfsSegment * segments,
    guint n)
{
  gint err = 0;
  guint i;

  GST_LOG ("%s: waiting for another device",
      gst_ffs_endpoint_get_name (self->ep));
  for (i = 0; err == 0 && i < n; i++)
    err = wait_foreign (self, gst_dmabuf_memory_get_fd (segments[i].memory));
  return err;
}

/* One call; the sync_file is that of SUBMIT or else -1. */
static gint
queue_once (GstFfsSubmitter * self, const GstFfsSegment * segments,
    GstFfsTransfer * entries, guint n)
{
  struct usb_ffs_dmabuf_segment list[GST_FFS_MAX_SEGMENTS];
  guint i;

  if (!gst_ffs_endpoint_can_submit (self->ep)) {
    g_assert (n == 1 && segments->offset == 0);
    return gst_ffs_endpoint_transfer (self->ep,
        gst_ffs_attachment_get_fd (entries->att), segments->length);
  }

  for (i = 0; i < n; i++) {
    list[i].fd = gst_ffs_attachment_get_fd (entries[i].att);
    list[i].flags = 0;
    list[i].offset = segments[i].offset;
    list[i].length = segments[i].length;
  }
  return gst_ffs_endpoint_submit (self->ep, list, n, &entries->sync_file);
}

static gint
renew_all (GstFfsSubmitter * self, GstFfsTransfer * entries, guint n)
{
  gint err = 0;
  guint i;

  for (i = 0; err == 0 && i < n; i++)
    err = gst_ffs_attachments_renew (self->attachments, entries[i].att);
  return err;
}

/* Until the kernel has the transfer, or refuses it. */
static gint
queue (GstFfsSubmitter * self, const GstFfsSegment * segments,
    GstFfsTransfer * entries, guint n, GstFfsCall * call)
{
  gboolean renewed = FALSE;
  gint err;

  while (TRUE) {
    *call = gst_ffs_endpoint_can_submit (self->ep) ? GST_FFS_CALL_SUBMIT :
        GST_FFS_CALL_TRANSFER;
    err = queue_once (self, segments, entries, n);
    switch (gst_ffs_meaning (*call, err)) {
      case GST_FFS_BUSY:
        err = wait_all_foreign (self, segments, n);
        break;
      case GST_FFS_NOT_ATTACHED:
        if (renewed)
          return err;
        *call = GST_FFS_CALL_ATTACH;
        err = renew_all (self, entries, n);
        if (gst_ffs_meaning (*call, err) == GST_FFS_BUSY)
          err = wait_all_foreign (self, segments, n);
        else
          renewed = TRUE;
        break;
      default:
        return err;
    }
    if (err != 0)
      return err;
  }
}

static void
release_all (GstFfsSubmitter * self, GstFfsTransfer * entries, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    gst_ffs_attachments_release (self->attachments, &entries[i].att, 1);
}

static gint
acquire_all (GstFfsSubmitter * self, const GstFfsSegment * segments,
    GstFfsTransfer * entries, guint n)
{
  guint i;

  for (i = 0; i < n; i++) {
    gint err;

    while ((entries[i].att = gst_ffs_attachments_acquire (self->attachments,
                segments[i].memory, self->user, &err)) == NULL) {
      if (gst_ffs_meaning (GST_FFS_CALL_ATTACH, err) == GST_FFS_BUSY)
        err = wait_foreign (self,
            gst_dmabuf_memory_get_fd (segments[i].memory));
      if (err != 0) {
        release_all (self, entries, i);
        return err;
      }
    }
  }
  return 0;
}

/* Without a sync_file the transfer's end is seen but not its status. */
static void
export_fence (GstFfsSubmitter * self, GstFfsTransfer * entry)
{
  gint err;

  entry->own_fence = entry->sync_file >= 0;
  if (entry->own_fence)
    return;
  err = gst_ffs_fence_export (gst_ffs_attachment_get_fd (entry->att),
      &entry->sync_file);
  if (err != 0)
    GST_WARNING ("%s: no sync_file, errors will not be seen: %s",
        gst_ffs_endpoint_get_name (self->ep), g_strerror (err));
}

/**
 * gst_ffs_submitter_queue:
 * @self: the submitter of an endpoint that is enabled
 * @segments: of one transfer, of dmabufs that are not in flight
 * @entries: (out): what is known of each segment afterwards: attachment and
 * fence
 * @n: how many
 * @call: (out): the call that an error is about
 *
 * Returns: 0 if the kernel has the transfer, EINTR if flushing, or another
 * errno
 */
gint
gst_ffs_submitter_queue (GstFfsSubmitter * self,
    const GstFfsSegment * segments, GstFfsTransfer * entries, guint n,
    GstFfsCall * call)
{
  gint err;
  guint i;

  memset (entries, 0, n * sizeof (entries[0]));
  for (i = 0; i < n; i++)
    entries[i].sync_file = -1;

  self->user++;
  *call = GST_FFS_CALL_ATTACH;
  err = acquire_all (self, segments, entries, n);
  if (err != 0)
    return err;
  err = queue (self, segments, entries, n, call);
  if (err != 0) {
    release_all (self, entries, n);
    return err;
  }
  export_fence (self, entries);
  return 0;
}
