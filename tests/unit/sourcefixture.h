/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ffsdmabufsrc in a GstHarness over the fake endpoint, and frames that its host
 * sends.
 */

#ifndef __SOURCE_FIXTURE_H__
#define __SOURCE_FIXTURE_H__

#include "harness.h"

typedef struct
{
  GstElement *src;
  GstHarness *h;
  GstBus *bus;
} SourceFixture;

/* An OUT endpoint of a kernel with REAP and a DMA heap. */
void source_fixture_endpoint_start (void);
/* Checks that no dmabuf is attached any more. */
void source_fixture_endpoint_end (void);

/* @caps: (nullable): of downstream
 * @first: as for g_object_set(), NULL at the end */
void source_fixture_start (SourceFixture * f, const gchar * caps,
    const gchar * first, ...);
/* In the test itself, which must end without threads. */
void source_fixture_end (SourceFixture * f);

/* Returns: (transfer full): bytes that are different for each @seed */
guint8 *source_make_frame (gsize size, guint8 seed);
void source_send_frame (gsize size, guint8 seed);
/* That the buffer begins with such a frame. */
void source_assert_frame (GstBuffer * buffer, gsize size, guint8 seed);

#endif /* __SOURCE_FIXTURE_H__ */
