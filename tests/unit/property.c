/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A property of a running source is set between two of its frames, and that of
 * a stopped one at once.
 */

#include <gst/base/gstpushsrc.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "function/gstffsproperty.h"

#define N_ROUNDS 5000

/* ---- a source that must not be disturbed ---- */

typedef struct
{
  GstPushSrc parent;
  GMutex lock;
  GCond cond;
  gint allowed;                 /* frames that it may finish, -1: all */
  guint begun;
  gboolean in_create;
  gint number;
  guint n_set;
  guint n_disturbed;
} TestSource;
typedef GstPushSrcClass TestSourceClass;

GType test_source_get_type (void);
G_DEFINE_TYPE (TestSource, test_source, GST_TYPE_PUSH_SRC);

static GstStaticPadTemplate any_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstFlowReturn
create (GstPushSrc * src, GstBuffer ** buffer)
{
  TestSource *self = (TestSource *) src;

  g_mutex_lock (&self->lock);
  self->in_create = TRUE;
  self->begun++;
  g_cond_broadcast (&self->cond);
  while (self->allowed == 0)
    g_cond_wait (&self->cond, &self->lock);
  if (self->allowed > 0)
    self->allowed--;
  self->in_create = FALSE;
  g_mutex_unlock (&self->lock);
  *buffer = gst_buffer_new ();
  return GST_FLOW_OK;
}

static void
set_property (GObject * object, guint id G_GNUC_UNUSED, const GValue * value,
    GParamSpec * pspec G_GNUC_UNUSED)
{
  TestSource *self = (TestSource *) object;

  g_mutex_lock (&self->lock);
  self->number = g_value_get_int (value);
  self->n_set++;
  self->n_disturbed += self->in_create;
  g_mutex_unlock (&self->lock);
}

static void
get_property (GObject * object, guint id G_GNUC_UNUSED, GValue * value,
    GParamSpec * pspec G_GNUC_UNUSED)
{
  TestSource *self = (TestSource *) object;

  g_mutex_lock (&self->lock);
  g_value_set_int (value, self->number);
  g_mutex_unlock (&self->lock);
}

static void
test_source_finalize (GObject * object)
{
  TestSource *self = (TestSource *) object;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (test_source_parent_class)->finalize (object);
}

static void
test_source_class_init (TestSourceClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = test_source_finalize;
  g_object_class_install_property (object_class, 1,
      g_param_spec_int ("number", NULL, NULL, 0, G_MAXINT, 0,
          G_PARAM_READWRITE));
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass),
      &any_src);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "test",
      "Source/Video", "test", "test");
  klass->create = create;
}

static void
test_source_init (TestSource * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

/* ---- */

static TestSource *source;
static GstHarness *harness;
static GstFfsProperty *property;

static void
set_up (void)
{
  source = g_object_new (test_source_get_type (), NULL);
  gst_object_ref_sink (source);
  harness = gst_harness_new_with_element (GST_ELEMENT (source), NULL, "src");
  property = gst_ffs_property_new (GST_ELEMENT (source),
      g_object_class_find_property (G_OBJECT_GET_CLASS (source), "number"));
}

static void
allow (gint frames)
{
  g_mutex_lock (&source->lock);
  source->allowed = frames;
  g_cond_broadcast (&source->cond);
  g_mutex_unlock (&source->lock);
}

/* Waits until the source makes that frame. It finishes no frame until
 * allow(). */
static void
wait_begun (guint frames)
{
  g_mutex_lock (&source->lock);
  while (source->begun < frames)
    g_cond_wait (&source->cond, &source->lock);
  g_mutex_unlock (&source->lock);
}

static void
play (void)
{
  fail_unless_equals_int (gst_element_set_state (GST_ELEMENT (source),
          GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
}

/* Each test calls this, as it must end without threads. */
static void
stop (void)
{
  allow (-1);
  fail_unless_equals_int (gst_element_set_state (GST_ELEMENT (source),
          GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

static void
tear_down (void)
{
  g_clear_pointer (&property, gst_ffs_property_free);
  gst_harness_teardown (harness);
  ASSERT_OBJECT_REFCOUNT (source, "source", 1);
  gst_object_unref (source);
}

static void
set (gint number)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, number);
  gst_ffs_property_set (property, &value);
}

static gint
get (void)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  gst_ffs_property_get (property, &value);
  return g_value_get_int (&value);
}

GST_START_TEST (stopped_source_is_set_at_once)
{
  set (3);
  fail_unless_equals_int (source->number, 3);
  fail_unless_equals_int (get (), 3);

  /* Other threads may set it, too. */
  g_object_set (source, "number", 4, NULL);
  fail_unless_equals_int (get (), 4);
}

GST_END_TEST;

GST_START_TEST (running_source_is_set_between_frames)
{
  play ();
  wait_begun (1);
  set (3);
  set (4);
  fail_unless_equals_int (GST_BASE_SRC_PAD (source)->num_probes, 1);
  fail_unless_equals_int (source->n_set, 0);
  fail_unless_equals_int (get (), 4);

  allow (1);
  wait_begun (2);
  fail_unless_equals_int (source->n_set, 1);
  fail_unless_equals_int (source->number, 4);
  fail_unless_equals_int (source->n_disturbed, 0);
  fail_unless_equals_int (GST_BASE_SRC_PAD (source)->num_probes, 0);
  g_object_set (source, "number", 5, NULL);
  fail_unless_equals_int (get (), 5);

  /* No property is set without a request. */
  allow (1);
  wait_begun (3);
  fail_unless_equals_int (source->number, 5);

  set (6);
  allow (1);
  wait_begun (4);
  fail_unless_equals_int (source->number, 6);
  stop ();
}

GST_END_TEST;

GST_START_TEST (freed_property_is_not_set)
{
  play ();
  wait_begun (1);
  set (3);
  g_clear_pointer (&property, gst_ffs_property_free);
  fail_unless_equals_int (GST_BASE_SRC_PAD (source)->num_probes, 0);
  allow (1);
  wait_begun (2);
  fail_unless_equals_int (source->n_set, 0);
  stop ();
}

GST_END_TEST;

/* The harness refuses the frame, so the source stops before the wait ends. */
GST_START_TEST (stop_sets_the_pending_value)
{
  guint begun;

  play ();
  wait_begun (1);
  set (3);
  fail_unless (gst_pad_set_active (harness->sinkpad, FALSE));
  stop ();
  fail_unless_equals_int (get (), 3);

  set (4);
  fail_unless_equals_int (source->number, 4);
  g_object_set (source, "number", 5, NULL);
  fail_unless (gst_pad_set_active (harness->sinkpad, TRUE));
  begun = source->begun;
  allow (1);
  play ();
  wait_begun (begun + 2);
  fail_unless_equals_int (get (), 5);
  stop ();
}

GST_END_TEST;

static gpointer
set_three (gpointer data)
{
  (void) data;
  set (3);
  return NULL;
}

/* While another thread changes the state, it is unknown whether the source
 * runs. */
GST_START_TEST (locked_state_postpones_the_value)
{
  GST_STATE_LOCK (source);
  g_thread_join (g_thread_new ("host", set_three, NULL));
  fail_unless_equals_int (source->n_set, 0);
  fail_unless_equals_int (get (), 3);
  GST_STATE_UNLOCK (source);

  play ();
  allow (1);
  wait_begun (2);
  fail_unless_equals_int (source->number, 3);
  stop ();
}

GST_END_TEST;

static gpointer
set_many (gpointer data)
{
  gint i;

  (void) data;
  for (i = 1; i <= N_ROUNDS; i++)
    set (i);
  return NULL;
}

GST_START_TEST (many_sets_disturb_no_frame)
{
  GThread *thread;
  guint begun;

  allow (-1);
  gst_harness_set_drop_buffers (harness, TRUE);
  play ();
  thread = g_thread_new ("host", set_many, NULL);
  g_thread_join (thread);
  fail_unless_equals_int (get (), N_ROUNDS);

  g_mutex_lock (&source->lock);
  begun = source->begun;
  g_mutex_unlock (&source->lock);
  wait_begun (begun + 2);
  fail_unless_equals_int (source->number, N_ROUNDS);
  fail_unless_equals_int (source->n_disturbed, 0);
  stop ();
}

GST_END_TEST;

static Suite *
property_suite (void)
{
  Suite *s = suite_create ("property");
  TCase *tc = tcase_create ("property");

  tcase_add_checked_fixture (tc, set_up, tear_down);
  tcase_add_test (tc, stopped_source_is_set_at_once);
  tcase_add_test (tc, running_source_is_set_between_frames);
  tcase_add_test (tc, freed_property_is_not_set);
  tcase_add_test (tc, stop_sets_the_pending_value);
  tcase_add_test (tc, locked_state_postpones_the_value);
  tcase_add_test (tc, many_sets_disturb_no_frame);
  suite_add_tcase (s, tc);
  return s;
}

GST_CHECK_MAIN (property);
