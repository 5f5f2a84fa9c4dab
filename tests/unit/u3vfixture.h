/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A USB3 Vision camera without USB, and a host that reads and writes its
 * registers.
 */

#ifndef __U3V_FIXTURE_H__
#define __U3V_FIXTURE_H__

#include <gst/check/gstcheck.h>

#include "function/gstffsbytes.h"
#include "function/u3v/gstffsu3vcamera.h"
#include "function/u3v/gstffsu3vmap.h"
#include "function/u3v/gstffsu3vregisters.h"

/* Pixel formats of the convention. */
#define GRAY8 0x01080001
#define YUY2 0x02100032
#define RGGB 0x01080009

/* Address and length of a feature with 4 bytes. */
#define FEATURE(name) FEATURES + FEATURE_##name, 4

extern GstFfsU3vCamera *camera;
/* What the last access asks the profile to do. */
extern GstFfsU3vEffect effect;

/* A camera that offers YUY2 of 640x480, GRAY8 and Bayer in several sizes, with
 * four controls: TestPattern, Gain, Brightness, ExposureTime. */
void u3v_set_up (void);
/* With these caps instead. */
void u3v_set_up_with (const gchar * caps);
void u3v_tear_down (void);

guint16 u3v_read (guint64 address, gpointer data, guint length);
guint16 u3v_set (guint64 address, guint length, guint64 value);
guint16 u3v_set_double (guint64 address, gdouble value);
/* Reads up to 8 bytes, which must succeed. */
guint64 u3v_get (guint64 address, guint length);

#define u3v_expect_set(status, ...) \
    fail_unless_equals_int_hex (u3v_set (__VA_ARGS__), status)
/* What the camera asks upstream for. */
void u3v_expect_caps (const gchar * text);

/* How the host divides a frame into transfers. */
void u3v_set_transfers (guint32 size, guint32 count, guint32 final1,
    guint32 final2);
/* Enables the streaming interface, then starts the acquisition. */
void u3v_start (void);

#endif /* __U3V_FIXTURE_H__ */
