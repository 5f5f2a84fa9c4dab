/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pipeline of one sink that the program feeds itself, so that only the sink
 * holds or copies buffers and only the sink takes time.
 */

#include "sinkfeed.h"

/**
 * sink_feed_start:
 * @feed: (out): the pipeline
 * @sink_description: as for gst-launch-1.0
 * @error: set on failure
 *
 * Sets the sink to PLAYING. It reaches the state with the first buffer on
 * feed->pad.
 */
gboolean
sink_feed_start (SinkFeed * feed, const gchar * sink_description,
    GError ** error)
{
  GstSegment segment;
  GstPad *sink_pad;
  GstCaps *caps;
  gboolean linked;

  feed->sink = gst_parse_launch (sink_description, error);
  if (feed->sink == NULL)
    return FALSE;
  feed->pipeline = gst_pipeline_new (NULL);
  gst_bin_add (GST_BIN (feed->pipeline), feed->sink);
  feed->pad = gst_pad_new ("src", GST_PAD_SRC);

  sink_pad = gst_element_get_static_pad (feed->sink, "sink");
  linked = gst_pad_link (feed->pad, sink_pad) == GST_PAD_LINK_OK;
  gst_object_unref (sink_pad);
  if (!linked || gst_element_set_state (feed->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    GstMessage *message = sink_feed_wait (feed, GST_MESSAGE_ERROR, 0);

    if (message != NULL)
      gst_message_parse_error (message, error, NULL);
    else
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE,
          "'%s' does not start", sink_description);
    gst_clear_message (&message);
    sink_feed_clear (feed);
    return FALSE;
  }

  gst_pad_set_active (feed->pad, TRUE);
  gst_pad_push_event (feed->pad, gst_event_new_stream_start ("test"));
  caps = gst_caps_new_empty_simple ("application/octet-stream");
  gst_pad_push_event (feed->pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (feed->pad, gst_event_new_segment (&segment));
  return TRUE;
}

/* Returns: (transfer full) (nullable): the first message of @types or an
 * error, NULL after @timeout */
GstMessage *
sink_feed_wait (SinkFeed * feed, GstMessageType types, GstClockTime timeout)
{
  GstBus *bus = gst_element_get_bus (feed->pipeline);
  GstMessage *message;

  message = gst_bus_timed_pop_filtered (bus, timeout,
      types | GST_MESSAGE_ERROR);
  gst_object_unref (bus);
  return message;
}

/* May be called while another thread is in gst_pad_push(). */
void
sink_feed_stop (SinkFeed * feed)
{
  gst_element_set_state (feed->pipeline, GST_STATE_NULL);
}

void
sink_feed_clear (SinkFeed * feed)
{
  if (feed->pipeline != NULL)
    sink_feed_stop (feed);
  if (feed->pad != NULL)
    gst_pad_set_active (feed->pad, FALSE);
  gst_clear_object (&feed->pad);
  gst_clear_object (&feed->pipeline);
  feed->sink = NULL;
}
