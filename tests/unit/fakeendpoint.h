/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A FunctionFS endpoint and its controller for faults that no real one can
 * be made to show.  It answers the plugin's ioctls; a "dmabuf" is a pipe that
 * is writable when its fence has signalled, so that poll() is the real one.
 */

#ifndef __FAKE_ENDPOINT_H__
#define __FAKE_ENDPOINT_H__

#include <gst/gst.h>

/* For tests of frames that are written: a build without libaio skips them. */
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
/* The host goes when this ioctl is called next. */
void fake_endpoint_disable_at (gulong request);
/* Let the next @times calls of this ioctl fail. */
void fake_endpoint_fail (gulong request, gint err, guint times);
/* Let the next @times openings of a file fail, of those after start() too. */
void fake_endpoint_fail_open (gint err, guint times);
guint fake_endpoint_n_failed_opens (void);
/* A controller that ignores cancelling until released by the test. */
void fake_endpoint_set_stubborn (gboolean stubborn);
/* A controller that cancels all transfers when one is cancelled, as dwc3 does
 * (default: no). */
void fake_endpoint_set_cancels_all (gboolean cancels_all);
/* How often a dmabuf was detached of which a transfer was under way, with
 * transfers of others behind or ahead of it. */
guint fake_endpoint_n_busy_detaches (void);
/* Result of FUNCTIONFS_FEATURES (default 0: not supported). */
void fake_endpoint_set_features (guint64 features);
/* Whether the kernel of all tests has SUBMIT and REAP: FFS_FAKE_REAP=always is
 * in the environment. */
gboolean fake_endpoint_reaps (void);
/* Whether the kernel has SUBMIT (default: no); before the plugin opens it. With
 * FFS_FAKE_REAP=too in the environment it has REAP then as well. */
void fake_endpoint_set_can_submit (gboolean can_submit);
/* Whether it has both. */
void fake_endpoint_set_can_reap (gboolean can_reap);
/* By how much less than asked for a transfer's record says that it has sent. */
void fake_endpoint_set_short_by (gsize short_by);

/* Whether it is an OUT endpoint (default: no). */
void fake_endpoint_set_out (gboolean out);
/* The host sends so many bytes by one USB transfer: into the oldest transfers
 * that are queued, as far as the last packet, if that is a short one or there is
 * @zlp.  Blocks until there are enough of them, as a host would. */
void fake_endpoint_send (gconstpointer data, gsize size, gboolean zlp);
/* The same, as far as there is room now.  Returns: bytes that were sent */
gsize fake_endpoint_send_some (gconstpointer data, gsize size, gboolean zlp);
/* One packet of these. FALSE: nothing is queued, and it was not to wait. */
#define FAKE_PACKET_SIZE 1024
gboolean fake_endpoint_take_packet (const guint8 * data, gsize size,
    gboolean wait);
/* How many transfers are under way. */
guint fake_endpoint_n_pending (void);

/* Blocks until @n transfers were queued in all. */
void fake_endpoint_wait_transfers (guint n);
guint fake_endpoint_n_transfers (void);
gsize fake_endpoint_transfer_length (guint n);
guint64 fake_endpoint_transfer_id (guint n);
/* The fence of the nth transfer signals: 1 or a negative errno. */
void fake_endpoint_signal (guint n, gint status);

guint fake_endpoint_n_attached (void);
guint fake_endpoint_n_calls (gulong request);
/* Blocks until that ioctl was called @n times in all, or @n more times. */
void fake_endpoint_wait_n_calls (gulong request, guint n);
void fake_endpoint_wait_calls (gulong request, guint n);
/* Drops all attachments, as some kernels do when the function is unbound. */
void fake_endpoint_forget_attachments (void);
/* How often a status of TRANSFER was asked for after its attachment had gone. */
guint fake_endpoint_n_late_reads (void);

/* Bytes sent so far by transfers of dmabufs with data. */
GBytes *fake_endpoint_take_wire (void);
/* Let the kernel have no more contexts for asynchronous I/O. */
void fake_endpoint_set_aio_exhausted (gboolean exhausted);
/* Let asynchronous I/O never end, nor be cancelled, and the end of its context
 * wait for that; and wait for what has been submitted or ended since. */
void fake_endpoint_set_aio_stuck (gboolean stuck);
void fake_endpoint_wait_aio_submitted (void);
void fake_endpoint_wait_aio_destroyed (void);
void fake_endpoint_set_poll_fails (gboolean fails);
gint fake_endpoint_n_failed_polls (void);
/* Lets so much time pass at once, as frames' latencies see it. */
void fake_time_pass (GstClockTime time);
/* Whether the "kernel" can make dmabufs for the plugin (default: no). */
void fake_endpoint_set_heap (gboolean available);

/* Makes a dmabuf known by a file of it, and that whose end is read for its
 * fences to signal, or -1: no fence is ever pending then. */
void fake_endpoint_add_dmabuf (gint fd, gint read_end);
/* Returns: (transfer none): for memory of known dmabufs */
GstAllocator *fake_endpoint_allocator (void);

/* Memory of a new fake dmabuf with data in it, which counts on from @seed.
 * Its transfers are over at once. */
GstMemory *fake_dmabuf_new_data (gsize size, guint8 seed);
/* Memory of a new fake dmabuf; no fence is pending on it. */
GstMemory *fake_dmabuf_new (gsize size);
/* The kernel has lost its attachment. */
void fake_dmabuf_forget (GstMemory * mem);
guint64 fake_dmabuf_id (GstMemory * mem);
/* Another device's fence on it, not signalled until released. */
void fake_dmabuf_hold (GstMemory * mem);
void fake_dmabuf_unhold (GstMemory * mem);

#endif /* __FAKE_ENDPOINT_H__ */
