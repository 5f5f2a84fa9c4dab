/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A stream profile without USB, and the control requests of its host.
 */

#ifndef __STREAM_HOST_H__
#define __STREAM_HOST_H__

#include "function/gstffsbytes.h"
#include "function/stream/gstffsstreamprofile.h"
#include "profilehost.h"

#define STREAM_OFFER "video/x-raw,format={NV12,YUY2},width=[16,1920]," \
    "height=[16,1080],framerate=[0/1,60/1];" \
    "video/x-h264,stream-format={byte-stream,avc},width=640,height=480"

/* How often the profile has started and stopped its stream. */
extern guint stream_n_started, stream_n_stopped;

/* A started profile with a host; ends by profile_end().
 * @pad: (nullable): a sink pad whose upstream has controls */
GstFfsProfile *stream_profile_new (GstPad * pad, const gchar * offer);

/* An IN request of up to 4096 bytes. */
gboolean stream_ask (GstFfsProfile * profile, guint8 code, guint16 value,
    GByteArray * reply);
/* A 32-bit word of the answer to such a request. */
guint32 stream_ask_word (GstFfsProfile * profile, guint8 code, guint offset);
/* The same of GET_STATE. */
guint32 stream_state (GstFfsProfile * profile, guint offset);
/* An OUT request with this text.
 * @text: (nullable): no data stage */
gboolean stream_tell (GstFfsProfile * profile, guint8 code, const gchar * text);

#endif /* __STREAM_HOST_H__ */
