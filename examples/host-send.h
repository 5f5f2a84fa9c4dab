/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sending instead of receiving; see host-send.c for ownership.
 */

#ifndef HOST_SEND_H
#define HOST_SEND_H

#include "host-camera.h"

/* Of a stream that was started.  FINISHED: all of it was sent, or a signal
 * came. */
Result send_frames (Camera * camera, char **files, unsigned long *frames);

#endif
