/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lower limit: sends frames to an endpoint, or receives them from an OUT
 * endpoint, with system calls only.
 *
 * transfer: polls the oldest dmabuf, then calls TRANSFER for the next one.
 *
 * status: the same, and queries the status by an exported sync_file.
 *
 * submit: the same with SUBMIT, which returns the sync_file.
 *
 * reap: SUBMIT without a sync_file, then REAP of the oldest.
 *
 * write, read: write() or read() of a frame, which blocks until it has ended.
 *
 * aio: submits a frame with io_submit(), then waits for the oldest.
 *
 * With --latency: measures from the end of a transfer to the return of poll().
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libaio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fence.h"
#include "memory.h"
#include "report.h"
#include "transport/gstffsuapi.h"

#define MAX_BUFFERS 64

typedef enum
{
  TRANSFER,
  STATUS,
  SUBMIT,
  REAP,
} Kind;

typedef struct
{
  Kind kind;
  int endpoint;
  size_t size;
  unsigned int n_buffers;
  unsigned int depth;
  int dmabufs[MAX_BUFFERS];
  void *maps[MAX_BUFFERS];
  int fences[MAX_BUFFERS];
  uint64_t interval_ns;
  bool want_delays;
  Delays wake;
  io_context_t aio;
  struct iocb iocbs[MAX_BUFFERS];
} Bare;

static void
fail (const char *what)
{
  fprintf (stderr, "bare: %s: %s\n", what, strerror (errno));
  exit (1);
}

/* Transfers of an endpoint end in their order. */
static void
reap (Bare * bare)
{
  struct usb_ffs_dmabuf_done done = { 0 };
  struct usb_ffs_dmabuf_reap reap = { 0 };
  int n;

  reap.size = sizeof (reap);
  reap.done = (uintptr_t) & done;
  reap.num = 1;
  reap.timeout_ns = -1;
  do {
    n = ioctl (bare->endpoint, FUNCTIONFS_DMABUF_REAP, &reap);
  } while (n < 0 && errno == EINTR);
  if (n < 0 || done.status != 0 || done.actual != bare->size)
    fail ("REAP");
}

static void
wait_fence (Bare * bare, unsigned int i)
{
  struct pollfd p = { bare->dmabufs[i], POLLOUT, 0 };
  uint64_t now, then;

  if (bare->kind == REAP) {
    reap (bare);
    return;
  }
  if (bare->kind == SUBMIT) {
    p.fd = bare->fences[i];
    p.events = POLLIN;
  }

  while (poll (&p, 1, -1) < 0) {
    if (errno != EINTR)
      fail ("poll");
  }
  if (!bare->want_delays && bare->kind == TRANSFER)
    return;
  now = meter_now ();
  then = fence_time (bare->fences[i]);
  close (bare->fences[i]);
  if (bare->want_delays && then > 0 && then < now)
    delays_add (&bare->wake, now - then);
}

static void
queue (Bare * bare, unsigned int i)
{
  struct usb_ffs_dmabuf_transfer_req request = { 0 };
  struct usb_ffs_dmabuf_segment segment = { 0 };
  struct usb_ffs_dmabuf_submit submit = { 0 };

  if (bare->kind == SUBMIT || bare->kind == REAP) {
    segment.fd = bare->dmabufs[i];
    segment.length = bare->size;
    submit.size = sizeof (submit);
    submit.num_segments = 1;
    submit.segments = (uintptr_t) & segment;
    if (bare->kind == REAP)
      submit.flags = USB_FFS_DMABUF_SUBMIT_REPORT;
    if (ioctl (bare->endpoint, FUNCTIONFS_DMABUF_SUBMIT, &submit) < 0)
      fail ("SUBMIT");
    bare->fences[i] = submit.fence_fd;
    return;
  }

  request.fd = bare->dmabufs[i];
  request.length = bare->size;
  if (ioctl (bare->endpoint, FUNCTIONFS_DMABUF_TRANSFER, &request) < 0)
    fail ("TRANSFER");
  if (bare->want_delays || bare->kind == STATUS)
    bare->fences[i] = fence_export (bare->dmabufs[i]);
}

static void
run_transfer (Bare * bare, unsigned int frames)
{
  unsigned int sent, done = 0;
  uint64_t next = 0;

  for (sent = 0; sent < frames; sent++) {
    unsigned int i = sent % bare->n_buffers;

    if (sent - done == bare->depth)
      wait_fence (bare, done++ % bare->n_buffers);
    if (bare->interval_ns > 0)
      meter_pace (&next, bare->interval_ns);
    queue (bare, i);
  }
  while (done < sent)
    wait_fence (bare, done++ % bare->n_buffers);
}

static void
run_write (Bare * bare, unsigned int frames)
{
  unsigned int i;

  for (i = 0; i < frames; i++) {
    if (write (bare->endpoint, bare->maps[i % bare->n_buffers], bare->size)
        != (ssize_t) bare->size)
      fail ("write");
  }
}

static void
run_read (Bare * bare, unsigned int frames)
{
  unsigned int i;

  for (i = 0; i < frames; i++) {
    if (read (bare->endpoint, bare->maps[i % bare->n_buffers], bare->size)
        != (ssize_t) bare->size)
      fail ("read");
  }
}

static void
wait_aio (Bare * bare)
{
  struct io_event event;
  int n;

  do {
    n = io_getevents (bare->aio, 1, 1, &event, NULL);
  } while (n == -EINTR);
  if (n != 1 || event.res != bare->size)
    fail ("io_getevents");
}

static void
run_aio (Bare * bare, unsigned int frames)
{
  unsigned int sent, done = 0;

  for (sent = 0; sent < frames; sent++) {
    unsigned int i = sent % bare->n_buffers;
    struct iocb *iocb = &bare->iocbs[i];

    if (sent - done == bare->depth) {
      wait_aio (bare);
      done++;
    }
    io_prep_pwrite (iocb, bare->endpoint, bare->maps[i], bare->size, 0);
    if (io_submit (bare->aio, 1, &iocb) != 1)
      fail ("io_submit");
  }
  for (; done < sent; done++)
    wait_aio (bare);
}

static void
attach (Bare * bare)
{
  unsigned int i;

  for (i = 0; i < bare->n_buffers; i++) {
    if (ioctl (bare->endpoint, FUNCTIONFS_DMABUF_ATTACH, &bare->dmabufs[i]) < 0)
      fail ("ATTACH");
  }
}

static void
map (Bare * bare)
{
  unsigned int i;

  for (i = 0; i < bare->n_buffers; i++) {
    bare->maps[i] = mmap (NULL, bare->size, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_POPULATE, bare->dmabufs[i], 0);
    if (bare->maps[i] == MAP_FAILED)
      fail ("mmap");
  }
}

static void
release (Bare * bare)
{
  unsigned int i;

  for (i = 0; i < bare->n_buffers; i++) {
    if (bare->maps[i])
      munmap (bare->maps[i], bare->size);
    bare->maps[i] = NULL;
    close (bare->dmabufs[i]);
  }
}

typedef void (*Run) (Bare *, unsigned int);

/* Returns: the loop that copies, or NULL */
static Run
find_copying (const char *name)
{
  if (strcmp (name, "write") == 0)
    return run_write;
  if (strcmp (name, "read") == 0)
    return run_read;
  return strcmp (name, "aio") == 0 ? run_aio : NULL;
}

static void
measure (Bare * bare, Setup * setup, const char *path, unsigned int frames)
{
  Run run = find_copying (setup->name);
  Meter meter;

  /* Reopen the endpoint to drop attachments of another size. */
  bare->endpoint = open (path, O_RDWR | O_CLOEXEC);
  if (bare->endpoint < 0)
    fail (path);
  if (memory_new (setup->memory, setup->size, bare->dmabufs, bare->n_buffers))
    fail ("memory");
  if (run) {
    map (bare);
  } else {
    run = run_transfer;
    attach (bare);
  }

  run (bare, bare->n_buffers);
  bare->wake.n = 0;
  meter_begin (&meter);
  run (bare, frames);
  meter_end (&meter, frames);

  report_begin (setup);
  report_meter (&meter);
  report_delays ("poll_wake", &bare->wake);
  report_end ();
  release (bare);
  close (bare->endpoint);
}

static void
usage (void)
{
  fputs ("usage: bare [options] "
      "transfer|status|submit|reap|write|read|aio ENDPOINT SIZE:FRAMES...\n"
      "  --test NAME  --memory heap|udmabuf|camera  --buffers N\n"
      "  --in-flight N  --interval MICROSECONDS  --latency\n", stderr);
  exit (2);
}

int
main (int argc, char **argv)
{
  static const struct option options[] = {
    {"test", required_argument, NULL, 't'},
    {"memory", required_argument, NULL, 'm'},
    {"buffers", required_argument, NULL, 'b'},
    {"in-flight", required_argument, NULL, 'i'},
    {"interval", required_argument, NULL, 'p'},
    {"latency", no_argument, NULL, 'l'},
    {NULL, 0, NULL, 0}
  };
  Setup setup = { "cpu", NULL, "heap", 0, 3, 6, 1 };
  static Bare bare;
  int c, i;

  while ((c = getopt_long (argc, argv, "", options, NULL)) >= 0) {
    switch (c) {
      case 't':
        setup.test = optarg;
        break;
      case 'm':
        setup.memory = optarg;
        break;
      case 'b':
        setup.buffers = atoi (optarg);
        break;
      case 'i':
        setup.in_flight = atoi (optarg);
        break;
      case 'p':
        bare.interval_ns = strtoull (optarg, NULL, 10) * 1000;
        break;
      case 'l':
        bare.want_delays = true;
        break;
      default:
        usage ();
    }
  }
  if (argc - optind < 3 || setup.buffers < setup.in_flight
      || setup.buffers > MAX_BUFFERS)
    usage ();
  setup.name = argv[optind];
  bare.n_buffers = setup.buffers;
  bare.depth = setup.in_flight;
  if (strcmp (setup.name, "write") == 0 || strcmp (setup.name, "read") == 0)
    setup.in_flight = 0;
  else if (strcmp (setup.name, "status") == 0)
    bare.kind = STATUS;
  else if (strcmp (setup.name, "submit") == 0)
    bare.kind = SUBMIT;
  else if (strcmp (setup.name, "reap") == 0)
    bare.kind = REAP;
  meter_open ();
  if (strcmp (setup.name, "aio") == 0 && io_setup (MAX_BUFFERS, &bare.aio) < 0)
    fail ("io_setup");

  for (i = optind + 2; i < argc; i++) {
    char *colon = strchr (argv[i], ':');

    if (colon == NULL)
      usage ();
    setup.size = strtoull (argv[i], NULL, 10);
    bare.size = setup.size;
    if (bare.want_delays)
      delays_init (&bare.wake, atoi (colon + 1));
    measure (&bare, &setup, argv[optind + 1], atoi (colon + 1));
    delays_clear (&bare.wake);
  }
  return 0;
}
