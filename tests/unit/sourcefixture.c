/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "source/gstffsdmabufsrc.h"
#include "sourcefixture.h"

void
source_fixture_endpoint_start (void)
{
  fake_endpoint_start ();
  fake_endpoint_set_out (TRUE);
  fake_endpoint_set_heap (TRUE);
  fake_endpoint_set_can_reap (TRUE);
}

void
source_fixture_endpoint_end (void)
{
  fail_unless_equals_int (fake_endpoint_n_attached (), 0);
  fake_endpoint_end ();
}

void
source_fixture_start (SourceFixture * f, const gchar * caps,
    const gchar * first, ...)
{
  va_list args;

  f->bus = gst_bus_new ();
  f->src = g_object_new (GST_TYPE_FFS_DMABUF_SRC, "endpoint",
      fake_endpoint_path (), NULL);
  gst_object_ref_sink (f->src);
  gst_element_set_bus (f->src, f->bus);
  va_start (args, first);
  if (first)
    g_object_set_valist (G_OBJECT (f->src), first, args);
  va_end (args);
  f->h = gst_harness_new_with_element (f->src, NULL, "src");
  harness_watch_buffers (f->h);
  if (caps)
    gst_harness_set_sink_caps_str (f->h, caps);
}

void
source_fixture_end (SourceFixture * f)
{
  gst_element_set_state (f->src, GST_STATE_NULL);
  gst_harness_teardown (f->h);
  gst_element_set_bus (f->src, NULL);
  gst_bus_set_flushing (f->bus, TRUE);
  gst_object_unref (f->bus);
  gst_object_unref (f->src);
}

guint8 *
source_make_frame (gsize size, guint8 seed)
{
  guint8 *data = g_malloc (size);
  gsize i;

  for (i = 0; i < size; i++)
    data[i] = seed + i + i / 251;
  return data;
}

void
source_send_frame (gsize size, guint8 seed)
{
  g_autofree guint8 *data = source_make_frame (size, seed);

  fake_endpoint_send (data, size, FALSE);
}

void
source_assert_frame (GstBuffer * buffer, gsize size, guint8 seed)
{
  g_autofree guint8 *data = source_make_frame (size, seed);

  fail_unless (gst_buffer_get_size (buffer) >= size);
  fail_unless (gst_buffer_memcmp (buffer, 0, data, size) == 0);
}
