/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Submits transfers, takes their data, and recovers an endpoint that stalled
 * or failed.
 *
 * Ownership: libusb owns a slot with submitted set until on_transfer () is
 * called. One thread, no locking.
 */

#include "stream.h"

#include <unistd.h>

/* Timeout for completions, and poll interval for the hold file. */
#define TICK_US 100000
#define HOLD_POLL_US 20000

/* Clearing a halt: timeout, and number of attempts without data in between. */
#define RECOVERY_TRIES 100
#define RECOVERY_PAUSE_US 20000
#define MAX_RECOVERIES 3

struct _Slot
{
  Stream *stream;
  struct libusb_transfer *transfer;
  unsigned char *data;
  gboolean data_is_dev_mem;
  gboolean submitted;
  /* Bytes expected from the device: less than the length of the transfer if a
   * short packet ends the frame. */
  guint64 expected;
};

/* Holding stops new requests; transfers in flight continue. */
static gboolean
held (Stream * stream)
{
  if (!stream->let_go)
    stream->let_go = stream->options->hold_file == NULL
        || access (stream->options->hold_file, F_OK) == 0;
  return !stream->let_go;
}

/* Returns the size of the next request, 0 for none. Requests end at frame
 * boundaries, so that a frame completes with its last byte. Together they
 * never exceed the wanted frames: a request for data that does not arrive
 * would delay the last frame forever. */
static guint64
plan_request (Stream * stream)
{
  const Options *options = stream->options;
  guint64 ahead = stream->frames->fill + stream->expected_in_flight;
  guint64 asked = stream->frames->count;
  guint64 left = stream->chunk;

  if (options->frame_size > 0) {
    asked += ahead / options->frame_size;
    if (options->max_frames > 0 && asked >= (guint64) options->max_frames)
      return 0;
    left = options->frame_size - ahead % options->frame_size;
  }
  if (asked >= (guint64) options->hold_after && held (stream))
    return 0;
  return MIN (left, (guint64) stream->chunk);
}

static guint64
round_up_to_packets (Stream * stream, guint64 size)
{
  guint packet_size = stream->device->packet_size;

  return (size + packet_size - 1) / packet_size * packet_size;
}

void
stream_submit (Stream * stream)
{
  while (stream->run->going && !stream->halted
      && stream->in_flight < stream->options->n_transfers) {
    Slot *slot = &stream->slots[stream->next_slot];
    guint64 expected = plan_request (stream);
    guint64 length;
    int result;

    if (expected == 0)
      return;
    /* Request whole packets: a packet that does not fit the buffer is an
     * overflow. */
    length = round_up_to_packets (stream, expected);
    slot->transfer->length = length;
    result = libusb_submit_transfer (slot->transfer);
    if (result == LIBUSB_ERROR_NO_DEVICE) {
      run_stop (stream->run, STATUS_GONE);
      return;
    }
    if (result < 0) {
      complain ("submitting a transfer of %" G_GUINT64_FORMAT " bytes: %s",
          length, libusb_strerror (result));
      if (result == LIBUSB_ERROR_NO_MEM)
        complain ("usbfs may be at its limit "
            "(/sys/module/usbcore/parameters/usbfs_memory_mb)");
      run_stop (stream->run, STATUS_ERROR);
      return;
    }
    slot->submitted = TRUE;
    slot->expected = expected;
    stream->expected_in_flight += expected;
    stream->in_flight++;
    stream->next_slot = (stream->next_slot + 1) % stream->options->n_transfers;
  }
}

void
stream_cancel (Stream * stream)
{
  gint n_slots = stream->options->n_transfers;
  gint i;

  /* Cancel the newest first, so that no later transfer starts when an earlier
   * one is cancelled. */
  for (i = 1; i <= n_slots; i++) {
    Slot *slot = &stream->slots[(stream->next_slot + n_slots - i) % n_slots];

    if (slot->submitted)
      libusb_cancel_transfer (slot->transfer);
  }
}

static void LIBUSB_CALL
on_transfer (struct libusb_transfer *transfer)
{
  Slot *slot = transfer->user_data;
  Stream *stream = slot->stream;

  slot->submitted = FALSE;
  stream->in_flight--;
  stream->expected_in_flight -= slot->expected;

  switch (transfer->status) {
    case LIBUSB_TRANSFER_COMPLETED:
      frames_receive (stream->frames, transfer->buffer,
          transfer->actual_length, transfer->actual_length < transfer->length);
      break;
    case LIBUSB_TRANSFER_CANCELLED:
      frames_receive (stream->frames, transfer->buffer,
          transfer->actual_length, FALSE);
      break;
    case LIBUSB_TRANSFER_NO_DEVICE:
      run_stop (stream->run, STATUS_GONE);
      break;
    default:
      /* A stall or a bus error, which some controllers also report for a
       * device that disconnects. The other transfers must complete before the
       * halt is cleared, or they receive bytes of a frame whose start is
       * lost. */
      if (!stream->halted) {
        if (transfer->status == LIBUSB_TRANSFER_STALL)
          stream->stalls++;
        else
          stream->errors++;
        stream->halted = TRUE;
        stream_cancel (stream);
      }
  }
  stream_submit (stream);
}

/* Clears the endpoint, or detects that the device has disconnected, which the
 * kernel may notice with a delay. */
static void
recover (Stream * stream)
{
  guint64 bytes = stream->frames->bytes;
  gint tries, result = LIBUSB_ERROR_OTHER;

  if (bytes == stream->bytes_at_recovery
      && ++stream->vain_recoveries > MAX_RECOVERIES) {
    complain ("the endpoint keeps failing without any data");
    run_stop (stream->run, STATUS_ERROR);
    return;
  }
  if (bytes != stream->bytes_at_recovery)
    stream->vain_recoveries = 0;
  stream->bytes_at_recovery = bytes;

  for (tries = 0; tries < RECOVERY_TRIES && result < 0 && !interrupted ();
      tries++) {
    if (tries > 0)
      g_usleep (RECOVERY_PAUSE_US);
    result = libusb_clear_halt (stream->device->handle,
        stream->device->endpoint);
    if (result == LIBUSB_ERROR_NO_DEVICE || result == LIBUSB_ERROR_NOT_FOUND) {
      run_stop (stream->run, STATUS_GONE);
      return;
    }
  }
  if (result < 0) {
    complain ("clearing the endpoint: %s", libusb_strerror (result));
    run_stop (stream->run, STATUS_ERROR);
    return;
  }
  frames_give_up (stream->frames);
  stream->halted = FALSE;
  stream_submit (stream);
}

gboolean
stream_step (Stream * stream)
{
  struct timeval tick = { 0, TICK_US };
  int result;

  if (stream->in_flight > 0) {
    result = libusb_handle_events_timeout (stream->device->usb, &tick);
    if (result < 0 && result != LIBUSB_ERROR_INTERRUPTED) {
      complain ("libusb: %s", libusb_strerror (result));
      run_stop (stream->run, STATUS_ERROR);
      return FALSE;
    }
  } else if (stream->run->going && !stream->halted) {
    g_usleep (HOLD_POLL_US);
    stream_submit (stream);
  }
  if (stream->halted && stream->in_flight == 0 && stream->run->going)
    recover (stream);
  return TRUE;
}

void
stream_init (Stream * stream, const Options * options, const Device * device,
    Frames * frames, Run * run)
{
  stream->options = options;
  stream->device = device;
  stream->frames = frames;
  stream->run = run;
  stream->chunk = round_up_to_packets (stream, options->chunk);
  if (stream->chunk != options->chunk)
    complain ("--chunk rounded up to %" G_GINT64_FORMAT " (packets of %u)",
        stream->chunk, device->packet_size);
}

gboolean
stream_allocate (Stream * stream)
{
  gint n_slots = stream->options->n_transfers;
  gint i;

  stream->slots = g_new0 (Slot, n_slots);
  for (i = 0; i < n_slots; i++) {
    Slot *slot = &stream->slots[i];

    slot->stream = stream;
    slot->transfer = libusb_alloc_transfer (0);
    /* Memory from the host controller's driver saves a copy in the kernel. */
    slot->data = libusb_dev_mem_alloc (stream->device->handle, stream->chunk);
    slot->data_is_dev_mem = slot->data != NULL;
    if (slot->data == NULL)
      slot->data = g_try_malloc (stream->chunk);
    if (slot->transfer == NULL || slot->data == NULL) {
      complain ("no memory for %d transfers of %" G_GINT64_FORMAT " bytes",
          n_slots, stream->chunk);
      return FALSE;
    }
    libusb_fill_bulk_transfer (slot->transfer, stream->device->handle,
        stream->device->endpoint, slot->data, stream->chunk, on_transfer, slot,
        0);
  }
  return TRUE;
}

void
stream_free (Stream * stream)
{
  gint i;

  for (i = 0; stream->slots != NULL && i < stream->options->n_transfers; i++) {
    Slot *slot = &stream->slots[i];

    /* libusb accesses transfers that never completed when the device is
     * closed, so leak them. */
    if (slot->submitted)
      continue;
    libusb_free_transfer (slot->transfer);
    if (slot->data_is_dev_mem)
      libusb_dev_mem_free (stream->device->handle, slot->data, stream->chunk);
    else
      g_free (slot->data);
  }
  g_clear_pointer (&stream->slots, g_free);
}
