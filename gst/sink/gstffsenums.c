/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The types of the element's enum properties.
 */

#include "gstffsenums.h"

GType
gst_ffs_copy_mode_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_FFS_COPY_AUTO, "Copy what cannot be sent in place", "auto"},
    {GST_FFS_COPY_NEVER, "Fail rather than copy", "never"},
    {GST_FFS_COPY_ALWAYS, "Copy everything (for comparison)", "always"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstFfsCopyMode",
            values));
  return type;
}

GType
gst_ffs_idle_policy_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_FFS_IDLE_AUTO, "Drop from a live source or stop it, else wait",
        "auto"},
    {GST_FFS_IDLE_DROP, "Drop frames", "drop"},
    {GST_FFS_IDLE_WAIT, "Wait for a host", "wait"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstFfsIdlePolicy",
            values));
  return type;
}

GType
gst_ffs_error_policy_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_FFS_ERROR_COUNT, "Count it in stats", "count"},
    {GST_FFS_ERROR_FAIL, "Post an error and stop", "fail"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstFfsErrorPolicy",
            values));
  return type;
}

GType
gst_ffs_profile_type_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_FFS_PROFILE_TYPE_STREAM, "Any format, framed", "stream"},
    {GST_FFS_PROFILE_TYPE_U3V, "USB3 Vision", "u3v"},
    {GST_FFS_PROFILE_TYPE_UVC, "Webcam (USB Video Class)", "uvc"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstFfsProfileType",
            values));
  return type;
}
