/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __TEST_FRAME_SHAPES_H__
#define __TEST_FRAME_SHAPES_H__

#include <gst/gst.h>

#include "../usbhost.h"

G_BEGIN_DECLS

typedef struct
{
  const gchar *endpoint;
  GstAllocator *allocator;
  UsbHost *host;

  GMutex lock;
  GQueue expected;              /* of GBytes, not yet read by the host */
  gsize head_done;
  guint64 frames;
  guint64 transfers;
  guint64 sent;
  guint64 received;
  guint64 surplus;              /* received bytes that were not sent */
  gint64 first_wrong;           /* byte of this run, or -1 */

  GString *table;
  guint n_checks;
  guint n_failed;
} Test;

typedef struct
{
  GError *error;
  guint n_warnings;
  GstStructure *stats;
} Run;

typedef struct
{
  const gchar *name;
  GstBuffer *(*make) (Test * test, guint i);
  /* Number of times that each buffer is sent. */
  guint times;
  const gchar *caps;
  const gchar *properties;
} Shape;

/* host.c */
void on_data (const guint8 * data, gsize size, gpointer user_data);
void begin (Test * test);
void expect (Test * test, const guint8 * data, gsize size);
gboolean take_all (Test * test);

/* shapes.c */
extern const Shape shapes[];
extern const guint n_shapes;

/* run.c */
void run_pipeline (Test * test, const gchar * description,
    const gchar * copy_mode, Run * run);
void clear_run (Run * run);
guint64 run_stat (const Run * run, const gchar * field);
gchar *outcome (Test * test, const Run * run);

G_END_DECLS

#endif /* __TEST_FRAME_SHAPES_H__ */
