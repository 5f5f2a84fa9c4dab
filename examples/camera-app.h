/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ep0, served by the application.
 *
 * Ownership: ep0_new() opens it and ep0_free() closes it, which removes the
 * function. Call from the main loop only.
 */

#ifndef CAMERA_APP_H
#define CAMERA_APP_H

#include <glib.h>

typedef struct
{
  void (*enabled) (gboolean enabled, gpointer user_data);
    gboolean (*get_control) (guint id, gint * value, gpointer user_data);
    gboolean (*set_control) (guint id, gint value, gpointer user_data);
} Ep0Callbacks;

typedef struct _Ep0 Ep0;

Ep0 *ep0_new (const gchar * directory, const Ep0Callbacks * callbacks,
    gpointer user_data);
void ep0_free (Ep0 * ep0);

#endif
