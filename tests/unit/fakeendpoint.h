/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A FunctionFS endpoint and its controller, for faults that a real one does
 * not show on demand. It answers the plugin's ioctls. A "dmabuf" is a pipe
 * that is writable when its fence has signalled, so that the poll() of the
 * plugin works.
 */

#ifndef __FAKE_ENDPOINT_H__
#define __FAKE_ENDPOINT_H__

#include <gst/gst.h>

/* For tests of written frames, which a build without libaio skips. */
#ifdef HAVE_AIO
#define add_written_test(tc, test) tcase_add_test (tc, test)
#else
#define add_written_test(tc, test) ((void) test)
#endif

void fake_endpoint_start (void);
void fake_endpoint_end (void);

const gchar *fake_endpoint_path (void);

/* The host connects or disconnects: transfers in flight fail. */
void fake_endpoint_set_enabled (gboolean enabled);
/* The host goes at the next call of this ioctl. */
void fake_endpoint_disable_at (gulong request);
/* Let the next @times calls of this ioctl fail. */
void fake_endpoint_fail (gulong request, gint err, guint times);
/* Let the next @times calls of open() fail, those in start() included. */
void fake_endpoint_fail_open (gint err, guint times);
guint fake_endpoint_n_failed_opens (void);
/* A controller that does not cancel transfers; only the test ends them. */
void fake_endpoint_set_stubborn (gboolean stubborn);
/* A controller that cancels all transfers when one is cancelled, as dwc3 does
 * (default: no). */
void fake_endpoint_set_cancels_all (gboolean cancels_all);
/* Counts detaches of a dmabuf in flight while transfers of others were in
 * flight. */
guint fake_endpoint_n_busy_detaches (void);
/* Result of FUNCTIONFS_FEATURES (default 0: not supported). */
void fake_endpoint_set_features (guint64 features);
/* Whether all tests run on a kernel with SUBMIT and REAP:
 * FFS_FAKE_REAP=always is in the environment. */
gboolean fake_endpoint_reaps (void);
/* Whether the kernel has SUBMIT (default: no). Call before the plugin opens
 * the endpoint. With FFS_FAKE_REAP=too in the environment it has REAP then
 * as well. */
void fake_endpoint_set_can_submit (gboolean can_submit);
/* Whether the kernel has SUBMIT and REAP. */
void fake_endpoint_set_can_reap (gboolean can_reap);
/* Number of bytes that a transfer's record is less than its length. */
void fake_endpoint_set_short_by (gsize short_by);

/* Whether it is an OUT endpoint (default: no). */
void fake_endpoint_set_out (gboolean out);
/* The host sends these bytes in one USB transfer, to the oldest queued
 * transfers, up to the last packet if that is short or @zlp is set. Blocks
 * until there are enough of them, like a host. */
void fake_endpoint_send (gconstpointer data, gsize size, gboolean zlp);
/* The same without blocking. Returns: bytes that were sent */
gsize fake_endpoint_send_some (gconstpointer data, gsize size, gboolean zlp);
/* The host sends one packet. FALSE: no transfer is queued, and @wait is
 * FALSE */
#define FAKE_PACKET_SIZE 1024
gboolean fake_endpoint_take_packet (const guint8 * data, gsize size,
    gboolean wait);
/* Number of transfers in flight. */
guint fake_endpoint_n_pending (void);

/* Blocks until @n transfers have been queued since the start. */
void fake_endpoint_wait_transfers (guint n);
guint fake_endpoint_n_transfers (void);
gsize fake_endpoint_transfer_length (guint n);
guint64 fake_endpoint_transfer_id (guint n);
/* The fence of the nth transfer signals: 1 or a negative errno. */
void fake_endpoint_signal (guint n, gint status);

guint fake_endpoint_n_attached (void);
guint fake_endpoint_n_calls (gulong request);
/* Blocks until that ioctl was called @n times since the start, or @n more
 * times. */
void fake_endpoint_wait_n_calls (gulong request, guint n);
void fake_endpoint_wait_calls (gulong request, guint n);
/* Drops all attachments, as some kernels do when the function is unbound. */
void fake_endpoint_forget_attachments (void);
/* Counts statuses of TRANSFER that were read after the attachment was gone. */
guint fake_endpoint_n_late_reads (void);

/* Bytes sent so far by transfers of dmabufs with data. */
GBytes *fake_endpoint_take_wire (void);
/* Let io_setup() fail: the system has no more contexts. */
void fake_endpoint_set_aio_exhausted (gboolean exhausted);
/* Lets asynchronous I/O neither complete nor be cancelled, so that
 * io_destroy() blocks; and waits for a submission or the end of a context
 * since then. */
void fake_endpoint_set_aio_stuck (gboolean stuck);
void fake_endpoint_wait_aio_submitted (void);
void fake_endpoint_wait_aio_destroyed (void);
void fake_endpoint_set_poll_fails (gboolean fails);
gint fake_endpoint_n_failed_polls (void);
/* Lets this time pass at once, as seen by frame latencies. */
void fake_time_pass (GstClockTime time);
/* Whether the plugin can allocate dmabufs (default: no). */
void fake_endpoint_set_heap (gboolean available);

/* Makes a file known as a dmabuf. @read_end: end of the pipe, read to let
 * fences signal, or -1: fences never are pending */
void fake_endpoint_add_dmabuf (gint fd, gint read_end);
/* Returns: (transfer none): for memory of known dmabufs */
GstAllocator *fake_endpoint_allocator (void);

/* Memory of a new dmabuf with data, which counts from @seed. Its transfers
 * end at once. */
GstMemory *fake_dmabuf_new_data (gsize size, guint8 seed);
/* Memory of a new dmabuf without a pending fence. */
GstMemory *fake_dmabuf_new (gsize size);
/* Drops the attachment of this dmabuf only. */
void fake_dmabuf_forget (GstMemory * mem);
guint64 fake_dmabuf_id (GstMemory * mem);
/* A fence of another device, pending until released. */
void fake_dmabuf_hold (GstMemory * mem);
void fake_dmabuf_unhold (GstMemory * mem);

#endif /* __FAKE_ENDPOINT_H__ */
