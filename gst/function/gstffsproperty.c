/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsProperty: a property of the source that a host sets while the source
 * runs.
 *
 * Any thread may set a property, but not every element is up to it:
 * videotestsrc of GStreamer 1.22 frees the picture that its streaming thread
 * copies from.  No host must be able to do that to a camera, so the streaming
 * thread sets it, between two frames; whoever asks for the value meanwhile gets
 * the one that it is about to have.
 *
 * Ownership: refers to the source; owned by whoever made it, and as long as a
 * value waits by the probe on the source's pad that waits with it.
 *
 * Locking: the lock protects the value that is to be set, and is not held
 * while it is.  One thread sets it at a time, the last value at last.
 */

#include "gstffsproperty.h"

struct _GstFfsProperty
{
  GstElement *source;
  GstPad *pad;                  /* nullable */
  GParamSpec *pspec;

  GMutex lock;
  GValue value;
  gboolean pending;             /* the value was not set yet */
  gboolean setting;             /* a thread is about to */
  gulong probe;                 /* on the pad, or 0 */
};

static void
property_clear (GstFfsProperty * self)
{
  g_value_unset (&self->value);
  g_param_spec_unref (self->pspec);
  gst_clear_object (&self->pad);
  gst_object_unref (self->source);
  g_mutex_clear (&self->lock);
}

static void
property_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) property_clear);
}

static GstPad *
get_source_pad (GstElement * source)
{
  GstPad *pad = NULL;

  GST_OBJECT_LOCK (source);
  if (source->srcpads)
    pad = gst_object_ref (source->srcpads->data);
  GST_OBJECT_UNLOCK (source);
  return pad;
}

/**
 * gst_ffs_property_new:
 * @source: what has it
 * @pspec: one of its properties, to be read and written
 *
 * Returns: (transfer full): the property
 */
GstFfsProperty *
gst_ffs_property_new (GstElement * source, GParamSpec * pspec)
{
  GstFfsProperty *self = g_atomic_rc_box_new0 (GstFfsProperty);

  self->source = gst_object_ref (source);
  self->pad = get_source_pad (source);
  self->pspec = g_param_spec_ref (pspec);
  g_value_init (&self->value, pspec->value_type);
  g_mutex_init (&self->lock);
  return self;
}

/**
 * gst_ffs_property_free:
 * @self: a property
 *
 * A value that was not set yet is lost.
 */
void
gst_ffs_property_free (GstFfsProperty * self)
{
  gulong probe;

  g_mutex_lock (&self->lock);
  self->pending = FALSE;
  probe = self->probe;
  self->probe = 0;
  g_mutex_unlock (&self->lock);
  if (probe != 0)
    gst_pad_remove_probe (self->pad, probe);
  property_unref (self);
}

/* What comes while the value is being set is set by the same thread. */
static void
apply (GstFfsProperty * self)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, self->pspec->value_type);
  g_mutex_lock (&self->lock);
  while (self->pending && !self->setting) {
    self->pending = FALSE;
    self->setting = TRUE;
    g_value_copy (&self->value, &value);
    g_mutex_unlock (&self->lock);
    g_object_set_property (G_OBJECT (self->source), self->pspec->name, &value);
    g_mutex_lock (&self->lock);
    self->setting = FALSE;
  }
  g_mutex_unlock (&self->lock);
  g_value_unset (&value);
}

/* The source's streaming thread has made a frame, and not begun the next. */
static GstPadProbeReturn
on_frame (GstPad * pad G_GNUC_UNUSED, GstPadProbeInfo * info G_GNUC_UNUSED,
    gpointer user_data)
{
  GstFfsProperty *self = user_data;

  g_mutex_lock (&self->lock);
  self->probe = 0;
  g_mutex_unlock (&self->lock);
  apply (self);
  return GST_PAD_PROBE_REMOVE;
}

/* With the lock. */
static void
wait_for_frame (GstFfsProperty * self)
{
  if (self->probe == 0)
    self->probe = gst_pad_add_probe (self->pad, GST_PAD_PROBE_TYPE_BUFFER
        | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_frame,
        g_atomic_rc_box_acquire (self), property_unref);
}

/* If the source is neither making frames nor about to, there is nobody to
 * disturb: with its state lock it stays so. */
static gboolean
apply_if_stopped (GstFfsProperty * self)
{
  gboolean stopped;

  if (self->pad == NULL) {
    apply (self);
    return TRUE;
  }
  if (!GST_STATE_TRYLOCK (self->source))
    return FALSE;
  stopped = gst_pad_get_task_state (self->pad) != GST_TASK_STARTED;
  if (stopped)
    apply (self);
  GST_STATE_UNLOCK (self->source);
  return stopped;
}

/**
 * gst_ffs_property_set:
 * @self: a property
 * @value: what it is to be, of the property's type
 *
 * Sets the property at once if the source does not run, and with the frame
 * that it makes now if it does. Does not wait for the source.
 */
void
gst_ffs_property_set (GstFfsProperty * self, const GValue * value)
{
  g_mutex_lock (&self->lock);
  g_value_copy (value, &self->value);
  self->pending = TRUE;
  g_mutex_unlock (&self->lock);
  if (apply_if_stopped (self))
    return;

  g_mutex_lock (&self->lock);
  if (self->pending)
    wait_for_frame (self);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_ffs_property_get:
 * @self: a property
 * @value: (out): of the property's type; others than us may change it
 */
void
gst_ffs_property_get (GstFfsProperty * self, GValue * value)
{
  gboolean wait;

  g_mutex_lock (&self->lock);
  wait = self->pending || self->setting;
  if (wait)
    g_value_copy (&self->value, value);
  g_mutex_unlock (&self->lock);
  if (!wait)
    g_object_get_property (G_OBJECT (self->source), self->pspec->name, value);
}
