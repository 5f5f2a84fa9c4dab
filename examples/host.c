/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host for profile=stream (docs/protocol.md): finds a camera, selects a
 * format, starts the stream, saves the frames, and reconnects. With --send it
 * is the host of a board that receives (host-send.c). host.py is the same in
 * Python.
 *
 * Ownership: one Camera at a time, and one file that frames go to.  One
 * thread, no locking.
 */

#include "host-camera.h"
#include "host-send.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER_SIZE 96
#define MAX_HEADER 1024
#define MAX_PAYLOAD (256u << 20)
#define MAX_TEXT 65536

/* Read timeout between checks for signals. */
#define READ_TIMEOUT 500
#define QUIET_READS 10
#define PAUSE_US 100000

enum type
{
  CAPS = 1, FRAME = 2, END = 3
};

typedef struct
{
  unsigned type, header_size;
  uint32_t flags, stream, caps;
  uint64_t sequence, length, pts, duration;
} Header;

static unsigned long frames, lost, connections;
static char caps[MAX_TEXT];
static FILE *file;
static char **sources;          /* with --send */

static void
on_signal (int number)
{
  stopped = number;
}

/* ---- frames ---- */

/* Makes one transfer. After a timeout *got bytes are valid too. */
static Result
read_some (Camera * camera, uint8_t * data, size_t size, int *got)
{
  int result = libusb_bulk_transfer (camera->handle, camera->endpoint, data,
      size, got, READ_TIMEOUT);

  if (result == 0 || result == LIBUSB_ERROR_TIMEOUT
      || result == LIBUSB_ERROR_INTERRUPTED)
    return OK;
  return judge (result, "reading") == OK ? OK : GONE;
}

static bool
parse_header (const uint8_t * data, int size, Header * header)
{
  if (size < HEADER_SIZE || u32 (data) != MAGIC || data[5] != 1
      || u16 (data + 6) != size)
    return false;
  header->type = u16 (data + 8);
  header->flags = u32 (data + 12);
  header->stream = u32 (data + 16);
  header->caps = u32 (data + 20);
  header->sequence = u64 (data + 24);
  header->length = u64 (data + 32);
  header->pts = u64 (data + 40);
  header->duration = u64 (data + 56);
  header->header_size = size;
  return header->length <= MAX_PAYLOAD;
}

static Result
read_header (Camera * camera, Header * header)
{
  uint8_t data[MAX_HEADER];
  int got, quiet = 0;
  Result result;

  while (!stopped) {
    result = read_some (camera, data, sizeof (data), &got);
    if (result != OK)
      return result;
    if (got == 0) {
      if (++quiet == QUIET_READS)
        say ("no frames; is the camera's pipeline running?");
      continue;
    }
    if (parse_header (data, got, header) && header->stream == camera->stream)
      return OK;
    /* Left over from an older stream or payload: skip to the next header. */
  }
  return FINISHED;
}

/* Reads a payload into *data. If the camera cancelled the frame, the last
 * packet is the next header: it is stored in *header, and *cut is set. */
static Result
read_payload (Camera * camera, Header * header, uint8_t * data, bool *cut)
{
  uint64_t have = 0;
  Header next;
  Result result;
  int got, last;

  *cut = false;
  while (have < header->length && !stopped) {
    uint64_t left = header->length - have;
    /* Round up to whole packets to avoid an overflow. */
    size_t size = (left + camera->packet - 1) / camera->packet * camera->packet;

    result = read_some (camera, data + have, size, &got);
    if (result != OK)
      return result;
    have += got;
    last = got % camera->packet;
    if ((uint64_t) got < left && last > 0
        && parse_header (data + have - last, last, &next)
        && next.stream == header->stream && next.sequence >= header->sequence) {
      *header = next;
      *cut = true;
      return OK;
    }
  }
  return stopped ? FINISHED : OK;
}

static void
close_file (void)
{
  if (file && fclose (file) != 0)
    say ("writing: %s", strerror (errno));
  file = NULL;
}

static bool
is (const char *media_type)
{
  return strncmp (caps, media_type, strlen (media_type)) == 0;
}

static bool
save (const uint8_t * data, size_t size)
{
  const char *extension = is ("video/x-raw") ? "raw" : is ("video/x-h264") ?
      "h264" : is ("video/x-h265") ? "h265" : is ("image/jpeg") ? "jpg" : "bin";
  char path[4096];

  if (!options.output)
    return true;
  if (is ("image/jpeg"))
    close_file ();
  if (!file) {
    if (is ("image/jpeg"))
      snprintf (path, sizeof (path), "%s-%05lu.jpg", options.output, frames);
    else
      snprintf (path, sizeof (path), "%s.%s", options.output, extension);
    file = fopen (path, "wb");
  }
  if (file && fwrite (data, 1, size, file) == size)
    return true;
  say ("writing %s: %s", options.output, strerror (errno));
  return false;
}

static void
print_frame (const Header * header)
{
  printf ("frame stream=%" PRIu32 " sequence=%" PRIu64 " pts=%" PRId64
      " duration=%" PRId64 " length=%" PRIu64 " flags=0x%" PRIx32 "\n",
      header->stream, header->sequence, (int64_t) header->pts,
      (int64_t) header->duration, header->length, header->flags);
  fflush (stdout);
}

static Result
take_payload (const Header * header, const uint8_t * data, uint64_t * expected)
{
  if (header->type == CAPS) {
    if (header->length >= sizeof (caps))
      return FAILED;
    memcpy (caps, data, header->length);
    caps[header->length] = '\0';
    say ("caps: %s", caps);
    return OK;
  }
  if (header->type != FRAME)
    return OK;
  if (header->sequence > *expected)
    lost += header->sequence - *expected;
  *expected = header->sequence + 1;
  if (options.verbose)
    print_frame (header);
  if (!save (data, header->length))
    return FAILED;
  frames++;
  return options.max_frames && frames >= (unsigned long) options.max_frames ?
      FINISHED : OK;
}

static Result
receive (Camera * camera)
{
  uint8_t *data = NULL;
  size_t room = 0;
  uint64_t expected = 0;
  bool cut = false;
  Header header;
  Result result = OK;

  while (result == OK) {
    if (!cut)
      result = read_header (camera, &header);
    cut = false;
    if (result == OK && header.type == END) {
      say ("the camera has nothing more to send");
      result = FINISHED;
    }
    if (result == OK && header.length + camera->packet > room) {
      free (data);
      room = header.length + camera->packet;
      data = malloc (room);
      if (!data) {
        say ("no memory for %" PRIu64 " bytes", header.length);
        result = FAILED;
      }
    }
    if (result == OK)
      result = read_payload (camera, &header, data, &cut);
    if (result == OK && !cut)
      result = take_payload (&header, data, &expected);
  }
  free (data);
  return result;
}

/* ---- all of it ---- */

static Result
run (void)
{
  Camera camera;
  Result result;

  while ((result = camera_open (&camera)) == OK) {
    connections++;
    result = camera_start (&camera);
    if (result == OK && options.send)
      result = send_frames (&camera, sources, &frames);
    else if (result == OK)
      result = receive (&camera);
    if (result != GONE && camera.stream)
      camera_stop (&camera);
    camera_close (&camera);
    if (result != GONE || !options.wait)
      break;
    say ("the camera is gone");
    usleep (PAUSE_US);
  }
  return result;
}

static int
usage (FILE * out)
{
  fputs ("usage: ffs-camera-host [options]\n"
      "       ffs-camera-host --send --caps CAPS [options] [FILE...]\n\n"
      "  -c, --caps CAPS      what the camera shall send, e.g.\n"
      "                       video/x-raw,format=NV12,width=640,height=480\n"
      "  -d, --device VID:PID  instead of 1209:0001\n"
      "  -l, --list           show what the camera can send\n"
      "  -n, --frames N       end after N frames\n"
      "  -o, --output PREFIX  save frames: PREFIX.raw, PREFIX.h264,\n"
      "                       PREFIX-00000.jpg ...\n"
      "  -S, --send           send to a board with ffsdmabufsrc: frames of raw\n"
      "                       video from the files, or the standard input; of\n"
      "                       encoded video each file is a frame\n"
      "  -s, --serial TEXT    the camera with this serial number\n"
      "  -v, --verbose        a line for each frame\n"
      "  -w, --no-wait        end when there is no camera (any more)\n"
      "  -x, --control ID=VALUE  set a control of the camera\n", out);
  return out == stdout ? 0 : 2;
}

static bool
parse_options (int argc, char **argv, int *status)
{
  static const struct option table[] = {
    {"caps", 1, NULL, 'c'}, {"device", 1, NULL, 'd'}, {"help", 0, NULL, 'h'},
    {"list", 0, NULL, 'l'}, {"frames", 1, NULL, 'n'},
    {"output", 1, NULL, 'o'}, {"send", 0, NULL, 'S'},
    {"serial", 1, NULL, 's'},
    {"verbose", 0, NULL, 'v'}, {"no-wait", 0, NULL, 'w'},
    {"control", 1, NULL, 'x'}, {NULL, 0, NULL, 0}
  };
  int option;

  *status = 2;
  while ((option = getopt_long (argc, argv, "c:d:hln:o:Ss:vwx:", table, NULL))
      != -1) {
    switch (option) {
      case 'c':
        options.caps = optarg;
        break;
      case 'd':
        if (sscanf (optarg, "%hx:%hx", &options.vid, &options.pid) != 2)
          return usage (stderr) == 0;
        break;
      case 'l':
        options.list = true;
        break;
      case 'n':
        options.max_frames = atol (optarg);
        break;
      case 'o':
        options.output = optarg;
        break;
      case 'S':
        options.send = true;
        break;
      case 's':
        options.serial = optarg;
        break;
      case 'v':
        options.verbose = true;
        break;
      case 'w':
        options.wait = false;
        break;
      case 'x':
        options.control = optarg;
        break;
      default:
        *status = usage (option == 'h' ? stdout : stderr);
        return false;
    }
  }
  sources = argv + optind;
  return optind == argc || options.send || usage (stderr) == 0;
}

int
main (int argc, char **argv)
{
  struct sigaction action = {.sa_handler = on_signal };
  Result result;
  int status;

  if (!parse_options (argc, argv, &status))
    return status;
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);

  result = run ();
  close_file ();
  if (!options.list)
    say ("frames %lu, lost %lu, connections %lu", frames, lost, connections);
  return result == FINISHED ? EXIT_SUCCESS : EXIT_FAILURE;
}
