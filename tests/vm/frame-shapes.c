/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sends frames of every shape to the real kernel and compares what the host
 * reads with what went into the sink, byte for byte.  Being both sides of the
 * cable, this program knows where frames of any length end.
 *
 * frame-shapes --endpoint FILE --serial TEXT ROW...
 *
 * A ROW is "LABEL|FORMAT|WANTED|DESCRIPTION": WANTED is how the frames must
 * go out (zero-copy, copied, part: only a part of each is copied), DESCRIPTION
 * a pipeline without its sink, or "shape:NAME" for buffers made here, or
 * "sweep" for a run with each raw video format.  What is not zero-copy is run
 * again with copy-mode=never, which must refuse it.
 *
 * Prints TAP, and the rows as a table in its comments.
 */

#include <gst/allocators/gstdmabuf.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <stdio.h>
#include <string.h>

#include "dmabufs.h"
#include "usbhost.h"

#define HANG_US (120 * G_USEC_PER_SEC)
#define REFUSED "The frame cannot be sent without a copy because "
#define FRAMES 4

typedef struct
{
  const gchar *endpoint;
  GstAllocator *allocator;
  UsbHost *host;

  GMutex lock;
  GQueue expected;              /* of GBytes, not yet read by the host */
  gsize head_done;
  guint64 frames;
  guint64 transfers;
  guint64 sent;
  guint64 received;
  guint64 surplus;              /* bytes that nobody sent */
  gint64 first_wrong;           /* byte of this run, or -1 */

  GString *table;
  guint n_checks;
  guint n_failed;
} Test;

typedef struct
{
  const gchar *label;
  const gchar *format;
  const gchar *wanted;
  const gchar *description;
} Row;

typedef struct
{
  GError *error;
  guint n_warnings;
  GstStructure *stats;
} Run;

static void
check (Test * test, gboolean ok, const Row * row, const gchar * text)
{
  test->n_checks++;
  if (!ok)
    test->n_failed++;
  g_print ("%sok %u - %s, %s: %s\n", ok ? "" : "not ", test->n_checks,
      row->label, row->format, text);
}

/* ---- the host ---- */

static void
on_data (const guint8 * data, gsize size, gpointer user_data)
{
  Test *test = user_data;
  gsize part, left;

  g_mutex_lock (&test->lock);
  while (size > 0) {
    GBytes *frame = g_queue_peek_head (&test->expected);
    const guint8 *bytes;

    if (frame == NULL) {
      test->surplus += size;
      break;
    }
    bytes = g_bytes_get_data (frame, &left);
    left -= test->head_done;
    part = MIN (left, size);
    if (test->first_wrong < 0
        && memcmp (bytes + test->head_done, data, part) != 0)
      test->first_wrong = test->received;
    test->received += part;
    test->head_done += part;
    data += part;
    size -= part;
    if (part == left) {
      g_bytes_unref (g_queue_pop_head (&test->expected));
      test->head_done = 0;
    }
  }
  g_mutex_unlock (&test->lock);
}

static void
begin (Test * test)
{
  g_mutex_lock (&test->lock);
  g_queue_clear_full (&test->expected, (GDestroyNotify) g_bytes_unref);
  test->head_done = 0;
  test->frames = test->sent = test->received = test->surplus = 0;
  test->first_wrong = -1;
  g_mutex_unlock (&test->lock);
}

static void
expect (Test * test, const guint8 * data, gsize size)
{
  g_mutex_lock (&test->lock);
  test->frames++;
  test->sent += size;
  if (size > 0)
    g_queue_push_tail (&test->expected, g_bytes_new (data, size));
  g_mutex_unlock (&test->lock);
}

/* After the last fence the bytes are with the host; those of a transfer that
 * no short packet has ended yet are had by taking it back. */
static gboolean
take_all (Test * test)
{
  gboolean ok;

  usb_host_stop (test->host);
  g_mutex_lock (&test->lock);
  ok = test->received == test->sent && test->surplus == 0
      && test->first_wrong < 0;
  if (!ok)
    g_print ("# sent %" G_GUINT64_FORMAT " bytes, received %" G_GUINT64_FORMAT
        " and %" G_GUINT64_FORMAT " nobody sent, first difference after %"
        G_GINT64_FORMAT "\n", test->sent, test->received, test->surplus,
        test->first_wrong);
  g_mutex_unlock (&test->lock);
  return usb_host_start (test->host) && ok;
}

/* ---- the pipeline ---- */

/* Not by a tee: it would keep our pool from the source, and a gst_buffer_map()
 * of several memories would make them one. */
static GstPadProbeReturn
on_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GByteArray *bytes = g_byte_array_new ();
  guint i;

  (void) pad;
  for (i = 0; i < gst_buffer_n_memory (buffer); i++) {
    GstMemory *mem = gst_buffer_peek_memory (buffer, i);
    GstMapInfo map;

    if (mem->size > 0 && gst_memory_map (mem, &map, GST_MAP_READ)) {
      g_byte_array_append (bytes, map.data, map.size);
      gst_memory_unmap (mem, &map);
    }
  }
  expect (user_data, bytes->data, bytes->len);
  g_byte_array_unref (bytes);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_padded_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  GByteArray *bytes = g_byte_array_new ();
  GstMapInfo map;
  guint y;

  (void) pad;
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    for (y = 0; y < meta->height; y++)
      g_byte_array_append (bytes, map.data + y * meta->stride[0], meta->width);
    gst_buffer_unmap (buffer, &map);
  }
  expect (user_data, bytes->data, bytes->len);
  g_byte_array_unref (bytes);
  return GST_PAD_PROBE_OK;
}

/* ---- buffers of all shapes ---- */

static void
fill (GstMemory * mem)
{
  static guint32 value = 1;
  GstMapInfo map;
  gsize i;

  if (!gst_memory_map (mem, &map, GST_MAP_WRITE))
    g_error ("a memory cannot be mapped");
  for (i = 0; i < map.size; i++) {
    value = value * 1664525 + 1013904223;
    map.data[i] = value >> 24;
  }
  gst_memory_unmap (mem, &map);
}

static GstMemory *
dmabuf (Test * test, gsize size)
{
  GError *error = NULL;
  gint fd = test_dmabuf_new (size, NULL, &error);
  GstMemory *mem;

  if (fd < 0)
    g_error ("%s", error->message);
  mem = gst_dmabuf_allocator_alloc (test->allocator, fd, size);
  fill (mem);
  return mem;
}

static GstMemory *
sysmem (gsize size)
{
  GstMemory *mem = gst_allocator_alloc (NULL, size, NULL);

  fill (mem);
  return mem;
}

/* The share holds its parent. */
static GstMemory *
part_of (GstMemory * mem, gssize offset, gssize size)
{
  GstMemory *part = gst_memory_share (mem, offset, size);

  gst_memory_unref (mem);
  return part;
}

static GstBuffer *
buffer_of (GstMemory * first, ...)
{
  GstBuffer *buffer = gst_buffer_new ();
  GstMemory *mem;
  va_list args;

  va_start (args, first);
  for (mem = first; mem != NULL; mem = va_arg (args, GstMemory *))
    gst_buffer_append_memory (buffer, mem);
  va_end (args);
  return buffer;
}

static GstBuffer *
one_dmabuf (Test * test, guint i)
{
  return buffer_of (dmabuf (test, 70000 + i), NULL);
}

static GstBuffer *
back_to_back (Test * test, guint i)
{
  GstMemory *mem = dmabuf (test, 62345 + i);

  return buffer_of (gst_memory_share (mem, 0, 30000),
      gst_memory_share (mem, 30000, 20000), part_of (mem, 50000, 12345 + i),
      NULL);
}

static GstBuffer *
several (Test * test, guint i)
{
  (void) i;
  return buffer_of (dmabuf (test, 57600), dmabuf (test, 14400),
      dmabuf (test, 14400), NULL);
}

static GstBuffer *
shared (Test * test, guint i)
{
  return buffer_of (part_of (dmabuf (test, 40000), 0, 30000 + i), NULL);
}

static GstBuffer *
at_offset (Test * test, guint i)
{
  return buffer_of (part_of (dmabuf (test, 40000), 4096, 30000 + i), NULL);
}

static GstBuffer *
resized (Test * test, guint i)
{
  GstBuffer *buffer = one_dmabuf (test, i);

  gst_buffer_resize (buffer, 100, 50000);
  return buffer;
}

static GstBuffer *
header (Test * test, guint i)
{
  return buffer_of (sysmem (16), dmabuf (test, 30000 + i), NULL);
}

static GstBuffer *
trailer (Test * test, guint i)
{
  return buffer_of (dmabuf (test, 30000 + i), sysmem (32), NULL);
}

static GstBuffer *
mix (Test * test, guint i)
{
  GstBuffer *buffer = gst_buffer_new ();
  guint n;

  for (n = 0; n < gst_buffer_get_max_memory () / 2; n++) {
    gst_buffer_append_memory (buffer, dmabuf (test, 5000 + i + n));
    gst_buffer_append_memory (buffer, sysmem (100 + n));
  }
  return buffer;
}

static GstBuffer *
with_empty (Test * test, guint i)
{
  return i % 2 ? gst_buffer_new () : one_dmabuf (test, i);
}

static GstBuffer *
empty_memory (Test * test, guint i)
{
  return buffer_of (part_of (dmabuf (test, 5000), 0, 0),
      dmabuf (test, 20000 + i), part_of (sysmem (5000), 100, 0), NULL);
}

static GstBuffer *
one_byte (Test * test, guint i)
{
  (void) i;
  return buffer_of (dmabuf (test, 1), NULL);
}

static GstBuffer *
packets (Test * test, guint i)
{
  return buffer_of (dmabuf (test, 1024 << (2 * i)), NULL);
}

static GstBuffer *
system_memory (Test * test, guint i)
{
  (void) test;
  return buffer_of (sysmem (100000 + i), NULL);
}

/* Each larger than what the last copy was made into. */
static GstBuffer *
growing (Test * test, guint i)
{
  (void) test;
  return buffer_of (sysmem (1000 << (4 * i)), NULL);
}

#define PADDED_CAPS "video/x-raw,format=GRAY8,width=100,height=50," \
    "framerate=25/1"

static GstBuffer *
padded (Test * test, guint i)
{
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
  gint strides[GST_VIDEO_MAX_PLANES] = { 128 };
  GstBuffer *buffer = buffer_of (dmabuf (test, 128 * 50), NULL);

  (void) i;
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_GRAY8, 100, 50, 1, offsets, strides);
  return buffer;
}

static const struct
{
  const gchar *name;
  GstBuffer *(*make) (Test * test, guint i);
  /* How often each is sent. */
  guint times;
  const gchar *caps;
  const gchar *properties;
} shapes[] = {
  {"one-dmabuf", one_dmabuf, 1, NULL, ""},
  {"back-to-back", back_to_back, 1, NULL, ""},
  {"several-dmabufs", several, 1, NULL, ""},
  {"shared", shared, 1, NULL, ""},
  {"offset", at_offset, 1, NULL, ""},
  {"resized", resized, 1, NULL, ""},
  {"header", header, 1, NULL, ""},
  {"trailer", trailer, 1, NULL, ""},
  {"mix", mix, 1, NULL, ""},
  {"empty", with_empty, 1, NULL, ""},
  {"empty-memory", empty_memory, 1, NULL, ""},
  {"one-byte", one_byte, 1, NULL, ""},
  {"packets", packets, 1, NULL, ""},
  {"thrice", one_dmabuf, 3, NULL, ""},
  {"system", system_memory, 1, NULL, ""},
  {"growing", growing, 1, NULL, ""},
  {"padded", padded, 1, PADDED_CAPS, ""},
  {"padded-tight", padded, 1, PADDED_CAPS, "tight=true"},
};

/* ---- runs ---- */

static void
clear_run (Run * run)
{
  g_clear_error (&run->error);
  g_clear_pointer (&run->stats, gst_structure_free);
}

static void
push_shape (Test * test, GstElement * pipeline, guint shape)
{
  GstElement *src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  guint i, n;

  if (shapes[shape].caps != NULL)
    gst_util_set_object_arg (G_OBJECT (src), "caps", shapes[shape].caps);
  for (i = 0; i < FRAMES; i++) {
    GstBuffer *buffer = shapes[shape].make (test, i);

    for (n = 0; n < shapes[shape].times; n++)
      gst_app_src_push_buffer (GST_APP_SRC (src), gst_buffer_ref (buffer));
    gst_buffer_unref (buffer);
  }
  gst_app_src_end_of_stream (GST_APP_SRC (src));
  gst_object_unref (src);
}

static void
wait_end (GstElement * pipeline, Run * run)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean ended = FALSE;

  while (!ended) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus,
        HANG_US * GST_USECOND,
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);

    if (message == NULL) {
      g_set_error (&run->error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
          "the pipeline hangs");
      break;
    }
    switch (GST_MESSAGE_TYPE (message)) {
      case GST_MESSAGE_WARNING:
        run->n_warnings++;
        break;
      case GST_MESSAGE_ERROR:
        gst_message_parse_error (message, &run->error, NULL);
        ended = TRUE;
        break;
      default:
        ended = TRUE;
        break;
    }
    gst_message_unref (message);
  }
  gst_object_unref (bus);
}

static void
run_pipeline (Test * test, const gchar * description, const gchar * copy_mode,
    Run * run)
{
  GstPadProbeCallback probe = on_buffer;
  gint shape = -1;
  GstElement *pipeline, *sink;
  const gchar *properties = "";
  gchar *text;
  GstPad *pad;
  guint i;

  memset (run, 0, sizeof (*run));
  for (i = 0; i < G_N_ELEMENTS (shapes); i++) {
    if (g_str_has_prefix (description, "shape:")
        && strcmp (description + strlen ("shape:"), shapes[i].name) == 0)
      shape = i;
  }
  if (shape >= 0) {
    properties = shapes[shape].properties;
    description = "appsrc name=src format=time";
    if (strcmp (properties, "") != 0)
      probe = on_padded_buffer;
  }

  text = g_strdup_printf ("%s ! ffsdmabufsink name=sink endpoint=%s "
      "copy-mode=%s eos-timeout=-1 %s", description, test->endpoint, copy_mode,
      properties);
  pipeline = gst_parse_launch (text, &run->error);
  g_free (text);
  if (run->error != NULL) {
    gst_clear_object (&pipeline);
    return;
  }

  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  /* What is refused is not sent. */
  if (strcmp (copy_mode, "never") != 0) {
    pad = gst_element_get_static_pad (sink, "sink");
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, probe, test, NULL);
    gst_object_unref (pad);
  }

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  if (shape >= 0)
    push_shape (test, pipeline, shape);
  wait_end (pipeline, run);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_object_get (sink, "stats", &run->stats, NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

static guint64
stat (const Run * run, const gchar * field)
{
  guint64 value = G_MAXUINT64;
  guint small;

  if (run->stats == NULL)
    return value;
  if (!gst_structure_get_uint64 (run->stats, field, &value)
      && gst_structure_get_uint (run->stats, field, &small))
    value = small;
  return value;
}

/* How the frames went out, in words. */
static gchar *
outcome (Test * test, const Run * run)
{
  static const gchar *const reasons[] = { "memory", "offset", "padding",
    "no-sg", "no-ioctl", "mode"
  };
  guint64 zero = stat (run, "frames-zero-copy");
  guint64 copied = stat (run, "frames-copied");
  GString *text = g_string_new (NULL);
  guint i;

  if (copied == 0 && zero == test->frames) {
    g_string_append (text, "zero-copy");
  } else if (zero == 0 && copied == test->frames) {
    g_string_append (text, stat (run, "bytes-copied") < test->sent ? "part" :
        "copied");
  } else {
    g_string_append_printf (text, "%" G_GUINT64_FORMAT " zero-copy, %"
        G_GUINT64_FORMAT " copied", zero, copied);
  }
  for (i = 0; i < G_N_ELEMENTS (reasons); i++) {
    gchar *field = g_strconcat ("copied-", reasons[i], NULL);

    if (stat (run, field) > 0)
      g_string_append_printf (text, " (%s)", reasons[i]);
    g_free (field);
  }
  return g_string_free (text, FALSE);
}

/* Returns: how it was sent, NULL after a failure */
static gchar *
send (Test * test, const Row * row, const gchar * description)
{
  gboolean ended, same;
  gchar *how;
  Run run;

  begin (test);
  run_pipeline (test, description, "auto", &run);
  ended = run.error == NULL;
  if (!ended)
    g_print ("# %s\n", run.error->message);
  same = take_all (test) && ended;
  how = outcome (test, &run);
  test->transfers = stat (&run, "transfers-queued");
  if (ended && (stat (&run, "attachments") != 0
          || stat (&run, "in-flight") != 0
          || stat (&run, "bytes") != test->sent
          || run.n_warnings != (strcmp (how, "zero-copy") != 0
              && strstr (how, "padding") == NULL))) {
    gchar *text = gst_structure_to_string (run.stats);

    check (test, FALSE, row, "statistics and warnings");
    g_print ("# %s: %u warnings, %s\n", description, run.n_warnings, text);
    g_free (text);
  }
  clear_run (&run);
  if (ended && same)
    return how;

  check (test, FALSE, row, ended ? "the host has the same bytes" :
      "gets to the end");
  g_print ("# %s\n", description);
  g_free (how);
  return NULL;
}

static void
refuse (Test * test, const Row * row)
{
  Run run;

  begin (test);
  run_pipeline (test, row->description, "never", &run);
  take_all (test);
  check (test, run.error != NULL
      && g_str_has_prefix (run.error->message, REFUSED),
      row, "copy-mode=never refuses it and says why");
  g_print ("# %s\n", run.error != NULL ? run.error->message : "no error");
  check (test, test->surplus == 0, row, "of which the host sees nothing");
  clear_run (&run);
}

static void
add_line (Test * test, const Row * row, const gchar * how, gboolean refused,
    guint64 frames, guint64 transfers, guint64 bytes)
{
  g_string_append_printf (test->table, "# | %s | %s | %s%s | %" G_GUINT64_FORMAT
      " | %" G_GUINT64_FORMAT " | %" G_GUINT64_FORMAT " |\n", row->label,
      row->format, how, refused ? "; refused with copy-mode=never" : "", frames,
      transfers, bytes);
}

static void
test_row (Test * test, const Row * row)
{
  gchar *how = send (test, row, row->description);
  gboolean zero_copy;

  if (how == NULL) {
    add_line (test, row, "FAILED", FALSE, test->frames, test->transfers,
        test->received);
    return;
  }
  check (test, test->frames > 0, row, "the host has the same bytes");
  check (test, g_str_has_prefix (how, row->wanted), row, row->wanted);
  if (!g_str_has_prefix (how, row->wanted))
    g_print ("# %s\n", how);
  zero_copy = strcmp (how, "zero-copy") == 0;
  add_line (test, row, how, !zero_copy, test->frames, test->transfers,
      test->received);
  if (!zero_copy)
    refuse (test, row);
  g_free (how);
}

/* Whatever padding a format has at the end of a line, it has it here.  Not an
 * odd width: GStreamer 1.22 writes NV12_10LE40 and the like beyond the end of
 * the buffer then, which a dmabuf does not forgive. */
static void
sweep (Test * test, const Row * row)
{
  GstCaps *caps = gst_caps_from_string ("video/x-raw,format="
      GST_VIDEO_FORMATS_ALL);
  const GValue *formats = gst_structure_get_value
      (gst_caps_get_structure (caps, 0), "format");
  guint64 frames = 0, transfers = 0, bytes = 0;
  gboolean all = TRUE;
  guint i, n = gst_value_list_get_size (formats);

  for (i = 0; i < n; i++) {
    const gchar *format =
        g_value_get_string (gst_value_list_get_value (formats, i));
    gchar *description = g_strdup_printf ("videotestsrc num-buffers=2 "
        "! video/x-raw,format=%s,width=52,height=36", format);
    gchar *how = send (test, row, description);

    if (g_strcmp0 (how, row->wanted) != 0) {
      g_print ("# %s: %s\n", format, how ? how : "failed");
      all = FALSE;
    }
    frames += test->frames;
    transfers += test->transfers;
    bytes += test->received;
    g_free (description);
    g_free (how);
  }
  check (test, all && n > 50, row, row->wanted);
  g_print ("# %u formats\n", n);
  add_line (test, row, all ? row->wanted : "FAILED", FALSE, frames, transfers,
      bytes);
  gst_caps_unref (caps);
}

int
main (int argc, char **argv)
{
  gchar *endpoint = NULL, *serial = NULL;
  GOptionEntry entries[] = {
    {"endpoint", 0, 0, G_OPTION_ARG_FILENAME, &endpoint, "path", "FILE"},
    {"serial", 0, 0, G_OPTION_ARG_STRING, &serial, "of the gadget", "TEXT"},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };
  GOptionContext *context = g_option_context_new ("ROW...");
  Test test = { NULL, };
  GError *error = NULL;
  gint i;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || endpoint == NULL || serial == NULL) {
    g_printerr ("frame-shapes: %s\n",
        error != NULL ? error->message : "--endpoint and --serial");
    return 2;
  }
  g_option_context_free (context);
  setvbuf (stdout, NULL, _IOLBF, 0);

  test.endpoint = endpoint;
  test.allocator = gst_dmabuf_allocator_new ();
  test.table = g_string_new (NULL);
  g_mutex_init (&test.lock);
  g_queue_init (&test.expected);
  test.host = usb_host_new (serial, 65536, 8, on_data, &test);
  if (!usb_host_open (test.host) || !usb_host_start (test.host))
    return 1;

  for (i = 1; i < argc; i++) {
    gchar **fields = g_strsplit (argv[i], "|", 4);

    if (g_strv_length (fields) != 4) {
      g_printerr ("frame-shapes: not a row: %s\n", argv[i]);
      return 2;
    } else {
      const Row row = { fields[0], fields[1], fields[2], fields[3] };

      if (strcmp (row.description, "sweep") == 0)
        sweep (&test, &row);
      else
        test_row (&test, &row);
    }
    g_strfreev (fields);
  }

  check (&test, !usb_host_is_gone (test.host), &(const Row) {
        "host", "all", NULL, NULL
      }, "never disturbed");
  usb_host_free (test.host);
  g_print ("# | shape | format | result | frames | transfers | bytes |\n"
      "# |---|---|---|---|---|---|\n%s1..%u\n", test.table->str, test.n_checks);
  begin (&test);
  g_string_free (test.table, TRUE);
  gst_object_unref (test.allocator);
  return test.n_failed == 0 ? 0 : 1;
}
