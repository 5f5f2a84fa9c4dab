/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __TEST_HOST_COMES_AND_GOES_H__
#define __TEST_HOST_COMES_AND_GOES_H__

#include <gst/gst.h>

#include "../usbhost.h"

G_BEGIN_DECLS

/* Ends in a short packet, which ends the host's transfer. */
#define FRAME_SIZE (61 * 1024 + 100)
#define FRAME_WORDS (FRAME_SIZE / 4)
#define HEADER_WORDS 3
#define MAGIC 0x4d415246
#define N_SLOTS 6

/* Number of frames that prove a working stream. */
#define SOME 3
#define LOOK_AGAIN_US 2000
#define HANG_US (90 * G_USEC_PER_SEC)
/* Number of rounds after which the usage must not grow. */
#define SETTLED 10
/* Memory that the C library keeps for later use. */
#define HEAP_SLACK 16384

typedef struct _Test Test;

typedef struct
{
  Test *test;
  gint fd;
  GstMemory *memory;
  guint32 *map;
  gboolean in_use;
} Slot;

typedef struct
{
  guint fds;
  guint threads;
  guint64 heap;
  guint64 rss;
  guint attachments;
  guint dmabufs;
  guint attached;
} Usage;

typedef struct
{
  const gchar *name;
  void (*end) (Test * test, guint round);
  /* Frames sent before it must not arrive after it. */
  gboolean outdates;
  /* The speed if it is not the highest, or NULL. */
  const gchar *speed;
  /* A sysfs attribute of the device that the kernel must have, or NULL. */
  const gchar *attr;
  /* The only FFS_CONTROLLER that supports it, or NULL. */
  const gchar *controller;
} Ending;

struct _Test
{
  gchar *endpoint;
  gchar *serial;
  gchar *camera;
  gchar *only;
  gint rounds;

  gint zygote;
  gint child_output;
  UsbHost *host;

  /* The pipeline */
  GstElement *pipeline;
  GstElement *sink;
  GstPad *pad;
  GThread *feeder;

  GMutex lock;
  GCond changed;

  /* The source */
  Slot slots[N_SLOTS];
  gboolean open;
  gboolean quit;
  gboolean pushing;
  gboolean new_stream;
  gboolean live;
  guint32 next;                 /* number of the next frame */
  guint32 returned;             /* frames before this one are in the sink */
  guint64 early;

  /* The host */
  guint32 frame[FRAME_WORDS];
  gsize fill;
  guint32 last;                 /* number of the last whole frame */
  guint32 least;                /* older ones are out of date */
  gboolean ended;               /* ignore data until the next connection */
  gboolean first;               /* of a connection */
  guint64 frames;               /* of a connection */
  guint64 wrong_start;
  guint64 wrong_bytes;
  guint64 wrong_number;

  /* The separate counts of the camera */
  gboolean count_only;
  GChecksum *sent_sum;
  GChecksum *received_sum;
  guint64 sent;
  guint64 received;
  guint64 sent_frames;

  GString *table;
  GString *complaints;
  guint n_checks;
  guint n_failed;
};

/* check.c */
void check (Test * test, gboolean ok, const gchar * format, ...)
    G_GNUC_PRINTF (3, 4);
void give_up (Test * test, const gchar * format, ...)
    G_GNUC_PRINTF (2, 3) G_GNUC_NORETURN;
void check_pipeline (Test * test, GstElement * pipeline, const gchar * kind);

/* source.c */
void make_pipeline (Test * test);
void start_pipeline (Test * test);
void stop_pipeline (Test * test, GstState state);
void set_open (Test * test, gboolean open);
void set_live (Test * test, gboolean live);

/* host.c */
void on_data (const guint8 * data, gsize size, gpointer user_data);
void connect_host (Test * test);
void outdate (Test * test);
void wait_frames (Test * test, guint64 n);
void wait_gone (Test * test);
void come_to_rest (Test * test);

/* usage.c */
gint settling_rounds (gint rounds);
void measure (Test * test, Usage * usage);
void count_dmabufs (Usage * usage);
void wait_dmabufs (Test * test, guint wanted);

/* zygote.c */
void fork_zygote (Test * test);
gint give_order (Test * test, gchar what, guint32 number);

/* endings.c */
extern const Ending endings[];
extern const guint n_endings;
void set_speed (Test * test, const gchar * speed);

/* report.c */
void begin_kind (Test * test);
void end_kind (Test * test, const gchar * name, gint rounds, gint64 start,
    const Usage * settled, const Usage * now, guint attachments_max,
    guint attached_max);

/* camera.c */
void test_camera (Test * test);

G_END_DECLS

#endif /* __TEST_HOST_COMES_AND_GOES_H__ */
