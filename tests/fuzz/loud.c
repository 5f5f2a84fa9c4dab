/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For all targets: a warning of GLib counts as a crash, and libFuzzer keeps
 * its input. It does not handle the signal of G_DEBUG=fatal-warnings.
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

/* GLib makes its table of names when it is loaded, and loses it on purpose
 * when the table becomes too small. */
static void
overlook (void)
{
  __lsan_disable ();
}

static void (*const before_libraries) (void)
    __attribute__((section (".preinit_array"), used)) = overlook;

static void __attribute__((constructor))
    be_loud (void)
{
  g_log_set_writer_func (write_log, NULL, NULL);
  gst_init (NULL, NULL);
  __lsan_enable ();
}
