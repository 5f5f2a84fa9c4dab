/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsProfile: the base class of profiles.  A subclass provides the
 * descriptors, the control requests and the framing of a camera.  Each has its
 * own folder beside this file.
 *
 * Ownership: the element owns the profile; the profile owns its threads and
 * its control endpoints from start() to stop().
 *
 * Locking: the object lock protects the fields here.  It is not held during the
 * sink's callbacks, which may block until the stream has stopped.
 */

#include <string.h>

#include "gstffsprofile.h"

typedef struct
{
  GstFfsStreamingFunc streaming_func;
  GstFfsEnabledFunc enabled_func;
  GstFfsWaitingFunc waiting_func;
  GstFfsRenegotiateFunc renegotiate_func;
  gpointer user_data;
  GstFfsApplication application;
  gboolean streaming;
  gint changed;                 /* atomic */
} GstFfsProfilePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstFfsProfile, gst_ffs_profile,
    GST_TYPE_OBJECT);

static void
gst_ffs_profile_finalize (GObject * object)
{
  gst_ffs_profile_set_application (GST_FFS_PROFILE (object), NULL);
  G_OBJECT_CLASS (gst_ffs_profile_parent_class)->finalize (object);
}

static void
gst_ffs_profile_class_init (GstFfsProfileClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_ffs_profile_finalize;
}

static void
gst_ffs_profile_init (GstFfsProfile * self G_GNUC_UNUSED)
{
}

const GstFfsFunctionDesc *
gst_ffs_profile_describe (GstFfsProfile * self)
{
  return GST_FFS_PROFILE_GET_CLASS (self)->describe (self);
}

gboolean
gst_ffs_profile_set_offer (GstFfsProfile * self, GstCaps * offer)
{
  return GST_FFS_PROFILE_GET_CLASS (self)->set_offer (self, offer);
}

GstCaps *
gst_ffs_profile_get_caps (GstFfsProfile * self)
{
  return GST_FFS_PROFILE_GET_CLASS (self)->get_caps (self);
}

gboolean
gst_ffs_profile_set_caps (GstFfsProfile * self, GstCaps * caps)
{
  return GST_FFS_PROFILE_GET_CLASS (self)->set_caps (self, caps);
}

gint
gst_ffs_profile_start (GstFfsProfile * self, const gchar * directory,
    GstAllocator * allocator)
{
  return GST_FFS_PROFILE_GET_CLASS (self)->start (self, directory, allocator);
}

void
gst_ffs_profile_stop (GstFfsProfile * self)
{
  GST_FFS_PROFILE_GET_CLASS (self)->stop (self);
}

void
gst_ffs_profile_set_enabled (GstFfsProfile * self, gboolean enabled)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);

  GST_FFS_PROFILE_GET_CLASS (self)->set_enabled (self, enabled);
  if (priv->enabled_func)
    priv->enabled_func (enabled, priv->user_data);
}

/**
 * gst_ffs_profile_restart:
 * @self: a profile that is enabled
 *
 * Call from the function's thread when the kernel has disabled and enabled all
 * endpoints of the function, which it does for every SET_INTERFACE.  The
 * transfers in flight are lost.  The host's selection and its stream remain.
 */
void
gst_ffs_profile_restart (GstFfsProfile * self)
{
  GST_FFS_PROFILE_GET_CLASS (self)->restart (self);
}

gboolean
gst_ffs_profile_accept (GstFfsProfile * self, const GstFfsSetup * setup)
{
  GstFfsProfileClass *klass = GST_FFS_PROFILE_GET_CLASS (self);

  return klass->accept == NULL || klass->accept (self, setup);
}

gboolean
gst_ffs_profile_control (GstFfsProfile * self, const GstFfsSetup * setup,
    const guint8 * data, GByteArray * reply)
{
  return GST_FFS_PROFILE_GET_CLASS (self)->control (self, setup, data, reply);
}

void
gst_ffs_profile_tick (GstFfsProfile * self)
{
  GstFfsProfileClass *klass = GST_FFS_PROFILE_GET_CLASS (self);

  if (klass->tick)
    klass->tick (self);
}

gboolean
gst_ffs_profile_get_framing (GstFfsProfile * self, GstBuffer * frame,
    gsize size, guint64 number, GstFfsFraming * framing)
{
  memset (framing, 0, sizeof (*framing));
  return GST_FFS_PROFILE_GET_CLASS (self)->get_framing (self, frame, size,
      number, framing);
}

gboolean
gst_ffs_profile_get_region (GstFfsProfile * self, GstFfsRegion * region)
{
  GstFfsProfileClass *klass = GST_FFS_PROFILE_GET_CLASS (self);

  return klass->get_region && klass->get_region (self, region);
}

void
gst_ffs_profile_sent (GstFfsProfile * self, guint64 number)
{
  GstFfsProfileClass *klass = GST_FFS_PROFILE_GET_CLASS (self);

  if (klass->sent)
    klass->sent (self, number);
}

void
gst_ffs_profile_take_head (GstFfsProfile * self, const guint8 * data,
    gsize size, GstFfsHead * head)
{
  memset (head, 0, sizeof (*head));
  GST_FFS_PROFILE_GET_CLASS (self)->take_head (self, data, size, head);
}

void
gst_ffs_profile_set_layout (GstFfsProfile * self,
    const GstFfsFrameLayout * layout)
{
  GstFfsProfileClass *klass = GST_FFS_PROFILE_GET_CLASS (self);

  if (klass->set_layout)
    klass->set_layout (self, layout);
}

void
gst_ffs_profile_received (GstFfsProfile * self, gboolean whole, gsize size)
{
  GstFfsProfileClass *klass = GST_FFS_PROFILE_GET_CLASS (self);

  if (klass->received)
    klass->received (self, whole, size);
}

/**
 * gst_ffs_profile_set_funcs:
 * @self: a profile, not started yet
 * @streaming: (nullable): called when the host starts or stops the stream
 * @enabled: (nullable): called when a host configures the function or is gone
 * @waiting: (nullable): returns for how long the host has read nothing
 * @user_data: user data of all three
 */
void
gst_ffs_profile_set_funcs (GstFfsProfile * self,
    GstFfsStreamingFunc streaming, GstFfsEnabledFunc enabled,
    GstFfsWaitingFunc waiting, gpointer user_data)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);

  priv->streaming_func = streaming;
  priv->enabled_func = enabled;
  priv->waiting_func = waiting;
  priv->user_data = user_data;
}

/**
 * gst_ffs_profile_set_renegotiate_func:
 * @self: a profile that was not started yet
 * @renegotiate: tells the sink that the host wants other frames
 *
 * Of a class whose host can change its selection in a stream. Call after
 * gst_ffs_profile_set_funcs(), whose user data is passed.
 */
void
gst_ffs_profile_set_renegotiate_func (GstFfsProfile * self,
    GstFfsRenegotiateFunc renegotiate)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);

  priv->renegotiate_func = renegotiate;
}

/**
 * gst_ffs_profile_has_changed:
 * @self: a profile
 *
 * Returns: whether gst_ffs_profile_set_changed() was called since
 * gst_ffs_profile_renegotiate()
 */
gboolean
gst_ffs_profile_has_changed (GstFfsProfile * self)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);

  return g_atomic_int_get (&priv->changed);
}

/**
 * gst_ffs_profile_set_application:
 * @self: a profile without an offer
 * @application: (nullable): the application's controls; copied
 */
void
gst_ffs_profile_set_application (GstFfsProfile * self,
    const GstFfsApplication * application)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);
  const GstFfsApplication none = { NULL, NULL, NULL };

  if (priv->application.controls)
    gst_structure_free ((GstStructure *) priv->application.controls);
  priv->application = application ? *application : none;
  if (priv->application.controls)
    priv->application.controls =
        gst_structure_copy (priv->application.controls);
}

gboolean
gst_ffs_profile_is_streaming (GstFfsProfile * self)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);
  gboolean streaming;

  GST_OBJECT_LOCK (self);
  streaming = priv->streaming;
  GST_OBJECT_UNLOCK (self);
  return streaming;
}

/**
 * gst_ffs_profile_fits:
 * @self: a profile
 * @pad: the sink's pad
 *
 * Returns: whether the pad has caps and the host has selected such frames
 */
gboolean
gst_ffs_profile_fits (GstFfsProfile * self, GstPad * pad)
{
  GstCaps *wanted = gst_ffs_profile_get_caps (self);
  GstCaps *caps = gst_pad_get_current_caps (pad);
  gboolean fits = caps && gst_caps_can_intersect (caps, wanted);

  gst_clear_caps (&caps);
  gst_caps_unref (wanted);
  return fits;
}

/**
 * gst_ffs_profile_take_caps:
 * @self: a profile
 * @pad: the sink's pad
 *
 * Sets the caps of the pad if the host has selected such frames. Call from the
 * streaming thread.
 *
 * Returns: whether frames can be sent
 */
gboolean
gst_ffs_profile_take_caps (GstFfsProfile * self, GstPad * pad)
{
  GstCaps *caps;
  gboolean ok;

  if (!gst_ffs_profile_fits (self, pad))
    return FALSE;
  caps = gst_pad_get_current_caps (pad);
  ok = gst_ffs_profile_set_caps (self, caps);
  gst_caps_unref (caps);
  return ok;
}

/**
 * gst_ffs_part_fill:
 * @part: (out): a header, leader or trailer
 * @pool: the pool for its buffer
 * @data: its bytes
 * @size: size of @data
 *
 * Returns: %FALSE if out of memory
 */
gboolean
gst_ffs_part_fill (GstFfsPart * part, GstFfsBufferPool * pool,
    gconstpointer data, gsize size)
{
  part->buffer = gst_ffs_buffer_pool_fill (pool, data, size);
  part->length = size;
  return part->buffer != NULL;
}

/**
 * gst_ffs_profile_set_streaming:
 * @self: a profile
 * @streaming: whether the host wants frames
 *
 * Stops a running stream before it starts a new one, so that the new one begins
 * with a whole frame. May block until the transfers in flight have ended. The
 * caller serializes the calls.
 */
void
gst_ffs_profile_set_streaming (GstFfsProfile * self, gboolean streaming)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);
  gboolean was;

  GST_OBJECT_LOCK (self);
  was = priv->streaming;
  priv->streaming = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (was && priv->streaming_func)
    priv->streaming_func (FALSE, priv->user_data);
  if (!streaming)
    return;

  GST_OBJECT_LOCK (self);
  priv->streaming = TRUE;
  GST_OBJECT_UNLOCK (self);
  if (priv->streaming_func)
    priv->streaming_func (TRUE, priv->user_data);
}

/**
 * gst_ffs_profile_set_changed:
 * @self: a profile
 *
 * The frames of gst_ffs_profile_get_caps() are others from now on, by a frame
 * that was sent. When the host has read it the sink calls
 * gst_ffs_profile_renegotiate(). Streaming thread, locks may be held.
 */
void
gst_ffs_profile_set_changed (GstFfsProfile * self)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);

  g_atomic_int_set (&priv->changed, TRUE);
}

/**
 * gst_ffs_profile_renegotiate:
 * @self: a profile
 *
 * Asks upstream for frames of gst_ffs_profile_get_caps(), in a stream that goes
 * on. Any thread.
 */
void
gst_ffs_profile_renegotiate (GstFfsProfile * self)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);

  g_atomic_int_set (&priv->changed, FALSE);
  if (priv->renegotiate_func)
    priv->renegotiate_func (priv->user_data);
}

/**
 * gst_ffs_profile_find_controls:
 * @self: a profile
 * @sinkpad: (nullable): the pad that receives frames
 * @max: maximum number of controls
 *
 * Returns: (transfer full): the controls of the application and of the source
 */
GstFfsControls *
gst_ffs_profile_find_controls (GstFfsProfile * self, GstPad * sinkpad,
    guint max)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);

  return gst_ffs_controls_new (sinkpad, &priv->application, max);
}

/**
 * gst_ffs_profile_get_waiting:
 * @self: a profile
 *
 * For profiles whose hosts do not report the end of a stream.
 *
 * Returns: time since the host's last read while transfers are queued (ns), 0
 * if none are queued; %GST_CLOCK_TIME_NONE if the host has read frames, then
 * cleared the endpoint's halt, and has read none since
 */
GstClockTime
gst_ffs_profile_get_waiting (GstFfsProfile * self)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);

  return priv->waiting_func ? priv->waiting_func (priv->user_data) : 0;
}
