/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fake endpoint inside: what its files share.
 */

#ifndef __FAKE_PRIVATE_H__
#define __FAKE_PRIVATE_H__

#include "fakeendpoint.h"
#include "transport/gstffsendpoint.h"
#include "transport/gstffsuapi.h"

typedef struct
{
  guint64 id;                   /* inode */
  gint read_end;                /* -1: has data, no fence is pending */
  gboolean attached;
  gint n_pending;
} Dmabuf;

/* One SUBMIT with a cookie; REAP reports its end by one record. */
typedef struct
{
  guint n_left;
  struct usb_ffs_dmabuf_done record;
} Call;

typedef struct
{
  Dmabuf *dmabufs[USB_FFS_DMABUF_SUBMIT_MAX_SEGMENTS];
  guint n_dmabufs;
  struct usb_ffs_dmabuf_segment segments[USB_FFS_DMABUF_SUBMIT_MAX_SEGMENTS];
  gsize length;
  gsize received;
  gint sync_file;
  gint fence;                   /* of SUBMIT: written to when it signals */
  gboolean own_fence;           /* the status outlives the attachment */
  Call *call;                   /* SUBMIT that REAP reports, or NULL */
  gboolean signalled;
  gint status;
} Transfer;

typedef struct
{
  GMutex lock;
  GCond cond;
  gchar *path;
  gboolean enabled;
  gboolean stubborn;
  gboolean can_submit;
  gboolean can_reap;
  gboolean out;
  GArray *records;              /* of struct usb_ffs_dmabuf_done */
  guint32 kicks;
  gsize short_by;
  gboolean cancels_all;
  guint n_busy_detaches;
  guint64 features;
  gulong disable_at;
  GPtrArray *dmabufs;
  GPtrArray *transfers;
  gint fail_err[256];
  guint fail_times[256];
  guint calls[256];
  guint late_reads;
  GByteArray *wire;
  GstAllocator *allocator;
  GstFfsIoctlFunc real_ioctl;
  GstFfsOpenFunc real_open;
  gint open_err;
  gint open_fails;
  gint n_failed_opens;
} FakeEndpoint;

extern FakeEndpoint fake;

/* Call with the lock held, all but the first and the last. */
guint64 fake_fd_id (gint fd);
/* Returns: (nullable): the dmabuf that this file is of */
Dmabuf *fake_find (gint fd);
/* Adds to the number of pending fences. @fd: to write to if there are more */
void fake_set_pending (Dmabuf * d, gint fd, gint change);
void fake_signal_transfer (Transfer * t, gint status);
/* @d: (nullable): transfers of this dmabuf only */
void fake_cancel (Dmabuf * d, gint status);
void fake_detach (Dmabuf * d);
/* The ioctls; they return 0 or an errno. */
gint fake_transfer (struct usb_ffs_dmabuf_transfer_req *req);
gint fake_submit (struct usb_ffs_dmabuf_submit *req);
gint fake_reap (struct usb_ffs_dmabuf_reap *req, gint * n);
gint fake_file_info (gint fd, struct sync_file_info *info);
/* Returns: (nullable): the newest transfer of this dmabuf */
Transfer *fake_last_transfer (gint dmabuf);
/* Takes the lock to read a counter. */
guint fake_read_locked (const guint * n);

#endif /* __FAKE_PRIVATE_H__ */
