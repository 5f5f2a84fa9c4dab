/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of all profiles do without USB: start one, make a request as
 * ep0 does for a host, end it.
 */

#ifndef __PROFILE_HOST_H__
#define __PROFILE_HOST_H__

#include <gst/check/gstcheck.h>

#include "function/gstffsprofile.h"

/* Gives the profile this offer and starts it; no host is there yet.
 * @directory: (nullable): where the files of its endpoints are */
void profile_start (GstFfsProfile * profile, const gchar * offer,
    const gchar * directory);
/* The host goes, the profile stops; the caller must have the only reference,
 * which is dropped. */
void profile_end (GstFfsProfile * profile);

/* A control request. @reply is the answer to an IN request. FALSE: it is
 * stalled */
gboolean profile_request (GstFfsProfile * profile, guint8 type, guint8 request,
    guint16 value, guint16 index, gconstpointer data, guint16 length,
    GByteArray * reply);

/* Upstream sends these caps; @ok: whether the profile takes them. */
void profile_set_caps (GstFfsProfile * profile, const gchar * text,
    gboolean ok);
/* What the profile asks upstream for. */
void profile_assert_caps (GstFfsProfile * profile, const gchar * text);

#endif /* __PROFILE_HOST_H__ */
