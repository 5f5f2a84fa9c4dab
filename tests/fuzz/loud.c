/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For all targets: a warning of GLib is a finding like a crash, and libFuzzer
 * keeps its input.  G_DEBUG=fatal-warnings raises a signal that it does not
 * look for.
 */

#include <gst/gst.h>
#include <sanitizer/lsan_interface.h>
#include <stdio.h>
#include <stdlib.h>

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField * fields, gsize n_fields,
    gpointer user_data)
{
  g_log_writer_standard_streams (level, fields, n_fields, user_data);
  if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR))
    abort ();
  return G_LOG_WRITER_HANDLED;
}

/* GLib loses its table of names each time that it is full, on purpose; names
 * that a host may add are few. */
static void
make_room_for_names (void)
{
  gchar name[32];
  guint i = 0;

  do {
    g_snprintf (name, sizeof (name), "name-%u", i++);
  } while (g_quark_from_string (name) % 2048 != 1);
}

static void __attribute__((constructor))
    be_loud (void)
{
  g_log_set_writer_func (write_log, NULL, NULL);
  __lsan_disable ();
  gst_init (NULL, NULL);
  make_room_for_names ();
  __lsan_enable ();
}
