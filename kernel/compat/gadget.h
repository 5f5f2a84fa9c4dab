/* SPDX-License-Identifier: GPL-2.0-only */
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

/*
 * What a controller takes of a scatterlist. Of those that there are only the
 * dummy_hcd of these modules can say it; it leaves that with its gadget.
 */
#ifndef FFS_HAVE_GADGET_SG_LIMITS
struct usb_gadget_sg_limits {
	unsigned int	max_entry;
	unsigned int	max_entries;
	unsigned int	max_per_packet;
	bool		any_boundary;
};

static inline void
usb_gadget_set_sg_limits(struct usb_gadget *gadget,
			 const struct usb_gadget_sg_limits *limits)
{
	gadget->dev.platform_data = (void *)limits;
}

static inline const struct usb_gadget_sg_limits *
usb_gadget_sg_limits(const struct usb_gadget *gadget)
{
	/* A dwc3 has a cache of four TRBs, or more. */
	static const struct usb_gadget_sg_limits dwc3 = {
		.max_entry = 0xfffc00, .max_per_packet = 4, .any_boundary = true,
	};
	static const struct usb_gadget_sg_limits cdns3 = {
		.max_entry = 0x10000, .max_entries = 599,
	};
	static const struct usb_gadget_sg_limits cdns2 = {
		.max_entry = 0x10000, .max_entries = 598,
	};
	static const struct usb_gadget_sg_limits dwc2 = {
		.max_entry = 48 * 1024, .max_entries = 64,
	};
	const struct device_driver *driver = gadget->dev.parent->driver;

	if (!strcmp(gadget->name, "dummy_udc"))
		return dev_get_platdata(&gadget->dev);
	if (!strcmp(gadget->name, "dwc3-gadget"))
		return &dwc3;
	if (!strcmp(gadget->name, "usb-ss-gadget"))
		return &cdns3;
	if (!strcmp(gadget->name, "usbhs-gadget"))
		return &cdns2;
	if (driver && !strcmp(driver->name, "dwc2"))
		return &dwc2;

	return NULL;
}
#endif

#endif /* FFS_COMPAT_GADGET_H */
