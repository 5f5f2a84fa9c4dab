/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A webcam without USB: a source with controls, the profile after it, and a
 * host's requests.
 */

#ifndef __UVC_FIXTURE_H__
#define __UVC_FIXTURE_H__

#include "function/gstffsbytes.h"
#include "function/uvc/gstffsuvcprofile.h"
#include "function/uvc/gstffsuvcrequest.h"
#include "function/uvc/gstffsuvcstreaming.h"
#include "profilehost.h"

/* Raw video in two sizes and two rates, and JPEG. */
#define UVC_OFFER "video/x-raw, format=YUY2, width={320, 640}, height=480, " \
    "framerate={15/1, 30/1}; " \
    "image/jpeg, width=1280, height=720, framerate=25/1"

/* Requests of the class. */
enum
{
  SET_CUR = 0x01,
  GET_CUR = 0x81,
  GET_MIN,
  GET_MAX,
  GET_RES,
  GET_LEN,
  GET_INFO,
  GET_DEF,
};

/* Selectors of the streaming interface. */
enum
{
  PROBE = 1,
  COMMIT = 2,
  STILL_PROBE = 3,
  STILL_COMMIT = 4,
  STILL_TRIGGER = 5,
  STREAM_ERROR = 6,
};

/**
 * UvcSource:
 *
 * What the properties of the source are set to. Ranges: brightness -64...64,
 * contrast 0...200000, saturation -128...127, hue -1.0...1.0, gain 1.0...16.0,
 * gamma anything at all, exposure-time all integers, sharpness an
 * enumeration.
 */
typedef struct
{
  GstElement parent;
  gint brightness;
  guint contrast;
  gint saturation;
  gdouble hue;
  gdouble gain;
  gdouble gamma;
  gint exposure;
  gint sharpness;
} UvcSource;

/**
 * AutoSource:
 *
 * One that has what hosts ask cameras for: focus 0...1023, zoom 100...500,
 * colour-temperature 2800...6500, backlight-compensation 0...2, auto-focus and
 * awb-enable, which are booleans, auto-exposure (auto, manual, aperture), and
 * power-line-frequency (50 Hz, 60 Hz, automatic).
 */
typedef struct
{
  UvcSource parent;
  gint focus;
  gint zoom;
  gint temperature;
  gint backlight;
  gint auto_focus;
  gint auto_white;
  gint auto_exposure;
  gint frequency;
} AutoSource;

typedef struct
{
  GstFfsProfile *profile;
  GstElement *pipeline;
  UvcSource *source;
  GstElement *sink;
  GstPad *sinkpad;
  guint n_started;
  guint n_stopped;
  guint n_renegotiated;
  GstClockTime waiting;
  gchar *caps_at_stop;          /* caps when the stream stopped last */
} UvcFixture;

extern const GstFfsIdentity uvc_identity;

void uvc_fixture_start (UvcFixture * f, const gchar * offer);
/* With a source whose hue is an integer of 40000...240000. */
void uvc_fixture_start_wide (UvcFixture * f, const gchar * offer);
/* With an AutoSource. */
void uvc_fixture_start_auto (UvcFixture * f, const gchar * offer);
/* With still images. */
void uvc_fixture_start_stills (UvcFixture * f, const gchar * offer);
/* With controls of the application. */
void uvc_fixture_start_application (UvcFixture * f, const gchar * offer,
    const GstFfsApplication * application);
void uvc_fixture_end (UvcFixture * f);

/* A request as ep0 passes it on. @reply is the answer to an IN request.
 * FALSE: it is stalled */
gboolean uvc_request (UvcFixture * f, guint8 type, guint8 request,
    guint16 value, guint16 index, gconstpointer data, guint16 length,
    GByteArray * reply);

/* To units of the control interface; numbers as they are on the wire. */
gboolean uvc_get (UvcFixture * f, guint8 request, guint unit, guint selector,
    guint size, guint32 * number);
gboolean uvc_set (UvcFixture * f, guint unit, guint selector, guint size,
    guint32 number);
void uvc_assert_error (UvcFixture * f, guint error);

/* To the streaming interface; probe has GST_FFS_UVC_PROBE_SIZE bytes. */
gboolean uvc_get_probe (UvcFixture * f, guint8 request, guint selector,
    guint8 * probe);
gboolean uvc_set_probe (UvcFixture * f, guint selector, guint format,
    guint frame, guint32 interval);

#endif /* __UVC_FIXTURE_H__ */
