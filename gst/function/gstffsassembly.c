/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A gadget with several functions, created by several elements. The elements
 * may be in different processes, so configfs holds all shared state: the linked
 * functions of a configuration, their descriptors and, as the sticky bit of a
 * directory, that an element created it. The last element removes marked
 * directories. A mark outside configfs would outlive the gadget when a process
 * is killed.
 *
 * Locking: gst_ffs_assembly_lock() takes the lock that examples/ffs-gadget
 * takes. No element waits for another one with the lock held.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gstffsassembly.h"
#include "gstffsconfigfs.h"
#include "gstffsfunctiondebug.h"

#define FUNCTIONFS_PREFIX "ffs."

/* examples/ffs-gadget holds the lock while the kernel binds. */
#define N_TRIES 1500
#define TRY_INTERVAL (20 * G_TIME_SPAN_MILLISECOND)

/**
 * gst_ffs_assembly_lock:
 * @gadgets: the directory of all gadgets
 *
 * Prevents other elements and examples/ffs-gadget from changing gadgets. Blocks
 * until they release the lock, at most 30 seconds: after that a stuck program
 * does not stop the camera, and the kernel rejects invalid changes.
 *
 * Returns: a lock for gst_ffs_assembly_unlock()
 */
gint
gst_ffs_assembly_lock (const gchar * gadgets)
{
  gint i, lock = open (gadgets, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  for (i = 0; lock >= 0 && i < N_TRIES; i++) {
    if (flock (lock, LOCK_EX | LOCK_NB) == 0)
      return lock;
    if (errno != EWOULDBLOCK && errno != EINTR)
      break;
    g_usleep (TRY_INTERVAL);
  }
  GST_WARNING ("cannot lock %s: %s", gadgets, g_strerror (errno));
  return lock;
}

void
gst_ffs_assembly_unlock (gint lock)
{
  if (lock >= 0)
    close (lock);
}

/**
 * gst_ffs_assembly_mark:
 * @path: a directory that an element created
 */
void
gst_ffs_assembly_mark (const gchar * path)
{
  if (chmod (path, 01755) < 0)
    GST_WARNING ("cannot mark %s: %s", path, g_strerror (errno));
}

gboolean
gst_ffs_assembly_is_marked (const gchar * path)
{
  struct stat info;

  return stat (path, &info) == 0 && (info.st_mode & S_ISVTX) != 0;
}

static void
remove_path (const gchar * path, gint (*back) (const gchar *))
{
  if (back (path) == 0)
    GST_DEBUG ("removed %s", path);
  else if (errno != ENOENT)
    GST_WARNING ("cannot remove %s: %s", path, g_strerror (errno));
}

/**
 * gst_ffs_assembly_remove_empty:
 * @gadget: a gadget
 * @config: its configuration
 *
 * Call with the lock held. Removes the directories of both that elements created
 * and no function uses.
 */
void
gst_ffs_assembly_remove_empty (const gchar * gadget, const gchar * config)
{
  g_autofree gchar *functions = g_build_filename (gadget, "functions", NULL);
  g_autofree gchar *strings = g_build_filename (gadget, "strings/0x409", NULL);
  g_autofree gchar *name = g_path_get_basename (config);
  g_autofree gchar *os_desc = g_build_filename (gadget, "os_desc", name, NULL);
  g_autoptr (GPtrArray) linked = gst_ffs_assembly_list (config);
  g_autoptr (GPtrArray) made = gst_ffs_configfs_list (functions);

  if (linked->len == 0 && gst_ffs_assembly_is_marked (config)) {
    remove_path (os_desc, unlink);
    remove_path (config, rmdir);
  }
  if (made->len == 0 && gst_ffs_assembly_is_marked (gadget)) {
    remove_path (strings, rmdir);
    remove_path (gadget, rmdir);
  }
}

/**
 * gst_ffs_assembly_list:
 * @config: a configuration
 *
 * Returns: (transfer full): names of the linked functions, in the order of their
 * interfaces
 */
GPtrArray *
gst_ffs_assembly_list (const gchar * config)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  DIR *dir = opendir (config);
  struct dirent *entry;

  if (dir == NULL)
    return names;
  /* configfs lists the newest entry first. */
  while ((entry = readdir (dir))) {
    if (entry->d_type == DT_LNK)
      g_ptr_array_insert (names, 0, g_strdup (entry->d_name));
  }
  closedir (dir);
  return names;
}

/**
 * gst_ffs_assembly_is_described:
 * @config: a configuration
 *
 * Returns: whether all FunctionFS functions have descriptors, which the kernel
 * requires for binding
 */
gboolean
gst_ffs_assembly_is_described (const gchar * config)
{
  g_autoptr (GPtrArray) names = gst_ffs_assembly_list (config);
  guint i;

  for (i = 0; i < names->len; i++) {
    const gchar *name = names->pdata[i];
    g_autofree gchar *directory = NULL, *endpoint = NULL;

    if (!g_str_has_prefix (name, FUNCTIONFS_PREFIX))
      continue;
    directory = gst_ffs_configfs_find_mount ("functionfs",
        name + strlen (FUNCTIONFS_PREFIX));
    if (directory == NULL)
      return FALSE;
    endpoint = g_build_filename (directory, "ep1", NULL);
    if (!g_file_test (endpoint, G_FILE_TEST_EXISTS))
      return FALSE;
  }
  return TRUE;
}

/* Returns: whether one of @functions is a FunctionFS function */
gboolean
gst_ffs_assembly_has_functionfs (GPtrArray * functions)
{
  guint i;

  for (i = 0; i < functions->len; i++) {
    if (g_str_has_prefix (functions->pdata[i], FUNCTIONFS_PREFIX))
      return TRUE;
  }
  return FALSE;
}

/**
 * gst_ffs_assembly_take_out:
 * @config: an unbound configuration
 * @functions: names from gst_ffs_assembly_list()
 * @targets: (out caller-allocates): the targets of their links
 *
 * Returns: 0, or an errno, with the configuration unchanged
 */
gint
gst_ffs_assembly_take_out (const gchar * config, GPtrArray * functions,
    GPtrArray * targets)
{
  guint i;

  for (i = 0; i < functions->len; i++) {
    g_autofree gchar *path =
        g_build_filename (config, functions->pdata[i], NULL);
    gchar *target = g_file_read_link (path, NULL);
    gint err = target == NULL ? EIO : unlink (path) < 0 ? errno : 0;

    if (err != 0) {
      g_free (target);
      gst_ffs_assembly_put_back (config, functions, targets);
      return err;
    }
    g_ptr_array_add (targets, target);
  }
  return 0;
}

/**
 * gst_ffs_assembly_put_back:
 * @config: a configuration
 * @functions: the functions to link
 * @targets: targets from gst_ffs_assembly_take_out()
 *
 * Returns: 0, or the errno of the first function that cannot be linked; all
 * others are linked
 */
gint
gst_ffs_assembly_put_back (const gchar * config, GPtrArray * functions,
    GPtrArray * targets)
{
  gint err = 0;
  guint i;

  for (i = 0; i < targets->len; i++) {
    g_autofree gchar *path =
        g_build_filename (config, functions->pdata[i], NULL);
    /* configfs returns relative links, but resolves a new one from the
     * process's working directory. */
    g_autofree gchar *target = g_build_filename (config, targets->pdata[i],
        NULL);
    g_autofree gchar *real = g_path_is_absolute (targets->pdata[i]) ?
        g_strdup (targets->pdata[i]) : g_canonicalize_filename (target, NULL);

    if (symlink (real, path) < 0 && err == 0)
      err = errno;
  }
  return err;
}
