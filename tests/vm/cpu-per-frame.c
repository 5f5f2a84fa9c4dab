/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measures the CPU time of a frame on the gadget side. The process only pushes
 * dmabufs into the sink. Frames are counted from an idle sink to an idle sink.
 * Prints nanoseconds per frame.
 */

#include <gst/allocators/gstdmabuf.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "dmabufs.h"
#include "sinkfeed.h"

#define N_SLOTS 6
#define N_WARM_UP 8

typedef struct
{
  GMutex lock;
  GCond changed;
  GQueue free;
  guint64 n_pushed;
  guint64 n_released;
} Feed;

typedef struct
{
  Feed *feed;
  GstMemory *memory;
} Slot;

static gint64
cpu_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static void
on_buffer_end (gpointer data, GstMiniObject * buffer)
{
  Slot *slot = data;
  Feed *feed = slot->feed;

  (void) buffer;
  g_mutex_lock (&feed->lock);
  g_queue_push_tail (&feed->free, slot);
  feed->n_released++;
  g_cond_signal (&feed->changed);
  g_mutex_unlock (&feed->lock);
}

/* Pushes @count frames and waits until the sink has released all. */
static gboolean
push (SinkFeed * sink, Feed * feed, guint count)
{
  guint i;

  for (i = 0; i < count; i++) {
    GstBuffer *buffer = gst_buffer_new ();
    Slot *slot;

    g_mutex_lock (&feed->lock);
    while ((slot = g_queue_pop_head (&feed->free)) == NULL)
      g_cond_wait (&feed->changed, &feed->lock);
    feed->n_pushed++;
    g_mutex_unlock (&feed->lock);

    gst_buffer_append_memory (buffer, gst_memory_ref (slot->memory));
    gst_mini_object_weak_ref (GST_MINI_OBJECT (buffer), on_buffer_end, slot);
    if (gst_pad_push (sink->pad, buffer) != GST_FLOW_OK)
      return FALSE;
  }
  g_mutex_lock (&feed->lock);
  while (feed->n_released < feed->n_pushed)
    g_cond_wait (&feed->changed, &feed->lock);
  g_mutex_unlock (&feed->lock);
  return TRUE;
}

int
main (int argc, char **argv)
{
  Feed feed = {.free = G_QUEUE_INIT };
  SinkFeed sink = { NULL, NULL, NULL };
  Slot slots[N_SLOTS];
  GstAllocator *allocator;
  GError *error = NULL;
  gint64 start, end;
  gsize size;
  guint frames, i;

  gst_init (&argc, &argv);
  if (argc != 4) {
    g_printerr ("usage: cpu-per-frame SINK-DESCRIPTION FRAME-SIZE FRAMES\n"
        "The host must read %u frames more than FRAMES.\n", N_WARM_UP);
    return 2;
  }
  size = g_ascii_strtoull (argv[2], NULL, 10);
  frames = g_ascii_strtoull (argv[3], NULL, 10);

  allocator = gst_dmabuf_allocator_new ();
  for (i = 0; i < N_SLOTS; i++) {
    gint fd = test_dmabuf_new (size, NULL, &error);

    if (fd < 0) {
      g_printerr ("%s\n", error->message);
      return 1;
    }
    slots[i].feed = &feed;
    slots[i].memory = gst_dmabuf_allocator_alloc (allocator, fd, size);
    g_queue_push_tail (&feed.free, &slots[i]);
  }
  if (!sink_feed_start (&sink, argv[1], &error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }

  if (!push (&sink, &feed, N_WARM_UP))
    return 1;
  start = cpu_time ();
  if (!push (&sink, &feed, frames))
    return 1;
  end = cpu_time ();
  g_print ("%" G_GINT64_FORMAT "\n", (end - start) / frames);

  sink_feed_clear (&sink);
  for (i = 0; i < N_SLOTS; i++)
    gst_memory_unref (slots[i].memory);
  gst_object_unref (allocator);
  return 0;
}
