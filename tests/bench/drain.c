/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host: reads from the device with this serial number as fast as possible
 * until killed.
 *
 * With SIZE:FRAMES it prints the time for that many frames and exits, for a
 * source without a process on the gadget's side. The first data, until all
 * queues are full, is not counted.
 */

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "usbhost.h"

/* All requests together exceed the data of a timer tick. */
#define URB_SIZE (128 * 1024)
#define N_URBS 12
#define WARM_UP (4 * N_URBS * URB_SIZE)

/**
 * Count:
 * @wanted: bytes, 0 to read for ever
 * @skipped: bytes received before @begin
 * @counted: bytes received since
 * @begin: meter_now(), 0 during the warm-up
 * @end: when @counted was at least @wanted
 * @done: posted at @end
 */
typedef struct
{
  uint64_t wanted;
  uint64_t skipped;
  uint64_t counted;
  uint64_t begin;
  uint64_t end;
  sem_t done;
} Count;

static void
on_data (const guint8 * data, gsize size, gpointer user_data)
{
  Count *count = user_data;

  (void) data;
  if (count->wanted == 0 || count->end > 0)
    return;
  if (count->begin == 0) {
    count->skipped += size;
    if (count->skipped >= WARM_UP)
      count->begin = meter_now ();
    return;
  }
  count->counted += size;
  if (count->counted >= count->wanted) {
    count->end = meter_now ();
    sem_post (&count->done);
  }
}

static void
report (const Count * count, const Setup * setup)
{
  double frames = (double) count->counted / setup->size;

  report_begin (setup);
  report_number ("frames", frames);
  report_number ("wall_ns", (count->end - count->begin) / frames);
  report_end ();
}

int
main (int argc, char **argv)
{
  Setup setup = { "throughput", "source", "kernel", 0, 0, 0, 1 };
  Count count = { 0 };
  const char *colon = argc == 4 ? strchr (argv[3], ':') : NULL;
  UsbHost *host;

  if (argc != 2 && colon == NULL) {
    fputs ("usage: drain SERIAL [IN-FLIGHT SIZE:FRAMES]\n", stderr);
    return 2;
  }
  if (colon != NULL) {
    setup.in_flight = setup.buffers = atoi (argv[2]);
    setup.size = strtoull (argv[3], NULL, 10);
    count.wanted = setup.size * strtoull (colon + 1, NULL, 10);
  }
  sem_init (&count.done, 0, 0);
  host = usb_host_new (argv[1], URB_SIZE, N_URBS, on_data, &count);
  if (!usb_host_open (host) || !usb_host_start (host))
    return 1;
  if (colon == NULL) {
    puts ("reading");
    fflush (stdout);
  }
  while (sem_wait (&count.done) < 0)
    continue;
  usb_host_free (host);
  report (&count, &setup);
  return 0;
}
