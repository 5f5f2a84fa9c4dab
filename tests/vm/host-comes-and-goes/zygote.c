/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes that are killed: a host application, and a pipeline.
 *
 * Their parent was forked before the program had threads. It executes one order
 * at a time.
 *
 * Ownership: the zygote ends with the program, at the end of its orders; an
 * order kills its child, or the end of the guest.
 */

#define _GNU_SOURCE             /* pipe2 */

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  gchar what;
  guint32 number;
} Order;

static void
child_pipeline (Test * test, guint32 number)
{
  test->next = number;
  g_mutex_init (&test->lock);
  g_cond_init (&test->changed);
  make_pipeline (test);
  start_pipeline (test);
  while (TRUE)
    pause ();
}

static void
child_host (Test * test, gint output)
{
  gint fd;

  dup2 (output, STDOUT_FILENO);
  fd = usb_host_open_node (test->host);
  if (fd < 0)
    _exit (2);
  usb_host_read_for_ever (fd, 64 * 1024);
}

static void
zygote (Test * test, gint orders, gint output)
{
  pid_t child = -1;
  Order order;

  while (read (orders, &order, sizeof (order)) == sizeof (order)) {
    gint status = 0;

    if (order.what == 'k') {
      kill (child, SIGKILL);
      waitpid (child, &status, 0);
    } else {
      child = fork ();
      if (child == 0 && order.what == 'g')
        child_pipeline (test, order.number);
      if (child == 0)
        child_host (test, output);
      status = child;
    }
    if (write (orders, &status, sizeof (status)) < 0)
      break;
  }
  _exit (0);
}

void
fork_zygote (Test * test)
{
  gint orders[2], output[2];

  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders) < 0
      || pipe2 (output, O_CLOEXEC) < 0)
    g_error ("pipes: %s", g_strerror (errno));
  if (fork () == 0) {
    close (orders[0]);
    close (output[0]);
    zygote (test, orders[1], output[1]);
  }
  close (orders[1]);
  close (output[1]);
  test->zygote = orders[0];
  test->child_output = output[0];
}

gint
give_order (Test * test, gchar what, guint32 number)
{
  Order order = { what, number };
  gint reply = -1;

  if (write (test->zygote, &order, sizeof (order)) < 0
      || read (test->zygote, &reply, sizeof (reply)) != sizeof (reply))
    give_up (test, "no zygote");
  return reply;
}
