/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __TEST_SINK_FEED_H__
#define __TEST_SINK_FEED_H__

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct
{
  GstElement *pipeline;
  GstElement *sink;
  GstPad *pad;
} SinkFeed;

gboolean sink_feed_start (SinkFeed * feed, const gchar * sink_description,
    GError ** error);
GstMessage *sink_feed_wait (SinkFeed * feed, GstMessageType types,
    GstClockTime timeout);
void sink_feed_stop (SinkFeed * feed);
void sink_feed_clear (SinkFeed * feed);

G_END_DECLS

#endif /* __TEST_SINK_FEED_H__ */
