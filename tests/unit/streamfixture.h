/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sink's stream over the fake endpoint, with a profile that puts a header
 * and a trailer around frames.
 */

#ifndef __STREAM_FIXTURE_H__
#define __STREAM_FIXTURE_H__

#include "harness.h"
#include "function/gstffsprofile.h"
#include "sink/gstffsstream.h"
#include "transport/gstffsallocator.h"
#include "transport/gstffsbufferpool.h"

#define HEADER "head"
#define TRAILER "trailer"
#define JOINED "header"

/* A profile with header and trailer in transfers of their own, or with a
 * header in the frame's transfer. */
typedef struct
{
  GstFfsProfile parent;
  GstFfsBufferPool *pool;
  const gchar *joined;          /* nullable */
  guint payload_size;           /* if joined is set */
  guint inner_size;
  gboolean refuse;
  GstFfsRegion region;          /* no rows: the whole frame */
  guint n_wrapped;
  guint n_sent;
  gsize size;
  guint n_started;
  guint n_stopped;
} TestProfile;
typedef GstFfsProfileClass TestProfileClass;

GType test_profile_get_type (void);

typedef struct
{
  GstFfsStream *stream;
  GstAllocator *allocator;
  TestProfile *profile;
  GstFfsStreamPolicy policy;
  GstFfsStreamResult result;
  GstBuffer *buffer;
  guint64 n;
} StreamFixture;

void stream_fixture_start (StreamFixture * f, gboolean heap,
    gboolean can_submit);
/* With dmabufs for copies, and a profile whose header is in the transfer of the
 * frame. */
void stream_fixture_start_joined (StreamFixture * f, gboolean can_submit);
void stream_fixture_end (StreamFixture * f);

/* Takes the reference to the buffer. */
GstFfsMeaning stream_fixture_send (StreamFixture * f, GstBuffer * buf);
/* Blocks until all transfers have ended. */
void stream_fixture_drain (StreamFixture * f);
guint64 stream_fixture_stat (StreamFixture * f, const gchar * field);

void assert_wire (gconstpointer data, gsize size);
/* @b: (nullable) */
GstBuffer *buffer_of (GstMemory * a, GstMemory * b);
/* A share of these bytes. Takes the reference to @mem. */
GstMemory *part_of (GstMemory * mem, gssize offset, gssize size);

#endif /* __STREAM_FIXTURE_H__ */
