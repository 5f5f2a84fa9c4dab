/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "streamfixture.h"

G_DEFINE_TYPE (TestProfile, test_profile, GST_TYPE_FFS_PROFILE);

static gboolean
wrap (GstFfsProfile * profile, GstBuffer * frame G_GNUC_UNUSED, gsize size,
    guint64 number G_GNUC_UNUSED, GstFfsFraming * framing)
{
  TestProfile *self = (TestProfile *) profile;

  self->n_wrapped++;
  self->size = size;
  if (self->joined) {
    framing->header_size = strlen (self->joined);
    memcpy (framing->header, self->joined, framing->header_size);
    framing->payload_size = self->payload_size;
    framing->inner_size = self->inner_size;
    return !self->refuse;
  }
  framing->before[0].buffer = gst_ffs_buffer_pool_fill (self->pool, HEADER,
      strlen (HEADER));
  framing->before[0].length = strlen (HEADER);
  framing->after.buffer = gst_ffs_buffer_pool_fill (self->pool, TRAILER,
      strlen (TRAILER));
  framing->after.length = strlen (TRAILER);
  return !self->refuse;
}

static gboolean
get_region (GstFfsProfile * profile, GstFfsRegion * region)
{
  TestProfile *self = (TestProfile *) profile;

  *region = self->region;
  return region->n_rows > 0;
}

static void
sent (GstFfsProfile * profile, guint64 number G_GNUC_UNUSED)
{
  ((TestProfile *) profile)->n_sent++;
}

static void
test_profile_finalize (GObject * object)
{
  gst_ffs_buffer_pool_free (((TestProfile *) object)->pool);
  G_OBJECT_CLASS (test_profile_parent_class)->finalize (object);
}

static void
test_profile_init (TestProfile * self G_GNUC_UNUSED)
{
}

static void
test_profile_class_init (TestProfileClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_profile_finalize;
  klass->get_framing = wrap;
  klass->get_region = get_region;
  klass->sent = sent;
}

static void
frame_done (guint64 frame G_GNUC_UNUSED, gint err G_GNUC_UNUSED,
    gpointer user_data G_GNUC_UNUSED)
{
}

void
stream_fixture_start (StreamFixture * f, gboolean heap, gboolean can_submit)
{
  GstFfsEndpoint *ep;
  GstAllocator *allocator = NULL;
  gint err = 0;

  memset (f, 0, sizeof (*f));
  fake_endpoint_start ();
  fake_endpoint_set_heap (heap);
  fake_endpoint_set_can_submit (can_submit);
  ep = gst_ffs_endpoint_open (fake_endpoint_path (), -1, "test", &err);
  fail_unless (ep != NULL);
  fail_unless_equals_int (gst_ffs_endpoint_probe (ep), 0);
  if (heap)
    allocator = gst_ffs_allocator_new (NULL, &err);

  f->stream = gst_ffs_stream_new (ep, allocator, frame_done, NULL);
  gst_ffs_stream_set_max_in_flight (f->stream, 3);
  f->profile = g_object_new (test_profile_get_type (), NULL);
  gst_object_ref_sink (f->profile);
  f->profile->pool = gst_ffs_buffer_pool_new (allocator);
  f->policy.profile = GST_FFS_PROFILE (f->profile);
  f->allocator = allocator;
}

void
stream_fixture_start_joined (StreamFixture * f, gboolean can_submit)
{
  stream_fixture_start (f, TRUE, can_submit);
  f->profile->joined = JOINED;
}

void
stream_fixture_end (StreamFixture * f)
{
  fail_unless (gst_ffs_stream_close (f->stream, GST_SECOND));
  gst_ffs_stream_free (f->stream);
  gst_object_unref (f->profile);
  gst_clear_object (&f->allocator);
  fake_endpoint_end ();
}

GstFfsMeaning
stream_fixture_send (StreamFixture * f, GstBuffer * buf)
{
  gst_ffs_stream_send (f->stream, buf, f->n++, &f->policy, &f->result);
  gst_buffer_unref (buf);
  return f->result.meaning;
}

void
stream_fixture_drain (StreamFixture * f)
{
  fail_unless_equals_int (gst_ffs_stream_drain (f->stream, GST_CLOCK_TIME_NONE),
      0);
}

void
assert_wire (gconstpointer data, gsize size)
{
  GBytes *wire = fake_endpoint_take_wire ();

  fail_unless_equals_uint64 (g_bytes_get_size (wire), size);
  fail_unless (memcmp (g_bytes_get_data (wire, NULL), data, size) == 0);
  g_bytes_unref (wire);
}

GstBuffer *
buffer_of (GstMemory * a, GstMemory * b)
{
  GstBuffer *buf = gst_buffer_new ();

  gst_buffer_append_memory (buf, a);
  if (b)
    gst_buffer_append_memory (buf, b);
  return buf;
}

guint64
stream_fixture_stat (StreamFixture * f, const gchar * field)
{
  GstStructure *stats = gst_structure_new_empty ("stats");

  gst_ffs_stream_add_stats (f->stream, stats);
  return take_stat (stats, field);
}

GstMemory *
part_of (GstMemory * mem, gssize offset, gssize size)
{
  GstMemory *part = gst_memory_share (mem, offset, size);

  gst_memory_unref (mem);
  return part;
}
