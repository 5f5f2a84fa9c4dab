/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsStreamProfile: a vendor class device for any caps, with a bulk IN
 * endpoint (camera) or a bulk OUT endpoint (receiver). Each frame follows a
 * header in a separate transfer, so the frame is sent in place. The protocol
 * is in docs/protocol.md.
 *
 * Ownership: the profile owns caps and their texts; headers are buffers of a
 * pool that lives from start() to stop(), owned by the caller of
 * get_framing().
 *
 * Locking: the object lock protects the state that a host can read and the
 * position in the stream. The function's thread changes the selection, starts
 * and stops; the streaming thread changes the caps and counts. No lock is held
 * while calling the sink or upstream.
 */

#include <errno.h>
#include <string.h>

#include "function/gstffsbytes.h"
#include "gstffsstreamcaps.h"
#include "gstffsstreamcontrol.h"
#include "gstffsstreamheader.h"
#include "gstffsstreamposition.h"
#include "gstffsstreamprofile.h"
#include "transport/gstffsbufferpool.h"
#include "transport/gstffsqueue.h"

struct _GstFfsStreamProfile
{
  GstFfsProfile parent;

  GstPad *pad;                  /* nullable */
  gboolean receives;

  /* Constant until stop(). */
  GstCaps *offer;
  gchar *offer_text;

  /* Under the object lock. */
  GstCaps *choice;              /* with any memory; NULL: no selection */
  gchar *choice_text;
  gchar *caps_text;             /* current caps, NULL before the first frame */
  gboolean enabled;
  GstFfsStreamPosition position;
  GstFfsStreamLayoutState layout_state;
  GstFfsFrameLayout layout;

  /* Streaming thread. */
  GstFfsBufferPool *pool;
  gboolean all_key;             /* all frames are key frames */

  /* Function's thread. */
  GstFfsStreamOutcome outcome;
};

G_DECLARE_FINAL_TYPE (GstFfsStreamProfile, gst_ffs_stream_profile, GST,
    FFS_STREAM_PROFILE, GstFfsProfile);
G_DEFINE_FINAL_TYPE (GstFfsStreamProfile, gst_ffs_stream_profile,
    GST_TYPE_FFS_PROFILE);

static const GstFfsFunctionDesc function_desc = {
  .device_class = {0, 0, 0},
  .n_interfaces = 1,
  .interfaces = {{0xff, 0x46, 0x01, "framed video stream", "i"}},
  .stream_endpoint = 1,
  .compatible_id = "WINUSB",
  .interface_guid = "{13c6359d-33e7-4fe2-b71a-eb7597166632}",
};

static const GstFfsFunctionDesc receiver_desc = {
  .device_class = {0, 0, 0},
  .n_interfaces = 1,
  .interfaces = {{0xff, 0x46, 0x02, "framed video input", "o"}},
  .stream_endpoint = 1,
  .compatible_id = "WINUSB",
  .interface_guid = "{7f0a0f6e-5c0d-4a55-9d0b-7d4f3b1f6a10}",
};

static const GstFfsFunctionDesc *
describe (GstFfsProfile * profile)
{
  return GST_FFS_STREAM_PROFILE (profile)->receives ? &receiver_desc :
      &function_desc;
}

/* ---- caps ---- */

static gboolean
set_offer (GstFfsProfile * profile, GstCaps * offer)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);
  gchar *text;

  if (gst_caps_is_empty (offer))
    return FALSE;
  offer = gst_ffs_stream_caps_any_memory (gst_caps_ref (offer));
  text = gst_ffs_stream_caps_to_text (offer);
  if (text == NULL) {
    gst_caps_unref (offer);
    return FALSE;
  }

  GST_OBJECT_LOCK (self);
  gst_caps_take (&self->offer, offer);
  g_free (self->offer_text);
  self->offer_text = text;
  gst_clear_caps (&self->choice);
  g_clear_pointer (&self->choice_text, g_free);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static GstCaps *
get_caps (GstFfsProfile * profile)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);
  GstCaps *caps;

  GST_OBJECT_LOCK (self);
  if (self->choice)
    caps = gst_caps_ref (self->choice);
  else if (self->offer)
    caps = gst_caps_ref (self->offer);
  else
    caps = gst_caps_new_any ();
  GST_OBJECT_UNLOCK (self);
  return caps;
}

/* For these formats the flag is meaningless: v4l2src of 1.22 sets it on Bayer
 * frames. */
static gboolean
is_all_key (GstCaps * caps)
{
  const gchar *name = gst_structure_get_name (gst_caps_get_structure (caps, 0));

  return g_str_has_prefix (name, "image/") || g_str_equal (name, "video/x-raw")
      || g_str_equal (name, "video/x-bayer");
}

static gboolean
set_caps (GstFfsProfile * profile, GstCaps * caps)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);
  GstCaps *wanted = get_caps (profile);
  gboolean ok = gst_caps_can_intersect (wanted, caps);
  gchar *text;

  gst_caps_unref (wanted);
  text = ok ? gst_ffs_stream_caps_to_text (caps) : NULL;
  if (text == NULL)
    return FALSE;

  self->all_key = is_all_key (caps);
  GST_OBJECT_LOCK (self);
  if (g_strcmp0 (text, self->caps_text) != 0) {
    g_free (self->caps_text);
    self->caps_text = g_steal_pointer (&text);
    gst_ffs_stream_position_new_caps (&self->position);
  }
  GST_OBJECT_UNLOCK (self);
  g_free (text);
  return TRUE;
}

/* ---- life ---- */

static gint
start (GstFfsProfile * profile, const gchar * directory G_GNUC_UNUSED,
    GstAllocator * allocator)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);

  self->pool = gst_ffs_buffer_pool_new (allocator);
  return 0;
}

static void
stop (GstFfsProfile * profile)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);

  g_clear_pointer (&self->pool, gst_ffs_buffer_pool_free);
  GST_OBJECT_LOCK (self);
  self->enabled = FALSE;
  gst_clear_caps (&self->choice);
  g_clear_pointer (&self->choice_text, g_free);
  g_clear_pointer (&self->caps_text, g_free);
  GST_OBJECT_UNLOCK (self);
}

/* Clears the last host's selection. */
static void
set_enabled (GstFfsProfile * profile, gboolean enabled)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);

  if (!enabled)
    gst_ffs_profile_set_streaming (profile, FALSE);
  GST_OBJECT_LOCK (self);
  self->enabled = enabled;
  gst_clear_caps (&self->choice);
  g_clear_pointer (&self->choice_text, g_free);
  GST_OBJECT_UNLOCK (self);
}

static gboolean
start_stream (GstFfsStreamProfile * self)
{
  gboolean enabled;

  gst_ffs_profile_set_streaming (GST_FFS_PROFILE (self), FALSE);
  GST_OBJECT_LOCK (self);
  enabled = self->enabled;
  gst_ffs_stream_position_begin (&self->position);
  self->layout_state = GST_FFS_STREAM_LAYOUT_UNKNOWN;
  GST_OBJECT_UNLOCK (self);
  if (enabled)
    gst_ffs_profile_set_streaming (GST_FFS_PROFILE (self), TRUE);
  return enabled;
}

static void
restart (GstFfsProfile * profile)
{
  if (gst_ffs_profile_is_streaming (profile))
    start_stream (GST_FFS_STREAM_PROFILE (profile));
}

/* ---- requests ---- */

static gboolean
choose (GstFfsStreamProfile * self, GstCaps * choice)
{
  gchar *text = choice ? gst_ffs_stream_caps_to_text (choice) : NULL;

  if (choice && text == NULL) {
    gst_caps_unref (choice);
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  gst_caps_take (&self->choice, choice);
  g_free (self->choice_text);
  self->choice_text = text;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
query_control (GstFfsStreamProfile * self, guint id, gint * value)
{
  gboolean ok = FALSE;
  GstQuery *query;

  if (self->pad == NULL)
    return FALSE;
  query = gst_query_new_custom (GST_QUERY_CUSTOM,
      gst_structure_new (GST_FFS_STREAM_CONTROL_STRUCTURE,
          "id", G_TYPE_UINT, id, NULL));
  if (gst_pad_peer_query (self->pad, query))
    ok = gst_structure_get_int (gst_query_get_structure (query), "value",
        value);
  gst_query_unref (query);
  return ok;
}

static gboolean
get_control (GstFfsStreamProfile * self, guint id, GByteArray * reply)
{
  guint8 bytes[GST_FFS_STREAM_CONTROL_SIZE];
  gint value;

  if (!query_control (self, id, &value))
    return FALSE;
  gst_ffs_put_u32 (bytes, (guint32) value);
  g_byte_array_append (reply, bytes, sizeof (bytes));
  return TRUE;
}

/* Use the query to check for the control: elements also report dropped events
 * as handled. */
static gboolean
set_control (GstFfsStreamProfile * self, guint id, gint value)
{
  gint old;

  return query_control (self, id, &old) && gst_pad_push_event (self->pad,
      gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
          gst_structure_new (GST_FFS_STREAM_CONTROL_STRUCTURE,
              "id", G_TYPE_UINT, id, "value", G_TYPE_INT, value, NULL)));
}

static void
parse (GstFfsStreamProfile * self, const GstFfsSetup * setup,
    const guint8 * data, GByteArray * reply, GstFfsStreamCommand * command)
{
  g_autofree gchar *caps_text = NULL;
  GstFfsStreamState state = { 0, };

  state.streaming = gst_ffs_profile_is_streaming (GST_FFS_PROFILE (self));
  GST_OBJECT_LOCK (self);
  caps_text = g_strdup (self->caps_text);
  state.stream = self->position.stream;
  state.caps_number = self->position.caps;
  state.frames = self->position.n_frames;
  state.bytes = self->position.n_bytes;
  state.dropped = self->position.n_dropped;
  state.receives = self->receives;
  state.layout_state = self->layout_state;
  state.layout = self->layout;
  GST_OBJECT_UNLOCK (self);
  /* Only this thread changes these. */
  state.offer = self->offer_text;
  state.choice = self->choice_text ? self->choice_text : self->offer_text;
  state.caps = caps_text;
  state.outcome = self->outcome;
  gst_ffs_stream_control_parse (setup, data, &state, self->offer, reply,
      command);
}

static gboolean
obey (GstFfsStreamProfile * self, GstFfsStreamCommand * command,
    GByteArray * reply)
{
  switch (command->action) {
    case GST_FFS_STREAM_DO_REPLY:
      return TRUE;
    case GST_FFS_STREAM_DO_CHOOSE:
      return choose (self, command->choice);
    case GST_FFS_STREAM_DO_START:
      return start_stream (self);
    case GST_FFS_STREAM_DO_STOP:
      gst_ffs_profile_set_streaming (GST_FFS_PROFILE (self), FALSE);
      return TRUE;
    case GST_FFS_STREAM_DO_GET_CONTROL:
      return get_control (self, command->id, reply);
    case GST_FFS_STREAM_DO_SET_CONTROL:
      if (set_control (self, command->id, command->value))
        return TRUE;
      command->outcome = GST_FFS_STREAM_NO_CONTROL;
      return FALSE;
    default:
      return FALSE;
  }
}

static gboolean
control (GstFfsProfile * profile, const GstFfsSetup * setup,
    const guint8 * data, GByteArray * reply)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);
  GstFfsStreamCommand command;
  gboolean ok;

  parse (self, setup, data, reply, &command);
  ok = obey (self, &command, reply);
  if (data)
    self->outcome = command.outcome;
  return ok;
}

/* ---- frames ---- */

static gboolean
add_header (GstFfsStreamProfile * self, GstFfsPart * part,
    const GstFfsStreamHeader * header)
{
  guint8 bytes[GST_FFS_STREAM_HEADER_SIZE];

  gst_ffs_stream_header_write (header, bytes);
  return gst_ffs_part_fill (part, self->pool, bytes, sizeof (bytes));
}

static gboolean
wrap (GstFfsProfile * profile, GstBuffer * frame, gsize size, guint64 number,
    GstFfsFraming * framing)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);
  GstFfsStreamHeader header = { 0, };
  g_autofree gchar *caps_text = NULL;
  GstFfsPart *part = framing->before;
  gboolean with_caps, ok;

  header.type = GST_FFS_STREAM_END;
  header.pts = header.dts = header.duration = GST_CLOCK_TIME_NONE;
  if (frame)
    gst_ffs_stream_header_take_frame (&header, frame, size);

  GST_OBJECT_LOCK (self);
  if (self->all_key)
    self->position.wait_key = FALSE;
  ok = gst_ffs_stream_position_take (&self->position, frame, number, &header,
      &with_caps);
  if (ok && with_caps)
    caps_text = g_strdup (self->caps_text);
  GST_OBJECT_UNLOCK (self);
  if (!ok)
    return FALSE;

  if (caps_text) {
    GstFfsStreamHeader caps = header;

    caps.type = GST_FFS_STREAM_CAPS;
    caps.flags = header.flags & GST_FFS_STREAM_FLAG_DISCONT;
    caps.length = strlen (caps_text);
    caps.pts = caps.dts = caps.duration = GST_CLOCK_TIME_NONE;
    caps.n_planes = 0;
    ok = add_header (self, part++, &caps)
        && gst_ffs_part_fill (part++, self->pool, caps_text, caps.length);
  }
  if (ok && add_header (self, part, &header))
    return TRUE;

  GST_OBJECT_LOCK (self);
  gst_ffs_stream_position_lose (&self->position);
  GST_OBJECT_UNLOCK (self);
  return FALSE;
}

/* ---- frames from the host ---- */

/* Without the received size, use the size in the header. */
static gboolean
read_header (GstFfsStreamHeader * header, const guint8 * data, gsize size)
{
  if (size == GST_FFS_LENGTH_UNKNOWN)
    size = MIN (gst_ffs_get_u16 (data + 6), GST_FFS_HEAD_ROOM);
  return gst_ffs_stream_header_read (header, data, size);
}

static GstBufferFlags
get_buffer_flags (GstFfsStreamFlags flags)
{
  return (flags & GST_FFS_STREAM_FLAG_DISCONT ? GST_BUFFER_FLAG_DISCONT : 0)
      | (flags & GST_FFS_STREAM_FLAG_CORRUPTED ? GST_BUFFER_FLAG_CORRUPTED : 0)
      | (flags & GST_FFS_STREAM_FLAG_DELTA ? GST_BUFFER_FLAG_DELTA_UNIT : 0)
      | (flags & GST_FFS_STREAM_FLAG_HEADER ? GST_BUFFER_FLAG_HEADER : 0);
}

static void
take_head (GstFfsProfile * profile, const guint8 * data, gsize size,
    GstFfsHead * head)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);
  GstFfsStreamHeader header;
  guint32 stream;

  GST_OBJECT_LOCK (self);
  stream = self->position.stream;
  GST_OBJECT_UNLOCK (self);
  head->kind = GST_FFS_HEAD_BROKEN;
  if (!read_header (&header, data, size) || header.stream != stream)
    return;
  head->length = header.length;
  head->sequence = header.sequence;
  head->pts = header.pts;
  head->duration = header.duration;
  head->flags = get_buffer_flags (header.flags);
  if (header.type == GST_FFS_STREAM_FRAME)
    head->kind = GST_FFS_HEAD_FRAME;
  else if (header.type == GST_FFS_STREAM_END)
    head->kind = GST_FFS_HEAD_END;
  else
    head->kind = GST_FFS_HEAD_SKIP;
}

static void
set_layout (GstFfsProfile * profile, const GstFfsFrameLayout * layout)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);

  GST_OBJECT_LOCK (self);
  self->layout_state = layout ? GST_FFS_STREAM_LAYOUT_READY :
      GST_FFS_STREAM_LAYOUT_FAILED;
  if (layout)
    self->layout = *layout;
  GST_OBJECT_UNLOCK (self);
}

static void
received (GstFfsProfile * profile, gboolean whole, gsize size)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (profile);

  GST_OBJECT_LOCK (self);
  self->position.n_frames += whole;
  self->position.n_bytes += whole ? size : 0;
  self->position.n_dropped += !whole;
  GST_OBJECT_UNLOCK (self);
}

/* ---- the object ---- */

static void
finalize (GObject * object)
{
  GstFfsStreamProfile *self = GST_FFS_STREAM_PROFILE (object);

  if (self->pool)
    gst_ffs_buffer_pool_free (self->pool);
  gst_clear_object (&self->pad);
  gst_clear_caps (&self->offer);
  gst_clear_caps (&self->choice);
  g_free (self->offer_text);
  g_free (self->choice_text);
  g_free (self->caps_text);
  G_OBJECT_CLASS (gst_ffs_stream_profile_parent_class)->finalize (object);
}

static void
gst_ffs_stream_profile_class_init (GstFfsStreamProfileClass * klass)
{
  GstFfsProfileClass *profile_class = GST_FFS_PROFILE_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  profile_class->describe = describe;
  profile_class->set_offer = set_offer;
  profile_class->get_caps = get_caps;
  profile_class->set_caps = set_caps;
  profile_class->start = start;
  profile_class->stop = stop;
  profile_class->set_enabled = set_enabled;
  profile_class->restart = restart;
  profile_class->control = control;
  profile_class->get_framing = wrap;
  profile_class->take_head = take_head;
  profile_class->set_layout = set_layout;
  profile_class->received = received;
}

static void
gst_ffs_stream_profile_init (GstFfsStreamProfile * self G_GNUC_UNUSED)
{
}

/**
 * gst_ffs_stream_profile_new:
 * @sinkpad: (nullable): the element's pad, to send controls upstream; without
 * it there are none
 */
GstFfsProfile *
gst_ffs_stream_profile_new (GstPad * sinkpad)
{
  GstFfsStreamProfile *self = g_object_new
      (gst_ffs_stream_profile_get_type (), NULL);

  if (sinkpad)
    self->pad = gst_object_ref (sinkpad);
  return GST_FFS_PROFILE (gst_object_ref_sink (self));
}

/**
 * gst_ffs_stream_profile_new_receiver:
 *
 * Returns: (transfer full): the profile of a device that receives frames
 */
GstFfsProfile *
gst_ffs_stream_profile_new_receiver (void)
{
  GstFfsProfile *profile = gst_ffs_stream_profile_new (NULL);

  GST_FFS_STREAM_PROFILE (profile)->receives = TRUE;
  return profile;
}
