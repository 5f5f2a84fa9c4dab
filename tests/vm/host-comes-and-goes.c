/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every way a connection can end, many times over, in one process: after each
 * the host must get whole and new frames again, the pipeline must still be
 * PLAYING, and nothing may pile up.
 *
 * Frames carry their number at their start and in every word, and are
 * overwritten when they are given back, so the host sees at once what does
 * not begin with a frame, is out of date or was given back too early.
 *
 * What needs a process of its own (a host application and a pipeline that are
 * killed) is forked by a process that was forked before there was a thread.
 */

#define _GNU_SOURCE             /* pipe2 */

#include <errno.h>
#include <fcntl.h>
#include <gst/allocators/gstdmabuf.h>
#include <gst/gst.h>
#include <linux/dma-buf.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dmabufs.h"
#include "usbhost.h"

/* Ends in a short packet, as a frame of a host that reads to the end of a
 * packet does. */
#define FRAME_SIZE (61 * 1024 + 100)
#define FRAME_WORDS (FRAME_SIZE / 4)
#define HEADER_WORDS 3
#define MAGIC 0x4d415246
#define POISON 0xdeadbeef
#define N_SLOTS 6
#define N_URBS 4

/* How many frames prove that it streams. */
#define SOME 3
/* A live source's pace. */
#define LIVE_US 3000
#define LOOK_AGAIN_US 2000
#define HANG_US (90 * G_USEC_PER_SEC)
/* What has settled by then is to stay. */
#define SETTLED 10
/* For what the C library keeps for later use. */
#define HEAP_SLACK 16384

#define UDC_NAME "dummy_udc.0"

typedef struct _Test Test;

typedef struct
{
  Test *test;
  gint fd;
  GstMemory *memory;
  guint32 *map;
  gboolean in_use;
} Slot;

typedef struct
{
  guint fds;
  guint threads;
  guint64 heap;
  guint64 rss;
  guint attachments;
  guint dmabufs;
  guint attached;
} Usage;

struct _Test
{
  gchar *endpoint;
  gchar *serial;
  gchar *camera;
  gchar *only;
  gint rounds;

  gint zygote;
  gint child_output;
  UsbHost *host;

  /* The pipeline */
  GstElement *pipeline;
  GstElement *sink;
  GstPad *pad;
  GThread *feeder;

  GMutex lock;
  GCond changed;

  /* The source */
  Slot slots[N_SLOTS];
  gboolean open;
  gboolean quit;
  gboolean pushing;
  gboolean new_stream;
  gboolean live;
  guint32 next;                 /* number of the next frame */
  guint32 returned;             /* frames before this one are in the sink */
  guint64 early;

  /* The host */
  guint32 frame[FRAME_WORDS];
  gsize fill;
  guint32 last;                 /* number of the last whole frame */
  guint32 least;                /* older ones are out of date */
  gboolean ended;               /* what comes belongs to no frame we know of */
  gboolean first;               /* of a connection */
  guint64 frames;               /* of a connection */
  guint64 wrong_start;
  guint64 wrong_bytes;
  guint64 wrong_number;

  /* The camera's bytes, and what else is counted of it by itself */
  gboolean count_only;
  GChecksum *sent_sum;
  GChecksum *received_sum;
  guint64 sent;
  guint64 received;
  guint64 sent_frames;

  GString *table;
  GString *complaints;
  guint n_checks;
  guint n_failed;
};

static void __attribute__((format (printf, 3, 4)))
    check (Test * test, gboolean ok, const gchar * format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  test->n_checks++;
  if (!ok)
    test->n_failed++;
  g_print ("%sok %u - %s\n", ok ? "" : "not ", test->n_checks, text);
  g_free (text);
}

static void __attribute__((format (printf, 2, 3), noreturn))
    give_up (Test * test, const gchar * format, ...)
{
  GstStructure *stats = NULL;
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_print ("Bail out! %s\n", text);
  g_print ("# next %u, returned %u, pushing %d, last %u, frames %"
      G_GUINT64_FORMAT ", %" G_GSIZE_FORMAT " bytes more, gone %d\n",
      test->next, test->returned, test->pushing, test->last, test->frames,
      test->fill, usb_host_is_gone (test->host));
  if (test->sink != NULL) {
    g_object_get (test->sink, "stats", &stats, NULL);
    text = gst_structure_to_string (stats);
    g_print ("# %s\n", text);
  }
  _exit (1);
}

/* ---- the source ---- */

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

/* Any thread, most of all the sink's fence thread. */
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

/* With the lock. */
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

/* A pipeline that is stopped answers FLUSHING: the gate is closed then until
 * it is started again. */
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

static void
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

static void
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

static void
set_live (Test * test, gboolean live)
{
  gst_util_set_object_arg (G_OBJECT (test->sink), "without-host",
      live ? "drop" : "wait");
  g_mutex_lock (&test->lock);
  test->live = live;
  g_mutex_unlock (&test->lock);
}

static void
start_pipeline (Test * test)
{
  g_mutex_lock (&test->lock);
  test->new_stream = TRUE;
  g_mutex_unlock (&test->lock);
  gst_element_set_state (test->pipeline, GST_STATE_PLAYING);
  set_open (test, TRUE);
}

static void
stop_pipeline (Test * test, GstState state)
{
  gst_element_set_state (test->pipeline, state);
  g_mutex_lock (&test->lock);
  test->open = FALSE;
  while (test->pushing)
    g_cond_wait (&test->changed, &test->lock);
  g_mutex_unlock (&test->lock);
}

/* ---- the host ---- */

static void
check_start (Test * test)
{
  guint32 number = test->frame[1];

  if (test->frame[0] != MAGIC || test->frame[2] != ~number)
    test->wrong_start++;
  else if (test->first ? number < test->least || number <= test->last :
      number != test->last + 1)
    test->wrong_number++;
  else
    return;
  if (test->wrong_start + test->wrong_number < 5)
    g_string_append_printf (test->complaints, "# frame %" G_GUINT64_FORMAT
        " of a connection begins with %08x %u, the last was %u, the least %u\n",
        test->frames, test->frame[0], number, test->last, test->least);
}

static void
check_frame (Test * test)
{
  guint32 number = test->frame[1];
  guint i;

  for (i = HEADER_WORDS; i < FRAME_WORDS; i++) {
    if (test->frame[i] != number * 2654435761u + i) {
      test->wrong_bytes++;
      break;
    }
  }
  test->last = number;
  test->first = FALSE;
  test->frames++;
  g_cond_broadcast (&test->changed);
}

static void
on_data (const guint8 * data, gsize size, gpointer user_data)
{
  Test *test = user_data;

  g_mutex_lock (&test->lock);
  if (test->count_only) {
    g_checksum_update (test->received_sum, data, size);
    test->received += size;
    g_cond_broadcast (&test->changed);
    size = 0;
  }
  while (size > 0 && !test->ended) {
    gsize part = MIN (size, FRAME_SIZE - test->fill);
    gsize header = HEADER_WORDS * sizeof (guint32);
    gboolean had_header = test->fill >= header;

    memcpy ((guint8 *) test->frame + test->fill, data, part);
    test->fill += part;
    data += part;
    size -= part;
    if (!had_header && test->fill >= header)
      check_start (test);
    if (test->fill == FRAME_SIZE) {
      check_frame (test);
      test->fill = 0;
    }
  }
  g_mutex_unlock (&test->lock);
}

static void
connect_host (Test * test)
{
  if (!usb_host_open (test->host))
    give_up (test, "no device");
  g_mutex_lock (&test->lock);
  test->fill = 0;
  test->frames = 0;
  test->ended = FALSE;
  test->first = TRUE;
  g_mutex_unlock (&test->lock);
  if (!usb_host_start (test->host))
    give_up (test, "the host cannot read");
}

/* Whatever is in the sink by now must not be seen after what comes next. */
static void
outdate (Test * test)
{
  g_mutex_lock (&test->lock);
  test->least = MAX (test->least, test->returned);
  test->ended = TRUE;
  g_mutex_unlock (&test->lock);
}

static void
wait_frames (Test * test, guint64 n)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  gboolean ok = TRUE;

  g_mutex_lock (&test->lock);
  while (test->frames < n && ok)
    ok = g_cond_wait_until (&test->changed, &test->lock, deadline);
  g_mutex_unlock (&test->lock);
  if (!ok)
    give_up (test, "no frames");
}

static void
wait_gone (Test * test)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;

  while (!usb_host_is_gone (test->host)) {
    if (g_get_monotonic_time () > deadline)
      give_up (test, "the host does not notice");
    g_usleep (LOOK_AGAIN_US);
  }
  usb_host_close (test->host);
}

/* Lets the source pause until the host has all there is. */
static void
come_to_rest (Test * test)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  gboolean ok = TRUE;
  guint i, in_use;

  g_mutex_lock (&test->lock);
  test->open = FALSE;
  do {
    for (i = in_use = 0; i < N_SLOTS; i++)
      in_use += test->slots[i].in_use;
    if (!test->pushing && in_use == 0 && test->last + 1 == test->next)
      break;
    ok = g_cond_wait_until (&test->changed, &test->lock, deadline);
  } while (ok);
  g_mutex_unlock (&test->lock);
  if (!ok)
    give_up (test, "frames got lost while nothing happened");
}

/* ---- what may not grow ---- */

static guint
count_fds (void)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n;
}

/* Without those that GLib keeps for a while for whoever may need one. */
static guint
count_threads (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  const gchar *id;
  guint n = 0;

  while ((id = g_dir_read_name (dir)) != NULL) {
    gchar *path = g_strdup_printf ("/proc/self/task/%s/comm", id);
    gchar *name = NULL;

    if (g_file_get_contents (path, &name, NULL, NULL)
        && !g_str_has_prefix (name, "pool-"))
      n++;
    g_free (name);
    g_free (path);
  }
  g_dir_close (dir);
  return n;
}

/* The kernel's own account of all dmabufs and who is attached to them. */
static void
count_dmabufs (Usage * usage)
{
  gchar *text = NULL, *at;

  usage->dmabufs = usage->attached = 0;
  if (!g_file_get_contents ("/sys/kernel/debug/dma_buf/bufinfo", &text, NULL,
          NULL))
    return;
  for (at = text; (at = strstr (at, "Total ")) != NULL; at++) {
    guint n;

    if (sscanf (at, "Total %u devices attached", &n) == 1
        && strstr (at, " devices attached") != NULL
        && strcspn (at, "\n") > 20 && strncmp (strchr (at + 6, ' '),
            " devices", 8) == 0)
      usage->attached += n;
    else if (sscanf (at, "Total %u objects", &n) == 1)
      usage->dmabufs = n;
  }
  g_free (text);
}

static void
measure (Test * test, Usage * usage)
{
  GstStructure *stats = NULL;
  gchar *text = NULL, *rss;

  g_object_get (test->sink, "stats", &stats, NULL);
  usage->attachments = 0;
  gst_structure_get_uint (stats, "attachments", &usage->attachments);
  gst_structure_free (stats);
  count_dmabufs (usage);
  usage->fds = count_fds ();
  usage->threads = count_threads ();
  if (g_file_get_contents ("/proc/self/status", &text, NULL, NULL)
      && (rss = strstr (text, "VmRSS:")) != NULL)
    usage->rss = g_ascii_strtoull (rss + strlen ("VmRSS:"), NULL, 10);
  g_free (text);
  usage->heap = mallinfo2 ().uordblks;
}

/* Any message that is not a word on states; and the state. */
static void
check_pipeline (Test * test, GstElement * pipeline, const gchar * kind)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  GstState state;

  while ((message = gst_bus_pop (bus)) != NULL) {
    if (GST_MESSAGE_TYPE (message) & (GST_MESSAGE_ERROR | GST_MESSAGE_WARNING
            | GST_MESSAGE_EOS)) {
      gchar *text = gst_structure_get_name (gst_message_get_structure
          (message)) ? gst_structure_to_string (gst_message_get_structure
          (message)) : NULL;

      g_print ("# %s\n", text);
      g_free (text);
      check (test, FALSE, "%s: no error and no warning", kind);
    }
    gst_message_unref (message);
  }
  gst_object_unref (bus);
  if (gst_element_get_state (pipeline, &state, NULL,
          HANG_US * GST_USECOND) != GST_STATE_CHANGE_SUCCESS
      || state != GST_STATE_PLAYING)
    give_up (test, "%s: the pipeline is in %s", kind,
        gst_element_state_get_name (state));
}

/* ---- processes that are killed ---- */

typedef struct
{
  gchar what;
  guint32 number;
} Order;

static void
child_pipeline (Test * test, guint32 number)
{
  test->next = number;
  g_mutex_init (&test->lock);
  g_cond_init (&test->changed);
  make_pipeline (test);
  start_pipeline (test);
  while (TRUE)
    pause ();
}

static void
child_host (Test * test, gint output)
{
  gint fd;

  dup2 (output, STDOUT_FILENO);
  fd = usb_host_open_node (test->host);
  if (fd < 0)
    _exit (2);
  usb_host_read_for_ever (fd, 64 * 1024);
}

static void
zygote (Test * test, gint orders, gint output)
{
  pid_t child = -1;
  Order order;

  while (read (orders, &order, sizeof (order)) == sizeof (order)) {
    gint status = 0;

    if (order.what == 'k') {
      kill (child, SIGKILL);
      waitpid (child, &status, 0);
    } else {
      child = fork ();
      if (child == 0 && order.what == 'g')
        child_pipeline (test, order.number);
      if (child == 0)
        child_host (test, output);
      status = child;
    }
    if (write (orders, &status, sizeof (status)) < 0)
      break;
  }
  _exit (0);
}

static void
fork_zygote (Test * test)
{
  gint orders[2], output[2];

  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders) < 0
      || pipe2 (output, O_CLOEXEC) < 0)
    g_error ("pipes: %s", g_strerror (errno));
  if (fork () == 0) {
    close (orders[0]);
    close (output[0]);
    zygote (test, orders[1], output[1]);
  }
  close (orders[1]);
  close (output[1]);
  test->zygote = orders[0];
  test->child_output = output[0];
}

static gint
give_order (Test * test, gchar what, guint32 number)
{
  Order order = { what, number };
  gint reply = -1;

  if (write (test->zygote, &order, sizeof (order)) < 0
      || read (test->zygote, &reply, sizeof (reply)) != sizeof (reply))
    give_up (test, "no zygote");
  return reply;
}

/* ---- the ways in which it ends ---- */

static void
write_file (Test * test, const gchar * path, const gchar * value)
{
  gint fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd < 0 || write (fd, value, strlen (value)) < 0)
    give_up (test, "%s: %s", path, g_strerror (errno));
  close (fd);
}

static void
unplug (Test * test, guint round)
{
  (void) round;
  if (!usb_host_set_port (test->host, FALSE))
    give_up (test, "the port cannot be switched off");
  wait_gone (test);
  if (!usb_host_set_port (test->host, TRUE))
    give_up (test, "the port cannot be switched on");
}

static void
write_gadget (Test * test, const gchar * attr, const gchar * value)
{
  gchar *path = g_strdup_printf ("/sys/kernel/config/usb_gadget/%s/%s",
      test->serial, attr);

  write_file (test, path, value);
  g_free (path);
}

static void
unbind (Test * test, guint round)
{
  (void) round;
  write_gadget (test, "UDC", "\n");
  wait_gone (test);
  write_gadget (test, "UDC", UDC_NAME "\n");
}

static void
reset (Test * test, guint round)
{
  (void) round;
  if (!usb_host_reset (test->host))
    give_up (test, "reset: %s", g_strerror (errno));
  /* Whether the reset met a transfer of ours is a matter of luck. */
  usb_host_close (test->host);
}

static void
configure (Test * test, guint round)
{
  (void) round;
  if (!usb_host_write_attr (test->host, "bConfigurationValue", "0"))
    give_up (test, "SET_CONFIGURATION 0");
  wait_gone (test);
  if (!usb_host_write_attr (test->host, "bConfigurationValue", "1"))
    give_up (test, "SET_CONFIGURATION 1");
}

/* The controller knows nothing of applications and keeps the rest of a frame
 * for the next one; so that one begins as a careful application does. */
static void
kill_host (Test * test, guint round)
{
  struct pollfd output = { test->child_output, POLLIN, 0 };
  gchar bytes[64];
  gint n;

  usb_host_close (test->host);
  give_order (test, 'h', 0);
  for (n = 0; n < SOME; n++) {
    if (read (test->child_output, bytes, 1) != 1)
      give_up (test, "the host application does not read");
  }
  give_order (test, 'k', 0);
  while (poll (&output, 1, 0) == 1
      && read (test->child_output, bytes, sizeof (bytes)) > 0);

  outdate (test);
  if (!usb_host_open (test->host))
    give_up (test, "no device");
  if (round % 2 == 0)
    reset (test, round);
  else
    configure (test, round);
}

static void
cycle (Test * test, guint round)
{
  usb_host_close (test->host);
  stop_pipeline (test, round % 4 < 2 ? GST_STATE_NULL : GST_STATE_READY);
  outdate (test);
  start_pipeline (test);
}

static void
wait_attr (Test * test, const gchar * attr, const gchar * value)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  gboolean same = FALSE;

  while (!same) {
    gchar *text = usb_host_read_attr (test->host, attr);

    same = g_strcmp0 (text, value) == 0;
    if (!same && g_get_monotonic_time () > deadline)
      give_up (test, "%s is %s", attr, text);
    g_free (text);
    if (!same)
      g_usleep (LOOK_AGAIN_US);
  }
}

static void
set_speed (Test * test, const gchar * speed)
{
  outdate (test);
  write_gadget (test, "UDC", "\n");
  wait_gone (test);
  write_gadget (test, "max_speed", speed);
  write_gadget (test, "UDC", UDC_NAME "\n");
  connect_host (test);
}

/* The host sleeps between two frames: none of them is lost. */
static void
suspend (Test * test, guint round)
{
  (void) round;
  come_to_rest (test);
  usb_host_close (test->host);
  if (!usb_host_write_attr (test->host, "power/autosuspend_delay_ms", "0")
      || !usb_host_write_attr (test->host, "power/control", "auto"))
    give_up (test, "autosuspend");
  wait_attr (test, "power/runtime_status", "suspended");
  set_open (test, TRUE);
  if (!usb_host_write_attr (test->host, "power/control", "on"))
    give_up (test, "autosuspend");
  wait_attr (test, "power/runtime_status", "active");
}

static const struct
{
  const gchar *name;
  void (*end) (Test * test, guint round);
  /* Nothing that was sent before may be seen after it. */
  gboolean outdates;
  /* If not the fastest. */
  const gchar *speed;
  /* What the kernel must have of the device. */
  const gchar *attr;
} kinds[] = {
  {"unplug", unplug, TRUE, NULL, NULL},
  {"unbind", unbind, TRUE, NULL, NULL},
  {"reset", reset, TRUE, NULL, NULL},
  {"SET_CONFIGURATION 0 and 1", configure, TRUE, NULL, NULL},
  /* dummy_hcd knows of no SuperSpeed link that sleeps. */
  {"suspend", suspend, FALSE, "high-speed", "power/control"},
  {"host killed", kill_host, TRUE, NULL, NULL},
  {"NULL and PLAYING", cycle, TRUE, NULL, NULL},
};

static void
begin_kind (Test * test)
{
  g_mutex_lock (&test->lock);
  test->wrong_start = test->wrong_bytes = test->wrong_number = 0;
  test->early = 0;
  g_mutex_unlock (&test->lock);
}

static void
end_kind (Test * test, const gchar * name, gint rounds, gint64 start,
    const Usage * settled, const Usage * now, guint attachments_max,
    guint attached_max)
{
  gint64 grown = (gint64) now->heap - (gint64) settled->heap;

  g_print ("%s", test->complaints->str);
  g_string_truncate (test->complaints, 0);
  check (test, test->wrong_start == 0, "%s: what comes first is the first byte "
      "of a frame", name);
  check (test, test->wrong_number == 0, "%s: nothing out of date, nothing "
      "twice, nothing left out", name);
  check (test, test->wrong_bytes == 0, "%s: every byte right", name);
  check (test, test->early == 0, "%s: nothing given back too early", name);
  if (!test->count_only)
    check (test, now->fds == settled->fds, "%s: open files: %u, then %u", name,
        settled->fds, now->fds);
  check (test, now->threads == settled->threads, "%s: threads: %u, then %u",
      name, settled->threads, now->threads);
  check (test, now->dmabufs == settled->dmabufs, "%s: dmabufs in the kernel: "
      "%u, then %u", name, settled->dmabufs, now->dmabufs);
  check (test, attachments_max <= N_SLOTS && attached_max <= N_SLOTS,
      "%s: never more attachments than buffers (%u, the kernel says %u)", name,
      attachments_max, attached_max);
  if (!test->count_only)
    check (test, grown < HEAP_SLACK, "%s: memory in use grew by %"
        G_GINT64_FORMAT " bytes", name, grown);
  g_string_append_printf (test->table, "# | %s | %d | %u, %u | %u, %u | %u, %u "
      "| %u | %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " | %" G_GINT64_FORMAT
      " | %.1f |\n", name, rounds, settled->fds, now->fds, settled->threads,
      now->threads, settled->dmabufs, now->dmabufs, attachments_max,
      settled->rss, now->rss, grown,
      (g_get_monotonic_time () - start) / (gdouble) G_USEC_PER_SEC);
}

static gboolean
has_attr (UsbHost * host, const gchar * attr)
{
  gchar *text = attr != NULL ? usb_host_read_attr (host, attr) : NULL;
  gboolean has = attr == NULL || text != NULL;

  g_free (text);
  return has;
}

static void
test_kind (Test * test, guint kind)
{
  gint round, settle = MIN (SETTLED, (test->rounds + 1) / 2);
  gint64 start = g_get_monotonic_time ();
  guint attachments = 0, attached = 0;
  Usage settled, now;

  if (!has_attr (test->host, kinds[kind].attr)) {
    check (test, TRUE, "%s # SKIP this kernel has no %s", kinds[kind].name,
        kinds[kind].attr);
    return;
  }
  begin_kind (test);
  if (kinds[kind].speed != NULL)
    set_speed (test, kinds[kind].speed);
  for (round = 1; round <= test->rounds; round++) {
    set_live (test, round % 2);
    set_open (test, TRUE);
    wait_frames (test, SOME);
    if (kinds[kind].outdates)
      outdate (test);
    kinds[kind].end (test, round);
    connect_host (test);
    wait_frames (test, SOME);
    come_to_rest (test);
    check_pipeline (test, test->pipeline, kinds[kind].name);
    measure (test, &now);
    if (round == settle)
      settled = now;
    attachments = MAX (attachments, now.attachments);
    attached = MAX (attached, now.attached);
    /* The next round counts from here. */
    g_mutex_lock (&test->lock);
    test->frames = 0;
    g_mutex_unlock (&test->lock);
  }
  if (kinds[kind].speed != NULL)
    set_speed (test, "super-speed");
  end_kind (test, kinds[kind].name, test->rounds, start, &settled, &now,
      attachments, attached);
}

/* Until the kernel has cleaned up after a process. */
static void
wait_dmabufs (Test * test, guint wanted)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  Usage usage;

  for (count_dmabufs (&usage); usage.dmabufs != wanted || usage.attached != 0;
      count_dmabufs (&usage)) {
    if (g_get_monotonic_time () > deadline)
      give_up (test, "%u dmabufs with %u attachments stay", usage.dmabufs,
          usage.attached);
    g_usleep (LOOK_AGAIN_US);
  }
}

static void
test_kill (Test * test)
{
  static const gchar name[] = "pipeline killed";
  gint round, settle = MIN (SETTLED, (test->rounds + 1) / 2);
  gint64 start = g_get_monotonic_time ();
  Usage settled, now, before;

  usb_host_close (test->host);
  stop_pipeline (test, GST_STATE_NULL);
  count_dmabufs (&before);
  begin_kind (test);
  for (round = 1; round <= test->rounds; round++) {
    g_mutex_lock (&test->lock);
    test->least = test->next = test->last + 1000;
    g_mutex_unlock (&test->lock);
    give_order (test, 'g', test->next);
    connect_host (test);
    wait_frames (test, SOME);
    /* With the host reading, or not any more. */
    if (round % 2)
      usb_host_close (test->host);
    give_order (test, 'k', 0);
    usb_host_close (test->host);
    wait_dmabufs (test, before.dmabufs);
    measure (test, &now);
    if (round == settle)
      settled = now;
  }
  end_kind (test, name, test->rounds, start, &settled, &now, 0, 0);

  g_mutex_lock (&test->lock);
  test->least = test->returned = test->next = test->last + 1000;
  g_mutex_unlock (&test->lock);
  start_pipeline (test);
  connect_host (test);
  wait_frames (test, SOME);
}

/* ---- a camera that changes its format ---- */

static GstPadProbeReturn
on_camera_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Test *test = user_data;
  GstMapInfo map;

  (void) pad;
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    g_mutex_lock (&test->lock);
    g_checksum_update (test->sent_sum, map.data, map.size);
    test->sent += map.size;
    test->sent_frames++;
    g_cond_broadcast (&test->changed);
    g_mutex_unlock (&test->lock);
    gst_buffer_unmap (buffer, &map);
  }
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_blocked (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Test *test = user_data;

  (void) pad;
  (void) info;
  g_mutex_lock (&test->lock);
  test->pushing = FALSE;
  g_cond_broadcast (&test->changed);
  g_mutex_unlock (&test->lock);
  return GST_PAD_PROBE_OK;
}

static gboolean
same_sum (Test * test)
{
  GChecksum *a = g_checksum_copy (test->sent_sum);
  GChecksum *b = g_checksum_copy (test->received_sum);
  gboolean same = strcmp (g_checksum_get_string (a),
      g_checksum_get_string (b)) == 0;

  g_checksum_free (a);
  g_checksum_free (b);
  return same;
}

/* Some frames pass, then no more, and the host has them all. */
static gulong
block_camera (Test * test, GstPad * pad, guint64 frames, gboolean ours)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  gboolean ok = TRUE;
  gulong id;

  g_mutex_lock (&test->lock);
  while (test->sent_frames < frames && ok)
    ok = g_cond_wait_until (&test->changed, &test->lock, deadline);
  test->pushing = TRUE;
  g_mutex_unlock (&test->lock);
  id = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK |
      GST_PAD_PROBE_TYPE_BUFFER, on_blocked, test, NULL);
  g_mutex_lock (&test->lock);
  while ((test->pushing || (ours && test->received < test->sent)) && ok)
    ok = g_cond_wait_until (&test->changed, &test->lock, deadline);
  if (!ours)
    test->received = test->sent;
  else if (test->sent != test->received || !same_sum (test))
    test->wrong_bytes++;
  g_mutex_unlock (&test->lock);
  if (!ok)
    give_up (test, "the camera: %" G_GUINT64_FORMAT " frames, %"
        G_GUINT64_FORMAT " bytes sent, %" G_GUINT64_FORMAT " received",
        test->sent_frames, test->sent, test->received);
  return id;
}

/* Sends to @sink.  Gives the use after the first rounds and after the last. */
static void
run_camera (Test * test, const gchar * name, const gchar * sink, gint rounds,
    Usage * settled, Usage * now, Usage * most)
{
  gint round, settle = MIN (SETTLED, (rounds + 1) / 2);
  gboolean ours = g_str_has_prefix (sink, "ffsdmabufsink");
  GstElement *pipeline, *filter;
  GError *error = NULL;
  gchar *text;
  GstPad *pad;

  text = g_strdup_printf ("v4l2src name=src io-mode=dmabuf device=%s "
      "! capsfilter name=filter ! %s name=sink", test->camera, sink);
  pipeline = gst_parse_launch (text, &error);
  if (error != NULL)
    give_up (test, "%s", error->message);
  g_free (text);
  test->sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  filter = gst_bin_get_by_name (GST_BIN (pipeline), "filter");
  pad = gst_element_get_static_pad (test->sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_camera_buffer, test,
      NULL);
  gst_object_unref (pad);
  pad = gst_element_get_static_pad (filter, "sink");

  memset (most, 0, sizeof (*most));
  test->sent_sum = g_checksum_new (G_CHECKSUM_MD5);
  test->received_sum = g_checksum_new (G_CHECKSUM_MD5);
  test->sent = test->received = test->sent_frames = 0;
  test->count_only = TRUE;
  if (ours)
    connect_host (test);
  for (round = 1; round <= rounds; round++) {
    guint64 frames;
    gulong id;

    /* No multiples of a packet, so that each frame ends a transfer. */
    gst_util_set_object_arg (G_OBJECT (filter), "caps", round % 2 ?
        "video/x-raw,format=YUY2,width=320,height=180" :
        "video/x-raw,format=NV12,width=320,height=180");
    if (round == 1)
      gst_element_set_state (pipeline, GST_STATE_PLAYING);
    g_mutex_lock (&test->lock);
    frames = test->sent_frames + SOME;
    g_mutex_unlock (&test->lock);
    id = block_camera (test, pad, frames, ours);
    check_pipeline (test, pipeline, name);
    measure (test, now);
    if (round == settle)
      *settled = *now;
    most->attachments = MAX (most->attachments, now->attachments);
    most->attached = MAX (most->attached, now->attached);
    gst_pad_remove_probe (pad, id);
  }
  usb_host_close (test->host);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pad);
  gst_object_unref (filter);
  gst_object_unref (test->sink);
  gst_object_unref (pipeline);
  g_checksum_free (test->sent_sum);
  g_checksum_free (test->received_sum);
}

/* v4l2src of GStreamer 1.22 loses a buffer pool (its five files and some
 * memory, no buffers) each time, so what is looked for is what comes on top
 * of that. */
static void
test_camera (Test * test)
{
  static const gchar name[] = "camera renegotiates";
  gchar *sink = g_strdup_printf ("ffsdmabufsink copy-mode=never endpoint=%s",
      test->endpoint);
  gint64 start, fds, heap, lost_fds, lost_heap;
  gint rounds = test->rounds, n = rounds - MIN (SETTLED, (rounds + 1) / 2);
  gint some_rounds = MIN (rounds, 3 * SETTLED);
  gint some_n = some_rounds - MIN (SETTLED, (some_rounds + 1) / 2);
  Usage settled, now, before, most;
  GstElement *own_sink = test->sink;

  usb_host_close (test->host);
  stop_pipeline (test, GST_STATE_NULL);
  count_dmabufs (&before);

  begin_kind (test);
  run_camera (test, name, "fakesink sync=false", some_rounds, &settled, &now,
      &most);
  lost_fds = (gint64) now.fds - settled.fds;
  lost_heap = (gint64) now.heap - (gint64) settled.heap;
  g_print ("# with fakesink: %" G_GINT64_FORMAT " files and %" G_GINT64_FORMAT
      " bytes in %d rounds\n", lost_fds, lost_heap, some_n);

  begin_kind (test);
  start = g_get_monotonic_time ();
  run_camera (test, name, sink, rounds, &settled, &now, &most);
  fds = (gint64) now.fds - settled.fds;
  heap = (gint64) now.heap - (gint64) settled.heap;
  g_print ("# with ffsdmabufsink: %" G_GINT64_FORMAT " files and %"
      G_GINT64_FORMAT " bytes in %d rounds\n", fds, heap, n);
  /* The attachments of the moment have a file each. */
  check (test, fds <= lost_fds * n / some_n + N_SLOTS, "%s: no more files are "
      "lost than with fakesink", name);
  check (test, heap <= lost_heap * n / some_n + HEAP_SLACK, "%s: no more "
      "memory is lost than with fakesink", name);
  test->sink = own_sink;
  wait_dmabufs (test, before.dmabufs);
  check (test, TRUE, "%s: no buffer and no attachment is left in the kernel",
      name);
  end_kind (test, name, rounds, start, &settled, &now, most.attachments,
      most.attached);
  g_free (sink);
}

/* For what v4l2src loses. */
static void
raise_limit (void)
{
  struct rlimit limit = { 65536, 65536 };

  if (setrlimit (RLIMIT_NOFILE, &limit) < 0)
    g_printerr ("setrlimit: %s\n", g_strerror (errno));
}

static gboolean
is_wanted (Test * test, const gchar * name)
{
  return test->only == NULL || strcmp (test->only, name) == 0;
}

int
main (int argc, char **argv)
{
  static Test test = {.rounds = 50 };
  GOptionEntry entries[] = {
    {"endpoint", 0, 0, G_OPTION_ARG_FILENAME, &test.endpoint, "path", "FILE"},
    {"serial", 0, 0, G_OPTION_ARG_STRING, &test.serial, "name of the gadget",
        "TEXT"},
    {"camera", 0, 0, G_OPTION_ARG_FILENAME, &test.camera, "V4L2 device",
        "FILE"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &test.rounds, "of each kind", "N"},
    {"only", 0, 0, G_OPTION_ARG_STRING, &test.only, "this kind", "NAME"},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };
  GOptionContext *context = g_option_context_new (NULL);
  GError *error = NULL;
  guint kind;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || test.endpoint == NULL || test.serial == NULL || test.camera == NULL) {
    g_printerr ("host-comes-and-goes: %s\n",
        error != NULL ? error->message : "--endpoint, --serial and --camera");
    return 2;
  }
  g_option_context_free (context);
  setvbuf (stdout, NULL, _IOLBF, 0);
  raise_limit ();

  test.host = usb_host_new (test.serial, 64 * 1024, N_URBS, on_data, &test);
  fork_zygote (&test);

  test.table = g_string_new (NULL);
  test.complaints = g_string_new (NULL);
  g_mutex_init (&test.lock);
  g_cond_init (&test.changed);
  test.next = test.returned = 1;
  make_pipeline (&test);
  set_live (&test, FALSE);
  start_pipeline (&test);
  connect_host (&test);
  wait_frames (&test, SOME);

  for (kind = 0; kind < G_N_ELEMENTS (kinds); kind++) {
    if (is_wanted (&test, kinds[kind].name))
      test_kind (&test, kind);
  }
  if (is_wanted (&test, "pipeline killed"))
    test_kill (&test);
  if (is_wanted (&test, "camera renegotiates"))
    test_camera (&test);

  g_print ("# | what ends | rounds | fds | threads | dmabufs | attachments, "
      "at most | RSS, KiB | heap grew by | s |\n"
      "# |---|---|---|---|---|---|---|---|---|\n%s"
      "# Two numbers are after round %d and after the last.\n1..%u\n",
      test.table->str, MIN (SETTLED, (test.rounds + 1) / 2), test.n_checks);
  fflush (stdout);
  _exit (test.n_failed == 0 ? 0 : 1);
}
