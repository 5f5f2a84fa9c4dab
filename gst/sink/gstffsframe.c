/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsFrame: turns a buffer into segments: header or leader from the
 * profile, the frame in place or copied, and the trailer.
 *
 * Ownership: owns the copies and the framing until cleared; the caller owns
 * the frame's buffer.
 *
 * Locking: none; belongs to the stream.
 */

#include <gst/allocators/gstdmabuf.h>
#include <sys/stat.h>

#include "gstffsframe.h"
#include "transport/gstffsdebug.h"

/* Largest bulk wMaxPacketSize (SuperSpeed). */
#define MAX_PACKET 1024

/* Suffix of the stats field "copied-". */
const gchar *
gst_ffs_copy_reason_name (GstFfsCopyReason reason)
{
  static const gchar *const names[GST_FFS_N_COPY_REASONS] = {
    "none", "memory", "offset", "padding", "packet", "header", "no-sg",
    "no-ioctl", "dma-device", "refused", "mode"
  };

  return names[reason];
}

/* Completes the sentence "it is copied because". */
const gchar *
gst_ffs_copy_reason_text (GstFfsCopyReason reason)
{
  switch (reason) {
    case GST_FFS_COPY_REASON_MEMORY:
      return "it is not in dmabuf memory";
    case GST_FFS_COPY_REASON_OFFSET:
      return "it does not start at the beginning of its dmabuf";
    case GST_FFS_COPY_REASON_PADDING:
      return "its lines are padded and remove-padding=true";
    case GST_FFS_COPY_REASON_PACKET:
      return "one of its dmabufs ends in the middle of a USB packet";
    case GST_FFS_COPY_REASON_HEADER:
      return "its USB header must be in the same transfer, but there is no "
          "headroom in front of the frame and this kernel's FunctionFS has no "
          "SUBMIT (see kernel/README.md)";
    case GST_FFS_COPY_REASON_NO_SG:
      return "the USB device controller has no scatter-gather";
    case GST_FFS_COPY_REASON_NO_IOCTL:
      return "this kernel's FunctionFS has no dmabuf ioctls (Linux 6.9, or "
          "the patches in kernel/, have them)";
    case GST_FFS_COPY_REASON_DMA_DEVICE:
      return "behind this machine's IOMMU this kernel's FunctionFS maps "
          "dmabufs for another device than the USB device controller, which "
          "would send invalid data (fixed by the patches in kernel/, see "
          "kernel/README.md)";
    case GST_FFS_COPY_REASON_REFUSED:
      return "the USB device controller cannot map the dmabufs of upstream";
    case GST_FFS_COPY_REASON_MODE:
      return "copy-mode=always";
    default:
      return "of nothing";
  }
}

static gboolean
same_dmabuf (GstMemory * a, GstMemory * b)
{
  gint fd_a = gst_dmabuf_memory_get_fd (a);
  gint fd_b = gst_dmabuf_memory_get_fd (b);
  struct stat st_a, st_b;

  if (fd_a == fd_b)
    return TRUE;
  return fstat (fd_a, &st_a) == 0 && fstat (fd_b, &st_b) == 0
      && st_a.st_ino == st_b.st_ino && st_a.st_dev == st_b.st_dev;
}

/* Returns why data at @offset of a memory's dmabuf must be copied, or 0.
 * @anywhere: see gst_ffs_frame_parse(). */
static GstFfsCopyReason
get_reason (GstMemory * mem, gsize offset, gboolean anywhere)
{
  if (!gst_is_dmabuf_memory (mem))
    return GST_FFS_COPY_REASON_MEMORY;
  return offset == 0 || anywhere ? GST_FFS_COPY_REASON_NONE :
      GST_FFS_COPY_REASON_OFFSET;
}

/**
 * gst_ffs_frame_parse:
 * @buffer: a frame
 * @anywhere: whether a transfer can start at any offset, as with SUBMIT
 * @pieces: (out caller-allocates): array with room for all memories of a
 * buffer
 *
 * TRANSFER has no offset, so memory can only be sent in place from the start
 * of its dmabuf. Contiguous memories of one dmabuf are one piece, and so are
 * adjacent memories that must be copied.
 *
 * Returns: the number of pieces; 0 for an empty frame
 */
guint
gst_ffs_frame_parse (GstBuffer * buffer, gboolean anywhere,
    GstFfsPiece * pieces)
{
  guint i, n = 0, n_memories = gst_buffer_n_memory (buffer);
  GstMemory *dmabuf = NULL;     /* of the last piece, if in place */

  for (i = 0; i < n_memories; i++) {
    GstMemory *mem = gst_buffer_peek_memory (buffer, i);
    GstFfsPiece *last = n > 0 ? &pieces[n - 1] : NULL;
    GstFfsCopyReason reason;

    if (mem->size == 0) {
      /* Pieces are consecutive memories. */
      if (last)
        last->n_memories++;
      continue;
    }

    if (dmabuf && gst_is_dmabuf_memory (mem)
        && mem->offset == last->offset + last->length
        && same_dmabuf (dmabuf, mem))
      goto extend;
    reason = get_reason (mem, mem->offset, anywhere);
    if (reason != GST_FFS_COPY_REASON_NONE && last
        && last->reason != GST_FFS_COPY_REASON_NONE)
      goto extend;

    pieces[n++] = (GstFfsPiece) {
    .memory = mem,.offset = mem->offset,.length = mem->size,.owner =
          buffer,.first = i,.n_memories = 1,.reason = reason};
    dmabuf = reason == GST_FFS_COPY_REASON_NONE ? mem : NULL;
    continue;

  extend:
    last->n_memories++;
    last->length += mem->size;
  }
  return n;
}

/**
 * gst_ffs_frame_parse_ranges:
 * @buffer: a frame
 * @ranges: byte ranges of it
 * @n_ranges: how many
 * @anywhere: as for gst_ffs_frame_parse()
 * @pieces: (out caller-allocates): room for %GST_FFS_MAX_PIECES
 *
 * Returns: the number of pieces, in the order of the ranges
 */
guint
gst_ffs_frame_parse_ranges (GstBuffer * buffer, const GstFfsRange * ranges,
    guint n_ranges, gboolean anywhere, GstFfsPiece * pieces)
{
  guint i, r, n = 0, n_memories = gst_buffer_n_memory (buffer);

  for (r = 0; r < n_ranges; r++) {
    gsize from = ranges[r].offset, end = from + ranges[r].length, at = 0;

    for (i = 0; i < n_memories; i++) {
      GstMemory *mem = gst_buffer_peek_memory (buffer, i);
      gsize first = MAX (from, at), last = MIN (end, at + mem->size);

      if (first < last && n < GST_FFS_MAX_PIECES) {
        gsize offset = mem->offset + first - at;

        pieces[n++] = (GstFfsPiece) {
        .memory = mem,.offset = offset,.length = last - first,.owner =
              buffer,.first = i,.n_memories = 1,.reason =
              get_reason (mem, offset, anywhere)};
      }
      at += mem->size;
    }
  }
  return n;
}

/* The whole frame, to be copied. */
static void
get_all (GstBuffer * buffer, GstFfsCopyReason reason, GstFfsPiece * piece)
{
  *piece = (GstFfsPiece) {
  .length = gst_buffer_get_size (buffer),.owner = buffer,.n_memories =
        gst_buffer_n_memory (buffer),.reason = reason};
}

/* Whether a piece before the last ends with a short packet: as separate
 * transfers the host would see several frames. */
static gboolean
splits_packets (const GstFfsPiece * pieces, guint n)
{
  guint i;

  for (i = 0; i + 1 < n; i++) {
    if (pieces[i].length % MAX_PACKET != 0)
      return TRUE;
  }
  return FALSE;
}

/* ---- pieces ---- */

/**
 * gst_ffs_frame_clear_pieces:
 * @self: the frame
 *
 * Drops the pieces, but not the framing.
 */
void
gst_ffs_frame_clear_pieces (GstFfsFrame * self)
{
  guint i;

  for (i = 0; i < self->n_pieces; i++)
    gst_clear_buffer (&self->copies[i]);
  self->n_pieces = 0;
}

void
gst_ffs_frame_clear (GstFfsFrame * self)
{
  guint i;

  gst_ffs_frame_clear_pieces (self);
  for (i = 0; i < GST_FFS_MAX_PARTS_BEFORE && self->framing.before[i].buffer;
      i++)
    gst_clear_buffer (&self->framing.before[i].buffer);
  gst_clear_buffer (&self->framing.after.buffer);
}

/* @copy: (nullable) (transfer full): owner of the memory, if it is a copy */
static void
add_piece (GstFfsFrame * self, GstBuffer * owner, guint memory,
    gsize offset, gsize length, GstBuffer * copy)
{
  GstFfsPiece *piece = &self->pieces[self->n_pieces];

  *piece = (GstFfsPiece) {
  .memory = gst_buffer_peek_memory (owner, memory),.offset = offset,.length =
        length,.owner = owner};
  self->copies[self->n_pieces++] = copy;
}

/* Returns FALSE if it is not in a dmabuf, for lack of an allocator. */
static gboolean
add_part (GstFfsFrame * self, const GstFfsPart * part)
{
  if (!gst_is_dmabuf_memory (gst_buffer_peek_memory (part->buffer, 0))) {
    self->reason = GST_FFS_COPY_REASON_MEMORY;
    return FALSE;
  }
  add_piece (self, part->buffer, 0, 0, part->length, NULL);
  return TRUE;
}

/**
 * gst_ffs_frame_begin:
 * @self: a cleared frame
 * @buffer: (nullable): its buffer, or %NULL for the end of the stream
 * @number: its number
 * @policy: how to send it
 *
 * Determines the layout of the frame and its framing. An incomplete frame is
 * sent unchanged, so that the profile sees its size. If it has the size of a
 * complete frame, a host could not detect that, and it is dropped.
 *
 * Returns: %FALSE if the profile does not send such a frame
 */
gboolean
gst_ffs_frame_begin (GstFfsFrame * self, GstBuffer * buffer,
    guint64 number, const GstFfsStreamPolicy * policy)
{
  gsize size, whole;

  self->layout.kind = GST_FFS_LAYOUT_TIGHT;
  self->strip = FALSE;
  if (buffer && policy->info && (policy->remove_padding
          || gst_ffs_layout_is_cropped (buffer, policy->info)))
    gst_ffs_layout_find (&self->layout, buffer, policy->info);
  else if (policy->profile == NULL)
    return TRUE;

  size = buffer ? gst_buffer_get_size (buffer) : 0;
  whole = policy->info ? GST_VIDEO_INFO_SIZE (policy->info) : 0;
  if (policy->profile && self->layout.kind == GST_FFS_LAYOUT_INCOMPLETE
      && size >= whole) {
    GST_DEBUG ("frame %" G_GUINT64_FORMAT ": its lines are not all in its %"
        G_GSIZE_FORMAT " bytes", number, size);
    return FALSE;
  }
  self->strip = self->layout.kind == GST_FFS_LAYOUT_RANGES
      || self->layout.kind == GST_FFS_LAYOUT_PADDED;
  if (self->strip)
    size = whole;

  return policy->profile == NULL || gst_ffs_profile_get_framing
      (policy->profile, buffer, size, number, &self->framing);
}

/**
 * gst_ffs_frame_get_headroom:
 * @self: a frame after gst_ffs_frame_begin()
 * @buffer: a frame
 * @policy: how to send it
 * @allocator: (nullable): the sink's allocator
 *
 * A frame in memory from the sink's pool has headroom for the header. Other
 * memory is never written to: the bytes in front may be another frame.
 *
 * Returns: (transfer none) (nullable): the memory, if the header of this frame
 * goes into the headroom
 */
GstMemory *
gst_ffs_frame_get_headroom (const GstFfsFrame * self, GstBuffer * buffer,
    const GstFfsStreamPolicy * policy, GstAllocator * allocator)
{
  GstMemory *mem;

  if (policy->gather || self->framing.header_size == 0
      || self->framing.payload_size > 0
      || gst_buffer_n_memory (buffer) != 1 || self->strip)
    return NULL;
  mem = gst_buffer_peek_memory (buffer, 0);
  return allocator && mem->allocator == allocator && mem->parent == NULL
      && mem->offset == self->framing.header_size ? mem : NULL;
}

/* Returns FALSE if the memory cannot be mapped for writing. */
static gboolean
add_header_in_headroom (GstFfsFrame * self, GstBuffer * buffer, GstMemory * mem)
{
  gsize size = self->framing.header_size;
  GstMapInfo map;

  if (!gst_memory_map (mem, &map, GST_MAP_READWRITE))
    return FALSE;
  memcpy (map.data - size, self->framing.header, size);
  gst_memory_unmap (mem, &map);
  add_piece (self, buffer, 0, 0, size + mem->size, NULL);
  self->in_headroom = TRUE;
  return TRUE;
}

/* Splits the frame without padding into pieces in place. Returns 0 if a part
 * must be copied: then copy it without padding. */
static guint
get_ranges (const GstFfsFrame * self, GstBuffer * buffer,
    const GstFfsStreamPolicy * policy, GstFfsPiece * parts)
{
  GstFfsPiece all[GST_FFS_MAX_PIECES];
  guint i, n;

  if (self->layout.kind != GST_FFS_LAYOUT_RANGES || (!policy->gather
          && (self->layout.n_ranges > 1 || self->framing.header_size > 0)))
    return 0;
  n = gst_ffs_frame_parse_ranges (buffer, self->layout.ranges,
      self->layout.n_ranges, policy->gather, all);
  for (i = 0; i < n; i++) {
    if (all[i].reason != GST_FFS_COPY_REASON_NONE)
      return 0;
  }
  if (!policy->gather && n > 1)
    return 0;
  /* The header and the trailer. */
  if (self->n_pieces + n + 2 > GST_FFS_MAX_PIECES)
    return 0;
  memcpy (parts, all, n * sizeof (parts[0]));
  return n;
}

/* Splits the frame into pieces, in place or to be copied, as few as
 * possible. */
static guint
get_pieces (const GstFfsFrame * self, GstBuffer * buffer,
    const GstFfsStreamPolicy * policy, GstFfsPiece * parts)
{
  guint n = gst_ffs_frame_parse (buffer, policy->gather, parts);
  GstFfsCopyReason reason = GST_FFS_COPY_REASON_NONE;

  if (policy->gather || n == 0)
    return n;
  if (self->framing.header_size > 0)
    reason = parts[0].reason == GST_FFS_COPY_REASON_NONE
        || parts[0].reason == GST_FFS_COPY_REASON_OFFSET ?
        GST_FFS_COPY_REASON_HEADER : parts[0].reason;
  else if (policy->profile && splits_packets (parts, n))
    reason = GST_FFS_COPY_REASON_PACKET;
  if (reason == GST_FFS_COPY_REASON_NONE)
    return n;
  get_all (buffer, reason, parts);
  return 1;
}

/* With SUBMIT the header is a piece like others. */
static gboolean
add_header (GstFfsFrame * self, GstFfsCopies * copier, GstMemory * frame)
{
  GstFfsFraming *framing = &self->framing;
  GstBuffer *header;

  header = copier ? gst_ffs_copies_header (copier, framing, frame) : NULL;
  if (header == NULL) {
    self->reason = GST_FFS_COPY_REASON_MEMORY;
    return FALSE;
  }
  add_piece (self, header, 0, 0, framing->header_size, header);
  return TRUE;
}

/* Returns the number of pieces with payloads: each cut inside a piece adds
 * one, and each payload has a header. */
static guint
count_payloads (const GstFfsFrame * self, guint first)
{
  const gsize data = self->framing.payload_size - self->framing.inner_size;
  gsize end = 0, cut = data;
  guint i, n = 0;

  for (i = first; i < self->n_pieces; i++) {
    end += self->pieces[i].length;
    for (; cut < end; cut += data)
      n++;
    n++;
    if (cut == end)
      cut += data;
  }
  return n + (end + data - 1) / data;
}

/* Inserts a header in front of each payload of the pieces from @first on. All
 * headers share one buffer. */
static gboolean
split_payloads (GstFfsFrame * self, guint first)
{
  const GstFfsFraming *framing = &self->framing;
  const gsize data = framing->payload_size - framing->inner_size;
  GstFfsPiece whole[GST_FFS_MAX_PIECES];
  GstBuffer *copies[GST_FFS_MAX_PIECES];
  guint i, n = self->n_pieces - first;
  gsize left = 0, space = 0, taken;

  if (first + count_payloads (self, first + 1) + 1 > GST_FFS_MAX_PIECES)
    return FALSE;
  memcpy (whole, &self->pieces[first], n * sizeof (whole[0]));
  memcpy (copies, &self->copies[first], n * sizeof (copies[0]));
  self->n_pieces = first;
  for (i = 1; i < n; i++)
    left += whole[i].length;

  for (i = 1; i < n; i++) {
    for (taken = 0; taken < whole[i].length;) {
      gsize length;

      if (space == 0) {
        gboolean last = left <= data;

        add_piece (self, whole[0].owner, 0, last ? framing->inner_size : 0,
            last ? framing->header_size - framing->inner_size :
            framing->inner_size, g_steal_pointer (&copies[0]));
        space = MIN (left, data);
      }
      length = MIN (space, whole[i].length - taken);
      add_piece (self, whole[i].owner, 0, whole[i].offset + taken, length,
          g_steal_pointer (&copies[i]));
      self->pieces[self->n_pieces - 1].memory = whole[i].memory;
      taken += length;
      space -= length;
      left -= length;
    }
  }
  return TRUE;
}

/* Copies without padding. */
static gboolean
add_packed (GstFfsFrame * self, GstBuffer * buffer, GstFfsCopies * copier,
    const GstFfsStreamPolicy * policy, const GstFfsFraming * framing)
{
  gsize size = GST_VIDEO_INFO_SIZE (policy->info);
  GstBuffer *copy = copier ? gst_ffs_copies_pack (copier, framing, buffer,
      policy->info, self->layout.skip) : NULL;

  self->reason = GST_FFS_COPY_REASON_PADDING;
  if (copy == NULL)
    return FALSE;
  add_piece (self, copy, 0, 0, framing->header_size + size, copy);
  self->copied += size;
  return TRUE;
}

/* Adds @n pieces of the frame, which are stored at the position of its next
 * pieces. */
static gboolean
add_parts (GstFfsFrame * self, GstBuffer * buffer, GstFfsCopies * copier,
    const GstFfsFraming * framing, guint n)
{
  GstBuffer *copy;

  for (; n > 0; n--) {
    const GstFfsPiece *part = &self->pieces[self->n_pieces];
    gsize length = part->length;

    if (part->reason == GST_FFS_COPY_REASON_NONE) {
      self->copies[self->n_pieces++] = NULL;
      continue;
    }

    if (self->reason == GST_FFS_COPY_REASON_NONE)
      self->reason = part->reason;
    copy = copier ? gst_ffs_copies_copy (copier, framing, buffer, part) : NULL;
    if (copy == NULL)
      return FALSE;
    add_piece (self, copy, 0, 0, framing->header_size + length, copy);
    self->copied += length;
  }
  return TRUE;
}

/* Fast path for most frames: one memory, in place, alone in its transfer.
 * Returns FALSE for other frames. */
static gboolean
add_whole (GstFfsFrame * self, GstBuffer * buffer, gboolean anywhere)
{
  GstMemory *mem;

  if (self->framing.header_size > 0 || self->strip
      || gst_buffer_n_memory (buffer) != 1)
    return FALSE;
  mem = gst_buffer_peek_memory (buffer, 0);
  if (mem->size == 0 || get_reason (mem, mem->offset,
          anywhere) != GST_FFS_COPY_REASON_NONE)
    return FALSE;
  self->pieces[self->n_pieces] = (GstFfsPiece) {
  .memory = mem,.offset = mem->offset,.length = mem->size,.owner = buffer};
  self->copies[self->n_pieces++] = NULL;
  return TRUE;
}

/* Makes the pieces of the frame. Returns FALSE if it must be written or
 * rejected. */
static gboolean
add_frame (GstFfsFrame * self, GstBuffer * buffer,
    GstFfsCopies * copier, const GstFfsStreamPolicy * policy)
{
  GstFfsCopies *copies = policy->copy_mode != GST_FFS_COPY_NEVER ?
      copier : NULL;
  gboolean payloads = self->framing.payload_size > 0;
  static const GstFfsFraming no_header;
  const GstFfsFraming *framing = &self->framing;
  gboolean header = policy->gather && framing->header_size > 0, pack;
  guint i, n, first = self->n_pieces;
  GstFfsPiece *parts = &self->pieces[first + header];

  /* The frame has headers inside. */
  if (payloads && !policy->gather) {
    self->reason = GST_FFS_COPY_REASON_HEADER;
    return FALSE;
  }
  n = self->strip ? get_ranges (self, buffer, policy, parts) :
      get_pieces (self, buffer, policy, parts);
  pack = self->strip && n == 0;
  if (header && (payloads || !pack)) {
    if (!add_header (self, copier, n == 0 ? NULL : parts[0].memory))
      return FALSE;
    framing = &no_header;
  }
  if (!(pack ? add_packed (self, buffer, copies, policy, framing) :
          add_parts (self, buffer, copies, framing, n)))
    return FALSE;
  if (payloads && !split_payloads (self, first))
    return FALSE;

  for (i = first; policy->gather && i + 1 < self->n_pieces; i++)
    self->pieces[i].more = TRUE;
  return TRUE;
}

/**
 * gst_ffs_frame_build:
 * @self: a frame that has begun
 * @buffer: (nullable): the frame
 * @copier: (nullable): the copier
 * @policy: how to send it
 * @headroom: (nullable): result of gst_ffs_frame_get_headroom(), now idle
 *
 * Returns: %FALSE if the frame must be written or rejected
 */
gboolean
gst_ffs_frame_build (GstFfsFrame * self, GstBuffer * buffer,
    GstFfsCopies * copier, const GstFfsStreamPolicy * policy,
    GstMemory * headroom)
{
  gboolean ok = TRUE;
  guint i;

  self->reason = GST_FFS_COPY_REASON_NONE;
  self->copied = 0;
  self->in_headroom = FALSE;
  for (i = 0; ok && i < GST_FFS_MAX_PARTS_BEFORE
      && self->framing.before[i].buffer; i++)
    ok = add_part (self, &self->framing.before[i]);
  if (ok && buffer)
    ok = (headroom && add_header_in_headroom (self, buffer, headroom))
        || add_whole (self, buffer, policy->gather)
        || add_frame (self, buffer, copier, policy);
  if (ok && self->framing.after.buffer)
    ok = add_part (self, &self->framing.after);
  if (!ok)
    gst_ffs_frame_clear_pieces (self);
  return ok;
}

/* Moves the headers from the start of the frame to their payloads. Takes
 * @packed. */
static GstBuffer *
split (GstBuffer * packed, const GstFfsFraming * framing, gsize * size)
{
  const gsize data = framing->payload_size - framing->inner_size;
  gsize left = *size - framing->header_size;
  gsize n = (left + data - 1) / data;
  gsize total = left + n * framing->inner_size + framing->header_size
      - 2 * framing->inner_size;
  GstBuffer *out = gst_buffer_new_allocate (NULL, total, NULL);
  const guint8 *header, *at;
  GstMapInfo from, to;
  guint8 *put;

  if (!gst_buffer_map (packed, &from, GST_MAP_READ)) {
    gst_clear_buffer (&out);
    gst_buffer_unref (packed);
    return NULL;
  }
  gst_buffer_map (out, &to, GST_MAP_WRITE);
  header = from.data;
  at = header + framing->header_size;
  put = to.data;
  for (; n > 0; n--) {
    gsize before = n > 1 ? framing->inner_size :
        framing->header_size - framing->inner_size;
    gsize part = MIN (left, data);

    memcpy (put, n > 1 ? header : header + framing->inner_size, before);
    memcpy (put + before, at, part);
    put += before + part;
    at += part;
    left -= part;
  }
  gst_buffer_unmap (out, &to);
  gst_buffer_unmap (packed, &from);
  gst_buffer_unref (packed);
  *size = total;
  return out;
}

/**
 * gst_ffs_frame_build_written:
 * @self: a frame that has begun
 * @buffer: its buffer
 * @copier: copier for system memory
 * @policy: how to send it
 *
 * Makes the pieces of a frame to be written: they need no dmabuf, and each
 * starts at the beginning of its owner.
 *
 * Returns: %FALSE if the frame cannot be read
 */
gboolean
gst_ffs_frame_build_written (GstFfsFrame * self, GstBuffer * buffer,
    GstFfsCopies * copier, const GstFfsStreamPolicy * policy)
{
  GstFfsFraming *framing = &self->framing;
  gsize size = self->strip ? GST_VIDEO_INFO_SIZE (policy->info) :
      gst_buffer_get_size (buffer);
  GstBuffer *copy = NULL;
  GstFfsPiece all;
  guint i;

  gst_ffs_frame_clear_pieces (self);
  if (self->strip) {
    copy = gst_ffs_copies_pack (copier, framing, buffer, policy->info,
        self->layout.skip);
  } else if (framing->header_size > 0) {
    get_all (buffer, GST_FFS_COPY_REASON_HEADER, &all);
    copy = gst_ffs_copies_copy (copier, framing, buffer, &all);
  }
  if (copy == NULL && (self->strip || framing->header_size > 0))
    return FALSE;
  size += framing->header_size;
  if (copy && framing->payload_size > 0
      && (copy = split (copy, framing, &size)) == NULL)
    return FALSE;

  for (i = 0; i < GST_FFS_MAX_PARTS_BEFORE && framing->before[i].buffer; i++)
    add_piece (self, framing->before[i].buffer, 0, 0,
        framing->before[i].length, NULL);
  if (size > 0)
    add_piece (self, copy ? copy : buffer, 0, 0, size, copy);
  if (framing->after.buffer)
    add_piece (self, framing->after.buffer, 0, 0, framing->after.length, NULL);
  return TRUE;
}
