/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Helpers for attributes in configfs and sysfs, and for the mount table. No
 * state, no locks.
 */

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gstffsconfigfs.h"

#define MOUNTS "/proc/self/mounts"
#define ATTRIBUTE_MAX 4096
#define MOUNT_LINE_MAX 8192

/**
 * gst_ffs_configfs_find_mount:
 * @type: a type of file system
 * @source: (nullable): the mount source, or %NULL for any
 *
 * Returns: (transfer full) (nullable): the most recent mount point
 */
gchar *
gst_ffs_configfs_find_mount (const gchar * type, const gchar * source)
{
  gchar line[MOUNT_LINE_MAX], *found = NULL;
  struct mntent entry;
  FILE *mounts = setmntent (MOUNTS, "re");

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
 * @value: the value
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
 * Returns: (transfer full): its entries, sorted; none if it does not exist
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
