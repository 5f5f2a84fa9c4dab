/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Run state, exit status and error messages of the program.
 *
 * Ownership: main () owns the one Run; run_stop () ends the program; the first
 * reason counts. No locking: libusb calls back from stream_step () only, in
 * the one thread. The signal handler only stores the number of the signal.
 */

#ifndef RUN_H
#define RUN_H

#include <glib.h>

/* Exit statuses, for scripts. */
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
