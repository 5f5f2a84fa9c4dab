/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsProfile: what a class of camera must give: how it looks on the bus,
 * what its control requests mean, and what it puts around a frame.  A new
 * class is a folder of its own beside this file, nothing else.
 *
 * Ownership: the element owns the profile; the profile owns its threads and
 * its control endpoints from start() to stop().
 *
 * Locking: the object lock protects what is here.  No lock is held when the
 * sink is told about streaming, which may wait until it has stopped.
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
 * The kernel has disabled and enabled all endpoints of the function, as it does
 * when a host sets an interface's alternate setting, even to what it is
 * already.  What was in flight is lost; what the host has chosen and begun goes
 * on.  From the function's thread.
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
  GST_FFS_PROFILE_GET_CLASS (self)->set_layout (self, layout);
}

void
gst_ffs_profile_received (GstFfsProfile * self, gboolean whole, gsize size)
{
  GST_FFS_PROFILE_GET_CLASS (self)->received (self, whole, size);
}

/**
 * gst_ffs_profile_set_funcs:
 * @self: a profile that was not started yet
 * @streaming: (nullable): tells the sink what the host wants
 * @enabled: (nullable): tells the sink whether there is one
 * @waiting: (nullable): tells for how long the host has read nothing
 * @user_data: for all of them
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
 * @self: a profile that has no offer yet
 * @application: (nullable): what is asked for what; copied
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
 * Returns: whether the pad has caps and frames of these are what the host
 * wants
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
 * Sets the caps of the pad if the host wants such frames. Streaming thread.
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
 * @part: (out): what goes out with a frame
 * @pool: where its buffer comes from
 * @data: its bytes
 * @size: how many
 *
 * Returns: %FALSE if there is no memory for it
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
 * A start that finds a stream running stops it first, so that the host sees
 * the start of a frame. May wait until the controller has let go of what is
 * in flight. The caller sees to it that there is one call at a time.
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
 * @sinkpad: (nullable): where frames arrive
 * @max: no more controls than this
 *
 * Returns: (transfer full): those of the application and of the source
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
 * For classes whose host does not say when it stops reading.
 *
 * Returns: for how long it has read nothing though there is something for it,
 * ns; 0 if there is nothing; %GST_CLOCK_TIME_NONE if it has read frames, then
 * cleared the endpoint's halt, and read none since
 */
GstClockTime
gst_ffs_profile_get_waiting (GstFfsProfile * self)
{
  GstFfsProfilePrivate *priv = gst_ffs_profile_get_instance_private (self);

  return priv->waiting_func ? priv->waiting_func (priv->user_data) : 0;
}
