/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * webcam NODE SWITCHES FRAMES FORMAT:WIDTHxHEIGHT...
 *
 * A host program that changes the format of a webcam SWITCHES times, in turn
 * through all given ones. It receives a few frames of each and prints their
 * SHA-1 sums. It fails if it gets another format or no frame. It reports on
 * standard error if the sequence numbers of the driver are out of order.
 */

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define N_BUFFERS 3
#define PATIENCE 60000          /* ms; only for hangs */

static int node;

static void
fail (const char *what)
{
  fprintf (stderr, "webcam: %s: %s\n", what, strerror (errno));
  exit (1);
}

static void
call (unsigned long request, void *arg, const char *name)
{
  if (ioctl (node, request, arg) < 0)
    fail (name);
}

static void
set_format (const char *wanted)
{
  struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
  char code[5] = "";
  unsigned width, height;

  if (sscanf (wanted, "%4[A-Z0-9 ]:%ux%u", code, &width, &height) != 3) {
    errno = EINVAL;
    fail (wanted);
  }
  f.fmt.pix.pixelformat = v4l2_fourcc (code[0], code[1], code[2], code[3]);
  f.fmt.pix.width = width;
  f.fmt.pix.height = height;
  call (VIDIOC_S_FMT, &f, "VIDIOC_S_FMT");
  if (memcmp (&f.fmt.pix.pixelformat, code, 4) != 0
      || f.fmt.pix.width != width || f.fmt.pix.height != height) {
    errno = ERANGE;
    fail (wanted);
  }
}

static void
queue (struct v4l2_buffer *buf)
{
  call (VIDIOC_QBUF, buf, "VIDIOC_QBUF");
}

/* *last: the driver's sequence number of the last frame, -1 for none */
static void
take_frame (void *const *maps, gint64 * last)
{
  struct v4l2_buffer buf = {
    .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
    .memory = V4L2_MEMORY_MMAP,
  };
  struct pollfd p = { node, POLLIN, 0 };
  gchar *sum;

  if (poll (&p, 1, PATIENCE) <= 0 || !(p.revents & POLLIN))
    fail ("no frame");
  call (VIDIOC_DQBUF, &buf, "VIDIOC_DQBUF");
  /* For example a frame of another format. Older kernels drop such frames. */
  if (buf.flags & V4L2_BUF_FLAG_ERROR) {
    errno = EBADMSG;
    fail ("a bad frame");
  }
  if (buf.sequence <= *last)
    fprintf (stderr, "webcam: frame %u comes behind %" G_GINT64_FORMAT "\n",
        buf.sequence, *last);
  *last = buf.sequence;
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, maps[buf.index],
      buf.bytesused);
  printf ("%s\n", sum);
  g_free (sum);
  queue (&buf);
}

static void
stream (unsigned frames)
{
  enum v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  struct v4l2_requestbuffers request = {
    .count = N_BUFFERS,
    .type = type,
    .memory = V4L2_MEMORY_MMAP,
  };
  struct v4l2_buffer bufs[N_BUFFERS];
  void *maps[N_BUFFERS];
  gint64 last = -1;
  unsigned i;

  call (VIDIOC_REQBUFS, &request, "VIDIOC_REQBUFS");
  for (i = 0; i < N_BUFFERS; i++) {
    memset (&bufs[i], 0, sizeof (bufs[i]));
    bufs[i].index = i;
    bufs[i].type = type;
    bufs[i].memory = V4L2_MEMORY_MMAP;
    call (VIDIOC_QUERYBUF, &bufs[i], "VIDIOC_QUERYBUF");
    maps[i] = mmap (NULL, bufs[i].length, PROT_READ, MAP_SHARED, node,
        bufs[i].m.offset);
    if (maps[i] == MAP_FAILED)
      fail ("mmap");
    queue (&bufs[i]);
  }
  call (VIDIOC_STREAMON, &type, "VIDIOC_STREAMON");
  for (i = 0; i < frames; i++)
    take_frame (maps, &last);
  call (VIDIOC_STREAMOFF, &type, "VIDIOC_STREAMOFF");
  for (i = 0; i < N_BUFFERS; i++)
    munmap (maps[i], bufs[i].length);
  request.count = 0;
  call (VIDIOC_REQBUFS, &request, "VIDIOC_REQBUFS");
}

int
main (int argc, char **argv)
{
  int i, switches, frames;

  if (argc < 5) {
    fprintf (stderr, "usage: webcam NODE SWITCHES FRAMES FORMAT:WxH...\n");
    return 2;
  }
  /* Both may go to one file: keep lines intact. */
  setvbuf (stdout, NULL, _IOLBF, 0);
  node = open (argv[1], O_RDWR | O_CLOEXEC);
  if (node < 0)
    fail (argv[1]);
  switches = atoi (argv[2]);
  frames = atoi (argv[3]);
  for (i = 0; i < switches; i++) {
    set_format (argv[4 + i % (argc - 4)]);
    stream (frames);
  }
  close (node);
  return 0;
}
