/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every errno at every call: the message on the bus, what becomes of the
 * buffer, and that the stream continues where it can.
 */

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "harness.h"
#include "function/u3v/gstffsu3vcontrol.h"
#include "sink/gstffsdmabufsink.h"

typedef struct
{
  gint err;
  GQuark domain;
  gint code;
  const gchar *text;
} Case;

/* With copy-mode=never, so that no copy hides the error. */
static void
run_case (gulong request, const Case * c)
{
  SinkHarness sh;
  gint released;

  GST_INFO ("request %lu errno %d", request, c->err);
  sink_harness_start (&sh, "copy-mode", GST_FFS_COPY_NEVER, NULL);
  fake_endpoint_fail (request, c->err, 10);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10,
              &released)), GST_FLOW_ERROR);
  sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, c->domain, c->code,
      c->text);
  fail_unless (is_released (&released));
  fake_endpoint_fail (request, 0, 0);
  sink_harness_end (&sh);
}

static void
run_cases (gulong request, const Case * cases, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    run_case (request, &cases[i]);
}

GST_START_TEST (attach_errors_are_explained)
{
  const Case cases[] = {
    {EPERM, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "scatter-gather"},
    {ENOTTY, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "6.9"},
    {ENOMEM, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "memory"},
    {ENOSPC, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "memory"},
    {EINVAL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "cannot use"},
    {EFAULT, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "cannot use"},
    {EBADF, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "cannot use"},
  };

  run_cases (FUNCTIONFS_DMABUF_ATTACH, cases, G_N_ELEMENTS (cases));
}

GST_END_TEST;

GST_START_TEST (transfer_errors_are_explained)
{
  const Case cases[] = {
    {ENOTTY, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "6.9"},
    {ENOMEM, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT, "memory"},
    {EINVAL, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, "rejected"},
    {EIO, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, "rejected"},
  };

  run_cases (FUNCTIONFS_DMABUF_TRANSFER, cases, G_N_ELEMENTS (cases));
}

GST_END_TEST;

GST_START_TEST (forgotten_dmabuf_is_attached_again)
{
  SinkHarness sh;
  GstMemory *mem;
  guint i;

  sink_harness_start (&sh, NULL);
  mem = fake_dmabuf_new (10);
  for (i = 0; i < 2; i++) {
    GstBuffer *buf;
    gint a;

    buf = memory_buffer (mem, &a);
    fail_unless_equals_int (gst_harness_push (sh.h, buf), GST_FLOW_OK);
    fake_endpoint_signal (i, 1);
    wait_released (&a);
    fake_endpoint_forget_attachments ();
  }
  sink_harness_wait_stat (&sh, "in-flight", 0);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH), 2);
  gst_memory_unref (mem);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The dmabuf's reservation was locked for a moment. */
GST_START_TEST (busy_attach_is_retried)
{
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, "copy-mode", GST_FFS_COPY_NEVER, NULL);
  fake_endpoint_fail (FUNCTIONFS_DMABUF_ATTACH, EBUSY, 3);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &a)),
      GST_FLOW_OK);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (interrupted_calls_are_retried)
{
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, NULL);
  fake_endpoint_fail (FUNCTIONFS_DMABUF_ATTACH, EINTR, 2);
  fake_endpoint_fail (FUNCTIONFS_DMABUF_TRANSFER, EINTR, 2);
  fake_endpoint_fail (DMA_BUF_IOCTL_EXPORT_SYNC_FILE, EINTR, 2);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &a)),
      GST_FLOW_OK);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (failed_export_still_waits_for_the_fence)
{
  const gint errs[] = { EMFILE, ENOMEM, ENOTTY };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (errs); i++) {
    SinkHarness sh;
    gint a;

    sink_harness_start (&sh, NULL);
    fake_endpoint_fail (DMA_BUF_IOCTL_EXPORT_SYNC_FILE, errs[i], 1);
    fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &a)),
        GST_FLOW_OK);
    fail_if (is_released (&a));
    fake_endpoint_signal (0, 1);
    wait_released (&a);
    sink_harness_end (&sh);
  }
}

GST_END_TEST;

GST_START_TEST (auto_falls_back_to_copies)
{
  const struct
  {
    gint err;
    const gchar *text, *field;
    guint n_calls;
  } cases[] = {
    {EPERM, "scatter-gather", "copied-no-sg", 2},
    {ENOTTY, "no dmabuf ioctls", "copied-no-ioctl", 1},
    {EINVAL, "cannot map the dmabufs", "copied-refused", 1},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstMemory *mem;
    GstBuffer *buf;
    SinkHarness sh;

    sink_harness_start (&sh, NULL);
    fake_endpoint_fail (FUNCTIONFS_DMABUF_ATTACH, cases[i].err, 10);
    mem = fake_dmabuf_new_data (100, 1);
    buf = gst_buffer_new ();
    gst_buffer_append_memory (buf, mem);
    fail_unless_equals_int (gst_harness_push (sh.h, gst_buffer_ref (buf)),
        GST_FLOW_OK);
    fail_unless_equals_int (gst_harness_push (sh.h, buf), GST_FLOW_OK);
    sink_harness_assert_message (&sh, GST_MESSAGE_WARNING, GST_STREAM_ERROR,
        GST_STREAM_ERROR_FORMAT, cases[i].text);
    sink_harness_assert_no_message (&sh, GST_MESSAGE_WARNING);
    fail_unless_equals_uint64 (sink_harness_stat (&sh, cases[i].field), 2);
    /* ATTACH is not tried again with every frame. */
    fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH),
        cases[i].n_calls);
    sink_harness_end (&sh);
  }
}

GST_END_TEST;

/* The controller may be able to map buffers of other caps. */
GST_START_TEST (new_caps_try_dmabufs_again)
{
  SinkHarness sh;
  GstBuffer *buf;
  guint i;

  sink_harness_start (&sh, NULL);
  fake_endpoint_fail (FUNCTIONFS_DMABUF_ATTACH, EINVAL, 1);
  for (i = 0; i < 2; i++) {
    buf = gst_buffer_new ();
    gst_buffer_append_memory (buf, fake_dmabuf_new_data (100, 1));
    fail_unless_equals_int (gst_harness_push (sh.h, buf), GST_FLOW_OK);
    fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-zero-copy"), i);
    sink_harness_wait_stat (&sh, "in-flight", 0);
    gst_harness_set_src_caps_str (sh.h, "application/x-other");
  }
  sink_harness_end (&sh);
}

GST_END_TEST;

/* Memory that the CPU cannot map can be sent, but not copied. */
GST_START_TEST (unmappable_memory_is_not_copied)
{
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  g_object_set (sh.sink, "copy-mode", GST_FFS_COPY_ALWAYS, NULL);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &a)),
      GST_FLOW_ERROR);
  sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "secure");
  sink_harness_end (&sh);
}

GST_END_TEST;

/* EAGAIN of io_setup() does not mean that the host is away. A build without
 * libaio cannot write at all. */
GST_START_TEST (exhausted_aio_is_an_error)
{
  SinkHarness sh;

  sink_harness_start (&sh, NULL);
  fake_endpoint_set_aio_exhausted (TRUE);
  fail_unless_equals_int (gst_harness_push (sh.h,
          gst_buffer_new_memdup ("frame", 5)), GST_FLOW_ERROR);
#ifdef HAVE_AIO
  sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_NO_SPACE_LEFT, "aio-max-nr");
#else
  sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "libaio");
#endif
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-without-host"), 0);
  sink_harness_end (&sh);
}

GST_END_TEST;

#ifdef HAVE_U3V
GST_START_TEST (exhausted_aio_fails_u3v_control)
{
  const GstFfsU3vMemory memory = { NULL, NULL, NULL, NULL };
  gint err = 0;

  fake_endpoint_start ();
  fake_endpoint_set_aio_exhausted (TRUE);
  fail_unless (gst_ffs_u3v_control_new ("cam", "/dev/null", "/dev/null",
          &memory, NULL, &err) == NULL);
  fail_unless_equals_int (err, ENOSPC);
  fake_endpoint_end ();
}

GST_END_TEST;
#endif

GST_START_TEST (failed_transfer_is_counted)
{
  SinkHarness sh;
  gint a, b;

  sink_harness_start (&sh, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  fake_endpoint_signal (0, -EIO);
  wait_released (&a);
  sink_harness_wait_stat (&sh, "transfers-failed", 1);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &b)),
      GST_FLOW_OK);
  fake_endpoint_signal (1, 1);
  wait_released (&b);
  sink_harness_assert_no_message (&sh, GST_MESSAGE_ERROR);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* The error is posted once, and the stream does not end with EOS. */
GST_START_TEST (failed_transfer_ends_the_stream_once)
{
  SinkHarness sh;
  gint a, b, c;

  sink_harness_start (&sh, "transfer-errors", 1, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  gst_harness_push (sh.h, dmabuf_buffer (10, &b));
  fake_endpoint_signal (0, -EOVERFLOW);
  sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, "transfer to the USB host failed");
  fake_endpoint_signal (1, -EOVERFLOW);
  wait_released (&b);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &c)),
      GST_FLOW_ERROR);
  fail_if (gst_harness_push_event (sh.h, gst_event_new_eos ()));
  sink_harness_assert_no_message (&sh, GST_MESSAGE_ERROR);
  sink_harness_assert_no_message (&sh, GST_MESSAGE_EOS);
  sink_harness_end (&sh);
}

GST_END_TEST;

/* EOS waits for the last frame, whose transfer fails. */
GST_START_TEST (failed_last_transfer_replaces_eos)
{
  SinkHarness sh;
  gint a;

  sink_harness_start (&sh, "transfer-errors", 1, NULL);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  sink_harness_push_eos_async (&sh);
  fake_endpoint_signal (0, -EOVERFLOW);
  sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_WRITE, "transfer to the USB host failed");
  sink_harness_join (&sh);
  sink_harness_assert_no_message (&sh, GST_MESSAGE_EOS);
  sink_harness_end (&sh);
}

GST_END_TEST;

static void
expect_open_error (const gchar * path, gint fd, gint code, const gchar * text)
{
  GstElement *sink = g_object_new (GST_TYPE_FFS_DMABUF_SINK, "endpoint", path,
      "fd", fd, NULL);
  SinkHarness sh = { 0, };

  sh.bus = gst_bus_new ();
  gst_object_ref_sink (sink);
  gst_element_set_bus (sink, sh.bus);
  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      code, text);
  /* GstBaseSink must not post a second error. */
  sink_harness_assert_no_message (&sh, GST_MESSAGE_ERROR);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (sh.bus);
}

GST_START_TEST (open_errors_are_explained)
{
  gint fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);

  expect_open_error (NULL, -1, GST_RESOURCE_ERROR_SETTINGS, "Set either");
  expect_open_error ("/dev/null", fd, GST_RESOURCE_ERROR_SETTINGS,
      "Set either");
  expect_open_error ("/nonexistent/ep1", -1, GST_RESOURCE_ERROR_NOT_FOUND,
      "There is no endpoint");
  expect_open_error ("/dev/null/ep1", -1, GST_RESOURCE_ERROR_NOT_FOUND,
      "There is no endpoint");
  expect_open_error ("/tmp", -1, GST_RESOURCE_ERROR_OPEN_WRITE,
      "cannot be opened");
  expect_open_error (NULL, 9999, GST_RESOURCE_ERROR_OPEN_WRITE,
      "cannot be opened");
  fake_endpoint_start ();
  fake_endpoint_fail_open (ENODEV, 1);
  expect_open_error ("/dev/null", -1, GST_RESOURCE_ERROR_NOT_FOUND,
      "is not active");
  /* EAGAIN is retried until the time is up. */
  fake_endpoint_fail_open (EAGAIN, G_MAXINT);
  expect_open_error ("/dev/null", -1, GST_RESOURCE_ERROR_BUSY, "O_NONBLOCK");
  fail_unless (fake_endpoint_n_failed_opens () > 2);
  fake_endpoint_end ();
  expect_open_error ("/dev/null", -1, GST_RESOURCE_ERROR_SETTINGS,
      "not a data endpoint of FunctionFS");
  expect_open_error (NULL, fd, GST_RESOURCE_ERROR_SETTINGS,
      "not a data endpoint of FunctionFS");
  close (fd);
}

GST_END_TEST;

/* Profiles left out of the build; "minimal" in tests/run has none of them. */
GST_START_TEST (missing_profile_names_its_build_option)
{
  static const gchar *const missing[] = {
#ifndef HAVE_STREAM
    "stream",
#endif
#ifndef HAVE_U3V
    "u3v",
#endif
#ifndef HAVE_UVC
    "uvc",
#endif
    NULL
  };
  guint i;

  for (i = 0; missing[i]; i++) {
    GstElement *sink = gst_object_ref_sink (g_object_new
        (GST_TYPE_FFS_DMABUF_SINK, "function", "/nonexistent", NULL));
    g_autofree gchar *option = g_strdup_printf ("-D%s=disabled", missing[i]);
    SinkHarness sh = {.bus = gst_bus_new () };

    gst_util_set_object_arg (G_OBJECT (sink), "profile", missing[i]);
    gst_element_set_bus (sink, sh.bus);
    fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
        GST_STATE_CHANGE_FAILURE);
    sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_CORE_ERROR,
        GST_CORE_ERROR_DISABLED, option);
    sink_harness_assert_no_message (&sh, GST_MESSAGE_ERROR);
    gst_element_set_state (sink, GST_STATE_NULL);
    gst_element_set_bus (sink, NULL);
    gst_object_unref (sink);
    gst_object_unref (sh.bus);
  }
}

GST_END_TEST;

GST_START_TEST (probe_errors_are_explained)
{
  const struct
  {
    gint err;
    const gchar *text;
  } cases[] = {
    {EOPNOTSUPP, "OUT endpoint"},
    {EINVAL, "not a data endpoint"},
  };
  GstElement *sink;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    fake_endpoint_start ();
    fake_endpoint_fail (FUNCTIONFS_ENDPOINT_DESC, cases[i].err, 10);
    expect_open_error (fake_endpoint_path (), -1, GST_RESOURCE_ERROR_SETTINGS,
        cases[i].text);
    fake_endpoint_end ();
  }

  /* A host that is not connected yet is no error. */
  fake_endpoint_start ();
  fake_endpoint_set_enabled (FALSE);
  sink = g_object_new (GST_TYPE_FFS_DMABUF_SINK, "endpoint",
      fake_endpoint_path (), NULL);
  gst_object_ref_sink (sink);
  fail_unless (gst_element_set_state (sink, GST_STATE_PAUSED) !=
      GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_object_unref (sink);
  fake_endpoint_end ();
}

GST_END_TEST;

GST_START_TEST (application_fd_keeps_its_flags)
{
  gint fd, flags, a;
  SinkHarness sh;

  sink_harness_start (&sh, NULL);
  gst_element_set_state (sh.sink, GST_STATE_NULL);
  fd = open (fake_endpoint_path (), O_WRONLY | O_CLOEXEC);
  flags = fcntl (fd, F_GETFL);
  g_object_set (sh.sink, "endpoint", NULL, "fd", fd, NULL);
  gst_element_set_state (sh.sink, GST_STATE_PLAYING);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  gst_element_set_state (sh.sink, GST_STATE_NULL);
  /* The fd is the application's and stays open with its flags. */
  fail_unless_equals_int (fcntl (fd, F_GETFL), flags);
  close (fd);
  sink_harness_end (&sh);
}

GST_END_TEST;

GST_START_TEST (missing_heap_fails_the_start)
{
  GstElement *sink;
  SinkHarness sh = { 0, };

  fake_endpoint_start ();
  sh.bus = gst_bus_new ();
  sink = g_object_new (GST_TYPE_FFS_DMABUF_SINK, "endpoint",
      fake_endpoint_path (), "dma-heap", "nonexistent", NULL);
  gst_object_ref_sink (sink);
  gst_element_set_bus (sink, sh.bus);
  fail_unless_equals_int (gst_element_set_state (sink, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "/dev/dma_heap");
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_bus (sink, NULL);
  gst_object_unref (sink);
  gst_object_unref (sh.bus);
  fake_endpoint_end ();
}

GST_END_TEST;

static Suite *
errors_suite (void)
{
  Suite *s = suite_create ("errors");
  TCase *tc = tcase_create ("errors");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, attach_errors_are_explained);
  tcase_add_test (tc, transfer_errors_are_explained);
  tcase_add_test (tc, forgotten_dmabuf_is_attached_again);
  tcase_add_test (tc, busy_attach_is_retried);
  tcase_add_test (tc, interrupted_calls_are_retried);
  tcase_add_test (tc, failed_export_still_waits_for_the_fence);
  add_written_test (tc, auto_falls_back_to_copies);
  add_written_test (tc, new_caps_try_dmabufs_again);
  add_written_test (tc, unmappable_memory_is_not_copied);
  tcase_add_test (tc, exhausted_aio_is_an_error);
#ifdef HAVE_U3V
  tcase_add_test (tc, exhausted_aio_fails_u3v_control);
#endif
  tcase_add_test (tc, missing_profile_names_its_build_option);
  tcase_add_test (tc, failed_transfer_is_counted);
  tcase_add_test (tc, failed_transfer_ends_the_stream_once);
  tcase_add_test (tc, failed_last_transfer_replaces_eos);
  tcase_add_test (tc, open_errors_are_explained);
  tcase_add_test (tc, probe_errors_are_explained);
  tcase_add_test (tc, application_fd_keeps_its_flags);
  tcase_add_test (tc, missing_heap_fails_the_start);
  return s;
}

GST_CHECK_MAIN (errors);
