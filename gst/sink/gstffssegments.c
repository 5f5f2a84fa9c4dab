/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsSegments: a frame as the transfers that send it: what a class of
 * camera puts ahead of it, the frame in place or copied where it has to be,
 * and what comes behind it.
 *
 * Ownership: owns the copies and what goes around the frame until it is
 * cleared; the frame itself is the caller's.
 *
 * Locking: none; belongs to the stream.
 */

#include <gst/allocators/gstdmabuf.h>

#include "gstffssegments.h"
#include "transport/gstffsdebug.h"

/**
 * gst_ffs_segments_clear_frame:
 * @self: the segments
 *
 * Forgets the transfers, but not what goes around the frame.
 */
void
gst_ffs_segments_clear_frame (GstFfsSegments * self)
{
  guint i;

  for (i = 0; i < self->n_segments; i++)
    gst_clear_buffer (&self->copies[i]);
  self->n_segments = 0;
}

void
gst_ffs_segments_clear (GstFfsSegments * self)
{
  guint i;

  gst_ffs_segments_clear_frame (self);
  for (i = 0; i < GST_FFS_MAX_PARTS_BEFORE; i++)
    gst_clear_buffer (&self->wrapping.before[i].buffer);
  gst_clear_buffer (&self->wrapping.after.buffer);
}

/* @copy: (nullable) (transfer full): what keeps the memory if it is ours */
static void
add_segment (GstFfsSegments * self, GstBuffer * owner, guint memory,
    gsize offset, gsize length, GstBuffer * copy)
{
  GstFfsPiece *segment = &self->segments[self->n_segments];

  segment->memory = gst_buffer_peek_memory (owner, memory);
  segment->offset = offset;
  segment->length = length;
  segment->owner = owner;
  segment->more = FALSE;
  self->copies[self->n_segments++] = copy;
}

/* FALSE if it is no dmabuf, which is so where there are none to be had. */
static gboolean
add_part (GstFfsSegments * self, const GstFfsPart * part)
{
  if (part->buffer == NULL)
    return TRUE;
  if (!gst_is_dmabuf_memory (gst_buffer_peek_memory (part->buffer, 0))) {
    self->reason = GST_FFS_COPY_REASON_MEMORY;
    return FALSE;
  }
  add_segment (self, part->buffer, 0, 0, part->length, NULL);
  return TRUE;
}

/**
 * gst_ffs_segments_must_pack:
 * @buffer: (nullable): a frame
 * @policy: how to send it
 *
 * An incomplete frame goes as it is, so that whoever wraps it sees its size.
 *
 * Returns: whether it has padding that is not to be sent
 */
gboolean
gst_ffs_segments_must_pack (GstBuffer * buffer,
    const GstFfsStreamPolicy * policy)
{
  return buffer && policy->remove_padding && policy->info
      && gst_ffs_frame_get_layout (buffer, policy->info) ==
      GST_FFS_LAYOUT_PADDED;
}

/* Whether the host would take it for a frame though it is none: one that is
 * shorter can be told by its size. */
static gboolean
is_deceptive (GstBuffer * buffer, const GstFfsStreamPolicy * policy)
{
  return buffer && policy->remove_padding && policy->info
      && gst_buffer_get_size (buffer) >= GST_VIDEO_INFO_SIZE (policy->info)
      && gst_ffs_frame_get_layout (buffer, policy->info) ==
      GST_FFS_LAYOUT_INCOMPLETE;
}

/**
 * gst_ffs_segments_wrap:
 * @self: segments that are clear
 * @buffer: (nullable): a frame, or the end of the stream
 * @frame: its number
 * @policy: how to send it
 *
 * Gets what goes around the frame.
 *
 * Returns: %FALSE if the class of camera does not send such a frame
 */
gboolean
gst_ffs_segments_wrap (GstFfsSegments * self, GstBuffer * buffer,
    guint64 frame, const GstFfsStreamPolicy * policy)
{
  gsize size = buffer ? gst_buffer_get_size (buffer) : 0;

  if (policy->profile && is_deceptive (buffer, policy)) {
    GST_DEBUG ("frame %" G_GUINT64_FORMAT ": its lines are not all in its %"
        G_GSIZE_FORMAT " bytes", frame, size);
    return FALSE;
  }
  if (gst_ffs_segments_must_pack (buffer, policy))
    size = GST_VIDEO_INFO_SIZE (policy->info);

  return policy->profile == NULL || gst_ffs_profile_wrap (policy->profile,
      buffer, size, frame, &self->wrapping);
}

/**
 * gst_ffs_segments_get_room:
 * @self: segments that were wrapped
 * @buffer: a frame
 * @policy: how to send it
 * @allocator: (nullable): our own
 *
 * A frame that upstream wrote into memory of ours has room in front of it for
 * the header. Nobody else's memory is written to: what is there may be another
 * frame.
 *
 * Returns: (transfer none) (nullable): the memory, if that is how to send the
 * header of this frame
 */
GstMemory *
gst_ffs_segments_get_room (const GstFfsSegments * self, GstBuffer * buffer,
    const GstFfsStreamPolicy * policy, GstAllocator * allocator)
{
  GstMemory *mem;

  if (policy->gather || self->wrapping.header_size == 0
      || gst_buffer_n_memory (buffer) != 1
      || gst_ffs_segments_must_pack (buffer, policy))
    return NULL;
  mem = gst_buffer_peek_memory (buffer, 0);
  return allocator && mem->allocator == allocator && mem->parent == NULL
      && mem->offset == self->wrapping.header_size ? mem : NULL;
}

/* FALSE if the frame is mapped by somebody else. */
static gboolean
add_header_in_room (GstFfsSegments * self, GstBuffer * buffer, GstMemory * mem)
{
  gsize size = self->wrapping.header_size;
  GstMapInfo map;

  if (!gst_memory_map (mem, &map, GST_MAP_READWRITE))
    return FALSE;
  memcpy (map.data - size, self->wrapping.header, size);
  gst_memory_unmap (mem, &map);
  add_segment (self, buffer, 0, 0, size + mem->size, NULL);
  self->in_room = TRUE;
  return TRUE;
}

/* The frame as runs, each in place or to be copied, and of these the fewest. */
static guint
get_runs (const GstFfsSegments * self, GstBuffer * buffer,
    const GstFfsStreamPolicy * policy, GstFfsRun * runs)
{
  guint n = gst_ffs_frame_parse (buffer, policy->gather, runs);
  GstFfsCopyReason reason = GST_FFS_COPY_REASON_NONE;

  if (policy->gather || n == 0)
    return n;
  if (self->wrapping.header_size > 0)
    reason = runs[0].reason == GST_FFS_COPY_REASON_NONE
        || runs[0].reason == GST_FFS_COPY_REASON_OFFSET ?
        GST_FFS_COPY_REASON_HEADER : runs[0].reason;
  else if (policy->profile && gst_ffs_frame_splits_packets (runs, n))
    reason = GST_FFS_COPY_REASON_PACKET;
  if (reason == GST_FFS_COPY_REASON_NONE)
    return n;
  gst_ffs_frame_all (buffer, reason, runs);
  return 1;
}

/* In a kernel that gathers, the header is a segment like others. */
static gboolean
add_header (GstFfsSegments * self, GstFfsCopier * copier, GstMemory * frame)
{
  GstFfsWrapping *wrapping = &self->wrapping;
  GstBuffer *header;

  if (wrapping->header_size == 0)
    return TRUE;
  header = copier ? gst_ffs_copier_header (copier, wrapping, frame) : NULL;
  if (header == NULL) {
    self->reason = GST_FFS_COPY_REASON_MEMORY;
    return FALSE;
  }
  add_segment (self, header, 0, 0, wrapping->header_size, header);
  return TRUE;
}

/* Makes the segments of the frame itself.  FALSE if it has to be written
 * instead, or refused. */
static gboolean
add_frame (GstFfsSegments * self, GstBuffer * buffer,
    GstFfsCopier * copier, const GstFfsStreamPolicy * policy)
{
  gboolean may_copy = policy->copy_mode != GST_FFS_COPY_NEVER && copier;
  static const GstFfsWrapping no_header;
  const GstFfsWrapping *wrapping = &self->wrapping;
  GstFfsRun runs[GST_FFS_MAX_RUNS];
  guint i, n, first;
  GstBuffer *copy;

  if (gst_ffs_segments_must_pack (buffer, policy)) {
    self->reason = GST_FFS_COPY_REASON_PADDING;
    copy = may_copy ? gst_ffs_copier_pack (copier, wrapping, buffer,
        policy->info) : NULL;
    if (copy == NULL)
      return FALSE;
    add_segment (self, copy, 0, 0, wrapping->header_size
        + GST_VIDEO_INFO_SIZE (policy->info), copy);
    self->copied += GST_VIDEO_INFO_SIZE (policy->info);
    return TRUE;
  }

  n = get_runs (self, buffer, policy, runs);
  first = self->n_segments;
  if (policy->gather) {
    if (!add_header (self, copier, n == 0 ? NULL :
            gst_buffer_peek_memory (buffer, runs[0].first)))
      return FALSE;
    wrapping = &no_header;
  }
  for (i = 0; i < n; i++) {
    if (runs[i].reason == GST_FFS_COPY_REASON_NONE) {
      add_segment (self, buffer, runs[i].first, runs[i].offset,
          runs[i].length, NULL);
      continue;
    }

    if (self->reason == GST_FFS_COPY_REASON_NONE)
      self->reason = runs[i].reason;
    copy = may_copy ? gst_ffs_copier_copy (copier, wrapping, buffer,
        &runs[i]) : NULL;
    if (copy == NULL)
      return FALSE;
    add_segment (self, copy, 0, 0, wrapping->header_size + runs[i].length,
        copy);
    self->copied += runs[i].length;
  }

  for (i = first; policy->gather && i + 1 < self->n_segments; i++)
    self->segments[i].more = TRUE;
  return TRUE;
}

/**
 * gst_ffs_segments_build:
 * @self: segments that were wrapped
 * @buffer: (nullable): the frame
 * @copier: (nullable): what makes copies
 * @policy: how to send it
 * @room: (nullable): what gst_ffs_segments_get_room() said, now idle
 *
 * Returns: %FALSE if the frame has to be written instead, or refused
 */
gboolean
gst_ffs_segments_build (GstFfsSegments * self, GstBuffer * buffer,
    GstFfsCopier * copier, const GstFfsStreamPolicy * policy, GstMemory * room)
{
  gboolean ok = TRUE;
  guint i;

  self->reason = GST_FFS_COPY_REASON_NONE;
  self->copied = 0;
  self->in_room = FALSE;
  for (i = 0; ok && i < GST_FFS_MAX_PARTS_BEFORE; i++)
    ok = add_part (self, &self->wrapping.before[i]);
  if (ok && buffer)
    ok = (room && add_header_in_room (self, buffer, room))
        || add_frame (self, buffer, copier, policy);
  ok = ok && add_part (self, &self->wrapping.after);
  if (!ok)
    gst_ffs_segments_clear_frame (self);
  return ok;
}
