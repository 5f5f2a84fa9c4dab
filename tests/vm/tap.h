/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef __TEST_TAP_H__
#define __TEST_TAP_H__

#include <glib.h>

G_BEGIN_DECLS

/* Begins the description of all later checks. */
void tap_set_prefix (const gchar * format, ...) G_GNUC_PRINTF (1, 2);
void tap_check (gboolean ok, const gchar * format, ...) G_GNUC_PRINTF (2, 3);
/* Prints the plan. Returns: exit status of the program, 1 if a check failed */
gint tap_end (void);

G_END_DECLS

#endif /* __TEST_TAP_H__ */
