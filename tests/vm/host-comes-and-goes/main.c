/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ends a connection in every way, many times, in one process.  After each end
 * the host must receive whole and new frames again, the pipeline must still be
 * PLAYING, and no resources may accumulate.
 */

#include "test.h"
#include "../threads.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define N_URBS 4

static gboolean
has_attr (UsbHost * host, const gchar * attr)
{
  gchar *text = attr != NULL ? usb_host_read_attr (host, attr) : NULL;
  gboolean has = attr == NULL || text != NULL;

  g_free (text);
  return has;
}

static void
test_ending (Test * test, const Ending * ending)
{
  gint round, settle = settling_rounds (test->rounds);
  gint64 start = g_get_monotonic_time ();
  guint attachments = 0, attached = 0;
  Usage settled, now;

  if (ending->controller != NULL
      && g_strcmp0 (g_getenv ("FFS_CONTROLLER"), ending->controller) != 0)
    return;
  if (!has_attr (test->host, ending->attr)) {
    check (test, TRUE, "%s # SKIP this kernel has no %s", ending->name,
        ending->attr);
    return;
  }
  begin_kind (test);
  if (ending->speed != NULL)
    set_speed (test, ending->speed);
  for (round = 1; round <= test->rounds; round++) {
    set_live (test, round % 2);
    set_open (test, TRUE);
    wait_frames (test, SOME);
    if (ending->outdates)
      outdate (test);
    ending->end (test, round);
    connect_host (test);
    wait_frames (test, SOME);
    come_to_rest (test);
    check_pipeline (test, test->pipeline, ending->name);
    measure (test, &now);
    if (round == settle)
      settled = now;
    attachments = MAX (attachments, now.attachments);
    attached = MAX (attached, now.attached);
    /* Start of the next round. */
    g_mutex_lock (&test->lock);
    test->frames = 0;
    g_mutex_unlock (&test->lock);
  }
  if (ending->speed != NULL)
    set_speed (test, "super-speed");
  end_kind (test, ending->name, test->rounds, start, &settled, &now,
      attachments, attached);
}

static void
test_kill (Test * test)
{
  static const gchar name[] = "pipeline killed";
  gint round, settle = settling_rounds (test->rounds);
  gint64 start = g_get_monotonic_time ();
  Usage settled, now, before;

  usb_host_close (test->host);
  stop_pipeline (test, GST_STATE_NULL);
  count_dmabufs (&before);
  begin_kind (test);
  for (round = 1; round <= test->rounds; round++) {
    g_mutex_lock (&test->lock);
    test->least = test->next = test->last + 1000;
    g_mutex_unlock (&test->lock);
    give_order (test, 'g', test->next);
    connect_host (test);
    wait_frames (test, SOME);
    /* While the host reads, or after it has stopped. */
    if (round % 2)
      usb_host_close (test->host);
    give_order (test, 'k', 0);
    usb_host_close (test->host);
    wait_dmabufs (test, before.dmabufs);
    measure (test, &now);
    if (round == settle)
      settled = now;
  }
  end_kind (test, name, test->rounds, start, &settled, &now, 0, 0);

  g_mutex_lock (&test->lock);
  test->least = test->returned = test->next = test->last + 1000;
  g_mutex_unlock (&test->lock);
  start_pipeline (test);
  connect_host (test);
  wait_frames (test, SOME);
}

/* For the files that v4l2src leaks. */
static void
raise_limit (void)
{
  struct rlimit limit = { 65536, 65536 };

  if (setrlimit (RLIMIT_NOFILE, &limit) < 0)
    g_printerr ("setrlimit: %s\n", g_strerror (errno));
}

static gboolean
is_wanted (Test * test, const gchar * name)
{
  return test->only == NULL || strcmp (test->only, name) == 0;
}

int
main (int argc, char **argv)
{
  static Test test = {.rounds = 50 };
  GOptionEntry entries[] = {
    {"endpoint", 0, 0, G_OPTION_ARG_FILENAME, &test.endpoint, "path", "FILE"},
    {"serial", 0, 0, G_OPTION_ARG_STRING, &test.serial, "name of the gadget",
        "TEXT"},
    {"camera", 0, 0, G_OPTION_ARG_FILENAME, &test.camera, "V4L2 device",
        "FILE"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &test.rounds, "of each kind", "N"},
    {"only", 0, 0, G_OPTION_ARG_STRING, &test.only, "this kind", "NAME"},
    {NULL, 0, 0, 0, NULL, NULL, NULL}
  };
  GOptionContext *context = g_option_context_new (NULL);
  GError *error = NULL;
  guint i;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || test.endpoint == NULL || test.serial == NULL || test.camera == NULL) {
    g_printerr ("host-comes-and-goes: %s\n",
        error != NULL ? error->message : "--endpoint, --serial and --camera");
    return 2;
  }
  g_option_context_free (context);
  setvbuf (stdout, NULL, _IOLBF, 0);
  raise_limit ();
  test_keep_no_threads ();

  test.host = usb_host_new (test.serial, 64 * 1024, N_URBS, on_data, &test);
  fork_zygote (&test);

  test.table = g_string_new (NULL);
  test.complaints = g_string_new (NULL);
  g_mutex_init (&test.lock);
  g_cond_init (&test.changed);
  test.next = test.returned = 1;
  make_pipeline (&test);
  set_live (&test, FALSE);
  start_pipeline (&test);
  connect_host (&test);
  wait_frames (&test, SOME);

  for (i = 0; i < n_endings; i++) {
    if (is_wanted (&test, endings[i].name))
      test_ending (&test, &endings[i]);
  }
  if (is_wanted (&test, "pipeline killed"))
    test_kill (&test);
  if (is_wanted (&test, "camera renegotiates"))
    test_camera (&test);

  g_print ("# | what ends | rounds | fds | threads | dmabufs | attachments, "
      "at most | RSS, KiB | heap grew by | s |\n"
      "# |---|---|---|---|---|---|---|---|---|\n%s"
      "# Two numbers are after round %d and after the last.\n1..%u\n",
      test.table->str, settling_rounds (test.rounds), test.n_checks);
  fflush (stdout);
  _exit (test.n_failed == 0 ? 0 : 1);
}
