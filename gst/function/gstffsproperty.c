/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsProperty: a property of the source that a host sets while the source
 * runs.
 *
 * Any thread may set a property, but not all elements are safe: videotestsrc
 * of GStreamer 1.22 frees the picture that its streaming thread copies from. A
 * host must not be able to crash a camera, so the streaming thread sets the
 * property between two frames. A read meanwhile returns the pending value.
 *
 * Ownership: holds a reference to the source. Owned by its creator and, while
 * a value is pending, by the probe on the source's pad.
 *
 * Locking: the lock protects the pending value and is not held while the
 * property is set. One thread sets it at a time, so the last value wins.
 */

#include "gstffsproperty.h"

struct _GstFfsProperty
{
  GstElement *source;
  GstPad *pad;                  /* nullable */
  GParamSpec *pspec;

  GMutex lock;
  GValue value;
  gboolean pending;             /* a value is pending */
  gboolean setting;             /* a thread is setting it */
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
 * @source: the source
 * @pspec: one of its readable and writable properties
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
 * A pending value is dropped.
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

/* A value that arrives while another is being set is set by the same thread. */
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

/* Runs in the source's streaming thread, between two frames. */
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

/* Call with the lock held. */
static void
wait_for_frame (GstFfsProperty * self)
{
  if (self->probe == 0)
    self->probe = gst_pad_add_probe (self->pad, GST_PAD_PROBE_TYPE_BUFFER
        | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_frame,
        g_atomic_rc_box_acquire (self), property_unref);
}

/* If the source's task is not running, set the property directly: the state
 * lock keeps it from starting. */
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
 * @value: the new value, of the property's type
 *
 * Sets the property at once if the source is stopped, else after its current
 * frame. Does not block on the source.
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
 * @value: (out): of the property's type; others may change it
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
