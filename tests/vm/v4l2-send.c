/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * v4l2-send NODE FORMAT:WIDTHxHEIGHT FRAMES FILE
 *
 * A host's program that shows the frames of a file, in turn, on a V4L2 output.
 * Drivers return a buffer when it is written to transfers that are still under
 * way, and STREAMOFF cancels these. So grey frames are queued behind the last
 * one until those transfers have been used again.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_BUFFERS 4

/* uvcvideo has 5 transfers of at most 32 packets. */
#define UNDER_WAY (5 * 32 * 1024)

static int node;

static void
fail (const char *what)
{
  fprintf (stderr, "v4l2-send: %s: %s\n", what, strerror (errno));
  exit (1);
}

static void
call (unsigned long request, void *arg, const char *name)
{
  int ret;

  do {
    ret = ioctl (node, request, arg);
  } while (ret < 0 && errno == EINTR);
  if (ret < 0)
    fail (name);
}

/* Returns: bytes of a frame */
static size_t
set_format (const char *wanted)
{
  struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT };
  char code[5] = "";
  unsigned int width, height;

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
  return f.fmt.pix.sizeimage;
}

static void
fill (void *data, size_t size, FILE * file)
{
  if (fread (data, 1, size, file) == size)
    return;
  rewind (file);
  if (fread (data, 1, size, file) != size)
    fail ("file");
}

int
main (int argc, char **argv)
{
  struct v4l2_requestbuffers request = {
    .count = MAX_BUFFERS,
    .type = V4L2_BUF_TYPE_VIDEO_OUTPUT,
    .memory = V4L2_MEMORY_MMAP
  };
  int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
  void *maps[MAX_BUFFERS];
  FILE *file;
  size_t size;
  unsigned int i, wanted, frames;

  if (argc != 5) {
    fputs ("usage: v4l2-send NODE FORMAT:WIDTHxHEIGHT FRAMES FILE\n", stderr);
    return 2;
  }
  node = open (argv[1], O_RDWR | O_CLOEXEC);
  if (node < 0)
    fail (argv[1]);
  size = set_format (argv[2]);
  wanted = atoi (argv[3]);
  frames = wanted + UNDER_WAY / size + 2;
  file = fopen (argv[4], "re");
  if (file == NULL)
    fail (argv[4]);

  call (VIDIOC_REQBUFS, &request, "VIDIOC_REQBUFS");
  for (i = 0; i < request.count; i++) {
    struct v4l2_buffer buf = {
      .index = i,.type = request.type,.memory = request.memory
    };

    call (VIDIOC_QUERYBUF, &buf, "VIDIOC_QUERYBUF");
    maps[i] = mmap (NULL, buf.length, PROT_READ | PROT_WRITE, MAP_SHARED, node,
        buf.m.offset);
    if (maps[i] == MAP_FAILED)
      fail ("mmap");
  }
  for (i = 0; i < frames + request.count; i++) {
    struct v4l2_buffer buf = {
      .index = i,.type = request.type,.memory = request.memory
    };

    if (i >= request.count)
      call (VIDIOC_DQBUF, &buf, "VIDIOC_DQBUF");
    if (i >= frames)
      continue;
    if (i < wanted)
      fill (maps[buf.index], size, file);
    else
      memset (maps[buf.index], 0x80, size);
    buf.bytesused = size;
    buf.field = V4L2_FIELD_NONE;
    call (VIDIOC_QBUF, &buf, "VIDIOC_QBUF");
    if (i + 1 == request.count)
      call (VIDIOC_STREAMON, &type, "VIDIOC_STREAMON");
  }
  call (VIDIOC_STREAMOFF, &type, "VIDIOC_STREAMOFF");
  return 0;
}
