/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsSourceControl: stops and starts the source in a bin.
 *
 * Only the source goes to READY, with its state locked so that the bin does
 * not restart it; all other elements stay in PLAYING. This is limited to a
 * video source in the same bin whose frames go nowhere else. With a tee (for
 * recording or display) it keeps running, and so does a source fed by an
 * application.
 *
 * A source in READY does not forward an EOS sent to the bin (gst-launch-1.0
 * -e), nor one received just before, so the bin sends it to the sink.
 *
 * Ownership: embedded in the bin; holds references on the source and the
 * sink's pad while the source is stopped or about to be.
 *
 * Locking: the lock protects all fields; no state is changed with it held.
 * Only one worker at a time changes states: setting the source to READY joins
 * its streaming thread, which may be the caller.
 */

#include "gstffssourcecontrol.h"

#include "function/gstffsupstream.h"
#include "transport/gstffsdebug.h"

void
gst_ffs_source_control_init (GstFfsSourceControl * self, GstElement * bin)
{
  self->bin = bin;
  g_mutex_init (&self->lock);
  g_cond_init (&self->done);
}

void
gst_ffs_source_control_clear (GstFfsSourceControl * self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->done);
}

static void
stop_source (GstElement * source)
{
  gst_element_set_locked_state (source, TRUE);
  gst_element_set_state (source, GST_STATE_READY);
}

static void
start_source (GstElement * source)
{
  gst_element_set_locked_state (source, FALSE);
  gst_element_sync_state_with_parent (source);
}

/* Repeats until the source's state matches the demand, which may change
 * meanwhile. */
static void
work (GstElement * source, gpointer user_data)
{
  GstFfsSourceControl *self = user_data;

  g_mutex_lock (&self->lock);
  while (self->stopped == self->wanted) {
    gboolean stop = !self->wanted;

    g_mutex_unlock (&self->lock);
    GST_INFO_OBJECT (self->bin, "%s %" GST_PTR_FORMAT,
        stop ? "stopping" : "starting", source);
    if (stop)
      stop_source (source);
    else
      start_source (source);
    g_mutex_lock (&self->lock);
    self->stopped = stop;
  }
  self->busy = FALSE;
  g_cond_broadcast (&self->done);
  g_mutex_unlock (&self->lock);
}

/* Call with the lock held. */
static void
begin_work (GstFfsSourceControl * self)
{
  if (self->busy || self->source == NULL || self->stopped != self->wanted)
    return;
  self->busy = TRUE;
  gst_element_call_async (self->source, work, self, NULL);
}

/* An element with several pads on one side may need a running source. */
static gboolean
is_source (GstElement * element, GstPad * pad, gpointer user_data)
{
  gboolean *branches = user_data;

  GST_OBJECT_LOCK (element);
  *branches |= element->numsrcpads != 1 || element->numsinkpads > 1;
  GST_OBJECT_UNLOCK (element);
  return pad == NULL;
}

/* (transfer full) (nullable): the source, if it may be stopped */
static GstElement *
find_source (GstFfsSourceControl * self, GstPad * sinkpad)
{
  gboolean branches = FALSE;
  GstElement *source = gst_ffs_upstream_find (sinkpad, is_source, &branches);
  GstElementFactory *factory;

  if (source == NULL)
    return NULL;
  factory = gst_element_get_factory (source);
  if (branches || factory == NULL
      || !gst_object_has_as_ancestor (GST_OBJECT (source),
          GST_OBJECT (self->bin))
      || !gst_element_factory_list_is_type (factory,
          GST_ELEMENT_FACTORY_TYPE_SRC | GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO))
    gst_clear_object (&source);
  return source;
}

/**
 * gst_ffs_source_control_start:
 * @self: the source control
 *
 * The host wants frames. Any thread; does not wait for the source.
 */
void
gst_ffs_source_control_start (GstFfsSourceControl * self)
{
  g_mutex_lock (&self->lock);
  self->wanted = TRUE;
  begin_work (self);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_source_control_release:
 * @self: the source control
 *
 * The host wants no more frames; the next one stops the source. Any thread.
 */
void
gst_ffs_source_control_release (GstFfsSourceControl * self)
{
  g_mutex_lock (&self->lock);
  self->wanted = FALSE;
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_source_control_idle:
 * @self: the source control
 * @sinkpad: the sink pad
 *
 * Stops the source after an unwanted frame. Streaming thread, which must not
 * block until the source has stopped.
 */
void
gst_ffs_source_control_idle (GstFfsSourceControl * self, GstPad * sinkpad)
{
  g_mutex_lock (&self->lock);
  if (!self->wanted && !self->busy && !self->ended) {
    if (self->source == NULL)
      self->source = find_source (self, sinkpad);
    gst_object_replace ((GstObject **) & self->sinkpad, GST_OBJECT (sinkpad));
    begin_work (self);
  }
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_source_control_end:
 * @self: the source control
 * @event: EOS that was sent to the bin
 *
 * From now on the source is not stopped.
 *
 * Returns: whether the event was sent to the sink because the source is
 * stopped
 */
gboolean
gst_ffs_source_control_end (GstFfsSourceControl * self, GstEvent * event)
{
  GstPad *sinkpad = NULL;

  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  if (self->stopped || (self->busy && !self->wanted))
    sinkpad = gst_object_ref (self->sinkpad);
  g_mutex_unlock (&self->lock);
  if (sinkpad == NULL)
    return FALSE;
  gst_pad_send_event (sinkpad, gst_event_ref (event));
  gst_object_unref (sinkpad);
  return TRUE;
}

/* A new stream, possibly of another source. Any thread. */
void
gst_ffs_source_control_new_stream (GstFfsSourceControl * self)
{
  g_mutex_lock (&self->lock);
  self->ended = FALSE;
  if (!self->busy && !self->stopped)
    gst_clear_object (&self->source);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_source_control_finish:
 * @self: the source control
 *
 * Returns the source to the control of the bin and waits for the worker. Call
 * when the streaming thread cannot be in the sink.
 */
void
gst_ffs_source_control_finish (GstFfsSourceControl * self)
{
  GstElement *source;
  GstPad *sinkpad;

  g_mutex_lock (&self->lock);
  /* The source follows the bin's state from now on. */
  self->wanted = TRUE;
  begin_work (self);
  while (self->busy)
    g_cond_wait (&self->done, &self->lock);
  source = self->source;
  self->source = NULL;
  sinkpad = self->sinkpad;
  self->sinkpad = NULL;
  self->wanted = self->ended = FALSE;
  g_mutex_unlock (&self->lock);
  gst_clear_object (&source);
  gst_clear_object (&sinkpad);
}
