/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A camera in an ffscamerabin stops while no host wants its frames, if they go
 * to no other element.
 */

#include <gst/base/gstbasesink.h>
#include <gst/base/gstpushsrc.h>
#include <gst/check/gstcheck.h>

#include "sink/gstffscamerabin.h"
#include "sink/gstffsdemand.h"

#define N_ROUNDS 200

GST_DEBUG_CATEGORY_EXTERN (gst_ffs_transport_debug);

/* A live video source that makes a frame whenever one is taken. */
typedef struct
{
  GstPushSrc parent;
} TestCamera;
typedef GstPushSrcClass TestCameraClass;

GType test_camera_get_type (void);
G_DEFINE_TYPE (TestCamera, test_camera, GST_TYPE_PUSH_SRC);

static GstStaticPadTemplate camera_src = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstFlowReturn
create (GstPushSrc * src, GstBuffer ** buffer)
{
  (void) src;
  *buffer = gst_buffer_new ();
  return GST_FLOW_OK;
}

static void
test_camera_init (TestCamera * self)
{
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
}

static void
test_camera_class_init (TestCameraClass * klass)
{
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass),
      &camera_src);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "test",
      "Source/Video", "test", "test");
  klass->create = create;
}

/* A sink that posts whether frames are wanted, like ffsdmabufsink. */
typedef struct
{
  GstBaseSink parent;
  GMutex lock;
  GCond cond;
  guint frames;
  gboolean unwanted;            /* says so for each frame */
  gboolean hold;                /* the next frame blocks in the sink */
  gboolean held;                /* a frame does */
} TestSink;
typedef GstBaseSinkClass TestSinkClass;

GType test_sink_get_type (void);
G_DEFINE_TYPE (TestSink, test_sink, GST_TYPE_BASE_SINK);

static GstStaticPadTemplate any_sink = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstFlowReturn
render (GstBaseSink * bsink, GstBuffer * buffer)
{
  TestSink *self = (TestSink *) bsink;
  gboolean unwanted;

  (void) buffer;
  g_mutex_lock (&self->lock);
  self->frames++;
  self->held = self->hold;
  g_cond_broadcast (&self->cond);
  while (self->hold)
    g_cond_wait (&self->cond, &self->lock);
  unwanted = self->unwanted;
  g_mutex_unlock (&self->lock);
  if (unwanted)
    gst_ffs_demand_post (GST_ELEMENT (bsink), GST_FFS_DEMAND_DROPPED);
  return GST_FLOW_OK;
}

static void
sink_finalize (GObject * object)
{
  TestSink *self = (TestSink *) object;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (test_sink_parent_class)->finalize (object);
}

static void
test_sink_init (TestSink * self)
{
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

static void
test_sink_class_init (TestSinkClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &any_sink);
  gst_element_class_set_static_metadata (element_class, "test", "Sink", "test",
      "test");
  klass->render = render;
  G_OBJECT_CLASS (klass)->finalize = sink_finalize;
}

typedef struct
{
  GstElement *pipeline;
  GstElement *source;
  GstElement *bin;
  TestSink *sink;
} Fixture;

static void
set_unwanted (Fixture * f, gboolean unwanted)
{
  g_mutex_lock (&f->sink->lock);
  f->sink->unwanted = unwanted;
  g_mutex_unlock (&f->sink->lock);
}

static void
wait_frame (Fixture * f)
{
  guint frames;

  g_mutex_lock (&f->sink->lock);
  for (frames = f->sink->frames; f->sink->frames == frames;)
    g_cond_wait (&f->sink->cond, &f->sink->lock);
  g_mutex_unlock (&f->sink->lock);
}

static GstState
source_state (Fixture * f)
{
  GstState state;

  GST_OBJECT_LOCK (f->source);
  state = GST_STATE (f->source);
  GST_OBJECT_UNLOCK (f->source);
  return state;
}

static void
wait_source (Fixture * f, gboolean stopped)
{
  while (gst_element_is_locked_state (f->source) != stopped
      || source_state (f) != (stopped ? GST_STATE_READY : GST_STATE_PLAYING))
    g_thread_yield ();
}

static void
demand (Fixture * f, gboolean wanted)
{
  gst_ffs_demand_post (GST_ELEMENT (f->sink), wanted ? GST_FFS_DEMAND_WANTED :
      GST_FFS_DEMAND_UNWANTED);
}

static void
start (Fixture * f, const gchar * source, const gchar * middle)
{
  GError *error = NULL;
  GstPlugin *core = gst_plugin_load_file (CORE_ELEMENTS, &error);

  fail_unless (core != NULL, "%s", error ? error->message : "");
  gst_object_unref (core);
  memset (f, 0, sizeof (*f));
  gst_element_register (NULL, "testcamera", GST_RANK_NONE,
      test_camera_get_type ());
  f->pipeline = gst_pipeline_new (NULL);
  f->source = gst_element_factory_make (source, NULL);
  f->sink = g_object_new (test_sink_get_type (), NULL);
  f->bin = g_object_new (GST_TYPE_FFS_CAMERA_BIN, NULL);
  gst_bin_add (GST_BIN (f->pipeline), f->bin);
  gst_bin_add_many (GST_BIN (f->bin), f->source, GST_ELEMENT (f->sink), NULL);
  if (middle) {
    GstElement *element = gst_element_factory_make (middle, NULL);

    gst_bin_add (GST_BIN (f->bin), element);
    fail_unless (gst_element_link_many (f->source, element,
            GST_ELEMENT (f->sink), NULL));
    if (g_str_equal (middle, "tee")) {
      GstElement *other = gst_element_factory_make ("fakesink", NULL);

      g_object_set (other, "async", FALSE, NULL);
      gst_bin_add (GST_BIN (f->bin), other);
      fail_unless (gst_element_link (element, other));
    }
  } else {
    fail_unless (gst_element_link (f->source, GST_ELEMENT (f->sink)));
  }
  gst_element_set_state (f->pipeline, GST_STATE_PLAYING);
  wait_frame (f);
}

static void
end (Fixture * f)
{
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  fail_if (gst_element_is_locked_state (f->source));
  fail_unless_equals_int (source_state (f), GST_STATE_NULL);
  /* The thread of GStreamer that made the last state change still has a
   * reference. */
  while (GST_OBJECT_REFCOUNT_VALUE (f->source) != 1)
    g_thread_yield ();
  gst_object_unref (f->pipeline);
}

GST_START_TEST (camera_runs_only_for_a_host)
{
  GstState state;
  Fixture f;
  guint i;

  start (&f, "testcamera", "queue");
  for (i = 0; i < 3; i++) {
    set_unwanted (&f, TRUE);
    wait_source (&f, TRUE);
    fail_unless_equals_int (source_state (&f), GST_STATE_READY);
    gst_element_get_state (f.pipeline, &state, NULL, GST_CLOCK_TIME_NONE);
    fail_unless_equals_int (state, GST_STATE_PLAYING);

    set_unwanted (&f, FALSE);
    demand (&f, TRUE);
    wait_source (&f, FALSE);
    wait_frame (&f);
    fail_unless (gst_element_get_base_time (f.source) ==
        gst_element_get_base_time (f.pipeline));
    fail_if (gst_element_is_locked_state (f.source));
    demand (&f, FALSE);
  }
  end (&f);
}

GST_END_TEST;

/* The camera gets the pipeline's new base time when it starts again. */
GST_START_TEST (stopped_camera_survives_pause_and_play)
{
  GstClockTime before;
  Fixture f;

  start (&f, "testcamera", NULL);
  set_unwanted (&f, TRUE);
  wait_source (&f, TRUE);
  set_unwanted (&f, FALSE);
  before = gst_element_get_base_time (f.pipeline);
  /* No frame comes, so the sink must not wait for a preroll. */
  gst_base_sink_set_async_enabled (GST_BASE_SINK (f.sink), FALSE);
  gst_element_set_state (f.pipeline, GST_STATE_PAUSED);
  do {
    gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
    gst_element_set_state (f.pipeline, GST_STATE_PAUSED);
  } while (gst_element_get_base_time (f.pipeline) == before);
  gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
  fail_unless_equals_int (source_state (&f), GST_STATE_READY);

  demand (&f, TRUE);
  wait_frame (&f);
  fail_unless (gst_element_get_base_time (f.source) ==
      gst_element_get_base_time (f.pipeline));
  end (&f);
}

GST_END_TEST;

/* A host may come while the camera is being stopped, and go again. */
GST_START_TEST (camera_follows_rapid_demand_changes)
{
  Fixture f;
  guint i;

  start (&f, "testcamera", NULL);
  set_unwanted (&f, TRUE);
  for (i = 0; i < N_ROUNDS; i++) {
    demand (&f, TRUE);
    if (i % 3)
      wait_frame (&f);
    demand (&f, FALSE);
    if (i % 2)
      wait_source (&f, TRUE);
  }
  demand (&f, TRUE);
  wait_frame (&f);
  wait_frame (&f);
  end (&f);
}

GST_END_TEST;

static void
assert_ends (Fixture * f)
{
  GstBus *bus = gst_element_get_bus (f->pipeline);
  GstMessage *message;

  message = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE,
      GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_object_unref (bus);
}

GST_START_TEST (eos_arrives_with_camera_stopped_or_restarted)
{
  Fixture f;

  start (&f, "testcamera", "queue");
  set_unwanted (&f, TRUE);
  wait_source (&f, TRUE);
  gst_element_send_event (f.pipeline, gst_event_new_eos ());
  assert_ends (&f);
  end (&f);

  start (&f, "testcamera", "queue");
  set_unwanted (&f, TRUE);
  wait_source (&f, TRUE);
  set_unwanted (&f, FALSE);
  demand (&f, TRUE);
  wait_source (&f, FALSE);
  wait_frame (&f);
  gst_element_send_event (f.pipeline, gst_event_new_eos ());
  assert_ends (&f);
  end (&f);
}

GST_END_TEST;

static void
set_hold (Fixture * f, gboolean hold)
{
  g_mutex_lock (&f->sink->lock);
  f->sink->hold = hold;
  g_cond_broadcast (&f->sink->cond);
  while (hold && !f->sink->held)
    g_cond_wait (&f->sink->cond, &f->sink->lock);
  g_mutex_unlock (&f->sink->lock);
}

static gpointer
send_eos (gpointer pipeline)
{
  gst_element_send_event (pipeline, gst_event_new_eos ());
  return NULL;
}

/* The source is blocked in the sink with an unwanted frame, and the thread
 * that sends EOS waits for the source. */
GST_START_TEST (eos_arrives_while_the_camera_stops)
{
  GThread *thread;
  Fixture f;

  start (&f, "testcamera", NULL);
  set_hold (&f, TRUE);
  thread = g_thread_new ("eos", send_eos, f.pipeline);
  set_unwanted (&f, TRUE);
  set_hold (&f, FALSE);
  assert_ends (&f);
  g_thread_join (thread);
  end (&f);
}

GST_END_TEST;

/* A sink would refuse downstream events. */
GST_START_TEST (downstream_events_go_to_the_source)
{
  Fixture f;

  start (&f, "testcamera", NULL);
  fail_unless (gst_element_send_event (f.pipeline, gst_event_new_custom
          (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty ("test"))));
  end (&f);
}

GST_END_TEST;

/* A frame that was dropped before the host came says that it is unwanted. */
GST_START_TEST (wanted_camera_ignores_dropped_frames)
{
  Fixture f;
  guint i;

  start (&f, "testcamera", NULL);
  demand (&f, TRUE);
  set_unwanted (&f, TRUE);
  for (i = 0; i < 3; i++)
    wait_frame (&f);
  fail_if (gst_element_is_locked_state (f.source));
  end (&f);
}

GST_END_TEST;

static void
assert_runs (const gchar * source, const gchar * middle)
{
  Fixture f;
  guint i;

  start (&f, source, middle);
  set_unwanted (&f, TRUE);
  for (i = 0; i < 3; i++)
    wait_frame (&f);
  fail_if (gst_element_is_locked_state (f.source));
  /* The state change has ended by then, or is about to. */
  wait_source (&f, FALSE);
  end (&f);
}

GST_START_TEST (camera_with_a_second_sink_keeps_running)
{
  assert_runs ("testcamera", "tee");
}

GST_END_TEST;

/* Elements outside the bin belong to the application. */
GST_START_TEST (camera_outside_the_bin_keeps_running)
{
  GstPad *pad;
  Fixture f;
  guint i;

  start (&f, "testcamera", "queue");
  gst_element_set_state (f.pipeline, GST_STATE_NULL);
  pad = gst_element_get_static_pad (GST_ELEMENT (f.sink), "sink");
  gst_object_ref (f.source);
  gst_bin_remove (GST_BIN (f.bin), f.source);
  gst_bin_remove (GST_BIN (f.bin), GST_ELEMENT (GST_PAD_PARENT (GST_PAD_PEER
              (pad))));
  gst_bin_add (GST_BIN (f.pipeline), f.source);
  gst_object_unref (f.source);
  gst_element_add_pad (f.bin, gst_ghost_pad_new ("sink", pad));
  gst_object_unref (pad);
  fail_unless (gst_element_link (f.source, f.bin));
  set_unwanted (&f, TRUE);
  gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
  for (i = 0; i < 3; i++)
    wait_frame (&f);
  fail_if (gst_element_is_locked_state (f.source));
  end (&f);
}

GST_END_TEST;

GST_START_TEST (source_that_is_no_camera_keeps_running)
{
  assert_runs ("fakesrc", NULL);
}

GST_END_TEST;

static Suite *
sensor_suite (void)
{
  Suite *suite = suite_create ("sensor");
  TCase *tc = tcase_create ("general");

  GST_DEBUG_CATEGORY_INIT (gst_ffs_transport_debug, "ffstransport", 0, NULL);
  suite_add_tcase (suite, tc);
  tcase_add_test (tc, camera_runs_only_for_a_host);
  tcase_add_test (tc, stopped_camera_survives_pause_and_play);
  tcase_add_test (tc, camera_follows_rapid_demand_changes);
  tcase_add_test (tc, eos_arrives_with_camera_stopped_or_restarted);
  tcase_add_test (tc, eos_arrives_while_the_camera_stops);
  tcase_add_test (tc, downstream_events_go_to_the_source);
  tcase_add_test (tc, wanted_camera_ignores_dropped_frames);
  tcase_add_test (tc, camera_with_a_second_sink_keeps_running);
  tcase_add_test (tc, camera_outside_the_bin_keeps_running);
  tcase_add_test (tc, source_that_is_no_camera_keeps_running);
  return suite;
}

GST_CHECK_MAIN (sensor);
