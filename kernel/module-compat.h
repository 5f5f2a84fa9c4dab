/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel that the modules are loaded into has a struct usb_gadget as its
 * drivers know it: what the series adds to it has to be found out otherwise.
 */
#ifndef FFS_MODULE_COMPAT_H
#define FFS_MODULE_COMPAT_H

#include <linux/property.h>
#include <linux/string.h>
#include <linux/usb/gadget.h>

/* As dwc3 and chipidea decide; all others use the parent. */
static inline struct device *usb_gadget_dma_device(struct usb_gadget *gadget)
{
	struct device *dev = gadget->dev.parent;

	if (!strcmp(gadget->name, "dwc3-gadget") &&
	    device_property_read_bool(dev, "linux,sysdev_is_parent"))
		return dev->parent;
	if (dev->driver && !strcmp(dev->driver->name, "ci_hdrc"))
		return dev->parent;

	return dev;
}

#endif
