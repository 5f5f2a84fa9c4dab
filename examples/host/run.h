/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the program goes on, how it ends, and how it complains.
 *
 * Ownership: main () owns the one Run; whoever finds a reason to end calls
 * run_stop (), and the first reason counts. Everything runs in one thread:
 * libusb calls back from within stream_step () only, so nothing is locked. The
 * signal handler does no more than keep the number of the signal.
 */

#ifndef RUN_H
#define RUN_H

#include <glib.h>

/* Exit statuses, so that scripts can tell what happened. */
enum
{
  STATUS_OK = 0,
  STATUS_ERROR = 1,
  STATUS_USAGE = 2,
  STATUS_GONE = 3,
  STATUS_IDLE = 4,
  STATUS_NO_DEVICE = 5,
  STATUS_INTERRUPTED = 130
};

typedef struct
{
  gboolean going;
  gint status;
} Run;

void run_stop (Run * run, gint status);

void catch_signals (void);
gboolean interrupted (void);

void complain (const gchar * format, ...) G_GNUC_PRINTF (1, 2);
/* About a file, from errno. */
void complain_file (const gchar * path);

#endif
