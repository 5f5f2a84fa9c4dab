/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which device dmabufs are mapped for, and what the sink does if it is the
 * wrong one. /proc and /sys are files of this test.
 */

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "function/gstffsdmadevice.h"
#include "harness.h"

#define DEVICES "/sys/devices/pci0000:00"
#define FUNCTION DEVICES "/0000:00:04.0"
#define GADGETS "/sys/kernel/config/usb_gadget"

/* A machine with one controller behind an IOMMU. */
typedef struct
{
  const gchar *driver;          /* of the device that FunctionFS maps for */
  const gchar *bus;             /* of its parent */
  const gchar *child, *parent;  /* their IOMMU groups */
  const gchar *type;            /* of the parent's group */
  gboolean wrong;
} Machine;

static const Machine haps = {
  "dwc3", "pci", NULL, "7", "DMA-FQ", TRUE
};

static gchar *root;

static void
put_file (const gchar * path, const gchar * text)
{
  g_autofree gchar *full = g_strconcat (root, path, NULL);
  g_autofree gchar *dir = g_path_get_dirname (full);

  fail_unless_equals_int (g_mkdir_with_parents (dir, 0755), 0);
  fail_unless (g_file_set_contents (full, text, -1, NULL));
}

static void
put_link (const gchar * path, const gchar * target)
{
  g_autofree gchar *full = g_strconcat (root, path, NULL);
  g_autofree gchar *dir = g_path_get_dirname (full);
  g_autofree gchar *to = g_strconcat (root, target, NULL);

  fail_unless_equals_int (g_mkdir_with_parents (dir, 0755), 0);
  fail_unless_equals_int (symlink (to, full), 0);
}

static void
put_directory (const gchar * path)
{
  g_autofree gchar *full = g_strconcat (root, path, NULL);

  fail_unless_equals_int (g_mkdir_with_parents (full, 0755), 0);
}

static void
put_group (const gchar * device, const gchar * group, const gchar * type)
{
  g_autofree gchar *dir = NULL, *file = NULL, *link = NULL;

  if (group == NULL)
    return;
  dir = g_strconcat ("/sys/kernel/iommu_groups/", group, NULL);
  file = g_strconcat (dir, "/type", NULL);
  link = g_strconcat (device, "/iommu_group", NULL);
  put_file (file, type);
  put_link (link, dir);
}

/* On an overlay a file has another device number than its directory. */
static void
stat_file (struct stat *st)
{
  g_autofree gchar *path = g_strdup ("/tmp/ffs-dma-file-XXXXXX");
  gint fd = g_mkstemp (path);

  fail_unless_equals_int (fstat (fd, st), 0);
  close (fd);
  g_unlink (path);
}

/* A controller with the FunctionFS of the fake endpoint bound to it.
 * Another one, bound to another function, has no fault. */
static void
machine_start (const Machine * m)
{
  g_autofree gchar *driver = g_strconcat ("/sys/bus/platform/drivers/",
      m->driver, NULL);
  g_autofree gchar *bus = g_strconcat ("/sys/bus/", m->bus, NULL);
  g_autofree gchar *mounts = NULL;
  struct stat st;

  root = g_dir_make_tmp ("ffs-dma-XXXXXX", NULL);
  fail_unless (root != NULL);
  gst_ffs_dma_device_root = root;

  stat_file (&st);
  mounts = g_strdup_printf ("20 1 0:99 / /sys/kernel/config rw - configfs "
      "none rw\n21 1 0:98 / /dev/ffs-b rw shared:1 - functionfs other rw\n"
      "22 1 %u:%u / /dev/ffs-a rw shared:2 master:1 - functionfs "
      "our\\040cam rw\n", major (st.st_dev), minor (st.st_dev));
  put_file ("/proc/self/mountinfo", mounts);

  put_directory (GADGETS "/a/functions/ffs.other");
  put_file (GADGETS "/a/UDC", "dummy_udc.0\n");
  put_directory (GADGETS "/b/functions/ffs.our cam");
  put_file (GADGETS "/b/UDC", "dwc3.0.auto\n");

  put_directory (DEVICES "/dummy_udc.0");
  put_link ("/sys/class/udc/dummy_udc.0/device", DEVICES "/dummy_udc.0");
  put_directory (FUNCTION "/dwc3.0.auto");
  put_link ("/sys/class/udc/dwc3.0.auto/device", FUNCTION "/dwc3.0.auto");
  put_directory (driver);
  put_link (FUNCTION "/dwc3.0.auto/driver", driver);
  put_directory (bus);
  put_link (FUNCTION "/subsystem", bus);
  put_group (FUNCTION "/dwc3.0.auto", m->child, m->type);
  put_group (FUNCTION, m->parent, m->type);
}

static void
machine_end (void)
{
  const gchar *argv[] = { "/bin/rm", "-r", root, NULL };

  fail_unless (g_spawn_sync (NULL, (gchar **) argv, NULL, 0, NULL, NULL, NULL,
          NULL, NULL, NULL));
  gst_ffs_dma_device_root = "";
  g_clear_pointer (&root, g_free);
}

static gboolean
is_wrong (void)
{
  g_autofree gchar *path = g_strdup ("/tmp/ffs-dma-file-XXXXXX");
  gint fd = g_mkstemp (path);
  g_autofree gchar *fault = gst_ffs_dma_device_find_fault (fd);

  close (fd);
  g_unlink (path);
  return fault != NULL;
}

GST_START_TEST (dma_device_fault_is_found_in_sysfs)
{
  const Machine machines[] = {
    haps,
    {"ci_hdrc", "platform", NULL, "7", "DMA", TRUE},
    /* An identity domain does not translate. */
    {"dwc3", "pci", NULL, "7", "identity", FALSE},
    {"dwc3", "pci", NULL, NULL, NULL, FALSE},
    {"dwc3", "pci", "7", "7", "DMA", FALSE},
    {"dwc3", "pci", "8", "7", "DMA", TRUE},
    {"dwc3", "pci", "8", NULL, "DMA", TRUE},
    /* With a device tree the controller's own group counts. */
    {"dwc3", "platform", NULL, "7", "DMA", FALSE},
    {"cdns3", "pci", NULL, "7", "DMA", FALSE},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (machines); i++) {
    machine_start (&machines[i]);
    fail_unless (is_wrong () == machines[i].wrong, "machine %u", i);
    machine_end ();
  }
}

GST_END_TEST;

static void
remove_path (const gchar * path)
{
  g_autofree gchar *full = g_strconcat (root, path, NULL);

  fail_unless_equals_int (g_remove (full), 0);
}

GST_START_TEST (missing_sysfs_files_are_no_fault)
{
  machine_start (&haps);
  remove_path (GADGETS "/b/UDC");
  fail_if (is_wrong ());
  /* Without configfs the only controller counts. */
  remove_path ("/sys/class/udc/dummy_udc.0/device");
  remove_path ("/sys/class/udc/dummy_udc.0");
  fail_unless (is_wrong ());
  remove_path ("/proc/self/mountinfo");
  fail_unless (is_wrong ());
  remove_path ("/sys/class/udc/dwc3.0.auto/device");
  fail_if (is_wrong ());
  machine_end ();
}

GST_END_TEST;

/* The copy is mapped for the right device. The warning is posted once. */
GST_START_TEST (wrong_dma_device_gets_copies_in_auto)
{
  SinkHarness sh;
  GstMemory *mem;
  guint i;

  machine_start (&haps);
  sink_harness_start (&sh, "copy-mode", GST_FFS_COPY_AUTO, NULL);
  mem = fake_dmabuf_new_data (100, 1);
  for (i = 0; i < 3; i++) {
    GstBuffer *buf = gst_buffer_new ();

    gst_buffer_append_memory (buf, gst_memory_ref (mem));
    fail_unless_equals_int (gst_harness_push (sh.h, buf), GST_FLOW_OK);
  }
  gst_memory_unref (mem);
  sink_harness_assert_message (&sh, GST_MESSAGE_WARNING, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "IOMMU");
  sink_harness_assert_no_message (&sh, GST_MESSAGE_WARNING);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "copied-dma-device"), 3);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-zero-copy"), 0);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "bytes"), 300);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH), 0);
  /* Asked when the endpoint is opened and once a host, not once a frame. */
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_FEATURES), 2);
  sink_harness_end (&sh);
  machine_end ();
}

GST_END_TEST;

GST_START_TEST (wrong_dma_device_is_an_error_in_never)
{
  SinkHarness sh;
  gint a;

  machine_start (&haps);
  sink_harness_start (&sh, "copy-mode", GST_FFS_COPY_NEVER, NULL);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &a)),
      GST_FLOW_ERROR);
  sink_harness_assert_message (&sh, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS, "IOMMU");
  fail_unless (is_released (&a));
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH), 0);
  sink_harness_end (&sh);
  machine_end ();
}

GST_END_TEST;

GST_START_TEST (kernel_feature_overrides_sysfs)
{
  SinkHarness sh;
  gint a;

  machine_start (&haps);
  sink_harness_start (&sh, NULL);
  fake_endpoint_set_features (USB_FFS_FEATURE_DMABUF_DMA_DEVICE);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &a)),
      GST_FLOW_OK);
  fake_endpoint_signal (0, 1);
  wait_released (&a);
  sink_harness_assert_no_message (&sh, GST_MESSAGE_WARNING);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-zero-copy"), 1);
  sink_harness_end (&sh);
  machine_end ();
}

GST_END_TEST;

/* The gadget is bound to another controller for the next host. */
GST_START_TEST (next_host_is_checked_again)
{
  SinkHarness sh;
  GstMemory *mem;
  GstBuffer *buf;
  gint a;

  machine_start (&haps);
  put_file (GADGETS "/b/UDC", "dummy_udc.0\n");
  sink_harness_start (&sh, "without-host", GST_FFS_IDLE_DROP, NULL);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &a)),
      GST_FLOW_OK);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-zero-copy"), 1);

  fake_endpoint_set_enabled (FALSE);
  wait_released (&a);
  sink_harness_wait_stat (&sh, "in-flight", 0);
  gst_harness_push (sh.h, dmabuf_buffer (10, &a));
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-without-host"), 1);
  put_file (GADGETS "/b/UDC", "dwc3.0.auto\n");
  fake_endpoint_set_enabled (TRUE);

  mem = fake_dmabuf_new_data (100, 1);
  buf = gst_buffer_new ();
  gst_buffer_append_memory (buf, mem);
  fail_unless_equals_int (gst_harness_push (sh.h, buf), GST_FLOW_OK);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "copied-dma-device"), 1);
  fail_unless_equals_int (fake_endpoint_n_transfers (), 1);
  sink_harness_end (&sh);
  machine_end ();
}

GST_END_TEST;

/* The check takes a while, in which the host may go. */
GST_START_TEST (host_gone_during_the_check_queues_nothing)
{
  SinkHarness sh;
  gint a;

  machine_start (&haps);
  put_file (GADGETS "/b/UDC", "dummy_udc.0\n");
  sink_harness_start (&sh, "without-host", GST_FFS_IDLE_DROP, NULL);
  fake_endpoint_disable_at (FUNCTIONFS_FEATURES);
  fail_unless_equals_int (gst_harness_push (sh.h, dmabuf_buffer (10, &a)),
      GST_FLOW_OK);
  fail_unless_equals_int (fake_endpoint_n_calls (FUNCTIONFS_DMABUF_ATTACH), 0);
  fail_unless_equals_uint64 (sink_harness_stat (&sh, "frames-without-host"), 1);
  sink_harness_end (&sh);
  machine_end ();
}

GST_END_TEST;

static Suite *
dma_device_suite (void)
{
  Suite *s = suite_create ("dma-device");
  TCase *tc = tcase_create ("dma-device");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, dma_device_fault_is_found_in_sysfs);
  tcase_add_test (tc, missing_sysfs_files_are_no_fault);
  add_written_test (tc, wrong_dma_device_gets_copies_in_auto);
  tcase_add_test (tc, wrong_dma_device_is_an_error_in_never);
  tcase_add_test (tc, kernel_feature_overrides_sysfs);
  add_written_test (tc, next_host_is_checked_again);
  tcase_add_test (tc, host_gone_during_the_check_queues_nothing);
  return s;
}

GST_CHECK_MAIN (dma_device);
