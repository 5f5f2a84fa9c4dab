/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fake endpoint inside: what fakeendpoint.c and fakehost.c share.
 */

#ifndef __FAKE_PRIVATE_H__
#define __FAKE_PRIVATE_H__

#include "fakeendpoint.h"
#include "transport/gstffsendpoint.h"
#include "transport/gstffsuapi.h"

typedef struct
{
  guint64 id;                   /* inode */
  gint read_end;                /* -1: it has data, and no fence ever */
  gboolean attached;
  gint n_pending;
} Dmabuf;

/* What one SUBMIT with a cookie has queued, and is told of by one record. */
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
  gint fence;                   /* of SUBMIT: writing to it signals */
  gboolean own_fence;           /* a status that outlives the attachment */
  Call *call;                   /* its end is told by REAP, or NULL */
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

/* With the lock. */
void fake_signal_transfer (Transfer * t, gint status);

#endif /* __FAKE_PRIVATE_H__ */
