/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks that the sink releases a buffer when its fence has signalled, not
 * earlier and not later, and how many it holds meanwhile. The kernel reports
 * whether a buffer is in use (poll on the dmabuf), and the end of the buffer
 * shows its release; the sink's own counters are not used.
 *
 * The host does not read until HOLD-FILE exists. A released frame is
 * overwritten at once, so an early release also changes the host's checksums.
 */

#include <fcntl.h>
#include <gst/allocators/gstdmabuf.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dmabufs.h"
#include "sinkfeed.h"

/* Timeout for hangs: nothing here takes long, even when emulated. */
#define HANG_US (60 * G_USEC_PER_SEC)
/* How long to watch a sink that must do nothing. */
#define WATCH_US (2 * G_USEC_PER_SEC)
#define WATCH_STEP_US 50000

typedef struct _Test Test;

typedef struct
{
  Test *test;
  guint index;
  gint fd;
  GstMemory *memory;
  guint32 *map;
  gboolean in_use;
  /* Number of its frame, to check the order of release */
  guint64 frame;
} Slot;

struct _Test
{
  SinkFeed feed;
  const gchar *endpoint;
  const gchar *hold_file;
  guint max_in_flight;
  gsize frame_size;
  guint64 n_frames;
  gboolean stop_while_held;
  FILE *checksums;

  Slot *slots;
  guint n_slots;

  GMutex lock;
  GCond changed;
  guint64 entered;
  guint64 released;
  guint64 early;
  guint64 out_of_order;
  guint held_max;
  guint busy_max;
  GstFlowReturn flow;
  gboolean quit;

  guint n_checks;
  guint n_failed;
};

static void
check (Test * test, gboolean ok, const gchar * format, ...)
{
  gchar *text;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  test->n_checks++;
  if (!ok)
    test->n_failed++;
  g_print ("%sok %u - max-in-flight=%u: %s\n", ok ? "" : "not ",
      test->n_checks, test->max_in_flight, text);
  g_free (text);
}

static guint
count_busy (Test * test)
{
  guint i, busy = 0;

  for (i = 0; i < test->n_slots; i++)
    busy += test_dmabuf_is_busy (test->slots[i].fd);
  return busy;
}

static void
fill (Slot * slot, guint64 frame, gsize size)
{
  guint32 value = frame * 2654435761u + 1;
  gsize i;

  test_dmabuf_sync (slot->fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
  for (i = 0; i < size / sizeof (*slot->map); i++) {
    slot->map[i] = value;
    value = value * 1664525 + 1013904223;
  }
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
  /* The first bytes of the frame: the host sees them if it is sent late. */
  slot->map[0] = slot->map[1] = 0xdeadbeef;

  g_mutex_lock (&test->lock);
  if (busy)
    test->early++;
  for (i = 0; i < test->n_slots; i++)
    if (test->slots[i].in_use && test->slots[i].frame < slot->frame)
      test->out_of_order++;
  slot->in_use = FALSE;
  test->released++;
  g_cond_broadcast (&test->changed);
  g_mutex_unlock (&test->lock);
}

static Slot *
take_slot (Test * test)
{
  Slot *slot = NULL;
  guint i;

  g_mutex_lock (&test->lock);
  while (slot == NULL && !test->quit) {
    for (i = 0; i < test->n_slots && slot == NULL; i++)
      if (!test->slots[i].in_use)
        slot = &test->slots[i];
    if (slot == NULL)
      g_cond_wait (&test->changed, &test->lock);
  }
  if (test->quit)
    slot = NULL;
  if (slot != NULL) {
    slot->in_use = TRUE;
    slot->frame = test->entered;
  }
  g_mutex_unlock (&test->lock);
  return slot;
}

static gpointer
push_frames (gpointer data)
{
  Test *test = data;
  GstFlowReturn flow = GST_FLOW_OK;
  guint64 frame;

  for (frame = 0; frame < test->n_frames && flow == GST_FLOW_OK; frame++) {
    Slot *slot = take_slot (test);
    GstBuffer *buffer;
    guint busy;

    if (slot == NULL)
      break;
    fill (slot, frame, test->frame_size);
    if (test->checksums != NULL) {
      gchar *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1,
          (const guchar *) slot->map, test->frame_size);

      fprintf (test->checksums, "%s\n", sum);
      g_free (sum);
    }
    buffer = gst_buffer_new ();
    gst_buffer_append_memory (buffer, gst_memory_ref (slot->memory));
    gst_mini_object_weak_ref (GST_MINI_OBJECT (buffer), on_buffer_end, slot);

    g_mutex_lock (&test->lock);
    test->entered++;
    test->held_max = MAX (test->held_max, test->entered - test->released);
    g_cond_broadcast (&test->changed);
    g_mutex_unlock (&test->lock);

    flow = gst_pad_push (test->feed.pad, buffer);

    busy = count_busy (test);
    g_mutex_lock (&test->lock);
    test->busy_max = MAX (test->busy_max, busy);
    g_cond_broadcast (&test->changed);
    g_mutex_unlock (&test->lock);
  }
  if (flow == GST_FLOW_OK && frame == test->n_frames)
    gst_pad_push_event (test->feed.pad, gst_event_new_eos ());

  g_mutex_lock (&test->lock);
  test->flow = flow;
  test->quit = TRUE;
  g_cond_broadcast (&test->changed);
  g_mutex_unlock (&test->lock);
  return NULL;
}

/* Waits until *counter is at least @wanted or the pusher has ended. */
static gboolean
wait_counter (Test * test, const guint64 * counter, guint64 wanted)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  gboolean reached;

  g_mutex_lock (&test->lock);
  while (*counter < wanted && g_cond_wait_until (&test->changed, &test->lock,
          deadline));
  reached = *counter >= wanted;
  g_mutex_unlock (&test->lock);
  return reached;
}

/* A frame counts as entered just before it is pushed. */
static gboolean
wait_busy (Test * test, guint wanted)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;

  while (count_busy (test) < wanted) {
    if (g_get_monotonic_time () >= deadline)
      return FALSE;
    g_usleep (WATCH_STEP_US);
  }
  return TRUE;
}

/* While the host does not read, the sink may neither release nor accept. */
static void
check_held (Test * test)
{
  guint busy_low = G_MAXUINT, busy_high = 0, busy;
  guint64 released, entered;
  gint64 end;

  check (test, wait_counter (test, &test->entered, test->max_in_flight)
      && wait_busy (test, test->max_in_flight),
      "takes %u frames while the host does not read", test->max_in_flight);

  for (end = g_get_monotonic_time () + WATCH_US;
      g_get_monotonic_time () < end; g_usleep (WATCH_STEP_US)) {
    busy = count_busy (test);
    busy_low = MIN (busy_low, busy);
    busy_high = MAX (busy_high, busy);
  }
  g_mutex_lock (&test->lock);
  released = test->released;
  entered = test->entered;
  g_mutex_unlock (&test->lock);
  check (test, released == 0, "gives none back while the host does not read "
      "(%" G_GUINT64_FORMAT " came back)", released);
  check (test, entered == test->max_in_flight, "takes no more than that "
      "(took %" G_GUINT64_FORMAT ")", entered);
  check (test, busy_low == test->max_in_flight
      && busy_high == test->max_in_flight,
      "the kernel holds just as many dmabufs (%u to %u)", busy_low, busy_high);
}

static void
check_flow (Test * test)
{
  GstMessage *message;
  gint fd;

  fd = open (test->hold_file, O_WRONLY | O_CREAT, 0644);
  if (fd >= 0)
    close (fd);
  check (test, fd >= 0, "the host may read now");

  message = sink_feed_wait (&test->feed, GST_MESSAGE_EOS,
      HANG_US * GST_USECOND);
  check (test, message != NULL && GST_MESSAGE_TYPE (message)
      == GST_MESSAGE_EOS, "gets to the end of the stream");
  if (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    GError *error = NULL;

    gst_message_parse_error (message, &error, NULL);
    g_print ("# %s\n", error->message);
    g_error_free (error);
  }
  gst_clear_message (&message);

  /* No wait is needed: the end of the stream comes after the last fence. */
  check (test, test->released == test->n_frames, "every frame was given back "
      "before the end of the stream (%" G_GUINT64_FORMAT " of %"
      G_GUINT64_FORMAT ")", test->released, test->n_frames);
  check (test, test->early == 0, "none was given back while the kernel used "
      "it (%" G_GUINT64_FORMAT " were)", test->early);
  check (test, test->out_of_order == 0, "they came back in order");
  check (test, test->busy_max <= test->max_in_flight,
      "never more in flight than that (%u)", test->busy_max);
  check (test, test->held_max <= test->max_in_flight,
      "never more held than that, the one being pushed included (%u)",
      test->held_max);
}

static void
check_stop (Test * test)
{
  gint64 start = g_get_monotonic_time ();

  sink_feed_stop (&test->feed);
  check (test, g_get_monotonic_time () - start < HANG_US,
      "stops although the host does not read");
  check (test, wait_counter (test, &test->released, test->entered),
      "gives everything back when it stops (%" G_GUINT64_FORMAT " of %"
      G_GUINT64_FORMAT ")", test->released, test->entered);
  check (test, test->early == 0, "none was given back while the kernel used "
      "it (%" G_GUINT64_FORMAT " were)", test->early);
  check (test, count_busy (test) == 0, "the kernel holds none of them");
}

static gboolean
make_slots (Test * test)
{
  GstAllocator *allocator = gst_dmabuf_allocator_new ();
  GError *error = NULL;
  const gchar *source = NULL;
  guint i;

  test->n_slots = test->max_in_flight + 4;
  test->slots = g_new0 (Slot, test->n_slots);
  for (i = 0; i < test->n_slots; i++) {
    Slot *slot = &test->slots[i];

    slot->test = test;
    slot->index = i;
    slot->fd = test_dmabuf_new (test->frame_size, &source, &error);
    if (slot->fd < 0) {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
    slot->map = mmap (NULL, test->frame_size, PROT_READ | PROT_WRITE,
        MAP_SHARED, slot->fd, 0);
    if (slot->map == MAP_FAILED) {
      g_printerr ("a dmabuf of %s can not be mapped\n", source);
      return FALSE;
    }
    slot->memory = gst_dmabuf_allocator_alloc_with_flags (allocator, slot->fd,
        test->frame_size, GST_FD_MEMORY_FLAG_DONT_CLOSE);
  }
  g_print ("# dmabufs from %s\n", source);
  gst_object_unref (allocator);
  return TRUE;
}

static void
free_slots (Test * test)
{
  guint i;

  for (i = 0; i < test->n_slots; i++) {
    gst_memory_unref (test->slots[i].memory);
    munmap (test->slots[i].map, test->frame_size);
    close (test->slots[i].fd);
  }
  g_free (test->slots);
}

int
main (int argc, char **argv)
{
  Test test = {.max_in_flight = 2,.frame_size = 262144,.n_frames = 50 };
  gchar *endpoint = NULL, *hold_file = NULL, *checksum_path = NULL, *sink;
  gint max_in_flight = 2;
  gint64 frame_size = 262144, n_frames = 50;
  GOptionEntry entries[] = {
    {"endpoint", 0, 0, G_OPTION_ARG_FILENAME, &endpoint, "path", "FILE"},
    {"hold-file", 0, 0, G_OPTION_ARG_FILENAME, &hold_file,
        "made when the host may read", "FILE"},
    {"stop-while-held", 0, 0, G_OPTION_ARG_NONE, &test.stop_while_held,
        "stop the sink without letting the host read", NULL},
    {"max-in-flight", 0, 0, G_OPTION_ARG_INT, &max_in_flight, "", "N"},
    {"frame-size", 0, 0, G_OPTION_ARG_INT64, &frame_size, "bytes", "N"},
    {"frames", 0, 0, G_OPTION_ARG_INT64, &n_frames, "", "N"},
    {"checksums", 0, 0, G_OPTION_ARG_FILENAME, &checksum_path,
        "SHA-1 of each frame", "FILE"},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };
  GOptionContext *context;
  GError *error = NULL;
  GThread *pusher;

  /* Keep the results so far if the program is killed. */
  setvbuf (stdout, NULL, _IOLBF, 0);
  context = g_option_context_new (NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || endpoint == NULL || (hold_file == NULL && !test.stop_while_held)) {
    g_printerr ("fence-release: %s\n",
        error != NULL ? error->message : "--endpoint and --hold-file");
    return 2;
  }
  g_option_context_free (context);
  test.hold_file = hold_file;
  test.max_in_flight = max_in_flight;
  test.frame_size = frame_size;
  test.n_frames = n_frames;
  if (checksum_path != NULL) {
    test.checksums = fopen (checksum_path, "we");
    if (test.checksums == NULL) {
      g_printerr ("fence-release: %s\n", checksum_path);
      return 2;
    }
  }
  if (!make_slots (&test))
    return 1;

  sink = g_strdup_printf ("ffsdmabufsink name=sink endpoint=%s "
      "max-in-flight=%u copy-mode=never", endpoint, test.max_in_flight);
  if (!sink_feed_start (&test.feed, sink, &error)) {
    g_printerr ("fence-release: %s\n", error->message);
    return 1;
  }
  g_free (sink);
  pusher = g_thread_new ("pusher", push_frames, &test);

  check_held (&test);
  if (test.stop_while_held)
    check_stop (&test);
  else
    check_flow (&test);

  g_mutex_lock (&test.lock);
  test.quit = TRUE;
  g_cond_broadcast (&test.changed);
  g_mutex_unlock (&test.lock);
  sink_feed_stop (&test.feed);
  g_thread_join (pusher);
  sink_feed_clear (&test.feed);
  g_print ("1..%u\n", test.n_checks);
  if (test.checksums != NULL)
    fclose (test.checksums);
  free_slots (&test);
  g_free (endpoint);
  g_free (hold_file);
  g_free (checksum_path);
  return test.n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
