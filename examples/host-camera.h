/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds a profile=stream camera and makes its control requests.
 *
 * Ownership: camera_close() frees what camera_open() allocated. One thread, no
 * locking.
 */

#ifndef HOST_CAMERA_H
#define HOST_CAMERA_H

#include <libusb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define MAGIC 0x46534646u

typedef enum
{
  OK, GONE, FAILED, FINISHED
} Result;

typedef struct
{
  uint16_t vid, pid;
  const char *serial, *caps, *output, *control;
  bool list, wait, verbose, send;
  long max_frames;
} Options;

typedef struct
{
  libusb_context *usb;
  libusb_device_handle *handle;
  int interface;
  uint8_t endpoint;
  int packet;                   /* wMaxPacketSize */
  uint32_t stream;
} Camera;

/* How frames have to lie in the memory of a board that receives them. */
typedef struct
{
  uint32_t state;               /* 0: not known yet, 1: below, 2: not at all */
  uint64_t size;
  bool exact;
  int n_planes;
  uint32_t offset[4];
  int32_t stride[4];
} Layout;

extern Options options;
/* The signal that ends the program, or 0. */
extern volatile sig_atomic_t stopped;

void say (const char *format, ...) __attribute__((format (printf, 1, 2)));

/* Little endian, at any address. */
uint16_t u16 (const uint8_t * p);
uint32_t u32 (const uint8_t * p);
uint64_t u64 (const uint8_t * p);

/* FINISHED: interrupted by a signal. */
Result camera_open (Camera * camera);
void camera_close (Camera * camera);
/* FINISHED: the formats have been listed. */
Result camera_start (Camera * camera);
void camera_stop (Camera * camera);
Result camera_get_layout (Camera * camera, Layout * layout);

/* A stall is an answer; after any other error the camera has disconnected. */
Result judge (int result, const char *what);

#endif
