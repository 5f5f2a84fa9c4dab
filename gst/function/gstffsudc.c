/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists USB device controllers and their users. No state, no locks; a free
 * controller may be taken at any time.
 */

#include <string.h>

#include <gst/gst.h>

#include "gstffsconfigfs.h"
#include "gstffsudc.h"

#define UDCS "/sys/class/udc"

/**
 * gst_ffs_udc_get_user:
 * @gadgets: the directory of all gadgets
 * @udc: a controller
 *
 * Returns: (transfer full) (nullable): its user, %NULL if it is free
 */
gchar *
gst_ffs_udc_get_user (const gchar * gadgets, const gchar * udc)
{
  g_autoptr (GPtrArray) names = gst_ffs_configfs_list (gadgets);
  g_autofree gchar *function = NULL, *user = NULL;
  guint i;

  for (i = 0; i < names->len; i++) {
    const gchar *name = names->pdata[i];
    g_autofree gchar *attr = g_build_filename (gadgets, name, "UDC", NULL);
    g_autofree gchar *bound = gst_ffs_configfs_read (attr);

    if (strcmp (bound, udc) == 0)
      return g_strdup_printf ("gadget \"%s\"", name);
  }

  /* Legacy gadget modules (g_serial ...) are only visible here. */
  function = g_build_filename (UDCS, udc, "function", NULL);
  user = gst_ffs_configfs_read (function);
  return *user != '\0' ? g_steal_pointer (&user) : NULL;
}

static gchar *
make_report (const gchar * gadgets, GPtrArray * udcs)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < udcs->len; i++) {
    g_autofree gchar *user = gst_ffs_udc_get_user (gadgets, udcs->pdata[i]);

    g_string_append_printf (text, "%s%s (%s)", i > 0 ? ", " : "",
        (const gchar *) udcs->pdata[i], user ? user : "free");
  }
  return g_string_free (text, FALSE);
}

/**
 * gst_ffs_udc_find:
 * @gadgets: the directory of all gadgets
 * @udc: (nullable): the controller to use, or %NULL for all free ones
 * @error: set if there is none
 *
 * Returns: (transfer full) (nullable): names of the candidates
 */
GPtrArray *
gst_ffs_udc_find (const gchar * gadgets, const gchar * udc, GError ** error)
{
  g_autoptr (GPtrArray) all = gst_ffs_configfs_list (UDCS);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autofree gchar *report = NULL;
  guint i;

  if (all->len == 0) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "There is no USB device controller in " UDCS "; the port must be in "
        "device (peripheral) role. Without hardware: modprobe dummy_hcd");
    return NULL;
  }
  for (i = 0; i < all->len; i++) {
    const gchar *name = all->pdata[i];
    g_autofree gchar *user = NULL;

    if (udc == NULL)
      user = gst_ffs_udc_get_user (gadgets, name);
    if (udc ? strcmp (udc, name) == 0 : user == NULL)
      g_ptr_array_add (found, g_strdup (name));
  }
  if (found->len > 0)
    return g_steal_pointer (&found);

  report = make_report (gadgets, all);
  if (udc)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "There is no USB device controller \"%s\"; there are: %s", udc, report);
  else
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
        "Every USB device controller is in use: %s", report);
  return NULL;
}
