/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The source: a thread pushes frames into the sink. A frame has its number at
 * its start and in every word, and is overwritten when it is released.
 *
 * Ownership: the slots own their dmabufs for the whole run; each frame has a
 * new buffer, whose end is its release.
 *
 * Locking: the lock is not held while the sink is called.
 */

#include "test.h"

#include <gst/allocators/gstdmabuf.h>
#include <linux/dma-buf.h>
#include <sys/mman.h>

#include "../dmabufs.h"

#define POISON 0xdeadbeef
/* Frame interval of a live source. */
#define LIVE_US 3000

static void
fill_frame (Slot * slot, guint32 number)
{
  guint i;

  test_dmabuf_sync (slot->fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
  slot->map[0] = MAGIC;
  slot->map[1] = number;
  slot->map[2] = ~number;
  for (i = HEADER_WORDS; i < FRAME_WORDS; i++)
    slot->map[i] = number * 2654435761u + i;
  test_dmabuf_sync (slot->fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
}

/* Called in any thread, mostly the sink's fence thread. */
static void
on_buffer_end (gpointer data, GstMiniObject * buffer)
{
  Slot *slot = data;
  Test *test = slot->test;
  gboolean busy = test_dmabuf_is_busy (slot->fd);
  guint i;

  (void) buffer;
  for (i = 0; i < HEADER_WORDS + 1; i++)
    slot->map[i] = POISON;
  g_mutex_lock (&test->lock);
  test->early += busy;
  slot->in_use = FALSE;
  g_cond_broadcast (&test->changed);
  g_mutex_unlock (&test->lock);
}

/* Call with the lock held. */
static Slot *
free_slot (Test * test)
{
  guint i;

  for (i = 0; i < N_SLOTS; i++) {
    if (!test->slots[i].in_use)
      return &test->slots[i];
  }
  return NULL;
}

static void
begin_stream (Test * test)
{
  GstCaps *caps = gst_caps_new_empty_simple ("application/octet-stream");
  GstSegment segment;

  gst_pad_push_event (test->pad, gst_event_new_stream_start ("test"));
  gst_pad_push_event (test->pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (test->pad, gst_event_new_segment (&segment));
}

/* A stopped pipeline returns FLUSHING; the thread then waits until it is
 * started again. */
static gpointer
feed (gpointer data)
{
  Test *test = data;
  GstFlowReturn flow;

  g_mutex_lock (&test->lock);
  while (!test->quit) {
    gboolean new_stream = test->new_stream, live = test->live;
    Slot *slot = test->open ? free_slot (test) : NULL;
    guint32 number = test->next;
    GstBuffer *buffer;

    if (slot == NULL) {
      g_cond_wait (&test->changed, &test->lock);
      continue;
    }
    slot->in_use = TRUE;
    test->next++;
    test->pushing = TRUE;
    test->new_stream = FALSE;
    g_mutex_unlock (&test->lock);

    if (new_stream)
      begin_stream (test);
    fill_frame (slot, number);
    buffer = gst_buffer_new ();
    gst_buffer_append_memory (buffer, gst_memory_ref (slot->memory));
    gst_mini_object_weak_ref (GST_MINI_OBJECT (buffer), on_buffer_end, slot);
    flow = gst_pad_push (test->pad, buffer);
    if (live)
      g_usleep (LIVE_US);

    g_mutex_lock (&test->lock);
    test->pushing = FALSE;
    test->returned = number + 1;
    if (flow != GST_FLOW_OK)
      test->open = FALSE;
    g_cond_broadcast (&test->changed);
  }
  g_mutex_unlock (&test->lock);
  return NULL;
}

void
set_open (Test * test, gboolean open)
{
  g_mutex_lock (&test->lock);
  test->open = open;
  g_cond_broadcast (&test->changed);
  g_mutex_unlock (&test->lock);
}

static void
make_slots (Test * test)
{
  GstAllocator *allocator = gst_dmabuf_allocator_new ();
  GError *error = NULL;
  guint i;

  for (i = 0; i < N_SLOTS; i++) {
    Slot *slot = &test->slots[i];

    slot->test = test;
    slot->fd = test_dmabuf_new (FRAME_SIZE, NULL, &error);
    if (slot->fd < 0)
      g_error ("%s", error->message);
    slot->map = mmap (NULL, FRAME_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
        slot->fd, 0);
    if (slot->map == MAP_FAILED)
      g_error ("a dmabuf cannot be mapped");
    slot->memory = gst_dmabuf_allocator_alloc_with_flags (allocator, slot->fd,
        FRAME_SIZE, GST_FD_MEMORY_FLAG_DONT_CLOSE);
  }
  gst_object_unref (allocator);
}

void
make_pipeline (Test * test)
{
  GstPad *sink_pad;

  make_slots (test);
  test->pipeline = gst_pipeline_new (NULL);
  test->sink = gst_element_factory_make ("ffsdmabufsink", NULL);
  g_object_set (test->sink, "endpoint", test->endpoint, NULL);
  gst_util_set_object_arg (G_OBJECT (test->sink), "copy-mode", "never");
  gst_bin_add (GST_BIN (test->pipeline), gst_object_ref (test->sink));
  test->pad = gst_pad_new ("src", GST_PAD_SRC);
  sink_pad = gst_element_get_static_pad (test->sink, "sink");
  gst_pad_link (test->pad, sink_pad);
  gst_object_unref (sink_pad);
  gst_pad_set_active (test->pad, TRUE);
  test->new_stream = TRUE;
  test->feeder = g_thread_new ("feeder", feed, test);
}

void
set_live (Test * test, gboolean live)
{
  gst_util_set_object_arg (G_OBJECT (test->sink), "without-host",
      live ? "drop" : "wait");
  g_mutex_lock (&test->lock);
  test->live = live;
  g_mutex_unlock (&test->lock);
}

void
start_pipeline (Test * test)
{
  g_mutex_lock (&test->lock);
  test->new_stream = TRUE;
  g_mutex_unlock (&test->lock);
  gst_element_set_state (test->pipeline, GST_STATE_PLAYING);
  set_open (test, TRUE);
}

void
stop_pipeline (Test * test, GstState state)
{
  gst_element_set_state (test->pipeline, state);
  g_mutex_lock (&test->lock);
  test->open = FALSE;
  while (test->pushing)
    g_cond_wait (&test->changed, &test->lock);
  g_mutex_unlock (&test->lock);
}
