/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The test bench around the dwc3 model: registers that a real controller does
 * not have.
 */

#include "dwc3bench.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BAR_SIZE 0x10000

/* The BAR of the first PCI function with the model's vendor, or NULL. */
volatile uint32_t *
dwc3_bench_map (void)
{
  static const char devices[] = "/sys/bus/pci/devices";
  DIR *dir = opendir (devices);
  struct dirent *entry;
  char path[PATH_MAX], vendor[16] = "";
  void *bar = MAP_FAILED;
  FILE *file;
  int fd;

  while (dir && bar == MAP_FAILED && (entry = readdir (dir))) {
    snprintf (path, sizeof (path), "%s/%s/vendor", devices, entry->d_name);
    file = fopen (path, "r");
    if (!file)
      continue;
    if (!fgets (vendor, sizeof (vendor), file))
      vendor[0] = '\0';
    fclose (file);
    if (strncmp (vendor, "0x16c3", 6) != 0)
      continue;
    snprintf (path, sizeof (path), "%s/%s/resource0", devices, entry->d_name);
    fd = open (path, O_RDWR);
    if (fd < 0)
      break;
    bar = mmap (NULL, BAR_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close (fd);
  }
  if (dir)
    closedir (dir);
  return bar == MAP_FAILED ? NULL : bar;
}
