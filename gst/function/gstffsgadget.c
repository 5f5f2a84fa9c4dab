/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GstFfsGadget: the USB gadget that contains the function.  Creates the missing
 * parts of it in configfs, mounts FunctionFS and binds a controller.  free()
 * removes the parts that were created here, and no others.
 *
 * Uses plain files and not libusbgx: that library reads all gadgets of the
 * board first and fails if it does not know the type of one function.  With
 * libusbgx 0.2.0 an unrelated UVC, UAC1 or printer gadget is enough
 * (USBG_ERROR_NOT_SUPPORTED from usbg_init()).
 *
 * An existing gadget keeps its IDs, strings and OS descriptors; they are its
 * creator's choice.
 *
 * A gadget may have several functions, also of other elements
 * (gstffsassembly.c). The last element to write its descriptors binds it.
 *
 * Ownership: owns the undo list, and the binding if it bound the gadget.
 *
 * Locking: none; the calls belong to one thread.  Another process may bind a
 * free controller first: the kernel then returns EBUSY, and the next free
 * controller is tried.
 */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/usb/ch9.h>

#include "gstffsassembly.h"
#include "gstffsconfigfs.h"
#include "gstffsfunctiondebug.h"
#include "gstffsgadget.h"
#include "gstffsudc.h"
#include "gstffsundo.h"

#define STRINGS "strings/0x409"
#define CONFIG "configs/c.1"
#define MAX_POWER_MA "500"
#define NAME_MAX_LENGTH 38

/* bMS_VendorCode.  The kernel answers all vendor requests of this number with
 * the OS descriptors, so a profile must not use it. */
#define OS_DESC_REQUEST "0xf5"
#define OS_DESC_SIGNATURE "MSFT100"

/* bVendorCode of the WebUSB platform descriptor in the BOS, on Linux 6.3 and
 * later. */
#define WEBUSB_REQUEST "0xf6"
#define WEBUSB_VERSION "0x0100"

/* Device with interface associations, for a gadget with several functions. */
static const guint8 composite_class[] = { 0xef, 0x02, 0x01 };

struct _GstFfsGadget
{
  gchar *name;
  gchar *instance;
  guint n_functions;
  gboolean leads;
  gchar *gadgets;
  gchar *path;
  gchar *config;
  gchar *directory;
  gchar *command;
  gchar *udc;
  GstFfsUndo *undo;
};

/* The command that sets the gadget up as root, for errors of permission. */
static gchar *
make_command (const gchar * name, const GstFfsFunctionDesc * desc)
{
  g_autofree gchar *kind = NULL;

  if (desc->association[0] == 0xef)
    kind = g_strdup ("--profile u3v");
  else if (desc->association[0] == USB_CLASS_VIDEO)
    kind = g_strdup ("--profile uvc");
  else if (desc->compatible_id)
    kind = g_strdup ("--profile stream");
  else
    kind = g_strdup_printf ("--class %02x:%02x:%02x", desc->device_class[0],
        desc->device_class[1], desc->device_class[2]);
  return g_strdup_printf ("ffs-gadget up %s --user %s %s", name,
      g_get_user_name (), kind);
}

static gboolean
fail (GstFfsGadget * self, GError ** error, const gchar * what,
    const gchar * path, gint err)
{
  if (err == EACCES || err == EPERM)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
        "No permission to %s %s; run \"%s\" once as root to set gadget \"%s\" "
        "up for this user: %s", what, path, self->command, self->name,
        g_strerror (err));
  else
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
        "Cannot %s %s; see the kernel's log: %s", what, path, g_strerror (err));
  return FALSE;
}

/* @fresh: (out) (optional): whether the directory was created */
static gboolean
make_directory (GstFfsGadget * self, const gchar * path, gboolean * fresh,
    GError ** error)
{
  gint err = gst_ffs_undo_mkdir (self->undo, path, fresh);

  return err == 0 || fail (self, error, "create", path, err);
}

static gboolean
make_link (GstFfsGadget * self, const gchar * target, const gchar * path,
    GError ** error)
{
  gint err = gst_ffs_undo_symlink (self->undo, target, path);

  return err == 0 || fail (self, error, "create", path, err);
}

static gboolean
set_attribute (GstFfsGadget * self, const gchar * attribute,
    const gchar * value, GError ** error)
{
  g_autofree gchar *path = g_build_filename (self->path, attribute, NULL);
  gint err = gst_ffs_configfs_write (path, value);

  return err == 0 || fail (self, error, "write to", path, err);
}

static gboolean
set_number (GstFfsGadget * self, const gchar * attribute, guint value,
    GError ** error)
{
  g_autofree gchar *text = g_strdup_printf ("0x%x", value);

  return set_attribute (self, attribute, text, error);
}

static gboolean
find_gadgets (GstFfsGadget * self, GError ** error)
{
  g_autofree gchar *configfs = gst_ffs_configfs_find_mount ("configfs", NULL);

  if (configfs == NULL) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "configfs is not mounted; as root: modprobe libcomposite; "
        "mount -t configfs none /sys/kernel/config");
    return FALSE;
  }
  self->gadgets = g_build_filename (configfs, "usb_gadget", NULL);
  self->path = g_build_filename (self->gadgets, self->name, NULL);
  if (g_file_test (self->gadgets, G_FILE_TEST_IS_DIR))
    return TRUE;

  /* The kernel loads a module for a mount and for a new function, but not for
   * configfs/usb_gadget. */
  if (geteuid () == 0) {
    const gchar *argv[] = { "modprobe", "libcomposite", NULL };

    g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
        NULL, NULL, NULL, NULL);
    if (g_file_test (self->gadgets, G_FILE_TEST_IS_DIR))
      return TRUE;
  }
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
      "There is no %s; as root: modprobe libcomposite (the kernel needs "
      "CONFIG_USB_CONFIGFS and CONFIG_USB_CONFIGFS_F_FS)", self->gadgets);
  return FALSE;
}

static const guint8 *
get_class (GstFfsGadget * self, const GstFfsFunctionDesc * desc)
{
  return self->n_functions > 1 ? composite_class : desc->device_class;
}

/* Shared directories are not in the undo list of this element: the last element
 * removes them. */
static gint
make_shared (const gchar * path, gboolean * fresh)
{
  gint err = mkdir (path, 0755) < 0 ? errno : 0;

  *fresh = err == 0;
  /* Without write permission mkdir() fails with EACCES for an existing
   * directory too. */
  if (err != 0)
    return g_file_test (path, G_FILE_TEST_IS_DIR) ? 0 : err;
  GST_DEBUG ("made %s", path);
  gst_ffs_assembly_mark (path);
  return 0;
}

static gboolean
make_shared_directory (GstFfsGadget * self, const gchar * path,
    gboolean * fresh, GError ** error)
{
  gint err = make_shared (path, fresh);

  return err == 0 || fail (self, error, "create", path, err);
}

static gboolean
identify (GstFfsGadget * self, const GstFfsIdentity * identity,
    const GstFfsFunctionDesc * desc, GError ** error)
{
  g_autofree gchar *strings = g_build_filename (self->path, STRINGS, NULL);
  const guint8 *klass = get_class (self, desc);
  gboolean fresh;

  return set_number (self, "idVendor", identity->vendor_id, error)
      && set_number (self, "idProduct", identity->product_id, error)
      && set_number (self, "bDeviceClass", klass[0], error)
      && set_number (self, "bDeviceSubClass", klass[1], error)
      && set_number (self, "bDeviceProtocol", klass[2], error)
      && make_shared_directory (self, strings, &fresh, error)
      && set_attribute (self, STRINGS "/manufacturer", identity->manufacturer,
      error)
      && set_attribute (self, STRINGS "/product", identity->product, error)
      && set_attribute (self, STRINGS "/serialnumber", identity->serial, error);
}

static void
check_class (GstFfsGadget * self, const GstFfsFunctionDesc * desc)
{
  g_autofree gchar *path = g_build_filename (self->path, "bDeviceClass", NULL);
  g_autofree gchar *value = gst_ffs_configfs_read (path);

  if (g_ascii_strtoull (value, NULL, 0) != get_class (self, desc)[0])
    GST_WARNING ("existing gadget %s has device class %s instead of 0x%02x, "
        "hosts may not find a driver; \"ffs-gadget down %s\" removes the "
        "gadget of a pipeline that was killed", self->name, value,
        get_class (self, desc)[0], self->name);
}

static gboolean
offer_os_descriptors (GstFfsGadget * self, const gchar * config,
    GError ** error)
{
  g_autofree gchar *name = g_path_get_basename (config);
  g_autofree gchar *link = g_build_filename (self->path, "os_desc", name, NULL);

  if (g_file_test (link, G_FILE_TEST_IS_SYMLINK))
    return TRUE;
  if (!set_attribute (self, "os_desc/b_vendor_code", OS_DESC_REQUEST, error)
      || !set_attribute (self, "os_desc/qw_sign", OS_DESC_SIGNATURE, error)
      || !set_attribute (self, "os_desc/use", "1", error))
    return FALSE;
  /* gst_ffs_assembly_remove_empty() removes it with the configuration. */
  return symlink (config, link) == 0
      || fail (self, error, "create", link, errno);
}

/* Not an error on older kernels: browsers also open devices without the
 * descriptor. */
static gboolean
offer_webusb (GstFfsGadget * self, GError ** error)
{
  g_autofree gchar *directory = g_build_filename (self->path, "webusb", NULL);

  return !g_file_test (directory, G_FILE_TEST_IS_DIR)
      || (set_attribute (self, "webusb/bcdVersion", WEBUSB_VERSION, error)
      && set_attribute (self, "webusb/bVendorCode", WEBUSB_REQUEST, error)
      && set_attribute (self, "webusb/use", "1", error));
}

/* Returns the configuration with the function, else the first one, else the
 * path of a new one. */
static gchar *
find_config (GstFfsGadget * self, const gchar * function, gboolean * linked)
{
  g_autofree gchar *path = g_build_filename (self->path, "configs", NULL);
  g_autoptr (GPtrArray) names = gst_ffs_configfs_list (path);
  guint i;

  for (i = 0; i < names->len; i++) {
    g_autofree gchar *link =
        g_build_filename (path, names->pdata[i], function, NULL);

    *linked = g_file_test (link, G_FILE_TEST_IS_SYMLINK);
    if (*linked)
      return g_build_filename (path, names->pdata[i], NULL);
  }
  if (names->len > 0)
    return g_build_filename (path, names->pdata[0], NULL);
  return g_build_filename (self->path, CONFIG, NULL);
}

/* The functions of a bound gadget cannot be changed. */
static gboolean
check_unbound (GstFfsGadget * self, GError ** error)
{
  g_autofree gchar *path = g_build_filename (self->path, "UDC", NULL);
  g_autofree gchar *udc = gst_ffs_configfs_read (path);

  if (*udc == '\0')
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
      "Cannot add a function to gadget \"%s\", which is bound to \"%s\"; "
      "unbind it first: echo > %s", self->name, udc, path);
  return FALSE;
}

/* A kernel without the patch "usb: gadget: f_fs: renumber the first interface
 * of associations" does not renumber an association, so it is correct only in
 * the first function. Link a camera before the kernel's functions, whose
 * descriptors the kernel renumbers. */
static gboolean
link_function (GstFfsGadget * self, const gchar * instance,
    const gchar * function, const GstFfsFunctionDesc * desc, GError ** error)
{
  g_autofree gchar *link = g_build_filename (self->config, function, NULL);
  g_autoptr (GPtrArray) others = gst_ffs_assembly_list (self->config);
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func (g_free);
  gboolean ok, first = desc->association[0] != 0 && others->len > 0
      && !gst_ffs_assembly_has_functionfs (others);
  gint err = 0;

  if (first)
    err = gst_ffs_assembly_take_out (self->config, others, targets);
  if (err != 0)
    return fail (self, error, "change the order of functions in", self->config,
        err);
  ok = make_link (self, instance, link, error);
  err = gst_ffs_assembly_put_back (self->config, others, targets);
  if (ok && err != 0)
    ok = fail (self, error, "restore the functions of", self->config, err);
  return ok;
}

static gboolean
make_config (GstFfsGadget * self, GError ** error)
{
  g_autofree gchar *power = g_build_filename (self->config, "MaxPower", NULL);
  gboolean fresh;
  gint err;

  if (!make_shared_directory (self, self->config, &fresh, error))
    return FALSE;
  err = fresh ? gst_ffs_configfs_write (power, MAX_POWER_MA) : 0;
  return err == 0 || fail (self, error, "write to", power, err);
}

static void
find_place (GstFfsGadget * self, const gchar * function)
{
  g_autoptr (GPtrArray) names = gst_ffs_assembly_list (self->config);

  self->leads = names->len > 0 && g_str_equal (names->pdata[0], function);
}

static gboolean
build (GstFfsGadget * self, const GstFfsIdentity * identity,
    const GstFfsFunctionDesc * desc, GError ** error)
{
  g_autofree gchar *function = g_strconcat ("ffs.", self->instance, NULL);
  g_autofree gchar *instance =
      g_build_filename (self->path, "functions", function, NULL);
  gboolean fresh, linked = FALSE;

  if (!make_shared_directory (self, self->path, &fresh, error))
    return FALSE;
  self->config = find_config (self, function, &linked);
  if (!fresh)
    check_class (self, desc);
  else if (!identify (self, identity, desc, error))
    return FALSE;

  if (!linked && (!check_unbound (self, error) || !make_config (self, error)
          || !make_directory (self, instance, NULL, error)
          || !link_function (self, instance, function, desc, error)))
    return FALSE;
  find_place (self, function);
  return linked || !desc->compatible_id
      || !gst_ffs_assembly_is_marked (self->path)
      || !gst_ffs_assembly_is_marked (self->config)
      || (offer_os_descriptors (self, self->config, error)
      && offer_webusb (self, error));
}

static gboolean
build_locked (GstFfsGadget * self, const GstFfsIdentity * identity,
    const GstFfsFunctionDesc * desc, GError ** error)
{
  gint lock = gst_ffs_assembly_lock (self->gadgets);
  gboolean ok = build (self, identity, desc, error);

  gst_ffs_assembly_unlock (lock);
  return ok;
}

static gboolean
mount_function (GstFfsGadget * self, const gchar * directory, GError ** error)
{
  g_autofree gchar *current =
      gst_ffs_configfs_find_mount ("functionfs", self->instance);
  gint err;

  if (current) {
    if (directory && g_strcmp0 (directory, current) != 0) {
      g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
          "The FunctionFS of gadget \"%s\" is mounted at \"%s\", not at \"%s\"",
          self->instance, current, directory);
      return FALSE;
    }
    self->directory = g_steal_pointer (&current);
    return TRUE;
  }

  self->directory = directory ? g_strdup (directory) :
      g_strconcat ("/dev/ffs-", self->instance, NULL);
  if (!make_directory (self, self->directory, NULL, error))
    return FALSE;
  err = gst_ffs_undo_mount (self->undo, self->instance, self->directory,
      "functionfs");
  return err == 0 ||
      fail (self, error, "mount FunctionFS at", self->directory, err);
}

static gboolean
check_name (const gchar * name, GError ** error)
{
  const gchar *other = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-.";

  if (g_ascii_isalnum (*name) && strlen (name) <= NAME_MAX_LENGTH
      && name[strspn (name, other)] == '\0')
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
      "\"%s\" cannot be the name of a gadget: use up to %d letters, digits, "
      "\"_\", \"-\" and \".\"", name, NAME_MAX_LENGTH);
  return FALSE;
}

/**
 * gst_ffs_gadget_new:
 * @place: the gadget and the function in it
 * @directory: (nullable): mount point of FunctionFS; %NULL for the existing
 *   one, or else /dev/ffs-INSTANCE
 * @identity: identity of a new gadget
 * @desc: the function's interfaces and endpoints
 * @error: set on failure
 *
 * Returns: (transfer full) (nullable): the gadget
 */
GstFfsGadget *
gst_ffs_gadget_new (const GstFfsPlace * place, const gchar * directory,
    const GstFfsIdentity * identity, const GstFfsFunctionDesc * desc,
    GError ** error)
{
  const gchar *instance = place->instance ? place->instance : place->gadget;
  GstFfsGadget *self;

  if (!check_name (place->gadget, error) || !check_name (instance, error))
    return NULL;
  self = g_new0 (GstFfsGadget, 1);
  self->name = g_strdup (place->gadget);
  self->instance = g_strdup (instance);
  self->n_functions = place->n_functions;
  self->command = make_command (self->name, desc);
  self->undo = gst_ffs_undo_new ();

  if (find_gadgets (self, error) && build_locked (self, identity, desc, error)
      && mount_function (self, directory, error)) {
    GST_INFO ("gadget %s, FunctionFS at %s", self->name, self->directory);
    return self;
  }
  gst_ffs_gadget_free (self);
  return NULL;
}

const gchar *
gst_ffs_gadget_get_directory (GstFfsGadget * self)
{
  return self->directory;
}

/* Returns: whether the gadget's function is the first of its configuration */
gboolean
gst_ffs_gadget_leads (GstFfsGadget * self)
{
  return self->leads;
}

static gint
write_udc (GstFfsGadget * self, const gchar * udc)
{
  g_autofree gchar *path = g_build_filename (self->path, "UDC", NULL);

  return gst_ffs_configfs_write (path, udc);
}

static gchar *
get_udc (GstFfsGadget * self)
{
  g_autofree gchar *path = g_build_filename (self->path, "UDC", NULL);

  return gst_ffs_configfs_read (path);
}

/* Each element links its function before it writes the descriptors, so the last
 * one to write them sees all functions. */
static gboolean
is_complete (GstFfsGadget * self)
{
  g_autoptr (GPtrArray) names = gst_ffs_assembly_list (self->config);

  if (names->len >= self->n_functions
      && gst_ffs_assembly_is_described (self->config))
    return TRUE;
  GST_INFO ("gadget %s: %u of %u functions, or some without descriptors; the "
      "last element binds it", self->name, names->len, self->n_functions);
  return FALSE;
}

static gboolean
bind_to (GstFfsGadget * self, const gchar * udc, GError ** error)
{
  g_autofree gchar *both =
      g_strdup_printf ("gadget \"%s\" to \"%s\"", self->name, udc);
  g_autofree gchar *user = NULL, *current = NULL;
  gint err = write_udc (self, udc);

  if (err == 0) {
    GST_INFO ("gadget %s: bound to %s", self->name, udc);
    self->udc = g_strdup (udc);
    return TRUE;
  }
  /* Two elements may both find the gadget complete; the other one bound it. */
  current = get_udc (self);
  if (self->n_functions > 1 && strcmp (current, udc) == 0)
    return TRUE;
  user = gst_ffs_udc_get_user (self->gadgets, udc);
  if (err != EBUSY || user == NULL)
    return fail (self, error, "bind", both, err);
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
      "The USB device controller \"%s\" is used by %s; unbind it first: %s",
      udc, user, g_strerror (err));
  return FALSE;
}

/**
 * gst_ffs_gadget_bind:
 * @self: a gadget
 * @udc: (nullable): a name from /sys/class/udc, or %NULL for the first free one
 * @error: set on failure
 *
 * The function must have its descriptors. Does not bind while functions are
 * missing: the element with the last function binds the gadget.
 *
 * Returns: %FALSE if binding failed
 */
gboolean
gst_ffs_gadget_bind (GstFfsGadget * self, const gchar * udc, GError ** error)
{
  g_autoptr (GPtrArray) udcs = NULL;
  g_autofree gchar *current = get_udc (self);
  g_autoptr (GError) local = NULL;
  guint i;

  if (*current != '\0') {
    if (udc == NULL || strcmp (udc, current) == 0)
      return TRUE;
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY,
        "Gadget \"%s\" is already bound to \"%s\"", self->name, current);
    return FALSE;
  }

  if (self->n_functions > 1 && !is_complete (self))
    return TRUE;
  udcs = gst_ffs_udc_find (self->gadgets, udc, error);
  if (udcs == NULL)
    return FALSE;
  for (i = 0; i < udcs->len; i++) {
    g_clear_error (&local);
    if (bind_to (self, udcs->pdata[i], &local))
      return TRUE;
  }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * gst_ffs_gadget_unbind:
 * @self: a gadget
 *
 * Unbinds the gadget if gst_ffs_gadget_bind() bound it.
 */
void
gst_ffs_gadget_unbind (GstFfsGadget * self)
{
  g_autofree gchar *current = NULL;
  gint err;

  if (self->udc == NULL)
    return;
  current = get_udc (self);
  /* Another program may have bound it to another controller. */
  if (strcmp (current, self->udc) == 0) {
    err = write_udc (self, "");
    if (err != 0 && err != ENODEV)
      GST_WARNING ("gadget %s: unbinding: %s", self->name, g_strerror (err));
  }
  g_clear_pointer (&self->udc, g_free);
}

/**
 * gst_ffs_gadget_free:
 * @self: a gadget whose function has been closed
 *
 * Reverts gst_ffs_gadget_new() and gst_ffs_gadget_bind().
 */
void
gst_ffs_gadget_free (GstFfsGadget * self)
{
  gint lock = -1;

  gst_ffs_gadget_unbind (self);
  if (self->gadgets)
    lock = gst_ffs_assembly_lock (self->gadgets);
  gst_ffs_undo_run (self->undo);
  if (self->config)
    gst_ffs_assembly_remove_empty (self->path, self->config);
  gst_ffs_assembly_unlock (lock);
  g_free (self->udc);
  g_free (self->command);
  g_free (self->directory);
  g_free (self->config);
  g_free (self->path);
  g_free (self->gadgets);
  g_free (self->instance);
  g_free (self->name);
  g_free (self);
}
