/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the series adds to struct usb_gadget. The drivers that the modules meet
 * are the kernel's, and know nothing of it, so it has to be found out by what
 * these drivers are.
 */
#ifndef FFS_COMPAT_GADGET_H
#define FFS_COMPAT_GADGET_H

#include <linux/device.h>
#include <linux/property.h>
#include <linux/string.h>
#include <linux/usb/gadget.h>

/*
 * By which device the DMA is done. It is the parent of the gadget unless glue
 * around the controller has made that only for the driver to bind to: dwc3 says
 * so by a property, and chipidea always does it.
 */
#ifndef FFS_HAVE_GADGET_DMA_DEVICE
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

#endif /* FFS_COMPAT_GADGET_H */
