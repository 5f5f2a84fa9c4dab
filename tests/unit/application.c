/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Controls that an application names and implements: what the property takes,
 * what hosts see, and that the application is asked when a host sets one.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "function/gstffsbytes.h"
#include "function/u3v/gstffsu3vmap.h"
#include "harness.h"
#include "sink/gstffscamera.h"
#include "sink/gstffsdmabufsink.h"
#include "u3vhost.h"
#include "uvcfixture.h"

#define OFFER "video/x-raw, format=YUY2, width=640, height=480, " \
    "framerate=30/1"

/* ---- what it may write ---- */

static void
check (const gchar * text, const gchar * wrong)
{
  g_autofree gchar *all = g_strconcat ("controls,", text, NULL);
  GstStructure *controls = gst_structure_from_string (all, NULL);
  GError *error = NULL;

  fail_unless (controls != NULL, "%s", text);
  fail_unless_equals_int (gst_ffs_application_check (controls, &error),
      wrong == NULL);
  fail_unless ((error != NULL) == (wrong != NULL));
  if (error) {
    fail_unless (g_error_matches (error, GST_RESOURCE_ERROR,
            GST_RESOURCE_ERROR_SETTINGS));
    fail_unless (strstr (error->message, wrong), "%s: %s", text,
        error->message);
  }
  g_clear_error (&error);
  gst_structure_free (controls);
}

GST_START_TEST (invalid_controls_are_named_in_the_error)
{
  check ("brightness=(int)[0,255]", NULL);
  check ("brightness=(int)[-5,5],brightness-default=(int)-5,focus=(int)[0,9],"
      "gamma=(double)[0.5,2.0],gamma-default=(double)1.0,zoom=[1,2]", NULL);
  check ("auto-exposure=(int){1,0},auto-focus=(boolean)true,"
      "power-line-frequency=(int){2,1},auto-white-balance=(boolean)false",
      NULL);
  check ("auto-focus={(boolean)true,(boolean)false}", NULL);

  check ("brigthness=(int)[0,255]", "\"brigthness\" in \"controls\" is no ");
  check ("Brightness=(int)[0,255]", "\"Brightness\" in \"controls\" is no ");
  check ("brightness-default=(int)3", "\"brightness-default\" in ");
  check ("auto-focus=(boolean)true,auto-focus-default=(boolean)true",
      "\"auto-focus-default\" in ");
  check ("brightness=(int)3", "must be a range");
  check ("brightness=(boolean)true", "must be a range");
  check ("brightness=(string)\"dark\"", "must be a range");
  check ("brightness=(int)[0,255],brightness-default=(int)256", "default in");
  check ("brightness=(int)[0,255],brightness-default=(int)-1", "default in");
  check ("brightness=(int)[0,255],brightness-default=(string)x", "default in");
  check ("auto-focus=(int)[0,1]", "must be a boolean, or a list");
  check ("auto-focus=(int){0,2}", "must be a boolean, or a list");
  check ("auto-focus=(int){0,40}", "must be a boolean, or a list");
  check ("auto-focus=(int){0,-1}", "must be a boolean, or a list");
  check ("auto-exposure=(string){on,off}", "must be a boolean, or a list");
  check ("exposure-time=(int)[1,2],exposure=(int)[1,2]",
      "\"exposure\" in \"controls\" is the same as \"exposure-time\"");
}

GST_END_TEST;

/* ---- what a host is told ---- */

#define CONTROLS_TEXT "controls,brightness=(int)[0,100]," \
    "brightness-default=(int)40,exposure-time=(int)[100,33300]," \
    "gain=(double)[1.0,9.0],auto-exposure=(int){1,0},auto-focus=(boolean)true"

static struct
{
  UvcFixture f;
  gboolean taken;
  guint n_asked;
  gchar *name;
  gdouble value;
  GstFfsProfile *profile;       /* its locks must be free */
} asked;

/* The host's thread writes what was asked and answers through a pipe, which
 * the thread sanitizer does not take for an order. */
static GMutex asked_lock;

static gboolean
set_control (const gchar * name, gdouble value, gpointer user_data)
{
  fail_unless (user_data == &asked);
  g_mutex_lock (&asked_lock);
  asked.n_asked++;
  g_free (asked.name);
  asked.name = g_strdup (name);
  asked.value = value;
  g_mutex_unlock (&asked_lock);
  /* The profile holds no lock here. */
  fail_unless (GST_OBJECT_TRYLOCK (asked.profile));
  GST_OBJECT_UNLOCK (asked.profile);
  return g_atomic_int_get (&asked.taken);
}

static void
start (const gchar * text, GstFfsSetControlFunc func)
{
  GstStructure *controls = gst_structure_from_string (text, NULL);
  const GstFfsApplication application = { controls, func, &asked };

  memset (&asked, 0, sizeof (asked));
  g_atomic_int_set (&asked.taken, TRUE);
  uvc_fixture_start_application (&asked.f, OFFER, &application);
  asked.profile = asked.f.profile;
  gst_structure_free (controls);
}

static void
end (void)
{
  uvc_fixture_end (&asked.f);
  g_clear_pointer (&asked.name, g_free);
}

static void
check_number (guint request, guint unit, guint selector, guint size,
    guint32 wanted)
{
  guint32 number;

  fail_unless (uvc_get (&asked.f, request, unit, selector, size, &number));
  fail_unless_equals_int (number, wanted);
}

/* The extension unit exists only with custom controls. */
GST_START_TEST (custom_controls_get_an_extension_unit)
{
  const guint8 unit[] = {
    26, 0x24, 0x06, 4,
    0x1f, 0x6b, 0x2a, 0x94, 0x53, 0xd7, 0x4e, 0x40,
    0x8a, 0x3c, 0x61, 0x0e, 0xb5, 0x92, 0xc8, 0x7d,
    2, 1, 2, 1, 0x81, 0,
    9, 0x24, 0x03, 3, 0x01, 0x01, 0, 4, 0
  };
  const GstFfsExtra *extra;
  guint32 number;

  start ("controls,custom-1=(int)[-100000,100000],custom-1-default=(int)-7,"
      "custom-8=(double)[0.0,1.0]", set_control);
  extra = &gst_ffs_profile_describe (asked.profile)->interfaces[0].extra[0];
  fail_unless_equals_uint64 (extra->size, 13 + 18 + 12 + sizeof (unit));
  fail_unless_equals_int (gst_ffs_get_u16 (extra->data + 5), extra->size);
  fail_unless (memcmp (extra->data + 13 + 18 + 12, unit, sizeof (unit)) == 0);

  check_number (GET_LEN, 4, 1, 2, 4);
  check_number (GET_MIN, 4, 1, 4, (guint32) - 100000);
  check_number (GET_MAX, 4, 1, 4, 100000);
  check_number (GET_DEF, 4, 1, 4, (guint32) - 7);
  fail_unless (uvc_set (&asked.f, 4, 1, 4, (guint32) - 99999));
  fail_unless_equals_string (asked.name, "custom-1");
  fail_unless_equals_float (asked.value, -99999);
  check_number (GET_CUR, 4, 1, 4, (guint32) - 99999);
  fail_if (uvc_set (&asked.f, 4, 1, 4, 100001));
  uvc_assert_error (&asked.f, 4);
  fail_unless (uvc_get (&asked.f, GET_MAX, 4, 8, 4, &number));
  fail_unless (uvc_set (&asked.f, 4, 8, 4, number));
  fail_unless_equals_string (asked.name, "custom-8");
  fail_unless_equals_float (asked.value, 1);
  fail_if (uvc_get (&asked.f, GET_CUR, 4, 2, 4, &number));
  uvc_assert_error (&asked.f, 6);
  end ();

  /* Without custom controls there is no such unit. */
  start (CONTROLS_TEXT, set_control);
  fail_if (uvc_get (&asked.f, GET_CUR, 4, 1, 4, &number));
  uvc_assert_error (&asked.f, 5);
  end ();
}

GST_END_TEST;

GST_START_TEST (host_reads_the_application_ranges)
{
  start (CONTROLS_TEXT, set_control);
  check_number (GET_MIN, 2, 0x02, 2, 0);
  check_number (GET_MAX, 2, 0x02, 2, 100);
  check_number (GET_DEF, 2, 0x02, 2, 40);
  check_number (GET_CUR, 2, 0x02, 2, 40);
  check_number (GET_MIN, 1, 0x04, 4, 1);
  check_number (GET_MAX, 1, 0x04, 4, 333);
  check_number (GET_CUR, 1, 0x04, 4, 1);
  check_number (GET_MAX, 2, 0x04, 2, 1000);
  check_number (GET_RES, 1, 0x02, 1, 1 | 2);
  check_number (GET_DEF, 1, 0x02, 1, 1);
  check_number (GET_DEF, 1, 0x08, 1, 1);
  /* A control of the source that the application does not name. */
  check_number (GET_MAX, 2, 0x07, 2, 255);
  fail_unless_equals_int (asked.n_asked, 0);
  end ();
}

GST_END_TEST;

static void
check_asked (const gchar * name, gdouble value)
{
  g_mutex_lock (&asked_lock);
  fail_unless_equals_int (asked.n_asked, 1);
  fail_unless_equals_string (asked.name, name);
  fail_unless_equals_float (asked.value, value);
  asked.n_asked = 0;
  g_mutex_unlock (&asked_lock);
}

GST_START_TEST (host_sets_ask_the_application)
{
  start (CONTROLS_TEXT, set_control);
  fail_unless (uvc_set (&asked.f, 2, 0x02, 2, 77));
  check_asked ("brightness", 77);
  check_number (GET_CUR, 2, 0x02, 2, 77);
  check_number (GET_DEF, 2, 0x02, 2, 40);
  /* The source has a control of that name, too; it must stay as it is. */
  fail_unless_equals_int (asked.f.source->brightness, 10);
  fail_unless (uvc_set (&asked.f, 1, 0x04, 4, 200));
  check_asked ("exposure-time", 20000);
  fail_unless (uvc_set (&asked.f, 2, 0x04, 2, 500));
  check_asked ("gain", 5);
  fail_unless (uvc_set (&asked.f, 1, 0x02, 1, 2));
  check_asked ("auto-exposure", 0);
  check_number (GET_CUR, 1, 0x02, 1, 2);
  fail_unless (uvc_set (&asked.f, 1, 0x08, 1, 0));
  check_asked ("auto-focus", 0);
  check_number (GET_CUR, 1, 0x08, 1, 0);
  uvc_assert_error (&asked.f, 0);

  /* The application is not asked for values outside the range. */
  fail_if (uvc_set (&asked.f, 2, 0x02, 2, 101));
  fail_if (uvc_set (&asked.f, 1, 0x02, 1, 4));
  uvc_assert_error (&asked.f, 4);
  fail_unless_equals_int (asked.n_asked, 0);

  g_atomic_int_set (&asked.taken, FALSE);
  fail_if (uvc_set (&asked.f, 2, 0x02, 2, 78));
  check_asked ("brightness", 78);
  uvc_assert_error (&asked.f, 2);
  check_number (GET_CUR, 2, 0x02, 2, 77);
  end ();
}

GST_END_TEST;

GST_START_TEST (set_without_handler_fails)
{
  start (CONTROLS_TEXT, NULL);
  fail_if (uvc_set (&asked.f, 2, 0x02, 2, 41));
  uvc_assert_error (&asked.f, 2);
  check_number (GET_CUR, 2, 0x02, 2, 40);
  end ();
}

GST_END_TEST;

/* ---- USB3 Vision ---- */

#define WRITE_COMMAND 0x0802
#define WANTS_ANSWER 0x4000

/* FIFOs are the endpoints, read only while data is in them. Returns the
 * status that the host gets. */
static guint
write_register (U3vHost * host, guint64 address, guint64 value)
{
  guint8 packet[28] = "U3VC", answer[512];
  gint in = open (host->in, O_RDWR | O_NONBLOCK);
  gint out = open (host->out, O_RDWR | O_NONBLOCK);
  struct pollfd poll_fd = { in, POLLIN, 0 };

  gst_ffs_put_u16 (packet + 4, WANTS_ANSWER);
  gst_ffs_put_u16 (packet + 6, WRITE_COMMAND);
  gst_ffs_put_u16 (packet + 8, 16);
  gst_ffs_put_u16 (packet + 10, 1);
  gst_ffs_put_u64 (packet + 12, address);
  gst_ffs_put_u64 (packet + 20, value);
  gst_ffs_profile_set_enabled (asked.profile, FALSE);
  fail_unless_equals_int (write (out, packet, 28), 28);
  gst_ffs_profile_set_enabled (asked.profile, TRUE);
  fail_unless_equals_int (poll (&poll_fd, 1, 10000), 1);
  fail_unless (read (in, answer, sizeof (answer)) >= 12);
  close (in);
  close (out);
  return gst_ffs_get_u16 (answer + 4);
}

GST_START_TEST (u3v_register_write_asks_the_application)
{
  GstStructure *controls = gst_structure_from_string ("controls,"
      "brightness=(int)[0,100]", NULL);
  const GstFfsApplication application = { controls, set_control, &asked };
  U3vHost host;

  memset (&asked, 0, sizeof (asked));
  u3v_host_start (&host, &application, NULL);
  asked.profile = host.profile;
  gst_structure_free (controls);

  g_atomic_int_set (&asked.taken, TRUE);
  fail_unless_equals_int_hex (write_register (&host, CONTROLS, 55),
      U3V_SUCCESS);
  check_asked ("brightness", 55);
  g_atomic_int_set (&asked.taken, FALSE);
  fail_unless_equals_int_hex (write_register (&host, CONTROLS, 56),
      U3V_ACCESS_DENIED);
  check_asked ("brightness", 56);
  fail_unless_equals_int_hex (write_register (&host, CONTROLS, 101),
      U3V_INVALID_PARAMETER);
  fail_unless_equals_int (asked.n_asked, 0);

  u3v_host_end (&host);
  g_clear_pointer (&asked.name, g_free);
}

GST_END_TEST;

/* ---- the element ---- */

GST_START_TEST (controls_property_parses_as_in_gst_launch)
{
  GstElement *sink = gst_object_ref_sink (g_object_new
      (GST_TYPE_FFS_DMABUF_SINK, NULL));
  GstStructure *controls;
  gint min;

  g_object_get (sink, "controls", &controls, NULL);
  fail_unless (controls == NULL);
  /* gst-launch sets properties like this. */
  gst_util_set_object_arg (G_OBJECT (sink), "controls",
      "controls,brightness=(int)[3,255],brightness-default=128");
  g_object_get (sink, "controls", &controls, NULL);
  fail_unless (gst_structure_has_field_typed (controls, "brightness",
          GST_TYPE_INT_RANGE));
  min = gst_value_get_int_range_min (gst_structure_get_value (controls,
          "brightness"));
  fail_unless_equals_int (min, 3);
  gst_structure_free (controls);
  g_object_set (sink, "controls", NULL, NULL);
  g_object_get (sink, "controls", &controls, NULL);
  fail_unless (controls == NULL);
  gst_object_unref (sink);
}

GST_END_TEST;

static void
expect_error (const gchar * text, gint code, const gchar * wrong)
{
  SinkHarness sh = { 0, };

  sh.bus = gst_bus_new ();
  sh.sink = gst_object_ref_sink (g_object_new (GST_TYPE_FFS_DMABUF_SINK,
          "function", "/nowhere", NULL));
  gst_util_set_object_arg (G_OBJECT (sh.sink), "controls", text);
  gst_element_set_bus (sh.sink, sh.bus);
  fail_unless_equals_int (gst_element_set_state (sh.sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, code,
      wrong);
  gst_element_set_state (sh.sink, GST_STATE_NULL);
  gst_element_set_bus (sh.sink, NULL);
  gst_object_unref (sh.sink);
  gst_object_unref (sh.bus);
}

GST_START_TEST (invalid_controls_fail_the_start)
{
  expect_error ("controls,brightness=(int)3", GST_RESOURCE_ERROR_SETTINGS,
      "must be a range");
  expect_error ("controls,brightness=(int)[3,4]",
      GST_RESOURCE_ERROR_NOT_FOUND, "No FunctionFS is mounted");
}

GST_END_TEST;

/* ---- the signal ---- */

typedef struct
{
  gboolean answer;
  guint n;
  gdouble value;
} Handler;

static gboolean
on_set_control (GstElement * sink, const gchar * name, gdouble value,
    gpointer user_data)
{
  Handler *handler = user_data;

  fail_unless (GST_IS_FFS_DMABUF_SINK (sink));
  fail_unless_equals_string (name, "focus");
  handler->n++;
  handler->value = value;
  return handler->answer;
}

GST_START_TEST (set_control_signal_stops_at_first_acceptance)
{
  GstElement *sink = gst_object_ref_sink (g_object_new
      (GST_TYPE_FFS_DMABUF_SINK, NULL));
  Handler handlers[2] = { {FALSE, 0, 0}, {TRUE, 0, 0}
  };

  /* No handler is connected. */
  fail_if (gst_ffs_camera_set_control ("focus", 1.5, sink));
  g_signal_connect (sink, "set-control", G_CALLBACK (on_set_control),
      &handlers[0]);
  fail_if (gst_ffs_camera_set_control ("focus", 1.5, sink));
  fail_unless_equals_int (handlers[0].n, 1);
  fail_unless_equals_float (handlers[0].value, 1.5);
  g_signal_connect (sink, "set-control", G_CALLBACK (on_set_control),
      &handlers[1]);
  fail_unless (gst_ffs_camera_set_control ("focus", 1.5, sink));
  fail_unless_equals_int (handlers[1].n, 1);
  /* No handler is called after the one that returned TRUE. */
  handlers[0].answer = TRUE;
  fail_unless (gst_ffs_camera_set_control ("focus", 2, sink));
  fail_unless_equals_int (handlers[0].n, 3);
  fail_unless_equals_int (handlers[1].n, 1);
  gst_object_unref (sink);
}

GST_END_TEST;

static Suite *
application_suite (void)
{
  Suite *s = suite_create ("application");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, invalid_controls_are_named_in_the_error);
  tcase_add_test (tc, custom_controls_get_an_extension_unit);
  tcase_add_test (tc, host_reads_the_application_ranges);
  tcase_add_test (tc, host_sets_ask_the_application);
  tcase_add_test (tc, set_without_handler_fails);
  tcase_add_test (tc, u3v_register_write_asks_the_application);
  tcase_add_test (tc, controls_property_parses_as_in_gst_launch);
  tcase_add_test (tc, invalid_controls_fail_the_start);
  tcase_add_test (tc, set_control_signal_stops_at_first_acceptance);
  return s;
}

GST_CHECK_MAIN (application);
