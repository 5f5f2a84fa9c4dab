/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All ways to end a connection, from the host or from the device.
 *
 * Locking: everything belongs to the host's thread.
 */

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static void
write_file (Test * test, const gchar * path, const gchar * value)
{
  gint fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd < 0 || write (fd, value, strlen (value)) < 0)
    give_up (test, "%s: %s", path, g_strerror (errno));
  close (fd);
}

static void
unplug (Test * test, guint round)
{
  (void) round;
  if (!usb_host_set_port (test->host, FALSE))
    give_up (test, "the port cannot be switched off");
  wait_gone (test);
  if (!usb_host_set_port (test->host, TRUE))
    give_up (test, "the port cannot be switched on");
}

static void
write_gadget (Test * test, const gchar * attr, const gchar * value)
{
  gchar *path = g_strdup_printf ("/sys/kernel/config/usb_gadget/%s/%s",
      test->serial, attr);

  write_file (test, path, value);
  g_free (path);
}

/* Transfers fail before the host's kernel has removed the device.  A search in
 * between finds the old device. */
static void
wait_removed (Test * test, const gchar * number)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  gboolean removed = FALSE;
  gchar *now;

  while (!removed) {
    if (g_get_monotonic_time () > deadline)
      give_up (test, "the host keeps the device");
    now = usb_host_read_attr (test->host, "devnum");
    removed = g_strcmp0 (now, number) != 0;
    g_free (now);
    if (!removed)
      g_usleep (LOOK_AGAIN_US);
  }
}

static void
bind_gadget (Test * test)
{
  gchar *name = g_strconcat (g_getenv ("FFS_UDC"), "\n", NULL);

  write_gadget (test, "UDC", name);
  g_free (name);
}

static void
unbind_gadget (Test * test)
{
  gchar *number = usb_host_read_attr (test->host, "devnum");

  write_gadget (test, "UDC", "\n");
  wait_gone (test);
  wait_removed (test, number);
  g_free (number);
}

static void
unbind (Test * test, guint round)
{
  (void) round;
  unbind_gadget (test);
  bind_gadget (test);
}

static void
reset (Test * test, guint round)
{
  (void) round;
  if (!usb_host_reset (test->host))
    give_up (test, "reset: %s", g_strerror (errno));
  /* The reset may or may not have hit a transfer of the host. */
  usb_host_close (test->host);
}

static void
configure (Test * test, guint round)
{
  (void) round;
  if (!usb_host_write_attr (test->host, "bConfigurationValue", "0"))
    give_up (test, "SET_CONFIGURATION 0");
  wait_gone (test);
  if (!usb_host_write_attr (test->host, "bConfigurationValue", "1"))
    give_up (test, "SET_CONFIGURATION 1");
}

static void
set_interface (Test * test, guint round)
{
  (void) round;
  usb_host_stop (test->host);
  if (!usb_host_set_interface (test->host))
    give_up (test, "SET_INTERFACE: %s", g_strerror (errno));
  usb_host_close (test->host);
}

static void
clear_halt (Test * test, guint round)
{
  (void) round;
  usb_host_stop (test->host);
  if (!usb_host_clear_halt (test->host))
    give_up (test, "CLEAR_FEATURE(HALT): %s", g_strerror (errno));
  usb_host_close (test->host);
}

/* The controller does not notice the end of an application and keeps the rest
 * of a frame for the next one, so that one has to reset the stream first. */
static void
kill_host (Test * test, guint round)
{
  struct pollfd output = { test->child_output, POLLIN, 0 };
  gchar bytes[64];
  gint n;

  usb_host_close (test->host);
  give_order (test, 'h', 0);
  for (n = 0; n < SOME; n++) {
    if (read (test->child_output, bytes, 1) != 1)
      give_up (test, "the host application does not read");
  }
  give_order (test, 'k', 0);
  while (poll (&output, 1, 0) == 1
      && read (test->child_output, bytes, sizeof (bytes)) > 0);

  outdate (test);
  if (!usb_host_open (test->host))
    give_up (test, "no device");
  if (round % 2 == 0)
    reset (test, round);
  else
    configure (test, round);
}

static void
cycle (Test * test, guint round)
{
  usb_host_close (test->host);
  stop_pipeline (test, round % 4 < 2 ? GST_STATE_NULL : GST_STATE_READY);
  outdate (test);
  start_pipeline (test);
}

static void
wait_attr (Test * test, const gchar * attr, const gchar * value)
{
  gint64 deadline = g_get_monotonic_time () + HANG_US;
  gboolean same = FALSE;

  while (!same) {
    gchar *text = usb_host_read_attr (test->host, attr);

    same = g_strcmp0 (text, value) == 0;
    if (!same && g_get_monotonic_time () > deadline)
      give_up (test, "%s is %s", attr, text);
    g_free (text);
    if (!same)
      g_usleep (LOOK_AGAIN_US);
  }
}

void
set_speed (Test * test, const gchar * speed)
{
  outdate (test);
  unbind_gadget (test);
  write_gadget (test, "max_speed", speed);
  bind_gadget (test);
  connect_host (test);
}

/* The host suspends the device between two frames: no frame is lost. */
static void
suspend (Test * test, guint round)
{
  (void) round;
  come_to_rest (test);
  usb_host_close (test->host);
  if (!usb_host_write_attr (test->host, "power/autosuspend_delay_ms", "0")
      || !usb_host_write_attr (test->host, "power/control", "auto"))
    give_up (test, "autosuspend");
  wait_attr (test, "power/runtime_status", "suspended");
  set_open (test, TRUE);
  if (!usb_host_write_attr (test->host, "power/control", "on"))
    give_up (test, "autosuspend");
  wait_attr (test, "power/runtime_status", "active");
}

const Ending endings[] = {
  {"unplug", unplug, TRUE, NULL, NULL, NULL},
  {"unbind", unbind, TRUE, NULL, NULL, NULL},
  {"reset", reset, TRUE, NULL, NULL, NULL},
  {"SET_CONFIGURATION 0 and 1", configure, TRUE, NULL, NULL, NULL},
  {"SET_INTERFACE 0", set_interface, TRUE, NULL, NULL, NULL},
  /* On dummy_hcd it does not cancel transfers. */
  {"CLEAR_FEATURE(HALT)", clear_halt, TRUE, NULL, NULL, "dwc3"},
  {"suspend at high speed", suspend, FALSE, "high-speed", "power/control",
      NULL},
  /* dummy_hcd has no suspend at SuperSpeed. */
  {"suspend at SuperSpeed", suspend, FALSE, NULL, "power/control", "dwc3"},
  {"host killed", kill_host, TRUE, NULL, NULL, NULL},
  {"NULL and PLAYING", cycle, TRUE, NULL, NULL, NULL},
};

const guint n_endings = G_N_ELEMENTS (endings);
