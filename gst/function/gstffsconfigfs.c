/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small things to do with configfs, with sysfs and with the list of mounts.
 * No state, no locks.
 */

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gstffsconfigfs.h"

#define ATTRIBUTE_MAX 4096
#define MOUNT_LINE_MAX 8192

const gchar *gst_ffs_configfs_root = "";

gchar *
gst_ffs_configfs_path (const gchar * path)
{
  return g_strconcat (gst_ffs_configfs_root, path, NULL);
}

/**
 * gst_ffs_configfs_find_mount:
 * @type: a type of file system
 * @source: (nullable): what is mounted, or %NULL for anything
 *
 * Returns: (transfer full) (nullable): where it was mounted last
 */
gchar *
gst_ffs_configfs_find_mount (const gchar * type, const gchar * source)
{
  g_autofree gchar *path = gst_ffs_configfs_path ("/proc/self/mounts");
  gchar line[MOUNT_LINE_MAX], *found = NULL;
  struct mntent entry;
  FILE *mounts = setmntent (path, "re");

  if (mounts == NULL)
    return NULL;
  while (getmntent_r (mounts, &entry, line, sizeof (line))) {
    if (strcmp (entry.mnt_type, type) != 0
        || (source && strcmp (entry.mnt_fsname, source) != 0))
      continue;
    g_free (found);
    found = g_strdup (entry.mnt_dir);
  }
  endmntent (mounts);
  return found;
}

/**
 * gst_ffs_configfs_read:
 * @path: an attribute
 *
 * Returns: (transfer full): its first line, "" if it cannot be read
 */
gchar *
gst_ffs_configfs_read (const gchar * path)
{
  gchar text[ATTRIBUTE_MAX];
  gssize size = -1;
  gint fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd >= 0) {
    size = read (fd, text, sizeof (text) - 1);
    close (fd);
  }
  text[MAX (size, 0)] = '\0';
  text[strcspn (text, "\n")] = '\0';
  return g_strdup (text);
}

/**
 * gst_ffs_configfs_write:
 * @path: an attribute
 * @value: what to write
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_configfs_write (const gchar * path, const gchar * value)
{
  g_autofree gchar *line = g_strconcat (value, "\n", NULL);
  gsize size = strlen (line);
  gssize done;
  gint err, fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return errno;
  done = write (fd, line, size);
  err = done < 0 ? errno : done == (gssize) size ? 0 : EIO;
  close (fd);
  return err;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar **) a, *(const gchar **) b);
}

/**
 * gst_ffs_configfs_list:
 * @path: a directory
 *
 * Returns: (transfer full): the names in it, sorted; none if it is not there
 */
GPtrArray *
gst_ffs_configfs_list (const gchar * path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GDir *dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  if (dir == NULL)
    return names;
  while ((name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));
  g_dir_close (dir);
  g_ptr_array_sort (names, compare_names);
  return names;
}

GPtrArray *
gst_ffs_configfs_list_udcs (void)
{
  g_autofree gchar *path = gst_ffs_configfs_path ("/sys/class/udc");

  return gst_ffs_configfs_list (path);
}

/**
 * gst_ffs_configfs_udc_user:
 * @gadgets: the directory of all gadgets
 * @udc: a controller
 *
 * Returns: (transfer full) (nullable): whose it is, %NULL if it is free
 */
gchar *
gst_ffs_configfs_udc_user (const gchar * gadgets, const gchar * udc)
{
  g_autoptr (GPtrArray) names = gst_ffs_configfs_list (gadgets);
  g_autofree gchar *path = NULL;
  gchar *user;
  guint i;

  for (i = 0; i < names->len; i++) {
    const gchar *name = names->pdata[i];
    g_autofree gchar *attr = g_build_filename (gadgets, name, "UDC", NULL);
    g_autofree gchar *bound = gst_ffs_configfs_read (attr);

    if (strcmp (bound, udc) == 0)
      return g_strdup_printf ("gadget \"%s\"", name);
  }

  /* Gadgets that are modules of their own (g_serial ...) show here only. */
  path = g_build_filename ("/sys/class/udc", udc, "function", NULL);
  user = gst_ffs_configfs_path (path);
  g_free (path);
  path = user;
  user = gst_ffs_configfs_read (path);
  if (*user == '\0')
    g_clear_pointer (&user, g_free);
  return user;
}
