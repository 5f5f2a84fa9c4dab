/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A profile of USB3 Vision without USB: FIFOs are its control endpoints.
 */

#ifndef __U3V_HOST_H__
#define __U3V_HOST_H__

#include "profilehost.h"

typedef struct
{
  GstFfsProfile *profile;
  GstPad *pad;
  gchar *directory;
  gchar *in;                    /* paths of the control endpoints */
  gchar *out;
} U3vHost;

/* Starts the profile; no host is there yet.
 * @application: (nullable)
 * @func: (nullable): told when the stream starts and stops */
void u3v_host_start (U3vHost * host, const GstFfsApplication * application,
    GstFfsStreamingFunc func);
void u3v_host_end (U3vHost * host);

#endif /* __U3V_HOST_H__ */
