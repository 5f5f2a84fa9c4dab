/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-ffscamerabin
 * @title: ffscamerabin
 * @short_description: runs a camera while a USB host streams
 *
 * A bin for a pipeline that ends in ffsdmabufsink. It keeps the camera
 * stopped, and its privacy LED off, while no host streams: at the first
 * unwanted frame it sets the source to READY (v4l2src: STREAMOFF), and it
 * restarts the source when a host starts the stream. All other elements and
 * the pipeline stay in PLAYING. An EOS sent meanwhile ends the pipeline.
 *
 * The bin only stops a live source of the class "Source/Video" inside it whose
 * frames go nowhere else: with a tee it keeps running. It acts on element
 * messages of the sink (see ffsdmabufsink); an application can handle them
 * itself instead of using this bin.
 *
 * This is a bin and not a property of the sink because an element's state
 * belongs to its parent.
 *
 * ## Example
 * |[
 * gst-launch-1.0 ffscamerabin.\( v4l2src io-mode=dmabuf ! ffsdmabufsink gadget=camera profile=uvc \)
 * ]|
 *
 * Since: 0.2
 */

#include "gstffscamerabin.h"
#include "gstffsdemand.h"
#include "gstffsdmabufsink.h"
#include "gstffssourcecontrol.h"

struct _GstFfsCameraBin
{
  GstBin parent;

  GstFfsSourceControl source;
};

G_DEFINE_FINAL_TYPE (GstFfsCameraBin, gst_ffs_camera_bin, GST_TYPE_BIN);
GST_ELEMENT_REGISTER_DEFINE (ffscamerabin, "ffscamerabin", GST_RANK_NONE,
    GST_TYPE_FFS_CAMERA_BIN);

static void
obey (GstFfsCameraBin * self, GstMessage * message)
{
  GstPad *pad;

  switch (gst_ffs_demand_parse (message)) {
    case GST_FFS_DEMAND_WANTED:
      gst_ffs_source_control_start (&self->source);
      break;
    case GST_FFS_DEMAND_UNWANTED:
      gst_ffs_source_control_release (&self->source);
      break;
    case GST_FFS_DEMAND_DROPPED:
      pad = gst_element_get_static_pad (GST_ELEMENT (GST_MESSAGE_SRC
              (message)), "sink");
      if (pad)
        gst_ffs_source_control_idle (&self->source, pad);
      gst_clear_object (&pad);
      break;
    default:
      break;
  }
}

/* Called in the posting thread, with no lock held. */
static void
handle_message (GstBin * bin, GstMessage * message)
{
  GstFfsCameraBin *self = GST_FFS_CAMERA_BIN (bin);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_STREAM_START)
    gst_ffs_source_control_new_stream (&self->source);
  else
    obey (self, message);
  GST_BIN_CLASS (gst_ffs_camera_bin_parent_class)->handle_message (bin,
      message);
}

static void
end_sink (const GValue * sink, gpointer user_data G_GNUC_UNUSED)
{
  gst_ffs_dmabuf_sink_end (g_value_get_object (sink));
}

/* The EOS from the source is queued after a frame that may wait for a host. */
static void
end_sinks (GstFfsCameraBin * self)
{
  GstIterator *sinks = gst_bin_iterate_all_by_element_factory_name
      (GST_BIN (self), "ffsdmabufsink");

  while (gst_iterator_foreach (sinks, end_sink, NULL) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (sinks);
  gst_iterator_free (sinks);
}

static gboolean
send_event (GstElement * element, GstEvent * event)
{
  GstFfsCameraBin *self = GST_FFS_CAMERA_BIN (element);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    end_sinks (self);
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS
      && gst_ffs_source_control_end (&self->source, event)) {
    gst_event_unref (event);
    return TRUE;
  }
  return GST_ELEMENT_CLASS (gst_ffs_camera_bin_parent_class)->send_event
      (element, event);
}

/* Stop the sink first: the source's streaming thread may be blocked in it, and
 * stopping the source joins that thread. */
static GstStateChangeReturn
change_state (GstElement * element, GstStateChange transition)
{
  GstFfsCameraBin *self = GST_FFS_CAMERA_BIN (element);
  GstStateChangeReturn ret;

  ret = GST_ELEMENT_CLASS (gst_ffs_camera_bin_parent_class)->change_state
      (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || ret == GST_STATE_CHANGE_FAILURE)
    gst_ffs_source_control_finish (&self->source);
  return ret;
}

static void
finalize (GObject * object)
{
  gst_ffs_source_control_clear (&GST_FFS_CAMERA_BIN (object)->source);
  G_OBJECT_CLASS (gst_ffs_camera_bin_parent_class)->finalize (object);
}

static void
gst_ffs_camera_bin_init (GstFfsCameraBin * self)
{
  gst_ffs_source_control_init (&self->source, GST_ELEMENT (self));
}

static void
gst_ffs_camera_bin_class_init (GstFfsCameraBinClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR (change_state);
  element_class->send_event = GST_DEBUG_FUNCPTR (send_event);
  GST_BIN_CLASS (klass)->handle_message = GST_DEBUG_FUNCPTR (handle_message);
  gst_element_class_set_static_metadata (element_class,
      "USB camera bin", "Generic/Bin/Sink/Video",
      "Runs its camera only while a USB host streams", GST_FFS_AUTHOR);
}
