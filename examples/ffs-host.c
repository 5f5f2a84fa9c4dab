/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The USB host's side: receives frames from a bulk IN endpoint with several
 * transfers in flight, keeps them or their checksums, and reports how it went.
 *
 * How the byte stream becomes frames: a frame is --frame-size bytes, counted
 * from the first byte received; where packets or transfers end does not
 * matter. With --short-is-frame a short packet ends a frame as well: one that
 * comes too early makes a short frame, which is counted and dropped, and the
 * next byte starts a new frame; a zero length packet after a whole frame means
 * nothing. With --short-is-frame and no --frame-size frames are whatever lies
 * between short packets.
 */

#include <errno.h>
#include <glib.h>
#include <libusb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_VID 0x1209
#define DEFAULT_PID 0x0001
#define DEFAULT_TRANSFERS 8
#define DEFAULT_CHUNK (64 * 1024)

/* How often to look for what gives no notice: a device (libusb has no hotplug
 * events where no udevd runs) or the hold file. */
#define RESCAN_US 100000
#define HOLD_POLL_US 20000

/* Clearing an endpoint: how long to try, and how often without any data in
 * between before giving up. */
#define RECOVERY_TRIES 100
#define RECOVERY_PAUSE_US 20000
#define MAX_RECOVERIES 3

/* Exit statuses, so that scripts can tell what happened. */
enum
{
  STATUS_OK = 0,
  STATUS_ERROR = 1,
  STATUS_USAGE = 2,
  STATUS_GONE = 3,
  STATUS_IDLE = 4,
  STATUS_NO_DEVICE = 5,
  STATUS_INTERRUPTED = 130
};

typedef struct _Host Host;

typedef struct
{
  Host *host;
  struct libusb_transfer *transfer;
  unsigned char *data;
  gboolean data_is_dev_mem;
  gboolean submitted;
  /* What we think the device will send into it. Less than the length of the
   * transfer where a short packet should end a frame. */
  guint64 expected;
} Slot;

struct _Host
{
  /* Options */
  guint vid;
  guint pid;
  gchar *serial;
  gint interface;
  gint endpoint;
  gint64 frame_size;
  gint64 max_frames;
  gint n_slots;
  gint64 chunk;
  gboolean short_is_frame;
  gboolean wait;
  gdouble wait_timeout;
  gdouble idle_timeout;
  gboolean reset;
  gboolean progress;
  gchar *hold_file;
  gint64 hold_after;
  gchar *checksum_path;
  gchar *output_path;
  gchar *json_path;
  GChecksumType checksum_type;

  /* Device */
  libusb_context *usb;
  libusb_device_handle *handle;
  guint packet_size;
  int speed;

  /* Stream */
  Slot *slots;
  gint in_flight;
  guint64 expected_in_flight;
  /* Submitting goes round the slots, and the kernel completes in order, so
   * this one is the oldest idle slot. */
  gint next_slot;
  gboolean running;
  gboolean halted;
  guint64 bytes_at_recovery;
  gint vain_recoveries;
  gint status;

  /* The frame that is being received */
  guint64 frame_fill;
  guint8 *frame;
  GByteArray *any_size_frame;
  GChecksum *checksum;
  FILE *checksum_file;
  FILE *output;

  /* Results */
  guint64 bytes;
  guint64 frames;
  guint64 frame_bytes;
  guint64 short_frames;
  guint64 short_packets;
  guint64 incomplete_frames;
  guint64 stalls;
  guint64 errors;
  gint64 first_byte_us;
  gint64 first_frame_us;
  gint64 last_frame_us;
  gint64 longest_gap_us;
  gint64 last_data_us;
  gint64 last_progress_us;
};

static volatile sig_atomic_t interrupted;

static void
on_signal (int number)
{
  interrupted = number;
}

static void __attribute__((format (printf, 1, 2)))
    complain (const gchar * format, ...)
{
  va_list args;

  fputs ("ffs-host: ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
}

static void
stop (Host * host, gint status)
{
  if (host->running) {
    host->running = FALSE;
    host->status = status;
  }
}

/* Frames */

static void
start_frame (Host * host)
{
  host->frame_fill = 0;
  if (host->checksum != NULL)
    g_checksum_reset (host->checksum);
  if (host->any_size_frame != NULL)
    g_byte_array_set_size (host->any_size_frame, 0);
}

static void
finish_frame (Host * host)
{
  gint64 now = g_get_monotonic_time ();
  const guint8 *data = host->frame;

  if (host->any_size_frame != NULL)
    data = host->any_size_frame->data;
  if (host->checksum != NULL
      && fprintf (host->checksum_file, "%s\n",
          g_checksum_get_string (host->checksum)) < 0) {
    complain ("%s: %s", host->checksum_path, g_strerror (errno));
    stop (host, STATUS_ERROR);
  }
  if (host->output != NULL
      && fwrite (data, 1, host->frame_fill, host->output) != host->frame_fill) {
    complain ("%s: %s", host->output_path, g_strerror (errno));
    stop (host, STATUS_ERROR);
  }

  if (host->frames == 0)
    host->first_frame_us = now;
  else
    host->longest_gap_us = MAX (host->longest_gap_us,
        now - host->last_frame_us);
  host->last_frame_us = now;
  host->frames++;
  host->frame_bytes += host->frame_fill;
  start_frame (host);

  if (host->max_frames > 0 && host->frames == (guint64) host->max_frames)
    stop (host, STATUS_OK);
}

static void
add_bytes (Host * host, const guint8 * data, gsize size)
{
  if (host->checksum != NULL)
    g_checksum_update (host->checksum, data, size);
  if (host->any_size_frame != NULL)
    g_byte_array_append (host->any_size_frame, data, size);
  else if (host->frame != NULL)
    memcpy (host->frame + host->frame_fill, data, size);
  host->frame_fill += size;
}

static void
receive (Host * host, const guint8 * data, gsize size, gboolean is_short)
{
  gsize part;

  if (size > 0) {
    host->last_data_us = g_get_monotonic_time ();
    if (host->bytes == 0)
      host->first_byte_us = host->last_data_us;
    host->bytes += size;
  }
  if (is_short)
    host->short_packets++;
  while (size > 0 && host->running) {
    part = size;
    if (host->frame_size > 0)
      part = MIN (part, host->frame_size - host->frame_fill);
    add_bytes (host, data, part);
    data += part;
    size -= part;
    if (host->frame_size > 0 && host->frame_fill == (guint64) host->frame_size)
      finish_frame (host);
  }
  if (!is_short || !host->running || !host->short_is_frame
      || host->frame_fill == 0)
    return;
  if (host->frame_size == 0) {
    finish_frame (host);
  } else {
    host->short_frames++;
    start_frame (host);
  }
}

/* Transfers */

/* Holding stops new requests, what is in flight can not be held back. */
static gboolean
held (Host * host)
{
  if (host->hold_file == NULL)
    return FALSE;
  if (access (host->hold_file, F_OK) != 0)
    return TRUE;
  g_clear_pointer (&host->hold_file, g_free);
  return FALSE;
}

/* How many bytes to ask for next, 0 for none. Requests end where frames end,
 * so that a frame is complete when its last byte is here, and all requests
 * together never ask for more than the frames that are wanted: what does not
 * come would keep the last frame waiting for ever. */
static guint64
plan_request (Host * host)
{
  guint64 ahead = host->frame_fill + host->expected_in_flight;
  guint64 asked, left;

  if (host->frame_size == 0)
    return host->frames >= (guint64) host->hold_after
        && held (host) ? 0 : host->chunk;
  asked = host->frames + ahead / host->frame_size;
  if (host->max_frames > 0 && asked >= (guint64) host->max_frames)
    return 0;
  if (asked >= (guint64) host->hold_after && held (host))
    return 0;
  left = host->frame_size - ahead % host->frame_size;
  return MIN (left, (guint64) host->chunk);
}

static void
submit_slots (Host * host)
{
  while (host->running && !host->halted && host->in_flight < host->n_slots) {
    Slot *slot = &host->slots[host->next_slot];
    guint64 expected = plan_request (host);
    guint64 length;
    int result;

    if (expected == 0)
      return;
    /* Only whole packets can be asked for: a longer packet than the rest of
     * the buffer would be an overflow. */
    length = (expected + host->packet_size - 1) / host->packet_size
        * host->packet_size;
    slot->transfer->length = length;
    result = libusb_submit_transfer (slot->transfer);
    if (result == LIBUSB_ERROR_NO_DEVICE) {
      stop (host, STATUS_GONE);
      return;
    }
    if (result < 0) {
      complain ("submitting a transfer of %" G_GUINT64_FORMAT " bytes: %s",
          length, libusb_strerror (result));
      if (result == LIBUSB_ERROR_NO_MEM)
        complain ("usbfs may be at its limit "
            "(/sys/module/usbcore/parameters/usbfs_memory_mb)");
      stop (host, STATUS_ERROR);
      return;
    }
    slot->submitted = TRUE;
    slot->expected = expected;
    host->expected_in_flight += expected;
    host->in_flight++;
    host->next_slot = (host->next_slot + 1) % host->n_slots;
  }
}

static void
cancel_slots (Host * host)
{
  gint i;

  /* Newest first, so that no later transfer starts when an earlier one has
   * been taken away. */
  for (i = 1; i <= host->n_slots; i++) {
    Slot *slot = &host->slots[(host->next_slot + host->n_slots - i)
        % host->n_slots];

    if (slot->submitted)
      libusb_cancel_transfer (slot->transfer);
  }
}

static void LIBUSB_CALL
on_transfer (struct libusb_transfer *transfer)
{
  Slot *slot = transfer->user_data;
  Host *host = slot->host;

  slot->submitted = FALSE;
  host->in_flight--;
  host->expected_in_flight -= slot->expected;

  switch (transfer->status) {
    case LIBUSB_TRANSFER_COMPLETED:
      receive (host, transfer->buffer, transfer->actual_length,
          transfer->actual_length < transfer->length);
      break;
    case LIBUSB_TRANSFER_CANCELLED:
      receive (host, transfer->buffer, transfer->actual_length, FALSE);
      break;
    case LIBUSB_TRANSFER_NO_DEVICE:
      stop (host, STATUS_GONE);
      break;
    default:
      /* A stall, or an error on the wire, which is also how some controllers
       * show a device that goes away. The other transfers must end before the
       * endpoint is cleared, or they would take bytes of a frame whose start
       * is lost. */
      if (!host->halted) {
        if (transfer->status == LIBUSB_TRANSFER_STALL)
          host->stalls++;
        else
          host->errors++;
        host->halted = TRUE;
        cancel_slots (host);
      }
  }
  submit_slots (host);
}

/* Puts the endpoint to work again, or finds out that the device is gone: the
 * kernel may need a moment to notice that. */
static void
recover (Host * host)
{
  gint tries, result = LIBUSB_ERROR_OTHER;

  if (host->bytes == host->bytes_at_recovery
      && ++host->vain_recoveries > MAX_RECOVERIES) {
    complain ("the endpoint fails again and again without giving any data");
    stop (host, STATUS_ERROR);
    return;
  }
  if (host->bytes != host->bytes_at_recovery)
    host->vain_recoveries = 0;
  host->bytes_at_recovery = host->bytes;

  for (tries = 0; tries < RECOVERY_TRIES && result < 0 && !interrupted; tries++) {
    if (tries > 0)
      g_usleep (RECOVERY_PAUSE_US);
    result = libusb_clear_halt (host->handle, host->endpoint);
    if (result == LIBUSB_ERROR_NO_DEVICE || result == LIBUSB_ERROR_NOT_FOUND) {
      stop (host, STATUS_GONE);
      return;
    }
  }
  if (result < 0) {
    complain ("clearing the endpoint: %s", libusb_strerror (result));
    stop (host, STATUS_ERROR);
    return;
  }
  if (host->frame_fill > 0) {
    host->incomplete_frames++;
    start_frame (host);
  }
  host->halted = FALSE;
  submit_slots (host);
}

static gboolean
allocate_slots (Host * host)
{
  gint i;

  host->slots = g_new0 (Slot, host->n_slots);
  for (i = 0; i < host->n_slots; i++) {
    Slot *slot = &host->slots[i];

    slot->host = host;
    slot->transfer = libusb_alloc_transfer (0);
    /* Memory of the controller's driver saves a copy in the kernel. */
    slot->data = libusb_dev_mem_alloc (host->handle, host->chunk);
    slot->data_is_dev_mem = slot->data != NULL;
    if (slot->data == NULL)
      slot->data = g_try_malloc (host->chunk);
    if (slot->transfer == NULL || slot->data == NULL) {
      complain ("no memory for %d transfers of %" G_GINT64_FORMAT " bytes",
          host->n_slots, host->chunk);
      return FALSE;
    }
    libusb_fill_bulk_transfer (slot->transfer, host->handle, host->endpoint,
        slot->data, host->chunk, on_transfer, slot, 0);
  }
  return TRUE;
}

static void
free_slots (Host * host)
{
  gint i;

  for (i = 0; host->slots != NULL && i < host->n_slots; i++) {
    Slot *slot = &host->slots[i];

    libusb_free_transfer (slot->transfer);
    if (slot->data_is_dev_mem)
      libusb_dev_mem_free (host->handle, slot->data, host->chunk);
    else
      g_free (slot->data);
  }
  g_clear_pointer (&host->slots, g_free);
}

/* Device */

static gboolean
serial_matches (Host * host, libusb_device_handle * handle, guint8 index)
{
  unsigned char text[256];

  if (host->serial == NULL)
    return TRUE;
  if (index == 0 || libusb_get_string_descriptor_ascii (handle, index, text,
          sizeof (text)) < 0)
    return FALSE;
  return strcmp ((const char *) text, host->serial) == 0;
}

/* Opens the device if it is there. FALSE is an error that waiting does not
 * cure. */
static gboolean
try_open (Host * host)
{
  struct libusb_device_descriptor desc;
  libusb_device **list;
  ssize_t count, i;
  int result;
  gboolean ok = TRUE;

  count = libusb_get_device_list (host->usb, &list);
  if (count < 0) {
    complain ("listing USB devices: %s", libusb_strerror (count));
    return FALSE;
  }
  for (i = 0; i < count && host->handle == NULL && ok; i++) {
    libusb_device_handle *handle;

    if (libusb_get_device_descriptor (list[i], &desc) < 0
        || desc.idVendor != host->vid || desc.idProduct != host->pid)
      continue;
    result = libusb_open (list[i], &handle);
    if (result == LIBUSB_ERROR_ACCESS) {
      complain ("no permission for /dev/bus/usb/%03u/%03u: run as root or "
          "give it to this user", libusb_get_bus_number (list[i]),
          libusb_get_device_address (list[i]));
      ok = FALSE;
    }
    /* Other errors: it has just come or gone. */
    if (result < 0)
      continue;
    if (serial_matches (host, handle, desc.iSerialNumber)) {
      host->handle = handle;
      host->speed = libusb_get_device_speed (list[i]);
    } else {
      libusb_close (handle);
    }
  }
  libusb_free_device_list (list, 1);
  return ok;
}

static gint
open_device (Host * host)
{
  gint64 deadline = g_get_monotonic_time ()
      + (gint64) (host->wait_timeout * G_USEC_PER_SEC);
  gboolean told = FALSE;
  int result;

  for (;;) {
    result = libusb_init (&host->usb);
    if (result < 0) {
      complain ("libusb: %s", libusb_strerror (result));
      return STATUS_ERROR;
    }
    if (!try_open (host))
      return STATUS_ERROR;
    if (host->handle != NULL)
      return STATUS_OK;
    if (interrupted)
      return STATUS_INTERRUPTED;
    if (!host->wait || (host->wait_timeout > 0
            && g_get_monotonic_time () >= deadline)) {
      complain ("no device %04x:%04x%s%s%s", host->vid, host->pid,
          host->serial != NULL ? " with serial '" : "",
          host->serial != NULL ? host->serial : "",
          host->serial != NULL ? "'" : "");
      return STATUS_NO_DEVICE;
    }
    if (host->progress && !told) {
      fprintf (stderr, "host: waiting for %04x:%04x\n", host->vid, host->pid);
      told = TRUE;
    }
    /* A new context looks at the bus anew. */
    libusb_exit (host->usb);
    host->usb = NULL;
    g_usleep (RESCAN_US);
  }
}

static const struct libusb_endpoint_descriptor *
find_endpoint (Host * host, const struct libusb_config_descriptor *config,
    gint * interface)
{
  gint i, j;

  for (i = 0; i < config->bNumInterfaces; i++) {
    const struct libusb_interface_descriptor *desc =
        &config->interface[i].altsetting[0];

    if (host->interface >= 0 && desc->bInterfaceNumber != host->interface)
      continue;
    for (j = 0; j < desc->bNumEndpoints; j++) {
      const struct libusb_endpoint_descriptor *ep = &desc->endpoint[j];

      if ((ep->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK)
          != LIBUSB_TRANSFER_TYPE_BULK
          || (ep->bEndpointAddress & LIBUSB_ENDPOINT_IN) == 0)
        continue;
      if (host->endpoint >= 0 && ep->bEndpointAddress != host->endpoint)
        continue;
      *interface = desc->bInterfaceNumber;
      return ep;
    }
  }
  return NULL;
}

static gint
claim (Host * host)
{
  struct libusb_config_descriptor *config;
  const struct libusb_endpoint_descriptor *ep;
  int result;

  if (host->reset) {
    result = libusb_reset_device (host->handle);
    if (result < 0) {
      complain ("reset: %s", libusb_strerror (result));
      return result == LIBUSB_ERROR_NOT_FOUND
          || result == LIBUSB_ERROR_NO_DEVICE ? STATUS_GONE : STATUS_ERROR;
    }
  }
  result = libusb_get_active_config_descriptor
      (libusb_get_device (host->handle), &config);
  if (result < 0) {
    complain ("reading the configuration: %s", libusb_strerror (result));
    return STATUS_ERROR;
  }
  ep = find_endpoint (host, config, &host->interface);
  if (ep != NULL) {
    host->endpoint = ep->bEndpointAddress;
    host->packet_size = ep->wMaxPacketSize;
  }
  libusb_free_config_descriptor (config);
  if (ep == NULL) {
    complain ("the device has no bulk IN endpoint as asked for");
    return STATUS_ERROR;
  }
  libusb_set_auto_detach_kernel_driver (host->handle, 1);
  result = libusb_claim_interface (host->handle, host->interface);
  if (result < 0) {
    complain ("claiming interface %d: %s", host->interface,
        libusb_strerror (result));
    return result == LIBUSB_ERROR_NO_DEVICE ? STATUS_GONE : STATUS_ERROR;
  }
  if (host->chunk % host->packet_size != 0) {
    host->chunk = (host->chunk / host->packet_size + 1) * host->packet_size;
    complain ("--chunk rounded up to %" G_GINT64_FORMAT " (packets of %u)",
        host->chunk, host->packet_size);
  }
  return STATUS_OK;
}

static const gchar *
speed_name (int speed)
{
  switch (speed) {
    case LIBUSB_SPEED_FULL:
      return "full speed";
    case LIBUSB_SPEED_HIGH:
      return "high speed";
    case LIBUSB_SPEED_SUPER:
      return "SuperSpeed";
    case LIBUSB_SPEED_SUPER_PLUS:
      return "SuperSpeed Plus";
    default:
      return "unknown speed";
  }
}

/* Reports */

/* The first frame is left out of the rate: its start is not known. */
static gdouble
frames_per_second (Host * host)
{
  gint64 time = host->last_frame_us - host->first_frame_us;

  return host->frames < 2 || time <= 0 ? 0.0 :
      (host->frames - 1) * (gdouble) G_USEC_PER_SEC / time;
}

static gdouble
megabytes_per_second (Host * host)
{
  return host->frames == 0 ? 0.0 :
      frames_per_second (host) * host->frame_bytes / host->frames / 1e6;
}

static void
show_progress (Host * host)
{
  gint64 now = g_get_monotonic_time ();

  if (now - host->last_progress_us < G_USEC_PER_SEC)
    return;
  host->last_progress_us = now;
  if (host->bytes == 0) {
    fputs ("host: nothing yet\n", stderr);
    return;
  }
  fprintf (stderr, "host: %" G_GUINT64_FORMAT, host->frames);
  if (host->max_frames > 0)
    fprintf (stderr, " of %" G_GINT64_FORMAT, host->max_frames);
  fprintf (stderr, " frames, %.1f frames/s, %.1f MB/s\n",
      frames_per_second (host), megabytes_per_second (host));
}

static const gchar *
status_name (gint status)
{
  switch (status) {
    case STATUS_OK:
      return "complete";
    case STATUS_GONE:
      return "device-gone";
    case STATUS_IDLE:
      return "idle";
    case STATUS_NO_DEVICE:
      return "no-device";
    case STATUS_INTERRUPTED:
      return "interrupted";
    default:
      return "error";
  }
}

static void
print_report (Host * host)
{
  static const gchar *const endings[] = { "all frames are here",
    "an error", NULL, "the device went away", "nothing came any more",
    "no device"
  };
  const gchar *ending = host->status == STATUS_INTERRUPTED ? "interrupted" :
      endings[host->status];

  /* The standard output may be where the frames go. */
  fprintf (stderr,
      "host: ended, %s\n"
      "  frames        %" G_GUINT64_FORMAT "\n"
      "  short frames  %" G_GUINT64_FORMAT "\n"
      "  incomplete    %" G_GUINT64_FORMAT "\n"
      "  bytes         %" G_GUINT64_FORMAT "\n"
      "  rate          %.2f frames/s, %.2f MB/s (%s)\n"
      "  longest gap   %.1f ms\n"
      "  stalls        %" G_GUINT64_FORMAT "\n"
      "  errors        %" G_GUINT64_FORMAT "\n",
      ending, host->frames, host->short_frames, host->incomplete_frames,
      host->bytes, frames_per_second (host), megabytes_per_second (host),
      speed_name (host->speed), host->longest_gap_us / 1000.0, host->stalls,
      host->errors);
}

static gboolean
write_json (Host * host)
{
  FILE *file = fopen (host->json_path, "w");
  gchar rate[2][G_ASCII_DTOSTR_BUF_SIZE];
  gboolean ok;

  if (file == NULL) {
    complain ("%s: %s", host->json_path, g_strerror (errno));
    return FALSE;
  }
  g_ascii_formatd (rate[0], sizeof (rate[0]), "%.3f", frames_per_second (host));
  g_ascii_formatd (rate[1], sizeof (rate[1]), "%.3f",
      megabytes_per_second (host));
  ok = fprintf (file, "{\"status\": \"%s\", \"frames\": %" G_GUINT64_FORMAT
      ", \"short_frames\": %" G_GUINT64_FORMAT
      ", \"incomplete_frames\": %" G_GUINT64_FORMAT
      ", \"short_packets\": %" G_GUINT64_FORMAT
      ", \"bytes\": %" G_GUINT64_FORMAT
      ", \"stalls\": %" G_GUINT64_FORMAT
      ", \"errors\": %" G_GUINT64_FORMAT
      ", \"longest_gap_us\": %" G_GINT64_FORMAT
      ", \"fps\": %s, \"mb_per_s\": %s}\n", status_name (host->status),
      host->frames, host->short_frames, host->incomplete_frames,
      host->short_packets, host->bytes, host->stalls, host->errors,
      host->longest_gap_us, rate[0], rate[1]) > 0;
  if (fclose (file) != 0 || !ok) {
    complain ("%s: %s", host->json_path, g_strerror (errno));
    return FALSE;
  }
  return TRUE;
}

/* Main */

static void
stream (Host * host)
{
  gint64 idle_us = host->idle_timeout * G_USEC_PER_SEC;
  int result;

  host->running = TRUE;
  host->last_data_us = g_get_monotonic_time ();
  submit_slots (host);

  while (host->running || host->in_flight > 0) {
    struct timeval tick = { 0, 100000 };

    if (host->running) {
      if (interrupted)
        stop (host, STATUS_INTERRUPTED);
      else if (idle_us > 0
          && g_get_monotonic_time () - host->last_data_us > idle_us)
        stop (host, STATUS_IDLE);
      else if (host->progress)
        show_progress (host);
    }
    if (!host->running)
      cancel_slots (host);
    if (host->in_flight > 0) {
      /* Wakes up for each completion; the tick is for what is above. */
      result = libusb_handle_events_timeout (host->usb, &tick);
      if (result < 0 && result != LIBUSB_ERROR_INTERRUPTED) {
        complain ("libusb: %s", libusb_strerror (result));
        stop (host, STATUS_ERROR);
        return;
      }
    } else if (host->running && !host->halted) {
      g_usleep (HOLD_POLL_US);
      submit_slots (host);
    }
    if (host->halted && host->in_flight == 0 && host->running)
      recover (host);
  }
  if (host->frame_fill > 0)
    host->incomplete_frames++;
}

static gboolean
parse_id (const gchar * option, const gchar * value, gpointer data,
    GError ** error)
{
  Host *host = data;
  guint64 id;
  gchar *end;

  id = g_ascii_strtoull (value, &end, 16);
  if (end == value || *end != '\0' || id > G_MAXUINT16) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "%s wants a hexadecimal number of up to four digits, not '%s'",
        option, value);
    return FALSE;
  }
  if (g_str_has_suffix (option, "vid"))
    host->vid = id;
  else
    host->pid = id;
  return TRUE;
}

static gboolean
parse_hash (const gchar * option, const gchar * value, gpointer data,
    GError ** error)
{
  static const struct
  {
    const gchar *name;
    GChecksumType type;
  } hashes[] = {
    {"md5", G_CHECKSUM_MD5}, {"sha1", G_CHECKSUM_SHA1},
    {"sha256", G_CHECKSUM_SHA256}, {"sha512", G_CHECKSUM_SHA512}
  };
  Host *host = data;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (hashes); i++) {
    if (strcmp (value, hashes[i].name) == 0) {
      host->checksum_type = hashes[i].type;
      return TRUE;
    }
  }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "%s is md5, sha1, sha256 or sha512, not '%s'", option, value);
  return FALSE;
}

static gboolean
parse_options (Host * host, int *argc, char ***argv)
{
  GOptionEntry entries[] = {
    {"vid", 0, 0, G_OPTION_ARG_CALLBACK, parse_id,
        "vendor id in hex (default 1209)", "ID"},
    {"pid", 0, 0, G_OPTION_ARG_CALLBACK, parse_id,
        "product id in hex (default 0001)", "ID"},
    {"serial", 0, 0, G_OPTION_ARG_STRING, &host->serial,
        "take the device with this serial number", "TEXT"},
    {"interface", 0, 0, G_OPTION_ARG_INT, &host->interface,
        "interface number (default: the first with a bulk IN endpoint)", "N"},
    {"endpoint", 0, 0, G_OPTION_ARG_INT, &host->endpoint,
        "endpoint address, such as 0x81 (default: the first bulk IN)", "N"},
    {"frame-size", 0, 0, G_OPTION_ARG_INT64, &host->frame_size,
        "bytes of a frame", "N"},
    {"short-is-frame", 0, 0, G_OPTION_ARG_NONE, &host->short_is_frame,
        "a short packet ends a frame too; without --frame-size nothing else "
          "does", NULL},
    {"frames", 0, 0, G_OPTION_ARG_INT64, &host->max_frames,
        "end after N frames (default 0: never)", "N"},
    {"transfers", 0, 0, G_OPTION_ARG_INT, &host->n_slots,
        "transfers in flight (default 8)", "N"},
    {"chunk", 0, 0, G_OPTION_ARG_INT64, &host->chunk,
        "bytes of a transfer (default 65536)", "N"},
    {"wait", 0, 0, G_OPTION_ARG_NONE, &host->wait,
        "wait for the device", NULL},
    {"wait-timeout", 0, 0, G_OPTION_ARG_DOUBLE, &host->wait_timeout,
        "wait for the device, no longer than S seconds", "S"},
    {"idle-timeout", 0, 0, G_OPTION_ARG_DOUBLE, &host->idle_timeout,
        "end when nothing comes for S seconds (default 0: never)", "S"},
    {"reset", 0, 0, G_OPTION_ARG_NONE, &host->reset,
        "reset the device first", NULL},
    {"hold-file", 0, 0, G_OPTION_ARG_FILENAME, &host->hold_file,
        "do not read until FILE exists", "FILE"},
    {"hold-after", 0, 0, G_OPTION_ARG_INT64, &host->hold_after,
        "with --hold-file: read N frames before holding", "N"},
    {"checksums", 0, 0, G_OPTION_ARG_FILENAME, &host->checksum_path,
        "write one checksum a frame, one a line", "FILE"},
    {"hash", 0, 0, G_OPTION_ARG_CALLBACK, parse_hash,
        "md5, sha1 (default), sha256 or sha512", "TYPE"},
    {"output", 0, 0, G_OPTION_ARG_FILENAME, &host->output_path,
          "write the frames one behind the other; - is the standard output",
        "FILE"},
    {"json", 0, 0, G_OPTION_ARG_FILENAME, &host->json_path,
        "write the results as one line of JSON", "FILE"},
    {"progress", 0, 0, G_OPTION_ARG_NONE, &host->progress,
        "one line a second", NULL},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };
  GOptionContext *context;
  GOptionGroup *group;
  GError *error = NULL;
  gboolean ok;

  context = g_option_context_new ("- receive frames from a bulk IN endpoint");
  g_option_context_set_description (context,
      "Ends with 0 when all frames came, 1 on an error, 2 on wrong usage, 3 "
      "when the\ndevice went away, 4 when nothing came for --idle-timeout, 5 "
      "without a device,\n130 when interrupted. The report goes to the standard "
      "error output.");
  group = g_option_group_new ("host", NULL, NULL, host, NULL);
  g_option_group_add_entries (group, entries);
  g_option_context_set_main_group (context, group);
  ok = g_option_context_parse (context, argc, argv, &error);
  g_option_context_free (context);
  if (!ok) {
    complain ("%s", error->message);
    g_error_free (error);
    return FALSE;
  }
  if (*argc > 1) {
    complain ("unexpected argument '%s'", (*argv)[1]);
    return FALSE;
  }
  if (host->frame_size < 0 || (host->frame_size == 0 && !host->short_is_frame)) {
    complain ("--frame-size says how many bytes a frame has");
    return FALSE;
  }
  if (host->n_slots < 1 || host->n_slots > 256 || host->chunk < 1
      || host->chunk > 16 * 1024 * 1024) {
    complain ("--transfers is 1 to 256, --chunk 1 to 16777216");
    return FALSE;
  }
  if (host->wait_timeout > 0)
    host->wait = TRUE;
  return TRUE;
}

static gboolean
open_files (Host * host)
{
  if (host->checksum_path != NULL) {
    host->checksum_file = fopen (host->checksum_path, "we");
    if (host->checksum_file == NULL) {
      complain ("%s: %s", host->checksum_path, g_strerror (errno));
      return FALSE;
    }
    /* Whoever watches sees each frame as it comes. */
    setvbuf (host->checksum_file, NULL, _IOLBF, 0);
    host->checksum = g_checksum_new (host->checksum_type);
  }
  if (host->output_path != NULL) {
    host->output = strcmp (host->output_path, "-") == 0 ? stdout :
        fopen (host->output_path, "we");
    if (host->output == NULL) {
      complain ("%s: %s", host->output_path, g_strerror (errno));
      return FALSE;
    }
    if (host->frame_size == 0) {
      host->any_size_frame = g_byte_array_new ();
    } else {
      host->frame = g_try_malloc (host->frame_size);
      if (host->frame == NULL) {
        complain ("no memory for a frame of %" G_GINT64_FORMAT " bytes",
            host->frame_size);
        return FALSE;
      }
    }
  }
  return TRUE;
}

static gboolean
close_file (FILE * file, const gchar * path)
{
  if (file == NULL || fclose (file) == 0)
    return TRUE;
  complain ("%s: %s", path, g_strerror (errno));
  return FALSE;
}

static void
close_device (Host * host)
{
  if (host->handle != NULL) {
    free_slots (host);
    libusb_release_interface (host->handle, host->interface);
    libusb_close (host->handle);
  }
  if (host->usb != NULL)
    libusb_exit (host->usb);
}

int
main (int argc, char **argv)
{
  Host host = {
    .vid = DEFAULT_VID,
    .pid = DEFAULT_PID,
    .interface = -1,
    .endpoint = -1,
    .n_slots = DEFAULT_TRANSFERS,
    .chunk = DEFAULT_CHUNK,
    .checksum_type = G_CHECKSUM_SHA1,
  };
  struct sigaction action;

  if (!parse_options (&host, &argc, &argv))
    return STATUS_USAGE;

  memset (&action, 0, sizeof (action));
  action.sa_handler = on_signal;
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);

  host.status = STATUS_ERROR;
  if (open_files (&host)) {
    host.status = open_device (&host);
    if (host.status == STATUS_OK)
      host.status = claim (&host);
    if (host.status == STATUS_OK) {
      if (host.progress)
        fprintf (stderr, "host: %04x:%04x at %s, endpoint 0x%02x, packets of "
            "%u\n", host.vid, host.pid, speed_name (host.speed), host.endpoint,
            host.packet_size);
      if (!allocate_slots (&host))
        host.status = STATUS_ERROR;
      else
        stream (&host);
      print_report (&host);
    }
  }
  close_device (&host);

  if (!close_file (host.checksum_file, host.checksum_path)
      || !close_file (host.output, host.output_path)
      || (host.json_path != NULL && !write_json (&host)))
    host.status = STATUS_ERROR;
  g_clear_pointer (&host.checksum, g_checksum_free);
  g_clear_pointer (&host.any_size_frame, g_byte_array_unref);
  g_free (host.frame);
  g_free (host.serial);
  g_free (host.hold_file);
  g_free (host.checksum_path);
  g_free (host.output_path);
  g_free (host.json_path);
  return host.status;
}
