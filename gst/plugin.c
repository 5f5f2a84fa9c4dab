/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plugin: registers ffsdmabufsink, ffsdmabufsrc and ffscamerabin.
 */

#include <gst/gst.h>

#include "sink/gstffscamerabin.h"
#include "sink/gstffsdmabufsink.h"
#include "source/gstffsdmabufsrc.h"

static gboolean
plugin_init (GstPlugin * plugin)
{
  return GST_ELEMENT_REGISTER (ffsdmabufsink, plugin)
      && GST_ELEMENT_REGISTER (ffsdmabufsrc, plugin)
      && GST_ELEMENT_REGISTER (ffscamerabin, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, ffsdmabuf,
    "Zero-copy transfer of dmabufs to and from a USB host through FunctionFS",
    plugin_init, PACKAGE_VERSION, "LGPL", PACKAGE, PACKAGE_ORIGIN)
