/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * dwc3-bench COMMAND - controls the test bench of the dwc3 model from inside
 * the guest: cable, faults, speed.
 */
#include "dwc3bench.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: dwc3-bench COMMAND\n"
    "  plug | unplug          the cable\n"
    "  fault N in|out bus|wire COUNT\n"
    "                         the next COUNT transfers of endpoint N fail: the\n"
    "                         controller's access to memory, or the wire\n"
    "  rate BYTES             bytes in a millisecond, 0: no limit\n"
    "  end-delay MS           how long an End Transfer command takes\n"
    "  link                   prints the link state, 0 (U0) or 3 (U3)\n"
    "  bus-errors             prints how many accesses to memory failed\n"
    "  broken                 prints how many rules the driver has broken\n"
    "  trbs                   prints how many TRBs are done\n";

static unsigned long
number (const char *text)
{
  char *end;
  unsigned long n = strtoul (text, &end, 0);

  if (!*text || *end) {
    fprintf (stderr, "dwc3-bench: '%s' is not a number\n", text);
    exit (2);
  }
  return n;
}

/* The driver's endpoint numbers: two for each, IN is odd. */
static uint32_t
fault (char **argv)
{
  uint32_t ep = number (argv[0]) * 2 + (strcmp (argv[1], "in") == 0);

  return ep | (strcmp (argv[2], "wire") == 0) << 8 | number (argv[3]) << 16;
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    int reg;
  } readable[] = {
    {"link", LINK},
    {"bus-errors", BUS_ERRORS},
    {"broken", BROKEN},
    {"trbs", TRBS},
  };
  volatile uint32_t *bar;
  const char *command = argc > 1 ? argv[1] : "";

  bar = dwc3_bench_map ();
  if (!bar) {
    fprintf (stderr, "dwc3-bench: this machine has no dwc3 model\n");
    return 1;
  }
  for (size_t i = 0; argc == 2 && i < sizeof (readable) / sizeof (*readable);
      i++) {
    if (strcmp (command, readable[i].name) == 0) {
      printf ("%u\n", bar[readable[i].reg / 4]);
      return 0;
    }
  }
  if (argc == 2 && strcmp (command, "plug") == 0)
    bar[PLUG / 4] = 1;
  else if (argc == 2 && strcmp (command, "unplug") == 0)
    bar[PLUG / 4] = 0;
  else if (argc == 6 && strcmp (command, "fault") == 0)
    bar[FAULT / 4] = fault (argv + 2);
  else if (argc == 3 && strcmp (command, "rate") == 0)
    bar[RATE / 4] = number (argv[2]);
  else if (argc == 3 && strcmp (command, "end-delay") == 0)
    bar[END_DELAY / 4] = number (argv[2]);
  else {
    fputs (usage, stderr);
    return 2;
  }
  return 0;
}
