/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The other direction of docs/protocol.md: sends frames to a board that runs
 * ffsdmabufsrc profile=stream.
 *
 * Raw video is read from the files one behind the other, or from the standard
 * input; of encoded video each file is a frame.
 *
 * Ownership: owns one frame and the file it comes from.  One thread, no locking.
 */

#include "host-send.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HEADER_SIZE 96
#define MAX_FRAME (1u << 30)
#define NO_TIME UINT64_MAX

/* The board negotiates with its pipeline meanwhile. */
#define LAYOUT_TRIES 200
#define LAYOUT_PAUSE_US 50000

/* A board whose display has all the buffers lets the host wait for as long as it
 * takes; signals are looked at in between. */
#define WRITE_TIMEOUT 500

enum type
{
  FRAME = 2, END = 3
};

typedef struct
{
  Camera *camera;
  char **files;                 /* NULL at the end */
  FILE *file;
  bool from_stdin;
  Layout layout;
  uint8_t *frame;
  uint64_t sequence;
} Sender;

static void
put16 (uint8_t * p, uint16_t value)
{
  p[0] = value;
  p[1] = value >> 8;
}

static void
put32 (uint8_t * p, uint32_t value)
{
  put16 (p, value);
  put16 (p + 2, value >> 16);
}

static void
put64 (uint8_t * p, uint64_t value)
{
  put32 (p, value);
  put32 (p + 4, value >> 32);
}

static uint64_t
get_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * UINT64_C (1000000000) + now.tv_nsec;
}

/* ---- to the board ---- */

/* Sends all of the data, without a timeout. */
static Result
send_bytes (Sender * self, uint8_t * data, size_t size)
{
  Camera *camera = self->camera;
  size_t done = 0;

  do {
    int got = 0;
    int result = libusb_bulk_transfer (camera->handle, camera->endpoint,
        data + done, size - done, &got, WRITE_TIMEOUT);

    done += got;
    if (stopped)
      return FINISHED;
    if (result == 0)
      break;
    /* The rest starts at a packet boundary after the bytes already sent. */
    if (result != LIBUSB_ERROR_TIMEOUT && result != LIBUSB_ERROR_INTERRUPTED)
      return judge (result, "sending") == OK ? OK : GONE;
  } while (done < size || size == 0);
  return OK;
}

static Result
send_header (Sender * self, enum type type, uint64_t length)
{
  uint8_t header[HEADER_SIZE] = { 0, };

  put32 (header, MAGIC);
  put16 (header + 4, 0x0100);
  put16 (header + 6, HEADER_SIZE);
  put16 (header + 8, type);
  put32 (header + 16, self->camera->stream);
  put64 (header + 24, self->sequence);
  put64 (header + 32, length);
  put64 (header + 40, type == FRAME ? get_time () : NO_TIME);
  put64 (header + 48, NO_TIME);
  put64 (header + 56, NO_TIME);
  return send_bytes (self, header, sizeof (header));
}

/* One that is shorter than it could be ends in a short packet, if need be in an
 * empty one. */
static Result
send_frame (Sender * self, size_t size)
{
  Result result = send_header (self, FRAME, size);

  if (result == OK)
    result = send_bytes (self, self->frame, size);
  if (result == OK && size < self->layout.size
      && size % self->camera->packet == 0)
    result = send_bytes (self, self->frame, 0);
  self->sequence++;
  return result;
}

/* ---- from the files ---- */

static bool
next_file (Sender * self)
{
  if (self->file && self->file != stdin)
    fclose (self->file);
  self->file = NULL;
  if (self->from_stdin)
    self->file = stdin;
  else if (*self->files)
    self->file = fopen (*self->files, "rb");
  else
    return false;
  if (self->file == NULL)
    say ("%s: %s", *self->files, strerror (errno));
  if (!self->from_stdin)
    self->files++;
  self->from_stdin = false;
  return self->file != NULL;
}

/* A frame of raw video may begin in one file and end in the next. */
static size_t
read_exact (Sender * self)
{
  size_t have = 0;

  while (have < self->layout.size && !stopped) {
    size_t got = self->file ? fread (self->frame + have, 1,
        self->layout.size - have, self->file) : 0;

    have += got;
    if (have < self->layout.size && !next_file (self))
      break;
  }
  if (have > 0 && have < self->layout.size && !stopped)
    say ("the last %zu bytes are no frame: it has %" PRIu64, have,
        self->layout.size);
  return have == self->layout.size ? have : 0;
}

static size_t
read_file (Sender * self)
{
  size_t have;

  if (!next_file (self))
    return 0;
  have = fread (self->frame, 1, self->layout.size, self->file);
  if (fgetc (self->file) == EOF)
    return have;
  say ("a frame is longer than the %" PRIu64 " bytes that the board has for it",
      self->layout.size);
  return 0;
}

/* ---- all of it ---- */

static Result
get_layout (Sender * self)
{
  Result result = OK;
  int i;

  for (i = 0; result == OK && i < LAYOUT_TRIES && !stopped; i++) {
    result = camera_get_layout (self->camera, &self->layout);
    if (result != OK || self->layout.state != 0)
      break;
    usleep (LAYOUT_PAUSE_US);
  }
  if (result != OK)
    return result;
  if (self->layout.state != 1 || self->layout.size == 0
      || self->layout.size > MAX_FRAME) {
    say (self->layout.state == 0 ? "the board does not get ready" :
        "the board cannot receive such frames");
    return FAILED;
  }
  say ("frames of %s%" PRIu64 " bytes", self->layout.exact ? "" : "up to ",
      self->layout.size);
  for (i = 0; i < self->layout.n_planes; i++)
    say ("plane %d at %" PRIu32 ", lines of %" PRId32 " bytes", i,
        self->layout.offset[i], self->layout.stride[i]);
  return OK;
}

static Result
send_all (Sender * self, unsigned long *frames)
{
  Result result = OK;
  size_t size;

  while (result == OK && !stopped
      && (!options.max_frames
          || *frames < (unsigned long) options.max_frames)) {
    size = self->layout.exact ? read_exact (self) : read_file (self);
    if (size == 0)
      break;
    result = send_frame (self, size);
    if (result == OK)
      (*frames)++;
  }
  if (result == OK && !stopped)
    result = send_header (self, END, 0);
  return result == OK ? FINISHED : result;
}

Result
send_frames (Camera * camera, char **files, unsigned long *frames)
{
  Sender self = {.camera = camera,.files = files };
  Result result;

  self.from_stdin = *files == NULL;
  result = get_layout (&self);
  if (result == OK) {
    self.frame = malloc (self.layout.size);
    if (self.frame == NULL)
      say ("no memory for %" PRIu64 " bytes", self.layout.size);
    result = self.frame ? send_all (&self, frames) : FAILED;
  }
  if (self.file && self.file != stdin)
    fclose (self.file);
  free (self.frame);
  return result;
}
