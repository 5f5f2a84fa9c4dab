/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Detects whether FunctionFS maps dmabufs for the device that does the
 * controller's DMA.
 *
 * It maps them for the parent of the gadget (ffs_dmabuf_attach() in f_fs.c).
 * Drivers whose DMA goes through another device are dwc3 as a PCI function
 * (dwc->sysdev, from the property linux,sysdev_is_parent that dwc3-pci and
 * dwc3-haps set) and chipidea (ci->dev->parent in udc.c): there the gadget's
 * parent is a platform device without an IOMMU. If an IOMMU translates for the
 * other device, the controller gets invalid addresses. It then sends zeros or
 * stale memory, and the transfers complete without an error.
 *
 * The UDC is found by the device number of the FunctionFS, the source of its
 * mount, and the gadget in configfs that has a function of this name. All of
 * this is readable by any user.
 *
 * No state, no locks. A gadget can be bound to another controller at any time,
 * so check for each connection.
 */

#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <gst/gst.h>

#include "gstffsconfigfs.h"
#include "gstffsdmadevice.h"
#include "gstffsfunctiondebug.h"

#define MOUNTS "/proc/self/mountinfo"
#define UDCS "/sys/class/udc"

/* Fields of a line of mountinfo before and after the separator. */
#define MOUNT_DEVICE 2
#define MOUNT_POINT 4
#define MOUNT_TYPE 1
#define MOUNT_SOURCE 2

const gchar *gst_ffs_dma_device_root = "";

/* Returns: (transfer full) (nullable): the field of the first mount of that
 * @type and, if not NULL, @device ("major:minor") */
static gchar *
find_mount (const gchar * type, const gchar * device, gboolean source)
{
  g_autofree gchar *path = g_strconcat (gst_ffs_dma_device_root, MOUNTS, NULL);
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint i;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i]; i++) {
    g_auto (GStrv) fields = g_strsplit (lines[i], " ", -1);
    guint sep = 0, n = g_strv_length (fields);

    while (sep < n && strcmp (fields[sep], "-") != 0)
      sep++;
    if (sep <= MOUNT_POINT || sep + MOUNT_SOURCE >= n
        || strcmp (fields[sep + MOUNT_TYPE], type) != 0
        || (device && strcmp (fields[MOUNT_DEVICE], device) != 0))
      continue;
    /* mountinfo escapes spaces and similar as octal numbers. */
    return g_strcompress (source ? fields[sep + MOUNT_SOURCE] :
        fields[MOUNT_POINT]);
  }
  return NULL;
}

/* Returns: (transfer full) (nullable): the UDC that a gadget with this
 * function is bound to */
static gchar *
find_bound (const gchar * function)
{
  g_autofree gchar *configfs = find_mount ("configfs", NULL, FALSE);
  g_autofree gchar *gadgets = g_strconcat (gst_ffs_dma_device_root,
      configfs ? configfs : "/sys/kernel/config", "/usb_gadget", NULL);
  g_autoptr (GPtrArray) names = gst_ffs_configfs_list (gadgets);
  guint i;

  for (i = 0; i < names->len; i++) {
    g_autofree gchar *path = g_build_filename (gadgets, names->pdata[i],
        "functions", function, NULL);
    g_autofree gchar *attr = g_build_filename (gadgets, names->pdata[i],
        "UDC", NULL);
    g_autofree gchar *udc = NULL;

    if (!g_file_test (path, G_FILE_TEST_IS_DIR))
      continue;
    udc = gst_ffs_configfs_read (attr);
    if (*udc != '\0')
      return g_steal_pointer (&udc);
  }
  return NULL;
}

/* Returns: (transfer full) (nullable): the only UDC there is */
static gchar *
find_only (void)
{
  g_autofree gchar *path = g_strconcat (gst_ffs_dma_device_root, UDCS, NULL);
  g_autoptr (GPtrArray) names = gst_ffs_configfs_list (path);

  return names->len == 1 ? g_strdup (names->pdata[0]) : NULL;
}

/* Returns: (transfer full) (nullable): the UDC behind an open endpoint */
static gchar *
find_udc (gint endpoint)
{
  g_autofree gchar *device = NULL, *source = NULL, *function = NULL;
  struct stat st;
  gchar *udc = NULL;

  if (fstat (endpoint, &st) == 0) {
    device = g_strdup_printf ("%u:%u", major (st.st_dev), minor (st.st_dev));
    source = find_mount ("functionfs", device, TRUE);
  }
  if (source) {
    function = g_strconcat ("ffs.", source, NULL);
    udc = find_bound (function);
  }
  return udc ? udc : find_only ();
}

/* Returns: (transfer full) (nullable): the last component of the link's
 * target */
static gchar *
read_link (const gchar * device, const gchar * name)
{
  g_autofree gchar *path = g_build_filename (device, name, NULL);
  g_autofree gchar *target = g_file_read_link (path, NULL);

  return target ? g_path_get_basename (target) : NULL;
}

/* Returns: (transfer full): the number of the IOMMU group that translates for
 * the device, or "" if none does */
static gchar *
get_translation (const gchar * device)
{
  g_autofree gchar *path = g_build_filename (device, "iommu_group", "type",
      NULL);
  g_autofree gchar *group = read_link (device, "iommu_group");
  g_autofree gchar *type = gst_ffs_configfs_read (path);

  return group == NULL || strcmp (type, "identity") == 0 ? g_strdup ("") :
      g_steal_pointer (&group);
}

/* Returns whether the driver of the gadget's parent does DMA as its parent. */
static gboolean
is_by_parent (const gchar * device, const gchar * parent)
{
  g_autofree gchar *driver = read_link (device, "driver");
  g_autofree gchar *bus = read_link (parent, "subsystem");

  return g_strcmp0 (driver, "ci_hdrc") == 0
      || (g_strcmp0 (driver, "dwc3") == 0 && g_strcmp0 (bus, "pci") == 0);
}

/**
 * gst_ffs_dma_device_find_fault:
 * @endpoint: an open endpoint of a function that is bound
 *
 * For kernels without FUNCTIONFS_FEATURES reporting the DMA device.
 *
 * Returns: (transfer full) (nullable): a description for the log of the device
 * that dmabufs are mapped for and of the one that reads them; %NULL if the
 * IOMMU treats them alike, or on failure
 */
gchar *
gst_ffs_dma_device_find_fault (gint endpoint)
{
  g_autofree gchar *udc = find_udc (endpoint);
  g_autofree gchar *link = NULL, *parent = NULL, *mapped = NULL, *reads = NULL;
  g_autofree gchar *device_name = NULL, *parent_name = NULL;
  gchar *device = NULL, *fault = NULL;

  if (udc == NULL) {
    GST_DEBUG ("the controller of the endpoint cannot be found");
    return NULL;
  }
  link = g_strconcat (gst_ffs_dma_device_root, UDCS "/", udc, "/device", NULL);
  device = realpath (link, NULL);
  if (device == NULL)
    return NULL;

  parent = g_path_get_dirname (device);
  mapped = get_translation (device);
  reads = get_translation (parent);
  if (is_by_parent (device, parent) && strcmp (mapped, reads) != 0) {
    device_name = g_path_get_basename (device);
    parent_name = g_path_get_basename (parent);
    fault = g_strdup_printf ("UDC %s: dmabufs are mapped for %s, which is in "
        "no IOMMU group of %s", udc, device_name, parent_name);
  }
  free (device);
  return fault;
}
