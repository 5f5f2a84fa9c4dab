/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsUndo: creates directories, links and mounts, and removes those that it
 * created, in reverse order. Existing ones are kept and count as success.
 *
 * Ownership: owns the list of undo steps. Locking: none.
 */

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gstffsfunctiondebug.h"
#include "gstffsundo.h"

typedef gint (*BackFunc) (const gchar * path);

typedef struct
{
  BackFunc back;
  gchar *path;
} Step;

struct _GstFfsUndo
{
  GArray *steps;
};

static void
step_clear (gpointer data)
{
  Step *step = data;

  g_free (step->path);
}

GstFfsUndo *
gst_ffs_undo_new (void)
{
  GstFfsUndo *self = g_new0 (GstFfsUndo, 1);

  self->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_array_set_clear_func (self->steps, step_clear);
  return self;
}

static void
made (GstFfsUndo * self, const gchar * path, BackFunc back)
{
  Step step = { back, g_strdup (path) };

  GST_DEBUG ("made %s", path);
  g_array_append_val (self->steps, step);
}

static gint
remove_directory (const gchar * path)
{
  return rmdir (path) < 0 ? errno : 0;
}

static gint
remove_link (const gchar * path)
{
  return unlink (path) < 0 ? errno : 0;
}

static gint
remove_mount (const gchar * path)
{
  if (umount2 (path, UMOUNT_NOFOLLOW) == 0)
    return 0;
  if (errno != EBUSY)
    return errno;
  GST_WARNING ("%s is still used by another program", path);
  return umount2 (path, UMOUNT_NOFOLLOW | MNT_DETACH) < 0 ? errno : 0;
}

/**
 * gst_ffs_undo_mkdir:
 * @self: a list
 * @path: a directory
 * @fresh: (out) (optional): whether it was created
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_undo_mkdir (GstFfsUndo * self, const gchar * path, gboolean * fresh)
{
  gint err = 0;

  if (fresh)
    *fresh = FALSE;
  if (mkdir (path, 0755) < 0)
    err = errno;
  /* Without write permission, report only that. */
  if (err != 0)
    return g_file_test (path, G_FILE_TEST_IS_DIR) ? 0 : err;
  made (self, path, remove_directory);
  if (fresh)
    *fresh = TRUE;
  return 0;
}

/**
 * gst_ffs_undo_symlink:
 * @self: a list
 * @target: its target
 * @path: a link
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_undo_symlink (GstFfsUndo * self, const gchar * target,
    const gchar * path)
{
  if (symlink (target, path) < 0)
    return g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? 0 : errno;
  made (self, path, remove_link);
  return 0;
}

/**
 * gst_ffs_undo_mount:
 * @self: a list
 * @source: mount source
 * @path: a directory
 * @type: the type of file system
 *
 * Returns: 0 or an errno
 */
gint
gst_ffs_undo_mount (GstFfsUndo * self, const gchar * source,
    const gchar * path, const gchar * type)
{
  if (mount (source, path, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
    return errno;
  made (self, path, remove_mount);
  return 0;
}

/**
 * gst_ffs_undo_run:
 * @self: (transfer full): a list
 *
 * Logs steps that fail and continues with the rest.
 */
void
gst_ffs_undo_run (GstFfsUndo * self)
{
  while (self->steps->len > 0) {
    Step *last = &g_array_index (self->steps, Step, self->steps->len - 1);
    gint err = last->back (last->path);

    if (err != 0 && err != ENOENT)
      GST_WARNING ("cannot remove %s: %s", last->path, g_strerror (err));
    else
      GST_DEBUG ("removed %s", last->path);
    g_array_set_size (self->steps, self->steps->len - 1);
  }
  g_array_unref (self->steps);
  g_free (self);
}
