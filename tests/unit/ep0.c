/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread of ep0 over a fake kernel that follows FunctionFS's rules: a
 * request that was read must be answered or stalled (by a data stage in the
 * wrong direction) before the next event is read. An event that comes
 * meanwhile cancels the request, and the next call fails once with EIDRM.
 */

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <linux/usb/ch9.h>
#include <linux/usb/functionfs.h>

#include <gst/check/gstcheck.h>

#include "function/gstffsep0.h"

typedef enum
{ NO_SETUP, PENDING, CANCELLED } SetupState;

static struct
{
  GMutex lock;
  GCond cond;
  gint fd;                      /* readable while there are events */
  gboolean silent;              /* ... unless poll() misses them */
  GQueue events;
  SetupState state;
  struct usb_ctrlrequest setup;

  guint8 sent[G_MAXUINT16];     /* by the host, in OUT requests */
  gsize sent_size;
  gint fail[4];                 /* errors of the next data stages */
  gint hang[2];                 /* a pipe, if the host blocks the data stage */

  GByteArray *got;              /* what the host got */
  gint answered;
  gint stalled;
  gboolean bad;                 /* FunctionFS was used wrongly */
} k;

static struct
{
  GString *calls;
  gboolean refuse;
  gboolean decline;
  gsize reply_size;
  GstFfsSetup setup;
  GByteArray *data;
  void (*meanwhile) (void);
  gchar thread[16];             /* name of the thread that called last */
} p;

/* ---- the kernel ---- */

static ssize_t
data_stage (gboolean in, const void *out, void *into, size_t size)
{
  gboolean setup_in = (k.setup.bRequestType & USB_DIR_IN) != 0;
  guint16 length = GUINT16_FROM_LE (k.setup.wLength);
  gint err = k.fail[0];

  if (err != 0) {
    memmove (k.fail, k.fail + 1, sizeof (k.fail) - sizeof (k.fail[0]));
    errno = err;
    return -1;
  }
  if (in != setup_in) {
    k.state = NO_SETUP;
    k.stalled++;
    errno = EL2HLT;
    return -1;
  }
  if (k.hang[0] > 0) {
    gchar byte;

    g_atomic_int_set (&k.answered, -1);
    g_mutex_unlock (&k.lock);
    if (read (k.hang[0], &byte, 1) < 0)
      k.bad = TRUE;
    g_mutex_lock (&k.lock);
  }
  k.state = NO_SETUP;
  k.answered++;
  g_cond_broadcast (&k.cond);
  /* The kernel would cut it, but the plugin must not rely on that. */
  if (size > length)
    k.bad = TRUE;
  if (in) {
    g_byte_array_append (k.got, out, size);
    return size;
  }
  size = MIN (size, k.sent_size);
  if (size > 0)
    memcpy (into, k.sent, size);
  return size;
}

static gboolean
is_cancelled (void)
{
  if (k.state != CANCELLED)
    return FALSE;
  k.state = NO_SETUP;
  errno = EIDRM;
  return TRUE;
}

static ssize_t
fake_read (int fd, void *data, size_t size)
{
  struct usb_functionfs_event *event;
  ssize_t ret = -1;

  g_mutex_lock (&k.lock);
  if (fd != k.fd)
    k.bad = TRUE;
  if (is_cancelled ()) {
    ret = -1;
  } else if (k.state == PENDING) {
    ret = data_stage (FALSE, NULL, data, size);
  } else if (size < sizeof (*event)) {
    k.bad = TRUE;
    errno = EINVAL;
  } else if ((event = g_queue_pop_head (&k.events)) == NULL) {
    errno = EAGAIN;
  } else if (event->type == 0xff) {
    errno = EBADFD;
    g_free (event);
  } else {
    if (event->type == FUNCTIONFS_SETUP) {
      k.setup = event->u.setup;
      k.state = PENDING;
    }
    memcpy (data, event, sizeof (*event));
    g_free (event);
    ret = sizeof (*event);
  }
  if (g_queue_is_empty (&k.events)) {
    eventfd_t value;
    gint err = errno;

    eventfd_read (k.fd, &value);
    errno = err;
    g_cond_broadcast (&k.cond);
  }
  g_mutex_unlock (&k.lock);
  return ret;
}

static ssize_t
fake_write (int fd, const void *data, size_t size)
{
  ssize_t ret = -1;

  g_mutex_lock (&k.lock);
  if (fd != k.fd)
    k.bad = TRUE;
  if (is_cancelled ()) {
    ret = -1;
  } else if (k.state == PENDING) {
    ret = data_stage (TRUE, data, NULL, size);
  } else {
    k.bad = TRUE;
    errno = ESRCH;
  }
  g_mutex_unlock (&k.lock);
  return ret;
}

static void
add_event (guint type, const struct usb_ctrlrequest *setup)
{
  struct usb_functionfs_event *event = g_new0 (struct usb_functionfs_event, 1);

  event->type = type;
  if (setup)
    event->u.setup = *setup;
  g_mutex_lock (&k.lock);
  if (k.state == PENDING)
    k.state = CANCELLED;
  g_queue_push_tail (&k.events, event);
  if (!k.silent)
    eventfd_write (k.fd, 1);
  g_mutex_unlock (&k.lock);
}

static void
add_setup (guint type, guint request, guint length)
{
  struct usb_ctrlrequest setup = { type, request, GUINT16_TO_LE (0x1234),
    GUINT16_TO_LE (1), GUINT16_TO_LE (length)
  };

  add_event (FUNCTIONFS_SETUP, &setup);
}

/* ---- the profile ---- */

G_DECLARE_FINAL_TYPE (TestProfile, test_profile, TEST, PROFILE, GstFfsProfile);
struct _TestProfile
{
  GstFfsProfile parent;
};
G_DEFINE_TYPE (TestProfile, test_profile, GST_TYPE_FFS_PROFILE);

static void
set_enabled (GstFfsProfile * profile G_GNUC_UNUSED, gboolean enabled)
{
  g_string_append_c (p.calls, enabled ? '+' : '-');
  prctl (PR_GET_NAME, p.thread);
}

static void
restart (GstFfsProfile * profile G_GNUC_UNUSED)
{
  g_string_append_c (p.calls, 'r');
}

static gboolean
accept (GstFfsProfile * profile G_GNUC_UNUSED,
    const GstFfsSetup * setup G_GNUC_UNUSED)
{
  return !p.decline;
}

static gboolean
control (GstFfsProfile * profile G_GNUC_UNUSED, const GstFfsSetup * setup,
    const guint8 * data, GByteArray * reply)
{
  g_string_append_c (p.calls, 'c');
  p.setup = *setup;
  g_byte_array_set_size (p.data, 0);
  if (data)
    g_byte_array_append (p.data, data, setup->length);
  fail_unless_equals_int (reply->len, 0);
  g_byte_array_set_size (reply, p.reply_size);
  if (p.reply_size > 0)
    memset (reply->data, 0xa5, p.reply_size);
  if (p.meanwhile)
    p.meanwhile ();
  return !p.refuse;
}

static void
test_profile_class_init (TestProfileClass * klass)
{
  GST_FFS_PROFILE_CLASS (klass)->set_enabled = set_enabled;
  GST_FFS_PROFILE_CLASS (klass)->restart = restart;
  GST_FFS_PROFILE_CLASS (klass)->accept = accept;
  GST_FFS_PROFILE_CLASS (klass)->control = control;
}

static void
test_profile_init (TestProfile * self G_GNUC_UNUSED)
{
}

/* ---- */

static GstFfsProfile *profile;
static GstFfsEp0 *ep0;

static void
setup (void)
{
  memset (&k, 0, sizeof (k));
  memset (&p, 0, sizeof (p));
  k.fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  k.got = g_byte_array_new ();
  memset (k.sent, 0x5a, sizeof (k.sent));
  k.sent_size = sizeof (k.sent);
  p.calls = g_string_new (NULL);
  p.data = g_byte_array_new ();
  gst_ffs_ep0_calls.read = fake_read;
  gst_ffs_ep0_calls.write = fake_write;
  profile = g_object_new (test_profile_get_type (), NULL);
  ep0 = gst_ffs_ep0_new (k.fd, profile);
  fail_unless (ep0 != NULL);
}

static void
teardown (void)
{
  if (ep0)
    gst_ffs_ep0_free (ep0);
  gst_object_unref (profile);
  fail_if (k.bad, "FunctionFS was used wrongly");
  fail_unless_equals_int (close (k.fd), 0);
  g_queue_clear_full (&k.events, g_free);
  g_byte_array_unref (k.got);
  g_string_free (p.calls, TRUE);
  g_byte_array_unref (p.data);
}

/* Sends one request, which must be answered or stalled afterwards. */
static void
request (guint type, guint number, guint length)
{
  add_setup (type, number, length);
  fail_unless (gst_ffs_ep0_handle_event (ep0));
  fail_unless_equals_int (k.state, NO_SETUP);
}

#define VENDOR_IN (USB_DIR_IN | USB_TYPE_VENDOR | USB_RECIP_INTERFACE)
#define VENDOR_OUT (USB_DIR_OUT | USB_TYPE_VENDOR | USB_RECIP_INTERFACE)

GST_START_TEST (in_reply_is_cut_to_wlength)
{
  const struct
  {
    gsize reply;
    guint length;
    guint sent;
  } cases[] = {
    {10, 10, 10}, {10, 64, 10}, {64, 10, 10}, {100000, 65535, 65535},
    {0, 10, 0}, {10, 0, 0}, {0, 0, 0}, {1, 1, 1},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    p.reply_size = cases[i].reply;
    g_byte_array_set_size (k.got, 0);
    request (VENDOR_IN, 0x42, cases[i].length);
    fail_unless_equals_int (k.got->len, cases[i].sent);
    fail_unless_equals_int (k.answered, i + 1);
  }
  fail_unless_equals_int (k.stalled, 0);
  fail_unless_equals_int_hex (p.setup.request_type, VENDOR_IN);
  fail_unless_equals_int_hex (p.setup.request, 0x42);
  fail_unless_equals_int_hex (p.setup.value, 0x1234);
  fail_unless_equals_int_hex (p.setup.index, 1);
}

GST_END_TEST;

GST_START_TEST (out_data_reaches_the_profile)
{
  request (VENDOR_OUT, 1, 65535);
  fail_unless_equals_int (p.data->len, 65535);
  fail_unless_equals_int_hex (p.data->data[65534], 0x5a);

  /* A host that sends less than announced, or nothing. */
  k.sent_size = 7;
  request (VENDOR_OUT, 1, 100);
  fail_unless_equals_int (p.setup.length, 7);
  fail_unless_equals_int (p.data->len, 7);
  k.sent_size = 0;
  request (VENDOR_OUT, 1, 100);
  fail_unless_equals_int (p.setup.length, 0);

  request (VENDOR_OUT, 1, 0);
  fail_unless_equals_int (k.answered, 4);
  fail_unless_equals_int (k.stalled, 0);
  fail_unless_equals_string (p.calls->str, "cccc");

  /* The data stage is acknowledged before the profile sees the data. */
  p.refuse = TRUE;
  request (VENDOR_OUT, 1, 100);
  fail_unless_equals_int (k.answered, 5);
  fail_unless_equals_int (k.stalled, 0);

  /* A request that accept() rejects is stalled, and its data is not read. */
  p.refuse = FALSE;
  p.decline = TRUE;
  request (VENDOR_OUT, 1, 100);
  fail_unless_equals_int (k.answered, 5);
  fail_unless_equals_int (k.stalled, 1);
  fail_unless_equals_string (p.calls->str, "ccccc");
}

GST_END_TEST;

GST_START_TEST (refused_requests_are_stalled)
{
  const guint recipients[] = {
    USB_RECIP_DEVICE, USB_RECIP_ENDPOINT, USB_RECIP_OTHER, 0x1f
  };
  guint i;

  p.refuse = TRUE;
  request (VENDOR_IN, 1, 10);
  request (VENDOR_IN, 1, 0);
  request (VENDOR_OUT, 1, 0);
  fail_unless_equals_int (k.stalled, 3);
  fail_unless_equals_string (p.calls->str, "ccc");

  /* The profile does not get requests to other recipients than interfaces. */
  p.refuse = FALSE;
  for (i = 0; i < G_N_ELEMENTS (recipients); i++) {
    request (USB_DIR_IN | USB_TYPE_VENDOR | recipients[i], 1, 10);
    request (USB_DIR_OUT | USB_TYPE_VENDOR | recipients[i], 1, 10);
    request (USB_DIR_OUT | USB_TYPE_VENDOR | recipients[i], 1, 0);
  }
  fail_unless_equals_int (k.stalled, 3 + 12);
  fail_unless_equals_int (k.answered, 0);
  fail_unless_equals_string (p.calls->str, "ccc");
}

GST_END_TEST;

static void
supersede (void)
{
  p.meanwhile = NULL;
  p.reply_size = 3;
  add_setup (VENDOR_IN, 2, 64);
}

static void
unplug (void)
{
  p.meanwhile = NULL;
  add_event (FUNCTIONFS_DISABLE, NULL);
}

GST_START_TEST (superseded_request_gets_no_reply)
{
  add_event (FUNCTIONFS_ENABLE, NULL);
  fail_unless (gst_ffs_ep0_handle_event (ep0));

  /* The new request must not get the answer to the old one. */
  p.reply_size = 10;
  p.meanwhile = supersede;
  request (VENDOR_IN, 1, 64);
  fail_unless_equals_int (k.answered, 0);
  fail_unless (gst_ffs_ep0_handle_event (ep0));
  fail_unless_equals_int (k.answered, 1);
  fail_unless_equals_int (k.got->len, 3);

  p.meanwhile = supersede;
  p.refuse = TRUE;
  request (VENDOR_OUT, 1, 0);
  fail_unless_equals_int (k.stalled, 0);
  fail_unless (gst_ffs_ep0_handle_event (ep0));
  fail_unless_equals_int (k.stalled, 1);

  p.meanwhile = unplug;
  request (VENDOR_IN, 1, 64);
  fail_unless (gst_ffs_ep0_handle_event (ep0));
  fail_unless_equals_string (p.calls->str, "+ccccc-");
}

GST_END_TEST;

GST_START_TEST (data_stage_errors_are_retried_or_stalled)
{
  p.reply_size = 10;

  /* Another thread has FunctionFS's mutex, or a signal comes: try again. */
  k.fail[0] = EAGAIN;
  k.fail[1] = EINTR;
  k.fail[2] = EAGAIN;
  request (VENDOR_IN, 1, 10);
  fail_unless_equals_int (k.answered, 1);
  k.fail[0] = EAGAIN;
  request (VENDOR_OUT, 1, 10);
  fail_unless_equals_int (k.answered, 2);
  fail_unless_equals_int (k.stalled, 0);

  /* A request that was not answered must be stalled. */
  k.fail[0] = ENOMEM;
  request (VENDOR_IN, 1, 10);
  fail_unless_equals_int (k.stalled, 1);
  k.fail[0] = ENOMEM;
  request (VENDOR_OUT, 1, 10);
  fail_unless_equals_int (k.stalled, 2);
  k.fail[0] = ENOMEM;
  request (VENDOR_OUT, 1, 0);
  fail_unless_equals_int (k.stalled, 3);
  /* The profile does not get data that did not arrive. */
  fail_unless_equals_string (p.calls->str, "cccc");

  /* Unknown events are ignored; an error of ep0 ends the thread. */
  add_event (200, NULL);
  fail_unless (gst_ffs_ep0_handle_event (ep0));
  fail_unless (gst_ffs_ep0_handle_event (ep0));
  add_event (0xff, NULL);
  fail_if (gst_ffs_ep0_handle_event (ep0));
}

GST_END_TEST;

GST_START_TEST (events_enable_disable_and_restart)
{
  const struct
  {
    guint type;
    const gchar *calls;
  } cases[] = {
    {FUNCTIONFS_BIND, ""},
    {FUNCTIONFS_ENABLE, "+"},
    {FUNCTIONFS_SUSPEND, ""},
    {FUNCTIONFS_RESUME, ""},
    /* SET_INTERFACE of another interface or alternate setting. */
    {FUNCTIONFS_ENABLE, "r"},
    {FUNCTIONFS_DISABLE, "-"},
    {FUNCTIONFS_DISABLE, ""},
    {FUNCTIONFS_ENABLE, "+"},
    {FUNCTIONFS_UNBIND, "-"},
    {FUNCTIONFS_ENABLE, "+"},
    {FUNCTIONFS_BIND, "-"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_string_truncate (p.calls, 0);
    add_event (cases[i].type, NULL);
    fail_unless (gst_ffs_ep0_handle_event (ep0));
    fail_unless (g_str_equal (p.calls->str, cases[i].calls),
        "event %u: '%s'", i, p.calls->str);
  }
}

GST_END_TEST;

static void
wait_no_events (void)
{
  g_mutex_lock (&k.lock);
  while (!g_queue_is_empty (&k.events))
    g_cond_wait (&k.cond, &k.lock);
  g_mutex_unlock (&k.lock);
}

static void
wait_answered (gint n)
{
  g_mutex_lock (&k.lock);
  while (k.answered < n)
    g_cond_wait (&k.cond, &k.lock);
  g_mutex_unlock (&k.lock);
}

GST_START_TEST (thread_serves_events_that_poll_misses)
{
  p.reply_size = 10;
  /* The end of the name distinguishes elements of one kind. */
  gst_object_set_name (GST_OBJECT (profile), "ffsdmabufsink23");
  fail_unless_equals_int (gst_ffs_ep0_start (ep0), 0);
  add_event (FUNCTIONFS_ENABLE, NULL);
  wait_no_events ();
  add_setup (VENDOR_IN, 1, 10);
  wait_answered (1);
  fail_unless_equals_string (p.thread, "ep0:mabufsink23");

  /* poll() missed the event; the thread looks for it from time to time. */
  k.silent = TRUE;
  add_setup (VENDOR_IN, 1, 10);
  wait_answered (2);

  gst_ffs_ep0_stop (ep0);
  fail_unless_equals_int (k.answered, 2);
  fail_unless_equals_string (p.calls->str, "+cc-");
}

GST_END_TEST;

GST_START_TEST (broken_ep0_disables_the_profile)
{
  fail_unless_equals_int (gst_ffs_ep0_start (ep0), 0);
  add_event (FUNCTIONFS_ENABLE, NULL);
  add_event (0xff, NULL);
  wait_no_events ();
  gst_ffs_ep0_stop (ep0);
  fail_unless_equals_string (p.calls->str, "+-");
}

GST_END_TEST;

/* The host sends a request, but no data stage follows. */
GST_START_TEST (stop_interrupts_a_blocked_data_stage)
{
  fail_unless_equals_int (pipe (k.hang), 0);
  p.reply_size = 10;
  fail_unless_equals_int (gst_ffs_ep0_start (ep0), 0);
  add_event (FUNCTIONFS_ENABLE, NULL);
  add_setup (VENDOR_IN, 1, 10);
  while (g_atomic_int_get (&k.answered) == 0)
    g_thread_yield ();
  gst_ffs_ep0_free (ep0);
  ep0 = NULL;
  fail_unless_equals_string (p.calls->str, "+c-");
  close (k.hang[0]);
  close (k.hang[1]);
}

GST_END_TEST;

static Suite *
ep0_suite (void)
{
  Suite *s = suite_create ("ep0");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, in_reply_is_cut_to_wlength);
  tcase_add_test (tc, out_data_reaches_the_profile);
  tcase_add_test (tc, refused_requests_are_stalled);
  tcase_add_test (tc, superseded_request_gets_no_reply);
  tcase_add_test (tc, data_stage_errors_are_retried_or_stalled);
  tcase_add_test (tc, events_enable_disable_and_restart);
  tcase_add_test (tc, thread_serves_events_that_poll_misses);
  tcase_add_test (tc, broken_ep0_disables_the_profile);
  tcase_add_test (tc, stop_interrupts_a_blocked_data_stage);
  return s;
}

GST_CHECK_MAIN (ep0);
