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

static void
add_segment (GstFfsSegments * self, GstBuffer * owner, guint memory,
    gsize length, gboolean is_copy)
{
  GstFfsSegment *segment = &self->segments[self->n_segments];

  segment->memory = gst_buffer_peek_memory (owner, memory);
  segment->length = length;
  segment->owner = owner;
  self->copies[self->n_segments++] = is_copy ? owner : NULL;
  if (is_copy)
    self->copied += length;
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
  add_segment (self, part->buffer, 0, part->length, FALSE);
  return TRUE;
}

/**
 * gst_ffs_segments_must_pack:
 * @buffer: (nullable): a frame
 * @policy: how to send it
 *
 * Returns: whether it has padding that is not to be sent
 */
gboolean
gst_ffs_segments_must_pack (GstBuffer * buffer,
    const GstFfsStreamPolicy * policy)
{
  return buffer && policy->tight && policy->info
      && gst_ffs_frame_is_padded (buffer, policy->info);
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

  if (gst_ffs_segments_must_pack (buffer, policy))
    size = GST_VIDEO_INFO_SIZE (policy->info);

  return policy->profile == NULL || gst_ffs_profile_wrap (policy->profile,
      buffer, size, frame, &self->wrapping);
}

/* Makes the segments of the frame itself.  FALSE if it has to be written
 * instead, or refused. */
static gboolean
add_frame (GstFfsSegments * self, GstBuffer * buffer,
    GstFfsCopier * copier, const GstFfsStreamPolicy * policy)
{
  gboolean may_copy = policy->copy_mode != GST_FFS_COPY_NEVER && copier;
  GstFfsRun runs[GST_FFS_MAX_SEGMENTS];
  GstBuffer *copy;
  guint i, n;

  if (gst_ffs_segments_must_pack (buffer, policy)) {
    self->reason = GST_FFS_COPY_REASON_PADDING;
    copy = may_copy ? gst_ffs_copier_pack (copier, buffer, policy->info) : NULL;
    if (copy == NULL)
      return FALSE;
    add_segment (self, copy, 0, GST_VIDEO_INFO_SIZE (policy->info), TRUE);
    return TRUE;
  }

  self->reason = GST_FFS_COPY_REASON_NONE;
  n = gst_ffs_frame_parse (buffer, runs);
  if (policy->profile)
    gst_ffs_frame_join (buffer, runs, &n);
  for (i = 0; i < n; i++) {
    if (runs[i].reason == GST_FFS_COPY_REASON_NONE) {
      add_segment (self, buffer, runs[i].first, runs[i].length, FALSE);
      continue;
    }

    if (self->reason == GST_FFS_COPY_REASON_NONE)
      self->reason = runs[i].reason;
    copy = may_copy ? gst_ffs_copier_copy (copier, buffer, &runs[i]) : NULL;
    if (copy == NULL)
      return FALSE;
    add_segment (self, copy, 0, runs[i].length, TRUE);
  }
  return TRUE;
}

/**
 * gst_ffs_segments_build:
 * @self: segments that were wrapped
 * @buffer: (nullable): the frame
 * @copier: (nullable): what makes copies
 * @policy: how to send it
 *
 * Returns: %FALSE if the frame has to be written instead, or refused
 */
gboolean
gst_ffs_segments_build (GstFfsSegments * self, GstBuffer * buffer,
    GstFfsCopier * copier, const GstFfsStreamPolicy * policy)
{
  gboolean ok = TRUE;
  guint i;

  self->reason = GST_FFS_COPY_REASON_NONE;
  self->copied = 0;
  for (i = 0; ok && i < GST_FFS_MAX_PARTS_BEFORE; i++)
    ok = add_part (self, &self->wrapping.before[i]);
  ok = ok && (buffer == NULL || add_frame (self, buffer, copier, policy))
      && add_part (self, &self->wrapping.after);
  if (!ok)
    gst_ffs_segments_clear_frame (self);
  return ok;
}
