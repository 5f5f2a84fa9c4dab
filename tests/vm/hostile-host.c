/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A hostile host: random control requests, random packets on all endpoints (for
 * a USB3 Vision camera often with the start of a GenCP packet), unread answers,
 * abandoned streams, halts, resets, and interfaces that it claims and releases.
 *
 * hostile-host SEED SECONDS
 *
 * The seed determines the actions, apart from the device's answers. Prints the
 * number of each action. The only error is a device that does not come back.
 */

#include <libusb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define VID 0x1209
#define PID 0x0001
#define N_INTERFACES 2
/* Long enough for a busy device, short for one that does not answer. */
#define TIMEOUT_MS 20
#define COME_BACK_S 60
#define MAX_PACKET 4096
#define MAX_REQUEST (4096 - 8)

#define GENCP_PREFIX 0x43563355

static struct
{
  unsigned long requests, answered, packets, reads, halts, resets, claims;
} n;

static libusb_device_handle *handle;
static struct libusb_config_descriptor *config;
static uint64_t state;

/* A random number generator with the same results everywhere. */
static uint32_t
any (uint32_t below)
{
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t) (state >> 33) % below;
}

static void
put16 (uint8_t * p, unsigned value)
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
fill (uint8_t * data, size_t size)
{
  size_t i;

  for (i = 0; i < size; i++)
    data[i] = any (256);
}

static void
leave (void)
{
  if (config != NULL)
    libusb_free_config_descriptor (config);
  config = NULL;
  if (handle != NULL)
    libusb_close (handle);
  handle = NULL;
}

/* Without udev, libusb rescans the bus only in a new context. */
static int
come (void)
{
  time_t end = time (NULL) + COME_BACK_S;

  leave ();
  while (time (NULL) < end) {
    struct timespec t = { 0, 20 * 1000 * 1000 };

    libusb_exit (NULL);
    if (libusb_init (NULL) < 0)
      return 0;
    handle = libusb_open_device_with_vid_pid (NULL, VID, PID);
    if (handle != NULL && libusb_get_active_config_descriptor
        (libusb_get_device (handle), &config) == 0)
      return 1;
    leave ();
    nanosleep (&t, NULL);
  }
  return 0;
}

/* Returns: an endpoint address of that direction, 0 if there is none */
static uint8_t
endpoint (int in)
{
  uint8_t found[8];
  int n_found = 0, i, j;

  for (i = 0; i < config->bNumInterfaces; i++) {
    const struct libusb_interface_descriptor *alt =
        &config->interface[i].altsetting[0];

    for (j = 0; j < alt->bNumEndpoints && n_found < 8; j++) {
      uint8_t address = alt->endpoint[j].bEndpointAddress;

      if (!in == !(address & LIBUSB_ENDPOINT_IN))
        found[n_found++] = address;
    }
  }
  return n_found > 0 ? found[any (n_found)] : 0;
}

/* Sends a request of profile=stream, or a random one. Not SET_ADDRESS and
 * SET_CONFIGURATION, which only the host's kernel may send. */
static void
request (void)
{
  static const uint16_t lengths[] = { 0, 1, 2, 3, 4, 16, 63, 64, 512, 4000 };
  uint8_t data[MAX_REQUEST], type = any (256), code = any (256);
  uint16_t length = lengths[any (sizeof (lengths) / sizeof (lengths[0]))];
  uint16_t value = any (3) ? any (4) : any (65536);
  uint16_t index = any (4) ? any (N_INTERFACES) : any (65536);

  if (any (4) > 0) {
    type = any (2) ? 0x41 : 0xc1;
    code = any (0x14);
  }
  if (any (8) == 0)
    length = any (MAX_REQUEST + 1);
  if ((type & 0x60) == 0 && (code == 5 || code == 9))
    return;
  fill (data, sizeof (data));
  if (code == 6 && any (2))
    length = snprintf ((char *) data, sizeof (data), "video/x-raw,width=%u,"
        "field-%u=(int)%u", any (2) ? 320 : any (100000), any (4096), any (9));
  n.requests++;
  n.answered += libusb_control_transfer (handle, type, code, value, index,
      data, length, TIMEOUT_MS) >= 0;
}

/* Makes a packet, mostly with a valid start, of any length. */
static size_t
gencp (uint8_t * data)
{
  static const uint32_t bases[] = { 0, 0x10000, 0x20000, 0x30000, 0x40000,
    0x50000, 0x100000, 0xfffffff0
  };
  size_t size = any (3) ? 24 : any (1500);
  int write = any (3) == 0;

  fill (data, MAX_PACKET);
  put32 (data, any (16) ? GENCP_PREFIX : any (0x7fffffff));
  put16 (data + 4, any (8) ? 0x4000 : any (65536));
  put16 (data + 6, any (8) ? (write ? 0x802 : 0x800) : any (65536));
  put32 (data + 12, bases[any (sizeof (bases) / sizeof (bases[0]))]
      + (any (4) ? 4 * any (0x90) : any (0x400)));
  put32 (data + 16, any (16) ? 0 : any (0x7fffffff));
  if (write) {
    size = 24 + (any (2) ? 0 : any (600));
    put32 (data + 20, any (2) ? any (3) : any (0x7fffffff));
  } else {
    put16 (data + 20, 0);
    put16 (data + 22, any (2) ? 4 : any (1200));
  }
  put16 (data + 8, any (8) ? size - 12 : any (65536));
  return any (10) ? size : any (size + 1);
}

static void
packet (void)
{
  uint8_t data[MAX_PACKET], address = endpoint (0);
  size_t size = any (5) ? gencp (data) : any (MAX_PACKET);
  int done;

  if (address == 0)
    return;
  n.packets++;
  libusb_bulk_transfer (handle, address, data, size, &done, TIMEOUT_MS);
}

static void
read_some (void)
{
  static uint8_t data[256 * 1024];
  uint8_t address = endpoint (1);
  int done;

  if (address == 0)
    return;
  n.reads++;
  libusb_bulk_transfer (handle, address, data,
      any (2) ? sizeof (data) : 1 + any (sizeof (data) - 1), &done, TIMEOUT_MS);
}

static void
halt (void)
{
  uint8_t address = endpoint (any (2));

  if (address == 0)
    return;
  n.halts++;
  if (any (2))
    libusb_control_transfer (handle, LIBUSB_RECIPIENT_ENDPOINT,
        LIBUSB_REQUEST_SET_FEATURE, 0, address, NULL, 0, TIMEOUT_MS);
  libusb_clear_halt (handle, address);
}

static void
claim (void)
{
  int i = any (N_INTERFACES);

  n.claims++;
  if (any (3))
    libusb_claim_interface (handle, i);
  else
    libusb_release_interface (handle, i);
}

/* Returns: whether the device still exists */
static int
one_thing (void)
{
  int i, what = any (1000);

  if (what < 3) {
    n.resets++;
    return libusb_reset_device (handle) == 0 || come ();
  }
  if (what < 13)
    return come ();
  if (what < 60)
    claim ();
  else if (what < 120)
    halt ();
  else if (what < 420)
    request ();
  else if (what < 450)
    for (i = any (40); i > 0; i--)
      packet ();
  else if (what < 800)
    packet ();
  else
    read_some ();
  return 1;
}

int
main (int argc, char **argv)
{
  int i, ok = 1;
  time_t end;

  if (argc != 3) {
    fputs ("hostile-host SEED SECONDS\n", stderr);
    return 2;
  }
  state = strtoull (argv[1], NULL, 0);
  if (libusb_init (NULL) < 0 || !come ())
    return 1;
  end = time (NULL) + atoi (argv[2]);
  for (i = 0; i < N_INTERFACES; i++)
    libusb_claim_interface (handle, i);
  while (ok && time (NULL) < end) {
    ok = one_thing ();
    /* A device has another number after unbind or reset. */
    if (ok && libusb_get_configuration (handle, &i) < 0)
      ok = come ();
  }
  if (ok)
    for (i = 0; i < N_INTERFACES; i++)
      libusb_release_interface (handle, i);
  printf ("# %lu requests, %lu of them answered, %lu packets, %lu reads, %lu "
      "halts, %lu resets, %lu claims\n", n.requests, n.answered, n.packets,
      n.reads, n.halts, n.resets, n.claims);
  printf ("packets=%lu\n", n.requests + n.packets + n.reads + n.halts);
  if (!ok)
    fputs ("the device does not come back\n", stderr);
  leave ();
  libusb_exit (NULL);
  return ok ? 0 : 1;
}
