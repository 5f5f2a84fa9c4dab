/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsRoomPool: a pool of video frames that keep the room in front of them.
 *
 * The prefix of GstAllocationParams is there when a buffer is allocated, and
 * GstBufferPool takes it away when the buffer comes back: it makes it begin
 * where its memory begins (default_reset_buffer() in gstbufferpool.c).
 *
 * Ownership: as its parent.  Locking: the room changes only while the pool is
 * not active.
 */

#include "gstffsroompool.h"

struct _GstFfsRoomPool
{
  GstVideoBufferPool parent;

  gsize room;
};

G_DEFINE_FINAL_TYPE (GstFfsRoomPool, gst_ffs_room_pool,
    GST_TYPE_VIDEO_BUFFER_POOL);

static gboolean
set_config (GstBufferPool * pool, GstStructure * config)
{
  GstAllocationParams params;

  if (gst_buffer_pool_config_get_allocator (config, NULL, &params))
    GST_FFS_ROOM_POOL (pool)->room = params.prefix;
  return GST_BUFFER_POOL_CLASS (gst_ffs_room_pool_parent_class)->set_config
      (pool, config);
}

static void
reset_buffer (GstBufferPool * pool, GstBuffer * buffer)
{
  gsize room = GST_FFS_ROOM_POOL (pool)->room, offset, size;

  GST_BUFFER_POOL_CLASS (gst_ffs_room_pool_parent_class)->reset_buffer (pool,
      buffer);
  size = gst_buffer_get_sizes (buffer, &offset, NULL);
  if (offset != room)
    gst_buffer_resize (buffer, (gssize) room - (gssize) offset, size);
}

static void
gst_ffs_room_pool_init (GstFfsRoomPool * self G_GNUC_UNUSED)
{
}

static void
gst_ffs_room_pool_class_init (GstFfsRoomPoolClass * klass)
{
  GST_BUFFER_POOL_CLASS (klass)->set_config = set_config;
  GST_BUFFER_POOL_CLASS (klass)->reset_buffer = reset_buffer;
}

/* Returns: (transfer full): a pool to be configured */
GstBufferPool *
gst_ffs_room_pool_new (void)
{
  return gst_object_ref_sink (g_object_new (GST_TYPE_FFS_ROOM_POOL, NULL));
}
