/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sink in a GstHarness over the fake endpoint, and buffers whose release is
 * counted.
 */

#ifndef __SINK_HARNESS_H__
#define __SINK_HARNESS_H__

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "fakeendpoint.h"
#include "sink/gstffssettings.h"
#include "transport/gstffsuapi.h"

typedef struct
{
  GstHarness *h;
  GstElement *sink;
  GstBus *bus;
  gint n_fds;
  GstFlowReturn flow;           /* of push_async() */
  GstBuffer *pushed;
  gint returned;                /* whether push_async() has returned */
  GThread *thread;
} SinkHarness;

/* @props: as for g_object_set(), NULL at the end. */
void sink_harness_start (SinkHarness * sh, const gchar * first, ...);
/* Stops the sink, checks that no descriptor is left over. */
void sink_harness_end (SinkHarness * sh);
void sink_harness_assert_fds (SinkHarness * sh);

/* Starts a sink with without-host=wait and no host, and pushes a frame that
 * waits for one. */
void sink_harness_start_waiting (SinkHarness * sh, gint * released);

/* For pushes that are expected to block. */
void sink_harness_push_async (SinkHarness * sh, GstBuffer * buf);
void sink_harness_push_eos_async (SinkHarness * sh);
GstFlowReturn sink_harness_join (SinkHarness * sh);
/* Fails if such a push returns within a while. */
void sink_harness_assert_blocked (SinkHarness * sh);

/* Sends the DRAIN query, as upstream does to get its buffers back. */
void sink_harness_drain (SinkHarness * sh);

/* A field of these stats, which are freed. */
guint64 take_stat (GstStructure * stats, const gchar * field);
/* A field of the element's property "stats". */
guint64 element_stat (GstElement * element, const gchar * field);
guint64 sink_harness_stat (SinkHarness * sh, const gchar * field);
/* Blocks until this field has this value. */
void sink_harness_wait_stat (SinkHarness * sh, const gchar * field,
    guint64 value);
/* Waits for an error or warning, whose text must contain @text. */
void bus_assert_message (GstBus * bus, GstMessageType type, GQuark domain,
    gint code, const gchar * text);
void sink_harness_assert_message (SinkHarness * sh, GstMessageType type,
    GQuark domain, gint code, const gchar * text);
void sink_harness_assert_no_message (SinkHarness * sh, GstMessageType type);

/* A buffer with one dmabuf. *released is set when the last reference is
 * dropped. */
GstBuffer *counted_buffer (GstBuffer * buf, gint * released);
GstBuffer *dmabuf_buffer (gsize size, gint * released);
/* A buffer with a memory that the caller keeps. */
GstBuffer *memory_buffer (GstMemory * mem, gint * released);
/* Blocks until the buffer is released. */
void wait_released (gint * released);
gboolean is_released (gint * released);

/* GstHarness passes buffers through a queue with a lock of GLib's own,
 * which the thread sanitizer does not see. These take a lock that it sees. */
void harness_watch_buffers (GstHarness * h);
GstBuffer *harness_pull (GstHarness * h);

#endif /* __SINK_HARNESS_H__ */
